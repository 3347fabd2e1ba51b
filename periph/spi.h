/*
 * SPI0–2 (PS 6.24): the SPI master without EasyDMA. It shares its registers with the SPIM, SPIS, TWI, TWIM and TWIS of
 * the same number, and answers while ENABLE is 1. What it has in common with SPIM is periph/spi_line.h.
 *
 * TXD and RXD are both two deep: a byte written while one is being sent follows it at once; a byte that arrives while
 * RXD was not read waits behind it. READY is raised whenever a byte gets into RXD: when it arrives, or when the one
 * before it was read.
 *
 * Inaccuracies
 *   1. A byte written to TXD while one is being sent and another waits takes the place of the latter; the specification
 *      does not say what happens.
 *   2. A third byte that arrives unread is lost.
 *   3. At 8 Mbps the chip pauses between two bytes; here they follow each other at every rate.
 */
#ifndef PERIPH_SPI_H
#define PERIPH_SPI_H

#include "periph/spi_line.h"

struct spi {
    struct spi_model m;
    struct spi_burst burst;
    uint64_t sent;               /* bytes of the burst that are over */
    bool sending, tx_next;       /* a byte is under way; another waits in TXD */
    uint8_t tx_byte, tx_waiting; /* under way; in TXD */
    unsigned unread;             /* bytes in RXD and behind it */
    uint8_t rx_waiting;          /* the one behind it */
    struct sched_event done;
};

extern const struct periph_desc spi_desc;

#endif
