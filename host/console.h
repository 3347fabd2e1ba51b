/*
 * The console: where the bytes that the firmware prints go, and where the bytes that people type come from.
 *
 * Every source (UART0, UART1, RTT, semihosting, USB CDC) prints to standard output until it is routed to a stream of
 * its own. Lines of different sources do not mix: each goes out when it is complete, while another source's line is
 * unfinished later. Only when that source stays silent is its line ended, with a newline that it did not print. The
 * router hears of the bytes as a reader of the event log (EV_CONSOLE), so a source has nothing to do but to emit its
 * event.
 *
 * Standard input has one listener at a time, so that firmware which reads in several places does not get everything
 * several times. Who it is is decided before each line: of the sources that read, the one that printed last, because
 * that is where the prompt is. Nothing is taken from standard input before somebody reads. Who has not printed yet, or
 * is not the listener, has to ask CONSOLE_PATIENCE times in vain; devices ask each millisecond. Semihosting's requests
 * hold up the whole machine, and are served at once. When standard input is a terminal, the first source that is a
 * device (any but semihosting, which is for lines) turns it into a raw one.
 */
#ifndef HOST_CONSOLE_H
#define HOST_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "emu/evlog.h"
#include "emu/stream.h"
#include "emu/vtime.h"
#include "host/replay.h"
#include "host/tape.h"

enum {
    CONSOLE_SOURCES = EV_CONSOLES,
    CONSOLE_BUFFER = 1024,
    CONSOLE_PATIENCE = 250,
    CONSOLE_STOP_MAX = 255, /* longest text to stop at, in bytes */
};

/* One place where bytes go. */
struct console_output {
    struct stream *stream; /* NULL: bytes are dropped */
    bool ended;            /* the peer has gone */
};

struct console;
struct console_source {
    struct console *console;
    struct stream *port;          /* see console_port(); NULL until it is asked for */
    bool routed;                  /* has a stream of its own, in `out` */
    struct console_output out;    /* owned when routed */
    uint8_t held[CONSOLE_BUFFER]; /* printed, but not yet sent */
    size_t n, lines;              /* how many bytes of it there are, and how many of these are complete lines */
    bool printed;                 /* anything yet, */
    vtime last;                   /* and when the last time, as the event log tells */
    bool listens;                 /* reads standard input */
    unsigned matched;             /* how much of the stop text its last bytes are */
};

struct console {
    struct console_output out;         /* standard output */
    struct console_source *unfinished; /* whose line there has no end yet; NULL: nobody's */
    struct console_source source[CONSOLE_SOURCES];

    struct console_source *listener; /* who gets the line that has begun; NULL: between lines */
    unsigned unserved;               /* how often others have asked for what is there */
    int next;                        /* byte of standard input that nobody has taken yet; -1: not known */
    bool input_ended;
    struct record *record; /* borrowed; NULL: none */
    struct replay *replay; /* likewise */
    struct tape *tape;     /* likewise */

    char stop[CONSOLE_STOP_MAX + 1];
    uint8_t fallback[CONSOLE_STOP_MAX + 1]; /* after n matching bytes and then a wrong one: n' of them still match */
    unsigned stop_length;                   /* 0: nothing to stop at */
    bool stop_seen;
    void (*on_stop)(void *ctx); /* called once, when the stop text is complete */
    void *on_stop_ctx;
};

/* The struct may not be moved afterwards. `stdio` is where sources print and read that have no stream of their own;
 * borrowed, NULL for none. */
void console_init(struct console *c, struct stream *stdio);
/* Flushes, then closes the streams made by console_route() and console_port(). */
void console_close(struct console *c);

/* Routes a source to what `spec` names (see stream_open(); "stdio" is the shared one again). False on failure, with one
 * line in `err`; the source then stays where it was. */
bool console_route(struct console *c, enum ev_console source, const char *spec, char *err, size_t err_size);
/* The source's own stream, for its name; NULL when it has none. */
struct stream *console_stream(const struct console *c, enum ev_console source);

/* Prints. Lines go out when they are complete, the rest with console_show() and console_flush(). */
void console_put(struct console *c, enum ev_console source, const void *bytes, size_t n);
/* The same as a reader of the event log: evlog_attach(l, 1u << EV_CONSOLE, console_read_event, c). */
void console_read_event(void *console, const struct ev *e);
/* Sends what is held back as far as lines stay whole: a prompt, say. The run loop calls this every few milliseconds. */
void console_show(struct console *c, vtime now);
/* Sends all that is held back. At the end, and before anything else is written to the terminal. */
void console_flush(struct console *c);

/* Takes up to `size` bytes that were typed for this source: how many, 0 when there are none now, STREAM_ENDED when
 * there will be none. */
ssize_t console_get(struct console *c, enum ev_console source, void *buf, size_t size);

/* From now on everything that console_get() gives is recorded, and comes from a recording instead of a stream; NULL:
 * not. Borrowed until console_close(). */
void console_record(struct console *c, struct record *r);
void console_replay(struct console *c, struct replay *r);
/* From now on it is kept on a tape, and comes from there when the tape has it; NULL: not. Borrowed likewise. */
void console_tape(struct console *c, struct tape *t);

/* console_get() as a stream, for models that want one; owned by the console. What is written to it is dropped: it comes
 * as events already. */
struct stream *console_port(struct console *c, enum ev_console source);

/* Looks for `text` (1…CONSOLE_STOP_MAX bytes) in what each source prints, wherever it goes; bytes of different sources
 * do not mix. False when the length is wrong. `on_stop` may be NULL. */
bool console_stop_when(struct console *c, const char *text, void (*on_stop)(void *), void *on_stop_ctx);
static inline bool console_stop_seen(const struct console *c) { return c->stop_seen; }

#endif
