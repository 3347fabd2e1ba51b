/*
 * `mask`: C_MASKINTS for the step alone. What most probes do: OpenOCD with `cortex_m maskisr steponly`, pyOCD and
 * probe-rs by default, Black Magic Probe.
 *
 * The mask is set by a write of its own that keeps C_HALT, as C1.6.2 wants it, and cleared likewise after the step, so
 * that what runs next is not masked (H59, which other tools had).
 *
 * Hazards (docs/STEPPING.md): interrupts wait for the next run, so H05 and H06 lose ticks, and code that waits for one
 * is never done; H11: NMI is not masked; SVC and faults are not either (H15, H42).
 */
#include "step/parts.h"

static void begin(struct stepper *s, unsigned place)
{
    if (!step_take(s) || step_skip_bkpt(s))
        return;
    step_write(s, DEBUG_DFSR, DFSR_ALL);
    step_control(s, DHCSR_C_HALT | DHCSR_C_MASKINTS);
    step_control(s, DHCSR_C_STEP | DHCSR_C_MASKINTS);
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
    step_control(s, DHCSR_C_HALT | DHCSR_C_MASKINTS);
    step_control(s, DHCSR_C_HALT);
    step_halted(s, false);
}

const struct step_algorithm step_mask = {
    .name = "mask",
    .help = "C_MASKINTS around C_STEP (OpenOCD steponly, pyOCD, probe-rs, Black Magic Probe)",
    .begin = begin,
    .advance = advance,
};
