/* GPIO and GPIOTE: pins, input buffer, SENSE, LATCH, DETECT; channels and PORT; PS 6.9, 6.10. */
#include "periph_fixture.h"

#define P0            0x50000000u
#define P1            0x50000300u
#define OUT           0x504
#define OUTSET        0x508
#define OUTCLR        0x50C
#define IN            0x510
#define DIR           0x514
#define DIRSET        0x518
#define DIRCLR        0x51C
#define LATCH         0x520
#define DETECTMODE    0x524
#define PIN_CNF(n)    (0x700 + 4 * (n))
#define CNF_OUTPUT    1u
#define CNF_INPUT     0u
#define CNF_NO_BUFFER 2u
#define CNF_PULL_DOWN (1u << 2)
#define CNF_PULL_UP   (3u << 2)
#define CNF_DRIVE(n)  ((uint32_t)(n) << 8)
#define S0D1          6
#define D0S1          4
#define CNF_SENSE_HI  (2u << 16)
#define CNF_SENSE_LO  (3u << 16)

#define GPIOTE      0x40006000u
#define TASK_OUT(n) (GPIOTE + 4 * (n))
#define TASK_SET(n) (GPIOTE + 0x30 + 4 * (n))
#define TASK_CLR(n) (GPIOTE + 0x60 + 4 * (n))
#define EVENT_IN(n) (GPIOTE + 0x100 + 4 * (n))
#define EVENT_PORT  (GPIOTE + 0x17C)
#define INTENSET    (GPIOTE + 0x304)
#define CONFIG(n)   (GPIOTE + 0x510 + 4 * (n))
#define MODE_EVENT  1u
#define MODE_TASK   3u
#define PSEL(n)     ((uint32_t)(n) << 8)
#define LO_TO_HI    (1u << 16)
#define HI_TO_LO    (2u << 16)
#define TOGGLE      (3u << 16)
#define OUTINIT     (1u << 20)

static void outside(struct chip *c, unsigned pin, bool level)
{
    pins_drive(&c->pins, pin, PIN_FROM_OUTSIDE, level ? PIN_HIGH : PIN_LOW);
}

static void output_and_direction(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, P0 + OUTSET, 1u << 13 | 1u << 14);
    assert_false(pins_level(&c->pins, 13));
    chip_write(c, P0 + DIRSET, 1u << 13);
    assert_true(pins_level(&c->pins, 13));
    assert_false(pins_level(&c->pins, 14));
    chip_write(c, P0 + OUTCLR, 1u << 13);
    assert_false(pins_level(&c->pins, 13));
    assert_int_equal(chip_read(c, P0 + OUT), 1u << 14);
    assert_int_equal(chip_read(c, P0 + OUTCLR), 1u << 14);
    assert_int_equal(chip_read(c, P0 + PIN_CNF(13)), CNF_OUTPUT | CNF_NO_BUFFER);
    chip_write(c, P0 + PIN_CNF(14), CNF_OUTPUT);
    assert_true(pins_level(&c->pins, 14));
    assert_int_equal(chip_read(c, P0 + DIR), 1u << 13 | 1u << 14);
    chip_write(c, P0 + DIRCLR, 1u << 14);
    assert_false(pins_level(&c->pins, 14));
    assert_int_equal(chip_read(c, P0 + PIN_CNF(14)), 0);
    free(c);
}

static void port_1_has_sixteen_pins(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, P1 + DIR, 0xFFFFFFFF);
    assert_int_equal(chip_read(c, P1 + DIR), 0xFFFF);
    chip_write(c, P1 + OUT, 1u << 15);
    assert_true(pins_level(&c->pins, 47));
    assert_int_equal(chip_read(c, P0 + DIR), 0);
    assert_int_equal(chip_read(c, P0 + OUT), 0);
    free(c);
}

static void disconnected_buffer_reads_0(void **state)
{
    struct chip *c = chip_new();

    outside(c, 11, true);
    assert_int_equal(chip_read(c, P0 + IN), 0);
    chip_write(c, P0 + PIN_CNF(11), CNF_INPUT);
    assert_int_equal(chip_read(c, P0 + IN), 1u << 11);
    outside(c, 11, false);
    assert_int_equal(chip_read(c, P0 + IN), 0);
    free(c);
}

static void pulls_and_drives(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, P0 + PIN_CNF(3), CNF_PULL_UP);
    assert_int_equal(chip_read(c, P0 + IN), 1u << 3);
    chip_write(c, P0 + PIN_CNF(3), CNF_PULL_DOWN);
    assert_int_equal(chip_read(c, P0 + IN), 0);
    /* Open drain: a 1 lets the pull decide, and the outside. */
    chip_write(c, P0 + OUTSET, 1u << 3);
    chip_write(c, P0 + PIN_CNF(3), CNF_OUTPUT | CNF_PULL_UP | CNF_DRIVE(S0D1));
    assert_true(pins_level(&c->pins, 3));
    outside(c, 3, false);
    assert_int_equal(chip_read(c, P0 + IN), 0);
    /* Open source: a 0 lets the outside decide. */
    chip_write(c, P0 + OUTCLR, 1u << 3);
    chip_write(c, P0 + PIN_CNF(3), CNF_OUTPUT | CNF_DRIVE(D0S1));
    outside(c, 3, true);
    assert_true(pins_level(&c->pins, 3));
    free(c);
}

static void latch_remembers_and_stays_while_sensed(void **state)
{
    struct chip *c = chip_new();

    outside(c, 5, false);
    chip_write(c, P0 + PIN_CNF(5), CNF_SENSE_HI);
    assert_int_equal(chip_read(c, P0 + LATCH), 0);
    outside(c, 5, true);
    outside(c, 5, false);
    assert_int_equal(chip_read(c, P0 + LATCH), 1u << 5);
    chip_write(c, P0 + LATCH, 1u << 5);
    assert_int_equal(chip_read(c, P0 + LATCH), 0);
    outside(c, 5, true);
    chip_write(c, P0 + LATCH, 1u << 5);
    assert_int_equal(chip_read(c, P0 + LATCH), 1u << 5);
    free(c);
}

/* DETECT is the OR of the pins: only its own rising edge makes PORT. */
static void port_event_from_detect(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, P0 + PIN_CNF(11), CNF_PULL_UP | CNF_SENSE_LO);
    chip_write(c, P0 + PIN_CNF(12), CNF_PULL_UP | CNF_SENSE_LO);
    chip_write(c, INTENSET, 1u << 31);
    chip_run_to(c, 1000);
    outside(c, 11, false);
    assert_int_equal(chip_time_of(c, EV_EVENT, EVENT_PORT, 0), 1000);
    assert_true(c->line[6]);
    outside(c, 12, false);
    assert_int_equal(chip_count(c, EV_EVENT, EVENT_PORT), 1);
    outside(c, 11, true);
    outside(c, 12, true);
    outside(c, 12, false);
    assert_int_equal(chip_count(c, EV_EVENT, EVENT_PORT), 2);
    chip_write(c, EVENT_PORT, 0);
    assert_false(c->line[6]);
    free(c);
}

/* With LDETECT, clearing one of two latched bits makes another edge. */
static void port_event_from_ldetect(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, P1 + DETECTMODE, 1);
    chip_write(c, P1 + PIN_CNF(0), CNF_SENSE_HI);
    chip_write(c, P1 + PIN_CNF(1), CNF_SENSE_HI);
    outside(c, 32, true);
    outside(c, 33, true);
    outside(c, 32, false);
    outside(c, 33, false);
    assert_int_equal(chip_count(c, EV_EVENT, EVENT_PORT), 1);
    chip_write(c, P1 + LATCH, 1);
    assert_int_equal(chip_count(c, EV_EVENT, EVENT_PORT), 2);
    chip_write(c, P1 + LATCH, 2);
    assert_int_equal(chip_count(c, EV_EVENT, EVENT_PORT), 2);
    outside(c, 32, true);
    assert_int_equal(chip_count(c, EV_EVENT, EVENT_PORT), 3);
    free(c);
}

static void events_on_edges(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, CONFIG(0), MODE_EVENT | PSEL(24) | LO_TO_HI);
    chip_write(c, CONFIG(1), MODE_EVENT | PSEL(24) | HI_TO_LO);
    chip_write(c, CONFIG(7), MODE_EVENT | PSEL(24) | TOGGLE);
    chip_write(c, CONFIG(2), MODE_EVENT | PSEL(32 + 9) | TOGGLE);
    chip_run_to(c, 100);
    outside(c, 24, true);
    chip_run_to(c, 200);
    outside(c, 24, false);
    assert_int_equal(chip_count(c, EV_EVENT, EVENT_IN(0)), 1);
    assert_int_equal(chip_time_of(c, EV_EVENT, EVENT_IN(0), 0), 100);
    assert_int_equal(chip_count(c, EV_EVENT, EVENT_IN(1)), 1);
    assert_int_equal(chip_time_of(c, EV_EVENT, EVENT_IN(1), 0), 200);
    assert_int_equal(chip_count(c, EV_EVENT, EVENT_IN(7)), 2);
    assert_int_equal(chip_count(c, EV_EVENT, EVENT_IN(2)), 0);
    outside(c, 32 + 9, true);
    assert_int_equal(chip_read(c, EVENT_IN(2)), 1);
    free(c);
}

static void tasks_drive_the_pin(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, P0 + DIRSET, 1u << 13);
    chip_write(c, CONFIG(3), MODE_TASK | PSEL(13) | TOGGLE | OUTINIT);
    assert_true(pins_level(&c->pins, 13));
    chip_write(c, P0 + OUTCLR, 1u << 13); /* GPIO has no say */
    assert_true(pins_level(&c->pins, 13));
    chip_write(c, TASK_OUT(3), 1);
    assert_false(pins_level(&c->pins, 13));
    chip_write(c, TASK_OUT(3), 1);
    assert_true(pins_level(&c->pins, 13));
    chip_write(c, TASK_CLR(3), 1);
    assert_false(pins_level(&c->pins, 13));
    chip_write(c, TASK_SET(3), 1);
    assert_true(pins_level(&c->pins, 13));
    chip_write(c, CONFIG(3), MODE_TASK | PSEL(13) | HI_TO_LO); /* the pin is held: OUTINIT does not count */
    assert_true(pins_level(&c->pins, 13));
    chip_write(c, TASK_OUT(3), 1);
    assert_false(pins_level(&c->pins, 13));
    chip_write(c, P0 + OUTSET, 1u << 13);
    chip_write(c, CONFIG(3), 0); /* back to GPIO */
    assert_true(pins_level(&c->pins, 13));
    chip_write(c, TASK_CLR(3), 1);
    assert_true(pins_level(&c->pins, 13));
    free(c);
}

static void resets(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, P0 + DIRSET, 1u << 13);
    chip_write(c, P0 + OUTSET, 1u << 13);
    chip_write(c, CONFIG(0), MODE_TASK | PSEL(14) | OUTINIT);
    periph_engine_reset(&c->p.engine, RESETREAS_OFF); /* GPIO keeps its state, GPIOTE does not */
    assert_true(pins_level(&c->pins, 13));
    assert_false(pins_level(&c->pins, 14));
    assert_int_equal(chip_read(c, CONFIG(0)), 0);
    periph_engine_reset(&c->p.engine, RESETREAS_SREQ);
    assert_false(pins_level(&c->pins, 13));
    assert_int_equal(chip_read(c, P0 + PIN_CNF(13)), CNF_NO_BUFFER);
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_and_direction),
        cmocka_unit_test(port_1_has_sixteen_pins),
        cmocka_unit_test(disconnected_buffer_reads_0),
        cmocka_unit_test(pulls_and_drives),
        cmocka_unit_test(latch_remembers_and_stays_while_sensed),
        cmocka_unit_test(port_event_from_detect),
        cmocka_unit_test(port_event_from_ldetect),
        cmocka_unit_test(events_on_edges),
        cmocka_unit_test(tasks_drive_the_pin),
        cmocka_unit_test(resets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
