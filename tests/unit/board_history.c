/* The history made of the event log: lanes, masks, marks, LEDs, console. */
#include "board/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LOW = 24, HIGH = 30, LED = 13 };

struct rig {
    vtime now;
    struct evlog log;
    struct pins pins;
    struct history h;
};

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    evlog_init(&r->log, &r->now);
    pins_init(&r->pins, &r->log);
    history_begin(&r->h, &r->log, &r->pins);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    struct rig *r = *state;
    history_end(&r->h);
    free(r);
    return 0;
}

static void at(struct rig *r, vtime now, enum ev_kind kind, uint32_t a, uint32_t b)
{
    r->now = now;
    evlog_emit(&r->log, kind, a, b);
}

static void assert_lane(struct rig *r, unsigned lane, vtime time, unsigned state, unsigned flags, unsigned depth)
{
    uint8_t value = signal_at(&r->h.lane[lane], time, 0);
    assert_int_equal(value & LANE_STATE, state);
    assert_int_equal(value & (LANE_PENDING | LANE_TAIL_CHAINED | LANE_LATE), flags);
    if (state != LANE_IDLE)
        assert_int_equal(value >> LANE_DEPTH_SHIFT, depth);
}

static void nesting(void **state)
{
    struct rig *r = *state;
    at(r, 100, EV_PEND, LOW, 1);
    at(r, 112, EV_ENTRY, LOW, 0);
    at(r, 200, EV_PEND, HIGH, 1);
    at(r, 212, EV_ENTRY, HIGH, 0);
    at(r, 300, EV_RETURN, HIGH, 0);
    at(r, 400, EV_RETURN, LOW, 0);
    assert_lane(r, 0, 50, LANE_RUNS, 0, 1);
    assert_lane(r, LOW, 105, LANE_IDLE, LANE_PENDING, 0);
    assert_lane(r, 0, 150, LANE_PREEMPTED, 0, 1);
    assert_lane(r, LOW, 150, LANE_RUNS, 0, 2);
    assert_lane(r, LOW, 250, LANE_PREEMPTED, 0, 2);
    assert_lane(r, HIGH, 250, LANE_RUNS, 0, 3);
    assert_lane(r, LOW, 350, LANE_RUNS, 0, 2);
    assert_lane(r, HIGH, 350, LANE_IDLE, 0, 0);
    assert_lane(r, 0, 450, LANE_RUNS, 0, 1);
    assert_int_equal(signal_at(&r->h.depth, 250, 9), 2);
    assert_int_equal(signal_at(&r->h.depth, 450, 9), 0);
}

static void tail_chains_and_late_arrivals(void **state)
{
    struct rig *r = *state;
    at(r, 100, EV_PEND, LOW, 1);
    at(r, 105, EV_PEND, HIGH, 1);
    at(r, 112, EV_ENTRY, HIGH, 0);
    at(r, 112, EV_LATE_ARRIVAL, HIGH, LOW);
    at(r, 200, EV_TAILCHAIN, LOW, HIGH);
    at(r, 250, EV_PEND, LOW, 1); /* again, while it runs */
    at(r, 300, EV_TAILCHAIN, LOW, LOW);
    assert_lane(r, HIGH, 150, LANE_RUNS, LANE_LATE, 2);
    assert_lane(r, LOW, 150, LANE_IDLE, LANE_PENDING, 0);
    assert_lane(r, HIGH, 220, LANE_IDLE, 0, 0);
    assert_lane(r, LOW, 220, LANE_RUNS, LANE_TAIL_CHAINED, 2);
    assert_lane(r, LOW, 260, LANE_RUNS, LANE_PENDING, 2);
    assert_lane(r, LOW, 310, LANE_RUNS, LANE_TAIL_CHAINED, 2);
}

static void sleep_and_reset(void **state)
{
    struct rig *r = *state;
    at(r, 100, EV_SLEEP, 0, 0);
    at(r, 400, EV_WAKE, 0, 0);
    assert_lane(r, 0, 200, LANE_SLEEPS, 0, 1);
    assert_int_equal(history_slept(&r->h, 500), 300);
    at(r, 600, EV_SLEEP, 0, 0);
    assert_int_equal(history_slept(&r->h, 700), 400);
    at(r, 800, EV_ENTRY, LOW, 0);
    at(r, 900, EV_RESET, 4, 0);
    assert_lane(r, LOW, 950, LANE_IDLE, 0, 0);
    assert_lane(r, 0, 950, LANE_RUNS, 0, 1);
    assert_int_equal(signal_at(&r->h.marks, 950, 0), MARK_RESET);
}

static void masks_and_debugger(void **state)
{
    struct rig *r = *state;
    at(r, 100, EV_MASK, 1, 0);
    at(r, 200, EV_MASK, 0, 0x40);
    at(r, 300, EV_MASK, 0, 0);
    at(r, 400, EV_HALT, 1, 0);
    at(r, 400, EV_HALT, 0, 1);
    at(r, 410, EV_HALT, 1, 0);
    assert_int_equal(signal_at(&r->h.masks, 150, 0), MASKED_PRIMASK);
    assert_int_equal(signal_at(&r->h.masks, 250, 0), MASKED_BASEPRI);
    assert_int_equal(signal_at(&r->h.masks, 350, 9), 0);
    assert_int_equal(r->h.marks.n, 3);
    assert_int_equal(signal_value(&r->h.marks, 1), MARK_STEPS);
}

/* A PWM of a tenth, and one that has ended. */
static void brightness(void **state)
{
    struct rig *r = *state;
    for (vtime t = 0; t < 40 * VTIME_PER_MS; t += VTIME_PER_MS) {
        at(r, t, EV_PIN, LED, 1);
        at(r, t + VTIME_PER_MS / 10, EV_PIN, LED, 0);
    }
    vtime now = 40 * VTIME_PER_MS;
    assert_in_range(history_brightness(&r->h, LED, true, now), 24, 27);
    assert_in_range(history_brightness(&r->h, LED, false, now), 228, 231);
    assert_int_equal(history_brightness(&r->h, LED, true, now + VTIME_PER_S), 0);
}

static void console(void **state)
{
    struct rig *r = *state;
    const char *text = "one\r\ntwo";
    for (const char *p = text; *p; p++)
        at(r, 1, EV_CONSOLE, EV_CONSOLE_UART0, (uint8_t)*p);
    at(r, 1, EV_CONSOLE, EV_CONSOLE_RTT, 'x'); /* in between */
    at(r, 1, EV_CONSOLE, EV_CONSOLE_UART0, '!');
    assert_int_equal(r->h.n_lines, 3);
    assert_string_equal(r->h.line[0].text, "one");
    assert_string_equal(r->h.line[1].text, "two!");
    assert_string_equal(r->h.line[2].text, "x");
    assert_int_equal(r->h.line[2].source, EV_CONSOLE_RTT);
    for (unsigned i = 0; i < 3 * HISTORY_LINES; i++) { /* more than is kept, and longer */
        for (unsigned n = 0; n < HISTORY_LINE + 10; n++)
            at(r, 2, EV_CONSOLE, EV_CONSOLE_UART1, 'y');
        at(r, 2, EV_CONSOLE, EV_CONSOLE_UART1, '\n');
    }
    at(r, 3, EV_CONSOLE, EV_CONSOLE_UART0, '?'); /* its line is gone: it begins another */
    assert_string_equal(r->h.line[(r->h.n_lines - 1) % HISTORY_LINES].text, "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nesting, setup, teardown),
        cmocka_unit_test_setup_teardown(tail_chains_and_late_arrivals, setup, teardown),
        cmocka_unit_test_setup_teardown(sleep_and_reset, setup, teardown),
        cmocka_unit_test_setup_teardown(masks_and_debugger, setup, teardown),
        cmocka_unit_test_setup_teardown(brightness, setup, teardown),
        cmocka_unit_test_setup_teardown(console, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
