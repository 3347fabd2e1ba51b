/*
 * UARTE0, UARTE1 (PS 6.34): the universal asynchronous receiver/transmitter with EasyDMA. UARTE0 shares its registers
 * with UART0 and answers while ENABLE is 8. The line itself is periph/uart_line.h.
 *
 * PTR and MAXCNT are taken over by STARTTX, STARTRX and FLUSHRX, so that software may prepare the next buffer
 * meanwhile. Bytes that come while no receive buffer is there wait in a FIFO of six. STOPRX leaves the receiver on for
 * four frames; then the buffer ends as it is (ENDRX) and RXTO comes. FLUSHRX empties the FIFO into the buffer and ends
 * it; when there was nothing to flush RXD.AMOUNT keeps its value. STOPTX lets the byte under way go out, then come
 * ENDTX and TXSTOPPED.
 *
 * Inaccuracies
 *   1. EasyDMA fetches a byte when its frame begins; the chip fetches some bytes earlier.
 *   2. With a buffer outside RAM nothing is sent, or what is received is lost, while times and counts are as usual; on
 *      the chip a HardFault or a corruption of RAM may result.
 *   3. TXSTARTED, RXSTARTED and FLUSHRX's ENDRX follow their tasks at once.
 *   4. STARTTX while a buffer is being sent cuts that off; the specification does not say what happens.
 *   5. BAUDRATE, CONFIG and ERRORSRC: inaccuracies 3 and 5 of periph/uart_line.h.
 */
#ifndef PERIPH_UARTE_H
#define PERIPH_UARTE_H

#include "periph/uart_line.h"

struct uarte_buffer {
    uint32_t ptr, maxcnt, count;
    bool active;
};

struct uarte {
    struct uart_model m;
    struct uarte_buffer tx, rx;
    bool tx_stopping;
    struct uart_fifo fifo;
    struct sched_event rxto;
};

extern const struct periph_desc uarte_desc;

#endif
