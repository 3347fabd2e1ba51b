#include "periph/gpio.h"

enum {
    OUT = 0x504,
    OUTSET = 0x508,
    OUTCLR = 0x50C,
    IN = 0x510,
    DIR = 0x514,
    DIRSET = 0x518,
    DIRCLR = 0x51C,
    LATCH = 0x520,
    DETECTMODE = 0x524,
    PIN_CNF = 0x700,

    P0_PINS = 32,
    P1_PINS = 16,

    CNF_DIR = 1 << 0,
    CNF_INPUT_DISCONNECT = 1 << 1,
    CNF_MASK = 0x3070F,
    SENSE_HIGH = 2,
    SENSE_LOW = 3,
};

static struct gpio *self(struct periph *p) { return (struct gpio *)p; }

/* Without DIR, which lives in DIR. */
static uint32_t pin_cnf(const struct gpio *g, unsigned i) { return periph_get(&g->p, PIN_CNF + 4 * i); }
static unsigned cnf_pull(uint32_t cnf) { return cnf >> 2 & 3; }
static unsigned cnf_drive(uint32_t cnf) { return cnf >> 8 & 7; }
static unsigned cnf_sense(uint32_t cnf) { return cnf >> 16 & 3; }

static bool input(const struct gpio *g, unsigned i)
{
    return !(pin_cnf(g, i) & CNF_INPUT_DISCONNECT) && pins_level(periph_doors(&g->p)->pins, g->first + i);
}

/* --- SENSE, LATCH, DETECT --- */

static bool sensed(const struct gpio *g, unsigned i)
{
    uint32_t cnf = pin_cnf(g, i);

    if (cnf & CNF_INPUT_DISCONNECT)
        return false;
    return (cnf_sense(cnf) == SENSE_HIGH && input(g, i)) || (cnf_sense(cnf) == SENSE_LOW && !input(g, i));
}

static uint32_t all_sensed(const struct gpio *g)
{
    uint32_t bits = 0;

    for (unsigned i = 0; i < g->count; i++)
        bits |= (uint32_t)sensed(g, i) << i;
    return bits;
}

/* Latches what is sensed and makes DETECT, or LDETECT, of it. */
static void update_detect(struct gpio *g)
{
    uint32_t now = all_sensed(g), latch = periph_get(&g->p, LATCH) | now;
    bool detect = (periph_get(&g->p, DETECTMODE) & 1 ? latch : now) != 0;
    bool rose = detect && !g->detect;

    periph_set(&g->p, LATCH, latch);
    g->detect = detect;
    if (rose)
        periph_detect(g->p.slot->engine, g->first ? 1 : 0);
}

/* Bits that are still sensed stay; with LDETECT, bits that are left over make a new edge. */
static void write_latch(struct periph *p, unsigned i, uint32_t value)
{
    struct gpio *g = self(p);

    periph_set(p, LATCH, periph_get(p, LATCH) & ~value);
    if (periph_get(p, DETECTMODE) & 1)
        g->detect = false;
    update_detect(g);
}

static void write_detectmode(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, DETECTMODE, value);
    update_detect(self(p));
}

/* --- the pins --- */

static enum pin_drive output(const struct gpio *g, unsigned i)
{
    /* Inaccuracy 1. For each DRIVE (S0S1, H0S1, S0H1, H0H1, D0S1, D0H1, S0D1, H0D1) what a 0 and a 1 do. */
    static const uint8_t drive[8][2] = {
        {PIN_LOW, PIN_HIGH}, {PIN_LOW, PIN_HIGH}, {PIN_LOW, PIN_HIGH}, {PIN_LOW, PIN_HIGH},
        {PIN_Z, PIN_HIGH},   {PIN_Z, PIN_HIGH},   {PIN_LOW, PIN_Z},    {PIN_LOW, PIN_Z},
    };

    if (!(periph_get(&g->p, DIR) >> i & 1))
        return PIN_Z;
    return drive[cnf_drive(pin_cnf(g, i))][periph_get(&g->p, OUT) >> i & 1];
}

/* Brings the nodes of the pins in `bits` up to date with the registers. */
static void update_pins(struct gpio *g, uint32_t bits)
{
    static const uint8_t pull[] = {PIN_PULL_NONE, PIN_PULL_DOWN, PIN_PULL_NONE, PIN_PULL_UP};
    struct pins *pins = periph_doors(&g->p)->pins;

    for (unsigned i = 0; i < g->count; i++)
        if (bits >> i & 1) {
            pins_pull(pins, g->first + i, pull[cnf_pull(pin_cnf(g, i))]);
            pins_drive(pins, g->first + i, PIN_FROM_GPIO, output(g, i));
        }
}

static void pin_changed(void *ctx, unsigned pin, bool level)
{
    struct gpio *g = ctx;

    if (pin - g->first < g->count && cnf_sense(pin_cnf(g, pin - g->first)))
        update_detect(g);
}

/* --- registers --- */

static void set_out(struct periph *p, uint32_t value)
{
    uint32_t changed = value ^ periph_get(p, OUT);

    periph_set(p, OUT, value);
    update_pins(self(p), changed);
}

static void set_dir(struct periph *p, uint32_t value)
{
    uint32_t changed = value ^ periph_get(p, DIR);

    periph_set(p, DIR, value);
    update_pins(self(p), changed);
}

static uint32_t read_out(struct periph *p, unsigned i) { return periph_get(p, OUT); }
static void write_out(struct periph *p, unsigned i, uint32_t value) { set_out(p, value); }
static void write_outset(struct periph *p, unsigned i, uint32_t value) { set_out(p, periph_get(p, OUT) | value); }
static void write_outclr(struct periph *p, unsigned i, uint32_t value) { set_out(p, periph_get(p, OUT) & ~value); }
static uint32_t read_dir(struct periph *p, unsigned i) { return periph_get(p, DIR); }
static void write_dir(struct periph *p, unsigned i, uint32_t value) { set_dir(p, value); }
static void write_dirset(struct periph *p, unsigned i, uint32_t value) { set_dir(p, periph_get(p, DIR) | value); }
static void write_dirclr(struct periph *p, unsigned i, uint32_t value) { set_dir(p, periph_get(p, DIR) & ~value); }

static uint32_t read_in(struct periph *p, unsigned i)
{
    struct gpio *g = self(p);
    uint32_t bits = 0;

    for (unsigned k = 0; k < g->count; k++)
        bits |= (uint32_t)input(g, k) << k;
    return bits;
}

static uint32_t read_pin_cnf(struct periph *p, unsigned i)
{
    return pin_cnf(self(p), i) | (periph_get(p, DIR) >> i & CNF_DIR);
}

static void write_pin_cnf(struct periph *p, unsigned i, uint32_t value)
{
    uint32_t dir = periph_get(p, DIR) & ~(1u << i);

    periph_set(p, PIN_CNF + 4 * i, value & ~(uint32_t)CNF_DIR);
    periph_set(p, DIR, dir | (value & CNF_DIR) << i);
    update_pins(self(p), 1u << i);
    update_detect(self(p));
}

static void init(struct periph *p)
{
    struct gpio *g = self(p);

    g->first = p->desc == &gpio_desc_p1 ? P0_PINS : 0;
    g->count = p->desc == &gpio_desc_p1 ? P1_PINS : P0_PINS;
    pins_listen(periph_doors(p)->pins, pin_changed, g);
}

static void reset(struct periph *p, uint32_t resetreas)
{
    self(p)->detect = false;
    update_pins(self(p), UINT32_MAX);
    update_detect(self(p));
}

#define KEPT .survives = PERIPH_SURVIVES_OFF

#define REGS(n)                                                                                              \
    {                                                                                                        \
        {OUT, "OUT", KEPT, .mask = MASK(n), .write = write_out},                                             \
            {OUTSET, "OUTSET", .mask = MASK(n), .read = read_out, .write = write_outset},                    \
            {OUTCLR, "OUTCLR", .mask = MASK(n), .read = read_out, .write = write_outclr},                    \
            {IN, "IN", PERIPH_RO, .read = read_in}, {DIR, "DIR", KEPT, .mask = MASK(n), .write = write_dir}, \
            {DIRSET, "DIRSET", .mask = MASK(n), .read = read_dir, .write = write_dirset},                    \
            {DIRCLR, "DIRCLR", .mask = MASK(n), .read = read_dir, .write = write_dirclr},                    \
            {LATCH, "LATCH", PERIPH_W1C, KEPT, .mask = MASK(n), .write = write_latch},                       \
            {DETECTMODE, "DETECTMODE", KEPT, .mask = 1, .write = write_detectmode},                          \
        {                                                                                                    \
            PIN_CNF, "PIN_CNF[%u]", KEPT, .inaccuracy = 1, .reset = CNF_INPUT_DISCONNECT, .mask = CNF_MASK,  \
                                          .count = n, .read = read_pin_cnf, .write = write_pin_cnf           \
        }                                                                                                    \
    }
#define MASK(n) (UINT32_MAX >> (32 - (n)))

static const struct periph_reg_desc regs_p0[] = REGS(P0_PINS);
static const struct periph_reg_desc regs_p1[] = REGS(P1_PINS);

const struct periph_desc gpio_desc_p0 = {
    .type = "GPIO",
    .size = sizeof(struct gpio),
    .regs = regs_p0,
    .n_regs = sizeof regs_p0 / sizeof *regs_p0,
    .init = init,
    .reset = reset,
};

const struct periph_desc gpio_desc_p1 = {
    .type = "GPIO",
    .size = sizeof(struct gpio),
    .regs = regs_p1,
    .n_regs = sizeof regs_p1 / sizeof *regs_p1,
    .init = init,
    .reset = reset,
};
