#include "emu/serial_bus.h"

#include <stddef.h>

/* Whether a device's wire goes to a master's pin. */
static bool wired(const struct pins *pins, unsigned device, unsigned master)
{
    return master != PIN_NONE && (device == PIN_NONE || pins_wired(pins, device, master));
}

/* --- SPI --- */

void spi_device_select(struct spi_device *d, bool selected, vtime at)
{
    if (d->selected == selected)
        return;
    d->selected = selected;
    if (d->ops->select)
        d->ops->select(d->ctx, selected, at);
}

/* Inaccuracy 3. */
static bool is_low(const struct pins *pins, unsigned pin) { return pins_driven(pins, pin) && !pins_level(pins, pin); }

static void look_at_cs(const struct spi_bus *b, struct spi_device *d, vtime at)
{
    if (d->cs < PIN_COUNT)
        spi_device_select(d, is_low(b->pins, d->cs), at);
}

static void pin_changed(void *ctx, unsigned pin, bool level)
{
    struct spi_bus *b = ctx;

    for (struct spi_device *d = b->first; d; d = d->next)
        if (d->cs == pin)
            look_at_cs(b, d, b->sched->now);
}

void spi_bus_init(struct spi_bus *b, struct pins *pins, const struct sched *sched)
{
    *b = (struct spi_bus){.pins = pins, .sched = sched};
    pins_listen(pins, pin_changed, b);
}

void spi_bus_attach(struct spi_bus *b, struct spi_device *d)
{
    d->selected = false;
    d->next = b->first;
    b->first = d;
    look_at_cs(b, d, b->sched->now);
}

void spi_bus_wires_changed(struct spi_bus *b, struct spi_device *d)
{
    if (d->cs == SERIAL_WIRE_OPEN)
        spi_device_select(d, false, b->sched->now);
    else
        look_at_cs(b, d, b->sched->now);
}

/* Inaccuracy 1. */
static bool hears(const struct spi_bus *b, const struct spi_device *d, const struct spi_master *m)
{
    return d->selected && wired(b->pins, d->sck, m->sck) && (!d->modes || (d->modes & m->mode));
}

int spi_bus_exchange(struct spi_bus *b, const struct spi_master *m, uint8_t mosi, vtime at)
{
    int miso = SPI_FLOATING;

    for (struct spi_device *d = b->first; d; d = d->next) {
        look_at_cs(b, d, at); /* its level did not change when a pin that floated became low */
        if (!hears(b, d, m))
            continue;
        int byte = d->ops->exchange(d->ctx, wired(b->pins, d->mosi, m->mosi) ? mosi : 0, at);

        if (byte != SPI_FLOATING && wired(b->pins, d->miso, m->miso))
            miso = miso == SPI_FLOATING ? byte : miso & byte; /* inaccuracy 2 */
    }
    if (miso == SPI_FLOATING && m->mosi != PIN_NONE && pins_wired(b->pins, m->mosi, m->miso))
        miso = mosi;
    return miso;
}

/* --- I2C --- */

void i2c_bus_init(struct i2c_bus *b, const struct pins *pins) { *b = (struct i2c_bus){.pins = pins}; }

void i2c_bus_attach(struct i2c_bus *b, struct i2c_device *d)
{
    d->addressed = false;
    d->next = b->first;
    b->first = d;
}

static bool on_wires(const struct i2c_bus *b, const struct i2c_device *d, const struct i2c_master *m)
{
    return wired(b->pins, d->scl, m->scl) && wired(b->pins, d->sda, m->sda);
}

bool i2c_bus_start(struct i2c_bus *b, const struct i2c_master *m, uint8_t address, bool read, vtime at)
{
    bool ack = false;

    for (struct i2c_device *d = b->first; d; d = d->next)
        if (on_wires(b, d, m)) {
            d->addressed = d->ops->start(d->ctx, address, read, at);
            ack |= d->addressed;
        }
    return ack;
}

bool i2c_bus_write(struct i2c_bus *b, const struct i2c_master *m, uint8_t byte, vtime at)
{
    bool ack = false;

    for (struct i2c_device *d = b->first; d; d = d->next)
        if (d->addressed && on_wires(b, d, m))
            ack |= d->ops->write(d->ctx, byte, at);
    return ack;
}

uint8_t i2c_bus_read(struct i2c_bus *b, const struct i2c_master *m, vtime at)
{
    uint8_t byte = 0xFF;

    for (struct i2c_device *d = b->first; d; d = d->next)
        if (d->addressed && on_wires(b, d, m))
            byte &= d->ops->read(d->ctx, at); /* inaccuracy 2 */
    return byte;
}

bool i2c_bus_ready(const struct i2c_bus *b, const struct i2c_master *m)
{
    for (const struct i2c_device *d = b->first; d; d = d->next)
        if (d->addressed && d->ops->ready && on_wires(b, d, m) && !d->ops->ready(d->ctx))
            return false;
    return true;
}

void i2c_bus_stop(struct i2c_bus *b, const struct i2c_master *m, vtime at)
{
    for (struct i2c_device *d = b->first; d; d = d->next)
        if (d->addressed && on_wires(b, d, m)) {
            d->addressed = false;
            if (d->ops->stop)
                d->ops->stop(d->ctx, at);
        }
}
