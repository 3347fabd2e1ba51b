/*
 * What the I2C masters have in common, TWI0–1 (PS 6.29) and TWIM0–1 (PS 6.31): START, address, bytes, STOP with their
 * times, SUSPEND and RESUME, errors, and the way to the devices on the wires (emu/serial_bus.h).
 *
 * Between two bytes the bus is *held* (SCL low), if only for no time at all. Then, in this order: a SUSPEND that was
 * triggered meanwhile takes effect, a STOP, a repeated START; else the model goes on with its next byte, or the bus
 * stays held because it has none. After a byte that was not acknowledged only STOP or another START helps.
 *
 * Inaccuracies
 *   1. START and STOP last one bit each.
 *   2. SCL and SDA are not seen on the pins, nor is their level looked at: a bus that hangs is never met, and the
 *      configuration of the pins in GPIO does not matter.
 *   3. A device that stretches the clock is asked once per bit time whether it is ready.
 *   4. FREQUENCY values that are not documented divide 16 MHz as 250 kbps does; 0 stops the clock.
 *   5. STOP without a transaction under way is answered by STOPPED at once, SUSPEND by SUSPENDED; the specification
 * says nothing of this.
 */
#ifndef PERIPH_TWI_LINE_H
#define PERIPH_TWI_LINE_H

#include "periph/psel.h"

enum {
    TWI_ERRORSRC = 0x4C4,
    TWI_PSEL_SCL = 0x508,
    TWI_PSEL_SDA = 0x50C,
    TWI_FREQUENCY = 0x524,
    TWI_ADDRESS = 0x588,

    TWI_TASK_STARTRX = PERIPH_TASK(0x000),
    TWI_TASK_STARTTX = PERIPH_TASK(0x008),
    TWI_TASK_STOP = PERIPH_TASK(0x014),
    TWI_TASK_SUSPEND = PERIPH_TASK(0x01C),
    TWI_EVENT_STOPPED = PERIPH_EVENT(0x104),
    TWI_EVENT_ERROR = PERIPH_EVENT(0x124),
    TWI_EVENT_SUSPENDED = PERIPH_EVENT(0x148),

    TWI_ERROR_OVERRUN = 1 << 0,
    TWI_ERROR_ANACK = 1 << 1,
    TWI_ERROR_DNACK = 1 << 2,
};

enum twi_phase {
    TWI_IDLE, /* no transaction */
    TWI_HELD, /* between bytes */
    TWI_ADDRESS_BYTE,
    TWI_WRITES,
    TWI_READS,
    TWI_STRETCHED, /* between bytes, too, but a device holds SCL low */
    TWI_STOPS,
};

enum twi_start { TWI_NO_START, TWI_START_TX, TWI_START_RX };

struct twi_line_ops {
    /* START or repeated START goes out. */
    void (*started)(struct periph *p, bool read, vtime at);
    /* A byte went out, acknowledged or not. */
    void (*written)(struct periph *p, bool ack, vtime at);
    void (*received)(struct periph *p, uint8_t byte, vtime at);
    /* The bus is held and free for the next byte: twi_line_write(), twi_line_read(), or nothing. */
    void (*next)(struct periph *p, vtime at);
    /* Whether there are bytes left of a buffer, so that a START has to wait. NULL: never. */
    bool (*busy)(struct periph *p);
    /* The transaction is over, before STOPPED. NULL: nobody cares. */
    void (*stopped)(struct periph *p);
};

/* Consecutive bits at one rate. */
struct twi_clock {
    vtime origin;
    uint64_t bits;
    uint32_t hz;
};

struct twi_line {
    struct periph *p;
    const struct twi_line_ops *ops;
    struct sched_event step;
    struct twi_clock clock;
    enum twi_phase phase;
    enum twi_start start_waits;
    bool late_ack; /* received() is called before the acknowledge bit, not after it */
    bool owes_ack; /* that bit was not sent yet */
    bool reading;  /* direction of the transaction */
    bool failed;   /* it was not acknowledged */
    bool stop_waits, suspend_waits, suspended;
    uint8_t byte;           /* to be written */
    struct i2c_master wire; /* pins of the present transaction */
};

/* To be called by the model's init, reset and enabled functions. */
void twi_line_init(struct twi_line *l, struct periph *p, const struct twi_line_ops *ops);
void twi_line_reset(struct twi_line *l);

/* From next(), or when data comes while the bus is held. */
void twi_line_write(struct twi_line *l, uint8_t byte, vtime at);
void twi_line_read(struct twi_line *l, vtime at);
/* The model has something to do again: calls next() if the bus is free for it. */
void twi_line_go_on(struct twi_line *l, vtime at);

/* Sets bits of ERRORSRC and raises ERROR. */
void twi_line_error(struct twi_line *l, uint32_t errorsrc, vtime at);

/* What the structs of both models begin with, and the tasks that are the line's. */
struct twi_model {
    struct periph p;
    struct twi_line line;
};
void twi_model_start_rx(struct periph *p, unsigned i);
void twi_model_start_tx(struct periph *p, unsigned i);
void twi_model_stop(struct periph *p, unsigned i);
void twi_model_suspend(struct periph *p, unsigned i);
void twi_model_resume(struct periph *p, unsigned i);

#define TWI_LINE_TASKS                                                       \
    {.offset = 0x000, .name = "STARTRX", .trigger = twi_model_start_rx},     \
        {.offset = 0x008, .name = "STARTTX", .trigger = twi_model_start_tx}, \
        {.offset = 0x014, .name = "STOP", .trigger = twi_model_stop},        \
        {.offset = 0x01C, .name = "SUSPEND", .trigger = twi_model_suspend},  \
    {                                                                        \
        .offset = 0x020, .name = "RESUME", .trigger = twi_model_resume       \
    }

/* The registers that TWI and TWIM have in common. */
#define TWI_LINE_REGS                                                                                                  \
    {.offset = TWI_ERRORSRC, .name = "ERRORSRC", .access = PERIPH_W1C, .mask = 7},                                     \
        {.offset = PERIPH_ENABLE, .name = "ENABLE", .mask = 0xF}, PSEL_REG(TWI_PSEL_SCL, "PSEL.SCL", NULL),            \
        PSEL_REG(TWI_PSEL_SDA, "PSEL.SDA", NULL), {.offset = TWI_FREQUENCY, .name = "FREQUENCY", .reset = 0x04000000}, \
    {                                                                                                                  \
        .offset = TWI_ADDRESS, .name = "ADDRESS", .mask = 0x7F                                                         \
    }

#endif
