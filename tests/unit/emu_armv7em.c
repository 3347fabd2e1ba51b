/* Which instructions the core has: examples of every row, and of what other cores have besides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "emu/armv7em.h"

/* As an assembler prints them: first halfword first. */
struct example {
    uint32_t code;
    const char *text;
};

static const struct example narrow[] = {
    {0x0000, "movs r0, r0"}, {0x4770, "bx lr"},      {0x47A0, "blx r4"}, {0xB662, "cpsie i"}, {0xB673, "cpsid if"},
    {0xBA40, "rev16"},       {0xBAC0, "revsh"},      {0xB25B, "sxtb"},   {0xBF08, "it eq"},   {0xBF30, "wfi"},
    {0xBFF0, "a hint"},      {0xDE00, "udf"},        {0xDFFF, "svc"},    {0xBE00, "bkpt"},    {0xB110, "cbz"},
    {0xB5F0, "push"},        {0x4687, "mov pc, r0"}, {0xC807, "ldm"},    {0xE7FE, "b"},       {0xA001, "adr"},
};

static const struct example narrow_foreign[] = {
    {0x4774, "bxns lr"}, {0x47A4, "blxns r4"}, {0xB650, "setend le"}, {0xB658, "setend be"},
    {0xBA80, "hlt"},     {0xB610, "setpan"},   {0xB664, "cpsie a"},   {0xB700, "nothing"},
};

static const struct example wide[] = {
    {0xF04F0001, "mov.w r0, #1"},
    {0xF1B10F00, "cmp.w r1, #0"},
    {0xF2400001, "movw"},
    {0xF2C02000, "movt"},
    {0xF3C10347, "ubfx"},
    {0xF36F0107, "bfc"},
    {0xF3010210, "ssat"},
    {0xF3A10205, "usat16"},
    {0xF3EF8008, "mrs r0, msp"},
    {0xF3808809, "msr psp, r0"},
    {0xF3EF8014, "mrs r0, control"},
    {0xF3808C00, "msr apsr_nzcvqg, r0"},
    {0xF3808812, "msr basepri_max"},
    {0xF3AF8000, "nop.w"},
    {0xF3BF8F4F, "dsb"},
    {0xF3BF8F6F, "isb"},
    {0xF3BF8F2F, "clrex"},
    {0xF7F0A000, "udf.w"},
    {0xF7FFFFFE, "bl"},
    {0xF0008001, "beq.w"},
    {0xF3408001, "ble.w"},
    {0xF7FFBFFE, "b.w"},
    {0xE8BD8010, "pop.w {r4, pc}"},
    {0xE92D41F0, "push.w"},
    {0xE8510F00, "ldrex"},
    {0xE8402100, "strex"},
    {0xE8D10F4F, "ldrexb"},
    {0xE8C10F52, "strexh"},
    {0xE8DFF000, "tbb"},
    {0xE8DFF010, "tbh"},
    {0xE9D10102, "ldrd"},
    {0xE8F10102, "ldrd, indexed"},
    {0xF8D10004, "ldr.w"},
    {0xF85F0004, "ldr of a literal"},
    {0xF8510B04, "ldr, indexed"},
    {0xF8510E04, "ldrt"},
    {0xF8510022, "ldr, register"},
    {0xF8410D04, "str, indexed"},
    {0xF8A10004, "strh.w"},
    {0xF9910004, "ldrsb.w"},
    {0xF9B10004, "ldrsh.w"},
    {0xF891F000, "pld"},
    {0xEA4F0000, "mov.w"},
    {0xEA910F02, "teq"},
    {0xEAC10002, "pkhbt"},
    {0xFA00F001, "lsl.w"},
    {0xFA0FF080, "sxth.w"},
    {0xFA51F082, "uxtab"},
    {0xFA91F002, "sadd16"},
    {0xFAD1F042, "usub16"},
    {0xFAC1F012, "qsub8"},
    {0xFAA1F022, "shasx"},
    {0xFA81F080, "qadd"},
    {0xFA90F0A0, "rbit"},
    {0xFAA1F082, "sel"},
    {0xFAB0F080, "clz"},
    {0xFB010002, "mla"},
    {0xFB01F002, "mul"},
    {0xFB010012, "mls"},
    {0xFB11F002, "smulbb"},
    {0xFB21F002, "smuad"},
    {0xFB31F002, "smulwb"},
    {0xFB51F002, "smmul"},
    {0xFB71F002, "usad8"},
    {0xFB810102, "smull"},
    {0xFB90F0F1, "sdiv"},
    {0xFBB0F0F1, "udiv"},
    {0xFBC10182, "smlalbb"},
    {0xFBC101C2, "smlald"},
    {0xFBE10162, "umaal"},
};

static const struct example fp[] = {
    {0xEE300A20, "vadd.f32"},
    {0xEE800A20, "vdiv.f32"},
    {0xEEA00A20, "vfma.f32"},
    {0xEEB70A00, "vmov.f32 #1.0"},
    {0xEEB10AC0, "vsqrt.f32"},
    {0xEEB40A60, "vcmp.f32"},
    {0xEEB50A40, "vcmp.f32 #0"},
    {0xEEBD0AC0, "vcvt.s32.f32"},
    {0xEEB80AC0, "vcvt.f32.s32"},
    {0xEEBA0ACF, "vcvt fixed"},
    {0xEEB20A40, "vcvtb.f32.f16"},
    {0xED900A00, "vldr s0"},
    {0xED900B00, "vldr d0"},
    {0xECBD8B10, "vpop {d8-d15}"},
    {0xED2D8B10, "vpush {d8-d15}"},
    {0xEE100A10, "vmov r0, s0"},
    {0xEC510B10, "vmov r0, r1, d0"},
    {0xEC410A10, "vmov s0, s1, r0, r1"},
    {0xEE200B10, "vmov.32 d0[1]"},
    {0xEEF1FA10, "vmrs"},
    {0xEEE10A10, "vmsr"},
};

static const struct example wide_foreign[] = {
    {0xE97FE97F, "sg"},
    {0xE841F000, "tt"},
    {0xF3EF800A, "mrs msplim"},
    {0xF3808888, "msr msp_ns"},
    {0xF3808100, "msr cpsr_c"},
    {0xF3AF8600, "cpsid.w of A"},
    {0xF3BF8F70, "sb"},
    {0xF000E000, "blx to ARM"},
    {0xF7F08000, "smc"},
    {0xE8D10FAF, "lda"},
    {0xE8C10FAF, "stl"},
    {0xE8D1017F, "ldrexd"},
    {0xFAC1F082, "crc32b"},
    {0xEE110F10, "mrc p15"},
    {0xEE300B01, "vadd.f64"},
    {0xEEB70BC0, "vcvt.f32.f64"},
    {0xFE000A20, "vseleq.f32"},
    {0xFEB80A40, "vrinta.f32"},
    {0xEF200840, "vadd.i32 (NEON)"},
    {0xF9200A0F, "vld1 (NEON)"},
    {0xED900B00 | 1u << 22, "vldr d16"},
    {0xE811C000, "rfedb"},
    {0xF3DE8F00, "eret"},
    {0xF040E001, "dls"},
    {0xEC9F0A01, "vscclrm"},
    {0xEA50F102, "csel"},
    {0xE8C12370, "strexd"},
};

static uint32_t in_memory(uint32_t code, unsigned size) { return size == 4 ? code << 16 | code >> 16 : code; }

static void check(const struct example *list, unsigned n, unsigned size, bool has, bool is_fp)
{
    for (unsigned i = 0; i < n; i++) {
        uint32_t raw = in_memory(list[i].code, size);

        if (armv7em_has(raw, size) != has)
            fail_msg("%s (%08x) is%s an instruction of this core", list[i].text, list[i].code, has ? "" : " not");
        if (has && armv7em_is_fp(raw, size) != is_fp)
            fail_msg("%s (%08x) is%s floating point", list[i].text, list[i].code, is_fp ? "" : " not");
    }
}

#define CHECK(list, size, has, is_fp) check(list, sizeof(list) / sizeof *(list), size, has, is_fp)

static void what_the_core_has(void **state)
{
    CHECK(narrow, 2, true, false);
    CHECK(wide, 4, true, false);
    CHECK(fp, 4, true, true);
}

static void what_other_cores_have(void **state)
{
    CHECK(narrow_foreign, 2, false, false);
    CHECK(wide_foreign, 4, false, false);
}

static void sizes(void **state)
{
    assert_int_equal(armv7em_size(0x4770), 2);
    assert_int_equal(armv7em_size(0xE7FE), 2);
    assert_int_equal(armv7em_size(0xE8BD), 4);
    assert_int_equal(armv7em_size(0xF000), 4);
    assert_int_equal(armv7em_size(0xFFFF), 4);
}

static void names_that_disassemblers_lack(void **state)
{
    assert_string_equal(armv7em_foreign_name(in_memory(0xE97FE97F, 4), 4), "sg");
    assert_string_equal(armv7em_foreign_name(in_memory(0xE841F040, 4), 4), "ttt");
    assert_string_equal(armv7em_foreign_name(0x4774, 2), "bxns");
    assert_null(armv7em_foreign_name(0x4770, 2));
    assert_null(armv7em_foreign_name(in_memory(0xF7FFFFFE, 4), 4)); /* BL is none of the BLX that go to ARM code */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_core_has),
        cmocka_unit_test(what_other_cores_have),
        cmocka_unit_test(sizes),
        cmocka_unit_test(names_that_disassemblers_lack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
