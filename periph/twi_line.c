#include "periph/twi_line.h"

enum {
    START_BITS = 1,
    STOP_BITS = 1,
    STRETCH_BITS = 1,
    BYTE_BITS = 8,
    ACK_BITS = 1,
};

#define CLOCK_HZ UINT64_C(16000000)

static const struct doors *doors(const struct twi_line *l) { return periph_doors(l->p); }

/* --- time --- */

static uint32_t rate(const struct twi_line *l)
{
    static const struct {
        uint32_t frequency, hz;
    } documented[] = {{0x01980000, 100000}, {0x04000000, 250000}, {0x06400000, 400000}, {0x06680000, 400000}};
    uint32_t frequency = periph_get(l->p, TWI_FREQUENCY);

    for (unsigned i = 0; i < sizeof documented / sizeof *documented; i++)
        if (documented[i].frequency == frequency)
            return documented[i].hz;
    return (uint32_t)(frequency * CLOCK_HZ >> 32); /* inaccuracy 4 */
}

static vtime clock_end(const struct twi_clock *c) { return vtime_edge(c->origin, c->bits, c->hz); }

/* What lasts so many bits begins. */
static void begin(struct twi_line *l, enum twi_phase phase, unsigned bits, vtime at)
{
    uint32_t hz = rate(l);

    l->phase = phase;
    if (!hz) {
        sched_cancel(doors(l)->sched, &l->step);
        return;
    }
    if (!l->clock.bits || l->clock.hz != hz || clock_end(&l->clock) != at)
        l->clock = (struct twi_clock){.origin = at, .hz = hz};
    l->clock.bits += bits + (l->owes_ack ? ACK_BITS : 0);
    l->owes_ack = false;
    sched_at(doors(l)->sched, &l->step, clock_end(&l->clock));
}

/* --- what may happen while the bus is held --- */

static void start_now(struct twi_line *l, enum twi_start start, vtime at)
{
    l->start_waits = TWI_NO_START;
    l->failed = false;
    l->reading = start == TWI_START_RX;
    l->wire = (struct i2c_master){.scl = psel_pin(l->p, TWI_PSEL_SCL), .sda = psel_pin(l->p, TWI_PSEL_SDA)};
    begin(l, TWI_ADDRESS_BYTE, START_BITS + BYTE_BITS + ACK_BITS, at);
    l->ops->started(l->p, l->reading, at);
}

static void suspend_now(struct twi_line *l, vtime at)
{
    l->suspend_waits = false;
    l->suspended = true;
    periph_event_at(l->p, TWI_EVENT_SUSPENDED, at);
}

static void stop_now(struct twi_line *l, vtime at)
{
    l->stop_waits = false;
    begin(l, TWI_STOPS, STOP_BITS, at);
}

static bool stretched(const struct twi_line *l)
{
    const struct i2c_bus *bus = doors(l)->i2c;

    return bus && !i2c_bus_ready(bus, &l->wire);
}

static bool busy(const struct twi_line *l) { return !l->failed && l->ops->busy && l->ops->busy(l->p); }

/* The bus is held: what next? */
static void proceed(struct twi_line *l, vtime at)
{
    if (l->suspended)
        return;
    if (l->suspend_waits)
        suspend_now(l, at);
    else if (stretched(l))
        begin(l, TWI_STRETCHED, STRETCH_BITS, at); /* inaccuracy 3 */
    else if (l->stop_waits)
        stop_now(l, at);
    else if (l->start_waits && !busy(l))
        start_now(l, l->start_waits, at);
    else if (!l->failed)
        l->ops->next(l->p, at);
}

void twi_line_go_on(struct twi_line *l, vtime at)
{
    if (l->phase == TWI_HELD)
        proceed(l, at);
}

void twi_line_write(struct twi_line *l, uint8_t byte, vtime at)
{
    l->byte = byte;
    begin(l, TWI_WRITES, BYTE_BITS + ACK_BITS, at);
}

void twi_line_read(struct twi_line *l, vtime at) { begin(l, TWI_READS, BYTE_BITS + (l->late_ack ? 0 : ACK_BITS), at); }

/* --- what is over --- */

void twi_line_error(struct twi_line *l, uint32_t errorsrc, vtime at)
{
    periph_set(l->p, TWI_ERRORSRC, periph_get(l->p, TWI_ERRORSRC) | errorsrc);
    periph_event_at(l->p, TWI_EVENT_ERROR, at);
}

static void nack(struct twi_line *l, uint32_t errorsrc, vtime at)
{
    l->failed = true;
    l->start_waits = TWI_NO_START;
    twi_line_error(l, errorsrc, at);
}

static void address_over(struct twi_line *l, vtime at)
{
    struct i2c_bus *bus = doors(l)->i2c;
    uint8_t address = (uint8_t)periph_get(l->p, TWI_ADDRESS);

    if (!bus || !i2c_bus_start(bus, &l->wire, address, l->reading, at))
        nack(l, TWI_ERROR_ANACK, at);
}

static void write_over(struct twi_line *l, vtime at)
{
    struct i2c_bus *bus = doors(l)->i2c;
    bool ack = bus && i2c_bus_write(bus, &l->wire, l->byte, at);

    l->ops->written(l->p, ack, at);
    if (!ack)
        nack(l, TWI_ERROR_DNACK, at);
}

static void read_over(struct twi_line *l, vtime at)
{
    struct i2c_bus *bus = doors(l)->i2c;

    l->owes_ack = l->late_ack;
    l->ops->received(l->p, bus ? i2c_bus_read(bus, &l->wire, at) : 0xFF, at);
}

static void stop_over(struct twi_line *l, vtime at)
{
    l->phase = TWI_IDLE;
    l->stop_waits = l->suspend_waits = false;
    if (doors(l)->i2c)
        i2c_bus_stop(doors(l)->i2c, &l->wire, at);
    if (l->ops->stopped)
        l->ops->stopped(l->p);
    periph_event_at(l->p, TWI_EVENT_STOPPED, at);
    if (l->phase == TWI_IDLE && l->start_waits)
        start_now(l, l->start_waits, at);
}

static void stretch_over(struct twi_line *l, vtime at) {}

static void step_fire(void *ctx, vtime due)
{
    static void (*const over[])(struct twi_line *, vtime) = {
        [TWI_ADDRESS_BYTE] = address_over,
        [TWI_WRITES] = write_over,
        [TWI_READS] = read_over,
        [TWI_STRETCHED] = stretch_over,
    };
    struct twi_line *l = ctx;
    enum twi_phase phase = l->phase;

    if (phase == TWI_STOPS) {
        stop_over(l, due);
        return;
    }
    over[phase](l, due); /* tasks that this triggers wait, because the phase is still the byte's */
    if (l->phase != phase)
        return; /* ENABLE was written */
    l->phase = TWI_HELD;
    proceed(l, due);
}

/* --- tasks --- */

static struct twi_line *line(struct periph *p) { return &((struct twi_model *)p)->line; }

/* Idle, or held with nothing to do. */
static bool may_start(const struct twi_line *l)
{
    return !l->suspended && (l->phase == TWI_IDLE || (l->phase == TWI_HELD && !busy(l)));
}

static void start(struct twi_line *l, enum twi_start how)
{
    if (may_start(l))
        start_now(l, how, periph_now(l->p));
    else
        l->start_waits = how;
}

void twi_model_start_rx(struct periph *p, unsigned i) { start(line(p), TWI_START_RX); }
void twi_model_start_tx(struct periph *p, unsigned i) { start(line(p), TWI_START_TX); }

void twi_model_stop(struct periph *p, unsigned i)
{
    struct twi_line *l = line(p);

    if (l->phase == TWI_IDLE)
        periph_event(p, TWI_EVENT_STOPPED); /* inaccuracy 5 */
    else if (l->phase == TWI_HELD && !l->suspended)
        stop_now(l, periph_now(p));
    else if (l->phase != TWI_STOPS)
        l->stop_waits = true;
}

void twi_model_suspend(struct periph *p, unsigned i)
{
    struct twi_line *l = line(p);

    if (l->phase == TWI_IDLE || l->phase == TWI_HELD)
        suspend_now(l, periph_now(p));
    else if (l->phase != TWI_STOPS)
        l->suspend_waits = true;
}

void twi_model_resume(struct periph *p, unsigned i)
{
    struct twi_line *l = line(p);
    bool was_suspended = l->suspended;

    l->suspended = l->suspend_waits = false;
    if (!was_suspended)
        return;
    if (l->phase == TWI_IDLE && l->start_waits)
        start_now(l, l->start_waits, periph_now(p));
    else
        twi_line_go_on(l, periph_now(p));
}

/* --- construction --- */

void twi_line_init(struct twi_line *l, struct periph *p, const struct twi_line_ops *ops)
{
    l->p = p;
    l->ops = ops;
    sched_event_init(&l->step, p->name, step_fire, l);
}

/* Devices notice nothing: what was addressed waits for a STOP, or for the next START. */
void twi_line_reset(struct twi_line *l)
{
    sched_cancel(doors(l)->sched, &l->step);
    l->phase = TWI_IDLE;
    l->start_waits = TWI_NO_START;
    l->owes_ack = l->failed = l->stop_waits = l->suspend_waits = l->suspended = false;
}
