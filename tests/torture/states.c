// Actions that change the state exceptions save and restore: FP, stacks, privilege, the exclusive monitor, the MPU.
#include "gen.h"

static void fp_values(struct gen *g)
{
    static const uint32_t values[] = {0x3F800000, 0xC0490FDB, 0x00000001, 0x7F800000,
                                      0x7FC12345, 0x7F800001, 0x80000000};

    for (unsigned i = 0; i < 4; i++) {
        uint32_t v = gen_percent(g, 50) ? values[gen_below(g, 7)] : gen_random(g);

        emit(g, "IMM r2, 0x%x", v);
        emit(g, "vmov s%u, r2", i);
    }
}

// FPSCR of a context's first FP instruction comes from FPDSCR; then registers are written, computed with and recorded.
static void fp(struct gen *g, const struct place *p)
{
    static const char *const ops[] = {"vadd.f32 s0, s1, s2", "vmul.f32 s1, s2, s3", "vdiv.f32 s2, s0, s1",
                                      "vsqrt.f32 s3, s0",    "vfma.f32 s0, s1, s3", "vcvt.s32.f32 s1, s0",
                                      "vcvt.f32.u32 s2, s3", "vcmp.f32 s0, s2",     "vneg.f32 s0, s3"};

    if (p->no_fault && has(g, FEATURE_FP_OFF))
        return;
    emit(g, "vmrs r12, fpscr");
    emit(g, "and r12, r12, #0x07C00000");
    fp_values(g);
    emit(g, "IMM r2, 0x%x", gen_random(g) & 0xF7C0009F);
    emit(g, "vmsr fpscr, r2");
    if (p->vector == 0 || gen_percent(g, 20))
        emit(g, "vmov s16, r2");
    for (unsigned i = 0; i < 3; i++)
        emit(g, "%s", ops[gen_below(g, 9)]);
    emit(g, "push {r0-r3, r12, lr}");
    emit(g, "movw r0, #%u", ++g->number);
    emit(g, "bl log_fp");
    emit(g, "pop {r0-r3, r12, lr}");
}

// A handler reads back what lazy or eager stacking saved of an FP context.
static void fp_frame(struct gen *g, const struct place *p)
{
    unsigned none = gen_label(g);

    emit(g, "movs r2, #0");
    emit(g, "tst r4, #0x10");
    emit(g, "bne .L%u", none);
    for (unsigned i = 0; i < 4; i++)
        emit(g, "vmov s%u, r2", i);
    emit(g, "vmsr fpscr, r2");
    emit(g, "ldrd r2, r3, [r5, #32]");
    emit(g, "eor r2, r2, r3, ror #5");
    emit(g, "ldrd r3, r12, [r5, #40]");
    emit(g, "eor r2, r3, r2, ror #5");
    emit(g, "eor r2, r12, r2, ror #5");
    emit(g, "ldr r3, [r5, #96]");
    emit(g, ".L%u:", none);
}

static void change_control(struct gen *g, const char *operation, unsigned bit)
{
    emit(g, "mrs r2, control");
    emit(g, "%s r2, r2, #%u", operation, bit);
    emit(g, "msr control, r2");
    emit(g, "isb");
}

static void spsel(struct gen *g, const struct place *p) { change_control(g, "eor", 2); }

static void npriv_by_handler(struct gen *g, const struct place *p) { change_control(g, "eor", 1); }

// Everything means something else here: most accesses fault, MSR and CPS are ignored.
static void unprivileged_section(struct gen *g, const struct place *p)
{
    struct place inside = *p;

    inside.nested = true;
    change_control(g, "orr", 1);
    for (unsigned i = 0; i < 1 + gen_below(g, 3); i++)
        emit_action(g, &inside);
    if (gen_percent(g, 80))
        emit(g, "svc #SVC_PRIVILEGED");
}

static void misalign(struct gen *g, const struct place *p)
{
    struct place inside = *p;

    inside.nested = true;
    if (p->vector == 0) {
        emit(g, gen_percent(g, 50) ? "sub sp, sp, #4" : "add sp, sp, #4");
        return;
    }
    emit(g, "sub sp, sp, #4");
    emit_action(g, &inside);
    emit(g, "add sp, sp, #4");
}

static void exclusive(struct gen *g, const struct place *p)
{
    static const char *const widths[] = {"", "h", "b"};
    const char *w = widths[gen_below(g, 3)];

    emit(g, "IMM r2, scratch + 32 + %u", gen_below(g, 4) * 4);
    emit(g, "ldrex%s r3, [r2]", w);
    if (gen_percent(g, 60)) {
        emit_store_window(g, 0xE000E200, gen_lines(g));
    } else if (gen_percent(g, 30)) {
        emit(g, "clrex");
    } else if (!p->no_fault && has(g, FEATURE_SVC)) {
        emit(g, "svc #%u", gen_below(g, 0xE0));
    }
    emit(g, "strex%s r1, r0, [r2]", w);
    emit(g, "ldr r3, [r2]");
    emit(g, "movs r2, #0");
}

// A region over a part of mpu_memory or of ram_code, 32 bytes to 8 KiB; with subregions disabled only where
// they are 1 KiB (README.md).
static void mpu_region(struct gen *g, const struct place *p)
{
    static const unsigned permissions[] = {0, 1, 2, 3, 5, 6, 7};
    bool code = gen_percent(g, 30);
    unsigned size = 5 + gen_below(g, code ? 6 : 9), region = 1 + gen_below(g, 6), space = code ? 0x400 : 0x2000;
    uint32_t offset = gen_below(g, space >> size) << size,
             subregions = size == 13 && gen_percent(g, 50) ? gen_below(g, 256) : 0;
    uint32_t rasr = gen_below(g, 2) << 28 | permissions[gen_below(g, 7)] << 24 | 6u << 16 | subregions << 8 |
                    (size - 1) << 1 | !gen_percent(g, 10);

    emit(g, "IMM r0, MPU_RNR");
    emit(g, "movs r1, #%u", region);
    emit(g, "str r1, [r0]");
    emit(g, "movs r1, #0");
    emit(g, "str r1, [r0, #8]");
    emit(g, "IMM r1, %s + 0x%x", code ? "ram_code" : "mpu_memory", offset);
    if (gen_percent(g, 30))
        emit(g, "orr r1, r1, #0x%x", 0x10 + region);
    emit(g, "str r1, [r0, #4]");
    emit(g, "IMM r1, 0x%x", rasr);
    emit(g, "str r1, [r0, #8]");
    emit(g, "dsb\n    isb");
}

static void mpu_access(struct gen *g, const struct place *p)
{
    static const char *const opcodes[] = {"ldr",  "str",  "ldrb", "strb",  "ldrh",
                                          "strh", "ldrt", "strt", "ldrbt", "strht"};

    if (p->no_fault && g->hfnmiena)
        return;
    for (unsigned n = 1 + gen_below(g, 3); n > 0; n--) {
        emit(g, "IMM r0, mpu_memory + 0x%x", gen_below(g, 0x800) * 4);
        emit_random(g, "r2");
        emit(g, "%s r2, [r0]", opcodes[gen_below(g, 10)]);
    }
}

static void mpu_execute(struct gen *g, const struct place *p)
{
    unsigned behind = gen_label(g);

    emit(g, "IMM r0, .L%u", behind);
    emit(g, "IMM r1, recover_pc");
    emit(g, "str r0, [r1]");
    emit(g, "IMM r1, ram_code + 0x%x", gen_below(g, 0x100) * 4 + 1);
    emit(g, "blx r1");
    emit(g, ".balign 4");
    emit(g, ".L%u:", behind);
}

static void set_vtor(struct gen *g, const struct place *p)
{
    emit(g, "IMM r1, vectors_%u", gen_below(g, 2));
    emit(g, "IMM r0, SCB_VTOR");
    emit(g, "str r1, [r0]");
    emit(g, "dsb\n    isb");
    emit(g, "movs r1, #0");
}

// What the interrupted code gets back: r3, r12, lr, flags (struct place lets a handler change these).
static void edit_frame(struct gen *g, const struct place *p)
{
    static const unsigned offsets[] = {12, 16, 20};

    emit_random(g, "r2");
    emit(g, "str r2, [r5, #%u]", offsets[gen_below(g, 3)]);
    emit(g, "ldr r3, [r5, #28]");
    emit(g, "eor r3, r3, #0x%x", gen_below(g, 32) << 27);
    if (gen_percent(g, 50))
        emit(g, "eor r3, r3, #0x%x", gen_below(g, 16) << 16);
    emit(g, "str r3, [r5, #28]");
    emit(g, "movs r3, #0");
}

const struct action torture_states[] = {
    {FEATURE_FP, 10, 0, fp},
    {FEATURE_FP, 4, PLACE_HANDLER | PLACE_MAY_FAULT, fp_frame},
    {FEATURE_SPSEL, 4, PLACE_THREAD, spsel},
    {FEATURE_NPRIV, 3, PLACE_HANDLER | PLACE_MAY_FAULT, npriv_by_handler},
    {FEATURE_UNPRIVILEGED, 7, PLACE_THREAD | PLACE_MAY_FAULT | PLACE_OUTER, unprivileged_section},
    {FEATURE_MISALIGN, 5, PLACE_OUTER, misalign},
    {FEATURE_EXCLUSIVE, 6, 0, exclusive},
    {FEATURE_MPU, 8, 0, mpu_region},
    {FEATURE_MPU, 12, 0, mpu_access},
    {FEATURE_MPU, 4, PLACE_MAY_FAULT, mpu_execute},
    {FEATURE_VTOR, 2, 0, set_vtor},
    {FEATURE_EDIT, 4, PLACE_HANDLER, edit_frame},
    {0, 0, 0, NULL},
};
