/*
 * The GDB server: listens on a TCP port, and on others for command lines if it is told to, and serves as many debuggers
 * and command lines together as RSP_SESSIONS_MAX. For a run loop that calls it between slices; it has no thread and,
 * but for sending, never waits.
 */
#ifndef RSP_SERVER_H
#define RSP_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "emu/debug_target.h"
#include "emu/log.h"
#include "rsp/lines.h"
#include "rsp/link.h"

struct rsp_server;

enum rsp_server_state {
    RSP_SERVER_FREE,    /* no debugger has the target: whoever owns it runs it */
    RSP_SERVER_HALTED,  /* a debugger holds it: wait with rsp_server_idle_wait() */
    RSP_SERVER_RUNNING, /* a debugger lets it run: poll again at once */
    RSP_SERVER_ENDED,   /* a debugger ended the run, or it ended and no debugger is left to look at it */
};

/* `host_port`: "[HOST:]PORT", 0 picks a port. `target` and `log` (NULL: silence) are borrowed. NULL on failure, with
 * one line in `err`. */
struct rsp_server *rsp_server_new(const char *host_port, const struct debug_target *target, struct log *log, char *err,
                                  size_t err_size);
void rsp_server_free(struct rsp_server *s); /* hangs up; NULL is allowed */

/* Connections from now on have these faults. */
void rsp_server_set_faults(struct rsp_server *s, const struct rsp_link_faults *faults);

uint16_t rsp_server_port(const struct rsp_server *s);

/* Also serves command lines at a port of their own. False on failure, with one line in `err`. */
bool rsp_server_add_lines(struct rsp_server *s, enum rsp_lines_style style, const char *host_port, char *err,
                          size_t err_size);
uint16_t rsp_server_lines_port(const struct rsp_server *s, enum rsp_lines_style style);

/* Carries out a command of `monitor` as if somebody had sent it; what it prints goes to the log. False: there is no
 * such command. */
bool rsp_server_command(struct rsp_server *s, const char *line);

/* Accepts, serves what came in, drops who left, and runs the target for a slice if a debugger let it run. */
enum rsp_server_state rsp_server_poll(struct rsp_server *s);

/* Sleeps until there is something to do, at most `ms` milliseconds. */
void rsp_server_idle_wait(struct rsp_server *s, int ms);

#endif
