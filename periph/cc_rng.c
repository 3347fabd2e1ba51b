#include "periph/cc_rng.h"

#include "emu/random.h"
#include "periph/cryptocell.h"

enum {
    RNG_IMR = 0x100,
    RNG_ISR = 0x104,
    RNG_ICR = 0x108,
    TRNG_VALID = 0x110,
    EHR_DATA = 0x114,
    NOISE_SOURCE = 0x12C,
    SAMPLE_CNT = 0x130,
    TRNG_DEBUG = 0x138,
    RNG_CLK = 0x1C4,
    RNG_DMA = 0x1C8,
    RNG_DMA_ROSC_LEN = 0x1CC,
    RNG_DMA_SRAM_ADDR = 0x1D0,
    RNG_DMA_SAMPLES_NUM = 0x1D4,
    RNG_WATCHDOG_VAL = 0x1D8,

    INT_EHR_VALID = 1 << 0,
    INT_AUTOCORR_ERR = 1 << 1, /* which only a reset clears */
    INT_WATCHDOG = 1 << 4,
    INT_DMA_DONE = 1 << 5,
    INT_ALL = 0x3F,

    DEBUG_VNC_BYPASS = 1 << 1,
    SAMPLES_PER_BIT = 4, /* inaccuracy 1 */
    BITS = 32 * CC_RNG_WORDS,

    SRAM_DATA = 0xF00,
    SRAM_ADDR = 0xF04,
};

static struct cc_rng *self(struct periph *p) { return (struct cc_rng *)p; }

/* --- the memory --- */

static struct cc_rng_sram *sram(const struct periph *p)
{
    return (struct cc_rng_sram *)periph_neighbour(p, &cc_rng_sram_desc);
}

/* Inaccuracy 5. */
static uint8_t *sram_byte(struct cc_rng_sram *s, uint32_t address)
{
    return (uint8_t *)s->word + address % sizeof s->word;
}

void cc_rng_sram_read(const struct periph *p, uint32_t address, uint8_t *to, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        to[i] = *sram_byte(sram(p), address + i);
}

void cc_rng_sram_write(const struct periph *p, uint32_t address, const uint8_t *from, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        *sram_byte(sram(p), address + i) = from[i];
}

/* Where SRAM_DATA goes; moves on to the next word. */
static uint32_t *sram_next(struct cc_rng_sram *s)
{
    uint32_t address = periph_get(&s->p, SRAM_ADDR);

    periph_set(&s->p, SRAM_ADDR, address + 4);
    return &s->word[address / 4 % CC_RNG_SRAM_WORDS];
}

static uint32_t read_sram_data(struct periph *p, unsigned i)
{
    struct cc_rng_sram *s = (struct cc_rng_sram *)p;
    uint32_t value = s->fetched;

    s->fetched = *sram_next(s);
    return value;
}

static void write_sram_data(struct periph *p, unsigned i, uint32_t value)
{
    *sram_next((struct cc_rng_sram *)p) = value;
}

/* --- collecting --- */

static void raise(struct cc_rng *r, uint32_t bits)
{
    periph_set(&r->p, RNG_ISR, periph_get(&r->p, RNG_ISR) | bits);
    cryptocell_update(&r->p);
}

static vtime collection_time(const struct cc_rng *r)
{
    uint64_t count = periph_get(&r->p, SAMPLE_CNT), per_bit = SAMPLES_PER_BIT;

    if (periph_get(&r->p, TRNG_DEBUG) & DEBUG_VNC_BYPASS)
        per_bit = 1;
    return BITS * per_bit * (count ? count : 1) * VTIME_PER_CYCLE;
}

static void stop(struct cc_rng *r)
{
    struct sched *s = periph_doors(&r->p)->sched;

    sched_cancel(s, &r->collected);
    sched_cancel(s, &r->watchdog);
}

static bool wants_more(const struct cc_rng *r)
{
    return periph_get(&r->p, RNG_DMA) ? r->dma_left != 0 : !periph_get(&r->p, TRNG_VALID);
}

/* Begins a collection at `from`, if there is none under way and one is wanted. */
static void start(struct cc_rng *r, vtime from)
{
    struct sched *s = periph_doors(&r->p)->sched;
    vtime limit = periph_get(&r->p, RNG_WATCHDOG_VAL) * VTIME_PER_CYCLE;

    if (r->collected.armed || !wants_more(r))
        return;
    sched_at(s, &r->collected, from + collection_time(r));
    sched_cancel(s, &r->watchdog);
    if (limit && limit < collection_time(r))
        sched_at(s, &r->watchdog, from + limit);
}

/* After anything that the engine depends on has changed. */
static void update(struct periph *p)
{
    bool source = periph_get(p, NOISE_SOURCE) || periph_get(p, RNG_DMA);

    if (source && periph_get(p, RNG_CLK) && cryptocell_enabled(p))
        start(self(p), periph_now(p));
    else
        stop(self(p));
}

/* To the SRAM; the last one ends the run. */
static void collected_by_dma(struct cc_rng *r)
{
    uint32_t bits[CC_RNG_WORDS];

    for (unsigned i = 0; i < CC_RNG_WORDS; i++)
        bits[i] = (uint32_t)random_next(&r->source);
    cc_rng_sram_write(&r->p, r->dma_at, (uint8_t *)bits, sizeof bits);
    r->dma_at += sizeof bits;
    if (!--r->dma_left)
        raise(r, INT_DMA_DONE);
}

static void collected(void *ctx, vtime due)
{
    struct cc_rng *r = ctx;

    sched_cancel(periph_doors(&r->p)->sched, &r->watchdog);
    if (periph_get(&r->p, RNG_DMA)) {
        collected_by_dma(r);
        start(r, due);
        return;
    }
    for (unsigned i = 0; i < CC_RNG_WORDS; i++)
        periph_set(&r->p, EHR_DATA + 4 * i, (uint32_t)random_next(&r->source));
    periph_set(&r->p, TRNG_VALID, 1);
    raise(r, INT_EHR_VALID);
}

static void watchdog(void *ctx, vtime due) { raise(ctx, INT_WATCHDOG); }

/* --- registers --- */

static void forget_bits(struct periph *p)
{
    periph_set(p, TRNG_VALID, 0);
    for (unsigned i = 0; i < CC_RNG_WORDS; i++)
        periph_set(p, EHR_DATA + 4 * i, 0);
}

static uint32_t read_ehr_data(struct periph *p, unsigned i)
{
    uint32_t value = periph_get(p, EHR_DATA + 4 * i);

    if (!periph_get(p, TRNG_VALID))
        periph_guest_error(p, EHR_DATA, "read while TRNG_VALID is 0");
    if (i == CC_RNG_WORDS - 1) {
        forget_bits(p);
        update(p);
    }
    return value;
}

static void write_imr(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, RNG_IMR, value);
    cryptocell_update(p);
}

static void write_icr(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, RNG_ISR, periph_get(p, RNG_ISR) & ~(value & ~(uint32_t)INT_AUTOCORR_ERR));
    cryptocell_update(p);
}

static void write_noise_source(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, NOISE_SOURCE, value);
    if (value && (!cryptocell_enabled(p) || !periph_get(p, RNG_CLK)))
        periph_guest_error(p, NOISE_SOURCE, "switched on without CRYPTOCELL.ENABLE and RNG_CLK: nothing is collected");
    update(p);
}

static void write_clk(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, RNG_CLK, value);
    update(p);
}

static void write_trng_reset(struct periph *p, unsigned i, uint32_t value)
{
    if (!periph_get(p, NOISE_SOURCE))
        forget_bits(p);
}

static unsigned dma_runs(const struct periph *p)
{
    return (unsigned)__builtin_popcount(periph_get(p, RNG_DMA_ROSC_LEN));
}

static void write_dma(struct periph *p, unsigned i, uint32_t value)
{
    struct cc_rng *r = self(p);

    periph_set(p, RNG_DMA, value);
    r->dma_left = value ? periph_get(p, RNG_DMA_SAMPLES_NUM) * dma_runs(p) : 0;
    r->dma_at = periph_get(p, RNG_DMA_SRAM_ADDR);
    stop(r);
    update(p);
}

static uint32_t read_busy(struct periph *p, unsigned i) { return self(p)->collected.armed ? 3 : 0; }

/* STATUS, ROSC_LEN (the one at work), NUM_OF_SAMPLES that it has collected. */
static uint32_t read_dma_busy(struct periph *p, unsigned i)
{
    uint32_t samples = periph_get(p, RNG_DMA_SAMPLES_NUM), left = self(p)->dma_left, rosc = 0, done;

    if (!left || !samples)
        return 0;
    done = samples * dma_runs(p) - left;
    for (uint32_t runs = done / samples; rosc < 3; rosc++)
        if ((periph_get(p, RNG_DMA_ROSC_LEN) >> rosc & 1) && runs-- == 0)
            break;
    return 1 | rosc << 1 | (done % samples & 0xFF) << 3;
}

/* Inaccuracy 4. */
static void write_sw_reset(struct periph *p, unsigned i, uint32_t value)
{
    for (unsigned k = 0; k < p->desc->n_regs; k++)
        if (!p->desc->regs[k].read)
            periph_set(p, p->desc->regs[k].offset, p->desc->regs[k].reset);
    forget_bits(p);
    stop(self(p));
    self(p)->dma_left = 0;
    cryptocell_update(p);
}

/* --- construction --- */

static void init(struct periph *p)
{
    struct cc_rng *r = self(p);

    r->source = random_source(periph_doors(p)->seed, p->slot->base + RNG_IMR);
    sched_event_init(&r->collected, "CC_RNG", collected, r);
    sched_event_init(&r->watchdog, "CC_RNG.WATCHDOG", watchdog, r);
}

/* By CRYPTOCELL. */
static void enabled(struct periph *p, bool on) { update(p); }

static void reset(struct periph *p, uint32_t resetreas)
{
    stop(self(p));
    self(p)->dma_left = 0;
}

static const struct periph_reg_desc rng_regs[] = {
    {RNG_IMR, "RNG_IMR", .reset = INT_ALL, .mask = INT_ALL, .write = write_imr},
    {RNG_ISR, "RNG_ISR", PERIPH_RO, .inaccuracy = 2},
    {RNG_ICR, "RNG_ICR", PERIPH_WO, .mask = INT_ALL, .write = write_icr},
    {0x10C, "TRNG_CONFIG", .mask = 7, .inaccuracy = 3}, /* inaccuracy 3 */
    {TRNG_VALID, "TRNG_VALID", PERIPH_RO},
    {EHR_DATA, "EHR_DATA[%u]", PERIPH_RO, .count = CC_RNG_WORDS, .read = read_ehr_data, .read_acts = true},
    {NOISE_SOURCE, "NOISE_SOURCE", .mask = 1, .write = write_noise_source},
    {SAMPLE_CNT, "SAMPLE_CNT", .reset = 0xFFFF, .inaccuracy = 1},
    {0x134, "AUTOCORR_STATISTIC", .unmodelled = true}, /* inaccuracy 2 */
    {TRNG_DEBUG, "TRNG_DEBUG", .mask = 0xE},
    {0x140, "RNG_SW_RESET", PERIPH_WO, .write = write_sw_reset, .inaccuracy = 4},
    {0x1B8, "RNG_BUSY", PERIPH_RO, .read = read_busy},
    {0x1BC, "TRNG_RESET", PERIPH_WO, .write = write_trng_reset},
    {0x1C0, "RNG_HW_FLAGS", PERIPH_RO, .reset = 0xF},
    {RNG_CLK, "RNG_CLK", PERIPH_WO, .mask = 1, .write = write_clk},
    {RNG_DMA, "RNG_DMA", .mask = 1, .write = write_dma},
    {RNG_DMA_ROSC_LEN, "RNG_DMA_ROSC_LEN", .mask = 0xF, .inaccuracy = 3},
    {RNG_DMA_SRAM_ADDR, "RNG_DMA_SRAM_ADDR", .mask = 0x7FF, .inaccuracy = 5},
    {RNG_DMA_SAMPLES_NUM, "RNG_DMA_SAMPLES_NUM", .mask = 0xFF},
    {RNG_WATCHDOG_VAL, "RNG_WATCHDOG_VAL"},
    {0x1DC, "RNG_DMA_BUSY", PERIPH_RO, .read = read_dma_busy},
};

const struct periph_desc cc_rng_desc = {
    .type = "CC_RNG",
    .size = sizeof(struct cc_rng),
    PERIPH_TABLE_AS(regs, rng_regs),
    .init = init,
    .reset = reset,
    .enabled = enabled,
};

static const struct periph_reg_desc sram_regs[] = {
    {SRAM_DATA, "SRAM_DATA", .read = read_sram_data, .write = write_sram_data, .read_acts = true},
    {SRAM_ADDR, "SRAM_ADDR", PERIPH_WO, .mask = 0x7FFF, .inaccuracy = 5},
    {0xF08, "SRAM_DATA_READY", PERIPH_RO, .reset = 1},
};

const struct periph_desc cc_rng_sram_desc = {
    .type = "CC_RNG_SRAM",
    .file = "periph/cc_rng.h",
    .size = sizeof(struct cc_rng_sram),
    PERIPH_TABLE_AS(regs, sram_regs),
};
