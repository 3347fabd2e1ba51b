/*
 * `auto`: OpenOCD 0.12.0 with `cortex_m maskisr auto`, its default. A temporary breakpoint at PC and a run, so that
 * pending interrupts are served and come back to it; then a masked step. Write for write as cortex_m_step() does it.
 *
 * Hazards (docs/STEPPING.md): after the run nobody looks where, and why, the core halted. So another thread, or another
 * activation of the same code, may hit the breakpoint and be stepped (H18, H19, H29); a breakpoint of the user's in an
 * interrupt handler is followed by one more step there (H30, H31). More than 500 ms, and the core is left running (H01,
 * H26). Without a free comparator, or with a breakpoint at PC, interrupts are masked, although the manual says that
 * they are not (H33, H61). A handler between LDREX and STREX makes the loop go round for ever (H20).
 */
#include "step/parts.h"

enum { SERVE, STEP };

/* Halted: unmask, and leave C_HALT alone in DHCSR. */
static void unmask(struct stepper *s)
{
    step_control(s, DHCSR_C_HALT | DHCSR_C_STEP | DHCSR_C_MASKINTS);
    step_control(s, DHCSR_C_HALT | DHCSR_C_STEP);
}

static void masked_step(struct stepper *s)
{
    s->phase = STEP;
    step_control(s, DHCSR_C_HALT | DHCSR_C_MASKINTS);
    step_control(s, DHCSR_C_STEP | DHCSR_C_MASKINTS);
    step_wait(s, s->options.wait);
}

/* It was seen on other chips that a breakpoint next to one at the lower half-word is not hit again. */
static bool has_lower_neighbour(struct stepper *s)
{
    uint32_t pc = s->report.pc;

    if (!(pc & 2) || !s->points.at || !s->points.at(s->points.ctx, pc & ~3u))
        return false;
    s->report.notes |= STEP_NOTE_NEIGHBOUR;
    return true;
}

static void begin(struct stepper *s, unsigned place)
{
    if (!step_take(s) || step_skip_bkpt(s))
        return;
    s->sp = step_reg(s, CPU_SP);
    s->ipsr = step_reg(s, CPU_XPSR) & 0x1FF;
    step_write(s, DEBUG_DFSR, DFSR_ALL);
    if (has_lower_neighbour(s) || !step_break_set(s, 0, s->report.pc)) {
        masked_step(s);
        return;
    }
    s->phase = SERVE;
    step_control(s, 0);
    step_wait(s, s->options.serve);
}

/* What OpenOCD does not look at. */
static void note_where(struct stepper *s)
{
    if (step_reg(s, CPU_PC) != s->report.pc)
        s->report.notes |= STEP_NOTE_ELSEWHERE;
    else if (step_reg(s, CPU_SP) != s->sp || (step_reg(s, CPU_XPSR) & 0x1FF) != s->ipsr)
        s->report.notes |= STEP_NOTE_FOREIGN;
}

static void served(struct stepper *s, bool expired)
{
    step_breaks_clear(s);
    if (expired) {
        step_say(s, STEP_LEFT_RUNNING, "interrupt handlers did not complete within %u ms: left running",
                 (unsigned)(s->options.serve / VTIME_PER_MS));
        return;
    }
    note_where(s);
    step_control(s, DHCSR_C_HALT);
    masked_step(s);
}

static void advance(struct stepper *s)
{
    bool expired;

    if (!step_poll(s, &expired))
        return;
    if (s->report.end) {
        step_breaks_clear(s);
    } else if (s->phase == SERVE) {
        served(s, expired);
    } else if (expired) {
        step_say(s, STEP_LEFT_RUNNING, "the step has not ended: the core sleeps, or is stalled");
    } else {
        unmask(s);
        step_control(s, DHCSR_C_HALT);
        step_halted(s, true);
    }
}

const struct step_algorithm step_auto = {
    .name = "auto",
    .help = "runs to a breakpoint at PC, then steps masked (OpenOCD 0.12.0 maskisr auto)",
    .begin = begin,
    .advance = advance,
};
