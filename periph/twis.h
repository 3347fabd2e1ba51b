/*
 * TWIS0–1 (PS 6.32): the I2C slave with EasyDMA. It shares its registers with the SPI, SPIM, SPIS, TWI and TWIM of the
 * same number, and answers while ENABLE is 9. It is a device on the chip's own I2C bus (emu/serial_bus.h): its master
 * is one of the chip's, through wires of the board, or a test.
 *
 * Addressed with one of its two addresses it raises READ or WRITE and stretches the clock until PREPARETX or PREPARERX
 * was triggered, before or now; then come TXSTARTED or RXSTARTED and the bytes. SUSPEND stretches the clock until
 * RESUME. A master that reads on behind the buffer gets ORC (OVERREAD), one that writes on is not acknowledged
 * (OVERFLOW).
 *
 * Inaccuracies
 *   1. ERRORSRC.DNACK does not occur: nobody tells when the master does not acknowledge.
 *   2. A transaction that the task STOP ends is not acknowledged any more; STOPPED comes at once.
 */
#ifndef PERIPH_TWIS_H
#define PERIPH_TWIS_H

#include "periph/easydma.h"
#include "periph/psel.h"

enum twis_direction { TWIS_NONE, TWIS_RX, TWIS_TX };

struct twis {
    struct periph p;
    struct i2c_device device;
    struct easydma tx, rx;
    enum twis_direction wanted; /* what the master has asked for and was not prepared */
    enum twis_direction moving; /* the buffer that is being moved */
    bool rx_prepared, tx_prepared, suspended;
};

extern const struct periph_desc twis_desc;

#endif
