/* The core's own breakpoints and ranges of the CPU port, beside those of a debugger. */
#include "tests/unit/emu_cpu_test.h"

enum {
    CODE_AT = 0x100,
    LDR_R0_R1 = 0x6808,
    STR_R0_R1 = 0x6008,
    LDRB_R0_R1 = 0x7808,
    LDM_R1 = 0xC90C /* r1!, {r2, r3} */
};
enum { BASE = RAM + 0x100 };

static struct fixture *with_code(uint16_t first)
{
    struct fixture *f = setup();
    for (unsigned i = 0; i < 16; i++)
        memcpy(f->flash + CODE_AT + 2 * i, &(uint16_t){i == 1 ? first : NOP}, 2);
    set(f, CPU_PC, CODE_AT);
    set(f, CPU_R0 + 1, BASE);
    return f;
}

/* ---- breakpoints ------------------------------------------------------------------------------------------------ */

static void test_core_breakpoint(void **state)
{
    struct fixture *f = with_code(NOP);
    const uint32_t at[] = {CODE_AT + 4, CODE_AT + 8};
    cpu_core_breakpoints(f->cpu, at, 2);
    assert_int_equal(run(f, 10), CPU_STOP_CORE_BREAK);
    assert_int_equal(f->stop.pc, CODE_AT + 4);
    cpu_pass_points(f->cpu); /* not enough */
    assert_int_equal(run(f, 10), CPU_STOP_CORE_BREAK);
    cpu_pass_core_breakpoint(f->cpu);
    assert_int_equal(run(f, 10), CPU_STOP_CORE_BREAK);
    assert_int_equal(f->stop.pc, CODE_AT + 8);
    cpu_core_breakpoints(f->cpu, at, 1); /* the other one is no more */
    assert_int_equal(run(f, 4), CPU_STOP_BUDGET);
    set(f, CPU_PC, CODE_AT);
    assert_int_equal(run(f, 10), CPU_STOP_CORE_BREAK);
    assert_int_equal(f->stop.pc, CODE_AT + 4);
    teardown(f);
}

/* Where there is one of a debugger's too, that one is first; removing it leaves the other. */
static void test_both_kinds(void **state)
{
    struct fixture *f = with_code(NOP);
    cpu_breakpoint(f->cpu, CODE_AT + 4, true);
    cpu_core_breakpoints(f->cpu, &(uint32_t){CODE_AT + 4}, 1);
    assert_int_equal(run(f, 10), CPU_STOP_BREAKPOINT);
    cpu_pass_points(f->cpu);
    assert_int_equal(run(f, 10), CPU_STOP_CORE_BREAK);
    cpu_pass_core_breakpoint(f->cpu);
    assert_int_equal(run(f, 1), CPU_STOP_BUDGET);
    cpu_breakpoint(f->cpu, CODE_AT + 4, false);
    set(f, CPU_PC, CODE_AT);
    assert_int_equal(run(f, 10), CPU_STOP_CORE_BREAK);
    cpu_core_breakpoints(f->cpu, NULL, 0);
    assert_int_equal(run(f, 4), CPU_STOP_BUDGET);
    teardown(f);
}

/* ---- ranges ----------------------------------------------------------------------------------------------------- */

/* Which accesses reach a range: any of their bytes in it, and of the right kind. */
static void test_which_accesses(void **state)
{
    static const struct {
        uint16_t insn;
        uint32_t base, mask;
        bool loads, stores, told;
    } cases[] = {
        {LDR_R0_R1, BASE, 0, true, false, true},       {LDR_R0_R1, BASE + 3, 0, true, false, true},
        {LDR_R0_R1, BASE + 4, 0, true, false, false},  {LDR_R0_R1, BASE - 1, 0, true, false, false},
        {LDRB_R0_R1, BASE + 1, 0, true, false, false}, {LDRB_R0_R1, BASE + 3, 3, true, false, true},
        {LDR_R0_R1, BASE, 0, false, true, false},      {STR_R0_R1, BASE, 0, false, true, true},
        {STR_R0_R1, BASE, 0, true, false, false},      {LDM_R1, BASE + 4, 3, true, false, true},
        {LDM_R1, BASE + 8, 7, true, false, false},     {LDR_R0_R1, 0, 0xFFFFFFFF, true, true, true},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = with_code(cases[i].insn);
        const struct cpu_range range[] = {{0x10000000, 0, true, true, false},
                                          {cases[i].base, cases[i].mask, cases[i].loads, cases[i].stores, false}};
        cpu_watch_ranges(f->cpu, range, 2);
        assert_int_equal(run(f, 5), CPU_STOP_BUDGET);
        assert_int_equal(f->n_told, cases[i].told);
        if (cases[i].told) {
            assert_int_equal(f->told.hits, 2);
            assert_int_equal(f->told.pc, CODE_AT + 2);
            assert_int_equal(f->told.addr, BASE);
            assert_false(f->told.fetch);
        }
        teardown(f);
    }
}

static void test_stop_behind(void **state)
{
    struct fixture *f = with_code(LDR_R0_R1);
    f->stops_behind = true;
    f->ram[0x100] = 0x5A;
    cpu_watch_ranges(f->cpu, &(struct cpu_range){BASE, 3, true, false, false}, 1);
    assert_int_equal(run(f, 10), CPU_STOP_DEADLINE);
    assert_int_equal(f->stop.pc, CODE_AT + 4);
    assert_int_equal(reg(f, CPU_R0), 0x5A);
    assert_int_equal(cpu_retired(f->cpu), 2);
    sched_fire_due(&f->sched);
    assert_int_equal(run(f, 5), CPU_STOP_BUDGET);
    teardown(f);
}

/* A watchpoint of a debugger stops before; nothing is told until the access really comes. */
static void test_watchpoint_first(void **state)
{
    struct fixture *f = with_code(LDR_R0_R1);
    cpu_watch_ranges(f->cpu, &(struct cpu_range){BASE, 3, true, false, false}, 1);
    assert_true(cpu_watchpoint(f->cpu, BASE, 4, true, false, true));
    assert_int_equal(run(f, 10), CPU_STOP_WATCHPOINT);
    assert_int_equal(f->n_told, 0);
    cpu_pass_points(f->cpu);
    assert_int_equal(run(f, 1), CPU_STOP_BUDGET);
    assert_int_equal(f->n_told, 1);
    teardown(f);
}

static void test_fetches(void **state)
{
    struct fixture *f = with_code(NOP);
    f->stops_behind = true;
    cpu_watch_ranges(f->cpu, &(struct cpu_range){CODE_AT + 6, 3, false, false, true}, 1);
    assert_int_equal(run(f, 10), CPU_STOP_DEADLINE);
    assert_true(f->told.fetch);
    assert_int_equal(f->told.pc, CODE_AT + 4); /* the range is 104…107 */
    assert_int_equal(f->stop.pc, CODE_AT + 6);
    sched_fire_due(&f->sched);
    assert_int_equal(run(f, 10), CPU_STOP_DEADLINE);
    assert_int_equal(f->stop.pc, CODE_AT + 8);
    sched_fire_due(&f->sched);
    assert_int_equal(run(f, 3), CPU_STOP_BUDGET);
    assert_int_equal(f->n_told, 2);
    cpu_watch_ranges(f->cpu, NULL, 0);
    set(f, CPU_PC, CODE_AT);
    assert_int_equal(run(f, 6), CPU_STOP_BUDGET);
    assert_int_equal(f->n_told, 2);
    teardown(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_core_breakpoint),  cmocka_unit_test(test_both_kinds),
        cmocka_unit_test(test_which_accesses),   cmocka_unit_test(test_stop_behind),
        cmocka_unit_test(test_watchpoint_first), cmocka_unit_test(test_fetches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
