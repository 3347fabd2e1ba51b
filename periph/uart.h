/*
 * UART0 (PS 6.33): the universal asynchronous receiver/transmitter without EasyDMA. It shares its registers with UARTE0
 * and answers while ENABLE is 4. The line itself is periph/uart_line.h.
 *
 * RXDRDY is raised whenever a byte gets into RXD: when it arrives, or when the one before it was read. STOPRX and
 * SUSPEND leave the receiver on for four frames, then comes RXTO. With flow control RTS asks for a pause while more
 * than two bytes wait, and for more when all of them were read.
 *
 * Inaccuracies
 *   1. A byte written to TXD before TXDRDY waits for the one before it; the specification does not say what happens.
 *   2. A byte written to TXD before STARTTX is lost.
 *   3. BAUDRATE, CONFIG and ERRORSRC: inaccuracies 3 and 5 of periph/uart_line.h.
 */
#ifndef PERIPH_UART_H
#define PERIPH_UART_H

#include "periph/uart_line.h"

struct uart {
    struct uart_model m;
    bool tx_on, tx_next; /* transmitter started; a byte waits in TXD */
    uint8_t tx_byte;
    struct uart_fifo fifo; /* its first byte is in RXD */
    struct sched_event rxto;
};

extern const struct periph_desc uart_desc;

#endif
