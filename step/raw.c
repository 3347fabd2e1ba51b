/*
 * `raw`: C_STEP with interrupts as they are. OpenOCD with `cortex_m maskisr off`, pyOCD with `step_into_interrupt`, and
 * the step of the architecture itself (C1.5.1): one instruction, or one exception entry, or both.
 *
 * Hazards (docs/STEPPING.md): H01, H02, H03, H05, H07, H09, H11, H12, H20, H22 and H25 land in a handler; H24 waits.
 */
#include "step/parts.h"

static void begin(struct stepper *s, unsigned place)
{
    if (!step_take(s) || step_skip_bkpt(s))
        return;
    step_write(s, DEBUG_DFSR, DFSR_ALL);
    step_control(s, DHCSR_C_STEP);
    step_wait(s, s->options.wait);
}

static void advance(struct stepper *s)
{
    bool expired;

    if (!step_poll(s, &expired) || s->report.end)
        return;
    if (expired) {
        step_say(s, STEP_LEFT_RUNNING, "the step has not ended: the core sleeps, or is stalled");
        return;
    }
    step_control(s, DHCSR_C_HALT);
    step_halted(s, false);
}

const struct step_algorithm step_raw = {
    .name = "raw",
    .help = "C_STEP, interrupts as they are (OpenOCD maskisr off, pyOCD step_into_interrupt)",
    .begin = begin,
    .advance = advance,
};
