/*
 * The event log: what happened in the machine, and when. VCD, the trace hash, the oracle and `explain` are its readers.
 *
 * Every record is one of the kinds below with two numbers. The trace hash covers the architectural kinds (everything
 * that the firmware could see or cause); it never covers what a debugger did.
 */
#ifndef EMU_EVLOG_H
#define EMU_EVLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/vtime.h"

enum ev_kind {
    EV_ENTRY,        /* a = exception number, b = return address */
    EV_TAILCHAIN,    /* a = new exception number, b = the one it follows */
    EV_LATE_ARRIVAL, /* a = new exception number, b = the one it displaced */
    EV_RETURN,       /* a = exception number returned from, b = return address */
    EV_FAULT,        /* a = exception number raised, b = faulting PC */
    EV_SLEEP,        /* a = 0 WFI, 1 WFE, 2 sleep-on-exit, 3 System OFF */
    EV_WAKE,         /* a = 0 */
    EV_LOCKUP,       /* b = PC */
    EV_RESET,        /* a = RESETREAS bits */
    EV_IRQ_LINE,     /* a = irqn, b = level */
    EV_PEND,         /* a = exception number, b = 1 pended, 0 unpended */
    EV_PIN,          /* a = pin, b = level */
    EV_TASK,         /* a = peripheral base >> 12 (APB) , b = task register address */
    EV_EVENT,        /* likewise, b = event register address */
    EV_CONSOLE,      /* a = channel (enum ev_console), b = byte */
    /* Not architectural: what the firmware does to its masks shows in what it is spared, and what a debugger does is
     * none of its business. */
    EV_MASK, /* a = PRIMASK | FAULTMASK << 1, b = BASEPRI */
    EV_HALT, /* a = 1: a debugger holds the core; 0: it runs again, b = 1: for a step */
    EV_KINDS
};

enum ev_console {
    EV_CONSOLE_UART0,
    EV_CONSOLE_UART1,
    EV_CONSOLE_RTT,
    EV_CONSOLE_SEMIHOSTING,
    EV_CONSOLE_USB,
    EV_CONSOLES
};

struct ev {
    vtime time;
    enum ev_kind kind;
    uint32_t a, b;
};

enum { EVLOG_MAX_READERS = 16 };

struct evlog_reader {
    uint32_t kinds; /* bit n: wants enum ev_kind n */
    void (*read)(void *ctx, const struct ev *e);
    void *ctx;
    bool follows; /* see evlog_follow() */
};

struct evlog {
    const vtime *now; /* the scheduler's clock */
    uint32_t wanted;  /* union of the kinds of readers that are told */
    bool muted;
    struct evlog_reader reader[EVLOG_MAX_READERS];
    unsigned n_readers;
};

void evlog_init(struct evlog *l, const vtime *now);
/* Adds a reader; asserts when there are too many. */
void evlog_attach(struct evlog *l, uint32_t kinds, void (*read)(void *, const struct ev *), void *ctx);
/* Likewise, a reader whose state belongs to that of what it reads about: it is told while muted, too. */
void evlog_follow(struct evlog *l, uint32_t kinds, void (*read)(void *, const struct ev *), void *ctx);
/* While muted, nobody else is told: what happens was told before. */
void evlog_mute(struct evlog *l, bool muted);
/* Removes the reader that has this ctx. */
void evlog_detach(struct evlog *l, void *ctx);
void evlog_deliver(struct evlog *l, enum ev_kind kind, uint32_t a, uint32_t b);

/* Records one event; nearly free when nobody wants its kind. A NULL log is allowed (unit tests). */
static inline void evlog_emit(struct evlog *l, enum ev_kind kind, uint32_t a, uint32_t b)
{
    if (l && (l->wanted >> kind & 1))
        evlog_deliver(l, kind, a, b);
}

/* "uart0", "uart1", "rtt", "semihosting", "usb". */
const char *ev_console_name(enum ev_console channel);

/* The name of a kind as traces print it ("entry", "tail-chain", …). */
const char *ev_kind_name(enum ev_kind kind);

/* A running 64-bit hash (FNV-1a over words) as an evlog reader; start with TRACE_HASH_INIT. */
#define TRACE_HASH_INIT  0xcbf29ce484222325ull
#define TRACE_HASH_KINDS ((1u << EV_MASK) - 1)
void trace_hash_read(void *hash /* uint64_t */, const struct ev *e);
uint64_t trace_hash_bytes(uint64_t hash, const void *data, uint32_t len);

#endif
