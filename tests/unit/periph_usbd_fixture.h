/*
 * A chip whose USBD is on a cable, with the test as the host. Test programs include it once each.
 */
#ifndef TESTS_UNIT_PERIPH_USBD_FIXTURE_H
#define TESTS_UNIT_PERIPH_USBD_FIXTURE_H

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

static inline void on_attached(void *ctx, bool on, vtime at) { ((struct cable *)ctx)->attached = on; }
static inline void on_ready(void *ctx, vtime at) { ((struct cable *)ctx)->readies++; }
static inline void on_wakeup(void *ctx, vtime at) { ((struct cable *)ctx)->wakeups++; }

static inline void set(struct cable *k, uint32_t reg, uint32_t value) { chip_write(k->c, USBD + reg, value); }
static inline uint32_t get(struct cable *k, uint32_t reg) { return chip_read(k->c, USBD + reg); }
static inline vtime now(const struct cable *k) { return k->c->sched.now; }
static inline void pass(struct cable *k, vtime time) { chip_run_to(k->c, now(k) + time); }
static inline unsigned times(struct cable *k, uint32_t event) { return chip_count(k->c, EV_EVENT, USBD + event); }

static inline struct cable *cable_new(void)
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

static inline void cable_free(struct cable *k)
{
    free(k->c);
    free(k);
}

/* The host's side. */

static inline void bus_reset(struct cable *k)
{
    k->bus.device->reset(k->bus.device_ctx, true, now(k));
    pass(k, 10 * VTIME_PER_MS);
    k->bus.device->reset(k->bus.device_ctx, false, now(k));
    k->address = 0;
}

static inline enum usb_answer setup(struct cable *k, const char bytes[9])
{
    return k->bus.device->setup(k->bus.device_ctx, k->address, (const uint8_t *)bytes, now(k));
}

/* Into k->got, and acknowledged. */
static inline enum usb_answer in(struct cable *k, unsigned endpoint)
{
    enum usb_answer a = k->bus.device->in(k->bus.device_ctx, k->address, endpoint, &k->got, now(k));

    if (a == USB_ACK)
        k->bus.device->acked(k->bus.device_ctx, endpoint, now(k));
    return a;
}

static inline enum usb_answer out(struct cable *k, unsigned endpoint, bool data1, const char *text)
{
    struct usb_packet p = {.data1 = data1, .size = (unsigned)strlen(text)};

    memcpy(p.data, text, p.size);
    return k->bus.device->out(k->bus.device_ctx, k->address, endpoint, &p, now(k));
}

static inline void sof(struct cable *k, unsigned frame) { k->bus.device->sof(k->bus.device_ctx, frame, now(k)); }

static inline void assert_got(const struct cable *k, bool data1, const char *text)
{
    assert_int_equal(k->got.data1, data1);
    assert_int_equal(k->got.size, strlen(text));
    assert_memory_equal(k->got.data, text, k->got.size);
}

/* The firmware's side. */

static inline struct cable *cable_in_use(void)
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

static inline void set_buffer(struct cable *k, uint32_t ptr_reg, uint32_t at, uint32_t size)
{
    set(k, ptr_reg, at);
    set(k, ptr_reg + MAXCNT, size);
}

static inline void load_in(struct cable *k, unsigned endpoint, const char *text)
{
    memcpy(k->ram, text, strlen(text));
    set_buffer(k, EPIN(endpoint), RAM, (uint32_t)strlen(text));
    set(k, STARTEPIN(endpoint), 1);
    pass(k, 10 * VTIME_PER_US);
}

#endif
