#include "periph/twis.h"

enum {
    ERRORSRC = 0x4D0,
    MATCH = 0x4D4,
    PSEL_SCL = 0x508,
    PSEL_SDA = 0x50C,
    ADDRESS = 0x588,
    CONFIG = 0x594,
    ORC = 0x5C0,

    ADDRESSES = 2,
    ERRORSRC_OVERFLOW = 1 << 0,
    ERRORSRC_OVERREAD = 1 << 3,
    ERRORSRC_MASK = 0xD,

    TASK_SUSPEND = PERIPH_TASK(0x01C),
    EVENT_STOPPED = PERIPH_EVENT(0x104),
    EVENT_ERROR = PERIPH_EVENT(0x124),
    EVENT_RXSTARTED = PERIPH_EVENT(0x14C),
    EVENT_TXSTARTED = PERIPH_EVENT(0x150),
    EVENT_WRITE = PERIPH_EVENT(0x164),
    EVENT_READ = PERIPH_EVENT(0x168),
};

static struct twis *self(struct periph *p) { return (struct twis *)p; }

/* --- transactions --- */

/* Shows how much was moved; a repeated START ends a buffer as STOP does. */
static void end_buffer(struct twis *s)
{
    if (s->moving != TWIS_NONE)
        easydma_show(s->moving == TWIS_RX ? &s->rx : &s->tx, &s->p);
    s->moving = s->wanted = TWIS_NONE;
}

/* Begins to move the buffer that the master wants, once that is prepared and nobody has suspended it. */
static void try_moving(struct twis *s, vtime at)
{
    bool *prepared = s->wanted == TWIS_RX ? &s->rx_prepared : &s->tx_prepared;

    if (s->wanted == TWIS_NONE || !*prepared || s->suspended)
        return;
    *prepared = false;
    s->moving = s->wanted;
    s->wanted = TWIS_NONE;
    if (s->moving == TWIS_RX)
        s->rx = easydma_take(&s->p, EASYDMA_RXD);
    else
        s->tx = easydma_take(&s->p, EASYDMA_TXD);
    periph_event_at(&s->p, s->moving == TWIS_RX ? EVENT_RXSTARTED : EVENT_TXSTARTED, at);
}

static bool matches(struct twis *s, uint8_t address)
{
    for (unsigned i = 0; i < ADDRESSES; i++)
        if ((periph_get(&s->p, CONFIG) >> i & 1) && periph_get(&s->p, ADDRESS + 4 * i) == address) {
            periph_set(&s->p, MATCH, i);
            return true;
        }
    return false;
}

static bool start(void *ctx, uint8_t address, bool read, vtime at)
{
    struct twis *s = ctx;

    end_buffer(s);
    if (!matches(s, address))
        return false;
    s->wanted = read ? TWIS_TX : TWIS_RX;
    periph_event_at(&s->p, read ? EVENT_READ : EVENT_WRITE, at);
    try_moving(s, at);
    return true;
}

static void error(struct twis *s, uint32_t errorsrc, vtime at)
{
    periph_set(&s->p, ERRORSRC, periph_get(&s->p, ERRORSRC) | errorsrc);
    periph_event_at(&s->p, EVENT_ERROR, at);
}

static bool write_byte(void *ctx, uint8_t byte, vtime at)
{
    struct twis *s = ctx;

    if (s->moving != TWIS_RX)
        return false;
    if (easydma_full(&s->rx)) {
        error(s, ERRORSRC_OVERFLOW, at);
        return false;
    }
    easydma_store(&s->rx, &s->p, byte);
    return true;
}

static uint8_t read_byte(void *ctx, vtime at)
{
    struct twis *s = ctx;

    if (s->moving == TWIS_TX && !easydma_full(&s->tx))
        return easydma_fetch(&s->tx, &s->p);
    if (s->moving == TWIS_TX)
        error(s, ERRORSRC_OVERREAD, at);
    return (uint8_t)periph_get(&s->p, ORC);
}

static void stopped(void *ctx, vtime at)
{
    struct twis *s = ctx;

    end_buffer(s);
    periph_event_at(&s->p, EVENT_STOPPED, at);
}

static bool ready(void *ctx)
{
    const struct twis *s = ctx;

    return !s->suspended && s->wanted == TWIS_NONE;
}

static const struct i2c_device_ops device_ops = {
    .start = start, .write = write_byte, .read = read_byte, .stop = stopped, .ready = ready};

/* --- tasks --- */

static void stop(struct periph *p, unsigned i) /* inaccuracy 2 */
{
    self(p)->device.addressed = false;
    stopped(self(p), periph_now(p));
}

static void suspend(struct periph *p, unsigned i) { self(p)->suspended = true; }

static void resume(struct periph *p, unsigned i)
{
    self(p)->suspended = false;
    try_moving(self(p), periph_now(p));
}

static void prepare_rx(struct periph *p, unsigned i)
{
    self(p)->rx_prepared = true;
    try_moving(self(p), periph_now(p));
}

static void prepare_tx(struct periph *p, unsigned i)
{
    self(p)->tx_prepared = true;
    try_moving(self(p), periph_now(p));
}

/* --- wires --- */

static unsigned wire(const struct twis *s, uint32_t psel)
{
    unsigned pin = periph_enabled(&s->p) ? psel_pin(&s->p, psel) : PIN_NONE;

    return pin == PIN_NONE ? SERIAL_WIRE_OPEN : pin;
}

static void update_wires(struct twis *s)
{
    s->device.scl = wire(s, PSEL_SCL);
    s->device.sda = wire(s, PSEL_SDA);
}

static void write_and_update(struct periph *p, uint32_t offset, uint32_t value)
{
    periph_set(p, offset, value);
    update_wires(self(p));
}

static void write_psel_scl(struct periph *p, unsigned i, uint32_t value) { write_and_update(p, PSEL_SCL, value); }
static void write_psel_sda(struct periph *p, unsigned i, uint32_t value) { write_and_update(p, PSEL_SDA, value); }

/* --- construction --- */

static void init(struct periph *p)
{
    struct twis *s = self(p);

    s->device = (struct i2c_device){.ops = &device_ops, .ctx = s};
    update_wires(s);
    if (periph_doors(p)->i2c)
        i2c_bus_attach(periph_doors(p)->i2c, &s->device);
}

static void enabled(struct periph *p, bool on)
{
    struct twis *s = self(p);

    s->rx_prepared = s->tx_prepared = s->suspended = s->device.addressed = false;
    s->wanted = s->moving = TWIS_NONE;
    update_wires(s);
}

static void reset(struct periph *p, uint32_t resetreas) { enabled(p, false); }

static const struct periph_task_desc tasks[] = {
    {.offset = 0x014, .name = "STOP", .trigger = stop, .inaccuracy = 2},
    {.offset = 0x01C, .name = "SUSPEND", .trigger = suspend},
    {.offset = 0x020, .name = "RESUME", .trigger = resume},
    {.offset = 0x030, .name = "PREPARERX", .trigger = prepare_rx},
    {.offset = 0x034, .name = "PREPARETX", .trigger = prepare_tx},
};

static const struct periph_event_desc events[] = {
    {.offset = 0x104, .name = "STOPPED"},   {.offset = 0x124, .name = "ERROR"}, {.offset = 0x14C, .name = "RXSTARTED"},
    {.offset = 0x150, .name = "TXSTARTED"}, {.offset = 0x164, .name = "WRITE"}, {.offset = 0x168, .name = "READ"},
};

static const struct periph_short_desc shorts[] = {
    {.bit = 13, .event = EVENT_WRITE, .task = TASK_SUSPEND},
    {.bit = 14, .event = EVENT_READ, .task = TASK_SUSPEND},
};

static const struct periph_reg_desc regs[] = {
    {.offset = ERRORSRC, .name = "ERRORSRC", .access = PERIPH_W1C, .mask = ERRORSRC_MASK, .inaccuracy = 1},
    {.offset = MATCH, .name = "MATCH", .access = PERIPH_RO},
    {.offset = PERIPH_ENABLE, .name = "ENABLE", .mask = 0xF},
    PSEL_REG(PSEL_SCL, "PSEL.SCL", write_psel_scl),
    PSEL_REG(PSEL_SDA, "PSEL.SDA", write_psel_sda),
    EASYDMA_REGS(EASYDMA_RXD, "RXD"),
    EASYDMA_REGS(EASYDMA_TXD, "TXD"),
    {.offset = ADDRESS, .name = "ADDRESS[%u]", .mask = 0x7F, .count = ADDRESSES},
    {.offset = CONFIG, .name = "CONFIG", .reset = 1, .mask = 3},
    {.offset = ORC, .name = "ORC", .mask = 0xFF},
};

const struct periph_desc twis_desc = {
    .type = "TWIS",
    .size = sizeof(struct twis),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(shorts),
    PERIPH_TABLE(regs),
    .has_inten = true,
    .enable_value = 9,
    .init = init,
    .reset = reset,
    .enabled = enabled,
};
