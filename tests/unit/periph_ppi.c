/* PPI: channels, forks, groups, fixed channels, no time between event and task, loops; PS 6.16. */
#include "periph_fixture.h"

#define PPI        0x4001F000u
#define CHG_EN(n)  (PPI + 8 * (n))
#define CHG_DIS(n) (PPI + 4 + 8 * (n))
#define CHEN       (PPI + 0x500)
#define CHENSET    (PPI + 0x504)
#define CHENCLR    (PPI + 0x508)
#define EEP(n)     (PPI + 0x510 + 8 * (n))
#define TEP(n)     (PPI + 0x514 + 8 * (n))
#define CHG(n)     (PPI + 0x800 + 4 * (n))
#define FORK(n)    (PPI + 0x910 + 4 * (n))
#define TIMER0     0x40008000u
#define TIMER1     0x40009000u
#define TIMER2     0x4000A000u
#define RTC0       0x4000B000u
#define LFCLKSTART 0x40000008u
#define START      0x000
#define COUNT      0x008
#define CAPTURE(n) (0x040 + 4 * (n))
#define COMPARE(n) (0x140 + 4 * (n))
#define MODE       0x504
#define PRESCALER  0x510
#define CC(n)      (0x540 + 4 * (n))

/* TIMER0 matches CC[0] after 10 µs; TIMER1 and 2 count. */
static struct chip *chip_with_timers(void)
{
    struct chip *c = chip_new();

    chip_write(c, TIMER0 + CC(0), 10);
    chip_write(c, TIMER0 + CC(1), 20);
    chip_write(c, TIMER0 + CC(2), 30);
    for (uint32_t t = TIMER1; t <= TIMER2; t += 0x1000) {
        chip_write(c, t + MODE, 1);
        chip_write(c, t + START, 1);
    }
    return c;
}

static uint32_t counted(struct chip *c, uint32_t timer)
{
    chip_write(c, timer + CAPTURE(0), 1);
    return chip_read(c, timer + CC(0));
}

static void event_triggers_task_and_fork(void **state)
{
    struct chip *c = chip_with_timers();

    chip_write(c, EEP(19), TIMER0 + COMPARE(0));
    chip_write(c, TEP(19), TIMER1 + COUNT);
    chip_write(c, FORK(19), TIMER2 + COUNT);
    chip_write(c, CHENSET, 1u << 19);
    chip_write(c, TIMER0 + START, 1);
    chip_run_to(c, 15 * VTIME_PER_US);
    assert_int_equal(counted(c, TIMER1), 1);
    assert_int_equal(counted(c, TIMER2), 1);
    assert_int_equal(chip_time_of(c, EV_TASK, TIMER1 + COUNT, 0), 10 * VTIME_PER_US);
    free(c);
}

static void disabled_channel_does_nothing(void **state)
{
    struct chip *c = chip_with_timers();

    chip_write(c, EEP(0), TIMER0 + COMPARE(0));
    chip_write(c, TEP(0), TIMER1 + COUNT);
    chip_write(c, CHEN, 0xFFFFFFFF);
    assert_int_equal(chip_read(c, CHENSET), 0xFFFFFFFF);
    chip_write(c, CHENCLR, 1);
    assert_int_equal(chip_read(c, CHEN), 0xFFFFFFFE);
    chip_write(c, TIMER0 + START, 1);
    chip_run_to(c, 15 * VTIME_PER_US);
    assert_int_equal(counted(c, TIMER1), 0);
    free(c);
}

static void one_event_on_several_channels(void **state)
{
    struct chip *c = chip_with_timers();

    for (unsigned i = 0; i < 5; i++) {
        chip_write(c, EEP(i), TIMER0 + COMPARE(1));
        chip_write(c, TEP(i), TIMER1 + COUNT);
    }
    chip_write(c, CHENSET, 0x1F);
    chip_write(c, TIMER0 + START, 1);
    chip_run_to(c, 25 * VTIME_PER_US);
    assert_int_equal(counted(c, TIMER1), 5);
    free(c);
}

/* An event already set in its register still goes through PPI. */
static void event_register_need_not_be_cleared(void **state)
{
    struct chip *c = chip_with_timers();

    chip_write(c, EEP(0), TIMER0 + COMPARE(0));
    chip_write(c, TEP(0), TIMER1 + COUNT);
    chip_write(c, CHENSET, 1);
    chip_write(c, TIMER0 + 0x200, 1); /* COMPARE0_CLEAR */
    chip_write(c, TIMER0 + START, 1);
    chip_run_to(c, 105 * VTIME_PER_US);
    assert_int_equal(counted(c, TIMER1), 10);
    free(c);
}

static void groups(void **state)
{
    struct chip *c = chip_with_timers();

    chip_write(c, CHG(2), 0x30);
    chip_write(c, CHG(5), 0x10);
    chip_write(c, CHG_EN(2), 1);
    assert_int_equal(chip_read(c, CHEN), 0x30);
    chip_write(c, CHG_DIS(5), 1);
    assert_int_equal(chip_read(c, CHEN), 0x20);
    free(c);
}

/* A channel that disables its own group acts once; one that shares the event is not cut off in the same tick. */
static void group_task_through_ppi(void **state)
{
    struct chip *c = chip_with_timers();

    chip_write(c, EEP(0), TIMER0 + COMPARE(0));
    chip_write(c, TEP(0), CHG_DIS(0));
    chip_write(c, EEP(1), TIMER0 + COMPARE(0));
    chip_write(c, TEP(1), TIMER1 + COUNT);
    chip_write(c, CHG(0), 3);
    chip_write(c, CHENSET, 3);
    chip_write(c, TIMER0 + 0x200, 1);
    chip_write(c, TIMER0 + START, 1);
    chip_run_to(c, 105 * VTIME_PER_US);
    assert_int_equal(counted(c, TIMER1), 1);
    assert_int_equal(chip_read(c, CHEN), 0);
    free(c);
}

/* Channel 31: RTC0 COMPARE[0] starts TIMER0; channel 30 clears it. */
static void fixed_channels(void **state)
{
    struct chip *c = chip_new();
    vtime match;

    chip_write(c, LFCLKSTART, 1);
    chip_run_to(c, VTIME_PER_MS);
    chip_write(c, TIMER0 + PRESCALER, 0);
    chip_write(c, CHENSET, 1u << 31 | 1u << 30);
    chip_write(c, RTC0 + 0x344, 1u << 16); /* EVTENSET */
    chip_write(c, RTC0 + CC(0), 5);
    chip_write(c, RTC0 + START, 1);
    chip_run_to(c, 2 * VTIME_PER_MS);
    match = chip_time_of(c, EV_EVENT, RTC0 + COMPARE(0), 0);
    assert_int_not_equal(match, VTIME_NEVER);
    chip_write(c, TIMER0 + CAPTURE(1), 1);
    assert_int_equal(chip_read(c, TIMER0 + CC(1)), 2 * VTIME_PER_MS / 32 - (match + 31) / 32);
    assert_int_equal(ppi_event_end(&c->p.ppi, 26), 0x40001104);
    assert_int_equal(ppi_task_end(&c->p.ppi, 26, false), 0x40008044);
    free(c);
}

static void fork_of_a_fixed_channel(void **state)
{
    struct chip *c = chip_with_timers();

    chip_write(c, FORK(22), TIMER1 + COUNT); /* TIMER0 COMPARE[1] → RADIO DISABLE */
    chip_write(c, CHENSET, 1u << 22);
    chip_write(c, TIMER0 + START, 1);
    chip_run_to(c, 25 * VTIME_PER_US);
    assert_int_equal(counted(c, TIMER1), 1);
    free(c);
}

/* TIMER1 counts itself for ever: cut off after a bounded number of turns, and said once. */
static void a_loop_is_broken_off_and_reported(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, TIMER1 + MODE, 1);
    chip_write(c, TIMER1 + 0x508, 1); /* 8 bits */
    chip_write(c, TIMER1 + CC(0), 1);
    chip_write(c, TIMER1 + 0x200, 1); /* COMPARE0_CLEAR */
    chip_write(c, TIMER1 + START, 1);
    chip_write(c, EEP(0), TIMER1 + COMPARE(0));
    chip_write(c, TEP(0), TIMER1 + COUNT);
    chip_write(c, CHENSET, 1);
    chip_write(c, TIMER1 + COUNT, 1);
    assert_true(chip_said(c, "TIMER1.EVENTS_COMPARE[0]: events and tasks form a loop"));
    assert_int_equal(chip_count(c, EV_EVENT, TIMER1 + COMPARE(0)), PERIPH_MAX_CHAIN);
    free(c);
}

static void an_end_that_is_no_task_is_reported(void **state)
{
    struct chip *c = chip_with_timers();

    chip_write(c, EEP(4), TIMER0 + COMPARE(0));
    chip_write(c, TEP(4), TIMER1 + CC(0));
    chip_write(c, CHENSET, 1u << 4);
    chip_write(c, TIMER0 + START, 1);
    chip_run_to(c, 15 * VTIME_PER_US);
    assert_true(chip_said(c, "PPI.CH[4].TEP: is not the address of a task"));
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_triggers_task_and_fork),
        cmocka_unit_test(disabled_channel_does_nothing),
        cmocka_unit_test(one_event_on_several_channels),
        cmocka_unit_test(event_register_need_not_be_cleared),
        cmocka_unit_test(groups),
        cmocka_unit_test(group_task_through_ppi),
        cmocka_unit_test(fixed_channels),
        cmocka_unit_test(fork_of_a_fixed_channel),
        cmocka_unit_test(a_loop_is_broken_off_and_reported),
        cmocka_unit_test(an_end_that_is_no_task_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
