#include "soc/halted_time.h"

#include <time.h>

const char *const halted_time_names[HALTED_TIME_MODES + 1] = {"frozen", "traffic", "wall"};

static uint64_t host_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

void halted_time_init(struct halted_time *h, struct timeline *t)
{
    *h = (struct halted_time){.timeline = t, .now_us = host_us};
}

/* What comes due may ask for the run loop's attention: a slice is over, a reset. The core executes nothing. */
static void pass(struct timeline *t, vtime length)
{
    struct machine *m = t->machine;
    struct core *c = &m->soc.core;
    if (t->past || length == 0)
        return;
    timeline_change(t);
    vtime until = m->soc.sched.now + length;
    while (debug_stopped(c) && !m->end && !m->relives && m->soc.sched.now < until) {
        debug_pass_time(c, until);
        if (c->attention)
            machine_run(m, 0);
    }
}

void halted_time_hold(struct halted_time *h, bool held)
{
    if (h->counts && !held)
        halted_time_poll(h);
    if (held && !h->counts)
        h->seen_us = h->now_us();
    h->counts = held;
}

static void transfers(struct halted_time *h, unsigned n)
{
    if (h->counts && h->mode == HALTED_TIME_TRAFFIC)
        pass(h->timeline, n * HALTED_TIME_TRANSFER);
}

/* TAR, and a word at a time DRW. */
void halted_time_memory(struct halted_time *h, uint32_t bytes) { transfers(h, 1 + (bytes + 3) / 4); }

/* DCRSR, DHCSR.S_REGRDY, DCRDR. */
void halted_time_registers(struct halted_time *h, unsigned n) { transfers(h, 3 * n); }

void halted_time_poll(struct halted_time *h)
{
    if (!h->counts || h->mode == HALTED_TIME_FROZEN)
        return;
    uint64_t now = h->now_us(), passed = now - h->seen_us;
    h->seen_us = now;
    if (h->mode == HALTED_TIME_WALL)
        pass(h->timeline, passed * VTIME_PER_US);
}
