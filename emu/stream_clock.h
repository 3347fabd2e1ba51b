/*
 * An emulated clock that programs of the host share: a page of memory which both see, and a socket by which a program
 * says that it waits. What a program must do for it is in swd/preload/.
 *
 * The shim connects to the socket at `path` and is sent the page's descriptor. From then on each 8 bytes that it sends
 * are microseconds, host's byte order, by which time goes on; then 8 bytes with the new time are the answer.
 */
#ifndef EMU_STREAM_CLOCK_H
#define EMU_STREAM_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STREAM_CLOCK_VARIABLE "NRFEMU_SWD_CLOCK" /* of the environment: the path */

struct stream_clock_page {
    _Atomic uint64_t us;
};

enum { STREAM_CLOCK_CLIENTS = 8 };

struct stream_clock {
    char path[108];
    int listener, memory;
    int client[STREAM_CLOCK_CLIENTS]; /* -1: free */
    struct stream_clock_page *page;
};

/* False with one line in `err`. */
bool stream_clock_open(struct stream_clock *c, const char *path, char *err, size_t err_size);
void stream_clock_close(struct stream_clock *c);
void stream_clock_set(struct stream_clock *c, uint64_t us);
/* Serves the clients: idle() lets time go on by so many microseconds and returns what time it is then. */
void stream_clock_poll(struct stream_clock *c, uint64_t (*idle)(void *ctx, uint64_t us), void *ctx);

#endif
