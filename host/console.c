#include "host/console.h"

#include <string.h>

enum { QUIET = 20 }; /* ms: who printed nothing for that long has nothing to add to its line for now */

static void output_write(struct console_output *o, const void *bytes, size_t n)
{
    if (n && o->stream && !o->ended)
        o->ended = !stream_write(o->stream, bytes, n);
}

/* Sends the first `n` bytes of what a source holds back. On standard output an unfinished line of another source ends
 * before them. */
static void release(struct console_source *s, size_t n)
{
    struct console *c = s->console;
    if (!n)
        return;
    if (s->routed) {
        output_write(&s->out, s->held, n);
    } else {
        if (c->unfinished && c->unfinished != s)
            output_write(&c->out, "\n", 1);
        output_write(&c->out, s->held, n);
        c->unfinished = s->held[n - 1] == '\n' ? NULL : s;
    }
    s->n -= n;
    s->lines = s->lines > n ? s->lines - n : 0;
    memmove(s->held, s->held + n, s->n);
}

static bool may_print(const struct console_source *s)
{
    const struct console_source *unfinished = s->console->unfinished;
    return s->routed || !unfinished || unfinished == s;
}

static void release_lines(struct console_source *s)
{
    if (s->lines && may_print(s))
        release(s, s->lines);
}

static void hold(struct console_source *s, const uint8_t *bytes, size_t n)
{
    for (size_t part; n; bytes += part, n -= part) {
        part = n < CONSOLE_BUFFER - s->n ? n : CONSOLE_BUFFER - s->n;
        memcpy(s->held + s->n, bytes, part);
        const uint8_t *newline = memrchr(bytes, '\n', part);
        if (newline)
            s->lines = s->n + (size_t)(newline - bytes) + 1;
        s->n += part;
        if (s->n == CONSOLE_BUFFER)
            release(s, s->n);
    }
}

void console_init(struct console *c, struct stream *stdio)
{
    *c = (struct console){.out.stream = stdio, .next = -1, .input_ended = !stdio};
    for (unsigned i = 0; i < CONSOLE_SOURCES; i++)
        c->source[i].console = c;
}

static void unroute(struct console_source *s)
{
    if (!s->routed)
        return;
    release(s, s->n);
    stream_close(s->out.stream);
    s->out = (struct console_output){0};
    s->routed = false;
}

void console_close(struct console *c)
{
    console_flush(c);
    for (unsigned i = 0; i < CONSOLE_SOURCES; i++) {
        unroute(&c->source[i]);
        stream_close(c->source[i].port);
        c->source[i].port = NULL;
    }
}

bool console_route(struct console *c, enum ev_console source, const char *spec, char *err, size_t err_size)
{
    struct console_source *s = &c->source[source];
    bool own = strcmp(spec, "stdio") != 0;
    struct stream *stream = own ? stream_open(spec, err, err_size) : NULL;
    if (own && !stream)
        return false;
    unroute(s);
    s->routed = own;
    s->out.stream = stream;
    return true;
}

struct stream *console_stream(const struct console *c, enum ev_console source) { return c->source[source].out.stream; }

/* Knuth, Morris and Pratt: never looks at a byte twice, so a source needs to remember one number only. */
static unsigned match_byte(const struct console *c, unsigned matched, char byte)
{
    while (matched && c->stop[matched] != byte)
        matched = c->fallback[matched];
    return matched + (c->stop[matched] == byte);
}

bool console_stop_when(struct console *c, const char *text, void (*on_stop)(void *), void *on_stop_ctx)
{
    size_t length = strlen(text);
    if (!length || length > CONSOLE_STOP_MAX)
        return false;
    memcpy(c->stop, text, length + 1);
    c->stop_length = (unsigned)length;
    c->stop_seen = false;
    c->on_stop = on_stop;
    c->on_stop_ctx = on_stop_ctx;
    c->fallback[0] = c->fallback[1] = 0;
    for (unsigned n = 1; n < length; n++)
        c->fallback[n + 1] = (uint8_t)match_byte(c, c->fallback[n], c->stop[n]);
    for (unsigned i = 0; i < CONSOLE_SOURCES; i++)
        c->source[i].matched = 0;
    return true;
}

static void look_for_stop(struct console *c, struct console_source *s, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n && !c->stop_seen; i++) {
        s->matched = match_byte(c, s->matched, (char)bytes[i]);
        if (s->matched == c->stop_length) {
            c->stop_seen = true;
            if (c->on_stop)
                c->on_stop(c->on_stop_ctx);
        }
    }
}

void console_put(struct console *c, enum ev_console source, const void *bytes, size_t n)
{
    struct console_source *s = &c->source[source];
    hold(s, bytes, n);
    release_lines(s);
    for (unsigned i = 0; i < CONSOLE_SOURCES; i++)
        release_lines(&c->source[i]);
    if (c->stop_length)
        look_for_stop(c, s, bytes, n);
}

void console_read_event(void *console, const struct ev *e)
{
    if (e->kind != EV_CONSOLE || e->a >= CONSOLE_SOURCES)
        return;
    uint8_t byte = (uint8_t)e->b;
    struct console_source *s = &((struct console *)console)->source[e->a];
    s->last = e->time;
    s->printed = true;
    console_put(console, (enum ev_console)e->a, &byte, 1);
}

void console_show(struct console *c, vtime now)
{
    if (c->unfinished)
        release(c->unfinished, c->unfinished->n);
    bool quiet = c->unfinished && now - c->unfinished->last >= QUIET * VTIME_PER_MS;
    for (unsigned i = 0; i < CONSOLE_SOURCES; i++)
        if (quiet || may_print(&c->source[i]))
            release(&c->source[i], c->source[i].n);
}

void console_flush(struct console *c)
{
    if (c->unfinished)
        release(c->unfinished, c->unfinished->n);
    for (unsigned i = 0; i < CONSOLE_SOURCES; i++)
        release(&c->source[i], c->source[i].n);
}

static struct console_source *last_to_print(struct console *c)
{
    struct console_source *last = NULL;
    for (unsigned i = 0; i < CONSOLE_SOURCES; i++) {
        struct console_source *s = &c->source[i];
        if (s->listens && s->printed && (!last || s->last > last->last))
            last = s;
    }
    return last;
}

static bool is_served(struct console *c, struct console_source *s)
{
    struct console_source *due = c->listener ? c->listener : last_to_print(c);
    bool blocks = s == &c->source[EV_CONSOLE_SEMIHOSTING];
    if (s != due && !blocks && ++c->unserved < CONSOLE_PATIENCE)
        return false;
    if (due && s != due)
        due->listens = false; /* until it asks again */
    c->unserved = 0;
    return true;
}

/* Whether there is a byte of standard input, in c->next. */
static bool has_input(struct console *c)
{
    uint8_t byte;
    ssize_t got = 0;
    if (c->next < 0 && !c->input_ended)
        got = stream_read(c->out.stream, &byte, 1);
    if (got > 0)
        c->next = byte;
    c->input_ended |= got == STREAM_ENDED;
    return c->next >= 0;
}

/* Up to the end of a line: the next may be for another. */
static ssize_t read_line(struct console *c, struct console_source *s, uint8_t *buf, size_t size)
{
    size_t n = 0;
    do {
        buf[n] = (uint8_t)c->next;
        c->listener = buf[n] == '\n' || buf[n] == '\r' ? NULL : s;
        c->next = -1;
    } while (++n < size && c->listener && has_input(c));
    return (ssize_t)n;
}

static ssize_t take(struct console *c, enum ev_console source, void *buf, size_t size)
{
    struct console_source *s = &c->source[source];
    if (s->routed)
        return stream_read(s->out.stream, buf, size);
    if (source != EV_CONSOLE_SEMIHOSTING && c->out.stream)
        stream_raw(c->out.stream);
    s->listens = true;
    if (!has_input(c))
        return c->input_ended ? STREAM_ENDED : 0;
    return is_served(c, s) ? read_line(c, s, buf, size) : 0;
}

static ssize_t get_new(struct console *c, enum ev_console source, void *buf, size_t size)
{
    if (c->record && !record_may_read(c->record, source))
        return 0;
    ssize_t n = c->replay ? replay_input(c->replay, source, buf, size) : take(c, source, buf, size);
    if (c->record)
        record_input(c->record, source, buf, n);
    return n;
}

ssize_t console_get(struct console *c, enum ev_console source, void *buf, size_t size)
{
    ssize_t n;
    if (c->tape && tape_input(c->tape, source, buf, size, &n))
        return n;
    n = get_new(c, source, buf, size);
    if (c->tape)
        tape_keep(c->tape, source, buf, n);
    return n;
}

void console_record(struct console *c, struct record *r) { c->record = r; }
void console_replay(struct console *c, struct replay *r) { c->replay = r; }
void console_tape(struct console *c, struct tape *t) { c->tape = t; }

static ssize_t port_read(void *ctx, void *buf, size_t size)
{
    const struct console_source *s = ctx;
    return console_get(s->console, (enum ev_console)(s - s->console->source), buf, size);
}

static bool port_write(void *ctx, const void *buf, size_t size) { return true; }

struct stream *console_port(struct console *c, enum ev_console source)
{
    struct console_source *s = &c->source[source];
    if (!s->port)
        s->port = stream_from_functions(port_read, port_write, s);
    return s->port;
}
