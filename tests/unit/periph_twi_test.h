/* What the tests of TWI, TWIM and TWIS share: a chip with RAM and one device on its I2C bus. */
#ifndef TESTS_UNIT_PERIPH_TWI_TEST_H
#define TESTS_UNIT_PERIPH_TWI_TEST_H

#include "periph_fixture.h"

#define TWI0  0x40003000u
#define TWIM0 0x40003000u
#define TWIM1 0x40004000u
#define TWIS1 0x40004000u

#define STARTRX   0x000
#define STARTTX   0x008
#define STOP      0x014
#define SUSPEND   0x01C
#define RESUME    0x020
#define STOPPED   0x104
#define ERROR     0x124
#define SUSPENDED 0x148
#define SHORTS    0x200
#define INTENSET  0x304
#define ERRORSRC  0x4C4
#define ENABLE    0x500
#define PSEL_SCL  0x508
#define PSEL_SDA  0x50C
#define FREQUENCY 0x524
#define ADDRESS   0x588

#define ANACK (1u << 1)
#define DNACK (1u << 2)

#define BIT      (10 * VTIME_PER_US) /* at 100 kbps */
#define START_T  (10 * BIT)          /* START with the address */
#define BYTE_T   (9 * BIT)
#define STOP_T   BIT
#define RAM      0x20000000u
#define RAM_SIZE 0x1000u

enum { SCL = 27, SDA = 26, SENSOR = 0x48, NOBODY = 0x49, SENSOR_BYTES = 64 };

/* Keeps what it gets, answers 0xB0, 0xB1, … and acknowledges `room` bytes. */
struct sensor {
    struct i2c_device i2c;
    uint8_t got[SENSOR_BYTES];
    unsigned n, given, room, starts, stops;
    bool read;
    vtime at[SENSOR_BYTES], stopped_at;
};

static inline bool sensor_start(void *ctx, uint8_t address, bool read, vtime at)
{
    struct sensor *s = ctx;

    s->read = read;
    s->starts++;
    return address == SENSOR;
}

static inline bool sensor_write(void *ctx, uint8_t byte, vtime at)
{
    struct sensor *s = ctx;

    if (s->n >= s->room)
        return false;
    s->at[s->n] = at;
    s->got[s->n++] = byte;
    return true;
}

static inline uint8_t sensor_read(void *ctx, vtime at) { return (uint8_t)(0xB0 + ((struct sensor *)ctx)->given++); }

static inline void sensor_stop(void *ctx, vtime at)
{
    struct sensor *s = ctx;

    s->stops++;
    s->stopped_at = at;
}

static const struct i2c_device_ops sensor_ops = {
    .start = sensor_start, .write = sensor_write, .read = sensor_read, .stop = sensor_stop};

struct board {
    struct chip *c;
    struct sensor sensor;
    uint32_t base; /* of the master */
    uint8_t ram[RAM_SIZE];
};

/* The master is enabled at 100 kbps and has the sensor's pins and address. */
static inline struct board *board_new(uint32_t base, uint32_t enable)
{
    struct board *b = calloc(1, sizeof *b);

    assert_non_null(b);
    b->c = chip_new();
    b->base = base;
    bus_add_memory(
        &b->c->bus,
        &(struct bus_memory){
            .name = "RAM", .base = RAM, .size = RAM_SIZE, .data = b->ram, .guest_writable = true, .executable = true});
    b->sensor = (struct sensor){.i2c = {&sensor_ops, &b->sensor, SCL, SDA}, .room = SENSOR_BYTES};
    i2c_bus_attach(&b->c->i2c, &b->sensor.i2c);
    chip_write(b->c, base + PSEL_SCL, SCL);
    chip_write(b->c, base + PSEL_SDA, SDA);
    chip_write(b->c, base + FREQUENCY, 0x01980000);
    chip_write(b->c, base + ENABLE, enable);
    chip_write(b->c, base + ADDRESS, SENSOR);
    return b;
}

static inline void board_free(struct board *b)
{
    free(b->c);
    free(b);
}

static inline void set(struct board *b, uint32_t offset, uint32_t value) { chip_write(b->c, b->base + offset, value); }
static inline uint32_t get(struct board *b, uint32_t offset) { return chip_read(b->c, b->base + offset); }
static inline void trigger(struct board *b, uint32_t task) { set(b, task, 1); }
static inline void run_to(struct board *b, vtime to) { chip_run_to(b->c, to); }

static inline vtime when(struct board *b, uint32_t event, unsigned nth)
{
    return chip_time_of(b->c, EV_EVENT, b->base + event, nth);
}

static inline unsigned times(struct board *b, uint32_t event) { return chip_count(b->c, EV_EVENT, b->base + event); }

#endif
