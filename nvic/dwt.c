/* Registers, the cycle counter, and what is done when it has some value. */
#include "nvic/core.h"

enum { CTRL, CYCCNT = 4, CPICNT = 8, FOLDCNT = 0x18, PCSR = 0x1C, COMP0 = 0x20, COMP_END = 0x60 };
enum { COMP, MASK, FUNCTION, MASK_WRITABLE = 15 };
#define CTRL_NUMCOMP  (4u << 28)
#define CTRL_WRITABLE 0x007F1FFFu
#define NO_SAMPLE     0xFFFFFFFFu

/* ---- CYCCNT ----------------------------------------------------------------------------------------------------- */

static bool counting(const struct dwt *d) { return (d->ctrl & DWT_CYCCNTENA) && d->trcena && !d->stopped; }

static uint32_t clock_cycles(const struct core *c) { return (uint32_t)(c->sched->now / VTIME_PER_CYCLE); }

uint32_t dwt_cycles(const struct core *c)
{
    return counting(&c->dwt) ? clock_cycles(c) + c->dwt.offset : c->dwt.frozen;
}

static void set_count(struct core *c, uint32_t value)
{
    c->dwt.frozen = value;
    c->dwt.offset = value - clock_cycles(c);
}

/* ---- what is due at a value of it ------------------------------------------------------------------------------- */

/* Bits of CYCCNT whose toggling counts POSTCNT down, and makes a synchronization packet (SYNCTAP; 0: never). */
static unsigned tap_bit(const struct dwt *d) { return d->ctrl & DWT_CYCTAP ? 10 : 6; }

static unsigned sync_bit(const struct dwt *d)
{
    static const uint8_t bit[4] = {0, 24, 26, 28};
    return bit[d->ctrl >> 10 & 3];
}

/* When CYCCNT has this value next. */
static vtime time_of(const struct core *c, uint32_t value)
{
    uint64_t n = value - dwt_cycles(c);
    return (c->sched->now / VTIME_PER_CYCLE + (n ? n : 1ull << 32)) * VTIME_PER_CYCLE;
}

static void arm(struct core *c, struct sched_event *e, bool wanted, uint32_t value)
{
    if (wanted && counting(&c->dwt))
        sched_at(c->sched, e, time_of(c, value));
    else
        sched_cancel(c->sched, e);
}

static uint32_t next_toggle(const struct core *c, unsigned bit) { return (dwt_cycles(c) | ((1u << bit) - 1)) + 1; }

static void reschedule(struct core *c)
{
    struct dwt *d = &c->dwt;
    arm(c, &d->match, d->comparator[0].function & DWT_CYCMATCH, d->comparator[0].comp);
    arm(c, &d->tap, d->ctrl & (DWT_PCSAMPLENA | DWT_CYCEVTENA), next_toggle(c, tap_bit(d)));
    arm(c, &d->sync, sync_bit(d), next_toggle(c, sync_bit(d)));
}

static void sample(struct core *c)
{
    if (!(c->dwt.ctrl & DWT_PCSAMPLENA))
        itm_hardware(c, DWT_PACKET_EVENT, DWT_EVENT_CYC, 1);
    else if (c->sleep != CORE_AWAKE)
        itm_hardware(c, DWT_PACKET_SLEEP, 0, 1);
    else
        itm_hardware(c, DWT_PACKET_PC, cpu_get(c->cpu, CPU_PC), 4);
}

static void on_tap(void *ctx, vtime due)
{
    struct core *c = ctx;
    struct dwt *d = &c->dwt;
    sched_at(c->sched, &d->tap, due + ((vtime)VTIME_PER_CYCLE << tap_bit(d)));
    if (d->postcnt) {
        d->postcnt--;
        return;
    }
    d->postcnt = d->ctrl >> 1 & 15; /* POSTPRESET */
    sample(c);
}

static void on_sync(void *ctx, vtime due)
{
    struct core *c = ctx;
    sched_at(c->sched, &c->dwt.sync, due + ((vtime)VTIME_PER_CYCLE << sync_bit(&c->dwt)));
    itm_synchronize(c);
}

static void on_match(void *ctx, vtime due)
{
    struct core *c = ctx;
    sched_at(c->sched, &c->dwt.match, due + ((vtime)VTIME_PER_CYCLE << 32));
    dwt_cycle_match(c);
}

/* ---- clock and power -------------------------------------------------------------------------------------------- */

void dwt_init(struct core *c)
{
    struct dwt *d = &c->dwt;
    *d = (struct dwt){0};
    sched_event_init(&d->match, "DWT CYCCNT match", on_match, c);
    sched_event_init(&d->tap, "DWT POSTCNT", on_tap, c);
    sched_event_init(&d->sync, "DWT SYNCTAP", on_sync, c);
    d->comparator[1].function = DWT_LNK1ENA;
}

void dwt_reset(struct core *c)
{
    struct sched_event *const events[] = {&c->dwt.match, &c->dwt.tap, &c->dwt.sync};
    for (unsigned i = 0; i < 3; i++)
        sched_cancel(c->sched, events[i]);
    dwt_init(c);
}

void dwt_clock(struct core *c, bool running)
{
    if (c->dwt.stopped == !running)
        return;
    uint32_t now = dwt_cycles(c);
    c->dwt.stopped = !running;
    set_count(c, now);
    reschedule(c);
}

void dwt_set_trcena(struct core *c, bool trcena)
{
    if (c->dwt.trcena == trcena)
        return;
    uint32_t now = dwt_cycles(c);
    c->dwt.trcena = trcena;
    set_count(c, now);
    reschedule(c);
    core_watch(c);
}

/* ---- registers -------------------------------------------------------------------------------------------------- */

/* To a debugger the core is where it will go on; to itself, at the instruction that reads. */
static uint32_t read_pcsr(struct core *c, bool debugger)
{
    if (!c->dwt.trcena || debug_stopped(c) || c->sleep != CORE_AWAKE)
        return NO_SAMPLE;
    return debugger ? cpu_get(c->cpu, CPU_PC) : c->state.pc;
}

/* Reading FUNCTION clears MATCHED. */
static uint32_t read_comparator(struct core *c, unsigned n, unsigned which)
{
    struct dwt_comparator *k = &c->dwt.comparator[n];
    if (which == COMP)
        return k->comp;
    if (which == MASK)
        return k->mask;
    uint32_t v = k->function | (k->matched ? DWT_MATCHED : 0);
    k->matched = false;
    return v;
}

static void write_comparator(struct core *c, unsigned n, unsigned which, uint32_t value)
{
    static const uint32_t writable[DWT_COMPARATORS] = {0xAF, 0xFFD2F, 0x2F, 0x2F};
    struct dwt_comparator *k = &c->dwt.comparator[n];
    if (which == COMP)
        k->comp = value;
    else if (which == MASK)
        k->mask = value & MASK_WRITABLE;
    else
        k->function = (value & writable[n]) | (n == 1 ? DWT_LNK1ENA : 0);
    dwt_check_comparator(c, n);
}

static bool is_comparator(uint32_t offset) { return offset >= COMP0 && offset < COMP_END && (offset & 0xC) != 0xC; }

uint32_t dwt_read(struct core *c, uint32_t offset, bool debugger)
{
    const struct dwt *d = &c->dwt;
    if (is_comparator(offset))
        return read_comparator(c, (offset - COMP0) >> 4, offset >> 2 & 3);
    if (offset >= CPICNT && offset <= FOLDCNT)
        return d->counter[(offset - CPICNT) / 4];
    return offset == CTRL     ? d->ctrl | CTRL_NUMCOMP
           : offset == CYCCNT ? dwt_cycles(c)
           : offset == PCSR   ? read_pcsr(c, debugger)
                              : 0;
}

/* POSTCNT begins with POSTINIT when the first of its users is enabled. */
static void write_ctrl(struct core *c, uint32_t value)
{
    const uint32_t users = DWT_PCSAMPLENA | DWT_CYCEVTENA;
    uint32_t old = c->dwt.ctrl;
    c->dwt.ctrl = value & CTRL_WRITABLE;
    if (!(old & users))
        c->dwt.postcnt = c->dwt.ctrl >> 5 & 15;
    dwt_enable_counters(c, old);
}

void dwt_write(struct core *c, uint32_t offset, uint32_t value, uint32_t mask, bool debugger)
{
    uint32_t now = dwt_cycles(c);
    if (mask != 0xFFFFFFFFu) {
        log_once(c->log, 0xE0001000u, "UNPREDICTABLE: a DWT register is not written as a word");
        return;
    }
    if (!c->dwt.trcena)
        log_once(c->log, 0xE0001001u, "UNPREDICTABLE: a DWT register is written while DEMCR.TRCENA is 0");
    if (offset == CTRL)
        write_ctrl(c, value);
    else if (offset == CYCCNT)
        now = value;
    else if (offset >= CPICNT && offset <= FOLDCNT)
        c->dwt.counter[(offset - CPICNT) / 4] = (uint8_t)value;
    else if (is_comparator(offset))
        write_comparator(c, (offset - COMP0) >> 4, offset >> 2 & 3, value);
    set_count(c, now);
    reschedule(c);
    core_watch(c);
}
