/* PWM: exact edges, decoders, sequences, loops, stopping; PS 6.17. */
#include "periph_fixture.h"

#define PWM0           0x4001C000u
#define PWM3           0x4002D000u
#define STOP           0x004
#define SEQSTART(n)    (0x008 + 4 * (n))
#define NEXTSTEP       0x010
#define STOPPED        0x104
#define SEQSTARTED(n)  (0x108 + 4 * (n))
#define SEQEND(n)      (0x110 + 4 * (n))
#define PWMPERIODEND   0x118
#define LOOPSDONE      0x11C
#define SHORTS         0x200
#define INTENSET       0x304
#define ENABLE         0x500
#define MODE           0x504
#define COUNTERTOP     0x508
#define PRESCALER      0x50C
#define DECODER        0x510
#define LOOP           0x514
#define SEQ_PTR(n)     (0x520 + 32 * (n))
#define SEQ_CNT(n)     (0x524 + 32 * (n))
#define SEQ_REFRESH(n) (0x528 + 32 * (n))
#define SEQ_DELAY(n)   (0x52C + 32 * (n))
#define PSEL(n)        (0x560 + 4 * (n))

#define COMMON            0
#define GROUPED           1
#define INDIVIDUAL        2
#define WAVEFORM          3
#define BY_STEPS          (1u << 8)
#define SEQEND0_STOP      (1u << 0)
#define LOOPSDONE_START_0 (1u << 2)
#define LOOPSDONE_STOP    (1u << 4)
#define HIGH_FIRST        0x8000

#define TICK     VTIME_PER_TIMER_TICK
#define PIN(n)   (13 + (n))
#define RAM      0x20000000u
#define RAM_SIZE 0x1000u
#define SECOND   0x100 /* half word of the second sequence */

struct rig {
    struct chip *c;
    uint16_t ram[RAM_SIZE / 2];
};

static void write(struct rig *r, uint32_t offset, uint32_t value) { chip_write(r->c, PWM0 + offset, value); }
static uint32_t read(struct rig *r, uint32_t offset) { return chip_read(r->c, PWM0 + offset); }
static vtime time_of(struct rig *r, uint32_t event, unsigned nth)
{
    return chip_time_of(r->c, EV_EVENT, PWM0 + event, nth);
}
static unsigned count(struct rig *r, uint32_t event) { return chip_count(r->c, EV_EVENT, PWM0 + event); }

/* Time of the nth edge of a pin, in ticks; it must have this level. */
static uint64_t edge(struct rig *r, unsigned pin, unsigned nth, bool level)
{
    for (unsigned i = 0; i < r->c->n_records; i++) {
        const struct ev *e = &r->c->record[i];

        if (e->kind != EV_PIN || e->a != pin || nth--)
            continue;
        assert_int_equal(e->b, level);
        assert_int_equal(e->time % TICK, 0);
        return e->time / TICK;
    }
    return UINT64_MAX;
}

static unsigned edges(struct rig *r, unsigned pin)
{
    unsigned n = 0;

    for (unsigned i = 0; i < r->c->n_records; i++)
        n += r->c->record[i].kind == EV_PIN && r->c->record[i].a == pin;
    return n;
}

/* Four pins, COUNTERTOP 100, both sequences common and empty. */
static struct rig *rig_new(void)
{
    struct rig *r = calloc(1, sizeof *r);

    assert_non_null(r);
    r->c = chip_new();
    bus_add_memory(
        &r->c->bus,
        &(struct bus_memory){
            .name = "RAM", .base = RAM, .size = RAM_SIZE, .data = (uint8_t *)r->ram, .guest_writable = true});
    for (unsigned n = 0; n < 4; n++)
        write(r, PSEL(n), PIN(n));
    for (unsigned n = 0; n < 2; n++) {
        write(r, SEQ_PTR(n), RAM + n * 2 * SECOND);
        write(r, SEQ_REFRESH(n), 0);
    }
    write(r, COUNTERTOP, 100);
    write(r, ENABLE, 1);
    return r;
}

static void rig_free(struct rig *r)
{
    free(r->c);
    free(r);
}

static void run_to(struct rig *r, uint64_t ticks) { chip_run_to(r->c, ticks * TICK); }

/* Fills a sequence with `n` half words. */
static void fill(struct rig *r, unsigned seq, unsigned n, const uint16_t *values)
{
    memcpy(r->ram + seq * SECOND, values, 2 * n);
    write(r, SEQ_CNT(seq), n);
}

#define FILL(r, seq, ...)                          \
    do {                                           \
        static const uint16_t v[] = {__VA_ARGS__}; \
        fill(r, seq, sizeof v / sizeof v[0], v);   \
    } while (0)

static void one_value_goes_on_until_stop(void **state)
{
    struct rig *r = rig_new();

    FILL(r, 0, HIGH_FIRST | 30);
    chip_run_to(r->c, 10 * TICK + 5);
    write(r, SEQSTART(0), 1);
    run_to(r, 250);
    write(r, STOP, 1);
    assert_int_equal(count(r, STOPPED), 0);
    run_to(r, 1000);
    for (unsigned n = 0; n < 3; n++) {
        assert_int_equal(edge(r, PIN(0), 2 * n, true), 11 + 100 * n);
        assert_int_equal(edge(r, PIN(0), 2 * n + 1, false), 41 + 100 * n);
    }
    assert_int_equal(edges(r, PIN(0)), 6);
    assert_int_equal(edges(r, PIN(3)), 6);
    assert_int_equal(time_of(r, SEQSTARTED(0), 0), 11 * TICK);
    assert_int_equal(time_of(r, SEQEND(0), 0), 111 * TICK);
    assert_int_equal(count(r, SEQEND(0)), 1);
    assert_int_equal(time_of(r, PWMPERIODEND, 2), 311 * TICK);
    assert_int_equal(count(r, PWMPERIODEND), 3);
    assert_int_equal(time_of(r, STOPPED, 0), 311 * TICK);
    assert_int_equal(sched_next(&r->c->sched), VTIME_NEVER);
    rig_free(r);
}

static void low_first_and_extremes(void **state)
{
    struct rig *r = rig_new();

    write(r, DECODER, INDIVIDUAL);
    FILL(r, 0, 30, HIGH_FIRST | 0, HIGH_FIRST | 100, HIGH_FIRST | 200);
    write(r, SEQSTART(0), 1);
    run_to(r, 250);
    assert_int_equal(edge(r, PIN(0), 0, true), 30);
    assert_int_equal(edge(r, PIN(0), 1, false), 100);
    assert_int_equal(edge(r, PIN(0), 2, true), 130);
    assert_int_equal(edges(r, PIN(1)), 0); /* always low */
    assert_int_equal(edges(r, PIN(2)), 1); /* always high */
    assert_int_equal(edges(r, PIN(3)), 1);
    assert_true(pins_level(&r->c->pins, PIN(3)));
    rig_free(r);
}

static void up_and_down(void **state)
{
    struct rig *r = rig_new();

    write(r, MODE, 1);
    write(r, PRESCALER, 2);
    write(r, DECODER, GROUPED);
    FILL(r, 0, HIGH_FIRST | 30, 30);
    write(r, SEQSTART(0), 1);
    run_to(r, 1000);
    assert_int_equal(edge(r, PIN(1), 0, true), 0);
    assert_int_equal(edge(r, PIN(1), 1, false), 4 * 30);
    assert_int_equal(edge(r, PIN(1), 2, true), 4 * 170);
    assert_int_equal(edge(r, PIN(1), 3, false), 4 * 230);
    assert_int_equal(edge(r, PIN(2), 0, true), 4 * 30);
    assert_int_equal(edge(r, PIN(2), 1, false), 4 * 170);
    assert_int_equal(time_of(r, PWMPERIODEND, 0), 800 * TICK);
    rig_free(r);
}

static void a_decoder_of_waveforms(void **state)
{
    struct rig *r = rig_new();

    write(r, DECODER, WAVEFORM);
    FILL(r, 0, HIGH_FIRST | 10, HIGH_FIRST | 20, HIGH_FIRST | 30, 40, HIGH_FIRST | 5, 0, 0, 60);
    write(r, SEQSTART(0), 1);
    run_to(r, 150);
    assert_int_equal(edge(r, PIN(0), 1, false), 10);
    assert_int_equal(edge(r, PIN(1), 1, false), 20);
    assert_int_equal(edge(r, PIN(2), 1, false), 30);
    assert_int_equal(edge(r, PIN(0), 3, false), 45);
    assert_int_equal(time_of(r, PWMPERIODEND, 0), 40 * TICK);
    assert_int_equal(time_of(r, PWMPERIODEND, 1), 100 * TICK);
    rig_free(r);
}

static void refresh_repeats_each_value(void **state)
{
    struct rig *r = rig_new();

    write(r, SEQ_REFRESH(0), 2);
    write(r, SHORTS, SEQEND0_STOP);
    FILL(r, 0, HIGH_FIRST | 10, HIGH_FIRST | 20);
    write(r, SEQSTART(0), 1);
    run_to(r, 2000);
    for (unsigned n = 0; n < 6; n++)
        assert_int_equal(edge(r, PIN(0), 2 * n + 1, false), 100 * n + (n < 3 ? 10 : 20));
    assert_int_equal(edges(r, PIN(0)), 12);
    assert_int_equal(time_of(r, SEQEND(0), 0), 600 * TICK);
    assert_int_equal(time_of(r, STOPPED, 0), 600 * TICK);
    rig_free(r);
}

static void loops_of_two_sequences(void **state)
{
    struct rig *r = rig_new();

    FILL(r, 0, HIGH_FIRST | 10, HIGH_FIRST | 20);
    FILL(r, 1, HIGH_FIRST | 30);
    write(r, SEQ_DELAY(0), 1);
    write(r, LOOP, 2);
    write(r, SHORTS, LOOPSDONE_STOP);
    write(r, INTENSET, 1u << 7);
    write(r, SEQSTART(0), 1);
    run_to(r, 5000);
    static const unsigned expected[] = {10, 20, 20, 30, 10, 20, 20, 30};
    for (unsigned n = 0; n < 8; n++)
        assert_int_equal(edge(r, PIN(0), 2 * n + 1, false), 100 * n + expected[n]);
    assert_int_equal(edges(r, PIN(0)), 16);
    assert_int_equal(time_of(r, SEQEND(0), 0), 200 * TICK);
    assert_int_equal(time_of(r, SEQSTARTED(1), 0), 300 * TICK);
    assert_int_equal(time_of(r, SEQEND(1), 0), 400 * TICK);
    assert_int_equal(time_of(r, SEQSTARTED(0), 1), 400 * TICK);
    assert_int_equal(time_of(r, LOOPSDONE, 0), 800 * TICK);
    assert_int_equal(time_of(r, STOPPED, 0), 800 * TICK);
    assert_true(r->c->line[28]);
    rig_free(r);
}

static void the_last_value_stays_after_the_loops(void **state)
{
    struct rig *r = rig_new();

    FILL(r, 1, HIGH_FIRST | 30);
    write(r, LOOP, 1);
    write(r, SEQSTART(1), 1);
    run_to(r, 450);
    assert_int_equal(time_of(r, LOOPSDONE, 0), 100 * TICK);
    assert_int_equal(count(r, LOOPSDONE), 1);
    assert_int_equal(edge(r, PIN(0), 9, false), 430);
    rig_free(r);
}

static void a_short_makes_loops_endless(void **state)
{
    struct rig *r = rig_new();

    FILL(r, 0, HIGH_FIRST | 10);
    FILL(r, 1, HIGH_FIRST | 20);
    write(r, LOOP, 1);
    write(r, SHORTS, LOOPSDONE_START_0);
    write(r, SEQSTART(0), 1);
    run_to(r, 1050);
    assert_int_equal(count(r, LOOPSDONE), 5);
    assert_int_equal(count(r, SEQSTARTED(0)), 6);
    for (unsigned n = 0; n < 10; n++)
        assert_int_equal(edge(r, PIN(0), 2 * n + 1, false), 100 * n + (n % 2 ? 20 : 10));
    rig_free(r);
}

static void values_by_steps(void **state)
{
    struct rig *r = rig_new();

    write(r, DECODER, BY_STEPS);
    FILL(r, 0, HIGH_FIRST | 10, HIGH_FIRST | 20);
    write(r, SEQSTART(0), 1);
    run_to(r, 250);
    write(r, NEXTSTEP, 1);
    run_to(r, 450);
    assert_int_equal(edge(r, PIN(0), 5, false), 210);
    assert_int_equal(edge(r, PIN(0), 7, false), 320);
    assert_int_equal(time_of(r, SEQEND(0), 0), 400 * TICK);
    rig_free(r);
}

static void a_new_sequence_waits_for_the_period(void **state)
{
    struct rig *r = rig_new();

    FILL(r, 0, HIGH_FIRST | 10);
    FILL(r, 1, HIGH_FIRST | 50);
    write(r, SEQSTART(0), 1);
    run_to(r, 120);
    write(r, COUNTERTOP, 200);
    write(r, SEQSTART(1), 1);
    run_to(r, 450);
    assert_int_equal(time_of(r, SEQSTARTED(1), 0), 200 * TICK);
    assert_int_equal(edge(r, PIN(0), 3, false), 110);
    assert_int_equal(edge(r, PIN(0), 5, false), 250);
    assert_int_equal(edge(r, PIN(0), 6, true), 400);
    rig_free(r);
}

static void only_connected_channels_cost_events(void **state)
{
    struct rig *r = rig_new();
    unsigned fired = 0;

    for (unsigned n = 0; n < 4; n++)
        write(r, PSEL(n), UINT32_MAX);
    FILL(r, 0, HIGH_FIRST | 10);
    write(r, SEQSTART(0), 1);
    while (sched_next(&r->c->sched) <= 1000 * TICK) {
        r->c->sched.now = sched_next(&r->c->sched);
        sched_fire_due(&r->c->sched);
        fired++;
    }
    assert_int_equal(fired, 11);
    assert_int_equal(chip_count(r->c, EV_PIN, 1), 0);
    run_to(r, 1005);
    write(r, PSEL(2), PIN(2));
    assert_true(pins_level(&r->c->pins, PIN(2)));
    run_to(r, 1050);
    assert_int_equal(edge(r, PIN(2), 1, false), 1010);
    rig_free(r);
}

static void the_pin_is_gpios_when_stopped(void **state)
{
    struct rig *r = rig_new();

    pins_drive(&r->c->pins, PIN(0), PIN_FROM_GPIO, PIN_HIGH);
    FILL(r, 0, HIGH_FIRST | 0);
    write(r, SEQSTART(0), 1);
    run_to(r, 50);
    assert_false(pins_level(&r->c->pins, PIN(0)));
    write(r, STOP, 1);
    run_to(r, 150);
    assert_true(pins_level(&r->c->pins, PIN(0)));
    write(r, SEQSTART(0), 1);
    run_to(r, 200);
    assert_false(pins_level(&r->c->pins, PIN(0)));
    write(r, ENABLE, 0); /* at once */
    assert_true(pins_level(&r->c->pins, PIN(0)));
    assert_int_equal(sched_next(&r->c->sched), VTIME_NEVER);
    rig_free(r);
}

static void late_firing_does_not_shift_the_period(void **state)
{
    struct rig *r = rig_new();

    FILL(r, 0, HIGH_FIRST | 10);
    write(r, SEQSTART(0), 1);
    for (uint64_t t = 7; t < 1000; t += 7)
        chip_leap_to(r->c, t * TICK + 3);
    run_to(r, 1000);
    r->c->n_records = 0;
    run_to(r, 1050);
    assert_int_equal(edge(r, PIN(0), 0, false), 1010);
    assert_int_equal(read(r, PWMPERIODEND), 1);
    rig_free(r);
}

static void guest_errors(void **state)
{
    struct rig *r = rig_new();

    write(r, SEQSTART(0), 1); /* CNT is 0 */
    assert_true(chip_said(r->c, "no effect"));
    assert_int_equal(sched_next(&r->c->sched), VTIME_NEVER);
    write(r, SEQ_CNT(0), 0x7FFF);
    write(r, SEQ_PTR(0), 0xFFFFFFFE);
    write(r, COUNTERTOP, 0);
    write(r, DECODER, INDIVIDUAL);
    write(r, SEQSTART(0), 1);
    run_to(r, 30);
    assert_true(chip_said(r->c, "EasyDMA reaches RAM only"));
    assert_true(chip_said(r->c, "less than 3"));
    assert_int_equal(count(r, PWMPERIODEND), 10);
    rig_free(r);
}

static void reset_and_other_instances(void **state)
{
    struct rig *r = rig_new();

    r->ram[0] = HIGH_FIRST | 50;
    chip_write(r->c, PWM3 + ENABLE, 1);
    chip_write(r->c, PWM3 + PSEL(0), PIN(0));
    chip_write(r->c, PWM3 + SEQ_PTR(0), RAM);
    chip_write(r->c, PWM3 + SEQ_CNT(0), 1);
    chip_write(r->c, PWM3 + INTENSET, 1u << 6);
    chip_write(r->c, PWM3 + SEQSTART(0), 1);
    run_to(r, 1010);
    assert_false(r->c->line[45]);
    run_to(r, 1024);
    assert_true(r->c->line[45]);
    periph_engine_reset(&r->c->p.engine, RESETREAS_SREQ);
    assert_int_equal(sched_next(&r->c->sched), VTIME_NEVER);
    assert_false(pins_level(&r->c->pins, PIN(0)));
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_value_goes_on_until_stop),
        cmocka_unit_test(low_first_and_extremes),
        cmocka_unit_test(up_and_down),
        cmocka_unit_test(a_decoder_of_waveforms),
        cmocka_unit_test(refresh_repeats_each_value),
        cmocka_unit_test(loops_of_two_sequences),
        cmocka_unit_test(the_last_value_stays_after_the_loops),
        cmocka_unit_test(a_short_makes_loops_endless),
        cmocka_unit_test(values_by_steps),
        cmocka_unit_test(a_new_sequence_waits_for_the_period),
        cmocka_unit_test(only_connected_channels_cost_events),
        cmocka_unit_test(the_pin_is_gpios_when_stopped),
        cmocka_unit_test(late_firing_does_not_shift_the_period),
        cmocka_unit_test(guest_errors),
        cmocka_unit_test(reset_and_other_instances),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
