/* What the tests of SPI, SPIM and SPIS share: a chip with RAM and one device on its SPI bus. */
#ifndef TESTS_UNIT_PERIPH_SPI_TEST_H
#define TESTS_UNIT_PERIPH_SPI_TEST_H

#include "periph_fixture.h"

#define SPIM0 0x40003000u
#define SPIM1 0x40004000u
#define SPI2  0x40023000u
#define SPIS2 0x40023000u
#define SPIM3 0x4002F000u

#define START      0x010
#define STOP       0x014
#define SUSPEND    0x01C
#define RESUME     0x020
#define STOPPED    0x104
#define ENDRX      0x110
#define END        0x118
#define ENDTX      0x120
#define STARTED    0x14C
#define SHORTS     0x200
#define INTENSET   0x304
#define ENABLE     0x500
#define PSEL_SCK   0x508
#define PSEL_MOSI  0x50C
#define PSEL_MISO  0x510
#define PSEL_CSN   0x514
#define FREQUENCY  0x524
#define RXD_PTR    0x534
#define RXD_MAXCNT 0x538
#define RXD_AMOUNT 0x53C
#define RXD_LIST   0x540
#define TXD_PTR    0x544
#define TXD_MAXCNT 0x548
#define TXD_AMOUNT 0x54C
#define TXD_LIST   0x550
#define CONFIG     0x554
#define CSNDUR     0x564
#define CSNPOL     0x568
#define PSELDCX    0x56C
#define DCXCNT     0x570
#define ORC        0x5C0

#define BYTE_1M  (8 * VTIME_PER_US)
#define RAM      0x20000000u
#define RAM_SIZE 0x1000u

enum { SCK = 3, MOSI = 4, MISO = 28, CS = 29, DCX = 40, DEVICE_BYTES = 1024 };

/* Keeps what it gets and answers 0xA0, 0xA1, … */
struct device {
    struct spi_device spi;
    struct pins *pins;
    uint8_t got[DEVICE_BYTES], level[DEVICE_BYTES]; /* `level`: of the watched pin meanwhile */
    vtime at[DEVICE_BYTES];
    unsigned n, selects, watched;
};

static inline void device_select(void *ctx, bool selected, vtime at) { ((struct device *)ctx)->selects += selected; }

static inline int device_exchange(void *ctx, uint8_t mosi, vtime at)
{
    struct device *d = ctx;
    int answer = (uint8_t)(0xA0 + d->n);

    if (d->n < DEVICE_BYTES) {
        d->got[d->n] = mosi;
        d->level[d->n] = pins_level(d->pins, d->watched);
        d->at[d->n] = at;
    }
    d->n++;
    return answer;
}

static const struct spi_device_ops device_ops = {device_select, device_exchange};

struct board {
    struct chip *c;
    struct device device;
    uint32_t base; /* of the master */
    uint8_t ram[RAM_SIZE];
};

static inline void board_pins(struct board *b, uint32_t base)
{
    chip_write(b->c, base + PSEL_SCK, SCK);
    chip_write(b->c, base + PSEL_MOSI, MOSI);
    chip_write(b->c, base + PSEL_MISO, MISO);
    chip_write(b->c, base + FREQUENCY, 0x10000000); /* 1 Mbps */
}

/* The master is enabled and has its pins; the device is selected. */
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
    b->device = (struct device){.spi = {&device_ops, &b->device, SCK, MOSI, MISO, CS}, .pins = &b->c->pins};
    spi_bus_attach(&b->c->spi, &b->device.spi);
    pins_drive(&b->c->pins, CS, PIN_FROM_GPIO, PIN_LOW);
    spi_bus_wires_changed(&b->c->spi, &b->device.spi);
    board_pins(b, base);
    chip_write(b->c, base + ENABLE, enable);
    b->c->n_records = 0;
    return b;
}

static inline void board_free(struct board *b)
{
    free(b->c);
    free(b);
}

static inline vtime when(struct board *b, uint32_t event, unsigned nth)
{
    return chip_time_of(b->c, EV_EVENT, b->base + event, nth);
}

static inline unsigned times(struct board *b, uint32_t event) { return chip_count(b->c, EV_EVENT, b->base + event); }

#endif
