#include "periph/usbd.h"

#include <string.h>

#include "periph/usbd_parts.h"

enum {
    HALTED_EPIN = 0x420,
    HALTED_EPOUT = 0x444,
    WVALUEH = 0x48C,
    WINDEXL = 0x490,
    WINDEXH = 0x494,
    DPDMVALUE = 0x508,
    DTOGGLE = 0x50C,
    EPSTALL = 0x518,
    LOWPOWER = 0x52C,
    EPIN_PTR = 0x600,
    ISOIN_PTR = 0x6A0,
    EPOUT_PTR = 0x700,
    ISOOUT_PTR = 0x7A0,
    EP_STRIDE = 0x14,
    MAXCNT = 4, /* behind PTR */
    AMOUNT = 8,

    /* Undocumented: a window into the controller's core, and the switch of erratum 199. */
    CORE_INDEX = 0x800,
    CORE_DATA = 0x804,
    CORE_EPIN0 = 0x7B4,
    CORE_EPIN1 = 0x7B6,
    CORE_EPIN_STRIDE = 2,
    CORE_EPIN0_BUSY = 1 << 2,
    CORE_EPIN_BUSY = 1 << 1,
    ERRATUM199 = 0xC1C,

    EVENT_STARTED = PERIPH_EVENT(0x104),
    EVENT_ENDEPIN = PERIPH_EVENT(0x108),
    EVENT_ENDISOIN = PERIPH_EVENT(0x12C),
    EVENT_ENDEPOUT = PERIPH_EVENT(0x130),
    EVENT_ENDISOOUT = PERIPH_EVENT(0x150),
    TASK_STARTEPIN = PERIPH_TASK(0x004),
    TASK_STARTEPOUT = PERIPH_TASK(0x028),
    TASK_EP0RCVOUT = PERIPH_TASK(0x04C),
    TASK_EP0STATUS = PERIPH_TASK(0x050),

    SELECT_EP = 7, /* of EPSTALL and DTOGGLE */
    SELECT_IN = 1 << 7,
    EPSTALL_STALL = 1 << 8,
    DTOGGLE_VALUE_POS = 8,
    DTOGGLE_DATA0 = 1,
    DTOGGLE_DATA1 = 2,

    DPDM_RESUME = 1,
    DPDM_K = 4,
};

static struct usbd *self(struct periph *p) { return (struct usbd *)p; }
static struct sched *sched(const struct usbd *u) { return periph_doors(&u->p)->sched; }
static bool enabled(const struct usbd *u) { return periph_get(&u->p, USBD_ENABLE); }

/* --- supply, ENABLE, pull-up --- */

void usbd_cause(struct usbd *u, uint32_t bits, vtime at)
{
    periph_set(&u->p, USBD_EVENTCAUSE, periph_get(&u->p, USBD_EVENTCAUSE) | bits);
    periph_event_at(&u->p, USBD_EVENT_USBEVENT, at);
}

/* Inaccuracy 7. */
static void update_attachment(struct usbd *u, vtime at)
{
    bool on = u->ready && periph_get(&u->p, USBD_USBPULLUP);
    bool was = u->bus && u->bus->attached;

    if (!u->bus || on == was)
        return;
    u->suspended = u->in_reset = false;
    if (on)
        usbd_watch_idle(u, at);
    else
        sched_cancel(sched(u), &u->idle);
    usb_bus_attach(u->bus, on, at);
}

/* Inaccuracy 1. */
static void settle(void *ctx, vtime due)
{
    struct usbd *u = ctx;
    bool was_ready = u->ready;

    u->ready = true;
    usbd_cause(u, was_ready ? USBD_CAUSE_USBWUALLOWED : USBD_CAUSE_READY, due);
    update_attachment(u, due);
}

static void stop(struct usbd *u)
{
    sched_cancel(sched(u), &u->settle);
    sched_cancel(sched(u), &u->dma);
    u->ready = false;
    u->waiting = 0;
    usbd_forget_traffic(u);
    update_attachment(u, periph_now(&u->p));
}

static void update_supply(struct usbd *u)
{
    bool on = enabled(u) && u->vbus;

    if (!on)
        stop(u);
    else if (!u->ready && !u->settle.armed)
        sched_at(sched(u), &u->settle, periph_now(&u->p) + USBD_READY_TIME);
}

void usbd_connect(struct usbd *u, struct usb_bus *bus)
{
    u->bus = bus;
    bus->device = &usbd_device_ops;
    bus->device_ctx = u;
}

void usbd_set_vbus(struct usbd *u, bool on)
{
    u->vbus = on;
    update_supply(u);
}

static void write_enable(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, USBD_ENABLE, value);
    update_supply(self(p));
}

static void write_usbpullup(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, USBD_USBPULLUP, value);
    update_attachment(self(p), periph_now(p));
}

/* Inaccuracy 5. */
static void write_lowpower(struct periph *p, unsigned i, uint32_t value)
{
    bool leaves = periph_get(p, LOWPOWER) && !value;

    periph_set(p, LOWPOWER, value);
    if (leaves && self(p)->ready)
        sched_at(sched(self(p)), &self(p)->settle, periph_now(p) + USBD_READY_TIME);
}

/* Inaccuracy 8. */
static void task_dpdmdrive(struct periph *p, unsigned i)
{
    uint32_t state = periph_get(p, DPDMVALUE);

    if (state == DPDM_RESUME || state == DPDM_K)
        usb_bus_wakeup(self(p)->bus, periph_now(p));
}

static void task_dpdmnodrive(struct periph *p, unsigned i) {}

/* --- EasyDMA --- */

static bool is_out(unsigned channel) { return channel >= USBD_CHANNEL_OUT; }
static unsigned number(unsigned channel) { return channel % USBD_CHANNEL_OUT; }
static bool is_iso(unsigned channel) { return number(channel) == USBD_ENDPOINTS; }

static uint32_t channel_reg(unsigned channel, uint32_t reg)
{
    return (is_out(channel) ? EPOUT_PTR : EPIN_PTR) + EP_STRIDE * number(channel) + reg;
}

static unsigned end_event(unsigned channel)
{
    if (is_iso(channel))
        return is_out(channel) ? EVENT_ENDISOOUT : EVENT_ENDISOIN;
    return (is_out(channel) ? EVENT_ENDEPOUT : EVENT_ENDEPIN) + number(channel);
}

/* What the buffer can take or give. */
static uint32_t limit(const struct usbd *u, unsigned channel)
{
    if (is_out(channel))
        return is_iso(channel) ? u->iso_out.size : u->out[number(channel)].size;
    return is_iso(channel) ? usbd_iso_max(u) : USB_BULK_MAX;
}

static uint8_t *buffer(struct usbd *u, unsigned channel)
{
    if (is_out(channel))
        return is_iso(channel) ? u->iso_out.data : u->out[number(channel)].data;
    return is_iso(channel) ? u->iso_in_next.data : u->in[number(channel)].data;
}

/* PTR and MAXCNT are taken now, the bytes when the time is over. */
static void begin(struct usbd *u, unsigned channel, vtime at)
{
    uint32_t maxcnt = periph_get(&u->p, channel_reg(channel, MAXCNT)), most = limit(u, channel);

    if (!is_out(channel) && maxcnt > most)
        periph_guest_error(&u->p, channel_reg(channel, MAXCNT), "more than the endpoint's buffer holds");
    u->channel = channel;
    u->dma_ptr = periph_get(&u->p, channel_reg(channel, 0));
    u->dma_count = maxcnt < most ? maxcnt : most;
    sched_at(sched(u), &u->dma, at + USBD_DMA_TIME + u->dma_count * USBD_DMA_BYTE); /* inaccuracy 2 */
    periph_set(&u->p, USBD_EPSTATUS,
               periph_get(&u->p, USBD_EPSTATUS) | 1u << (number(channel) + (is_out(channel) ? 16 : 0)));
    periph_event_at(&u->p, EVENT_STARTED, at);
}

static void start(struct usbd *u, unsigned channel)
{
    if (u->dma.armed) { /* inaccuracy 3 */
        periph_guest_error(&u->p, channel_reg(channel, 0), "EasyDMA started while another endpoint's is under way");
        u->waiting |= 1u << channel;
    } else {
        begin(u, channel, periph_now(&u->p));
    }
}

static void move(struct usbd *u)
{
    struct bus *bus = periph_doors(&u->p)->bus;
    uint8_t *data = buffer(u, u->channel);
    bool ok = !u->dma_count || (is_out(u->channel) ? bus_dma_write(bus, u->dma_ptr, data, u->dma_count)
                                                   : bus_dma_read(bus, u->dma_ptr, data, u->dma_count));

    if (!ok)
        periph_guest_error(&u->p, channel_reg(u->channel, 0), "EasyDMA reaches RAM only: nothing is moved");
}

static void hand_over(struct usbd *u)
{
    unsigned n = number(u->channel);

    if (is_iso(u->channel)) {
        struct usbd_iso *iso = is_out(u->channel) ? &u->iso_out : &u->iso_in_next;

        iso->full = !is_out(u->channel);
        iso->size = (uint16_t)u->dma_count;
    } else if (is_out(u->channel)) {
        u->out[n].full = false;
        u->out[n].accepts = n != 0; /* endpoint 0 waits for EP0RCVOUT */
    } else {
        u->in[n].size = (uint8_t)u->dma_count;
        u->in[n].full = true;
    }
}

static void dma_end(void *ctx, vtime due)
{
    struct usbd *u = ctx;
    unsigned channel = u->channel;

    move(u);
    hand_over(u);
    periph_set(&u->p, channel_reg(channel, AMOUNT), u->dma_count);
    periph_event_at(&u->p, end_event(channel), due);
    for (channel = 0; u->waiting && !u->dma.armed; channel++)
        if (u->waiting >> channel & 1) {
            u->waiting &= ~(1u << channel);
            begin(u, channel, due);
        }
    usb_bus_ready(u->bus, due);
}

static void task_startepin(struct periph *p, unsigned i) { start(self(p), i); }
static void task_startisoin(struct periph *p, unsigned i) { start(self(p), USBD_ENDPOINTS); }
static void task_startepout(struct periph *p, unsigned i) { start(self(p), USBD_CHANNEL_OUT + i); }
static void task_startisoout(struct periph *p, unsigned i) { start(self(p), USBD_CHANNELS - 1); }

/* --- endpoints --- */

static void task_ep0rcvout(struct periph *p, unsigned i)
{
    self(p)->out[0].accepts = true;
    self(p)->out[0].full = false;
    usb_bus_ready(self(p)->bus, periph_now(p));
}

static void task_ep0status(struct periph *p, unsigned i)
{
    self(p)->status_allowed = true;
    usb_bus_ready(self(p)->bus, periph_now(p));
}

static void task_ep0stall(struct periph *p, unsigned i)
{
    self(p)->stalled = true;
    usb_bus_ready(self(p)->bus, periph_now(p));
}

static void write_size_epout(struct periph *p, unsigned i, uint32_t value)
{
    struct usbd_endpoint *e = &self(p)->out[i];

    e->full = false;
    e->accepts = i != 0;
    e->size = 0;
    periph_set(p, USBD_SIZE_EPOUT + 4 * i, 0);
    usb_bus_ready(self(p)->bus, periph_now(p));
}

static uint32_t read_halted_epin(struct periph *p, unsigned i) { return self(p)->in[i].halted; }
static uint32_t read_halted_epout(struct periph *p, unsigned i) { return self(p)->out[i].halted; }

static struct usbd_endpoint *selected(struct usbd *u, uint32_t value)
{
    return &(value & SELECT_IN ? u->in : u->out)[value & SELECT_EP];
}

static void write_epstall(struct periph *p, unsigned i, uint32_t value)
{
    selected(self(p), value)->halted = value & EPSTALL_STALL;
    usb_bus_ready(self(p)->bus, periph_now(p));
}

static uint32_t read_dtoggle(struct periph *p, unsigned i)
{
    uint32_t select = periph_get(p, DTOGGLE) & (SELECT_EP | SELECT_IN);

    return select | (selected(self(p), select)->data1 ? DTOGGLE_DATA1 : DTOGGLE_DATA0) << DTOGGLE_VALUE_POS;
}

static void write_dtoggle(struct periph *p, unsigned i, uint32_t value)
{
    uint32_t toggle = value >> DTOGGLE_VALUE_POS;

    periph_set(p, DTOGGLE, value);
    if (toggle == DTOGGLE_DATA0 || toggle == DTOGGLE_DATA1)
        selected(self(p), value)->data1 = toggle == DTOGGLE_DATA1;
}

static void write_epen(struct periph *p, uint32_t reg, uint32_t value)
{
    periph_set(p, reg, value);
    usb_bus_ready(self(p)->bus, periph_now(p));
}

static void write_epinen(struct periph *p, unsigned i, uint32_t value) { write_epen(p, USBD_EPINEN, value); }
static void write_epouten(struct periph *p, unsigned i, uint32_t value) { write_epen(p, USBD_EPOUTEN, value); }

/* Inaccuracy 9: drivers abort an IN transfer so. */
static void write_core_data(struct periph *p, unsigned i, uint32_t value)
{
    uint32_t index = periph_get(p, CORE_INDEX), n = (index - CORE_EPIN1) / CORE_EPIN_STRIDE + 1;

    if (index == CORE_EPIN0 && (value & CORE_EPIN0_BUSY))
        self(p)->in[0].full = false;
    else if (index >= CORE_EPIN1 && n < USBD_ENDPOINTS && (value & CORE_EPIN_BUSY))
        self(p)->in[n].full = false;
}

/* --- construction --- */

static void init(struct periph *p)
{
    struct usbd *u = self(p);

    sched_event_init(&u->settle, "USBD.ENABLE", settle, u);
    sched_event_init(&u->idle, "USBD.SUSPEND", usbd_idle, u);
    sched_event_init(&u->dma, "USBD.DMA", dma_end, u);
}

static void reset(struct periph *p, uint32_t resetreas) { stop(self(p)); }

static const struct periph_task_desc tasks[] = {
    {.offset = 0x004, .name = "STARTEPIN[%u]", .trigger = task_startepin, .count = USBD_ENDPOINTS, .inaccuracy = 3},
    {.offset = 0x024, .name = "STARTISOIN", .trigger = task_startisoin, .inaccuracy = 3},
    {.offset = 0x028, .name = "STARTEPOUT[%u]", .trigger = task_startepout, .count = USBD_ENDPOINTS, .inaccuracy = 3},
    {.offset = 0x048, .name = "STARTISOOUT", .trigger = task_startisoout, .inaccuracy = 3},
    {.offset = 0x04C, .name = "EP0RCVOUT", .trigger = task_ep0rcvout},
    {.offset = 0x050, .name = "EP0STATUS", .trigger = task_ep0status},
    {.offset = 0x054, .name = "EP0STALL", .trigger = task_ep0stall},
    {.offset = 0x058, .name = "DPDMDRIVE", .trigger = task_dpdmdrive, .inaccuracy = 8},
    {.offset = 0x05C, .name = "DPDMNODRIVE", .trigger = task_dpdmnodrive, .inaccuracy = 8},
};

static const struct periph_event_desc events[] = {
    {.offset = 0x100, .name = "USBRESET"},
    {.offset = 0x104, .name = "STARTED"},
    {.offset = 0x108, .name = "ENDEPIN[%u]", .count = USBD_ENDPOINTS, .inaccuracy = 2},
    {.offset = 0x128, .name = "EP0DATADONE"},
    {.offset = 0x12C, .name = "ENDISOIN", .inaccuracy = 2},
    {.offset = 0x130, .name = "ENDEPOUT[%u]", .count = USBD_ENDPOINTS, .inaccuracy = 2},
    {.offset = 0x150, .name = "ENDISOOUT", .inaccuracy = 2},
    {.offset = 0x154, .name = "SOF"},
    {.offset = 0x158, .name = "USBEVENT"},
    {.offset = 0x15C, .name = "EP0SETUP"},
    {.offset = 0x160, .name = "EPDATA"},
};

static const struct periph_short_desc shorts[] = {
    {.bit = 0, .event = USBD_EVENT_EP0DATADONE, .task = TASK_STARTEPIN},
    {.bit = 1, .event = USBD_EVENT_EP0DATADONE, .task = TASK_STARTEPOUT},
    {.bit = 2, .event = USBD_EVENT_EP0DATADONE, .task = TASK_EP0STATUS},
    {.bit = 3, .event = EVENT_ENDEPOUT, .task = TASK_EP0STATUS},
    {.bit = 4, .event = EVENT_ENDEPOUT, .task = TASK_EP0RCVOUT},
};

#define ENDPOINT_REGS(offset_, name_, count_, maxcnt_)                                                 \
    {.offset = (offset_), .name = name_ ".PTR", .count = (count_), .stride = EP_STRIDE},               \
        {.offset = (offset_) + MAXCNT,                                                                 \
         .name = name_ ".MAXCNT",                                                                      \
         .count = (count_),                                                                            \
         .stride = EP_STRIDE,                                                                          \
         .mask = (maxcnt_)},                                                                           \
    {                                                                                                  \
        .offset = (offset_) + AMOUNT, .name = name_ ".AMOUNT", .access = PERIPH_RO, .count = (count_), \
        .stride = EP_STRIDE                                                                            \
    }

static const struct periph_reg_desc regs[] = {
    {.offset = USBD_EVENTCAUSE, .name = "EVENTCAUSE", .access = PERIPH_W1C, .mask = 0xF01, .inaccuracy = 4},
    {.offset = HALTED_EPIN,
     .name = "HALTED.EPIN[%u]",
     .access = PERIPH_RO,
     .count = USBD_ENDPOINTS,
     .read = read_halted_epin},
    {.offset = HALTED_EPOUT,
     .name = "HALTED.EPOUT[%u]",
     .access = PERIPH_RO,
     .count = USBD_ENDPOINTS,
     .read = read_halted_epout},
    {.offset = USBD_EPSTATUS, .name = "EPSTATUS", .access = PERIPH_W1C, .mask = 0x1FF01FF},
    {.offset = USBD_EPDATASTATUS, .name = "EPDATASTATUS", .access = PERIPH_W1C, .mask = 0xFE00FE},
    {.offset = USBD_USBADDR, .name = "USBADDR", .access = PERIPH_RO},
    {.offset = USBD_BMREQUESTTYPE, .name = "BMREQUESTTYPE", .access = PERIPH_RO},
    {.offset = USBD_BREQUEST, .name = "BREQUEST", .access = PERIPH_RO},
    {.offset = USBD_WVALUEL, .name = "WVALUEL", .access = PERIPH_RO},
    {.offset = WVALUEH, .name = "WVALUEH", .access = PERIPH_RO},
    {.offset = WINDEXL, .name = "WINDEXL", .access = PERIPH_RO},
    {.offset = WINDEXH, .name = "WINDEXH", .access = PERIPH_RO},
    {.offset = USBD_WLENGTHL, .name = "WLENGTHL", .access = PERIPH_RO},
    {.offset = USBD_WLENGTHH, .name = "WLENGTHH", .access = PERIPH_RO},
    {.offset = USBD_SIZE_EPOUT, .name = "SIZE.EPOUT[%u]", .count = USBD_ENDPOINTS, .write = write_size_epout},
    {.offset = USBD_SIZE_ISOOUT, .name = "SIZE.ISOOUT", .access = PERIPH_RO, .reset = USBD_ISOOUT_ZERO},
    {.offset = USBD_ENABLE, .name = "ENABLE", .mask = 1, .write = write_enable, .inaccuracy = 1},
    {.offset = USBD_USBPULLUP, .name = "USBPULLUP", .mask = 1, .write = write_usbpullup, .inaccuracy = 7},
    {.offset = DPDMVALUE, .name = "DPDMVALUE", .mask = 0x1F},
    {.offset = DTOGGLE,
     .name = "DTOGGLE",
     .reset = DTOGGLE_DATA0 << DTOGGLE_VALUE_POS,
     .mask = 0x387,
     .read = read_dtoggle,
     .write = write_dtoggle},
    {.offset = USBD_EPINEN, .name = "EPINEN", .reset = 1, .mask = 0x1FF, .write = write_epinen},
    {.offset = USBD_EPOUTEN, .name = "EPOUTEN", .reset = 1, .mask = 0x1FF, .write = write_epouten},
    {.offset = EPSTALL, .name = "EPSTALL", .access = PERIPH_WO, .mask = 0x187, .write = write_epstall},
    {.offset = USBD_ISOSPLIT, .name = "ISOSPLIT", .mask = 0xFFFF, .inaccuracy = 6},
    {.offset = USBD_FRAMECNTR, .name = "FRAMECNTR", .access = PERIPH_RO},
    {.offset = LOWPOWER, .name = "LOWPOWER", .mask = 1, .write = write_lowpower, .inaccuracy = 5},
    {.offset = USBD_ISOINCONFIG, .name = "ISOINCONFIG", .mask = 1},
    ENDPOINT_REGS(EPIN_PTR, "EPIN[%u]", USBD_ENDPOINTS, 0x7F),
    ENDPOINT_REGS(ISOIN_PTR, "ISOIN", 1, 0x3FF),
    ENDPOINT_REGS(EPOUT_PTR, "EPOUT[%u]", USBD_ENDPOINTS, 0x7F),
    ENDPOINT_REGS(ISOOUT_PTR, "ISOOUT", 1, 0x3FF),
    {.offset = CORE_INDEX, .name = "CORE_INDEX", .inaccuracy = 9},
    {.offset = CORE_DATA, .name = "CORE_DATA", .write = write_core_data, .inaccuracy = 9},
    {.offset = ERRATUM199, .name = "ERRATUM199"},
};

const struct periph_desc usbd_desc = {
    .type = "USBD",
    .size = sizeof(struct usbd),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(shorts),
    PERIPH_TABLE(regs),
    .has_inten = true,
    .init = init,
    .reset = reset,
};
