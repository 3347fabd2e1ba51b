/* Real time, with a clock of our own. */
#include "board/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { HOUR_S = 3600 };
#define NS_PER_S INT64_C(1000000000)

/* For an hour, in slices, on a host that is late by up to 0.9 ms each time: emulated time is never wrong by more than
 * the host's own delay, let alone by more and more. */
static void nothing_adds_up(void **state)
{
    struct pace p;
    vtime now = 12345;
    int64_t host = 77 * NS_PER_S + 1, start = host, worst = 0;
    vtime began = now;
    unsigned random = 1;
    pace_begin(&p, PACE_REAL_TIME, now, host);
    while (host - start < HOUR_S * NS_PER_S) {
        now += pace_slice(&p) + random % 977; /* slices are not exact */
        int64_t due = pace_due(&p, now);
        host = due > host ? due : host;
        int64_t ideal = start + (int64_t)((now - began) * 1000 / VTIME_PER_US);
        worst = llabs(host - ideal) > worst ? llabs(host - ideal) : worst;
        random = random * 1103515245 + 12345;
        host += random % 900 * 1000; /* it slept too long, or drew; the next slice makes up for it */
        assert_false(pace_keep(&p, now, host));
        random = random * 1103515245 + 12345;
    }
    assert_in_range(worst, 0, 900 * 1000);
    int64_t last = pace_due(&p, now) - (start + (int64_t)((now - began) * 1000 / VTIME_PER_US));
    assert_in_range(llabs(last), 0, 1); /* ns */
}

static void speeds(void **state)
{
    struct pace p;
    assert_string_equal(pace_names[PACE_REAL_TIME], "1");
    assert_string_equal(pace_names[PACE_MAX], "max");
    assert_null(pace_names[PACE_SPEEDS]);
    for (unsigned i = 0; i < PACE_MAX; i++) {
        pace_begin(&p, i, 0, 0);
        double seconds = (double)pace_due(&p, VTIME_PER_S) / (double)NS_PER_S;
        assert_true(seconds * atof(pace_names[i]) > 0.999999 && seconds * atof(pace_names[i]) < 1.000001);
        assert_in_range(pace_slice(&p), 2 * VTIME_PER_MS / 100, 20 * VTIME_PER_MS);
    }
    pace_begin(&p, PACE_MAX, 0, 5);
    assert_int_equal(pace_due(&p, VTIME_PER_S), 0);
}

/* A host that stood still does not make the machine run to catch up. */
static void late_once(void **state)
{
    struct pace p;
    pace_begin(&p, PACE_REAL_TIME, 0, 0);
    assert_false(pace_keep(&p, VTIME_PER_S, NS_PER_S + PACE_PATIENCE - 1));
    assert_true(pace_keep(&p, VTIME_PER_S, 3 * NS_PER_S));
    assert_int_equal(pace_due(&p, 2 * VTIME_PER_S), 4 * NS_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_adds_up),
        cmocka_unit_test(speeds),
        cmocka_unit_test(late_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
