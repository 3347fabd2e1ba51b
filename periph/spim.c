#include "periph/spim.h"

enum {
    STALLSTAT = 0x400,
    PSEL_CSN = 0x514,
    RXDELAY = 0x560,
    CSNDUR = 0x564,
    CSNPOL = 0x568,
    PSELDCX = 0x56C,
    DCXCNT = 0x570,
    ORC = 0x5C0,

    TASK_START = PERIPH_TASK(0x010),
    EVENT_STOPPED = PERIPH_EVENT(0x104),
    EVENT_ENDRX = PERIPH_EVENT(0x110),
    EVENT_END = PERIPH_EVENT(0x118),
    EVENT_ENDTX = PERIPH_EVENT(0x120),
    EVENT_STARTED = PERIPH_EVENT(0x14C),

    DCXCNT_ALL = 0xF, /* every byte is a command */
    CHUNK = 32,
};

static struct spim *self(struct periph *p) { return (struct spim *)p; }
static struct periph *periph(struct spim *s) { return &s->m.p; }
static struct sched *sched(struct spim *s) { return periph_doors(periph(s))->sched; }
static bool is_spim3(const struct spim *s) { return s->m.p.desc == &spim3_desc; }

/* --- SPIM3's own pins --- */

static void drive(struct spim *s, unsigned *held, unsigned pin, bool high)
{
    pins_move(periph_doors(periph(s))->pins, held, pin, PIN_FROM_PERIPHERAL, high ? PIN_HIGH : PIN_LOW);
}

static unsigned pin_of(struct spim *s, uint32_t psel)
{
    return is_spim3(s) && s->m.line.on ? psel_pin(periph(s), psel) : PIN_NONE;
}

static void set_csn(struct spim *s, bool active)
{
    drive(s, &s->csn, pin_of(s, PSEL_CSN), active == (periph_get(periph(s), CSNPOL) & 1));
}

static uint32_t commands(struct spim *s)
{
    uint32_t count = periph_get(periph(s), DCXCNT);

    return count == DCXCNT_ALL ? UINT32_MAX : count;
}

static void set_dcx(struct spim *s) { drive(s, &s->dcx, pin_of(s, PSELDCX), s->done >= commands(s)); }

static vtime csn_time(struct spim *s)
{
    return s->csn == PIN_NONE ? 0 : periph_get(periph(s), CSNDUR) * VTIME_PER_CYCLE;
}

/* --- the transfer --- */

static void earlier(uint32_t *next, uint32_t done, uint32_t boundary)
{
    if (boundary > done && boundary < *next)
        *next = boundary;
}

/* Arms the event at the next byte whose end somebody may notice. */
static void arm(struct spim *s)
{
    s->next = s->done + CHUNK; /* inaccuracy 1 */
    earlier(&s->next, s->done, s->tx.maxcnt);
    earlier(&s->next, s->done, s->rx.maxcnt);
    if (s->dcx != PIN_NONE)
        earlier(&s->next, s->done, commands(s));
    sched_at(sched(s), &s->step, spi_burst_end(&s->burst, s->next - s->burst_first));
}

static void exchange(struct spim *s, vtime at)
{
    struct periph *p = periph(s);
    bool sends = !easydma_full(&s->tx);
    uint8_t byte = spi_line_exchange(&s->m.line, sends ? easydma_fetch(&s->tx, p) : (uint8_t)periph_get(p, ORC), at);

    if (!easydma_full(&s->rx))
        easydma_store(&s->rx, p, byte);
    s->done++;
}

/* Shows what was moved and tells that a buffer has ended; the events come in this order. */
static void end_buffer(struct spim *s, struct easydma *d, unsigned event, vtime at)
{
    d->maxcnt = 0; /* it ends once */
    easydma_show(d, periph(s));
    periph_event_at(periph(s), event, at);
}

static void finish(struct spim *s, vtime at)
{
    bool stops = s->halt == SPIM_STOPS;

    s->active = s->ending = false;
    s->halt = SPIM_RUNS;
    set_csn(s, false);
    periph_event_at(periph(s), EVENT_END, at);
    if (stops)
        periph_event_at(periph(s), EVENT_STOPPED, at);
}

/* All bytes are over; chip select stays a little longer. */
static void end(struct spim *s, vtime at)
{
    if (!csn_time(s)) {
        finish(s, at);
        return;
    }
    s->ending = true;
    sched_at(sched(s), &s->step, at + csn_time(s));
}

/* Stopped early: inaccuracy 2. */
static void stop_now(struct spim *s, vtime at)
{
    s->active = false;
    s->halt = SPIM_RUNS;
    set_csn(s, false);
    if (s->tx.maxcnt)
        end_buffer(s, &s->tx, EVENT_ENDTX, at);
    if (s->rx.maxcnt)
        end_buffer(s, &s->rx, EVENT_ENDRX, at);
    periph_event_at(periph(s), EVENT_STOPPED, at);
}

/* Tells of the buffers that have ended, then goes on. */
static void go_on(struct spim *s, vtime at)
{
    if (s->tx.maxcnt && easydma_full(&s->tx))
        end_buffer(s, &s->tx, EVENT_ENDTX, at);
    if (s->rx.maxcnt && easydma_full(&s->rx))
        end_buffer(s, &s->rx, EVENT_ENDRX, at);
    if (!s->active)
        return; /* what these events caused was to disable it */
    if (s->done == s->total)
        end(s, at);
    else if (s->halt == SPIM_STOPS)
        stop_now(s, at);
    else if (s->halt == SPIM_SUSPENDS)
        s->halt = SPIM_RUNS;
    else
        arm(s);
}

static void exchange_until(struct spim *s, uint64_t done)
{
    while (s->done < done)
        exchange(s, spi_burst_end(&s->burst, s->done + 1 - s->burst_first));
}

static void step_fire(void *ctx, vtime due)
{
    struct spim *s = ctx;

    if (s->ending) {
        finish(s, due);
        return;
    }
    exchange_until(s, s->next);
    set_dcx(s);
    go_on(s, due);
}

/* --- tasks --- */

static void begin_burst(struct spim *s, vtime from)
{
    s->burst = spi_line_begin(&s->m.line, from);
    s->burst_first = s->done;
}

static void begin(struct spim *s, vtime now)
{
    struct periph *p = periph(s);

    s->start_waits = false;
    s->tx = easydma_take(p, EASYDMA_TXD);
    s->rx = easydma_take(p, EASYDMA_RXD);
    s->total = s->tx.maxcnt > s->rx.maxcnt ? s->tx.maxcnt : s->rx.maxcnt;
    s->done = 0;
    s->halt = SPIM_RUNS;
    s->active = true;
    set_csn(s, true);
    set_dcx(s);
    periph_event_at(p, EVENT_STARTED, now);
    if (!s->tx.maxcnt) /* inaccuracy 4 */
        end_buffer(s, &s->tx, EVENT_ENDTX, now);
    if (!s->rx.maxcnt)
        end_buffer(s, &s->rx, EVENT_ENDRX, now);
    begin_burst(s, now + csn_time(s));
    go_on(s, now);
}

static void start(struct periph *p, unsigned i)
{
    struct spim *s = self(p);

    if (s->active)
        periph_guest_error(p, 4 * TASK_START, "triggered during a transfer: no effect"); /* inaccuracy 3 */
    else if (s->suspended)
        s->start_waits = true;
    else
        begin(s, periph_now(p));
}

/* How many bytes of the transfer are over now, whether or not they were moved. */
static uint64_t bytes_over(struct spim *s)
{
    return s->burst_first + spi_burst_bytes(&s->burst, periph_now(periph(s)));
}

/* The byte under way is the last one for now. */
static void halt(struct spim *s, enum spim_halt how)
{
    uint64_t over = bytes_over(s);

    s->halt = how;
    if (s->ending || over + 1 >= s->next)
        return;
    s->next = (uint32_t)over + 1;
    sched_at(sched(s), &s->step, spi_burst_end(&s->burst, s->next - s->burst_first));
}

static bool is_suspended(const struct spim *s)
{
    return s->active && s->suspended && s->halt == SPIM_RUNS && !s->ending;
}

static void stop(struct periph *p, unsigned i)
{
    struct spim *s = self(p);

    s->start_waits = false;
    if (is_suspended(s))
        stop_now(s, periph_now(p));
    else if (s->active)
        halt(s, SPIM_STOPS);
    else
        periph_event(p, EVENT_STOPPED);
}

static void suspend(struct periph *p, unsigned i)
{
    struct spim *s = self(p);

    if (s->active && !s->suspended && s->halt == SPIM_RUNS)
        halt(s, SPIM_SUSPENDS);
    s->suspended = true;
}

static void resume(struct periph *p, unsigned i)
{
    struct spim *s = self(p);
    bool was_suspended = is_suspended(s);

    s->suspended = false;
    if (s->start_waits) {
        begin(s, periph_now(p));
    } else if (was_suspended) {
        begin_burst(s, periph_now(p));
        arm(s);
    } else if (s->halt == SPIM_SUSPENDS) { /* the byte is still under way */
        s->halt = SPIM_RUNS;
    }
}

/* --- registers --- */

static void update_own_pins(struct spim *s)
{
    set_csn(s, s->active);
    set_dcx(s);
}

static void write_and_update(struct periph *p, uint32_t offset, uint32_t value)
{
    periph_set(p, offset, value);
    update_own_pins(self(p));
}

static void write_psel_csn(struct periph *p, unsigned i, uint32_t value) { write_and_update(p, PSEL_CSN, value); }
static void write_csnpol(struct periph *p, unsigned i, uint32_t value) { write_and_update(p, CSNPOL, value); }
static void write_pseldcx(struct periph *p, unsigned i, uint32_t value) { write_and_update(p, PSELDCX, value); }

/* Errata 195: written after disabling, to save current. */
static void erratum_195(struct periph *p, unsigned i) {}

/* --- construction --- */

static void init(struct periph *p)
{
    struct spim *s = self(p);

    spi_line_init(&s->m.line, p);
    s->m.line.fast = is_spim3(s);
    s->csn = s->dcx = PIN_NONE;
    sched_event_init(&s->step, p->name, step_fire, s);
}

static void forget(struct spim *s, bool on)
{
    sched_cancel(sched(s), &s->step);
    s->active = s->ending = s->suspended = s->start_waits = false;
    s->halt = SPIM_RUNS;
    s->done = 0;
    spi_line_enable(&s->m.line, on);
    update_own_pins(s);
}

static void reset(struct periph *p, uint32_t resetreas) { forget(self(p), false); }

/* What has gone out when it is cut off, has. */
static void enabled(struct periph *p, bool on)
{
    struct spim *s = self(p);

    if (s->step.armed && !s->ending)
        exchange_until(s, bytes_over(s) < s->next ? bytes_over(s) : s->next);
    forget(s, on);
}

#define SPIM_TASKS                                                           \
    {.offset = 0x010, .name = "START", .trigger = start, .inaccuracy = 3},   \
        {.offset = 0x014, .name = "STOP", .trigger = stop, .inaccuracy = 2}, \
        {.offset = 0x01C, .name = "SUSPEND", .trigger = suspend},            \
    {                                                                        \
        .offset = 0x020, .name = "RESUME", .trigger = resume                 \
    }

static const struct periph_task_desc tasks[] = {SPIM_TASKS};
static const struct periph_task_desc spim3_tasks[] = {
    SPIM_TASKS,
    {.offset = 0x004, .name = "ERRATUM195", .trigger = erratum_195},
};

static const struct periph_event_desc events[] = {
    {.offset = 0x104, .name = "STOPPED"}, {.offset = 0x110, .name = "ENDRX"},   {.offset = 0x118, .name = "END"},
    {.offset = 0x120, .name = "ENDTX"},   {.offset = 0x14C, .name = "STARTED"},
};

static const struct periph_short_desc shorts[] = {{.bit = 17, .event = EVENT_END, .task = TASK_START}};

#define SPIM_REGS                                                                      \
    SPI_LINE_REGS, EASYDMA_REGS(EASYDMA_RXD, "RXD"), EASYDMA_REGS(EASYDMA_TXD, "TXD"), \
    {                                                                                  \
        .offset = ORC, .name = "ORC", .mask = 0xFF                                     \
    }

static const struct periph_reg_desc regs[] = {SPIM_REGS};
static const struct periph_reg_desc spim3_regs[] = {
    SPIM_REGS,
    {.offset = STALLSTAT, .name = "STALLSTAT", .mask = 3, .inaccuracy = 6},
    PSEL_REG(PSEL_CSN, "PSEL.CSN", write_psel_csn),
    {.offset = RXDELAY, .name = "IFTIMING.RXDELAY", .reset = 2, .mask = 7, .inaccuracy = 6},
    {.offset = CSNDUR, .name = "IFTIMING.CSNDUR", .reset = 2, .mask = 0xFF, .inaccuracy = 5},
    {.offset = CSNPOL, .name = "CSNPOL", .mask = 1, .write = write_csnpol},
    PSEL_REG(PSELDCX, "PSELDCX", write_pseldcx),
    {.offset = DCXCNT, .name = "DCXCNT", .mask = 0xF},
};

#define SPIM_COMMON                                                                                             \
    .type = "SPIM", .size = sizeof(struct spim), PERIPH_TABLE(events), PERIPH_TABLE(shorts), .enable_value = 7, \
    .init = init, .reset = reset, .enabled = enabled

const struct periph_desc spim_desc = {SPIM_COMMON, PERIPH_TABLE(tasks), PERIPH_TABLE(regs)};
const struct periph_desc spim3_desc = {
    SPIM_COMMON,
    .tasks = spim3_tasks,
    .n_tasks = sizeof spim3_tasks / sizeof *spim3_tasks,
    .regs = spim3_regs,
    .n_regs = sizeof spim3_regs / sizeof *spim3_regs,
};
