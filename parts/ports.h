/* What a part is given: where its wires go, and the emulator's side of them. */
#ifndef PARTS_PORTS_H
#define PARTS_PORTS_H

#include "emu/serial_bus.h"

enum { PART_IRQS = 2 };

/* Pins of the chip. PIN_NONE among the bus pins: whichever the master uses; among the others: not connected. */
struct part_wiring {
    bool on_spi;     /* else I2C */
    uint8_t address; /* I2C, 7 bits */
    unsigned scl, sda;
    unsigned sck, mosi, miso, cs;
    unsigned irq[PART_IRQS]; /* interrupt outputs of the part, in the order of its data sheet */
};

/* All borrowed. */
struct part_ports {
    struct sched *sched;
    struct pins *pins;
    struct spi_bus *spi;
    struct i2c_bus *i2c;
};

#endif
