#include "periph/rng.h"

#include "emu/random.h"

enum {
    CONFIG = 0x504,
    VALUE = 0x508,

    TASK_STOP = PERIPH_TASK(0x004),
    EVENT_VALRDY = PERIPH_EVENT(0x100),

    CONFIG_DERCEN = 1,
};

static struct rng *self(struct periph *p) { return (struct rng *)p; }

/* Inaccuracies 1 and 2. */
static vtime byte_time(const struct periph *p)
{
    return periph_get(p, CONFIG) & CONFIG_DERCEN ? RNG_TIME_BYTE_DERCEN : RNG_TIME_BYTE;
}

static void byte_fire(void *ctx, vtime due)
{
    struct rng *r = ctx;

    periph_set(&r->p, VALUE, random_next(&r->source) & 0xFF);
    sched_at(periph_doors(&r->p)->sched, &r->byte, due + byte_time(&r->p));
    periph_event_at(&r->p, EVENT_VALRDY, due); /* whose short may stop what was just armed */
}

static void task_start(struct periph *p, unsigned i)
{
    struct rng *r = self(p);

    if (!r->byte.armed)
        sched_at(periph_doors(p)->sched, &r->byte, periph_now(p) + RNG_TIME_START + byte_time(p));
}

static void task_stop(struct periph *p, unsigned i) { sched_cancel(periph_doors(p)->sched, &self(p)->byte); }

static void init(struct periph *p)
{
    self(p)->source = random_source(periph_doors(p)->seed, p->slot->base);
    sched_event_init(&self(p)->byte, p->name, byte_fire, self(p));
}

static void reset(struct periph *p, uint32_t resetreas) { task_stop(p, 0); }

static const struct periph_task_desc tasks[] = {{0x000, "START", task_start}, {0x004, "STOP", task_stop}};
static const struct periph_event_desc events[] = {{0x100, "VALRDY", .inaccuracy = 1}};
static const struct periph_short_desc shorts[] = {{0, EVENT_VALRDY, TASK_STOP}};
static const struct periph_reg_desc regs[] = {
    {CONFIG, "CONFIG", PERIPH_RW, .mask = CONFIG_DERCEN, .inaccuracy = 2},
    {VALUE, "VALUE", PERIPH_RO},
};

const struct periph_desc rng_desc = {
    .type = "RNG",
    .size = sizeof(struct rng),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(shorts),
    PERIPH_TABLE(regs),
    .init = init,
    .reset = reset,
};
