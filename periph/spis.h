/*
 * SPIS0–2 (PS 6.26): the SPI slave with EasyDMA. It shares its registers with the SPI, SPIM, TWI, TWIM and TWIS of the
 * same number, and answers while ENABLE is 2. It is a device on the chip's own SPI bus (emu/serial_bus.h): its master
 * is one of the chip's, through wires of the board, or a test.
 *
 * A semaphore decides who may touch the buffers: the CPU (ACQUIRE, then ACQUIRED; RELEASE), or the slave during a
 * transaction, from one edge of CSN to the other. A transaction that begins while the CPU has the semaphore is ignored:
 * DEF is sent and what comes is dropped. A longer one than the buffers are gets ORC (STATUS.OVERREAD), and what comes
 * is dropped (STATUS.OVERFLOW).
 *
 * Inaccuracies
 *   1. CONFIG.CPOL and CPHA: a master in another mode is not heard at all.
 *   2. Clock rates beyond the chip's limits work.
 */
#ifndef PERIPH_SPIS_H
#define PERIPH_SPIS_H

#include "periph/easydma.h"
#include "periph/spi_line.h"

struct spis {
    struct periph p;
    struct spi_device device;
    struct easydma tx, rx;
    bool granted; /* the transaction under way is */
};

extern const struct periph_desc spis_desc;

#endif
