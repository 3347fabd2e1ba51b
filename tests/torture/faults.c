// Actions that fault, each at an instruction whose address and length the fault handler relies on.
#include "gen.h"

// Addresses that answer a bus error on the nRF52840 and on the mps2-an386.
static const uint32_t unmapped[] = {0x30000000, 0x60000000, 0x90000000, 0xA0000000, 0xC0000000};

static uint32_t bad_address(struct gen *g) { return unmapped[gen_below(g, 5)] + (gen_random(g) & 0xFFFFFC); }

// One instruction that faults (always, or under a condition held in a register): plain, or inside an IT block; with a
// barrier in front of it, or not.
static void emit_faulting(struct gen *g, const char *opcode, const char *operands, bool barrier)
{
    static const char *const conditions[] = {"eq", "ne", "cs", "cc", "mi", "pl", "ge", "le"};
    const char *c = conditions[gen_below(g, 8)];

    if (!has(g, FEATURE_IT) || gen_percent(g, 60)) {
        if (barrier)
            emit(g, "isb");
        emit(g, "%s %s", opcode, operands);
        return;
    }
    emit_random(g, "r3");
    emit(g, "lsls r3, r3, #%u", 1 + gen_below(g, 20));
    emit(g, "ittt %s", c);
    emit(g, barrier ? "isb%s" : "add%s r2, r2, #1", c);
    emit(g, "%s%s %s", opcode, c, operands);
    emit(g, "eor%s r2, r2, #1", c);
}

static void undefined(struct gen *g, const struct place *p)
{
    if (gen_percent(g, 50))
        emit(g, "udf #%u", gen_below(g, 256));
    else
        emit(g, "udf.w #%u", gen_below(g, 65536));
}

// The barrier hides a fault of QEMU 7.2's: registers written before, in the same translation block, are lost.
static void divide(struct gen *g, const struct place *p)
{
    emit_random(g, "r2");
    emit(g, "movs r1, #%u", gen_percent(g, 80) ? 0 : 1 + gen_below(g, 200));
    emit_faulting(g, gen_percent(g, 50) ? "udiv" : "sdiv", "r2, r2, r1", true);
}

static void unaligned_single(struct gen *g, const struct place *p)
{
    static const char *const opcodes[] = {"ldr", "ldrh", "ldrsh", "str", "strh"};

    emit(g, "IMM r0, data_area + %u", gen_below(g, 100));
    emit_random(g, "r2");
    emit_faulting(g, opcodes[gen_below(g, 5)], "r2, [r0]", false);
}

// These fault whatever CCR.UNALIGN_TRP says.
static void unaligned_multiple(struct gen *g, const struct place *p)
{
    static const char *const forms[][2] = {
        {"ldrd", "r2, r3, [r0]"},      {"ldrd", "r2, r3, [r0, #8]"}, {"ldrd", "r2, r3, [r0], #16"},
        {"ldrd", "r2, r3, [r0, #8]!"}, {"strd", "r2, r3, [r0]"},     {"ldm", "r0, {r2, r3}"},
        {"ldm", "r0!, {r2, r3}"},      {"stm", "r0!, {r2, r3}"},     {"stmdb", "r0!, {r2, r3}"},
        {"ldrex", "r2, [r0]"},
    };
    const char *const *form = forms[gen_below(g, 10)];

    emit(g, "IMM r0, data_area + %u", (8 + gen_below(g, 80)) | (1 + gen_below(g, 3)));
    emit_faulting(g, form[0], form[1], false);
}

static void bus_load(struct gen *g, const struct place *p)
{
    static const char *const opcodes[] = {"ldr", "ldrh", "ldrb", "ldrsb"};

    emit(g, "IMM r0, 0x%x", bad_address(g));
    emit_random(g, "r2");
    emit_faulting(g, opcodes[gen_below(g, 4)], gen_percent(g, 70) ? "r2, [r0]" : "r2, [r0], #4", false);
}

static void branch_to(struct gen *g, uint32_t target)
{
    unsigned behind = gen_label(g);

    emit(g, "IMM r0, .L%u", behind);
    emit(g, "IMM r1, recover_pc");
    emit(g, "str r0, [r1]");
    emit(g, "IMM r1, 0x%x", target);
    emit(g, gen_percent(g, 50) ? "blx r1" : "bx r1");
    emit(g, ".balign 4");
    emit(g, ".L%u:", behind);
}

// To unmapped memory: IBUSERR. To memory that never executes, the PPB too: IACCVIOL.
static void fetch(struct gen *g, const struct place *p)
{
    static const uint32_t never[] = {0x40000001, 0x50000101, 0xA0000001, 0xC0001001, 0xE000ED01, 0xE000E101};

    branch_to(g, gen_percent(g, 50) ? (unmapped[gen_below(g, 3)] + (gen_random(g) & 0xFFFFF)) | 1
                                    : never[gen_below(g, 6)]);
}

static void clear_t(struct gen *g, const struct place *p)
{
    unsigned behind = gen_label(g), target = gen_label(g);

    emit(g, "IMM r0, .L%u", behind);
    emit(g, "IMM r1, recover_pc");
    emit(g, "str r0, [r1]");
    emit(g, "IMM r1, .L%u", target);
    emit(g, gen_percent(g, 50) ? "bx r1" : "blx r1");
    emit(g, "nop");
    emit(g, ".balign 4");
    emit(g, ".L%u:", target);
    emit(g, "nop\n    nop");
    emit(g, ".L%u:", behind);
}

static void coprocessor(struct gen *g, const struct place *p)
{
    static const char *const forms[][2] = {
        {"mrc", "p%u, 0, r2, c0, c0, 0"}, {"mcr", "p%u, 1, r2, c3, c1, 2"}, {"cdp", "p%u, 1, c2, c3, c4, 5"},
        {"mrrc", "p%u, 1, r2, r3, c4"},   {"ldc", "p%u, c2, [sp]"},
    };
    const char *const *form = forms[gen_below(g, 5)];
    char operands[40];

    snprintf(operands, sizeof operands, form[1], gen_below(g, 8));
    emit_random(g, "r2");
    emit_faulting(g, form[0], operands, false);
}

// The FPU switched off, then used; the fault handler skips the instruction, or switches the FPU on and repeats it.
static void fp_off(struct gen *g, const struct place *p)
{
    static const char *const forms[][2] = {
        {"vmov", "r2, s16"}, {"vmrs", "r2, fpscr"}, {"vadd.f32", "s0, s1, s2"}, {"vcmp.f32", "s0, s1"}};
    const char *const *form = forms[gen_below(g, p->vector == 0 ? 4 : 2)];
    bool privileged_only = p->vector == 0 && !has(g, FEATURE_FP) && !has(g, FEATURE_NPRIV);

    emit(g, "IMM r0, nocp_enables");
    emit(g, "movs r1, #%u", gen_below(g, 2));
    emit(g, "str r1, [r0]");
    emit_store(g, 0xE000ED88, privileged_only && gen_percent(g, 40) ? 0x00500000 : 0);
    emit(g, "dsb\n    isb");
    emit(g, "%s %s", form[0], form[1]);
    if (form[1][0] == 'r') /* of a new FP context only these bits of FPSCR are defined (B1.5.7) */
        emit(g, "and r2, r2, #0x07C00000");
    emit_store(g, 0xE000ED88, 0x00F00000);
    emit(g, "dsb\n    isb");
    emit(g, "movs r2, #0");
}

static void set_ccr(struct gen *g, const struct place *p)
{
    static const uint32_t bits[] = {1u << 4, 1u << 3, 1u << 1};
    enum feature features[] = {FEATURE_DIVIDE, FEATURE_UNALIGNED, FEATURE_STIR};
    unsigned i = gen_below(g, 3), skip = emit_if_privileged(g);

    emit(g, "IMM r0, 0xE000ED14");
    emit(g, "ldr r1, [r0]");
    if (has(g, features[i]))
        emit(g, gen_percent(g, 60) ? "orr r1, r1, #%u" : "bic r1, r1, #%u", bits[i]);
    emit(g, "str r1, [r0]");
    emit(g, "dsb\n    isb");
    emit(g, ".L%u:", skip);
}

static void set_enables(struct gen *g, const struct place *p)
{
    unsigned skip = emit_if_privileged(g);

    emit(g, "IMM r0, 0xE000ED24");
    emit(g, "ldr r1, [r0]");
    emit(g, gen_percent(g, 60) ? "orr r1, r1, #0x%x" : "bic r1, r1, #0x%x", gen_below(g, 8) << 16);
    emit(g, "WINDOW");
    emit(g, "str r1, [r0]");
    emit(g, "CLOSE");
    emit(g, ".L%u:", skip);
}

// Goes to the label unless privileged, without masks, and with both handlers at priority 0 (r0 points at theirs):
// handlers that ran in between may have changed any of these.
static void stacking_guard(struct gen *g, unsigned label)
{
    emit(g, "mrs r1, control");
    emit(g, "tst r1, #1");
    emit(g, "bne.w .L%u", label);
    emit(g, "ldrh r1, [r0]");
    emit(g, "mrs r2, primask");
    emit(g, "orr r1, r1, r2");
    emit(g, "mrs r2, basepri");
    emit(g, "orrs r1, r1, r2");
    emit(g, "bne.w .L%u", label);
}

// An exception taken while the process stack cannot be written. Its handler finds a new frame, made by the fault's
// handler, which has to come first: priority 0, or HardFault.
static void stacking(struct gen *g, const struct place *p)
{
    unsigned behind = gen_label(g), kind = gen_below(g, 3);

    emit(g, "svc #SVC_PRIVILEGED");
    emit(g, "movs r1, #0");
    emit(g, "WINDOW\n    msr basepri, r1\n    CLOSE");
    emit(g, "WINDOW\n    cpsie i\n    CLOSE");
    emit(g, "svc #SVC_PRIVILEGED");
    emit(g, "IMM r0, 0xE000ED18");
    emit(g, "movs r1, #0");
    emit(g, "WINDOW\n    strh r1, [r0]\n    CLOSE");
    stacking_guard(g, behind);
    emit(g, "IMM r0, .L%u", behind);
    emit(g, "IMM r1, recover_pc");
    emit(g, "str r0, [r1]");
    if (has(g, FEATURE_MPU) && gen_percent(g, 70))
        emit(g, "IMM r3, bad_stack + 0x%x", 0x80 + gen_below(g, 0xC0) * 4);
    else
        emit(g, "IMM r3, 0x%x", bad_address(g) | 0x800);
    emit(g, "msr psp, r3");
    emit(g, "movs r3, #%u", kind == 0 && gen_percent(g, 50) ? 3 : 2);
    emit(g, "IMM r0, 0xE000ED04");
    emit(g, "mov r1, #0x%x", gen_percent(g, 50) ? 1u << 28 : 1u << 26);
    emit(g, "msr control, r3\n    isb");
    emit(g, "WINDOW");
    emit(g, kind == 0 ? "svc #7" : "str r1, [r0]");
    emit(g, "CLOSE");
    emit(g, ".balign 4");
    emit(g, ".L%u:", behind);
}

const struct action torture_faults[] = {
    {FEATURE_UNDEFINED, 6, PLACE_MAY_FAULT, undefined},
    {FEATURE_DIVIDE, 5, PLACE_MAY_FAULT, divide},
    {FEATURE_UNALIGNED, 4, PLACE_MAY_FAULT, unaligned_single},
    {FEATURE_UNALIGNED, 4, PLACE_MAY_FAULT, unaligned_multiple},
    {FEATURE_BUS, 6, PLACE_MAY_FAULT, bus_load},
    {FEATURE_FETCH, 5, PLACE_MAY_FAULT, fetch},
    {FEATURE_INVSTATE, 4, PLACE_MAY_FAULT, clear_t},
    {FEATURE_COPROCESSOR, 4, PLACE_MAY_FAULT, coprocessor},
    {FEATURE_FP_OFF, 4, PLACE_MAY_FAULT, fp_off},
    {FEATURE_COUNT, 3, 0, set_ccr},
    {FEATURE_ENABLES, 4, 0, set_enables},
    {FEATURE_STACKING, 6, PLACE_THREAD | PLACE_MAY_FAULT | PLACE_OUTER, stacking},
    {0, 0, 0, NULL},
};
