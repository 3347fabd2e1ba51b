#include "soc/debug_port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/report.h"
#include "soc/debug_access.h"
#include "soc/monitor.h"

enum { SIGNAL_INT = 2, SIGNAL_TRAP = 5, SIGNAL_SEGV = 11 };

static struct core *core_of(struct debug_port *p) { return &p->machine->soc.core; }

void debug_port_change(struct debug_port *p)
{
    bool past = p->timeline.past;
    timeline_change(&p->timeline);
    if (past)
        debug_port_connect_rtt(p);
}

/* ---- registers and memory ---------------------------------------------------------------------------------------- */

static bool reg_get(void *ctx, enum cpu_reg r, uint32_t *value)
{
    struct debug_port *p = ctx;
    if (r >= CPU_REGS)
        return false;
    halted_time_registers(&p->halted_time, 1);
    *value = cpu_get(core_of(p)->cpu, r);
    return true;
}

static bool reg_set(void *ctx, enum cpu_reg r, uint32_t value)
{
    struct debug_port *p = ctx;
    struct core *c = core_of(p);
    if (r >= CPU_REGS)
        return false;
    halted_time_registers(&p->halted_time, 1);
    if (value != cpu_get(c->cpu, r))
        debug_port_change(p);
    if (r == CPU_PC && (value & ~1u) != cpu_get(c->cpu, CPU_PC)) /* an IT block does not continue elsewhere */
        cpu_set(c->cpu, CPU_XPSR, cpu_get(c->cpu, CPU_XPSR) & ~0x0600FC00u);
    if (r == CPU_XPSR) /* the active exception is not the debugger's to change (C1.6.4) */
        value = (value & ~0x1FFu) | core_ipsr(c);
    cpu_set(c->cpu, r, r == CPU_BASEPRI ? value & NVIC_PRIORITY_MASK : value);
    core_update(c);
    return true;
}

static void hold(struct debug_port *p)
{
    debug_hold(core_of(p), true);
    evlog_emit(&p->machine->soc.evlog, EV_HALT, 1, 0);
    halted_time_hold(&p->halted_time, true);
    swo_flush(&p->machine->swo);
}

/* What a write to the debug registers set going happens, though no resume() let the core go: a reset that was asked
 * for, a step, or as much of a run as goes on while a probe makes one access. */
static void follow(struct debug_port *p)
{
    struct machine *m = p->machine;
    struct core *c = core_of(p);
    if (p->resumed || !p->clients || m->end)
        return;
    if (c->attention)
        machine_run(m, 0);
    if (debug_stopped(c))
        return;
    halted_time_hold(&p->halted_time, false);
    enum core_stop stop = machine_run_for(m, DEBUG_PORT_ACCESS_TIME);
    if (stop != CORE_STOP_ATTENTION && stop != CORE_STOP_ASLEEP && stop != CORE_STOP_LOCKUP)
        hold(p);
    if (m->end == MACHINE_END_ASLEEP || m->end == MACHINE_END_OFF) /* a debugger may wake it */
        m->end = MACHINE_RUNNING;
}

static uint32_t mem_get(void *ctx, uint32_t addr, void *buf, uint32_t len)
{
    struct debug_port *p = ctx;
    follow(p);
    halted_time_memory(&p->halted_time, len);
    return bus_peek(&p->machine->soc.bus, addr, buf, len);
}

/* Bytes that a memory has already: writing them changes nothing. */
static bool has_already(struct debug_port *p, uint32_t addr, const uint8_t *bytes, uint32_t len)
{
    uint8_t part[256];
    for (uint32_t n; len; addr += n, bytes += n, len -= n) {
        n = len < sizeof part ? len : sizeof part;
        if (!bus_memory_at(&p->machine->soc.bus, addr) || bus_peek(&p->machine->soc.bus, addr, part, n) != n ||
            memcmp(part, bytes, n) != 0)
            return false;
    }
    return true;
}

static uint32_t mem_set(void *ctx, uint32_t addr, const void *buf, uint32_t len)
{
    struct debug_port *p = ctx;
    halted_time_memory(&p->halted_time, len);
    if (!has_already(p, addr, buf, len))
        debug_port_change(p);
    uint32_t done = bus_poke(&p->machine->soc.bus, addr, buf, len);
    follow(p);
    return done;
}

static unsigned contexts(void *ctx, struct debug_context *list, unsigned max)
{
    return contexts_list(((struct debug_port *)ctx)->contexts, list, max);
}

static bool context_reg_get(void *ctx, unsigned place, enum cpu_reg r, uint32_t *value)
{
    return contexts_reg_get(((struct debug_port *)ctx)->contexts, place, r, value);
}

static bool context_reg_set(void *ctx, unsigned place, enum cpu_reg r, uint32_t value)
{
    struct debug_port *p = ctx;
    debug_port_change(p);
    return contexts_reg_set(p->contexts, place, r, value);
}

/* ---- points ------------------------------------------------------------------------------------------------------ */

static int find_point(const struct debug_port *p, enum debug_point kind, uint32_t addr, uint32_t len)
{
    for (unsigned i = 0; i < p->n_points; i++)
        if (p->point[i].kind == kind && p->point[i].addr == addr &&
            (kind <= DEBUG_POINT_HW_BREAK || p->point[i].len == len))
            return (int)i;
    return -1;
}

static bool apply_point(struct debug_port *p, enum debug_point kind, uint32_t addr, uint32_t len, bool set)
{
    struct cpu *cpu = core_of(p)->cpu;
    if (kind > DEBUG_POINT_HW_BREAK)
        return cpu_watchpoint(cpu, addr, len, kind != DEBUG_POINT_WATCH_WRITE, kind != DEBUG_POINT_WATCH_READ, set);
    cpu_breakpoint(cpu, addr, set);
    return true;
}

static bool point_add(void *ctx, enum debug_point kind, uint32_t addr, uint32_t len)
{
    struct debug_port *p = ctx;
    bool is_break = kind <= DEBUG_POINT_HW_BREAK;
    if (kind > DEBUG_POINT_WATCH_ACCESS || (is_break && (addr & 1)) || (!is_break && !len))
        return false;
    if (find_point(p, kind, addr, len) >= 0)
        return true;
    if (p->n_points == DEBUG_PORT_MAX_POINTS || !apply_point(p, kind, addr, len, true))
        return false;
    p->point[p->n_points].kind = kind;
    p->point[p->n_points].addr = addr;
    p->point[p->n_points++].len = len;
    return true;
}

static bool point_remove(void *ctx, enum debug_point kind, uint32_t addr, uint32_t len)
{
    struct debug_port *p = ctx;
    int i = find_point(p, kind, addr, len);
    if (i < 0)
        return kind <= DEBUG_POINT_WATCH_ACCESS;
    apply_point(p, kind, addr, p->point[i].len, false);
    p->point[i] = p->point[--p->n_points];
    return true;
}

static enum debug_point point_kind_at(const struct debug_port *p, uint32_t addr)
{
    return find_point(p, DEBUG_POINT_SW_BREAK, addr, 0) >= 0 ? DEBUG_POINT_SW_BREAK : DEBUG_POINT_HW_BREAK;
}

/* The break- or watchpoint of the target's there; -1: none. */
static int find_break(const struct debug_port *p, uint32_t addr)
{
    return find_point(p, point_kind_at(p, addr), addr, 0);
}

static int find_watch(const struct debug_port *p, uint32_t addr, bool store)
{
    enum debug_point other = store ? DEBUG_POINT_WATCH_READ : DEBUG_POINT_WATCH_WRITE;
    for (unsigned i = 0; i < p->n_points; i++)
        if (p->point[i].kind > DEBUG_POINT_HW_BREAK && p->point[i].kind != other &&
            addr - p->point[i].addr < p->point[i].len)
            return (int)i;
    return -1;
}

static enum debug_point watch_kind_at(const struct debug_port *p, uint32_t addr, bool store)
{
    int i = find_watch(p, addr, store);
    return i < 0 ? DEBUG_POINT_WATCH_WRITE : p->point[i].kind;
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

static void resume_back(struct debug_port *p, enum debug_resume how)
{
    if (how == DEBUG_GO_ON)
        timeline_pass_hit(&p->timeline);
    else if (how == DEBUG_STEP_BACK)
        timeline_step_back(&p->timeline);
    else
        timeline_search_back(&p->timeline);
}

static void resume(void *ctx, enum debug_resume how, unsigned depth)
{
    struct debug_port *p = ctx;
    struct core *c = core_of(p);
    p->resumed = true;
    halted_time_hold(&p->halted_time, false);
    if (how != DEBUG_GO_ON) {
        p->halt_asked = false;
        p->backwards = how == DEBUG_CONTINUE_BACK || how == DEBUG_STEP_BACK;
    }
    evlog_emit(&p->machine->soc.evlog, EV_HALT, 0, how == DEBUG_STEP);
    if (p->backwards) {
        resume_back(p, how);
        return;
    }
    cpu_pass_points(c->cpu);
    debug_release(c);
    if (how == DEBUG_GO_ON)
        return;
    context_step_end(&p->step);
    if (how == DEBUG_STEP)
        context_step_begin(&p->step, depth);
}

static void filter(void *ctx, bool (*counts)(void *), void *counts_ctx)
{
    struct debug_port *p = ctx;
    p->timeline.counts = counts;
    p->timeline.counts_ctx = counts_ctx;
}

static void halt(void *ctx) { ((struct debug_port *)ctx)->halt_asked = true; }

/* What a comparator hit. Not reported as a point: gdb goes on at once from one that it has not set. */
static const char *describe_event(struct debug_port *p, uint32_t by)
{
    const struct debug *d = &core_of(p)->debug;
    if (by & DFSR_BKPT)
        return "a breakpoint of the FPB";
    if (!d->event_data)
        return "a comparator of the DWT: the PC, or CYCCNT";
    snprintf(p->text, sizeof p->text, "a watchpoint of the DWT: 0x%08x was %s", d->event_addr,
             d->event_store ? "written" : "read");
    return p->text;
}

/* Points of the target's also stop who steps by the debug registers: as if they were comparators. */
static bool report_point(struct debug_port *p, uint32_t by, struct debug_stop_info *out)
{
    const struct core *c = core_of(p);
    uint32_t addr = by & DFSR_BKPT ? cpu_get(c->cpu, CPU_PC) : c->debug.event_addr;
    bool watch = (by & DFSR_DWTTRAP) && c->debug.event_data;
    int i = by & DFSR_BKPT ? find_break(p, addr) : watch ? find_watch(p, addr, c->debug.event_store) : -1;
    if (i < 0)
        return false;
    out->stop = watch ? DEBUG_WATCHPOINT : DEBUG_BREAKPOINT;
    out->addr = addr;
    out->point = p->point[i].kind;
    return true;
}

/* Debug state, by what led there. */
static void report_halted(struct debug_port *p, struct debug_stop_info *out)
{
    struct core *c = core_of(p);
    uint32_t by = c->debug.entered_by;
    if (by & DFSR_VCATCH) {
        out->stop = core_ipsr(c) ? DEBUG_FAULT : DEBUG_HALTED;
        out->signal = core_ipsr(c) ? SIGNAL_SEGV : SIGNAL_TRAP;
        out->text = "vector catch";
    } else if (!report_point(p, by, out)) {
        bool comparator = (by & DFSR_DWTTRAP) || ((by & DFSR_BKPT) && fpb_breaks(c, cpu_get(c->cpu, CPU_PC)));
        out->stop = by & (DFSR_BKPT | DFSR_DWTTRAP) ? DEBUG_BKPT : DEBUG_HALTED;
        if (comparator)
            out->text = describe_event(p, by);
    }
}

static void report_stop(struct debug_port *p, enum core_stop stop, struct debug_stop_info *out)
{
    struct core *c = core_of(p);
    switch (stop) {
    case CORE_STOP_BREAKPOINT:
        out->stop = DEBUG_BREAKPOINT;
        out->addr = cpu_get(c->cpu, CPU_PC);
        out->point = point_kind_at(p, out->addr);
        break;
    case CORE_STOP_WATCHPOINT:
        out->stop = DEBUG_WATCHPOINT;
        out->addr = c->watch_addr;
        out->point = watch_kind_at(p, out->addr, c->watch_store);
        break;
    case CORE_STOP_BKPT:
        out->stop = DEBUG_BKPT;
        break;
    case CORE_STOP_HALTED:
        report_halted(p, out);
        break;
    case CORE_STOP_LOCKUP:
        out->stop = DEBUG_LOCKUP;
        out->text = "the core has locked up";
        break;
    default:
        out->stop = DEBUG_RUNNING;
        break;
    }
}

static bool ended(struct debug_port *p, struct debug_stop_info *out)
{
    struct machine *m = p->machine;
    if (!m->end)
        return false;
    if (m->end == MACHINE_END_ASLEEP || m->end == MACHINE_END_OFF) { /* nobody will wake it, but a debugger may */
        bool off = m->end == MACHINE_END_OFF;
        m->end = MACHINE_RUNNING;
        out->stop = p->step.active ? DEBUG_STARVED : DEBUG_RUNNING;
        if (p->step.active)
            out->text = off ? "System OFF, and nothing is left that could wake the chip"
                            : "asleep, and nothing is left that could wake the core";
        return true;
    }
    out->stop = DEBUG_EXITED;
    out->code = machine_exit_status(m);
    return true;
}

static bool step_ended(struct debug_port *p, struct debug_stop_info *out)
{
    enum context_step_state state = context_step_look(&p->step);
    bool asleep = p->machine->end == MACHINE_END_ASLEEP; /* for ever; the step may have ended with that, or before */
    if (state == CONTEXT_STEP_GOES_ON || (p->machine->end && !asleep))
        return false;
    p->machine->end = MACHINE_RUNNING;
    out->stop = state == CONTEXT_STEP_OVER ? DEBUG_STEPPED : DEBUG_STARVED;
    if (state == CONTEXT_STEP_STARVED) {
        context_step_explain(&p->step, p->text, sizeof p->text);
        out->text = p->text;
    } else if (core_of(p)->sleep != CORE_AWAKE) {
        out->text = "asleep: SLEEPONEXIT";
    }
    return true;
}

static void run_slice(struct debug_port *p, struct debug_stop_info *out)
{
    enum { STEPS_A_SLICE = 20000 };
    *out = (struct debug_stop_info){.stop = DEBUG_RUNNING, .signal = SIGNAL_TRAP};
    for (unsigned i = 0; i < STEPS_A_SLICE; i++) {
        if (p->halt_asked) {
            p->halt_asked = false;
            out->stop = DEBUG_HALTED;
            out->signal = SIGNAL_INT;
            return;
        }
        enum core_stop stop = timeline_run(&p->timeline, p->step.active ? context_step_budget(&p->step) : UINT64_MAX);
        if ((p->step.active && step_ended(p, out)) || ended(p, out))
            return;
        report_stop(p, stop, out);
        if (out->stop != DEBUG_RUNNING || !p->step.active)
            return;
    }
}

static void report_hit(struct debug_port *p, const struct timeline_hit *hit, struct debug_stop_info *out)
{
    struct core *c = core_of(p);
    c->watch_addr = hit->watch_addr;
    c->watch_store = hit->watch_store;
    report_stop(p, hit->stop, out);
}

static void run_back(struct debug_port *p, struct debug_stop_info *out)
{
    static const enum debug_stop stops[] = {[TIMELINE_GOING] = DEBUG_RUNNING,
                                            [TIMELINE_THERE] = DEBUG_STEPPED,
                                            [TIMELINE_HIT] = DEBUG_RUNNING,
                                            [TIMELINE_HALTED] = DEBUG_HALTED,
                                            [TIMELINE_BEGINNING] = DEBUG_BEGINNING};
    if (p->halt_asked)
        timeline_halt(&p->timeline);
    enum timeline_back how = timeline_go_back(&p->timeline);
    *out = (struct debug_stop_info){.stop = stops[how], .signal = SIGNAL_TRAP};
    if (how == TIMELINE_HALTED)
        out->signal = SIGNAL_INT;
    if (how == TIMELINE_HIT)
        report_hit(p, &p->timeline.hit, out);
    p->halt_asked &= how == TIMELINE_GOING;
}

static void run(void *ctx, struct debug_stop_info *out)
{
    struct debug_port *p = ctx;
    if (p->backwards)
        run_back(p, out);
    else
        run_slice(p, out);
    swo_flush(&p->machine->swo);
    if (out->stop == DEBUG_RUNNING)
        return;
    p->resumed = false;
    hold(p);
}

static void reset(void *ctx)
{
    struct debug_port *p = ctx;
    debug_port_change(p);
    p->machine->end = MACHINE_RUNNING;
    p->halt_asked = false;
    context_step_end(&p->step);
    p->resumed = false;
    hold(p);
    if (p->programmed)
        machine_find_start(p->machine);
    p->programmed = false;
    machine_reset(p->machine, RESETREAS_SREQ);
    hold(p); /* it may have been in Debug state instead, which the reset has ended */
}

/* ---- flash ------------------------------------------------------------------------------------------------------- */

static bool in_flash(uint32_t addr, uint32_t len)
{
    return (addr < SOC_FLASH_SIZE && len <= SOC_FLASH_SIZE - addr) ||
           (addr - UICR_BASE < UICR_SIZE && len <= UICR_SIZE - (addr - UICR_BASE)) ||
           (addr - SOC_XIP_BASE < SOC_XIP_SIZE && len <= SOC_XIP_SIZE - (addr - SOC_XIP_BASE));
}

static bool flash_erase(void *ctx, uint32_t addr, uint32_t len)
{
    static const uint8_t erased[NVMC_PAGE_SIZE] = {[0 ... NVMC_PAGE_SIZE - 1] = 0xFF};
    struct debug_port *p = ctx;
    if (!in_flash(addr, len) || addr % NVMC_PAGE_SIZE || len % NVMC_PAGE_SIZE)
        return false;
    debug_port_change(p);
    p->programmed = true;
    for (uint32_t at = 0; at < len; at += NVMC_PAGE_SIZE)
        soc_program(&p->machine->soc, addr + at, erased, NVMC_PAGE_SIZE);
    return true;
}

static bool flash_write(void *ctx, uint32_t addr, const void *buf, uint32_t len)
{
    struct debug_port *p = ctx;
    debug_port_change(p);
    p->programmed = true;
    return in_flash(addr, len) && soc_program(&p->machine->soc, addr, buf, len);
}

static unsigned memory_map(void *ctx, const struct debug_memory **map)
{
    static const struct debug_memory memories[] = {
        {DEBUG_MEMORY_FLASH, SOC_FLASH_BASE, SOC_FLASH_SIZE, NVMC_PAGE_SIZE},
        {DEBUG_MEMORY_RAM, SOC_CODE_RAM_BASE, SOC_RAM_SIZE, 0},
        {DEBUG_MEMORY_ROM, FICR_BASE, FICR_SIZE, 0},
        {DEBUG_MEMORY_FLASH, UICR_BASE, UICR_SIZE, UICR_SIZE},
        {DEBUG_MEMORY_FLASH, SOC_XIP_BASE, SOC_XIP_SIZE, NOR_FLASH_SECTOR},
        {DEBUG_MEMORY_RAM, SOC_RAM_BASE, SOC_RAM_SIZE, 0},
        {DEBUG_MEMORY_RAM, 0x40000000, 0x20000000, 0},
        {DEBUG_MEMORY_RAM, 0xE0000000, 0x00100000, 0},
    };
    *map = memories;
    return sizeof memories / sizeof *memories;
}

static const struct symbols *symbols(void *ctx) { return ((struct debug_port *)ctx)->machine->symbols; }

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

static unsigned commands(void *ctx, const struct debug_command **list) { return monitor_commands(list); }

static void trace(void *ctx, uint32_t kinds, void (*tell)(void *, enum ev_kind, const char *), void *tell_ctx)
{
    debug_trace_set(&((struct debug_port *)ctx)->trace, kinds, tell, tell_ctx);
}

static void attached(void *ctx, bool on)
{
    struct debug_port *p = ctx;
    bool changes = p->clients == !on;
    if (changes && !on)
        timeline_stop(&p->timeline);
    p->clients += on ? 1 : -1u;
    p->machine->debugged = p->clients > 0;
    if (on && p->machine->soc.off)
        machine_reset(p->machine, RESETREAS_DIF);
    context_step_end(&p->step);
    p->halt_asked = false;
    p->resumed = false;
    p->backwards = false;
    halted_time_hold(&p->halted_time, false);
    if (p->clients)
        hold(p);
    else
        debug_disconnect(core_of(p));
    while (!on && !p->clients && p->n_points)
        point_remove(p, p->point[0].kind, p->point[0].addr, p->point[0].len);
    if (!on && !p->clients)
        cpu_pass_points(core_of(p)->cpu);
    if (changes && on)
        timeline_start(&p->timeline);
}

static void kill_run(void *ctx) { ((struct debug_port *)ctx)->machine->end = MACHINE_END_KILLED; }

static const struct debug_target_ops ops = {
    .goes_back = true,
    .reg_get = reg_get,
    .reg_set = reg_set,
    .mem_get = mem_get,
    .mem_set = mem_set,
    .point_add = point_add,
    .point_remove = point_remove,
    .resume = resume,
    .filter = filter,
    .run = run,
    .walk = debug_port_walk,
    .halt = halt,
    .reset = reset,
    .flash_erase = flash_erase,
    .flash_write = flash_write,
    .memory_map = memory_map,
    .symbols = symbols,
    .contexts = contexts,
    .context_reg_get = context_reg_get,
    .context_reg_set = context_reg_set,
    .commands = commands,
    .trace = trace,
    .attached = attached,
    .kill = kill_run,
};

static void changing(void *ctx) { debug_port_change(ctx); }

void debug_port_init(struct debug_port *p, struct machine *m)
{
    memset(p, 0, sizeof *p);
    p->access = (struct debug_access){.ops = &debug_access_ops, .ctx = p};
    p->target = (struct debug_target){.ops = &ops, .ctx = p, .access = &p->access};
    p->machine = m;
    p->trace.soc = &m->soc;
    p->contexts = &m->events.contexts;
    contexts_init(p->contexts, &m->soc);
    context_step_init(&p->step, &m->soc);
    halted_time_init(&p->halted_time, &p->timeline);
    timeline_init(&p->timeline, m);
    m->changing = changing;
    m->changing_ctx = p;
}

void debug_port_close(struct debug_port *p)
{
    if (!p->machine)
        return;
    timeline_stop(&p->timeline);
    debug_port_close_rtt(p);
}
