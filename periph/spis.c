#include "periph/spis.h"

enum {
    SEMSTAT = 0x400,
    STATUS = 0x440,
    PSEL_SCK = 0x508,
    PSEL_MISO = 0x50C,
    PSEL_MOSI = 0x510,
    PSEL_CSN = 0x514,
    CONFIG = 0x554,
    DEF = 0x55C,
    ORC = 0x5C0,

    SEMSTAT_FREE = 0,
    SEMSTAT_CPU = 1,
    SEMSTAT_SPIS = 2,
    SEMSTAT_CPU_PENDING = 3,

    STATUS_OVERREAD = 1 << 0,
    STATUS_OVERFLOW = 1 << 1,

    TASK_ACQUIRE = PERIPH_TASK(0x024),
    EVENT_END = PERIPH_EVENT(0x104),
    EVENT_ENDRX = PERIPH_EVENT(0x110),
    EVENT_ACQUIRED = PERIPH_EVENT(0x128),
};

static struct spis *self(struct periph *p) { return (struct spis *)p; }

/* --- the semaphore --- */

static void acquired(struct periph *p, vtime at)
{
    periph_set(p, SEMSTAT, SEMSTAT_CPU);
    periph_event_at(p, EVENT_ACQUIRED, at);
}

static void acquire(struct periph *p, unsigned i)
{
    if (periph_get(p, SEMSTAT) == SEMSTAT_SPIS)
        periph_set(p, SEMSTAT, SEMSTAT_CPU_PENDING);
    else if (periph_get(p, SEMSTAT) != SEMSTAT_CPU_PENDING)
        acquired(p, periph_now(p));
}

static void release(struct periph *p, unsigned i)
{
    if (periph_get(p, SEMSTAT) == SEMSTAT_CPU)
        periph_set(p, SEMSTAT, SEMSTAT_FREE);
    else if (periph_get(p, SEMSTAT) == SEMSTAT_CPU_PENDING)
        periph_set(p, SEMSTAT, SEMSTAT_SPIS);
}

/* --- transactions --- */

static void begin(struct spis *s)
{
    struct periph *p = &s->p;

    s->granted = periph_get(p, SEMSTAT) == SEMSTAT_FREE;
    if (!s->granted)
        return;
    periph_set(p, SEMSTAT, SEMSTAT_SPIS);
    s->tx = easydma_take(p, EASYDMA_TXD);
    s->rx = easydma_take(p, EASYDMA_RXD);
}

static void end(struct spis *s, vtime at)
{
    struct periph *p = &s->p;
    bool pending = periph_get(p, SEMSTAT) == SEMSTAT_CPU_PENDING;

    if (!s->granted)
        return;
    s->granted = false;
    easydma_show(&s->tx, p);
    easydma_show(&s->rx, p);
    periph_set(p, SEMSTAT, SEMSTAT_FREE);
    periph_event_at(p, EVENT_END, at);
    if (pending && periph_get(p, SEMSTAT) == SEMSTAT_FREE)
        acquired(p, at);
}

static void select(void *ctx, bool selected, vtime at)
{
    if (selected)
        begin(ctx);
    else
        end(ctx, at);
}

static void set_status(struct periph *p, uint32_t bit) { periph_set(p, STATUS, periph_get(p, STATUS) | bit); }

static uint8_t next_byte(struct spis *s)
{
    if (!easydma_full(&s->tx))
        return easydma_fetch(&s->tx, &s->p);
    set_status(&s->p, STATUS_OVERREAD);
    return (uint8_t)periph_get(&s->p, ORC);
}

static void received(struct spis *s, uint8_t byte, vtime at)
{
    if (easydma_full(&s->rx)) {
        set_status(&s->p, STATUS_OVERFLOW);
        return;
    }
    easydma_store(&s->rx, &s->p, byte);
    if (easydma_full(&s->rx))
        periph_event_at(&s->p, EVENT_ENDRX, at);
}

static int exchange(void *ctx, uint8_t mosi, vtime at)
{
    struct spis *s = ctx;
    bool lsb_first = spi_lsb_first(periph_get(&s->p, CONFIG));
    uint8_t miso;

    if (s->granted) {
        miso = next_byte(s);
        received(s, lsb_first ? spi_reversed(mosi) : mosi, at);
    } else {
        miso = (uint8_t)periph_get(&s->p, DEF);
    }
    return lsb_first ? spi_reversed(miso) : miso;
}

static const struct spi_device_ops device_ops = {.select = select, .exchange = exchange};

/* --- wires --- */

static unsigned wire(const struct spis *s, uint32_t psel)
{
    unsigned pin = periph_enabled(&s->p) ? psel_pin(&s->p, psel) : PIN_NONE;

    return pin == PIN_NONE ? SERIAL_WIRE_OPEN : pin;
}

static void update_wires(struct spis *s)
{
    const struct doors *d = periph_doors(&s->p);

    s->device.sck = wire(s, PSEL_SCK);
    s->device.miso = wire(s, PSEL_MISO);
    s->device.mosi = wire(s, PSEL_MOSI);
    s->device.cs = wire(s, PSEL_CSN);
    s->device.modes = spi_mode(periph_get(&s->p, CONFIG));
    if (d->spi)
        spi_bus_wires_changed(d->spi, &s->device);
}

static void write_and_update(struct periph *p, uint32_t offset, uint32_t value)
{
    periph_set(p, offset, value);
    update_wires(self(p));
}

static void write_psel_sck(struct periph *p, unsigned i, uint32_t value) { write_and_update(p, PSEL_SCK, value); }
static void write_psel_miso(struct periph *p, unsigned i, uint32_t value) { write_and_update(p, PSEL_MISO, value); }
static void write_psel_mosi(struct periph *p, unsigned i, uint32_t value) { write_and_update(p, PSEL_MOSI, value); }
static void write_psel_csn(struct periph *p, unsigned i, uint32_t value) { write_and_update(p, PSEL_CSN, value); }
static void write_config(struct periph *p, unsigned i, uint32_t value) { write_and_update(p, CONFIG, value); }

/* --- construction --- */

static void init(struct periph *p)
{
    struct spis *s = self(p);
    const struct doors *d = periph_doors(p);

    s->device = (struct spi_device){.ops = &device_ops, .ctx = s};
    update_wires(s);
    if (d->spi)
        spi_bus_attach(d->spi, &s->device);
}

/* After enabling, the semaphore is the CPU's. */
static void enabled(struct periph *p, bool on)
{
    self(p)->granted = false;
    periph_set(p, SEMSTAT, SEMSTAT_CPU);
    update_wires(self(p));
}

static void reset(struct periph *p, uint32_t resetreas) { enabled(p, false); }

static const struct periph_task_desc tasks[] = {
    {.offset = 0x024, .name = "ACQUIRE", .trigger = acquire},
    {.offset = 0x028, .name = "RELEASE", .trigger = release},
};

static const struct periph_event_desc events[] = {
    {.offset = 0x104, .name = "END"},
    {.offset = 0x110, .name = "ENDRX"},
    {.offset = 0x128, .name = "ACQUIRED"},
};

static const struct periph_short_desc shorts[] = {{.bit = 2, .event = EVENT_END, .task = TASK_ACQUIRE}};

static const struct periph_reg_desc regs[] = {
    {.offset = SEMSTAT, .name = "SEMSTAT", .access = PERIPH_RO, .reset = SEMSTAT_CPU},
    {.offset = STATUS, .name = "STATUS", .access = PERIPH_W1C, .mask = 3},
    {.offset = PERIPH_ENABLE, .name = "ENABLE", .mask = 0xF},
    PSEL_REG(PSEL_SCK, "PSEL.SCK", write_psel_sck),
    PSEL_REG(PSEL_MISO, "PSEL.MISO", write_psel_miso),
    PSEL_REG(PSEL_MOSI, "PSEL.MOSI", write_psel_mosi),
    PSEL_REG(PSEL_CSN, "PSEL.CSN", write_psel_csn),
    EASYDMA_REGS(EASYDMA_RXD, "RXD"),
    EASYDMA_REGS(EASYDMA_TXD, "TXD"),
    {.offset = CONFIG, .name = "CONFIG", .mask = 7, .write = write_config, .inaccuracy = 1},
    {.offset = DEF, .name = "DEF", .mask = 0xFF},
    {.offset = ORC, .name = "ORC", .mask = 0xFF},
};

const struct periph_desc spis_desc = {
    .type = "SPIS",
    .size = sizeof(struct spis),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(shorts),
    PERIPH_TABLE(regs),
    .enable_value = 2,
    .init = init,
    .reset = reset,
    .enabled = enabled,
};
