/*
 * 24LC256 (Microchip DS21203): an EEPROM of 32 KiB on the I2C bus, addresses 0x50 to 0x57.
 *
 * Two address bytes, then data. A write goes into a page of 64 bytes, within which it wraps, and is begun by STOP: for
 * the write cycle of 5 ms the chip does not acknowledge its address. Reads go on from the internal address and wrap at
 * the end of the memory.
 *
 * Inaccuracies
 *   1. A write cycle always lasts its longest time.
 *   2. The write-protect pin is tied to ground.
 */
#ifndef PARTS_EEPROM_H
#define PARTS_EEPROM_H

#include "parts/ports.h"

enum { EEPROM_SIZE = 0x8000, EEPROM_PAGE = 64, EEPROM_ADDRESS_BYTES = 2, EEPROM_WRITE_CYCLE_MS = 5 };

struct eeprom {
    struct i2c_device i2c;
    uint8_t address;
    uint16_t at;      /* internal address */
    unsigned got;     /* bytes of this write, the address included, counted as far as they matter */
    uint16_t page_of; /* where the page buffer belongs */
    uint64_t loaded;  /* bit for each byte of the page buffer that was written */
    uint8_t page[EEPROM_PAGE];
    vtime busy_until;
    uint8_t memory[EEPROM_SIZE]; /* 0xFF when it is new */
};

void eeprom_init(struct eeprom *e, const struct part_wiring *w, const struct part_ports *ports);

#endif
