/*
 * UARTE0 at 115200 baud, 8N1, on the pins of the nRF52840 DK's virtual serial port: TXD P0.06, RXD P0.08.
 */
#ifndef SAMPLES_UART_H
#define SAMPLES_UART_H

#include <stddef.h>

void uart_init(void);

/* Sends by EasyDMA and returns when the last byte is on the wire. `text` may lie in flash. */
void uart_write(const char *text, size_t size);

/* Starts receiving; bytes wait in a buffer of 256 until uart_read() takes them. */
void uart_receive(void);

/* The next byte received; sleeps until there is one. */
char uart_read(void);

#endif
