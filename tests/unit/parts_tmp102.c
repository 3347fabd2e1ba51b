/* TMP102: registers, formats, ALERT in both modes, one-shot conversions. */
#include "parts_test.h"

enum { ADDRESS = 0x49, TEMPERATURE = 0, CONFIGURATION = 1, T_LOW = 2, T_HIGH = 3 };

static struct bench *sensor_new(void)
{
    struct part_wiring w = wiring(ADDRESS);

    w.irq[0] = IRQ1;
    struct bench *b = bench_new("tmp102", &w);
    pins_pull(&b->pins, IRQ1, PIN_PULL_UP);
    return b;
}

static void set_register(struct bench *b, uint8_t pointer, uint16_t value)
{
    const uint8_t bytes[] = {pointer, (uint8_t)(value >> 8), (uint8_t)value};

    assert_true(i2c_write(b, ADDRESS, bytes, 3));
}

static uint16_t get_register(struct bench *b, uint8_t pointer)
{
    uint8_t bytes[2] = {0};

    assert_true(i2c_write(b, ADDRESS, &pointer, 1));
    assert_true(i2c_read(b, ADDRESS, bytes, 2));
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void set_temperature(struct bench *b, const char *text)
{
    int32_t milli;

    assert_true(part_parse_value(text, &milli));
    part_set(&b->part, (unsigned)part_input(&b->part, "temperature"), milli);
}

static void registers_after_power_up(void **state)
{
    struct bench *b = sensor_new();
    uint8_t bytes[2];

    assert_true(i2c_read(b, ADDRESS, bytes, 2)); /* the pointer is at the temperature */
    assert_int_equal(bytes[0], 25);
    assert_int_equal(bytes[1], 0);
    assert_int_equal(get_register(b, CONFIGURATION), 0x60A0);
    assert_int_equal(get_register(b, T_LOW), 0x4B00);
    assert_int_equal(get_register(b, T_HIGH), 0x5000);
    assert_false(i2c_write(b, ADDRESS - 1, bytes, 1));
    free(b);
}

/* The examples of the data sheet. */
static void twelve_bits(void **state)
{
    static const struct {
        const char *celsius;
        uint16_t value;
    } examples[] = {{"127.938", 0x7FF0}, {"100", 0x6400},  {"80", 0x5000},     {"75", 0x4B00},    {"50", 0x3200},
                    {"25", 0x1900},      {"0.25", 0x0040}, {"0", 0x0000},      {"-0.25", 0xFFC0}, {"-25", 0xE700},
                    {"-55", 0xC900},     {"150", 0x7FF0},  {"-100.5", 0xC900}, {"999999", 0x7FF0}};
    struct bench *b = sensor_new();

    for (unsigned i = 0; i < sizeof examples / sizeof *examples; i++) {
        set_temperature(b, examples[i].celsius);
        assert_int_equal(get_register(b, TEMPERATURE), examples[i].value);
    }
    free(b);
}

static void thirteen_bits(void **state)
{
    struct bench *b = sensor_new();

    set_register(b, CONFIGURATION, 0x60B0);
    set_temperature(b, "150");
    assert_int_equal(get_register(b, TEMPERATURE), 0x4B01);
    set_temperature(b, "-25");
    assert_int_equal(get_register(b, TEMPERATURE), 0xF381);
    free(b);
}

static void alert_compares(void **state)
{
    struct bench *b = sensor_new();

    set_register(b, T_HIGH, 0x1E00); /* 30 °C */
    set_register(b, T_LOW, 0x1C00);  /* 28 °C */
    assert_true(pins_level(&b->pins, IRQ1));
    assert_int_equal(get_register(b, CONFIGURATION) & 0x20, 0x20);
    set_temperature(b, "30");
    assert_false(pins_level(&b->pins, IRQ1));
    assert_int_equal(get_register(b, CONFIGURATION) & 0x20, 0);
    set_temperature(b, "28");
    assert_false(pins_level(&b->pins, IRQ1));
    set_temperature(b, "27.9");
    assert_true(pins_level(&b->pins, IRQ1));
    set_register(b, CONFIGURATION, 0x64A0); /* active high */
    assert_false(pins_level(&b->pins, IRQ1));
    set_temperature(b, "31");
    assert_true(pins_level(&b->pins, IRQ1));
    free(b);
}

static void alert_interrupts(void **state)
{
    struct bench *b = sensor_new();

    set_register(b, T_HIGH, 0x1E00);
    set_register(b, T_LOW, 0x1C00);
    set_register(b, CONFIGURATION, 0x62A0);
    set_temperature(b, "35");
    assert_false(pins_level(&b->pins, IRQ1));
    get_register(b, TEMPERATURE); /* any register releases it */
    assert_true(pins_level(&b->pins, IRQ1));
    set_temperature(b, "36");
    assert_true(pins_level(&b->pins, IRQ1));
    set_temperature(b, "27");
    assert_false(pins_level(&b->pins, IRQ1)); /* the way back is told too */
    free(b);
}

static void one_shot_takes_its_time(void **state)
{
    struct bench *b = sensor_new();

    set_register(b, CONFIGURATION, 0x61A0); /* shut down */
    set_temperature(b, "40");
    assert_int_equal(get_register(b, TEMPERATURE), 0x1900); /* still the last conversion */
    set_register(b, CONFIGURATION, 0xE1A0);
    assert_int_equal(get_register(b, CONFIGURATION) & 0x8000, 0);
    bench_run_to(b, 26 * VTIME_PER_MS - 1);
    assert_int_equal(get_register(b, TEMPERATURE), 0x1900);
    bench_run_to(b, 26 * VTIME_PER_MS);
    assert_int_equal(get_register(b, CONFIGURATION) & 0x8000, 0x8000);
    assert_int_equal(get_register(b, TEMPERATURE), 0x2800);
    free(b);
}

static void the_temperature_cannot_be_written(void **state)
{
    struct bench *b = sensor_new();

    set_register(b, TEMPERATURE, 0x7777);
    assert_int_equal(get_register(b, TEMPERATURE), 0x1900);
    set_register(b, CONFIGURATION, 0xFFFF & ~0x0100);
    assert_int_equal(get_register(b, CONFIGURATION) & 0x8000, 0);
    free(b);
}

static void a_general_call_resets(void **state)
{
    struct bench *b = sensor_new();
    const uint8_t reset = 0x06, other = 0x04;

    set_register(b, T_LOW, 0x1234);
    assert_false(i2c_write(b, 0, &other, 1));
    assert_int_equal(get_register(b, T_LOW), 0x1234);
    assert_true(i2c_write(b, 0, &reset, 1));
    assert_int_equal(get_register(b, T_LOW), 0x4B00);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_after_power_up),
        cmocka_unit_test(twelve_bits),
        cmocka_unit_test(thirteen_bits),
        cmocka_unit_test(alert_compares),
        cmocka_unit_test(alert_interrupts),
        cmocka_unit_test(one_shot_takes_its_time),
        cmocka_unit_test(the_temperature_cannot_be_written),
        cmocka_unit_test(a_general_call_resets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
