#include "periph/uart.h"

#include <string.h>

enum {
    RXD = 0x518,
    TXD = 0x51C,

    RTS_OFF_AT = UART_FIFO_SIZE - UART_STOP_FRAMES, /* bytes in the FIFO when there is room for four more */
};

static struct uart *self(struct periph *p) { return (struct uart *)p; }
static struct uart_line *line(struct uart *u) { return &u->m.line; }
static struct periph *periph(struct uart *u) { return &u->m.p; }

/* --- sending --- */

static void sent(struct periph *p, vtime at)
{
    struct uart *u = self(p);

    if (u->tx_next && u->tx_on) {
        u->tx_next = false;
        uart_line_send(line(u), u->tx_byte, at);
    }
    periph_event_at(p, UART_EVENT_TXDRDY, at);
}

static void write_txd(struct periph *p, unsigned i, uint32_t value)
{
    struct uart *u = self(p);

    if (!u->tx_on) {
        periph_guest_error(p, TXD, "written before STARTTX: byte lost");
    } else if (line(u)->tx_state == UART_TX_IDLE) {
        uart_line_send(line(u), (int)value, periph_now(p));
    } else { /* inaccuracy 1 */
        u->tx_next = true;
        u->tx_byte = (uint8_t)value;
    }
}

static void start_tx(struct periph *p, unsigned i) { self(p)->tx_on = true; }

static void stop_tx(struct periph *p, unsigned i)
{
    struct uart *u = self(p);

    u->tx_on = u->tx_next = false;
    uart_line_abort(line(u));
}

/* --- receiving --- */

static void update_ready(struct uart *u, bool ready, vtime at)
{
    bool hungry = line(u)->rx_on && !u->rxto.armed && !u->fifo.count;

    uart_line_ready(line(u), ready, hungry, at);
}

/* Shows the FIFO's first byte in RXD. */
static void show_rxd(struct uart *u, vtime at)
{
    periph_set(periph(u), RXD, u->fifo.byte[0]);
    periph_event_at(periph(u), UART_EVENT_RXDRDY, at);
}

static void received(struct periph *p, uint8_t byte, vtime at)
{
    struct uart *u = self(p);

    if (!uart_fifo_push(&u->fifo, byte)) {
        uart_line_error(line(u), UART_ERROR_OVERRUN, at);
        return;
    }
    update_ready(u, line(u)->ready && u->fifo.count < RTS_OFF_AT, at);
    if (u->fifo.count == 1)
        show_rxd(u, at);
}

static uint32_t read_rxd(struct periph *p, unsigned i)
{
    struct uart *u = self(p);
    uint32_t byte = periph_get(p, RXD);

    if (!u->fifo.count)
        return byte;
    uart_fifo_pop(&u->fifo);
    if (u->fifo.count)
        show_rxd(u, periph_now(p));
    else if (line(u)->rx_on && !u->rxto.armed)
        update_ready(u, true, periph_now(p));
    return byte;
}

static void start_rx(struct periph *p, unsigned i)
{
    struct uart *u = self(p);
    vtime now = periph_now(p);

    sched_cancel(periph_doors(p)->sched, &u->rxto);
    uart_line_receive(line(u), true, now);
    update_ready(u, u->fifo.count < RTS_OFF_AT, now);
}

static void stop_rx(struct periph *p, unsigned i)
{
    struct uart *u = self(p);

    if (!line(u)->rx_on || u->rxto.armed)
        return;
    sched_at(periph_doors(p)->sched, &u->rxto, uart_line_frames(line(u), periph_now(p), UART_STOP_FRAMES));
    update_ready(u, false, periph_now(p));
}

static void rxto_fire(void *ctx, vtime due)
{
    struct uart *u = ctx;

    if (uart_line_frame_is_due(line(u), due)) { /* it still counts */
        sched_at(periph_doors(periph(u))->sched, &u->rxto, due);
        return;
    }
    uart_line_receive(line(u), false, due);
    periph_event_at(periph(u), UART_EVENT_RXTO, due);
}

/* What is being sent goes out, unlike with STOPTX (PS 6.33.6). */
static void suspend(struct periph *p, unsigned i)
{
    self(p)->tx_on = false;
    stop_rx(p, i);
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
    struct uart *u = self(p);

    sched_cancel(periph_doors(p)->sched, &u->rxto);
    u->tx_on = u->tx_next = false;
    u->fifo.count = 0;
    uart_line_enable(line(u), on);
}

static void reset(struct periph *p, uint32_t resetreas) { enabled(p, false); }

static const struct periph_task_desc tasks[] = {
    {.offset = 0x000, .name = "STARTRX", .trigger = start_rx}, {.offset = 0x004, .name = "STOPRX", .trigger = stop_rx},
    {.offset = 0x008, .name = "STARTTX", .trigger = start_tx}, {.offset = 0x00C, .name = "STOPTX", .trigger = stop_tx},
    {.offset = 0x01C, .name = "SUSPEND", .trigger = suspend},
};

static const struct periph_event_desc events[] = {
    {.offset = 0x100, .name = "CTS"},    {.offset = 0x104, .name = "NCTS"},  {.offset = 0x108, .name = "RXDRDY"},
    {.offset = 0x11C, .name = "TXDRDY"}, {.offset = 0x124, .name = "ERROR"}, {.offset = 0x144, .name = "RXTO"},
};

static const struct periph_short_desc shorts[] = {
    {.bit = 3, .event = UART_EVENT_CTS, .task = UART_TASK_STARTRX},
    {.bit = 4, .event = UART_EVENT_NCTS, .task = UART_TASK_STOPRX},
};

static const struct periph_reg_desc regs[] = {
    UART_LINE_REGS(3),
    {.offset = RXD, .name = "RXD", .access = PERIPH_RO, .read = read_rxd, .read_acts = true},
    {.offset = TXD, .name = "TXD", .access = PERIPH_WO, .mask = 0xFF, .write = write_txd, .inaccuracy = 1},
};

const struct periph_desc uart_desc = {
    .type = "UART",
    .size = sizeof(struct uart),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(shorts),
    PERIPH_TABLE(regs),
    .enable_value = 4,
    .init = init,
    .reset = reset,
    .enabled = enabled,
};
