#include "step/step.h"

#include <string.h>

#include "step/parts.h"

const struct step_options step_options_default = {
    .wait = 100 * VTIME_PER_MS,
    .serve = 500 * VTIME_PER_MS,
    .patience = 500 * VTIME_PER_MS,
    .poll = 27 * VTIME_PER_US,
};

const struct step_algorithm *const step_algorithms[] = {
    &step_context, &step_raw, &step_mask, &step_auto, &step_software, &step_debugmon,
};
const unsigned step_algorithms_count = sizeof step_algorithms / sizeof *step_algorithms;

const struct step_algorithm *step_algorithm_find(const char *name)
{
    for (unsigned i = 0; i < step_algorithms_count; i++)
        if (strcmp(step_algorithms[i]->name, name) == 0)
            return step_algorithms[i];
    return NULL;
}

void step_init(struct stepper *s, const struct debug_access *access, const struct debug_target *target)
{
    *s = (struct stepper){
        .access = access, .target = target, .algorithm = step_algorithms[0], .options = step_options_default};
}

void step_begin(struct stepper *s, unsigned place)
{
    s->report.end = STEP_UNDER_WAY;
    s->report.notes = s->report.dfsr = s->report.accesses = 0;
    s->report.text[0] = '\0';
    s->report.stop = (struct debug_stop_info){.stop = DEBUG_RUNNING};
    s->report.began = step_now(s);
    if (s->algorithm->needs_target ? !s->target : !s->access)
        step_say(s, STEP_REFUSED, "%s cannot step here", s->algorithm->name);
    else
        s->algorithm->begin(s, place);
}

enum step_end step_advance(struct stepper *s)
{
    if (!s->report.end)
        s->algorithm->advance(s);
    return s->report.end;
}

bool step_go_on(struct stepper *s)
{
    if (!s->algorithm->needs_target || s->report.end != STEP_STOPPED)
        return false;
    s->report.end = STEP_UNDER_WAY;
    return true;
}

void step_abort(struct stepper *s)
{
    if (s->report.end)
        return;
    if (!s->algorithm->needs_target && step_read(s, DEBUG_DHCSR) & DHCSR_C_DEBUGEN)
        step_control(s, DHCSR_C_HALT);
    step_breaks_clear(s);
    step_finish(s, STEP_STOPPED);
}

void step_forget(struct stepper *s) { s->stepped = false; }

const char *step_end_name(enum step_end end)
{
    static const char *const names[] = {
        [STEP_UNDER_WAY] = "under-way", [STEP_LANDED] = "landed",     [STEP_STOPPED] = "stopped",
        [STEP_STARVED] = "starved",     [STEP_REFUSED] = "refused",   [STEP_LEFT_RUNNING] = "left-running",
        [STEP_LOCKED_UP] = "locked-up", [STEP_RUN_OVER] = "run-over",
    };

    return names[end];
}

const char *step_note_name(enum step_note note)
{
    static const char *const names[] = {"no-comparator", "duplicate", "neighbour",    "skipped-bkpt", "elsewhere",
                                        "foreign",       "timed-out", "bkpt-written", "reset",        "not-retired"};

    return names[__builtin_ctz(note)];
}
