/* USBD on a cable whose other end is this file: attachment, control transfers, endpoints, EasyDMA; PS 6.35. */
#include "periph_fixture.h"

#define USBD          0x40027000u
#define STARTEPIN(n)  (0x004 + 4 * (n))
#define STARTISOIN    0x024
#define STARTEPOUT(n) (0x028 + 4 * (n))
#define STARTISOOUT   0x048
#define EP0RCVOUT     0x04C
#define EP0STATUS     0x050
#define EP0STALL      0x054
#define DPDMDRIVE     0x058
#define USBRESET      0x100
#define STARTED       0x104
#define ENDEPIN(n)    (0x108 + 4 * (n))
#define EP0DATADONE   0x128
#define ENDISOIN      0x12C
#define ENDEPOUT(n)   (0x130 + 4 * (n))
#define ENDISOOUT     0x150
#define SOF           0x154
#define USBEVENT      0x158
#define EP0SETUP      0x15C
#define EPDATA        0x160
#define SHORTS        0x200
#define INTENSET      0x304
#define EVENTCAUSE    0x400
#define HALTED_IN(n)  (0x420 + 4 * (n))
#define HALTED_OUT(n) (0x444 + 4 * (n))
#define EPSTATUS      0x468
#define EPDATASTATUS  0x46C
#define USBADDR       0x470
#define BMREQUESTTYPE 0x480
#define SIZE_EPOUT(n) (0x4A0 + 4 * (n))
#define SIZE_ISOOUT   0x4C0
#define ENABLE        0x500
#define USBPULLUP     0x504
#define DPDMVALUE     0x508
#define DTOGGLE       0x50C
#define EPINEN        0x510
#define EPOUTEN       0x514
#define EPSTALL       0x518
#define ISOSPLIT      0x51C
#define FRAMECNTR     0x520
#define LOWPOWER      0x52C
#define ISOINCONFIG   0x530
#define EPIN(n)       (0x600 + 0x14 * (n))
#define EPOUT(n)      (0x700 + 0x14 * (n))
#define MAXCNT        4
#define AMOUNT        8
#define CORE_INDEX    0x800
#define CORE_DATA     0x804
#define ISO           8

#define SUSPEND      (1u << 8)
#define RESUME       (1u << 9)
#define USBWUALLOWED (1u << 10)
#define READY        (1u << 11)
#define RAM          0x20000000u
#define RAM_SIZE     0x1000u
#define IRQ          39

struct cable {
    struct chip *c;
    struct usb_bus bus;
    bool attached;
    unsigned readies, wakeups;
    struct usb_packet got;
    unsigned address;
    uint8_t ram[RAM_SIZE];
};

static void on_attached(void *ctx, bool on, vtime at) { ((struct cable *)ctx)->attached = on; }
static void on_ready(void *ctx, vtime at) { ((struct cable *)ctx)->readies++; }
static void on_wakeup(void *ctx, vtime at) { ((struct cable *)ctx)->wakeups++; }

static void set(struct cable *k, uint32_t reg, uint32_t value) { chip_write(k->c, USBD + reg, value); }
static uint32_t get(struct cable *k, uint32_t reg) { return chip_read(k->c, USBD + reg); }
static vtime now(const struct cable *k) { return k->c->sched.now; }
static void pass(struct cable *k, vtime time) { chip_run_to(k->c, now(k) + time); }
static unsigned times(struct cable *k, uint32_t event) { return chip_count(k->c, EV_EVENT, USBD + event); }

static struct cable *cable_new(void)
{
    static const struct usb_host_ops ops = {.attached = on_attached, .ready = on_ready, .wakeup = on_wakeup};
    struct cable *k = calloc(1, sizeof *k);

    assert_non_null(k);
    k->c = chip_new();
    bus_add_memory(
        &k->c->bus,
        &(struct bus_memory){.name = "RAM", .base = RAM, .size = RAM_SIZE, .data = k->ram, .guest_writable = true});
    usbd_connect(&k->c->p.usbd, &k->bus);
    k->bus.host = &ops;
    k->bus.host_ctx = k;
    return k;
}

static void cable_free(struct cable *k)
{
    free(k->c);
    free(k);
}

/* The host's side. */

static void bus_reset(struct cable *k)
{
    k->bus.device->reset(k->bus.device_ctx, true, now(k));
    pass(k, 10 * VTIME_PER_MS);
    k->bus.device->reset(k->bus.device_ctx, false, now(k));
    k->address = 0;
}

static enum usb_answer setup(struct cable *k, const char bytes[9])
{
    return k->bus.device->setup(k->bus.device_ctx, k->address, (const uint8_t *)bytes, now(k));
}

/* Into k->got, and acknowledged. */
static enum usb_answer in(struct cable *k, unsigned endpoint)
{
    enum usb_answer a = k->bus.device->in(k->bus.device_ctx, k->address, endpoint, &k->got, now(k));

    if (a == USB_ACK)
        k->bus.device->acked(k->bus.device_ctx, endpoint, now(k));
    return a;
}

static enum usb_answer out(struct cable *k, unsigned endpoint, bool data1, const char *text)
{
    struct usb_packet p = {.data1 = data1, .size = (unsigned)strlen(text)};

    memcpy(p.data, text, p.size);
    return k->bus.device->out(k->bus.device_ctx, k->address, endpoint, &p, now(k));
}

static void sof(struct cable *k, unsigned frame) { k->bus.device->sof(k->bus.device_ctx, frame, now(k)); }

static void assert_got(const struct cable *k, bool data1, const char *text)
{
    assert_int_equal(k->got.data1, data1);
    assert_int_equal(k->got.size, strlen(text));
    assert_memory_equal(k->got.data, text, k->got.size);
}

/* The firmware's side. */

static struct cable *cable_in_use(void)
{
    struct cable *k = cable_new();

    usbd_set_vbus(&k->c->p.usbd, true);
    set(k, ENABLE, 1);
    pass(k, USBD_READY_TIME);
    set(k, EVENTCAUSE, READY);
    set(k, USBPULLUP, 1);
    bus_reset(k);
    k->c->n_records = 0;
    return k;
}

static void set_buffer(struct cable *k, uint32_t ptr_reg, uint32_t at, uint32_t size)
{
    set(k, ptr_reg, at);
    set(k, ptr_reg + MAXCNT, size);
}

static void load_in(struct cable *k, unsigned endpoint, const char *text)
{
    memcpy(k->ram, text, strlen(text));
    set_buffer(k, EPIN(endpoint), RAM, (uint32_t)strlen(text));
    set(k, STARTEPIN(endpoint), 1);
    pass(k, 10 * VTIME_PER_US);
}

/* --- supply and attachment --- */

static void ready_needs_enable_and_vbus(void **state)
{
    struct cable *k = cable_new();

    set(k, ENABLE, 1);
    pass(k, VTIME_PER_S);
    assert_int_equal(get(k, EVENTCAUSE), 0);
    usbd_set_vbus(&k->c->p.usbd, true);
    pass(k, USBD_READY_TIME - 1);
    assert_int_equal(times(k, USBEVENT), 0);
    pass(k, 1);
    assert_int_equal(get(k, EVENTCAUSE), READY);
    assert_int_equal(get(k, USBEVENT), 1);
    assert_int_equal(chip_time_of(k->c, EV_EVENT, USBD + USBEVENT, 0), VTIME_PER_S + USBD_READY_TIME);
    set(k, EVENTCAUSE, 0);
    assert_int_equal(get(k, EVENTCAUSE), READY);
    set(k, EVENTCAUSE, READY);
    assert_int_equal(get(k, EVENTCAUSE), 0);
    cable_free(k);
}

static void pull_up_attaches(void **state)
{
    struct cable *k = cable_new();

    usbd_set_vbus(&k->c->p.usbd, true);
    set(k, USBPULLUP, 1);
    set(k, ENABLE, 1);
    assert_false(k->attached);
    pass(k, USBD_READY_TIME);
    assert_true(k->attached);
    set(k, USBPULLUP, 0);
    assert_false(k->attached);
    set(k, USBPULLUP, 1);
    assert_true(k->attached);
    set(k, ENABLE, 0);
    assert_false(k->attached);
    set(k, ENABLE, 1);
    pass(k, USBD_READY_TIME);
    assert_true(k->attached);
    usbd_set_vbus(&k->c->p.usbd, false);
    assert_false(k->attached);
    usbd_set_vbus(&k->c->p.usbd, true);
    pass(k, USBD_READY_TIME);
    assert_true(k->attached);
    periph_engine_reset(&k->c->p.engine, RESETREAS_SREQ);
    assert_false(k->attached);
    set(k, ENABLE, 1); /* VBUS is still there */
    pass(k, USBD_READY_TIME);
    assert_int_equal(get(k, EVENTCAUSE), READY);
    cable_free(k);
}

static void errata_pokes_are_silent(void **state)
{
    struct cable *k = cable_new();

    chip_write(k->c, 0x4006EC00, 0x9375);
    chip_write(k->c, 0x4006EC14, 0xC0);
    chip_write(k->c, 0x4006ED14, 3);
    set(k, CORE_INDEX, 0x7E3);
    set(k, CORE_DATA, 0x40);
    set(k, 0xC1C, 0x82);
    assert_int_equal(k->c->n_messages, 0);
    cable_free(k);
}

/* --- the bus --- */

static void bus_reset_forgets(void **state)
{
    struct cable *k = cable_in_use();

    set(k, EPINEN, 0x1FF);
    set(k, EPOUTEN, 0x1FF);
    set(k, SIZE_EPOUT(1), 0);
    load_in(k, 1, "old");
    assert_int_equal(setup(k, "\x00\x05\x2A\x00\x00\x00\x00\x00"), USB_ACK);
    assert_int_equal(in(k, 0), USB_ACK);
    assert_int_equal(get(k, USBADDR), 42);
    k->bus.device->reset(k->bus.device_ctx, true, now(k));
    assert_int_equal(get(k, USBRESET), 1);
    assert_int_equal(get(k, USBADDR), 0);
    assert_int_equal(get(k, EPINEN), 1);
    assert_int_equal(get(k, EPOUTEN), 1);
    k->address = 0;
    assert_int_equal(setup(k, "\x80\x06\x00\x01\x00\x00\x12\x00"), USB_SILENCE); /* it lasts */
    k->bus.device->reset(k->bus.device_ctx, false, now(k));
    assert_int_equal(setup(k, "\x80\x06\x00\x01\x00\x00\x12\x00"), USB_ACK);
    assert_int_equal(in(k, 1), USB_SILENCE);
    set(k, EPINEN, 3);
    set(k, EPOUTEN, 3);
    assert_int_equal(in(k, 1), USB_NAK);
    assert_int_equal(out(k, 1, false, "x"), USB_NAK);
    cable_free(k);
}

static void an_idle_bus_is_suspended(void **state)
{
    struct cable *k = cable_in_use();

    pass(k, USBD_SUSPEND_TIME - 1);
    assert_int_equal(get(k, EVENTCAUSE), 0);
    sof(k, 1);
    pass(k, USBD_SUSPEND_TIME - 1);
    assert_int_equal(get(k, EVENTCAUSE), 0);
    pass(k, 1);
    assert_int_equal(get(k, EVENTCAUSE), SUSPEND);
    set(k, EVENTCAUSE, SUSPEND);
    k->bus.device->resume(k->bus.device_ctx, now(k));
    assert_int_equal(get(k, EVENTCAUSE), RESUME);
    set(k, EVENTCAUSE, RESUME);
    sof(k, 2);
    assert_int_equal(get(k, EVENTCAUSE), 0);
    pass(k, USBD_SUSPEND_TIME);
    sof(k, 3);
    assert_int_equal(get(k, EVENTCAUSE), SUSPEND | RESUME);
    cable_free(k);
}

static void remote_wakeup(void **state)
{
    struct cable *k = cable_in_use();

    pass(k, USBD_SUSPEND_TIME);
    set(k, EVENTCAUSE, SUSPEND);
    set(k, LOWPOWER, 1);
    set(k, LOWPOWER, 0);
    pass(k, USBD_READY_TIME);
    assert_int_equal(get(k, EVENTCAUSE), USBWUALLOWED);
    set(k, DPDMVALUE, 2);
    set(k, DPDMDRIVE, 1);
    assert_int_equal(k->wakeups, 0);
    set(k, DPDMVALUE, 1);
    set(k, DPDMDRIVE, 1);
    assert_int_equal(k->wakeups, 1);
    cable_free(k);
}

static void frames_are_counted(void **state)
{
    struct cable *k = cable_in_use();

    set(k, INTENSET, 1u << 21);
    sof(k, 0x7FF);
    assert_int_equal(get(k, FRAMECNTR), 0x7FF);
    assert_int_equal(get(k, SOF), 1);
    assert_true(k->c->line[IRQ]);
    cable_free(k);
}

/* --- control transfers --- */

static void setup_is_shown(void **state)
{
    struct cable *k = cable_in_use();

    assert_int_equal(setup(k, "\x80\x06\x34\x12\x78\x56\xBC\x9A"), USB_ACK);
    assert_int_equal(get(k, EP0SETUP), 1);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(get(k, BMREQUESTTYPE + 4 * i), (uint8_t) "\x80\x06\x34\x12\x78\x56\xBC\x9A"[i]);
    k->address = 1;
    assert_int_equal(setup(k, "\x80\x06\x00\x00\x00\x00\x00\x00"), USB_SILENCE);
    cable_free(k);
}

static void control_read(void **state)
{
    struct cable *k = cable_in_use();

    assert_int_equal(setup(k, "\x80\x06\x00\x02\x00\x00\x20\x00"), USB_ACK);
    assert_int_equal(in(k, 0), USB_NAK);
    load_in(k, 0, "first");
    assert_int_equal(in(k, 0), USB_ACK);
    assert_got(k, true, "first");
    assert_int_equal(get(k, EP0DATADONE), 1);
    assert_int_equal(get(k, EPDATASTATUS), 0);
    assert_int_equal(times(k, EPDATA), 0);
    assert_int_equal(in(k, 0), USB_NAK);
    load_in(k, 0, "2nd");
    assert_int_equal(in(k, 0), USB_ACK);
    assert_got(k, false, "2nd");
    assert_int_equal(out(k, 0, true, ""), USB_NAK);
    set(k, EP0STATUS, 1);
    assert_int_equal(out(k, 0, true, ""), USB_ACK);
    assert_int_equal(times(k, EP0DATADONE), 2);
    cable_free(k);
}

static void control_write(void **state)
{
    struct cable *k = cable_in_use();

    set(k, SHORTS, 1u << 1 | 1u << 3); /* EP0DATADONE → STARTEPOUT[0], ENDEPOUT[0] → EP0STATUS */
    set_buffer(k, EPOUT(0), RAM + 0x100, 64);
    assert_int_equal(setup(k, "\x21\x20\x00\x00\x00\x00\x07\x00"), USB_ACK);
    assert_int_equal(out(k, 0, true, "9600,8N"), USB_NAK);
    set(k, EP0RCVOUT, 1);
    assert_int_equal(out(k, 0, true, "9600,8N"), USB_ACK);
    assert_int_equal(get(k, SIZE_EPOUT(0)), 7);
    assert_int_equal(get(k, EP0DATADONE), 1);
    assert_int_equal(in(k, 0), USB_NAK);
    assert_int_equal(get(k, ENDEPOUT(0)), 0);
    pass(k, USBD_DMA_TIME + 7 * USBD_DMA_BYTE);
    assert_int_equal(get(k, ENDEPOUT(0)), 1);
    assert_int_equal(get(k, EPOUT(0) + AMOUNT), 7);
    assert_memory_equal(k->ram + 0x100, "9600,8N", 7);
    assert_int_equal(out(k, 0, false, "more"), USB_NAK); /* needs EP0RCVOUT each time */
    assert_int_equal(in(k, 0), USB_ACK);
    assert_got(k, true, "");
    cable_free(k);
}

static void without_data_only_a_status(void **state)
{
    struct cable *k = cable_in_use();

    assert_int_equal(setup(k, "\x00\x09\x01\x00\x00\x00\x00\x00"), USB_ACK);
    assert_int_equal(in(k, 0), USB_NAK);
    set(k, EP0STATUS, 1);
    assert_int_equal(in(k, 0), USB_ACK);
    assert_got(k, true, "");
    assert_int_equal(get(k, EP0DATADONE), 0);
    assert_int_equal(in(k, 0), USB_NAK);
    cable_free(k);
}

/* A status that was allowed before SETUP is none for the new transfer; so with a stall. */
static void setup_begins_anew(void **state)
{
    struct cable *k = cable_in_use();

    set(k, EP0STATUS, 1);
    set(k, EP0STALL, 1);
    assert_int_equal(in(k, 0), USB_STALL);
    assert_int_equal(out(k, 0, true, ""), USB_STALL);
    load_in(k, 0, "stale");
    assert_int_equal(setup(k, "\x00\x09\x01\x00\x00\x00\x00\x00"), USB_ACK);
    assert_int_equal(in(k, 0), USB_NAK);
    assert_int_equal(setup(k, "\x80\x06\x00\x01\x00\x00\x12\x00"), USB_ACK);
    assert_int_equal(in(k, 0), USB_NAK);
    cable_free(k);
}

static void set_address_is_hardware(void **state)
{
    struct cable *k = cable_in_use();

    assert_int_equal(setup(k, "\x00\x05\x07\x00\x00\x00\x00\x00"), USB_ACK);
    assert_int_equal(get(k, EP0SETUP), 1);
    assert_int_equal(get(k, USBADDR), 0);
    assert_int_equal(in(k, 0), USB_ACK);
    assert_int_equal(get(k, USBADDR), 7);
    assert_int_equal(setup(k, "\x80\x06\x00\x01\x00\x00\x12\x00"), USB_SILENCE);
    k->address = 7;
    assert_int_equal(setup(k, "\x80\x06\x00\x01\x00\x00\x12\x00"), USB_ACK);
    cable_free(k);
}

/* --- other endpoints --- */

static void in_endpoint(void **state)
{
    struct cable *k = cable_in_use();
    vtime start = now(k);

    assert_int_equal(in(k, 2), USB_SILENCE);
    set(k, EPINEN, 1 | 1u << 2);
    assert_int_equal(in(k, 2), USB_NAK);
    k->readies = 0;
    load_in(k, 2, "sixteen bytes...");
    assert_int_equal(chip_time_of(k->c, EV_EVENT, USBD + STARTED, 0), start);
    assert_int_equal(chip_time_of(k->c, EV_EVENT, USBD + ENDEPIN(2), 0), start + USBD_DMA_TIME + 16 * USBD_DMA_BYTE);
    assert_int_equal(get(k, EPIN(2) + AMOUNT), 16);
    assert_int_equal(get(k, EPSTATUS), 1u << 2);
    set(k, EPSTATUS, 1u << 2);
    assert_int_equal(get(k, EPSTATUS), 0);
    assert_true(k->readies);
    assert_int_equal(in(k, 2), USB_ACK);
    assert_got(k, false, "sixteen bytes...");
    assert_int_equal(get(k, EPDATA), 1);
    assert_int_equal(get(k, EPDATASTATUS), 1u << 2);
    set(k, EPDATASTATUS, 1u << 2);
    assert_int_equal(get(k, EPDATASTATUS), 0);
    assert_int_equal(in(k, 2), USB_NAK);
    load_in(k, 2, "");
    assert_int_equal(in(k, 2), USB_ACK);
    assert_got(k, true, "");
    cable_free(k);
}

static void out_endpoint(void **state)
{
    struct cable *k = cable_in_use();

    assert_int_equal(out(k, 3, false, "one"), USB_SILENCE);
    set(k, EPOUTEN, 1 | 1u << 3);
    assert_int_equal(out(k, 3, false, "one"), USB_NAK);
    set(k, SIZE_EPOUT(3), 0);
    assert_int_equal(out(k, 3, false, "one"), USB_ACK);
    assert_int_equal(get(k, EPDATASTATUS), 1u << 19);
    assert_int_equal(get(k, EPDATA), 1);
    assert_int_equal(get(k, SIZE_EPOUT(3)), 3);
    assert_int_equal(out(k, 3, true, "two"), USB_NAK);
    set_buffer(k, EPOUT(3), RAM, 64);
    set(k, STARTEPOUT(3), 1);
    pass(k, USBD_DMA_TIME + 3 * USBD_DMA_BYTE);
    assert_int_equal(get(k, ENDEPOUT(3)), 1);
    assert_int_equal(get(k, EPOUT(3) + AMOUNT), 3);
    assert_memory_equal(k->ram, "one", 3);
    assert_int_equal(out(k, 3, false, "one"), USB_ACK); /* the host did not hear us: not again */
    assert_int_equal(times(k, EPDATA), 1);
    assert_int_equal(out(k, 3, true, "two"), USB_ACK);
    set(k, SIZE_EPOUT(3), 0); /* thrown away */
    assert_int_equal(get(k, SIZE_EPOUT(3)), 0);
    assert_int_equal(out(k, 3, false, "three"), USB_ACK);
    set_buffer(k, EPOUT(3), RAM, 2);
    set(k, STARTEPOUT(3), 1);
    pass(k, 10 * VTIME_PER_US);
    assert_int_equal(get(k, EPOUT(3) + AMOUNT), 2);
    assert_memory_equal(k->ram, "the", 2);
    cable_free(k);
}

static void stalls_and_toggles(void **state)
{
    struct cable *k = cable_in_use();

    set(k, EPINEN, 3);
    set(k, EPOUTEN, 3);
    set(k, EPSTALL, 0x181);
    assert_int_equal(get(k, HALTED_IN(1)), 1);
    assert_int_equal(get(k, HALTED_OUT(1)), 0);
    assert_int_equal(in(k, 1), USB_STALL);
    assert_int_equal(out(k, 1, false, "x"), USB_NAK);
    set(k, EPSTALL, 0x101);
    assert_int_equal(out(k, 1, false, "x"), USB_STALL);
    set(k, EPSTALL, 0x081);
    assert_int_equal(get(k, HALTED_IN(1)), 0);
    assert_int_equal(in(k, 1), USB_NAK);
    load_in(k, 1, "a");
    assert_int_equal(in(k, 1), USB_ACK);
    set(k, DTOGGLE, 0x081); /* Nop: only selects */
    assert_int_equal(get(k, DTOGGLE), 0x281);
    set(k, DTOGGLE, 0x181);
    assert_int_equal(get(k, DTOGGLE), 0x181);
    load_in(k, 1, "b");
    assert_int_equal(in(k, 1), USB_ACK);
    assert_got(k, false, "b");
    set(k, DTOGGLE, 0x201);
    assert_int_equal(get(k, DTOGGLE), 0x201);
    cable_free(k);
}

static void an_in_transfer_is_aborted(void **state)
{
    struct cable *k = cable_in_use();

    set(k, EPINEN, 0xFF);
    load_in(k, 7, "never");
    set(k, CORE_INDEX, 0x7B6 + 2 * 6);
    set(k, CORE_DATA, get(k, CORE_DATA) | 2);
    assert_int_equal(in(k, 7), USB_NAK);
    assert_int_equal(setup(k, "\x80\x06\x00\x01\x00\x00\x12\x00"), USB_ACK);
    load_in(k, 0, "never");
    set(k, CORE_INDEX, 0x7B4);
    set(k, CORE_DATA, 4);
    assert_int_equal(in(k, 0), USB_NAK);
    set(k, CORE_INDEX, 0xFFFFFFFE);
    set(k, CORE_DATA, 0xFFFFFFFF);
    cable_free(k);
}

/* --- EasyDMA --- */

static void one_transfer_at_a_time(void **state)
{
    struct cable *k = cable_in_use();
    vtime start = now(k);

    set(k, EPINEN, 0xF);
    memcpy(k->ram, "abcdefgh", 8);
    for (unsigned n = 1; n <= 3; n++) {
        set_buffer(k, EPIN(n), RAM + 2 * n, 2 * n);
        set(k, STARTEPIN(n), 1);
    }
    assert_true(chip_said(k->c, "while another endpoint's is under way"));
    pass(k, 20 * VTIME_PER_US);
    assert_int_equal(chip_time_of(k->c, EV_EVENT, USBD + ENDEPIN(1), 0), start + USBD_DMA_TIME + 2 * USBD_DMA_BYTE);
    assert_int_equal(chip_time_of(k->c, EV_EVENT, USBD + ENDEPIN(3), 0),
                     start + 3 * USBD_DMA_TIME + 12 * USBD_DMA_BYTE);
    assert_int_equal(in(k, 2), USB_ACK);
    assert_got(k, false, "efgh");
    cable_free(k);
}

static void easydma_reaches_ram_only(void **state)
{
    struct cable *k = cable_in_use();

    set(k, EPINEN, 3);
    set_buffer(k, EPIN(1), 0x1000, 4);
    set(k, STARTEPIN(1), 1);
    pass(k, 10 * VTIME_PER_US);
    assert_int_equal(get(k, ENDEPIN(1)), 1);
    assert_true(chip_said(k->c, "USBD.EPIN[1].PTR: EasyDMA reaches RAM only"));
    set_buffer(k, EPIN(1), RAM, 0x7F);
    set(k, STARTEPIN(1), 1);
    pass(k, 10 * VTIME_PER_US);
    assert_int_equal(get(k, EPIN(1) + AMOUNT), 64);
    assert_true(chip_said(k->c, "more than the endpoint's buffer holds"));
    set_buffer(k, EPOUT(1), RAM + RAM_SIZE - 1, 64);
    set(k, EPOUTEN, 3);
    set(k, SIZE_EPOUT(1), 0);
    assert_int_equal(out(k, 1, false, "xy"), USB_ACK);
    set(k, STARTEPOUT(1), 1);
    pass(k, 10 * VTIME_PER_US);
    assert_int_equal(get(k, ENDEPOUT(1)), 1);
    cable_free(k);
}

static void a_reset_ends_a_transfer(void **state)
{
    struct cable *k = cable_in_use();

    set_buffer(k, EPIN(0), RAM, 64);
    set(k, STARTEPIN(0), 1);
    periph_engine_reset(&k->c->p.engine, RESETREAS_DOG);
    pass(k, VTIME_PER_S);
    assert_int_equal(times(k, ENDEPIN(0)), 0);
    assert_int_equal(sched_next(&k->c->sched), VTIME_NEVER);
    cable_free(k);
}

/* --- isochronous --- */

static void iso_in_goes_a_frame_later(void **state)
{
    struct cable *k = cable_in_use();

    set(k, EPINEN, 1 | 1u << ISO);
    assert_int_equal(in(k, ISO), USB_SILENCE);
    set(k, ISOINCONFIG, 1);
    assert_int_equal(in(k, ISO), USB_ACK);
    assert_got(k, false, "");
    memcpy(k->ram, "sample", 6);
    set_buffer(k, EPIN(ISO), RAM, 6);
    set(k, STARTISOIN, 1);
    pass(k, 10 * VTIME_PER_US);
    assert_int_equal(get(k, ENDISOIN), 1);
    assert_int_equal(get(k, EPSTATUS), 1u << 8);
    assert_int_equal(in(k, ISO), USB_ACK);
    assert_got(k, false, "");
    sof(k, 1);
    assert_int_equal(in(k, ISO), USB_ACK);
    assert_got(k, false, "sample");
    assert_int_equal(in(k, ISO), USB_ACK);
    assert_got(k, false, "");
    cable_free(k);
}

static void iso_out_comes_a_frame_later(void **state)
{
    struct cable *k = cable_in_use();
    struct usb_packet big = {.size = 513};

    assert_int_equal(get(k, SIZE_ISOOUT), 0x10000);
    set(k, EPOUTEN, 1 | 1u << ISO);
    assert_int_equal(out(k, ISO, false, "sample"), USB_ACK);
    sof(k, 1);
    assert_int_equal(get(k, SIZE_ISOOUT), 6);
    set_buffer(k, EPOUT(ISO), RAM, 6);
    set(k, STARTISOOUT, 1);
    pass(k, 10 * VTIME_PER_US);
    assert_int_equal(get(k, ENDISOOUT), 1);
    assert_int_equal(get(k, EPSTATUS), 1u << 24);
    assert_memory_equal(k->ram, "sample", 6);
    assert_int_equal(out(k, ISO, false, ""), USB_ACK);
    sof(k, 2);
    assert_int_equal(get(k, SIZE_ISOOUT), 0x10000);
    sof(k, 3);
    assert_int_equal(get(k, SIZE_ISOOUT), 0);
    set(k, ISOSPLIT, 0x80);
    assert_int_equal(k->bus.device->out(k->bus.device_ctx, 0, ISO, &big, now(k)), USB_SILENCE);
    set(k, ISOSPLIT, 0);
    assert_int_equal(k->bus.device->out(k->bus.device_ctx, 0, ISO, &big, now(k)), USB_ACK);
    cable_free(k);
}

static void nonsense_from_the_host(void **state)
{
    struct cable *k = cable_in_use();
    struct usb_packet big = {.size = 65};

    set(k, EPOUTEN, 0x1FF);
    set(k, EPINEN, 0x1FF);
    set(k, SIZE_EPOUT(1), 0);
    assert_int_equal(k->bus.device->out(k->bus.device_ctx, 0, 1, &big, now(k)), USB_SILENCE);
    for (unsigned endpoint = 9; endpoint < 40; endpoint++) {
        assert_int_equal(in(k, endpoint), USB_SILENCE);
        assert_int_equal(out(k, endpoint, false, ""), USB_SILENCE);
    }
    cable_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ready_needs_enable_and_vbus),
        cmocka_unit_test(pull_up_attaches),
        cmocka_unit_test(errata_pokes_are_silent),
        cmocka_unit_test(bus_reset_forgets),
        cmocka_unit_test(an_idle_bus_is_suspended),
        cmocka_unit_test(remote_wakeup),
        cmocka_unit_test(frames_are_counted),
        cmocka_unit_test(setup_is_shown),
        cmocka_unit_test(control_read),
        cmocka_unit_test(control_write),
        cmocka_unit_test(without_data_only_a_status),
        cmocka_unit_test(setup_begins_anew),
        cmocka_unit_test(set_address_is_hardware),
        cmocka_unit_test(in_endpoint),
        cmocka_unit_test(out_endpoint),
        cmocka_unit_test(stalls_and_toggles),
        cmocka_unit_test(an_in_transfer_is_aborted),
        cmocka_unit_test(one_transfer_at_a_time),
        cmocka_unit_test(easydma_reaches_ram_only),
        cmocka_unit_test(a_reset_ends_a_transfer),
        cmocka_unit_test(iso_in_goes_a_frame_later),
        cmocka_unit_test(iso_out_comes_a_frame_later),
        cmocka_unit_test(nonsense_from_the_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
