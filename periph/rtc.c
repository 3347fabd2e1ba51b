#include "periph/rtc.h"

enum {
    EVTEN = 0x340,
    EVTENSET = 0x344,
    EVTENCLR = 0x348,
    COUNTER = 0x504,
    PRESCALER = 0x508,
    CC = 0x540,

    TASK_START = PERIPH_TASK(0x000),
    TASK_STOP = PERIPH_TASK(0x004),
    TASK_CLEAR = PERIPH_TASK(0x008),
    TASK_TRIGOVRFLW = PERIPH_TASK(0x00C),

    EVENT_TICK = PERIPH_EVENT(0x100),
    EVENT_OVRFLW = PERIPH_EVENT(0x104),
    EVENT_COMPARE = PERIPH_EVENT(0x140),
    EVENTS_MASK = 0x000F0003,

    COUNTER_MASK = 0xFFFFFF,
    COUNTER_TRIGOVRFLW = 0xFFFFF0,
};

static struct rtc *self(struct periph *p) { return (struct rtc *)p; }

static unsigned channels(const struct rtc *r) { return r->p.desc == &rtc_desc_3 ? 3 : 4; }

static uint32_t enabled(const struct rtc *r) { return periph_get(&r->p, EVTEN) | r->p.slot->inten; }

/* Number of the last rising edge at or before a time, and the time of an edge: inaccuracy 3. */
static uint64_t edge_at(vtime at) { return at / VTIME_PER_RTC_TICK; }
static vtime edge_time(uint64_t edge) { return edge * VTIME_PER_RTC_TICK; }

/* The first rising edge that follows a falling edge after `at`. */
static uint64_t synchronised_edge(vtime at)
{
    uint64_t edge = edge_at(at);
    vtime falling = edge_time(edge) + VTIME_PER_RTC_TICK / 2;

    return at <= falling ? edge + 1 : edge + 2;
}

static bool counting(const struct rtc *r) { return r->running && r->clocked; }

static uint32_t counter_at_edge(const struct rtc *r, uint64_t edge)
{
    if (!counting(r) || edge < r->since)
        return r->base;
    return (uint32_t)(r->base + (edge - r->since) / (r->presc + 1)) & COUNTER_MASK;
}

/* --- what comes next --- */

/* The edge after `edge` at which COUNTER becomes `value`. */
static uint64_t edge_of_value(const struct rtc *r, uint32_t value, uint64_t edge)
{
    uint64_t from = edge > r->since ? edge : r->since;
    uint64_t grown = (from - r->since) / (r->presc + 1);
    uint32_t ahead = (value - counter_at_edge(r, from)) & COUNTER_MASK;

    return r->since + (grown + (ahead ? ahead : COUNTER_MASK + 1u)) * (r->presc + 1);
}

static void nearer(uint64_t *nearest, uint64_t edge)
{
    if (edge && edge < *nearest)
        *nearest = edge;
}

/* Schedules the first edge after `edge` at which anything happens. */
static void schedule(struct rtc *r, uint64_t edge)
{
    uint64_t nearest = UINT64_MAX;

    if (r->clocked)
        for (unsigned i = 0; i < RTC_TASKS; i++)
            nearer(&nearest, r->task_edge[i]);
    for (unsigned i = 0; i < channels(r) && counting(r); i++) {
        nearer(&nearest, r->cc_edge[i]);
        if (enabled(r) >> (EVENT_COMPARE + i) & 1)
            nearer(&nearest, edge_of_value(r, r->cc[i], edge));
    }
    if (counting(r) && (enabled(r) >> EVENT_OVRFLW & 1))
        nearer(&nearest, edge_of_value(r, 0, edge));
    if (counting(r) && (enabled(r) >> EVENT_TICK & 1))
        nearer(&nearest, edge_of_value(r, (counter_at_edge(r, edge) + 1) & COUNTER_MASK, edge));
    if (nearest == UINT64_MAX)
        sched_cancel(periph_doors(&r->p)->sched, &r->next);
    else
        sched_at(periph_doors(&r->p)->sched, &r->next, edge_time(nearest));
}

/* --- at an edge --- */

static void raise(struct rtc *r, unsigned event, vtime at)
{
    if (periph_get(&r->p, EVTEN) >> event & 1)
        periph_event_at(&r->p, event, at);
    else if (r->p.slot->inten >> event & 1)
        periph_event_unrouted(&r->p, event);
}

static void accept_cc(struct rtc *r, uint64_t edge)
{
    for (unsigned i = 0; i < channels(r); i++)
        if (r->cc_edge[i] && r->cc_edge[i] <= edge) {
            r->cc[i] = periph_get(&r->p, CC + 4 * i);
            r->cc_edge[i] = 0;
        }
}

/* COUNTER grew at this edge: raises what belongs to its new value, without synchronising (inaccuracy 1). */
static void raise_events(struct rtc *r, uint64_t edge)
{
    uint32_t counter = counter_at_edge(r, edge);
    vtime at = edge_time(edge);

    raise(r, EVENT_TICK, at);
    if (counter == 0)
        raise(r, EVENT_OVRFLW, at);
    for (unsigned i = 0; i < channels(r); i++)
        if (r->cc[i] == counter)
            raise(r, EVENT_COMPARE + i, at);
}

static void set_counter(struct rtc *r, uint32_t value, uint64_t since)
{
    r->base = value;
    r->since = since;
    r->presc = periph_get(&r->p, PRESCALER);
}

static bool take_task(struct rtc *r, unsigned task, uint64_t edge)
{
    if (!r->task_edge[task] || r->task_edge[task] > edge)
        return false;
    r->task_edge[task] = 0;
    return true;
}

/* The tasks that act at this edge. True when they replaced the edge's own increment. */
static bool act(struct rtc *r, uint64_t edge)
{
    bool replaced = false;

    if (take_task(r, TASK_STOP, edge) && r->running) {
        r->base = counter_at_edge(r, edge - 1);
        r->running = false;
        accept_cc(r, UINT64_MAX);
        replaced = true;
    }
    if (take_task(r, TASK_START, edge) && !r->running) {
        r->running = true;
        set_counter(r, r->base, edge - 1); /* the first increment comes PRESCALER edges from here */
    }
    if (take_task(r, TASK_CLEAR, edge)) {
        set_counter(r, 0, edge);
        replaced = true;
    }
    if (take_task(r, TASK_TRIGOVRFLW, edge)) {
        set_counter(r, COUNTER_TRIGOVRFLW, edge);
        replaced = true;
    }
    return replaced;
}

static void next_fire(void *ctx, vtime due)
{
    struct rtc *r = ctx;
    uint64_t edge = edge_at(due);
    bool replaced;

    accept_cc(r, edge);
    replaced = act(r, edge);
    if (!replaced && counting(r) && counter_at_edge(r, edge) != counter_at_edge(r, edge - 1))
        raise_events(r, edge);
    schedule(r, edge);
}

/* An edge that falls on the very time of a task or write comes before it. */
static void catch_up(struct rtc *r)
{
    if (!r->next.armed || r->next.due > periph_now(&r->p))
        return;
    sched_cancel(periph_doors(&r->p)->sched, &r->next);
    next_fire(r, r->next.due);
}

/* --- tasks --- */

static void trigger(struct periph *p, unsigned task)
{
    struct rtc *r = self(p);

    catch_up(r);
    /* Of START and STOP under way the later one counts. */
    if (task == TASK_START || task == TASK_STOP) {
        r->task_edge[task ^ 1] = 0;
        r->waiting &= ~(1u << (task ^ 1));
    }
    if (!r->clocked) {
        r->waiting |= 1u << task;
        return;
    }
    if (!r->task_edge[task])
        r->task_edge[task] = synchronised_edge(periph_now(p));
    schedule(r, edge_at(periph_now(p)));
}

static void task_start(struct periph *p, unsigned i) { trigger(p, TASK_START); }
static void task_stop(struct periph *p, unsigned i) { trigger(p, TASK_STOP); }
static void task_clear(struct periph *p, unsigned i) { trigger(p, TASK_CLEAR); }
static void task_trigovrflw(struct periph *p, unsigned i) { trigger(p, TASK_TRIGOVRFLW); }

/* --- registers --- */

static void set_evten(struct periph *p, uint32_t value)
{
    catch_up(self(p));
    periph_set(p, EVTEN, value);
    schedule(self(p), edge_at(periph_now(p)));
}

static void write_evten(struct periph *p, unsigned i, uint32_t value) { set_evten(p, value); }
static void write_evtenset(struct periph *p, unsigned i, uint32_t value) { set_evten(p, periph_get(p, EVTEN) | value); }
static void write_evtenclr(struct periph *p, unsigned i, uint32_t value)
{
    set_evten(p, periph_get(p, EVTEN) & ~value);
}
static uint32_t read_evten(struct periph *p, unsigned i) { return periph_get(p, EVTEN); }

/* Inaccuracy 2. */
static uint32_t read_counter(struct periph *p, unsigned i) { return counter_at_edge(self(p), edge_at(periph_now(p))); }

static void write_prescaler(struct periph *p, unsigned i, uint32_t value)
{
    if (self(p)->running)
        periph_guest_error(p, PRESCALER, "is read-only while the RTC runs");
    else
        periph_set(p, PRESCALER, value);
}

static void write_cc(struct periph *p, unsigned i, uint32_t value)
{
    struct rtc *r = self(p);

    catch_up(r);
    periph_set(p, CC + 4 * i, value);
    if (counting(r)) {
        r->cc_edge[i] = synchronised_edge(periph_now(p));
    } else {
        r->cc[i] = value;
        r->cc_edge[i] = 0;
    }
    schedule(r, edge_at(periph_now(p)));
}

/* --- the clock, reset --- */

/* Inaccuracy 4. */
static void clocks_changed(struct periph *p)
{
    struct rtc *r = self(p);
    uint64_t edge = edge_at(periph_now(p));

    if (periph_clocks(p)->lfclk == r->clocked)
        return;
    catch_up(r);
    if (r->clocked) {
        r->base = counter_at_edge(r, edge);
        for (unsigned i = 0; i < RTC_TASKS; i++) {
            r->waiting |= (uint32_t)(r->task_edge[i] != 0) << i;
            r->task_edge[i] = 0;
        }
        accept_cc(r, UINT64_MAX);
    } else {
        r->since = edge;
        for (unsigned i = 0; i < RTC_TASKS; i++)
            r->task_edge[i] = r->waiting >> i & 1 ? synchronised_edge(periph_now(p)) : 0;
        r->waiting = 0;
    }
    r->clocked = !r->clocked;
    schedule(r, edge);
}

static void inten_changed(struct periph *p)
{
    catch_up(self(p));
    schedule(self(p), edge_at(periph_now(p)));
}

static void init(struct periph *p) { sched_event_init(&self(p)->next, p->name, next_fire, self(p)); }

static void reset(struct periph *p, uint32_t resetreas)
{
    struct rtc *r = self(p);
    struct periph instance = r->p;
    struct sched_event next;

    sched_cancel(periph_doors(p)->sched, &r->next);
    next = r->next;
    *r = (struct rtc){.p = instance, .next = next};
}

/* --- tables --- */

#define REGS(n)                                                                                                  \
    {                                                                                                            \
        {EVTEN, "EVTEN", PERIPH_RW, .mask = EVENTS_MASK, .write = write_evten},                                  \
            {EVTENSET, "EVTENSET", PERIPH_RW, .mask = EVENTS_MASK, .read = read_evten, .write = write_evtenset}, \
            {EVTENCLR, "EVTENCLR", PERIPH_RW, .mask = EVENTS_MASK, .read = read_evten, .write = write_evtenclr}, \
            {COUNTER, "COUNTER", PERIPH_RO, .read = read_counter, .inaccuracy = 2},                              \
            {PRESCALER, "PRESCALER", PERIPH_RW, .mask = 0xFFF, .write = write_prescaler},                        \
            {CC, "CC[%u]", PERIPH_RW, .mask = COUNTER_MASK, .count = n, .write = write_cc},                      \
    }

static const struct periph_task_desc tasks[] = {
    {0x000, "START", task_start},
    {0x004, "STOP", task_stop},
    {0x008, "CLEAR", task_clear},
    {0x00C, "TRIGOVRFLW", task_trigovrflw},
};
static const struct periph_event_desc events_3[] = {
    {0x100, "TICK", .inaccuracy = 1}, {0x104, "OVRFLW", .inaccuracy = 1}, {0x140, "COMPARE[%u]", 3, .inaccuracy = 1}};
static const struct periph_event_desc events_4[] = {
    {0x100, "TICK", .inaccuracy = 1}, {0x104, "OVRFLW", .inaccuracy = 1}, {0x140, "COMPARE[%u]", 4, .inaccuracy = 1}};
static const struct periph_reg_desc regs_3[] = REGS(3);
static const struct periph_reg_desc regs_4[] = REGS(4);

#define DESC(n)                                                                                                       \
    {                                                                                                                 \
        .type = "RTC", .size = sizeof(struct rtc), PERIPH_TABLE(tasks), .events = events_##n,                         \
        .n_events = sizeof events_##n / sizeof *events_##n, .regs = regs_##n,                                         \
        .n_regs = sizeof regs_##n / sizeof *regs_##n, .init = init, .reset = reset, .clocks_changed = clocks_changed, \
        .inten_changed = inten_changed,                                                                               \
    }

const struct periph_desc rtc_desc_3 = DESC(3);
const struct periph_desc rtc_desc_4 = DESC(4);
