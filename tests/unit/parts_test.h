/* What the tests of parts share: buses with a clock, no chip. */
#ifndef TESTS_UNIT_PARTS_TEST_H
#define TESTS_UNIT_PARTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "parts/part.h"

enum { SCL = 27, SDA = 26, SCK = 3, MOSI = 4, MISO = 28, CS = 29, IRQ1 = 30, IRQ2 = 31 };

struct bench {
    struct sched sched;
    struct pins pins;
    struct spi_bus spi;
    struct i2c_bus i2c;
    struct part part;
};

static inline struct part_wiring wiring(uint8_t address)
{
    return (struct part_wiring){.address = address,
                                .scl = SCL,
                                .sda = SDA,
                                .sck = SCK,
                                .mosi = MOSI,
                                .miso = MISO,
                                .cs = CS,
                                .irq = {PIN_NONE, PIN_NONE}};
}

static inline struct bench *bench_new(const char *type, const struct part_wiring *w)
{
    struct bench *b = calloc(1, sizeof *b);
    const struct part_type *t = part_type_find(type);
    struct part_ports ports;
    char err[100] = "";

    assert_non_null(b);
    assert_non_null(t);
    sched_init(&b->sched);
    pins_init(&b->pins, NULL);
    spi_bus_init(&b->spi, &b->pins, &b->sched);
    i2c_bus_init(&b->i2c, &b->pins);
    if (!part_check(t, w, err, sizeof err))
        fail_msg("%s", err);
    ports = (struct part_ports){&b->sched, &b->pins, &b->spi, &b->i2c};
    part_init(&b->part, t, w, &ports);
    return b;
}

/* Fires what is due until `to`, each at its time, and leaves the clock there. */
static inline void bench_run_to(struct bench *b, vtime to)
{
    while (sched_next(&b->sched) <= to) {
        b->sched.now = sched_next(&b->sched);
        sched_fire_due(&b->sched);
    }
    b->sched.now = to;
}

static const struct i2c_master i2c_master = {SCL, SDA};

static inline bool i2c_start(struct bench *b, uint8_t address, bool read)
{
    return i2c_bus_start(&b->i2c, &i2c_master, address, read, b->sched.now);
}

static inline bool i2c_put(struct bench *b, uint8_t byte)
{
    return i2c_bus_write(&b->i2c, &i2c_master, byte, b->sched.now);
}

static inline uint8_t i2c_get(struct bench *b) { return i2c_bus_read(&b->i2c, &i2c_master, b->sched.now); }
static inline void i2c_stop(struct bench *b) { i2c_bus_stop(&b->i2c, &i2c_master, b->sched.now); }

/* A whole write; false when something was not acknowledged. */
static inline bool i2c_write(struct bench *b, uint8_t address, const void *bytes, unsigned n)
{
    bool ack = i2c_start(b, address, false);

    for (unsigned i = 0; i < n && ack; i++)
        ack = i2c_put(b, ((const uint8_t *)bytes)[i]);
    i2c_stop(b);
    return ack;
}

static inline bool i2c_read(struct bench *b, uint8_t address, uint8_t *bytes, unsigned n)
{
    bool ack = i2c_start(b, address, true);

    for (unsigned i = 0; i < n && ack; i++)
        bytes[i] = i2c_get(b);
    i2c_stop(b);
    return ack;
}

#endif
