/* The event queue: order, re-arming, cancelling, deadlines and kicks. */
#include "emu/sched.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { EVENTS = 4 };

struct fixture {
    struct sched sched;
    struct sched_event event[EVENTS];
    struct fired {
        unsigned which;
        vtime due;
    } fired[16];
    unsigned n_fired;
    vtime period; /* event 0 re-arms itself this much after it was due; 0: it does not */
    bool kick_in_callback;
    struct owner {
        struct fixture *f;
        unsigned which;
    } owner[EVENTS];
};

static void on_fire(void *ctx, vtime due)
{
    struct owner *o = ctx;
    struct fixture *f = o->f;
    f->fired[f->n_fired++] = (struct fired){o->which, due};
    if (f->kick_in_callback)
        sched_kick(&f->sched);
    if (f->period && o->which == 0)
        sched_at(&f->sched, &f->event[0], due + f->period);
}

static void setup(struct fixture *f)
{
    *f = (struct fixture){0};
    sched_init(&f->sched);
    for (unsigned i = 0; i < EVENTS; i++) {
        f->owner[i] = (struct owner){f, i};
        sched_event_init(&f->event[i], "test", on_fire, &f->owner[i]);
    }
}

static void assert_fired(const struct fixture *f, unsigned n, const unsigned *which)
{
    assert_int_equal(f->n_fired, n);
    for (unsigned i = 0; i < n; i++)
        assert_int_equal(f->fired[i].which, which[i]);
}

static void fires_in_order_of_due_time(void **state)
{
    struct fixture f;
    setup(&f);
    sched_at(&f.sched, &f.event[0], 30);
    sched_at(&f.sched, &f.event[1], 10);
    sched_at(&f.sched, &f.event[2], 20);
    sched_at(&f.sched, &f.event[3], 31);
    f.sched.now = 30;
    sched_fire_due(&f.sched);
    assert_fired(&f, 3, (unsigned[]){1, 2, 0});
    assert_int_equal(f.fired[0].due, 10);
    assert_true(f.event[3].armed);
    assert_false(f.event[0].armed);
    assert_int_equal(f.sched.deadline, 31);
}

static void equals_are_first_in_first_out(void **state)
{
    struct fixture f;
    setup(&f);
    for (unsigned i = 0; i < EVENTS; i++)
        sched_at(&f.sched, &f.event[i], 5);
    sched_at(&f.sched, &f.event[1], 5); /* moving makes it the youngest */
    f.sched.now = 5;
    sched_fire_due(&f.sched);
    assert_fired(&f, 4, (unsigned[]){0, 2, 3, 1});
}

static void armed_event_moves(void **state)
{
    struct fixture f;
    setup(&f);
    sched_at(&f.sched, &f.event[0], 10);
    sched_at(&f.sched, &f.event[1], 20);
    sched_at(&f.sched, &f.event[0], 40);
    assert_int_equal(sched_next(&f.sched), 20);
    f.sched.now = 30;
    sched_fire_due(&f.sched);
    assert_fired(&f, 1, (unsigned[]){1});
    sched_at(&f.sched, &f.event[0], 25); /* the past: at once */
    sched_fire_due(&f.sched);
    assert_fired(&f, 2, (unsigned[]){1, 0});
    assert_int_equal(f.fired[1].due, 25);
}

static void cancelling(void **state)
{
    struct fixture f;
    setup(&f);
    sched_cancel(&f.sched, &f.event[0]); /* not armed */
    assert_int_equal(f.sched.deadline, VTIME_NEVER);
    for (unsigned i = 0; i < 3; i++)
        sched_at(&f.sched, &f.event[i], 10 + i);
    sched_cancel(&f.sched, &f.event[1]); /* in the middle */
    sched_cancel(&f.sched, &f.event[0]); /* the head */
    assert_int_equal(f.sched.deadline, 12);
    sched_cancel(&f.sched, &f.event[2]); /* the only one */
    assert_int_equal(f.sched.deadline, VTIME_NEVER);
    f.sched.now = 100;
    sched_fire_due(&f.sched);
    assert_int_equal(f.n_fired, 0);
}

static void periodic_event_does_not_drift(void **state)
{
    struct fixture f;
    setup(&f);
    f.period = 10;
    sched_at(&f.sched, &f.event[0], 10);
    f.sched.now = 37; /* late: catches up, and every callback sees its own time */
    sched_fire_due(&f.sched);
    assert_int_equal(f.n_fired, 3);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(f.fired[i].due, 10 * (i + 1));
    assert_int_equal(f.sched.deadline, 40);
}

static void kick_lasts_until_events_are_fired(void **state)
{
    struct fixture f;
    setup(&f);
    sched_kick(&f.sched);
    assert_int_equal(f.sched.deadline, 0);
    sched_at(&f.sched, &f.event[0], 10);
    assert_int_equal(f.sched.deadline, 0);
    sched_cancel(&f.sched, &f.event[0]);
    assert_int_equal(f.sched.deadline, 0);
    assert_int_equal(sched_next(&f.sched), VTIME_NEVER);
    sched_fire_due(&f.sched);
    assert_int_equal(f.sched.deadline, VTIME_NEVER);
}

static void kick_in_a_callback_is_not_lost(void **state)
{
    struct fixture f;
    setup(&f);
    f.kick_in_callback = true;
    sched_at(&f.sched, &f.event[0], 10);
    sched_at(&f.sched, &f.event[1], 50);
    f.sched.now = 10;
    sched_fire_due(&f.sched);
    assert_int_equal(f.sched.deadline, 0);
    sched_fire_due(&f.sched);
    assert_int_equal(f.sched.deadline, 50);
    assert_int_equal(f.n_fired, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fires_in_order_of_due_time),
        cmocka_unit_test(equals_are_first_in_first_out),
        cmocka_unit_test(armed_event_moves),
        cmocka_unit_test(cancelling),
        cmocka_unit_test(periodic_event_does_not_drift),
        cmocka_unit_test(kick_lasts_until_events_are_fired),
        cmocka_unit_test(kick_in_a_callback_is_not_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
