#include "soc/debug_access.h"

#include "soc/debug_port.h"

static struct machine *machine_of(void *port) { return ((struct debug_port *)port)->machine; }

static bool read_word(void *port, uint32_t addr, uint32_t *value)
{
    halted_time_memory(&((struct debug_port *)port)->halted_time, 4);
    return bus_peek(&machine_of(port)->soc.bus, addr, value, 4) == 4;
}

static bool write_word(void *port, uint32_t addr, uint32_t value)
{
    halted_time_memory(&((struct debug_port *)port)->halted_time, 4);
    debug_port_change(port);
    return bus_poke(&machine_of(port)->soc.bus, addr, &value, 4) == 4;
}

static bool reg_get(void *port, enum cpu_reg r, uint32_t *value)
{
    const struct debug_target *t = &((struct debug_port *)port)->target;

    return t->ops->reg_get(t->ctx, r, value);
}

static bool reg_set(void *port, enum cpu_reg r, uint32_t value)
{
    const struct debug_target *t = &((struct debug_port *)port)->target;

    return t->ops->reg_set(t->ctx, r, value);
}

/* Points of the target are comparators to who looks at the registers. Without C_DEBUGEN there is nobody to halt for. */
static void halt_at_point(struct core *c, enum core_stop stop)
{
    if (stop != CORE_STOP_BREAKPOINT && stop != CORE_STOP_WATCHPOINT)
        return;
    if (!(c->debug.control & DHCSR_C_DEBUGEN)) {
        cpu_pass_points(c->cpu);
        return;
    }
    c->debug.event_data = stop == CORE_STOP_WATCHPOINT;
    c->debug.event_addr = c->watch_addr;
    c->debug.event_store = c->watch_store;
    debug_enter(c, stop == CORE_STOP_BREAKPOINT ? DFSR_BKPT : DFSR_DWTTRAP);
}

/* Asleep without anything left to wake the core, time passes all the same. */
static bool go_on(struct machine *m, vtime until)
{
    struct core *c = &m->soc.core;

    enum core_stop stop = machine_run(m, UINT64_MAX);
    halt_at_point(c, stop);
    if (stop == CORE_STOP_LOCKUP || m->end == MACHINE_END_ASLEEP || m->end == MACHINE_END_OFF) {
        m->soc.sched.now = until > m->soc.sched.now ? until : m->soc.sched.now;
        m->end = MACHINE_RUNNING;
    }
    return !m->end;
}

static bool pass(void *port, vtime length)
{
    struct debug_port *p = port;
    struct halted_time *halted = &p->halted_time;
    struct machine *m = p->machine;
    struct core *c = &m->soc.core;
    vtime until = m->soc.sched.now + length;
    bool held = c->debug.held, alive = !m->end;

    debug_port_change(p); /* what a probe sets going is no consequence of history */
    p->backwards = false;
    debug_hold(c, false);
    halted_time_hold(halted, debug_stopped(c));
    sched_at(&m->soc.sched, &m->events.slice, until);
    while (alive && !debug_stopped(c) && m->soc.sched.now < until)
        alive = go_on(m, until);
    debug_hold(c, held);
    halted_time_hold(halted, debug_stopped(c));
    return alive;
}

static vtime now(void *port) { return machine_of(port)->soc.sched.now; }

const struct debug_access_ops debug_access_ops = {
    .read = read_word,
    .write = write_word,
    .reg_get = reg_get,
    .reg_set = reg_set,
    .pass = pass,
    .now = now,
};
