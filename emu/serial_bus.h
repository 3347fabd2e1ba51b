/*
 * The serial buses outside the chip: one set of SPI devices and one set of I2C devices, each wired to pins of the chip.
 *
 * A device is part of its model's struct, and belongs to whoever owns that. It names the pins it is wired to; a master
 * (SPIM, TWIM and so on) reaches those devices that hang on the pins its PSEL registers select, or on pins wired to
 * those (pins_join()). PIN_NONE among a device's pins stands for a wire that goes wherever the master is: such a device
 * answers every master.
 *
 * A master whose MISO is wired to its MOSI hears itself when no device answers.
 *
 * What is exchanged are bytes, each with the time at which its last bit is over. Nothing here has a heap behind it, and
 * pointers lead only to the owner's structs: copying those is a snapshot.
 *
 *   struct i2c_device   i2c_bus_attach(&soc->i2c, &part->i2c)
 *   struct spi_device   spi_bus_attach(&soc->spi, &part->spi)
 *
 * Inaccuracies
 *   1. A device whose SPI mode is not the master's, or that hangs on other wires than SCK, hears and says nothing; on a
 *      board it would hear garbage.
 *   2. Devices that drive one wire at the same time give the AND of their bytes, on MISO too.
 *   3. A chip select that nobody drives is high: the part's own pull-up is taken for granted.
 *   4. Two masters on the same two I2C wires do not notice each other.
 */
#ifndef EMU_SERIAL_BUS_H
#define EMU_SERIAL_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/pin.h"
#include "emu/sched.h"

/* Among a device's pins: a wire that ends nowhere, so that no master reaches it. */
#define SERIAL_WIRE_OPEN ((unsigned)PIN_COUNT)

/* --- SPI --- */

enum {
    SPI_FLOATING = -1, /* nobody drives MISO */

    /* Bits of spi_device.modes: clock polarity and phase. */
    SPI_MODE_0 = 1 << 0, /* idle low, sampled at the first edge */
    SPI_MODE_1 = 1 << 1, /* idle low, sampled at the second edge */
    SPI_MODE_2 = 1 << 2, /* idle high, sampled at the first edge */
    SPI_MODE_3 = 1 << 3, /* idle high, sampled at the second edge */
};

struct spi_device_ops {
    /* Chip select became active, or inactive again. */
    void (*select)(void *ctx, bool selected, vtime at);
    /* Takes a byte and gives the one that goes the other way meanwhile, or SPI_FLOATING. Bit 7 is the first bit on the
     * wire. Only called while selected. */
    int (*exchange)(void *ctx, uint8_t mosi, vtime at);
};

struct spi_device {
    const struct spi_device_ops *ops;
    void *ctx;                /* for ops */
    unsigned sck, mosi, miso; /* pins, or PIN_NONE */
    unsigned cs;              /* active low; PIN_NONE: selected by spi_device_select() alone */
    unsigned modes;           /* SPI_MODE_… that it understands; 0: all */
    bool selected;
    struct spi_device *next;
};

struct spi_bus {
    struct spi_device *first;
    struct pins *pins;
    const struct sched *sched;
};

/* What a master has on the wires; pins may be PIN_NONE. */
struct spi_master {
    unsigned sck, mosi, miso;
    unsigned mode; /* one SPI_MODE_… */
};

/* Both are borrowed; the bus listens to the pins for chip selects. */
void spi_bus_init(struct spi_bus *b, struct pins *pins, const struct sched *sched);
/* Joins a device, with ops, ctx, pins and modes filled in by the caller. */
void spi_bus_attach(struct spi_bus *b, struct spi_device *d);
/* To be called when the pins of an attached device were changed. */
void spi_bus_wires_changed(struct spi_bus *b, struct spi_device *d);
/* Selects a device that has no chip select pin: for good (its CS is tied to ground), or as a test pleases. */
void spi_device_select(struct spi_device *d, bool selected, vtime at);
/* One byte both ways, from a master; `at`: when it is over. SPI_FLOATING when no selected device drives MISO. */
int spi_bus_exchange(struct spi_bus *b, const struct spi_master *m, uint8_t mosi, vtime at);

/* --- I2C --- */

struct i2c_device_ops {
    /* START or repeated START with an address of 7 bits, whoever it is for. True (ACK) when it is this device's and it
     * is ready; a device that is not meant forgets what it was about to do. */
    bool (*start)(void *ctx, uint8_t address, bool read, vtime at);
    /* A byte from the master; true: ACK. */
    bool (*write)(void *ctx, uint8_t byte, vtime at);
    /* The next byte for the master. */
    uint8_t (*read)(void *ctx, vtime at);
    /* STOP, after it had acknowledged its address. */
    void (*stop)(void *ctx, vtime at);
    /* False: it stretches the clock, holding SCL low until it can go on. NULL: it never does. */
    bool (*ready)(void *ctx);
};

struct i2c_device {
    const struct i2c_device_ops *ops;
    void *ctx;         /* for ops */
    unsigned scl, sda; /* pins, or PIN_NONE */
    bool addressed;    /* acknowledged the last START */
    struct i2c_device *next;
};

struct i2c_bus {
    struct i2c_device *first;
    const struct pins *pins;
};

/* The pins of a master. */
struct i2c_master {
    unsigned scl, sda;
};

/* The pins are borrowed: they tell what is wired together. */
void i2c_bus_init(struct i2c_bus *b, const struct pins *pins);
/* Joins a device, with ops, ctx and pins filled in by the caller. */
void i2c_bus_attach(struct i2c_bus *b, struct i2c_device *d);
/* From a master; `at`: when START with the address byte, the byte or STOP is over. True: somebody acknowledged. What
 * nobody answers reads as 0xFF. */
bool i2c_bus_start(struct i2c_bus *b, const struct i2c_master *m, uint8_t address, bool read, vtime at);
bool i2c_bus_write(struct i2c_bus *b, const struct i2c_master *m, uint8_t byte, vtime at);
uint8_t i2c_bus_read(struct i2c_bus *b, const struct i2c_master *m, vtime at);
/* Whether nobody stretches the clock: a master asks before each byte, START and STOP that follow its first START. */
bool i2c_bus_ready(const struct i2c_bus *b, const struct i2c_master *m);
void i2c_bus_stop(struct i2c_bus *b, const struct i2c_master *m, vtime at);

#endif
