/*
 * The serial line of UART0 and the UARTEs (PS 6.33, 6.34): bit times, pins, flow control, and the other end of the
 * wire.
 *
 * A frame is one start bit, eight data bits, an even parity bit if CONFIG.PARITY says so, and one or two stop bits. A
 * bit lasts 2^32 / (BAUDRATE * 16 MHz): the register holds the rate. The end of the n-th of consecutive frames is
 * computed from n, so that rounding never accumulates.
 *
 * Whatever is at the other end is a `struct uart_port`: bytes fed by a script, which come back to back, and a host's
 * stream. What that has to say is sent when the firmware will take it, be there flow control or not: people and pipes
 * know nothing of FIFOs. If it comes in lines, the port also waits after each, and before the first, until the chip has
 * said nothing for UART_LINE_PAUSE: as people do, for whom a prompt is a prompt. A receiver whose RXD is wired to a TXD
 * of this chip hears that, too.
 *
 * Inaccuracies
 *   1. The port holds its bytes back until the receiver is on, instead of losing them; so does a frame that was cut off
 *      by switching the receiver off. The stream's bytes also wait for a buffer (UARTE) or an empty FIFO (UART), so
 * that only fed ones can overrun.
 *   2. TXD rests at its idle level: the bits of a frame are not seen on the pin. RXD's level is not looked at.
 *   3. Frames never arrive with wrong parity, framing or a break: of ERRORSRC only OVERRUN occurs.
 *   4. An idle receiver looks at the host's stream once per millisecond; fed bytes start at once.
 *   5. Of two UARTs wired together with different rates or frames, neither hears the other; on the chip they would hear
 *      garbage. What a port sends at the same time is heard as if it were alone.
 *   6. BAUDRATE and CONFIG act from the next frame on.
 */
#ifndef PERIPH_UART_LINE_H
#define PERIPH_UART_LINE_H

#include "emu/stream.h"
#include "periph/psel.h"

enum {
    UART_FIFO_SIZE = 6,
    UART_PORT_SIZE = 4096,
    UART_STOP_FRAMES = 4, /* how long the receiver goes on after STOPRX */

    UART_ERRORSRC = 0x480,
    UART_PSEL_RTS = 0x508,
    UART_PSEL_TXD = 0x50C,
    UART_PSEL_CTS = 0x510,
    UART_PSEL_RXD = 0x514,
    UART_BAUDRATE = 0x524,
    UART_CONFIG = 0x56C,

    UART_TASK_STARTRX = PERIPH_TASK(0x000),
    UART_TASK_STOPRX = PERIPH_TASK(0x004),
    UART_EVENT_CTS = PERIPH_EVENT(0x100),
    UART_EVENT_NCTS = PERIPH_EVENT(0x104),
    UART_EVENT_RXDRDY = PERIPH_EVENT(0x108),
    UART_EVENT_TXDRDY = PERIPH_EVENT(0x11C),
    UART_EVENT_ERROR = PERIPH_EVENT(0x124),
    UART_EVENT_RXTO = PERIPH_EVENT(0x144),

    UART_ERROR_OVERRUN = 1 << 0,

    UART_NO_BYTE = -1,
};

#define UART_LINE_PAUSE (10 * VTIME_PER_MS)

struct uart_line;

struct uart_queue {
    uint8_t byte[UART_PORT_SIZE]; /* ring */
    unsigned first, n;
};

/* The other end of the wire; one for UART0 and UARTE0 together. Owned by the caller. */
struct uart_port {
    struct stream *stream; /* NULL: what is sent goes to the event log only, and only fed bytes arrive */
    enum ev_console channel;
    bool lines;                   /* the stream's bytes come in lines */
    struct uart_queue fed, typed; /* to be sent to the chip, the fed ones first; typed: out of the stream */
    bool ended;                   /* the stream has */
    bool line_over;               /* the last byte typed ended a line: */
    uint8_t last;                 /* which it was */
    vtime busy;                   /* when a byte went either way the last time */
    struct uart_line *receiver;   /* the one that is on */
    struct uart_port *next;       /* the chip's next one, in a ring; itself when it is alone */
};

/* `stream` stays the caller's and has to outlive the port. */
void uart_port_init(struct uart_port *port, struct stream *stream, enum ev_console channel);

/* Puts a port that is alone next to another of the same chip. */
void uart_port_join(struct uart_port *port, struct uart_port *other);

/* Sends bytes to the chip, after those that were fed already; returns how many there was room for. */
unsigned uart_port_feed(struct uart_port *port, const void *bytes, unsigned n);

struct uart_fifo {
    uint8_t byte[UART_FIFO_SIZE];
    unsigned count;
};

bool uart_fifo_push(struct uart_fifo *f, uint8_t byte); /* false: full, the byte is lost */
uint8_t uart_fifo_pop(struct uart_fifo *f);             /* must not be empty */

struct uart_line_ops {
    void (*sent)(struct periph *p, vtime at);                   /* the stop bit is over */
    void (*received)(struct periph *p, uint8_t byte, vtime at); /* likewise */
};

/* Consecutive frames at one rate. */
struct uart_burst {
    vtime origin; /* start of the first frame */
    uint64_t n;   /* frames, the present one included */
    uint32_t baudrate;
    unsigned bits; /* per frame */
};

enum uart_tx_state { UART_TX_IDLE, UART_TX_WAITS_FOR_CTS, UART_TX_SENDS };

struct uart_line {
    struct periph *p;
    const struct uart_line_ops *ops;
    struct uart_port *port;
    struct sched_event tx, rx;
    struct uart_burst tx_burst, rx_burst;
    enum uart_tx_state tx_state;
    int tx_byte;             /* or UART_NO_BYTE */
    bool rx_on, rx_frame;    /* receiver on; a frame is under way */
    bool ready;              /* RTS active */
    bool hungry;             /* a byte would be taken at once */
    struct uart_queue *from; /* of the frame that is under way */
    bool on;                 /* the peripheral is enabled and has its pins */
    unsigned txd, rts, cts;  /* pins in use, or PIN_NONE */
};

/* To be called by the model's init, reset and enabled functions and when PSEL or CONFIG were written. */
void uart_line_init(struct uart_line *l, struct periph *p, const struct uart_line_ops *ops);
void uart_line_enable(struct uart_line *l, bool on);
void uart_line_pins(struct uart_line *l);

/* When the n-th frame from now on is over. */
vtime uart_line_frames(const struct uart_line *l, vtime from, uint64_t n);

/* Sends a byte, once CTS allows; nothing may be under way. UART_NO_BYTE takes its time, but nobody sees anything. */
void uart_line_send(struct uart_line *l, int byte, vtime at);
/* Cuts off what is being sent. */
void uart_line_abort(struct uart_line *l);

void uart_line_receive(struct uart_line *l, bool on, vtime at);
/* Whether a frame is over at `at` that was not delivered yet. */
static inline bool uart_line_frame_is_due(const struct uart_line *l, vtime at)
{
    return l->rx_frame && l->rx.due <= at;
}
/* RTS, with which CONFIG.HWFC makes the other end pause; without it the other end does not care. And whether a byte
 * would be taken at once. */
void uart_line_ready(struct uart_line *l, bool ready, bool hungry, vtime at);

/* Sets bits of ERRORSRC and raises ERROR. */
void uart_line_error(struct uart_line *l, uint32_t errorsrc, vtime at);

/* What the structs of both models begin with; the functions write registers that concern the line. */
struct uart_model {
    struct periph p;
    struct uart_line line;
};
void uart_model_write_psel_rts(struct periph *p, unsigned i, uint32_t value);
void uart_model_write_psel_txd(struct periph *p, unsigned i, uint32_t value);
void uart_model_write_psel_cts(struct periph *p, unsigned i, uint32_t value);
void uart_model_write_psel_rxd(struct periph *p, unsigned i, uint32_t value);
void uart_model_write_config(struct periph *p, unsigned i, uint32_t value);

/* Puts UART0, UARTE0 or UARTE1 at a port; NULL: at none, as after init. */
static inline void uart_connect(struct uart_model *m, struct uart_port *port) { m->line.port = port; }

/* The registers that UART and UARTE have in common. */
#define UART_LINE_REGS(n)                                                                                        \
    {.offset = UART_ERRORSRC, .name = "ERRORSRC", .access = PERIPH_W1C, .mask = 0xF, .inaccuracy = n},           \
        {.offset = PERIPH_ENABLE, .name = "ENABLE", .mask = 0xF},                                                \
        PSEL_REG(UART_PSEL_RTS, "PSEL.RTS", uart_model_write_psel_rts),                                          \
        PSEL_REG(UART_PSEL_TXD, "PSEL.TXD", uart_model_write_psel_txd),                                          \
        PSEL_REG(UART_PSEL_CTS, "PSEL.CTS", uart_model_write_psel_cts),                                          \
        PSEL_REG(UART_PSEL_RXD, "PSEL.RXD", uart_model_write_psel_rxd),                                          \
        {.offset = UART_BAUDRATE, .name = "BAUDRATE", .reset = 0x04000000, .inaccuracy = n},                     \
    {                                                                                                            \
        .offset = UART_CONFIG, .name = "CONFIG", .mask = 0x1F, .write = uart_model_write_config, .inaccuracy = n \
    }

#endif
