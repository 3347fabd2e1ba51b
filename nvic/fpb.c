#include "nvic/core.h"

#include <string.h>

enum { FP_CTRL = 0, FP_REMAP = 4, FP_COMP0 = 8, CTRL_ENABLE = 1, CTRL_KEY = 2, COMP_ENABLE = 1 };
enum replace { REMAP, BREAK_LOWER, BREAK_UPPER, BREAK_BOTH };
#define CTRL_NUMBERS   (FPB_LITERAL << 8 | FPB_CODE << 4)
#define REMAP_SRAM     0x20000000u /* RMPSPT: remapping is supported, to RAM */
#define REMAP_WRITABLE 0x1FFFFFE0u
#define COMP_ADDRESS   0x1FFFFFFCu
#define COMP_WRITABLE  (3u << 30 | COMP_ADDRESS | COMP_ENABLE)

static bool is_active(const struct core *c, unsigned i)
{
    return c->fpb.enabled && (c->fpb.comparator[i] & COMP_ENABLE);
}

static uint32_t word_of(const struct core *c, unsigned i) { return c->fpb.comparator[i] & COMP_ADDRESS; }
static enum replace replace_of(const struct core *c, unsigned i) { return (enum replace)(c->fpb.comparator[i] >> 30); }
static uint32_t remapped_to(const struct core *c, unsigned i) { return (REMAP_SRAM | c->fpb.remap) + 4 * i; }

/* ---- breakpoints ------------------------------------------------------------------------------------------------ */

/* A remapped word may hold the second half of an instruction that begins before it. */
static unsigned stops_of(const struct core *c, unsigned i, uint32_t stop[3])
{
    static const struct {
        uint8_t n;
        int8_t offset[3];
    } stops[] = {
        [REMAP] = {3, {-2, 0, 2}}, [BREAK_LOWER] = {1, {0}}, [BREAK_UPPER] = {1, {2}}, [BREAK_BOTH] = {2, {0, 2}}};
    enum replace r = replace_of(c, i);
    for (unsigned k = 0; k < stops[r].n; k++)
        stop[k] = word_of(c, i) + (uint32_t)stops[r].offset[k];
    return stops[r].n;
}

void fpb_apply(struct core *c)
{
    uint32_t stop[3 * FPB_CODE];
    unsigned n = 0;
    for (unsigned i = 0; i < FPB_CODE; i++)
        if (is_active(c, i))
            n += stops_of(c, i, stop + n);
    cpu_core_breakpoints(c->cpu, stop, n);
}

bool fpb_breaks(const struct core *c, uint32_t pc)
{
    for (unsigned i = 0; i < FPB_CODE; i++) {
        enum replace half = pc & 2 ? BREAK_UPPER : BREAK_LOWER;
        if (is_active(c, i) && word_of(c, i) == (pc & ~3u) && (replace_of(c, i) & half))
            return true;
    }
    return false;
}

/* ---- remapping -------------------------------------------------------------------------------------------------- */

static void store(struct core *c, uint32_t addr, uint32_t value)
{
    uint8_t *at = bus_host(c->bus, addr, 4);
    memcpy(at, &value, 4);
    cpu_code_changed(c->cpu, addr, 4);
}

static void swap(struct core *c, unsigned i)
{
    struct fpb *f = &c->fpb;
    uint32_t addr = word_of(c, i), value;
    const uint8_t *at = bus_host(c->bus, addr, 4);
    if (!at || f->n_swapped == sizeof f->swapped / sizeof *f->swapped ||
        bus_peek(c->bus, remapped_to(c, i), &value, 4) != 4)
        return;
    f->swapped[f->n_swapped].addr = addr;
    memcpy(&f->swapped[f->n_swapped++].original, at, 4);
    store(c, addr, value);
}

void fpb_substitute(struct core *c, uint32_t pc)
{
    for (unsigned i = 0; i < FPB_CODE; i++)
        if (is_active(c, i) && replace_of(c, i) == REMAP &&
            (word_of(c, i) == (pc & ~3u) || word_of(c, i) == ((pc + 2) & ~3u)))
            swap(c, i);
}

void fpb_substitute_literal(struct core *c, unsigned n) { swap(c, FPB_CODE + n); }

/* Backwards: one word may have been swapped twice. */
void fpb_restore(struct core *c)
{
    struct fpb *f = &c->fpb;
    while (f->n_swapped) {
        f->n_swapped--;
        store(c, f->swapped[f->n_swapped].addr, f->swapped[f->n_swapped].original);
    }
}

bool fpb_literal(const struct core *c, unsigned n, uint32_t *addr)
{
    *addr = word_of(c, FPB_CODE + n);
    return is_active(c, FPB_CODE + n);
}

/* ---- registers -------------------------------------------------------------------------------------------------- */

void fpb_reset(struct core *c)
{
    c->fpb = (struct fpb){0};
    core_watch(c);
}

static uint32_t *comparator_at(struct core *c, uint32_t offset)
{
    return offset - FP_COMP0 < 4 * FPB_COMPARATORS ? &c->fpb.comparator[(offset - FP_COMP0) / 4] : NULL;
}

uint32_t fpb_read(struct core *c, uint32_t offset, bool debugger)
{
    const uint32_t *comparator = comparator_at(c, offset);
    if (comparator)
        return *comparator;
    return offset == FP_CTRL ? CTRL_NUMBERS | c->fpb.enabled : offset == FP_REMAP ? REMAP_SRAM | c->fpb.remap : 0;
}

#define COMPLAIN(n, what) log_once(c->log, 0xE0002000u + (n), "UNPREDICTABLE: " what)

/* Literals have no breakpoints, and what is remapped must be code or data in RAM or below it. */
static void check(struct core *c, unsigned i)
{
    bool used = c->fpb.comparator[i] & COMP_ENABLE;
    uint32_t word;
    if (used && i >= FPB_CODE && replace_of(c, i) != REMAP)
        COMPLAIN(2, "a literal comparator of the FPB has REPLACE set");
    if (used && (i >= FPB_CODE || replace_of(c, i) == REMAP) && bus_peek(c->bus, remapped_to(c, i), &word, 4) != 4)
        COMPLAIN(3, "FP_REMAP is an address without memory");
}

void fpb_write(struct core *c, uint32_t offset, uint32_t value, uint32_t mask, bool debugger)
{
    uint32_t *comparator = comparator_at(c, offset);
    if (mask != 0xFFFFFFFFu) {
        COMPLAIN(1, "an FPB register is not written as a word");
        return;
    }
    if (comparator)
        *comparator = value & COMP_WRITABLE;
    else if (offset == FP_REMAP)
        c->fpb.remap = value & REMAP_WRITABLE;
    else if (offset == FP_CTRL && (value & CTRL_KEY))
        c->fpb.enabled = value & CTRL_ENABLE;
    for (unsigned i = 0; i < FPB_COMPARATORS; i++)
        if (c->fpb.enabled)
            check(c, i);
    core_watch(c);
}
