/*
 * Byte streams to and from the host: console, UART, RTT channels, debugger and probe connections.
 *
 * All streams are non-blocking. A stream that has ended (end of file, peer gone) says so and stays ended.
 */
#ifndef EMU_STREAM_H
#define EMU_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct stream; /* owned by whoever opened it; stream_close() frees it */

enum { STREAM_ENDED = -1 };

/* Opens what a specification names:
 *   "null"            reads nothing, swallows writes
 *   "stdio"           standard input and output
 *   "pty"             a new pseudo-terminal; its name is stream_name()
 *   "tcp:[HOST:]PORT" listens (default 127.0.0.1; port 0 picks one, see stream_name()), one client at a time; bytes
 *                     written while nobody is connected are dropped; a client that leaves makes room for the next
 *   "file:PATH"       writes to PATH (truncated); reads nothing
 * NULL on failure, with one line in `err`. */
struct stream *stream_open(const char *spec, char *err, size_t err_size);

/* A pair of in-memory ends for tests; what is written to one is read from the other. */
void stream_pair(struct stream *end[2]);

/* A stream made of functions, which answer as stream_read() and stream_write() do. stream_wait() does not wait for it.
 */
struct stream *stream_from_functions(ssize_t (*read)(void *ctx, void *buf, size_t size),
                                     bool (*write)(void *ctx, const void *buf, size_t size), void *ctx);

/* Wraps a connected descriptor (socket, pipe); takes it over. */
struct stream *stream_from_fd(int fd);

/* Bytes read, 0 when there are none now, or STREAM_ENDED. */
ssize_t stream_read(struct stream *s, void *buf, size_t size);

/* Writes all of it, waiting for the peer if it must; false when the stream has ended. The wait is at most 5 s in one
 * call: then a connection has ended, while "tcp" and "pty" drop bytes until their client reads again. Standard output
 * waits as long as it takes, or until a signal is caught. */
bool stream_write(struct stream *s, const void *buf, size_t size);

/* When "stdio" is a terminal: from the next reading on it gives single keys and shows none of them, as a serial
 * terminal does. ^C still interrupts. stream_cooked() undoes that, which a signal handler may call, and so does
 * stream_close(). */
void stream_raw(struct stream *s);
void stream_cooked(struct stream *s);

/* Waits up to `ms` milliseconds for something to read; true when there is (or when the stream ended). */
bool stream_wait(struct stream *s, int ms);

/* What came is acknowledged at once: for a TCP peer that waits for it before it sends the rest of a message. Holds for
 * one reading. */
void stream_hurry(struct stream *s);

/* Where it is: "stdio", "/dev/pts/3", "127.0.0.1:4321". */
const char *stream_name(const struct stream *s);
/* The descriptor to poll; -1 when it has none (memory, or nobody connected). */
int stream_fd(const struct stream *s);
void stream_close(struct stream *s); /* NULL is allowed */

/* A listening TCP socket that hands out one stream per client. */
struct stream_server;
struct stream_server *stream_listen(const char *host_port, char *err, size_t err_size); /* "[HOST:]PORT" */
uint16_t stream_server_port(const struct stream_server *s);
struct stream *stream_accept(struct stream_server *s); /* NULL when nobody waits */
int stream_server_fd(const struct stream_server *s);
/* Tells whoever listens at a UDP port of the loopback; nobody may. */
void stream_announce(uint16_t port, const void *bytes, size_t size);
void stream_server_close(struct stream_server *s); /* NULL is allowed */

#endif
