/* What cycles are spent on, counted in bytes that tell when they overflow (C1.8.4); and exception trace. */
#include "nvic/core.h"

static uint32_t enable_bit(enum dwt_counter k) { return (uint32_t)DWT_CPIEVTENA << k; }

static bool is_enabled(const struct core *c, enum dwt_counter k)
{
    return c->dwt.trcena && (c->dwt.ctrl & enable_bit(k));
}

/* A counter begins at 0 when it is enabled. */
void dwt_enable_counters(struct core *c, uint32_t old_ctrl)
{
    for (enum dwt_counter k = 0; k < DWT_COUNTERS; k++)
        if (c->dwt.ctrl & ~old_ctrl & enable_bit(k))
            c->dwt.counter[k] = 0;
    c->dwt.last.valid = false;
}

bool dwt_profiles(const struct core *c)
{
    return is_enabled(c, DWT_CPI) || is_enabled(c, DWT_LSU) || is_enabled(c, DWT_FOLD);
}

/* A packet for each overflow; those that the ITM has no room for are lost anyway. */
static void count(struct core *c, enum dwt_counter k, uint32_t n)
{
    if (!is_enabled(c, k))
        return;
    uint32_t sum = c->dwt.counter[k] + n;
    c->dwt.counter[k] = (uint8_t)sum;
    for (uint32_t overflows = sum >> 8; overflows; overflows--)
        if (!itm_hardware(c, DWT_PACKET_EVENT, 1u << k, 1))
            break;
}

/* Cycles of the instruction before, beyond the one that each has (inaccuracy 3). */
void dwt_profile(struct core *c, const struct cpu_access *a)
{
    struct dwt *d = &c->dwt;
    uint32_t cycles = dwt_cycles(c);
    uint64_t retired = cpu_retired(c->cpu);
    int32_t extra = (int32_t)(cycles - d->last.cycles - d->last.apart - (uint32_t)(retired - d->last.retired));
    if (d->last.valid)
        count(c, extra < 0 ? DWT_FOLD : d->last.memory ? DWT_LSU : DWT_CPI, (uint32_t)(extra < 0 ? -extra : extra));
    d->last.valid = true;
    d->last.memory = a->memory;
    d->last.cycles = cycles;
    d->last.retired = retired;
    d->last.apart = 0;
}

void dwt_spent(struct core *c, unsigned n)
{
    if (!(c->dwt.ctrl & DWT_CYCCNTENA))
        return;
    c->dwt.last.apart += n;
    count(c, DWT_EXC, n);
}

/* CYCCNT tells how long it was, if it counts in sleep at all. */
void dwt_sleep(struct core *c, bool asleep)
{
    if (asleep) {
        c->dwt.slept_at = dwt_cycles(c);
        return;
    }
    uint32_t n = dwt_cycles(c) - c->dwt.slept_at;
    c->dwt.last.apart += n;
    count(c, DWT_SLEEP, n);
}

void dwt_trace_exception(struct core *c, enum dwt_exception way, unsigned exc)
{
    if (c->dwt.ctrl & DWT_EXCTRCENA)
        itm_hardware(c, DWT_PACKET_EXCEPTION, (uint32_t)way << 12 | exc, 2);
}
