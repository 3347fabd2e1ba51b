/* Halting step and MON_STEP: what one step is. ARMv7-M ARM C1.5.1. */
#include "tests/unit/nvic_debug_test.h"

enum { POP_PC = 0xBD00, PUSH_LR = 0xB500, ADDS_R0_1 = 0x3001, ADDS_R0_2 = 0x3002, CMP_R0_0 = 0x2800, ITE_EQ = 0xBF0C };
enum { ADD_R1_1 = 0x3101, ADD_R1_2 = 0x3102 };

/* ---- the outcomes of a halting step -------------------------------------------------------------------------------
 */

static void test_one_instruction(void **state)
{
    struct fixture *f = setup();
    uint64_t before = cpu_retired(f->core.cpu);
    dhcsr(f, HALT);
    for (unsigned i = 1; i <= 20; i++) {
        poke(f, DFSR, 0x1F);
        assert_int_equal(step(f, STEP), THREAD + 2 * i);
        assert_int_equal(cpu_retired(f->core.cpu) - before, i);
        assert_int_equal(peek(f, DFSR), DFSR_HALTED);
        assert_int_equal(peek(f, DHCSR) & 0xFFFF, 7); /* C_STEP stays set */
    }
    assert_int_equal(now(f), 20);
    teardown(f);
}

/* A condition that fails is a step as well. */
static void test_it_block(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, CMP_R0_0, ITE_EQ, ADD_R1_1, ADD_R1_2, NOP);
    dhcsr(f, HALT);
    static const struct {
        uint32_t pc, it, r1;
    } stops[] = {{2, 0, 0}, {4, 0x0C, 0}, {6, 0x18, 1}, {8, 0, 1}, {10, 0, 1}};
    for (unsigned i = 0; i < sizeof stops / sizeof *stops; i++) {
        assert_int_equal(step(f, STEP), THREAD + stops[i].pc);
        uint32_t xpsr = debug_get(f, 16);
        assert_int_equal((xpsr >> 8 & 0xFC) | (xpsr >> 25 & 3), stops[i].it);
        assert_int_equal(reg(f, 1), stops[i].r1);
    }
    teardown(f);
}

/* What is pending is entered instead of the instruction. */
static void test_entry_instead(void **state)
{
    struct fixture *f = setup();
    CODE(f, handler(IRQ0), NOP, BX_LR);
    enable(f, IRQ0, 0x40);
    dhcsr(f, HALT);
    core_pend(&f->core, IRQ0);
    uint64_t before = cpu_retired(f->core.cpu);
    assert_int_equal(step(f, STEP), handler(IRQ0));
    assert_int_equal(cpu_retired(f->core.cpu), before);
    assert_int_equal(core_ipsr(&f->core), IRQ0);
    assert_int_equal(get32(f, STACK - 8), THREAD);
    assert_int_equal(now(f), 12);
    assert_int_equal(step(f, STEP), handler(IRQ0) + 2);
    assert_int_equal(step(f, STEP), THREAD);
    assert_int_equal(core_ipsr(&f->core), 0);
    assert_int_equal(step(f, STEP), THREAD + 2);
    teardown(f);
}

/* SVC, and what comes due with the instruction: both happen. */
static void test_instruction_and_entry(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, SVC, NOP, NOP);
    enable(f, IRQ0, 0x40);
    dhcsr(f, HALT);
    uint64_t before = cpu_retired(f->core.cpu);
    assert_int_equal(step(f, STEP), handler(EXC_SVCALL));
    assert_int_equal(cpu_retired(f->core.cpu), before + 1);
    assert_int_equal(get32(f, STACK - 8), THREAD + 2);
    assert_int_equal(step(f, STEP), THREAD + 2);
    pend_at(f, (unsigned)now(f) + 1, IRQ0);
    assert_int_equal(step(f, STEP), handler(IRQ0));
    assert_int_equal(get32(f, STACK - 8), THREAD + 4);
    teardown(f);
}

/* A fault is entered without its instruction having retired. */
static void test_fault(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, LDR_R0_R1);
    CODE(f, handler(EXC_HARDFAULT), HERE);
    set(f, 1, 0x30000000);
    dhcsr(f, HALT);
    uint64_t before = cpu_retired(f->core.cpu);
    assert_int_equal(step(f, STEP), handler(EXC_HARDFAULT));
    assert_int_equal(cpu_retired(f->core.cpu), before);
    assert_int_equal(get32(f, STACK - 8), THREAD);
    teardown(f);
}

/* The return of a handler leads into the one that is pending, without anything being pushed. */
static void test_tail_chain(void **state)
{
    struct fixture *f = setup();
    enable(f, IRQ0, 0x40);
    enable(f, IRQ1, 0x40);
    core_pend(&f->core, IRQ0);
    dhcsr(f, HALT);
    assert_int_equal(step(f, STEP), handler(IRQ0));
    core_pend(&f->core, IRQ1);
    uint32_t sp = reg(f, CPU_SP);
    assert_int_equal(step(f, STEP), handler(IRQ1));
    assert_int_equal(reg(f, CPU_SP), sp);
    assert_string_equal(f->text, "E16 T17");
    assert_int_equal(step(f, STEP), THREAD);
    teardown(f);
}

/* Only one frame is pushed in a step, even when more urgent exceptions wait at each turn. */
static void test_one_entry_per_step(void **state)
{
    struct fixture *f = setup();
    CODE(f, handler(IRQ0), HERE);
    enable(f, IRQ0, 0x40);
    enable(f, IRQ1, 0x20);
    dhcsr(f, HALT);
    core_pend(&f->core, IRQ0);
    pend_at(f, 13, IRQ1); /* too late to displace IRQ0, whose entry ends at 12 */
    assert_int_equal(step(f, STEP), handler(IRQ0));
    f->sched.now += 5 * VTIME_PER_CYCLE;
    assert_int_equal(step(f, STEP), handler(IRQ1));
    assert_string_equal(f->text, "E16 E17");
    teardown(f);
}

static void test_late_arrival_in_a_step(void **state)
{
    struct fixture *f = setup();
    enable(f, IRQ0, 0x40);
    enable(f, IRQ1, 0x20);
    dhcsr(f, HALT);
    core_pend(&f->core, IRQ0);
    pend_at(f, 6, IRQ1);
    assert_int_equal(step(f, STEP), handler(IRQ1));
    assert_string_equal(f->text, "E17 L17>16");
    teardown(f);
}

/* Unmasked steps through a storm of interrupts are the free run, cut in pieces. */
static void test_steps_are_the_free_run(void **state)
{
    uint32_t regs[2][17];
    uint64_t end[2];
    char text[2][512];
    for (unsigned stepped = 0; stepped < 2; stepped++) {
        struct fixture *f = setup();
        CODE(f, THREAD, ADDS_R0_1, SVC, ADDS_R0_2, 0xE7FB /* b THREAD */);
        CODE(f, handler(IRQ0), ADD_R1_1, NOP, NOP, BX_LR);
        CODE(f, handler(IRQ1), ADD_R1_2, BX_LR);
        enable(f, IRQ0, 0x40);
        enable(f, IRQ1, 0x20);
        for (unsigned i = 0; i < 8; i++)
            pend_at(f, 7 + 17 * i, i & 1 ? IRQ1 : IRQ0);
        cpu_breakpoint(f->core.cpu, THREAD + 0x100, true);
        if (stepped) {
            dhcsr(f, HALT);
            while (cpu_retired(f->core.cpu) < 100)
                step(f, STEP);
        } else {
            run(f, 100);
            while (run(f, 0) != CORE_STOP_BUDGET)
                ;
        }
        cpu_get_core(f->core.cpu, regs[stepped]);
        end[stepped] = now(f);
        strcpy(text[stepped], f->text);
        teardown(f);
    }
    assert_string_equal(text[0], text[1]);
    assert_int_equal(end[0], end[1]);
    assert_memory_equal(regs[0], regs[1], sizeof regs[0]);
}

/* ---- C_MASKINTS ---------------------------------------------------------------------------------------------------
 */

static void mask(struct fixture *f)
{
    dhcsr(f, HALT);
    dhcsr(f, MASKED_HALT);
}

static void test_masked_step(void **state)
{
    static const unsigned masked[] = {IRQ0, EXC_SYSTICK, EXC_PENDSV};
    for (unsigned i = 0; i < 3; i++) {
        struct fixture *f = setup();
        mask(f);
        enable(f, masked[i], 0);
        core_pend(&f->core, masked[i]);
        assert_int_equal(step(f, MASKED_STEP), THREAD + 2);
        assert_int_equal(step(f, MASKED_STEP), THREAD + 4);
        assert_int_equal(reg(f, CPU_PRIMASK), 0); /* the mask is no state that firmware sees */
        dhcsr(f, HALT | DHCSR_C_MASKINTS);
        dhcsr(f, HALT);
        assert_int_equal(step(f, STEP), handler(masked[i]));
        teardown(f);
    }
}

static void test_what_the_mask_lets_through(void **state)
{
    static const struct {
        unsigned exc;
        uint16_t code;
    } through[] = {{EXC_NMI, NOP}, {EXC_SVCALL, SVC}, {EXC_HARDFAULT, UDF}};
    for (unsigned i = 0; i < 3; i++) {
        struct fixture *f = setup();
        CODE(f, THREAD, through[i].code);
        mask(f);
        if (through[i].exc == EXC_NMI)
            core_pend(&f->core, EXC_NMI);
        assert_int_equal(step(f, MASKED_STEP), handler(through[i].exc));
        teardown(f);
    }
}

static void test_masked_return_does_not_tail_chain(void **state)
{
    struct fixture *f = setup();
    enable(f, IRQ0, 0x40);
    enable(f, IRQ1, 0x40);
    core_pend(&f->core, IRQ0);
    dhcsr(f, HALT);
    step(f, STEP);
    core_pend(&f->core, IRQ1);
    dhcsr(f, MASKED_HALT);
    assert_int_equal(step(f, MASKED_STEP), THREAD);
    assert_string_equal(f->text, "E16 R16");
    assert_true(f->core.nvic.pending >> IRQ1 & 1);
    teardown(f);
}

static void test_masked_run(void **state)
{
    struct fixture *f = setup();
    mask(f);
    enable(f, IRQ0, 0);
    core_pend(&f->core, IRQ0);
    dhcsr(f, MASKED_RUN);
    assert_int_equal(run(f, 20), CORE_STOP_BUDGET);
    assert_string_equal(f->text, "");
    dhcsr(f, MASKED_HALT);
    dhcsr(f, HALT);
    dhcsr(f, DEBUGEN);
    run(f, 1);
    assert_string_equal(f->text, "E16 R16");
    teardown(f);
}

/* ---- sleep --------------------------------------------------------------------------------------------------------
 */

/* The step over WFI ends when something wakes the core: behind it, or in the handler. */
static void test_step_over_wfi(void **state)
{
    for (unsigned primask = 0; primask < 2; primask++) {
        struct fixture *f = setup();
        CODE(f, THREAD, WFI, NOP);
        enable(f, IRQ0, 0x40);
        set(f, CPU_PRIMASK, primask);
        core_update(&f->core);
        dhcsr(f, HALT);
        dhcsr(f, STEP);
        assert_int_equal(run(f, 10), CORE_STOP_ASLEEP);
        assert_int_equal(peek(f, DHCSR) & (DHCSR_S_SLEEP | DHCSR_S_HALT), DHCSR_S_SLEEP);
        core_pend(&f->core, IRQ0);
        assert_int_equal(run(f, 10), CORE_STOP_HALTED);
        assert_int_equal(reg(f, CPU_PC), primask ? THREAD + 2 : handler(IRQ0));
        teardown(f);
    }
}

static void test_step_over_wfi_options(void **state)
{
    static const struct {
        enum debug_wfi wfi;
        enum core_stop stop, pended;
    } cases[] = {{DEBUG_WFI_SLEEPS, CORE_STOP_ASLEEP, CORE_STOP_HALTED},
                 {DEBUG_WFI_NOP, CORE_STOP_HALTED, CORE_STOP_HALTED},
                 {DEBUG_WFI_BLOCKS, CORE_STOP_ASLEEP, CORE_STOP_ASLEEP}};
    for (unsigned i = 0; i < 3; i++)
        for (unsigned wfe = 0; wfe < 2; wfe++) {
            struct fixture *f = setup();
            f->core.debug.options.wfi = cases[i].wfi;
            f->core.event_register = false;
            CODE(f, THREAD, wfe ? WFE : WFI, NOP);
            enable(f, IRQ0, 0x40);
            mask(f);
            dhcsr(f, MASKED_STEP);
            assert_int_equal(run(f, 10), cases[i].stop);
            core_pend(&f->core, IRQ0);
            assert_int_equal(run(f, 10), cases[i].pended);
            dhcsr(f, MASKED_HALT); /* gets control whatever happens */
            assert_int_equal(run(f, 10), CORE_STOP_HALTED);
            assert_int_equal(reg(f, CPU_PC), THREAD + 2);
            teardown(f);
        }
}

/* ---- things on the way --------------------------------------------------------------------------------------------
 */

static void test_step_onto_and_over_bkpt(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, NOP, BKPT, NOP);
    dhcsr(f, HALT);
    assert_int_equal(step(f, STEP), THREAD + 2);
    poke(f, DFSR, 0x1F);
    assert_int_equal(step(f, STEP), THREAD + 2);
    assert_int_equal(peek(f, DFSR), DFSR_BKPT);
    teardown(f);
}

static void test_step_into_vector_catch(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, UDF);
    poke(f, DEMCR, DEMCR_VC_HARDERR);
    dhcsr(f, HALT);
    poke(f, DFSR, 0x1F);
    assert_int_equal(step(f, STEP), handler(EXC_HARDFAULT));
    assert_int_equal(peek(f, DFSR), DFSR_VCATCH);
    assert_int_equal(step(f, STEP), THREAD); /* BX LR: nothing of the first step is left */
    teardown(f);
}

/* The first FP instruction opens its context, or saves the lazy one: the step is the instruction all the same. */
static void test_step_over_fp(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, VADD_1, VADD_2, NOP);
    CODE(f, handler(IRQ0), VADD_1, VADD_2, BX_LR);
    poke(f, 0xE000ED88, 0x00F00000);
    enable(f, IRQ0, 0x40);
    dhcsr(f, HALT);
    assert_int_equal(step(f, STEP), THREAD + 4);
    core_pend(&f->core, IRQ0);
    assert_int_equal(step(f, STEP), handler(IRQ0));
    assert_true(f->core.scb.fpccr & FPCCR_LSPACT);
    assert_int_equal(step(f, STEP), handler(IRQ0) + 4);
    assert_false(f->core.scb.fpccr & FPCCR_LSPACT);
    teardown(f);
}

/* Attention of the host's in the middle does not end it. */
static void test_attention_in_a_step(void **state)
{
    struct fixture *f = setup();
    dhcsr(f, HALT);
    dhcsr(f, STEP);
    core_attention(&f->core);
    assert_int_equal(run(f, 10), CORE_STOP_ATTENTION);
    assert_int_equal(run(f, 10), CORE_STOP_HALTED);
    assert_int_equal(reg(f, CPU_PC), THREAD + 2);
    teardown(f);
}

/* ---- DebugMonitor -------------------------------------------------------------------------------------------------
 */

enum { SHPR3 = 0xE000ED20, MON_STEP = DEMCR_MON_EN | DEMCR_MON_STEP };

static struct fixture *set_up_monitor(uint32_t priority)
{
    struct fixture *f = setup();
    poke(f, SHPR3, priority);
    return f;
}

/* Each return of the monitor is followed by one instruction. */
static void test_mon_step(void **state)
{
    struct fixture *f = set_up_monitor(0x80);
    poke(f, DEMCR, MON_STEP);
    for (unsigned i = 1; i <= 5; i++) {
        run(f, 2); /* the instruction, and the monitor's BX LR */
        assert_int_equal(reg(f, CPU_PC), THREAD + 2 * i);
        assert_int_equal(get32(f, STACK - 8), THREAD + 2 * i);
        assert_int_equal(peek(f, DFSR), DFSR_HALTED);
        poke(f, DFSR, 0x1F);
    }
    assert_int_equal(f->core.exceptions[EXC_DEBUGMON], 5);
    poke(f, DEMCR, DEMCR_MON_EN);
    run(f, 5);
    assert_int_equal(f->core.exceptions[EXC_DEBUGMON], 5);
    teardown(f);
}

/* A more urgent exception runs to its end, unstepped; a less urgent one is stepped into: its first instruction is what
 * the monitor sees. */
static void test_mon_step_and_interrupts(void **state)
{
    for (unsigned urgent = 0; urgent < 2; urgent++) {
        struct fixture *f = set_up_monitor(0x80);
        CODE(f, handler(IRQ0), NOP, NOP, BX_LR);
        enable(f, IRQ0, urgent ? 0x40 : 0xC0);
        run(f, 1);
        core_pend(&f->core, IRQ0);
        poke(f, DEMCR, MON_STEP);
        if (urgent) {
            run(f, 5);
            assert_string_equal(f->text, "E16 R16 E12 R12");
            assert_int_equal(get32(f, STACK - 8), THREAD + 4);
        } else {
            run(f, 1);
            assert_string_equal(f->text, "E16 E12 R12");
            assert_int_equal(get32(f, STACK - 0x20 - 8), handler(IRQ0));
            run(f, 2);
            assert_int_equal(get32(f, STACK - 0x20 - 8), handler(IRQ0) + 2);
        }
        teardown(f);
    }
}

/* Code that is as urgent as the monitor, or more, is not stepped; nor is anything with C_DEBUGEN. */
static void test_mon_step_is_not_active(void **state)
{
    struct fixture *f = set_up_monitor(0x80);
    CODE(f, handler(IRQ0), NOP, NOP, HERE);
    enable(f, IRQ0, 0x80);
    core_pend(&f->core, IRQ0);
    run(f, 1);
    poke(f, DEMCR, MON_STEP);
    run(f, 10);
    assert_string_equal(f->text, "E16");
    teardown(f);
    f = set_up_monitor(0x80);
    dhcsr(f, DEBUGEN);
    poke(f, DEMCR, MON_STEP);
    run(f, 10);
    assert_string_equal(f->text, "");
    teardown(f);
}

/* What is stepped into a call of the supervisor is first in that handler, as with halting step. */
static void test_mon_step_over_svc(void **state)
{
    struct fixture *f = set_up_monitor(0x00);
    f->core.nvic.priority[EXC_SVCALL] = 0xE0;
    CODE(f, THREAD, SVC, NOP);
    poke(f, DEMCR, MON_STEP);
    run(f, 2);
    assert_string_equal(f->text, "E11 E12 R12");
    assert_int_equal(get32(f, STACK - 0x20 - 8), handler(EXC_SVCALL));
    teardown(f);
}

static void test_mon_pend(void **state)
{
    struct fixture *f = set_up_monitor(0x80);
    CODE(f, handler(EXC_DEBUGMON), HERE);
    poke(f, DEMCR, DEMCR_MON_PEND); /* without MON_EN it stays pending */
    run(f, 3);
    assert_string_equal(f->text, "");
    assert_int_equal(peek(f, DEMCR), DEMCR_MON_PEND);
    poke(f, DEMCR, 0);
    assert_int_equal(peek(f, DEMCR), 0);
    poke(f, DEMCR, DEMCR_MON_EN | DEMCR_MON_PEND | DEMCR_MON_REQ);
    run(f, 1);
    assert_string_equal(f->text, "E12");
    assert_int_equal(peek(f, DEMCR), DEMCR_MON_EN | DEMCR_MON_REQ);
    teardown(f);
}

/* BKPT: the monitor if it may preempt, else HardFault; with halting debug, neither. */
static void test_bkpt_and_the_monitor(void **state)
{
    static const struct {
        uint32_t demcr, priority, running_at; /* 0x100: Thread mode */
        const char *want;
    } cases[] = {
        {DEMCR_MON_EN, 0x80, 0x100, "E12"},    {0, 0x80, 0x100, "E3"},
        {DEMCR_MON_EN, 0x80, 0xC0, "E16 E12"}, {DEMCR_MON_EN, 0x80, 0x80, "E16 E3"},
        {DEMCR_MON_EN, 0x80, 0x40, "E16 E3"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = set_up_monitor(cases[i].priority);
        CODE(f, THREAD, BKPT);
        CODE(f, handler(IRQ0), BKPT);
        CODE(f, handler(EXC_DEBUGMON), HERE);
        CODE(f, handler(EXC_HARDFAULT), HERE);
        poke(f, DEMCR, cases[i].demcr);
        if (cases[i].running_at < 0x100) {
            enable(f, IRQ0, (uint8_t)cases[i].running_at);
            core_pend(&f->core, IRQ0);
        }
        run(f, 1);
        assert_string_equal(f->text, cases[i].want);
        assert_int_equal(peek(f, DFSR), DFSR_BKPT);
        assert_int_equal(!!(f->core.scb.hfsr & HFSR_DEBUGEVT), core_ipsr(&f->core) == EXC_HARDFAULT);
        teardown(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_instruction),
        cmocka_unit_test(test_it_block),
        cmocka_unit_test(test_entry_instead),
        cmocka_unit_test(test_instruction_and_entry),
        cmocka_unit_test(test_fault),
        cmocka_unit_test(test_tail_chain),
        cmocka_unit_test(test_one_entry_per_step),
        cmocka_unit_test(test_late_arrival_in_a_step),
        cmocka_unit_test(test_steps_are_the_free_run),
        cmocka_unit_test(test_masked_step),
        cmocka_unit_test(test_what_the_mask_lets_through),
        cmocka_unit_test(test_masked_return_does_not_tail_chain),
        cmocka_unit_test(test_masked_run),
        cmocka_unit_test(test_step_over_wfi),
        cmocka_unit_test(test_step_over_wfi_options),
        cmocka_unit_test(test_step_onto_and_over_bkpt),
        cmocka_unit_test(test_step_into_vector_catch),
        cmocka_unit_test(test_step_over_fp),
        cmocka_unit_test(test_attention_in_a_step),
        cmocka_unit_test(test_mon_step),
        cmocka_unit_test(test_mon_step_and_interrupts),
        cmocka_unit_test(test_mon_step_is_not_active),
        cmocka_unit_test(test_mon_step_over_svc),
        cmocka_unit_test(test_mon_pend),
        cmocka_unit_test(test_bkpt_and_the_monitor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
