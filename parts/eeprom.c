#include "parts/eeprom.h"

#include <string.h>

/* --- writing --- */

static void load_address(struct eeprom *e, uint8_t byte)
{
    e->at = (uint16_t)((e->at << 8 | byte) & (EEPROM_SIZE - 1));
    e->page_of = (uint16_t)(e->at & ~(EEPROM_PAGE - 1));
}

static void load_data(struct eeprom *e, uint8_t byte)
{
    unsigned i = e->at % EEPROM_PAGE;

    e->page[i] = byte;
    e->loaded |= UINT64_C(1) << i;
    e->at = (uint16_t)(e->page_of | (i + 1) % EEPROM_PAGE);
}

static void write_page(struct eeprom *e)
{
    for (unsigned i = 0; i < EEPROM_PAGE; i++)
        if (e->loaded >> i & 1)
            e->memory[e->page_of + i] = e->page[i];
}

/* --- the bus --- */

static bool start(void *ctx, uint8_t address, bool read, vtime at)
{
    struct eeprom *e = ctx;

    e->got = 0;
    e->loaded = 0; /* what STOP has not confirmed is lost */
    return address == e->address && at >= e->busy_until;
}

static bool write_byte(void *ctx, uint8_t byte, vtime at)
{
    struct eeprom *e = ctx;

    if (e->got < EEPROM_ADDRESS_BYTES) {
        e->got++;
        load_address(e, byte);
    } else {
        load_data(e, byte);
    }
    return true;
}

static uint8_t read_byte(void *ctx, vtime at)
{
    struct eeprom *e = ctx;
    uint8_t byte = e->memory[e->at];

    e->at = (e->at + 1) & (EEPROM_SIZE - 1);
    return byte;
}

static void stop(void *ctx, vtime at)
{
    struct eeprom *e = ctx;

    if (!e->loaded)
        return;
    write_page(e);
    e->loaded = 0;
    e->busy_until = at + EEPROM_WRITE_CYCLE_MS * VTIME_PER_MS; /* inaccuracy 1 */
}

static const struct i2c_device_ops ops = {.start = start, .write = write_byte, .read = read_byte, .stop = stop};

void eeprom_init(struct eeprom *e, const struct part_wiring *w, const struct part_ports *ports)
{
    memset(e, 0, sizeof *e);
    memset(e->memory, 0xFF, sizeof e->memory);
    e->i2c = (struct i2c_device){.ops = &ops, .ctx = e, .scl = w->scl, .sda = w->sda};
    e->address = w->address;
    i2c_bus_attach(ports->i2c, &e->i2c);
}
