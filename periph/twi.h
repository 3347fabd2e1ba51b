/*
 * TWI0–1 (PS 6.29): the I2C master without EasyDMA. It shares its registers with the SPI, SPIM, SPIS, TWIM and TWIS of
 * the same number, and answers while ENABLE is 5. What it has in common with TWIM is periph/twi_line.h.
 *
 * Sending, it holds the bus until TXD is written; a byte written in advance follows at once. TXDSENT comes with the
 * acknowledge bit. Receiving, BB and RXDREADY come before the acknowledge bit, so that the shorts BB_SUSPEND and
 * BB_STOP act between the two: STOP makes it a not-acknowledge.
 *
 * Inaccuracies
 *   1. BB is raised after a byte, not after the address; the specification's words ("before each byte") and its figures
 *      differ.
 *   2. A byte that was not acknowledged raises ERROR, but not TXDSENT; a byte left in TXD is forgotten at STOP.
 */
#ifndef PERIPH_TWI_H
#define PERIPH_TWI_H

#include "periph/twi_line.h"

struct twi {
    struct twi_model m;
    bool tx_full, rx_full; /* TXD waits to be sent, RXD to be read */
};

extern const struct periph_desc twi_desc;

#endif
