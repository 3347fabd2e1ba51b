#include "periph/gpiote.h"

enum {
    CONFIG = 0x510,

    EVENT_IN = PERIPH_EVENT(0x100),
    EVENT_PORT = PERIPH_EVENT(0x17C),

    MODE_EVENT = 1,
    MODE_TASK = 3,
    POLARITY_LO_TO_HI = 1,
    POLARITY_HI_TO_LO = 2,
    POLARITY_TOGGLE = 3,
    CONFIG_MASK = 0x133F03,
};

static struct gpiote *self(struct periph *p) { return (struct gpiote *)p; }

static uint32_t config(const struct gpiote *g, unsigned i) { return periph_get(&g->p, CONFIG + 4 * i); }
static unsigned config_mode(uint32_t config) { return config & 3; }
static unsigned config_pin(uint32_t config) { return config >> 8 & 0x3F; } /* PSEL and PORT, as emu/pin.h counts */
static unsigned config_polarity(uint32_t config) { return config >> 16 & 3; }
static bool config_outinit(uint32_t config) { return config >> 20 & 1; }

/* --- task mode --- */

/* Inaccuracies 2 and 3. */
static void drive(struct gpiote *g, unsigned i, bool level)
{
    g->channel[i].level = level;
    pins_drive(periph_doors(&g->p)->pins, g->channel[i].pin, PIN_FROM_PERIPHERAL, level ? PIN_HIGH : PIN_LOW);
}

static void release(struct gpiote *g, unsigned i)
{
    pins_drive(periph_doors(&g->p)->pins, g->channel[i].pin, PIN_FROM_PERIPHERAL, PIN_Z);
    g->channel[i].pin = PIN_NONE;
}

static void task_out(struct periph *p, unsigned i)
{
    struct gpiote *g = self(p);

    switch (config_polarity(config(g, i))) {
    case POLARITY_LO_TO_HI:
        drive(g, i, true);
        break;
    case POLARITY_HI_TO_LO:
        drive(g, i, false);
        break;
    case POLARITY_TOGGLE:
        drive(g, i, !g->channel[i].level);
        break;
    }
}

static void task_set(struct periph *p, unsigned i) { drive(self(p), i, true); }
static void task_clr(struct periph *p, unsigned i) { drive(self(p), i, false); }

static void write_config(struct periph *p, unsigned i, uint32_t value)
{
    struct gpiote *g = self(p);
    uint32_t pin = config_mode(value) == MODE_TASK ? config_pin(value) : PIN_NONE;

    periph_set(p, CONFIG + 4 * i, value);
    if (pin == g->channel[i].pin)
        return;
    release(g, i);
    g->channel[i].pin = pin;
    drive(g, i, config_outinit(value));
}

/* --- event mode --- */

/* Inaccuracy 1. */
static void pin_changed(void *ctx, unsigned pin, bool level)
{
    struct gpiote *g = ctx;

    for (unsigned i = 0; i < GPIOTE_CHANNELS; i++) {
        uint32_t c = config(g, i);

        if (config_mode(c) == MODE_EVENT && config_pin(c) == pin &&
            (config_polarity(c) & (level ? POLARITY_LO_TO_HI : POLARITY_HI_TO_LO)))
            periph_event(&g->p, EVENT_IN + i);
    }
}

static void detect(void *ctx, unsigned port) { periph_event(&((struct gpiote *)ctx)->p, EVENT_PORT); }

static void init(struct periph *p)
{
    periph_on_detect(p->slot->engine, detect, p);
    for (unsigned i = 0; i < GPIOTE_CHANNELS; i++)
        self(p)->channel[i].pin = PIN_NONE;
    pins_listen(periph_doors(p)->pins, pin_changed, p);
}

static void reset(struct periph *p, uint32_t resetreas)
{
    for (unsigned i = 0; i < GPIOTE_CHANNELS; i++)
        release(self(p), i);
}

static const struct periph_task_desc tasks[] = {
    {0x000, "OUT[%u]", task_out, GPIOTE_CHANNELS, .inaccuracy = 2},
    {0x030, "SET[%u]", task_set, GPIOTE_CHANNELS, .inaccuracy = 2},
    {0x060, "CLR[%u]", task_clr, GPIOTE_CHANNELS, .inaccuracy = 2},
};

static const struct periph_event_desc events[] = {{0x100, "IN[%u]", GPIOTE_CHANNELS, .inaccuracy = 1},
                                                  {0x17C, "PORT", .inaccuracy = 1}};

static const struct periph_reg_desc regs[] = {
    {CONFIG, "CONFIG[%u]", .mask = CONFIG_MASK, .count = GPIOTE_CHANNELS, .write = write_config, .inaccuracy = 3},
};

const struct periph_desc gpiote_desc = {
    .type = "GPIOTE",
    .size = sizeof(struct gpiote),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(regs),
    .init = init,
    .reset = reset,
};
