#include "nvic/systick.h"

enum { CSR, RVR = 4, CVR = 8, CALIB = 0xC };
enum { CSR_ENABLE = 1, CSR_TICKINT = 2, CSR_CLKSOURCE = 4, CSR_COUNTFLAG = 0x10000 };
#define COUNTER_MASK 0xFFFFFFu
#define CALIB_NOREF  0x80000000u

static bool running(const struct systick *t) { return t->enabled && !t->stopped; }

/* 0 is shown for one cycle, in which RELOAD is loaded: a distance beyond what was loaded is that cycle. */
static uint32_t current(const struct systick *t)
{
    if (!running(t))
        return t->value;
    if (t->sched->now >= t->zero_at)
        return 0;
    uint64_t cycles = (t->zero_at - t->sched->now + VTIME_PER_CYCLE - 1) / VTIME_PER_CYCLE;
    return cycles > t->loaded ? 0 : (uint32_t)cycles;
}

static void start(struct systick *t)
{
    if (!running(t))
        return;
    uint32_t cycles = t->value ? t->value : t->reload + 1;
    if (!t->value && !t->reload)
        return; /* stays at 0: B3.3.1, a RELOAD of 0 disables the counter at the next wrap */
    t->loaded = t->value ? t->value : t->reload;
    t->zero_at = t->sched->now + cycles * VTIME_PER_CYCLE;
    sched_at(t->sched, &t->wrap, t->zero_at);
}

static void pause(struct systick *t)
{
    t->value = current(t);
    sched_cancel(t->sched, &t->wrap);
}

static void on_wrap(void *ctx, vtime due)
{
    struct systick *t = ctx;
    t->countflag = true;
    if (t->reload) {
        t->loaded = t->reload;
        t->zero_at = due + (t->reload + 1ull) * VTIME_PER_CYCLE;
        sched_at(t->sched, &t->wrap, t->zero_at);
    }
    if (t->tickint)
        t->tick(t->ctx);
}

/* An access or a stop in the middle of an instruction may come before the event that is already due. */
static void catch_up(struct systick *t)
{
    while (t->wrap.armed && t->wrap.due <= t->sched->now) {
        vtime due = t->wrap.due;
        sched_cancel(t->sched, &t->wrap);
        on_wrap(t, due);
    }
}

void systick_init(struct systick *t, struct sched *sched, void (*tick)(void *), void *ctx)
{
    *t = (struct systick){.sched = sched, .tick = tick, .ctx = ctx};
    sched_event_init(&t->wrap, "SysTick", on_wrap, t);
}

void systick_reset(struct systick *t)
{
    sched_cancel(t->sched, &t->wrap);
    systick_init(t, t->sched, t->tick, t->ctx);
}

uint32_t systick_read(struct systick *t, uint32_t offset, bool peek)
{
    if (!peek)
        catch_up(t);
    switch (offset) {
    case CSR: {
        uint32_t v = (t->enabled ? CSR_ENABLE : 0) | (t->tickint ? CSR_TICKINT : 0) | CSR_CLKSOURCE |
                     (t->countflag ? CSR_COUNTFLAG : 0);
        if (!peek)
            t->countflag = false;
        return v;
    }
    case RVR:
        return t->reload;
    case CVR:
        return current(t);
    case CALIB:
        return CALIB_NOREF;
    default:
        return 0;
    }
}

void systick_write(struct systick *t, uint32_t offset, uint32_t value)
{
    catch_up(t);
    bool was = running(t);
    switch (offset) {
    case CSR:
        if (was)
            pause(t);
        t->enabled = value & CSR_ENABLE;
        t->tickint = value & CSR_TICKINT;
        start(t);
        break;
    case RVR:
        t->reload = value & COUNTER_MASK; /* taken over at the next wrap, or now when the counter idles at 0 */
        if (was && !t->wrap.armed) {
            t->value = 0;
            start(t);
        }
        break;
    case CVR:
        if (was)
            pause(t);
        t->value = 0;
        t->countflag = false;
        start(t);
        break;
    default:
        break;
    }
}

void systick_clock(struct systick *t, bool run)
{
    if (run == !t->stopped)
        return;
    catch_up(t);
    if (running(t))
        pause(t);
    t->stopped = !run;
    start(t);
}
