/* LIS2DH12: both buses, formats, data rate, FIFO, interrupts. */
#include "parts_test.h"

enum {
    ADDRESS = 0x19,
    STATUS_AUX = 0x07,
    OUT_TEMP_L = 0x0C,
    WHO_AM_I = 0x0F,
    TEMP_CFG = 0x1F,
    CTRL1 = 0x20,
    CTRL3 = 0x22,
    CTRL4 = 0x23,
    CTRL5 = 0x24,
    CTRL6 = 0x25,
    STATUS = 0x27,
    OUT_X_L = 0x28,
    FIFO_CTRL = 0x2E,
    FIFO_SRC = 0x2F,
    INT1_CFG = 0x30,
    INT1_SRC = 0x31,
    INT1_THS = 0x32,
};

#define HZ100 (VTIME_PER_S / 100)

static struct bench *sensor_new(bool spi)
{
    struct part_wiring w = wiring(ADDRESS);

    w.on_spi = spi;
    w.irq[0] = IRQ1;
    w.irq[1] = IRQ2;
    return bench_new("lis2dh12", &w);
}

static void set_register(struct bench *b, uint8_t r, uint8_t value)
{
    const uint8_t bytes[] = {r, value};

    assert_true(i2c_write(b, ADDRESS, bytes, 2));
}

static void get_registers(struct bench *b, uint8_t r, uint8_t *bytes, unsigned n)
{
    uint8_t pointer = r | 0x80;

    assert_true(i2c_write(b, ADDRESS, &pointer, 1));
    assert_true(i2c_read(b, ADDRESS, bytes, n));
}

static uint8_t get_register(struct bench *b, uint8_t r)
{
    uint8_t byte;

    get_registers(b, r, &byte, 1);
    return byte;
}

static void set_mg(struct bench *b, const char *axis, int32_t mg)
{
    int input = part_input(&b->part, axis);

    assert_true(input >= 0);
    part_set(&b->part, (unsigned)input, mg);
}

static void assert_sample(struct bench *b, int x, int y, int z)
{
    uint8_t bytes[6];

    get_registers(b, OUT_X_L, bytes, 6);
    assert_int_equal((int16_t)(bytes[1] << 8 | bytes[0]), x);
    assert_int_equal((int16_t)(bytes[3] << 8 | bytes[2]), y);
    assert_int_equal((int16_t)(bytes[5] << 8 | bytes[4]), z);
}

static void it_says_who_it_is(void **state)
{
    struct bench *b = sensor_new(false);

    assert_int_equal(get_register(b, WHO_AM_I), 0x33);
    assert_int_equal(get_register(b, CTRL1), 0x07);
    set_register(b, WHO_AM_I, 0x55);
    assert_int_equal(get_register(b, WHO_AM_I), 0x33);
    free(b);
}

static void samples_come_at_the_data_rate(void **state)
{
    struct bench *b = sensor_new(false);

    bench_run_to(b, 1000);
    assert_int_equal(get_register(b, STATUS), 0);
    set_register(b, CTRL1, 0x57); /* 100 Hz */
    bench_run_to(b, 1000 + HZ100 - 1);
    assert_int_equal(get_register(b, STATUS), 0);
    bench_run_to(b, 1000 + HZ100);
    assert_int_equal(get_register(b, STATUS), 0x0F);
    assert_sample(b, 0, 0, 16000); /* 1 g: 250 steps of 4 mg, 10 bits */
    assert_int_equal(get_register(b, STATUS), 0);
    bench_run_to(b, 1000 + 3 * HZ100);
    assert_int_equal(get_register(b, STATUS), 0xFF); /* one was never read */
    free(b);
}

static void formats_and_ranges(void **state)
{
    static const struct {
        uint8_t ctrl1, ctrl4;
        int x, y, z; /* of 1 g, -0.5 g, 20 g */
    } formats[] = {
        {0x57, 0x08, 1000 * 16, -500 * 16, 2047 * 16}, /* high resolution, 2 g */
        {0x57, 0x18, 500 * 16, -250 * 16, 2047 * 16},  /* 4 g */
        {0x57, 0x28, 250 * 16, -125 * 16, 2047 * 16},  /* 8 g */
        {0x57, 0x38, 83 * 16, -41 * 16, 1666 * 16},    /* 16 g */
        {0x57, 0x00, 250 * 64, -125 * 64, 511 * 64},   /* normal, 2 g */
        {0x5F, 0x00, 62 * 256, -31 * 256, 127 * 256},  /* low power, 2 g */
        {0x5F, 0x10, 31 * 256, -15 * 256, 127 * 256},  /* 4 g */
    };

    for (unsigned i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct bench *b = sensor_new(false);

        set_mg(b, "x", 1000);
        set_mg(b, "y", -500);
        set_mg(b, "z", 20000);
        set_register(b, CTRL4, formats[i].ctrl4);
        set_register(b, CTRL1, formats[i].ctrl1);
        bench_run_to(b, HZ100);
        assert_sample(b, formats[i].x, formats[i].y, formats[i].z);
        free(b);
    }
}

/* A sample shows what was there when it was taken. */
static void a_sample_stays_until_the_next(void **state)
{
    struct bench *b = sensor_new(false);

    set_register(b, CTRL1, 0x57);
    bench_run_to(b, HZ100 + 5);
    set_mg(b, "z", -1000);
    assert_sample(b, 0, 0, 16000);
    bench_run_to(b, 2 * HZ100);
    assert_sample(b, 0, 0, -16000);
    set_register(b, CTRL1, 0x51); /* X alone */
    bench_run_to(b, 3 * HZ100);
    assert_sample(b, 0, 0, 0);
    free(b);
}

static uint8_t exchange(struct bench *b, uint8_t byte)
{
    const struct spi_master master = {SCK, MOSI, MISO, SPI_MODE_3};
    int miso = spi_bus_exchange(&b->spi, &master, byte, b->sched.now);

    return miso == SPI_FLOATING ? 0xEE : (uint8_t)miso;
}

static void chip_select(struct bench *b, bool active)
{
    pins_drive(&b->pins, CS, PIN_FROM_GPIO, active ? PIN_LOW : PIN_HIGH);
}

static void it_speaks_spi(void **state)
{
    struct bench *b = sensor_new(true);

    chip_select(b, true);
    exchange(b, 0x80 | WHO_AM_I);
    assert_int_equal(exchange(b, 0), 0x33);
    assert_int_equal(exchange(b, 0), 0x33); /* it does not go on by itself */
    chip_select(b, false);
    chip_select(b, true);
    exchange(b, 0x40 | CTRL1);
    exchange(b, 0x57);
    exchange(b, 0x12); /* CTRL_REG2 */
    chip_select(b, false);
    bench_run_to(b, HZ100);
    chip_select(b, true);
    exchange(b, 0xC0 | CTRL1);
    assert_int_equal(exchange(b, 0), 0x57);
    assert_int_equal(exchange(b, 0), 0x12);
    chip_select(b, false);
    chip_select(b, true);
    exchange(b, 0xC0 | OUT_X_L);
    for (unsigned i = 0; i < 5; i++)
        exchange(b, 0);
    assert_int_equal(exchange(b, 0), 16000 >> 8);
    chip_select(b, false);
    assert_int_equal(exchange(b, 0x80 | WHO_AM_I), 0xEE);
    assert_false(i2c_start(b, ADDRESS, false));
    free(b);
}

static void data_ready_reaches_int1(void **state)
{
    struct bench *b = sensor_new(false);

    set_register(b, CTRL3, 0x10);
    set_register(b, CTRL1, 0x57);
    assert_false(pins_level(&b->pins, IRQ1));
    bench_run_to(b, HZ100 - 1);
    assert_false(pins_level(&b->pins, IRQ1));
    bench_run_to(b, HZ100);
    assert_true(pins_level(&b->pins, IRQ1));
    assert_sample(b, 0, 0, 16000);
    assert_false(pins_level(&b->pins, IRQ1));
    bench_run_to(b, 2 * HZ100);
    assert_true(pins_level(&b->pins, IRQ1));
    set_register(b, CTRL6, 0x02); /* active low */
    assert_false(pins_level(&b->pins, IRQ1));
    set_register(b, CTRL1, 0x07); /* power down: nothing is left to wait for */
    assert_int_equal(sched_next(&b->sched), VTIME_NEVER);
    free(b);
}

static void movement_reaches_the_pins_and_is_latched(void **state)
{
    struct bench *b = sensor_new(false);

    set_register(b, CTRL3, 0x40);    /* IA1 to INT1 */
    set_register(b, CTRL6, 0x40);    /* and to INT2 */
    set_register(b, CTRL5, 0x08);    /* latched */
    set_register(b, INT1_THS, 50);   /* 800 mg */
    set_register(b, INT1_CFG, 0x02); /* X high */
    set_register(b, CTRL1, 0x57);
    bench_run_to(b, 2 * HZ100);
    assert_false(pins_level(&b->pins, IRQ1));
    set_mg(b, "x", -900);
    bench_run_to(b, 3 * HZ100);
    assert_true(pins_level(&b->pins, IRQ1));
    assert_true(pins_level(&b->pins, IRQ2));
    set_mg(b, "x", 0);
    bench_run_to(b, 5 * HZ100);
    assert_true(pins_level(&b->pins, IRQ1));
    assert_int_equal(get_register(b, INT1_SRC), 0x42);
    assert_false(pins_level(&b->pins, IRQ1));
    bench_run_to(b, 6 * HZ100);
    assert_int_equal(get_register(b, INT1_SRC), 0);
    free(b);
}

static void events_can_be_required_together(void **state)
{
    struct bench *b = sensor_new(false);

    set_register(b, INT1_THS, 50);
    set_register(b, INT1_CFG, 0x95); /* AND of X low, Y low, Z low: free fall */
    set_register(b, CTRL1, 0x57);
    bench_run_to(b, HZ100);
    assert_int_equal(get_register(b, INT1_SRC) & 0x40, 0);
    set_mg(b, "z", 100);
    bench_run_to(b, 2 * HZ100);
    assert_int_equal(get_register(b, INT1_SRC), 0x55);
    free(b);
}

static void the_fifo_keeps_samples(void **state)
{
    struct bench *b = sensor_new(false);

    set_register(b, CTRL5, 0x40);
    set_register(b, FIFO_CTRL, 0x40 | 3); /* FIFO mode, watermark 3 */
    set_register(b, CTRL3, 0x04);
    assert_int_equal(get_register(b, FIFO_SRC), 0x20);
    set_register(b, CTRL1, 0x57);
    for (int i = 1; i <= 4; i++) {
        set_mg(b, "x", 400 * i);
        assert_false(pins_level(&b->pins, IRQ1));
        bench_run_to(b, (vtime)i * HZ100);
    }
    assert_true(pins_level(&b->pins, IRQ1));
    assert_int_equal(get_register(b, FIFO_SRC), 0x80 | 4);
    for (int i = 1; i <= 4; i++)
        assert_sample(b, 6400 * i, 0, 16000);
    assert_int_equal(get_register(b, FIFO_SRC), 0x20);
    free(b);
}

static void a_full_fifo_stops_or_streams(void **state)
{
    for (unsigned stream = 0; stream < 2; stream++) {
        struct bench *b = sensor_new(false);
        uint8_t bytes[12];

        set_register(b, CTRL5, 0x40);
        set_register(b, FIFO_CTRL, stream ? 0x80 : 0x40);
        set_register(b, CTRL1, 0x57);
        for (int i = 0; i < 40; i++) {
            set_mg(b, "x", 40 * i);
            bench_run_to(b, (vtime)(i + 1) * HZ100);
        }
        assert_int_equal(get_register(b, FIFO_SRC), 0xDF);
        get_registers(b, OUT_X_L, bytes, 12); /* two samples in one go */
        assert_int_equal(bytes[1] << 8 | bytes[0], stream ? 8 * 640 : 0);
        assert_int_equal(bytes[7] << 8 | bytes[6], stream ? 9 * 640 : 640);
        assert_int_equal(get_register(b, FIFO_SRC) & 0x1F, 30);
        set_register(b, FIFO_CTRL, 0);
        assert_int_equal(get_register(b, FIFO_SRC), 0x20);
        free(b);
    }
}

static void it_has_a_thermometer(void **state)
{
    struct bench *b = sensor_new(false);
    uint8_t bytes[2];

    set_mg(b, "temperature", 21000);
    set_register(b, TEMP_CFG, 0xC0);
    set_register(b, CTRL1, 0x57);
    bench_run_to(b, HZ100);
    assert_int_equal(get_register(b, STATUS_AUX), 0x04);
    get_registers(b, OUT_TEMP_L, bytes, 2);
    assert_int_equal((int8_t)bytes[1], -4); /* from 25 °C */
    assert_int_equal(get_register(b, STATUS_AUX), 0);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_who_it_is),
        cmocka_unit_test(samples_come_at_the_data_rate),
        cmocka_unit_test(formats_and_ranges),
        cmocka_unit_test(a_sample_stays_until_the_next),
        cmocka_unit_test(it_speaks_spi),
        cmocka_unit_test(data_ready_reaches_int1),
        cmocka_unit_test(movement_reaches_the_pins_and_is_latched),
        cmocka_unit_test(events_can_be_required_together),
        cmocka_unit_test(the_fifo_keeps_samples),
        cmocka_unit_test(a_full_fifo_stops_or_streams),
        cmocka_unit_test(it_has_a_thermometer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
