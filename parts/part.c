#include "parts/part.h"

#include <stdio.h>
#include <string.h>

static void init_tmp102(struct part *p, const struct part_wiring *w) { tmp102_init(&p->as.tmp102, w, &p->ports); }
static void init_eeprom(struct part *p, const struct part_wiring *w) { eeprom_init(&p->as.eeprom, w, &p->ports); }
static void init_lis2dh12(struct part *p, const struct part_wiring *w) { lis2dh12_init(&p->as.lis2dh12, w, &p->ports); }

static void set_tmp102(struct part *p, unsigned input, int32_t milli) { tmp102_set_temperature(&p->as.tmp102, milli); }

static void set_lis2dh12(struct part *p, unsigned input, int32_t milli)
{
    if (input < LIS2DH12_AXES)
        lis2dh12_set_acceleration(&p->as.lis2dh12, input, milli);
    else
        lis2dh12_set_temperature(&p->as.lis2dh12, milli);
}

static const struct part_input thermometer[] = {{"temperature", "°C"}};
static const struct part_input accelerometer[] = {{"x", "g"}, {"y", "g"}, {"z", "g"}, {"temperature", "°C"}};

#define INPUTS(table) .inputs = table, .n_inputs = sizeof(table) / sizeof *(table)

const struct part_type part_types[] = {
    {.name = "tmp102",
     .what = "temperature sensor",
     .i2c = true,
     .first_address = 0x48,
     .addresses = 4,
     .irqs = 1,
     INPUTS(thermometer),
     .init = init_tmp102,
     .set = set_tmp102},
    {.name = "24lc256",
     .what = "EEPROM of 32 KiB",
     .i2c = true,
     .first_address = 0x50,
     .addresses = 8,
     .init = init_eeprom},
    {.name = "lis2dh12",
     .what = "accelerometer",
     .i2c = true,
     .spi = true,
     .first_address = 0x18,
     .addresses = 2,
     .irqs = 2,
     INPUTS(accelerometer),
     .init = init_lis2dh12,
     .set = set_lis2dh12},
};

const unsigned part_type_count = sizeof part_types / sizeof *part_types;

const struct part_type *part_type_find(const char *name)
{
    for (unsigned i = 0; i < part_type_count; i++)
        if (!strcmp(part_types[i].name, name))
            return &part_types[i];
    return NULL;
}

static bool refuse(char *err, size_t err_size, const struct part_type *type, const char *why)
{
    snprintf(err, err_size, "%s: %s", type->name, why);
    return false;
}

static bool check_i2c(const struct part_type *type, const struct part_wiring *w, char *err, size_t err_size)
{
    if (!type->i2c)
        return refuse(err, err_size, type, "has no I2C");
    if ((unsigned)(w->address - type->first_address) < type->addresses)
        return true;
    snprintf(err, err_size, "%s: its address is one of 0x%02x to 0x%02x, not 0x%02x", type->name, type->first_address,
             type->first_address + type->addresses - 1u, w->address);
    return false;
}

bool part_check(const struct part_type *type, const struct part_wiring *w, char *err, size_t err_size)
{
    for (unsigned i = type->irqs; i < PART_IRQS; i++)
        if (w->irq[i] != PIN_NONE)
            return refuse(err, err_size, type, "has no such interrupt output");
    if (!w->on_spi)
        return check_i2c(type, w, err, err_size);
    if (!type->spi)
        return refuse(err, err_size, type, "has no SPI");
    if (w->cs == PIN_NONE)
        return refuse(err, err_size, type, "on SPI it needs a pin for chip select");
    return true;
}

void part_init(struct part *p, const struct part_type *type, const struct part_wiring *w,
               const struct part_ports *ports)
{
    *p = (struct part){.type = type, .ports = *ports};
    type->init(p, w);
}

int part_input(const struct part *p, const char *name)
{
    for (unsigned i = 0; i < p->type->n_inputs; i++)
        if (!strcmp(p->type->inputs[i].name, name))
            return (int)i;
    return -1;
}

void part_set(struct part *p, unsigned input, int32_t milli)
{
    if (input < p->type->n_inputs)
        p->type->set(p, input, milli);
}

/* --- values --- */

enum { PLACES_BEFORE = 6, PLACES_BEHIND = 3 };

/* Digits of a decimal number, at most `max`; returns how many there were. */
static unsigned digits(const char **text, unsigned max, int32_t *value)
{
    unsigned n = 0;

    for (; n < max && **text >= '0' && **text <= '9'; n++)
        *value = *value * 10 + (*(*text)++ - '0');
    return n;
}

bool part_parse_value(const char *text, int32_t *milli)
{
    bool negative = *text == '-';
    int32_t value = 0;
    unsigned before, behind = 0;

    text += negative;
    before = digits(&text, PLACES_BEFORE, &value);
    if (before && *text == '.') {
        text++;
        behind = digits(&text, PLACES_BEHIND, &value);
        if (!behind)
            return false;
    }
    for (; behind < PLACES_BEHIND; behind++)
        value *= 10;
    *milli = negative ? -value : value;
    return before && !*text;
}

uint8_t *part_memory(struct part *p, size_t *size)
{
    bool eeprom = p->type->init == init_eeprom;

    *size = eeprom ? sizeof p->as.eeprom.memory : 0;
    return eeprom ? p->as.eeprom.memory : NULL;
}
