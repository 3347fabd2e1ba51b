#include "periph/uarte.h"

enum {
    RXD_PTR = 0x534,
    RXD_MAXCNT = 0x538,
    RXD_AMOUNT = 0x53C,
    TXD_PTR = 0x544,
    TXD_MAXCNT = 0x548,
    TXD_AMOUNT = 0x54C,

    EVENT_ENDRX = PERIPH_EVENT(0x110),
    EVENT_ENDTX = PERIPH_EVENT(0x120),
    EVENT_RXSTARTED = PERIPH_EVENT(0x14C),
    EVENT_TXSTARTED = PERIPH_EVENT(0x150),
    EVENT_TXSTOPPED = PERIPH_EVENT(0x158),
};

static struct uarte *self(struct periph *p) { return (struct uarte *)p; }
static struct uart_line *line(struct uarte *u) { return &u->m.line; }
static struct periph *periph(struct uarte *u) { return &u->m.p; }

static struct uarte_buffer take_buffer(const struct periph *p, uint32_t ptr, uint32_t maxcnt)
{
    return (struct uarte_buffer){.ptr = periph_get(p, ptr), .maxcnt = periph_get(p, maxcnt), .active = true};
}

/* --- sending --- */

static void end_tx(struct uarte *u, vtime at)
{
    u->tx.active = false;
    periph_set(periph(u), TXD_AMOUNT, u->tx.count);
    periph_event_at(periph(u), EVENT_ENDTX, at);
}

static void stopped_tx(struct uarte *u, vtime at)
{
    u->tx_stopping = false;
    periph_event_at(periph(u), EVENT_TXSTOPPED, at);
}

/* Sends the next byte of the buffer, or ends it. */
static void next_tx(struct uarte *u, vtime at)
{
    uint8_t byte;

    if (!u->tx.active) {
        return; /* STOPTX was among what the event before this caused */
    } else if (u->tx.count == u->tx.maxcnt) {
        end_tx(u, at);
    } else if (bus_dma_read(periph_doors(periph(u))->bus, u->tx.ptr + u->tx.count, &byte, 1)) {
        uart_line_send(line(u), byte, at);
    } else { /* inaccuracy 2 */
        periph_guest_error(periph(u), TXD_PTR, "EasyDMA reaches RAM only: nothing is sent");
        uart_line_send(line(u), UART_NO_BYTE, at);
    }
}

static void sent(struct periph *p, vtime at)
{
    struct uarte *u = self(p);

    u->tx.count++;
    periph_event_at(p, UART_EVENT_TXDRDY, at);
    if (line(u)->tx_state != UART_TX_IDLE) /* and here it was STARTTX */
        return;
    if (!u->tx_stopping) {
        next_tx(u, at);
        return;
    }
    end_tx(u, at);
    stopped_tx(u, at);
}

static void start_tx(struct periph *p, unsigned i)
{
    struct uarte *u = self(p);
    vtime now = periph_now(p);

    uart_line_abort(line(u)); /* inaccuracy 4 */
    u->tx = take_buffer(p, TXD_PTR, TXD_MAXCNT);
    u->tx_stopping = false;
    periph_event(p, EVENT_TXSTARTED);
    next_tx(u, now);
}

static void stop_tx(struct periph *p, unsigned i)
{
    struct uarte *u = self(p);

    if (line(u)->tx_state == UART_TX_SENDS) {
        u->tx_stopping = true;
        return;
    }
    uart_line_abort(line(u));
    if (u->tx.active)
        end_tx(u, periph_now(p));
    stopped_tx(u, periph_now(p));
}

/* --- receiving --- */

static void end_rx(struct uarte *u, vtime at)
{
    u->rx.active = false;
    periph_set(periph(u), RXD_AMOUNT, u->rx.count);
    periph_event_at(periph(u), EVENT_ENDRX, at);
}

/* Moves what the FIFO has into the buffer; true when that is full now. */
static bool move_fifo(struct uarte *u)
{
    while (u->fifo.count && u->rx.count < u->rx.maxcnt) {
        uint8_t byte = uart_fifo_pop(&u->fifo);

        if (!bus_dma_write(periph_doors(periph(u))->bus, u->rx.ptr + u->rx.count, &byte, 1))
            periph_guest_error(periph(u), RXD_PTR, "EasyDMA reaches RAM only: byte lost");
        if (++u->rx.count == u->rx.maxcnt)
            return true;
    }
    return false;
}

/* A short may bring another buffer when one is full. */
static void drain_fifo(struct uarte *u, vtime at)
{
    while (u->rx.active && move_fifo(u))
        end_rx(u, at);
}

/* RTS asks for more while there is a buffer, or room for what may still come after it is dropped. */
static void update_ready(struct uarte *u, vtime at)
{
    bool room = u->rx.active || u->fifo.count < UART_FIFO_SIZE - UART_STOP_FRAMES;
    bool on = line(u)->rx_on && !u->rxto.armed;

    uart_line_ready(line(u), on && room, on && u->rx.active && !u->fifo.count, at);
}

static void received(struct periph *p, uint8_t byte, vtime at)
{
    struct uarte *u = self(p);

    if (!uart_fifo_push(&u->fifo, byte)) {
        uart_line_error(line(u), UART_ERROR_OVERRUN, at);
        return;
    }
    periph_event_at(p, UART_EVENT_RXDRDY, at);
    drain_fifo(u, at);
    update_ready(u, at);
}

static void start_rx(struct periph *p, unsigned i)
{
    struct uarte *u = self(p);
    vtime now = periph_now(p);

    sched_cancel(periph_doors(p)->sched, &u->rxto);
    u->rx = take_buffer(p, RXD_PTR, RXD_MAXCNT);
    uart_line_receive(line(u), true, now);
    periph_event(p, EVENT_RXSTARTED);
    drain_fifo(u, now);
    update_ready(u, now);
}

static void stop_rx(struct periph *p, unsigned i)
{
    struct uarte *u = self(p);

    if (!line(u)->rx_on || u->rxto.armed)
        return;
    sched_at(periph_doors(p)->sched, &u->rxto, uart_line_frames(line(u), periph_now(p), UART_STOP_FRAMES));
    update_ready(u, periph_now(p));
}

static void rxto_fire(void *ctx, vtime due)
{
    struct uarte *u = ctx;

    if (uart_line_frame_is_due(line(u), due)) { /* it still counts */
        sched_at(periph_doors(periph(u))->sched, &u->rxto, due);
        return;
    }
    uart_line_receive(line(u), false, due);
    if (u->rx.active)
        end_rx(u, due);
    periph_event_at(periph(u), UART_EVENT_RXTO, due);
}

static void flush_rx(struct periph *p, unsigned i)
{
    struct uarte *u = self(p);
    bool anything = u->fifo.count != 0;

    if (u->rx.active) {
        periph_guest_error(p, 0x02C, "triggered while a buffer is being filled: no effect");
        return;
    }
    u->rx = take_buffer(p, RXD_PTR, RXD_MAXCNT);
    move_fifo(u);
    if (!anything)
        u->rx.count = periph_get(p, RXD_AMOUNT);
    end_rx(u, periph_now(p));
}

/* --- construction --- */

static const struct uart_line_ops line_ops = {.sent = sent, .received = received};

static void init(struct periph *p)
{
    uart_line_init(line(self(p)), p, &line_ops);
    sched_event_init(&self(p)->rxto, p->name, rxto_fire, self(p));
}

static void enabled(struct periph *p, bool on)
{
    struct uarte *u = self(p);

    sched_cancel(periph_doors(p)->sched, &u->rxto);
    u->tx.active = u->rx.active = u->tx_stopping = false;
    u->fifo.count = 0;
    uart_line_enable(line(u), on);
}

static void reset(struct periph *p, uint32_t resetreas) { enabled(p, false); }

static const struct periph_task_desc tasks[] = {
    {.offset = 0x000, .name = "STARTRX", .trigger = start_rx},
    {.offset = 0x004, .name = "STOPRX", .trigger = stop_rx},
    {.offset = 0x008, .name = "STARTTX", .trigger = start_tx, .inaccuracy = 4},
    {.offset = 0x00C, .name = "STOPTX", .trigger = stop_tx},
    {.offset = 0x02C, .name = "FLUSHRX", .trigger = flush_rx, .inaccuracy = 3},
};

static const struct periph_event_desc events[] = {
    {.offset = 0x100, .name = "CTS"},
    {.offset = 0x104, .name = "NCTS"},
    {.offset = 0x108, .name = "RXDRDY"},
    {.offset = 0x110, .name = "ENDRX"},
    {.offset = 0x11C, .name = "TXDRDY"},
    {.offset = 0x120, .name = "ENDTX"},
    {.offset = 0x124, .name = "ERROR"},
    {.offset = 0x144, .name = "RXTO"},
    {.offset = 0x14C, .name = "RXSTARTED", .inaccuracy = 3},
    {.offset = 0x150, .name = "TXSTARTED", .inaccuracy = 3},
    {.offset = 0x158, .name = "TXSTOPPED"},
};

static const struct periph_short_desc shorts[] = {
    {.bit = 5, .event = EVENT_ENDRX, .task = UART_TASK_STARTRX},
    {.bit = 6, .event = EVENT_ENDRX, .task = UART_TASK_STOPRX},
};

static const struct periph_reg_desc regs[] = {
    UART_LINE_REGS(5),
    {.offset = RXD_PTR, .name = "RXD.PTR", .inaccuracy = 2},
    {.offset = RXD_MAXCNT, .name = "RXD.MAXCNT", .mask = 0xFFFF},
    {.offset = RXD_AMOUNT, .name = "RXD.AMOUNT", .access = PERIPH_RO},
    {.offset = TXD_PTR, .name = "TXD.PTR", .inaccuracy = 2},
    {.offset = TXD_MAXCNT, .name = "TXD.MAXCNT", .mask = 0xFFFF},
    {.offset = TXD_AMOUNT, .name = "TXD.AMOUNT", .access = PERIPH_RO},
};

const struct periph_desc uarte_desc = {
    .type = "UARTE",
    .size = sizeof(struct uarte),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(shorts),
    PERIPH_TABLE(regs),
    .has_inten = true,
    .enable_value = 8,
    .init = init,
    .reset = reset,
    .enabled = enabled,
};
