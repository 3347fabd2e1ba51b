/* DHCSR, DCRSR, DCRDR and DEMCR as they are read and written. ARMv7-M ARM C1.6. */
#include "nvic/core.h"

enum { DHCSR = 0, DCRSR = 4, DCRDR = 8, DEMCR = 12 };
#define DHCSR_CONTROL  (DHCSR_C_DEBUGEN | DHCSR_C_HALT | DHCSR_C_STEP | DHCSR_C_MASKINTS | DHCSR_C_SNAPSTALL)
#define DEMCR_WRITABLE 0x010D07F1u /* MON_PEND is no state of its own */
#define XPSR_IPSR      0x1FFu

/* Each is told once: a debugger that does it may count on nothing. */
#define UNPREDICTABLE(c, n, ...) \
    log_once((c)->log, 0xE000EDF0u + (n), "UNPREDICTABLE use of the debug registers: " __VA_ARGS__)

static uint32_t merge(uint32_t old, uint32_t value, uint32_t mask) { return (old & ~mask) | (value & mask); }

/* ---- DHCSR ------------------------------------------------------------------------------------------------------ */

/* The sticky bits tell what happened since the last reading, whoever reads. */
static uint32_t take_sticky(struct core *c)
{
    struct debug *d = &c->debug;
    uint64_t retired = cpu_retired(c->cpu);
    uint32_t sticky = (retired != d->retired_seen ? DHCSR_S_RETIRE_ST : 0) | (d->reset_seen ? DHCSR_S_RESET_ST : 0);
    d->retired_seen = retired;
    d->reset_seen = false;
    return sticky;
}

static uint32_t read_dhcsr(struct core *c, bool debugger)
{
    const struct debug *d = &c->debug;
    uint32_t v = d->control | DHCSR_S_REGRDY | take_sticky(c);
    if (!debugger)
        return v;
    bool stopped = debug_stopped(c);
    return v | (stopped ? DHCSR_S_HALT : 0) | (d->held && !d->halted ? DHCSR_C_DEBUGEN | DHCSR_C_HALT : 0) |
           (c->state.asleep ? DHCSR_S_SLEEP : 0) | (c->lockup && !stopped ? DHCSR_S_LOCKUP : 0);
}

/* C1.6.2: what a write to DHCSR must not do. */
static void check_control(struct core *c, uint32_t new)
{
    uint32_t old = c->debug.control, changed = old ^ new;
    bool stopped = debug_stopped(c), halt_kept = (stopped || (old & DHCSR_C_HALT)) && (new &DHCSR_C_HALT);
    if (!(old & DHCSR_C_DEBUGEN) && (new &DHCSR_C_MASKINTS))
        UNPREDICTABLE(c, 0, "C_MASKINTS set together with C_DEBUGEN");
    else if ((changed & DHCSR_C_MASKINTS) && !halt_kept)
        UNPREDICTABLE(c, 1, "C_MASKINTS changed by a write that does not keep C_HALT set");
    if ((changed & DHCSR_C_STEP) && !stopped && (old & DHCSR_C_DEBUGEN))
        UNPREDICTABLE(c, 2, "C_STEP changed while the core runs");
}

static void write_dhcsr(struct core *c, uint32_t value, uint32_t mask, bool debugger)
{
    if (mask != 0xFFFFFFFFu) {
        UNPREDICTABLE(c, 3, "DHCSR is not written as a word");
        return;
    }
    if ((value & 0xFFFF0000u) != DHCSR_DBGKEY) {
        log_once(c->log, 0xE000EDF4u, "DHCSR written without DBGKEY: ignored");
        return;
    }
    uint32_t control = value & DHCSR_CONTROL;
    if (!debugger) /* C_DEBUGEN is the debugger's alone */
        control = merge(control, c->debug.control, DHCSR_C_DEBUGEN);
    if (!(control & DHCSR_C_DEBUGEN) && !(c->debug.control & DHCSR_C_DEBUGEN))
        return;
    if (control & DHCSR_C_DEBUGEN)
        check_control(c, control);
    debug_control(c, control);
    if (debugger)
        debug_boundary(c); /* nothing is being executed */
}

/* ---- DCRSR, DCRDR ----------------------------------------------------------------------------------------------- */

enum { SEL_PC = 15, SEL_XPSR = 16, SEL_MASKS = 20, SEL_FPSCR = 33, SEL_S0 = 64, SEL_S31 = 95 };

/* CPU_REGS: one that the port has no single register for, or none at all. */
static enum cpu_reg selected(unsigned sel)
{
    if (sel <= SEL_XPSR)
        return (enum cpu_reg)(CPU_R0 + sel);
    if (sel >= SEL_S0 && sel <= SEL_S31)
        return (enum cpu_reg)(CPU_S0 + sel - SEL_S0);
    return sel == 17 ? CPU_MSP : sel == 18 ? CPU_PSP : sel == SEL_FPSCR ? CPU_FPSCR : CPU_REGS;
}

static const enum cpu_reg masks[4] = {CPU_PRIMASK, CPU_BASEPRI, CPU_FAULTMASK, CPU_CONTROL};

static uint32_t get_masks(struct core *c)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < 4; i++)
        v |= (cpu_get(c->cpu, masks[i]) & 0xFF) << (8 * i);
    return v;
}

static void set_masks(struct core *c, uint32_t value)
{
    static const uint8_t implemented[4] = {1, NVIC_PRIORITY_MASK, 1, CONTROL_NPRIV | CONTROL_SPSEL | CONTROL_FPCA};
    if (core_ipsr(c)) /* Handler mode has the main stack */
        value &= ~((uint32_t)CONTROL_SPSEL << 24);
    for (unsigned i = 0; i < 4; i++)
        cpu_set(c->cpu, masks[i], value >> (8 * i) & implemented[i]);
}

/* Locked up, the core stands at an address that is none (B1.5.15); a debugger gets it out of there by another PC. */
#define LOCKUP_ADDRESS 0xFFFFFFFEu

static void get_register(struct core *c, unsigned sel)
{
    enum cpu_reg r = selected(sel);
    if (sel == SEL_PC && c->lockup)
        c->debug.dcrdr = LOCKUP_ADDRESS;
    else
        c->debug.dcrdr = r == CPU_REGS ? get_masks(c) : cpu_get(c->cpu, r);
}

static void set_register(struct core *c, unsigned sel)
{
    enum cpu_reg r = selected(sel);
    uint32_t value = c->debug.dcrdr;
    if (sel == SEL_XPSR) { /* the active exception is not the debugger's to change (C1.6.4) */
        if ((value & XPSR_IPSR) != core_ipsr(c))
            UNPREDICTABLE(c, 5, "a write to xPSR that changes the exception number");
        value = merge(value, core_ipsr(c), XPSR_IPSR);
    }
    if (sel == SEL_PC && value != LOCKUP_ADDRESS)
        c->lockup = false;
    if (r == CPU_REGS)
        set_masks(c, value);
    else
        cpu_set(c->cpu, r, value);
    core_update(c);
}

static void write_dcrsr(struct core *c, uint32_t value, uint32_t mask)
{
    unsigned sel = value & DCRSR_REGSEL;
    if (mask != 0xFFFFFFFFu || !debug_stopped(c))
        UNPREDICTABLE(c, 6, "DCRSR written while the core runs, or not as a word");
    else if (selected(sel) == CPU_REGS && sel != SEL_MASKS)
        UNPREDICTABLE(c, 7, "DCRSR selects a register that does not exist (%u)", sel);
    else
        (value & DCRSR_REGWNR ? set_register : get_register)(c, sel);
}

/* ---- DEMCR ------------------------------------------------------------------------------------------------------ */

static uint32_t read_demcr(const struct core *c)
{
    return c->scb.demcr | (c->nvic.pending >> EXC_DEBUGMON & 1 ? DEMCR_MON_PEND : 0);
}

static void write_demcr(struct core *c, uint32_t value, uint32_t mask)
{
    const uint64_t monitor = 1ull << EXC_DEBUGMON;
    c->scb.demcr = merge(c->scb.demcr, value, mask & DEMCR_WRITABLE);
    dwt_set_trcena(c, c->scb.demcr & DEMCR_TRCENA);
    c->nvic.enabled = c->scb.demcr & DEMCR_MON_EN ? c->nvic.enabled | monitor : c->nvic.enabled & ~monitor;
    if (mask & DEMCR_MON_PEND)
        (value & DEMCR_MON_PEND ? core_pend : core_unpend)(c, EXC_DEBUGMON);
    sched_kick(c->sched); /* MON_STEP */
}

/* ----------------------------------------------------------------------------------------------------------------- */

uint32_t debug_read(struct core *c, uint32_t offset, bool debugger)
{
    switch (offset) {
    case DHCSR:
        return read_dhcsr(c, debugger);
    case DCRDR:
        return c->debug.dcrdr;
    case DEMCR:
        return read_demcr(c);
    default: /* DCRSR is write-only */
        return 0;
    }
}

void debug_write(struct core *c, uint32_t offset, uint32_t value, uint32_t mask, bool debugger)
{
    switch (offset) {
    case DHCSR:
        write_dhcsr(c, value, mask, debugger);
        break;
    case DCRSR:
        write_dcrsr(c, value, mask);
        break;
    case DCRDR: /* also what firmware and debugger exchange bytes through */
        c->debug.dcrdr = merge(c->debug.dcrdr, value, mask);
        break;
    case DEMCR:
        write_demcr(c, value, mask);
        break;
    default:
        break;
    }
}
