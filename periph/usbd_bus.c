/* USBD's side of the cable: what the controller answers to the host. */
#include <string.h>

#include "periph/usbd_parts.h"

enum {
    REQUEST_IN = 1 << 7,
    REQUEST_SET_ADDRESS = 5,
    ADDRESS_MASK = 0x7F,
    EPDATASTATUS_OUT = 16, /* the first OUT bit of EPDATASTATUS */
};

static struct sched *sched(const struct usbd *u) { return periph_doors(&u->p)->sched; }

/* --- the state of the bus --- */

void usbd_watch_idle(struct usbd *u, vtime at) { sched_at(sched(u), &u->idle, at + USBD_SUSPEND_TIME); }

void usbd_idle(void *usbd, vtime due)
{
    struct usbd *u = usbd;

    u->suspended = true;
    usbd_cause(u, USBD_CAUSE_SUSPEND, due);
}

/* Inaccuracy 4. */
static void wake(struct usbd *u, vtime at)
{
    if (!u->suspended)
        return;
    u->suspended = false;
    usbd_cause(u, USBD_CAUSE_RESUME, at);
}

void usbd_forget_traffic(struct usbd *u)
{
    memset(u->in, 0, sizeof u->in);
    memset(u->out, 0, sizeof u->out);
    u->status_allowed = u->stalled = u->sets_address = false;
    u->iso_in.full = u->iso_in_next.full = u->iso_out.full = u->iso_out_next.full = false;
}

static void bus_reset(void *ctx, bool asserted, vtime at)
{
    struct usbd *u = ctx;

    u->in_reset = asserted;
    if (!asserted) {
        usbd_watch_idle(u, at);
        return;
    }
    sched_cancel(sched(u), &u->idle);
    wake(u, at);
    usbd_forget_traffic(u);
    periph_set(&u->p, USBD_USBADDR, 0);
    periph_set(&u->p, USBD_EPINEN, 1);
    periph_set(&u->p, USBD_EPOUTEN, 1);
    periph_event_at(&u->p, USBD_EVENT_USBRESET, at);
}

static void bus_resume(void *ctx, vtime at)
{
    wake(ctx, at);
    usbd_watch_idle(ctx, at);
}

static void exchange_iso(struct usbd *u)
{
    const struct usbd_iso *got = &u->iso_out;

    u->iso_in = u->iso_in_next;
    u->iso_in_next.full = false;
    u->iso_out = u->iso_out_next;
    u->iso_out_next.full = false;
    if (!got->full)
        u->iso_out.size = 0;
    periph_set(&u->p, USBD_SIZE_ISOOUT, got->full && !got->size ? (uint32_t)USBD_ISOOUT_ZERO : got->size);
}

static void bus_sof(void *ctx, unsigned frame, vtime at)
{
    struct usbd *u = ctx;

    wake(u, at);
    usbd_watch_idle(u, at);
    exchange_iso(u);
    periph_set(&u->p, USBD_FRAMECNTR, frame);
    periph_event_at(&u->p, USBD_EVENT_SOF, at);
}

/* --- control transfers --- */

static bool addressed(const struct usbd *u, unsigned address)
{
    return !u->in_reset && address == periph_get(&u->p, USBD_USBADDR);
}

static bool has_data_stage(const struct usbd *u)
{
    return periph_get(&u->p, USBD_WLENGTHL) || periph_get(&u->p, USBD_WLENGTHH);
}

static bool is_control_read(const struct usbd *u)
{
    return (periph_get(&u->p, USBD_BMREQUESTTYPE) & REQUEST_IN) && has_data_stage(u);
}

static enum usb_answer bus_setup(void *ctx, unsigned address, const uint8_t request[USB_SETUP_SIZE], vtime at)
{
    struct usbd *u = ctx;

    if (!addressed(u, address))
        return USB_SILENCE;
    for (unsigned i = 0; i < USB_SETUP_SIZE; i++)
        periph_set(&u->p, USBD_BMREQUESTTYPE + 4 * i, request[i]);
    u->in[0].full = u->out[0].full = u->out[0].accepts = false;
    u->in[0].data1 = u->out[0].data1 = true;
    u->stalled = false;
    u->sets_address = request[0] == 0 && request[1] == REQUEST_SET_ADDRESS;
    u->status_allowed = u->sets_address;
    periph_event_at(&u->p, USBD_EVENT_EP0SETUP, at);
    return USB_ACK;
}

/* The status stage is an empty DATA1. */
static enum usb_answer status_in(const struct usbd *u, struct usb_packet *p)
{
    if (!u->status_allowed)
        return USB_NAK;
    p->data1 = true;
    p->size = 0;
    return USB_ACK;
}

static void status_in_acked(struct usbd *u)
{
    if (u->sets_address)
        periph_set(&u->p, USBD_USBADDR, periph_get(&u->p, USBD_WVALUEL) & ADDRESS_MASK);
    u->status_allowed = u->sets_address = false;
}

static enum usb_answer status_out(struct usbd *u)
{
    if (!u->status_allowed)
        return USB_NAK;
    u->status_allowed = false;
    return USB_ACK;
}

/* --- IN --- */

static enum usb_answer send_packet(const struct usbd_endpoint *e, struct usb_packet *p)
{
    if (!e->full)
        return USB_NAK;
    p->data1 = e->data1;
    p->size = e->size;
    memcpy(p->data, e->data, e->size);
    return USB_ACK;
}

static enum usb_answer send_iso(const struct usbd *u, struct usb_packet *p)
{
    if (!u->iso_in.full && !periph_get(&u->p, USBD_ISOINCONFIG))
        return USB_SILENCE;
    p->data1 = false;
    p->size = u->iso_in.full ? u->iso_in.size : 0;
    memcpy(p->data, u->iso_in.data, p->size);
    return USB_ACK;
}

static enum usb_answer bus_in(void *ctx, unsigned address, unsigned endpoint, struct usb_packet *p, vtime at)
{
    struct usbd *u = ctx;
    bool answers = addressed(u, address) && endpoint <= USBD_ENDPOINTS;

    if (!answers || !(periph_get(&u->p, USBD_EPINEN) >> endpoint & 1))
        return USB_SILENCE;
    if (endpoint == USBD_ENDPOINTS)
        return send_iso(u, p);
    if (endpoint ? u->in[endpoint].halted : u->stalled)
        return USB_STALL;
    return endpoint || is_control_read(u) ? send_packet(&u->in[endpoint], p) : status_in(u, p);
}

static void bus_acked(void *ctx, unsigned endpoint, vtime at)
{
    struct usbd *u = ctx;

    if (endpoint == USBD_ENDPOINTS) {
        u->iso_in.full = false;
        return;
    }
    if (endpoint == 0 && !is_control_read(u)) {
        status_in_acked(u);
        return;
    }
    u->in[endpoint].full = false;
    u->in[endpoint].data1 = !u->in[endpoint].data1;
    if (endpoint)
        periph_set(&u->p, USBD_EPDATASTATUS, periph_get(&u->p, USBD_EPDATASTATUS) | 1u << endpoint);
    periph_event_at(&u->p, endpoint ? USBD_EVENT_EPDATA : USBD_EVENT_EP0DATADONE, at);
}

/* --- OUT --- */

static void receive_packet(struct usbd *u, unsigned endpoint, const struct usb_packet *p, vtime at)
{
    struct usbd_endpoint *e = &u->out[endpoint];

    e->data1 = !e->data1;
    e->accepts = false;
    e->full = true;
    e->size = (uint8_t)p->size;
    memcpy(e->data, p->data, p->size);
    periph_set(&u->p, USBD_SIZE_EPOUT + 4 * endpoint, p->size);
    if (endpoint)
        periph_set(&u->p, USBD_EPDATASTATUS,
                   periph_get(&u->p, USBD_EPDATASTATUS) | 1u << (EPDATASTATUS_OUT + endpoint));
    periph_event_at(&u->p, endpoint ? USBD_EVENT_EPDATA : USBD_EVENT_EP0DATADONE, at);
}

static enum usb_answer receive_iso(struct usbd *u, const struct usb_packet *p)
{
    if (p->size > usbd_iso_max(u))
        return USB_SILENCE;
    u->iso_out_next.full = true;
    u->iso_out_next.size = (uint16_t)p->size;
    memcpy(u->iso_out_next.data, p->data, p->size);
    return USB_ACK;
}

static enum usb_answer bus_out(void *ctx, unsigned address, unsigned endpoint, const struct usb_packet *p, vtime at)
{
    struct usbd *u = ctx;
    bool answers = addressed(u, address) && endpoint <= USBD_ENDPOINTS;
    struct usbd_endpoint *e = &u->out[endpoint < USBD_ENDPOINTS ? endpoint : 0];

    if (!answers || !(periph_get(&u->p, USBD_EPOUTEN) >> endpoint & 1))
        return USB_SILENCE;
    if (endpoint == USBD_ENDPOINTS)
        return receive_iso(u, p);
    if (p->size > USB_BULK_MAX)
        return USB_SILENCE;
    if (endpoint ? e->halted : u->stalled)
        return USB_STALL;
    if (!endpoint && (is_control_read(u) || !has_data_stage(u)))
        return status_out(u);
    if (!e->accepts)
        return USB_NAK;
    if (p->data1 == e->data1) /* else it is one that was acknowledged before */
        receive_packet(u, endpoint, p, at);
    return USB_ACK;
}

const struct usb_device_ops usbd_device_ops = {
    .reset = bus_reset,
    .resume = bus_resume,
    .sof = bus_sof,
    .setup = bus_setup,
    .in = bus_in,
    .acked = bus_acked,
    .out = bus_out,
};
