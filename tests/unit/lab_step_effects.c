/* What steps leave behind, and what stands in their way: ticks that are lost, breakpoints, comparators, code in RAM. */
#include "tests/unit/lab_step_test.h"

static struct rig *ready(const char *start)
{
    struct rig *r = rig_new(IMAGES "/steps.elf", VTIME_NEVER);
    attach(r);
    prepare(r);
    set(r, CPU_PC, at(r, start));
    return r;
}

/* Lets it run for so many instructions, as a continue does. */
static void run_on(struct rig *r, uint64_t instructions)
{
    step_forget(&r->stepper);
    r->ops->resume(&r->port, DEBUG_CONTINUE, 0);
    machine_run(&r->m, instructions);
    debug_hold(&r->m.soc.core, true);
}

/* Each period of SysTick that the mask outlasts is one tick: the others are lost (H06). */
static void test_masked_ticks_are_lost(void **state)
{
    struct rig *r = ready("h05");
    ticks(r, 40);
    for (unsigned i = 0; i < 170; i++)
        assert_int_equal(step(r, "mask"), STEP_LANDED);
    put(r, SYST_CSR, 0);
    assert_int_equal(ran(r, EXC_SYSTICK), 0);
    run_on(r, 100);
    assert_int_equal(ran(r, EXC_SYSTICK), 1);
    rig_free(r);
}

/* H59: no step leaves the mask set behind. */
static void test_interrupts_live_after_steps(void **state)
{
    for (unsigned a = 0; a < ALGORITHMS; a++) {
        struct rig *r = ready("h05");
        for (unsigned i = 0; i < 3; i++)
            step(r, names[a]);
        if (a != DEBUGMON) {
            pend(r, IRQ_HIGH);
            run_on(r, 50);
        }
        assert_int_equal(ran_irq(r, IRQ_HIGH), a != DEBUGMON);
        assert_int_equal(get(r, DEBUG_DHCSR) & DHCSR_C_MASKINTS, 0);
        rig_free(r);
    }
}

/* H32: what stands at the breakpoint retires once, tick or not; with raw steps the handler comes first, and the
 * breakpoint is hit again. */
static void test_breakpoint_at_pc(void **state)
{
    for (unsigned a = CONTEXT; a <= SOFTWARE; a++) {
        struct rig *r = ready("h32");
        pend(r, IRQ_HIGH);
        assert_int_equal(step(r, names[a]), STEP_LANDED);
        assert_int_equal(reg(r, CPU_R0 + 4), a != RAW);
        assert_true(r->ops->point_add(&r->port, DEBUG_POINT_HW_BREAK, at(r, "h32"), 2));
        struct debug_stop_info info = {.stop = DEBUG_RUNNING};
        for (r->ops->resume(&r->port, DEBUG_CONTINUE, 0); info.stop == DEBUG_RUNNING;)
            r->ops->run(&r->port, &info);
        assert_int_equal(reg(r, CPU_PC), at(r, "h32"));
        assert_int_equal(reg(r, CPU_R0 + 4), a != RAW);
        rig_free(r);
    }
}

static void fill_comparators(struct rig *r)
{
    put(r, DEBUG_FP_CTRL, FP_CTRL_KEY | FP_CTRL_ENABLE);
    for (unsigned i = 0; i < 6; i++)
        put(r, DEBUG_FP_COMP0 + 4 * i, 0x40000000u | (0x1000 + 4 * i) | FP_COMP_ENABLE);
}

/* H33: OpenOCD masks then, and says nothing; gdb says it. */
static void test_no_comparator(void **state)
{
    struct rig *r = ready("h01");
    fill_comparators(r);
    pend(r, IRQ_HIGH);
    assert_int_equal(step(r, "auto"), STEP_LANDED);
    assert_int_equal(reg(r, CPU_PC), at(r, "h01_next"));
    assert_int_equal(r->stepper.report.notes, STEP_NOTE_NO_COMPARATOR);
    assert_int_equal(ran_irq(r, IRQ_HIGH), 0);
    assert_int_equal(step(r, "software"), STEP_REFUSED);
    assert_int_equal(reg(r, CPU_PC), at(r, "h01_next"));
    rig_free(r);
}

static bool at_h01(void *ctx, uint32_t addr) { return addr == at(ctx, "h01"); }
static unsigned six(void *ctx) { return 6; }

/* H61: with a breakpoint of the user's at PC, nothing is executed. The user's own count for comparators, too. */
static void test_points_of_the_users(void **state)
{
    struct rig *r = ready("h01");
    r->stepper.points = (struct step_points){.at = at_h01, .ctx = r};
    assert_true(r->ops->point_add(&r->port, DEBUG_POINT_HW_BREAK, at(r, "h01"), 2));
    assert_int_equal(step(r, "auto"), STEP_LANDED);
    assert_int_equal(reg(r, CPU_PC), at(r, "h01"));
    assert_int_equal(r->stepper.report.notes, STEP_NOTE_DUPLICATE | STEP_NOTE_NOT_RETIRED);
    set(r, CPU_PC, at(r, "h01_next")); /* whose lower neighbour it is */
    assert_int_equal(step(r, "auto"), STEP_LANDED);
    assert_int_equal(r->stepper.report.notes, at(r, "h01") & 2 ? 0 : STEP_NOTE_NEIGHBOUR);
    r->stepper.points = (struct step_points){.count = six, .ctx = r};
    assert_int_equal(step(r, "auto"), STEP_LANDED);
    assert_int_equal(r->stepper.report.notes, STEP_NOTE_NO_COMPARATOR);
    rig_free(r);
}

/* H29, H18: the breakpoint is hit in the handler, which runs the same code, and the step is made there. */
static void test_shared_code(void **state)
{
    for (unsigned a = CONTEXT; a <= SOFTWARE; a++) {
        struct rig *r = ready("isr");
        pend(r, IRQ_HIGH);
        assert_int_equal(step(r, names[a]), STEP_LANDED);
        bool in_handler = a == RAW || a == AUTO || a == SOFTWARE;
        assert_int_equal(!!(reg(r, CPU_XPSR) & 0x1FF), in_handler);
        assert_int_equal(r->stepper.report.notes & STEP_NOTE_FOREIGN, a == AUTO ? STEP_NOTE_FOREIGN : 0);
        assert_int_equal(reg(r, CPU_PC), a == RAW ? at(r, "high") : at(r, "isr") + 4);
        rig_free(r);
    }
}

/* H30: a breakpoint in a handler. `auto` steps once more where it halted, and calls that its step. */
static void test_breakpoint_in_a_handler(void **state)
{
    static const enum step_end ends[] = {STEP_STOPPED, STEP_LANDED, STEP_LANDED, STEP_LANDED, STEP_STOPPED};
    for (unsigned a = CONTEXT; a <= SOFTWARE; a++) {
        struct rig *r = ready("h01");
        assert_true(r->ops->point_add(&r->port, DEBUG_POINT_HW_BREAK, at(r, "high"), 2));
        pend(r, IRQ_HIGH);
        assert_int_equal(step(r, names[a]), ends[a]);
        assert_int_equal(reg(r, CPU_PC), at(r, a == MASK ? "h01_next" : "high"));
        assert_int_equal(r->stepper.report.notes & STEP_NOTE_ELSEWHERE, a == AUTO ? STEP_NOTE_ELSEWHERE : 0);
        rig_free(r);
    }
}

/* H20 with an interrupt at every step: only those that hold it back get out of the loop. */
static void test_exclusive_loop(void **state)
{
    for (unsigned a = RAW; a <= AUTO; a++) {
        struct rig *r = ready("h20");
        unsigned steps = 0;
        set(r, CPU_R0 + 4, at(r, "cell"));
        for (; steps < 200 && reg(r, CPU_PC) != at(r, "h20_next"); steps++) {
            pend(r, IRQ_HIGH);
            assert_int_equal(step(r, names[a]), STEP_LANDED);
        }
        assert_int_equal(steps, a == MASK ? 5 : 200);
        rig_free(r);
    }
}

/* A BKPT: skipped where the core was halted by it, a wall where a step has led to it. In RAM, breakpoints are BKPTs,
 * and leave what was there. */
static void test_code_in_ram(void **state)
{
    static const uint32_t code[] = {0x3401BF00, 0xBE01BF00, 0xE7FEBF00}; /* nop, adds r4 #1, nop, bkpt, nop, b . */
    enum { BASE = 0x20001000 };
    for (unsigned a = RAW; a <= SOFTWARE; a++) {
        struct rig *r = ready("h01");
        for (unsigned i = 0; i < 3; i++)
            put(r, BASE + 4 * i, code[i]);
        set(r, CPU_PC, BASE);
        for (unsigned i = 1; i <= 3; i++) {
            assert_int_equal(step(r, names[a]), STEP_LANDED);
            assert_int_equal(reg(r, CPU_PC), BASE + 2 * i);
        }
        for (unsigned i = 0; i < 3; i++)
            assert_int_equal(get(r, BASE + 4 * i), code[i]);
        assert_int_equal(r->stepper.report.notes & STEP_NOTE_BKPT_WRITTEN, a >= AUTO ? STEP_NOTE_BKPT_WRITTEN : 0);
        assert_int_equal(step(r, names[a]), a == AUTO ? STEP_LANDED : STEP_STOPPED);
        assert_int_equal(reg(r, CPU_PC), BASE + 6);
        step_forget(&r->stepper);
        if (a != SOFTWARE) {
            assert_int_equal(step(r, names[a]), STEP_LANDED);
            assert_int_equal(reg(r, CPU_PC), BASE + 8);
            assert_int_equal(r->stepper.report.notes, STEP_NOTE_SKIPPED_BKPT);
        }
        rig_free(r);
    }
}

/* H43: a fault in HardFault. */
static void test_lockup(void **state)
{
    for (unsigned a = CONTEXT; a <= SOFTWARE; a++) {
        struct rig *r = ready("h43");
        assert_int_equal(step(r, "raw"), STEP_LANDED);
        assert_int_equal(reg(r, CPU_PC), at(r, "hard"));
        set(r, CPU_PC, at(r, "h43"));
        assert_int_equal(step(r, names[a]), STEP_LOCKED_UP);
        assert_string_equal(r->stepper.report.text, "the core has locked up");
        rig_free(r);
    }
}

/* A reset in the step: the context is no more, and its successor is at the reset vector; tools see the core run. */
static void test_reset(void **state)
{
    for (unsigned a = CONTEXT; a <= AUTO; a++) {
        struct rig *r = ready("h63");
        set(r, CPU_R0, 0x05FA0004);
        set(r, CPU_R0 + 1, 0xE000ED0C);
        assert_int_equal(step(r, names[a]), a == CONTEXT ? STEP_LANDED : STEP_LEFT_RUNNING);
        if (a == CONTEXT)
            assert_int_equal(reg(r, CPU_PC), at(r, "idle"));
        else
            assert_true(r->stepper.report.notes & STEP_NOTE_RESET);
        rig_free(r);
    }
}

/* ^C ends any step, and temporary breakpoints do not outlive it. */
static void test_abort(void **state)
{
    struct rig *r = ready("h24"); /* WFI, and nothing to wake it */
    for (unsigned a = RAW; a <= SOFTWARE; a++) {
        set(r, CPU_PC, at(r, "h24"));
        r->stepper.algorithm = step_algorithm_find(names[a]);
        step_begin(&r->stepper, 0);
        step_advance(&r->stepper);
        step_abort(&r->stepper);
        assert_int_equal(r->stepper.report.end, STEP_STOPPED);
        assert_true(get(r, DEBUG_DHCSR) & DHCSR_S_HALT);
        for (unsigned i = 0; i < 6; i++)
            assert_int_equal(get(r, DEBUG_FP_COMP0 + 4 * i) & FP_COMP_ENABLE, 0);
    }
    rig_free(r);
}

static void test_names(void **state)
{
    assert_null(step_algorithm_find("nonsense"));
    assert_string_equal(step_algorithms[0]->name, "context");
    assert_string_equal(step_note_name(STEP_NOTE_NO_COMPARATOR), "no-comparator");
    assert_string_equal(step_note_name(STEP_NOTE_NOT_RETIRED), "not-retired");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_masked_ticks_are_lost),
        cmocka_unit_test(test_interrupts_live_after_steps),
        cmocka_unit_test(test_breakpoint_at_pc),
        cmocka_unit_test(test_no_comparator),
        cmocka_unit_test(test_points_of_the_users),
        cmocka_unit_test(test_shared_code),
        cmocka_unit_test(test_breakpoint_in_a_handler),
        cmocka_unit_test(test_exclusive_loop),
        cmocka_unit_test(test_code_in_ram),
        cmocka_unit_test(test_lockup),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_abort),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
