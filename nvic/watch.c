/* What the core wants the CPU port to look out for, and what becomes of it: the comparators of FPB and DWT. */
#include "nvic/core.h"

/* What each range of the port is for. */
enum { RANGE_DWT = 0, RANGE_LITERAL = DWT_COMPARATORS, RANGE_PROFILE = RANGE_LITERAL + FPB_LITERAL, RANGES };
#define DWT_HITS ((1u << DWT_COMPARATORS) - 1)

static void watch_literals(struct core *c, struct cpu_range *range)
{
    for (unsigned n = 0; n < FPB_LITERAL; n++)
        if (fpb_literal(c, n, &range[n].base)) {
            range[n].mask = 3;
            range[n].loads = true;
        }
}

void core_watch(struct core *c)
{
    struct cpu_range range[RANGES] = {0};
    if (!c->cpu)
        return;
    dwt_ranges(c, range + RANGE_DWT);
    watch_literals(c, range + RANGE_LITERAL);
    range[RANGE_PROFILE] = (struct cpu_range){.mask = UINT32_MAX, .fetches = dwt_profiles(c)};
    cpu_watch_ranges(c->cpu, range, RANGES);
    fpb_apply(c);
}

bool core_accessed(void *core, const struct cpu_access *a)
{
    struct core *c = core;
    if (a->hits & 1u << RANGE_PROFILE)
        dwt_profile(c, a);
    if (a->hits & DWT_HITS)
        dwt_accessed(c, a);
    for (unsigned n = 0; n < FPB_LITERAL; n++)
        if (a->hits >> (RANGE_LITERAL + n) & 1)
            fpb_substitute_literal(c, n);
    return c->fpb.n_swapped || (a->hits & DWT_HITS);
}

/* A remapped instruction executes alone. */
void core_execute(struct core *c, uint64_t budget, struct cpu_stop_info *s)
{
    cpu_run(c->cpu, budget, s);
    if (s->reason == CPU_STOP_CORE_BREAK && !fpb_breaks(c, s->pc)) {
        fpb_substitute(c, s->pc);
        cpu_pass_core_breakpoint(c->cpu);
        cpu_run(c->cpu, 1, s);
    }
    fpb_restore(c);
}

bool core_executes_one(const struct core *c) { return c->debug.step != DEBUG_STEP_NONE || c->fpb.n_swapped; }

void core_restored(struct core *c)
{
    core_watch(c);
    core_update(c);
}
