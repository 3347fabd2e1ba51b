#include "host/usb_host.h"

#include <assert.h>
#include <string.h>

enum {
    REQUEST_IN = 1 << 7,
    ENDPOINT_IN = 1 << 7,
    ENDPOINT_NUMBER = 0x0F,
    CONTROL_SIZE = 64,

    /* Bits on the bus: sync, PID, fields, end of packet. */
    BITS_TOKEN = 35,
    BITS_DATA = 35, /* without its bytes */
    BITS_HANDSHAKE = 19,
    BITS_TURN = 7, /* before the other end speaks */
    BITS_GAP = 2,  /* before the same end does */
};

/* The longest transaction, which may not reach into the next frame. */
#define LONGEST (52 * VTIME_PER_US)

static void next(struct usb_host *h, vtime at);

static vtime after_bits(vtime at, unsigned bits) { return vtime_edge(at, bits, USB_BIT_RATE); }

/* --- port --- */

static void quiet(struct usb_host *h)
{
    sched_cancel(h->sched, &h->port_event);
    sched_cancel(h->sched, &h->frame_event);
    sched_cancel(h->sched, &h->bit_event);
    sched_cancel(h->sched, &h->timeout);
    h->phase = USB_PHASE_FREE;
    h->at = NULL;
    h->control.stage = USB_STAGE_NONE;
    memset(h->pipe, 0, sizeof h->pipe);
    h->address = 0;
    h->control_size = CONTROL_SIZE;
}

void usb_host_reset(struct usb_host *h, vtime at)
{
    quiet(h);
    h->port = USB_PORT_RESET;
    sched_at(h->sched, &h->port_event, at + USB_HOST_RESET);
    h->bus->device->reset(h->bus->device_ctx, true, at);
}

static void port_fire(void *ctx, vtime due)
{
    struct usb_host *h = ctx;

    switch (h->port) {
    case USB_PORT_DEBOUNCE:
        usb_host_reset(h, due);
        break;
    case USB_PORT_RESET:
        h->port = USB_PORT_RECOVERY;
        sched_at(h->sched, &h->port_event, due + USB_HOST_RECOVERY);
        sched_at(h->sched, &h->frame_event, due);
        h->bus->device->reset(h->bus->device_ctx, false, due);
        break;
    case USB_PORT_RECOVERY:
        h->port = USB_PORT_ENABLED;
        h->client->connected(h->ctx, due);
        break;
    case USB_PORT_EMPTY:
    case USB_PORT_ENABLED:
        break;
    }
}

static void attached(void *ctx, bool on, vtime at)
{
    struct usb_host *h = ctx;

    quiet(h);
    h->port = on ? USB_PORT_DEBOUNCE : USB_PORT_EMPTY;
    if (on)
        sched_at(h->sched, &h->port_event, at + USB_HOST_DEBOUNCE);
    else
        h->client->disconnected(h->ctx, at);
}

static void frame_fire(void *ctx, vtime due)
{
    struct usb_host *h = ctx;

    sched_at(h->sched, &h->frame_event, due + USB_FRAME);
    if (h->phase == USB_PHASE_FREE) {
        h->phase = USB_PHASE_GAP;
        sched_at(h->sched, &h->bit_event, after_bits(due, BITS_TOKEN + BITS_GAP));
    }
    h->control.held = false;
    for (unsigned i = 0; i < USB_HOST_PIPES; i++)
        h->pipe[i].held &= h->pipe[i].in;
    h->bus->device->sof(h->bus->device_ctx, h->frame, due);
    h->frame = (h->frame + 1) % USB_FRAMES;
    if (h->port == USB_PORT_ENABLED)
        h->client->frame(h->ctx, due);
}

/* Inaccuracy 1. */
static void ready(void *ctx, vtime at)
{
    struct usb_host *h = ctx;

    h->control.held = false;
    for (unsigned i = 0; i < USB_HOST_PIPES; i++)
        h->pipe[i].held &= !h->pipe[i].in;
    next(h, at);
}

/* Inaccuracy 3. */
static void wakeup(void *ctx, vtime at) {}

/* --- control transfers --- */

static void end_control(struct usb_host *h, enum usb_answer answer, vtime at)
{
    struct usb_control *c = &h->control;

    c->stage = USB_STAGE_NONE;
    sched_cancel(h->sched, &h->timeout);
    c->complete(h->ctx, answer, c->data, c->done, at);
}

static void timeout_fire(void *ctx, vtime due)
{
    struct usb_host *h = ctx;

    if (!h->at && h->phase != USB_PHASE_FREE) { /* nobody waits for the rest of its transaction */
        sched_cancel(h->sched, &h->bit_event);
        h->phase = USB_PHASE_FREE;
    }
    end_control(h, USB_NAK, due);
    next(h, due);
}

void usb_host_control(struct usb_host *h, const struct usb_request *request, const void *data,
                      usb_control_done *complete, vtime at)
{
    struct usb_control *c = &h->control;

    assert(c->stage == USB_STAGE_NONE && request->wLength <= USB_HOST_CONTROL_MAX);
    c->stage = USB_STAGE_SETUP;
    c->request = *request;
    c->complete = complete;
    c->done = c->errors = 0;
    c->held = false;
    if (!(request->bmRequestType & REQUEST_IN) && request->wLength)
        memcpy(c->data, data, request->wLength);
    sched_at(h->sched, &h->timeout, at + USB_HOST_TIMEOUT);
    next(h, at);
}

static void load_setup(struct usb_host *h)
{
    const struct usb_request *r = &h->control.request;
    const uint8_t bytes[USB_SETUP_SIZE] = {r->bmRequestType,  r->bRequest,
                                           r->wValue & 0xFF,  (uint8_t)(r->wValue >> 8),
                                           r->wIndex & 0xFF,  (uint8_t)(r->wIndex >> 8),
                                           r->wLength & 0xFF, (uint8_t)(r->wLength >> 8)};

    h->packet.data1 = false;
    h->packet.size = sizeof bytes;
    memcpy(h->packet.data, bytes, sizeof bytes);
}

static void load_out(struct usb_host *h)
{
    struct usb_control *c = &h->control;
    unsigned left = c->stage == USB_STAGE_OUT ? c->request.wLength - c->done : 0;

    h->packet.data1 = c->data1;
    h->packet.size = left < h->control_size ? left : h->control_size;
    memcpy(h->packet.data, c->data + c->done, h->packet.size);
}

/* The stage's packet has been acknowledged. */
static void advance(struct usb_host *h, vtime at)
{
    struct usb_control *c = &h->control;
    bool in = c->request.bmRequestType & REQUEST_IN;
    unsigned length = c->request.wLength, left = length - c->done;

    switch (c->stage) {
    case USB_STAGE_SETUP:
        c->data1 = true;
        c->stage = !length ? USB_STAGE_STATUS_IN : in ? USB_STAGE_IN : USB_STAGE_OUT;
        break;
    case USB_STAGE_IN:
        if (h->packet.data1 != c->data1)
            break; /* one that we have */
        c->data1 = !c->data1;
        memcpy(c->data + c->done, h->packet.data, h->packet.size < left ? h->packet.size : left);
        c->done += h->packet.size < left ? h->packet.size : left;
        if (h->packet.size < h->control_size || c->done == length)
            c->stage = USB_STAGE_STATUS_OUT;
        break;
    case USB_STAGE_OUT:
        c->data1 = !c->data1;
        c->done += h->packet.size;
        if (c->done == length)
            c->stage = USB_STAGE_STATUS_IN;
        break;
    case USB_STAGE_STATUS_IN:
    case USB_STAGE_STATUS_OUT:
    case USB_STAGE_NONE:
        end_control(h, USB_ACK, at);
        return;
    }
    if (c->stage == USB_STAGE_STATUS_IN || c->stage == USB_STAGE_STATUS_OUT)
        c->data1 = true;
}

static void control_answered(struct usb_host *h, enum usb_answer answer, vtime at)
{
    struct usb_control *c = &h->control;

    c->held = answer != USB_ACK;
    if (answer == USB_ACK)
        advance(h, at);
    else if (answer == USB_STALL || (answer == USB_SILENCE && ++c->errors == USB_HOST_ERRORS))
        end_control(h, answer, at);
}

/* --- pipes --- */

void usb_host_open(struct usb_host *h, unsigned pipe, unsigned endpoint, unsigned size, vtime at)
{
    h->pipe[pipe] = (struct usb_pipe){.open = true,
                                      .in = endpoint & ENDPOINT_IN,
                                      .endpoint = endpoint & ENDPOINT_NUMBER,
                                      .size = size < USB_BULK_MAX ? size : USB_BULK_MAX};
    next(h, at);
}

void usb_host_send(struct usb_host *h, unsigned pipe, const void *bytes, unsigned n, vtime at)
{
    struct usb_pipe *p = &h->pipe[pipe];

    assert(p->open && !p->in && !p->loaded && n <= p->size);
    memcpy(p->bytes, bytes, n);
    p->n = n;
    p->loaded = true;
    next(h, at);
}

static void pipe_answered(struct usb_host *h, struct usb_pipe *p, enum usb_answer answer, vtime at)
{
    p->held = answer != USB_ACK || !p->in;
    if (answer != USB_ACK)
        return;
    if (!p->in) {
        p->data1 = !p->data1;
        p->loaded = false;
    } else if (h->packet.data1 == p->data1) {
        p->data1 = !p->data1;
        h->client->received(h->ctx, (unsigned)(p - h->pipe), h->packet.data, h->packet.size, at);
    }
}

/* --- transactions --- */

static bool is_in(const struct usb_host *h)
{
    return h->at ? h->at->in : h->control.stage == USB_STAGE_IN || h->control.stage == USB_STAGE_STATUS_IN;
}

static void load(struct usb_host *h)
{
    if (!h->at) {
        if (h->control.stage == USB_STAGE_SETUP)
            load_setup(h);
        else
            load_out(h);
        return;
    }
    h->packet.data1 = h->at->data1;
    h->packet.size = h->at->n;
    memcpy(h->packet.data, h->at->bytes, h->at->n);
}

static void begin(struct usb_host *h, struct usb_pipe *p, vtime at)
{
    unsigned bits = BITS_TOKEN;

    h->at = p;
    if (is_in(h)) {
        h->phase = USB_PHASE_TOKEN;
    } else {
        load(h);
        h->phase = USB_PHASE_SENDS;
        bits += BITS_GAP + BITS_DATA + 8 * h->packet.size + BITS_TURN + BITS_HANDSHAKE;
    }
    sched_at(h->sched, &h->bit_event, after_bits(at, bits));
}

/* Begins the next transaction, if there is one to be done and the frame has room for it. */
static void next(struct usb_host *h, vtime at)
{
    if (h->phase != USB_PHASE_FREE || h->port != USB_PORT_ENABLED || at + LONGEST > h->frame_event.due)
        return;
    if (h->control.stage != USB_STAGE_NONE && !h->control.held) {
        begin(h, NULL, at);
        return;
    }
    for (unsigned i = 0; i < USB_HOST_PIPES; i++) {
        struct usb_pipe *p = &h->pipe[i];

        if (p->open && !p->held && (p->in || p->loaded)) {
            begin(h, p, at);
            return;
        }
    }
}

/* The transaction is over. What the device did about it may have been to leave. */
static void answered(struct usb_host *h, enum usb_answer answer, unsigned gap, vtime at)
{
    struct usb_pipe *p = h->at;

    if (h->port != USB_PORT_ENABLED)
        return;
    h->phase = USB_PHASE_GAP;
    sched_at(h->sched, &h->bit_event, after_bits(at, gap));
    if (p)
        pipe_answered(h, p, answer, at);
    else
        control_answered(h, answer, at);
}

static enum usb_answer send(struct usb_host *h, vtime at)
{
    const struct usb_device_ops *d = h->bus->device;

    if (!h->at && h->control.stage == USB_STAGE_SETUP)
        return d->setup(h->bus->device_ctx, h->address, h->packet.data, at);
    return d->out(h->bus->device_ctx, h->address, h->at ? h->at->endpoint : 0, &h->packet, at);
}

static void bit_fire(void *ctx, vtime due)
{
    struct usb_host *h = ctx;
    const struct usb_device_ops *d = h->bus->device;
    unsigned endpoint = h->at ? h->at->endpoint : 0;
    enum usb_answer answer;

    switch (h->phase) {
    case USB_PHASE_GAP:
        h->phase = USB_PHASE_FREE;
        next(h, due);
        break;
    case USB_PHASE_SENDS:
        answered(h, send(h, due), BITS_GAP, due);
        break;
    case USB_PHASE_TOKEN:
        answer = d->in(h->bus->device_ctx, h->address, endpoint, &h->packet, due);
        if (answer != USB_ACK) {
            answered(h, answer, BITS_TURN + BITS_HANDSHAKE + BITS_GAP, due);
            break;
        }
        h->phase = USB_PHASE_RECEIVES;
        sched_at(h->sched, &h->bit_event,
                 after_bits(due, BITS_TURN + BITS_DATA + 8 * h->packet.size + BITS_TURN + BITS_HANDSHAKE));
        break;
    case USB_PHASE_RECEIVES:
        d->acked(h->bus->device_ctx, endpoint, due);
        answered(h, USB_ACK, BITS_GAP, due);
        break;
    case USB_PHASE_FREE:
        break;
    }
}

void usb_host_init(struct usb_host *h, struct usb_bus *bus, struct sched *sched, const struct usb_client *client,
                   void *ctx)
{
    static const struct usb_host_ops ops = {.attached = attached, .ready = ready, .wakeup = wakeup};

    *h = (struct usb_host){.bus = bus, .sched = sched, .client = client, .ctx = ctx};
    sched_event_init(&h->port_event, "USB port", port_fire, h);
    sched_event_init(&h->frame_event, "USB frame", frame_fire, h);
    sched_event_init(&h->bit_event, "USB transaction", bit_fire, h);
    sched_event_init(&h->timeout, "USB timeout", timeout_fire, h);
    h->control_size = CONTROL_SIZE;
    bus->host = &ops;
    bus->host_ctx = h;
}
