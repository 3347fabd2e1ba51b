#include "rsp/server.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "emu/stream.h"
#include "rsp/session.h"

struct client {
    struct stream *stream; /* NULL: free */
    bool broken;           /* could not be written to */
    uint64_t now_ms;
    bool faulty; /* what comes and goes takes the way over `link` */
    struct rsp_link link;
    struct rsp_session session;
};

struct rsp_server {
    struct stream_server *listener;
    struct log *log;
    struct rsp_hub hub;
    bool nobody_comes; /* rsp_server_idle_wait() has just seen it */
    bool faulty;
    struct rsp_link_faults faults;
    unsigned connections; /* that there have been */
    struct client clients[RSP_SESSIONS_MAX];
};

/* At most so much of what a client sent is served before the target runs again. */
enum { READ_MAX = RSP_PACKET_MAX };

struct rsp_server *rsp_server_new(const char *host_port, const struct debug_target *target, struct log *log, char *err,
                                  size_t err_size)
{
    struct rsp_server *s = calloc(1, sizeof *s);

    if (!s) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    s->listener = stream_listen(host_port, err, err_size);
    if (!s->listener) {
        free(s);
        return NULL;
    }
    s->log = log;
    rsp_hub_init(&s->hub, target, log);
    return s;
}

uint16_t rsp_server_port(const struct rsp_server *s) { return stream_server_port(s->listener); }

void rsp_server_set_faults(struct rsp_server *s, const struct rsp_link_faults *faults)
{
    s->faulty = true;
    s->faults = *faults;
}

static uint64_t host_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void to_stream(void *ctx, const void *data, size_t size)
{
    struct client *c = ctx;

    if (!c->broken && size > 0)
        c->broken = !stream_write(c->stream, data, size);
}

static void to_session(void *ctx, const void *data, size_t size)
{
    rsp_session_feed(&((struct client *)ctx)->session, data, size);
}

static void send_to_client(void *ctx, const void *data, size_t size)
{
    struct client *c = ctx;

    if (c->faulty)
        rsp_link_send(&c->link, data, size, c->now_ms);
    else
        to_stream(c, data, size);
}

static void hang_up(struct rsp_server *s, struct client *c)
{
    log_msg(s->log, LOG_INFO, "gdb: %s left", stream_name(c->stream));
    rsp_session_end(&c->session);
    stream_close(c->stream);
    c->stream = NULL;
}

void rsp_server_free(struct rsp_server *s)
{
    if (!s)
        return;
    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++)
        if (s->clients[i].stream)
            hang_up(s, &s->clients[i]);
    stream_server_close(s->listener);
    free(s);
}

static void seat(struct rsp_server *s, struct stream *stream)
{
    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++) {
        struct client *c = &s->clients[i];
        if (c->stream)
            continue;
        c->stream = stream;
        c->broken = false;
        c->faulty = s->faulty;
        rsp_session_init(&c->session, &s->hub, send_to_client, c);
        if (c->faulty) {
            rsp_link_init(&c->link, &s->faults, s->connections++, to_session, to_stream, c);
            rsp_session_unreliable(&c->session, &c->link);
        }
        log_msg(s->log, LOG_INFO, "gdb: %s connected", stream_name(stream));
        return;
    }
    log_msg(s->log, LOG_WARN, "gdb: %s turned away: %d debuggers are connected", stream_name(stream), RSP_SESSIONS_MAX);
    stream_close(stream);
}

static void serve_client(struct rsp_server *s, struct client *c)
{
    uint8_t data[READ_MAX];
    ssize_t size = stream_read(c->stream, data, sizeof data);

    c->now_ms = host_ms();
    rsp_session_tick(&c->session, c->now_ms);
    if (size > 0 && c->faulty)
        rsp_link_receive(&c->link, data, (size_t)size, c->now_ms);
    else if (size > 0)
        rsp_session_feed(&c->session, data, (size_t)size);
    if (c->faulty)
        rsp_link_poll(&c->link, c->now_ms);
    if (size == STREAM_ENDED || c->broken || c->session.closing)
        hang_up(s, c);
}

static enum rsp_server_state state(struct rsp_server *s)
{
    unsigned attached = rsp_hub_attached(&s->hub);

    if (s->hub.killed || (s->hub.over && attached == 0))
        return RSP_SERVER_ENDED;
    if (attached == 0)
        return RSP_SERVER_FREE;
    return RSP_SERVER_HALTED;
}

enum rsp_server_state rsp_server_poll(struct rsp_server *s)
{
    struct stream *stream;

    while (!s->nobody_comes && (stream = stream_accept(s->listener)))
        seat(s, stream);
    s->nobody_comes = false;
    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++)
        if (s->clients[i].stream)
            serve_client(s, &s->clients[i]);
    if (!s->hub.running)
        return state(s);
    rsp_hub_run(&s->hub);
    return s->hub.running ? RSP_SERVER_RUNNING : state(s);
}

/* A faulty connection has things to do although nothing comes: what is on its way, what must be sent again. */
static int shorter_wait(const struct rsp_server *s, int ms)
{
    enum { FAULTY_MS = 5 };

    return s->faulty && ms > FAULTY_MS ? FAULTY_MS : ms;
}

void rsp_server_idle_wait(struct rsp_server *s, int ms)
{
    struct pollfd fds[RSP_SESSIONS_MAX + 1];
    nfds_t n = 0;

    fds[n++] = (struct pollfd){.fd = stream_server_fd(s->listener), .events = POLLIN};
    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++)
        if (s->clients[i].stream)
            fds[n++] = (struct pollfd){.fd = stream_fd(s->clients[i].stream), .events = POLLIN};
    s->nobody_comes = poll(fds, n, shorter_wait(s, ms)) >= 0 && !fds[0].revents;
}
