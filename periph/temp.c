#include "periph/temp.h"

enum {
    TEMP = 0x508,

    EVENT_DATARDY = PERIPH_EVENT(0x100),
};

static struct temp *self(struct periph *p) { return (struct temp *)p; }

void temp_set(struct temp *t, int quarters)
{
    if (quarters < TEMP_LOWEST)
        quarters = TEMP_LOWEST;
    t->quarters = quarters < TEMP_HIGHEST ? quarters : TEMP_HIGHEST;
}

static void ready_fire(void *ctx, vtime due)
{
    struct temp *t = ctx;

    periph_set(&t->p, TEMP, (uint32_t)t->quarters);
    periph_event_at(&t->p, EVENT_DATARDY, due);
}

static void task_start(struct periph *p, unsigned i)
{
    if (!self(p)->ready.armed)
        sched_at(periph_doors(p)->sched, &self(p)->ready, periph_now(p) + TEMP_TIME_CONVERSION);
}

static void task_stop(struct periph *p, unsigned i) { sched_cancel(periph_doors(p)->sched, &self(p)->ready); }

static void init(struct periph *p)
{
    self(p)->quarters = TEMP_DEFAULT;
    sched_event_init(&self(p)->ready, p->name, ready_fire, self(p));
}

static void reset(struct periph *p, uint32_t resetreas) { task_stop(p, 0); }

static const struct periph_task_desc tasks[] = {{0x000, "START", task_start}, {0x004, "STOP", task_stop}};
static const struct periph_event_desc events[] = {{0x100, "DATARDY"}};

/* Coefficients: inaccuracy 1. Their reset values are those of FICR.TEMP. */
static const struct periph_reg_desc regs[] = {
    {TEMP, "TEMP", PERIPH_RO, .inaccuracy = 2},
    {0x520, "A0", .reset = 0x326, .mask = 0xFFF, .inaccuracy = 1},
    {0x524, "A1", .reset = 0x348, .mask = 0xFFF, .inaccuracy = 1},
    {0x528, "A2", .reset = 0x3AA, .mask = 0xFFF, .inaccuracy = 1},
    {0x52C, "A3", .reset = 0x40E, .mask = 0xFFF, .inaccuracy = 1},
    {0x530, "A4", .reset = 0x4BD, .mask = 0xFFF, .inaccuracy = 1},
    {0x534, "A5", .reset = 0x5A3, .mask = 0xFFF, .inaccuracy = 1},
    {0x540, "B0", .reset = 0x3FEF, .mask = 0x3FFF, .inaccuracy = 1},
    {0x544, "B1", .reset = 0x3FBE, .mask = 0x3FFF, .inaccuracy = 1},
    {0x548, "B2", .reset = 0x3FBE, .mask = 0x3FFF, .inaccuracy = 1},
    {0x54C, "B3", .reset = 0x012, .mask = 0x3FFF, .inaccuracy = 1},
    {0x550, "B4", .reset = 0x124, .mask = 0x3FFF, .inaccuracy = 1},
    {0x554, "B5", .reset = 0x27C, .mask = 0x3FFF, .inaccuracy = 1},
    {0x560, "T0", .reset = 0x0E2, .mask = 0xFF, .inaccuracy = 1},
    {0x564, "T1", .reset = 0x000, .mask = 0xFF, .inaccuracy = 1},
    {0x568, "T2", .reset = 0x019, .mask = 0xFF, .inaccuracy = 1},
    {0x56C, "T3", .reset = 0x03C, .mask = 0xFF, .inaccuracy = 1},
    {0x570, "T4", .reset = 0x050, .mask = 0xFF, .inaccuracy = 1},
};

const struct periph_desc temp_desc = {
    .type = "TEMP",
    .size = sizeof(struct temp),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(regs),
    .init = init,
    .reset = reset,
};
