/* WDT: time-out, reload requests, pausing, what a reset leaves; PS 6.36. */
#include "periph_fixture.h"

#define WDT       0x40010000u
#define START     (WDT + 0x000)
#define TIMEOUT   (WDT + 0x100)
#define INTENSET  (WDT + 0x304)
#define RUNSTATUS (WDT + 0x400)
#define REQSTATUS (WDT + 0x404)
#define CRV       (WDT + 0x504)
#define RREN      (WDT + 0x508)
#define CONFIG    (WDT + 0x50C)
#define RR(n)     (WDT + 0x600 + 4 * (n))
#define TICK      VTIME_PER_RTC_TICK

struct watched {
    struct chip *c;
    uint32_t resetreas;
    vtime at;
};

static void on_reset(void *ctx, uint32_t resetreas)
{
    struct watched *w = ctx;

    w->resetreas |= resetreas;
    w->at = w->c->sched.now;
}

/* A watchdog of 100 periods, started at the first edge. */
static struct watched *started(uint32_t rren, uint32_t config, bool interrupt)
{
    struct watched *w = calloc(1, sizeof *w);

    assert_non_null(w);
    w->c = chip_new();
    w->c->doors.sys.reset = on_reset;
    w->c->doors.sys.ctx = w;
    chip_run_to(w->c, TICK);
    chip_write(w->c, CRV, 99);
    chip_write(w->c, RREN, rren);
    chip_write(w->c, CONFIG, config);
    if (interrupt)
        chip_write(w->c, INTENSET, 1);
    chip_write(w->c, START, 1);
    return w;
}

static void end(struct watched *w)
{
    free(w->c);
    free(w);
}

static void it_resets_at_timeout(void **state)
{
    struct watched *w = started(1, 1, false);

    assert_int_equal(chip_read(w->c, RUNSTATUS), 1);
    chip_run_to(w->c, 101 * TICK - 1);
    assert_int_equal(w->resetreas, 0);
    chip_run_to(w->c, 101 * TICK);
    assert_int_equal(w->resetreas, RESETREAS_DOG);
    assert_int_equal(chip_time_of(w->c, EV_EVENT, TIMEOUT, 0), 101 * TICK);
    end(w);
}

static void the_interrupt_comes_two_periods_before(void **state)
{
    struct watched *w = started(1, 1, true);

    chip_run_to(w->c, 101 * TICK);
    assert_true(w->c->line[16]);
    assert_int_equal(w->resetreas, 0);
    chip_write(w->c, RR(0), WDT_RELOAD_KEY); /* too late */
    chip_run_to(w->c, 200 * TICK);
    assert_int_equal(w->resetreas, RESETREAS_DOG);
    assert_int_equal(w->at, 103 * TICK);
    end(w);
}

static void all_that_are_enabled_must_reload(void **state)
{
    struct watched *w = started(0x81, 1, false);

    assert_int_equal(chip_read(w->c, REQSTATUS), 0x81);
    chip_run_to(w->c, 51 * TICK);
    chip_write(w->c, RR(0), WDT_RELOAD_KEY);
    chip_write(w->c, RR(1), WDT_RELOAD_KEY); /* not enabled */
    chip_write(w->c, RR(7), WDT_RELOAD_KEY + 1);
    assert_int_equal(chip_read(w->c, REQSTATUS), 0x80);
    chip_run_to(w->c, 81 * TICK);
    chip_write(w->c, RR(7), WDT_RELOAD_KEY);
    assert_int_equal(chip_read(w->c, REQSTATUS), 0x81);
    chip_run_to(w->c, 181 * TICK - 1);
    assert_int_equal(w->resetreas, 0);
    chip_run_to(w->c, 181 * TICK);
    assert_int_equal(w->resetreas, RESETREAS_DOG);
    end(w);
}

static void settings_are_locked_once_it_runs(void **state)
{
    struct watched *w = started(1, 1, false);

    chip_write(w->c, CRV, 5000);
    chip_write(w->c, RREN, 0xFF);
    chip_write(w->c, CONFIG, 0);
    assert_int_equal(chip_read(w->c, CRV), 99);
    assert_int_equal(chip_read(w->c, RREN), 1);
    assert_int_equal(chip_read(w->c, CONFIG), 1);
    assert_true(chip_said(w->c, "WDT.CRV"));
    end(w);
}

static void core_is(struct watched *w, bool asleep, bool halted)
{
    w->c->core.asleep = asleep;
    w->c->core.halted = halted;
    periph_engine_core_changed(&w->c->p.engine);
}

static void it_pauses_in_sleep_and_halt_as_configured(void **state)
{
    static const struct {
        uint32_t config;
        bool asleep, halted, pauses;
    } cases[] = {{0, true, false, true}, {1, true, false, false}, {1, false, true, true}, {9, false, true, false}};

    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct watched *w = started(1, cases[i].config, false);

        chip_run_to(w->c, 41 * TICK);
        core_is(w, cases[i].asleep, cases[i].halted);
        chip_run_to(w->c, 71 * TICK);
        core_is(w, false, false);
        chip_run_to(w->c, 1000 * TICK);
        assert_int_equal(w->at, (cases[i].pauses ? 131 : 101) * TICK);
        end(w);
    }
}

static void soft_reset_does_not_stop_it(void **state)
{
    struct watched *w = started(1, 1, false);

    chip_run_to(w->c, 51 * TICK);
    periph_engine_reset(&w->c->p.engine, RESETREAS_SREQ);
    assert_int_equal(chip_read(w->c, RUNSTATUS), 1);
    assert_int_equal(chip_read(w->c, CRV), 99);
    chip_run_to(w->c, 101 * TICK);
    assert_int_equal(w->resetreas, RESETREAS_DOG);
    periph_engine_reset(&w->c->p.engine, RESETREAS_DOG);
    assert_int_equal(chip_read(w->c, RUNSTATUS), 0);
    assert_int_equal(chip_read(w->c, CRV), 0xFFFFFFFF);
    chip_run_to(w->c, 1000 * TICK);
    assert_int_equal(w->at, 101 * TICK);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_resets_at_timeout),
        cmocka_unit_test(the_interrupt_comes_two_periods_before),
        cmocka_unit_test(all_that_are_enabled_must_reload),
        cmocka_unit_test(settings_are_locked_once_it_runs),
        cmocka_unit_test(it_pauses_in_sleep_and_halt_as_configured),
        cmocka_unit_test(soft_reset_does_not_stop_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
