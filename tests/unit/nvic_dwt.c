/* Data Watchpoint and Trace: counters, watchpoints, data trace. ARMv7-M ARM C1.8. */
#include "tests/unit/nvic_trace_test.h"

enum { MATCHED = 1 << 24, CYCCNTENA = 1, PCSAMPLENA = 1 << 12, EXCTRCENA = 1 << 16, CPIEVTENA = 1 << 17 };
enum { EXCEVTENA = 1 << 18, SLEEPEVTENA = 1 << 19, LSUEVTENA = 1 << 20, FOLDEVTENA = 1 << 21, CYCEVTENA = 1 << 22 };
enum { DATA = RAM + 0x200, MOVS_R0_7 = 0x2007, STRB_R0_R1 = 0x7008, STRH_R0_R1 = 0x8008, LDM_R1 = 0xC90C /* r2, r3 */ };
enum { CYCMATCH = 1 << 7, DATAVMATCH = 1 << 8, EMITRANGE = 1 << 5, SIZE_BYTE = 0, SIZE_HALF = 1 << 10 };
enum { SIZE_WORD = 2 << 10, OWN_LINK = 1 << 12 | 1 << 16 };

static struct fixture *with(struct trace *t, uint16_t insn)
{
    struct fixture *f = setup_trace(t);
    CODE(f, THREAD + 2, insn);
    set(f, CPU_R0, 0x12345678);
    set(f, 1, DATA);
    return f;
}

static void test_registers(void **state)
{
    struct fixture *f = setup();
    assert_int_equal(peek(f, DWT_CTRL), 0x40000000);
    assert_int_equal(peek(f, FUNCTION + NEXT), 0x200); /* LNK1ENA */
    poke(f, DEMCR, TRCENA);
    poke(f, DWT_CTRL, 0xFFFFFFFE);
    assert_int_equal(peek(f, DWT_CTRL), 0x407F1FFE);
    static const uint32_t functions[4] = {0xAF, 0xFFF2F, 0x2F, 0x2F};
    for (unsigned n = 0; n < 4; n++) {
        comparator(f, n, 0xFFFFFFFF, 0xFFFFFFFF, 0xFEFFFFFF);
        assert_int_equal(peek(f, COMP + NEXT * n), 0xFFFFFFFF);
        assert_int_equal(peek(f, MASK + NEXT * n), 15);
        assert_int_equal(peek(f, FUNCTION + NEXT * n), functions[n]);
    }
    core_reset(&f->core, 0, false); /* no reset but power-on's */
    assert_int_equal(peek(f, COMP), 0xFFFFFFFF);
    core_reset(&f->core, 0, true);
    assert_int_equal(peek(f, COMP), 0);
    assert_int_equal(peek(f, DWT_CTRL), 0x40000000);
    teardown(f);
}

static void test_cyccnt(void **state)
{
    struct fixture *f = setup();
    poke(f, DWT_CTRL, CYCCNTENA);
    run(f, 5);
    assert_int_equal(peek(f, CYCCNT), 0); /* TRCENA is off */
    poke(f, DEMCR, TRCENA);
    run(f, 5);
    assert_int_equal(peek(f, CYCCNT), 5);
    poke(f, CYCCNT, 0xFFFFFFFE);
    run(f, 5);
    assert_int_equal(peek(f, CYCCNT), 3); /* wraps */
    dhcsr(f, HALT);
    debug_pass_time(&f->core, f->sched.now + 100 * VTIME_PER_CYCLE);
    assert_int_equal(peek(f, CYCCNT), 3); /* stands in Debug state */
    dhcsr(f, DEBUGEN);
    run(f, 5);
    assert_int_equal(peek(f, CYCCNT), 8);
    poke(f, DWT_CTRL, 0);
    run(f, 5);
    assert_int_equal(peek(f, CYCCNT), 8);
    teardown(f);
}

static void test_pcsr(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD + 2, LDR_R0_R1, LDR_R0_R1, WFI);
    set(f, 1, PCSR);
    assert_int_equal(peek(f, PCSR), 0xFFFFFFFF);
    poke(f, DEMCR, TRCENA);
    assert_int_equal(peek(f, PCSR), THREAD);
    run(f, 3);
    assert_int_equal(reg(f, CPU_R0), THREAD + 4);
    assert_int_equal(peek(f, PCSR), THREAD + 6);
    run(f, 2);
    assert_int_equal(peek(f, PCSR), 0xFFFFFFFF); /* asleep */
    dhcsr(f, HALT);
    assert_int_equal(peek(f, PCSR), 0xFFFFFFFF);
    teardown(f);
}

/* ---- watchpoints ------------------------------------------------------------------------------------------------ */

static void test_watchpoints(void **state)
{
    static const struct {
        uint16_t insn;
        uint32_t comp;
        unsigned mask, function;
        bool hit;
    } cases[] = {
        {LDR_R0_R1, DATA, 2, 5, true},      {LDR_R0_R1, DATA, 2, 6, false},  {LDR_R0_R1, DATA, 2, 7, true},
        {STR_R0_R1, DATA, 2, 5, false},     {STR_R0_R1, DATA, 2, 6, true},   {STR_R0_R1, DATA, 2, 7, true},
        {STR_R0_R1, DATA + 4, 2, 7, false}, {STR_R0_R1, RAM, 10, 7, true},   {STRB_R0_R1, DATA + 1, 0, 6, false},
        {LDM_R1, DATA + 4, 2, 5, true},     {LDM_R1, DATA + 8, 2, 5, false}, {STR_R0_R1, DATA, 2, 10, false},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        for (unsigned n = 0; n < 4; n++) {
            struct trace t;
            struct fixture *f = with(&t, cases[i].insn);
            comparator(f, n, cases[i].comp, cases[i].mask, cases[i].function);
            dhcsr(f, DEBUGEN);
            assert_int_equal(run(f, 8), cases[i].hit ? CORE_STOP_HALTED : CORE_STOP_BUDGET);
            if (cases[i].hit) {
                assert_int_equal(reg(f, CPU_PC), THREAD + 4); /* behind it */
                assert_int_equal(peek(f, DFSR), DFSR_DWTTRAP);
            }
            bool matched = cases[i].hit || cases[i].function > 7;
            assert_int_equal(!!(peek(f, FUNCTION + NEXT * n) & MATCHED), matched);
            assert_int_equal(peek(f, FUNCTION + NEXT * n) & MATCHED, 0); /* cleared by reading */
            teardown(f);
        }
}

static void test_pc_match(void **state)
{
    struct trace t;
    struct fixture *f = with(&t, NOP);
    comparator(f, 3, THREAD + 4, 0, 4);
    dhcsr(f, DEBUGEN);
    assert_int_equal(run(f, 8), CORE_STOP_HALTED);
    assert_int_equal(reg(f, CPU_PC), THREAD + 6);
    assert_int_equal(cpu_retired(f->core.cpu), 3);
    assert_int_equal(peek(f, DFSR), DFSR_DWTTRAP);
    dhcsr(f, DEBUGEN);
    assert_int_equal(run(f, 8), CORE_STOP_BUDGET);
    teardown(f);
}

/* Without TRCENA nothing is compared. */
static void test_trcena(void **state)
{
    struct trace t;
    struct fixture *f = with(&t, STR_R0_R1);
    comparator(f, 0, DATA, 2, 7);
    poke(f, DEMCR, 0);
    dhcsr(f, DEBUGEN);
    assert_int_equal(run(f, 8), CORE_STOP_BUDGET);
    teardown(f);
}

/* An access that faults was none. */
static void test_faulting_access(void **state)
{
    struct trace t;
    struct fixture *f = with(&t, STR_R0_R1);
    set(f, 1, 0x60000000);
    CODE(f, handler(EXC_HARDFAULT), HERE);
    comparator(f, 0, 0x60000000, 2, 7);
    dhcsr(f, DEBUGEN);
    run(f, 3);
    assert_int_equal(peek(f, DFSR), 0);
    assert_string_equal(f->text, "F5 E3");
    teardown(f);
}

/* Without halting debug it is DebugMonitor's, behind the instruction; without that, nobody's. */
static void test_monitor(void **state)
{
    for (unsigned monitor = 0; monitor < 2; monitor++) {
        struct trace t;
        struct fixture *f = with(&t, STR_R0_R1);
        CODE(f, handler(EXC_DEBUGMON), HERE);
        comparator(f, 0, DATA, 2, 6);
        poke(f, DEMCR, TRCENA | (monitor ? MON_EN : 0));
        run(f, 4);
        assert_string_equal(f->text, monitor ? "E12" : "");
        assert_int_equal(peek(f, DFSR), monitor ? DFSR_DWTTRAP : 0);
        if (monitor)
            assert_int_equal(get32(f, STACK - 8), THREAD + 4);
        teardown(f);
    }
}

static void test_cycle_match(void **state)
{
    struct trace t;
    struct fixture *f = with(&t, NOP);
    poke(f, DWT_CTRL, CYCCNTENA);
    comparator(f, 0, 6, 0, CYCMATCH | 4);
    dhcsr(f, DEBUGEN);
    assert_int_equal(run(f, 20), CORE_STOP_HALTED);
    assert_int_equal(peek(f, CYCCNT), 6);
    assert_int_equal(peek(f, DFSR), DFSR_DWTTRAP);
    assert_true(peek(f, FUNCTION) & MATCHED);
    poke(f, FUNCTION, CYCMATCH | 1);
    poke(f, COMP, 9);
    dhcsr(f, DEBUGEN);
    run(f, 4);
    EXPECT(f, &t, 0x47, 0x12, 4, 0, 0);
    teardown(f);
}

static void test_value_match(void **state)
{
    static const struct {
        uint32_t value, function;
        bool hit;
    } cases[] = {
        {0x12345678, SIZE_WORD | OWN_LINK | 6, true},
        {0x12345679, SIZE_WORD | OWN_LINK | 6, false},
        {0x12345678, SIZE_WORD | OWN_LINK | 5, false},
        {0x12341234, SIZE_HALF | OWN_LINK | 7, true},
        {0x56565656, SIZE_BYTE | OWN_LINK | 7, true},
        {0x57575757, SIZE_BYTE | OWN_LINK | 7, false},
        {0x12345678, SIZE_WORD | 6, true},                      /* linked with comparator 0 */
        {0x12345678, SIZE_WORD | 2 << 12 | 2 << 16 | 6, false}, /* with 2, which is elsewhere */
        {0x12345678, SIZE_WORD | 2 << 12 | 6, true},            /* with 2 or 0 */
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trace t;
        struct fixture *f = with(&t, STR_R0_R1);
        comparator(f, 0, DATA, 2, 0);
        comparator(f, 2, DATA + 64, 2, 0);
        comparator(f, 1, cases[i].value, 0, DATAVMATCH | cases[i].function);
        dhcsr(f, DEBUGEN);
        assert_int_equal(run(f, 8), cases[i].hit ? CORE_STOP_HALTED : CORE_STOP_BUDGET);
        assert_int_equal(!!(peek(f, FUNCTION + NEXT) & MATCHED), cases[i].hit);
        teardown(f);
    }
}

static void test_unpredictable(void **state)
{
    static const struct {
        unsigned n, mask;
        uint32_t comp, function;
        const char *text;
    } cases[] = {{0, 0, 0, CYCMATCH | 2, "FUNCTION"},
                 {1, 0, 0, DATAVMATCH | 4, "FUNCTION"},
                 {2, 3, DATA + 4, 6, "MASK"},
                 {1, 0, 0, DATAVMATCH | 3 << 10 | OWN_LINK | 6, "DATAVSIZE"},
                 {1, 0, 0, DATAVMATCH | 3 << 12 | 3 << 16 | 6, "linked"}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trace t;
        struct fixture *f = with(&t, NOP);
        struct messages m;
        comparator(f, 3, DATA, 2, 6);
        listen(f, &m);
        comparator(f, cases[i].n, cases[i].comp, cases[i].mask, cases[i].function);
        assert_int_equal(m.n, 1);
        assert_non_null(strstr(m.last, "UNPREDICTABLE"));
        assert_non_null(strstr(m.last, cases[i].text));
        teardown(f);
    }
    struct fixture *f = setup();
    struct messages m;
    listen(f, &m);
    poke(f, DWT_CTRL, 1);
    assert_non_null(strstr(m.last, "TRCENA"));
    teardown(f);
}

/* ---- data trace ------------------------------------------------------------------------------------------------- */

static void test_data_packets(void **state)
{
    static const struct {
        unsigned n, function;
        uint16_t insn;
        uint8_t bytes[12];
        unsigned size;
    } cases[] = {
        {0, 1, STR_R0_R1, {0x47, 2, 4, 0, 0}, 5},
        {3, 1 | EMITRANGE, STR_R0_R1, {0x7E, 0, 2}, 3},
        {0, 2, STR_R0_R1, {0x8F, 0x78, 0x56, 0x34, 0x12}, 5},
        {1, 2, STRH_R0_R1, {0x9E, 0x78, 0x56}, 3},
        {2, 2, STRB_R0_R1, {0xAD, 0x78}, 2},
        {0, 2, LDR_R0_R1, {0x87, 1, 2, 3, 4}, 5},
        {3, 3, LDR_R0_R1, {0x77, 2, 4, 0, 0, 0xB7, 1, 2, 3, 4}, 10},
        {0, 3 | EMITRANGE, LDR_R0_R1, {0x4E, 0, 2, 0x87, 1, 2, 3, 4}, 8},
        {0, 12, LDR_R0_R1, {0x87, 1, 2, 3, 4}, 5},
        {0, 12, STR_R0_R1, {0}, 0},
        {0, 13, STR_R0_R1, {0x8F, 0x78, 0x56, 0x34, 0x12}, 5},
        {0, 13 | EMITRANGE, STR_R0_R1, {0x4E, 0, 2}, 3},
        {0, 14, LDR_R0_R1, {0x47, 2, 4, 0, 0, 0x87, 1, 2, 3, 4}, 10},
        {0, 15 | EMITRANGE, STR_R0_R1, {0x4E, 0, 2, 0x8F, 0x78, 0x56, 0x34, 0x12}, 8},
        {0, 12, LDM_R1, {0x87, 1, 2, 3, 4, 0x87, 5, 6, 7, 8}, 10},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trace t;
        struct fixture *f = with(&t, cases[i].insn);
        put32(f, DATA, 0x04030201);
        put32(f, DATA + 4, 0x08070605);
        comparator(f, cases[i].n, DATA, 3, cases[i].function);
        assert_int_equal(run(f, 4), CORE_STOP_BUDGET); /* tracing stops nothing */
        expect_bytes(f, &t, cases[i].bytes, cases[i].size);
        assert_int_equal(now(f) > 4, cases[i].size > 0);
        teardown(f);
    }
}

/* Tracing costs the firmware nothing: the same cycles with it and without. */
static void test_trace_costs_no_time(void **state)
{
    uint64_t cycles[2];
    for (unsigned on = 0; on < 2; on++) {
        struct trace t;
        struct fixture *f = with(&t, LDM_R1);
        if (on)
            comparator(f, 0, DATA, 3, 3);
        run(f, 6);
        cycles[on] = now(f);
        teardown(f);
    }
    assert_int_equal(cycles[0], cycles[1]);
}

static void test_exception_trace(void **state)
{
    struct trace t;
    struct fixture *f = with(&t, NOP);
    poke(f, DWT_CTRL, EXCTRCENA);
    enable(f, IRQ0, 0x40);
    enable(f, IRQ1, 0x40);
    pend_at(f, 2, IRQ0);
    pend_at(f, 4, IRQ1);
    run(f, 8);
    assert_string_equal(f->text, "E16 T17 R17");
    EXPECT(f, &t, 0x0E, 16, 0x10, 0x0E, 16, 0x20, 0x0E, 17, 0x10, 0x0E, 17, 0x20, 0x0E, 0, 0x30);
    teardown(f);
}

/* POSTCNT counts what a bit of CYCCNT does. */
static void test_pc_samples(void **state)
{
    struct trace t;
    struct fixture *f = with(&t, NOP);
    CODE(f, THREAD, HERE);
    poke(f, DWT_CTRL, CYCCNTENA | PCSAMPLENA | 1 << 1 /* POSTPRESET */ | 2 << 5 /* POSTINIT */);
    uint64_t first = 0;
    for (unsigned i = 0; i < 200 && !first; i++) {
        run(f, 1);
        first = tpiu_is_idle(&f->core) ? 0 : now(f);
    }
    assert_in_range(first, 3 * 64, 3 * 64 + 3);
    while (now(f) < 64 * 5 + 4)
        run(f, 1);
    EXPECT(f, &t, 0x17, 0, 4, 0, 0, 0x17, 0, 4, 0, 0);
    teardown(f);
}

static void test_cycle_events(void **state)
{
    struct trace t;
    struct fixture *f = with(&t, NOP);
    CODE(f, THREAD, HERE);
    poke(f, DWT_CTRL, CYCCNTENA | CYCEVTENA | 1 << 9 /* CYCTAP: bit 10 */);
    while (now(f) < 1030)
        run(f, 1);
    EXPECT(f, &t, 0x05, 0x20);
    teardown(f);
}

static void test_sleep_sample(void **state)
{
    struct trace t;
    struct fixture *f = with(&t, WFI);
    f->core.sleep_clock_runs = true;
    poke(f, DWT_CTRL, CYCCNTENA | PCSAMPLENA);
    run(f, 8);
    f->sched.now = 64 * VTIME_PER_CYCLE;
    run(f, 1);
    EXPECT(f, &t, 0x15, 0);
    teardown(f);
}

/* ---- profiling counters ----------------------------------------------------------------------------------------- */

/* Instructions = cycles - CPI - exceptions - sleep - LSU + folded: C1.8.4. */
static void test_profile(void **state)
{
    struct trace t;
    struct fixture *f = with(&t, LDR_R0_R1);
    CODE(f, THREAD + 4, LDM_R1, 0xE000 /* b .+4 */, NOP, NOP, NOP, STR_R0_R1, NOP);
    enable(f, IRQ0, 0x40);
    pend_at(f, 3, IRQ0);
    const uint32_t all = CPIEVTENA | EXCEVTENA | SLEEPEVTENA | LSUEVTENA | FOLDEVTENA;
    poke(f, DWT_CTRL, CYCCNTENA | all);
    run(f, 9);
    uint32_t cycles = peek(f, CYCCNT), cpi = peek(f, CPICNT), lsu = peek(f, LSUCNT), exc = peek(f, EXCCNT);
    assert_int_equal(exc, 12 + 10);
    assert_true(lsu >= 2);
    assert_true(cpi >= 1);
    assert_int_equal(cycles - cpi - exc - peek(f, SLEEPCNT) - lsu + peek(f, FOLDCNT), 9 + 1 /* not finished */ - 1);
    poke(f, DWT_CTRL, CYCCNTENA);
    poke(f, DWT_CTRL, CYCCNTENA | all);
    assert_int_equal(peek(f, EXCCNT), 0); /* begins anew */
    teardown(f);
}

static void test_counter_overflow(void **state)
{
    struct trace t;
    struct fixture *f = with(&t, NOP);
    CODE(f, THREAD, HERE);
    enable(f, IRQ0, 0x40);
    poke(f, DWT_CTRL, CYCCNTENA | EXCEVTENA);
    poke(f, EXCCNT, 250);
    pend_at(f, 20, IRQ0);
    run(f, 30);
    EXPECT(f, &t, 0x05, 2);
    assert_int_equal(peek(f, EXCCNT), 250 + 22 - 256);
    teardown(f);
}

static void test_sleep_counter(void **state)
{
    struct trace t;
    struct fixture *f = with(&t, WFI);
    f->core.sleep_clock_runs = true;
    enable(f, IRQ0, 0x40);
    poke(f, DWT_CTRL, CYCCNTENA | SLEEPEVTENA);
    pend_at(f, 102, IRQ0);
    run(f, 4);
    f->sched.now = 102 * VTIME_PER_CYCLE;
    run(f, 1);
    assert_int_equal(peek(f, SLEEPCNT), 100);
    teardown(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registers),
        cmocka_unit_test(test_cyccnt),
        cmocka_unit_test(test_pcsr),
        cmocka_unit_test(test_watchpoints),
        cmocka_unit_test(test_pc_match),
        cmocka_unit_test(test_trcena),
        cmocka_unit_test(test_faulting_access),
        cmocka_unit_test(test_monitor),
        cmocka_unit_test(test_cycle_match),
        cmocka_unit_test(test_value_match),
        cmocka_unit_test(test_unpredictable),
        cmocka_unit_test(test_data_packets),
        cmocka_unit_test(test_trace_costs_no_time),
        cmocka_unit_test(test_exception_trace),
        cmocka_unit_test(test_pc_samples),
        cmocka_unit_test(test_cycle_events),
        cmocka_unit_test(test_sleep_sample),
        cmocka_unit_test(test_profile),
        cmocka_unit_test(test_counter_overflow),
        cmocka_unit_test(test_sleep_counter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
