#include "parts/lis2dh12.h"

#include <string.h>

enum {
    STATUS_REG_AUX = 0x07,
    OUT_TEMP_L = 0x0C,
    OUT_TEMP_H = 0x0D,
    WHO_AM_I = 0x0F,
    CTRL_REG0 = 0x1E,
    TEMP_CFG_REG = 0x1F,
    CTRL_REG1 = 0x20,
    CTRL_REG3 = 0x22,
    CTRL_REG4 = 0x23,
    CTRL_REG5 = 0x24,
    CTRL_REG6 = 0x25,
    STATUS_REG = 0x27,
    OUT_X_L = 0x28,
    OUT_Z_H = 0x2D,
    FIFO_CTRL_REG = 0x2E,
    FIFO_SRC_REG = 0x2F,
    INT1_CFG = 0x30, /* then SRC, THS, DURATION; INT2's the same from 0x34 on */
    INT2_CFG = 0x34,
    SRC = 1,
    THS = 2,
    CLICK_SRC = 0x39,

    LOW_POWER = 1 << 3,      /* CTRL_REG1 */
    BIG_ENDIAN_OUT = 1 << 6, /* CTRL_REG4 */
    HIGH_RESOLUTION = 1 << 3,
    BOOT = 1 << 7, /* CTRL_REG5 */
    FIFO_ENABLE = 1 << 6,
    LATCH_INT1 = 1 << 3,
    LATCH_INT2 = 1 << 1,
    ACTIVE_LOW = 1 << 1, /* CTRL_REG6 */

    I1_IA1 = 1 << 6, /* CTRL_REG3 */
    I1_IA2 = 1 << 5,
    I1_ZYXDA = 1 << 4,
    I1_WTM = 1 << 2,
    I1_OVERRUN = 1 << 1,
    I2_IA1 = 1 << 6, /* CTRL_REG6 */
    I2_IA2 = 1 << 5,

    NEW_DATA = 0x0F, /* STATUS_REG; the overruns are in the upper half */
    TEMPERATURE_NEW = 1 << 2,
    TEMPERATURE_ENABLE = 0xC0,
    TEMPERATURE_ZERO = 25, /* °C */

    AND_OF_EVENTS = 1 << 7, /* INTn_CFG */
    EVENTS = 0x3F,
    IA = 1 << 6, /* INTn_SRC */

    FIFO_BYPASS = 0, /* FIFO_CTRL_REG's upper two bits */
    FIFO_STOPS = 1,
    WATERMARK = 1 << 7, /* FIFO_SRC_REG */
    OVERRUN = 1 << 6,
    EMPTY = 1 << 5,
    FIFO_LEVEL = 0x1F,

    I2C_INCREMENT = 1 << 7, /* first byte of a transaction */
    SPI_READ = 1 << 7,
    SPI_INCREMENT = 1 << 6,
    REGISTER_MASK = LIS2DH12_REGISTERS - 1,
};

/* Registers that are not 0 after power-up, or not writable. */
static const uint8_t power_up_value[LIS2DH12_REGISTERS] = {[WHO_AM_I] = 0x33, [CTRL_REG0] = 0x10, [CTRL_REG1] = 0x07};

static bool is_writable(uint8_t r)
{
    return r >= CTRL_REG0 && (r < STATUS_REG || r == FIFO_CTRL_REG || (r > FIFO_SRC_REG && r != INT1_CFG + SRC)) &&
           r != INT2_CFG + SRC && r != CLICK_SRC;
}

/* --- format --- */

/* Bits that the samples have, and what one of them is in mg, for each range. */
static const struct format {
    unsigned bits;
    uint8_t mg[4];
} low_power = {8, {16, 32, 64, 192}}, normal = {10, {4, 8, 16, 48}}, high_resolution = {12, {1, 2, 4, 12}};

static const struct format *format(const struct lis2dh12 *l)
{
    if (l->reg[CTRL_REG1] & LOW_POWER)
        return &low_power;
    return l->reg[CTRL_REG4] & HIGH_RESOLUTION ? &high_resolution : &normal;
}

static unsigned range(const struct lis2dh12 *l) { return l->reg[CTRL_REG4] >> 4 & 3; }

/* Left-justified in 16 bits, as far as the range goes. */
static int16_t encode(const struct lis2dh12 *l, int32_t mg)
{
    const struct format *f = format(l);
    int32_t steps = mg / f->mg[range(l)], most = (1 << (f->bits - 1)) - 1;

    steps = steps > most ? most : steps < -most - 1 ? -most - 1 : steps;
    return (int16_t)(steps * (1 << (16 - f->bits)));
}

/* --- interrupt pins --- */

static uint8_t fifo_source(const struct lis2dh12 *l)
{
    unsigned watermark = l->reg[FIFO_CTRL_REG] & FIFO_LEVEL;

    if (!l->fifo_count)
        return EMPTY;
    return (uint8_t)((l->fifo_count > watermark ? WATERMARK : 0) |
                     (l->fifo_count == LIS2DH12_FIFO ? OVERRUN | FIFO_LEVEL : l->fifo_count));
}

static bool int1_active(const struct lis2dh12 *l)
{
    uint8_t route = l->reg[CTRL_REG3], fifo = fifo_source(l);

    return ((route & I1_ZYXDA) && (l->reg[STATUS_REG] & NEW_DATA)) || ((route & I1_WTM) && (fifo & WATERMARK)) ||
           ((route & I1_OVERRUN) && (fifo & OVERRUN)) || ((route & I1_IA1) && (l->reg[INT1_CFG + SRC] & IA)) ||
           ((route & I1_IA2) && (l->reg[INT2_CFG + SRC] & IA));
}

static bool int2_active(const struct lis2dh12 *l)
{
    uint8_t route = l->reg[CTRL_REG6];

    return ((route & I2_IA1) && (l->reg[INT1_CFG + SRC] & IA)) || ((route & I2_IA2) && (l->reg[INT2_CFG + SRC] & IA));
}

static void drive_pins(struct lis2dh12 *l)
{
    bool inverted = l->reg[CTRL_REG6] & ACTIVE_LOW;

    pins_drive(l->ports.pins, l->pin[0], PIN_FROM_OUTSIDE, int1_active(l) != inverted ? PIN_HIGH : PIN_LOW);
    pins_drive(l->ports.pins, l->pin[1], PIN_FROM_OUTSIDE, int2_active(l) != inverted ? PIN_HIGH : PIN_LOW);
}

/* --- interrupt generators --- */

/* The events of one generator that hold now, as bits of its CFG and SRC. Inaccuracies 1 to 3. */
static uint8_t events(const struct lis2dh12 *l, const uint8_t *generator)
{
    static const uint8_t mg_per_step[4] = {16, 32, 62, 186};
    int32_t threshold = (generator[THS] & 0x7F) * mg_per_step[range(l)];
    uint8_t bits = 0;

    for (unsigned i = 0; i < LIS2DH12_AXES; i++) {
        int32_t size = l->input[i] < 0 ? -l->input[i] : l->input[i];

        bits |= (uint8_t)((size > threshold ? 2 : 1) << 2 * i);
    }
    return bits;
}

static void generate(struct lis2dh12 *l, uint8_t cfg, bool latched)
{
    uint8_t *g = &l->reg[cfg], enabled = g[0] & EVENTS, now = events(l, g) & enabled;
    bool active = g[0] & AND_OF_EVENTS ? enabled && now == enabled : now != 0;

    if (active)
        g[SRC] = now | IA;
    else if (!latched || !(g[SRC] & IA))
        g[SRC] = now;
}

/* --- samples --- */

static void push_fifo(struct lis2dh12 *l)
{
    unsigned mode = l->reg[FIFO_CTRL_REG] >> 6;

    if (!(l->reg[CTRL_REG5] & FIFO_ENABLE) || mode == FIFO_BYPASS)
        return;
    if (l->fifo_count == LIS2DH12_FIFO) {
        if (mode == FIFO_STOPS)
            return;
        l->fifo_first = (l->fifo_first + 1) % LIS2DH12_FIFO;
        l->fifo_count--;
    }
    l->fifo[(l->fifo_first + l->fifo_count++) % LIS2DH12_FIFO] = l->out;
}

static void take_sample(struct lis2dh12 *l)
{
    uint8_t *status = &l->reg[STATUS_REG];
    uint8_t fresh = 0;

    for (unsigned i = 0; i < LIS2DH12_AXES; i++) {
        bool enabled = l->reg[CTRL_REG1] >> i & 1;

        l->out.axis[i] = enabled ? encode(l, l->input[i]) : 0;
        fresh |= (uint8_t)(enabled << i);
    }
    if (fresh == 7)
        fresh |= 1 << 3; /* a whole set */
    *status = (uint8_t)(*status | fresh | (*status & fresh) << 4);
    if ((l->reg[TEMP_CFG_REG] & TEMPERATURE_ENABLE) == TEMPERATURE_ENABLE)
        l->reg[STATUS_REG_AUX] |= TEMPERATURE_NEW;
    push_fifo(l);
    generate(l, INT1_CFG, l->reg[CTRL_REG5] & LATCH_INT1);
    generate(l, INT2_CFG, l->reg[CTRL_REG5] & LATCH_INT2);
}

/* Hz. */
static unsigned rate(const struct lis2dh12 *l)
{
    static const uint16_t hz[16] = {0, 1, 10, 25, 50, 100, 200, 400, 1620, 1344};
    unsigned odr = l->reg[CTRL_REG1] >> 4;

    if (odr == 9 && (l->reg[CTRL_REG1] & LOW_POWER))
        return 5376;
    return hz[odr];
}

/* Takes the samples that are due; more than fill the FIFO twice are not told apart. */
static void catch_up(struct lis2dh12 *l, vtime at)
{
    unsigned hz = rate(l);
    uint64_t due;

    if (!hz || at <= l->since)
        return;
    due = (uint64_t)((unsigned __int128)(at - l->since) * hz / VTIME_PER_S);
    if (due - l->taken > 2 * LIS2DH12_FIFO)
        l->taken = due - 2 * LIS2DH12_FIFO;
    for (; l->taken < due; l->taken++)
        take_sample(l);
    drive_pins(l);
}

/* Somebody has to look at the next sample only when a pin may show it. */
static void arm(struct lis2dh12 *l)
{
    unsigned hz = rate(l);
    bool watched = (l->pin[0] != PIN_NONE && l->reg[CTRL_REG3]) || (l->pin[1] != PIN_NONE && l->reg[CTRL_REG6]);

    if (hz && watched)
        sched_at(l->ports.sched, &l->next, vtime_edge(l->since, l->taken + 1, hz));
    else
        sched_cancel(l->ports.sched, &l->next);
}

static void next_fire(void *ctx, vtime due)
{
    catch_up(ctx, due);
    arm(ctx);
}

void lis2dh12_set_acceleration(struct lis2dh12 *l, unsigned axis, int32_t milli)
{
    catch_up(l, l->ports.sched->now);
    l->input[axis] = milli;
}

void lis2dh12_set_temperature(struct lis2dh12 *l, int32_t milli) { l->temperature = milli / 1000; }

/* --- registers --- */

static void power_up(struct lis2dh12 *l)
{
    memcpy(l->reg, power_up_value, sizeof l->reg);
    l->fifo_count = 0;
    l->out = (struct lis2dh12_sample){{0}};
}

static void write_register(struct lis2dh12 *l, uint8_t r, uint8_t value, vtime at)
{
    unsigned hz = rate(l);

    if (!is_writable(r))
        return;
    l->reg[r] = value;
    if (r == CTRL_REG5 && (value & BOOT))
        power_up(l);
    if (r == FIFO_CTRL_REG && value >> 6 == FIFO_BYPASS)
        l->fifo_count = 0;
    if (rate(l) != hz) {
        l->since = at;
        l->taken = 0;
    }
    drive_pins(l);
    arm(l);
}

/* The sample that the output registers show: the FIFO's oldest while it is in use. */
static const struct lis2dh12_sample *shown(const struct lis2dh12 *l)
{
    bool fifo = (l->reg[CTRL_REG5] & FIFO_ENABLE) && l->reg[FIFO_CTRL_REG] >> 6 != FIFO_BYPASS && l->fifo_count;

    return fifo ? &l->fifo[l->fifo_first] : &l->out;
}

static void pop_fifo(struct lis2dh12 *l)
{
    if (!l->fifo_count)
        return;
    l->fifo_first = (l->fifo_first + 1) % LIS2DH12_FIFO;
    l->fifo_count--;
}

static uint8_t read_output(struct lis2dh12 *l, uint8_t r)
{
    unsigned axis = (r - OUT_X_L) / 2u, high = (r & 1) ^ ((l->reg[CTRL_REG4] & BIG_ENDIAN_OUT) != 0);
    uint16_t value = (uint16_t)shown(l)->axis[axis];

    if (r & 1) {
        l->reg[STATUS_REG] &= (uint8_t) ~(0x11 << axis | 0x88); /* read: no longer new, nor overrun */
        if (r == OUT_Z_H)
            pop_fifo(l);
    }
    return (uint8_t)(high ? value >> 8 : value);
}

static uint8_t read_temperature(struct lis2dh12 *l, uint8_t r)
{
    int32_t value = l->temperature - TEMPERATURE_ZERO;

    if (r == OUT_TEMP_L)
        return 0;
    l->reg[STATUS_REG_AUX] = 0;
    return (uint8_t)value;
}

static uint8_t read_register(struct lis2dh12 *l, uint8_t r)
{
    uint8_t value = l->reg[r];

    if (r >= OUT_X_L && r <= OUT_Z_H)
        value = read_output(l, r);
    else if (r == OUT_TEMP_L || r == OUT_TEMP_H)
        value = read_temperature(l, r);
    else if (r == FIFO_SRC_REG)
        value = fifo_source(l);
    else if (r == INT1_CFG + SRC || r == INT2_CFG + SRC)
        l->reg[r] = 0; /* reading it releases the latch */
    drive_pins(l);
    return value;
}

/* After the last output register comes the first again, while the FIFO is read out (DS10725, "Retrieving data from
 * FIFO"). */
static void advance(struct lis2dh12 *l)
{
    bool wraps = l->pointer == OUT_Z_H && (l->reg[CTRL_REG5] & FIFO_ENABLE);

    if (l->increments)
        l->pointer = wraps ? OUT_X_L : (l->pointer + 1) & REGISTER_MASK;
}

static uint8_t next_read(struct lis2dh12 *l, vtime at)
{
    uint8_t value;

    catch_up(l, at);
    value = read_register(l, l->pointer);
    advance(l);
    return value;
}

static void next_write(struct lis2dh12 *l, uint8_t byte, vtime at)
{
    catch_up(l, at);
    write_register(l, l->pointer, byte, at);
    advance(l);
}

/* --- I2C --- */

static bool i2c_start(void *ctx, uint8_t address, bool read, vtime at)
{
    struct lis2dh12 *l = ctx;

    l->n = 0;
    return address == l->address;
}

static bool i2c_write(void *ctx, uint8_t byte, vtime at)
{
    struct lis2dh12 *l = ctx;

    if (l->n++) {
        next_write(l, byte, at);
    } else {
        l->pointer = byte & REGISTER_MASK;
        l->increments = byte & I2C_INCREMENT;
    }
    return true;
}

static uint8_t i2c_read(void *ctx, vtime at) { return next_read(ctx, at); }

static const struct i2c_device_ops i2c_ops = {.start = i2c_start, .write = i2c_write, .read = i2c_read};

/* --- SPI --- */

static void spi_select(void *ctx, bool selected, vtime at) { ((struct lis2dh12 *)ctx)->n = 0; }

static int spi_exchange(void *ctx, uint8_t mosi, vtime at)
{
    struct lis2dh12 *l = ctx;

    if (!l->n++) {
        l->reading = mosi & SPI_READ;
        l->increments = mosi & SPI_INCREMENT;
        l->pointer = mosi & REGISTER_MASK;
        return SPI_FLOATING;
    }
    if (l->reading)
        return next_read(l, at);
    next_write(l, mosi, at);
    return SPI_FLOATING;
}

static const struct spi_device_ops spi_ops = {.select = spi_select, .exchange = spi_exchange};

/* --- construction --- */

static void attach(struct lis2dh12 *l, const struct part_wiring *w)
{
    if (w->on_spi) {
        l->spi = (struct spi_device){.ops = &spi_ops,
                                     .ctx = l,
                                     .sck = w->sck,
                                     .mosi = w->mosi,
                                     .miso = w->miso,
                                     .cs = w->cs,
                                     .modes = SPI_MODE_0 | SPI_MODE_3};
        spi_bus_attach(l->ports.spi, &l->spi);
    } else {
        l->i2c = (struct i2c_device){.ops = &i2c_ops, .ctx = l, .scl = w->scl, .sda = w->sda};
        i2c_bus_attach(l->ports.i2c, &l->i2c);
    }
}

void lis2dh12_init(struct lis2dh12 *l, const struct part_wiring *w, const struct part_ports *ports)
{
    *l = (struct lis2dh12){.ports = *ports,
                           .address = w->address,
                           .pin = {w->irq[0], w->irq[1]},
                           .input = {0, 0, 1000},
                           .temperature = TEMPERATURE_ZERO};
    sched_event_init(&l->next, "lis2dh12", next_fire, l);
    power_up(l);
    drive_pins(l);
    attach(l, w);
}
