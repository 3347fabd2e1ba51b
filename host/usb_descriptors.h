/*
 * What a device says of itself (USB 2.0, chapter 9.6; CDC 1.2, chapter 5; CDC PSTN 1.2): finds the serial port, a
 * CDC-ACM function, in a configuration descriptor. Composite devices may have several, with or without interface
 * associations; the first that is complete counts.
 */
#ifndef HOST_USB_DESCRIPTORS_H
#define HOST_USB_DESCRIPTORS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    USB_DESC_DEVICE = 1,
    USB_DESC_CONFIGURATION = 2,
    USB_DESC_STRING = 3,

    USB_DEVICE_SIZE = 18,
    USB_CONFIGURATION_SIZE = 9,
};

struct usb_acm {
    unsigned control, data;   /* interface numbers */
    unsigned alternate;       /* setting of the data interface that has the endpoints */
    unsigned in, out, notify; /* endpoint addresses; `notify` is 0 when there is none */
    unsigned in_size, out_size, notify_size;
};

/* Looks in a configuration descriptor of `size` bytes, with all that comes behind it; whatever they are. */
bool usb_find_acm(const uint8_t *config, unsigned size, struct usb_acm *acm);

#endif
