#include "emu/stream.h"
#include "emu/stream_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum {
    WRITE_LIMIT_MS = 5000,
    ABSENT_POLL_MS = 10, /* how often we look for a peer whose coming cannot be polled for */
    DRAIN_READS = 64,
    FILE_MODE = 0666, /* umask does the rest */
};

struct stream {
    int in, out;  /* descriptors, may be the same one; -1: none, or nobody connected */
    bool foreign; /* not ours to close */
    bool patient; /* writes wait without limit */
    bool pty;
    bool socket;                  /* `out` takes MSG_NOSIGNAL */
    bool read_ended, write_ended; /* apart: output goes on after the end of standard input */
    bool stuck;                   /* the peer let a write run into its limit; do not wait for it again */
    bool wants_raw, is_raw;       /* a terminal's modes; `cooked` is what they were */
    struct termios cooked;
    struct stream_server *server; /* hands out the next client; NULL: there is none */
    bool memory;                  /* an end of a pair: */
    struct stream *peer;          /* NULL once closed */
    uint8_t *inbox;               /* what the peer has written */
    size_t inbox_used, inbox_size;
    ssize_t (*read_function)(void *ctx, void *buf, size_t size); /* a stream made of functions; else NULL */
    bool (*write_function)(void *ctx, const void *buf, size_t size);
    void *ctx;
    char name[STREAM_NAME_SIZE];
};

/* ---- helpers ---- */

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int ms_until(int64_t deadline)
{
    int64_t left = deadline - now_ms();
    return left > 0 ? (int)left : 0;
}

/* What poll() says about one descriptor: its events, 0 for none in time, -1 when a signal came. fd -1 just waits. */
static int poll_one(int fd, short events, int ms)
{
    struct pollfd p = {.fd = fd, .events = events};
    int n = poll(&p, 1, ms);
    return n > 0 ? p.revents : n;
}

static bool passing(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

static struct stream *new_stream(int in, int out, const char *name)
{
    struct stream *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->in = in;
    s->out = out;
    snprintf(s->name, sizeof s->name, "%s", name);
    return s;
}

/* Input that nobody read would turn the close into a reset, and that could destroy output on its way to the peer. */
static void close_fd(int fd)
{
    char waste[4096];
    if (shutdown(fd, SHUT_WR) == 0)
        for (int i = 0; i < DRAIN_READS && recv(fd, waste, sizeof waste, MSG_DONTWAIT) > 0; i++)
            ;
    close(fd);
}

/* ---- the ends of a pair ---- */

void stream_pair(struct stream *end[2])
{
    for (int i = 0; i < 2; i++) {
        end[i] = new_stream(-1, -1, "memory");
        end[i]->memory = true;
    }
    end[0]->peer = end[1];
    end[1]->peer = end[0];
}

static ssize_t memory_read(struct stream *s, void *buf, size_t size)
{
    if (!s->inbox_used)
        return s->peer ? 0 : STREAM_ENDED;
    size_t n = size < s->inbox_used ? size : s->inbox_used;
    memcpy(buf, s->inbox, n);
    s->inbox_used -= n;
    memmove(s->inbox, s->inbox + n, s->inbox_used);
    return (ssize_t)n;
}

static bool memory_write(struct stream *to, const void *buf, size_t size)
{
    if (!to)
        return false;
    if (!size)
        return true;
    if (to->inbox_size - to->inbox_used < size) {
        to->inbox_size = 2 * to->inbox_size + size;
        to->inbox = realloc(to->inbox, to->inbox_size);
        if (!to->inbox)
            abort();
    }
    memcpy(to->inbox + to->inbox_used, buf, size);
    to->inbox_used += size;
    return true;
}

/* ---- streams made of functions ---- */

struct stream *stream_from_functions(ssize_t (*read)(void *ctx, void *buf, size_t size),
                                     bool (*write)(void *ctx, const void *buf, size_t size), void *ctx)
{
    struct stream *s = new_stream(-1, -1, "functions");
    s->read_function = read;
    s->write_function = write;
    s->ctx = ctx;
    return s;
}

/* ---- peers that come and go ---- */

static void take_client(struct stream *s)
{
    if (!s->server || s->out >= 0)
        return;
    struct stream *client = stream_accept(s->server);
    if (!client)
        return;
    s->in = s->out = client->out;
    s->stuck = false;
    free(client);
}

/* The master of a pseudo-terminal hangs up while no program has the slave open. */
static bool hung_up(const struct stream *s)
{
    int events = s->pty ? poll_one(s->out, 0, 0) : 0;
    return events > 0 && events & POLLHUP;
}

static bool connected(const struct stream *s) { return (s->in >= 0 || s->out >= 0) && !hung_up(s); }

/* Reading our terminal from the background would stop the process (SIGTTIN); another's has no such rule. */
static bool in_background(const struct stream *s)
{
    pid_t foreground = s->foreign && isatty(s->in) ? tcgetpgrp(s->in) : -1;
    return foreground >= 0 && foreground != getpgrp();
}

/* The peer has left. True when another may come. */
static bool lose_peer(struct stream *s)
{
    if (s->server) {
        close_fd(s->out);
        s->in = s->out = -1;
    }
    return s->server || s->pty;
}

/* ---- a terminal's modes ---- */

void stream_raw(struct stream *s) { s->wants_raw = s->foreign; }

/* Not from the background: that would stop the process, too. */
static void make_raw(struct stream *s)
{
    struct termios raw;
    if (s->is_raw || in_background(s))
        return;
    s->wants_raw = isatty(s->in) && tcgetattr(s->in, &s->cooked) == 0;
    if (!s->wants_raw)
        return;
    raw = s->cooked;
    raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON);
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | IEXTEN);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    s->is_raw = tcsetattr(s->in, TCSANOW, &raw) == 0;
}

void stream_cooked(struct stream *s)
{
    if (s->is_raw && !in_background(s))
        tcsetattr(s->in, TCSANOW, &s->cooked);
    s->wants_raw = s->is_raw = false;
}

/* ---- reading ---- */

/* One need not be asked: a call for each request is saved. */
static bool is_socket(const struct stream *s) { return s->socket || s->server; }

static bool readable(const struct stream *s, int events)
{
    /* A hang-up can be read, as an end of file, but for a pseudo-terminal's. */
    return events > 0 && (!s->pty || events & POLLIN);
}

ssize_t stream_read(struct stream *s, void *buf, size_t size)
{
    if (!size)
        return 0;
    if (s->memory)
        return memory_read(s, buf, size);
    if (s->read_function)
        return s->read_function(s->ctx, buf, size);
    if (s->read_ended)
        return STREAM_ENDED;
    take_client(s);
    if (s->wants_raw)
        make_raw(s);
    if (s->in < 0 || in_background(s) || (!is_socket(s) && !readable(s, poll_one(s->in, POLLIN, 0))))
        return 0;
    ssize_t n = is_socket(s) ? recv(s->in, buf, size, MSG_DONTWAIT) : read(s->in, buf, size);
    if (n > 0)
        return n;
    if ((n < 0 && passing(errno)) || lose_peer(s))
        return 0;
    s->read_ended = true;
    return STREAM_ENDED;
}

/* Waits for a peer to come; false when a signal came. */
static bool wait_for_peer(const struct stream *s, int ms)
{
    if (s->server)
        return poll_one(stream_server_fd(s->server), POLLIN, ms) >= 0;
    bool may_come = s->pty || s->foreign;
    return poll_one(-1, 0, may_come && ms > ABSENT_POLL_MS ? ABSENT_POLL_MS : ms) >= 0;
}

bool stream_wait(struct stream *s, int ms)
{
    if (s->memory)
        return s->inbox_used || !s->peer; /* nobody could write while we wait */
    if (s->read_function)
        return false;
    if (s->read_ended)
        return true;
    int64_t deadline = now_ms() + ms;
    for (;;) {
        take_client(s);
        int left = ms_until(deadline);
        bool background = in_background(s), there = connected(s) && !background;
        int events = s->in >= 0 && !background ? poll_one(s->in, POLLIN, there ? left : 0) : 0;
        if (events < 0 || readable(s, events))
            return events > 0;
        if (!left || (!there && !wait_for_peer(s, left)))
            return false;
    }
}

/* ---- writing ---- */

/* write() that fails with EPIPE instead of raising SIGPIPE, whatever the process does with that signal. */
static ssize_t write_without_signal(int fd, const void *buf, size_t size)
{
    sigset_t sigpipe, before, pending;
    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &sigpipe, &before);
    ssize_t n = write(fd, buf, size);
    int error = errno;
    if (n < 0 && error == EPIPE && !sigismember(&pending, SIGPIPE))
        sigtimedwait(&sigpipe, NULL, &(struct timespec){0});
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return n;
}

static ssize_t put(const struct stream *s, const void *buf, size_t size)
{
    if (is_socket(s))
        return send(s->out, buf, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    /* poll() promises room for this much in a pipe; more might block. */
    return write_without_signal(s->out, buf, size < PIPE_BUF ? size : PIPE_BUF);
}

/* The peer did not take everything in time: what can have another peer, or the same in a better mood, goes on. */
static bool give_up(struct stream *s)
{
    s->stuck = true;
    s->write_ended = !s->server && !s->pty;
    return !s->write_ended;
}

bool stream_write(struct stream *s, const void *buf, size_t size)
{
    if (s->memory)
        return memory_write(s->peer, buf, size);
    if (s->write_function)
        return s->write_function(s->ctx, buf, size);
    if (s->write_ended)
        return false;
    take_client(s);
    const uint8_t *p = buf;
    int64_t deadline = now_ms() + WRITE_LIMIT_MS;
    bool try = is_socket(s);
    while (size && s->out >= 0 && !hung_up(s)) {
        int events = try ? POLLOUT : poll_one(s->out, POLLOUT, s->patient ? -1 : s->stuck ? 0 : ms_until(deadline));
        try = false;
        if (events < 0 && s->patient)
            return true; /* the signal may be the user's ^C: let it be seen */
        if (events < 0)
            continue;
        if (events == 0)
            return give_up(s);
        ssize_t n = put(s, p, size);
        if (n < 0 && passing(errno))
            continue;
        if (n < 0) {
            s->write_ended = !lose_peer(s);
            return !s->write_ended;
        }
        s->stuck = false;
        p += n;
        size -= (size_t)n;
    }
    return true;
}

/* ---- opening ---- */

struct stream *stream_from_fd(int fd)
{
    char name[STREAM_NAME_SIZE];
    if (!stream_peer_name(fd, name))
        snprintf(name, sizeof name, "fd %d", fd);
    struct stream *s = new_stream(fd, fd, name);
    struct stat st;
    s->socket = fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return s;
}

static struct stream *open_null(const char *arg, char *err, size_t err_size) { return new_stream(-1, -1, "null"); }

/* Not set to non-blocking: the flag would stay with the user's terminal, and other programs share it. */
static struct stream *open_stdio(const char *arg, char *err, size_t err_size)
{
    struct stream *s = new_stream(STDIN_FILENO, STDOUT_FILENO, "stdio");
    s->foreign = s->patient = true;
    return s;
}

/* Nothing but bytes may pass, and opening the slave once makes the master hang up until somebody else opens it. */
static bool prepare_slave(const char *name)
{
    int fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios t;
    bool good = fd >= 0 && tcgetattr(fd, &t) == 0;
    if (good) {
        cfmakeraw(&t);
        good = tcsetattr(fd, TCSANOW, &t) == 0;
    }
    if (fd >= 0)
        close(fd);
    return good;
}

static struct stream *open_pty(const char *arg, char *err, size_t err_size)
{
    char name[STREAM_NAME_SIZE];
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || grantpt(fd) || unlockpt(fd) || ptsname_r(fd, name, sizeof name) || !prepare_slave(name)) {
        stream_fail(err, err_size, "cannot make a pseudo-terminal: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct stream *s = stream_from_fd(fd);
    s->pty = true;
    snprintf(s->name, sizeof s->name, "%s", name);
    return s;
}

static struct stream *open_tcp(const char *arg, char *err, size_t err_size)
{
    struct stream_server *server = stream_listen(arg, err, err_size);
    if (!server)
        return NULL;
    struct stream *s = new_stream(-1, -1, stream_server_name(server));
    s->server = server;
    return s;
}

static struct stream *open_file(const char *arg, char *err, size_t err_size)
{
    int fd = open(arg, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
    if (fd < 0) {
        stream_fail(err, err_size, "%s: %s", arg, strerror(errno));
        return NULL;
    }
    return new_stream(-1, fd, arg);
}

static const struct {
    const char *word; /* one that ends in a colon takes an argument */
    struct stream *(*open)(const char *arg, char *err, size_t err_size);
} scheme[] = {
    {"null", open_null}, {"stdio", open_stdio}, {"pty", open_pty}, {"tcp:", open_tcp}, {"file:", open_file},
};

struct stream *stream_open(const char *spec, char *err, size_t err_size)
{
    for (size_t i = 0; i < sizeof scheme / sizeof scheme[0]; i++) {
        size_t len = strlen(scheme[i].word);
        bool takes_argument = scheme[i].word[len - 1] == ':';
        if (takes_argument ? !strncmp(spec, scheme[i].word, len) : !strcmp(spec, scheme[i].word))
            return scheme[i].open(spec + len, err, err_size);
    }
    stream_fail(err, err_size, "'%s' is none of null, stdio, pty, tcp:[HOST:]PORT, file:PATH", spec);
    return NULL;
}

const char *stream_name(const struct stream *s) { return s->name; }
int stream_fd(const struct stream *s) { return !s->read_ended && connected(s) ? s->in : -1; }

void stream_close(struct stream *s)
{
    if (!s)
        return;
    if (s->peer)
        s->peer->peer = NULL;
    stream_cooked(s);
    if (!s->foreign && s->in >= 0 && s->in != s->out)
        close_fd(s->in);
    if (!s->foreign && s->out >= 0)
        close_fd(s->out);
    stream_server_close(s->server);
    free(s->inbox);
    free(s);
}
