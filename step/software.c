/*
 * `software`: breakpoints where the instruction leads to, and a continue. What gdb does with a stub that offers no
 * step, or says it wrongly (no vContSupported, no `S` in vCont), under an OS ABI that asks for it.
 *
 * Hazards (docs/STEPPING.md): interrupts run in between, and whoever comes by the breakpoint ends the step (H18, H19,
 * H29); a return from an exception leads nowhere that gdb knows, so the step becomes a continue (H02, H17, H26);
 * members of an IT block whose condition fails, and LDREX…STREX sequences, are passed over (H20, H21); an SVC is
 * stepped over (H15); after a fault nothing stops it (H42).
 */
#include "step/parts.h"

static void begin(struct stepper *s, unsigned place)
{
    uint32_t next[STEP_BREAKS];

    if (!step_take(s))
        return;
    unsigned n = step_next_pcs(s, s->report.pc, next);
    for (unsigned i = 0; i < n; i++)
        if (!step_break_set(s, i, next[i]) && !(s->report.notes & STEP_NOTE_DUPLICATE)) {
            step_breaks_clear(s);
            step_say(s, STEP_REFUSED, "cannot insert a breakpoint at 0x%08x", next[i]);
            return;
        }
    step_write(s, DEBUG_DFSR, DFSR_ALL);
    step_control(s, 0);
    step_wait(s, s->options.patience);
}

static void advance(struct stepper *s)
{
    bool expired;

    if (!step_poll(s, &expired))
        return;
    bool hit = !expired && !s->report.end && step_break_at(s, step_reg(s, CPU_PC));
    step_breaks_clear(s);
    if (s->report.end)
        return;
    if (expired) {
        step_say(s, STEP_LEFT_RUNNING, "the breakpoint behind 0x%08x was not reached: the core runs on", s->report.pc);
        return;
    }
    step_control(s, DHCSR_C_HALT);
    step_halted(s, hit);
}

const struct step_algorithm step_software = {
    .name = "software",
    .help = "breakpoints at the next instructions, and a continue (gdb's software single step)",
    .begin = begin,
    .advance = advance,
};
