/* Pins: who wins, what is told to whom, names. */
#include "emu/pin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

struct fixture {
    struct pins pins;
    struct evlog log;
    vtime now;
    struct change {
        unsigned pin;
        bool level;
    } heard[8], logged[8];
    unsigned n_heard, n_logged;
};

static void on_change(void *ctx, unsigned pin, bool level)
{
    struct fixture *f = ctx;
    assert_int_equal(pins_level(&f->pins, pin), level);
    f->heard[f->n_heard++] = (struct change){pin, level};
}

static void on_event(void *ctx, const struct ev *e)
{
    struct fixture *f = ctx;
    assert_int_equal(e->kind, EV_PIN);
    f->logged[f->n_logged++] = (struct change){e->a, e->b};
}

static void setup(struct fixture *f)
{
    *f = (struct fixture){0};
    evlog_init(&f->log, &f->now);
    evlog_attach(&f->log, 1u << EV_PIN, on_event, f);
    pins_init(&f->pins, &f->log);
    pins_listen(&f->pins, on_change, f);
}

static void the_strongest_source_wins(void **state)
{
    struct fixture f;
    setup(&f);
    assert_false(pins_level(&f.pins, 13));
    pins_pull(&f.pins, 13, PIN_PULL_UP);
    assert_true(pins_level(&f.pins, 13));
    pins_drive(&f.pins, 13, PIN_FROM_OUTSIDE, PIN_LOW);
    assert_false(pins_level(&f.pins, 13));
    pins_drive(&f.pins, 13, PIN_FROM_GPIO, PIN_HIGH);
    assert_true(pins_level(&f.pins, 13));
    pins_drive(&f.pins, 13, PIN_FROM_PERIPHERAL, PIN_LOW);
    assert_false(pins_level(&f.pins, 13));
    pins_drive(&f.pins, 13, PIN_FROM_GPIO, PIN_LOW);
    pins_drive(&f.pins, 13, PIN_FROM_PERIPHERAL, PIN_Z);
    assert_false(pins_level(&f.pins, 13));
    pins_drive(&f.pins, 13, PIN_FROM_GPIO, PIN_Z);
    pins_drive(&f.pins, 13, PIN_FROM_OUTSIDE, PIN_Z);
    assert_true(pins_level(&f.pins, 13));
    pins_pull(&f.pins, 13, PIN_PULL_DOWN);
    assert_false(pins_level(&f.pins, 13));
    assert_false(pins_level(&f.pins, 12)); /* nobody else was touched */
}

static void only_changes_are_told(void **state)
{
    struct fixture f;
    setup(&f);
    pins_drive(&f.pins, 47, PIN_FROM_GPIO, PIN_LOW);
    pins_pull(&f.pins, 47, PIN_PULL_UP);
    assert_int_equal(f.n_heard, 0);
    pins_drive(&f.pins, 47, PIN_FROM_GPIO, PIN_HIGH);
    pins_drive(&f.pins, 47, PIN_FROM_GPIO, PIN_HIGH);
    pins_drive(&f.pins, 47, PIN_FROM_GPIO, PIN_Z);
    pins_drive(&f.pins, 47, PIN_FROM_OUTSIDE, PIN_LOW);
    assert_int_equal(f.n_heard, 2);
    assert_int_equal(f.n_logged, 2);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(f.heard[i].pin, 47);
        assert_int_equal(f.heard[i].level, i == 0);
        assert_int_equal(f.logged[i].pin, 47);
        assert_int_equal(f.logged[i].level, i == 0);
    }
}

static void push_back(void *ctx, unsigned pin, bool level)
{
    if (level)
        pins_drive(ctx, pin, PIN_FROM_PERIPHERAL, PIN_LOW);
}

static void a_listener_may_change_the_pin(void **state)
{
    struct fixture f;
    setup(&f);
    pins_init(&f.pins, &f.log);
    pins_listen(&f.pins, push_back, &f.pins);
    pins_listen(&f.pins, on_change, &f); /* checks that it hears the level there is */
    pins_drive(&f.pins, 3, PIN_FROM_GPIO, PIN_HIGH);
    assert_false(pins_level(&f.pins, 3));
    assert_int_equal(f.n_heard, 1);
    assert_false(f.heard[0].level);
    assert_int_equal(f.n_logged, 2);
}

static void pins_that_are_not_there_are_ignored(void **state)
{
    struct fixture f;
    setup(&f);
    pins_drive(&f.pins, PIN_NONE, PIN_FROM_PERIPHERAL, PIN_HIGH);
    pins_pull(&f.pins, PIN_COUNT, PIN_PULL_UP);
    assert_false(pins_level(&f.pins, PIN_NONE));
    assert_int_equal(f.n_heard, 0);
}

static void works_without_a_log(void **state)
{
    struct pins p;
    pins_init(&p, NULL);
    pins_drive(&p, 0, PIN_FROM_GPIO, PIN_HIGH);
    assert_true(pins_level(&p, 0));
}

static void wired_pins_follow_what_is_driven(void **state)
{
    struct pins p;
    pins_init(&p, NULL);
    pins_join(&p, 3, 4);
    pins_join(&p, 4, 40);
    pins_join(&p, 3, 40); /* once more does no harm */
    pins_drive(&p, 4, PIN_FROM_GPIO, PIN_HIGH);
    assert_true(pins_level(&p, 3) && pins_level(&p, 4) && pins_level(&p, 40));
    assert_false(pins_level(&p, 5));
    pins_drive(&p, 3, PIN_FROM_OUTSIDE, PIN_LOW); /* weaker than the chip */
    assert_true(pins_level(&p, 3));
    pins_drive(&p, 40, PIN_FROM_PERIPHERAL, PIN_LOW); /* a conflict: each reads what it drives itself */
    assert_true(pins_level(&p, 4));
    assert_false(pins_level(&p, 40));
    pins_drive(&p, 40, PIN_FROM_PERIPHERAL, PIN_Z);
    pins_drive(&p, 4, PIN_FROM_GPIO, PIN_Z);
    assert_false(pins_level(&p, 40)); /* the outside, at another pin */
    assert_true(pins_driven(&p, 40));
    pins_drive(&p, 3, PIN_FROM_OUTSIDE, PIN_Z);
    assert_false(pins_driven(&p, 40));
    pins_pull(&p, 40, PIN_PULL_UP);
    assert_true(pins_level(&p, 3) && pins_level(&p, 4) && pins_level(&p, 40));
}

static void wired_pins_are_told_and_logged_each(void **state)
{
    struct fixture f;
    setup(&f);
    pins_join(&f.pins, 7, 8);
    pins_listen(&f.pins, on_change, &f);
    pins_drive(&f.pins, 7, PIN_FROM_GPIO, PIN_HIGH);
    unsigned n = f.n_logged;
    assert_int_equal(n, 2);
    assert_int_equal(f.logged[0].pin + f.logged[1].pin, 15);
}

static void a_resistor_beats_the_pull(void **state)
{
    struct pins p;
    pins_init(&p, NULL);
    pins_resistor(&p, 9, PIN_PULL_UP);
    assert_true(pins_level(&p, 9));
    pins_pull(&p, 9, PIN_PULL_DOWN);
    assert_true(pins_level(&p, 9));
    pins_drive(&p, 9, PIN_FROM_OUTSIDE, PIN_LOW);
    assert_false(pins_level(&p, 9));
    pins_drive(&p, 9, PIN_FROM_OUTSIDE, PIN_Z);
    pins_resistor(&p, 9, PIN_PULL_DOWN);
    pins_pull(&p, 9, PIN_PULL_UP);
    assert_false(pins_level(&p, 9));
    pins_resistor(&p, 9, PIN_PULL_NONE);
    assert_true(pins_level(&p, 9));
    pins_resistor(&p, PIN_NONE, PIN_PULL_UP);
    pins_join(&p, 1, PIN_NONE);
    assert_false(pins_driven(&p, PIN_NONE));
}

static void names(void **state)
{
    for (unsigned pin = 0; pin < PIN_COUNT; pin++) {
        char want[8];
        snprintf(want, sizeof want, "P%u.%02u", pin / 32, pin % 32);
        assert_string_equal(pin_name(pin), want);
        assert_int_equal(pin_by_name(want), pin);
    }
    assert_string_equal(pin_name(PIN_COUNT), "?");
    assert_string_equal(pin_name(PIN_NONE), "?");
    assert_int_equal(pin_by_name("P0.5"), 5);
    const char *const bad[] = {"", "P", "P0", "P0.", "P0.32", "P1.16", "P2.00", "P0.013", "p0.13", "P0.1x", "X0.13"};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(pin_by_name(bad[i]), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_strongest_source_wins),
        cmocka_unit_test(only_changes_are_told),
        cmocka_unit_test(a_listener_may_change_the_pin),
        cmocka_unit_test(pins_that_are_not_there_are_ignored),
        cmocka_unit_test(works_without_a_log),
        cmocka_unit_test(wired_pins_follow_what_is_driven),
        cmocka_unit_test(wired_pins_are_told_and_logged_each),
        cmocka_unit_test(a_resistor_beats_the_pull),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
