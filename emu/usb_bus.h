/*
 * A full-speed USB cable with one device at its end (USB 2.0, chapters 7 and 8), as both ends see it: transaction by
 * transaction, not bit by bit. The host model drives it, the device's controller answers.
 *
 * Every call carries its time, that of the last bit concerned, which may lie before the scheduler's `now`. An IN
 * transaction has two calls: in() when the token has been heard, acked() when the host has acknowledged the data.
 *
 * What no real cable has: ready(), by which a device says that it might now answer otherwise than before. A host may
 * poll without it, but a host that listens needs to poll only then.
 */
#ifndef EMU_USB_BUS_H
#define EMU_USB_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/vtime.h"

enum {
    USB_BIT_RATE = 12000000,
    USB_SETUP_SIZE = 8,
    USB_BULK_MAX = 64,  /* bytes of a control, bulk or interrupt packet */
    USB_ISO_MAX = 1023, /* and of an isochronous one */
    USB_FRAMES = 2048,  /* after which frame numbers repeat */
};

#define USB_FRAME VTIME_PER_MS

enum usb_answer {
    USB_ACK,
    USB_NAK,
    USB_STALL,
    USB_SILENCE, /* nobody has this address, or this endpoint */
};

struct usb_packet {
    bool data1; /* DATA1 rather than DATA0 */
    unsigned size;
    uint8_t data[USB_ISO_MAX];
};

/* The device's controller. */
struct usb_device_ops {
    void (*reset)(void *ctx, bool asserted, vtime at); /* the host holds both lines low, or lets go again */
    void (*resume)(void *ctx, vtime at);               /* the host ends its suspension */
    void (*sof)(void *ctx, unsigned frame, vtime at);
    enum usb_answer (*setup)(void *ctx, unsigned address, const uint8_t request[USB_SETUP_SIZE], vtime at);
    /* Fills *p when it answers USB_ACK. */
    enum usb_answer (*in)(void *ctx, unsigned address, unsigned endpoint, struct usb_packet *p, vtime at);
    void (*acked)(void *ctx, unsigned endpoint, vtime at);
    enum usb_answer (*out)(void *ctx, unsigned address, unsigned endpoint, const struct usb_packet *p, vtime at);
};

struct usb_host_ops {
    void (*attached)(void *ctx, bool on, vtime at); /* the device connects its pull-up, or takes it away */
    void (*ready)(void *ctx, vtime at);
    void (*wakeup)(void *ctx, vtime at); /* the device asks for the end of a suspension */
};

/* The cable; owned by the caller. Either end may be missing. */
struct usb_bus {
    const struct usb_device_ops *device;
    void *device_ctx;
    const struct usb_host_ops *host;
    void *host_ctx;
    bool attached;
};

/* --- for the device --- */

static inline void usb_bus_attach(struct usb_bus *b, bool on, vtime at)
{
    if (!b || b->attached == on)
        return;
    b->attached = on;
    if (b->host)
        b->host->attached(b->host_ctx, on, at);
}

static inline void usb_bus_ready(struct usb_bus *b, vtime at)
{
    if (b && b->attached && b->host)
        b->host->ready(b->host_ctx, at);
}

static inline void usb_bus_wakeup(struct usb_bus *b, vtime at)
{
    if (b && b->attached && b->host)
        b->host->wakeup(b->host_ctx, at);
}

#endif
