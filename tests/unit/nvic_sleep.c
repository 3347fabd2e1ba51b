/* Sleep, privilege and masks. ARMv7-M ARM B1.5.17…B1.5.19, B1.4, B3.2. */
#include "tests/unit/nvic_core_test.h"

/* ---- sleep ------------------------------------------------------------------------------------------------------ */

static void test_wfi(void **state)
{
    static const struct {
        bool primask;
        uint32_t basepri;
        const char *want;
    } cases[] = {{false, 0, "S W E16"}, {true, 0, "S W"}, {false, 0x40, "S"}, {true, 0x60, "S W"}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = setup();
        CODE(f, THREAD, WFI, NOP, HERE);
        CODE(f, handler(IRQ0), HERE);
        enable(f, IRQ0, 0x40);
        set(f, CPU_PRIMASK, cases[i].primask);
        set(f, CPU_BASEPRI, cases[i].basepri);
        core_update(&f->core);
        assert_int_equal(run(f, 5), CORE_STOP_ASLEEP);
        assert_int_equal(reg(f, CPU_PC), THREAD + 2);
        assert_true(f->core.state.asleep);
        core_pend(&f->core, IRQ0);
        run(f, 1);
        assert_string_equal(f->text, cases[i].want);
        teardown(f);
    }
}

static void test_wfi_does_not_sleep_when_pending(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, CPSID_I, WFI, HERE);
    enable(f, IRQ0, 0x40);
    run(f, 1);
    core_pend(&f->core, IRQ0);
    run(f, 2);
    assert_string_equal(f->text, "");
    assert_int_equal(reg(f, CPU_PC), THREAD + 4);
    teardown(f);
}

static void test_wfe(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, SEV, WFE, WFE, HERE);
    f->core.event_register = false;
    assert_int_equal(run(f, 10), CORE_STOP_ASLEEP); /* SEV lets the first one fall through, once */
    assert_int_equal(reg(f, CPU_PC), THREAD + 6);
    assert_int_equal(cpu_retired(f->core.cpu), 3);
    core_pend(&f->core, IRQ0); /* disabled: no event without SEVONPEND */
    assert_int_equal(run(f, 1), CORE_STOP_ASLEEP);
    f->core.scb.scr = SCR_SEVONPEND;
    core_pend(&f->core, IRQ0); /* pending already: nothing new */
    assert_int_equal(run(f, 1), CORE_STOP_ASLEEP);
    core_pend(&f->core, IRQ1);
    assert_int_equal(run(f, 1), CORE_STOP_BUDGET);
    assert_string_equal(f->text, "S1 W");
    assert_false(f->core.event_register);
    teardown(f);
}

/* Unlike WFI, WFE is not ended by an interrupt that PRIMASK holds back. */
static void test_wfe_and_primask(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, CPSID_I, WFE, CPSIE_I, HERE);
    f->core.event_register = false;
    enable(f, IRQ0, 0x40);
    assert_int_equal(run(f, 10), CORE_STOP_ASLEEP);
    core_pend(&f->core, IRQ0);
    assert_int_equal(run(f, 10), CORE_STOP_ASLEEP);
    set(f, CPU_PRIMASK, 0);
    core_update(&f->core);
    run(f, 1);
    assert_string_equal(f->text, "S1 W E16 R16");
    teardown(f);
}

static void test_exception_is_an_event(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, NOP, WFE, HERE);
    f->core.event_register = false;
    enable(f, IRQ0, 0x40);
    pend_at(f, 1, IRQ0);
    assert_int_equal(run(f, 4), CORE_STOP_BUDGET);
    assert_string_equal(f->text, "E16 R16");
    teardown(f);
}

static void test_sleep_on_exit(void **state)
{
    struct fixture *f = setup();
    enable(f, IRQ0, 0x40);
    f->core.scb.scr = SCR_SLEEPONEXIT;
    run(f, 2);
    core_pend(&f->core, IRQ0);
    assert_int_equal(run(f, 10), CORE_STOP_ASLEEP);
    assert_int_equal(reg(f, CPU_PC), THREAD + 4);
    assert_true(f->core.state.asleep);
    core_pend(&f->core, IRQ0);
    assert_int_equal(run(f, 10), CORE_STOP_ASLEEP);
    assert_int_equal(cpu_retired(f->core.cpu), 4); /* no instruction of the thread in between */
    assert_string_equal(f->text, "E16 R16 S2 W E16 R16 S2");
    f->core.scb.scr = 0;
    core_pend(&f->core, IRQ0);
    run(f, 2);
    assert_int_equal(reg(f, CPU_PC), THREAD + 6);
    assert_false(f->core.state.asleep);
    teardown(f);
}

/* The clock of SysTick stands still in sleep-on-exit as in WFI. */
static void test_sleep_on_exit_stops_systick(void **state)
{
    struct fixture *f = setup();
    enable(f, IRQ0, 0x40);
    f->core.scb.scr = SCR_SLEEPONEXIT;
    poke(f, 0xE000E014, 1000);
    poke(f, 0xE000E010, 5);
    core_pend(&f->core, IRQ0);
    assert_int_equal(run(f, 10), CORE_STOP_ASLEEP);
    uint32_t cvr = peek(f, 0xE000E018);
    f->sched.now += 100 * VTIME_PER_CYCLE;
    assert_int_equal(peek(f, 0xE000E018), cvr);
    teardown(f);
}

/* ---- privilege -------------------------------------------------------------------------------------------------- */

static void test_unprivileged_scs(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, STR_R0_R1, HERE);
    CODE(f, handler(EXC_BUSFAULT), HERE);
    enable(f, EXC_BUSFAULT, 0);
    set(f, CPU_R0, 0x00070000);
    set(f, CPU_R0 + 1, SHCSR);
    uint32_t before = peek(f, SHCSR);
    to_psp(f, CONTROL_NPRIV | CONTROL_SPSEL);
    run(f, 1);
    assert_string_equal(f->text, "F5 E5");
    assert_int_equal(f->core.scb.cfsr, CFSR_PRECISERR | CFSR_BFARVALID);
    assert_int_equal(f->core.scb.bfar, SHCSR);
    assert_int_equal(peek(f, SHCSR) & ~2u, before); /* BUSFAULTACT apart */
    assert_int_equal(reg(f, CPU_CONTROL), CONTROL_NPRIV);
    teardown(f);
}

static void test_stir(void **state)
{
    for (unsigned allowed = 0; allowed < 2; allowed++) {
        struct fixture *f = setup();
        CODE(f, THREAD, STR_R0_R1, HERE);
        CODE(f, handler(EXC_HARDFAULT), HERE);
        CODE(f, handler(IRQ40), HERE);
        enable(f, IRQ40, 0x40);
        set(f, CPU_R0, 40);
        set(f, CPU_R0 + 1, STIR);
        f->core.scb.ccr |= allowed ? CCR_USERSETMPEND : 0;
        to_psp(f, CONTROL_NPRIV | CONTROL_SPSEL);
        run(f, 1);
        assert_string_equal(f->text, allowed ? "E56" : "F5 E3");
        teardown(f);
    }
}

/* ---- masks ------------------------------------------------------------------------------------------------------ */

/* Recognised before the instruction behind the CPSIE. */
static void test_unmasking(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, CPSID_I, NOP, NOP, CPSIE_I, NOP, HERE);
    CODE(f, handler(IRQ0), HERE);
    enable(f, IRQ0, 0x40);
    pend_at(f, 4, IRQ0);
    run(f, 8);
    assert_string_equal(f->text, "E16");
    assert_int_equal(get32(f, STACK - 8), THREAD + 8);
    teardown(f);
}

static void test_debug_mask(void **state)
{
    struct fixture *f = setup();
    enable(f, IRQ0, 0x40);
    f->core.nvic.debug_mask = true;
    CODE(f, THREAD, NOP, SVC, NOP, HERE);
    core_pend(&f->core, IRQ0);
    run(f, 4); /* NOP, SVC, its BX LR: no tail-chain into the hidden one */
    assert_string_equal(f->text, "E11 R11");
    f->core.nvic.debug_mask = false;
    core_update(&f->core);
    run(f, 1);
    assert_string_equal(f->text, "E11 R11 E16 R16");
    teardown(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wfi),
        cmocka_unit_test(test_wfi_does_not_sleep_when_pending),
        cmocka_unit_test(test_wfe),
        cmocka_unit_test(test_wfe_and_primask),
        cmocka_unit_test(test_exception_is_an_event),
        cmocka_unit_test(test_sleep_on_exit),
        cmocka_unit_test(test_sleep_on_exit_stops_systick),
        cmocka_unit_test(test_unprivileged_scs),
        cmocka_unit_test(test_stir),
        cmocka_unit_test(test_unmasking),
        cmocka_unit_test(test_debug_mask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
