/*
 * Instruction classes and their cycle costs. Costs follow the Cortex-M4 Technical Reference Manual (Arm 100166), table
 * 3-1, for memory without wait states. Capstone tells the mnemonic; what the core must intercept is told by encoding.
 */
#include "emu/insn.h"
#include "emu/vtime.h"

#include <capstone/capstone.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct insn_decoder {
    csh handle;
    cs_insn *scratch;
};

/* Cycles: when it falls through, and what a taken branch adds (pipeline refill). */
struct cost {
    uint8_t cycles, taken;
};

static const struct cost COST_DEFAULT = {1, 2}; /* data processing; writing PC refills */
static const struct cost COST_LOAD = {2, 3};    /* LDR PC at least 5 */
static const struct cost COST_STORE = {1, 0};

static const struct {
    uint16_t id; /* enum arm_insn */
    struct cost cost;
} costs[] = {
    {ARM_INS_BX, {1, 3}},     {ARM_INS_BLX, {1, 3}},    {ARM_INS_TBB, {2, 2}},    {ARM_INS_TBH, {2, 2}},
    {ARM_INS_SDIV, {7, 0}},   {ARM_INS_UDIV, {7, 0}},   {ARM_INS_MRS, {2, 0}},    {ARM_INS_MSR, {2, 0}},
    {ARM_INS_CPS, {2, 0}},    {ARM_INS_DSB, {2, 0}},    {ARM_INS_DMB, {2, 0}},    {ARM_INS_ISB, {2, 0}},
    {ARM_INS_LDREX, {2, 0}},  {ARM_INS_LDREXB, {2, 0}}, {ARM_INS_LDREXH, {2, 0}}, {ARM_INS_STREX, {2, 0}},
    {ARM_INS_STREXB, {2, 0}}, {ARM_INS_STREXH, {2, 0}}, {ARM_INS_VMLA, {3, 0}},   {ARM_INS_VMLS, {3, 0}},
    {ARM_INS_VNMLA, {3, 0}},  {ARM_INS_VNMLS, {3, 0}},  {ARM_INS_VFMA, {3, 0}},   {ARM_INS_VFMS, {3, 0}},
    {ARM_INS_VFNMA, {3, 0}},  {ARM_INS_VFNMS, {3, 0}},  {ARM_INS_VDIV, {14, 0}},  {ARM_INS_VSQRT, {14, 0}},
};

struct insn_decoder *insn_decoder_new(void)
{
    struct insn_decoder *d = calloc(1, sizeof *d);
    if (!d || cs_open(CS_ARCH_ARM, CS_MODE_THUMB | CS_MODE_MCLASS, &d->handle) != CS_ERR_OK)
        abort();
    d->scratch = cs_malloc(d->handle);
    return d;
}

void insn_decoder_free(struct insn_decoder *d)
{
    if (!d)
        return;
    cs_free(d->scratch, 1);
    cs_close(&d->handle);
    free(d);
}

bool insn_condition(unsigned cond, uint32_t apsr)
{
    bool n = apsr >> 31 & 1, z = apsr >> 30 & 1, c = apsr >> 29 & 1, v = apsr >> 28 & 1;
    bool holds;
    switch (cond >> 1) {
    case 0:
        holds = z;
        break;
    case 1:
        holds = c;
        break;
    case 2:
        holds = n;
        break;
    case 3:
        holds = v;
        break;
    case 4:
        holds = c && !z;
        break;
    case 5:
        holds = n == v;
        break;
    case 6:
        holds = n == v && !z;
        break;
    default:
        return true;
    }
    return holds != (cond & 1);
}

static bool is_wide(uint16_t h1) { return (h1 & 0xE000) == 0xE000 && (h1 & 0x1800) != 0; }

/* Encodings that the core or the port treats specially; the first that matches counts (ARMv7-M ARM A5.2, A5.3). */
static const struct {
    uint32_t mask, value; /* over raw: first halfword low, second high */
    bool wide;
    uint16_t flags;
    uint8_t class;
} special[] = {
    {0xFF00, 0xDF00, false, INSN_CORE, INSN_SVC},
    {0xFF00, 0xDE00, false, INSN_CORE, INSN_UNDEFINED},
    {0xFF00, 0xBE00, false, INSN_CORE, INSN_BKPT},
    {0xFFFF, 0xBF10, false, INSN_CORE, INSN_HINT},
    {0xFFFF, 0xBF20, false, INSN_CORE, INSN_WFE},
    {0xFFFF, 0xBF30, false, INSN_CORE, INSN_WFI},
    {0xFFFF, 0xBF40, false, INSN_CORE, INSN_SEV},
    {0xFFE8, 0xB660, false, INSN_MASKS, INSN_PLAIN}, /* CPS */
    {0xD7FFFFFFu, 0x8001F3AF, true, INSN_CORE, INSN_HINT},
    {0xD7FFFFFFu, 0x8002F3AF, true, INSN_CORE, INSN_WFE}, /* the wide hints */
    {0xD7FFFFFFu, 0x8003F3AF, true, INSN_CORE, INSN_WFI},
    {0xD7FFFFFFu, 0x8004F3AF, true, INSN_CORE, INSN_SEV},
    {0xD000FFE0u, 0x8000F380, true, INSN_MASKS, INSN_PLAIN},     /* MSR */
    {0xD0FFFFEFu, 0x8014F3EF, true, INSN_MASKS, INSN_PLAIN},     /* MRS CONTROL */
    {0xD0F0FFFFu, 0x8020F3BF, true, INSN_EXCLUSIVE, INSN_PLAIN}, /* CLREX */
    {0x00F0FFD0u, 0x00F0FB90, true, INSN_DIVIDE, INSN_PLAIN},    /* SDIV, UDIV */
};

static void find_special(struct insn *out)
{
    bool wide = out->size == 4;
    for (unsigned i = 0; i < sizeof special / sizeof *special; i++) {
        if (special[i].wide != wide || (out->raw & special[i].mask) != special[i].value)
            continue;
        out->flags |= special[i].flags;
        out->class = special[i].class;
        return;
    }
    if (!wide && (out->raw & 0xFF00) == 0xBF00 && (out->raw & 0xF)) {
        out->flags |= INSN_IT;
        out->imm = out->raw & 0xFF;
    }
}

/* Coprocessor space is 111x 11xx; only CP10 and CP11, the FPU, exist (A5.3.18, A6.4). */
static void find_coprocessor(struct insn *out)
{
    if (out->size != 4 || (out->raw & 0xEC00) != 0xEC00)
        return;
    if ((out->raw & 0xEF00) == 0xEF00) /* Advanced SIMD data processing: undefined in ARMv7-M */
        return;
    unsigned coprocessor = out->raw >> 24 & 15;
    if (coprocessor == 10 || coprocessor == 11) {
        out->flags |= INSN_FP;
    } else {
        out->flags |= INSN_CORE;
        out->class = INSN_COPROCESSOR;
    }
}

/* Encodings that may write SP (A5.2, A5.3): some that match do not, and cost a look only. */
static const struct {
    uint32_t mask, value; /* over raw, as above */
    bool wide;
} stack_writes[] = {
    {0xF600, 0xB400, false},          /* PUSH, POP; CBZ and others not */
    {0xFF00, 0xB000, false},          /* ADD, SUB to SP */
    {0xFF87, 0x4485, false},          /* ADD SP, Rm */
    {0xFF87, 0x4685, false},          /* MOV SP, Rm */
    {0x0000FE6Fu, 0x0000E82Du, true}, /* LDM, STM of SP with writeback */
    {0x0000FE6Fu, 0x0000E86Du, true}, /* LDRD, STRD */
    {0x0000FE2Fu, 0x0000EC2Du, true}, /* VLDM, VSTM */
    {0x0900FE0Fu, 0x0900F80Du, true}, /* LDR, STR with writeback */
    {0xF000FE10u, 0xD000F810u, true}, /* LDR SP */
    {0x8F00F800u, 0x0D00F000u, true}, /* data processing with an immediate to SP */
    {0x0F00FE00u, 0x0D00EA00u, true}, /* with a register */
    {0xD000FFE0u, 0x8000F380u, true}, /* MSR: MSP, PSP, CONTROL */
};

static void find_stack_write(struct insn *out)
{
    for (unsigned i = 0; i < sizeof stack_writes / sizeof *stack_writes; i++)
        if (stack_writes[i].wide == (out->size == 4) && (out->raw & stack_writes[i].mask) == stack_writes[i].value)
            out->flags |= INSN_STACK;
}

static void set_cost(struct insn *out, struct cost c)
{
    out->charge = (uint16_t)(c.cycles * VTIME_PER_CYCLE);
    out->refill = (uint8_t)(c.taken * VTIME_PER_CYCLE);
}

static void find_access(struct insn *out)
{
    struct insn_access a;
    if (!insn_access(out->raw, out->size, &a))
        return;
    out->flags |= INSN_MEMORY;
    if (a.exclusive)
        out->flags |= INSN_EXCLUSIVE;
    bool several = a.registers || a.rt2 >= 0 || a.fp >= 0 || a.exclusive;
    bool always_aligned = a.base == 13 || (a.base == 15 && !(a.offset & 3));
    if (several && !(always_aligned && a.size == 4 && !(a.offset & 3)))
        out->flags |= INSN_ALIGNED;
    struct cost c = a.store ? COST_STORE : COST_LOAD;
    if (a.count > 1 || a.registers)
        c.cycles = (uint8_t)(1 + a.count);
    set_cost(out, c);
}

static void find_cost(struct insn_decoder *d, uint32_t addr, struct insn *out)
{
    set_cost(out, COST_DEFAULT);
    find_access(out);
    if (out->flags & INSN_IT)
        return; /* capstone would remember the block and spoil what it decodes next */
    uint8_t bytes[4] = {(uint8_t)out->raw, (uint8_t)(out->raw >> 8), (uint8_t)(out->raw >> 16),
                        (uint8_t)(out->raw >> 24)};
    const uint8_t *p = bytes;
    size_t n = out->size;
    uint64_t at = addr;
    if (!cs_disasm_iter(d->handle, &p, &n, &at, d->scratch))
        return;
    for (unsigned i = 0; i < sizeof costs / sizeof *costs; i++)
        if (costs[i].id == d->scratch->id) {
            set_cost(out, costs[i].cost);
            return;
        }
}

void insn_decode(struct insn_decoder *d, uint32_t addr, const uint8_t *code, unsigned avail, struct insn *out)
{
    assert(avail >= 2);
    memset(out, 0, sizeof *out);
    uint16_t h1 = (uint16_t)(code[0] | code[1] << 8);
    out->flags = INSN_DECODED | INSN_ANY | INSN_OBSERVED;
    out->size = is_wide(h1) && avail >= 4 ? 4 : 2;
    out->raw = out->size == 4 ? h1 | (uint32_t)code[2] << 16 | (uint32_t)code[3] << 24 : h1;
    if (out->size == 4 && (addr & 2)) /* two fetches before it can be decoded */
        out->arrive = VTIME_PER_CYCLE;
    find_special(out);
    find_coprocessor(out);
    find_stack_write(out);
    find_cost(d, addr, out);
    if (out->class == INSN_SVC || out->class == INSN_BKPT)
        out->imm = out->raw & 0xFF;
}

unsigned insn_text(struct insn_decoder *d, uint32_t addr, const uint8_t *code, unsigned avail, char *buf,
                   unsigned buf_size)
{
    uint16_t h1 = (uint16_t)(code[0] | code[1] << 8);
    unsigned size = is_wide(h1) && avail >= 4 ? 4 : 2;
    const uint8_t *p = code;
    size_t n = size;
    uint64_t at = addr;
    bool it = (h1 & 0xFF00) == 0xBF00 && (h1 & 0xF);
    if (it)
        snprintf(buf, buf_size, "it (0x%02x)", h1 & 0xFF);
    else if (cs_disasm_iter(d->handle, &p, &n, &at, d->scratch))
        snprintf(buf, buf_size, "%s %s", d->scratch->mnemonic, d->scratch->op_str);
    else
        snprintf(buf, buf_size, ".short 0x%04x", h1);
    return size;
}
