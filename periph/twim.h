/*
 * TWIM0–1 (PS 6.31): the I2C master with EasyDMA. It shares its registers with the SPI, SPIM, SPIS, TWI and TWIS of the
 * same number, and answers while ENABLE is 6. What it has in common with TWI is periph/twi_line.h.
 *
 * STARTTX and STARTRX take over a buffer. LASTTX and LASTRX come when the last byte begins; the shorts let STOP,
 * SUSPEND or the other START follow it. Without any the bus stays held. A buffer without a byte sends the address alone
 * and raises neither.
 *
 * Inaccuracies
 *   1. START while a buffer is being moved waits for its end; the specification does not say what happens.
 *   2. AMOUNT counts while a transfer is under way.
 */
#ifndef PERIPH_TWIM_H
#define PERIPH_TWIM_H

#include "periph/easydma.h"
#include "periph/twi_line.h"

struct twim {
    struct twi_model m;
    struct easydma tx, rx;
};

extern const struct periph_desc twim_desc;

#endif
