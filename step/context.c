/*
 * `context`: ours. The step ends when the instruction has retired in the activation that was stepped; whatever else
 * is to run first, runs, and to its end. Nothing is masked, moved or lost, so that what executes is the undisturbed
 * run. Only an emulator knows activations: the target does it (emu/debug_target.h).
 *
 * Hazards (docs/STEPPING.md): none of F2 to F12 but starvation, which is told, with who kept the core.
 */
#include <stdio.h>

#include "step/parts.h"

static void begin(struct stepper *s, unsigned place) { s->target->ops->resume(s->target->ctx, DEBUG_STEP, place); }

static enum step_end end_of(enum debug_stop stop)
{
    switch (stop) {
    case DEBUG_RUNNING:
        return STEP_UNDER_WAY;
    case DEBUG_STEPPED:
        return STEP_LANDED;
    case DEBUG_STARVED:
        return STEP_STARVED;
    case DEBUG_LOCKUP:
        return STEP_LOCKED_UP;
    case DEBUG_EXITED:
        return STEP_RUN_OVER;
    default:
        return STEP_STOPPED;
    }
}

static void advance(struct stepper *s)
{
    struct debug_stop_info *stop = &s->report.stop;

    s->target->ops->run(s->target->ctx, stop);
    enum step_end end = end_of(stop->stop);
    if (end == STEP_UNDER_WAY)
        return;
    if (stop->text)
        snprintf(s->report.text, sizeof s->report.text, "%s", stop->text);
    step_finish(s, end);
}

const struct step_algorithm step_context = {
    .name = "context",
    .help = "the next instruction of the same context; interrupts run to their end (ours)",
    .needs_target = true,
    .begin = begin,
    .advance = advance,
};
