/* How Debug state is entered and left, and everything that a step or a vector catch needs to know. */
#include "nvic/core.h"

bool debug_stopped(const struct core *c) { return c->debug.halted || c->debug.held; }

static bool halting_enabled(const struct core *c) { return c->debug.control & DHCSR_C_DEBUGEN; }

/* ---- clocks ----------------------------------------------------------------------------------------------------- */

/* The core's clocks are stopped only when time passes: a stop without it is no stop to them. */
static void stop_clocks(struct core *c, bool stop)
{
    if (c->debug.clocks_stopped == stop)
        return;
    c->debug.clocks_stopped = stop;
    c->state.halted = stop;
    core_update_clocks(c);
    if (c->host.halted_changed)
        c->host.halted_changed(c->host.ctx, stop);
}

void debug_pass_time(struct core *c, vtime until)
{
    struct sched *s = c->sched;
    stop_clocks(c, true);
    while (!c->attention && sched_next(s) <= until) {
        if (sched_next(s) > s->now)
            s->now = sched_next(s);
        sched_fire_due(s);
    }
    if (!c->attention && s->now < until)
        s->now = until;
}

/* ---- in and out ------------------------------------------------------------------------------------------------- */

/* A debug event ends sleep (B1.5.18, B1.5.19). */
static void wake(struct core *c)
{
    if (c->sleep == CORE_AWAKE)
        return;
    core_set_sleep(c, CORE_AWAKE);
    evlog_emit(c->evlog, EV_WAKE, 0, 0);
}

void debug_enter(struct core *c, uint32_t dfsr)
{
    struct debug *d = &c->debug;
    wake(c);
    c->scb.dfsr |= dfsr;
    d->entered_by = dfsr;
    d->control |= DHCSR_C_HALT;
    d->halted = true;
    d->step = DEBUG_STEP_NONE;
    if (d->options.clear_exclusive)
        cpu_clear_exclusive(c->cpu);
    sched_kick(c->sched);
}

static void leave(struct core *c)
{
    struct debug *d = &c->debug;
    d->halted = d->held = false;
    d->step = d->control & DHCSR_C_STEP ? DEBUG_STEP_NEXT : DEBUG_STEP_NONE;
    stop_clocks(c, false);
    core_update(c);
}

void debug_control(struct core *c, uint32_t control)
{
    struct debug *d = &c->debug;
    bool was_held = d->held && !d->halted;
    d->control = control & DHCSR_C_DEBUGEN ? control : 0;
    c->nvic.debug_mask = d->control & DHCSR_C_MASKINTS;
    if (!debug_stopped(c)) {
        sched_kick(c->sched); /* for C_HALT: debug_boundary() */
        return;
    }
    if (!(control & DHCSR_C_DEBUGEN)) {
        if (d->halted)
            leave(c);
    } else if (!(control & DHCSR_C_HALT)) {
        leave(c);
    } else if (was_held) {
        d->held = false;
        debug_enter(c, DFSR_HALTED);
    }
}

void debug_boundary(struct core *c)
{
    if ((c->debug.control & DHCSR_C_HALT) && !c->debug.halted)
        debug_enter(c, DFSR_HALTED);
}

void debug_hold(struct core *c, bool held)
{
    struct debug *d = &c->debug;
    if (d->halted || held == d->held)
        return;
    d->held = held;
    if (!held)
        stop_clocks(c, false);
}

void debug_release(struct core *c)
{
    uint32_t keep = DHCSR_C_DEBUGEN | DHCSR_C_MASKINTS | DHCSR_C_SNAPSTALL;
    debug_hold(c, false);
    if (c->debug.halted && fpb_breaks(c, cpu_get(c->cpu, CPU_PC)))
        cpu_pass_core_breakpoint(c->cpu);
    if (c->debug.halted)
        debug_control(c, c->debug.control & keep);
}

void debug_disconnect(struct core *c)
{
    debug_control(c, 0);
    debug_hold(c, false);
}

/* ---- reset ------------------------------------------------------------------------------------------------------ */

/* Only power-on clears C_DEBUGEN, VC_* and TRCENA; every reset ends Debug state, and the MON_* bits. */
void debug_reset(struct core *c, bool power_on)
{
    struct debug *d = &c->debug, old = *d;
    stop_clocks(c, false);
    *d = (struct debug){.options = old.options, .held = old.held, .dcrdr = old.dcrdr, .reset_seen = true};
    d->retired_seen = cpu_retired(c->cpu);
    if (!power_on)
        d->control = old.control & ~(uint32_t)DHCSR_C_HALT;
    c->nvic.debug_mask = d->control & DHCSR_C_MASKINTS;
    c->nvic.enabled &= ~(1ull << EXC_DEBUGMON);
}

void debug_reset_catch(struct core *c)
{
    if (halting_enabled(c) && (c->scb.demcr & DEMCR_VC_CORERESET))
        debug_enter(c, DFSR_VCATCH);
}

/* ---- events ----------------------------------------------------------------------------------------------------- */

static bool monitor_can_preempt(const struct core *c)
{
    return (c->scb.demcr & DEMCR_MON_EN) &&
           nvic_group_priority(&c->nvic, c->nvic.priority[EXC_DEBUGMON]) < nvic_execution_priority(&c->nvic);
}

void debug_event(struct core *c, uint32_t dfsr)
{
    bool synchronous = dfsr == DFSR_BKPT;
    if (halting_enabled(c)) {
        debug_enter(c, dfsr);
    } else if (monitor_can_preempt(c) || (!synchronous && (c->scb.demcr & DEMCR_MON_EN))) {
        c->scb.dfsr |= dfsr;
        core_pend(c, EXC_DEBUGMON);
    } else if (synchronous) {
        c->scb.dfsr |= dfsr;
        fault_escalate(c, HFSR_DEBUGEVT);
    }
}

/* ---- vector catch (C1.5.2 and the faults of B1.5.14) --------------------------------------------------------------
 */

void debug_fault_vc(struct core *c, unsigned exc, uint32_t vc)
{
    if (exc < DEBUG_CATCHABLE)
        c->debug.cause[exc] |= vc;
}

void debug_fault(struct core *c, unsigned exc, uint32_t cfsr)
{
    static const struct {
        uint32_t cfsr, vc;
    } catches[] = {
        {CFSR_IACCVIOL | CFSR_DACCVIOL | CFSR_MLSPERR, DEMCR_VC_MMERR},
        {CFSR_IBUSERR | CFSR_PRECISERR | CFSR_LSPERR, DEMCR_VC_BUSERR},
        {CFSR_MSTKERR | CFSR_MUNSTKERR | CFSR_STKERR | CFSR_UNSTKERR, DEMCR_VC_INTERR},
        {CFSR_UNDEFINSTR | CFSR_INVSTATE | CFSR_INVPC, DEMCR_VC_STATERR},
        {CFSR_NOCP, DEMCR_VC_NOCPERR},
        {CFSR_UNALIGNED | CFSR_DIVBYZERO, DEMCR_VC_CHKERR},
    };
    for (unsigned i = 0; i < sizeof catches / sizeof *catches; i++)
        if (cfsr & catches[i].cfsr)
            debug_fault_vc(c, exc, catches[i].vc);
}

/* An exception that no fault of ours pended (SHCSR did) is caught by its name. */
void debug_catch_vector(struct core *c, unsigned exc)
{
    static const uint32_t by_name[DEBUG_CATCHABLE] = {
        [EXC_HARDFAULT] = DEMCR_VC_HARDERR, [EXC_MEMMANAGE] = DEMCR_VC_MMERR, [EXC_BUSFAULT] = DEMCR_VC_BUSERR};
    if (exc >= DEBUG_CATCHABLE)
        return;
    uint32_t cause = c->debug.cause[exc] ? c->debug.cause[exc] : by_name[exc];
    c->debug.cause[exc] = 0;
    if (halting_enabled(c) && (c->scb.demcr & cause))
        debug_enter(c, DFSR_VCATCH);
}

/* ---- stepping (C1.5.1) ------------------------------------------------------------------------------------------ */

/* MON_STEP counts while what executes is less urgent than DebugMonitor. */
static bool monitor_steps(const struct core *c)
{
    return (c->scb.demcr & DEMCR_MON_STEP) && !halting_enabled(c) && monitor_can_preempt(c) &&
           !(c->nvic.pending >> EXC_DEBUGMON & 1);
}

void debug_step_begin(struct core *c)
{
    if (c->debug.step == DEBUG_STEP_NONE && monitor_steps(c))
        c->debug.step = DEBUG_STEP_NEXT;
}

void debug_step_executed(struct core *c, uint64_t retired_before, uint64_t serial_before)
{
    struct debug *d = &c->debug;
    if (d->step != DEBUG_STEP_NEXT)
        return;
    if (c->next_serial != serial_before) /* into a handler: there is no second entry in one step */
        debug_step_end(c);
    else if (cpu_retired(c->cpu) != retired_before)
        d->step = DEBUG_STEP_DONE;
}

void debug_step_end(struct core *c)
{
    if (c->debug.step == DEBUG_STEP_NONE)
        return;
    c->debug.step = DEBUG_STEP_NONE;
    if (halting_enabled(c)) {
        debug_enter(c, DFSR_HALTED);
    } else if (monitor_steps(c)) {
        c->scb.dfsr |= DFSR_HALTED;
        core_pend(c, EXC_DEBUGMON);
    }
}
