#include "periph/clock.h"

enum {
    HFCLKRUN = 0x408,
    HFCLKSTAT = 0x40C,
    LFCLKRUN = 0x414,
    LFCLKSTAT = 0x418,
    LFCLKSRCCOPY = 0x41C,
    LFCLKSRC = 0x518,
    HFXODEBOUNCE = 0x528,
    CTIV = 0x538,
    TRACECONFIG = 0x55C,
    LFRCMODE = 0x5B4,

    EVENT_HFCLKSTARTED = PERIPH_EVENT(0x100),
    EVENT_LFCLKSTARTED = PERIPH_EVENT(0x104),
    EVENT_DONE = PERIPH_EVENT(0x10C),
    EVENT_CTTO = PERIPH_EVENT(0x110),
    EVENT_CTSTARTED = PERIPH_EVENT(0x128),
    EVENT_CTSTOPPED = PERIPH_EVENT(0x12C),

    SRC_RC = 0,
    SRC_XTAL = 1,
    SRC_SYNTH = 2,
    SRC_MASK = 3,
    LFCLKSRC_BYPASS = 1 << 16,
    STATE_RUNNING = 1 << 16,
};

const struct clock_params clock_params_default = {
    .hfxo_power_up = 104 * VTIME_PER_US,
    .lfrc_start = 600 * VTIME_PER_US,
    .lfxo_start = 250 * VTIME_PER_MS,
    .lfsynt_start = 100 * VTIME_PER_US,
    .calibration = 16 * VTIME_PER_MS,
};

static struct clock *self(struct periph *p) { return (struct clock *)p; }

static void after(struct clock *c, struct sched_event *e, vtime delay)
{
    sched_at(periph_doors(&c->p)->sched, e, periph_now(&c->p) + delay);
}

static void cancel(struct clock *c, struct sched_event *e) { sched_cancel(periph_doors(&c->p)->sched, e); }

/* --- HFCLK --- */

static void set_hfxo(struct clock *c, bool on)
{
    struct periph_clocks clocks = *periph_clocks(&c->p);

    clocks.hfxo = on;
    periph_clocks_set(&c->p, clocks);
}

static void hfxo_started(void *ctx, vtime due)
{
    struct clock *c = ctx;

    set_hfxo(c, true);
    periph_event_at(&c->p, EVENT_HFCLKSTARTED, due);
}

static void task_hfclkstart(struct periph *p, unsigned i)
{
    struct clock *c = self(p);

    if (periph_clocks(p)->hfxo) {
        periph_event(p, EVENT_HFCLKSTARTED);
    } else if (!periph_get(p, HFCLKRUN)) {
        periph_set(p, HFCLKRUN, 1);
        after(c, &c->hfxo_started, c->params.hfxo_power_up + periph_get(p, HFXODEBOUNCE) * 16 * VTIME_PER_US);
    }
}

static void task_hfclkstop(struct periph *p, unsigned i)
{
    cancel(self(p), &self(p)->hfxo_started);
    periph_set(p, HFCLKRUN, 0);
    if (periph_clocks(p)->hfxo)
        set_hfxo(self(p), false);
}

/* Inaccuracy 2. */
static uint32_t read_hfclkstat(struct periph *p, unsigned i)
{
    return STATE_RUNNING | (periph_clocks(p)->hfxo ? SRC_XTAL : SRC_RC);
}

/* --- LFCLK --- */

static void set_lfclk(struct clock *c, uint32_t stat)
{
    struct periph_clocks clocks = *periph_clocks(&c->p);

    periph_set(&c->p, LFCLKSTAT, stat);
    clocks.lfclk = (stat & STATE_RUNNING) != 0;
    periph_clocks_set(&c->p, clocks);
}

static void lfrc_started(void *ctx, vtime due) { set_lfclk(ctx, STATE_RUNNING | SRC_RC); }

static void lfclk_started(void *ctx, vtime due)
{
    struct clock *c = ctx;

    set_lfclk(c, STATE_RUNNING | (periph_get(&c->p, LFCLKSRCCOPY) & SRC_MASK));
    periph_event_at(&c->p, EVENT_LFCLKSTARTED, due);
}

static void task_lfclkstart(struct periph *p, unsigned i)
{
    struct clock *c = self(p);
    uint32_t source = periph_get(p, LFCLKSRC), running = STATE_RUNNING | (periph_get(p, LFCLKSRCCOPY) & SRC_MASK);

    if (periph_get(p, LFCLKRUN) && periph_get(p, LFCLKSRCCOPY) == (source & SRC_MASK)) {
        if (periph_get(p, LFCLKSTAT) == running)
            periph_event(p, EVENT_LFCLKSTARTED);
        return;
    }
    periph_set(p, LFCLKRUN, 1); /* or it changes its source: inaccuracy 5 */
    periph_set(p, LFCLKSRCCOPY, source & SRC_MASK);
    if ((source & SRC_MASK) == SRC_SYNTH) {
        after(c, &c->lfclk_started, c->params.lfsynt_start); /* inaccuracy 3 */
    } else if ((source & SRC_MASK) == SRC_XTAL && !(source & LFCLKSRC_BYPASS)) {
        after(c, &c->lfrc_started, c->params.lfrc_start);
        after(c, &c->lfclk_started, c->params.lfxo_start);
    } else {
        after(c, &c->lfclk_started, c->params.lfrc_start);
    }
}

static void task_lfclkstop(struct periph *p, unsigned i)
{
    cancel(self(p), &self(p)->lfrc_started);
    cancel(self(p), &self(p)->lfclk_started);
    periph_set(p, LFCLKRUN, 0);
    if (periph_clocks(p)->lfclk)
        set_lfclk(self(p), 0);
}

/* --- calibration of LFRC, and its timer --- */

static void cal_done(void *ctx, vtime due) { periph_event_at(&((struct clock *)ctx)->p, EVENT_DONE, due); }

static void task_cal(struct periph *p, unsigned i)
{
    struct clock *c = self(p);

    if (!periph_clocks(p)->hfxo || !periph_clocks(p)->lfclk)
        periph_guest_error(p, 0x010, "needs HFXO and LFRC running");
    else if (!c->cal_done.armed)
        after(c, &c->cal_done, c->params.calibration);
}

/* Inaccuracy 4. */
static void ct_switched(void *ctx, vtime due)
{
    struct clock *c = ctx;

    periph_event_at(&c->p, c->ct_running ? EVENT_CTSTARTED : EVENT_CTSTOPPED, due);
}

static void ct_timeout(void *ctx, vtime due)
{
    struct clock *c = ctx;

    c->ct_running = false;
    periph_event_at(&c->p, EVENT_CTTO, due);
}

static void task_ctstart(struct periph *p, unsigned i)
{
    struct clock *c = self(p);
    uint32_t interval = periph_get(p, CTIV);

    if (c->ct_running)
        return;
    c->ct_running = true;
    after(c, &c->ct_switched, VTIME_PER_RTC_TICK);
    after(c, &c->ct_timeout, (interval ? interval : 1) * (VTIME_PER_S / 4)); /* inaccuracy 6 */
}

static void task_ctstop(struct periph *p, unsigned i)
{
    struct clock *c = self(p);

    c->ct_running = false;
    cancel(c, &c->ct_timeout);
    after(c, &c->ct_switched, VTIME_PER_RTC_TICK);
}

/* --- construction, reset --- */

static void init(struct periph *p)
{
    struct clock *c = self(p);

    c->params = clock_params_default;
    sched_event_init(&c->hfxo_started, "CLOCK.HFXO", hfxo_started, c);
    sched_event_init(&c->lfrc_started, "CLOCK.LFRC", lfrc_started, c);
    sched_event_init(&c->lfclk_started, "CLOCK.LFCLK", lfclk_started, c);
    sched_event_init(&c->cal_done, "CLOCK.CAL", cal_done, c);
    sched_event_init(&c->ct_switched, "CLOCK.CT", ct_switched, c);
    sched_event_init(&c->ct_timeout, "CLOCK.CTTO", ct_timeout, c);
}

static void reset(struct periph *p, uint32_t resetreas)
{
    struct clock *c = self(p);
    struct sched_event *all[] = {&c->hfxo_started, &c->lfrc_started, &c->lfclk_started,
                                 &c->cal_done,     &c->ct_switched,  &c->ct_timeout};

    for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
        cancel(c, all[i]);
    c->ct_running = false;
    periph_clocks_set(p, (struct periph_clocks){0});
}

/* --- tables --- */

static const struct periph_task_desc tasks[] = {
    {0x000, "HFCLKSTART", task_hfclkstart},
    {0x004, "HFCLKSTOP", task_hfclkstop},
    {0x008, "LFCLKSTART", task_lfclkstart, .inaccuracy = 3},
    {0x00C, "LFCLKSTOP", task_lfclkstop},
    {0x010, "CAL", task_cal},
    {0x014, "CTSTART", task_ctstart, .inaccuracy = 4},
    {0x018, "CTSTOP", task_ctstop, .inaccuracy = 4},
};

static const struct periph_event_desc events[] = {
    {0x100, "HFCLKSTARTED"}, {0x104, "LFCLKSTARTED"}, {0x10C, "DONE"},
    {0x110, "CTTO"},         {0x128, "CTSTARTED"},    {0x12C, "CTSTOPPED"},
};

static const struct periph_reg_desc regs[] = {
    {HFCLKRUN, "HFCLKRUN", PERIPH_RO},
    {HFCLKSTAT, "HFCLKSTAT", PERIPH_RO, .read = read_hfclkstat, .inaccuracy = 2},
    {LFCLKRUN, "LFCLKRUN", PERIPH_RO},
    {LFCLKSTAT, "LFCLKSTAT", PERIPH_RO},
    {LFCLKSRCCOPY, "LFCLKSRCCOPY", PERIPH_RO},
    {LFCLKSRC, "LFCLKSRC", PERIPH_RW, .mask = 0x30003, .inaccuracy = 5},
    {HFXODEBOUNCE, "HFXODEBOUNCE", PERIPH_RW, .reset = 0x10, .mask = 0xFF},
    {CTIV, "CTIV", PERIPH_RW, .mask = 0x7F, .inaccuracy = 6},
    {TRACECONFIG, "TRACECONFIG", PERIPH_RW, .mask = 0x30003, .survives = PERIPH_SURVIVES_RETAINED},
    {LFRCMODE, "LFRCMODE", PERIPH_RW, .mask = 1, .unmodelled = true},
};

const struct periph_desc clock_desc = {
    .type = "CLOCK",
    .size = sizeof(struct clock),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(regs),
    .init = init,
    .reset = reset,
};
