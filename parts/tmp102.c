#include "parts/tmp102.h"

enum {
    TEMPERATURE,
    CONFIGURATION,
    T_LOW,
    T_HIGH,

    /* configuration */
    EXTENDED = 1 << 4,
    ALERT_BIT = 1 << 5,
    SHUTDOWN = 1 << 8,
    INTERRUPT_MODE = 1 << 9,
    POLARITY = 1 << 10,
    ONE_SHOT = 1 << 15,
    WRITABLE = 0x1FD0, /* without ONE_SHOT, the resolution and the alert bit */

    POWER_UP_CONFIGURATION = 0x60A0,
    POWER_UP_T_LOW = 0x4B00,  /* 75 °C */
    POWER_UP_T_HIGH = 0x5000, /* 80 °C */

    GENERAL_CALL = 0,
    GENERAL_CALL_RESET = 0x06,

    STEPS_PER_DEGREE = 16,
    HIGHEST = 150 * STEPS_PER_DEGREE,
    LOWEST = -55 * STEPS_PER_DEGREE,
    HIGHEST_OF_12_BITS = 0x7FF,
};

/* --- values --- */

static int32_t limit(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

static uint16_t encode(const struct tmp102 *t, int32_t steps)
{
    if (t->reg[CONFIGURATION] & EXTENDED)
        return (uint16_t)((uint32_t)steps << 3 | 1);
    return (uint16_t)((uint32_t)limit(steps, INT16_MIN / STEPS_PER_DEGREE, HIGHEST_OF_12_BITS) << 4);
}

static int32_t decode(const struct tmp102 *t, uint16_t value)
{
    int32_t wide = (int16_t)value;

    return t->reg[CONFIGURATION] & EXTENDED ? wide >> 3 : wide >> 4;
}

/* --- ALERT --- */

/* The output is open drain. */
static void drive_alert(struct tmp102 *t)
{
    bool low = t->alert != ((t->reg[CONFIGURATION] & POLARITY) != 0);

    pins_drive(t->ports.pins, t->alert_pin, PIN_FROM_OUTSIDE, low ? PIN_LOW : PIN_Z);
}

/* After a conversion. Inaccuracy 2. */
static void compare(struct tmp102 *t)
{
    bool high = t->sample >= decode(t, t->reg[T_HIGH]), low = t->sample < decode(t, t->reg[T_LOW]);
    bool crossed = t->above ? low : high;

    if (crossed)
        t->above = !t->above;
    if (!(t->reg[CONFIGURATION] & INTERRUPT_MODE))
        t->alert = t->above;
    else if (crossed)
        t->alert = true;
    drive_alert(t);
}

/* --- conversions --- */

static bool is_shut_down(const struct tmp102 *t) { return t->reg[CONFIGURATION] & SHUTDOWN; }

static void convert(struct tmp102 *t, int32_t steps)
{
    t->done = VTIME_NEVER;
    t->sample = steps;
    compare(t);
}

/* Brings the conversion under way to an end when it is over. */
static void catch_up(struct tmp102 *t, vtime at)
{
    if (at >= t->done)
        convert(t, t->pending);
}

void tmp102_set_temperature(struct tmp102 *t, int32_t milli)
{
    int64_t half = milli < 0 ? -500 : 500, steps = (milli * INT64_C(16) + half) / 1000;

    t->input = limit((int32_t)steps, LOWEST, HIGHEST);
    catch_up(t, t->ports.sched->now);
    if (!is_shut_down(t)) /* inaccuracy 1 */
        convert(t, t->input);
}

/* --- registers --- */

static void write_configuration(struct tmp102 *t, uint16_t value, vtime at)
{
    uint16_t *c = &t->reg[CONFIGURATION];
    bool was_shut_down = is_shut_down(t);

    *c = (uint16_t)((*c & ~WRITABLE) | (value & WRITABLE));
    if (is_shut_down(t) && (value & ONE_SHOT)) {
        t->pending = t->input;
        t->done = at + TMP102_CONVERSION_MS * VTIME_PER_MS;
    } else if (!is_shut_down(t)) {
        convert(t, t->input);
    } else if (!was_shut_down) {
        t->done = VTIME_NEVER;
    }
    drive_alert(t);
}

static void write_register(struct tmp102 *t, uint16_t value, vtime at)
{
    if (t->pointer == CONFIGURATION) {
        write_configuration(t, value, at);
    } else if (t->pointer != TEMPERATURE) {
        t->reg[t->pointer] = value;
        if (!is_shut_down(t))
            compare(t);
    }
}

static uint16_t read_register(const struct tmp102 *t)
{
    bool polarity = t->reg[CONFIGURATION] & POLARITY;
    uint16_t value = t->reg[t->pointer];

    if (t->pointer == TEMPERATURE)
        return encode(t, t->sample);
    if (t->pointer != CONFIGURATION)
        return value;
    value = (uint16_t)(value & ~(ALERT_BIT | ONE_SHOT));
    if (t->above == polarity)
        value |= ALERT_BIT;
    if (is_shut_down(t) && t->done == VTIME_NEVER)
        value |= ONE_SHOT; /* the last one is over */
    return value;
}

static void power_up(struct tmp102 *t)
{
    t->reg[CONFIGURATION] = POWER_UP_CONFIGURATION;
    t->reg[T_LOW] = POWER_UP_T_LOW;
    t->reg[T_HIGH] = POWER_UP_T_HIGH;
    t->pointer = TEMPERATURE;
    t->above = t->alert = false;
    convert(t, t->input);
}

/* --- the bus --- */

static bool start(void *ctx, uint8_t address, bool read, vtime at)
{
    struct tmp102 *t = ctx;

    catch_up(t, at);
    t->n = t->given = 0;
    t->general_call = address == GENERAL_CALL && !read;
    if (read && address == t->address && (t->reg[CONFIGURATION] & INTERRUPT_MODE) && t->alert) {
        t->alert = false;
        drive_alert(t);
    }
    return address == t->address || t->general_call;
}

static bool write_byte(void *ctx, uint8_t byte, vtime at)
{
    struct tmp102 *t = ctx;

    if (t->general_call) {
        if (byte == GENERAL_CALL_RESET)
            power_up(t);
        return byte == GENERAL_CALL_RESET;
    }
    if (t->n < sizeof t->got)
        t->got[t->n++] = byte;
    t->pointer = t->got[0] & (TMP102_REGISTERS - 1);
    if (t->n == sizeof t->got) {
        write_register(t, (uint16_t)(t->got[1] << 8 | t->got[2]), at);
        t->n = 1; /* two more would be another value */
    }
    return true;
}

static uint8_t read_byte(void *ctx, vtime at)
{
    struct tmp102 *t = ctx;
    uint16_t value;

    catch_up(t, at);
    value = read_register(t);
    return (uint8_t)(t->given++ & 1 ? value : value >> 8);
}

static const struct i2c_device_ops ops = {.start = start, .write = write_byte, .read = read_byte};

void tmp102_init(struct tmp102 *t, const struct part_wiring *w, const struct part_ports *ports)
{
    *t = (struct tmp102){.i2c = {.ops = &ops, .ctx = t, .scl = w->scl, .sda = w->sda},
                         .ports = *ports,
                         .address = w->address,
                         .alert_pin = w->irq[0],
                         .done = VTIME_NEVER,
                         .input = 25 * STEPS_PER_DEGREE};
    power_up(t);
    i2c_bus_attach(ports->i2c, &t->i2c);
}
