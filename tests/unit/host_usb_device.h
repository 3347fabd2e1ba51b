/*
 * A USB device for the tests of the host: answers control requests from a descriptor, and does what a test tells it to
 * do wrong. Test programs include it once each.
 */
#ifndef TESTS_UNIT_HOST_USB_DEVICE_H
#define TESTS_UNIT_HOST_USB_DEVICE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/usb_cdc.h"

enum { DEVICE_REQUESTS = 64, DEVICE_OUT = 8192, DEVICE_ENDPOINTS = 16 };

struct device {
    struct usb_bus bus;
    struct sched sched;
    struct evlog evlog;
    struct log log;
    struct usb_cdc cdc;

    unsigned packet_size; /* of endpoint 0 */
    const uint8_t *config;
    unsigned config_size;
    int stall;          /* bRequest that is refused; -1: none */
    int mute;           /* bRequest that is never answered; -1: none */
    bool silent;        /* nothing is answered at all */
    unsigned hold;      /* NAKs before each packet of endpoint 0 */
    unsigned lose_acks; /* so many packets of endpoint 0 come twice */
    bool lies;          /* GET_DESCRIPTOR gives something else */

    unsigned address, next_address;
    uint8_t request[DEVICE_REQUESTS][8];
    vtime request_at[DEVICE_REQUESTS];
    unsigned n_requests;
    uint8_t reply[2048];
    unsigned reply_size, reply_done, held;
    bool in_toggle, stalled;
    uint8_t control_out[64];
    unsigned control_out_size;

    const char *in_text; /* what the next IN on `in_endpoint` brings; NULL: NAK */
    unsigned in_endpoint;
    bool in_data1;
    unsigned in_polls[DEVICE_ENDPOINTS], in_acks;
    unsigned refuse_out; /* so many OUT packets get NAK */
    uint8_t out[DEVICE_OUT];
    unsigned n_out, out_packets;
    bool out_data1;
    vtime out_at;

    vtime reset_at, released_at;
    unsigned resets, sofs, last_frame;
    vtime first_sof;
    char shown[4096]; /* on the console */
    unsigned n_shown;
    char said[4096];   /* messages */
    const char *typed; /* NULL: nothing yet */
};

static inline void device_reset(void *ctx, bool asserted, vtime at)
{
    struct device *d = ctx;

    *(asserted ? &d->reset_at : &d->released_at) = at;
    d->resets += asserted;
    d->address = d->next_address = 0;
    d->sofs = 0;
}

static inline void device_resume(void *ctx, vtime at) {}

static inline void device_sof(void *ctx, unsigned frame, vtime at)
{
    struct device *d = ctx;

    if (!d->sofs++)
        d->first_sof = at;
    else
        assert_true(at == d->first_sof + (d->sofs - 1) * USB_FRAME);
    d->last_frame = frame;
}

static inline void device_describe(struct device *d, unsigned type)
{
    uint8_t device[18] = {18, 1, 0, 2, 2, 0, 0, (uint8_t)d->packet_size, 0x34, 0x12, 0x78, 0x56, 0, 1, 0, 2, 0, 1};
    static const uint8_t name[] = {14, 3, 'G', 0, 'a', 0, 'd', 0, 'g', 0, 0xE9, 0, 't', 0};
    const uint8_t *from = type == 1 ? device : type == 2 ? d->config : name;

    d->reply_size = type == 1 ? sizeof device : type == 2 ? d->config_size : (unsigned)sizeof name;
    memcpy(d->reply, from, d->reply_size);
    if (d->lies)
        d->reply[1] = 99;
}

static inline enum usb_answer device_setup(void *ctx, unsigned address, const uint8_t *r, vtime at)
{
    struct device *d = ctx;
    unsigned length = r[6] | (unsigned)r[7] << 8;

    if (d->silent || address != d->address)
        return USB_SILENCE;
    if (d->n_requests < DEVICE_REQUESTS) {
        d->request_at[d->n_requests] = at;
        memcpy(d->request[d->n_requests++], r, 8);
    }
    d->reply_size = d->reply_done = 0;
    d->held = d->hold;
    d->in_toggle = true;
    d->stalled = r[1] == d->stall;
    if (r[1] == 6)
        device_describe(d, r[3]);
    if (d->reply_size > length)
        d->reply_size = length;
    if (r[0] == 0 && r[1] == 5)
        d->next_address = r[2];
    if (r[0] == 0 && r[1] == 9)
        d->in_data1 = d->out_data1 = false;
    return USB_ACK;
}

static inline bool device_holds(struct device *d)
{
    return d->request[d->n_requests - 1][1] == d->mute || (d->held && d->held--);
}

static inline enum usb_answer device_in(void *ctx, unsigned address, unsigned endpoint, struct usb_packet *p, vtime at)
{
    struct device *d = ctx;
    unsigned left = d->reply_size - d->reply_done;

    if (address != d->address)
        return USB_SILENCE;
    d->in_polls[endpoint]++;
    if (endpoint) {
        if (!d->in_text || endpoint != d->in_endpoint)
            return USB_NAK;
        p->data1 = d->in_data1;
        p->size = (unsigned)strlen(d->in_text);
        memcpy(p->data, d->in_text, p->size);
        return USB_ACK;
    }
    if (d->stalled)
        return USB_STALL;
    if (device_holds(d))
        return USB_NAK;
    p->data1 = d->in_toggle;
    p->size = left < d->packet_size ? left : d->packet_size;
    memcpy(p->data, d->reply + d->reply_done, p->size);
    return USB_ACK;
}

static inline void device_acked(void *ctx, unsigned endpoint, vtime at)
{
    struct device *d = ctx;
    unsigned left = d->reply_size - d->reply_done;

    if (endpoint) {
        d->in_text = NULL;
        d->in_data1 = !d->in_data1;
        d->in_acks++;
        return;
    }
    if (left && d->lose_acks && d->lose_acks--)
        return;
    d->reply_done += left < d->packet_size ? left : d->packet_size;
    d->in_toggle = !d->in_toggle;
    d->held = d->hold;
    d->address = d->next_address;
}

static inline enum usb_answer device_out(void *ctx, unsigned address, unsigned endpoint, const struct usb_packet *p,
                                         vtime at)
{
    struct device *d = ctx;

    if (address != d->address)
        return USB_SILENCE;
    if (!endpoint) {
        if (d->stalled)
            return USB_STALL;
        if (device_holds(d))
            return USB_NAK;
        assert_true(p->data1); /* the first packet of data, or the status */
        memcpy(d->control_out, p->data, p->size);
        d->control_out_size = p->size;
        return USB_ACK;
    }
    if (d->refuse_out && d->refuse_out--)
        return USB_NAK;
    assert_int_equal(p->data1, d->out_data1);
    d->out_data1 = !d->out_data1;
    memcpy(d->out + d->n_out, p->data, p->size);
    d->n_out += p->size;
    d->out_packets++;
    d->out_at = at;
    return USB_ACK;
}

static inline void device_shows(void *ctx, const struct ev *e)
{
    struct device *d = ctx;

    assert_int_equal(e->a, EV_CONSOLE_USB);
    d->shown[d->n_shown++] = (char)e->b;
}

static inline void device_says(void *ctx, enum log_level level, const char *line)
{
    struct device *d = ctx;

    strncat(d->said, line, sizeof d->said - strlen(d->said) - 1);
}

/* As many bytes as fit of d->typed. */
static inline ssize_t device_input(void *ctx, void *buf, size_t size)
{
    struct device *d = ctx;
    size_t n = d->typed ? strlen(d->typed) : 0;

    n = n < size ? n : size;
    if (n)
        memcpy(buf, d->typed, n);
    d->typed += n;
    return (ssize_t)n;
}

static inline struct device *device_new(const uint8_t *config, unsigned config_size)
{
    static const struct usb_device_ops ops = {device_reset, device_resume, device_sof, device_setup,
                                              device_in,    device_acked,  device_out};
    struct device *d = calloc(1, sizeof *d);

    assert_non_null(d);
    *d = (struct device){
        .config = config, .config_size = config_size, .packet_size = 64, .stall = -1, .mute = -1, .in_endpoint = 2};
    sched_init(&d->sched);
    evlog_init(&d->evlog, &d->sched.now);
    evlog_attach(&d->evlog, 1u << EV_CONSOLE, device_shows, d);
    log_init(&d->log, LOG_INFO, NULL);
    d->log.write = device_says;
    d->log.ctx = d;
    d->bus.device = &ops;
    d->bus.device_ctx = d;
    usb_cdc_init(&d->cdc, &(struct usb_cdc_config){&d->bus, &d->sched, &d->evlog, &d->log, device_input, d});
    return d;
}

/* Fires everything that is due until `to`, and leaves the clock there. */
static inline void device_run_to(struct device *d, vtime to)
{
    while (sched_next(&d->sched) <= to) {
        if (sched_next(&d->sched) > d->sched.now)
            d->sched.now = sched_next(&d->sched);
        sched_fire_due(&d->sched);
    }
    d->sched.now = to;
}

static inline void device_pass(struct device *d, vtime time) { device_run_to(d, d->sched.now + time); }

#endif
