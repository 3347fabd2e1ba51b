#include "swd/port.h"

#include <time.h>

const char *const swd_time_names[SWD_TIMES + 1] = {"wall", "wire"};

/* What we are late by is made up for in slices, between which the host is heard; and not beyond a limit. */
enum { SLICE_US = 2000, LAG_MAX_US = 50000 };

static uint64_t host_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void before_access(void *ctx) { swd_port_sync(ctx); }

void swd_port_init(struct swd_port *p, const struct swd_target *target, enum swd_time time)
{
    *p = (struct swd_port){.time = time, .hz = SWD_DEFAULT_HZ, .now_us = host_us};
    swd_dp_init(&p->dp, target);
    swd_wire_init(&p->wire, &p->dp);
    p->dp.before_access = before_access;
    p->dp.before_ctx = p;
    p->seen_us = p->now_us();
}

static void pass(struct swd_port *p, vtime length)
{
    const struct swd_target *t = &p->dp.target;
    p->elapsed += length;
    t->ops->pass(t->ctx, length);
}

static void pass_edges(struct swd_port *p)
{
    vtime taken = vtime_edge(0, p->dp.edges - p->hz_since, p->hz), length = taken - p->passed;
    p->passed = taken;
    pass(p, length);
}

/* An emulation that is slower than the chip does not make up for the time that it takes itself: it would only fall
 * behind further. */
static void pass_wall(struct swd_port *p)
{
    uint64_t now = p->now_us(), late = now - p->seen_us;
    if (late > LAG_MAX_US)
        late = LAG_MAX_US;
    uint64_t length = late < SLICE_US ? late : SLICE_US;
    pass(p, length * VTIME_PER_US);
    uint64_t after = p->now_us();
    p->seen_us = after - now > length ? after : now - late + length;
}

void swd_port_sync(struct swd_port *p) { (p->time == SWD_TIME_WIRE ? pass_edges : pass_wall)(p); }

void swd_port_idle(struct swd_port *p, vtime length)
{
    swd_port_sync(p);
    if (p->time == SWD_TIME_WIRE)
        pass(p, length);
}

void swd_port_set_speed(struct swd_port *p, uint32_t hz)
{
    swd_port_sync(p);
    p->hz = hz && hz <= SWD_MAX_HZ ? hz : SWD_MAX_HZ;
    p->hz_since = p->dp.edges;
    p->passed = 0;
}

void swd_port_reset_pin(struct swd_port *p, bool low)
{
    const struct swd_target *t = &p->dp.target;
    swd_port_sync(p);
    t->ops->reset_pin(t->ctx, low);
}
