/*
 * What a signal was, over time: the last changes of a byte, and how they look on so many pixels.
 */
#ifndef BOARD_SIGNAL_H
#define BOARD_SIGNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/vtime.h"

enum { SIGNAL_CHANGES = 1 << 15 }; /* as many are kept; a power of 2 */

struct signal {
    uint64_t *change; /* time << 8 | value; NULL before the first one; owned */
    uint64_t n;       /* of all that there were */
};

/* It is `value` from `time` on, which is not before the last change. */
void signal_set(struct signal *s, vtime time, uint8_t value);
/* Likewise, also when it has this value already. */
void signal_mark(struct signal *s, vtime time, uint8_t value);
void signal_free(struct signal *s);

static inline uint64_t signal_first(const struct signal *s)
{
    return s->n > SIGNAL_CHANGES ? s->n - SIGNAL_CHANGES : 0;
}
static inline vtime signal_time(const struct signal *s, uint64_t i) { return s->change[i % SIGNAL_CHANGES] >> 8; }
static inline uint8_t signal_value(const struct signal *s, uint64_t i)
{
    return (uint8_t)s->change[i % SIGNAL_CHANGES];
}

/* Number of the first change after `time`; s->n when there is none. */
uint64_t signal_after(const struct signal *s, vtime time);
/* What it was at `time`; `otherwise` before the first change that is known. */
uint8_t signal_at(const struct signal *s, vtime time, uint8_t otherwise);
/* How much of [from, to) the value masked by `mask` was `wanted`, of 255. */
unsigned signal_share(const struct signal *s, vtime from, vtime to, uint8_t mask, uint8_t wanted, uint8_t otherwise);

/* A stretch of pixels. */
struct signal_run {
    int x, width;
    uint8_t value;        /* at its end */
    bool begins;          /* with a change, to `value` unless it is busy */
    bool busy;            /* one pixel in which it changed several times: */
    uint8_t seen;         /* all values that it had, or-ed */
    uint64_t first, last; /* numbers of its changes */
};

/* Maps time to pixels. */
struct axis {
    vtime from, span;
    int x, width;
};

int axis_x(const struct axis *a, vtime time); /* may be far outside */
vtime axis_time(const struct axis *a, int x);

/* Tells the runs of the signal from the first change known (or the axis' beginning: it was 0 before) to `now`. */
void signal_runs(const struct signal *s, const struct axis *a, vtime now,
                 void (*draw)(void *ctx, const struct signal_run *run), void *ctx);

#endif
