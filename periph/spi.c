#include "periph/spi.h"

enum {
    RXD = 0x518,
    TXD = 0x51C,

    EVENT_READY = PERIPH_EVENT(0x108),

    RX_DEPTH = 2,
};

static struct spi *self(struct periph *p) { return (struct spi *)p; }
static struct periph *periph(struct spi *s) { return &s->m.p; }

/* --- sending --- */

static void send(struct spi *s, uint8_t byte)
{
    s->sending = true;
    s->tx_byte = byte;
    sched_at(periph_doors(periph(s))->sched, &s->done, spi_burst_end(&s->burst, s->sent + 1));
}

static void write_txd(struct periph *p, unsigned i, uint32_t value)
{
    struct spi *s = self(p);

    periph_set(p, TXD, value);
    if (!periph_enabled(p))
        return;
    if (s->sending) { /* inaccuracy 1 */
        s->tx_next = true;
        s->tx_waiting = (uint8_t)value;
        return;
    }
    s->burst = spi_line_begin(&s->m.line, periph_now(p));
    s->sent = 0;
    send(s, (uint8_t)value);
}

/* --- receiving --- */

static void received(struct spi *s, uint8_t byte, vtime at)
{
    if (s->unread == RX_DEPTH) /* inaccuracy 2 */
        return;
    if (s->unread++) {
        s->rx_waiting = byte;
        return;
    }
    periph_set(periph(s), RXD, byte);
    periph_event_at(periph(s), EVENT_READY, at);
}

static uint32_t read_rxd(struct periph *p, unsigned i)
{
    struct spi *s = self(p);
    uint32_t byte = periph_get(p, RXD);

    if (s->unread && --s->unread) {
        periph_set(p, RXD, s->rx_waiting);
        periph_event(p, EVENT_READY);
    }
    return byte;
}

static void done_fire(void *ctx, vtime due)
{
    struct spi *s = ctx;
    uint8_t byte = spi_line_exchange(&s->m.line, s->tx_byte, due);

    s->sending = false;
    s->sent++;
    if (s->tx_next) {
        s->tx_next = false;
        send(s, s->tx_waiting);
    }
    received(s, byte, due);
}

/* --- construction --- */

static void init(struct periph *p)
{
    spi_line_init(&self(p)->m.line, p);
    sched_event_init(&self(p)->done, p->name, done_fire, self(p));
}

static void enabled(struct periph *p, bool on)
{
    struct spi *s = self(p);

    sched_cancel(periph_doors(p)->sched, &s->done);
    s->sending = s->tx_next = false;
    s->unread = 0;
    spi_line_enable(&s->m.line, on);
}

static void reset(struct periph *p, uint32_t resetreas) { enabled(p, false); }

static const struct periph_event_desc events[] = {{.offset = 0x108, .name = "READY"}};

static const struct periph_reg_desc regs[] = {
    SPI_LINE_REGS,
    {.offset = RXD,
     .name = "RXD",
     .access = PERIPH_RO,
     .mask = 0xFF,
     .read = read_rxd,
     .read_acts = true,
     .inaccuracy = 2},
    {.offset = TXD, .name = "TXD", .mask = 0xFF, .write = write_txd, .inaccuracy = 1},
};

const struct periph_desc spi_desc = {
    .type = "SPI",
    .size = sizeof(struct spi),
    PERIPH_TABLE(events),
    PERIPH_TABLE(regs),
    .enable_value = 1,
    .init = init,
    .reset = reset,
    .enabled = enabled,
};
