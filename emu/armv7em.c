#include "emu/armv7em.h"

#include <stddef.h>

/* As the manual writes them: first halfword in the high half. */
struct encoding {
    uint32_t mask, value;
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof *(a))

/* 16 bits: everything but these (A5.2). */
static const struct encoding narrow_missing[] = {
    {0xFF04, 0x4704},                                                       /* BXNS, BLXNS */
    {0xFFF0, 0xB610}, {0xFFF0, 0xB650}, {0xFFE0, 0xB600},                   /* SETPAN, SETEND */
    {0xFFE0, 0xB640}, {0xFFEC, 0xB664}, {0xFFE8, 0xB668},                   /* CPS of A: no M profile has it */
    {0xFF80, 0xB680}, {0xFF00, 0xB700}, {0xFF00, 0xB800}, {0xFFC0, 0xBA80}, /* HLT */
};

/* 32 bits: what looks like an instruction of the list below, but is one of a later architecture, or nothing. */
static const struct encoding wide_missing[] = {
    {0xFFFFFFFFu, 0xE97FE97Fu}, /* SG */
    {0xFFF0F000u, 0xE840F000u}, /* TT, TTT, TTA, TTAT */
    {0xFF1F0000u, 0xF80F0000u}, /* stores relative to PC */
    {0xFFBF0E00u, 0xEC9F0A00u}, /* VSCCLRM */
};

/* AND, BIC, … with a modified immediate, and the same with a shifted register. */
#define MODIFIED_IMMEDIATE(op)                \
    {                                         \
        0xFBE08000u, 0xF0000000u | (op) << 21 \
    }
#define SHIFTED_REGISTER(op)                  \
    {                                         \
        0xFFE08000u, 0xEA000000u | (op) << 21 \
    }
/* The two forms of a load's or store's offset that stores and loads share: register, 8 bits, 12 bits. */
#define SINGLE(base)                                                                     \
    {0xFFF00FC0u, (base)}, {0xFFF00900u, (base) | 0x900}, {0xFFF00F00u, (base) | 0xC00}, \
        {0xFFF00F00u, (base) | 0xE00},                                                   \
    {                                                                                    \
        0xFFF00000u, (base) | 0x800000                                                   \
    }
#define SINGLE_LOAD(base) \
    SINGLE(base), { 0xFF7F0000u, (base) | 0xF0000 }
/* Additions and subtractions of halves and bytes: plain, saturating; halving. */
#define PARALLEL(op) \
    {0xFFF0F0A0u, 0xFA80F000u | (op) << 20}, { 0xFFF0F0B0u, 0xFA80F020u | (op) << 20 }

static const struct encoding wide[] = {
    /* A5.3.1, A5.3.3: immediates */
    MODIFIED_IMMEDIATE(0u),
    MODIFIED_IMMEDIATE(1u),
    MODIFIED_IMMEDIATE(2u),
    MODIFIED_IMMEDIATE(3u),
    MODIFIED_IMMEDIATE(4u),
    MODIFIED_IMMEDIATE(8u),
    MODIFIED_IMMEDIATE(10u),
    MODIFIED_IMMEDIATE(11u),
    MODIFIED_IMMEDIATE(13u),
    MODIFIED_IMMEDIATE(14u),
    {0xFBF08000u, 0xF2000000u}, /* ADDW, ADR */
    {0xFBF08000u, 0xF2400000u}, /* MOVW */
    {0xFBF08000u, 0xF2A00000u}, /* SUBW, ADR */
    {0xFBF08000u, 0xF2C00000u}, /* MOVT */
    {0xFFD08000u, 0xF3000000u}, /* SSAT, SSAT16 */
    {0xFFF08000u, 0xF3400000u}, /* SBFX */
    {0xFFF08000u, 0xF3600000u}, /* BFI, BFC */
    {0xFFD08000u, 0xF3800000u}, /* USAT, USAT16 */
    {0xFFF08000u, 0xF3C00000u}, /* UBFX */
    /* A5.3.4: branches and control; MSR and MRS are looked at more closely */
    {0xFFF0F300u, 0xF3808000u}, /* MSR */
    {0xFFFFF000u, 0xF3EF8000u}, /* MRS */
    {0xFFFFFF00u, 0xF3AF8000u}, /* hints */
    {0xFFFFFFF0u, 0xF3BF8F20u}, /* CLREX */
    {0xFFFFFFF0u, 0xF3BF8F40u}, /* DSB */
    {0xFFFFFFF0u, 0xF3BF8F50u}, /* DMB */
    {0xFFFFFFF0u, 0xF3BF8F60u}, /* ISB */
    {0xFFF0F000u, 0xF7F0A000u}, /* UDF */
    {0xF800D000u, 0xF0009000u}, /* B */
    {0xF800D000u, 0xF000D000u}, /* BL */
    /* A5.3.5, A5.3.6: several registers, exclusive, table branches */
    {0xFFD0A000u, 0xE8800000u}, /* STM */
    {0xFFD02000u, 0xE8900000u}, /* LDM */
    {0xFFD0A000u, 0xE9000000u}, /* STMDB */
    {0xFFD02000u, 0xE9100000u}, /* LDMDB */
    {0xFFF00000u, 0xE8400000u}, /* STREX */
    {0xFFF00F00u, 0xE8500F00u}, /* LDREX */
    {0xFF600000u, 0xE8600000u}, /* STRD, LDRD, indexed afterwards */
    {0xFF400000u, 0xE9400000u}, /* STRD, LDRD */
    {0xFFF00FE0u, 0xE8C00F40u}, /* STREXB, STREXH */
    {0xFFF0FFE0u, 0xE8D0F000u}, /* TBB, TBH */
    {0xFFF00FEFu, 0xE8D00F4Fu}, /* LDREXB, LDREXH */
    /* A5.3.7 to A5.3.10: one register; PLD and PLI are loads to r15 */
    SINGLE(0xF8000000u),
    SINGLE(0xF8200000u),
    SINGLE(0xF8400000u),
    SINGLE_LOAD(0xF8100000u),
    SINGLE_LOAD(0xF8300000u),
    SINGLE_LOAD(0xF8500000u),
    SINGLE_LOAD(0xF9100000u),
    SINGLE_LOAD(0xF9300000u),
    /* A5.3.11: shifted registers */
    SHIFTED_REGISTER(0u),
    SHIFTED_REGISTER(1u),
    SHIFTED_REGISTER(2u),
    SHIFTED_REGISTER(3u),
    SHIFTED_REGISTER(4u),
    SHIFTED_REGISTER(8u),
    SHIFTED_REGISTER(10u),
    SHIFTED_REGISTER(11u),
    SHIFTED_REGISTER(13u),
    SHIFTED_REGISTER(14u),
    {0xFFF08010u, 0xEAC00000u}, /* PKHBT, PKHTB */
    /* A5.3.12 to A5.3.15: registers */
    {0xFF80F0F0u, 0xFA00F000u}, /* LSL, LSR, ASR, ROR */
    {0xFFC0F0C0u, 0xFA00F080u}, /* SXTAH, UXTAH, SXTAB16, UXTAB16 */
    {0xFFE0F0C0u, 0xFA40F080u}, /* SXTAB, UXTAB */
    PARALLEL(0u),
    PARALLEL(1u),
    PARALLEL(2u),
    PARALLEL(4u),
    PARALLEL(5u),
    PARALLEL(6u),
    {0xFFE0F0C0u, 0xFA80F080u}, /* QADD, QDADD, QSUB, QDSUB; REV, REV16, RBIT, REVSH */
    {0xFFE0F0F0u, 0xFAA0F080u}, /* SEL, CLZ */
    /* A5.3.16, A5.3.17: multiplications */
    {0xFFF000E0u, 0xFB000000u}, /* MUL, MLA, MLS */
    {0xFFF000C0u, 0xFB100000u}, /* SMULxy, SMLAxy */
    {0xFFF000E0u, 0xFB200000u}, /* SMUAD, SMLAD */
    {0xFFF000E0u, 0xFB300000u}, /* SMULWy, SMLAWy */
    {0xFFF000E0u, 0xFB400000u}, /* SMUSD, SMLSD */
    {0xFFF000E0u, 0xFB500000u}, /* SMMUL, SMMLA */
    {0xFFF000E0u, 0xFB600000u}, /* SMMLS */
    {0xFFF000F0u, 0xFB700000u}, /* USAD8, USADA8 */
    {0xFFD000F0u, 0xFB800000u}, /* SMULL, UMULL */
    {0xFFD000F0u, 0xFB9000F0u}, /* SDIV, UDIV */
    {0xFFD000F0u, 0xFBC00000u}, /* SMLAL, UMLAL */
    {0xFFF000C0u, 0xFBC00080u}, /* SMLALxy */
    {0xFFE000E0u, 0xFBC000C0u}, /* SMLALD, SMLSLD */
    {0xFFF000F0u, 0xFBE00060u}, /* UMAAL */
};

/* A6.4 to A6.7, for single precision. Loads, stores and moves take doublewords too. */
static const struct encoding fp[] = {
    {0xFFB00E10u, 0xEE000A00u}, /* VMLA, VMLS */
    {0xFFB00E10u, 0xEE100A00u}, /* VNMLA, VNMLS */
    {0xFFB00E10u, 0xEE200A00u}, /* VMUL, VNMUL */
    {0xFFB00E10u, 0xEE300A00u}, /* VADD, VSUB */
    {0xFFB00E50u, 0xEE800A00u}, /* VDIV */
    {0xFFB00E10u, 0xEE900A00u}, /* VFNMA, VFNMS */
    {0xFFB00E10u, 0xEEA00A00u}, /* VFMA, VFMS */
    {0xFFB00E50u, 0xEEB00A00u}, /* VMOV of an immediate */
    {0xFFBE0E50u, 0xEEB00A40u}, /* VMOV, VABS, VNEG, VSQRT */
    {0xFFBE0E50u, 0xEEB20A40u}, /* VCVTB, VCVTT */
    {0xFFBE0E50u, 0xEEB40A40u}, /* VCMP, VCMPE */
    {0xFFBF0E50u, 0xEEB80A40u}, /* VCVT from integers */
    {0xFFBA0E50u, 0xEEBA0A40u}, /* VCVT to and from fixed point */
    {0xFFBE0E50u, 0xEEBC0A40u}, /* VCVT to integers */
    {0xFF200E00u, 0xED000A00u}, /* VLDR, VSTR */
    {0xFF800E00u, 0xEC800A00u}, /* VLDM, VSTM, VPOP */
    {0xFFA00E00u, 0xED200A00u}, /* VLDMDB, VSTMDB, VPUSH */
    {0xFFE00ED0u, 0xEC400A10u}, /* VMOV of two registers */
    {0xFFE00F7Fu, 0xEE000A10u}, /* VMOV of one */
    {0xFFC00F7Fu, 0xEE000B10u}, /* VMOV of half a doubleword */
    {0xFFEF0FFFu, 0xEEE10A10u}, /* VMRS, VMSR */
};

/* Set when doublewords are meant. */
enum { FP_DOUBLE = 0x100 };

static bool matches(const struct encoding *list, unsigned n, uint32_t code)
{
    for (unsigned i = 0; i < n; i++)
        if ((code & list[i].mask) == list[i].value)
            return true;
    return false;
}

static uint32_t as_written(uint32_t raw, unsigned size) { return size == 4 ? raw << 16 | raw >> 16 : raw; }

/* Special registers by SYSm (B5.1.1): the xPSR's parts, the stack pointers, the masks and CONTROL. */
static bool has_special_register(uint32_t code)
{
    unsigned sysm = code & 0xFF;
    bool is_access = (code & 0xFFF0F300u) == 0xF3808000u || (code & 0xFFFFF000u) == 0xF3EF8000u;

    return !is_access || sysm <= 3 || (sysm >= 5 && sysm <= 9) || (sysm >= 16 && sysm <= 20);
}

/* The conditions that a B in the space of control instructions cannot have are those. */
static bool is_conditional_branch(uint32_t code) { return (code & 0xF800D000u) == 0xF0008000u && (~code & 0x03800000); }

/* There are 16 doubleword registers, and no arithmetic with them. */
static bool has_doubles(uint32_t code)
{
    bool is_processing = (code & 0xFF000010u) == 0xEE000000u;
    uint32_t high_bit = (code & 0xFF000010u) == 0xEE000010u   ? 1u << 7
                        : (code & 0xFFE00000u) == 0xEC400000u ? 1u << 5
                                                              : 1u << 22;

    return !(code & FP_DOUBLE) || !(is_processing || (code & high_bit));
}

static bool has_fp(uint32_t code) { return has_doubles(code) && matches(fp, ARRAY_SIZE(fp), code); }

bool armv7em_is_fp(uint32_t raw, unsigned size)
{
    return size == 4 && (as_written(raw, size) & 0xEC000E00u) == 0xEC000A00u &&
           (as_written(raw, size) & 0xEF000000u) != 0xEF000000u;
}

bool armv7em_has(uint32_t raw, unsigned size)
{
    uint32_t code = as_written(raw, size);

    if (size == 2)
        return !matches(narrow_missing, ARRAY_SIZE(narrow_missing), code);
    if (matches(wide_missing, ARRAY_SIZE(wide_missing), code))
        return false;
    if (armv7em_is_fp(raw, size))
        return has_fp(code);
    return is_conditional_branch(code) || (matches(wide, ARRAY_SIZE(wide), code) && has_special_register(code));
}

static const struct {
    uint8_t size;
    struct encoding encoding;
    const char *name;
} foreign[] = {
    {2, {0xFF84, 0x4704}, "bxns"},
    {2, {0xFF84, 0x4784}, "blxns"},
    {2, {0xFFC0, 0xBA80}, "hlt"},
    {4, {0xFFFFFFFFu, 0xE97FE97Fu}, "sg"},
    {4, {0xFFF0F0C0u, 0xE840F000u}, "tt"},
    {4, {0xFFF0F0C0u, 0xE840F040u}, "ttt"},
    {4, {0xFFF0F0C0u, 0xE840F080u}, "tta"},
    {4, {0xFFF0F0C0u, 0xE840F0C0u}, "ttat"},
    {4, {0xFFF0FFFFu, 0xEC200A00u}, "vlstm"},
    {4, {0xFFF0FFFFu, 0xEC300A00u}, "vlldm"},
    {4, {0xFFBF0E00u, 0xEC9F0A00u}, "vscclrm"},
    {4, {0xFFF0F001u, 0xF040E001u}, "dls"},
    {4, {0xFFF0F001u, 0xF040C001u}, "wls"},
    {4, {0xFFFFF001u, 0xF00FC001u}, "le"},
    {4, {0xFFFF0000u, 0xE89F0000u}, "clrm"},
    {4, {0xFF70F000u, 0xEA50F000u}, "mve or csel"},
    {4, {0xF800D001u, 0xF000C000u}, "blx (to ARM code)"},
};

const char *armv7em_foreign_name(uint32_t raw, unsigned size)
{
    uint32_t code = as_written(raw, size);

    for (unsigned i = 0; i < ARRAY_SIZE(foreign); i++)
        if (foreign[i].size == size && (code & foreign[i].encoding.mask) == foreign[i].encoding.value)
            return foreign[i].name;
    return NULL;
}
