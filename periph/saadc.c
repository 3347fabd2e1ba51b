#include "periph/saadc.h"

#include <string.h>

enum {
    STATUS = 0x400,
    ENABLE = 0x500,
    CH_PSELP = 0x510,
    CH_PSELN = 0x514,
    CH_CONFIG = 0x518,
    CH_LIMIT = 0x51C,
    CH_STRIDE = 0x10,
    RESOLUTION = 0x5F0,
    OVERSAMPLE = 0x5F4,
    SAMPLERATE = 0x5F8,
    RESULT_PTR = 0x62C,
    RESULT_MAXCNT = 0x630,
    RESULT_AMOUNT = 0x634,

    TASK_SAMPLE = 0x004,

    EVENT_STARTED = PERIPH_EVENT(0x100),
    EVENT_END = PERIPH_EVENT(0x104),
    EVENT_DONE = PERIPH_EVENT(0x108),
    EVENT_RESULTDONE = PERIPH_EVENT(0x10C),
    EVENT_CALIBRATEDONE = PERIPH_EVENT(0x110),
    EVENT_STOPPED = PERIPH_EVENT(0x114),
    EVENT_CH_LIMITH = PERIPH_EVENT(0x118),
    EVENT_CH_LIMITL = PERIPH_EVENT(0x11C),

    CONFIG_REFSEL_VDD1_4 = 1 << 12,
    CONFIG_MODE_DIFF = 1 << 20,
    CONFIG_BURST = 1 << 24,
    CONFIG_BITS = 0x01171733,

    OVERSAMPLE_MAX = 8,
    SAMPLERATE_CC = 0x7FF,
    SAMPLERATE_TIMERS = 1 << 12,

    REFERENCE_MILLIVOLTS = 600,
};

#define TIME_CONVERSION  (2 * VTIME_PER_US)
#define TIME_CALIBRATION (100 * VTIME_PER_US) /* inaccuracy 1 */
#define TIME_TICK        VTIME_PER_TIMER_TICK /* of SAMPLERATE.CC */

static struct saadc *self(struct periph *p) { return (struct saadc *)p; }
static struct sched *sched(const struct saadc *s) { return periph_doors(&s->p)->sched; }

static uint32_t of_channel(const struct saadc *s, uint32_t reg, unsigned channel)
{
    return periph_get(&s->p, reg + CH_STRIDE * channel);
}

/* --- what the converter sees --- */

static const char *const input_name[SAADC_INPUTS] = {"AIN0", "AIN1", "AIN2", "AIN3", "AIN4",
                                                     "AIN5", "AIN6", "AIN7", "VDD",  "VDDHDIV5"};

int saadc_input_by_name(const char *name)
{
    for (int i = 0; i < SAADC_INPUTS; i++)
        if (!strcmp(input_name[i], name))
            return i;
    return -1;
}

void saadc_set_input(struct saadc *s, enum saadc_input input, int32_t millivolts) { s->millivolts[input] = millivolts; }

/* The voltage that PSELP or PSELN chooses; 0 for what is not connected or reserved. */
static int32_t voltage(const struct saadc *s, uint32_t psel)
{
    enum { PSEL_AIN0 = 1, PSEL_VDD = 9, PSEL_VDDHDIV5 = 13 };

    if (psel == PSEL_VDDHDIV5)
        return s->millivolts[SAADC_VDDHDIV5];
    return psel >= PSEL_AIN0 && psel <= PSEL_VDD ? s->millivolts[psel - PSEL_AIN0] : 0;
}

static int64_t divide_down(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static int32_t held_within(int64_t value, int32_t low, int32_t high)
{
    if (value < low)
        return low;
    return value > high ? high : (int32_t)value;
}

/* One conversion of a channel, by the formula at the head of saadc.h. */
static int32_t convert(const struct saadc *s, unsigned channel)
{
    static const struct {
        uint8_t times, by;
    } gains[] = {{1, 6}, {1, 5}, {1, 4}, {1, 3}, {1, 2}, {1, 1}, {2, 1}, {4, 1}};
    uint32_t config = of_channel(s, CH_CONFIG, channel);
    unsigned gain = config >> 8 & 7, bits = 8 + 2 * (periph_get(&s->p, RESOLUTION) & 3);
    bool differential = config & CONFIG_MODE_DIFF;
    int32_t full = 1 << (differential ? bits - 1 : bits);
    int64_t volts = voltage(s, of_channel(s, CH_PSELP, channel));
    int64_t reference = REFERENCE_MILLIVOLTS;

    if (differential)
        volts -= voltage(s, of_channel(s, CH_PSELN, channel));
    if (config & CONFIG_REFSEL_VDD1_4) {
        volts *= 4;
        reference = s->millivolts[SAADC_VDD] > 0 ? s->millivolts[SAADC_VDD] : 1;
    }
    volts = divide_down(volts * gains[gain].times * full, reference * gains[gain].by);
    return held_within(volts, differential ? -full : 0, full - 1);
}

/* --- results --- */

static void store(struct saadc *s, int32_t result, vtime at)
{
    uint16_t word = (uint16_t)result;

    if (s->count == s->maxcnt) /* inaccuracy 5 */
        return;
    if (!bus_dma_write(periph_doors(&s->p)->bus, s->ptr + 2 * s->count, &word, sizeof word))
        periph_guest_error(&s->p, RESULT_PTR, "EasyDMA reaches RAM only: result lost");
    periph_set(&s->p, RESULT_AMOUNT, ++s->count);
    if (s->count == s->maxcnt)
        periph_event_at(&s->p, EVENT_END, at);
}

static void compare(struct saadc *s, unsigned channel, int32_t result, vtime at)
{
    uint32_t limit = of_channel(s, CH_LIMIT, channel);

    if (result >= (int16_t)(limit >> 16))
        periph_event_at(&s->p, EVENT_CH_LIMITH + 2 * channel, at);
    if (result <= (int16_t)limit)
        periph_event_at(&s->p, EVENT_CH_LIMITL + 2 * channel, at);
}

static void deliver(struct saadc *s, unsigned channel, int32_t result, vtime at)
{
    periph_event_at(&s->p, EVENT_RESULTDONE, at);
    if (!s->started) /* STOP was among what the event caused */
        return;
    compare(s, channel, result, at);
    if (s->started)
        store(s, result, at);
}

/* --- conversions --- */

static unsigned oversample(const struct saadc *s)
{
    uint32_t value = periph_get(&s->p, OVERSAMPLE);

    return value > OVERSAMPLE_MAX ? OVERSAMPLE_MAX : value;
}

static vtime conversion_time(const struct saadc *s, unsigned channel)
{
    static const uint8_t acquisition_us[] = {3, 5, 10, 15, 20, 40, 40, 40};

    return acquisition_us[of_channel(s, CH_CONFIG, channel) >> 16 & 7] * VTIME_PER_US + TIME_CONVERSION;
}

/* Begins with the first enabled channel from `channel` on; false when there is none. */
static bool begin_channel(struct saadc *s, unsigned channel, vtime at)
{
    while (channel < SAADC_CHANNELS && !of_channel(s, CH_PSELP, channel))
        channel++;
    if (channel == SAADC_CHANNELS)
        return false;
    s->channel = channel;
    s->repeats = of_channel(s, CH_CONFIG, channel) & CONFIG_BURST ? 1u << oversample(s) : 1;
    sched_at(sched(s), &s->converted, at + conversion_time(s, channel));
    return true;
}

/* All that is next is prepared before the events of what is over, so that their tasks act on it. */
static void converted_fire(void *ctx, vtime due)
{
    struct saadc *s = ctx;
    unsigned channel = s->channel;
    struct saadc_average *a = &s->average[channel];
    int32_t result = 0;
    bool complete;

    a->sum += convert(s, channel); /* inaccuracy 2 */
    complete = ++a->count >= 1u << oversample(s);
    if (complete) {
        result = (int32_t)divide_down(a->sum, a->count);
        *a = (struct saadc_average){0};
    }
    if (--s->repeats)
        sched_at(sched(s), &s->converted, due + conversion_time(s, channel));
    else
        begin_channel(s, channel + 1, due);
    periph_event_at(&s->p, EVENT_DONE, due);
    if (complete && s->started)
        deliver(s, channel, result, due);
}

static void begin_scan(struct saadc *s, vtime at)
{
    if (s->converted.armed || s->calibrated.armed) /* inaccuracy 6 */
        periph_guest_error(&s->p, TASK_SAMPLE, "comes during a conversion: no effect");
    else if (!begin_channel(s, 0, at))
        periph_guest_error(&s->p, TASK_SAMPLE, "no channel is enabled: no effect");
}

static void arm_tick(struct saadc *s, vtime from)
{
    uint32_t cc = periph_get(&s->p, SAMPLERATE) & SAMPLERATE_CC;

    sched_at(sched(s), &s->tick, from + (cc ? cc : 1) * TIME_TICK);
}

static void tick_fire(void *ctx, vtime due)
{
    arm_tick(ctx, due);
    begin_scan(ctx, due);
}

static void halt(struct saadc *s)
{
    sched_cancel(sched(s), &s->converted);
    sched_cancel(sched(s), &s->tick);
    sched_cancel(sched(s), &s->calibrated);
    memset(s->average, 0, sizeof s->average);
    s->started = false;
}

/* --- tasks --- */

static bool on(struct periph *p, uint32_t task)
{
    if (periph_get(p, ENABLE))
        return true;
    periph_guest_error(p, task, "triggered while ENABLE is 0: no effect");
    return false;
}

static void task_start(struct periph *p, unsigned i)
{
    struct saadc *s = self(p);

    if (!on(p, 0x000))
        return;
    s->started = true;
    s->ptr = periph_get(p, RESULT_PTR);
    s->maxcnt = periph_get(p, RESULT_MAXCNT);
    s->count = 0;
    periph_set(p, RESULT_AMOUNT, 0);
    periph_event(p, EVENT_STARTED); /* inaccuracy 4 */
}

static void task_sample(struct periph *p, unsigned i)
{
    struct saadc *s = self(p);

    if (!on(p, TASK_SAMPLE))
        return;
    if (!s->started) {
        periph_guest_error(p, TASK_SAMPLE, "comes before START: no effect");
        return;
    }
    if (periph_get(p, SAMPLERATE) & SAMPLERATE_TIMERS)
        arm_tick(s, periph_now(p));
    begin_scan(s, periph_now(p));
}

static void task_stop(struct periph *p, unsigned i)
{
    if (!on(p, 0x008))
        return;
    halt(self(p));
    periph_event(p, EVENT_STOPPED);
}

static void task_calibrateoffset(struct periph *p, unsigned i)
{
    if (on(p, 0x00C))
        sched_at(sched(self(p)), &self(p)->calibrated, periph_now(p) + TIME_CALIBRATION);
}

static void calibrated_fire(void *ctx, vtime due)
{
    struct saadc *s = ctx;

    periph_event_at(&s->p, EVENT_CALIBRATEDONE, due);
}

/* --- construction --- */

static uint32_t read_status(struct periph *p, unsigned i)
{
    return self(p)->converted.armed || self(p)->calibrated.armed;
}

static void write_enable(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, ENABLE, value);
    if (!value)
        halt(self(p));
}

static void init(struct periph *p)
{
    struct saadc *s = self(p);

    sched_event_init(&s->converted, "SAADC", converted_fire, s);
    sched_event_init(&s->tick, "SAADC", tick_fire, s);
    sched_event_init(&s->calibrated, "SAADC", calibrated_fire, s);
    s->millivolts[SAADC_VDD] = 3000;
    s->millivolts[SAADC_VDDHDIV5] = 600;
}

static void reset(struct periph *p, uint32_t resetreas)
{
    halt(self(p));
    self(p)->count = self(p)->maxcnt = 0;
}

static const struct periph_task_desc tasks[] = {
    {0x000, "START", task_start},
    {TASK_SAMPLE, "SAMPLE", task_sample, .inaccuracy = 6},
    {0x008, "STOP", task_stop, .inaccuracy = 4},
    {0x00C, "CALIBRATEOFFSET", task_calibrateoffset, .inaccuracy = 1},
};

#define LIMIT_EVENTS(n) \
    {0x118 + 8 * n, "CH[" #n "].LIMITH"}, { 0x11C + 8 * n, "CH[" #n "].LIMITL" }

static const struct periph_event_desc events[] = {
    {0x100, "STARTED", .inaccuracy = 4},
    {0x104, "END"},
    {0x108, "DONE"},
    {0x10C, "RESULTDONE"},
    {0x110, "CALIBRATEDONE"},
    {0x114, "STOPPED", .inaccuracy = 4},
    LIMIT_EVENTS(0),
    LIMIT_EVENTS(1),
    LIMIT_EVENTS(2),
    LIMIT_EVENTS(3),
    LIMIT_EVENTS(4),
    LIMIT_EVENTS(5),
    LIMIT_EVENTS(6),
    LIMIT_EVENTS(7),
};

#define OF_CHANNELS .count = SAADC_CHANNELS, .stride = CH_STRIDE

static const struct periph_reg_desc regs[] = {
    {STATUS, "STATUS", PERIPH_RO, .read = read_status},
    {ENABLE, "ENABLE", PERIPH_RW, .mask = 1, .write = write_enable},
    {CH_PSELP, "CH[%u].PSELP", PERIPH_RW, .mask = 0x1F, OF_CHANNELS},
    {CH_PSELN, "CH[%u].PSELN", PERIPH_RW, .mask = 0x1F, OF_CHANNELS},
    {CH_CONFIG, "CH[%u].CONFIG", PERIPH_RW, .reset = 0x00020000, .mask = CONFIG_BITS, OF_CHANNELS, .inaccuracy = 3},
    {CH_LIMIT, "CH[%u].LIMIT", PERIPH_RW, .reset = 0x7FFF8000, OF_CHANNELS},
    {RESOLUTION, "RESOLUTION", PERIPH_RW, .reset = 1, .mask = 7},
    {OVERSAMPLE, "OVERSAMPLE", PERIPH_RW, .mask = 0xF},
    {SAMPLERATE, "SAMPLERATE", PERIPH_RW, .mask = SAMPLERATE_TIMERS | SAMPLERATE_CC},
    {RESULT_PTR, "RESULT.PTR", PERIPH_RW},
    {RESULT_MAXCNT, "RESULT.MAXCNT", PERIPH_RW, .mask = 0x7FFF},
    {RESULT_AMOUNT, "RESULT.AMOUNT", PERIPH_RO},
};

const struct periph_desc saadc_desc = {
    .type = "SAADC",
    .size = sizeof(struct saadc),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(regs),
    .has_inten = true,
    .init = init,
    .reset = reset,
};
