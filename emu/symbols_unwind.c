/*
 * One frame up, by call frame information (DWARF 5, 6.4; "DWARF for the ARM Architecture" for register numbers).
 */
#include "emu/symbols_parts.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

enum { SP = 13, LR = 14, PC = 15, N_REGS = 16, STACK_MAX = 16 };

struct machine_state {
    const uint32_t *regs;
    uint32_t cfa;
    bool (*read_word)(void *ctx, uint32_t addr, uint32_t *value);
    void *ctx;
};

/* An expression being evaluated, and what it gives. */
struct evaluation {
    uint32_t stack[STACK_MAX];
    unsigned depth;
    bool is_value; /* the top is the value itself, not where it lies in memory */
};

static bool push(struct evaluation *e, uint32_t value)
{
    if (e->depth == STACK_MAX)
        return false;
    e->stack[e->depth++] = value;
    return true;
}

static bool push_register(struct evaluation *e, const struct machine_state *m, uint64_t number, uint32_t offset)
{
    return number < N_REGS && push(e, m->regs[number] + offset);
}

static bool binary(struct evaluation *e, uint8_t atom)
{
    if (e->depth < 2)
        return false;
    uint32_t right = e->stack[--e->depth], *left = &e->stack[e->depth - 1];
    *left = atom == DW_OP_plus ? *left + right : atom == DW_OP_minus ? *left - right : *left & right;
    return true;
}

/* The operations that carry their operand in their number; `*ok` is whether one could be done. */
static bool apply_short(struct evaluation *e, const struct machine_state *m, const Dwarf_Op *op, bool *ok)
{
    if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31)
        *ok = push_register(e, m, op->atom - DW_OP_breg0, op->number);
    else if (op->atom >= DW_OP_lit0 && op->atom <= DW_OP_lit31)
        *ok = push(e, op->atom - DW_OP_lit0);
    else if (op->atom >= DW_OP_reg0 && op->atom <= DW_OP_reg31) {
        e->is_value = true;
        *ok = push_register(e, m, op->atom - DW_OP_reg0, 0);
    } else
        return false;
    return true;
}

static bool apply(struct evaluation *e, const struct machine_state *m, const Dwarf_Op *op)
{
    bool ok;

    if (apply_short(e, m, op, &ok))
        return ok;
    switch (op->atom) {
    case DW_OP_call_frame_cfa:
        return push(e, m->cfa);
    case DW_OP_bregx:
        return push_register(e, m, op->number, op->number2);
    case DW_OP_regx:
        e->is_value = true;
        return push_register(e, m, op->number, 0);
    case DW_OP_stack_value:
        e->is_value = true;
        return true;
    case DW_OP_plus_uconst:
        if (e->depth)
            e->stack[e->depth - 1] += op->number;
        return e->depth != 0;
    case DW_OP_deref:
        return e->depth && m->read_word(m->ctx, e->stack[e->depth - 1], &e->stack[e->depth - 1]);
    case DW_OP_plus:
    case DW_OP_minus:
    case DW_OP_and:
        return binary(e, op->atom);
    case DW_OP_addr:
    case DW_OP_const1u:
    case DW_OP_const1s:
    case DW_OP_const2u:
    case DW_OP_const2s:
    case DW_OP_const4u:
    case DW_OP_const4s:
    case DW_OP_constu:
    case DW_OP_consts:
        return push(e, op->number);
    default:
        return false; /* no compiler for this processor makes others */
    }
}

static bool evaluate(const struct machine_state *m, const Dwarf_Op *ops, size_t n, struct evaluation *e)
{
    *e = (struct evaluation){0};
    for (size_t i = 0; i < n; i++)
        if (!apply(e, m, &ops[i]))
            return false;
    return e->depth != 0;
}

/* The caller's value of register `number`. One without a rule, or that the callee may have overwritten, stays as it is:
 * for LR in a leaf function that is right, for r0-r3 there is nothing better. */
static bool caller_register(const struct machine_state *m, Dwarf_Frame *frame, int number, uint32_t *value)
{
    struct evaluation e;
    Dwarf_Op ops_memory[3], *ops;
    size_t n;

    if (dwarf_frame_register(frame, number, ops_memory, &ops, &n))
        return false;
    if (n == 0) {
        *value = number == SP ? m->cfa : m->regs[number];
        return true;
    }
    if (!evaluate(m, ops, n, &e))
        return false;
    *value = e.stack[e.depth - 1];
    return e.is_value || m->read_word(m->ctx, *value, value);
}

static bool caller_registers(struct machine_state *m, Dwarf_Frame *frame, uint32_t caller[N_REGS])
{
    struct evaluation e;
    Dwarf_Op *ops;
    size_t n;

    if (dwarf_frame_cfa(frame, &ops, &n) || !evaluate(m, ops, n, &e))
        return false;
    m->cfa = e.stack[e.depth - 1];
    for (int i = 0; i < PC; i++)
        if (!caller_register(m, frame, i, &caller[i]))
            return false;
    return dwarf_frame_info(frame, NULL, NULL, NULL) == LR;
}

bool symbols_unwind(const struct symbols *s, uint32_t regs[16],
                    bool (*read_word)(void *ctx, uint32_t addr, uint32_t *value), void *ctx)
{
    enum { EXC_RETURN_FIRST = 0xffffff00, NO_CALLER = 0xffffffff };
    struct machine_state m = {.regs = regs, .read_word = read_word, .ctx = ctx};
    uint32_t caller[N_REGS];
    Dwarf_Frame *frame = NULL;
    bool ok = false;

    for (unsigned i = 0; s && i < 2 && !ok; i++) {
        if (!s->cfi[i] || dwarf_cfi_addrframe(s->cfi[i], regs[PC] & ~1u, &frame))
            continue;
        ok = caller_registers(&m, frame, caller);
        free(frame);
    }
    if (!ok || caller[LR] == NO_CALLER)
        return false;
    caller[PC] = caller[LR] >= EXC_RETURN_FIRST ? caller[LR] : caller[LR] & ~1u;
    if (caller[PC] == (regs[PC] & ~1u) && caller[SP] == regs[SP])
        return false;
    memcpy(regs, caller, sizeof caller);
    return true;
}
