#include "host/usb_cdc.h"

#include <stdio.h>
#include <string.h>

enum {
    TO_DEVICE = 0x00,
    FROM_DEVICE = 0x80,
    TO_INTERFACE = 0x01,
    CLASS_TO_INTERFACE = 0x21,

    SET_ADDRESS = 5,
    GET_DESCRIPTOR = 6,
    SET_CONFIGURATION = 9,
    SET_INTERFACE = 11,
    SET_LINE_CODING = 0x20,
    SET_CONTROL_LINE_STATE = 0x22,

    LINE_CODING_SIZE = 7,
    DTR_AND_RTS = 3,
    STRING_MAX = 255,
    LANGUAGE_ENGLISH = 0x0409,
    ADDRESS = 1,
    FIRST_PACKET = 64, /* asked of a device whose packet size is not known yet */

    PIPE_NOTIFY = 0,
    PIPE_IN,
    PIPE_OUT,
};

#define ADDRESS_PAUSE (2 * VTIME_PER_MS) /* USB 2.0, 9.2.6.3 */

static uint16_t half(const uint8_t *d) { return (uint16_t)(d[0] | d[1] << 8); }

/* ---- the steps of enumeration ------------------------------------------------------------------------------------ */

static void get_descriptor(struct usb_request *r, unsigned type, unsigned index, unsigned length)
{
    *r = (struct usb_request){FROM_DEVICE, GET_DESCRIPTOR, (uint16_t)(type << 8 | index), 0, (uint16_t)length};
}

static bool ask_packet_size(struct usb_cdc *c, struct usb_request *r)
{
    get_descriptor(r, USB_DESC_DEVICE, 0, FIRST_PACKET);
    return true;
}

static bool take_packet_size(struct usb_cdc *c, const uint8_t *d, unsigned n)
{
    if (n < 8 || d[1] != USB_DESC_DEVICE || d[7] < 8 || d[7] > USB_BULK_MAX)
        return false;
    c->host.control_size = d[7];
    return true;
}

static bool set_address(struct usb_cdc *c, struct usb_request *r)
{
    *r = (struct usb_request){TO_DEVICE, SET_ADDRESS, ADDRESS, 0, 0};
    return true;
}

static bool take_address(struct usb_cdc *c, const uint8_t *d, unsigned n)
{
    c->host.address = ADDRESS;
    return true;
}

static bool ask_device(struct usb_cdc *c, struct usb_request *r)
{
    get_descriptor(r, USB_DESC_DEVICE, 0, USB_DEVICE_SIZE);
    return true;
}

static bool take_device(struct usb_cdc *c, const uint8_t *d, unsigned n)
{
    if (n < USB_DEVICE_SIZE || d[1] != USB_DESC_DEVICE)
        return false;
    memcpy(c->device, d, USB_DEVICE_SIZE);
    return true;
}

static bool ask_total(struct usb_cdc *c, struct usb_request *r)
{
    get_descriptor(r, USB_DESC_CONFIGURATION, 0, USB_CONFIGURATION_SIZE);
    return true;
}

static bool take_total(struct usb_cdc *c, const uint8_t *d, unsigned n)
{
    if (n < USB_CONFIGURATION_SIZE || d[1] != USB_DESC_CONFIGURATION)
        return false;
    c->total = half(d + 2) < USB_HOST_CONTROL_MAX ? half(d + 2) : USB_HOST_CONTROL_MAX;
    return true;
}

static bool ask_configuration(struct usb_cdc *c, struct usb_request *r)
{
    get_descriptor(r, USB_DESC_CONFIGURATION, 0, c->total);
    return true;
}

static bool take_configuration(struct usb_cdc *c, const uint8_t *d, unsigned n)
{
    if (n < USB_CONFIGURATION_SIZE || d[1] != USB_DESC_CONFIGURATION)
        return false;
    c->configuration = d[5];
    c->has_acm = usb_find_acm(d, n, &c->acm);
    return true;
}

static bool ask_product(struct usb_cdc *c, struct usb_request *r)
{
    get_descriptor(r, USB_DESC_STRING, c->device[15], STRING_MAX);
    r->wIndex = LANGUAGE_ENGLISH;
    return c->device[15] != 0;
}

/* UTF-16; what is not printable ASCII is shown as '?'. */
static bool take_product(struct usb_cdc *c, const uint8_t *d, unsigned n)
{
    unsigned length = n && d[0] < n ? d[0] : n, at = 0;

    for (unsigned i = 2; i + 1 < length && at < USB_CDC_NAME - 1; i += 2)
        c->product[at++] = half(d + i) >= ' ' && half(d + i) <= '~' ? (char)d[i] : '?';
    c->product[at] = '\0';
    return true;
}

static bool set_configuration(struct usb_cdc *c, struct usb_request *r)
{
    *r = (struct usb_request){TO_DEVICE, SET_CONFIGURATION, (uint16_t)c->configuration, 0, 0};
    return true;
}

static bool tell(struct usb_cdc *c, const uint8_t *d, unsigned n)
{
    char where[48] = "without a CDC-ACM function";

    if (c->has_acm)
        snprintf(where, sizeof where, "console on interface %u", c->acm.control);
    log_msg(c->config.log, LOG_INFO, "USB: device %04x:%04x \"%s\" configured, %s", half(c->device + 8),
            half(c->device + 10), c->product, where);
    return true;
}

static bool set_interface(struct usb_cdc *c, struct usb_request *r)
{
    *r = (struct usb_request){TO_INTERFACE, SET_INTERFACE, (uint16_t)c->acm.alternate, (uint16_t)c->acm.data, 0};
    return c->has_acm && c->acm.alternate;
}

static bool set_line_coding(struct usb_cdc *c, struct usb_request *r)
{
    *r = (struct usb_request){CLASS_TO_INTERFACE, SET_LINE_CODING, 0, (uint16_t)c->acm.control, LINE_CODING_SIZE};
    return c->has_acm;
}

static bool set_control_line_state(struct usb_cdc *c, struct usb_request *r)
{
    *r = (struct usb_request){CLASS_TO_INTERFACE, SET_CONTROL_LINE_STATE, DTR_AND_RTS, (uint16_t)c->acm.control, 0};
    return c->has_acm;
}

static const struct step {
    const char *name;
    bool (*ask)(struct usb_cdc *c, struct usb_request *r);            /* false: not needed */
    bool (*take)(struct usb_cdc *c, const uint8_t *data, unsigned n); /* false: that cannot be; NULL: anything */
    bool optional;                                                    /* goes on when the device stalls it */
    vtime pause;                                                      /* afterwards */
} steps[] = {
    {"GET_DESCRIPTOR (device)", ask_packet_size, take_packet_size, false, 0},
    {"SET_ADDRESS", set_address, take_address, false, ADDRESS_PAUSE},
    {"GET_DESCRIPTOR (device)", ask_device, take_device, false, 0},
    {"GET_DESCRIPTOR (configuration)", ask_total, take_total, false, 0},
    {"GET_DESCRIPTOR (configuration)", ask_configuration, take_configuration, false, 0},
    {"GET_DESCRIPTOR (string)", ask_product, take_product, true, 0},
    {"SET_CONFIGURATION", set_configuration, tell, false, 0},
    {"SET_INTERFACE", set_interface, NULL, true, 0},
    {"SET_LINE_CODING", set_line_coding, NULL, true, 0},
    {"SET_CONTROL_LINE_STATE", set_control_line_state, NULL, true, 0},
};

enum { STEPS = sizeof steps / sizeof steps[0] };

static const uint8_t line_coding[LINE_CODING_SIZE] = {0x00, 0xC2, 0x01, 0x00, 0, 0, 8}; /* 115200 baud, 8N1 */

/* ---- going through them ------------------------------------------------------------------------------------------ */

static void do_step(struct usb_cdc *c, vtime at);

static void open_console(struct usb_cdc *c, vtime at)
{
    if (!c->has_acm)
        return;
    c->open = true;
    if (c->acm.notify)
        usb_host_open(&c->host, PIPE_NOTIFY, c->acm.notify, c->acm.notify_size, at);
    usb_host_open(&c->host, PIPE_IN, c->acm.in, c->acm.in_size, at);
    usb_host_open(&c->host, PIPE_OUT, c->acm.out, c->acm.out_size, at);
}

static void give_up(struct usb_cdc *c, const char *why, vtime at)
{
    if (++c->attempts < USB_CDC_ATTEMPTS) {
        usb_host_reset(&c->host, at);
        return;
    }
    log_msg(c->config.log, LOG_WARN, "USB: the device %s %s", why, steps[c->step].name);
}

static void step_done(void *ctx, enum usb_answer answer, const uint8_t *data, unsigned n, vtime at)
{
    struct usb_cdc *c = ctx;
    const struct step *s = &steps[c->step];

    if (answer != USB_ACK && !(s->optional && answer == USB_STALL)) {
        give_up(c, answer == USB_STALL ? "refuses" : "does not answer", at);
        return;
    }
    if (answer == USB_ACK && s->take && !s->take(c, data, n)) {
        give_up(c, "has no sensible answer to", at);
        return;
    }
    c->step++;
    if (s->pause)
        sched_at(c->config.sched, &c->pause, at + s->pause);
    else
        do_step(c, at);
}

static void do_step(struct usb_cdc *c, vtime at)
{
    struct usb_request r;

    while (c->step < STEPS && !steps[c->step].ask(c, &r))
        c->step++;
    if (c->step < STEPS)
        usb_host_control(&c->host, &r, line_coding, step_done, at);
    else
        open_console(c, at);
}

static void pause_fire(void *ctx, vtime due) { do_step(ctx, due); }

static void forget(struct usb_cdc *c)
{
    sched_cancel(c->config.sched, &c->pause);
    c->step = 0;
    c->open = c->has_acm = false;
    c->product[0] = '\0';
}

static void connected(void *ctx, vtime at)
{
    forget(ctx);
    do_step(ctx, at);
}

static void disconnected(void *ctx, vtime at)
{
    forget(ctx);
    ((struct usb_cdc *)ctx)->attempts = 0;
}

/* ---- the console ------------------------------------------------------------------------------------------------- */

static void received(void *ctx, unsigned pipe, const uint8_t *bytes, unsigned n, vtime at)
{
    struct usb_cdc *c = ctx;

    for (unsigned i = 0; pipe == PIPE_IN && i < n; i++)
        evlog_emit(c->config.evlog, EV_CONSOLE, EV_CONSOLE_USB, bytes[i]);
}

unsigned usb_cdc_feed(struct usb_cdc *c, const void *bytes, unsigned n)
{
    unsigned done = 0;

    for (; done < n && c->n_fed < USB_CDC_FED; done++)
        c->fed[(c->first_fed + c->n_fed++) % USB_CDC_FED] = ((const uint8_t *)bytes)[done];
    return done;
}

static unsigned take_input(struct usb_cdc *c, uint8_t *bytes, unsigned size)
{
    unsigned n = 0;
    ssize_t got;

    for (; n < size && c->n_fed; n++, c->n_fed--) {
        bytes[n] = c->fed[c->first_fed];
        c->first_fed = (c->first_fed + 1) % USB_CDC_FED;
    }
    if (n || !c->config.input)
        return n;
    got = c->config.input(c->config.input_ctx, bytes, size);
    return got > 0 ? (unsigned)got : 0;
}

static void frame(void *ctx, vtime at)
{
    struct usb_cdc *c = ctx;
    uint8_t bytes[USB_BULK_MAX];
    unsigned n;

    if (!c->open || !usb_host_can_send(&c->host, PIPE_OUT))
        return;
    n = take_input(c, bytes, c->host.pipe[PIPE_OUT].size);
    if (n)
        usb_host_send(&c->host, PIPE_OUT, bytes, n, at);
}

void usb_cdc_init(struct usb_cdc *c, const struct usb_cdc_config *config)
{
    static const struct usb_client client = {
        .connected = connected, .disconnected = disconnected, .frame = frame, .received = received};

    memset(c, 0, sizeof *c);
    c->config = *config;
    sched_event_init(&c->pause, "USB pause", pause_fire, c);
    usb_host_init(&c->host, config->bus, config->sched, &client, c);
}
