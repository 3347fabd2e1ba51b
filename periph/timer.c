#include "periph/timer.h"

enum {
    MODE = 0x504,
    BITMODE = 0x508,
    PRESCALER = 0x510,
    CC = 0x540,

    TASK_STOP = PERIPH_TASK(0x004),
    TASK_CLEAR = PERIPH_TASK(0x00C),
    EVENT_COMPARE = PERIPH_EVENT(0x140),

    MODE_TIMER = 0,
    MAX_CHANNELS = 6,
};

static struct timer *self(struct periph *p) { return (struct timer *)p; }

static unsigned channels(const struct timer *t) { return t->p.desc == &timer_desc_6 ? 6 : 4; }

static uint32_t counter_mask(const struct timer *t)
{
    static const uint32_t mask[] = {0xFFFF, 0xFF, 0xFFFFFF, 0xFFFFFFFF};

    return mask[periph_get(&t->p, BITMODE)];
}

static bool counts_time(const struct timer *t) { return t->running && periph_get(&t->p, MODE) == MODE_TIMER; }

static vtime tick_length(const struct timer *t) { return VTIME_PER_TIMER_TICK << periph_get(&t->p, PRESCALER); }

static uint32_t counter_at(const struct timer *t, vtime at)
{
    if (!counts_time(t) || at < t->since)
        return t->base & counter_mask(t);
    return (uint32_t)(t->base + vtime_ticks(t->since, at, tick_length(t))) & counter_mask(t);
}

static vtime next_edge(vtime at)
{
    return (at + VTIME_PER_TIMER_TICK - 1) / VTIME_PER_TIMER_TICK * VTIME_PER_TIMER_TICK;
}

/* Ticks from `counter` until it becomes equal to channel `i`; a full turn when it is equal now. */
static uint64_t distance(const struct timer *t, unsigned i, uint32_t counter)
{
    uint32_t mask = counter_mask(t);
    uint32_t ticks = (periph_get(&t->p, CC + 4 * i) - counter) & mask;

    return ticks ? ticks : (uint64_t)mask + 1;
}

/* Schedules the first match after `from`. */
static void schedule(struct timer *t, vtime from)
{
    struct sched *s = periph_doors(&t->p)->sched;
    uint64_t nearest = UINT64_MAX, passed;

    if (!counts_time(t)) {
        sched_cancel(s, &t->match);
        return;
    }
    passed = from > t->since ? vtime_ticks(t->since, from, tick_length(t)) : 0;
    for (unsigned i = 0; i < channels(t); i++) {
        uint64_t d = distance(t, i, counter_at(t, from));

        if (d < nearest)
            nearest = d;
    }
    sched_at(s, &t->match, t->since + (passed + nearest) * tick_length(t));
}

/* Fixes the counter at its present value, to go on from there. */
static void rebase(struct timer *t)
{
    vtime now = periph_now(&t->p);

    t->base = counter_at(t, now);
    t->since = next_edge(now);
}

static void raise_matches(struct timer *t, uint32_t counter, vtime at)
{
    uint32_t matched = 0;

    for (unsigned i = 0; i < channels(t); i++)
        if (((periph_get(&t->p, CC + 4 * i) ^ counter) & counter_mask(t)) == 0)
            matched |= 1u << i;
    for (unsigned i = 0; i < MAX_CHANNELS; i++)
        if (matched >> i & 1)
            periph_event_at(&t->p, EVENT_COMPARE + i, at);
}

static void match_fire(void *ctx, vtime due)
{
    struct timer *t = ctx;

    raise_matches(t, counter_at(t, due), due);
    schedule(t, due);
}

/* A match that falls on the very time of a task or write comes before it. */
static void catch_up(struct timer *t)
{
    if (!t->match.armed || t->match.due > periph_now(&t->p))
        return;
    sched_cancel(periph_doors(&t->p)->sched, &t->match);
    match_fire(t, t->match.due);
}

/* --- tasks --- */

static void task_start(struct periph *p, unsigned i)
{
    struct timer *t = self(p);

    if (t->running)
        return;
    t->running = true;
    t->since = next_edge(periph_now(p));
    schedule(t, t->since);
}

/* STOP and SHUTDOWN: inaccuracies 1 and 2. */
static void task_stop(struct periph *p, unsigned i)
{
    struct timer *t = self(p);

    catch_up(t);
    rebase(t);
    t->running = false;
    schedule(t, t->since);
}

static void task_count(struct periph *p, unsigned i)
{
    struct timer *t = self(p);

    if (!t->running || counts_time(t))
        return;
    t->base = (t->base + 1) & counter_mask(t);
    raise_matches(t, t->base, periph_now(p));
}

/* Inaccuracy 4. */
static void task_clear(struct periph *p, unsigned i)
{
    struct timer *t = self(p);

    catch_up(t);
    t->base = 0;
    t->since = next_edge(periph_now(p));
    schedule(t, t->since);
}

static void task_capture(struct periph *p, unsigned i)
{
    struct timer *t = self(p);

    catch_up(t);
    periph_set(p, CC + 4 * i, counter_at(t, periph_now(p)));
    schedule(t, periph_now(p));
}

/* --- registers --- */

static void write_cc(struct periph *p, unsigned i, uint32_t value)
{
    catch_up(self(p));
    periph_set(p, CC + 4 * i, value);
    schedule(self(p), periph_now(p));
}

/* Inaccuracy 3. */
static void write_setting(struct periph *p, uint32_t offset, uint32_t value)
{
    struct timer *t = self(p);

    if (t->running)
        periph_guest_error(p, offset, "changed while the timer runs");
    catch_up(t);
    rebase(t);
    periph_set(p, offset, value);
    schedule(t, t->since);
}

static void write_mode(struct periph *p, unsigned i, uint32_t value) { write_setting(p, MODE, value); }
static void write_bitmode(struct periph *p, unsigned i, uint32_t value) { write_setting(p, BITMODE, value); }
static void write_prescaler(struct periph *p, unsigned i, uint32_t value) { write_setting(p, PRESCALER, value); }

static void init(struct periph *p) { sched_event_init(&self(p)->match, p->name, match_fire, self(p)); }

static void reset(struct periph *p, uint32_t resetreas)
{
    struct timer *t = self(p);

    sched_cancel(periph_doors(p)->sched, &t->match);
    t->running = false;
    t->base = 0;
    t->since = 0;
}

/* --- tables --- */

#define TASKS(n)                                                                                      \
    {                                                                                                 \
        {0x000, "START", task_start, .inaccuracy = 1}, {0x004, "STOP", task_stop, .inaccuracy = 1},   \
            {0x008, "COUNT", task_count}, {0x00C, "CLEAR", task_clear, .inaccuracy = 4},              \
            {0x010, "SHUTDOWN", task_stop, .inaccuracy = 2}, {0x040, "CAPTURE[%u]", task_capture, n}, \
    }

#define REGS(n)                                                                                                      \
    {                                                                                                                \
        {MODE, "MODE", PERIPH_RW, .mask = 3, .write = write_mode, .inaccuracy = 3},                                  \
            {BITMODE, "BITMODE", PERIPH_RW, .mask = 3, .write = write_bitmode, .inaccuracy = 3},                     \
            {PRESCALER, "PRESCALER", PERIPH_RW, .reset = 4, .mask = 0xF, .write = write_prescaler, .inaccuracy = 3}, \
            {CC, "CC[%u]", PERIPH_RW, .count = n, .write = write_cc},                                                \
    }

#define SHORT_CLEAR(n)                   \
    {                                    \
        n, EVENT_COMPARE + n, TASK_CLEAR \
    }
#define SHORT_STOP(n)                       \
    {                                       \
        8 + n, EVENT_COMPARE + n, TASK_STOP \
    }

static const struct periph_task_desc tasks_4[] = TASKS(4), tasks_6[] = TASKS(6);
static const struct periph_event_desc events_4[] = {{0x140, "COMPARE[%u]", 4}},
                                      events_6[] = {{0x140, "COMPARE[%u]", 6}};
static const struct periph_reg_desc regs_4[] = REGS(4), regs_6[] = REGS(6);
static const struct periph_short_desc shorts_4[] = {
    SHORT_CLEAR(0), SHORT_CLEAR(1), SHORT_CLEAR(2), SHORT_CLEAR(3),
    SHORT_STOP(0),  SHORT_STOP(1),  SHORT_STOP(2),  SHORT_STOP(3),
};
static const struct periph_short_desc shorts_6[] = {
    SHORT_CLEAR(0), SHORT_CLEAR(1), SHORT_CLEAR(2), SHORT_CLEAR(3), SHORT_CLEAR(4), SHORT_CLEAR(5),
    SHORT_STOP(0),  SHORT_STOP(1),  SHORT_STOP(2),  SHORT_STOP(3),  SHORT_STOP(4),  SHORT_STOP(5),
};

const struct periph_desc timer_desc_4 = {
    .type = "TIMER",
    .size = sizeof(struct timer),
    .tasks = tasks_4,
    .n_tasks = sizeof tasks_4 / sizeof *tasks_4,
    .events = events_4,
    .n_events = 1,
    .shorts = shorts_4,
    .n_shorts = sizeof shorts_4 / sizeof *shorts_4,
    .regs = regs_4,
    .n_regs = sizeof regs_4 / sizeof *regs_4,
    .init = init,
    .reset = reset,
};

const struct periph_desc timer_desc_6 = {
    .type = "TIMER",
    .size = sizeof(struct timer),
    .tasks = tasks_6,
    .n_tasks = sizeof tasks_6 / sizeof *tasks_6,
    .events = events_6,
    .n_events = 1,
    .shorts = shorts_6,
    .n_shorts = sizeof shorts_6 / sizeof *shorts_6,
    .regs = regs_6,
    .n_regs = sizeof regs_6 / sizeof *regs_6,
    .init = init,
    .reset = reset,
};
