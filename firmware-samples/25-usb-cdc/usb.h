/*
 * A USB serial port: the USBD controller with one CDC-ACM function, by hand.
 */
#ifndef SAMPLE_USB_H
#define SAMPLE_USB_H

#include <stddef.h>

/* Connects to the host, which then enumerates by interrupts. */
void usb_init(void);

/* Sends, and returns when the host has all of it; waits first until somebody has opened the port (DTR). */
void usb_write(const char *text, size_t size);

/* The next byte received; sleeps until there is one. */
char usb_read(void);

#endif
