#include "periph/twi.h"

enum {
    RXD = 0x518,
    TXD = 0x51C,

    EVENT_RXDREADY = PERIPH_EVENT(0x108),
    EVENT_TXDSENT = PERIPH_EVENT(0x11C),
    EVENT_BB = PERIPH_EVENT(0x138),
};

static struct twi *self(struct periph *p) { return (struct twi *)p; }
static struct twi_line *line(struct periph *p) { return &self(p)->m.line; }

/* --- the line's side --- */

static void started(struct periph *p, bool read, vtime at)
{
    if (read)
        self(p)->rx_full = false;
}

static void next(struct periph *p, vtime at)
{
    struct twi *t = self(p);

    if (line(p)->reading) {
        twi_line_read(line(p), at);
    } else if (t->tx_full) {
        t->tx_full = false;
        twi_line_write(line(p), (uint8_t)periph_get(p, TXD), at);
    }
}

static void written(struct periph *p, bool ack, vtime at)
{
    if (!ack) /* inaccuracy 2 */
        return;
    periph_event_at(p, EVENT_TXDSENT, at);
    periph_event_at(p, EVENT_BB, at); /* inaccuracy 1 */
}

static void received(struct periph *p, uint8_t byte, vtime at)
{
    struct twi *t = self(p);
    bool overrun = t->rx_full;

    periph_set(p, RXD, byte);
    t->rx_full = true;
    if (overrun)
        twi_line_error(line(p), TWI_ERROR_OVERRUN, at);
    periph_event_at(p, EVENT_BB, at);
    periph_event_at(p, EVENT_RXDREADY, at);
}

static void stopped(struct periph *p) { self(p)->tx_full = false; }

static const struct twi_line_ops line_ops = {
    .started = started, .written = written, .received = received, .next = next, .stopped = stopped};

/* --- registers --- */

static void write_txd(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, TXD, value);
    if (!periph_enabled(p))
        return;
    self(p)->tx_full = true;
    if (!line(p)->reading)
        twi_line_go_on(line(p), periph_now(p));
}

static uint32_t read_rxd(struct periph *p, unsigned i)
{
    self(p)->rx_full = false;
    return periph_get(p, RXD);
}

/* --- construction --- */

static void init(struct periph *p)
{
    twi_line_init(line(p), p, &line_ops);
    line(p)->late_ack = true;
}

static void enabled(struct periph *p, bool on)
{
    self(p)->tx_full = self(p)->rx_full = false;
    twi_line_reset(line(p));
}

static void reset(struct periph *p, uint32_t resetreas) { enabled(p, false); }

static const struct periph_task_desc tasks[] = {TWI_LINE_TASKS};

static const struct periph_event_desc events[] = {
    {.offset = 0x104, .name = "STOPPED"},
    {.offset = 0x108, .name = "RXDREADY"},
    {.offset = 0x11C, .name = "TXDSENT", .inaccuracy = 2},
    {.offset = 0x124, .name = "ERROR"},
    {.offset = 0x138, .name = "BB", .inaccuracy = 1},
    {.offset = 0x148, .name = "SUSPENDED"},
};

static const struct periph_short_desc shorts[] = {
    {.bit = 0, .event = EVENT_BB, .task = TWI_TASK_SUSPEND},
    {.bit = 1, .event = EVENT_BB, .task = TWI_TASK_STOP},
};

static const struct periph_reg_desc regs[] = {
    TWI_LINE_REGS,
    {.offset = RXD, .name = "RXD", .access = PERIPH_RO, .read = read_rxd, .read_acts = true},
    {.offset = TXD, .name = "TXD", .mask = 0xFF, .write = write_txd},
};

const struct periph_desc twi_desc = {
    .type = "TWI",
    .size = sizeof(struct twi),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(shorts),
    PERIPH_TABLE(regs),
    .enable_value = 5,
    .init = init,
    .reset = reset,
    .enabled = enabled,
};
