/* Exception entry, return and what happens in between. ARMv7-M ARM B1.5.6…B1.5.12; cycles: Cortex-M4 TRM 3.9. */
#include "tests/unit/nvic_core_test.h"

/* ---- entry ------------------------------------------------------------------------------------------------------ */

static void test_frame(void **state)
{
    static const enum cpu_reg order[8] = {CPU_R0, 1, 2, 3, 12, CPU_LR, CPU_PC, CPU_XPSR};
    struct fixture *f = setup();
    uint32_t before[8];
    for (unsigned r = 0; r < 13; r++)
        set(f, (enum cpu_reg)r, 0x11111111u * r);
    set(f, CPU_LR, 0xCAFEBABE);
    set(f, CPU_XPSR, 0xA1000000);
    run(f, 3);
    for (unsigned i = 0; i < 8; i++)
        before[i] = reg(f, order[i]);
    enable(f, IRQ40, 0x20);
    core_pend(&f->core, IRQ40);
    run(f, 1); /* the handler's BX LR */
    assert_string_equal(f->text, "E56 R56");
    assert_int_equal(before[6], THREAD + 6);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(get32(f, STACK - 32 + 4 * i), before[i]);
    teardown(f);
}

/* What is in LR when the handler begins, for all six kinds; and that the return restores everything. */
static void test_exc_return(void **state)
{
    static const struct {
        uint32_t control;
        bool from_handler;
        uint32_t exc_return;
    } kinds[] = {
        {0, false, 0xFFFFFFF9},
        {CONTROL_SPSEL, false, 0xFFFFFFFD},
        {0, true, 0xFFFFFFF1},
        {CONTROL_FPCA, false, 0xFFFFFFE9},
        {CONTROL_FPCA | CONTROL_SPSEL, false, 0xFFFFFFED},
        {CONTROL_FPCA, true, 0xFFFFFFE1},
    };
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct fixture *f = setup();
        CODE(f, handler(IRQ0), HERE);
        CODE(f, handler(IRQ1), NOP, BX_LR);
        poke(f, 0xE000ED88, 0x00F00000);
        enable(f, IRQ0, 0x40);
        enable(f, IRQ1, 0x20);
        if (kinds[i].from_handler) {
            core_pend(&f->core, IRQ0);
            run(f, 1);
        }
        to_psp(f, kinds[i].control);
        uint32_t before[17], after[17], sp;
        cpu_get_core(f->core.cpu, before);
        core_pend(&f->core, IRQ1);
        run(f, 1); /* the NOP */
        assert_int_equal(reg(f, CPU_LR), kinds[i].exc_return);
        assert_int_equal(core_ipsr(&f->core), IRQ1);
        assert_int_equal(reg(f, CPU_CONTROL), 0);
        sp = kinds[i].exc_return & 4 ? reg(f, CPU_PSP) : reg(f, CPU_SP);
        assert_int_equal(before[13] - sp, kinds[i].exc_return & FPCA_OFF ? 0x20 : 0x68);
        cpu_breakpoint(f->core.cpu, before[15], true);
        assert_int_equal(run(f, 10), CORE_STOP_BREAKPOINT);
        cpu_get_core(f->core.cpu, after);
        assert_memory_equal(before, after, sizeof before);
        assert_int_equal(reg(f, CPU_CONTROL), kinds[i].control);
        teardown(f);
    }
}

/* CCR.STKALIGN: bit 9 of the stacked xPSR tells that SP was moved to a multiple of 8. */
static void test_stack_alignment(void **state)
{
    for (unsigned stkalign = 0; stkalign < 2; stkalign++)
        for (unsigned odd = 0; odd < 2; odd++) {
            struct fixture *f = setup();
            uint32_t sp = STACK - 16 + 4 * odd, want = sp - 0x20 - (stkalign && odd ? 4 : 0);
            CODE(f, handler(IRQ0), NOP, BX_LR);
            f->core.scb.ccr = stkalign ? CCR_STKALIGN : 0;
            enable(f, IRQ0, 0);
            set(f, CPU_SP, sp);
            core_pend(&f->core, IRQ0);
            run(f, 1);
            assert_int_equal(reg(f, CPU_SP), want);
            assert_int_equal(!!(get32(f, want + 28) & XPSR_REALIGN), stkalign && odd);
            run(f, 3);
            assert_int_equal(reg(f, CPU_SP), sp);
            assert_false(reg(f, CPU_XPSR) & XPSR_REALIGN);
            teardown(f);
        }
}

static void test_cycles(void **state)
{
    struct fixture *f = setup();
    enable(f, IRQ0, 0x40);
    enable(f, IRQ1, 0x40);
    pend_at(f, 20, IRQ0);
    pend_at(f, 20, IRQ1);
    run(f, 25);
    assert_string_equal(f->text, "E16 T17 R17");
    assert_int_equal(cycle_of(f, 0), 32);      /* entry: 12 */
    assert_int_equal(cycle_of(f, 1), 33 + 6);  /* BX: 1; tail-chain: 6 */
    assert_int_equal(cycle_of(f, 2), 40 + 10); /* BX: 1; return: 10 */
    assert_int_equal(now(f), 50 + 3);          /* 20 and 3 of the thread, 2 of handlers */
    teardown(f);
}

/* A more urgent exception that comes while the frame of another is being stacked is entered instead of it, with that
 * frame; the other one follows by tail-chain. Later than that it nests. */
static void test_late_arrival(void **state)
{
    for (unsigned k = 0; k <= 14; k++) {
        struct fixture *f = setup();
        CODE(f, handler(IRQ0), NOP, NOP, NOP, BX_LR);
        enable(f, IRQ0, 0x40);
        enable(f, IRQ1, 0x20);
        pend_at(f, 20, IRQ0);
        pend_at(f, 20 + k, IRQ1);
        run(f, 30);
        const char *want = k == 0    ? "E17 T16 R16" /* both at once: nothing is late */
                           : k <= 12 ? "E17 L17>16 T16 R16"
                                     : "E16 E17 R17 R16";
        assert_string_equal(f->text, want);
        assert_int_equal(cycle_of(f, 0), 32);
        if (k > 12)
            assert_int_equal(cycle_of(f, 1), 20 + k + 12);
        assert_int_equal(reg(f, CPU_SP), STACK);
        teardown(f);
    }
}

static void test_less_urgent_is_never_late(void **state)
{
    for (unsigned k = 1; k <= 14; k++) {
        struct fixture *f = setup();
        enable(f, IRQ0, 0x40);
        enable(f, IRQ1, 0x40);
        pend_at(f, 20, IRQ1);
        pend_at(f, 20 + k,
                IRQ0); /* the lower number, but the same priority: it does not preempt, but wins if in time */
        run(f, 30);
        if (k > 13)
            assert_string_equal(f->text, "E17 T16 R16");
        assert_int_equal(reg(f, CPU_SP), STACK);
        assert_int_equal(f->core.exceptions[IRQ0] + f->core.exceptions[IRQ1], 2);
        teardown(f);
    }
}

/* An exception that comes while the frame is unstacked abandons that: pop pre-emption. */
static void test_pop_preemption(void **state)
{
    for (unsigned k = 0; k <= 13; k++) {
        struct fixture *f = setup();
        enable(f, IRQ0, 0x40);
        enable(f, IRQ1, 0x40);
        pend_at(f, 20, IRQ0);
        pend_at(f, 33 + k, IRQ1); /* BX retires at 33 */
        run(f, 30);
        assert_string_equal(f->text, k <= 10 ? "E16 T17 R17" : "E16 R16 E17 R17");
        if (k == 0)
            assert_int_equal(cycle_of(f, 1), 39);
        else if (k <= 10)
            assert_int_equal(cycle_of(f, 1), 33 + 10 + 6);
        else
            assert_int_equal(cycle_of(f, 2), 33 + k + 12);
        assert_int_equal(reg(f, CPU_SP), STACK);
        teardown(f);
    }
}

static void test_nesting(void **state)
{
    struct fixture *f = setup();
    CODE(f, handler(IRQ0), NOP, NOP, NOP, NOP, BX_LR);
    CODE(f, handler(IRQ1), NOP, NOP, NOP, NOP, BX_LR);
    enable(f, IRQ0, 0x60);
    enable(f, IRQ1, 0x40);
    enable(f, IRQ40, 0x20);
    pend_at(f, 10, IRQ0);
    pend_at(f, 24, IRQ1);
    pend_at(f, 38, IRQ40);
    run(f, 14);
    assert_string_equal(f->text, "E16 E17 E56");
    assert_int_equal(f->core.nvic.active, 1ull << IRQ0 | 1ull << IRQ1 | 1ull << IRQ40);
    assert_int_equal(f->core.n_activations, 4);
    run(f, 20);
    assert_string_equal(f->text, "E16 E17 E56 R56 R17 R16");
    assert_int_equal(f->core.nvic.active, 0);
    assert_int_equal(f->core.n_activations, 1);
    teardown(f);
}

static void test_entry_state(void **state)
{
    struct fixture *f = setup();
    enable(f, IRQ0, 0);
    f->core.event_register = false;
    CODE(f, handler(IRQ0), 0xE851, 0x2F00 /* ldrex r2, [r1] */, 0xE841, 0x2300 /* strex r3, r2, [r1] */, BX_LR);
    CODE(f, THREAD, 0xE851, 0x2F00, NOP, 0xE841, 0x2300, HERE);
    set(f, CPU_R0 + 1, RAM);
    run(f, 1); /* LDREX */
    core_pend(&f->core, IRQ0);
    run(f, 1);
    assert_true(f->core.event_register); /* entries are events */
    run(f, 2);
    assert_string_equal(f->text, "E16 R16");
    run(f, 2);
    assert_int_equal(reg(f, CPU_R0 + 3), 1); /* and they clear the exclusive monitor */
    teardown(f);
}

static void test_vector_table_relocation(void **state)
{
    struct fixture *f = setup();
    poke(f, VTOR, RAM + 0x1000);
    assert_int_equal(peek(f, VTOR), RAM + 0x1000);
    put32(f, RAM + 0x1000 + 4 * IRQ40, (THREAD + 0x200) | 1);
    CODE(f, THREAD + 0x200, NOP, BX_LR);
    poke(f, NVIC_ISER1, 1u << 8);
    core_pend(&f->core, IRQ40);
    run(f, 1);
    assert_string_equal(f->text, "E56");
    assert_int_equal(reg(f, CPU_PC), THREAD + 0x202);
    assert_int_equal(peek(f, ICSR) & 0x1FF, IRQ40);
    assert_int_equal(peek(f, 0xE000E304), 1u << 8); /* NVIC_IABR1 */
    teardown(f);
}

/* ---- return: integrity checks ----------------------------------------------------------------------------------- */

/* Leaves the handler of IRQ0 with `exc_return` in R0; UsageFault is on. */
static struct fixture *bad_return(uint32_t exc_return)
{
    struct fixture *f = setup();
    CODE(f, handler(IRQ0), NOP, BX_R0);
    CODE(f, handler(EXC_USAGEFAULT), NOP, HERE);
    enable(f, EXC_USAGEFAULT, 0);
    enable(f, IRQ0, 0x40);
    enable(f, IRQ1, 0x60);
    core_pend(&f->core, IRQ0);
    run(f, 1);
    set(f, CPU_R0, exc_return);
    return f;
}

static void expect_invpc(struct fixture *f, uint32_t lr)
{
    run(f, 2);
    assert_int_equal(f->core.scb.cfsr, CFSR_INVPC);
    assert_int_equal(core_ipsr(&f->core), EXC_USAGEFAULT);
    assert_string_equal(f->text, "E16 T6");
    assert_int_equal(reg(f, CPU_LR), lr);
    assert_false(f->core.nvic.active >> IRQ0 & 1);
    teardown(f);
}

static void test_invpc_reserved_values(void **state)
{
    static const uint32_t reserved[] = {0xFFFFFFF3, 0xFFFFFFF5, 0xFFFFFFF7, 0xFFFFFFFB, 0xFFFFFFFF};
    for (unsigned i = 0; i < sizeof reserved / sizeof *reserved; i++)
        expect_invpc(bad_return(reserved[i]), reserved[i]);
}

static void test_invpc_to_handler_from_base_level(void **state) { expect_invpc(bad_return(0xFFFFFFF1), 0xFFFFFFF1); }

static void test_invpc_to_thread_while_nested(void **state)
{
    struct fixture *f = bad_return(0xFFFFFFF9);
    f->core.nvic.active |= 1ull << IRQ1;
    expect_invpc(f, 0xFFFFFFF9);
}

static void test_nonbasethrdena(void **state)
{
    struct fixture *f = bad_return(0xFFFFFFF9);
    f->core.nvic.active |= 1ull << IRQ1;
    f->core.scb.ccr |= CCR_NONBASETHRDENA;
    run(f, 2);
    assert_string_equal(f->text, "E16 R16");
    assert_int_equal(core_ipsr(&f->core), 0);
    assert_int_equal(f->core.nvic.active, 1ull << IRQ1);
    teardown(f);
}

static void test_invpc_not_active(void **state)
{
    struct fixture *f = bad_return(0xFFFFFFF9);
    f->core.nvic.active = 0;
    expect_invpc(f, 0xFFFFFFF9);
}

static void test_invpc_frame_of_another_mode(void **state)
{
    struct fixture *f = bad_return(0xFFFFFFF9);
    put32(f, reg(f, CPU_SP) + 28, 0x01000000 | IRQ1); /* returns to Thread mode with an IPSR */
    expect_invpc(f, 0xFFFFFFF9);
    f = bad_return(0xFFFFFFF1);
    f->core.nvic.active |= 1ull << IRQ1; /* returns to Handler mode without */
    expect_invpc(f, 0xFFFFFFF1);
}

static void test_invpc_escalates(void **state)
{
    struct fixture *f = bad_return(0xFFFFFFF1);
    CODE(f, handler(EXC_HARDFAULT), NOP, HERE);
    f->core.nvic.enabled &= ~(1ull << EXC_USAGEFAULT);
    run(f, 2);
    assert_string_equal(f->text, "E16 T3");
    assert_int_equal(f->core.scb.hfsr, HFSR_FORCED);
    assert_int_equal(f->core.scb.cfsr, CFSR_INVPC);
    teardown(f);
}

/* DeActivate() clears FAULTMASK, but for NMI; a failed return deactivates as well. */
static void test_return_clears_faultmask(void **state)
{
    static const unsigned excs[] = {IRQ0, EXC_NMI};
    for (unsigned i = 0; i < 2; i++) {
        struct fixture *f = setup();
        CODE(f, handler(excs[i]), CPSID_F, BX_LR);
        enable(f, excs[i], 0);
        core_pend(&f->core, excs[i]);
        run(f, 2);
        assert_int_equal(core_ipsr(&f->core), 0);
        assert_int_equal(reg(f, CPU_FAULTMASK), excs[i] == EXC_NMI);
        assert_int_equal(f->core.nvic.faultmask, excs[i] == EXC_NMI);
        teardown(f);
    }
    struct fixture *f = bad_return(0xFFFFFFF1);
    set(f, CPU_FAULTMASK, 1);
    core_update(&f->core);
    expect_invpc(f, 0xFFFFFFF1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame),
        cmocka_unit_test(test_exc_return),
        cmocka_unit_test(test_stack_alignment),
        cmocka_unit_test(test_cycles),
        cmocka_unit_test(test_late_arrival),
        cmocka_unit_test(test_less_urgent_is_never_late),
        cmocka_unit_test(test_pop_preemption),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_entry_state),
        cmocka_unit_test(test_vector_table_relocation),
        cmocka_unit_test(test_invpc_reserved_values),
        cmocka_unit_test(test_invpc_to_handler_from_base_level),
        cmocka_unit_test(test_invpc_to_thread_while_nested),
        cmocka_unit_test(test_nonbasethrdena),
        cmocka_unit_test(test_invpc_not_active),
        cmocka_unit_test(test_invpc_frame_of_another_mode),
        cmocka_unit_test(test_invpc_escalates),
        cmocka_unit_test(test_return_clears_faultmask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
