#include "nvic/dwt.h"

enum { CTRL, CYCCNT = 4, COMP0 = 0x20, COMP_END = 0x60 };
enum { CTRL_CYCCNTENA = 1 };
#define CTRL_NUMCOMP  (4u << 28)
#define CTRL_WRITABLE 0x007F1FFFu

static bool counting(const struct dwt *d) { return (d->ctrl & CTRL_CYCCNTENA) && d->trcena && !d->stopped; }

static uint32_t cycles(const struct dwt *d) { return (uint32_t)(d->sched->now / VTIME_PER_CYCLE); }

static uint32_t count(const struct dwt *d) { return counting(d) ? cycles(d) + d->offset : d->frozen; }

static void set_count(struct dwt *d, uint32_t value)
{
    d->frozen = value;
    d->offset = value - cycles(d);
}

void dwt_init(struct dwt *d, struct sched *sched) { *d = (struct dwt){.sched = sched, .ctrl = 0}; }

uint32_t dwt_read(const struct dwt *d, uint32_t offset)
{
    if (offset == CTRL)
        return d->ctrl | CTRL_NUMCOMP;
    if (offset == CYCCNT)
        return count(d);
    if (offset >= COMP0 && offset < COMP_END && (offset & 0xC) != 0xC)
        return d->comparator[(offset - COMP0) >> 4][offset >> 2 & 3];
    return 0;
}

void dwt_write(struct dwt *d, uint32_t offset, uint32_t value)
{
    uint32_t now = count(d);
    if (offset == CTRL)
        d->ctrl = value & CTRL_WRITABLE;
    else if (offset == CYCCNT)
        now = value;
    else if (offset >= COMP0 && offset < COMP_END && (offset & 0xC) != 0xC)
        d->comparator[(offset - COMP0) >> 4][offset >> 2 & 3] = value;
    set_count(d, now);
}

void dwt_clock(struct dwt *d, bool running)
{
    uint32_t now = count(d);
    d->stopped = !running;
    set_count(d, now);
}

void dwt_set_trcena(struct dwt *d, bool trcena)
{
    uint32_t now = count(d);
    d->trcena = trcena;
    set_count(d, now);
}
