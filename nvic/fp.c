/*
 * Floating-point context: CPACR, automatic state preservation and lazy stacking. ARMv7-M ARM B1.5.7, A2.5, B3.2.20-24.
 */
#include "nvic/core.h"

enum { CPACR_CP10_SHIFT = 20 };
#define FPSCR_DEFAULTED 0x07C00000u /* AHP, DN, FZ, RMode come from FPDSCR */

bool fp_enabled(struct core *c)
{
    unsigned cp10 = c->scb.cpacr >> CPACR_CP10_SHIFT & 3;
    return cp10 == 3 || (cp10 == 1 && core_privileged(c));
}

void fp_update_traps(struct core *c, struct cpu_traps *t)
{
    bool new_context = (c->scb.fpccr & FPCCR_ASPEN) && !(cpu_get(c->cpu, CPU_CONTROL) & CONTROL_FPCA);
    t->fp = !fp_enabled(c) || (c->scb.fpccr & FPCCR_LSPACT) || new_context;
}

/* B1.5.7 PreserveFPState: stores the interrupted context where its frame reserved room. */
static bool lazy_save(struct core *c)
{
    bool privileged = !(c->scb.fpccr & FPCCR_USER);
    c->sched->now += c->timing.fp_words * VTIME_PER_CYCLE;
    for (unsigned i = 0; i <= 16; i++) {
        uint32_t value = cpu_get(c->cpu, i < 16 ? (enum cpu_reg)(CPU_S0 + i) : CPU_FPSCR);
        if (!fault_stack_write(c, c->scb.fpcar + 4 * i, value, CFSR_MLSPERR, CFSR_LSPERR, privileged))
            return false;
    }
    c->scb.fpccr &= ~(uint32_t)FPCCR_LSPACT;
    return true;
}

void fp_trapped(struct core *c)
{
    if (!fp_enabled(c)) {
        fault_raise(c, EXC_USAGEFAULT, CFSR_NOCP);
        return;
    }
    if ((c->scb.fpccr & FPCCR_LSPACT) && !lazy_save(c))
        return;
    uint32_t control = cpu_get(c->cpu, CPU_CONTROL);
    if ((c->scb.fpccr & FPCCR_ASPEN) && !(control & CONTROL_FPCA)) {
        uint32_t fpscr = cpu_get(c->cpu, CPU_FPSCR);
        cpu_set(c->cpu, CPU_FPSCR, (fpscr & ~FPSCR_DEFAULTED) | (c->scb.fpdscr & FPSCR_DEFAULTED));
        cpu_set(c->cpu, CPU_CONTROL, control | CONTROL_FPCA);
    }
    core_update(c);
}
