/*
 * The CPU port over Unicorn Engine. Why it looks the way it does: docs/UNICORN.md.
 *
 * One engine, one code hook from creation, no instruction count: mixing counts, adding hooks later or having two of
 * them breaks exactness or speed. The hook runs before each instruction, charges it, and stops the engine when
 * something is due; it never stops inside an IT block, because Unicorn runs a block in one go. Blocks in which
 * something may become due are therefore executed one instruction at a time (run_it), with the IT state that
 * Unicorn hides between instructions kept here.
 */
#include "emu/cpu.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

#define PAGE          0x1000u
#define XPSR_T        (1u << 24)
#define XPSR_IT       0x0600FC00u
#define XPSR_IPSR     0x1FFu
#define XPSR_APSR     0xF80F0000u /* NZCVQ and GE */
#define CONTROL_NPRIV 1u
#define CONTROL_SPSEL 2u
#define CONTROL_FPCA  4u

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* Reasons to look at an instruction that are none to stop before it. */
#define HARMLESS (INSN_IN_RAM | INSN_OBSERVED)

/* An IT knows its block, and that may reach so many halfwords behind it. */
enum { IT_REACH = 8 };

/* Decoded instructions of one executable memory, an entry for each halfword. */
struct code_region {
    uint32_t base, size;
    const uint8_t *data;
    struct insn *table;
    bool *translated; /* by page: the engine may have translated something of it */
};

/* The part of the state that a snapshot must carry besides the engine's own. */
struct cpu_state {
    uint64_t retired;
    uint32_t control; /* what the guest sees; the engine's FPCA is always 1 */
    uint8_t it;       /* ITSTATE at a boundary between instructions */
    bool arm_state;   /* EPSR.T is clear */
    bool exclusive;   /* the local monitor is in its exclusive state */
};

/* A run of pages with devices, as the engine sees it. */
struct device_window {
    struct cpu *cpu;
    uint32_t base;
};

struct watchpoint {
    uint32_t addr, size;
    bool loads, stores;
};

struct cpu_breakpoint_entry {
    uint32_t addr;
    unsigned count;
};

enum masks_touched { MASKS_NONE, MASKS_WRITTEN, MASKS_CONTROL, MASKS_SHOWN };

struct cpu {
    struct sched *sched;
    struct insn *table; /* of the region executed from, copied here: the hook is what speed is made of */
    uint32_t code_base, code_size;
    uint32_t watch;              /* insn_flags that need a closer look */
    uint32_t next_pc;            /* behind the last instruction */
    uint32_t pc;                 /* of the instruction being executed */
    uint32_t refill;             /* time to add when the next instruction is not at next_pc */
    uint32_t it_first, it_bytes; /* the IT block that runs in one go; 0 bytes: none */
    bool it_plain;               /* nothing can become due in it */
    struct cpu_state s;

    uint64_t stop_retired; /* budget */
    bool (*at_budget)(void *ctx, uint32_t pc);
    void *at_budget_ctx;
    enum masks_touched masks; /* by the instruction before */
    uint8_t mrs_rd;
    enum { MEMBER_NONE, MEMBER_NEXT, MEMBER_DONE } member; /* executing one member of an IT block on its own */
    bool redirect; /* go on at redirect_pc: an instruction was carried out here */
    uint32_t redirect_pc;
    bool stopped;
    int8_t kept_base; /* register to restore after an access that failed; -1: none */
    uint32_t kept_value;
    bool store_done;  /* a store to a memory with a write function: done, complete the instruction */
    uint8_t it_state; /* at it_first */
    bool grant;       /* code is to run in a page that was only data so far: grant_page */
    uint32_t grant_page;
    bool stale; /* the engine's translation of these addresses is out of date */
    uint32_t stale_from, stale_to;
    uint32_t *report_pc;
    uint32_t fetch_checked; /* 32-byte line that check_access allowed to execute from, + 1 */
    struct cpu_traps traps;
    struct cpu_stop_info *stop;
    void (*stack_seen)(void *ctx, uint32_t sp);
    void *stack_ctx;
    struct cpu_observer observer;

    uc_engine *uc;
    struct bus *bus;
    struct log *log;
    struct cpu_core_ops ops;
    struct insn_decoder *decoder;
    struct code_region regions[BUS_MAX_MEMORIES];
    unsigned n_regions;
    struct cpu_breakpoint_entry breakpoint[CPU_MAX_BREAKPOINTS];
    unsigned n_breakpoints;
    struct watchpoint watchpoint[CPU_MAX_WATCHPOINTS];
    unsigned n_watchpoints;
    uint32_t core_breakpoint[CPU_MAX_CORE_BREAKPOINTS];
    unsigned n_core_breakpoints;
    struct cpu_ranges ranges;
    bool stop_behind;      /* an access was told of, and the core wants to be asked when it is done */
    bool pass_core;        /* breakpoints of the core do not count there either */
    uint32_t pass_pc;      /* breakpoints and watchpoints do not count for the instruction there, */
    uint64_t pass_retired; /* while so many have retired */
    struct device_window window[16];
    unsigned n_windows;
};

/* ---- registers ------------------------------------------------------------------------------------------------ */

static uint32_t reg(struct cpu *c, int id)
{
    uint32_t v = 0;
    uc_reg_read(c->uc, id, &v);
    return v;
}

static void set_reg(struct cpu *c, int id, uint32_t v) { uc_reg_write(c->uc, id, &v); }

static int core_reg_id(unsigned n)
{
    return n < 13 ? UC_ARM_REG_R0 + (int)n : n == 13 ? UC_ARM_REG_SP : n == 14 ? UC_ARM_REG_LR : UC_ARM_REG_PC;
}

/* Writing the flags rebuilds the translation flags, which writes of IPSR and CONTROL leave stale. */
static void refresh_flags(struct cpu *c)
{
    uint32_t apsr = reg(c, UC_ARM_REG_APSR_NZCV);
    set_reg(c, UC_ARM_REG_APSR_NZCV, apsr);
}

static void set_engine_xpsr(struct cpu *c, uint32_t v)
{
    set_reg(c, UC_ARM_REG_XPSR, v | XPSR_T);
    refresh_flags(c);
}

static uint32_t engine_xpsr(struct cpu *c) { return reg(c, UC_ARM_REG_XPSR) & ~(XPSR_IT | XPSR_T); }

/* Unprivileged, the engine's register API drops writes of special registers and reads them as zero: step into a
 * pretended handler around such an access. */
static uint32_t enter_privileged(struct cpu *c)
{
    uint32_t xpsr = engine_xpsr(c);
    if (!(xpsr & XPSR_IPSR) && (c->s.control & CONTROL_NPRIV))
        set_reg(c, UC_ARM_REG_XPSR, xpsr | XPSR_T | 1);
    return xpsr;
}

static void leave_privileged(struct cpu *c, uint32_t xpsr)
{
    if (!(xpsr & XPSR_IPSR) && (c->s.control & CONTROL_NPRIV))
        set_engine_xpsr(c, xpsr);
}

/* Puts the engine into the mode that IPSR and CONTROL say. SPSEL can only be written in Thread mode, and only while
 * privileged: pass through privileged Thread mode. */
static void set_mode(struct cpu *c, uint32_t xpsr, uint32_t control)
{
    uint32_t flags = xpsr & ~XPSR_IPSR;
    enter_privileged(c);
    set_reg(c, UC_ARM_REG_CONTROL, CONTROL_FPCA | (reg(c, UC_ARM_REG_CONTROL) & CONTROL_SPSEL));
    set_reg(c, UC_ARM_REG_XPSR, flags | XPSR_T);
    set_reg(c, UC_ARM_REG_CONTROL, (control & 3) | CONTROL_FPCA);
    if (xpsr & XPSR_IPSR)
        set_reg(c, UC_ARM_REG_XPSR, xpsr | XPSR_T);
    set_reg(c, UC_ARM_REG_APSR_NZCVQG, flags & XPSR_APSR); /* a write of XPSR leaves GE alone */
    refresh_flags(c);
    c->s.control = control & 7;
}

static const int special_id[] = {
    [CPU_MSP] = UC_ARM_REG_MSP,
    [CPU_PSP] = UC_ARM_REG_PSP,
    [CPU_PRIMASK] = UC_ARM_REG_PRIMASK,
    [CPU_BASEPRI] = UC_ARM_REG_BASEPRI,
    [CPU_FAULTMASK] = UC_ARM_REG_FAULTMASK,
};

uint32_t cpu_get(struct cpu *c, enum cpu_reg r)
{
    if (r <= CPU_PC)
        return reg(c, core_reg_id(r)) & ~(r == CPU_PC ? 1u : 0);
    if (r >= CPU_S0)
        return reg(c, UC_ARM_REG_S0 + (int)(r - CPU_S0));
    switch (r) {
    case CPU_XPSR:
        return engine_xpsr(c) | (c->s.arm_state ? 0 : XPSR_T) | (uint32_t)(c->s.it & 3) << 25 |
               (uint32_t)(c->s.it & 0xFC) << 8;
    case CPU_CONTROL:
        return c->s.control;
    case CPU_FPSCR:
        return reg(c, UC_ARM_REG_FPSCR);
    default:
        break;
    }
    uint32_t xpsr = enter_privileged(c);
    uint32_t v = reg(c, special_id[r]);
    leave_privileged(c, xpsr);
    return v;
}

void cpu_set_mode(struct cpu *c, uint32_t xpsr, uint32_t control)
{
    c->s.arm_state = !(xpsr & XPSR_T);
    c->s.it = (uint8_t)((xpsr >> 25 & 3) | (xpsr >> 8 & 0xFC));
    set_mode(c, xpsr & ~(XPSR_IT | XPSR_T), control);
}

void cpu_set(struct cpu *c, enum cpu_reg r, uint32_t v)
{
    if (r <= CPU_PC) {
        set_reg(c, core_reg_id(r), r == CPU_PC ? v | 1 : r == CPU_SP ? v & ~3u : v);
        return;
    }
    if (r >= CPU_S0) {
        set_reg(c, UC_ARM_REG_S0 + (int)(r - CPU_S0), v);
        return;
    }
    switch (r) {
    case CPU_XPSR:
        cpu_set_mode(c, v, c->s.control);
        return;
    case CPU_CONTROL:
        set_mode(c, engine_xpsr(c), v);
        return;
    case CPU_FPSCR:
        set_reg(c, UC_ARM_REG_FPSCR, v);
        return;
    default:
        break;
    }
    uint32_t xpsr = enter_privileged(c);
    set_reg(c, special_id[r], r <= CPU_PSP ? v & ~3u : v);
    leave_privileged(c, xpsr);
}

void cpu_get_core(struct cpu *c, uint32_t regs[17])
{
    for (unsigned r = 0; r <= CPU_XPSR; r++)
        regs[r] = cpu_get(c, (enum cpu_reg)r);
}

/* ---- decoded instructions -------------------------------------------------------------------------------------- */

static struct code_region *region_at(struct cpu *c, uint32_t pc)
{
    for (unsigned i = 0; i < c->n_regions; i++)
        if (pc - c->regions[i].base < c->regions[i].size)
            return &c->regions[i];
    return NULL;
}

static bool is_breakpoint(const struct cpu *c, uint32_t addr)
{
    for (unsigned i = 0; i < c->n_breakpoints; i++)
        if (c->breakpoint[i].addr == addr)
            return true;
    return false;
}

static bool is_core_breakpoint(const struct cpu *c, uint32_t addr)
{
    for (unsigned i = 0; i < c->n_core_breakpoints; i++)
        if (c->core_breakpoint[i] == addr)
            return true;
    return false;
}

static void decode(struct cpu *c, struct code_region *r, uint32_t pc)
{
    uint32_t off = pc - r->base;
    unsigned avail = r->size - off < 4 ? 2 : 4;
    struct insn *in = &r->table[off >> 1];
    r->translated[off / PAGE] = true;
    insn_decode(c->decoder, pc, r->data + off, avail, in);
    if (r->base >= 0x20000000 || r->base == 0x00800000)
        in->flags |= INSN_IN_RAM;
    if (is_breakpoint(c, pc) || is_core_breakpoint(c, pc))
        in->flags |= INSN_BREAK;
    else if (in->size == 4 && is_core_breakpoint(c, pc + 2)) /* C1.11.4 */
        log_once(c->log, pc + 3, "UNPREDICTABLE: a breakpoint of the FPB is at the second half of what is at 0x%08x",
                 pc);
}

static bool same_bytes(const struct code_region *r, uint32_t pc, const struct insn *in)
{
    uint32_t raw = 0;
    memcpy(&raw, r->data + (pc - r->base), in->size);
    return raw == in->raw;
}

static void mark_stale(struct cpu *c, uint32_t pc)
{
    c->stale_from = c->stale && c->stale_from < pc ? c->stale_from : pc;
    c->stale_to = c->stale && c->stale_to > pc + 4 ? c->stale_to : pc + 4;
    c->stale = true;
}

/* The instruction at pc, decoded and up to date; NULL when pc is in no executable memory. Sets `stale` when the engine
 * may know other bytes than these: it notices stores to the address that it translated, but neither to an alias nor to
 * what comes next in the very block that it executes. */
static const struct insn *insn_at(struct cpu *c, uint32_t pc)
{
    struct code_region *r = region_at(c, pc);
    if (!r)
        return NULL;
    struct insn *in = &r->table[(pc - r->base) >> 1];
    bool modified = (in->flags & INSN_IN_RAM) && !same_bytes(r, pc, in);
    if (!(in->flags & INSN_DECODED) || modified) {
        decode(c, r, pc);
        if (in->flags & INSN_IN_RAM)
            mark_stale(c, pc);
    }
    return in;
}

/* The engine translates ahead of what has run, but never past the page in which it began. */
static bool any_translated(const struct code_region *r, uint32_t from, uint32_t to)
{
    for (uint32_t page = from / PAGE; page * PAGE < to; page++)
        if (r->translated[page])
            return true;
    return false;
}

/* Entries `from` to before `to` are to be decoded anew; an IT before them may know something of them. */
static void forget(struct code_region *r, uint32_t from, uint32_t to)
{
    memset(&r->table[from], 0, (to - from) * sizeof *r->table);
    for (uint32_t i = from > IT_REACH ? from - IT_REACH : 0; i < from; i++)
        r->table[i].it_bytes = 0;
}

void cpu_code_changed(struct cpu *c, uint32_t addr, uint32_t size)
{
    for (unsigned i = 0; i < c->n_regions; i++) {
        struct code_region *r = &c->regions[i];
        const struct bus_memory *m = bus_memory_at(c->bus, addr);
        /* the code-RAM alias shows the same bytes at another address */
        if (!m || addr - m->base >= r->size || r->data != m->data)
            continue;
        uint32_t from = (addr - m->base) & ~1u, to = addr - m->base + size;
        from = from >= 2 ? from - 2 : 0; /* a 32-bit instruction may begin one halfword earlier */
        to = to > r->size ? r->size : to;
        if (!any_translated(r, from, to))
            continue;
        forget(r, from >> 1, (to + 1) >> 1);
        uc_ctl_remove_cache(c->uc, (uint64_t)r->base + from, (uint64_t)r->base + to);
    }
    c->fetch_checked = 0;
}

/* ---- stopping -------------------------------------------------------------------------------------------------- */

static void stop_at(struct cpu *c, enum cpu_stop reason, uint32_t pc)
{
    c->stop->reason = reason;
    c->stop->pc = pc;
    c->stopped = true;
    uc_emu_stop(c->uc);
}

/* Leaves the engine to go on at `pc` after the loop in cpu_run() has looked at the state. */
static void redirect(struct cpu *c, uint32_t pc)
{
    c->redirect = true;
    c->redirect_pc = pc;
    uc_emu_stop(c->uc);
}

static inline void observe(struct cpu *c, uint32_t pc, const struct insn *in, vtime now)
{
    if (c->observer.executes)
        c->observer.executes(c->observer.ctx, pc, in, now);
}

static void retire(struct cpu *c, vtime charge)
{
    c->sched->now += charge;
    c->s.retired++;
}

/* ---- IT blocks ------------------------------------------------------------------------------------------------- */

static bool it_holds(struct cpu *c, uint8_t it) { return insn_condition(it >> 4, reg(c, UC_ARM_REG_APSR_NZCV)); }

static uint32_t access_address(struct cpu *c, const struct insn_access *a, uint32_t pc)
{
    /* a literal's base is aligned down, a table branch's is not */
    uint32_t base = a->base == 15 ? (pc + 4) & (a->index >= 0 ? ~1u : ~3u) : reg(c, core_reg_id((unsigned)a->base));
    uint32_t index = a->index >= 0 ? reg(c, core_reg_id((unsigned)a->index)) << a->shift : 0;
    return base + index + (uint32_t)a->offset;
}

static bool may_touch_device(struct cpu *c, uint32_t pc, const struct insn *in)
{
    struct insn_access a;
    if (!insn_access(in->raw, in->size, &a))
        return false;
    const struct bus_memory *m = bus_memory_at(c->bus, access_address(c, &a, pc));
    return !m || (a.store && !m->guest_writable);
}

/* Must the rest of the IT block at `pc` be executed one instruction at a time? Yes when something is due before its
 * end, when one of its instructions needs a closer look, or when one that others follow may have side effects that
 * make something due. `*end` becomes the address behind it. */
static bool it_needs_care(struct cpu *c, uint32_t pc, uint8_t it, vtime now, uint32_t *end)
{
    bool care = (c->watch & INSN_ANY) != 0, device = false, wrote = false;
    vtime worst = 0;
    uint32_t apsr = reg(c, UC_ARM_REG_APSR_NZCV);
    for (; it & 15; it = insn_it_advance(it)) {
        const struct insn *in = insn_at(c, pc);
        if (!in) {
            care = true;
            break;
        }
        bool holds = wrote || insn_condition(it >> 4, apsr); /* who ran before may have changed the flags */
        worst += holds ? in->charge : VTIME_PER_CYCLE;
        care |= holds && device;
        care |= c->stale || ((in->flags ^ INSN_DECODED) & c->watch & ~(uint32_t)HARMLESS);
        if (holds && (in->flags & INSN_MEMORY))
            device |= wrote || may_touch_device(c, pc, in);
        wrote |= holds;
        pc += in->size;
    }
    *end = pc;
    return care || now + worst >= c->sched->deadline;
}

/* ITSTATE at `pc` inside the block that runs in one go; 0 outside. */
static uint8_t it_state_at(struct cpu *c, uint32_t pc)
{
    if (pc - c->it_first >= c->it_bytes)
        return 0;
    uint8_t it = c->it_state;
    for (uint32_t p = c->it_first; p < pc; it = insn_it_advance(it)) {
        const struct insn *in = insn_at(c, p);
        p += in ? in->size : 2;
    }
    return it;
}

/* Charges the skipped instructions of a block that runs in one go, from next_pc up to `pc` or its end. False when
 * something became due at one of them: the stop is made there. */
static bool charge_skipped(struct cpu *c, uint32_t pc)
{
    uint32_t at = c->next_pc;
    uint8_t it = it_state_at(c, at);
    while (at - c->it_first < c->it_bytes && at != pc) {
        if (c->sched->now >= c->sched->deadline) {
            c->s.it = it;
            redirect(c, at);
            return false;
        }
        retire(c, VTIME_PER_CYCLE);
        const struct insn *in = insn_at(c, at);
        at += in ? in->size : 2;
        it = insn_it_advance(it);
    }
    return true;
}

/* ---- before each instruction ----------------------------------------------------------------------------------- */

/* The instruction before was CPS, MSR or MRS CONTROL: take over what it changed. */
static void apply_masks(struct cpu *c)
{
    enum masks_touched what = c->masks;
    c->masks = MASKS_NONE;
    sched_end_kick(c->sched);
    if (what == MASKS_SHOWN) {
        set_reg(c, core_reg_id(c->mrs_rd), c->s.control);
        return;
    }
    uint32_t xpsr = engine_xpsr(c);
    if (!(xpsr & XPSR_IPSR) && (c->s.control & CONTROL_NPRIV))
        return;              /* unprivileged: nothing changed */
    if (!(xpsr & XPSR_IPSR)) /* it may just have given up its privilege: see enter_privileged() */
        set_reg(c, UC_ARM_REG_XPSR, xpsr | XPSR_T | 1);
    uint32_t basepri = reg(c, UC_ARM_REG_BASEPRI), control = reg(c, UC_ARM_REG_CONTROL) & 7;
    if (basepri & 0x1F) /* three priority bits */
        set_reg(c, UC_ARM_REG_BASEPRI, basepri & 0xE0);
    if (!(xpsr & XPSR_IPSR))
        set_engine_xpsr(c, xpsr);
    if (what == MASKS_CONTROL) {
        c->s.control = control; /* the engine has it already: set_mode() must know whether it is privileged */
        set_mode(c, xpsr, control);
    }
    c->ops.masks_changed(c->ops.ctx);
}

static bool check_alignment(struct cpu *c, const struct insn *in, const struct insn_access *a, uint32_t addr)
{
    unsigned mask = (unsigned)a->size - 1;
    bool always = (in->flags & INSN_ALIGNED) != 0;
    return !(addr & mask) || !(always || c->traps.unaligned);
}

/* Asks the core about every byte range the instruction touches; true when all are allowed. */
static bool check_permission(struct cpu *c, const struct insn_access *a, uint32_t addr, uint32_t *denied)
{
    for (unsigned i = 0; i < a->count; i++, addr += a->size)
        if (!c->ops.check_access(c->ops.ctx, addr, a->size, a->store, false, a->unprivileged)) {
            *denied = addr;
            return false;
        }
    return true;
}

static bool passes_points(const struct cpu *c, uint32_t pc)
{
    return pc == c->pass_pc && c->s.retired == c->pass_retired;
}

/* Tells the core that the instruction at `pc` is about to access some of its ranges. */
static void tell(struct cpu *c, const struct cpu_access *a)
{
    if (!a->hits || !c->ops.accessed(c->ops.ctx, a))
        return;
    c->stop_behind = true;
    sched_kick(c->sched);
}

static void tell_fetch(struct cpu *c, uint32_t pc, const struct insn *in)
{
    tell(c, &(struct cpu_access){.hits = cpu_ranges_fetch(&c->ranges, pc),
                                 .pc = pc,
                                 .memory = in->flags & INSN_MEMORY,
                                 .fetch = true,
                                 .charge = in->charge});
}

static void tell_data(struct cpu *c, uint32_t pc, const struct insn *in)
{
    struct cpu_access a = {.pc = pc, .memory = true, .charge = in->charge};
    if (!insn_access(in->raw, in->size, &a.operand))
        return;
    a.addr = access_address(c, &a.operand, pc);
    a.hits = cpu_ranges_data(&c->ranges, a.addr, (uint32_t)a.operand.size * a.operand.count, a.operand.store);
    tell(c, &a);
}

static bool is_watched(const struct cpu *c, const struct insn_access *a, uint32_t addr, uint32_t *hit)
{
    uint32_t bytes = (uint32_t)a->size * a->count;
    for (unsigned i = 0; i < c->n_watchpoints; i++) {
        const struct watchpoint *w = &c->watchpoint[i];
        if (!(a->store ? w->stores : w->loads) || !(addr - w->addr < w->size || w->addr - addr < bytes))
            continue;
        *hit = addr - w->addr < w->size ? addr : w->addr;
        return true;
    }
    return false;
}

/* True when the access may go ahead. */
static bool check_memory(struct cpu *c, uint32_t pc, const struct insn *in)
{
    struct insn_access a;
    if (!insn_access(in->raw, in->size, &a))
        return true;
    uint32_t addr = access_address(c, &a, pc), denied;
    if (c->n_watchpoints && !passes_points(c, pc) && is_watched(c, &a, addr, &c->stop->addr)) {
        c->stop->store = a.store;
        stop_at(c, CPU_STOP_WATCHPOINT, pc);
        return false;
    }
    if (!check_alignment(c, in, &a, addr)) {
        stop_at(c, CPU_STOP_UNALIGNED, pc);
        return false;
    }
    if (c->traps.access && !check_permission(c, &a, addr, &denied)) {
        c->stop->addr = denied;
        c->stop->store = a.store;
        c->stop->denied = true;
        stop_at(c, CPU_STOP_DATA_FAULT, pc);
        return false;
    }
    return true;
}

static bool check_fetch(struct cpu *c, uint32_t pc, const struct insn *in)
{
    if (c->fetch_checked == (pc >> 5) + 1 && (pc & 0x1F) + in->size <= 0x20)
        return true;
    if (c->ops.check_access(c->ops.ctx, pc, 2, false, true, false) &&
        (in->size == 2 || c->ops.check_access(c->ops.ctx, pc + 2, 2, false, true, false))) {
        c->fetch_checked = (pc >> 5) + 1;
        return true;
    }
    c->stop->denied = true;
    stop_at(c, CPU_STOP_FETCH_FAULT, pc);
    return false;
}

/* The local exclusive monitor is kept here, since the engine's cannot be cleared from outside. True: go on. */
static bool handle_exclusive(struct cpu *c, uint32_t pc, const struct insn *in)
{
    struct insn_access a;
    if (!insn_access(in->raw, in->size, &a)) {
        c->s.exclusive = false; /* CLREX */
        return true;
    }
    if (!a.store) {
        c->s.exclusive = true;
        return true;
    }
    bool granted = c->s.exclusive;
    c->s.exclusive = false;
    if (granted)
        return true;
    set_reg(c, core_reg_id((unsigned)a.status), 1);
    observe(c, pc, in, c->sched->now);
    retire(c, in->charge);
    c->s.it = insn_it_advance(c->s.it);
    redirect(c, pc + in->size);
    return false;
}

static inline void run_in_one_go(struct cpu *c, uint32_t first, uint32_t bytes, uint8_t it, bool plain)
{
    c->it_plain = plain;
    c->it_first = first;
    c->it_bytes = bytes;
    c->it_state = it;
}

/* What is the same each time a block is entered: how long it is, and which flags its instructions have. */
static void survey_it(struct cpu *c, uint32_t pc, struct insn *it_insn)
{
    uint32_t at = pc + 2;
    uint16_t flags = 0;
    bool memory = false;
    for (uint8_t it = it_insn->imm; it & 15; it = insn_it_advance(it)) {
        const struct insn *in = insn_at(c, at);
        if (!in || memory)
            flags |= INSN_DECODED; /* an access that others follow may touch a device: decide each time */
        if (!in)
            break;
        memory |= (in->flags & INSN_MEMORY) != 0;
        flags |= in->flags & (uint16_t) ~(INSN_DECODED | HARMLESS);
        at += in->size;
    }
    it_insn->it_bytes = (uint8_t)(at - pc - 2);
    it_insn->it_flags = flags;
}

/* More than the instructions of any block need: four multi-register loads. */
#define IT_AMPLE (4 * 40 * VTIME_PER_CYCLE)

static bool begin_it(struct cpu *c, uint32_t pc, const struct insn *in)
{
    uint32_t end;
    if (!in->it_bytes)
        survey_it(c, pc, &region_at(c, pc)->table[(pc - region_at(c, pc)->base) >> 1]);
    vtime after = c->sched->now + in->charge;
    bool plain = !(in->it_flags & c->watch) && !(in->flags & INSN_IN_RAM) &&
                 (c->sched->deadline > after && c->sched->deadline - after > IT_AMPLE);
    if (plain) {
        run_in_one_go(c, pc + 2, in->it_bytes, in->imm, false);
        return true;
    }
    if (it_needs_care(c, pc + 2, in->imm, after, &end)) {
        observe(c, pc, in, c->sched->now);
        retire(c, in->charge);
        c->s.it = in->imm;
        redirect(c, pc + 2);
        return false;
    }
    run_in_one_go(c, pc + 2, end - pc - 2, in->imm, false);
    return true;
}

static void stop_at_breakpoint(struct cpu *c, uint32_t pc)
{
    bool passes = passes_points(c, pc);
    if (is_breakpoint(c, pc) && !passes)
        stop_at(c, CPU_STOP_BREAKPOINT, pc);
    else if (is_core_breakpoint(c, pc) && !(passes && c->pass_core))
        stop_at(c, CPU_STOP_CORE_BREAK, pc);
}

/* The budget is used up: one instruction more? */
static bool goes_on(struct cpu *c, uint32_t pc)
{
    if (!c->at_budget || !c->at_budget(c->at_budget_ctx, pc))
        return false;
    c->stop_retired = c->s.retired + 1;
    c->pass_pc = pc;
    c->pass_retired = c->s.retired;
    c->pass_core = false;
    return true;
}

/* Stops at a boundary where something else must happen first. */
static bool something_due(struct cpu *c, uint32_t pc, const struct insn *in)
{
    if (c->masks)
        apply_masks(c);
    if (c->sched->now >= c->sched->deadline || c->stop_behind)
        stop_at(c, CPU_STOP_DEADLINE, pc);
    else if (c->s.retired >= c->stop_retired && !goes_on(c, pc))
        stop_at(c, CPU_STOP_BUDGET, pc);
    else if (in->flags & INSN_BREAK)
        stop_at_breakpoint(c, pc);
    return c->stopped;
}

/* Something may be due, or the instruction needs care. True: execute it now. */
static bool look_closer(struct cpu *c, uint32_t pc, const struct insn *in)
{
    if (something_due(c, pc, in))
        return false;
    uint32_t flags = in->flags;
    if (c->traps.access && !check_fetch(c, pc, in))
        return false;
    if (c->ranges.fetches)
        tell_fetch(c, pc, in);
    if ((flags & INSN_FP) && c->traps.fp) {
        stop_at(c, CPU_STOP_FP, pc);
        return false;
    }
    if (flags & INSN_CORE) {
        c->stop->insn_class = (enum insn_class)in->class;
        c->stop->imm = in->imm;
        c->stop->size = in->size;
        c->stop->next_pc = pc + in->size;
        c->pc = pc;
        stop_at(c, CPU_STOP_INSN, pc);
        return false;
    }
    if ((flags & INSN_DIVIDE) && c->traps.divide && !reg(c, core_reg_id(in->raw >> 16 & 15))) {
        stop_at(c, CPU_STOP_DIVIDE, pc);
        return false;
    }
    if ((flags & (INSN_MEMORY & c->watch)) | (flags & INSN_ALIGNED))
        if (!check_memory(c, pc, in))
            return false;
    if ((flags & INSN_EXCLUSIVE) && !handle_exclusive(c, pc, in))
        return false;
    if ((flags & INSN_MEMORY) && c->ranges.data)
        tell_data(c, pc, in);
    if (flags & INSN_MASKS) {
        c->masks = !(in->size == 4)                 ? MASKS_WRITTEN
                   : (in->raw & 0xFFFF) == 0xF3EF   ? MASKS_SHOWN
                   : (in->raw >> 16 & 0xFF) == 0x14 ? MASKS_CONTROL
                                                    : MASKS_WRITTEN;
        c->mrs_rd = in->raw >> 24 & 15;
        sched_kick(c->sched); /* to be back before the next instruction */
    }
    if ((flags & INSN_STACK) && c->stack_seen)
        c->stack_seen(c->stack_ctx, reg(c, UC_ARM_REG_SP));
    if (flags & INSN_IT)
        return begin_it(c, pc, in);
    return true;
}

static void finish_member(struct cpu *c, uint32_t pc, uint32_t expected)
{
    c->member = MEMBER_NONE;
    c->s.it = pc == expected ? insn_it_advance(c->s.it) : 0;
    redirect(c, pc);
}

/* The slow path of on_code(). True: execute the instruction now. */
static bool before_insn(struct cpu *c, uint32_t pc, uint32_t expected)
{
    if (c->member == MEMBER_NEXT) {
        c->member = MEMBER_DONE;
        return true;
    }
    if (c->member == MEMBER_DONE) {
        finish_member(c, pc, expected);
        return false;
    }
    const struct insn *in = insn_at(c, pc);
    if (c->stale) {
        redirect(c, pc);
        return false;
    }
    if (c->sched->now < c->sched->deadline && !((in->flags ^ INSN_DECODED) & c->watch & ~(uint32_t)HARMLESS))
        return true;
    return look_closer(c, pc, in);
}

static inline void execute_at(struct cpu *c, uint32_t pc, const struct insn *in, vtime now)
{
    c->pc = pc;
    c->next_pc = pc + in->size;
    c->refill = in->refill;
    c->sched->now = now + in->charge;
    c->s.retired++;
}

/* What a jump to `pc` (not behind the last instruction) costs; or the skipped end of an IT block. False: stopped. */
static bool follow(struct cpu *c, uint32_t pc)
{
    if (c->next_pc - c->it_first < c->it_bytes && pc - c->next_pc <= c->it_first + c->it_bytes - c->next_pc)
        return charge_skipped(c, pc);
    c->sched->now += c->refill + insn_at(c, pc)->arrive;
    return true;
}

static __attribute__((noinline)) void on_code_slow(struct cpu *c, uint32_t pc)
{
    if (c->stopped || c->redirect || c->store_done)
        return;
    struct code_region *r = region_at(c, pc);
    if (!r) {
        stop_at(c, CPU_STOP_FETCH_FAULT, pc);
        return;
    }
    c->table = r->table;
    c->code_base = r->base;
    c->code_size = r->size;
    if (pc != c->next_pc && !follow(c, pc))
        return;
    uint32_t expected = c->next_pc;
    c->next_pc = pc;
    if (!before_insn(c, pc, expected))
        return;
    const struct insn *in = insn_at(c, pc);
    observe(c, pc, in, c->sched->now);
    execute_at(c, pc, in, c->sched->now);
}

/* An IT whose block needs no care: the deadline is far, and nothing in it matters now. */
static bool is_plain_it(const struct cpu *c, const struct insn *in, uint32_t why, vtime now)
{
    return why == INSN_IT && in->it_bytes && !(in->it_flags & c->watch) && now + IT_AMPLE < c->sched->deadline;
}

/* Something of the instruction may matter now; `now` is when it begins. */
static __attribute__((noinline)) void on_code_that_matters(struct cpu *c, uint32_t pc, uint32_t why, vtime now)
{
    const struct insn *in = &c->table[(pc - c->code_base) >> 1];
    why &= ~(uint32_t)INSN_OBSERVED;
    if (is_plain_it(c, in, why, now)) {
        run_in_one_go(c, pc + 2, in->it_bytes, in->imm, true);
    } else if (why || now >= c->sched->deadline) {
        on_code_slow(c, pc);
        return;
    }
    observe(c, pc, in, now);
    execute_at(c, pc, in, now);
}

static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *user);

/* In or behind an IT block, where the instruction before was not the one that ran last: members were skipped. When the
 * block goes in one piece, nothing can have become due among them. */
static __attribute__((noinline)) void after_skipped(struct cpu *c, uint32_t pc)
{
    if (!c->it_plain) {
        on_code_slow(c, pc);
        return;
    }
    while (c->next_pc != pc && c->next_pc - c->it_first < c->it_bytes) {
        c->next_pc += c->table[(c->next_pc - c->code_base) >> 1].size;
        retire(c, VTIME_PER_CYCLE);
    }
    c->next_pc = pc;
    c->refill = 0;
    on_code(c->uc, pc, 0, c);
}

/* Before each instruction. All that is rare is elsewhere, so that the rest needs no stack. */
static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *user)
{
    struct cpu *c = user;
    uint32_t pc = (uint32_t)address, offset = pc - c->code_base;
    if (UNLIKELY(offset >= c->code_size)) {
        on_code_slow(c, pc);
        return;
    }
    const struct insn *in = &c->table[offset >> 1];
    vtime now = c->sched->now;
    if (pc != c->next_pc) {
        if (UNLIKELY(c->next_pc - c->it_first < c->it_bytes)) {
            after_skipped(c, pc);
            return;
        }
        now += c->refill + in->arrive;
    }
    uint32_t why = (in->flags & c->watch) ^ INSN_DECODED;
    if (UNLIKELY(why | (now >= c->sched->deadline)))
        on_code_that_matters(c, pc, why, now);
    else
        execute_at(c, pc, in, now);
}

/* ---- what the engine reports ----------------------------------------------------------------------------------- */

static void unretire(struct cpu *c)
{
    c->s.retired--;
    if (c->observer.executes)
        c->observer.taken_back(c->observer.ctx);
    if (c->it_bytes)
        c->s.it = it_state_at(c, c->pc);
}

static void on_interrupt(uc_engine *uc, uint32_t number, void *user)
{
    enum { PREFETCH_ABORT = 3, EXCEPTION_EXIT = 8 };
    struct cpu *c = user;
    uint32_t target = reg(c, UC_ARM_REG_PC);
    if (number == EXCEPTION_EXIT) {
        c->stop->value = target | 1;
        stop_at(c, CPU_STOP_EXC_RETURN, c->pc);
    } else {
        if (number != PREFETCH_ABORT)
            log_msg(c->log, LOG_WARN, "engine interrupt %u at 0x%08x", number, c->pc);
        stop_at(c, CPU_STOP_FETCH_FAULT, target);
    }
}

static bool on_invalid(uc_engine *uc, void *user)
{
    struct cpu *c = user;
    if (c->stopped)
        return true;
    uint32_t pc = reg(c, UC_ARM_REG_PC);
    if (!(reg(c, UC_ARM_REG_XPSR) & XPSR_T)) {
        c->s.arm_state = true;
        stop_at(c, CPU_STOP_INVSTATE, pc & ~1u);
    } else {
        unretire(c);
        c->stop->insn_class = INSN_UNDEFINED;
        c->stop->size = (uint8_t)(c->next_pc - c->pc);
        c->stop->next_pc = c->next_pc;
        stop_at(c, CPU_STOP_INSN, c->pc);
    }
    return true;
}

/* In an IT block the engine cannot leave a store that failed: it finishes the instruction, writeback included. */
static void keep_base(struct cpu *c)
{
    struct insn_access a;
    const struct insn *in = insn_at(c, c->pc);
    if (!in || !insn_access(in->raw, in->size, &a) || !a.writeback)
        return;
    c->kept_base = a.base;
    c->kept_value = reg(c, core_reg_id((unsigned)a.base));
}

static bool on_bad_access(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value, void *user)
{
    struct cpu *c = user;
    uint32_t addr = (uint32_t)address;
    if (c->stopped || c->store_done)
        return false; /* the engine goes on with the rest of a store that failed in an IT block */
    if (type == UC_MEM_FETCH_PROT && region_at(c, addr)) {
        c->grant = true;
        c->grant_page = addr & ~(PAGE - 1);
        return false;
    }
    if (type == UC_MEM_FETCH_UNMAPPED || type == UC_MEM_FETCH_PROT) {
        stop_at(c, CPU_STOP_FETCH_FAULT, addr & ~1u);
        return false;
    }
    bool store = type == UC_MEM_WRITE_UNMAPPED || type == UC_MEM_WRITE_PROT;
    keep_base(c);
    c->code_size = 0; /* on_code() must not charge what the engine comes by until it stops */
    const struct bus_memory *m = bus_memory_at(c->bus, addr);
    if (c->report_pc)
        *c->report_pc = c->pc;
    unsigned first =
        size > 4 ? 4 : (unsigned)size; /* VSTR of a doubleword comes as one: complete_store() does the rest */
    if (type == UC_MEM_WRITE_PROT && m && m->write && m->write(m->ctx, addr, (uint32_t)value, first)) {
        c->store_done = true;
        return false;
    }
    unretire(c);
    c->stop->addr = addr;
    c->stop->store = store;
    stop_at(c, CPU_STOP_DATA_FAULT, c->pc);
    return false;
}

static uint64_t on_device_read(uc_engine *uc, uint64_t offset, unsigned size, void *user)
{
    struct device_window *w = user;
    struct cpu *c = w->cpu;
    uint32_t value = 0;
    if (c->report_pc)
        *c->report_pc = c->pc;
    bus_read(c->bus, w->base + (uint32_t)offset, &value, size);
    if (c->ops.device_access)
        c->ops.device_access(c->ops.ctx, w->base + (uint32_t)offset, c->pc, false);
    return value;
}

static void on_device_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value, void *user)
{
    struct device_window *w = user;
    struct cpu *c = w->cpu;
    if (c->report_pc)
        *c->report_pc = c->pc;
    bus_write(c->bus, w->base + (uint32_t)offset, (uint32_t)value, size);
    if (c->ops.device_access)
        c->ops.device_access(c->ops.ctx, w->base + (uint32_t)offset, c->pc, true);
}

/* A store to a memory with a write function failed in the engine after the first element went to that function: do the
 * rest of the instruction here. Returns where to go on, or stops at a bus fault. */
static void complete_store(struct cpu *c)
{
    struct insn_access a;
    uint32_t pc = c->pc;
    const struct insn *in = insn_at(c, pc);
    c->store_done = false;
    if (!insn_access(in->raw, in->size, &a))
        return;
    uint32_t addr = access_address(c, &a, pc);
    uint16_t rest = (uint16_t)(a.registers & (a.registers - 1));
    for (unsigned i = 1; i < a.count; i++, rest &= (uint16_t)(rest - 1)) {
        enum cpu_reg r = a.registers ? (enum cpu_reg)__builtin_ctz(rest)
                         : a.fp >= 0 ? (enum cpu_reg)(CPU_S0 + (unsigned)a.fp + i)
                                     : (enum cpu_reg)a.rt2;
        if (!bus_write(c->bus, addr + i * a.size, cpu_get(c, r), a.size)) {
            unretire(c);
            c->stop->addr = addr + i * a.size;
            c->stop->store = true;
            stop_at(c, CPU_STOP_DATA_FAULT, pc);
            return;
        }
    }
    if (a.status >= 0)
        cpu_set(c, (enum cpu_reg)a.status, 0);
    if (a.writeback)
        cpu_set(c, (enum cpu_reg)a.base, cpu_get(c, (enum cpu_reg)a.base) + (uint32_t)a.writeback);
    if (c->it_bytes)
        c->s.it = it_state_at(c, pc);
    c->s.it = insn_it_advance(c->s.it);
    set_engine_xpsr(c, engine_xpsr(c)); /* which may still be inside the IT block */
    redirect(c, pc + in->size);
}

/* The engine takes a slow path for every store to memory that may be executed, so RAM is data to it until code runs
 * there, page by page. The fault came while translating: the engine's PC is the block that it was about to enter. */
static void grant_execution(struct cpu *c)
{
    uint32_t pc = reg(c, UC_ARM_REG_PC) & ~1u;
    c->grant = false;
    uc_err err = uc_mem_protect(c->uc, c->grant_page, PAGE, UC_PROT_ALL);
    assert(err == UC_ERR_OK);
    (void)err;
    if (c->it_bytes)
        c->s.it = it_state_at(c, pc);
    if (pc != c->next_pc)
        c->sched->now += c->refill + insn_at(c, pc)->arrive;
    redirect(c, pc);
}

/* ---- the loop -------------------------------------------------------------------------------------------------- */

static void update_watch(struct cpu *c)
{
    const struct cpu_traps *t = &c->traps;
    c->watch =
        INSN_DECODED | INSN_BREAK | INSN_IN_RAM | INSN_IT | INSN_ALIGNED | INSN_CORE | INSN_MASKS | INSN_EXCLUSIVE |
        (t->access || t->unaligned || c->n_watchpoints || c->ranges.data ? INSN_MEMORY : 0) | (t->fp ? INSN_FP : 0) |
        (t->divide ? INSN_DIVIDE : 0) | (c->stack_seen ? INSN_STACK : 0) | (c->observer.executes ? INSN_OBSERVED : 0) |
        (t->access || c->ranges.fetches || c->stop_retired != UINT64_MAX || c->member != MEMBER_NONE ? INSN_ANY : 0);
}

void cpu_set_traps(struct cpu *c, const struct cpu_traps *t)
{
    c->traps = *t;
    c->fetch_checked = 0;
    update_watch(c);
}

static void run_engine(struct cpu *c, uint32_t pc)
{
    enum { NOWHERE = 0xFFFFFFFEu };
    c->next_pc = pc;
    c->pc = pc;
    c->refill = 0;
    c->stopped = c->redirect = false;
    uc_err err = uc_emu_start(c->uc, pc | 1, NOWHERE, 0, 0);
    c->member = MEMBER_NONE;
    if (c->kept_base >= 0)
        set_reg(c, core_reg_id((unsigned)c->kept_base), c->kept_value);
    c->kept_base = -1;
    if (c->store_done)
        complete_store(c);
    else if (c->grant)
        grant_execution(c);
    else if (!c->stopped && !c->redirect) {
        if (err != UC_ERR_OK)
            log_msg(c->log, LOG_WARN, "engine stopped at 0x%08x: %s", c->pc, uc_strerror(err));
        stop_at(c, CPU_STOP_FETCH_FAULT, reg(c, UC_ARM_REG_PC));
    }
    c->it_bytes = 0;
}

/* Goes on inside an IT block whose state is s.it. Returns the next pc; may stop. */
static uint32_t run_it(struct cpu *c, uint32_t pc)
{
    uint32_t end, xpsr = engine_xpsr(c);
    const struct insn *in = insn_at(c, pc);
    if (!in) {
        stop_at(c, CPU_STOP_FETCH_FAULT, pc);
        return pc;
    }
    uint8_t it = c->s.it;
    if (it_needs_care(c, pc, it, c->sched->now, &end)) {
        /* The engine cannot stop at a member of a block: look before it starts. */
        c->redirect = false;
        c->redirect_pc = pc;
        if (c->stale)
            return pc;
        if (!it_holds(c, it)) {
            if (something_due(c, pc, in))
                return pc;
            retire(c, VTIME_PER_CYCLE);
            c->s.it = insn_it_advance(it);
            return pc + in->size;
        }
        if (!look_closer(c, pc, in))
            return c->redirect_pc;
        c->member = MEMBER_NEXT;
        it = (uint8_t)((it & 0xF0) | 8);
    } else {
        run_in_one_go(c, pc, end - pc, it, false);
        c->s.it = 0;
    }
    update_watch(c);
    set_engine_xpsr(c, xpsr | (uint32_t)(it & 3) << 25 | (uint32_t)(it & 0xFC) << 8);
    run_engine(c, pc);
    update_watch(c);
    if (!c->redirect && c->s.it)
        set_engine_xpsr(c, engine_xpsr(c));
    return c->redirect_pc;
}

static void flush_stale(struct cpu *c)
{
    uc_ctl_remove_cache(c->uc, c->stale_from, c->stale_to);
    c->stale = false;
}

/* Counting instructions costs speed. While the budget is large, it goes on as without one, for a time in which it
 * cannot be used up: that is a stop for a deadline. Only IT may be free, so half of the instructions take a cycle. */
static void set_budget(struct cpu *c, uint64_t budget)
{
    enum { FEW = 256 };
    bool near = budget <= FEW, none = budget > UINT64_MAX - c->s.retired;
    c->stop_retired = near ? c->s.retired + budget : UINT64_MAX;
    if (!near && !none && budget / 2 < VTIME_NEVER / VTIME_PER_CYCLE - c->sched->now)
        sched_limit(c->sched, c->sched->now + budget / 2 * VTIME_PER_CYCLE);
}

void cpu_run(struct cpu *c, uint64_t budget, struct cpu_stop_info *stop)
{
    uint32_t pc = cpu_get(c, CPU_PC);
    memset(stop, 0, sizeof *stop);
    c->stop = stop;
    set_budget(c, budget);
    c->stopped = c->redirect = c->stop_behind = false;
    update_watch(c);
    while (!c->stopped) {
        if (c->stale)
            flush_stale(c);
        if (c->s.arm_state) {
            stop_at(c, CPU_STOP_INVSTATE, pc);
        } else if (c->s.it & 15) {
            pc = run_it(c, pc);
        } else {
            run_engine(c, pc);
            pc = c->redirect_pc;
        }
    }
    sched_limit(c->sched, VTIME_NEVER);
    if (c->masks)
        apply_masks(c);
    cpu_set(c, CPU_PC, stop->pc);
    if (c->stack_seen)
        c->stack_seen(c->stack_ctx, cpu_get(c, CPU_SP));
}

/* ---- life ------------------------------------------------------------------------------------------------------ */

static void map_memory(struct cpu *c, const struct bus_memory *m)
{
    uint32_t prot = UC_PROT_READ | (m->guest_writable ? UC_PROT_WRITE : 0) |
                    (m->executable && !m->guest_writable ? UC_PROT_EXEC : 0);
    uc_err err = uc_mem_map_ptr(c->uc, m->base, m->size, prot, m->data);
    assert(err == UC_ERR_OK);
    (void)err;
    if (!m->executable)
        return;
    struct code_region *r = &c->regions[c->n_regions++];
    *r = (struct code_region){.base = m->base, .size = m->size, .data = m->data};
    r->table = calloc(m->size / 2 + 2, sizeof *r->table);
    r->translated = calloc(m->size / PAGE, sizeof *r->translated);
    assert(r->table && r->translated);
}

/* One window for each run of pages that hold devices. */
static void map_devices(struct cpu *c)
{
    const struct bus *b = c->bus;
    for (unsigned i = 0; i < b->n_devices;) {
        uint64_t from = b->device[i].base & ~(PAGE - 1), to = from;
        for (; i < b->n_devices && (b->device[i].base & ~(PAGE - 1)) <= to; i++) {
            uint64_t end = ((uint64_t)b->device[i].base + b->device[i].size + PAGE - 1) & ~(uint64_t)(PAGE - 1);
            to = end > to ? end : to;
        }
        assert(c->n_windows < sizeof c->window / sizeof *c->window);
        struct device_window *w = &c->window[c->n_windows++];
        *w = (struct device_window){.cpu = c, .base = (uint32_t)from};
        uc_err err = uc_mmio_map(c->uc, from, to - from, on_device_read, w, on_device_write, w);
        assert(err == UC_ERR_OK);
        (void)err;
    }
}

static void add_hooks(struct cpu *c)
{
    uc_hook h;
    uc_hook_add(c->uc, &h, UC_HOOK_CODE, (void *)on_code, c, 1, 0);
    uc_hook_add(c->uc, &h, UC_HOOK_INTR, (void *)on_interrupt, c, 1, 0);
    uc_hook_add(c->uc, &h, UC_HOOK_INSN_INVALID, (void *)on_invalid, c, 1, 0);
    uc_hook_add(c->uc, &h, UC_HOOK_MEM_INVALID, (void *)on_bad_access, c, 1, 0);
}

struct cpu *cpu_new(struct bus *bus, struct sched *sched, struct log *log, const struct cpu_core_ops *ops)
{
    struct cpu *c = calloc(1, sizeof *c);
    if (!c || uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &c->uc) != UC_ERR_OK ||
        uc_ctl_set_cpu_model(c->uc, UC_CPU_ARM_CORTEX_M4) != UC_ERR_OK)
        abort();
    c->bus = bus;
    c->sched = sched;
    c->log = log;
    c->ops = *ops;
    c->decoder = insn_decoder_new();
    c->kept_base = -1;
    c->stop_retired = c->pass_retired = UINT64_MAX;
    for (unsigned i = 0; i < bus->n_memories; i++)
        map_memory(c, &bus->memory[i]);
    map_devices(c);
    add_hooks(c);
    set_mode(c, 0, 0);
    update_watch(c);
    return c;
}

void cpu_free(struct cpu *c)
{
    if (!c)
        return;
    uc_close(c->uc);
    insn_decoder_free(c->decoder);
    for (unsigned i = 0; i < c->n_regions; i++) {
        free(c->regions[i].table);
        free(c->regions[i].translated);
    }
    free(c);
}

uint64_t cpu_retired(const struct cpu *c) { return c->s.retired; }
void cpu_count_retired(struct cpu *c, uint64_t n)
{
    const struct insn *in = c->observer.executes ? insn_at(c, c->pc) : NULL;
    if (in)
        observe(c, c->pc, in, c->sched->now);
    c->s.retired += n;
}
void cpu_clear_exclusive(struct cpu *c) { c->s.exclusive = false; }
void cpu_report_pc(struct cpu *c, uint32_t *pc) { c->report_pc = pc; }

static void decode_anew(struct cpu *c, uint32_t addr)
{
    struct code_region *r = region_at(c, addr);
    if (!r)
        return;
    uint32_t index = (addr - r->base) >> 1;
    forget(r, index, index + 1);
}

void cpu_breakpoint(struct cpu *c, uint32_t addr, bool set)
{
    unsigned i = 0;
    while (i < c->n_breakpoints && c->breakpoint[i].addr != addr)
        i++;
    if (set && i == c->n_breakpoints) {
        assert(i < sizeof c->breakpoint / sizeof *c->breakpoint);
        c->breakpoint[c->n_breakpoints++] = (struct cpu_breakpoint_entry){addr, 0};
    }
    if (i == c->n_breakpoints)
        return;
    c->breakpoint[i].count += set ? 1 : -1u;
    if (!c->breakpoint[i].count)
        c->breakpoint[i] = c->breakpoint[--c->n_breakpoints];
    decode_anew(c, addr);
}

void cpu_core_breakpoints(struct cpu *c, const uint32_t *addr, unsigned n)
{
    assert(n <= CPU_MAX_CORE_BREAKPOINTS);
    unsigned before = c->n_core_breakpoints;
    c->n_core_breakpoints = 0;
    for (unsigned i = 0; i < before; i++)
        decode_anew(c, c->core_breakpoint[i]);
    for (unsigned i = 0; i < n; i++) {
        c->core_breakpoint[c->n_core_breakpoints++] = addr[i];
        decode_anew(c, addr[i]);
        decode_anew(c, addr[i] - 2); /* is it the first half of a longer one? */
    }
}

void cpu_watch_ranges(struct cpu *c, const struct cpu_range *range, unsigned n)
{
    cpu_ranges_set(&c->ranges, range, n);
    update_watch(c);
}

bool cpu_watchpoint(struct cpu *c, uint32_t addr, uint32_t size, bool loads, bool stores, bool set)
{
    if (set) {
        if (c->n_watchpoints == CPU_MAX_WATCHPOINTS)
            return false;
        c->watchpoint[c->n_watchpoints++] = (struct watchpoint){addr, size, loads, stores};
        update_watch(c);
        return true;
    }
    for (unsigned i = 0; i < c->n_watchpoints; i++) {
        const struct watchpoint *w = &c->watchpoint[i];
        if (w->addr != addr || w->size != size || w->loads != loads || w->stores != stores)
            continue;
        c->watchpoint[i] = c->watchpoint[--c->n_watchpoints];
        break;
    }
    update_watch(c);
    return true;
}

void cpu_at_budget(struct cpu *c, bool (*go_on)(void *ctx, uint32_t pc), void *ctx)
{
    c->at_budget = go_on;
    c->at_budget_ctx = ctx;
}

void cpu_watch_stack(struct cpu *c, void (*seen)(void *ctx, uint32_t sp), void *ctx)
{
    c->stack_seen = seen;
    c->stack_ctx = ctx;
    update_watch(c);
}

void cpu_observe(struct cpu *c, const struct cpu_observer *o)
{
    c->observer = o ? *o : (struct cpu_observer){0};
    update_watch(c);
}

void cpu_pass_points(struct cpu *c)
{
    c->pass_pc = cpu_get(c, CPU_PC);
    c->pass_retired = c->s.retired;
    c->pass_core = false;
}

void cpu_pass_core_breakpoint(struct cpu *c)
{
    cpu_pass_points(c);
    c->pass_core = true;
}

size_t cpu_state_size(struct cpu *c) { return sizeof c->s + uc_context_size(c->uc); }

void cpu_save(struct cpu *c, void *state)
{
    uc_context *context;
    memcpy(state, &c->s, sizeof c->s);
    if (uc_context_alloc(c->uc, &context) != UC_ERR_OK || uc_context_save(c->uc, context) != UC_ERR_OK)
        abort();
    memcpy((char *)state + sizeof c->s, context, uc_context_size(c->uc));
    uc_context_free(context);
}

void cpu_restore(struct cpu *c, const void *state)
{
    memcpy(&c->s, state, sizeof c->s);
    if (uc_context_restore(c->uc, (uc_context *)((const char *)state + sizeof c->s)) != UC_ERR_OK)
        abort();
    c->fetch_checked = 0;
    c->pass_retired = UINT64_MAX;
    set_engine_xpsr(c, engine_xpsr(c));
}
