#include "tests/bench/debug/client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool send_all(struct client *c, const char *bytes, size_t size)
{
    return write(c->fd, bytes, size) == (ssize_t)size;
}

static int next_byte(struct client *c)
{
    if (c->at == c->have) {
        ssize_t n = read(c->fd, c->in, sizeof c->in);
        if (n <= 0)
            return -1;
        c->have = (size_t)n;
        c->at = 0;
    }
    return (unsigned char)c->in[c->at++];
}

/* The body of the next packet; acknowledgements before it do not matter. */
static const char *receive(struct client *c)
{
    size_t n = 0;
    int b;

    while ((b = next_byte(c)) >= 0 && b != '$')
        ;
    while ((b = next_byte(c)) >= 0 && b != '#' && n < sizeof c->reply - 256) {
        if (b != '*' || !n) {
            c->reply[n++] = (char)b;
            continue;
        }
        int count = next_byte(c) - 29;
        for (; count > 0; count--, n++)
            c->reply[n] = c->reply[n - 1];
    }
    c->reply[n] = '\0';
    return next_byte(c) >= 0 && next_byte(c) >= 0 ? c->reply : NULL;
}

const char *client_ask(struct client *c, const char *body)
{
    char frame[512];
    unsigned char sum = 0;

    for (const char *p = body; *p; p++)
        sum = (unsigned char)(sum + *p);
    int n = snprintf(frame, sizeof frame, "%s$%s#%02x", c->acks ? "+" : "", body, sum);
    return send_all(c, frame, (size_t)n) ? receive(c) : NULL;
}

bool client_connect(struct client *c, const char *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};

    memset(c, 0, sizeof *c);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->acks = true;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&a, sizeof a))
        return false;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    const char *reply = client_ask(c, "qSupported:multiprocess-;swbreak+;hwbreak+;vContSupported+");
    if (!reply)
        return false;
    reply = client_ask(c, "QStartNoAckMode");
    if (!reply)
        return false;
    if (strcmp(reply, "OK") == 0) {
        send_all(c, "+", 1);
        c->acks = false;
    }
    return client_ask(c, "vCont?") && client_ask(c, "?");
}

void client_close(struct client *c)
{
    if (c->acks)
        send_all(c, "+", 1);
    close(c->fd);
}
