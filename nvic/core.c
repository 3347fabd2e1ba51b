/*
 * The run loop: due events, exceptions, instructions, in this order, at every boundary where something may have
 * changed.
 */
#include "nvic/core.h"

#include <string.h>

static const struct core_timing TIMING = {.entry = 12, .exit = 10, .tail_chain = 6, .fp_words = 17};

bool core_privileged(struct core *c) { return core_ipsr(c) || !(cpu_get(c->cpu, CPU_CONTROL) & CONTROL_NPRIV); }

unsigned core_ipsr(struct core *c) { return cpu_get(c->cpu, CPU_XPSR) & 0x1FF; }

static void update_masks(struct core *c)
{
    bool primask = cpu_get(c->cpu, CPU_PRIMASK) & 1, faultmask = cpu_get(c->cpu, CPU_FAULTMASK) & 1;
    uint32_t basepri = cpu_get(c->cpu, CPU_BASEPRI) & NVIC_PRIORITY_MASK;
    bool changed = primask != c->nvic.primask || faultmask != c->nvic.faultmask || basepri != c->nvic.basepri;
    c->nvic.primask = primask;
    c->nvic.faultmask = faultmask;
    c->nvic.basepri = (uint8_t)basepri;
    if (changed)
        evlog_emit(c->evlog, EV_MASK, primask | faultmask << 1, basepri);
}

void core_update(struct core *c)
{
    update_masks(c);
    struct cpu_traps t = {
        .divide = c->scb.ccr & CCR_DIV_0_TRP,
        .unaligned = c->scb.ccr & CCR_UNALIGN_TRP,
        .access = mpu_enabled(&c->mpu) || !core_privileged(c),
    };
    fp_update_traps(c, &t);
    cpu_set_traps(c->cpu, &t);
    if (nvic_eligible(&c->nvic) || (c->scb.demcr & DEMCR_MON_STEP))
        sched_kick(c->sched);
}

void core_attention(struct core *c)
{
    c->attention = true;
    sched_kick(c->sched);
}

void core_stall(struct core *c, vtime until)
{
    if (until > c->stalled_until)
        c->stalled_until = until;
    sched_kick(c->sched);
}

/* ---- pending ---------------------------------------------------------------------------------------------------- */

/* SEVONPEND: a new pending interrupt is an event, whatever its enable and priority (B1.5.18). */
static void pended(struct core *c, unsigned exc, uint64_t before)
{
    if (before >> exc & 1)
        return;
    evlog_emit(c->evlog, EV_PEND, exc, 1);
    if (c->scb.scr & SCR_SEVONPEND)
        c->event_register = true;
    if (nvic_eligible(&c->nvic) || c->sleep != CORE_AWAKE)
        sched_kick(c->sched);
}

void core_pend(struct core *c, unsigned exc)
{
    uint64_t before = c->nvic.pending;
    nvic_pend(&c->nvic, exc);
    pended(c, exc, before);
}

void core_unpend(struct core *c, unsigned exc)
{
    uint64_t before = c->nvic.pending;
    nvic_unpend(&c->nvic, exc);
    if ((before & ~c->nvic.pending) >> exc & 1)
        evlog_emit(c->evlog, EV_PEND, exc, 0);
}

void core_irq(void *core, unsigned irqn, bool level)
{
    struct core *c = core;
    uint64_t before = c->nvic.pending;
    evlog_emit(c->evlog, EV_IRQ_LINE, irqn, level);
    nvic_set_level(&c->nvic, EXC_IRQ0 + irqn, level);
    if (c->nvic.pending != before)
        pended(c, EXC_IRQ0 + irqn, before);
}

static void on_systick(void *ctx) { core_pend(ctx, EXC_SYSTICK); }

/* ---- sleep ------------------------------------------------------------------------------------------------------ */

void core_update_clocks(struct core *c)
{
    bool run = !c->debug.clocks_stopped && (c->sleep == CORE_AWAKE || c->sleep_clock_runs);
    systick_clock(&c->systick, run);
    dwt_clock(c, run);
}

void core_set_sleep(struct core *c, enum core_sleep sleep)
{
    c->sleep = sleep;
    if (c->state.asleep == (sleep != CORE_AWAKE))
        return;
    c->state.asleep = sleep != CORE_AWAKE;
    if (c->host.sleep_changed)
        c->host.sleep_changed(c->host.ctx, c->state.asleep);
    if (c->state.asleep)
        dwt_sleep(c, true);
    core_update_clocks(c);
    if (!c->state.asleep)
        dwt_sleep(c, false);
}

/* WFI ends for interrupts that PRIMASK holds back; WFE only for those that are taken, and for events (B1.5.18,
 * B1.5.19).
 */
static bool must_wake(struct core *c)
{
    struct nvic v = c->nvic;
    v.debug_mask &= c->debug.options.wfi == DEBUG_WFI_BLOCKS;
    return c->sleep == CORE_WFE ? c->event_register || nvic_eligible(&v) : nvic_wakes(&v);
}

static bool stepped_as_nop(const struct core *c)
{
    return c->debug.step != DEBUG_STEP_NONE && c->debug.options.wfi == DEBUG_WFI_NOP;
}

static void wait_for_event(struct core *c)
{
    if (stepped_as_nop(c))
        return;
    if (c->event_register) {
        c->event_register = false;
        return;
    }
    evlog_emit(c->evlog, EV_SLEEP, 1, 0);
    core_set_sleep(c, CORE_WFE);
}

static void wait_for_interrupt(struct core *c)
{
    if (nvic_wakes(&c->nvic) || stepped_as_nop(c))
        return;
    evlog_emit(c->evlog, EV_SLEEP, 0, 0);
    core_set_sleep(c, CORE_WFI);
}

/* ---- instructions that the core carries out --------------------------------------------------------------------- */

static void skip(struct core *c, const struct cpu_stop_info *s)
{
    uint32_t xpsr = cpu_get(c->cpu, CPU_XPSR);
    uint8_t it = (uint8_t)((xpsr >> 25 & 3) | (xpsr >> 8 & 0xFC));
    cpu_set(c->cpu, CPU_PC, s->next_pc);
    if (it) {
        it = insn_it_advance(it);
        cpu_set(c->cpu, CPU_XPSR, (xpsr & ~0x0600FC00u) | (uint32_t)(it & 3) << 25 | (uint32_t)(it & 0xFC) << 8);
    }
    cpu_count_retired(c->cpu, 1);
    c->sched->now += VTIME_PER_CYCLE;
}

static void supervisor_call(struct core *c, const struct cpu_stop_info *s)
{
    skip(c, s);
    if (nvic_group_priority(&c->nvic, c->nvic.priority[EXC_SVCALL]) < nvic_execution_priority(&c->nvic))
        core_pend(c, EXC_SVCALL);
    else
        fault_escalate(c, HFSR_FORCED);
}

static bool breakpoint_insn(struct core *c, const struct cpu_stop_info *s)
{
    switch (c->host.bkpt ? c->host.bkpt(c->host.ctx, s->imm) : CORE_BKPT_GUEST) {
    case CORE_BKPT_SERVED:
        skip(c, s);
        return false;
    case CORE_BKPT_WAIT:
        return true;
    case CORE_BKPT_STOP:
        if (!(c->debug.control & DHCSR_C_DEBUGEN))
            return true;
        break;
    case CORE_BKPT_GUEST:
        break;
    }
    debug_event(c, DFSR_BKPT);
    return false;
}

/* True when the run must stop for the host. */
static bool core_insn(struct core *c, const struct cpu_stop_info *s)
{
    switch (s->insn_class) {
    case INSN_SVC:
        supervisor_call(c, s);
        break;
    case INSN_BKPT:
        return breakpoint_insn(c, s);
    case INSN_COPROCESSOR:
        fault_raise(c, EXC_USAGEFAULT, CFSR_NOCP);
        break;
    case INSN_HINT:
        skip(c, s);
        break;
    case INSN_WFI:
        skip(c, s);
        wait_for_interrupt(c);
        break;
    case INSN_WFE:
        skip(c, s);
        wait_for_event(c);
        break;
    case INSN_SEV:
        skip(c, s);
        c->event_register = true;
        break;
    default:
        fault_raise(c, EXC_USAGEFAULT, CFSR_UNDEFINSTR);
        break;
    }
    return false;
}

/* ---- faults from the port --------------------------------------------------------------------------------------- */

static void data_fault(struct core *c, const struct cpu_stop_info *s)
{
    if (s->denied && !c->denied_by_bus)
        fault_raise_at(c, EXC_MEMMANAGE, CFSR_DACCVIOL, s->addr);
    else
        fault_raise_at(c, EXC_BUSFAULT, CFSR_PRECISERR, s->addr);
}

static void fetch_fault(struct core *c, const struct cpu_stop_info *s)
{
    bool never_executable = s->pc >= 0xA0000000u || (s->pc >= 0x40000000u && s->pc < 0x60000000u);
    /* permission comes before the bus: also where there is nothing to fetch */
    if (s->denied || never_executable || !fault_check_access(c, s->pc, 2, false, true, false))
        fault_raise(c, EXC_MEMMANAGE, CFSR_IACCVIOL);
    else
        fault_raise(c, EXC_BUSFAULT, CFSR_IBUSERR);
}

/* ---- the loop --------------------------------------------------------------------------------------------------- */

/* Acts on why the port stopped. True when core_run() must return `*out`. */
static bool dispatch(struct core *c, const struct cpu_stop_info *s, enum core_stop *out)
{
    switch (s->reason) {
    case CPU_STOP_DEADLINE:
        return false;
    case CPU_STOP_BUDGET:
        *out = CORE_STOP_BUDGET;
        return true;
    case CPU_STOP_BREAKPOINT:
        *out = CORE_STOP_BREAKPOINT;
        return true;
    case CPU_STOP_CORE_BREAK:
        debug_event(c, DFSR_BKPT);
        return false;
    case CPU_STOP_WATCHPOINT:
        c->watch_addr = s->addr;
        c->watch_store = s->store;
        *out = CORE_STOP_WATCHPOINT;
        return true;
    case CPU_STOP_INSN:
        *out = CORE_STOP_BKPT;
        return core_insn(c, s);
    case CPU_STOP_EXC_RETURN:
        exception_return(c, s->value);
        return false;
    case CPU_STOP_DATA_FAULT:
        data_fault(c, s);
        return false;
    case CPU_STOP_FETCH_FAULT:
        fetch_fault(c, s);
        return false;
    case CPU_STOP_INVSTATE:
        fault_raise(c, EXC_USAGEFAULT, CFSR_INVSTATE);
        return false;
    case CPU_STOP_UNALIGNED:
        fault_raise(c, EXC_USAGEFAULT, CFSR_UNALIGNED);
        return false;
    case CPU_STOP_DIVIDE:
        fault_raise(c, EXC_USAGEFAULT, CFSR_DIVBYZERO);
        return false;
    case CPU_STOP_FP:
        fp_trapped(c);
        return false;
    }
    return false;
}

/* Everything that may happen between two instructions. True: execute the next one. */
static bool between(struct core *c, enum core_stop *out)
{
    sched_fire_due(c->sched);
    while (c->stalled_until > c->sched->now && !c->attention && !debug_stopped(c)) {
        vtime next = sched_next(c->sched);
        c->sched->now = next < c->stalled_until ? next : c->stalled_until;
        sched_fire_due(c->sched);
    }
    debug_boundary(c);
    if (c->lockup && !debug_stopped(c)) {
        *out = CORE_STOP_LOCKUP;
        return false;
    }
    if (c->attention) {
        c->attention = false;
        *out = CORE_STOP_ATTENTION;
        return false;
    }
    if (debug_stopped(c)) {
        *out = CORE_STOP_HALTED;
        return false;
    }
    if (c->sleep != CORE_AWAKE) {
        if (!must_wake(c)) {
            *out = CORE_STOP_ASLEEP;
            return false;
        }
        if (c->sleep == CORE_WFE && c->event_register)
            c->event_register = false;
        core_set_sleep(c, CORE_AWAKE);
        evlog_emit(c->evlog, EV_WAKE, 0, 0);
    }
    return true;
}

enum core_stop core_run(struct core *c, uint64_t budget)
{
    enum core_stop out = CORE_STOP_BUDGET;
    uint64_t end = budget > UINT64_MAX - cpu_retired(c->cpu) ? UINT64_MAX : cpu_retired(c->cpu) + budget;
    while (between(c, &out)) {
        debug_step_begin(c);
        unsigned exc = nvic_eligible(&c->nvic);
        if (exc)
            exception_take(c, exc);
        if (exc || c->debug.step == DEBUG_STEP_DONE) {
            debug_step_end(c);
            continue;
        }
        uint64_t retired = cpu_retired(c->cpu), serial = c->next_serial;
        if (retired >= end)
            return CORE_STOP_BUDGET;
        uint64_t limit = c->debug.step != DEBUG_STEP_NONE ? 1 : end == UINT64_MAX ? UINT64_MAX : end - retired;
        struct cpu_stop_info s;
        core_execute(c, limit, &s);
        /* after a budget, an exception that is now due belongs to this step: see stepping rules */
        bool stop = s.reason != CPU_STOP_BUDGET && dispatch(c, &s, &out);
        dwt_executed(c);
        if (stop)
            return out;
        debug_step_executed(c, retired, serial);
    }
    return out;
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

static void on_masks_changed(void *ctx) { core_update(ctx); }

static void on_device_access(void *ctx, uint32_t addr, uint32_t pc, bool store)
{
    struct core *c = ctx;
    if (c->host.device_access)
        c->host.device_access(c->host.ctx, addr, pc, store);
}

void core_init(struct core *c, struct bus *bus, struct sched *sched, struct evlog *evlog, struct log *log,
               const struct system_request *sys, const struct core_host *host)
{
    memset(c, 0, sizeof *c);
    c->bus = bus;
    c->sched = sched;
    c->evlog = evlog;
    c->log = log;
    c->sys = *sys;
    c->host = *host;
    c->timing = TIMING;
    systick_init(&c->systick, sched, on_systick, c);
    dwt_init(c);
    tpiu_init(c);
    ppb_attach(c);
}

void core_attach_cpu(struct core *c)
{
    struct cpu_core_ops ops = {.check_access = fault_check_access,
                               .masks_changed = on_masks_changed,
                               .device_access = on_device_access,
                               .accessed = core_accessed,
                               .ctx = c};
    c->cpu = cpu_new(c->bus, c->sched, c->log, &ops);
    cpu_report_pc(c->cpu, &c->state.pc);
}

void core_free(struct core *c) { cpu_free(c->cpu); }

/* DEMCR: every reset clears the bits of the monitor, power-on the rest. */
#define DEMCR_AT_RESET (~(uint32_t)(DEMCR_MON_EN | DEMCR_MON_PEND | DEMCR_MON_STEP | DEMCR_MON_REQ))

void core_reset(struct core *c, uint32_t vectors, bool power_on)
{
    uint32_t demcr = c->scb.demcr, dfsr = c->scb.dfsr, sp = 0, pc = 0;
    uint64_t level = c->nvic.level;
    nvic_init(&c->nvic);
    c->nvic.level = level;
    mpu_init(&c->mpu);
    debug_reset(c, power_on);
    systick_reset(&c->systick);
    scs_reset(c);
    if (power_on) {
        dwt_reset(c);
        itm_reset(c);
        tpiu_reset(c);
        c->etm = (struct etm){0};
        fpb_reset(c);
    }
    c->scb.demcr = power_on ? 0 : demcr & DEMCR_AT_RESET;
    c->scb.dfsr = power_on ? 0 : dfsr;
    core_set_sleep(c, CORE_AWAKE);
    c->event_register = c->lockup = false;
    c->stalled_until = 0;
    c->n_activations = 0;
    activation_open(c, EXC_NONE);
    for (unsigned r = CPU_R0; r <= 12; r++)
        cpu_set(c->cpu, (enum cpu_reg)r, 0);
    cpu_set_mode(c->cpu, 1u << 24, 0);
    cpu_set(c->cpu, CPU_PRIMASK, 0);
    cpu_set(c->cpu, CPU_FAULTMASK, 0);
    cpu_set(c->cpu, CPU_BASEPRI, 0);
    cpu_set(c->cpu, CPU_FPSCR, 0);
    cpu_clear_exclusive(c->cpu);
    c->scb.vtor = vectors;
    bus_read(c->bus, vectors, &sp, 4);
    bool fetched = bus_read(c->bus, vectors + 4, &pc, 4);
    cpu_set(c->cpu, CPU_MSP, sp & ~3u);
    cpu_set(c->cpu, CPU_LR, 0xFFFFFFFFu);
    cpu_set(c->cpu, CPU_PC, pc & ~1u);
    if (!(pc & 1))
        cpu_set_mode(c->cpu, 0, 0);
    core_update(c);
    if (!fetched)
        fault_escalate(c, HFSR_VECTTBL);
    debug_reset_catch(c);
}
