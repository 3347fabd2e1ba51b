#include "rsp/server.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "emu/stream.h"
#include "rsp/monitor.h"
#include "rsp/session.h"

enum { LINES_STYLES = RSP_LINES_TELNET + 1 };

struct client {
    struct stream *stream; /* NULL: free */
    bool types;            /* command lines, by `lines` */
    bool broken;           /* could not be written to */
    uint64_t now_ms;
    bool faulty; /* what comes and goes takes the way over `link` */
    struct rsp_link link;
    struct rsp_session session;
    struct rsp_lines lines;
};

struct rsp_server {
    struct stream_server *listener;
    struct stream_server *lines[LINES_STYLES]; /* listeners; NULL: none */
    struct log *log;
    struct rsp_hub hub;
    bool nobody_comes; /* rsp_server_idle_wait() has just seen it */
    bool served;       /* somebody has just sent something */
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

bool rsp_server_add_lines(struct rsp_server *s, enum rsp_lines_style style, const char *host_port, char *err,
                          size_t err_size)
{
    s->lines[style] = stream_listen(host_port, err, err_size);
    return s->lines[style];
}

uint16_t rsp_server_lines_port(const struct rsp_server *s, enum rsp_lines_style style)
{
    return stream_server_port(s->lines[style]);
}

void rsp_server_set_faults(struct rsp_server *s, const struct rsp_link_faults *faults)
{
    s->faulty = true;
    s->faults = *faults;
}

static uint64_t host_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
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
    log_msg(s->log, LOG_INFO, "%s: %s left", c->types ? "command line" : "gdb", stream_name(c->stream));
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
    for (unsigned i = 0; i < LINES_STYLES; i++)
        stream_server_close(s->lines[i]);
    free(s);
}

/* A client for the stream; NULL, and the stream is closed, when there are too many. */
static struct client *seat(struct rsp_server *s, struct stream *stream, bool types)
{
    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++) {
        struct client *c = &s->clients[i];
        if (c->stream)
            continue;
        c->stream = stream;
        c->broken = false;
        c->types = types;
        c->faulty = s->faulty && !types;
        rsp_session_init(&c->session, &s->hub, send_to_client, c);
        if (c->faulty) {
            rsp_link_init(&c->link, &s->faults, s->connections++, to_session, to_stream, c);
            rsp_session_unreliable(&c->session, &c->link);
        }
        log_msg(s->log, LOG_INFO, "%s: %s connected", types ? "command line" : "gdb", stream_name(stream));
        return c;
    }
    log_msg(s->log, LOG_WARN, "gdb: %s turned away: %d debuggers are connected", stream_name(stream), RSP_SESSIONS_MAX);
    stream_close(stream);
    return NULL;
}

static void welcome(struct rsp_server *s)
{
    struct stream *stream;

    while ((stream = stream_accept(s->listener)))
        seat(s, stream, false);
    for (unsigned i = 0; i < LINES_STYLES; i++)
        while (s->lines[i] && (stream = stream_accept(s->lines[i]))) {
            struct client *c = seat(s, stream, true);
            if (c)
                rsp_lines_init(&c->lines, &c->session, (enum rsp_lines_style)i);
        }
}

static void serve_client(struct rsp_server *s, struct client *c)
{
    uint8_t data[READ_MAX];
    ssize_t size = stream_read(c->stream, data, sizeof data);

    s->served |= size > 0;
    c->now_ms = host_us() / 1000;
    rsp_session_tick(&c->session, c->now_ms);
    if (size > 0 && c->types)
        rsp_lines_feed(&c->lines, data, (size_t)size);
    else if (size > 0 && c->faulty)
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
    if (!s->nobody_comes)
        welcome(s);
    s->nobody_comes = false;
    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++)
        if (s->clients[i].stream)
            serve_client(s, &s->clients[i]);
    if (!s->hub.running)
        return state(s);
    rsp_hub_run(&s->hub);
    return s->hub.running ? RSP_SERVER_RUNNING : state(s);
}

/* Its own words reach the log line by line. */
static void to_log(void *ctx, const void *data, size_t size)
{
    struct rsp_server *s = ctx;
    const char *at = data, *end = at + size;

    while (at < end) {
        const char *line = memchr(at, '\n', (size_t)(end - at));
        int n = (int)((line ? line : end) - at);
        log_msg(s->log, LOG_INFO, "%.*s", n, at);
        at += n + 1;
    }
}

bool rsp_server_command(struct rsp_server *s, const char *line)
{
    struct rsp_session session;

    if (!rsp_session_init(&session, &s->hub, to_log, s))
        return false;
    bool known = rsp_monitor_knows(&session, line);
    if (known)
        rsp_lines_run(&session, line);
    rsp_session_end(&session);
    return known;
}

static bool any_ready(const struct pollfd *fds, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (fds[i].revents)
            return true;
    return false;
}

/* A faulty connection has things to do although nothing comes: what is on its way, what must be sent again. */
static int shorter_wait(const struct rsp_server *s, int ms)
{
    enum { FAULTY_MS = 5 };

    return s->faulty && ms > FAULTY_MS ? FAULTY_MS : ms;
}

/* A debugger that has just been answered often asks again at once. To be woken takes longer than that, so for a moment
 * there is no sleep. */
static int wait_for_any(struct rsp_server *s, struct pollfd *fds, nfds_t n, int ms)
{
    enum { MOMENT_US = 100 };
    uint64_t until = s->served ? host_us() + MOMENT_US : 0;
    int ready = 0;

    s->served = false;
    while (ready == 0 && until && host_us() < until)
        ready = poll(fds, n, 0);
    return ready ? ready : poll(fds, n, ms);
}

void rsp_server_idle_wait(struct rsp_server *s, int ms)
{
    struct pollfd fds[RSP_SESSIONS_MAX + 1 + LINES_STYLES];
    nfds_t n = 0;

    fds[n++] = (struct pollfd){.fd = stream_server_fd(s->listener), .events = POLLIN};
    for (unsigned i = 0; i < LINES_STYLES; i++)
        if (s->lines[i])
            fds[n++] = (struct pollfd){.fd = stream_server_fd(s->lines[i]), .events = POLLIN};
    unsigned listeners = n;
    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++)
        if (s->clients[i].stream)
            fds[n++] = (struct pollfd){.fd = stream_fd(s->clients[i].stream), .events = POLLIN};
    s->nobody_comes = wait_for_any(s, fds, n, shorter_wait(s, ms)) >= 0 && !any_ready(fds, listeners);
}
