/* What the two halves of the model share: periph/usbd.c has the registers and EasyDMA, periph/usbd_bus.c the traffic.
 */
#ifndef PERIPH_USBD_PARTS_H
#define PERIPH_USBD_PARTS_H

#include "periph/usbd.h"

enum {
    USBD_EVENTCAUSE = 0x400,
    USBD_EPSTATUS = 0x468,
    USBD_EPDATASTATUS = 0x46C,
    USBD_USBADDR = 0x470,
    USBD_BMREQUESTTYPE = 0x480,
    USBD_BREQUEST = 0x484,
    USBD_WVALUEL = 0x488,
    USBD_WLENGTHL = 0x498,
    USBD_WLENGTHH = 0x49C,
    USBD_SIZE_EPOUT = 0x4A0,
    USBD_SIZE_ISOOUT = 0x4C0,
    USBD_ENABLE = 0x500,
    USBD_USBPULLUP = 0x504,
    USBD_EPINEN = 0x510,
    USBD_EPOUTEN = 0x514,
    USBD_ISOSPLIT = 0x51C,
    USBD_FRAMECNTR = 0x520,
    USBD_ISOINCONFIG = 0x530,

    USBD_EVENT_USBRESET = PERIPH_EVENT(0x100),
    USBD_EVENT_EP0DATADONE = PERIPH_EVENT(0x128),
    USBD_EVENT_SOF = PERIPH_EVENT(0x154),
    USBD_EVENT_USBEVENT = PERIPH_EVENT(0x158),
    USBD_EVENT_EP0SETUP = PERIPH_EVENT(0x15C),
    USBD_EVENT_EPDATA = PERIPH_EVENT(0x160),

    USBD_CAUSE_SUSPEND = 1 << 8,
    USBD_CAUSE_RESUME = 1 << 9,
    USBD_CAUSE_USBWUALLOWED = 1 << 10,
    USBD_CAUSE_READY = 1 << 11,

    USBD_ISOOUT_ZERO = 1 << 16,
};

extern const struct usb_device_ops usbd_device_ops;

/* Sets bits of EVENTCAUSE and raises USBEVENT. */
void usbd_cause(struct usbd *u, uint32_t bits, vtime at);
/* All endpoints are empty and the control transfer is over; toggles are DATA0. */
void usbd_forget_traffic(struct usbd *u);
/* Suspension is due when nothing more happens. */
void usbd_watch_idle(struct usbd *u, vtime at);
void usbd_idle(void *usbd, vtime due);

/* The largest isochronous packet; inaccuracy 6. */
static inline unsigned usbd_iso_max(const struct usbd *u)
{
    return periph_get(&u->p, USBD_ISOSPLIT) ? (USB_ISO_MAX + 1) / 2 : USB_ISO_MAX;
}

#endif
