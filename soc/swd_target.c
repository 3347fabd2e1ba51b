#include "soc/swd_target.h"

#include <string.h>

static struct soc *soc_of(void *ctx) { return &((struct soc_swd *)ctx)->machine->soc; }

/* ---- the bus ----------------------------------------------------------------------------------------------------- */

static bool is_private(uint32_t addr) { return addr >> 20 == 0xE00; }

static uint32_t lanes(uint32_t addr, unsigned size)
{
    return (size == 4 ? UINT32_MAX : (1u << 8 * size) - 1) << (8 * (addr & 3));
}

static bool read_bus(void *ctx, uint32_t addr, uint32_t *value, unsigned size)
{
    struct soc *s = soc_of(ctx);
    if (!is_private(addr))
        return bus_read(&s->bus, addr, value, size);
    if (!core_debug_read(&s->core, addr & ~3u, value))
        return false;
    *value = (*value & lanes(addr, size)) >> (8 * (addr & 3));
    return true;
}

static bool write_bus(void *ctx, uint32_t addr, uint32_t value, unsigned size)
{
    struct soc *s = soc_of(ctx);
    uint32_t mask = lanes(addr, size), old = 0;
    if (!is_private(addr))
        return bus_write(&s->bus, addr, value, size);
    if (size < 4 && !core_debug_read(&s->core, addr & ~3u, &old)) /* inaccuracy 1 */
        return false;
    return core_debug_write(&s->core, addr & ~3u, (old & ~mask) | (value << (8 * (addr & 3)) & mask));
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

/* A debugger may wake who is asleep for ever. */
static bool forgive_sleep(struct machine *m)
{
    if (m->end != MACHINE_END_ASLEEP && m->end != MACHINE_END_OFF)
        return false;
    m->end = MACHINE_RUNNING;
    return true;
}

/* Resets, and what else waits for the run loop. */
static void attend(struct machine *m)
{
    if (!m->soc.core.attention)
        return;
    machine_run(m, 0);
    forgive_sleep(m);
}

static void on_due(void *ctx, vtime due) { core_attention(&((struct machine *)ctx)->soc.core); }

/* Locked up, or asleep with nothing left to wake it, the core lets time pass all the same. */
static void pass_running(struct soc_swd *w, vtime until)
{
    struct machine *m = w->machine;
    struct sched *s = &m->soc.sched;
    sched_at(s, &w->due, until);
    enum core_stop stop = machine_run(m, UINT64_MAX);
    sched_cancel(s, &w->due);
    if (stop == CORE_STOP_BREAKPOINT || stop == CORE_STOP_WATCHPOINT || stop == CORE_STOP_BKPT)
        cpu_pass_points(m->soc.core.cpu);
    if (!forgive_sleep(m) && stop != CORE_STOP_LOCKUP)
        return;
    vtime next = sched_next(s);
    s->now = next < until ? (next > s->now ? next : s->now) : until;
    sched_fire_due(s);
}

static void pass(void *ctx, vtime length)
{
    struct soc_swd *w = ctx;
    struct machine *m = w->machine;
    struct core *c = &m->soc.core;
    vtime until = m->soc.sched.now + length;
    attend(m);
    while (!m->end && m->soc.sched.now < until) {
        bool stopped = debug_stopped(c);
        if (stopped)
            debug_pass_time(c, until);
        else
            pass_running(w, until);
        if (c->attention)
            attend(m);
        else if (stopped)
            return;
    }
}

/* ---- CTRL-AP and the rest ---------------------------------------------------------------------------------------- */

static bool locked(void *ctx) { return soc_of(ctx)->access_locked || approtect_forced(&soc_of(ctx)->periph.approtect); }

static void reset(void *ctx, bool held)
{
    struct soc_swd *w = ctx;
    struct core *c = &w->machine->soc.core;
    w->in_reset = held;
    if (held)
        machine_reset(w->machine, RESETREAS_SREQ);
    debug_hold(c, held);
}

static void reset_pin(void *ctx, bool low)
{
    struct soc *s = soc_of(ctx);
    if (s->reset_pin != PIN_NONE)
        pins_drive(&s->pins, s->reset_pin, PIN_FROM_OUTSIDE, low ? PIN_LOW : PIN_Z);
}

/* Flash, UICR and RAM (PS 4.8.2.1). The lock opens at the reset that follows. */
static void erase_all(void *ctx)
{
    struct soc_swd *w = ctx;
    struct soc *s = soc_of(ctx);
    memset(s->flash, 0xFF, SOC_FLASH_SIZE);
    uicr_erase(s->uicr);
    memset(s->ram, 0, SOC_RAM_SIZE);
    s->bus.memory_changed(s->bus.memory_changed_ctx, SOC_FLASH_BASE, SOC_FLASH_SIZE);
    s->bus.memory_changed(s->bus.memory_changed_ctx, SOC_RAM_BASE, SOC_RAM_SIZE);
    w->erase_ends = s->sched.now + NVMC_TIME_ERASE_ALL;
    core_stall(&s->core, w->erase_ends);
}

static bool erasing(void *ctx) { return soc_of(ctx)->sched.now < ((struct soc_swd *)ctx)->erase_ends; }

static void power(void *ctx, bool on)
{
    struct soc_swd *w = ctx;
    struct machine *m = w->machine;
    m->debugged = m->probed = on;
    if (on && !w->in_reset)
        debug_hold(&m->soc.core, false);
    if (on && m->soc.off)
        machine_reset(m, RESETREAS_DIF);
}

static const struct swd_target_ops ops = {
    .read = read_bus,
    .write = write_bus,
    .locked = locked,
    .reset = reset,
    .reset_pin = reset_pin,
    .erase_all = erase_all,
    .erasing = erasing,
    .power = power,
    .pass = pass,
};

void soc_swd_init(struct soc_swd *s, struct machine *m)
{
    *s = (struct soc_swd){.target = {.ops = &ops, .ctx = s}, .machine = m};
    sched_event_init(&s->due, "debug port", on_due, m);
}
