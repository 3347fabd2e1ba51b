/* CLOCK and POWER: start-up times, status, the shared INTEN; reset reasons, retention, sleep events, USB supply. */
#include "periph_fixture.h"

#define BASE            0x40000000u
#define HFCLKSTART      (BASE + 0x000)
#define HFCLKSTOP       (BASE + 0x004)
#define LFCLKSTART      (BASE + 0x008)
#define LFCLKSTOP       (BASE + 0x00C)
#define CAL             (BASE + 0x010)
#define CTSTART         (BASE + 0x014)
#define CTSTOP          (BASE + 0x018)
#define HFCLKSTARTED    (BASE + 0x100)
#define LFCLKSTARTED    (BASE + 0x104)
#define DONE            (BASE + 0x10C)
#define CTTO            (BASE + 0x110)
#define SLEEPENTER      (BASE + 0x114)
#define SLEEPEXIT       (BASE + 0x118)
#define USBDETECTED     (BASE + 0x11C)
#define USBREMOVED      (BASE + 0x120)
#define USBPWRRDY       (BASE + 0x124)
#define CTSTARTED       (BASE + 0x128)
#define CTSTOPPED       (BASE + 0x12C)
#define INTENSET        (BASE + 0x304)
#define INTENCLR        (BASE + 0x308)
#define HFCLKRUN        (BASE + 0x408)
#define HFCLKSTAT       (BASE + 0x40C)
#define LFCLKRUN        (BASE + 0x414)
#define LFCLKSTAT       (BASE + 0x418)
#define LFCLKSRCCOPY    (BASE + 0x41C)
#define LFCLKSRC        (BASE + 0x518)
#define HFXODEBOUNCE    (BASE + 0x528)
#define CTIV            (BASE + 0x538)
#define RESETREAS       (BASE + 0x400)
#define USBREGSTATUS    (BASE + 0x438)
#define SYSTEMOFF       (BASE + 0x500)
#define GPREGRET        (BASE + 0x51C)
#define DCDCEN          (BASE + 0x578)
#define RAM_POWER(n)    (BASE + 0x900 + 0x10 * (n))
#define RAM_POWERSET(n) (BASE + 0x904 + 0x10 * (n))
#define RAM_POWERCLR(n) (BASE + 0x908 + 0x10 * (n))
#define RUNNING         0x10000u

static void hfxo(void **state)
{
    struct chip *c = chip_new();

    assert_int_equal(chip_read(c, HFCLKSTAT), RUNNING);
    chip_run_to(c, VTIME_PER_US);
    chip_write(c, HFCLKSTART, 1);
    assert_int_equal(chip_read(c, HFCLKRUN), 1);
    chip_run_to(c, 360 * VTIME_PER_US);
    chip_write(c, HFCLKSTART, 1); /* on its way: changes nothing */
    assert_int_equal(chip_read(c, HFCLKSTAT), RUNNING);
    chip_run_to(c, VTIME_PER_MS);
    assert_int_equal(chip_time_of(c, EV_EVENT, HFCLKSTARTED, 0), 361 * VTIME_PER_US);
    assert_int_equal(chip_read(c, HFCLKSTAT), RUNNING | 1);
    chip_write(c, HFCLKSTART, 1); /* runs: says so again */
    assert_int_equal(chip_count(c, EV_EVENT, HFCLKSTARTED), 2);
    chip_write(c, HFCLKSTOP, 1);
    assert_int_equal(chip_read(c, HFCLKSTAT), RUNNING);
    assert_int_equal(chip_read(c, HFCLKRUN), 0);
    free(c);
}

static void hfxo_debounce(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, HFXODEBOUNCE, 0x40);
    chip_write(c, HFCLKSTART, 1);
    chip_run_to(c, 2 * VTIME_PER_MS);
    assert_int_equal(chip_time_of(c, EV_EVENT, HFCLKSTARTED, 0), (104 + 0x40 * 16) * VTIME_PER_US);
    free(c);
}

static void lfclk_sources(void **state)
{
    static const struct {
        uint32_t source, copy;
        vtime started;
    } row[] = {
        {0, 0, 600 * VTIME_PER_US},
        {1, 1, 250 * VTIME_PER_MS},
        {2, 2, 100 * VTIME_PER_US},
        {0x10001, 1, 600 * VTIME_PER_US}, /* bypassed: an external clock */
    };

    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        struct chip *c = chip_new();

        chip_write(c, LFCLKSRC, row[i].source);
        assert_int_equal(chip_read(c, LFCLKSRC), row[i].source);
        chip_write(c, LFCLKSTART, 1);
        assert_int_equal(chip_read(c, LFCLKSRCCOPY), row[i].copy);
        assert_int_equal(chip_read(c, LFCLKRUN), 1);
        chip_run_to(c, row[i].started - 1);
        assert_int_equal(chip_count(c, EV_EVENT, LFCLKSTARTED), 0);
        chip_run_to(c, row[i].started);
        assert_int_equal(chip_count(c, EV_EVENT, LFCLKSTARTED), 1);
        assert_int_equal(chip_read(c, LFCLKSTAT), RUNNING | row[i].copy);
        chip_write(c, LFCLKSTOP, 1);
        assert_int_equal(chip_read(c, LFCLKSTAT), 0);
        free(c);
    }
}

/* The crystal's clock comes from LFRC until it is ready. */
static void lfxo_starts_on_lfrc(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, LFCLKSRC, 1);
    chip_write(c, LFCLKSTART, 1);
    chip_run_to(c, 600 * VTIME_PER_US - 1);
    assert_int_equal(chip_read(c, LFCLKSTAT), 0);
    chip_run_to(c, 600 * VTIME_PER_US);
    assert_int_equal(chip_read(c, LFCLKSTAT), RUNNING);
    assert_true(c->p.engine.clocks.lfclk);
    chip_write(c, LFCLKSTART, 1);
    assert_int_equal(chip_read(c, LFCLKSTARTED), 0);
    free(c);
}

/* Drivers start with LFRC and choose the crystal while that runs. */
static void lfclk_changes_its_source(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, LFCLKSTART, 1);
    chip_run_to(c, VTIME_PER_MS);
    chip_write(c, LFCLKSTARTED, 0);
    chip_write(c, LFCLKSRC, 1);
    chip_write(c, LFCLKSTART, 1);
    assert_int_equal(chip_read(c, LFCLKSTARTED), 0);
    assert_int_equal(chip_read(c, LFCLKSTAT), RUNNING);
    assert_true(c->p.engine.clocks.lfclk);
    chip_run_to(c, 252 * VTIME_PER_MS);
    assert_int_equal(chip_time_of(c, EV_EVENT, LFCLKSTARTED, 1), 251 * VTIME_PER_MS);
    assert_int_equal(chip_read(c, LFCLKSTAT), RUNNING | 1);
    assert_int_equal(c->n_messages, 0);
    free(c);
}

static void calibration(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, CAL, 1);
    assert_true(chip_said(c, "CLOCK.TASKS_CAL"));
    chip_write(c, HFCLKSTART, 1);
    chip_write(c, LFCLKSTART, 1);
    chip_run_to(c, VTIME_PER_MS);
    chip_write(c, CAL, 1);
    chip_run_to(c, 30 * VTIME_PER_MS);
    assert_int_equal(chip_count(c, EV_EVENT, DONE), 1);
    assert_int_equal(chip_time_of(c, EV_EVENT, DONE, 0), 17 * VTIME_PER_MS);
    free(c);
}

static void calibration_timer(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, CTIV, 3);
    chip_write(c, CTSTART, 1);
    chip_run_to(c, VTIME_PER_S);
    assert_int_equal(chip_count(c, EV_EVENT, CTSTARTED), 1);
    assert_int_equal(chip_time_of(c, EV_EVENT, CTTO, 0), 3 * VTIME_PER_S / 4);
    chip_write(c, CTSTART, 1);
    chip_run_to(c, VTIME_PER_S + VTIME_PER_MS);
    chip_write(c, CTSTOP, 1);
    chip_run_to(c, 3 * VTIME_PER_S);
    assert_int_equal(chip_count(c, EV_EVENT, CTTO), 1);
    assert_int_equal(chip_count(c, EV_EVENT, CTSTOPPED), 1);
    free(c);
}

/* The shortest interval is a quarter of a second, also for CTIV = 0, which is no interval at all. */
static void shortest_calibration_interval(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, CTSTART, 1);
    chip_run_to(c, VTIME_PER_S / 4 - 1);
    assert_int_equal(chip_count(c, EV_EVENT, CTTO), 0);
    chip_run_to(c, VTIME_PER_S / 4);
    assert_int_equal(chip_count(c, EV_EVENT, CTTO), 1);
    free(c);
}

/* One INTEN, one line. */
static void clock_and_power_share_inten(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, INTENSET, 1u << 0 | 1u << 5);
    assert_int_equal(chip_read(c, INTENSET), 0x21);
    chip_write(c, HFCLKSTART, 1);
    chip_run_to(c, VTIME_PER_MS);
    assert_true(c->line[0]);
    c->core.asleep = true;
    periph_engine_core_changed(&c->p.engine);
    chip_write(c, HFCLKSTARTED, 0);
    assert_true(c->line[0]);
    chip_write(c, SLEEPENTER, 0);
    assert_false(c->line[0]);
    assert_int_equal(c->rises[0], 1);
    chip_write(c, INTENSET, 0xFFFFFFFF);
    assert_int_equal(chip_read(c, INTENCLR), 0xFFF);
    free(c);
}

static void sleep_events(void **state)
{
    struct chip *c = chip_new();

    chip_run_to(c, 100);
    c->core.asleep = true;
    periph_engine_core_changed(&c->p.engine);
    c->core.halted = true;
    periph_engine_core_changed(&c->p.engine);
    chip_run_to(c, 200);
    c->core.asleep = false;
    periph_engine_core_changed(&c->p.engine);
    assert_int_equal(chip_count(c, EV_EVENT, SLEEPENTER), 1);
    assert_int_equal(chip_time_of(c, EV_EVENT, SLEEPENTER, 0), 100);
    assert_int_equal(chip_count(c, EV_EVENT, SLEEPEXIT), 1);
    assert_int_equal(chip_time_of(c, EV_EVENT, SLEEPEXIT, 0), 200);
    free(c);
}

static void reset_reasons_add_up(void **state)
{
    struct chip *c = chip_new();

    assert_int_equal(chip_read(c, RESETREAS), 0);
    periph_engine_reset(&c->p.engine, RESETREAS_SREQ);
    periph_engine_reset(&c->p.engine, RESETREAS_RESETPIN);
    periph_engine_reset(&c->p.engine, RESETREAS_OFF);
    assert_int_equal(chip_read(c, RESETREAS), RESETREAS_SREQ | RESETREAS_RESETPIN | RESETREAS_OFF);
    chip_write(c, RESETREAS, RESETREAS_SREQ);
    assert_int_equal(chip_read(c, RESETREAS), RESETREAS_RESETPIN | RESETREAS_OFF);
    periph_engine_reset(&c->p.engine, 0);
    assert_int_equal(chip_read(c, RESETREAS), 0);
    free(c);
}

static void gpregret_survives_a_soft_reset(void **state)
{
    static const struct {
        uint32_t reason, left;
    } row[] = {{RESETREAS_SREQ, 0x57},  {RESETREAS_LOCKUP, 0x57}, {RESETREAS_OFF, 0x57},
               {RESETREAS_RESETPIN, 0}, {RESETREAS_DOG, 0},       {0, 0}};

    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        struct chip *c = chip_new();

        chip_write(c, GPREGRET, 0x157);
        chip_write(c, DCDCEN, 1);
        periph_engine_reset(&c->p.engine, row[i].reason);
        assert_int_equal(chip_read(c, GPREGRET), row[i].left);
        assert_int_equal(chip_read(c, DCDCEN), 0);
        free(c);
    }
}

static void reset_stops_the_clocks(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, HFCLKSTART, 1);
    chip_write(c, LFCLKSTART, 1);
    chip_run_to(c, VTIME_PER_MS);
    periph_engine_reset(&c->p.engine, RESETREAS_SREQ);
    assert_int_equal(chip_read(c, LFCLKSTAT), 0);
    assert_int_equal(chip_read(c, LFCLKRUN), 0);
    assert_int_equal(chip_read(c, HFCLKSTARTED), 0);
    assert_false(c->p.engine.clocks.hfxo || c->p.engine.clocks.lfclk);
    free(c);
}

static void ram_power(void **state)
{
    struct chip *c = chip_new();

    assert_int_equal(chip_read(c, RAM_POWER(8)), 0xFFFF);
    chip_write(c, RAM_POWERCLR(8), 0x00F1);
    chip_write(c, RAM_POWERSET(8), 0x10000);
    assert_int_equal(chip_read(c, RAM_POWER(8)), 0x1FF0E);
    assert_int_equal(chip_read(c, RAM_POWER(7)), 0xFFFF);
    free(c);
}

static void system_off(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, SYSTEMOFF, 0);
    assert_int_equal(c->system_offs, 0);
    chip_write(c, SYSTEMOFF, 1);
    assert_int_equal(c->system_offs, 1);
    free(c);
}

static void usb_supply(void **state)
{
    struct chip *c = chip_new();

    assert_int_equal(chip_read(c, USBREGSTATUS), 0);
    power_set_vbus(&c->p.power, true);
    assert_int_equal(chip_read(c, USBDETECTED), 1);
    assert_int_equal(chip_read(c, USBREGSTATUS), 1);
    chip_run_to(c, 5 * VTIME_PER_MS);
    assert_int_equal(chip_time_of(c, EV_EVENT, USBPWRRDY, 0), VTIME_PER_MS);
    assert_int_equal(chip_read(c, USBREGSTATUS), 3);
    periph_engine_reset(&c->p.engine, RESETREAS_SREQ); /* still plugged in */
    assert_int_equal(chip_read(c, USBREGSTATUS), 1);
    assert_int_equal(chip_read(c, USBDETECTED), 1);
    power_set_vbus(&c->p.power, false);
    assert_int_equal(chip_read(c, USBREMOVED), 1);
    assert_int_equal(chip_read(c, USBREGSTATUS), 0);
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hfxo),
        cmocka_unit_test(hfxo_debounce),
        cmocka_unit_test(lfclk_sources),
        cmocka_unit_test(lfxo_starts_on_lfrc),
        cmocka_unit_test(lfclk_changes_its_source),
        cmocka_unit_test(calibration),
        cmocka_unit_test(calibration_timer),
        cmocka_unit_test(shortest_calibration_interval),
        cmocka_unit_test(clock_and_power_share_inten),
        cmocka_unit_test(sleep_events),
        cmocka_unit_test(reset_reasons_add_up),
        cmocka_unit_test(gpregret_survives_a_soft_reset),
        cmocka_unit_test(reset_stops_the_clocks),
        cmocka_unit_test(ram_power),
        cmocka_unit_test(system_off),
        cmocka_unit_test(usb_supply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
