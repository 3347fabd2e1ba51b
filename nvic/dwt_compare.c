/* The comparators: what they look out for, and what becomes of a match (C1.8.2, C1.8.3). */
#include "nvic/core.h"

#define WRITE_PACKET  0x08u /* of a data value: it was stored */
#define PC_PACKET     0x47u /* header for comparator 0; each next one is 16 more */
#define OFFSET_PACKET 0x4Eu
#define VALUE_PACKET  0x84u

enum access { NONE, CODE, LOAD, STORE, LOAD_STORE };
enum effect { EMIT_PC = 1, EMIT_OFFSET = 2, EMIT_VALUE = 4, DEBUG_EVENT = 8 };

/* FUNCTION: which accesses, and what is done, without EMITRANGE and with it. 8…11 trigger the ETM (inaccuracy 4). */
static const struct function {
    enum access access;
    uint8_t effects[2];
} functions[16] = {
    [1] = {LOAD_STORE, {EMIT_PC, EMIT_OFFSET}},
    [2] = {LOAD_STORE, {EMIT_VALUE, EMIT_OFFSET | EMIT_VALUE}},
    [3] = {LOAD_STORE, {EMIT_PC | EMIT_VALUE, EMIT_OFFSET | EMIT_VALUE}},
    [4] = {CODE, {DEBUG_EVENT, DEBUG_EVENT}},
    [5] = {LOAD, {DEBUG_EVENT, DEBUG_EVENT}},
    [6] = {STORE, {DEBUG_EVENT, DEBUG_EVENT}},
    [7] = {LOAD_STORE, {DEBUG_EVENT, DEBUG_EVENT}},
    [8] = {CODE, {0, 0}},
    [9] = {LOAD, {0, 0}},
    [10] = {STORE, {0, 0}},
    [11] = {LOAD_STORE, {0, 0}},
    [12] = {LOAD, {EMIT_VALUE, EMIT_OFFSET}},
    [13] = {STORE, {EMIT_VALUE, EMIT_OFFSET}},
    [14] = {LOAD, {EMIT_PC | EMIT_VALUE, EMIT_OFFSET | EMIT_VALUE}},
    [15] = {STORE, {EMIT_PC | EMIT_VALUE, EMIT_OFFSET | EMIT_VALUE}},
};

/* One transfer of an instruction. */
struct transfer {
    uint32_t pc, addr, value;
    unsigned size;
    bool store;
};

static const struct function *function_of(const struct dwt_comparator *k)
{
    return &functions[k->function & DWT_FUNCTION];
}

static uint32_t mask_of(const struct dwt_comparator *k) { return (1u << k->mask) - 1; }

/* Comparators whose address a comparator of values wants to match as well; without any, every address does. */
struct links {
    unsigned n, comparator[2];
};

static struct links links_of(const struct core *c, unsigned own)
{
    struct links l = {0};
    for (unsigned shift = 12; shift <= 16; shift += 4) {
        unsigned other = c->dwt.comparator[own].function >> shift & 15;
        if (other < DWT_COMPARATORS && other != own && !(l.n && l.comparator[0] == other))
            l.comparator[l.n++] = other;
    }
    return l;
}

/* ---- what is UNPREDICTABLE -------------------------------------------------------------------------------------- */

static bool is_valid_function(const struct dwt_comparator *k)
{
    unsigned f = k->function & DWT_FUNCTION;
    if (k->function & DWT_CYCMATCH)
        return f == 0 || f == 1 || f == 4 || f == 8;
    if (k->function & DWT_DATAVMATCH)
        return f == 0 || (f >= 5 && f <= 7) || (f >= 9 && f <= 11);
    return true;
}

#define COMPLAIN(what) log_once(c->log, 0xE0001010u + __LINE__, "UNPREDICTABLE: DWT comparator %u, " what, n)

void dwt_check_comparator(struct core *c, unsigned n)
{
    const struct dwt_comparator *k = &c->dwt.comparator[n];
    struct links links = links_of(c, n);
    if (!(k->function & DWT_FUNCTION))
        return;
    if (!is_valid_function(k))
        COMPLAIN("a FUNCTION that CYCMATCH or DATAVMATCH does not go with");
    if (!(k->function & (DWT_CYCMATCH | DWT_DATAVMATCH)) && (k->comp & mask_of(k)))
        COMPLAIN("bits of COMP are set that MASK excludes");
    if ((k->function & DWT_DATAVMATCH) && (k->function >> 10 & 3) == 3)
        COMPLAIN("DATAVSIZE is 3");
    for (unsigned i = 0; (k->function & DWT_DATAVMATCH) && i < links.n; i++)
        if (c->dwt.comparator[links.comparator[i]].function & DWT_FUNCTION)
            COMPLAIN("one that it is linked with has a FUNCTION of its own");
}

/* ---- what to look out for --------------------------------------------------------------------------------------- */

static struct cpu_range range_of(const struct core *c, unsigned n)
{
    const struct dwt_comparator *k = &c->dwt.comparator[n];
    enum access a = function_of(k)->access;
    struct cpu_range r = {.base = k->comp,
                          .mask = mask_of(k),
                          .loads = a == LOAD || a == LOAD_STORE,
                          .stores = a == STORE || a == LOAD_STORE,
                          .fetches = a == CODE};
    if (a == CODE) /* bit 0 of an address of code does not count */
        r.mask |= 1;
    if (k->function & DWT_CYCMATCH)
        return (struct cpu_range){0};
    if (k->function & DWT_DATAVMATCH) {
        struct links links = links_of(c, n);
        const struct dwt_comparator *other = &c->dwt.comparator[links.comparator[0]];
        r.base = links.n == 1 ? other->comp : 0;
        r.mask = links.n == 1 ? mask_of(other) : UINT32_MAX;
        r.fetches = false;
    }
    return r;
}

void dwt_ranges(const struct core *c, struct cpu_range range[DWT_COMPARATORS])
{
    for (unsigned n = 0; c->dwt.trcena && n < DWT_COMPARATORS; n++)
        range[n] = range_of(c, n);
}

void dwt_accessed(struct core *c, const struct cpu_access *a)
{
    struct dwt *d = &c->dwt;
    if (!d->pending || d->retired != cpu_retired(c->cpu)) {
        d->pending = true;
        d->retired = cpu_retired(c->cpu);
        d->fetch_hits = 0;
        d->data.hits = 0;
    }
    if (a->fetch)
        d->fetch_hits = a->hits;
    else
        d->data = *a;
    d->data.pc = a->pc;
}

/* ---- matches ---------------------------------------------------------------------------------------------------- */

static bool covers(const struct dwt_comparator *k, const struct transfer *t)
{
    uint32_t first = k->comp & ~mask_of(k);
    return t->addr - first <= mask_of(k) || first - t->addr < t->size;
}

/* Does any part of the value that has the size of DATAVSIZE equal COMP's? */
static bool has_value(const struct dwt_comparator *k, const struct transfer *t)
{
    unsigned size = 1u << (k->function >> 10 & 3);
    uint32_t bits = size >= 4 ? UINT32_MAX : (1u << 8 * size) - 1;
    for (unsigned at = 0; at + size <= t->size; at += size)
        if (!((t->value >> 8 * at ^ k->comp) & bits))
            return true;
    return false;
}

static bool matches(const struct core *c, unsigned n, const struct transfer *t)
{
    const struct dwt_comparator *k = &c->dwt.comparator[n];
    enum access a = function_of(k)->access;
    if (a < LOAD || (k->function & DWT_CYCMATCH) || a == (t->store ? LOAD : STORE))
        return false;
    if (!(k->function & DWT_DATAVMATCH))
        return covers(k, t);
    struct links links = links_of(c, n);
    bool here = !links.n;
    for (unsigned i = 0; i < links.n; i++)
        here |= covers(&c->dwt.comparator[links.comparator[i]], t);
    return here && has_value(k, t);
}

static void act(struct core *c, unsigned n, const struct transfer *t)
{
    struct dwt_comparator *k = &c->dwt.comparator[n];
    bool range = (k->function & DWT_EMITRANGE) && !(k->function & DWT_CYCMATCH);
    uint8_t effects = function_of(k)->effects[range], each = (uint8_t)(0x10 * n);
    k->matched = true;
    if (effects & EMIT_PC)
        itm_hardware(c, (uint8_t)(PC_PACKET + each), t->pc, 4);
    if (effects & EMIT_OFFSET)
        itm_hardware(c, (uint8_t)(OFFSET_PACKET + each), t->addr & 0xFFFF, 2);
    if (effects & EMIT_VALUE)
        itm_hardware(c, (uint8_t)((VALUE_PACKET + each) | (t->store ? WRITE_PACKET : 0) | (t->size == 4 ? 3 : t->size)),
                     t->value, t->size);
    if (!(effects & DEBUG_EVENT))
        return;
    c->debug.event_data = t->size;
    c->debug.event_addr = t->addr;
    c->debug.event_store = t->store;
    debug_event(c, DFSR_DWTTRAP);
}

/* ---- an instruction is done ------------------------------------------------------------------------------------- */

/* From the register, where there is one: a device cannot be asked again. */
static uint32_t value_of(struct core *c, const struct cpu_access *a, unsigned i, uint32_t addr)
{
    const struct insn_access *o = &a->operand;
    uint32_t bits = o->size == 4 ? UINT32_MAX : (1u << 8 * o->size) - 1, value = 0;
    int rt = i ? o->rt2 : o->rt;
    if (rt >= 0 && rt <= 14)
        return cpu_get(c->cpu, (enum cpu_reg)(CPU_R0 + rt)) & bits;
    if (o->fp >= 0 && o->fp + i < 32)
        return cpu_get(c->cpu, (enum cpu_reg)(CPU_S0 + o->fp + i));
    bus_peek(c->bus, addr, &value, o->size);
    return value;
}

static void compare_data(struct core *c, const struct cpu_access *a)
{
    for (unsigned i = 0; i < a->operand.count; i++) {
        struct transfer t = {
            .pc = a->pc, .addr = a->addr + i * a->operand.size, .size = a->operand.size, .store = a->operand.store};
        t.value = value_of(c, a, i, t.addr);
        for (unsigned n = 0; n < DWT_COMPARATORS; n++)
            if (matches(c, n, &t))
                act(c, n, &t);
    }
}

void dwt_executed(struct core *c)
{
    struct dwt *d = &c->dwt;
    if (!d->pending)
        return;
    d->pending = false;
    if (cpu_retired(c->cpu) == d->retired)
        return;
    for (unsigned n = 0; n < DWT_COMPARATORS; n++)
        if (d->fetch_hits >> n & 1)
            act(c, n, &(struct transfer){.pc = d->data.pc, .addr = d->data.pc});
    if (d->data.hits)
        compare_data(c, &d->data);
}

/* FUNCTION 1 has the PC told, and 4 is a debug event. */
void dwt_cycle_match(struct core *c)
{
    uint32_t pc = cpu_get(c->cpu, CPU_PC);
    unsigned f = c->dwt.comparator[0].function & DWT_FUNCTION;
    if ((f == 1 || f == 4 || f == 8) && !debug_stopped(c))
        act(c, 0, &(struct transfer){.pc = pc, .addr = pc});
}
