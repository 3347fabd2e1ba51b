/*
 * A part of a board: a device on the I2C or SPI bus that a board can name. Board files create parts by type, tests set
 * what they measure.
 *
 * A part is a plain struct; its pointers lead to the ports it was given and to tables. Copying it, and restoring it in
 * place, is a snapshot. Values are in thousandths of the input's unit: 21.5 °C is 21500.
 */
#ifndef PARTS_PART_H
#define PARTS_PART_H

#include <stddef.h>

#include "emu/serial_bus.h"
#include "parts/eeprom.h"
#include "parts/lis2dh12.h"
#include "parts/ports.h"
#include "parts/tmp102.h"

/* A quantity that a part measures. */
struct part_input {
    const char *name; /* "temperature" */
    const char *unit; /* "°C" */
};

struct part;

struct part_type {
    const char *name;      /* "tmp102" */
    const char *what;      /* "temperature sensor" */
    bool i2c, spi;         /* buses it can hang on */
    uint8_t first_address; /* I2C: the addresses that its address pins choose from */
    uint8_t addresses;     /* how many; the first is the default */
    unsigned irqs;         /* interrupt outputs */
    const struct part_input *inputs;
    unsigned n_inputs;
    void (*init)(struct part *p, const struct part_wiring *w);
    void (*set)(struct part *p, unsigned input, int32_t milli);
};

extern const struct part_type part_types[];
extern const unsigned part_type_count;

struct part {
    const struct part_type *type;
    struct part_ports ports;
    union {
        struct tmp102 tmp102;
        struct eeprom eeprom;
        struct lis2dh12 lis2dh12;
    } as;
};

/* The type of that name; NULL when there is none. */
const struct part_type *part_type_find(const char *name);
/* Whether a part of this type can be wired so; false with one line in `err`. */
bool part_check(const struct part_type *type, const struct part_wiring *w, char *err, size_t err_size);

/* Makes a part and attaches it to its bus. The wiring has passed part_check(); the struct must not be moved. */
void part_init(struct part *p, const struct part_type *type, const struct part_wiring *w,
               const struct part_ports *ports);

/* The number of an input by name; -1 when the part has none of that name. */
int part_input(const struct part *p, const char *name);
void part_set(struct part *p, unsigned input, int32_t milli);
/* "21.5" → 21500: a decimal number with at most three places behind the point and at most six before it. */
bool part_parse_value(const char *text, int32_t *milli);

/* What the part keeps without power, as an EEPROM does; NULL when it keeps nothing. */
uint8_t *part_memory(struct part *p, size_t *size);

#endif
