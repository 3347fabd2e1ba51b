/*
 * `debugmon`: monitor mode. Halting debug is off; MON_STEP lets one instruction execute, then the DebugMonitor
 * exception takes over, whose handler in the firmware is the agent. What J-Link's monitor mode, Zephyr's DebugMonitor
 * support and the like do.
 *
 * Agent and stepper agree on DEMCR.MON_REQ, which the architecture leaves to software: the agent sets it when it has
 * been entered, waits until it is clear, and returns. Afterwards the agent is what runs, and what it interrupted is
 * what was stepped.
 *
 * Hazards (docs/STEPPING.md): code as urgent as DebugMonitor, or with interrupts disabled, is not stepped (H04, H08,
 * H09); each step pushes two frames and spends the agent's cycles (H05); the exclusive monitor is always clear
 * afterwards (H20); less urgent interrupts are stepped into (H01, H03).
 */
#include "step/parts.h"

static void leave_debug_state(struct stepper *s)
{
    if (step_read(s, DEBUG_DHCSR) & DHCSR_C_DEBUGEN)
        step_write(s, DEBUG_DHCSR, DHCSR_DBGKEY);
}

static void begin(struct stepper *s, unsigned place)
{
    uint32_t demcr = step_read(s, DEBUG_DEMCR) & ~(uint32_t)(DEMCR_MON_REQ | DEMCR_MON_PEND);

    s->report.pc = step_reg(s, CPU_PC);
    step_write(s, DEBUG_DFSR, DFSR_ALL);
    step_write(s, DEBUG_DEMCR, demcr | DEMCR_MON_EN | DEMCR_MON_STEP);
    leave_debug_state(s);
    step_wait(s, s->options.patience);
}

static void give_up(struct stepper *s)
{
    bool entered = step_read(s, DEBUG_DFSR) & DFSR_HALTED;

    s->report.notes |= STEP_NOTE_TIMED_OUT;
    step_say(s, step_read(s, DEBUG_DHCSR) & DHCSR_S_LOCKUP ? STEP_LOCKED_UP : STEP_LEFT_RUNNING, "%s",
             entered ? "DebugMonitor has no agent: its handler does not set DEMCR.MON_REQ"
                     : "DebugMonitor was not entered: what runs is more urgent, or masks it");
}

static void advance(struct stepper *s)
{
    enum { POLLS = 64 };

    for (unsigned i = 0; i < POLLS; i++) {
        if (!s->access->ops->pass(s->access->ctx, s->options.poll)) {
            step_finish(s, STEP_RUN_OVER);
            return;
        }
        if (step_read(s, DEBUG_DEMCR) & DEMCR_MON_REQ) {
            s->report.dfsr = step_read(s, DEBUG_DFSR);
            step_finish(s, s->report.dfsr & DFSR_HALTED ? STEP_LANDED : STEP_STOPPED);
            return;
        }
        if (step_now(s) > s->deadline) {
            give_up(s);
            return;
        }
    }
}

const struct step_algorithm step_debugmon = {
    .name = "debugmon",
    .help = "MON_STEP with an agent in the firmware's DebugMonitor handler (monitor mode)",
    .begin = begin,
    .advance = advance,
};
