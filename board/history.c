#include "board/history.h"

#include <string.h>

/* Eyes do not see faster. */
#define PERSISTENCE (20 * VTIME_PER_MS)

/* ---- lanes ---- */

static void put_lane(struct history *h, vtime now, unsigned lane, enum lane_state state, unsigned flags, unsigned depth)
{
    depth = depth > 7 ? 7 : depth;
    flags |= h->pending >> lane & 1 ? LANE_PENDING : 0;
    if (state == LANE_IDLE)
        depth = 0;
    signal_set(&h->lane[lane], now, (uint8_t)(state | flags | depth << LANE_DEPTH_SHIFT));
}

/* The running one, or the one that sleeps: 0 is Thread mode. */
static unsigned top(const struct history *h) { return h->n_active ? h->active[h->n_active - 1] : 0; }

static void put_top(struct history *h, vtime now, unsigned flags)
{
    put_lane(h, now, top(h), h->asleep ? LANE_SLEEPS : LANE_RUNS, flags, h->n_active + 1);
    signal_set(&h->depth, now, (uint8_t)(h->n_active > 255 ? 255 : h->n_active));
}

static void activate(struct history *h, vtime now, unsigned exception, unsigned flags)
{
    if (exception >= HISTORY_LANES || h->n_active == HISTORY_LANES)
        return;
    h->pending &= ~(UINT64_C(1) << exception);
    h->active[h->n_active++] = exception;
    put_top(h, now, flags);
}

static void deactivate(struct history *h, vtime now, unsigned exception)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < h->n_active; i++)
        if (h->active[i] != exception)
            h->active[kept++] = h->active[i];
    h->n_active = kept;
    if (exception < HISTORY_LANES)
        put_lane(h, now, exception, LANE_IDLE, 0, 0);
}

static void on_entry(struct history *h, const struct ev *e)
{
    put_lane(h, e->time, top(h), LANE_PREEMPTED, 0, h->n_active + 1);
    activate(h, e->time, e->a, 0);
}

static void on_tail_chain(struct history *h, const struct ev *e)
{
    deactivate(h, e->time, e->b);
    activate(h, e->time, e->a, LANE_TAIL_CHAINED);
}

static void on_late_arrival(struct history *h, const struct ev *e) { put_top(h, e->time, LANE_LATE); }

static void on_return(struct history *h, const struct ev *e)
{
    deactivate(h, e->time, e->a);
    put_top(h, e->time, 0);
}

static enum lane_state state_of(const struct history *h, unsigned lane, unsigned *depth)
{
    *depth = 1;
    if (lane == top(h)) {
        *depth = h->n_active + 1;
        return h->asleep ? LANE_SLEEPS : LANE_RUNS;
    }
    for (unsigned i = 0; i < h->n_active; i++)
        if (h->active[i] == lane) {
            *depth = i + 2;
            return LANE_PREEMPTED;
        }
    return lane ? LANE_IDLE : LANE_PREEMPTED;
}

static void on_pend(struct history *h, const struct ev *e)
{
    unsigned depth;
    if (e->a >= HISTORY_LANES)
        return;
    h->pending = (h->pending & ~(UINT64_C(1) << e->a)) | (uint64_t)(e->b & 1) << e->a;
    enum lane_state state = state_of(h, e->a, &depth);
    put_lane(h, e->time, e->a, state, 0, depth);
}

static void on_sleep(struct history *h, const struct ev *e)
{
    h->asleep = true;
    h->since = e->time;
    put_top(h, e->time, 0);
}

static void on_wake(struct history *h, const struct ev *e)
{
    if (h->asleep)
        h->slept += e->time - h->since;
    h->asleep = false;
    put_top(h, e->time, 0);
}

static void on_reset(struct history *h, const struct ev *e)
{
    h->pending = 0;
    while (h->n_active)
        deactivate(h, e->time, top(h));
    for (unsigned i = 1; i < HISTORY_LANES; i++)
        signal_set(&h->lane[i], e->time, 0);
    on_wake(h, e);
    signal_set(&h->masks, e->time, 0);
    if (e->time)
        signal_mark(&h->marks, e->time, MARK_RESET);
}

static void on_mask(struct history *h, const struct ev *e)
{
    signal_set(&h->masks, e->time, (uint8_t)((e->a & 3) | (e->b ? MASKED_BASEPRI : 0)));
}

static void on_halt(struct history *h, const struct ev *e)
{
    signal_mark(&h->marks, e->time, e->a ? MARK_HALTED : e->b ? MARK_STEPS : MARK_RUNS);
}

static void on_fault(struct history *h, const struct ev *e) { signal_mark(&h->marks, e->time, MARK_FAULT); }

static void on_pin(struct history *h, const struct ev *e)
{
    if (e->a < PIN_COUNT)
        signal_set(&h->pin[e->a], e->time, e->b & 1);
}

/* ---- console ---- */

static struct history_line *line_of(struct history *h, unsigned source)
{
    unsigned number = h->open_line[source];
    if (number && h->n_lines - number < HISTORY_LINES)
        return &h->line[(number - 1) % HISTORY_LINES];
    struct history_line *l = &h->line[h->n_lines++ % HISTORY_LINES];
    h->open_line[source] = h->n_lines;
    l->n = 0;
    l->text[0] = '\0';
    l->source = (uint8_t)source;
    return l;
}

static void on_console(struct history *h, const struct ev *e)
{
    if (e->a >= EV_CONSOLES)
        return;
    struct history_line *l = line_of(h, e->a);
    uint8_t byte = (uint8_t)e->b;
    h->console_bytes++;
    if (byte == '\n')
        h->open_line[e->a] = 0;
    else if (byte == '\b' && l->n)
        l->text[--l->n] = '\0';
    else if ((byte >= ' ' || byte == '\t') && l->n < HISTORY_LINE - 1) {
        l->text[l->n++] = byte == '\t' ? ' ' : (char)byte;
        l->text[l->n] = '\0';
    }
}

/* ---- the reader ---- */

static void (*const meaning[EV_KINDS])(struct history *, const struct ev *) = {
    [EV_ENTRY] = on_entry,   [EV_TAILCHAIN] = on_tail_chain, [EV_LATE_ARRIVAL] = on_late_arrival,
    [EV_RETURN] = on_return, [EV_FAULT] = on_fault,          [EV_SLEEP] = on_sleep,
    [EV_WAKE] = on_wake,     [EV_RESET] = on_reset,          [EV_PEND] = on_pend,
    [EV_PIN] = on_pin,       [EV_CONSOLE] = on_console,      [EV_MASK] = on_mask,
    [EV_HALT] = on_halt,
};

static void read_event(void *ctx, const struct ev *e) { meaning[e->kind](ctx, e); }

void history_begin(struct history *h, struct evlog *log, const struct pins *pins)
{
    memset(h, 0, sizeof *h);
    h->log = log;
    for (unsigned i = 0; i < PIN_COUNT; i++)
        signal_set(&h->pin[i], *log->now, pins_level(pins, i));
    put_top(h, *log->now, 0);
    uint32_t kinds = 0;
    for (unsigned kind = 0; kind < EV_KINDS; kind++)
        kinds |= meaning[kind] ? 1u << kind : 0;
    evlog_attach(log, kinds, read_event, h);
}

void history_end(struct history *h)
{
    if (!h->log)
        return;
    evlog_detach(h->log, h);
    for (unsigned i = 0; i < PIN_COUNT; i++)
        signal_free(&h->pin[i]);
    for (unsigned i = 0; i < HISTORY_LANES; i++)
        signal_free(&h->lane[i]);
    signal_free(&h->depth);
    signal_free(&h->masks);
    signal_free(&h->marks);
    h->log = NULL;
}

unsigned history_brightness(const struct history *h, unsigned pin, bool active, vtime now)
{
    vtime from = now > PERSISTENCE ? now - PERSISTENCE : 0;
    return pin < PIN_COUNT ? signal_share(&h->pin[pin], from, now, 1, active, 0) : 0;
}

vtime history_slept(const struct history *h, vtime now) { return h->slept + (h->asleep ? now - h->since : 0); }
