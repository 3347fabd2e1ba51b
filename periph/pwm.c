#include "periph/pwm.h"

#include <string.h>

enum {
    ENABLE = 0x500,
    MODE = 0x504,
    COUNTERTOP = 0x508,
    PRESCALER = 0x50C,
    DECODER = 0x510,
    LOOP = 0x514,
    SEQ_PTR = 0x520,
    SEQ_CNT = 0x524,
    SEQ_REFRESH = 0x528,
    SEQ_ENDDELAY = 0x52C,
    SEQ_STRIDE = 0x20,
    PSEL_OUT = 0x560,

    TASK_STOP = PERIPH_TASK(0x004),
    TASK_SEQSTART = PERIPH_TASK(0x008),
    EVENT_STOPPED = PERIPH_EVENT(0x104),
    EVENT_SEQSTARTED = PERIPH_EVENT(0x108),
    EVENT_SEQEND = PERIPH_EVENT(0x110),
    EVENT_PWMPERIODEND = PERIPH_EVENT(0x118),
    EVENT_LOOPSDONE = PERIPH_EVENT(0x11C),

    COUNTER_MAX = 0x7FFF,
    COUNTER_MIN = 3,
    POLARITY_FALLING = 0x8000,

    LOAD_WAVEFORM = 3,
    DECODER_LOAD = 3,
    DECODER_NEXTSTEP = 1 << 8,

    PSEL_PIN = 0x3F,
    CNT_24 = 0xFFFFFF,
};
#define PSEL_DISCONNECTED (1u << 31)

static struct pwm *self(struct periph *p) { return (struct pwm *)p; }
static struct sched *sched(const struct pwm *w) { return periph_doors(&w->p)->sched; }

static uint32_t of_sequence(const struct pwm *w, uint32_t reg, unsigned n)
{
    return periph_get(&w->p, reg + SEQ_STRIDE * n);
}

/* --- pins and the wave counter --- */

static void drive(const struct pwm *w, unsigned pin, enum pin_drive level)
{
    pins_drive(periph_doors(&w->p)->pins, pin, PIN_FROM_PERIPHERAL, level);
}

static unsigned pin_of(const struct pwm *w, unsigned channel)
{
    uint32_t psel = periph_get(&w->p, PSEL_OUT + 4 * channel);

    return psel & PSEL_DISCONNECTED ? PIN_NONE : psel & PSEL_PIN;
}

static uint32_t compare_of(const struct pwm *w, unsigned channel) { return w->value[channel] & COUNTER_MAX; }

static bool level_at(const struct pwm *w, unsigned channel, uint32_t count)
{
    uint32_t compare = compare_of(w, channel);
    bool other = count >= compare && (!w->wave.down || count < w->wave.ends - compare);

    return other != !!(w->value[channel] & POLARITY_FALLING);
}

/* The count of a channel's next edge behind `count`; the end of the period when it has no more. */
static uint32_t next_edge_of(const struct pwm *w, unsigned channel, uint32_t count)
{
    uint32_t compare = compare_of(w, channel), ends = w->wave.ends;

    if (w->pin[channel] == PIN_NONE || compare >= w->top)
        return ends;
    if (compare > count)
        return compare;
    return w->wave.down && ends - compare > count ? ends - compare : ends;
}

static void arm_next(struct pwm *w, uint32_t count)
{
    uint32_t nearest = w->wave.ends;

    for (unsigned i = 0; i < PWM_CHANNELS; i++) {
        uint32_t edge = next_edge_of(w, i, count);

        if (edge < nearest)
            nearest = edge;
    }
    sched_at(sched(w), &w->next, w->wave.start + nearest * w->wave.tick);
}

static void set_levels(const struct pwm *w, uint32_t count)
{
    for (unsigned i = 0; i < PWM_CHANNELS; i++)
        if (w->pin[i] != PIN_NONE)
            drive(w, w->pin[i], level_at(w, i, count) ? PIN_HIGH : PIN_LOW);
}

static void begin_period(struct pwm *w, vtime at)
{
    bool down = periph_get(&w->p, MODE) & 1;

    w->wave = (struct pwm_wave){.start = at,
                                .tick = VTIME_PER_TIMER_TICK << periph_get(&w->p, PRESCALER),
                                .ends = down ? 2u * w->top : w->top,
                                .down = down};
    w->in_period = true;
    set_levels(w, 0);
    arm_next(w, 0);
}

static uint32_t count_at(const struct pwm *w, vtime at) { return (uint32_t)((at - w->wave.start) / w->wave.tick); }

static void hold_pins(struct pwm *w)
{
    for (unsigned i = 0; i < PWM_CHANNELS; i++)
        w->pin[i] = pin_of(w, i);
}

static void release_pins(struct pwm *w)
{
    for (unsigned i = 0; i < PWM_CHANNELS; i++) {
        drive(w, w->pin[i], PIN_Z);
        w->pin[i] = PIN_NONE;
    }
}

static void halt(struct pwm *w)
{
    sched_cancel(sched(w), &w->next);
    release_pins(w);
    w->running = w->in_period = w->stopping = w->playing = w->step = false;
    w->begins = PWM_NO_SEQUENCE;
}

/* --- sequences --- */

/* Half words per value. */
static uint32_t value_size(const struct pwm *w)
{
    static const uint8_t size[] = {1, 2, 4, 4}; /* Common, Grouped, Individual, WaveForm */

    return size[periph_get(&w->p, DECODER) & DECODER_LOAD];
}

static bool sequence_is_over(const struct pwm *w) { return w->seq.index + value_size(w) > w->seq.cnt; }

static uint16_t counter_top(struct pwm *w, uint32_t value)
{
    value &= COUNTER_MAX;
    if (value < COUNTER_MIN)
        periph_guest_error(&w->p, COUNTERTOP, "less than 3: taken as 3");
    return (uint16_t)(value < COUNTER_MIN ? COUNTER_MIN : value);
}

static void load_value(struct pwm *w)
{
    uint32_t n = value_size(w), load = periph_get(&w->p, DECODER) & DECODER_LOAD;
    uint16_t half[PWM_CHANNELS] = {0};

    if (!bus_dma_read(periph_doors(&w->p)->bus, w->seq.ptr + 2 * w->seq.index, half, 2 * n))
        periph_guest_error(&w->p, SEQ_PTR + SEQ_STRIDE * w->seq.n, "EasyDMA reaches RAM only: value taken as 0");
    w->seq.index += n;
    w->seq.repeats = w->seq.refresh;
    w->top = counter_top(w, load == LOAD_WAVEFORM ? half[3] : periph_get(&w->p, COUNTERTOP));
    if (load == LOAD_WAVEFORM)
        half[3] = 0;
    for (unsigned i = 0; i < PWM_CHANNELS; i++)
        w->value[i] = half[i * n / PWM_CHANNELS];
}

static void begin_sequence(struct pwm *w)
{
    unsigned n = (unsigned)w->begins;

    w->begins = PWM_NO_SEQUENCE;
    w->step = false;
    w->playing = true;
    w->seq = (struct pwm_sequence){.n = n,
                                   .ptr = of_sequence(w, SEQ_PTR, n),
                                   .cnt = of_sequence(w, SEQ_CNT, n),
                                   .refresh = of_sequence(w, SEQ_REFRESH, n),
                                   .enddelay = of_sequence(w, SEQ_ENDDELAY, n)};
    load_value(w);
}

/* A sequence is over, and its delay. An empty one is passed over. */
static void choose_next_sequence(struct pwm *w, vtime at)
{
    if (w->seq.n == 0 && of_sequence(w, SEQ_CNT, 1)) {
        w->begins = 1;
        return;
    }
    if (--w->loops) {
        w->begins = of_sequence(w, SEQ_CNT, 0) ? 0 : 1;
        return;
    }
    w->playing = false;
    periph_event_at(&w->p, EVENT_LOOPSDONE, at);
}

/* Whether the present value has been played long enough. */
static bool may_move_on(struct pwm *w)
{
    bool step = w->step;

    w->step = false;
    if (periph_get(&w->p, DECODER) & DECODER_NEXTSTEP)
        return step;
    if (!w->seq.repeats)
        return true;
    w->seq.repeats--;
    return false;
}

static void end_sequence(struct pwm *w, vtime at)
{
    w->seq.ended = true;
    w->seq.repeats = w->seq.enddelay;
    w->playing = w->loops != 0;
    periph_event_at(&w->p, EVENT_SEQEND + w->seq.n, at); /* inaccuracy 1 */
}

/* At the end of a period: what is played in the next one? */
static void move_on(struct pwm *w, vtime at)
{
    bool last = sequence_is_over(w), next_step = periph_get(&w->p, DECODER) & DECODER_NEXTSTEP;

    if (last && !w->seq.ended && (next_step || !w->seq.repeats)) /* inaccuracy 3 */
        end_sequence(w, at);
    if (!w->playing || w->begins != PWM_NO_SEQUENCE || w->stopping || !may_move_on(w))
        return;
    if (last)
        choose_next_sequence(w, at);
    else
        load_value(w);
}

static void stopped(struct pwm *w, vtime at)
{
    halt(w); /* inaccuracy 5 */
    periph_event_at(&w->p, EVENT_STOPPED, at);
}

static void end_period(struct pwm *w, vtime at)
{
    bool begins;

    if (w->in_period)
        periph_event_at(&w->p, EVENT_PWMPERIODEND, at);
    if (w->playing && w->begins == PWM_NO_SEQUENCE && !w->stopping)
        move_on(w, at);
    if (w->stopping) {
        stopped(w, at);
        return;
    }
    begins = w->begins != PWM_NO_SEQUENCE;
    if (begins)
        begin_sequence(w);
    begin_period(w, at);
    if (begins)
        periph_event_at(&w->p, EVENT_SEQSTARTED + w->seq.n, at);
}

static void next_fire(void *ctx, vtime due)
{
    struct pwm *w = ctx;
    uint32_t count = w->in_period ? count_at(w, due) : 0;

    if (!w->in_period || count >= w->wave.ends) {
        end_period(w, due);
        return;
    }
    set_levels(w, count);
    arm_next(w, count);
}

/* --- tasks --- */

static void task_stop(struct periph *p, unsigned i)
{
    struct pwm *w = self(p);

    if (!periph_get(p, ENABLE))
        return;
    if (w->running)
        w->stopping = true;
    else
        periph_event(p, EVENT_STOPPED);
}

static void start(struct pwm *w)
{
    vtime now = periph_now(&w->p);

    w->running = true;
    hold_pins(w);
    sched_at(sched(w), &w->next, (now + VTIME_PER_TIMER_TICK - 1) / VTIME_PER_TIMER_TICK * VTIME_PER_TIMER_TICK);
}

static void task_seqstart(struct periph *p, unsigned n)
{
    struct pwm *w = self(p);

    if (!periph_get(p, ENABLE) || !of_sequence(w, SEQ_CNT, n)) {
        periph_guest_error(p, 4 * (TASK_SEQSTART + n), "triggered while ENABLE or SEQ.CNT is 0: no effect");
        return;
    }
    if (w->stopping) { /* inaccuracy 4 */
        periph_guest_error(p, 4 * (TASK_SEQSTART + n), "triggered between STOP and STOPPED: no effect");
        return;
    }
    w->begins = (int)n;
    w->loops = periph_get(p, LOOP);
    if (!w->running)
        start(w); /* inaccuracy 2 */
}

static void task_nextstep(struct periph *p, unsigned i) { self(p)->step = self(p)->playing; }

/* --- registers --- */

static void write_enable(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, ENABLE, value);
    if (!value)
        halt(self(p));
}

static void write_psel(struct periph *p, unsigned i, uint32_t value)
{
    struct pwm *w = self(p);

    periph_set(p, PSEL_OUT + 4 * i, value);
    if (!w->running)
        return;
    release_pins(w);
    hold_pins(w);
    if (w->in_period) {
        set_levels(w, count_at(w, periph_now(p)));
        arm_next(w, count_at(w, periph_now(p)));
    }
}

/* --- construction --- */

static void init(struct periph *p)
{
    struct pwm *w = self(p);

    sched_event_init(&w->next, p->name, next_fire, w);
    w->begins = PWM_NO_SEQUENCE;
    for (unsigned i = 0; i < PWM_CHANNELS; i++)
        w->pin[i] = PIN_NONE;
}

static void reset(struct periph *p, uint32_t resetreas)
{
    struct pwm *w = self(p);

    halt(w);
    w->loops = 0;
    memset(w->value, 0, sizeof w->value);
}

static const struct periph_task_desc tasks[] = {
    {0x004, "STOP", task_stop},
    {0x008, "SEQSTART[%u]", task_seqstart, PWM_SEQUENCES, .inaccuracy = 4},
    {0x010, "NEXTSTEP", task_nextstep, .inaccuracy = 3},
};

static const struct periph_event_desc events[] = {
    {0x104, "STOPPED"},
    {0x108, "SEQSTARTED[%u]", PWM_SEQUENCES, .inaccuracy = 2},
    {0x110, "SEQEND[%u]", PWM_SEQUENCES, .inaccuracy = 1},
    {0x118, "PWMPERIODEND"},
    {0x11C, "LOOPSDONE", .inaccuracy = 1},
};

static const struct periph_short_desc shorts[] = {
    {0, EVENT_SEQEND, TASK_STOP},        {1, EVENT_SEQEND + 1, TASK_STOP},
    {2, EVENT_LOOPSDONE, TASK_SEQSTART}, {3, EVENT_LOOPSDONE, TASK_SEQSTART + 1},
    {4, EVENT_LOOPSDONE, TASK_STOP},
};

#define OF_SEQUENCES .count = PWM_SEQUENCES, .stride = SEQ_STRIDE

static const struct periph_reg_desc regs[] = {
    {ENABLE, "ENABLE", PERIPH_RW, .mask = 1, .write = write_enable},
    {MODE, "MODE", PERIPH_RW, .mask = 1},
    {COUNTERTOP, "COUNTERTOP", PERIPH_RW, .reset = 0x3FF, .mask = COUNTER_MAX},
    {PRESCALER, "PRESCALER", PERIPH_RW, .mask = 7},
    {DECODER, "DECODER", PERIPH_RW, .mask = DECODER_NEXTSTEP | DECODER_LOAD},
    {LOOP, "LOOP", PERIPH_RW, .mask = 0xFFFF},
    {SEQ_PTR, "SEQ[%u].PTR", PERIPH_RW, OF_SEQUENCES},
    {SEQ_CNT, "SEQ[%u].CNT", PERIPH_RW, .mask = 0x7FFF, OF_SEQUENCES},
    {SEQ_REFRESH, "SEQ[%u].REFRESH", PERIPH_RW, .reset = 1, .mask = CNT_24, OF_SEQUENCES},
    {SEQ_ENDDELAY, "SEQ[%u].ENDDELAY", PERIPH_RW, .mask = CNT_24, OF_SEQUENCES},
    {PSEL_OUT, "PSEL.OUT[%u]", PERIPH_RW, .reset = UINT32_MAX, .mask = PSEL_DISCONNECTED | PSEL_PIN,
     .count = PWM_CHANNELS, .write = write_psel, .inaccuracy = 5},
};

const struct periph_desc pwm_desc = {
    .type = "PWM",
    .size = sizeof(struct pwm),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(shorts),
    PERIPH_TABLE(regs),
    .has_inten = true,
    .init = init,
    .reset = reset,
};
