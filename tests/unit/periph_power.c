/* POWER: RAM power, System OFF and what ends it, the supply; APPROTECT. periph_clock_power.c has the rest. */
#include "periph_fixture.h"

#define BASE            0x40000000u
#define POFWARN         (BASE + 0x108)
#define SLEEPENTER      (BASE + 0x114)
#define USBDETECTED     (BASE + 0x11C)
#define INTENSET        (BASE + 0x304)
#define RESETREAS       (BASE + 0x400)
#define RAMSTATUS       (BASE + 0x428)
#define USBREGSTATUS    (BASE + 0x438)
#define SYSTEMOFF       (BASE + 0x500)
#define POFCON          (BASE + 0x510)
#define GPREGRET        (BASE + 0x51C)
#define FORCEPROTECT    (BASE + 0x550)
#define DISABLE         (BASE + 0x558)
#define RAM_POWER(n)    (BASE + 0x900 + 0x10 * (n))
#define RAM_POWERSET(n) (BASE + 0x904 + 0x10 * (n))
#define RAM_POWERCLR(n) (BASE + 0x908 + 0x10 * (n))
#define P0_PIN_CNF(n)   (0x50000700u + 4 * (n))
#define P0_LATCH        0x50000520u
#define P1_PIN_CNF(n)   (0x50000A00u + 4 * (n))
#define PULL_UP         (3u << 2)
#define SENSE_HIGH      (2u << 16)
#define SENSE_LOW       (3u << 16)

enum { RAM_SIZE = 0x40000, RAM8 = 0x10000, MARK = 0xA5 };

static _Alignas(0x1000) uint8_t ram[RAM_SIZE];

static struct chip *with_ram(void)
{
    struct chip *c = chip_new();

    memset(ram, MARK, sizeof ram);
    bus_add_memory(
        &c->bus,
        &(struct bus_memory){.name = "RAM", .base = 0x20000000, .size = RAM_SIZE, .data = ram, .guest_writable = true});
    return c;
}

/* Whether all of the section is as it was; else hardly any of it may be. */
static bool kept(uint32_t from, uint32_t size)
{
    unsigned same = 0;

    for (uint32_t i = 0; i < size; i++)
        same += ram[from + i] == MARK;
    assert_true(same == size || same < size / 64);
    return same == size;
}

/* --- RAM --- */

static void sections_lose_their_content(void **state)
{
    struct chip *c = with_ram();

    chip_write(c, RAM_POWERCLR(0), 1 << 1);
    chip_write(c, RAM_POWERCLR(8), 1 << 5);
    chip_write(c, RAM_POWER(7), 0xFFFE);
    assert_true(kept(0, 0x1000));
    assert_false(kept(0x1000, 0x1000));
    assert_true(kept(0x2000, 0xC000));
    assert_false(kept(0xE000, 0x1000));
    assert_true(kept(0xF000, 0x1000));
    assert_true(kept(RAM8, 5 * 0x8000));
    assert_false(kept(RAM8 + 5 * 0x8000, 0x8000));
    memset(ram, MARK, sizeof ram);
    chip_write(c, RAM_POWERSET(0), 1 << 1); /* nothing is lost by switching on, nor by writing 0 once more */
    chip_write(c, RAM_POWERCLR(8), 1 << 5);
    chip_write(c, RAM_POWERCLR(3), 0xFFF0FFFC); /* sections that do not exist */
    assert_true(kept(0, RAM_SIZE));
    free(c);
}

static void ramstatus_shows_the_first_blocks(void **state)
{
    struct chip *c = with_ram();

    assert_int_equal(chip_read(c, RAMSTATUS), 0xF);
    chip_write(c, RAM_POWERCLR(2), 3);
    assert_int_equal(chip_read(c, RAMSTATUS), 0xB);
    free(c);
}

static void system_off_keeps_what_is_retained(void **state)
{
    struct chip *c = with_ram();

    chip_write(c, RAM_POWERSET(1), 1 << 17);
    chip_write(c, RAM_POWERSET(8), 1 << 16);
    periph_engine_reset(&c->p.engine, RESET_INTO_OFF);
    assert_false(kept(0, 0x3000));
    assert_true(kept(0x3000, 0x1000));
    assert_false(kept(0x4000, 0xC000));
    assert_true(kept(RAM8, 0x8000));
    assert_false(kept(RAM8 + 0x8000, 5 * 0x8000));
    memset(ram, MARK, sizeof ram);
    periph_engine_reset(&c->p.engine, RESETREAS_OFF);
    assert_true(kept(0, RAM_SIZE));
    assert_int_equal(chip_read(c, RAM_POWER(8)), 0xFFFF);
    free(c);
}

/* --- System OFF --- */

static void system_off_is_not_a_reason(void **state)
{
    struct chip *c = with_ram();

    chip_write(c, GPREGRET, 0x42);
    periph_engine_reset(&c->p.engine, RESET_INTO_OFF);
    assert_int_equal(chip_read(c, RESETREAS), 0);
    assert_int_equal(c->resets, 0);
    periph_engine_reset(&c->p.engine, RESETREAS_VBUS);
    assert_int_equal(chip_read(c, RESETREAS), RESETREAS_VBUS);
    assert_int_equal(chip_read(c, GPREGRET), 0x42);
    free(c);
}

static void a_sensed_pin_wakes(void **state)
{
    static const uint32_t cnf[] = {P0_PIN_CNF(11), P1_PIN_CNF(11)};

    for (unsigned port = 0; port < 2; port++) {
        struct chip *c = with_ram();
        unsigned pin = 32 * port + 11;

        chip_write(c, cnf[port], PULL_UP | SENSE_LOW);
        pins_drive(&c->pins, pin, PIN_FROM_OUTSIDE, PIN_LOW); /* while it runs: no business of POWER's */
        pins_drive(&c->pins, pin, PIN_FROM_OUTSIDE, PIN_Z);
        assert_int_equal(c->resets, 0);
        periph_engine_reset(&c->p.engine, RESET_INTO_OFF);
        pins_drive(&c->pins, pin - 1, PIN_FROM_OUTSIDE, PIN_HIGH);
        assert_int_equal(c->resets, 0);
        pins_drive(&c->pins, pin, PIN_FROM_OUTSIDE, PIN_LOW);
        assert_int_equal(c->resets, 1);
        assert_int_equal(c->resetreas, RESETREAS_OFF);
        periph_engine_reset(&c->p.engine, RESETREAS_OFF);
        assert_int_equal(chip_read(c, cnf[port]), PULL_UP | SENSE_LOW);
        assert_int_equal(chip_read(c, RESETREAS), RESETREAS_OFF);
        assert_int_equal(c->resets, 1);
        free(c);
    }
}

static void a_pin_that_is_sensed_already_wakes_at_once(void **state)
{
    struct chip *c = with_ram();

    chip_write(c, P0_PIN_CNF(3), PULL_UP | SENSE_HIGH);
    assert_int_equal(chip_read(c, P0_LATCH), 1 << 3);
    periph_engine_reset(&c->p.engine, RESET_INTO_OFF);
    assert_int_equal(c->resets, 1);
    assert_int_equal(c->resetreas, RESETREAS_OFF);
    free(c);
}

static void vbus_wakes_when_it_appears(void **state)
{
    struct chip *c = with_ram();

    power_set_vbus(&c->p.power, true);
    periph_engine_reset(&c->p.engine, RESET_INTO_OFF);
    assert_int_equal(c->resets, 0);
    power_set_vbus(&c->p.power, false);
    assert_int_equal(c->resets, 0);
    power_set_vbus(&c->p.power, true);
    assert_int_equal(c->resets, 1);
    assert_int_equal(c->resetreas, RESETREAS_VBUS);
    periph_engine_reset(&c->p.engine, RESETREAS_VBUS);
    assert_int_equal(chip_read(c, USBDETECTED), 1);
    assert_int_equal(chip_read(c, USBREGSTATUS), 1);
    free(c);
}

/* The core falls asleep into System OFF; that is no sleep that SLEEPENTER tells of. */
static void system_off_is_no_sleep(void **state)
{
    struct chip *c = with_ram();

    periph_engine_reset(&c->p.engine, RESET_INTO_OFF);
    c->core.asleep = true;
    periph_engine_core_changed(&c->p.engine);
    c->core.asleep = false;
    periph_engine_core_changed(&c->p.engine);
    assert_int_equal(chip_count(c, EV_EVENT, SLEEPENTER), 0);
    free(c);
}

/* --- the supply --- */

static void warning_below_the_threshold(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, INTENSET, 1 << 2);
    chip_write(c, POFCON, 1 | 11 << 1); /* 2.4 V */
    power_set_supply(&c->p.power, 2400);
    assert_int_equal(chip_read(c, POFWARN), 0);
    power_set_supply(&c->p.power, 2399);
    assert_int_equal(chip_read(c, POFWARN), 1);
    assert_true(c->line[0]);
    power_set_supply(&c->p.power, 2449); /* not yet above the hysteresis */
    power_set_supply(&c->p.power, 2000);
    assert_int_equal(chip_count(c, EV_EVENT, POFWARN), 1);
    power_set_supply(&c->p.power, 2450);
    power_set_supply(&c->p.power, 2000);
    assert_int_equal(chip_count(c, EV_EVENT, POFWARN), 2);
    assert_int_equal(c->resets, 0);
    free(c);
}

static void warning_when_it_is_switched_on_too_late(void **state)
{
    struct chip *c = chip_new();

    power_set_supply(&c->p.power, 1700);
    assert_int_equal(chip_read(c, POFWARN), 0);
    chip_write(c, POFCON, 1 | 4 << 1); /* 1.7 V: just enough */
    chip_write(c, POFCON, 1 | 3 << 1); /* no such threshold */
    chip_write(c, POFCON, 15 << 1);    /* off */
    assert_int_equal(chip_read(c, POFWARN), 0);
    chip_write(c, POFCON, 1 | 15 << 1);
    assert_int_equal(chip_count(c, EV_EVENT, POFWARN), 1);
    chip_write(c, POFCON, 1 | 15 << 1);
    assert_int_equal(chip_count(c, EV_EVENT, POFWARN), 1);
    free(c);
}

static void brownout(void **state)
{
    struct chip *c = with_ram();

    chip_write(c, GPREGRET, 1);
    power_set_supply(&c->p.power, 1599);
    assert_int_equal(c->resets, 1);
    assert_int_equal(c->resetreas, RESET_POWER_ON | RESET_HOLD);
    periph_engine_reset(&c->p.engine, c->resetreas);
    assert_false(kept(0, RAM_SIZE));
    chip_write(c, P0_PIN_CNF(3), PULL_UP | SENSE_HIGH); /* a pin does not help */
    power_set_vbus(&c->p.power, true);
    power_set_supply(&c->p.power, 0);
    assert_int_equal(c->resets, 1);
    power_set_supply(&c->p.power, 1600);
    assert_int_equal(c->resets, 2);
    assert_int_equal(c->resetreas, RESET_POWER_ON);
    periph_engine_reset(&c->p.engine, c->resetreas);
    assert_int_equal(chip_read(c, RESETREAS), 0);
    assert_int_equal(chip_read(c, GPREGRET), 0);
    assert_int_equal(chip_read(c, USBREGSTATUS), 1);
    assert_int_equal(chip_read(c, P0_PIN_CNF(3)), 2);
    free(c);
}

/* --- APPROTECT --- */

static void approtect(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, DISABLE, 0x5A);
    assert_int_equal(chip_read(c, DISABLE), 0x5A);
    chip_write(c, FORCEPROTECT, 0x5A); /* its one write, and not the one that forces */
    chip_write(c, FORCEPROTECT, 0);
    assert_int_equal(chip_read(c, DISABLE), 0x5A);
    periph_engine_reset(&c->p.engine, RESETREAS_SREQ);
    assert_int_equal(chip_read(c, FORCEPROTECT), 0xFFFFFFFF);
    assert_int_equal(chip_read(c, DISABLE), 0);
    chip_write(c, DISABLE, 0x5A);
    chip_write(c, FORCEPROTECT, 0);
    assert_int_equal(chip_read(c, DISABLE), 0);
    chip_write(c, DISABLE, 0x5A);
    assert_int_equal(chip_read(c, DISABLE), 0);
    assert_int_equal(c->n_messages, 0);
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_lose_their_content),
        cmocka_unit_test(ramstatus_shows_the_first_blocks),
        cmocka_unit_test(system_off_keeps_what_is_retained),
        cmocka_unit_test(system_off_is_not_a_reason),
        cmocka_unit_test(a_sensed_pin_wakes),
        cmocka_unit_test(a_pin_that_is_sensed_already_wakes_at_once),
        cmocka_unit_test(vbus_wakes_when_it_appears),
        cmocka_unit_test(system_off_is_no_sleep),
        cmocka_unit_test(warning_below_the_threshold),
        cmocka_unit_test(warning_when_it_is_switched_on_too_late),
        cmocka_unit_test(brownout),
        cmocka_unit_test(approtect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
