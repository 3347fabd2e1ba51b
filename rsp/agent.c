#include "rsp/agent.h"

#include <string.h>

#include "rsp/target_xml.h"
#include "rsp/threads.h"

struct run {
    const struct rsp_agent *agent;
    const uint8_t *code;
    size_t len, at;
    unsigned depth;
    uint64_t stack[RSP_AGENT_STACK];
    bool ended;
};

static uint64_t pop(struct run *r) { return r->stack[--r->depth]; }
static bool push(struct run *r, uint64_t value)
{
    r->stack[r->depth++] = value;
    return true;
}

/* What follows the operation, the most significant byte first. Its length was checked. */
static uint64_t operand(struct run *r, unsigned bytes)
{
    uint64_t value = 0;

    while (bytes-- > 0)
        value = value << 8 | r->code[r->at++];
    return value;
}

/* ---- arithmetic: a, then b on top of it -------------------------------------------------------------------------- */

#define BINARY(name, value)              \
    static bool name(struct run *r)      \
    {                                    \
        uint64_t b = pop(r), a = pop(r); \
        return push(r, value);           \
    }

static uint64_t shift_right(int64_t a, uint64_t b)
{
    uint64_t sign = a < 0 ? UINT64_MAX : 0;
    return b > 63 ? sign : ((uint64_t)a ^ sign) >> b ^ sign;
}

BINARY(add, a + b)
BINARY(sub, a - b)
BINARY(mul, a *b)
BINARY(lsh, b > 63 ? 0 : a << b)
BINARY(rsh_signed, shift_right((int64_t)a, b))
BINARY(rsh_unsigned, b > 63 ? 0 : a >> b)
BINARY(bit_and, a &b)
BINARY(bit_or, a | b)
BINARY(bit_xor, a ^ b)
BINARY(equal, a == b)
BINARY(less_signed, (int64_t)a < (int64_t)b)
BINARY(less_unsigned, a < b)

/* Division has no answer for 0, nor C one for the least number divided by -1. */
#define DIVISION(name, value)              \
    static bool name(struct run *r)        \
    {                                      \
        uint64_t b = pop(r), a = pop(r);   \
        return b != 0 && push(r, (value)); \
    }

DIVISION(div_unsigned, a / b)
DIVISION(rem_unsigned, a % b)
DIVISION(div_signed, b == UINT64_MAX ? -a : (uint64_t)((int64_t)a / (int64_t)b))
DIVISION(rem_signed, b == UINT64_MAX ? 0 : (uint64_t)((int64_t)a % (int64_t)b))

static bool log_not(struct run *r) { return push(r, !pop(r)); }
static bool bit_not(struct run *r) { return push(r, ~pop(r)); }

static bool zero_ext(struct run *r)
{
    uint64_t bits = operand(r, 1), a = pop(r);
    return push(r, bits < 64 ? a & ((1ull << bits) - 1) : a);
}

static bool sign_ext(struct run *r)
{
    uint64_t bits = operand(r, 1), a = pop(r);
    if (bits == 0 || bits > 64)
        return false;
    return push(r, (uint64_t)((int64_t)(a << (64 - bits)) >> (64 - bits)));
}

/* ---- the stack, and where the program goes on -------------------------------------------------------------------- */

static bool dup(struct run *r) { return push(r, r->stack[r->depth - 1]); }
static bool drop(struct run *r)
{
    pop(r);
    return true;
}

static bool swap(struct run *r)
{
    uint64_t b = pop(r), a = pop(r);
    push(r, b);
    return push(r, a);
}

static bool rot(struct run *r) /* a b c becomes c a b */
{
    uint64_t c = pop(r), b = pop(r), a = pop(r);
    push(r, c);
    push(r, a);
    return push(r, b);
}

static bool pick(struct run *r)
{
    uint64_t n = operand(r, 1);
    return n < r->depth && push(r, r->stack[r->depth - 1 - n]);
}

static bool const8(struct run *r) { return push(r, operand(r, 1)); }
static bool const16(struct run *r) { return push(r, operand(r, 2)); }
static bool const32(struct run *r) { return push(r, operand(r, 4)); }
static bool const64(struct run *r) { return push(r, operand(r, 8)); }

static bool go(struct run *r)
{
    r->at = operand(r, 2);
    return true;
}

static bool if_go(struct run *r)
{
    size_t to = operand(r, 2);
    if (pop(r))
        r->at = to;
    return true;
}

static bool end(struct run *r)
{
    r->ended = true;
    return true;
}

/* ---- the target -------------------------------------------------------------------------------------------------- */

static bool reference(struct run *r, unsigned bytes)
{
    const struct debug_target *t = r->agent->target;
    uint64_t addr = pop(r) & UINT32_MAX, value = 0;
    uint8_t data[8];

    if (t->ops->mem_get(t->ctx, (uint32_t)addr, data, bytes) != bytes)
        return false;
    while (bytes-- > 0)
        value = value << 8 | data[bytes];
    return push(r, value);
}

static bool ref8(struct run *r) { return reference(r, 1); }
static bool ref16(struct run *r) { return reference(r, 2); }
static bool ref32(struct run *r) { return reference(r, 4); }
static bool ref64(struct run *r) { return reference(r, 8); }

static bool reg(struct run *r)
{
    const struct rsp_register *which = rsp_register_find((uint32_t)operand(r, 2));
    uint32_t word[2] = {0};

    if (!which)
        return false;
    for (unsigned w = 0; w < which->words; w++)
        if (!rsp_threads_reg_get(r->agent->threads, r->agent->thread, which->reg + w, &word[w]))
            return false;
    return push(r, word[0] | (uint64_t)word[1] << 32);
}

/* A number of arguments, a format with its length; on the stack a function and a channel, which mean nothing here, and
 * below them the arguments, the first one on top. */
static bool print(struct run *r)
{
    unsigned n = (unsigned)operand(r, 1);
    size_t len = operand(r, 2);
    const char *format = (const char *)r->code + r->at;
    uint64_t args[RSP_AGENT_STACK];

    if (len > r->len - r->at || n + 2 > r->depth)
        return false;
    r->at += len;
    r->depth -= 2;
    for (unsigned i = 0; i < n; i++)
        args[i] = pop(r);
    return rsp_agent_printf(r->agent, format, len, args, n);
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

static const struct operation {
    uint8_t takes, operands; /* that must be on the stack; bytes that follow */
    bool grows;              /* leaves more on the stack than it found */
    bool (*run)(struct run *r);
} operations[] = {
    [0x02] = {2, 0, false, add},          [0x03] = {2, 0, false, sub},          [0x04] = {2, 0, false, mul},
    [0x05] = {2, 0, false, div_signed},   [0x06] = {2, 0, false, div_unsigned}, [0x07] = {2, 0, false, rem_signed},
    [0x08] = {2, 0, false, rem_unsigned}, [0x09] = {2, 0, false, lsh},          [0x0a] = {2, 0, false, rsh_signed},
    [0x0b] = {2, 0, false, rsh_unsigned}, [0x0e] = {1, 0, false, log_not},      [0x0f] = {2, 0, false, bit_and},
    [0x10] = {2, 0, false, bit_or},       [0x11] = {2, 0, false, bit_xor},      [0x12] = {1, 0, false, bit_not},
    [0x13] = {2, 0, false, equal},        [0x14] = {2, 0, false, less_signed},  [0x15] = {2, 0, false, less_unsigned},
    [0x16] = {1, 1, false, sign_ext},     [0x17] = {1, 0, false, ref8},         [0x18] = {1, 0, false, ref16},
    [0x19] = {1, 0, false, ref32},        [0x1a] = {1, 0, false, ref64},        [0x20] = {1, 2, false, if_go},
    [0x21] = {0, 2, false, go},           [0x22] = {0, 1, true, const8},        [0x23] = {0, 2, true, const16},
    [0x24] = {0, 4, true, const32},       [0x25] = {0, 8, true, const64},       [0x26] = {0, 2, true, reg},
    [0x27] = {0, 0, false, end},          [0x28] = {1, 0, true, dup},           [0x29] = {1, 0, false, drop},
    [0x2a] = {1, 1, false, zero_ext},     [0x2b] = {2, 0, false, swap},         [0x32] = {0, 1, true, pick},
    [0x33] = {3, 0, false, rot},          [0x34] = {2, 3, false, print},
};

static bool step(struct run *r)
{
    if (r->at >= r->len)
        return false;
    uint8_t code = r->code[r->at++];
    const struct operation *o = code < sizeof operations / sizeof operations[0] ? &operations[code] : NULL;
    if (!o || !o->run || r->depth < o->takes || o->operands > r->len - r->at ||
        (o->grows && r->depth == RSP_AGENT_STACK))
        return false;
    return o->run(r);
}

bool rsp_agent_run(const struct rsp_agent *a, const uint8_t *code, size_t len, uint64_t *value)
{
    struct run r = {.agent = a, .code = code, .len = len};

    *value = 0;
    for (unsigned i = 0; i < RSP_AGENT_STEPS && !r.ended; i++)
        if (!step(&r))
            return false;
    if (r.ended && r.depth)
        *value = pop(&r);
    return r.ended;
}
