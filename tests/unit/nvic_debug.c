/* Debug state, its registers, vector catch and sleep. ARMv7-M ARM C1.3…C1.6. */
#include "tests/unit/nvic_debug_test.h"

/* ---- DHCSR ------------------------------------------------------------------------------------------------------ */

static void test_halt_and_resume(void **state)
{
    struct fixture *f = setup();
    assert_int_equal(peek(f, DHCSR) & 0xFFFF, 0);
    run(f, 5);
    dhcsr(f, HALT);
    assert_int_equal(peek(f, DHCSR) & 0x000FFFFF, HALT | DHCSR_S_REGRDY | DHCSR_S_HALT);
    assert_int_equal(peek(f, DFSR), DFSR_HALTED);
    assert_int_equal(run(f, 10), CORE_STOP_HALTED);
    assert_int_equal(reg(f, CPU_PC), THREAD + 10);
    assert_int_equal(now(f), 5);
    poke(f, DFSR, DFSR_HALTED);
    assert_int_equal(peek(f, DFSR), 0);
    dhcsr(f, DEBUGEN);
    assert_false(is_halted(f));
    assert_int_equal(run(f, 3), CORE_STOP_BUDGET);
    assert_int_equal(reg(f, CPU_PC), THREAD + 16);
    dhcsr(f, HALT);
    dhcsr(f, 0); /* without C_DEBUGEN there is no Debug state */
    assert_int_equal(peek(f, DHCSR) & 0xFFFF, 0);
    assert_int_equal(run(f, 1), CORE_STOP_BUDGET);
    teardown(f);
}

static void test_key(void **state)
{
    struct fixture *f = setup();
    poke(f, DHCSR, HALT);
    poke(f, DHCSR, 0xA0500000 | HALT);
    assert_int_equal(peek(f, DHCSR) & 0xFFFF, 0);
    assert_int_equal(run(f, 1), CORE_STOP_BUDGET);
    teardown(f);
}

/* r0 = value, r1 = DHCSR: the firmware writes it. */
static void guest_writes(struct fixture *f, uint32_t value)
{
    CODE(f, THREAD, STR_R0_R1, NOP, HERE);
    set(f, CPU_R0, DHCSR_DBGKEY | value);
    set(f, CPU_R0 + 1, DHCSR);
}

static void test_firmware_cannot_enable_debug(void **state)
{
    struct fixture *f = setup();
    guest_writes(f, HALT);
    assert_int_equal(run(f, 3), CORE_STOP_BUDGET);
    assert_int_equal(peek(f, DHCSR) & 0xFFFF, 0);
    teardown(f);
}

/* With C_DEBUGEN set it may halt itself, but not clear that bit. */
static void test_firmware_halts_itself(void **state)
{
    struct fixture *f = setup();
    guest_writes(f, DHCSR_C_HALT);
    dhcsr(f, DEBUGEN);
    assert_int_equal(run(f, 3), CORE_STOP_HALTED);
    assert_int_equal(reg(f, CPU_PC), THREAD + 2);
    assert_int_equal(peek(f, DHCSR) & 0xFFFF, HALT);
    teardown(f);
}

static void test_sticky_bits(void **state)
{
    struct fixture *f = setup();
    assert_int_equal(peek(f, DHCSR) & (DHCSR_S_RESET_ST | DHCSR_S_RETIRE_ST), DHCSR_S_RESET_ST);
    assert_int_equal(peek(f, DHCSR) & (DHCSR_S_RESET_ST | DHCSR_S_RETIRE_ST), 0);
    run(f, 1);
    assert_int_equal(peek(f, DHCSR) & (DHCSR_S_RESET_ST | DHCSR_S_RETIRE_ST), DHCSR_S_RETIRE_ST);
    assert_int_equal(peek(f, DHCSR) & (DHCSR_S_RESET_ST | DHCSR_S_RETIRE_ST), 0);
    teardown(f);
}

/* Each misuse is told, and told once. */
static void test_unpredictable_is_logged_once(void **state)
{
    static const struct {
        uint32_t first, second;
        bool run_between;
    } uses[] = {
        {MASKED_HALT, MASKED_HALT, false}, /* C_MASKINTS comes with C_DEBUGEN */
        {HALT, MASKED_RUN, false},         /* C_MASKINTS changes while C_HALT goes */
        {DEBUGEN, MASKED_RUN, true},       /* C_MASKINTS changes while running */
        {DEBUGEN, STEP, true},             /* C_STEP changes while running */
    };
    for (unsigned i = 0; i < sizeof uses / sizeof *uses; i++) {
        struct fixture *f = setup();
        struct messages m;
        listen(f, &m);
        for (unsigned again = 0; again < 2; again++) {
            dhcsr(f, 0);
            dhcsr(f, uses[i].first);
            if (uses[i].run_between)
                run(f, 1);
            dhcsr(f, uses[i].second);
        }
        assert_int_equal(m.n, 1);
        assert_non_null(strstr(m.last, "UNPREDICTABLE"));
        teardown(f);
    }
}

/* What debuggers do to avoid it is not told. */
static void test_proper_use_is_not_logged(void **state)
{
    static const uint8_t writes[] = {HALT, MASKED_HALT, MASKED_STEP, MASKED_HALT, HALT, STEP, HALT, DEBUGEN, HALT};
    struct fixture *f = setup();
    struct messages m;
    listen(f, &m);
    for (unsigned i = 0; i < sizeof writes; i++) {
        dhcsr(f, writes[i]);
        run(f, 10);
    }
    assert_int_equal(m.n, 0);
    teardown(f);
}

/* ---- DCRSR, DCRDR ----------------------------------------------------------------------------------------------- */

static void test_registers(void **state)
{
    struct fixture *f = setup();
    dhcsr(f, HALT);
    for (unsigned sel = 0; sel < 13; sel++)
        debug_set(f, sel, 0x01010101 * sel);
    debug_set(f, 14, 0xCAFEBABE);
    debug_set(f, 15, 0x1234);
    debug_set(f, 16, 0x89000000);
    debug_set(f, 17, STACK - 64);
    debug_set(f, 18, PROCESS_STACK);
    debug_set(f, 33, 0x03000000);
    for (unsigned i = 0; i < 32; i++)
        debug_set(f, 64 + i, 0x3F800000 + i);
    for (unsigned sel = 0; sel < 13; sel++)
        assert_int_equal(debug_get(f, sel), 0x01010101 * sel);
    assert_int_equal(debug_get(f, 13), STACK - 64);
    assert_int_equal(debug_get(f, 14), 0xCAFEBABE);
    assert_int_equal(debug_get(f, 15), 0x1234);
    assert_int_equal(debug_get(f, 16), 0x89000000);
    assert_int_equal(debug_get(f, 18), PROCESS_STACK);
    assert_int_equal(debug_get(f, 33), 0x03000000);
    for (unsigned i = 0; i < 32; i++)
        assert_int_equal(reg(f, (enum cpu_reg)(CPU_S0 + i)), 0x3F800000 + i);
    dhcsr(f, DEBUGEN);
    run(f, 1);
    assert_int_equal(reg(f, CPU_PC), 0x1236);
    teardown(f);
}

/* CONTROL, FAULTMASK, BASEPRI and PRIMASK are one register to a debugger. */
static void test_special_registers(void **state)
{
    struct fixture *f = setup();
    dhcsr(f, HALT);
    debug_set(f, 20, 0x0201FF01);
    assert_int_equal(debug_get(f, 20), 0x0201E001);
    assert_int_equal(reg(f, CPU_CONTROL), CONTROL_SPSEL);
    assert_int_equal(reg(f, CPU_FAULTMASK), 1);
    assert_int_equal(reg(f, CPU_BASEPRI), 0xE0);
    assert_int_equal(reg(f, CPU_PRIMASK), 1);
    debug_set(f, 18, PROCESS_STACK);
    assert_int_equal(debug_get(f, 13), PROCESS_STACK);
    debug_set(f, 20, 0);
    assert_int_equal(debug_get(f, 13), STACK);
    teardown(f);
}

/* A mask that a debugger changes counts at once: the interrupt is taken when the core goes on. */
static void test_unmasking_by_register(void **state)
{
    struct fixture *f = setup();
    CODE(f, handler(IRQ0), HERE);
    enable(f, IRQ0, 0x40);
    set(f, CPU_PRIMASK, 1);
    core_update(&f->core);
    core_pend(&f->core, IRQ0);
    run(f, 2);
    dhcsr(f, HALT);
    assert_false(peek(f, ICSR) & 1 << 23);
    debug_set(f, 20, 0);
    assert_true(peek(f, ICSR) & 1 << 23); /* ISRPREEMPT */
    dhcsr(f, DEBUGEN);
    run(f, 1);
    assert_string_equal(f->text, "E16");
    teardown(f);
}

static void test_register_transfer_needs_debug_state(void **state)
{
    struct fixture *f = setup();
    struct messages m;
    listen(f, &m);
    dhcsr(f, DEBUGEN);
    poke(f, DCRDR, 77);
    poke(f, DCRSR, 3 | DCRSR_REGWNR);
    assert_int_equal(reg(f, 3), 0);
    assert_int_equal(m.n, 1);
    dhcsr(f, HALT);
    debug_set(f, 19, 5);
    assert_int_equal(m.n, 2);
    teardown(f);
}

static void test_exception_number_is_kept(void **state)
{
    struct fixture *f = setup();
    struct messages m;
    listen(f, &m);
    CODE(f, handler(IRQ0), HERE);
    enable(f, IRQ0, 0x40);
    core_pend(&f->core, IRQ0);
    run(f, 1);
    dhcsr(f, HALT);
    debug_set(f, 16, 0x61000000 | IRQ0);
    assert_int_equal(m.n, 0);
    debug_set(f, 16, 0x81000000);
    assert_int_equal(debug_get(f, 16), 0x81000000 | IRQ0);
    assert_int_equal(m.n, 1);
    teardown(f);
}

/* DCRDR also carries bytes between firmware and debugger: a halfword store changes a half. */
static void test_dcrdr_by_halves(void **state)
{
    struct fixture *f = setup();
    poke(f, DCRDR, 0x11223344);
    assert_true(bus_write(&f->bus, DCRDR, 0xABCD, 2));
    assert_int_equal(peek(f, DCRDR), 0x1122ABCD);
    teardown(f);
}

/* ---- what the debugger holds without being seen -------------------------------------------------------------------
 */

static void test_hold(void **state)
{
    struct fixture *f = setup();
    debug_hold(&f->core, true);
    assert_int_equal(run(f, 10), CORE_STOP_HALTED);
    assert_int_equal(peek(f, DHCSR) & 0xFFFFF, HALT | DHCSR_S_HALT | DHCSR_S_REGRDY);
    uint32_t seen = 1;
    assert_true(bus_read(&f->bus, DHCSR, &seen, 4)); /* by the firmware */
    assert_int_equal(seen & 0xFFFFF, DHCSR_S_REGRDY);
    assert_int_equal(peek(f, DFSR), 0);
    debug_hold(&f->core, false);
    assert_int_equal(run(f, 10), CORE_STOP_BUDGET);
    teardown(f);
}

/* A debugger that writes DHCSR while it is held takes over from there. */
static void test_hold_becomes_debug_state(void **state)
{
    struct fixture *f = setup();
    struct messages m;
    listen(f, &m);
    debug_hold(&f->core, true);
    assert_int_equal(step(f, STEP), THREAD + 2);
    assert_int_equal(peek(f, DFSR), DFSR_HALTED);
    dhcsr(f, DEBUGEN);
    assert_int_equal(run(f, 3), CORE_STOP_BUDGET);
    debug_hold(&f->core, true);
    dhcsr(f, HALT);
    assert_int_equal(run(f, 3), CORE_STOP_HALTED);
    debug_hold(&f->core, false); /* it is in Debug state, and stays there */
    assert_int_equal(run(f, 3), CORE_STOP_HALTED);
    debug_release(&f->core);
    assert_int_equal(run(f, 3), CORE_STOP_BUDGET);
    assert_int_equal(m.n, 0);
    teardown(f);
}

static void test_disconnect(void **state)
{
    struct fixture *f = setup();
    dhcsr(f, HALT);
    dhcsr(f, MASKED_HALT);
    debug_disconnect(&f->core);
    assert_int_equal(peek(f, DHCSR) & 0xFFFF, 0);
    assert_false(f->core.nvic.debug_mask);
    assert_int_equal(run(f, 3), CORE_STOP_BUDGET);
    teardown(f);
}

/* ---- clocks ----------------------------------------------------------------------------------------------------- */

enum { SYST_CSR = 0xE000E010, SYST_RVR = 0xE000E014, SYST_CVR = 0xE000E018, DWT_CTRL = 0xE0001000 };
enum { DWT_CYCCNT = 0xE0001004 };

/* While it is halted time passes for everybody else. */
static void test_clocks_stand_in_debug_state(void **state)
{
    struct fixture *f = setup();
    poke(f, SYST_RVR, 999);
    poke(f, SYST_CVR, 0);
    poke(f, DEMCR, DEMCR_TRCENA);
    poke(f, DWT_CTRL, 1);
    poke(f, SYST_CSR, 5);
    run(f, 100);
    dhcsr(f, HALT);
    uint32_t cvr = peek(f, SYST_CVR), cyccnt = peek(f, DWT_CYCCNT);
    assert_int_equal(cvr, 900);
    assert_int_equal(cyccnt, 100);
    enable(f, IRQ0, 0x40);
    pend_at(f, 5000, IRQ0);
    debug_pass_time(&f->core, 10000 * VTIME_PER_CYCLE);
    assert_int_equal(now(f), 10000);
    assert_true(f->core.nvic.pending >> IRQ0 & 1);
    assert_true(f->core.state.halted);
    assert_int_equal(peek(f, SYST_CVR), cvr);
    assert_int_equal(peek(f, DWT_CYCCNT), cyccnt);
    dhcsr(f, DEBUGEN);
    assert_false(f->core.state.halted);
    f->core.nvic.enabled &= ~(1ull << IRQ0);
    run(f, 50);
    assert_int_equal(peek(f, SYST_CVR), cvr - 50);
    assert_int_equal(peek(f, DWT_CYCCNT), cyccnt + 50);
    teardown(f);
}

/* A halt that takes no time leaves no trace in any clock: not even in the order of events. */
static void test_halt_without_time(void **state)
{
    for (unsigned phase = 0; phase < 40; phase++) {
        vtime wrapped[2];
        for (unsigned halted = 0; halted < 2; halted++) {
            struct fixture *f = setup();
            CODE(f, handler(EXC_SYSTICK), HERE);
            f->sched.now += 3; /* not at a clock edge, as behind a sleep */
            poke(f, SYST_RVR, 29);
            poke(f, SYST_CSR, 7);
            run(f, phase);
            if (halted) {
                dhcsr(f, HALT);
                assert_int_equal(run(f, 1), CORE_STOP_HALTED);
                dhcsr(f, DEBUGEN);
            }
            run(f, 80);
            wrapped[halted] = f->time[0];
            assert_string_equal(f->text, "E15");
            teardown(f);
        }
        assert_int_equal(wrapped[0], wrapped[1]);
    }
}

/* ---- vector catch ----------------------------------------------------------------------------------------------- */

enum { CPACR = 0xE000ED88, CCR = 0xE000ED14, UDIV_R0_R1_1 = 0xFBB0, UDIV_R0_R1_2 = 0xF0F1 };

struct catch_case {
    const char *name;
    uint32_t vc;
    unsigned exc;
    uint16_t code[2];
    uint32_t r1;
    bool enabled; /* the fault has its own handler */
    uint32_t sp;  /* 0: as it is */
    uint32_t ccr;
};

static const struct catch_case catches[] = {
    {"precise", DEMCR_VC_BUSERR, EXC_BUSFAULT, {LDR_R0_R1, NOP}, 0x30000000, true, 0, 0},
    {"fetch", DEMCR_VC_BUSERR, EXC_BUSFAULT, {BX_R0, NOP}, 0, true, 0, 0},
    {"never executable", DEMCR_VC_MMERR, EXC_MEMMANAGE, {BX_R0, NOP}, 0, true, 0, 0},
    {"undefined", DEMCR_VC_STATERR, EXC_USAGEFAULT, {UDF, NOP}, 0, true, 0, 0},
    {"no FPU", DEMCR_VC_NOCPERR, EXC_USAGEFAULT, {VADD_1, VADD_2}, 0, true, 0, 0},
    {"divide", DEMCR_VC_CHKERR, EXC_USAGEFAULT, {UDIV_R0_R1_1, UDIV_R0_R1_2}, 0, true, 0, CCR_DIV_0_TRP},
    {"unaligned", DEMCR_VC_CHKERR, EXC_USAGEFAULT, {LDR_R0_R1, NOP}, RAM + 1, true, 0, CCR_UNALIGN_TRP},
    {"stacking", DEMCR_VC_INTERR, EXC_BUSFAULT, {SVC, NOP}, 0, true, 0x30001000, 0},
    {"escalated", DEMCR_VC_HARDERR, EXC_HARDFAULT, {UDF, NOP}, 0, false, 0, 0},
    {"BKPT", DEMCR_VC_HARDERR, EXC_HARDFAULT, {BKPT, NOP}, 0, false, 0, 0},
};

static const uint32_t all_catches = DEMCR_VC_MMERR | DEMCR_VC_NOCPERR | DEMCR_VC_CHKERR | DEMCR_VC_STATERR |
                                    DEMCR_VC_BUSERR | DEMCR_VC_INTERR | DEMCR_VC_HARDERR;

static struct fixture *set_up_catch(const struct catch_case *k, uint32_t vc)
{
    struct fixture *f = setup();
    CODE(f, THREAD, k->code[0], k->code[1]);
    set(f, CPU_R0, k->exc == EXC_MEMMANAGE ? 0x40000001 : 0x10000001);
    set(f, CPU_R0 + 1, k->r1);
    if (k->sp)
        set(f, CPU_SP, k->sp);
    poke(f, CCR, CCR_STKALIGN | k->ccr);
    if (k->enabled)
        poke(f, SHCSR, 7 << 16);
    poke(f, DEMCR, vc);
    return f;
}

/* The core halts at the first instruction of the handler, its frame on the stack. */
static void test_vector_catch(void **state)
{
    for (unsigned i = 0; i < sizeof catches / sizeof *catches; i++) {
        const struct catch_case *k = &catches[i];
        if (k->code[0] == BKPT) /* with C_DEBUGEN it is no fault at all */
            continue;
        struct fixture *f = set_up_catch(k, k->vc);
        dhcsr(f, DEBUGEN);
        assert_int_equal(run(f, 20), CORE_STOP_HALTED);
        assert_int_equal(reg(f, CPU_PC), handler(k->exc));
        assert_int_equal(core_ipsr(&f->core), k->exc);
        assert_int_equal(peek(f, DFSR), DFSR_VCATCH);
        dhcsr(f, DEBUGEN); /* and it goes on */
        run(f, 1);
        assert_int_equal(reg(f, CPU_LR) & 0xFFFFFFE0, 0xFFFFFFE0);
        teardown(f);
    }
}

/* Neither for the other bits, nor without C_DEBUGEN. */
static void test_what_vector_catch_does_not_catch(void **state)
{
    for (unsigned i = 0; i < sizeof catches / sizeof *catches; i++)
        for (unsigned debugen = 0; debugen < 2; debugen++) {
            const struct catch_case *k = &catches[i];
            if (k->code[0] == BKPT && debugen)
                continue;
            struct fixture *f = set_up_catch(k, debugen ? all_catches & ~k->vc : all_catches);
            if (debugen)
                dhcsr(f, DEBUGEN);
            assert_int_equal(run(f, 20), CORE_STOP_BUDGET);
            assert_int_equal(peek(f, DFSR), k->code[0] == BKPT ? DFSR_BKPT : 0);
            teardown(f);
        }
}

static void test_vector_read_error_is_caught(void **state)
{
    for (unsigned i = 0; i < 2; i++) {
        struct fixture *f = setup();
        poke(f, VTOR, 0x30000000);
        poke(f, DEMCR, i ? DEMCR_VC_INTERR : DEMCR_VC_HARDERR);
        dhcsr(f, DEBUGEN);
        enable(f, IRQ0, 0);
        core_pend(&f->core, IRQ0);
        assert_int_equal(run(f, 20), CORE_STOP_HALTED);
        assert_int_equal(peek(f, DFSR), DFSR_VCATCH);
        assert_int_equal(core_ipsr(&f->core), EXC_HARDFAULT);
        teardown(f);
    }
}

/* ---- reset ------------------------------------------------------------------------------------------------------ */

static void test_reset(void **state)
{
    struct fixture *f = setup();
    dhcsr(f, HALT);
    poke(f, DEMCR, DEMCR_TRCENA | DEMCR_VC_HARDERR | DEMCR_MON_EN | DEMCR_MON_STEP | DEMCR_MON_REQ);
    peek(f, DHCSR);
    core_reset(&f->core, 0, false);
    assert_int_equal(peek(f, DHCSR) & 0xFFFF, DEBUGEN);
    assert_int_equal(peek(f, DEMCR), DEMCR_TRCENA | DEMCR_VC_HARDERR);
    assert_int_equal(peek(f, DFSR), DFSR_HALTED);
    assert_int_equal(run(f, 1), CORE_STOP_BUDGET);
    core_reset(&f->core, 0, true);
    assert_int_equal(peek(f, DHCSR) & (0xFFFF | DHCSR_S_RESET_ST), DHCSR_S_RESET_ST);
    assert_int_equal(peek(f, DEMCR), 0);
    assert_int_equal(peek(f, DFSR), 0);
    teardown(f);
}

static void test_core_reset_is_caught(void **state)
{
    struct fixture *f = setup();
    poke(f, DEMCR, DEMCR_VC_CORERESET);
    run(f, 5);
    core_reset(&f->core, 0, false); /* without C_DEBUGEN nothing */
    assert_int_equal(run(f, 5), CORE_STOP_BUDGET);
    dhcsr(f, DEBUGEN);
    core_reset(&f->core, 0, false);
    uint64_t before = cpu_retired(f->core.cpu);
    assert_int_equal(run(f, 5), CORE_STOP_HALTED);
    assert_int_equal(cpu_retired(f->core.cpu), before);
    assert_int_equal(reg(f, CPU_PC), THREAD);
    assert_int_equal(peek(f, DFSR), DFSR_VCATCH);
    teardown(f);
}

/* ---- sleep and lockup ------------------------------------------------------------------------------------------- */

static void test_halt_ends_sleep(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, WFI, NOP, HERE);
    dhcsr(f, DEBUGEN);
    assert_int_equal(run(f, 5), CORE_STOP_ASLEEP);
    assert_int_equal(peek(f, DHCSR) & (DHCSR_S_SLEEP | DHCSR_S_HALT), DHCSR_S_SLEEP);
    dhcsr(f, HALT);
    assert_int_equal(peek(f, DHCSR) & (DHCSR_S_SLEEP | DHCSR_S_HALT), DHCSR_S_HALT);
    assert_int_equal(reg(f, CPU_PC), THREAD + 2);
    dhcsr(f, DEBUGEN);
    assert_int_equal(run(f, 2), CORE_STOP_BUDGET);
    assert_string_equal(f->text, "S W");
    teardown(f);
}

/* Being held does not. */
static void test_hold_does_not_end_sleep(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, WFI, NOP, HERE);
    assert_int_equal(run(f, 5), CORE_STOP_ASLEEP);
    debug_hold(&f->core, true);
    assert_int_equal(peek(f, DHCSR) & (DHCSR_S_SLEEP | DHCSR_S_HALT), DHCSR_S_SLEEP | DHCSR_S_HALT);
    assert_int_equal(run(f, 5), CORE_STOP_HALTED);
    debug_hold(&f->core, false);
    assert_int_equal(run(f, 5), CORE_STOP_ASLEEP);
    assert_string_equal(f->text, "S");
    teardown(f);
}

static void test_lockup(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, UDF);
    CODE(f, handler(EXC_HARDFAULT), UDF);
    dhcsr(f, DEBUGEN);
    assert_int_equal(run(f, 5), CORE_STOP_LOCKUP);
    assert_int_equal(peek(f, DHCSR) & (DHCSR_S_LOCKUP | DHCSR_S_HALT), DHCSR_S_LOCKUP);
    uint32_t seen;
    assert_true(bus_read(&f->bus, DHCSR, &seen, 4));
    assert_false(seen & DHCSR_S_LOCKUP);
    dhcsr(f, HALT);
    assert_int_equal(peek(f, DHCSR) & (DHCSR_S_LOCKUP | DHCSR_S_HALT), DHCSR_S_HALT);
    assert_int_equal(debug_get(f, 15), 0xFFFFFFFE);
    dhcsr(f, DEBUGEN); /* nothing has changed */
    assert_int_equal(run(f, 5), CORE_STOP_LOCKUP);
    dhcsr(f, HALT);
    debug_set(f, 15, THREAD + 0x100);
    dhcsr(f, DEBUGEN);
    assert_int_equal(run(f, 3), CORE_STOP_BUDGET);
    assert_int_equal(reg(f, CPU_PC), THREAD + 0x106);
    teardown(f);
}

/* A debugger that starts something else forgets what was active. */
static void test_clear_active(void **state)
{
    enum { AIRCR = 0xE000ED0C };
    struct fixture *f = setup();
    CODE(f, handler(IRQ0), HERE);
    enable(f, IRQ0, 0x40);
    core_pend(&f->core, IRQ0);
    run(f, 2);
    poke(f, AIRCR, 0x05FA0002); /* ignored while it runs */
    assert_int_equal(core_ipsr(&f->core), IRQ0);
    dhcsr(f, HALT);
    poke(f, AIRCR, 0x05FA0002);
    assert_int_equal(core_ipsr(&f->core), 0);
    assert_int_equal(f->core.nvic.active, 0);
    debug_set(f, 15, THREAD);
    dhcsr(f, DEBUGEN);
    run(f, 2);
    assert_int_equal(reg(f, CPU_PC), THREAD + 4);
    teardown(f);
}

/* ---- BKPT ------------------------------------------------------------------------------------------------------- */

static void test_bkpt_halts(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, NOP, BKPT, NOP);
    dhcsr(f, DEBUGEN);
    for (unsigned again = 0; again < 2; again++) { /* it is not passed by going on */
        assert_int_equal(run(f, 5), CORE_STOP_HALTED);
        assert_int_equal(reg(f, CPU_PC), THREAD + 2);
        assert_int_equal(peek(f, DFSR), DFSR_BKPT);
        dhcsr(f, DEBUGEN);
    }
    assert_int_equal(run(f, 5), CORE_STOP_HALTED);
    debug_set(f, 15, THREAD + 4);
    dhcsr(f, DEBUGEN);
    assert_int_equal(run(f, 5), CORE_STOP_BUDGET);
    assert_string_equal(f->text, "");
    teardown(f);
}

/* Function pair for an access port: every block answers, the gaps do not. */
static void test_access_port(void **state)
{
    struct fixture *f = setup();
    uint32_t v;
    assert_true(core_debug_write(&f->core, DHCSR, DHCSR_DBGKEY | HALT));
    assert_true(core_debug_read(&f->core, DHCSR, &v));
    assert_true(v & DHCSR_S_HALT);
    assert_true(core_debug_read(&f->core, 0xE000ED00, &v));
    assert_int_equal(v, 0x410FC241);
    assert_false(core_debug_read(&f->core, 0xE0003000, &v));
    assert_false(core_debug_write(&f->core, 0xE0050000, 0));
    assert_false(core_debug_read(&f->core, RAM, &v));
    teardown(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_halt_and_resume),
        cmocka_unit_test(test_key),
        cmocka_unit_test(test_firmware_cannot_enable_debug),
        cmocka_unit_test(test_firmware_halts_itself),
        cmocka_unit_test(test_sticky_bits),
        cmocka_unit_test(test_unpredictable_is_logged_once),
        cmocka_unit_test(test_proper_use_is_not_logged),
        cmocka_unit_test(test_registers),
        cmocka_unit_test(test_special_registers),
        cmocka_unit_test(test_unmasking_by_register),
        cmocka_unit_test(test_register_transfer_needs_debug_state),
        cmocka_unit_test(test_exception_number_is_kept),
        cmocka_unit_test(test_dcrdr_by_halves),
        cmocka_unit_test(test_hold),
        cmocka_unit_test(test_hold_becomes_debug_state),
        cmocka_unit_test(test_disconnect),
        cmocka_unit_test(test_clocks_stand_in_debug_state),
        cmocka_unit_test(test_halt_without_time),
        cmocka_unit_test(test_vector_catch),
        cmocka_unit_test(test_what_vector_catch_does_not_catch),
        cmocka_unit_test(test_vector_read_error_is_caught),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_core_reset_is_caught),
        cmocka_unit_test(test_halt_ends_sleep),
        cmocka_unit_test(test_hold_does_not_end_sleep),
        cmocka_unit_test(test_lockup),
        cmocka_unit_test(test_clear_active),
        cmocka_unit_test(test_bkpt_halts),
        cmocka_unit_test(test_access_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
