#include "host/console.h"

#include <string.h>

static void output_flush(struct console_output *o)
{
    if (o->n && o->stream && !o->ended)
        o->ended = !stream_write(o->stream, o->buffer, o->n);
    o->n = 0;
}

static void output_put(struct console_output *o, const uint8_t *bytes, size_t n)
{
    if (!o->stream || o->ended)
        return;
    bool newline = memchr(bytes, '\n', n) != NULL;
    while (n) {
        size_t room = CONSOLE_BUFFER - o->n, part = n < room ? n : room;
        memcpy(o->buffer + o->n, bytes, part);
        o->n += part;
        bytes += part;
        n -= part;
        if (o->n == CONSOLE_BUFFER)
            output_flush(o);
    }
    if (newline)
        output_flush(o);
}

void console_init(struct console *c, struct stream *stdio)
{
    *c = (struct console){.out.stream = stdio, .input_ended = !stdio};
    for (unsigned i = 0; i < CONSOLE_SOURCES; i++)
        c->source[i].console = c;
}

static void unroute(struct console_source *s)
{
    if (!s->routed)
        return;
    output_flush(&s->out);
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
    output_put(s->routed ? &s->out : &c->out, bytes, n);
    if (c->stop_length)
        look_for_stop(c, s, bytes, n);
}

void console_read_event(void *console, const struct ev *e)
{
    if (e->kind != EV_CONSOLE || e->a >= CONSOLE_SOURCES)
        return;
    uint8_t byte = (uint8_t)e->b;
    console_put(console, (enum ev_console)e->a, &byte, 1);
}

void console_flush(struct console *c)
{
    output_flush(&c->out);
    for (unsigned i = 0; i < CONSOLE_SOURCES; i++)
        output_flush(&c->source[i].out);
}

/* Reads standard input up to the ring's end. Only a source that has read everything asks for more, so the bytes that
 * get overwritten are those that a slower source left. */
static void fill_input(struct console *c)
{
    size_t at = c->input_end % CONSOLE_INPUT;
    ssize_t got = stream_read(c->out.stream, c->input + at, CONSOLE_INPUT - at);
    if (got == STREAM_ENDED)
        c->input_ended = true;
    else
        c->input_end += (uint64_t)got;
}

static ssize_t take(struct console *c, enum ev_console source, void *buf, size_t size)
{
    struct console_source *s = &c->source[source];
    if (s->routed)
        return stream_read(s->out.stream, buf, size);
    if (source != EV_CONSOLE_SEMIHOSTING && c->out.stream)
        stream_raw(c->out.stream);
    if (s->read == c->input_end && !c->input_ended)
        fill_input(c);
    if (s->read == c->input_end)
        return c->input_ended ? STREAM_ENDED : 0;
    if (c->input_end - s->read > CONSOLE_INPUT)
        s->read = c->input_end - CONSOLE_INPUT;
    size_t n = 0;
    for (; n < size && s->read < c->input_end; n++)
        ((uint8_t *)buf)[n] = c->input[s->read++ % CONSOLE_INPUT];
    return (ssize_t)n;
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
