/* Steps of a context, one after the other: what the debug target's walk() does. */
#include "soc/debug_port.h"

/* Tells of a landing. True: one more step is wanted. */
static bool landed(struct debug_port *p, uint32_t pc)
{
    p->walk.done++;
    p->walk.told = true;
    return p->walk.landed(p->walk.ctx, pc) && --p->walk.left > 0;
}

/* From within the CPU port: the step's instruction has retired, and nothing else is due. */
static bool at_budget(void *ctx, uint32_t pc)
{
    struct debug_port *p = ctx;
    if (p->halt_asked || core_executes_one(&p->machine->soc.core) || context_step_look(&p->step) != CONTEXT_STEP_OVER ||
        !landed(p, pc))
        return false;
    context_step_again(&p->step);
    p->walk.told = false;
    return true;
}

/* A step in the ordinary way. */
static void step(struct debug_port *p, struct debug_stop_info *out)
{
    p->walk.told = false;
    p->target.ops->resume(p, DEBUG_STEP, 0);
    do
        p->target.ops->run(p, out);
    while (out->stop == DEBUG_RUNNING);
}

uint64_t debug_port_walk(void *port, uint64_t n, bool (*told)(void *ctx, uint32_t pc), void *told_ctx,
                         struct debug_stop_info *out)
{
    struct debug_port *p = port;
    struct cpu *cpu = p->machine->soc.core.cpu;
    bool more = n > 0;
    p->walk.left = n;
    p->walk.done = 0;
    p->walk.landed = told;
    p->walk.ctx = told_ctx;
    *out = (struct debug_stop_info){.stop = DEBUG_STEPPED};
    cpu_at_budget(cpu, p->timeline.past ? NULL : at_budget, p);
    while (more) {
        step(p, out);
        more = out->stop == DEBUG_STEPPED && !p->walk.told && landed(p, cpu_get(cpu, CPU_PC));
    }
    cpu_at_budget(cpu, NULL, NULL);
    return p->walk.done;
}
