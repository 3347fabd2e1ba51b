#include "host/usb_descriptors.h"

#include <string.h>

enum {
    DESC_INTERFACE = 4,
    DESC_ENDPOINT = 5,
    DESC_CS_INTERFACE = 0x24,
    INTERFACE_SIZE = 9,
    ENDPOINT_SIZE = 7,

    CLASS_CDC = 0x02,
    CLASS_CDC_DATA = 0x0A,
    SUBCLASS_ACM = 0x02,
    PROTOCOL_VENDOR = 0xFF, /* RNDIS, which is no serial port */
    FUNCTIONAL_CALL = 0x01, /* call management */
    FUNCTIONAL_UNION = 0x06,
    FUNCTIONAL_SIZE = 5, /* of both, at least */

    TRANSFER_TYPE = 3,
    TRANSFER_BULK = 2,
    TRANSFER_INTERRUPT = 3,
    ENDPOINT_IN = 1 << 7,
};

#define NO_INTERFACE 256u

/* A walk over the descriptors; `d` is the present one, `interface` the last interface descriptor before it. */
struct walk {
    const uint8_t *d, *end;
    const uint8_t *interface;
};

/* The next descriptor; false at the end, or at what is none. */
static bool walk_on(struct walk *w)
{
    w->d = w->d ? w->d + w->d[0] : NULL;
    if (!w->d || w->end - w->d < 2 || w->d[0] < 2 || w->d[0] > w->end - w->d)
        return false;
    if (w->d[1] == DESC_INTERFACE && w->d[0] >= INTERFACE_SIZE)
        w->interface = w->d;
    return true;
}

static struct walk walk_from(const uint8_t *d, const uint8_t *end) { return (struct walk){.d = d, .end = end}; }

static bool is_interface(const struct walk *w) { return w->d == w->interface; }
static bool is_endpoint(const struct walk *w) { return w->d[1] == DESC_ENDPOINT && w->d[0] >= ENDPOINT_SIZE; }
static unsigned packet_size(const uint8_t *endpoint) { return (endpoint[4] | endpoint[5] << 8) & 0x7FF; }

static bool is_acm(const uint8_t *interface)
{
    return interface[5] == CLASS_CDC && interface[6] == SUBCLASS_ACM && interface[7] != PROTOCOL_VENDOR;
}

/* The data interface as the functional descriptors tell; else the first one behind. Also takes the notification
 * endpoint. */
static void read_control(const uint8_t *interface, const uint8_t *end, struct usb_acm *acm)
{
    struct walk w = walk_from(interface, end);
    unsigned by_union = NO_INTERFACE, by_call = NO_INTERFACE;

    while (walk_on(&w) && !is_interface(&w)) {
        bool functional = w.d[1] == DESC_CS_INTERFACE && w.d[0] >= FUNCTIONAL_SIZE;

        if (functional && w.d[2] == FUNCTIONAL_UNION && by_union == NO_INTERFACE)
            by_union = w.d[4];
        else if (functional && w.d[2] == FUNCTIONAL_CALL)
            by_call = w.d[4];
        else if (is_endpoint(&w) && (w.d[3] & TRANSFER_TYPE) == TRANSFER_INTERRUPT && (w.d[2] & ENDPOINT_IN)) {
            acm->notify = w.d[2];
            acm->notify_size = packet_size(w.d);
        }
    }
    acm->data = by_union != NO_INTERFACE ? by_union : by_call;
    while (acm->data == NO_INTERFACE && w.interface) {
        if (is_interface(&w) && w.d[5] == CLASS_CDC_DATA)
            acm->data = w.d[2];
        if (!walk_on(&w))
            break;
    }
}

/* The first setting of the data interface that has a bulk endpoint in each direction. */
static bool read_data(const uint8_t *config, const uint8_t *end, struct usb_acm *acm)
{
    struct walk w = walk_from(config, end);

    while (!(acm->in && acm->out) && walk_on(&w)) {
        if (is_interface(&w)) {
            acm->in = acm->out = 0;
            acm->alternate = w.d[3];
        }
        if (!w.interface || w.interface[2] != acm->data || w.interface[5] != CLASS_CDC_DATA || !is_endpoint(&w) ||
            (w.d[3] & TRANSFER_TYPE) != TRANSFER_BULK)
            continue;
        if (w.d[2] & ENDPOINT_IN) {
            acm->in = w.d[2];
            acm->in_size = packet_size(w.d);
        } else {
            acm->out = w.d[2];
            acm->out_size = packet_size(w.d);
        }
    }
    return acm->in && acm->out && acm->out_size;
}

bool usb_find_acm(const uint8_t *config, unsigned size, struct usb_acm *acm)
{
    const uint8_t *end = config + size;
    struct walk w = walk_from(config, end);

    if (size < 2 || config[0] > size)
        return false;
    while (walk_on(&w)) {
        if (!is_interface(&w) || !is_acm(w.d))
            continue;
        memset(acm, 0, sizeof *acm);
        acm->control = w.d[2];
        read_control(w.d, end, acm);
        if (read_data(config, end, acm))
            return true;
    }
    return false;
}
