/* Breakpoints of the algorithms' own: comparators of the FPB for code in flash, BKPT instructions for code in RAM. */
#include "step/parts.h"

enum { COMPARATORS = 16, BKPT = 0xBE00 };

static unsigned comparators(struct stepper *s)
{
    uint32_t ctrl = step_read(s, DEBUG_FP_CTRL);
    unsigned n = ctrl >> 4 & 0xF;

    if (n && !(ctrl & FP_CTRL_ENABLE))
        step_write(s, DEBUG_FP_CTRL, FP_CTRL_KEY | FP_CTRL_ENABLE);
    return n < COMPARATORS ? n : COMPARATORS;
}

static uint32_t replace_bits(uint32_t addr) { return addr & 2 ? FP_COMP_BREAK_HIGH : FP_COMP_BREAK_LOW; }

static bool breaks_at(uint32_t comparator, uint32_t addr)
{
    return comparator & FP_COMP_ENABLE && (comparator & FP_COMP_WORD) == (addr & FP_COMP_WORD) &&
           comparator & replace_bits(addr);
}

/* A free comparator, unless the breakpoint is there already; -1: there is none to have. The user's own count, wherever
 * this host keeps them. */
static int free_comparator(struct stepper *s, uint32_t addr)
{
    unsigned n = comparators(s), used = s->points.count ? s->points.count(s->points.ctx) : 0;
    int found = -1;

    for (unsigned i = 0; i < n; i++) {
        uint32_t value = step_read(s, DEBUG_FP_COMP0 + 4 * i);
        if (breaks_at(value, addr)) {
            s->report.notes |= STEP_NOTE_DUPLICATE;
            return -1;
        }
        used += value & FP_COMP_ENABLE;
        if (found < 0 && !(value & FP_COMP_ENABLE))
            found = (int)i;
    }
    if (used < n)
        return found;
    s->report.notes |= STEP_NOTE_NO_COMPARATOR;
    return -1;
}

static void write_half(struct stepper *s, struct step_break *b, uint16_t half)
{
    unsigned shift = 8 * (b->addr & 2);

    b->original = step_read(s, b->addr & ~3u);
    step_write(s, b->addr & ~3u, (b->original & ~(0xFFFFu << shift)) | (uint32_t)half << shift);
}

bool step_break_set(struct stepper *s, unsigned n, uint32_t addr)
{
    struct step_break *b = &s->temporary[n];

    if (s->points.at && s->points.at(s->points.ctx, addr)) {
        s->report.notes |= STEP_NOTE_DUPLICATE;
        return false;
    }
    *b = (struct step_break){.addr = addr, .written = addr >= STEP_CODE_END};
    if (b->written) {
        write_half(s, b, BKPT);
        s->report.notes |= STEP_NOTE_BKPT_WRITTEN;
    } else {
        int comparator = free_comparator(s, addr);
        if (comparator < 0)
            return false;
        b->comparator = (unsigned)comparator;
        step_write(s, DEBUG_FP_COMP0 + 4 * b->comparator, (addr & FP_COMP_WORD) | replace_bits(addr) | FP_COMP_ENABLE);
    }
    b->set = true;
    return true;
}

void step_breaks_clear(struct stepper *s)
{
    for (unsigned i = 0; i < STEP_BREAKS; i++) {
        struct step_break *b = &s->temporary[i];
        if (b->set && b->written)
            write_half(s, b, (uint16_t)(b->original >> 8 * (b->addr & 2)));
        else if (b->set)
            step_write(s, DEBUG_FP_COMP0 + 4 * b->comparator, 0);
        b->set = false;
    }
}

bool step_break_at(const struct stepper *s, uint32_t addr)
{
    for (unsigned i = 0; i < STEP_BREAKS; i++)
        if (s->temporary[i].set && s->temporary[i].addr == addr)
            return true;
    return false;
}
