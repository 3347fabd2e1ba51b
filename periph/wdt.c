#include "periph/wdt.h"

enum {
    RUNSTATUS = 0x400,
    REQSTATUS = 0x404,
    CRV = 0x504,
    RREN = 0x508,
    CONFIG = 0x50C,
    RR = 0x600,

    EVENT_TIMEOUT = PERIPH_EVENT(0x100),

    CONFIG_SLEEP = 1 << 0,
    CONFIG_HALT = 1 << 3,

    CRV_LOWEST = 0xF,
    PERIODS_TO_RESET = 2,
};

static struct wdt *self(struct periph *p) { return (struct wdt *)p; }

static struct sched *sched_of(const struct wdt *w) { return periph_doors(&w->p)->sched; }

static vtime whole_time(const struct wdt *w) { return ((vtime)periph_get(&w->p, CRV) + 1) * VTIME_PER_RTC_TICK; }

static bool must_pause(const struct wdt *w)
{
    const struct core_state *core = periph_doors(&w->p)->core;
    uint32_t config = periph_get(&w->p, CONFIG);

    return core && ((core->asleep && !(config & CONFIG_SLEEP)) || (core->halted && !(config & CONFIG_HALT)));
}

/* Counting begins at an edge of LFCLK. */
static void reload(struct wdt *w)
{
    vtime edge = (periph_now(&w->p) + VTIME_PER_RTC_TICK - 1) / VTIME_PER_RTC_TICK * VTIME_PER_RTC_TICK;

    periph_set(&w->p, REQSTATUS, periph_get(&w->p, RREN));
    if (w->paused)
        w->left = whole_time(w);
    else
        sched_at(sched_of(w), &w->timeout, edge + whole_time(w));
}

static void reset_chip(struct wdt *w)
{
    const struct system_request *sys = &periph_doors(&w->p)->sys;

    if (sys->reset)
        sys->reset(sys->ctx, RESETREAS_DOG);
}

/* Fires twice when an interrupt is to be served before the reset. */
static void timeout_fire(void *ctx, vtime due)
{
    struct wdt *w = ctx;

    if (w->expired) {
        reset_chip(w);
        return;
    }
    w->expired = true;
    if (w->p.slot->inten >> EVENT_TIMEOUT & 1)
        sched_at(sched_of(w), &w->timeout, due + PERIODS_TO_RESET * VTIME_PER_RTC_TICK);
    else
        reset_chip(w);
    periph_event_at(&w->p, EVENT_TIMEOUT, due);
}

/* Inaccuracy 3. */
static void core_changed(struct periph *p)
{
    struct wdt *w = self(p);
    bool pause = must_pause(w);

    if (!w->running || w->expired || pause == w->paused)
        return;
    w->paused = pause;
    if (!pause) {
        sched_at(sched_of(w), &w->timeout, periph_now(p) + w->left);
        return;
    }
    w->left = w->timeout.due > periph_now(p) ? w->timeout.due - periph_now(p) : 0;
    sched_cancel(sched_of(w), &w->timeout);
}

/* Inaccuracy 1. */
static void task_start(struct periph *p, unsigned i)
{
    struct wdt *w = self(p);

    if (w->running)
        return;
    w->running = true;
    w->paused = false;
    periph_set(p, RUNSTATUS, 1);
    reload(w);
    core_changed(p);
}

static void write_setting(struct periph *p, uint32_t offset, uint32_t value)
{
    if (self(p)->running)
        periph_guest_error(p, offset, "written while the watchdog runs: no effect");
    else
        periph_set(p, offset, value);
}

static void write_crv(struct periph *p, unsigned i, uint32_t value)
{
    if (value < CRV_LOWEST)
        periph_guest_error(p, CRV, "below 15");
    write_setting(p, CRV, value < CRV_LOWEST ? CRV_LOWEST : value);
}

static void write_rren(struct periph *p, unsigned i, uint32_t value)
{
    write_setting(p, RREN, value);
    if (!self(p)->running)
        periph_set(p, REQSTATUS, value);
}

static void write_config(struct periph *p, unsigned i, uint32_t value) { write_setting(p, CONFIG, value); }

static void write_rr(struct periph *p, unsigned i, uint32_t value)
{
    struct wdt *w = self(p);
    uint32_t wanted = periph_get(p, REQSTATUS) & ~(1u << i);

    if (value != WDT_RELOAD_KEY || !w->running || w->expired)
        return;
    periph_set(p, REQSTATUS, wanted);
    if (!wanted)
        reload(w);
}

static void init(struct periph *p) { sched_event_init(&self(p)->timeout, p->name, timeout_fire, self(p)); }

/* Soft reset and lockup do not reach it: inaccuracy 2. */
static void reset(struct periph *p, uint32_t resetreas)
{
    struct wdt *w = self(p);

    if (resetreas & (RESETREAS_SREQ | RESETREAS_LOCKUP) && !w->expired) {
        core_changed(p);
        return;
    }
    sched_cancel(sched_of(w), &w->timeout);
    w->running = w->paused = w->expired = false;
}

enum { SURVIVES = RESETREAS_SREQ | RESETREAS_LOCKUP };

static const struct periph_task_desc tasks[] = {{0x000, "START", task_start, .inaccuracy = 1}};
static const struct periph_event_desc events[] = {{0x100, "TIMEOUT", .inaccuracy = 2}};
static const struct periph_reg_desc regs[] = {
    {RUNSTATUS, "RUNSTATUS", PERIPH_RO, .survives = SURVIVES},
    {REQSTATUS, "REQSTATUS", PERIPH_RO, .reset = 1, .survives = SURVIVES},
    {CRV, "CRV", .reset = 0xFFFFFFFF, .write = write_crv, .survives = SURVIVES},
    {RREN, "RREN", .reset = 1, .mask = 0xFF, .write = write_rren, .survives = SURVIVES},
    {CONFIG, "CONFIG", .reset = 1, .mask = CONFIG_SLEEP | CONFIG_HALT, .write = write_config, .inaccuracy = 3,
     .survives = SURVIVES},
    {RR, "RR[%u]", PERIPH_WO, .count = WDT_RELOAD_REGISTERS, .write = write_rr},
};

const struct periph_desc wdt_desc = {
    .type = "WDT",
    .size = sizeof(struct wdt),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(regs),
    .init = init,
    .reset = reset,
    .core_changed = core_changed,
};
