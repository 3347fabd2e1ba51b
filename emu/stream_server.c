#include "emu/stream.h"
#include "emu/stream_internal.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4 };

struct stream_server {
    int fd;
    uint16_t port;
    char name[STREAM_NAME_SIZE];
};

void stream_fail(char *err, size_t err_size, const char *fmt, ...)
{
    if (!err_size)
        return;
    va_list args;
    va_start(args, fmt);
    vsnprintf(err, err_size, fmt, args);
    va_end(args);
}

/* Splits "[HOST:]PORT"; an IPv6 host stands in brackets. */
static bool split_host_port(const char *spec, char *host, size_t host_size, const char **port)
{
    const char *colon = strrchr(spec, ':');
    *port = colon ? colon + 1 : spec;
    size_t len = colon ? (size_t)(colon - spec) : 0;
    if (len >= 2 && spec[0] == '[' && spec[len - 1] == ']') {
        spec++;
        len -= 2;
    }
    if (len >= host_size)
        return false;
    if (len)
        snprintf(host, host_size, "%.*s", (int)len, spec);
    else
        snprintf(host, host_size, "127.0.0.1");
    size_t digits = strspn(*port, "0123456789");
    return digits && digits <= 5 && !(*port)[digits] && atoi(*port) <= UINT16_MAX;
}

/* The first of the addresses that can be listened at; -1 and errno when none can. */
static int listen_at(const struct addrinfo *a)
{
    int error = EADDRNOTAVAIL;
    for (; a; a = a->ai_next) {
        int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
        if (fd < 0) {
            error = errno;
            continue;
        }
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
        if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
            return fd;
        error = errno;
        close(fd);
    }
    errno = error;
    return -1;
}

/* Writes "HOST:PORT" of one end of a connection; returns its port, 0 when `fd` is no TCP socket. */
static uint16_t address_name(int fd, int (*get)(int, struct sockaddr *, socklen_t *), char name[STREAM_NAME_SIZE])
{
    char host[64], port[8];
    struct sockaddr_storage a;
    socklen_t size = sizeof a;
    if (get(fd, (struct sockaddr *)&a, &size) || (a.ss_family != AF_INET && a.ss_family != AF_INET6) ||
        getnameinfo((struct sockaddr *)&a, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV))
        return 0;
    snprintf(name, STREAM_NAME_SIZE, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
    return (uint16_t)atoi(port);
}

bool stream_peer_name(int fd, char name[STREAM_NAME_SIZE]) { return address_name(fd, getpeername, name) != 0; }

struct stream_server *stream_listen(const char *host_port, char *err, size_t err_size)
{
    char host[64];
    const char *port;
    if (!split_host_port(host_port, host, sizeof host, &port)) {
        stream_fail(err, err_size, "'%s' is not [HOST:]PORT", host_port);
        return NULL;
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV}, *found;
    int why = getaddrinfo(host, port, &hints, &found);
    if (why) {
        stream_fail(err, err_size, "%s: %s", host, gai_strerror(why));
        return NULL;
    }
    int fd = listen_at(found);
    int error = errno;
    freeaddrinfo(found);
    if (fd < 0) {
        stream_fail(err, err_size, "cannot listen on %s:%s: %s", host, port, strerror(error));
        return NULL;
    }
    struct stream_server *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->fd = fd;
    s->port = address_name(fd, getsockname, s->name);
    return s;
}

uint16_t stream_server_port(const struct stream_server *s) { return s->port; }
const char *stream_server_name(const struct stream_server *s) { return s->name; }
int stream_server_fd(const struct stream_server *s) { return s->fd; }

struct stream *stream_accept(struct stream_server *s)
{
    int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return NULL;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)); /* debuggers wait for every answer */
    return stream_from_fd(fd);
}

void stream_announce(uint16_t port, const void *bytes, size_t size)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    sendto(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&to, sizeof to);
    close(fd);
}

void stream_hurry(struct stream *s)
{
    int fd = stream_fd(s);
    if (fd >= 0)
        setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &(int){1}, sizeof(int));
}

void stream_server_close(struct stream_server *s)
{
    if (!s)
        return;
    close(s->fd);
    free(s);
}
