/* What stream.c and stream_server.c share; for nobody else. */
#ifndef EMU_STREAM_INTERNAL_H
#define EMU_STREAM_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

enum { STREAM_NAME_SIZE = 96 };

struct stream_server;

/* Writes one line to `err`, which may have size 0. */
void stream_fail(char *err, size_t err_size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* "HOST:PORT" of who is connected to `fd`; false when it is no TCP socket. */
bool stream_peer_name(int fd, char name[STREAM_NAME_SIZE]);

/* "HOST:PORT" the server listens at. */
const char *stream_server_name(const struct stream_server *s);

#endif
