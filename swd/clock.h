/*
 * What time it is on the wire, for a host program that was started with the preload shim (swd/preload/): a page of
 * memory which both see, and a socket by which the host says that it waits.
 *
 * The shim connects to the socket at `path` and is sent the page's descriptor. From then on each 8 bytes that it sends
 * are microseconds, host's byte order, by which time goes on; then 8 bytes with the new time are the answer.
 */
#ifndef SWD_CLOCK_H
#define SWD_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SWD_CLOCK_VARIABLE "NRFEMU_SWD_CLOCK" /* of the environment: the path */

struct swd_clock_page {
    _Atomic uint64_t us;
};

enum { SWD_CLOCK_CLIENTS = 8 };

struct swd_clock {
    char path[108];
    int listener, memory;
    int client[SWD_CLOCK_CLIENTS]; /* -1: free */
    struct swd_clock_page *page;
};

/* False with one line in `err`. */
bool swd_clock_open(struct swd_clock *c, const char *path, char *err, size_t err_size);
void swd_clock_close(struct swd_clock *c);
void swd_clock_set(struct swd_clock *c, uint64_t us);
/* Serves the clients: idle() lets time go on by so many microseconds and returns what time it is then. */
void swd_clock_poll(struct swd_clock *c, uint64_t (*idle)(void *ctx, uint64_t us), void *ctx);

#endif
