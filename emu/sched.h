/*
 * The event queue, and with it the one truth about what time it is.
 *
 * Events are intrusive (the owner embeds a `struct sched_event`), named, and first-in first-out among equals. They are
 * re-armed from the time they were *due*, which their callback receives: a periodic event never drifts.
 *
 * `now` is advanced by the CPU port, instruction by instruction, and by the run loop while the CPU sleeps. Events fire
 * between instructions only. `deadline` is the earliest due time, or 0 when somebody asked for attention with
 * sched_kick(): the CPU port compares `now` with it once per instruction and stops when it has passed.
 */
#ifndef EMU_SCHED_H
#define EMU_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/vtime.h"

struct sched_event {
    const char *name;                   /* for traces; static storage */
    void (*fire)(void *ctx, vtime due); /* `due` <= sched.now */
    void *ctx;
    vtime due; /* meaningful while `armed` */
    bool armed;
    struct sched_event *next, *prev;
};

struct sched {
    vtime now;
    vtime deadline; /* due time of the head or the limit, VTIME_NEVER when there is none, 0 when kicked */
    vtime limit;    /* see sched_limit() */
    uint64_t fired; /* how many events so far */
    struct sched_event *head;
};

void sched_init(struct sched *s);

/* Prepares an event; does not arm it. */
void sched_event_init(struct sched_event *e, const char *name, void (*fire)(void *, vtime), void *ctx);

/* Arms `e` for `due`; an armed event is moved. A `due` in the past fires at the next boundary. */
void sched_at(struct sched *s, struct sched_event *e, vtime due);

/* Disarms `e`; nothing happens when it was not armed. */
void sched_cancel(struct sched *s, struct sched_event *e);

/* Due time of the earliest armed event; VTIME_NEVER when there is none. */
vtime sched_next(const struct sched *s);

/* Fires everything due at or before s->now, in order of due time, then of arming. Also ends a kick. */
void sched_fire_due(struct sched *s);

/* Asks the CPU port to stop before the next instruction. */
static inline void sched_kick(struct sched *s) { s->deadline = 0; }
/* Takes that back. */
void sched_end_kick(struct sched *s);

/* A deadline that is no event: VTIME_NEVER for none. */
void sched_limit(struct sched *s, vtime limit);

#endif
