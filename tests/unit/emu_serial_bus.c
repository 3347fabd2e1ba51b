/* The buses outside the chip: who is selected, who is wired to whom, who acknowledges. */
#include "emu/serial_bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { SCK = 3, MOSI = 4, MISO = 28, CS = 29, SCL = 27, SDA = 26 };

/* --- SPI --- */

struct echo {
    struct spi_device spi;
    uint8_t last;
    unsigned bytes, selects, deselects;
    vtime at;
    int answer;
};

static void echo_select(void *ctx, bool selected, vtime at)
{
    struct echo *e = ctx;
    *(selected ? &e->selects : &e->deselects) += 1;
    e->at = at;
}

static int echo_exchange(void *ctx, uint8_t mosi, vtime at)
{
    struct echo *e = ctx;
    e->last = mosi;
    e->bytes++;
    e->at = at;
    return e->answer;
}

static const struct spi_device_ops echo_ops = {.select = echo_select, .exchange = echo_exchange};

struct spi_fixture {
    struct sched sched;
    struct pins pins;
    struct spi_bus bus;
    struct echo a, b;
    struct spi_master master;
};

static void spi_setup(struct spi_fixture *f)
{
    *f = (struct spi_fixture){.master = {SCK, MOSI, MISO, SPI_MODE_0}};
    sched_init(&f->sched);
    pins_init(&f->pins, NULL);
    spi_bus_init(&f->bus, &f->pins, &f->sched);
    f->a = (struct echo){.spi = {&echo_ops, &f->a, SCK, MOSI, MISO, CS}, .answer = 0xA5};
    f->b = (struct echo){.spi = {&echo_ops, &f->b, PIN_NONE, PIN_NONE, PIN_NONE, PIN_NONE}, .answer = 0xF0};
    spi_bus_attach(&f->bus, &f->a.spi);
    spi_bus_attach(&f->bus, &f->b.spi);
}

static void a_low_chip_select_selects(void **state)
{
    struct spi_fixture f;
    spi_setup(&f);
    assert_int_equal(spi_bus_exchange(&f.bus, &f.master, 1, 10), SPI_FLOATING); /* nobody drives CS yet */
    pins_drive(&f.pins, CS, PIN_FROM_GPIO, PIN_HIGH);
    assert_int_equal(spi_bus_exchange(&f.bus, &f.master, 1, 10), SPI_FLOATING);
    f.sched.now = 20;
    pins_drive(&f.pins, CS, PIN_FROM_GPIO, PIN_LOW);
    assert_int_equal(f.a.selects, 1);
    assert_int_equal(f.a.at, 20);
    assert_int_equal(spi_bus_exchange(&f.bus, &f.master, 0x37, 30), 0xA5);
    assert_int_equal(f.a.last, 0x37);
    assert_int_equal(f.a.at, 30);
    pins_drive(&f.pins, CS, PIN_FROM_GPIO, PIN_HIGH);
    assert_int_equal(f.a.deselects, 1);
    assert_int_equal(f.a.bytes, 1);
}

/* Its level is low all along: no edge tells that it is driven now. */
static void a_pin_driven_low_from_the_start_selects_too(void **state)
{
    struct spi_fixture f;
    spi_setup(&f);
    pins_drive(&f.pins, CS, PIN_FROM_GPIO, PIN_LOW);
    assert_int_equal(spi_bus_exchange(&f.bus, &f.master, 1, 10), 0xA5);
    assert_int_equal(f.a.selects, 1);
}

static void a_device_without_chip_select_is_selected_by_hand(void **state)
{
    struct spi_fixture f;
    spi_setup(&f);
    assert_int_equal(spi_bus_exchange(&f.bus, &f.master, 1, 10), SPI_FLOATING);
    spi_device_select(&f.b.spi, true, 5);
    assert_int_equal(spi_bus_exchange(&f.bus, &f.master, 1, 10), 0xF0);
    pins_drive(&f.pins, CS, PIN_FROM_GPIO, PIN_LOW);
    assert_int_equal(spi_bus_exchange(&f.bus, &f.master, 1, 10), 0xA0); /* two at once */
}

static void the_wires_decide_who_hears(void **state)
{
    struct spi_fixture f;
    spi_setup(&f);
    pins_drive(&f.pins, CS, PIN_FROM_GPIO, PIN_LOW);
    f.master.sck = SCK + 1;
    assert_int_equal(spi_bus_exchange(&f.bus, &f.master, 1, 10), SPI_FLOATING);
    assert_int_equal(f.a.bytes, 0);
    f.master.sck = SCK;
    f.master.mosi = PIN_NONE;
    assert_int_equal(spi_bus_exchange(&f.bus, &f.master, 0xFF, 10), 0xA5);
    assert_int_equal(f.a.last, 0);
    f.master.miso = MISO + 1;
    assert_int_equal(spi_bus_exchange(&f.bus, &f.master, 0xFF, 10), SPI_FLOATING);
    assert_int_equal(f.a.bytes, 2);
    f.master.miso = MISO;
    f.a.spi.modes = SPI_MODE_0 | SPI_MODE_3;
    assert_int_equal(spi_bus_exchange(&f.bus, &f.master, 0xFF, 10), 0xA5);
    f.master.mode = SPI_MODE_2;
    assert_int_equal(spi_bus_exchange(&f.bus, &f.master, 0xFF, 10), SPI_FLOATING);
}

/* --- I2C --- */

struct memory {
    struct i2c_device i2c;
    uint8_t address, byte[8];
    unsigned at, starts, stops;
    vtime time;
};

static bool memory_start(void *ctx, uint8_t address, bool read, vtime at)
{
    struct memory *m = ctx;
    m->starts++;
    m->at = 0;
    m->time = at;
    return address == m->address;
}

static bool memory_write(void *ctx, uint8_t byte, vtime at)
{
    struct memory *m = ctx;
    if (m->at == sizeof m->byte)
        return false;
    m->byte[m->at++] = byte;
    return true;
}

static uint8_t memory_read(void *ctx, vtime at)
{
    struct memory *m = ctx;
    return m->byte[m->at++ % sizeof m->byte];
}

static void memory_stop(void *ctx, vtime at) { ((struct memory *)ctx)->stops++; }

static const struct i2c_device_ops memory_ops = {
    .start = memory_start, .write = memory_write, .read = memory_read, .stop = memory_stop};

struct i2c_fixture {
    struct pins pins;
    struct i2c_bus bus;
    struct memory a, b;
    struct i2c_master master;
};

static void i2c_setup(struct i2c_fixture *f)
{
    *f = (struct i2c_fixture){.master = {SCL, SDA}};
    pins_init(&f->pins, NULL);
    i2c_bus_init(&f->bus, &f->pins);
    f->a = (struct memory){.i2c = {&memory_ops, &f->a, SCL, SDA}, .address = 0x50};
    f->b = (struct memory){.i2c = {&memory_ops, &f->b, PIN_NONE, PIN_NONE}, .address = 0x51};
    i2c_bus_attach(&f->bus, &f->a.i2c);
    i2c_bus_attach(&f->bus, &f->b.i2c);
}

static void the_addressed_device_answers(void **state)
{
    struct i2c_fixture f;
    i2c_setup(&f);
    assert_true(i2c_bus_start(&f.bus, &f.master, 0x50, false, 100));
    assert_int_equal(f.a.time, 100);
    for (unsigned i = 0; i < 8; i++)
        assert_true(i2c_bus_write(&f.bus, &f.master, (uint8_t)(0x10 + i), 110));
    assert_false(i2c_bus_write(&f.bus, &f.master, 0, 110));
    assert_true(i2c_bus_start(&f.bus, &f.master, 0x50, true, 120));
    assert_int_equal(i2c_bus_read(&f.bus, &f.master, 130), 0x10);
    assert_int_equal(i2c_bus_read(&f.bus, &f.master, 130), 0x11);
    i2c_bus_stop(&f.bus, &f.master, 140);
    assert_int_equal(f.a.stops, 1);
    assert_int_equal(f.b.stops, 0);
    i2c_bus_stop(&f.bus, &f.master, 150);
    assert_int_equal(f.a.stops, 1);
    assert_int_equal(f.b.byte[0], 0);
}

static void a_repeated_start_for_another_device_leaves_the_first(void **state)
{
    struct i2c_fixture f;
    i2c_setup(&f);
    i2c_bus_start(&f.bus, &f.master, 0x50, false, 0);
    assert_true(i2c_bus_start(&f.bus, &f.master, 0x51, false, 0));
    i2c_bus_write(&f.bus, &f.master, 0x77, 0);
    assert_int_equal(f.a.byte[0], 0);
    assert_int_equal(f.b.byte[0], 0x77);
    assert_int_equal(f.a.starts, 2);
    i2c_bus_stop(&f.bus, &f.master, 0);
    assert_int_equal(f.a.stops, 0);
    assert_int_equal(f.b.stops, 1);
}

static void nobody_is_a_nack_and_ones(void **state)
{
    struct i2c_fixture f;
    i2c_setup(&f);
    assert_false(i2c_bus_start(&f.bus, &f.master, 0x52, true, 0));
    assert_int_equal(i2c_bus_read(&f.bus, &f.master, 0), 0xFF);
    f.master.scl = SDA;
    f.master.sda = SCL;
    assert_false(i2c_bus_start(&f.bus, &f.master, 0x50, false, 0)); /* the wires are swapped */
    assert_true(i2c_bus_start(&f.bus, &f.master, 0x51, false, 0));
    f.master.scl = PIN_NONE;
    assert_false(i2c_bus_start(&f.bus, &f.master, 0x51, false, 0));
}

static void wires_may_be_longer(void **state)
{
    struct i2c_fixture f;
    i2c_setup(&f);
    f.master = (struct i2c_master){8, 9};
    assert_false(i2c_bus_start(&f.bus, &f.master, 0x50, false, 0));
    pins_join(&f.pins, 8, SCL);
    pins_join(&f.pins, SDA, 9);
    assert_true(i2c_bus_start(&f.bus, &f.master, 0x50, false, 0));
}

static void a_looped_master_hears_itself(void **state)
{
    struct spi_fixture f;
    spi_setup(&f);
    assert_int_equal(spi_bus_exchange(&f.bus, &f.master, 0x5A, 0), SPI_FLOATING);
    pins_join(&f.pins, MOSI, MISO);
    assert_int_equal(spi_bus_exchange(&f.bus, &f.master, 0x5A, 0), 0x5A);
    pins_drive(&f.pins, CS, PIN_FROM_GPIO, PIN_LOW);
    assert_int_equal(spi_bus_exchange(&f.bus, &f.master, 0x5A, 0), 0xA5);
    f.master.mosi = f.master.miso = PIN_NONE;
    pins_drive(&f.pins, CS, PIN_FROM_GPIO, PIN_HIGH);
    assert_int_equal(spi_bus_exchange(&f.bus, &f.master, 0x5A, 0), SPI_FLOATING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_low_chip_select_selects),
        cmocka_unit_test(a_pin_driven_low_from_the_start_selects_too),
        cmocka_unit_test(a_device_without_chip_select_is_selected_by_hand),
        cmocka_unit_test(the_wires_decide_who_hears),
        cmocka_unit_test(the_addressed_device_answers),
        cmocka_unit_test(a_repeated_start_for_another_device_leaves_the_first),
        cmocka_unit_test(nobody_is_a_nack_and_ones),
        cmocka_unit_test(wires_may_be_longer),
        cmocka_unit_test(a_looped_master_hears_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
