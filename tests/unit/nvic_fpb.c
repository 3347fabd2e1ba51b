/* Flash Patch and Breakpoint unit. ARMv7-M ARM C1.11. */
#include "tests/unit/nvic_debug_test.h"

enum { FP_CTRL = 0xE0002000, FP_REMAP = 0xE0002004, FP_COMP = 0xE0002008, ENABLE = 3 };
enum { LITERAL_0 = 6, PATCH = RAM + 0x100, MOVS_R0_7 = 0x2007, MOVS_R0_1 = 0x2001, LDR_R2_LITERAL = 0x4A01 };
enum { MOVW_R0_1 = 0xF240, MOVW_R0_2 = 0x0001, MOVW_7 = 0x0007, LDR_R2_R1 = 0x680A };

static void comparator(struct fixture *f, unsigned i, unsigned replace, uint32_t addr)
{
    poke(f, FP_COMP + 4 * i, replace << 30 | (addr & 0x1FFFFFFC) | 1);
}

static struct fixture *enabled(void)
{
    struct fixture *f = setup();
    poke(f, FP_CTRL, ENABLE);
    return f;
}

static void test_registers(void **state)
{
    struct fixture *f = setup();
    assert_int_equal(peek(f, FP_CTRL), 0x260); /* 6 and 2 comparators, version 1, off */
    poke(f, FP_CTRL, 1);                       /* without KEY */
    assert_int_equal(peek(f, FP_CTRL), 0x260);
    poke(f, FP_CTRL, 3);
    assert_int_equal(peek(f, FP_CTRL), 0x261);
    poke(f, FP_CTRL, 2);
    assert_int_equal(peek(f, FP_CTRL), 0x260);
    poke(f, FP_REMAP, 0xFFFFFFFF);
    assert_int_equal(peek(f, FP_REMAP), 0x3FFFFFE0);
    for (unsigned i = 0; i < 8; i++) {
        poke(f, FP_COMP + 4 * i, 0xFFFFFFFE);
        assert_int_equal(peek(f, FP_COMP + 4 * i), 0xDFFFFFFC);
    }
    poke(f, FP_COMP + 4 * 8, 0xFFFFFFFF);
    assert_int_equal(peek(f, FP_COMP + 4 * 8), 0);
    core_reset(&f->core, 0, false); /* no reset but power-on's */
    assert_int_equal(peek(f, FP_COMP), 0xDFFFFFFC);
    core_reset(&f->core, 0, true);
    assert_int_equal(peek(f, FP_COMP), 0);
    teardown(f);
}

/* Which half of the word breaks, by REPLACE; and only while unit and comparator are enabled. */
static void test_halves(void **state)
{
    static const struct {
        unsigned replace;
        uint32_t stops[2];
        unsigned n;
    } cases[] = {{1, {0}, 1}, {2, {2}, 1}, {3, {0, 2}, 2}};
    for (unsigned i = 0; i < 6; i++)
        for (unsigned k = 0; k < 3; k++) {
            struct fixture *f = enabled();
            comparator(f, i, cases[k].replace, THREAD + 8);
            dhcsr(f, DEBUGEN);
            for (unsigned n = 0; n < cases[k].n; n++) {
                assert_int_equal(run(f, 20), CORE_STOP_HALTED);
                assert_int_equal(reg(f, CPU_PC), THREAD + 8 + cases[k].stops[n]);
                assert_int_equal(peek(f, DFSR), DFSR_BKPT);
                debug_release(&f->core); /* on, past the breakpoint */
            }
            assert_int_equal(run(f, 20), CORE_STOP_BUDGET);
            teardown(f);
        }
}

static void test_disabled(void **state)
{
    for (unsigned unit = 0; unit < 2; unit++) {
        struct fixture *f = setup();
        dhcsr(f, DEBUGEN);
        comparator(f, 0, 3, THREAD + 8);
        if (unit) {
            poke(f, FP_CTRL, ENABLE);
            poke(f, FP_COMP, 3u << 30 | (THREAD + 8));
        }
        assert_int_equal(run(f, 20), CORE_STOP_BUDGET);
        teardown(f);
    }
}

/* Left with the comparator in place, the core is back at once, and has executed nothing: it takes a step without it. */
static void test_leaving_a_breakpoint(void **state)
{
    struct fixture *f = enabled();
    comparator(f, 0, 1, THREAD + 8);
    dhcsr(f, DEBUGEN);
    run(f, 20);
    uint64_t retired = cpu_retired(f->core.cpu);
    dhcsr(f, DEBUGEN);
    assert_int_equal(run(f, 20), CORE_STOP_HALTED);
    assert_int_equal(step(f, STEP), THREAD + 8);
    assert_int_equal(cpu_retired(f->core.cpu), retired);
    poke(f, FP_COMP, 0);
    assert_int_equal(step(f, STEP), THREAD + 10);
    comparator(f, 0, 1, THREAD + 8);
    dhcsr(f, DEBUGEN);
    assert_int_equal(run(f, 20), CORE_STOP_BUDGET);
    teardown(f);
}

/* The comparator moves while the core runs: an instruction of the firmware writes it. */
static void test_firmware_sets_one(void **state)
{
    struct fixture *f = enabled();
    run(f, 8); /* all of this has executed before */
    set(f, CPU_PC, THREAD);
    CODE(f, THREAD, STR_R0_R1);
    set(f, CPU_R0, 2u << 30 | (THREAD + 4) | 1);
    set(f, CPU_R0 + 1, FP_COMP);
    cpu_code_changed(f->core.cpu, THREAD, 2);
    dhcsr(f, DEBUGEN);
    assert_int_equal(run(f, 20), CORE_STOP_HALTED);
    assert_int_equal(reg(f, CPU_PC), THREAD + 6);
    teardown(f);
}

/* In an IT block the breakpoint stops whether or not the condition holds: what is fetched is a BKPT, and that is not
 * conditional. */
static void test_in_an_it_block(void **state)
{
    struct fixture *f = enabled();
    CODE(f, THREAD, 0x2800 /* cmp r0, #0 */, 0xBF0C /* ite eq */, MOVS_R0_7, MOVS_R0_1, NOP);
    comparator(f, 0, 2, THREAD + 4);
    dhcsr(f, DEBUGEN);
    assert_int_equal(run(f, 20), CORE_STOP_HALTED);
    assert_int_equal(reg(f, CPU_PC), THREAD + 6);
    teardown(f);
}

/* Without halting debug it is what BKPT is: DebugMonitor, or HardFault. A debugger's breakpoints that are passed do not
 * pass it. */
static void test_without_halting(void **state)
{
    for (unsigned monitor = 0; monitor < 2; monitor++) {
        struct fixture *f = enabled();
        CODE(f, handler(EXC_DEBUGMON), HERE);
        CODE(f, handler(EXC_HARDFAULT), HERE);
        comparator(f, 0, 1, THREAD + 8);
        poke(f, DEMCR, monitor ? MON_EN : 0);
        run(f, 4);
        cpu_pass_points(f->core.cpu);
        run(f, 1);
        assert_string_equal(f->text, monitor ? "E12" : "E3");
        assert_int_equal(get32(f, STACK - 8), THREAD + 8);
        assert_int_equal(peek(f, DFSR), DFSR_BKPT);
        assert_int_equal(f->core.scb.hfsr, monitor ? 0 : HFSR_DEBUGEVT);
        teardown(f);
    }
}

static void test_unpredictable(void **state)
{
    struct fixture *f = enabled();
    struct messages m;
    CODE(f, THREAD + 4, MOVW_R0_1, MOVW_R0_2);
    cpu_code_changed(f->core.cpu, THREAD + 4, 4);
    listen(f, &m);
    comparator(f, 0, 2, THREAD + 4);
    run(f, 4);
    assert_int_equal(m.n, 1);
    assert_non_null(strstr(m.last, "second half"));
    comparator(f, 0, 3, THREAD + 4); /* the first half, too: that stops */
    dhcsr(f, DEBUGEN);
    set(f, CPU_PC, THREAD);
    assert_int_equal(run(f, 10), CORE_STOP_HALTED);
    assert_int_equal(m.n, 1);
    comparator(f, LITERAL_0, 1, THREAD);
    assert_non_null(strstr(m.last, "REPLACE"));
    poke(f, FP_REMAP, 0x3FFFFFE0);
    comparator(f, LITERAL_0, 0, THREAD);
    assert_non_null(strstr(m.last, "FP_REMAP"));
    assert_int_equal(m.n, 3);
    teardown(f);
}

/* ---- flash patch ------------------------------------------------------------------------------------------------ */

/* The word at THREAD + 4 is fetched from RAM instead; what is stored there is not changed for data. */
static void test_patched_instruction(void **state)
{
    struct fixture *f = enabled();
    CODE(f, THREAD, NOP, NOP, MOVS_R0_1, NOP, NOP);
    put32(f, PATCH + 8, MOVS_R0_7 | (uint32_t)NOP << 16);
    poke(f, FP_REMAP, PATCH);
    comparator(f, 2, 0, THREAD + 4); /* the third comparator has the third word */
    run(f, 5);
    assert_int_equal(reg(f, CPU_R0), 7);
    assert_int_equal(reg(f, CPU_PC), THREAD + 10);
    assert_int_equal(get32(f, THREAD + 4), MOVS_R0_1 | (uint32_t)NOP << 16);
    assert_int_equal(now(f), 5);
    set(f, CPU_PC, THREAD);
    poke(f, FP_COMP + 8, 0);
    run(f, 5);
    assert_int_equal(reg(f, CPU_R0), 1);
    teardown(f);
}

/* Of a 32-bit instruction across two words, the second half is patched. */
static void test_patched_half(void **state)
{
    struct fixture *f = enabled();
    CODE(f, THREAD, NOP, MOVW_R0_1, MOVW_R0_2, NOP, NOP);
    put32(f, PATCH, MOVW_7 | (uint32_t)NOP << 16);
    poke(f, FP_REMAP, PATCH);
    comparator(f, 0, 0, THREAD + 4);
    run(f, 3);
    assert_int_equal(reg(f, CPU_R0), 7);
    assert_int_equal(reg(f, CPU_PC), THREAD + 8);
    teardown(f);
}

/* A patch with a call to the supervisor, an interrupt at its door, and steps: all as for other instructions. */
static void test_patch_and_exceptions(void **state)
{
    struct fixture *f = enabled();
    put32(f, PATCH, SVC | (uint32_t)MOVS_R0_7 << 16);
    poke(f, FP_REMAP, PATCH);
    comparator(f, 0, 0, THREAD + 4);
    enable(f, IRQ0, 0x40);
    pend_at(f, 2, IRQ0);
    dhcsr(f, HALT);
    assert_int_equal(step(f, STEP), THREAD + 2);
    assert_int_equal(step(f, STEP), handler(IRQ0));
    assert_int_equal(step(f, STEP), THREAD + 4);
    assert_int_equal(step(f, STEP), handler(EXC_SVCALL));
    assert_int_equal(step(f, STEP), THREAD + 6);
    assert_int_equal(step(f, STEP), THREAD + 8);
    assert_int_equal(reg(f, CPU_R0), 7);
    assert_int_equal(get32(f, THREAD + 4), NOP | (uint32_t)NOP << 16);
    teardown(f);
}

static void test_patched_literal(void **state)
{
    struct fixture *f = enabled();
    CODE(f, THREAD, LDR_R2_LITERAL, LDR_R2_R1, NOP, HERE);
    put32(f, THREAD + 8, 0x11111111);
    put32(f, PATCH + 4 * 7, 0x22222222);
    poke(f, FP_REMAP, PATCH);
    comparator(f, LITERAL_0 + 1, 0, THREAD + 8);
    run(f, 1);
    assert_int_equal(reg(f, 2), 0x22222222);
    assert_int_equal(get32(f, THREAD + 8), 0x11111111);
    set(f, 1, THREAD + 8); /* it is the address that counts, not how it is made */
    set(f, 2, 0);
    run(f, 1);
    assert_int_equal(reg(f, 2), 0x22222222);
    poke(f, FP_CTRL, 2);
    set(f, CPU_PC, THREAD);
    run(f, 1);
    assert_int_equal(reg(f, 2), 0x11111111);
    teardown(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registers),
        cmocka_unit_test(test_halves),
        cmocka_unit_test(test_disabled),
        cmocka_unit_test(test_leaving_a_breakpoint),
        cmocka_unit_test(test_firmware_sets_one),
        cmocka_unit_test(test_in_an_it_block),
        cmocka_unit_test(test_without_halting),
        cmocka_unit_test(test_unpredictable),
        cmocka_unit_test(test_patched_instruction),
        cmocka_unit_test(test_patched_half),
        cmocka_unit_test(test_patch_and_exceptions),
        cmocka_unit_test(test_patched_literal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
