/* ITM, TPIU and ETM: packets, their pace, and who may write what. ARMv7-M ARM C1.7, C1.10, Appendix D4. */
#include "tests/unit/nvic_trace_test.h"

enum { STRB_R0_R1 = 0x7008, STRH_R0_R1 = 0x8008, TSENA_1 = TCR_ITMENA | TCR_TXENA | TCR_TSENA, BYTE = 20 /* cycles */ };
enum { EXCTRCENA = 1 << 16, ETM = 0xE0041000 };
#define KEY 0xC5ACCE55u

static void test_registers(void **state)
{
    struct fixture *f = setup();
    poke(f, DEMCR, TRCENA);
    assert_int_equal(peek(f, LSR), 3);
    poke(f, TER, 0xFFFFFFFF);
    poke(f, TPR, 0xFFFFFFFF);
    poke(f, TCR, 0xFFFFFFFF);
    assert_int_equal(peek(f, TER), 0xFFFFFFFF);
    assert_int_equal(peek(f, TPR), 15);
    assert_int_equal(peek(f, TCR), 0x007F0F1F);
    core_reset(&f->core, 0, false);
    assert_int_equal(peek(f, TER), 0xFFFFFFFF);
    core_reset(&f->core, 0, true);
    assert_int_equal(peek(f, TER), 0);
    teardown(f);
}

static void store(struct fixture *f, uint32_t addr, uint32_t value)
{
    CODE(f, THREAD, STR_R0_R1);
    cpu_code_changed(f->core.cpu, THREAD, 2);
    set(f, CPU_PC, THREAD);
    set(f, CPU_R0, value);
    set(f, 1, addr);
    run(f, 1);
}

/* OpenOCD waits for it while the core is halted; time may stand still then. */
static void test_busy(void **state)
{
    struct trace t;
    struct fixture *f = setup_trace(&t);
    enum { BUSY = 1 << 23 };
    poke(f, TER, 1);
    poke(f, ITM, 0);
    assert_true(peek(f, TCR) & BUSY);
    dhcsr(f, HALT);
    assert_false(peek(f, TCR) & BUSY);
    debug_pass_time(&f->core, f->sched.now + BYTE * VTIME_PER_CYCLE);
    assert_true(peek(f, TCR) & BUSY);
    debug_pass_time(&f->core, f->sched.now + 4 * BYTE * VTIME_PER_CYCLE);
    assert_false(peek(f, TCR) & BUSY);
    EXPECT(f, &t, 3, 0, 0, 0, 0);
    teardown(f);
}

/* To firmware the control registers are locked until it has written the key; a debugger needs none. */
static void test_lock(void **state)
{
    struct fixture *f = setup();
    struct messages m;
    poke(f, DEMCR, TRCENA);
    listen(f, &m);
    store(f, TER, 5);
    assert_int_equal(peek(f, TER), 0);
    assert_int_equal(m.n, 1);
    store(f, LAR, KEY);
    assert_int_equal(peek(f, LSR), 1);
    store(f, TER, 5);
    assert_int_equal(peek(f, TER), 5);
    store(f, LAR, 0);
    store(f, TER, 6);
    assert_int_equal(peek(f, TER), 5);
    poke(f, TER, 7);
    assert_int_equal(peek(f, TER), 7);
    assert_int_equal(m.n, 1);
    teardown(f);
}

/* The port's number and the width of the write make the packet. */
static void test_stimulus(void **state)
{
    static const struct {
        uint16_t insn;
        unsigned port;
        uint8_t bytes[5];
        unsigned size;
    } cases[] = {{STRB_R0_R1, 0, {0x01, 0x78}, 2},
                 {STRH_R0_R1, 0, {0x02, 0x78, 0x56}, 3},
                 {STR_R0_R1, 0, {0x03, 0x78, 0x56, 0x34, 0x12}, 5},
                 {STRB_R0_R1, 31, {0xF9, 0x78}, 2},
                 {STRB_R0_R1, 5, {0}, 0}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trace t;
        struct fixture *f = setup_trace(&t);
        poke(f, TER, 0x80000001);
        CODE(f, THREAD, cases[i].insn);
        set(f, CPU_R0, 0x12345678);
        set(f, 1, ITM + 4 * cases[i].port);
        run(f, 1);
        uint64_t written = now(f);
        assert_int_equal(!!(peek(f, TCR) & 1 << 23), cases[i].size > 0); /* BUSY */
        expect_bytes(f, &t, cases[i].bytes, cases[i].size);
        assert_int_equal(now(f) - written, BYTE * cases[i].size);
        assert_int_equal(peek(f, TCR) & 1 << 23, 0);
        teardown(f);
    }
}

static void test_disabled(void **state)
{
    static const struct {
        uint32_t demcr, tcr;
    } cases[] = {{0, TCR_ITMENA}, {TRCENA, 0}, {TRCENA, TCR_TXENA}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trace t;
        struct fixture *f = setup_trace(&t);
        poke(f, TER, 1);
        assert_int_equal(peek(f, ITM), 1);
        poke(f, TCR, cases[i].tcr);
        poke(f, DEMCR, cases[i].demcr);
        assert_int_equal(peek(f, ITM), 0);
        store(f, ITM, 0x55);
        EXPECT_NOTHING(f, &t);
        teardown(f);
    }
}

/* Without privilege: of the ports, those that TPR gives; of the registers, the enable bits of these. */
static void test_privilege(void **state)
{
    struct trace t;
    struct fixture *f = setup_trace(&t);
    poke(f, TER, 0xFFFF0003);
    poke(f, TPR, 1); /* ports 0…7 */
    set(f, CPU_CONTROL, 1);
    core_update(&f->core);
    store(f, ITM, 1);
    store(f, ITM + 4 * 16, 2);
    EXPECT(f, &t, 0x83, 2, 0, 0, 0);
    store(f, LAR, KEY);
    store(f, TER, 0x0000F000);
    assert_int_equal(peek(f, TER), 0x0000F003);
    store(f, TPR, 15);
    assert_int_equal(peek(f, TPR), 1);
    store(f, TCR, 0);
    assert_int_equal(peek(f, TCR) & 0xFF, TCR_ITMENA | TCR_TXENA);
    assert_string_equal(f->text, ""); /* no fault */
    store(f, DEMCR, 0);
    assert_string_equal(f->text, "F5 E3 R3"); /* but anywhere else */
    teardown(f);
}

/* FIFOREADY until the queue is full; then packets are lost, and an overflow packet tells. */
static void test_overflow(void **state)
{
    struct trace t;
    struct fixture *f = setup_trace(&t);
    poke(f, TER, 1);
    unsigned taken = 0;
    for (; peek(f, ITM) && taken < 20; taken++)
        store(f, ITM, taken);
    assert_in_range(taken, 2, 8);
    store(f, ITM, 0xEE);
    store(f, ITM, 0xEE);
    while (!peek(f, ITM)) {
        f->sched.now = f->core.tpiu.sent.due;
        sched_fire_due(&f->sched);
    }
    store(f, ITM, 0xAA);
    uint8_t want[64] = {0};
    unsigned n = 0;
    for (unsigned i = 0; i < taken; i++, n += 5) {
        want[n] = 3;
        want[n + 1] = (uint8_t)i;
    }
    want[n++] = 0x70;
    want[n] = 3;
    want[n + 1] = 0xAA;
    expect_bytes(f, &t, want, n + 5);
    teardown(f);
}

static void test_timestamps(void **state)
{
    struct trace t;
    struct fixture *f = setup_trace(&t);
    poke(f, TER, 1);
    CODE(f, THREAD, STRB_R0_R1, STRB_R0_R1, NOP, NOP, STRB_R0_R1);
    set(f, 1, ITM);
    poke(f, TCR, TSENA_1);
    run(f, 1);
    uint8_t first = (uint8_t)(now(f) << 4);
    run(f, 1);
    uint8_t second = (uint8_t)(now(f) << 4) - first;
    EXPECT(f, &t, 0x01, 0, first, 0x01, 0, second);
    uint64_t since = first / 16 + second / 16;
    f->sched.now = (since + 300) * VTIME_PER_CYCLE;
    run(f, 3);
    uint64_t delta = now(f) - since;
    EXPECT(f, &t, 0x01, 0, 0xC0, (uint8_t)(delta | 0x80), (uint8_t)(delta >> 7));
    teardown(f);
}

/* TSPrescale: of 64 cycles each. */
static void test_prescaled_timestamps(void **state)
{
    struct trace t;
    struct fixture *f = setup_trace(&t);
    poke(f, TER, 1);
    poke(f, TCR, TSENA_1 | 3 << 8);
    store(f, ITM, 1);
    EXPECT(f, &t, 3, 1, 0, 0, 0); /* less than one */
    f->sched.now = 64 * 5 * VTIME_PER_CYCLE;
    store(f, ITM, 1);
    EXPECT(f, &t, 3, 1, 0, 0, 0, 0x50);
    f->sched.now = 64 * 6 * VTIME_PER_CYCLE; /* what was left over counts */
    store(f, ITM, 1);
    EXPECT(f, &t, 3, 1, 0, 0, 0, 0x10);
    teardown(f);
}

/* Bit 24 of CYCCNT. */
static void test_synchronization(void **state)
{
    struct trace t;
    struct fixture *f = setup_trace(&t);
    CODE(f, THREAD, HERE);
    poke(f, TCR, TCR_ITMENA | TCR_SYNCENA);
    poke(f, DWT_CTRL, 1 | 1 << 10);
    poke(f, CYCCNT, 0x00FFFFF0);
    run(f, 4);
    EXPECT_NOTHING(f, &t);
    run(f, 8);
    EXPECT(f, &t, 0, 0, 0, 0, 0, 0x80);
    teardown(f);
}

/* Of the DWT's packets TXENA decides. */
static void test_hardware_packets(void **state)
{
    for (unsigned on = 0; on < 2; on++) {
        struct trace t;
        struct fixture *f = setup_trace(&t);
        poke(f, TCR, TCR_ITMENA | (on ? TCR_TXENA : 0));
        poke(f, DWT_CTRL, EXCTRCENA);
        CODE(f, handler(IRQ0), HERE);
        enable(f, IRQ0, 0x40);
        core_pend(&f->core, IRQ0);
        run(f, 1);
        expect_bytes(f, &t, (const uint8_t[]){0x0E, 16, 0x10}, on ? 3 : 0);
        teardown(f);
    }
}

/* ---- TPIU ------------------------------------------------------------------------------------------------------- */

static void test_tpiu_registers(void **state)
{
    struct fixture *f = setup();
    poke(f, DEMCR, TRCENA);
    static const struct {
        uint32_t addr, value;
    } reset[] = {{0xE0040000, 0xB},  {TPIU_CSPSR, 1},  {TPIU_ACPR, 0},  {TPIU_SPPR, 1},      {0xE0040300, 8},
                 {TPIU_FFCR, 0x102}, {0xE0040FA0, 15}, {0xE0040FA4, 0}, {0xE0040FC8, 0xCA1}, {0xE0040FCC, 0x11}};
    for (unsigned i = 0; i < sizeof reset / sizeof *reset; i++)
        assert_int_equal(peek(f, reset[i].addr), reset[i].value);
    struct messages m;
    listen(f, &m);
    poke(f, TPIU_CSPSR, 4); /* three lines */
    assert_non_null(strstr(m.last, "UNPREDICTABLE"));
    poke(f, TPIU_SPPR, 3);
    assert_int_equal(m.n, 2);
    poke(f, TPIU_ACPR, 0xFFFFFFFF);
    assert_int_equal(peek(f, TPIU_CSPSR), 1);
    assert_int_equal(peek(f, TPIU_SPPR), 1);
    assert_int_equal(peek(f, TPIU_ACPR), 0x1FFF);
    poke(f, 0xE0040FA0, 5);
    poke(f, 0xE0040FA4, 4);
    assert_int_equal(peek(f, 0xE0040FA4), 1);
    teardown(f);
}

/* A byte is ten bits, and a bit ACPR + 1 clocks. */
static void test_pace(void **state)
{
    static const struct {
        vtime period;
        unsigned acpr, cycles;
    } cases[] = {{16, 0, 20}, {16, 15, 320}, {128, 0, 160}, {32, 1, 80}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trace t;
        struct fixture *f = setup_trace(&t);
        t.period = cases[i].period;
        poke(f, TER, 1);
        poke(f, TPIU_ACPR, cases[i].acpr);
        store(f, ITM, 0);
        uint64_t start = now(f);
        expect_bytes(f, &t, (const uint8_t[]){3, 0, 0, 0, 0}, 5);
        for (unsigned b = 0; b < 5; b++)
            assert_int_equal(t.cycle[b] - start, cases[i].cycles * (b + 1));
        assert_false(t.parallel);
        teardown(f);
    }
}

/* What a reader of frames gets of one source: CoreSight D4.2. */
static unsigned unformat(const struct trace *t, unsigned source, uint8_t *out)
{
    unsigned n = 0, id = 0;
    assert_int_equal(t->n % 16, 0);
    for (const uint8_t *frame = t->byte; frame < t->byte + t->n; frame += 16)
        for (unsigned i = 0, later = id; i < 15; i++) {
            unsigned aux = frame[15] >> i / 2 & 1;
            if (i & 1 || !(frame[i] & 1)) {
                if (id == source)
                    out[n++] = (uint8_t)(frame[i] | (i & 1 ? 0 : aux));
                id = later;
            } else {
                later = frame[i] >> 1;
                id = aux ? id : later;
            }
        }
    return n;
}

/* Packets of every length, on 4 lines: frames, at twice the pace of half the lines. */
static void test_frames(void **state)
{
    for (unsigned packets = 1; packets <= 12; packets++) {
        struct trace t;
        struct fixture *f = setup_trace(&t);
        uint8_t out[256];
        poke(f, TPIU_SPPR, 0);
        poke(f, TPIU_CSPSR, 8);
        poke(f, TCR, TCR_ITMENA | 0x35 << 16);
        poke(f, TER, 1);
        CODE(f, THREAD, packets & 1 ? STRB_R0_R1 : STRH_R0_R1);
        set(f, CPU_R0, 0xC3FF);
        set(f, 1, ITM);
        for (unsigned i = 0; i < packets; i++) {
            set(f, CPU_PC, THREAD);
            f->sched.now += 50 * VTIME_PER_CYCLE;
            run(f, 1);
        }
        uint64_t end = now(f);
        for (unsigned i = 0; i < 200 && !tpiu_is_idle(&f->core); i++) {
            f->sched.now = f->core.tpiu.sent.due;
            sched_fire_due(&f->sched);
        }
        assert_true(t.parallel);
        assert_in_range(t.cycle[1] - t.cycle[0], 0, 50);
        assert_true(end < t.cycle[t.n - 1]);
        unsigned size = packets & 1 ? 2 : 3;
        assert_int_equal(unformat(&t, 0x35, out), packets * size);
        for (unsigned i = 0; i < packets; i++)
            assert_memory_equal(out + i * size, ((uint8_t[]){packets & 1 ? 1 : 2, 0xFF, 0xC3}), size);
        teardown(f);
    }
}

/* ---- ETM -------------------------------------------------------------------------------------------------------- */

static void test_etm(void **state)
{
    struct fixture *f = setup();
    struct messages m;
    listen(f, &m);
    assert_int_equal(peek(f, ETM + 0x1E4), 0x4114F250);
    assert_int_equal(m.n, 0);
    poke(f, ETM, 0);
    poke(f, ETM, 0);
    assert_int_equal(m.n, 1);
    assert_non_null(strstr(m.last, "ETMCR"));
    poke(f, ETM + 0xFA0, 3);
    poke(f, ETM + 0xFA4, 1);
    assert_int_equal(peek(f, ETM + 0xFA4), 2);
    assert_int_equal(peek(f, ETM + 0xFB4), 3);
    assert_int_equal(m.n, 1);
    teardown(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registers),
        cmocka_unit_test(test_busy),
        cmocka_unit_test(test_lock),
        cmocka_unit_test(test_stimulus),
        cmocka_unit_test(test_disabled),
        cmocka_unit_test(test_privilege),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_timestamps),
        cmocka_unit_test(test_prescaled_timestamps),
        cmocka_unit_test(test_synchronization),
        cmocka_unit_test(test_hardware_packets),
        cmocka_unit_test(test_tpiu_registers),
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_etm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
