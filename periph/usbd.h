/*
 * USBD (PS 6.35): the full-speed USB device controller. Eight IN and eight OUT endpoints of 64 bytes, one isochronous
 * endpoint in each direction; EasyDMA between their buffers and RAM.
 *
 * What the controller does by itself: it answers tokens from the buffers, keeps data toggles, acknowledges SETUP and
 * carries out SET_ADDRESS, whose EP0SETUP the firmware sees but has nothing to do for. All else is the firmware's.
 *
 * Control transfers: data and status stages are answered with NAK until the firmware allows them (STARTEPIN[0],
 * EP0RCVOUT, EP0STATUS), or with STALL after EP0STALL; the next SETUP forgets all of it. Endpoints that EPINEN or
 * EPOUTEN leave out do not answer. An OUT endpoint takes a packet after SIZE.EPOUT was written, and again after each
 * STARTEPOUT has moved one to RAM.
 *
 * The controller's own clock and supply: READY comes after ENABLE once there is VBUS. The pull-up reaches the cable
 * when ENABLE, READY, VBUS and USBPULLUP are together.
 *
 * Inaccuracies
 *   1. READY follows ENABLE, and USBWUALLOWED the end of LOWPOWER, after 10 µs; the manual gives no time.
 *   2. EasyDMA takes 1 µs and 1/16 µs for each byte; the manual gives no time.
 *   3. A transfer that is started during another waits for its end; on the chip both are damaged. The firmware is told.
 *   4. What ends a suspension, be it the host's resume, a bus reset or a frame, raises EVENTCAUSE.RESUME.
 *   5. LOWPOWER stops nothing; traffic goes on. Registers can be used while ENABLE is off or READY has not come.
 *   6. Isochronous data always arrive intact: ISOOUTCRC is never set. ISOSPLIT only limits the size of packets.
 *   7. The controller does not care whether HFXO runs.
 *   8. DPDMDRIVE with anything but K or Resume, and DPDMNODRIVE, leave the cable as it is.
 *   9. Of the registers behind 0x800 and 0x804, which no manual names, only the one that empties an IN endpoint acts.
 */
#ifndef PERIPH_USBD_H
#define PERIPH_USBD_H

#include "emu/usb_bus.h"
#include "periph/engine.h"

#define USBD_READY_TIME   (10 * VTIME_PER_US)
#define USBD_SUSPEND_TIME (3 * VTIME_PER_MS)
#define USBD_DMA_TIME     VTIME_PER_US
#define USBD_DMA_BYTE     (VTIME_PER_US / 16)

enum {
    USBD_ENDPOINTS = 8,                       /* besides the isochronous one, whose number is this */
    USBD_CHANNELS = 2 * (USBD_ENDPOINTS + 1), /* of EasyDMA: IN 0–7, ISOIN, OUT 0–7, ISOOUT */
    USBD_CHANNEL_OUT = USBD_ENDPOINTS + 1,    /* the first of those */
};

/* A buffer between RAM and the bus. */
struct usbd_endpoint {
    bool full;    /* has a packet: for the host, or from it */
    bool accepts; /* OUT: the next packet is welcome */
    bool data1;   /* the next packet's toggle */
    bool halted;
    uint8_t size;
    uint8_t data[USB_BULK_MAX];
};

struct usbd_iso {
    bool full;
    uint16_t size;
    uint8_t data[USB_ISO_MAX];
};

struct usbd {
    struct periph p;
    struct usb_bus *bus; /* borrowed; NULL: no cable */
    bool vbus, ready;
    bool suspended;
    bool in_reset;
    struct sched_event settle; /* ENABLE or LOWPOWER takes effect */
    struct sched_event idle;   /* nothing has happened on the bus for so long */

    struct usbd_endpoint in[USBD_ENDPOINTS], out[USBD_ENDPOINTS];
    bool status_allowed, stalled; /* of the control transfer */
    bool sets_address;            /* it is SET_ADDRESS */
    /* Of two buffers each one belongs to the bus and one to EasyDMA; SOF exchanges them. */
    struct usbd_iso iso_in, iso_in_next, iso_out, iso_out_next;

    struct sched_event dma; /* its end */
    unsigned channel;       /* that is under way while `dma` is armed */
    uint32_t dma_ptr, dma_count;
    uint32_t waiting; /* channels that were started meanwhile */
};

extern const struct periph_desc usbd_desc;

/* Puts the controller at the device's end of a cable. Once, before power-on. */
void usbd_connect(struct usbd *u, struct usb_bus *bus);

/* VBUS arrives or goes. POWER's own events are power_set_vbus()'s. */
void usbd_set_vbus(struct usbd *u, bool on);

#endif
