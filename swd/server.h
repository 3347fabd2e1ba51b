/*
 * A probe as a host finds it: a J-Link that listens on TCP and says so to who looks for one, or a Bus Pirate behind a
 * pseudo-terminal. For a run loop that calls it again and again; it has no thread and waits in swd_server_wait() only.
 *
 * libjaylink finds the J-Link by a datagram that it gets within 20 ms of asking, at port 19020 of any interface; so
 * while nobody is connected one is sent to the loopback every 4 ms. It connects to port 19020, whatever the advert
 * says.
 */
#ifndef SWD_SERVER_H
#define SWD_SERVER_H

#include <stdio.h>

#include "swd/probe.h"

struct swd_server;

struct swd_server_config {
    /* "jlink[:[HOST:]PORT]" or "buspirate[:PATH]": PATH becomes a symbolic link to the terminal. */
    const char *probe;
    enum swd_time time;
    const char
        *clock; /* SWD_TIME_WIRE: path of the socket where swd/preload/ asks for the time; NULL: one is made up */
};

/* `target` is borrowed. NULL with one line in `err` on failure. */
struct swd_server *swd_server_new(const struct swd_server_config *c, const struct swd_target *target, char *err,
                                  size_t err_size);
void swd_server_free(struct swd_server *s); /* hangs up; NULL is allowed */

/* Serves what has come in and, in SWD_TIME_WALL, brings the chip's time up to the host's. */
void swd_server_poll(struct swd_server *s);
/* Sleeps until something comes in, at most `ms` milliseconds. */
void swd_server_wait(struct swd_server *s, int ms);

/* Tells people where the probe is, and the command that attaches OpenOCD to it. `preload`: the shim; NULL: unknown. */
void swd_server_describe(const struct swd_server *s, const char *preload, FILE *out);
const struct swd_port *swd_server_port(const struct swd_server *s);

#endif
