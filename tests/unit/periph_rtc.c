/* RTC: alignment to LFCLK, the delay of tasks, the rules for CC, EVTEN and INTEN, overflow; PS 6.22. */
#include "periph_fixture.h"

#define CLOCK_LFCLKSTART 0x40000008u
#define CLOCK_LFCLKSTOP  0x4000000Cu
#define RTC0             0x4000B000u
#define RTC1             0x40011000u
#define START            0x000
#define STOP             0x004
#define CLEAR            0x008
#define TRIGOVRFLW       0x00C
#define TICK             0x100
#define OVRFLW           0x104
#define COMPARE(n)       (0x140 + 4 * (n))
#define INTENSET         0x304
#define INTENCLR         0x308
#define EVTEN            0x340
#define EVTENSET         0x344
#define EVTENCLR         0x348
#define COUNTER          0x504
#define PRESCALER        0x508
#define CC(n)            (0x540 + 4 * (n))
#define BIT_TICK         (1u << 0)
#define BIT_OVRFLW       (1u << 1)
#define BIT_COMPARE(n)   (1u << (16 + (n)))
#define TIMER1           0x40009000u
#define PPI_CHENSET      0x4001F504u
#define PPI_EEP(n)       (0x4001F510u + 8 * (n))
#define PPI_TEP(n)       (0x4001F514u + 8 * (n))

#define EDGE(n)   ((vtime)(n)*VTIME_PER_RTC_TICK)
#define BEFORE(n) (EDGE(n) - VTIME_PER_RTC_TICK * 3 / 4) /* a quarter into the period that ends at edge n */

/* With LFCLK (from LFRC) running, at a quarter into the period that ends with edge `n`; at least 21. */
static struct chip *chip_at(unsigned n)
{
    struct chip *c = chip_new();

    chip_write(c, CLOCK_LFCLKSTART, 1);
    chip_run_to(c, BEFORE(n));
    return c;
}

static void start_counts_from_the_edge_after_a_falling_edge(void **state)
{
    struct chip *c = chip_at(100);

    chip_write(c, RTC0 + START, 1); /* before the falling edge of this period */
    chip_run_to(c, EDGE(100) - 1);
    assert_int_equal(chip_read(c, RTC0 + COUNTER), 0);
    chip_run_to(c, EDGE(100));
    assert_int_equal(chip_read(c, RTC0 + COUNTER), 1);
    chip_run_to(c, EDGE(110) + 1);
    assert_int_equal(chip_read(c, RTC0 + COUNTER), 11);

    chip_write(c, RTC1 + START, 1);
    chip_run_to(c, EDGE(121) - 5000); /* after the falling edge */
    chip_write(c, RTC1 + CLEAR, 1);
    chip_run_to(c, EDGE(121));
    assert_int_equal(chip_read(c, RTC1 + COUNTER), 11);
    chip_run_to(c, EDGE(122));
    assert_int_equal(chip_read(c, RTC1 + COUNTER), 0);
    chip_run_to(c, EDGE(123));
    assert_int_equal(chip_read(c, RTC1 + COUNTER), 1);
    free(c);
}

static void stop_keeps_the_counter(void **state)
{
    struct chip *c = chip_at(50);

    chip_write(c, RTC0 + START, 1);
    chip_run_to(c, BEFORE(60));
    chip_write(c, RTC0 + STOP, 1);
    chip_run_to(c, EDGE(80));
    assert_int_equal(chip_read(c, RTC0 + COUNTER), 10); /* edges 50 to 59 */
    chip_run_to(c, BEFORE(90));
    chip_write(c, RTC0 + START, 1);
    chip_run_to(c, EDGE(90));
    assert_int_equal(chip_read(c, RTC0 + COUNTER), 11);
    free(c);
}

static void prescaler(void **state)
{
    struct chip *c = chip_at(1000);

    chip_write(c, RTC1 + PRESCALER, 327);
    chip_write(c, RTC1 + CC(0), 3);
    chip_write(c, RTC1 + INTENSET, BIT_COMPARE(0));
    chip_write(c, RTC1 + START, 1);
    chip_run_to(c, EDGE(1500));
    chip_write(c, RTC1 + PRESCALER, 5);
    assert_int_equal(chip_read(c, RTC1 + PRESCALER), 327);
    assert_true(chip_said(c, "RTC1.PRESCALER"));
    chip_run_to(c, EDGE(3000));
    /* The first increment comes 328 periods after the one before edge 1000. */
    assert_int_equal(chip_time_of(c, EV_EVENT, RTC1 + COMPARE(0), 0), EDGE(999 + 3 * 328));
    assert_int_equal(chip_time_of(c, EV_IRQ_LINE, true, 0), EDGE(999 + 3 * 328));
    free(c);
}

/* With COUNTER at N: N + 2 always matches, N + 1 only when written before the falling edge, N not before a turn. */
static void compare_rules(void **state)
{
    static const struct {
        unsigned ahead;
        bool late; /* written after the falling edge */
        unsigned matches;
    } row[] = {{2, false, 1}, {2, true, 1}, {1, false, 1}, {1, true, 0}, {0, false, 0}, {0, true, 0}, {3, true, 1}};

    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        struct chip *c = chip_at(100);
        vtime at = row[i].late ? EDGE(200) - 5000 : BEFORE(200);
        uint32_t n;

        chip_write(c, RTC1 + START, 1);
        chip_write(c, RTC1 + EVTENSET, BIT_COMPARE(2));
        chip_write(c, RTC1 + CC(2), 0x800000);
        chip_run_to(c, at);
        n = chip_read(c, RTC1 + COUNTER);
        assert_int_equal(n, 100);
        chip_write(c, RTC1 + CC(2), n + row[i].ahead);
        chip_run_to(c, EDGE(300));
        assert_int_equal(chip_count(c, EV_EVENT, RTC1 + COMPARE(2)), row[i].matches);
        if (row[i].matches)
            assert_int_equal(chip_time_of(c, EV_EVENT, RTC1 + COMPARE(2), 0), EDGE(199 + row[i].ahead));
        free(c);
    }
}

static void no_compare_by_start_or_clear(void **state)
{
    struct chip *c = chip_at(100);

    chip_write(c, RTC0 + EVTENSET, BIT_COMPARE(0));
    chip_write(c, RTC0 + CC(0), 0);
    chip_write(c, RTC0 + START, 1);
    chip_run_to(c, BEFORE(150));
    chip_write(c, RTC0 + CLEAR, 1);
    chip_run_to(c, EDGE(200));
    assert_int_equal(chip_read(c, RTC0 + COUNTER), 50);
    assert_int_equal(chip_read(c, RTC0 + COMPARE(0)), 0);
    free(c);
}

static void overflow(void **state)
{
    struct chip *c = chip_at(100);

    chip_write(c, RTC0 + START, 1);
    chip_write(c, RTC0 + EVTENSET, BIT_OVRFLW | BIT_COMPARE(1));
    chip_run_to(c, BEFORE(120));
    chip_write(c, RTC0 + TRIGOVRFLW, 1);
    chip_run_to(c, EDGE(120));
    assert_int_equal(chip_read(c, RTC0 + COUNTER), 0xFFFFF0);
    chip_run_to(c, EDGE(200));
    assert_int_equal(chip_time_of(c, EV_EVENT, RTC0 + OVRFLW, 0), EDGE(136));
    assert_int_equal(chip_time_of(c, EV_EVENT, RTC0 + COMPARE(1), 0), EDGE(136)); /* CC = 0, from 0xFFFFFF */
    assert_int_equal(chip_read(c, RTC0 + COUNTER), 64);
    free(c);
}

static void tick(void **state)
{
    struct chip *c = chip_at(100);

    chip_write(c, RTC0 + PRESCALER, 1);
    chip_write(c, RTC0 + INTENSET, BIT_TICK);
    chip_write(c, RTC0 + START, 1);
    chip_run_to(c, EDGE(110));
    for (unsigned n = 0; n < 5; n++)
        assert_int_equal(chip_time_of(c, EV_EVENT, RTC0 + TICK, n), EDGE(101 + 2 * n));
    chip_write(c, RTC0 + INTENCLR, BIT_TICK);
    chip_run_to(c, EDGE(200));
    assert_int_equal(chip_count(c, EV_EVENT, RTC0 + TICK), 5);
    assert_true(sched_next(&c->sched) == VTIME_NEVER); /* nothing to wait for: nothing scheduled */
    free(c);
}

/* Neither: no event. INTEN alone: register and line, not PPI. EVTEN alone: register and PPI. */
static void evten_and_inten(void **state)
{
    static const struct {
        bool evten, inten;
    } row[] = {{false, false}, {false, true}, {true, false}, {true, true}};

    for (unsigned i = 0; i < 4; i++) {
        struct chip *c = chip_at(100);

        chip_write(c, RTC1 + EVTEN, row[i].evten ? BIT_COMPARE(3) : 0);
        chip_write(c, RTC1 + INTENSET, row[i].inten ? BIT_COMPARE(3) : 0);
        chip_write(c, RTC1 + CC(3), 20);
        chip_write(c, TIMER1 + 0x504, 1); /* counter mode, counts what PPI brings */
        chip_write(c, TIMER1 + 0x000, 1);
        chip_write(c, PPI_EEP(0), RTC1 + COMPARE(3));
        chip_write(c, PPI_TEP(0), TIMER1 + 0x008);
        chip_write(c, PPI_CHENSET, 1);
        chip_write(c, RTC1 + START, 1);
        chip_run_to(c, EDGE(200));
        chip_write(c, TIMER1 + 0x040, 1);
        assert_int_equal(chip_read(c, RTC1 + COMPARE(3)), row[i].evten || row[i].inten);
        assert_int_equal(chip_read(c, TIMER1 + 0x540), row[i].evten);
        assert_int_equal(c->line[17], row[i].inten);
        free(c);
    }
}

static void evten_set_and_clear(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, RTC1 + EVTENSET, 0xFFFFFFFF);
    assert_int_equal(chip_read(c, RTC1 + EVTEN), 0x000F0003);
    chip_write(c, RTC1 + EVTENCLR, BIT_COMPARE(1) | BIT_TICK);
    assert_int_equal(chip_read(c, RTC1 + EVTENSET), 0x000D0002);
    free(c);
}

static void needs_lfclk(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, RTC1 + START, 1);
    chip_run_to(c, VTIME_PER_S);
    assert_int_equal(chip_read(c, RTC1 + COUNTER), 0);
    chip_write(c, CLOCK_LFCLKSTART, 1);
    chip_run_to(c, 2 * VTIME_PER_S);
    /* LFRC takes 600 µs, that is 19.7 periods; the 20th edge comes too soon after it for a falling edge. */
    assert_int_equal(chip_read(c, RTC1 + COUNTER), 32768 - 20);
    chip_write(c, CLOCK_LFCLKSTOP, 1);
    chip_run_to(c, 3 * VTIME_PER_S);
    assert_int_equal(chip_read(c, RTC1 + COUNTER), 32768 - 20);
    free(c);
}

static void late_firing_keeps_the_times(void **state)
{
    struct chip *c = chip_at(100);

    chip_write(c, RTC0 + START, 1);
    chip_write(c, RTC0 + EVTENSET, BIT_COMPARE(0));
    chip_write(c, RTC0 + CC(0), 10);
    chip_write(c, TIMER1 + 0x508, 3);
    chip_write(c, TIMER1 + 0x510, 0);
    chip_write(c, PPI_EEP(0), RTC0 + COMPARE(0));
    chip_write(c, PPI_TEP(0), TIMER1 + 0x000);
    chip_write(c, PPI_CHENSET, 1);
    chip_leap_to(c, EDGE(120));
    chip_write(c, TIMER1 + 0x040, 1);
    /* From the first edge of PCLK16M after edge 109 until now, not until the event fired. */
    assert_int_equal(chip_read(c, TIMER1 + 0x540), EDGE(120) / 32 - (EDGE(109) + 31) / 32);
    free(c);
}

static void rtc0_has_three_channels(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, RTC0 + CC(2), 0x1234567);
    assert_int_equal(chip_read(c, RTC0 + CC(2)), 0x234567);
    chip_write(c, RTC0 + INTENSET, 0xFFFFFFFF);
    assert_int_equal(chip_read(c, RTC0 + INTENSET), 0x00070003);
    chip_write(c, RTC1 + INTENSET, 0xFFFFFFFF);
    assert_int_equal(chip_read(c, RTC1 + INTENSET), 0x000F0003);
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(start_counts_from_the_edge_after_a_falling_edge),
        cmocka_unit_test(stop_keeps_the_counter),
        cmocka_unit_test(prescaler),
        cmocka_unit_test(compare_rules),
        cmocka_unit_test(no_compare_by_start_or_clear),
        cmocka_unit_test(overflow),
        cmocka_unit_test(tick),
        cmocka_unit_test(evten_and_inten),
        cmocka_unit_test(evten_set_and_clear),
        cmocka_unit_test(needs_lfclk),
        cmocka_unit_test(late_firing_keeps_the_times),
        cmocka_unit_test(rtc0_has_three_channels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
