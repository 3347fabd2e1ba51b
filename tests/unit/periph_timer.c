/* TIMER: exact times of matches, shorts, captures, counter mode, widths; PS 6.30. */
#include "periph_fixture.h"

#define TIMER0      0x40008000u
#define TIMER1      0x40009000u
#define TIMER3      0x4001A000u
#define START       0x000
#define STOP        0x004
#define COUNT       0x008
#define CLEAR       0x00C
#define CAPTURE(n)  (0x040 + 4 * (n))
#define COMPARE(n)  (0x140 + 4 * (n))
#define SHORTS      0x200
#define INTENSET    0x304
#define INTENCLR    0x308
#define MODE        0x504
#define BITMODE     0x508
#define PRESCALER   0x510
#define CC(n)       (0x540 + 4 * (n))
#define BITS_32     3
#define TICK        VTIME_PER_TIMER_TICK
#define PPI_CHENSET 0x4001F504u
#define PPI_EEP(n)  (0x4001F510u + 8 * (n))
#define PPI_TEP(n)  (0x4001F514u + 8 * (n))

static uint32_t count(struct chip *c, uint32_t timer)
{
    chip_write(c, timer + CAPTURE(3), 1);
    return chip_read(c, timer + CC(3));
}

static void match_comes_at_its_time(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, TIMER0 + BITMODE, BITS_32);
    chip_write(c, TIMER0 + PRESCALER, 4); /* 1 MHz */
    chip_write(c, TIMER0 + CC(0), 1000);
    chip_write(c, TIMER0 + INTENSET, 1u << 16);
    chip_run_to(c, 7); /* between two edges of PCLK16M */
    chip_write(c, TIMER0 + START, 1);
    chip_run_to(c, 2 * VTIME_PER_MS);
    assert_int_equal(chip_time_of(c, EV_EVENT, TIMER0 + COMPARE(0), 0), TICK + VTIME_PER_MS);
    assert_int_equal(chip_count(c, EV_EVENT, TIMER0 + COMPARE(0)), 1);
    assert_true(c->line[8]);
    chip_write(c, TIMER0 + COMPARE(0), 0);
    assert_false(c->line[8]);
    assert_int_equal(chip_read(c, TIMER0 + COMPARE(0)), 0);
    free(c);
}

static void clear_short_makes_an_exact_period(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, TIMER0 + PRESCALER, 3); /* 2 MHz, 16 bits */
    chip_write(c, TIMER0 + CC(1), 200);
    chip_write(c, TIMER0 + SHORTS, 1u << 1);
    chip_write(c, TIMER0 + START, 1);
    chip_run_to(c, VTIME_PER_MS);
    for (unsigned n = 0; n < 10; n++)
        assert_int_equal(chip_time_of(c, EV_EVENT, TIMER0 + COMPARE(1), n), (n + 1) * 100 * VTIME_PER_US);
    assert_int_equal(chip_count(c, EV_EVENT, TIMER0 + COMPARE(1)), 10);
    free(c);
}

static void late_firing_does_not_shift_the_period(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, TIMER0 + PRESCALER, 0);
    chip_write(c, TIMER0 + CC(0), 16);
    chip_write(c, TIMER0 + SHORTS, 1u << 0);
    chip_write(c, TIMER0 + START, 1);
    chip_leap_to(c, 3 * VTIME_PER_US + 5 * TICK); /* three periods at once */
    assert_int_equal(chip_count(c, EV_EVENT, TIMER0 + COMPARE(0)), 3);
    assert_int_equal(count(c, TIMER0), 5);
    free(c);
}

static void stop_short_and_resume(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, TIMER0 + CC(0), 50);
    chip_write(c, TIMER0 + SHORTS, 1u << 8);
    chip_write(c, TIMER0 + START, 1);
    chip_run_to(c, 200 * VTIME_PER_US);
    assert_int_equal(count(c, TIMER0), 50);
    chip_write(c, TIMER0 + START, 1);
    chip_run_to(c, 210 * VTIME_PER_US);
    assert_int_equal(count(c, TIMER0), 60);
    assert_int_equal(chip_count(c, EV_EVENT, TIMER0 + COMPARE(0)), 1);
    free(c);
}

static void capture_and_clear(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, TIMER3 + BITMODE, BITS_32);
    chip_write(c, TIMER3 + PRESCALER, 0);
    chip_write(c, TIMER3 + START, 1);
    chip_run_to(c, 100000 * TICK + TICK - 1);
    chip_write(c, TIMER3 + CAPTURE(5), 1);
    assert_int_equal(chip_read(c, TIMER3 + CC(5)), 100000);
    chip_run_to(c, 100001 * TICK);
    chip_write(c, TIMER3 + CLEAR, 1);
    chip_run_to(c, 100011 * TICK);
    assert_int_equal(count(c, TIMER3), 10);
    free(c);
}

static void widths(void **state)
{
    static const struct {
        uint32_t bitmode;
        uint64_t turn;
    } row[] = {{0, 1u << 16}, {1, 1u << 8}, {2, 1u << 24}, {3, 1ull << 32}};

    for (unsigned i = 0; i < 4; i++) {
        struct chip *c = chip_new();

        chip_write(c, TIMER0 + PRESCALER, 0);
        chip_write(c, TIMER0 + BITMODE, row[i].bitmode);
        chip_write(c, TIMER0 + CC(0), 3);
        chip_write(c, TIMER0 + START, 1);
        chip_run_to(c, (row[i].turn + 10) * TICK);
        assert_int_equal(count(c, TIMER0), 10);
        assert_int_equal(chip_time_of(c, EV_EVENT, TIMER0 + COMPARE(0), 0), 3 * TICK);
        assert_int_equal(chip_time_of(c, EV_EVENT, TIMER0 + COMPARE(0), 1), (row[i].turn + 3) * TICK);
        free(c);
    }
}

/* Every prescaler value divides 16 MHz by its power of two. */
static void prescalers(void **state)
{
    for (unsigned prescaler = 0; prescaler <= 9; prescaler++) {
        struct chip *c = chip_new();

        chip_write(c, TIMER0 + PRESCALER, prescaler);
        chip_write(c, TIMER0 + CC(2), 77);
        chip_write(c, TIMER0 + START, 1);
        chip_run_to(c, VTIME_PER_S / 100);
        assert_int_equal(chip_time_of(c, EV_EVENT, TIMER0 + COMPARE(2), 0), 77 * (TICK << prescaler));
        free(c);
    }
}

static void cc_equal_to_the_counter_waits_a_turn(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, TIMER0 + PRESCALER, 0);
    chip_write(c, TIMER0 + START, 1);
    chip_run_to(c, 500 * TICK);
    chip_write(c, TIMER0 + CC(0), 500);
    chip_write(c, TIMER0 + CC(1), 501);
    chip_run_to(c, 0x10000 * TICK);
    assert_int_equal(chip_count(c, EV_EVENT, TIMER0 + COMPARE(0)), 0);
    assert_int_equal(chip_time_of(c, EV_EVENT, TIMER0 + COMPARE(1), 0), 501 * TICK);
    chip_run_to(c, (0x10000 + 500) * TICK);
    assert_int_equal(chip_count(c, EV_EVENT, TIMER0 + COMPARE(0)), 1);
    free(c);
}

static void counter_mode(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, TIMER0 + MODE, 1);
    chip_write(c, TIMER0 + CC(0), 3);
    chip_write(c, TIMER0 + COUNT, 1); /* not started: does not count */
    chip_write(c, TIMER0 + START, 1);
    for (unsigned i = 0; i < 5; i++) {
        chip_run_to(c, (i + 1) * VTIME_PER_US);
        chip_write(c, TIMER0 + COUNT, 1);
    }
    assert_int_equal(count(c, TIMER0), 5);
    assert_int_equal(chip_time_of(c, EV_EVENT, TIMER0 + COMPARE(0), 0), 3 * VTIME_PER_US);
    free(c);
}

/* A timer that counts another's matches through PPI misses none, however late they fire. */
static void counts_matches_of_another_timer(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, TIMER0 + PRESCALER, 0);
    chip_write(c, TIMER0 + CC(0), 10);
    chip_write(c, TIMER0 + SHORTS, 1);
    chip_write(c, TIMER1 + MODE, 2);
    chip_write(c, TIMER1 + START, 1);
    chip_write(c, PPI_EEP(0), TIMER0 + COMPARE(0));
    chip_write(c, PPI_TEP(0), TIMER1 + COUNT);
    chip_write(c, PPI_CHENSET, 1);
    chip_write(c, TIMER0 + START, 1);
    chip_leap_to(c, 1005 * TICK);
    assert_int_equal(count(c, TIMER1), 100);
    free(c);
}

/* Two timers that match at the same time, one of which captures the other: the other's match is not lost. */
static void capture_at_the_time_of_a_match(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, TIMER0 + CC(0), 100);
    chip_write(c, TIMER1 + CC(1), 100);
    chip_write(c, PPI_EEP(0), TIMER0 + COMPARE(0));
    chip_write(c, PPI_TEP(0), TIMER1 + CAPTURE(0));
    chip_write(c, PPI_CHENSET, 1);
    chip_write(c, TIMER0 + START, 1);
    chip_write(c, TIMER1 + START, 1);
    chip_leap_to(c, 150 * VTIME_PER_US);
    assert_int_equal(chip_read(c, TIMER1 + CC(0)), 100);
    assert_int_equal(chip_read(c, TIMER1 + COMPARE(1)), 1);
    free(c);
}

static void reset_stops_it(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, TIMER0 + CC(0), 10);
    chip_write(c, TIMER0 + INTENSET, 1u << 16);
    chip_write(c, TIMER0 + START, 1);
    chip_run_to(c, VTIME_PER_MS);
    assert_true(c->line[8]);
    periph_engine_reset(&c->p.engine, RESETREAS_SREQ);
    assert_false(c->line[8]);
    assert_int_equal(chip_read(c, TIMER0 + CC(0)), 0);
    assert_int_equal(chip_read(c, TIMER0 + PRESCALER), 4);
    chip_run_to(c, 5 * VTIME_PER_MS);
    assert_int_equal(count(c, TIMER0), 0);
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(match_comes_at_its_time),
        cmocka_unit_test(clear_short_makes_an_exact_period),
        cmocka_unit_test(late_firing_does_not_shift_the_period),
        cmocka_unit_test(stop_short_and_resume),
        cmocka_unit_test(capture_and_clear),
        cmocka_unit_test(widths),
        cmocka_unit_test(prescalers),
        cmocka_unit_test(cc_equal_to_the_counter_waits_a_turn),
        cmocka_unit_test(counter_mode),
        cmocka_unit_test(counts_matches_of_another_timer),
        cmocka_unit_test(capture_at_the_time_of_a_match),
        cmocka_unit_test(reset_stops_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
