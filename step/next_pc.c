/*
 * Where a Thumb instruction leads, by what gdb's ARM back end knows of it.
 *
 * It evaluates conditions, reads what would be loaded into PC, puts the breakpoint of an LDREX behind its STREX, and
 * passes over members of an IT block whose condition fails. Of EXC_RETURN it knows nothing.
 */
#include "emu/insn.h"
#include "step/parts.h"

struct code {
    uint32_t pc;
    uint16_t first, second;
    unsigned size;
};

static struct code code_at(struct stepper *s, uint32_t pc)
{
    struct code c = {.pc = pc, .first = step_code(s, pc), .size = 2};

    if ((c.first & 0xE000) == 0xE000 && (c.first & 0x1800)) {
        c.size = 4;
        c.second = step_code(s, pc + 2);
    }
    return c;
}

static uint32_t reg_of(struct stepper *s, const struct code *c, unsigned r)
{
    return r == 15 ? c->pc + 4 : step_reg(s, (enum cpu_reg)(CPU_R0 + r));
}

static int32_t sign_extend(uint32_t v, unsigned bits) { return (int32_t)(v << (32 - bits)) >> (32 - bits); }

static bool holds(struct stepper *s, unsigned condition) { return insn_condition(condition, step_reg(s, CPU_XPSR)); }

/* ---- instructions that write PC --------------------------------------------------------------------------------- */

static uint32_t pop(struct stepper *s, const struct code *c)
{
    return step_read(s, step_reg(s, CPU_SP) + 4 * (uint32_t)__builtin_popcount(c->first & 0xFF));
}

static uint32_t branch_conditional(struct stepper *s, const struct code *c)
{
    return holds(s, c->first >> 8 & 15) ? c->pc + 4 + 2 * (uint32_t)sign_extend(c->first, 8) : c->pc + 2;
}

static uint32_t branch(struct stepper *s, const struct code *c)
{
    return c->pc + 4 + 2 * (uint32_t)sign_extend(c->first, 11);
}

static uint32_t branch_register(struct stepper *s, const struct code *c) { return reg_of(s, c, c->first >> 3 & 15); }

static uint32_t compare_and_branch(struct stepper *s, const struct code *c)
{
    bool zero = !reg_of(s, c, c->first & 7), non = c->first & 0x800;

    return zero != non ? c->pc + 4 + ((c->first >> 2 & 0x3E) | (c->first >> 3 & 0x40)) : c->pc + 2;
}

static uint32_t branch_wide(struct stepper *s, const struct code *c)
{
    uint32_t sign = c->first >> 10 & 1, i1 = !((c->second >> 13 & 1) ^ sign), i2 = !((c->second >> 11 & 1) ^ sign);
    uint32_t offset = sign << 24 | i1 << 23 | i2 << 22 | (c->first & 0x3FFu) << 12 | (c->second & 0x7FFu) << 1;

    return c->pc + 4 + (uint32_t)sign_extend(offset, 25);
}

static uint32_t branch_wide_conditional(struct stepper *s, const struct code *c)
{
    uint32_t sign = c->first >> 10 & 1, j1 = c->second >> 13 & 1, j2 = c->second >> 11 & 1;
    uint32_t offset = sign << 20 | j2 << 19 | j1 << 18 | (c->first & 0x3Fu) << 12 | (c->second & 0x7FFu) << 1;

    return holds(s, c->first >> 6 & 15) ? c->pc + 4 + (uint32_t)sign_extend(offset, 21) : c->pc + 4;
}

/* LDM with PC, which is the last one: increment after, or decrement before. */
static uint32_t load_multiple(struct stepper *s, const struct code *c)
{
    uint32_t base = reg_of(s, c, c->first & 15), n = (uint32_t)__builtin_popcount(c->second);

    return step_read(s, c->first & 0x80 ? base + 4 * (n - 1) : base - 4);
}

/* LDR PC: literal, with a 12-bit offset, with an 8-bit one before or after, or a register. */
static uint32_t load(struct stepper *s, const struct code *c)
{
    unsigned rn = c->first & 15;
    uint32_t base = reg_of(s, c, rn), imm8 = c->second & 0xFF;

    if (rn == 15)
        return step_read(s, (base & ~3u) + (c->first & 0x80 ? c->second & 0xFFFu : -(c->second & 0xFFFu)));
    if (c->first & 0x80)
        return step_read(s, base + (c->second & 0xFFFu));
    if (!(c->second & 0x800))
        return step_read(s, base + (reg_of(s, c, c->second & 15) << (c->second >> 4 & 3)));
    return step_read(s, !(c->second & 0x400) ? base : c->second & 0x200 ? base + imm8 : base - imm8);
}

static uint32_t table_branch(struct stepper *s, const struct code *c)
{
    uint32_t base = reg_of(s, c, c->first & 15), index = reg_of(s, c, c->second & 15);
    bool half = c->second & 0x10;
    uint32_t at = base + (half ? 2 * index : index), entry = step_code(s, at & ~1u);

    return c->pc + 4 + 2 * (half ? entry : entry >> 8 * (at & 1) & 0xFF);
}

static uint32_t move_wide(struct stepper *s, const struct code *c) { return reg_of(s, c, c->second & 15); }

static const struct form {
    uint16_t mask, value, mask2, value2;
    uint32_t (*next)(struct stepper *s, const struct code *c);
} forms[] = {
    {0xFF00, 0xBD00, 0, 0, pop},
    {0xFE00, 0xDE00, 0, 0, NULL}, /* UDF, SVC */
    {0xF000, 0xD000, 0, 0, branch_conditional},
    {0xF800, 0xE000, 0, 0, branch},
    {0xFF00, 0x4700, 0, 0, branch_register}, /* BX, BLX */
    {0xFF87, 0x4687, 0, 0, branch_register}, /* MOV PC */
    {0xF500, 0xB100, 0, 0, compare_and_branch},
    {0xF800, 0xF000, 0xD000, 0x9000, branch_wide},
    {0xF800, 0xF000, 0xD000, 0xD000, branch_wide}, /* BL */
    {0xFB80, 0xF380, 0xD000, 0x8000, NULL},        /* MSR, hints, barriers */
    {0xF800, 0xF000, 0xD000, 0x8000, branch_wide_conditional},
    {0xFE50, 0xE810, 0x8000, 0x8000, load_multiple},
    {0xFF70, 0xF850, 0xF000, 0xF000, load},
    {0xFFF0, 0xE8D0, 0xFFE0, 0xF000, table_branch},
    {0xFFEF, 0xEA4F, 0xFFF0, 0x0F00, move_wide},
};

static uint32_t next_of(struct stepper *s, const struct code *c)
{
    for (unsigned i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct form *f = &forms[i];
        if ((c->first & f->mask) == f->value && (c->second & f->mask2) == f->value2)
            return f->next ? f->next(s, c) & ~1u : c->pc + c->size;
    }
    return c->pc + c->size;
}

/* ---- LDREX…STREX ------------------------------------------------------------------------------------------------ */

static bool is_exclusive(const struct code *c, uint16_t word, uint16_t narrow)
{
    return (c->first & 0xFFF0) == word || ((c->first & 0xFFF0) == narrow && (c->second & 0xC0) == 0x40);
}

/* Behind the STREX of the sequence that begins here, and where a branch leaves it. 0: there is none. */
static unsigned atomic_sequence(struct stepper *s, uint32_t pc, uint32_t next[STEP_BREAKS])
{
    enum { LONGEST = 16 };
    struct code c = code_at(s, pc);
    unsigned n = 1;

    if (!is_exclusive(&c, 0xE850, 0xE8D0))
        return 0;
    for (unsigned i = 0; i < LONGEST; i++) {
        c = code_at(s, c.pc + c.size);
        next[0] = c.pc + c.size;
        if (is_exclusive(&c, 0xE840, 0xE8C0))
            return n == 2 && next[1] >= pc && next[1] <= next[0] ? 1 : n;
        if ((c.first & 0xF000) != 0xD000)
            continue;
        if (n++ == 2)
            return 0;
        next[1] = c.pc + 4 + 2 * (uint32_t)sign_extend(c.first, 8);
    }
    return 0;
}

/* ---- IT --------------------------------------------------------------------------------------------------------- */

static uint32_t pass_over(struct stepper *s, uint32_t pc, uint8_t it)
{
    while (it & 15 && !holds(s, it >> 4)) {
        pc += code_at(s, pc).size;
        it = insn_it_advance(it);
    }
    return pc;
}

/* A member that others follow falls through; it may change the flags, so the next one of the other condition counts. */
static unsigned within_block(struct stepper *s, const struct code *c, uint8_t it, uint32_t next[STEP_BREAKS])
{
    uint32_t pc = c->pc + c->size;

    it = insn_it_advance(it);
    next[0] = pc;
    unsigned negated = it >> 4 & 1;
    do {
        pc += code_at(s, pc).size;
        it = insn_it_advance(it);
    } while (it & 15 && (it >> 4 & 1) == negated);
    next[1] = pc;
    return 2;
}

unsigned step_next_pcs(struct stepper *s, uint32_t pc, uint32_t next[STEP_BREAKS])
{
    struct code c = code_at(s, pc);
    uint32_t xpsr = step_reg(s, CPU_XPSR);
    uint8_t it = (uint8_t)((xpsr >> 25 & 3) | (xpsr >> 8 & 0xFC));
    unsigned n = atomic_sequence(s, pc, next);

    if (n)
        return n;
    if ((c.first & 0xFF00) == 0xBF00 && (c.first & 15))
        next[0] = pass_over(s, pc + 2, (uint8_t)c.first);
    else if (it & 15 && !holds(s, it >> 4))
        next[0] = pass_over(s, pc, it);
    else if (it & 7)
        return within_block(s, &c, it, next);
    else
        next[0] = next_of(s, &c);
    return 1;
}
