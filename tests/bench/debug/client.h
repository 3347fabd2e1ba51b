/* A debugger's end of a connection, as small as it can be, for measuring: it takes what the server offers. */
#ifndef TESTS_BENCH_DEBUG_CLIENT_H
#define TESTS_BENCH_DEBUG_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

enum { CLIENT_PACKET = 1 << 16 };

struct client {
    int fd;
    bool acks; /* the server does not know QStartNoAckMode */
    size_t have, at;
    char in[CLIENT_PACKET], reply[CLIENT_PACKET];
};

/* False: nobody is there. Does what gdb does first: qSupported, QStartNoAckMode, ?. */
bool client_connect(struct client *c, const char *port);
void client_close(struct client *c);
/* Sends a request; returns the body of the reply, without run-length encoding. NULL: the server left. */
const char *client_ask(struct client *c, const char *body);

#endif
