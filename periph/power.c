#include "periph/power.h"

#include "emu/random.h"

enum {
    RESETREAS = 0x400,
    RAMSTATUS = 0x428,
    USBREGSTATUS = 0x438,
    SYSTEMOFF = 0x500,
    POFCON = 0x510,
    GPREGRET = 0x51C,
    GPREGRET2 = 0x520,
    DCDCEN = 0x578,
    DCDCEN0 = 0x580,
    MAINREGSTATUS = 0x640,
    RAM_POWER = 0x900,
    RAM_POWERSET = 0x904,
    RAM_POWERCLR = 0x908,
    RAM_COUNT = 9,
    RAM_STRIDE = 0x10,

    EVENT_POFWARN = PERIPH_EVENT(0x108),
    EVENT_SLEEPENTER = PERIPH_EVENT(0x114),
    EVENT_SLEEPEXIT = PERIPH_EVENT(0x118),
    EVENT_USBDETECTED = PERIPH_EVENT(0x11C),
    EVENT_USBREMOVED = PERIPH_EVENT(0x120),
    EVENT_USBPWRRDY = PERIPH_EVENT(0x124),

    VBUSDETECT = 1 << 0,
    OUTPUTRDY = 1 << 1,
    POFCON_POF = 1 << 0,
    POFCON_V17 = 4, /* the lowest of THRESHOLD: 1.7 V */
    REASONS = 0x001F000F,
    RETENTION_SHIFT = 16, /* of RAM[n].POWER: where S0RETENTION is; S0POWER is bit 0 */
};

#define USB_REGULATOR_START (1 * VTIME_PER_MS) /* inaccuracy 4 */

static struct power *self(struct periph *p) { return (struct power *)p; }

/* CONSTLAT and LOWPWR: inaccuracy 3. */
static void task_latency(struct periph *p, unsigned i) {}

/* --- RAM --- */

/* Sections of RAM[0] to RAM[7] and of RAM[8] (PS 4.2.2). */
static const struct {
    uint32_t base, size;
    unsigned sections;
} ram_block[] = {{0x20000000, 0x1000, 2}, {0x20002000, 0x1000, 2}, {0x20004000, 0x1000, 2},
                 {0x20006000, 0x1000, 2}, {0x20008000, 0x1000, 2}, {0x2000A000, 0x1000, 2},
                 {0x2000C000, 0x1000, 2}, {0x2000E000, 0x1000, 2}, {0x20010000, 0x8000, 6}};

static void fill_with_noise(struct power *w, uint32_t address, uint32_t size)
{
    struct bus *bus = periph_doors(&w->p)->bus;
    uint8_t *host = bus_host(bus, address, size);

    if (!host)
        return;
    for (uint32_t i = 0; i < size; i++)
        host[i] = (uint8_t)random_next(&w->noise);
    if (bus->memory_changed)
        bus->memory_changed(bus->memory_changed_ctx, address, size);
}

/* `sections` of RAM block `i`, a bit each, lose their content. */
static void lose_ram(struct power *w, unsigned i, uint32_t sections)
{
    for (unsigned s = 0; s < ram_block[i].sections; s++)
        if (sections >> s & 1)
            fill_with_noise(w, ram_block[i].base + s * ram_block[i].size, ram_block[i].size);
}

static uint32_t read_ram(struct periph *p, unsigned i) { return periph_get(p, RAM_POWER + RAM_STRIDE * i); }

/* Inaccuracy 1. */
static void write_ram(struct periph *p, unsigned i, uint32_t value)
{
    lose_ram(self(p), i, read_ram(p, i) & ~value);
    periph_set(p, RAM_POWER + RAM_STRIDE * i, value);
}

static void write_ram_set(struct periph *p, unsigned i, uint32_t value) { write_ram(p, i, read_ram(p, i) | value); }
static void write_ram_clr(struct periph *p, unsigned i, uint32_t value) { write_ram(p, i, read_ram(p, i) & ~value); }

/* Bit n: the first section of block n, of the first four, has power. */
static uint32_t read_ramstatus(struct periph *p, unsigned i)
{
    uint32_t status = 0;

    for (unsigned n = 0; n < 4; n++)
        status |= (read_ram(p, n) & 1) << n;
    return status;
}

/* --- System OFF --- */

static void ask_for_reset(struct power *w, uint32_t resetreas)
{
    const struct system_request *sys = &periph_doors(&w->p)->sys;

    if (sys->reset)
        sys->reset(sys->ctx, resetreas);
}

static void detect_rose(void *ctx, unsigned port)
{
    struct power *w = ctx;

    if (w->off)
        ask_for_reset(w, RESETREAS_OFF);
}

static void write_systemoff(struct periph *p, unsigned i, uint32_t value)
{
    const struct system_request *sys = &periph_doors(p)->sys;

    if ((value & 1) && sys->system_off)
        sys->system_off(sys->ctx);
}

static void core_changed(struct periph *p)
{
    bool asleep = periph_doors(p)->core->asleep;

    if (asleep == self(p)->asleep || self(p)->off || self(p)->brownout)
        return;
    self(p)->asleep = asleep;
    periph_event(p, asleep ? EVENT_SLEEPENTER : EVENT_SLEEPEXIT);
}

/* --- the supply --- */

/* Inaccuracies 7 and 8. */
static void update_warning(struct power *w)
{
    uint32_t con = periph_get(&w->p, POFCON), level = con >> 1 & 0xF;
    unsigned threshold = level < POFCON_V17 ? 0 : 1700 + 100 * (level - POFCON_V17);

    if (!(con & POFCON_POF) || w->millivolts >= threshold + POWER_POF_HYSTERESIS)
        w->warned = false;
    if (!(con & POFCON_POF) || w->warned || w->millivolts >= threshold)
        return;
    w->warned = true;
    periph_event(&w->p, EVENT_POFWARN);
}

static void write_pofcon(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, POFCON, value);
    update_warning(self(p));
}

void power_set_supply(struct power *w, unsigned millivolts)
{
    bool was = w->brownout;

    w->millivolts = millivolts;
    w->brownout = millivolts < POWER_BROWNOUT;
    if (w->brownout != was)
        ask_for_reset(w, RESET_POWER_ON | (w->brownout ? RESET_HOLD : 0));
    else if (!w->brownout && !w->off)
        update_warning(w);
}

/* --- USB --- */

static void usb_ready(void *ctx, vtime due)
{
    struct power *w = ctx;

    periph_set(&w->p, USBREGSTATUS, VBUSDETECT | OUTPUTRDY);
    periph_event_at(&w->p, EVENT_USBPWRRDY, due);
}

void power_set_vbus(struct power *w, bool on)
{
    struct sched *s = periph_doors(&w->p)->sched;

    if (w->vbus == on)
        return;
    w->vbus = on;
    if (w->brownout)
        return;
    if (w->off) {
        if (on) /* inaccuracy 5 */
            ask_for_reset(w, RESETREAS_VBUS);
        return;
    }
    periph_set(&w->p, USBREGSTATUS, on ? VBUSDETECT : 0);
    if (on)
        sched_at(s, &w->usb_ready, periph_now(&w->p) + USB_REGULATOR_START);
    else
        sched_cancel(s, &w->usb_ready);
    periph_event(&w->p, on ? EVENT_USBDETECTED : EVENT_USBREMOVED);
}

/* --- construction, reset --- */

static void init(struct periph *p)
{
    struct power *w = self(p);

    w->millivolts = POWER_SUPPLY_DEFAULT;
    w->noise = random_source(periph_doors(p)->seed, p->slot->base);
    sched_event_init(&w->usb_ready, "POWER.USB", usb_ready, w);
    periph_on_detect(p->slot->engine, detect_rose, w);
}

/* Into System OFF: what is not retained is lost; into brown-out: everything. */
static void hold(struct power *w)
{
    w->off = !w->brownout;
    for (unsigned i = 0; i < RAM_COUNT; i++)
        lose_ram(w, i, w->off ? ~(read_ram(&w->p, i) >> RETENTION_SHIFT) : UINT32_MAX);
}

/* The USB supply outlives a reset: its detection starts anew, and raises its events again. */
static void reset(struct periph *p, uint32_t resetreas)
{
    struct power *w = self(p);
    bool vbus = w->vbus;

    sched_cancel(periph_doors(p)->sched, &w->usb_ready);
    w->asleep = w->off = w->warned = false;
    if (resetreas & RESET_HOLD) {
        hold(w);
        return;
    }
    w->vbus = false;
    periph_set(p, RESETREAS, periph_get(p, RESETREAS) | (resetreas & REASONS));
    if (vbus)
        power_set_vbus(w, true);
}

static const struct periph_task_desc tasks[] = {
    {0x078, "CONSTLAT", task_latency, .inaccuracy = 3},
    {0x07C, "LOWPWR", task_latency, .inaccuracy = 3},
};

static const struct periph_event_desc events[] = {
    {0x108, "POFWARN", .inaccuracy = 7},
    {0x114, "SLEEPENTER"},
    {0x118, "SLEEPEXIT"},
    {0x11C, "USBDETECTED"},
    {0x120, "USBREMOVED"},
    {0x124, "USBPWRRDY", .inaccuracy = 4},
};

static const struct periph_reg_desc regs[] = {
    {RESETREAS, "RESETREAS", PERIPH_W1C, .mask = REASONS, .survives = PERIPH_SURVIVES_ALL},
    {RAMSTATUS, "RAMSTATUS", PERIPH_RO, .read = read_ramstatus},
    {USBREGSTATUS, "USBREGSTATUS", PERIPH_RO},
    {SYSTEMOFF, "SYSTEMOFF", PERIPH_WO, .mask = 1, .write = write_systemoff},
    {POFCON, "POFCON", PERIPH_RW, .mask = 0xF1F, .write = write_pofcon, .inaccuracy = 2},
    {GPREGRET, "GPREGRET", PERIPH_RW, .mask = 0xFF, .survives = PERIPH_SURVIVES_RETAINED},
    {GPREGRET2, "GPREGRET2", PERIPH_RW, .mask = 0xFF, .survives = PERIPH_SURVIVES_RETAINED},
    {DCDCEN, "DCDCEN", PERIPH_RW, .mask = 1, .inaccuracy = 2},
    {DCDCEN0, "DCDCEN0", PERIPH_RW, .mask = 1, .inaccuracy = 2},
    {MAINREGSTATUS, "MAINREGSTATUS", PERIPH_RO},
    {RAM_POWER, "RAM[%u].POWER", PERIPH_RW, .reset = 0xFFFF, .survives = RESET_HOLD, .count = RAM_COUNT,
     .stride = RAM_STRIDE, .write = write_ram, .inaccuracy = 1},
    {RAM_POWERSET, "RAM[%u].POWERSET", PERIPH_WO, .count = RAM_COUNT, .stride = RAM_STRIDE, .write = write_ram_set},
    {RAM_POWERCLR, "RAM[%u].POWERCLR", PERIPH_WO, .count = RAM_COUNT, .stride = RAM_STRIDE, .write = write_ram_clr},
};

const struct periph_desc power_desc = {
    .type = "POWER",
    .size = sizeof(struct power),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(regs),
    .init = init,
    .reset = reset,
    .core_changed = core_changed,
};
