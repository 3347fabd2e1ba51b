#include "soc/measure.h"

#include <stdlib.h>
#include <string.h>

#include "soc/measure_parts.h"

/* What start-up leads to, main last; of several names of main the first that exists is the one that counts. */
static const struct {
    const char *name;
    bool is_main;
} milestones[] = {
    {"SystemInit", false},
    {"z_cstart", false},            /* Zephyr */
    {"_Cstart", false},             /* Zephyr before 2 */
    {"kernel_init", false},         /* RIOT */
    {"mbed_start", false},          /* Mbed OS */
    {"runtime.run", false},         /* TinyGo */
    {"vTaskStartScheduler", false}, /* FreeRTOS */
    {"main.main", true},            /* TinyGo */
    {"__cortex_m_rt_main", true},   /* Rust */
    {"main", true},
    {"app_main", true},
};

bool measure_init(struct measure *x)
{
    *x = (struct measure){.reg = calloc(MEASURE_REGISTERS, sizeof *x->reg)};
    return x->reg;
}

void measure_free(struct measure *x)
{
    free(x->object);
    free(x->block);
    free(x->reg);
    *x = (struct measure){0};
}

void measure_configure(struct measure *x, struct machine_config *config)
{
    config->device_access = measure_register_access;
    config->device_ctx = x;
}

static void add_milestone(struct measure *x, const char *name)
{
    const struct symbols *symbols = x->machine->symbols;
    uint32_t addr;

    if (x->n_milestones == MEASURE_MILESTONES ||
        (!symbols_find(symbols, name, &addr, NULL) && !symbols_find_inlined(symbols, name, &addr)))
        return;
    addr &= ~1u;
    x->milestone[x->n_milestones++] = (struct measure_milestone){.name = name, .addr = addr};
    cpu_breakpoint(x->machine->soc.core.cpu, addr, true);
}

void measure_attach(struct measure *x, struct machine *m, const struct firmware_info *info)
{
    x->machine = m;
    for (unsigned i = 0; i < sizeof milestones / sizeof *milestones; i++)
        add_milestone(x, milestones[i].name);
    if (measure_stacks_init(x, info))
        cpu_watch_stack(m->soc.core.cpu, measure_stack_seen, x);
    measure_heaps_init(x);
}

static void reach(struct measure *x, uint32_t pc)
{
    struct soc *s = &x->machine->soc;

    for (unsigned i = 0; i < x->n_milestones; i++) {
        struct measure_milestone *m = &x->milestone[i];
        if (m->reached || m->addr != pc)
            continue;
        m->reached = true;
        m->time = s->sched.now;
        m->instructions = cpu_retired(s->core.cpu);
        cpu_breakpoint(s->core.cpu, pc, false);
    }
}

void measure_run(struct measure *x)
{
    struct machine *m = x->machine;
    struct cpu *cpu = m->soc.core.cpu;

    while (!m->end) {
        if (machine_run(m, UINT64_MAX) != CORE_STOP_BREAKPOINT)
            continue;
        uint32_t pc = cpu_get(cpu, CPU_PC);
        reach(x, pc);
        measure_heaps_at(x, pc);
        cpu_pass_points(cpu);
    }
}

const struct measure_milestone *measure_main(const struct measure *x)
{
    for (unsigned k = 0; k < sizeof milestones / sizeof *milestones; k++)
        for (unsigned i = 0; milestones[k].is_main && i < x->n_milestones; i++)
            if (strcmp(x->milestone[i].name, milestones[k].name) == 0)
                return &x->milestone[i];
    return NULL;
}
