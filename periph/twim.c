#include "periph/twim.h"

enum {
    EVENT_RXSTARTED = PERIPH_EVENT(0x14C),
    EVENT_TXSTARTED = PERIPH_EVENT(0x150),
    EVENT_LASTRX = PERIPH_EVENT(0x15C),
    EVENT_LASTTX = PERIPH_EVENT(0x160),
};

static struct twim *self(struct periph *p) { return (struct twim *)p; }
static struct twi_line *line(struct periph *p) { return &self(p)->m.line; }

/* --- the line's side --- */

static struct easydma *buffer(struct periph *p) { return line(p)->reading ? &self(p)->rx : &self(p)->tx; }

static void started(struct periph *p, bool read, vtime at)
{
    struct easydma *d = buffer(p);

    *d = easydma_take(p, read ? EASYDMA_RXD : EASYDMA_TXD);
    easydma_show(d, p); /* inaccuracy 2 */
    periph_event_at(p, read ? EVENT_RXSTARTED : EVENT_TXSTARTED, at);
}

static bool busy(struct periph *p) { return !easydma_full(buffer(p)); }

/* Shorts act on the byte that has begun: first the byte, then the event. */
static void next(struct periph *p, vtime at)
{
    struct easydma *d = buffer(p);
    bool last = d->amount + 1 == d->maxcnt;

    if (easydma_full(d))
        return;
    if (line(p)->reading)
        twi_line_read(line(p), at);
    else
        twi_line_write(line(p), easydma_fetch(d, p), at);
    if (last)
        periph_event_at(p, line(p)->reading ? EVENT_LASTRX : EVENT_LASTTX, at);
}

static void written(struct periph *p, bool ack, vtime at) { easydma_show(&self(p)->tx, p); }

static void received(struct periph *p, uint8_t byte, vtime at)
{
    easydma_store(&self(p)->rx, p, byte);
    easydma_show(&self(p)->rx, p);
}

static const struct twi_line_ops line_ops = {
    .started = started, .written = written, .received = received, .next = next, .busy = busy};

/* --- construction --- */

static void init(struct periph *p) { twi_line_init(line(p), p, &line_ops); }
static void enabled(struct periph *p, bool on) { twi_line_reset(line(p)); }
static void reset(struct periph *p, uint32_t resetreas) { enabled(p, false); }

static const struct periph_task_desc tasks[] = {TWI_LINE_TASKS};

static const struct periph_event_desc events[] = {
    {.offset = 0x104, .name = "STOPPED"},   {.offset = 0x124, .name = "ERROR"},
    {.offset = 0x148, .name = "SUSPENDED"}, {.offset = 0x14C, .name = "RXSTARTED"},
    {.offset = 0x150, .name = "TXSTARTED"}, {.offset = 0x15C, .name = "LASTRX"},
    {.offset = 0x160, .name = "LASTTX"},
};

static const struct periph_short_desc shorts[] = {
    {.bit = 7, .event = EVENT_LASTTX, .task = TWI_TASK_STARTRX},
    {.bit = 8, .event = EVENT_LASTTX, .task = TWI_TASK_SUSPEND},
    {.bit = 9, .event = EVENT_LASTTX, .task = TWI_TASK_STOP},
    {.bit = 10, .event = EVENT_LASTRX, .task = TWI_TASK_STARTTX},
    {.bit = 11, .event = EVENT_LASTRX, .task = TWI_TASK_SUSPEND},
    {.bit = 12, .event = EVENT_LASTRX, .task = TWI_TASK_STOP},
};

static const struct periph_reg_desc regs[] = {
    TWI_LINE_REGS,
    EASYDMA_REGS(EASYDMA_RXD, "RXD"),
    EASYDMA_REGS(EASYDMA_TXD, "TXD"),
};

const struct periph_desc twim_desc = {
    .type = "TWIM",
    .size = sizeof(struct twim),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(shorts),
    PERIPH_TABLE(regs),
    .has_inten = true,
    .enable_value = 6,
    .init = init,
    .reset = reset,
    .enabled = enabled,
};
