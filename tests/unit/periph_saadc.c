/* SAADC: the formula, conversion times, scans, oversampling, buffers, limits, the internal timer; PS 6.23. */
#include "periph_fixture.h"

#define SAADC           0x40007000u
#define START           0x000
#define SAMPLE          0x004
#define STOP            0x008
#define CALIBRATEOFFSET 0x00C
#define STARTED         0x100
#define END             0x104
#define DONE            0x108
#define RESULTDONE      0x10C
#define CALIBRATEDONE   0x110
#define STOPPED         0x114
#define LIMITH(n)       (0x118 + 8 * (n))
#define LIMITL(n)       (0x11C + 8 * (n))
#define INTENSET        0x304
#define STATUS          0x400
#define ENABLE          0x500
#define PSELP(n)        (0x510 + 16 * (n))
#define PSELN(n)        (0x514 + 16 * (n))
#define CONFIG(n)       (0x518 + 16 * (n))
#define LIMIT(n)        (0x51C + 16 * (n))
#define RESOLUTION      0x5F0
#define OVERSAMPLE      0x5F4
#define SAMPLERATE      0x5F8
#define PTR             0x62C
#define MAXCNT          0x630
#define AMOUNT          0x634

#define GAIN(code) ((code) << 8)
#define GAIN_1_6   GAIN(0)
#define GAIN_1_4   GAIN(2)
#define GAIN_1     GAIN(5)
#define GAIN_4     GAIN(7)
#define REF_VDD_4  (1u << 12)
#define TACQ(code) ((code) << 16)
#define TACQ_3US   TACQ(0u)
#define TACQ_10US  TACQ(2u)
#define TACQ_40US  TACQ(5u)
#define DIFF       (1u << 20)
#define BURST      (1u << 24)
#define TIMERS     (1u << 12)
#define AIN(n)     (1u + (n))
#define VDD        9u
#define VDDHDIV5   13u

#define US            VTIME_PER_US
#define RAM           0x20000000u
#define RAM_SIZE      0x1000u
#define PPI_CHENSET   0x4001F504u
#define PPI_EEP(n)    (0x4001F510u + 8 * (n))
#define PPI_TEP(n)    (0x4001F514u + 8 * (n))
#define RESOLUTION_12 2

struct adc {
    struct chip *c;
    int16_t ram[RAM_SIZE / 2];
};

static void write(struct adc *a, uint32_t offset, uint32_t value) { chip_write(a->c, SAADC + offset, value); }
static uint32_t read(struct adc *a, uint32_t offset) { return chip_read(a->c, SAADC + offset); }
static vtime time_of(struct adc *a, uint32_t event, unsigned nth)
{
    return chip_time_of(a->c, EV_EVENT, SAADC + event, nth);
}
static unsigned count(struct adc *a, uint32_t event) { return chip_count(a->c, EV_EVENT, SAADC + event); }

static struct adc *adc_new(void)
{
    struct adc *a = calloc(1, sizeof *a);

    assert_non_null(a);
    a->c = chip_new();
    bus_add_memory(
        &a->c->bus,
        &(struct bus_memory){
            .name = "RAM", .base = RAM, .size = RAM_SIZE, .data = (uint8_t *)a->ram, .guest_writable = true});
    write(a, ENABLE, 1);
    write(a, PTR, RAM);
    write(a, MAXCNT, 1);
    write(a, RESOLUTION, RESOLUTION_12);
    return a;
}

static void adc_free(struct adc *a)
{
    free(a->c);
    free(a);
}

/* One conversion of channel 0. */
static int one_shot(struct adc *a, uint32_t psel, uint32_t config)
{
    unsigned ends = count(a, END);

    a->ram[0] = 0x5555;
    write(a, PSELP(0), psel);
    write(a, CONFIG(0), config);
    write(a, START, 1);
    write(a, SAMPLE, 1);
    chip_run_to(a->c, a->c->sched.now + 100 * US);
    assert_int_equal(count(a, END), ends + 1);
    assert_int_equal(read(a, AMOUNT), 1);
    return a->ram[0];
}

static void input(struct adc *a, unsigned n, int millivolts)
{
    saadc_set_input(&a->c->p.saadc, SAADC_AIN0 + n, millivolts);
}

static void results_follow_the_formula(void **state)
{
    struct adc *a = adc_new();

    input(a, 0, 1500);
    assert_int_equal(one_shot(a, AIN(0), GAIN_1_6), 1706); /* 1.5 / 3.6 * 4096 = 1706.67 */
    assert_int_equal(one_shot(a, AIN(0), GAIN_1_4), 2560);
    assert_int_equal(one_shot(a, AIN(0), GAIN_1_4 | REF_VDD_4), 2048); /* full scale is VDD */
    input(a, 7, 100);
    assert_int_equal(one_shot(a, AIN(7), GAIN_1), 682);
    assert_int_equal(one_shot(a, AIN(7), GAIN_4), 2730);
    assert_int_equal(one_shot(a, VDD, GAIN_1_6), 3413);
    assert_int_equal(one_shot(a, VDDHDIV5, GAIN_1_6), 682);
    adc_free(a);
}

static void resolutions(void **state)
{
    static const int expected[] = {106, 426, 1706, 6826};
    struct adc *a = adc_new();

    input(a, 3, 1500);
    for (unsigned r = 0; r < 4; r++) {
        write(a, RESOLUTION, r);
        assert_int_equal(one_shot(a, AIN(3), GAIN_1_6), expected[r]);
    }
    adc_free(a);
}

static void results_saturate(void **state)
{
    struct adc *a = adc_new();

    input(a, 0, 5000);
    assert_int_equal(one_shot(a, AIN(0), GAIN_1_6), 4095);
    input(a, 0, -200);
    assert_int_equal(one_shot(a, AIN(0), GAIN_1_6), 0);
    assert_int_equal(one_shot(a, AIN(0), GAIN_4 | DIFF), -2048);
    input(a, 0, 200);
    assert_int_equal(one_shot(a, AIN(0), GAIN_4 | DIFF), 2047);
    adc_free(a);
}

static void differential(void **state)
{
    struct adc *a = adc_new();

    input(a, 1, 1000);
    input(a, 2, 1600);
    write(a, PSELN(0), AIN(2));
    assert_int_equal(one_shot(a, AIN(1), GAIN_1_6 | DIFF), -342); /* -0.6 / 3.6 * 2048 = -341.3, rounded down */
    assert_int_equal(one_shot(a, AIN(1), GAIN_1_6), 1137);        /* single-ended ignores PSELN */
    write(a, PSELN(0), AIN(1));
    assert_int_equal(one_shot(a, AIN(2), GAIN_1_6 | DIFF), 341);
    adc_free(a);
}

static void a_conversion_takes_tacq_and_two_microseconds(void **state)
{
    struct adc *a = adc_new();

    write(a, PSELP(0), AIN(0));
    write(a, CONFIG(0), TACQ_10US);
    write(a, INTENSET, 1u << 1);
    chip_run_to(a->c, 7 * US);
    write(a, START, 1);
    assert_int_equal(time_of(a, STARTED, 0), 7 * US);
    chip_run_to(a->c, 10 * US);
    write(a, SAMPLE, 1);
    assert_int_equal(read(a, STATUS), 1);
    chip_run_to(a->c, 100 * US);
    assert_int_equal(read(a, STATUS), 0);
    assert_int_equal(time_of(a, DONE, 0), 22 * US);
    assert_int_equal(time_of(a, RESULTDONE, 0), 22 * US);
    assert_int_equal(time_of(a, END, 0), 22 * US);
    assert_true(a->c->line[7]);
    adc_free(a);
}

static void a_scan_takes_the_channels_in_order(void **state)
{
    struct adc *a = adc_new();

    for (unsigned n = 0; n < 3; n++)
        input(a, n, 360 * ((int)n + 1));
    write(a, PSELP(1), AIN(0));
    write(a, CONFIG(1), TACQ_3US);
    write(a, PSELP(4), AIN(1));
    write(a, CONFIG(4), TACQ_40US);
    write(a, PSELP(7), AIN(2));
    write(a, CONFIG(7), TACQ_10US);
    write(a, MAXCNT, 3);
    write(a, START, 1);
    write(a, SAMPLE, 1);
    chip_run_to(a->c, 200 * US);
    assert_int_equal(time_of(a, DONE, 0), 5 * US);
    assert_int_equal(time_of(a, DONE, 1), 47 * US);
    assert_int_equal(time_of(a, DONE, 2), 59 * US);
    assert_int_equal(count(a, DONE), 3);
    assert_int_equal(time_of(a, END, 0), 59 * US);
    assert_int_equal(a->ram[0], 409);
    assert_int_equal(a->ram[1], 819);
    assert_int_equal(a->ram[2], 1228);
    adc_free(a);
}

static void burst_averages_at_once(void **state)
{
    struct adc *a = adc_new();

    input(a, 0, 1500);
    write(a, OVERSAMPLE, 3);
    assert_int_equal(one_shot(a, AIN(0), GAIN_1_6 | TACQ_3US | BURST), 1706);
    assert_int_equal(count(a, DONE), 8);
    assert_int_equal(count(a, RESULTDONE), 1);
    assert_int_equal(time_of(a, END, 0), 8 * 5 * US);
    adc_free(a);
}

static void without_burst_an_average_takes_many_samples(void **state)
{
    struct adc *a = adc_new();

    write(a, PSELP(0), AIN(0));
    write(a, OVERSAMPLE, 2);
    write(a, START, 1);
    for (int n = 0; n < 4; n++) {
        assert_int_equal(count(a, RESULTDONE), 0);
        input(a, 0, 900 * n); /* 0, 1024, 2048, 3072 */
        write(a, SAMPLE, 1);
        chip_run_to(a->c, a->c->sched.now + 20 * US);
    }
    assert_int_equal(count(a, DONE), 4);
    assert_int_equal(count(a, END), 1);
    assert_int_equal(a->ram[0], 1536);
    adc_free(a);
}

static void buffers_follow_each_other(void **state)
{
    struct adc *a = adc_new();

    write(a, PSELP(0), AIN(0));
    write(a, MAXCNT, 2);
    chip_write(a->c, PPI_EEP(0), SAADC + END);
    chip_write(a->c, PPI_TEP(0), SAADC + START);
    chip_write(a->c, PPI_CHENSET, 1);
    write(a, START, 1);
    write(a, PTR, RAM + 0x100); /* the next one */
    for (int n = 1; n <= 5; n++) {
        input(a, 0, 360 * n);
        write(a, SAMPLE, 1);
        chip_run_to(a->c, a->c->sched.now + 20 * US);
        if (n == 2)
            write(a, PTR, RAM + 0x200);
    }
    assert_int_equal(count(a, STARTED), 3);
    assert_int_equal(count(a, END), 2);
    assert_int_equal(read(a, AMOUNT), 1);
    assert_int_equal(a->ram[0], 409);
    assert_int_equal(a->ram[1], 819);
    assert_int_equal(a->ram[2], 0);
    assert_int_equal(a->ram[0x80], 1228);
    assert_int_equal(a->ram[0x81], 1638);
    assert_int_equal(a->ram[0x100], 2048);
    adc_free(a);
}

static void results_without_a_buffer_are_lost(void **state)
{
    struct adc *a = adc_new();

    one_shot(a, AIN(0), GAIN_1_6);
    write(a, SAMPLE, 1);
    chip_run_to(a->c, a->c->sched.now + 20 * US);
    assert_int_equal(count(a, DONE), 2);
    assert_int_equal(count(a, END), 1);
    assert_int_equal(a->ram[1], 0);
    write(a, PTR, 0x1000); /* flash */
    write(a, START, 1);
    write(a, SAMPLE, 1);
    chip_run_to(a->c, a->c->sched.now + 20 * US);
    assert_int_equal(count(a, END), 2);
    assert_true(chip_said(a->c, "EasyDMA reaches RAM only"));
    adc_free(a);
}

static void limits(void **state)
{
    struct adc *a = adc_new();

    write(a, LIMIT(0), 3000u << 16 | 1000u);
    input(a, 0, 1800); /* 2048 */
    one_shot(a, AIN(0), GAIN_1_6);
    assert_int_equal(count(a, LIMITH(0)) + count(a, LIMITL(0)), 0);
    input(a, 0, 3600);
    one_shot(a, AIN(0), GAIN_1_6);
    assert_int_equal(count(a, LIMITH(0)), 1);
    input(a, 0, 0);
    one_shot(a, AIN(0), GAIN_1_6);
    assert_int_equal(count(a, LIMITH(0)), 1);
    assert_int_equal(count(a, LIMITL(0)), 1);
    write(a, PSELP(0), 0);
    write(a, PSELP(6), AIN(0));
    write(a, LIMIT(6), 0x7FFF0000); /* low is 0 */
    write(a, START, 1);
    write(a, SAMPLE, 1);
    chip_run_to(a->c, a->c->sched.now + 20 * US);
    assert_int_equal(count(a, LIMITL(6)), 1);
    assert_int_equal(read(a, LIMITL(6)), 1);
    adc_free(a);
}

static void the_timer_samples_until_stop(void **state)
{
    struct adc *a = adc_new();

    write(a, PSELP(0), AIN(0));
    write(a, CONFIG(0), TACQ_3US);
    write(a, SAMPLERATE, TIMERS | 160); /* every 10 µs */
    write(a, MAXCNT, 100);
    write(a, START, 1);
    write(a, SAMPLE, 1);
    chip_run_to(a->c, 46 * US);
    for (unsigned n = 0; n < 5; n++)
        assert_int_equal(time_of(a, DONE, n), (5 + 10 * n) * US);
    write(a, STOP, 1);
    assert_int_equal(time_of(a, STOPPED, 0), 46 * US);
    chip_run_to(a->c, 200 * US);
    assert_int_equal(count(a, DONE), 5);
    assert_int_equal(read(a, AMOUNT), 5);
    assert_int_equal(count(a, END), 0);
    adc_free(a);
}

static void stop_ends_a_conversion(void **state)
{
    struct adc *a = adc_new();

    write(a, PSELP(0), AIN(0));
    write(a, START, 1);
    write(a, SAMPLE, 1);
    chip_run_to(a->c, 4 * US);
    write(a, STOP, 1);
    assert_int_equal(read(a, STATUS), 0);
    chip_run_to(a->c, 100 * US);
    assert_int_equal(count(a, DONE), 0);
    write(a, SAMPLE, 1);
    assert_true(chip_said(a->c, "before START"));
    chip_run_to(a->c, 200 * US);
    assert_int_equal(count(a, DONE), 0);
    adc_free(a);
}

static void tasks_within_an_event_act_at_once(void **state)
{
    struct adc *a = adc_new();

    write(a, PSELP(0), AIN(0));
    write(a, CONFIG(0), TACQ_3US);
    write(a, MAXCNT, 4);
    chip_write(a->c, PPI_EEP(0), SAADC + RESULTDONE);
    chip_write(a->c, PPI_TEP(0), SAADC + SAMPLE);
    chip_write(a->c, PPI_EEP(1), SAADC + END);
    chip_write(a->c, PPI_TEP(1), SAADC + STOP);
    chip_write(a->c, PPI_CHENSET, 3);
    write(a, START, 1);
    write(a, SAMPLE, 1);
    chip_run_to(a->c, 200 * US);
    assert_int_equal(count(a, DONE), 4);
    assert_int_equal(time_of(a, END, 0), 20 * US);
    assert_int_equal(time_of(a, STOPPED, 0), 20 * US);
    adc_free(a);
}

static void calibration_and_disabling(void **state)
{
    struct adc *a = adc_new();

    write(a, CALIBRATEOFFSET, 1);
    assert_int_equal(read(a, STATUS), 1);
    chip_run_to(a->c, VTIME_PER_MS);
    assert_int_equal(time_of(a, CALIBRATEDONE, 0), 100 * US);
    write(a, PSELP(0), AIN(0));
    write(a, START, 1);
    write(a, SAMPLE, 1);
    write(a, ENABLE, 0);
    chip_run_to(a->c, 2 * VTIME_PER_MS);
    assert_int_equal(count(a, DONE), 0);
    write(a, START, 1);
    assert_int_equal(count(a, STARTED), 1);
    assert_true(chip_said(a->c, "while ENABLE is 0"));
    adc_free(a);
}

static void reset_stops_it_but_keeps_the_voltages(void **state)
{
    struct adc *a = adc_new();

    input(a, 0, 1800);
    write(a, PSELP(0), AIN(0));
    write(a, START, 1);
    write(a, SAMPLE, 1);
    periph_engine_reset(&a->c->p.engine, RESETREAS_SREQ);
    chip_run_to(a->c, VTIME_PER_MS);
    assert_int_equal(count(a, DONE), 0);
    write(a, ENABLE, 1);
    write(a, PTR, RAM);
    write(a, MAXCNT, 1);
    assert_int_equal(one_shot(a, AIN(0), GAIN_1_6), 512); /* 10 bits */
    adc_free(a);
}

static void inputs_have_names(void **state)
{
    assert_int_equal(saadc_input_by_name("AIN0"), SAADC_AIN0);
    assert_int_equal(saadc_input_by_name("AIN7"), SAADC_AIN0 + 7);
    assert_int_equal(saadc_input_by_name("VDD"), SAADC_VDD);
    assert_int_equal(saadc_input_by_name("VDDHDIV5"), SAADC_VDDHDIV5);
    assert_int_equal(saadc_input_by_name("AIN8"), -1);
    assert_int_equal(saadc_input_by_name(""), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_follow_the_formula),
        cmocka_unit_test(resolutions),
        cmocka_unit_test(results_saturate),
        cmocka_unit_test(differential),
        cmocka_unit_test(a_conversion_takes_tacq_and_two_microseconds),
        cmocka_unit_test(a_scan_takes_the_channels_in_order),
        cmocka_unit_test(burst_averages_at_once),
        cmocka_unit_test(without_burst_an_average_takes_many_samples),
        cmocka_unit_test(buffers_follow_each_other),
        cmocka_unit_test(results_without_a_buffer_are_lost),
        cmocka_unit_test(limits),
        cmocka_unit_test(the_timer_samples_until_stop),
        cmocka_unit_test(stop_ends_a_conversion),
        cmocka_unit_test(tasks_within_an_event_act_at_once),
        cmocka_unit_test(calibration_and_disabling),
        cmocka_unit_test(reset_stops_it_but_keeps_the_voltages),
        cmocka_unit_test(inputs_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
