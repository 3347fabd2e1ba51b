/* Signals: what is kept, and what becomes of it on pixels. */
#include "board/signal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 100, MAX_RUNS = 256 };

struct seen {
    struct signal_run run[MAX_RUNS];
    unsigned n;
};

static void note(void *ctx, const struct signal_run *r)
{
    struct seen *s = ctx;
    assert_true(s->n < MAX_RUNS);
    s->run[s->n++] = *r;
}

static struct seen runs(const struct signal *s, vtime from, vtime span, vtime now)
{
    struct seen seen = {.n = 0};
    struct axis a = {.from = from, .span = span, .x = 10, .width = WIDTH};
    signal_runs(s, &a, now, note, &seen);
    /* they cover the axis up to now, one after the other */
    for (unsigned i = 1; i < seen.n; i++)
        assert_int_equal(seen.run[i].x, seen.run[i - 1].x + seen.run[i - 1].width);
    return seen;
}

static void values_at_times(void **state)
{
    struct signal s = {0};
    assert_int_equal(signal_at(&s, 5, 9), 9);
    signal_set(&s, 100, 1);
    signal_set(&s, 150, 1); /* no change */
    signal_set(&s, 200, 2);
    signal_set(&s, 200, 3); /* only the last at one time counts */
    assert_int_equal(s.n, 2);
    assert_int_equal(signal_at(&s, 99, 0), 0);
    assert_int_equal(signal_at(&s, 100, 0), 1);
    assert_int_equal(signal_at(&s, 199, 0), 1);
    assert_int_equal(signal_at(&s, 200, 0), 3);
    assert_int_equal(signal_after(&s, 100), 1);
    assert_int_equal(signal_after(&s, 1000), 2);
    signal_mark(&s, 300, 3);
    assert_int_equal(s.n, 3);
    signal_free(&s);
}

/* PWM of a quarter. */
static void shares(void **state)
{
    struct signal s = {0};
    for (vtime t = 0; t < 4000; t += 40) {
        signal_set(&s, t, 1);
        signal_set(&s, t + 10, 0);
    }
    assert_in_range(signal_share(&s, 400, 3600, 1, 1, 0), 63, 64);
    assert_in_range(signal_share(&s, 400, 3600, 1, 0, 0), 191, 192);
    assert_int_equal(signal_share(&s, 1000, 1010, 1, 1, 0), 255);
    assert_int_equal(signal_share(&s, 1010, 1010, 1, 1, 0), 0);
    signal_free(&s);
}

static void runs_of_a_slow_signal(void **state)
{
    struct signal s = {0};
    signal_set(&s, 2500, 1);
    signal_set(&s, 5000, 2);
    struct seen seen = runs(&s, 0, 10000, 7500);
    assert_int_equal(seen.n, 3);
    assert_true(seen.run[0].x == 10 && seen.run[0].width == 25 && seen.run[0].value == 0 && !seen.run[0].begins);
    assert_true(seen.run[1].x == 35 && seen.run[1].width == 25 && seen.run[1].value == 1 && seen.run[1].begins);
    assert_true(seen.run[2].x == 60 && seen.run[2].width == 25 && seen.run[2].value == 2 && seen.run[2].begins);
    seen = runs(&s, 3000, 1000, 7500); /* in the middle of one */
    assert_true(seen.n == 1 && seen.run[0].width == WIDTH && seen.run[0].value == 1 && !seen.run[0].begins);
    assert_int_equal(runs(&s, 8000, 1000, 7500).n, 0); /* the future */
    signal_free(&s);
}

/* Thousands of changes in a pixel are one pixel, not thousands of runs. */
static void runs_of_a_fast_signal(void **state)
{
    struct signal s = {0};
    for (vtime t = 0; t < 20000; t++)
        signal_set(&s, 1000 + t, t & 1 ? 2 : 4);
    struct seen seen = runs(&s, 0, 100000, 100000);
    unsigned busy = 0;
    for (unsigned i = 0; i < seen.n; i++) {
        busy += seen.run[i].busy;
        if (seen.run[i].busy)
            assert_true(seen.run[i].width == 1 && (seen.run[i].seen & 6) == 6);
    }
    assert_in_range(busy, 20, 21);
    assert_true(seen.n <= busy + 3);
    assert_int_equal(seen.run[seen.n - 1].value, 2);
    signal_free(&s);
}

/* Of what is forgotten nothing is claimed. */
static void it_forgets(void **state)
{
    struct signal s = {0};
    for (vtime t = 0; t < SIGNAL_CHANGES + 1000; t++)
        signal_set(&s, t, t & 1);
    assert_int_equal(signal_first(&s), s.n - SIGNAL_CHANGES);
    assert_int_equal(signal_at(&s, 10, 7), 7);
    struct seen seen = runs(&s, 0, SIGNAL_CHANGES + 1000, SIGNAL_CHANGES + 1000);
    assert_in_range(seen.run[0].x, 12, 14);
    signal_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_at_times),       cmocka_unit_test(shares),     cmocka_unit_test(runs_of_a_slow_signal),
        cmocka_unit_test(runs_of_a_fast_signal), cmocka_unit_test(it_forgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
