#include "periph/uart_line.h"

#include <string.h>

enum {
    CONFIG_HWFC = 1 << 0,
    CONFIG_PARITY = 7 << 1,
    CONFIG_STOP = 1 << 4,

    FRAME_BITS = 10,
    STREAM_CHUNK = 256,
};

#define IDLE_POLL VTIME_PER_MS

/* Units of time per bit are UNITS_PER_BIT / BAUDRATE: 2^32 / 16 MHz in 1/512 µs. */
#define UNITS_PER_BIT ((unsigned __int128)1 << 37)

/* --- the other end --- */

void uart_port_init(struct uart_port *port, struct stream *stream, enum ev_console channel)
{
    memset(port, 0, sizeof *port);
    port->stream = stream;
    port->channel = channel;
    port->next = port;
    port->line_over = true;
}

void uart_port_join(struct uart_port *port, struct uart_port *other)
{
    port->next = other->next;
    other->next = port;
}

static unsigned queue_put(struct uart_queue *q, const uint8_t *bytes, unsigned n)
{
    unsigned done = 0;

    for (; done < n && q->n < UART_PORT_SIZE; done++)
        q->byte[(q->first + q->n++) % UART_PORT_SIZE] = bytes[done];
    return done;
}

static uint8_t queue_take(struct uart_queue *q)
{
    uint8_t byte = q->byte[q->first];

    q->first = (q->first + 1) % UART_PORT_SIZE;
    q->n--;
    return byte;
}

static void read_stream(struct uart_port *port)
{
    uint8_t chunk[STREAM_CHUNK];
    ssize_t n;

    if (port->typed.n || !port->stream || port->ended)
        return;
    n = stream_read(port->stream, chunk, sizeof chunk);
    if (n < 0)
        port->ended = true;
    else
        queue_put(&port->typed, chunk, (unsigned)n);
}

/* Whether the typed byte that is next may go: it continues a line, or the chip has had its time. */
static bool typing_goes_on(const struct uart_port *port, vtime at)
{
    bool line_feed = port->last == '\r' && port->typed.n && port->typed.byte[port->typed.first] == '\n';

    return !port->lines || !port->line_over || line_feed || at >= port->busy + UART_LINE_PAUSE;
}

static uint8_t port_take(struct uart_port *port, struct uart_queue *from, vtime at)
{
    uint8_t byte = queue_take(from);

    port->busy = at;
    if (from == &port->typed) {
        port->last = byte;
        port->line_over = byte == '\r' || byte == '\n';
    }
    return byte;
}

static void port_show(struct uart_line *l)
{
    uint8_t byte = (uint8_t)l->tx_byte;

    if (!l->port || l->tx_byte == UART_NO_BYTE)
        return;
    evlog_emit(periph_doors(l->p)->evlog, EV_CONSOLE, l->port->channel, byte);
    if (l->port->stream)
        stream_write(l->port->stream, &byte, 1);
}

/* --- FIFO --- */

bool uart_fifo_push(struct uart_fifo *f, uint8_t byte)
{
    if (f->count == UART_FIFO_SIZE)
        return false;
    f->byte[f->count++] = byte;
    return true;
}

uint8_t uart_fifo_pop(struct uart_fifo *f)
{
    uint8_t byte = f->byte[0];

    memmove(f->byte, f->byte + 1, --f->count);
    return byte;
}

/* --- bit times --- */

static unsigned frame_bits(const struct uart_line *l)
{
    uint32_t config = periph_get(l->p, UART_CONFIG);

    return FRAME_BITS + ((config & CONFIG_PARITY) == CONFIG_PARITY) + ((config & CONFIG_STOP) != 0);
}

static struct uart_burst new_burst(const struct uart_line *l, vtime from)
{
    uint32_t baudrate = periph_get(l->p, UART_BAUDRATE);

    return (struct uart_burst){.origin = from, .baudrate = baudrate ? baudrate : 1, .bits = frame_bits(l)};
}

static vtime burst_end(const struct uart_burst *b)
{
    return b->origin + (vtime)((b->n * b->bits * UNITS_PER_BIT + b->baudrate - 1) / b->baudrate);
}

/* Adds a frame that begins at `at`: to the burst, when it follows at once and at the same rate. */
static vtime add_frame(const struct uart_line *l, struct uart_burst *b, vtime at)
{
    struct uart_burst fresh = new_burst(l, at);

    if (!b->n || burst_end(b) != at || b->baudrate != fresh.baudrate || b->bits != fresh.bits)
        *b = fresh;
    b->n++;
    return burst_end(b);
}

vtime uart_line_frames(const struct uart_line *l, vtime from, uint64_t n)
{
    struct uart_burst b = new_burst(l, from);

    b.n = n;
    return burst_end(&b);
}

/* --- pins --- */

static bool flow_control(const struct uart_line *l) { return periph_get(l->p, UART_CONFIG) & CONFIG_HWFC; }

static bool clear_to_send(const struct uart_line *l)
{
    return !flow_control(l) || l->cts == PIN_NONE || !pins_level(periph_doors(l->p)->pins, l->cts);
}

static void drive(struct uart_line *l, unsigned *held, unsigned pin, enum pin_drive level)
{
    pins_move(periph_doors(l->p)->pins, held, pin, PIN_FROM_PERIPHERAL, level);
}

void uart_line_pins(struct uart_line *l)
{
    bool rts = l->on && flow_control(l);

    drive(l, &l->txd, l->on ? psel_pin(l->p, UART_PSEL_TXD) : PIN_NONE, PIN_HIGH);
    drive(l, &l->rts, rts ? psel_pin(l->p, UART_PSEL_RTS) : PIN_NONE, l->ready ? PIN_LOW : PIN_HIGH);
    l->cts = l->on ? psel_pin(l->p, UART_PSEL_CTS) : PIN_NONE;
}

/* Starts the frame that CTS held back, when it may go now. */
static void try_sending(struct uart_line *l, vtime at)
{
    if (l->tx_state != UART_TX_WAITS_FOR_CTS || !clear_to_send(l))
        return;
    l->tx_state = UART_TX_SENDS;
    sched_at(periph_doors(l->p)->sched, &l->tx, add_frame(l, &l->tx_burst, at));
}

static void pin_changed(void *ctx, unsigned pin, bool level)
{
    struct uart_line *l = ctx;

    if (pin != l->cts)
        return;
    periph_event(l->p, level ? UART_EVENT_NCTS : UART_EVENT_CTS);
    try_sending(l, periph_now(l->p));
}

/* --- wires between UARTs --- */

static bool same_frames(const struct uart_line *a, const struct uart_line *b)
{
    return frame_bits(a) == frame_bits(b) && periph_get(a->p, UART_BAUDRATE) == periph_get(b->p, UART_BAUDRATE);
}

static bool hears(const struct uart_line *l, const struct uart_line *sender)
{
    unsigned rxd = psel_pin(l->p, UART_PSEL_RXD);

    return rxd != PIN_NONE && sender->txd != PIN_NONE && pins_wired(periph_doors(l->p)->pins, rxd, sender->txd) &&
           same_frames(l, sender); /* inaccuracy 5 */
}

/* The byte that was sent arrives at whoever is wired to it. */
static void pass_on(struct uart_line *l, vtime at)
{
    struct uart_port *port = l->port;

    if (!port || l->tx_byte == UART_NO_BYTE)
        return;
    do {
        if (port->receiver && hears(port->receiver, l))
            port->receiver->ops->received(port->receiver->p, (uint8_t)l->tx_byte, at);
        port = port->next;
    } while (port != l->port);
}

/* --- sending --- */

static void tx_fire(void *ctx, vtime due)
{
    struct uart_line *l = ctx;

    l->tx_state = UART_TX_IDLE;
    if (l->port)
        l->port->busy = due;
    port_show(l);
    pass_on(l, due);
    l->ops->sent(l->p, due);
}

void uart_line_send(struct uart_line *l, int byte, vtime at)
{
    l->tx_byte = byte;
    l->tx_state = UART_TX_WAITS_FOR_CTS;
    try_sending(l, at);
}

void uart_line_abort(struct uart_line *l)
{
    sched_cancel(periph_doors(l->p)->sched, &l->tx);
    l->tx_state = UART_TX_IDLE;
    l->tx_burst.n = 0;
}

/* --- receiving --- */

/* What the other end sends next; NULL: nothing now. */
static struct uart_queue *next_queue(struct uart_line *l, vtime at)
{
    struct uart_port *port = l->port;

    if (port->fed.n)
        return &port->fed;
    if (!l->hungry) /* inaccuracy 1 */
        return NULL;
    read_stream(port);
    return port->typed.n && typing_goes_on(port, at) ? &port->typed : NULL;
}

/* When there may be something, as far as that is a matter of time. */
static vtime next_look(const struct uart_line *l, vtime at)
{
    const struct uart_port *port = l->port;

    if (!l->hungry)
        return VTIME_NEVER;
    if (port->typed.n)
        return port->busy + UART_LINE_PAUSE;
    return port->stream && !port->ended ? at + IDLE_POLL : VTIME_NEVER;
}

/* A frame begins if the other end has one and may send it; else it is asked again later. */
static void start_frame(struct uart_line *l, vtime at)
{
    struct sched *s = periph_doors(l->p)->sched;
    bool flows = l->ready || !flow_control(l);
    bool allowed = l->rx_on && l->port && flows && psel_pin(l->p, UART_PSEL_RXD) != PIN_NONE;
    vtime later;

    l->from = allowed ? next_queue(l, at) : NULL;
    l->rx_frame = l->from != NULL;
    later = l->rx_frame ? add_frame(l, &l->rx_burst, at) : allowed ? next_look(l, at) : VTIME_NEVER;
    if (later == VTIME_NEVER)
        sched_cancel(s, &l->rx);
    else
        sched_at(s, &l->rx, later);
}

static void rx_fire(void *ctx, vtime due)
{
    struct uart_line *l = ctx;

    if (l->rx_frame) {
        l->rx_frame = false;
        l->ops->received(l->p, port_take(l->port, l->from, due), due);
    }
    if (!l->rx_frame)
        start_frame(l, due);
}

unsigned uart_port_feed(struct uart_port *port, const void *bytes, unsigned n)
{
    unsigned done = queue_put(&port->fed, bytes, n);

    if (port->receiver && !port->receiver->rx_frame)
        start_frame(port->receiver, periph_now(port->receiver->p));
    return done;
}

void uart_line_receive(struct uart_line *l, bool on, vtime at)
{
    if (l->rx_on == on)
        return;
    l->rx_on = on;
    l->rx_burst.n = 0;
    if (l->port)
        l->port->receiver = on ? l : NULL;
    start_frame(l, at);
}

void uart_line_ready(struct uart_line *l, bool ready, bool hungry, vtime at)
{
    bool more = (ready && !l->ready) || (hungry && !l->hungry);

    l->hungry = hungry;
    if (l->ready != ready) {
        l->ready = ready;
        uart_line_pins(l);
    }
    if (more && l->rx_on && !l->rx_frame)
        start_frame(l, at);
}

void uart_line_error(struct uart_line *l, uint32_t errorsrc, vtime at)
{
    periph_set(l->p, UART_ERRORSRC, periph_get(l->p, UART_ERRORSRC) | errorsrc);
    periph_event_at(l->p, UART_EVENT_ERROR, at);
}

/* --- construction, ENABLE, registers --- */

void uart_line_init(struct uart_line *l, struct periph *p, const struct uart_line_ops *ops)
{
    l->p = p;
    l->ops = ops;
    l->txd = l->rts = l->cts = PIN_NONE;
    sched_event_init(&l->tx, p->name, tx_fire, l);
    sched_event_init(&l->rx, p->name, rx_fire, l);
    pins_listen(periph_doors(p)->pins, pin_changed, l);
}

void uart_line_enable(struct uart_line *l, bool on)
{
    l->on = on;
    l->ready = l->hungry = false;
    uart_line_abort(l);
    uart_line_receive(l, false, periph_now(l->p));
    uart_line_pins(l);
}

void uart_model_write_config(struct periph *p, unsigned i, uint32_t value)
{
    periph_set(p, UART_CONFIG, value);
    uart_line_pins(&((struct uart_model *)p)->line);
}

static void write_psel(struct periph *p, uint32_t psel, uint32_t value)
{
    periph_set(p, psel, value);
    uart_line_pins(&((struct uart_model *)p)->line);
}

void uart_model_write_psel_rts(struct periph *p, unsigned i, uint32_t value) { write_psel(p, UART_PSEL_RTS, value); }
void uart_model_write_psel_txd(struct periph *p, unsigned i, uint32_t value) { write_psel(p, UART_PSEL_TXD, value); }
void uart_model_write_psel_cts(struct periph *p, unsigned i, uint32_t value) { write_psel(p, UART_PSEL_CTS, value); }

/* Without a pin nothing is received; what is waiting comes once there is one. */
void uart_model_write_psel_rxd(struct periph *p, unsigned i, uint32_t value)
{
    struct uart_line *l = &((struct uart_model *)p)->line;

    periph_set(p, UART_PSEL_RXD, value);
    if (l->rx_on && !l->rx_frame)
        start_frame(l, periph_now(p));
}
