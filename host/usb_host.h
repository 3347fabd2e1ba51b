/*
 * A USB host's root port (USB 2.0, chapters 5, 7.1.7, 8 and 9.2.6), at its end of a cable with one full-speed device.
 *
 * It waits until the connection is steady, resets the device, then sends a frame each millisecond and runs control
 * transfers, one at a time, and pipes of the other kinds between them. Everything happens in emulated time; the n-th
 * bit of a transaction is computed from n.
 *
 * Who uses the device (host/usb_cdc.h) is the client, and hears of it through struct usb_client.
 *
 * Inaccuracies
 *   1. A packet that was answered with NAK is tried again as soon as the device has something new to say, not all the
 *      time; an OUT packet at the next frame, of which each pipe sends no more than one.
 *   2. Bits that the chip would stuff take no time; bInterval of interrupt endpoints is not looked at.
 *   3. The bus is never suspended, so there is nothing to wake up from.
 */
#ifndef HOST_USB_HOST_H
#define HOST_USB_HOST_H

#include "emu/sched.h"
#include "emu/usb_bus.h"

#define USB_HOST_DEBOUNCE (100 * VTIME_PER_MS) /* TATTDB */
#define USB_HOST_RESET    (10 * VTIME_PER_MS)  /* TDRST */
#define USB_HOST_RECOVERY (10 * VTIME_PER_MS)  /* TRSTRCY */
#define USB_HOST_TIMEOUT  (5 * VTIME_PER_S)    /* of a control transfer, 9.2.6.1 */

enum {
    USB_HOST_PIPES = 4,
    USB_HOST_CONTROL_MAX = 2048, /* bytes of a data stage */
    USB_HOST_ERRORS = 3,         /* that a control transfer survives */
};

/* Names the client's end of what happens; `ctx` is what usb_host_init() was given. */
struct usb_client {
    void (*connected)(void *ctx, vtime at); /* reset is over: the device has address 0 */
    void (*disconnected)(void *ctx, vtime at);
    void (*frame)(void *ctx, vtime at);
    void (*received)(void *ctx, unsigned pipe, const uint8_t *bytes, unsigned n, vtime at);
};

/* USB_ACK: `n` bytes went over in the data stage, those of an IN transfer are at `data`. Else why it failed; USB_NAK
 * when its time ran out. */
typedef void usb_control_done(void *ctx, enum usb_answer answer, const uint8_t *data, unsigned n, vtime at);

struct usb_request {
    uint8_t bmRequestType, bRequest;
    uint16_t wValue, wIndex, wLength;
};

enum usb_stage {
    USB_STAGE_NONE,
    USB_STAGE_SETUP,
    USB_STAGE_IN,
    USB_STAGE_OUT,
    USB_STAGE_STATUS_IN,
    USB_STAGE_STATUS_OUT
};

struct usb_control {
    enum usb_stage stage;
    struct usb_request request;
    uint8_t data[USB_HOST_CONTROL_MAX];
    unsigned done; /* bytes of the data stage */
    unsigned errors;
    bool data1;
    bool held; /* by NAK */
    usb_control_done *complete;
};

struct usb_pipe {
    bool open, in;
    unsigned endpoint, size; /* of a packet */
    bool data1;
    bool held;
    bool loaded; /* OUT: there is a packet to send */
    unsigned n;
    uint8_t bytes[USB_BULK_MAX];
};

enum usb_port { USB_PORT_EMPTY, USB_PORT_DEBOUNCE, USB_PORT_RESET, USB_PORT_RECOVERY, USB_PORT_ENABLED };
enum usb_phase { USB_PHASE_FREE, USB_PHASE_GAP, USB_PHASE_SENDS, USB_PHASE_TOKEN, USB_PHASE_RECEIVES };

struct usb_host {
    struct usb_bus *bus;
    struct sched *sched;
    const struct usb_client *client;
    void *ctx;
    enum usb_port port;
    struct sched_event port_event, frame_event, bit_event, timeout;
    unsigned frame; /* number of the next */
    unsigned address, control_size;
    struct usb_control control;
    struct usb_pipe pipe[USB_HOST_PIPES];
    /* The transaction under way. */
    enum usb_phase phase;
    struct usb_pipe *at; /* NULL: the control transfer's */
    struct usb_packet packet;
};

/* Takes the host's end of the cable. The struct may not be moved afterwards. */
void usb_host_init(struct usb_host *h, struct usb_bus *bus, struct sched *sched, const struct usb_client *client,
                   void *ctx);

/* Begins a control transfer with `address`; asserts that none is under way. wLength is at most USB_HOST_CONTROL_MAX.
 * `data`: wLength bytes to send, unused when bmRequestType says IN. */
void usb_host_control(struct usb_host *h, const struct usb_request *request, const void *data,
                      usb_control_done *complete, vtime at);

/* Opens a pipe to an endpoint (bEndpointAddress) with packets of up to `size` bytes. An IN pipe is read from then on.
 */
void usb_host_open(struct usb_host *h, unsigned pipe, unsigned endpoint, unsigned size, vtime at);
/* Whether an OUT pipe takes a packet; gives it one, of up to the pipe's size. */
static inline bool usb_host_can_send(const struct usb_host *h, unsigned pipe)
{
    return h->pipe[pipe].open && !h->pipe[pipe].loaded;
}
void usb_host_send(struct usb_host *h, unsigned pipe, const void *bytes, unsigned n, vtime at);

/* Resets the device: pipes are closed, the control transfer is forgotten, connected() comes again. */
void usb_host_reset(struct usb_host *h, vtime at);

#endif
