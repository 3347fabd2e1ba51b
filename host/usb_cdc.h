/*
 * The USB console: enumerates the device on a cable, and when it has a CDC-ACM function opens that as a terminal
 * program would: 115200 baud, 8N1, DTR and RTS set. What it sends becomes EV_CONSOLE events (EV_CONSOLE_USB); what is
 * typed or fed goes to it. All other functions are left alone, as by a system without drivers for them.
 *
 * A device that fails in the middle of enumeration is reset and asked again, USB_CDC_ATTEMPTS times in all.
 *
 * Inaccuracies
 *   1. Of the strings only the product's name is read; a second configuration is not looked at.
 *   2. Serial state notifications are taken and ignored. An endpoint that stalls is not cleared.
 */
#ifndef HOST_USB_CDC_H
#define HOST_USB_CDC_H

#include <sys/types.h>

#include "emu/evlog.h"
#include "emu/log.h"
#include "host/usb_descriptors.h"
#include "host/usb_host.h"

enum { USB_CDC_ATTEMPTS = 3, USB_CDC_FED = 4096, USB_CDC_NAME = 64 };

struct usb_cdc_config {
    struct usb_bus *bus;
    struct sched *sched;
    struct evlog *evlog; /* may be NULL */
    struct log *log;     /* may be NULL */
    /* What was typed for the console, like stream_read(); NULL: nothing. */
    ssize_t (*input)(void *ctx, void *buf, size_t size);
    void *input_ctx;
};

struct usb_cdc {
    struct usb_host host;
    struct usb_cdc_config config;
    unsigned step, attempts;
    struct sched_event pause; /* before the next step */
    bool open;                /* the console is */
    uint8_t device[18];       /* its descriptor */
    char product[USB_CDC_NAME];
    unsigned configuration; /* bConfigurationValue */
    uint16_t total;         /* bytes of the configuration descriptor */
    bool has_acm;
    struct usb_acm acm;
    uint8_t fed[USB_CDC_FED]; /* ring */
    unsigned first_fed, n_fed;
};

/* Takes the host's end of the cable. The struct may not be moved afterwards. */
void usb_cdc_init(struct usb_cdc *c, const struct usb_cdc_config *config);

/* Bytes for the device, before what is typed; they wait until the console is open. Returns how many there was room
 * for. */
unsigned usb_cdc_feed(struct usb_cdc *c, const void *bytes, unsigned n);

#endif
