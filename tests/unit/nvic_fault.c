/* Faults, escalation, derived faults, lockup; floating-point context. ARMv7-M ARM B1.5.7, B1.5.13…B1.5.15. */
#include "tests/unit/nvic_core_test.h"

/* ---- faults ----------------------------------------------------------------------------------------------------- */

static void test_fault_frame_points_at_the_instruction(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, NOP, LDR_R0_R1);
    CODE(f, handler(EXC_BUSFAULT), HERE);
    set(f, CPU_R0 + 1, 0x30000000);
    enable(f, EXC_BUSFAULT, 0);
    run(f, 2);
    assert_string_equal(f->text, "F5 E5");
    assert_int_equal(get32(f, STACK - 8), THREAD + 2);
    assert_int_equal(f->core.scb.cfsr, CFSR_PRECISERR | CFSR_BFARVALID);
    assert_int_equal(f->core.scb.bfar, 0x30000000);
    teardown(f);
}

static void test_escalation(void **state)
{
    static const struct {
        bool enabled;
        uint8_t priority;
        bool masked;
    } ways[] = {{false, 0, false}, {true, 0, true}};
    for (unsigned i = 0; i < 2; i++) {
        struct fixture *f = setup();
        CODE(f, handler(EXC_HARDFAULT), HERE);
        CODE(f, THREAD, UDF);
        if (ways[i].enabled)
            enable(f, EXC_USAGEFAULT, ways[i].priority);
        set(f, CPU_PRIMASK, ways[i].masked);
        core_update(&f->core);
        run(f, 1);
        assert_string_equal(f->text, "F6 E3");
        assert_int_equal(f->core.scb.hfsr, HFSR_FORCED);
        assert_int_equal(f->core.scb.cfsr, CFSR_UNDEFINSTR);
        assert_int_equal(get32(f, STACK - 8), THREAD);
        teardown(f);
    }
}

/* In a handler of the same or a more urgent priority the fault cannot be taken either. */
static void test_escalation_by_priority(void **state)
{
    for (uint8_t priority = 0x20; priority <= 0x60; priority += 0x20) {
        struct fixture *f = setup();
        CODE(f, handler(IRQ0), UDF);
        CODE(f, handler(EXC_HARDFAULT), HERE);
        CODE(f, handler(EXC_USAGEFAULT), HERE);
        enable(f, EXC_USAGEFAULT, priority);
        enable(f, IRQ0, 0x40);
        core_pend(&f->core, IRQ0);
        run(f, 1);
        assert_string_equal(f->text, priority < 0x40 ? "E16 F6 E6" : "E16 F6 E3");
        teardown(f);
    }
}

static void test_lockup(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, UDF);
    CODE(f, handler(EXC_HARDFAULT), NOP, UDF);
    assert_int_equal(run(f, 10), CORE_STOP_LOCKUP);
    assert_string_equal(f->text, "F6 E3 F6 K");
    teardown(f);
    f = setup();
    CODE(f, handler(EXC_NMI), SVC);
    core_pend(&f->core, EXC_NMI);
    assert_int_equal(run(f, 10), CORE_STOP_LOCKUP);
    assert_string_equal(f->text, "E2 K");
    teardown(f);
}

static void test_svc(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, SVC | 5);
    run(f, 2); /* SVC and BX LR */
    assert_string_equal(f->text, "E11 R11");
    assert_int_equal(get32(f, STACK - 8), THREAD + 2); /* the instruction behind */
    assert_int_equal(reg(f, CPU_PC), THREAD + 2);
    teardown(f);
    f = setup();
    CODE(f, THREAD, CPSID_I, SVC);
    CODE(f, handler(EXC_HARDFAULT), HERE);
    run(f, 3);
    assert_string_equal(f->text, "E3");
    assert_int_equal(f->core.scb.hfsr, HFSR_FORCED);
    teardown(f);
}

static void test_bkpt(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, NOP, BKPT);
    CODE(f, handler(EXC_DEBUGMON), HERE);
    poke(f, DEMCR, MON_EN);
    run(f, 2);
    assert_string_equal(f->text, "E12");
    assert_int_equal(get32(f, STACK - 8), THREAD + 2); /* the BKPT itself */
    assert_int_equal(f->core.scb.dfsr, 2);
    teardown(f);
    f = setup();
    CODE(f, THREAD, BKPT);
    CODE(f, handler(EXC_HARDFAULT), HERE);
    run(f, 1);
    assert_string_equal(f->text, "E3");
    assert_int_equal(f->core.scb.hfsr, HFSR_DEBUGEVT);
    teardown(f);
}

/* ---- derived faults --------------------------------------------------------------------------------------------- */

static void forbid_page(struct fixture *f, uint32_t base)
{
    f->core.mpu.ctrl = 5; /* ENABLE, PRIVDEFENA */
    f->core.mpu.rbar[0] = base;
    f->core.mpu.rasr[0] = RASR_NONE_4KB;
    core_update(&f->core);
}

/* Stacking fails: the derived fault is entered instead of the interrupt when it is more urgent, after it otherwise. */
static void test_stacking_faults(void **state)
{
    static const struct {
        bool mpu;
        uint8_t priority; /* of the fault; the interrupt has 0x40 */
        const char *want;
    } cases[] = {{false, 0x20, "E5 L5>16"}, {false, 0x60, "E16"}, {true, 0x20, "E4 L4>16"}, {true, 0x60, "E16"}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = setup();
        unsigned fault = cases[i].mpu ? EXC_MEMMANAGE : EXC_BUSFAULT;
        CODE(f, handler(fault), HERE);
        CODE(f, handler(IRQ0), HERE);
        enable(f, fault, cases[i].priority);
        enable(f, IRQ0, 0x40);
        to_psp(f, CONTROL_SPSEL);
        if (cases[i].mpu)
            forbid_page(f, PROCESS_STACK - 0x1000);
        else
            set(f, CPU_PSP, 0x30000000);
        core_pend(&f->core, IRQ0);
        run(f, 1);
        assert_string_equal(f->text, cases[i].want);
        assert_int_equal(f->core.scb.cfsr, cases[i].mpu ? CFSR_MSTKERR : CFSR_STKERR);
        assert_int_equal(reg(f, CPU_PSP), (cases[i].mpu ? PROCESS_STACK : 0x30000000) - 0x20);
        assert_true(f->core.nvic.pending & (1ull << (cases[i].priority == 0x20 ? IRQ0 : fault)));
        teardown(f);
    }
}

static void test_stacking_fault_escalates(void **state)
{
    struct fixture *f = setup();
    CODE(f, handler(EXC_HARDFAULT), HERE);
    enable(f, IRQ0, 0x40);
    to_psp(f, CONTROL_SPSEL);
    set(f, CPU_PSP, 0x30000000);
    core_pend(&f->core, IRQ0);
    run(f, 1);
    assert_string_equal(f->text, "E3 L3>16");
    assert_int_equal(f->core.scb.hfsr, HFSR_FORCED);
    teardown(f);
}

static void test_unstacking_fault(void **state)
{
    struct fixture *f = setup();
    CODE(f, handler(IRQ0), NOP, BX_LR);
    CODE(f, handler(EXC_BUSFAULT), NOP, HERE);
    enable(f, EXC_BUSFAULT, 0);
    enable(f, IRQ0, 0x40);
    to_psp(f, CONTROL_SPSEL);
    core_pend(&f->core, IRQ0);
    run(f, 1);
    set(f, CPU_PSP, 0x30000000);
    run(f, 2);
    assert_string_equal(f->text, "E16 T5");
    assert_int_equal(f->core.scb.cfsr, CFSR_UNSTKERR);
    assert_int_equal(reg(f, CPU_LR), 0xFFFFFFFD); /* of the return that failed */
    teardown(f);
}

/* A vector that cannot be read: HardFault with the frame that was stacked already; the exception stays pending. */
static void test_vector_fault(void **state)
{
    struct fixture *f = setup();
    CODE(f, handler(EXC_HARDFAULT), NOP, HERE);
    put32(f, RAM + 0x1000 - 0x80, 0);
    enable(f, IRQ40, 0x40);
    /* the table ends with the RAM: HardFault's vector is inside, the one of IRQ 40 is not */
    put32(f, RAM + RAM_SIZE - 0x80 + 4 * EXC_HARDFAULT, handler(EXC_HARDFAULT) | 1);
    f->core.scb.vtor = RAM + RAM_SIZE - 0x80;
    core_pend(&f->core, IRQ40);
    run(f, 1);
    assert_int_equal(f->core.scb.hfsr, HFSR_VECTTBL);
    assert_int_equal(core_ipsr(&f->core), EXC_HARDFAULT);
    assert_int_equal(reg(f, CPU_LR), 0xFFFFFFF9);
    assert_int_equal(reg(f, CPU_SP), STACK - 0x20);
    assert_int_equal(get32(f, STACK - 8), THREAD);
    assert_int_equal(f->core.nvic.active, 1ull << EXC_HARDFAULT);
    assert_int_equal(f->core.nvic.pending, 1ull << IRQ40);
    teardown(f);
    f = setup();
    f->core.scb.vtor = 0x30000000;
    enable(f, IRQ40, 0x40);
    core_pend(&f->core, IRQ40);
    assert_int_equal(run(f, 1), CORE_STOP_LOCKUP);
    teardown(f);
}

static void test_vector_without_thumb_bit(void **state)
{
    struct fixture *f = setup();
    put32(f, 4 * IRQ0, handler(IRQ0));
    CODE(f, handler(EXC_USAGEFAULT), HERE);
    enable(f, EXC_USAGEFAULT, 0);
    enable(f, IRQ0, 0x40);
    core_pend(&f->core, IRQ0);
    run(f, 1);
    assert_string_equal(f->text, "E16 F6 E6");
    assert_int_equal(f->core.scb.cfsr, CFSR_INVSTATE);
    assert_int_equal(get32(f, STACK - 0x20 - 8), handler(IRQ0));
    teardown(f);
}

/* ---- floating point --------------------------------------------------------------------------------------------- */

static struct fixture *fp_setup(void)
{
    struct fixture *f = setup();
    poke(f, 0xE000ED88, 0x00F00000);
    for (unsigned i = 0; i <= 16; i++)
        set(f, i < 16 ? (enum cpu_reg)(CPU_S0 + i) : CPU_FPSCR, 0x3F800000 + (i < 16 ? i : 0));
    set(f, CPU_CONTROL, CONTROL_FPCA);
    core_update(&f->core);
    enable(f, IRQ0, 0x40);
    return f;
}

static void test_lazy_stacking(void **state)
{
    struct fixture *f = fp_setup();
    uint32_t room = STACK - 0x68 + 0x20;
    CODE(f, handler(IRQ0), NOP, VADD_1, VADD_2, BX_LR);
    core_pend(&f->core, IRQ0);
    run(f, 1);
    assert_int_equal(now(f), 12 + 1); /* the room costs nothing */
    assert_int_equal(f->core.scb.fpcar, room);
    assert_true(f->core.scb.fpccr & FPCCR_LSPACT);
    assert_true(f->core.scb.fpccr & FPCCR_THREAD);
    assert_false(f->core.scb.fpccr & FPCCR_USER);
    assert_int_equal(get32(f, room), 0); /* reserved, not written */
    assert_int_equal(reg(f, CPU_LR), 0xFFFFFFE9);
    run(f, 1); /* VADD saves, then uses its own context */
    assert_false(f->core.scb.fpccr & FPCCR_LSPACT);
    assert_int_equal(reg(f, CPU_CONTROL), CONTROL_FPCA);
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(get32(f, room + 4 * i), 0x3F800000 + i);
    assert_int_equal(reg(f, CPU_S0), 0x40000000);
    run(f, 1);
    assert_string_equal(f->text, "E16 R16");
    assert_int_equal(reg(f, CPU_S0), 0x3F800000);
    assert_int_equal(reg(f, CPU_CONTROL), CONTROL_FPCA);
    assert_int_equal(reg(f, CPU_SP), STACK);
    teardown(f);
}

static void test_lazy_stacking_unused(void **state)
{
    struct fixture *f = fp_setup();
    core_pend(&f->core, IRQ0);
    run(f, 2);
    assert_string_equal(f->text, "E16 R16");
    assert_false(f->core.scb.fpccr & FPCCR_LSPACT);
    assert_int_equal(reg(f, CPU_S0 + 5), 0x3F800005);
    assert_int_equal(now(f), 12 + 1 + 10 + 1);
    teardown(f);
}

static void test_eager_stacking(void **state)
{
    struct fixture *f = fp_setup();
    f->core.scb.fpccr &= ~FPCCR_LSPEN;
    CODE(f, handler(IRQ0), NOP, BX_LR);
    core_pend(&f->core, IRQ0);
    run(f, 1);
    assert_int_equal(now(f), 12 + 17 + 1);
    assert_false(f->core.scb.fpccr & FPCCR_LSPACT);
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(get32(f, STACK - 0x68 + 0x20 + 4 * i), 0x3F800000 + i);
    set(f, CPU_S0 + 3, 0);
    run(f, 1);
    assert_int_equal(reg(f, CPU_S0 + 3), 0x3F800003);
    teardown(f);
}

/* ASPEN = 0: FP instructions make no context, entries save none. */
static void test_no_automatic_state(void **state)
{
    struct fixture *f = setup();
    poke(f, 0xE000ED88, 0x00F00000);
    f->core.scb.fpccr &= ~FPCCR_ASPEN;
    core_update(&f->core);
    CODE(f, THREAD, VADD_1, VADD_2);
    run(f, 1);
    assert_int_equal(reg(f, CPU_CONTROL), 0);
    teardown(f);
}

static void test_fp_denied(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, VADD_1, VADD_2);
    CODE(f, handler(EXC_USAGEFAULT), HERE);
    enable(f, EXC_USAGEFAULT, 0);
    run(f, 1);
    assert_string_equal(f->text, "F6 E6");
    assert_int_equal(f->core.scb.cfsr, CFSR_NOCP);
    teardown(f);
}

static void test_lazy_save_fault(void **state)
{
    struct fixture *f = fp_setup();
    CODE(f, handler(IRQ0), NOP, VADD_1, VADD_2, BX_LR);
    CODE(f, handler(EXC_MEMMANAGE), HERE);
    enable(f, EXC_MEMMANAGE, 0x20);
    core_pend(&f->core, IRQ0);
    run(f, 1);
    f->core.scb.fpcar = PROCESS_STACK;
    forbid_page(f, PROCESS_STACK);
    run(f, 1);
    assert_string_equal(f->text, "E16 E4");
    assert_int_equal(f->core.scb.cfsr, CFSR_MLSPERR);
    teardown(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fault_frame_points_at_the_instruction),
        cmocka_unit_test(test_escalation),
        cmocka_unit_test(test_escalation_by_priority),
        cmocka_unit_test(test_lockup),
        cmocka_unit_test(test_svc),
        cmocka_unit_test(test_bkpt),
        cmocka_unit_test(test_stacking_faults),
        cmocka_unit_test(test_stacking_fault_escalates),
        cmocka_unit_test(test_unstacking_fault),
        cmocka_unit_test(test_vector_fault),
        cmocka_unit_test(test_vector_without_thumb_bit),
        cmocka_unit_test(test_lazy_stacking),
        cmocka_unit_test(test_lazy_stacking_unused),
        cmocka_unit_test(test_eager_stacking),
        cmocka_unit_test(test_no_automatic_state),
        cmocka_unit_test(test_fp_denied),
        cmocka_unit_test(test_lazy_save_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
