#include "periph/power.h"

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

    EVENT_SLEEPENTER = PERIPH_EVENT(0x114),
    EVENT_SLEEPEXIT = PERIPH_EVENT(0x118),
    EVENT_USBDETECTED = PERIPH_EVENT(0x11C),
    EVENT_USBREMOVED = PERIPH_EVENT(0x120),
    EVENT_USBPWRRDY = PERIPH_EVENT(0x124),

    VBUSDETECT = 1 << 0,
    OUTPUTRDY = 1 << 1,
};

#define USB_REGULATOR_START (1 * VTIME_PER_MS) /* inaccuracy 4 */

static struct power *self(struct periph *p) { return (struct power *)p; }

/* CONSTLAT and LOWPWR: inaccuracy 3. */
static void task_latency(struct periph *p, unsigned i) {}

static void write_systemoff(struct periph *p, unsigned i, uint32_t value)
{
    const struct system_request *sys = &periph_doors(p)->sys;

    if ((value & 1) && sys->system_off)
        sys->system_off(sys->ctx);
}

/* Inaccuracy 1. */
static uint32_t read_ram(struct periph *p, unsigned i) { return periph_get(p, RAM_POWER + RAM_STRIDE * i); }

static void write_ram_set(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, RAM_POWER + RAM_STRIDE * i, read_ram(p, i) | value);
}

static void write_ram_clr(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, RAM_POWER + RAM_STRIDE * i, read_ram(p, i) & ~value);
}

static void core_changed(struct periph *p)
{
    bool asleep = periph_doors(p)->core->asleep;

    if (asleep == self(p)->asleep)
        return;
    self(p)->asleep = asleep;
    periph_event(p, asleep ? EVENT_SLEEPENTER : EVENT_SLEEPEXIT);
}

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
    periph_set(&w->p, USBREGSTATUS, on ? VBUSDETECT : 0);
    if (on)
        sched_at(s, &w->usb_ready, periph_now(&w->p) + USB_REGULATOR_START);
    else
        sched_cancel(s, &w->usb_ready);
    periph_event(&w->p, on ? EVENT_USBDETECTED : EVENT_USBREMOVED);
}

static void init(struct periph *p) { sched_event_init(&self(p)->usb_ready, "POWER.USB", usb_ready, self(p)); }

/* The supply outlives a reset: its detection starts anew, and raises its events again. */
static void reset(struct periph *p, uint32_t resetreas)
{
    struct power *w = self(p);
    bool vbus = w->vbus;

    sched_cancel(periph_doors(p)->sched, &w->usb_ready);
    w->asleep = false;
    w->vbus = false;
    periph_set(p, RESETREAS, periph_get(p, RESETREAS) | resetreas);
    if (vbus)
        power_set_vbus(w, true);
}

static const struct periph_task_desc tasks[] = {
    {0x078, "CONSTLAT", task_latency, .inaccuracy = 3},
    {0x07C, "LOWPWR", task_latency, .inaccuracy = 3},
};

static const struct periph_event_desc events[] = {
    {0x108, "POFWARN", .inaccuracy = 2},
    {0x114, "SLEEPENTER"},
    {0x118, "SLEEPEXIT"},
    {0x11C, "USBDETECTED"},
    {0x120, "USBREMOVED"},
    {0x124, "USBPWRRDY", .inaccuracy = 4},
};

static const struct periph_reg_desc regs[] = {
    {RESETREAS, "RESETREAS", PERIPH_W1C, .mask = 0x001F000F, .survives = PERIPH_SURVIVES_ALL},
    {RAMSTATUS, "RAMSTATUS", PERIPH_RO},
    {USBREGSTATUS, "USBREGSTATUS", PERIPH_RO},
    {SYSTEMOFF, "SYSTEMOFF", PERIPH_WO, .mask = 1, .write = write_systemoff},
    {POFCON, "POFCON", PERIPH_RW, .mask = 0xF1F, .inaccuracy = 2},
    {GPREGRET, "GPREGRET", PERIPH_RW, .mask = 0xFF, .survives = PERIPH_SURVIVES_RETAINED},
    {GPREGRET2, "GPREGRET2", PERIPH_RW, .mask = 0xFF, .survives = PERIPH_SURVIVES_RETAINED},
    {DCDCEN, "DCDCEN", PERIPH_RW, .mask = 1, .inaccuracy = 2},
    {DCDCEN0, "DCDCEN0", PERIPH_RW, .mask = 1, .inaccuracy = 2},
    {MAINREGSTATUS, "MAINREGSTATUS", PERIPH_RO},
    {RAM_POWER, "RAM[%u].POWER", PERIPH_RW, .reset = 0xFFFF, .count = RAM_COUNT, .stride = RAM_STRIDE, .inaccuracy = 1},
    {RAM_POWERSET, "RAM[%u].POWERSET", PERIPH_WO, .count = RAM_COUNT, .stride = RAM_STRIDE, .inaccuracy = 1,
     .write = write_ram_set},
    {RAM_POWERCLR, "RAM[%u].POWERCLR", PERIPH_WO, .count = RAM_COUNT, .stride = RAM_STRIDE, .inaccuracy = 1,
     .write = write_ram_clr},
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
