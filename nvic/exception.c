/*
 * Exception entry, return, nesting, tail-chaining, late arrival and pop pre-emption. ARMv7-M ARM B1.5.6…B1.5.12.
 *
 * Time passes in whole steps: events that come due while a frame is being stacked (or unstacked) are fired before the
 * vector is chosen (or the context resumed), so that a more urgent one is a late arrival (or a pop pre-emption).
 */
#include "nvic/core.h"

enum { FRAME_BASIC = 0x20, FRAME_EXTENDED = 0x68 };
#define XPSR_ALIGNED (1u << 9)
#define XPSR_T       (1u << 24)
#define XPSR_KEEP    0xFF0FFFFFu /* what the frame's xPSR brings back, bit 9 apart */

static void spend(struct core *c, unsigned n)
{
    c->sched->now += n * VTIME_PER_CYCLE;
    dwt_spent(c, n);
    sched_fire_due(c->sched);
}

/* ---- activations ------------------------------------------------------------------------------------------------ */

static struct activation *top(struct core *c) { return &c->activation[c->n_activations - 1]; }

static void activation_suspend(struct core *c)
{
    top(c)->last_at = core_last_retired(c, c->n_activations - 1);
    top(c)->retired += cpu_retired(c->cpu) - top(c)->retired_at;
}

uint64_t core_last_retired(const struct core *c, unsigned n)
{
    const struct activation *a = &c->activation[n];
    bool runs = n == c->n_activations - 1;
    return runs && cpu_retired(c->cpu) > a->retired_at ? cpu_retired(c->cpu) : a->last_at;
}

void activation_open(struct core *c, unsigned exc)
{
    if (c->n_activations)
        activation_suspend(c);
    if (c->n_activations < CORE_MAX_ACTIVATIONS)
        c->n_activations++;
    *top(c) =
        (struct activation){.serial = c->next_serial++, .retired_at = cpu_retired(c->cpu), .exception = (uint8_t)exc};
}

static void activation_close(struct core *c)
{
    if (c->n_activations > 1)
        c->n_activations--;
    top(c)->retired_at = cpu_retired(c->cpu);
}

/* ---- entry ------------------------------------------------------------------------------------------------------ */

/* What is entered, and where. */
struct target {
    unsigned exc;
    uint32_t vector;
    bool readable; /* false: lockup */
};

/* B1.5.14: a vector that cannot be read is a HardFault, entered instead; for NMI and HardFault themselves, lockup. */
static struct target find_target(struct core *c, unsigned exc)
{
    struct target t = {.exc = exc};
    t.readable = bus_read(c->bus, c->scb.vtor + 4 * exc, &t.vector, 4);
    if (t.readable)
        return t;
    c->scb.hfsr |= HFSR_VECTTBL;
    debug_fault_vc(c, EXC_HARDFAULT, DEMCR_VC_INTERR | DEMCR_VC_HARDERR);
    if (exc != EXC_NMI && exc != EXC_HARDFAULT) {
        t.exc = EXC_HARDFAULT;
        t.readable = bus_read(c->bus, c->scb.vtor + 4 * EXC_HARDFAULT, &t.vector, 4);
    }
    return t;
}

/* The handler of the exception begins: B1.5.6 ExceptionTaken. */
static void enter_handler(struct core *c, const struct target *t, uint32_t exc_return)
{
    uint32_t flags = cpu_get(c->cpu, CPU_XPSR) & 0xF80F0000u;
    cpu_set(c->cpu, CPU_LR, exc_return);
    cpu_set_mode(c->cpu, flags | (t->vector & 1 ? XPSR_T : 0) | t->exc, cpu_get(c->cpu, CPU_CONTROL) & CONTROL_NPRIV);
    cpu_clear_exclusive(c->cpu);
    nvic_activate(&c->nvic, t->exc);
    c->exceptions[t->exc]++;
    dwt_trace_exception(c, DWT_ENTER, t->exc);
    c->event_register = true;
    core_update(c);
    if (t->readable)
        cpu_set(c->cpu, CPU_PC, t->vector & ~1u);
    else
        fault_escalate(c, 0);
    debug_catch_vector(c, t->exc);
}

static bool push_basic(struct core *c, uint32_t frame, uint32_t xpsr, bool privileged)
{
    static const enum cpu_reg order[7] = {CPU_R0, 1, 2, 3, 12, CPU_LR, CPU_PC};
    bool ok = true;
    for (unsigned i = 0; ok && i < 7; i++)
        ok = fault_stack_write(c, frame + 4 * i, cpu_get(c->cpu, order[i]), CFSR_MSTKERR, CFSR_STKERR, privileged);
    return ok && fault_stack_write(c, frame + 28, xpsr, CFSR_MSTKERR, CFSR_STKERR, privileged);
}

/* Reserves or stores S0…S15 and FPSCR above the basic frame: B1.5.7. */
static bool push_fp(struct core *c, uint32_t frame, bool privileged)
{
    if (c->scb.fpccr & FPCCR_LSPEN) {
        const struct nvic *v = &c->nvic;
        int p = nvic_execution_priority(v);
        uint32_t ready = (p > -1 ? FPCCR_HFRDY : 0) |
                         ((v->enabled >> EXC_BUSFAULT & 1) && p > v->priority[EXC_BUSFAULT] ? FPCCR_BFRDY : 0) |
                         ((v->enabled >> EXC_MEMMANAGE & 1) && p > v->priority[EXC_MEMMANAGE] ? FPCCR_MMRDY : 0) |
                         ((c->scb.demcr & DEMCR_MON_EN) && p > v->priority[EXC_DEBUGMON] ? FPCCR_MONRDY : 0);
        c->scb.fpcar = frame + FRAME_BASIC;
        c->scb.fpccr = (c->scb.fpccr & (FPCCR_ASPEN | FPCCR_LSPEN)) | FPCCR_LSPACT | (privileged ? 0 : FPCCR_USER) |
                       (core_ipsr(c) ? 0 : FPCCR_THREAD) | ready;
        return true;
    }
    c->sched->now += c->timing.fp_words * VTIME_PER_CYCLE;
    dwt_spent(c, c->timing.fp_words);
    for (unsigned i = 0; i <= 16; i++) {
        uint32_t value = cpu_get(c->cpu, i < 16 ? (enum cpu_reg)(CPU_S0 + i) : CPU_FPSCR);
        if (!fault_stack_write(c, frame + FRAME_BASIC + 4 * i, value, CFSR_MSTKERR, CFSR_STKERR, privileged))
            return false;
    }
    return true;
}

/* B1.5.7 PushStack. Returns EXC_RETURN. */
static uint32_t push_frame(struct core *c)
{
    uint32_t control = cpu_get(c->cpu, CPU_CONTROL), sp = cpu_get(c->cpu, CPU_SP), xpsr = cpu_get(c->cpu, CPU_XPSR);
    bool thread = core_ipsr(c) == 0, fp = control & CONTROL_FPCA, privileged = core_privileged(c);
    uint32_t size = fp ? FRAME_EXTENDED : FRAME_BASIC;
    bool align = (c->scb.ccr & CCR_STKALIGN) || fp;
    bool realigned = align && (sp & 4);
    uint32_t frame = (sp - size) & ~(align ? 4u : 0u);
    xpsr = (xpsr & ~XPSR_ALIGNED) | (realigned ? XPSR_ALIGNED : 0);
    cpu_set(c->cpu, CPU_SP, frame);
    if (push_basic(c, frame, xpsr, privileged) && fp)
        push_fp(c, frame, privileged);
    return 0xFFFFFFE1u | (fp ? 0 : 0x10) | (thread ? 8 : 0) | (thread && (control & CONTROL_SPSEL) ? 4 : 0);
}

void exception_take(struct core *c, unsigned exc)
{
    uint32_t return_address = cpu_get(c->cpu, CPU_PC);
    uint32_t exc_return = push_frame(c);
    spend(c, c->timing.entry);
    /* Events may have come due, and stacking may have failed: B1.5.11 late arrival, also of derived exceptions. */
    unsigned chosen = nvic_eligible(&c->nvic);
    struct target t = find_target(c, chosen ? chosen : exc);
    evlog_emit(c->evlog, EV_ENTRY, t.exc, return_address);
    if (t.exc != exc)
        evlog_emit(c->evlog, EV_LATE_ARRIVAL, t.exc, exc);
    activation_open(c, t.exc);
    enter_handler(c, &t, exc_return);
}

/* ---- return ----------------------------------------------------------------------------------------------------- */

/* The next handler begins without unstacking: B1.5.12. */
static void tail_chain(struct core *c, unsigned from, unsigned exc, uint32_t exc_return)
{
    dwt_trace_exception(c, DWT_EXIT, from);
    spend(c, c->timing.tail_chain);
    unsigned chosen = nvic_eligible(&c->nvic);
    struct target t = find_target(c, chosen ? chosen : exc);
    evlog_emit(c->evlog, EV_TAILCHAIN, t.exc, from);
    activation_close(c);
    activation_open(c, t.exc);
    enter_handler(c, &t, exc_return);
}

/* B1.5.8: is this EXC_RETURN consistent with what is active? */
static bool return_is_legal(struct core *c, unsigned exc, uint32_t exc_return)
{
    unsigned active = nvic_active_count(&c->nvic), kind = exc_return & 0xF;
    if (!(c->nvic.active >> exc & 1) || (exc_return & 0xFFFFFFE0u) != 0xFFFFFFE0u)
        return false;
    if (kind == 1) /* to Handler mode; that there is one to return to shows in the IPSR of the frame */
        return true;
    if (kind == 9 || kind == 0xD)
        return active == 1 || (c->scb.ccr & CCR_NONBASETHRDENA);
    return false;
}

/* B1.5.8 DeActivate */
static void deactivate(struct core *c, unsigned exc)
{
    nvic_deactivate(&c->nvic, exc);
    if (exc != EXC_NMI && c->nvic.faultmask)
        cpu_set(c->cpu, CPU_FAULTMASK, 0);
    core_update(c);
}

static void invalid_return(struct core *c, unsigned from, uint32_t exc_return)
{
    cpu_set(c->cpu, CPU_LR, exc_return | 0xF0000000u);
    fault_derived(c, EXC_USAGEFAULT, CFSR_INVPC);
    unsigned exc = nvic_eligible(&c->nvic);
    if (exc && !c->lockup)
        tail_chain(c, from, exc, exc_return | 0xF0000000u);
}

struct frame {
    uint32_t word[8]; /* r0…r3, r12, lr, return address, xPSR */
    uint32_t fp[17];
};

/* Reads the frame and checks it, without changing any register. */
static bool read_frame(struct core *c, uint32_t sp, bool fp, bool privileged, struct frame *f)
{
    for (unsigned i = 0; i < 8; i++)
        if (!fault_stack_read(c, sp + 4 * i, &f->word[i], privileged))
            return false;
    for (unsigned i = 0; fp && i < 17; i++)
        if (!fault_stack_read(c, sp + FRAME_BASIC + 4 * i, &f->fp[i], privileged))
            return false;
    return true;
}

static void pop_frame(struct core *c, const struct frame *f, uint32_t exc_return, uint32_t sp, bool restore_fp)
{
    static const enum cpu_reg order[6] = {CPU_R0, 1, 2, 3, 12, CPU_LR};
    bool fp = !(exc_return & 0x10), psp = exc_return & 4, thread = exc_return & 8;
    uint32_t xpsr = f->word[7];
    bool align = (c->scb.ccr & CCR_STKALIGN) || fp;
    uint32_t after = sp + (fp ? FRAME_EXTENDED : FRAME_BASIC);
    if (align && (xpsr & XPSR_ALIGNED))
        after |= 4;
    for (unsigned i = 0; i < 6; i++)
        cpu_set(c->cpu, order[i], f->word[i]);
    if (restore_fp) {
        for (unsigned i = 0; i < 16; i++)
            cpu_set(c->cpu, (enum cpu_reg)(CPU_S0 + i), f->fp[i]);
        cpu_set(c->cpu, CPU_FPSCR, f->fp[16]);
    }
    c->scb.fpccr &= fp ? ~(uint32_t)FPCCR_LSPACT : ~0u;
    uint32_t control =
        (cpu_get(c->cpu, CPU_CONTROL) & CONTROL_NPRIV) | (thread && psp ? CONTROL_SPSEL : 0) | (fp ? CONTROL_FPCA : 0);
    cpu_set_mode(c->cpu, xpsr & XPSR_KEEP & ~XPSR_ALIGNED, control);
    cpu_set(c->cpu, CPU_SP, after);
    cpu_set(c->cpu, CPU_PC, f->word[6]);
}

static void sleep_on_exit(struct core *c)
{
    if (!(c->scb.scr & SCR_SLEEPONEXIT) || nvic_active_count(&c->nvic))
        return;
    evlog_emit(c->evlog, EV_SLEEP, 2, 0);
    core_set_sleep(c, CORE_SLEEP_ON_EXIT);
}

/* IPSR of the frame must fit the mode returned to (B1.5.8, after the pop). */
static bool frame_is_legal(const struct frame *f, uint32_t exc_return)
{
    bool to_handler = (exc_return & 0xF) == 1;
    return to_handler == ((f->word[7] & 0x1FF) != 0);
}

void exception_return(struct core *c, uint32_t exc_return)
{
    unsigned exc = core_ipsr(c);
    bool legal = return_is_legal(c, exc, exc_return);
    deactivate(c, exc);
    sched_fire_due(c->sched); /* what came due with the return instruction is tail-chained */
    if (!legal) {
        invalid_return(c, exc, exc_return);
        return;
    }
    unsigned next = nvic_eligible(&c->nvic);
    if (next) {
        tail_chain(c, exc, next, exc_return);
        return;
    }
    bool fp = !(exc_return & 0x10), thread = exc_return & 8;
    bool restore_fp = fp && !(c->scb.fpccr & FPCCR_LSPACT);
    bool privileged = !thread || !(cpu_get(c->cpu, CPU_CONTROL) & CONTROL_NPRIV);
    uint32_t sp = cpu_get(c->cpu, exc_return & 4 ? CPU_PSP : CPU_MSP);
    struct frame f;
    bool popped = read_frame(c, sp, restore_fp, privileged, &f);
    if (popped)
        spend(c, c->timing.exit + (restore_fp ? c->timing.fp_words : 0));
    /* pop pre-emption, or a fault while unstacking: the context stays stacked */
    next = nvic_eligible(&c->nvic);
    if (c->lockup)
        return;
    if (next) {
        tail_chain(c, exc, next, exc_return);
        return;
    }
    pop_frame(c, &f, exc_return, sp, restore_fp);
    if (!frame_is_legal(&f, exc_return)) {
        push_frame(c); /* "to negate PopStack()"; not always to the same place */
        invalid_return(c, exc, exc_return);
        return;
    }
    cpu_clear_exclusive(c->cpu);
    activation_close(c);
    c->event_register = true;
    core_update(c);
    evlog_emit(c->evlog, EV_RETURN, exc, f.word[6]);
    dwt_trace_exception(c, DWT_EXIT, exc);
    dwt_trace_exception(c, DWT_RETURN, core_ipsr(c));
    sleep_on_exit(c);
}
