#include "emu/sched.h"

#include <stddef.h>

static vtime earliest(const struct sched *s)
{
    vtime next = sched_next(s);
    return next < s->limit ? next : s->limit;
}

/* A kick (deadline 0) outlives arming and cancelling: only sched_fire_due() ends it. */
static void update_deadline(struct sched *s)
{
    if (s->deadline)
        s->deadline = earliest(s);
}

static void unlink_event(struct sched *s, struct sched_event *e)
{
    if (e->prev)
        e->prev->next = e->next;
    else
        s->head = e->next;
    if (e->next)
        e->next->prev = e->prev;
    e->next = e->prev = NULL;
    e->armed = false;
}

void sched_init(struct sched *s) { *s = (struct sched){.deadline = VTIME_NEVER, .limit = VTIME_NEVER}; }

void sched_event_init(struct sched_event *e, const char *name, void (*fire)(void *, vtime), void *ctx)
{
    *e = (struct sched_event){.name = name, .fire = fire, .ctx = ctx};
}

void sched_at(struct sched *s, struct sched_event *e, vtime due)
{
    if (e->armed)
        unlink_event(s, e);

    struct sched_event *prev = NULL, *next = s->head;
    while (next && next->due <= due) {
        prev = next;
        next = next->next;
    }
    e->due = due;
    e->armed = true;
    e->prev = prev;
    e->next = next;
    if (prev)
        prev->next = e;
    else
        s->head = e;
    if (next)
        next->prev = e;
    update_deadline(s);
}

void sched_cancel(struct sched *s, struct sched_event *e)
{
    if (!e->armed)
        return;
    unlink_event(s, e);
    update_deadline(s);
}

vtime sched_next(const struct sched *s) { return s->head ? s->head->due : VTIME_NEVER; }

void sched_end_kick(struct sched *s) { s->deadline = earliest(s); }

void sched_limit(struct sched *s, vtime limit)
{
    s->limit = limit;
    update_deadline(s);
}

void sched_fire_due(struct sched *s)
{
    /* Ended first, so that a kick made by one of the callbacks is not lost. */
    s->deadline = VTIME_NEVER;
    while (s->head && s->head->due <= s->now) {
        struct sched_event *e = s->head;
        unlink_event(s, e);
        s->fired++;
        e->fire(e->ctx, e->due);
    }
    update_deadline(s);
}
