#include "soc/board_file_parts.h"

#include <stdio.h>
#include <string.h>

/* ---- buses ---- */

static const struct board_bus no_wires = {
    .scl = PIN_NONE, .sda = PIN_NONE, .sck = PIN_NONE, .mosi = PIN_NONE, .miso = PIN_NONE};

static bool is_i2c(const struct board_bus *bus) { return bus->scl != PIN_NONE || bus->sda != PIN_NONE; }

static bool is_spi(const struct board_bus *bus)
{
    return bus->sck != PIN_NONE || bus->mosi != PIN_NONE || bus->miso != PIN_NONE;
}

/* {scl: P0.27, sda: P0.26}, or {sck: P0.31, mosi: P0.30, miso: P0.29} with one of the data wires or both. */
static bool read_bus(struct yaml_keys *y, yaml_node_t *node, struct board_bus *bus)
{
    static const struct yaml_key keys[] = {
        {"scl", false, yaml_read_pin, offsetof(struct board_bus, scl)},
        {"sda", false, yaml_read_pin, offsetof(struct board_bus, sda)},
        {"sck", false, yaml_read_pin, offsetof(struct board_bus, sck)},
        {"mosi", false, yaml_read_pin, offsetof(struct board_bus, mosi)},
        {"miso", false, yaml_read_pin, offsetof(struct board_bus, miso)},
    };
    if (!yaml_mapping(y, node, "a bus", YAML_TABLE(keys), bus))
        return false;
    bool i2c = bus->scl != PIN_NONE && bus->sda != PIN_NONE && !is_spi(bus);
    bool spi = bus->sck != PIN_NONE && (bus->mosi != PIN_NONE || bus->miso != PIN_NONE) && !is_i2c(bus);
    return i2c || spi || yaml_fail(y, node, "a bus has scl and sda, or sck, mosi and miso");
}

bool board_file_buses(struct yaml_keys *y, yaml_node_t *node, void *into)
{
    struct board *b = into;
    if (node->type != YAML_MAPPING_NODE)
        return yaml_fail(y, node, "buses are a mapping, such as {sensors: {scl: P0.27, sda: P0.26}}");
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
        yaml_node_t *name = yaml_node(y, pair->key);
        struct board_bus bus = no_wires;
        if (b->n_buses == BOARD_BUSES)
            return yaml_fail(y, name, "there is room for %d buses", BOARD_BUSES);
        if (!board_file_name(y, name, bus.name) || !read_bus(y, yaml_node(y, pair->value), &bus))
            return false;
        b->bus[b->n_buses++] = bus;
    }
    return true;
}

/* The bus that a part names, or describes. "i2c" and "spi", where the board has none of that name, are wherever a
 * master is: `spi` tells which of them. */
static bool find_bus(struct yaml_keys *y, yaml_node_t *node, const struct board *b, struct board_bus *bus, bool *spi)
{
    static const char *const anywhere[] = {"i2c", "spi"};
    *bus = no_wires;
    if (node->type == YAML_MAPPING_NODE) {
        bool good = read_bus(y, node, bus);
        *spi = is_spi(bus);
        return good;
    }
    const char *name = yaml_text(y, node);
    if (!name)
        return false;
    for (unsigned i = 0; i < b->n_buses; i++)
        if (!strcmp(b->bus[i].name, name)) {
            *bus = b->bus[i];
            *spi = is_spi(bus);
            return true;
        }
    for (unsigned i = 0; i < 2; i++)
        if (!strcmp(anywhere[i], name)) {
            *spi = i;
            return true;
        }
    return yaml_fail(y, node, "there is no bus '%s' among the board's buses, nor is it i2c or spi", name);
}

/* ---- parts ---- */

#define NO_ADDRESS UINT32_MAX

struct draft {
    struct board_part part;
    yaml_node_t *bus, *values, *irqs;
    uint32_t address;
};

static bool keep_node(struct yaml_keys *y, yaml_node_t *node, void *into)
{
    *(yaml_node_t **)into = node;
    return true;
}

static bool read_type(struct yaml_keys *y, yaml_node_t *node, void *into)
{
    const char *name = yaml_text(y, node);
    char list[128] = "";
    if (!name)
        return false;
    const struct part_type *type = part_type_find(name);
    for (unsigned i = 0; i < part_type_count; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", part_types[i].name);
    *(const struct part_type **)into = type;
    return type || yaml_fail(y, node, "there is no part '%.40s'; there are %s", name, list);
}

static bool read_values(struct yaml_keys *y, yaml_node_t *node, struct board_part *part)
{
    if (node->type != YAML_MAPPING_NODE)
        return yaml_fail(y, node, "values are a mapping, such as {temperature: 21.5}");
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
        yaml_node_t *name = yaml_node(y, pair->key), *value = yaml_node(y, pair->value);
        if (!yaml_text(y, name) || !yaml_text(y, value))
            return false;
        if (part->n_values == BOARD_VALUES)
            return yaml_fail(y, name, "there is room for %d values", BOARD_VALUES);
        const char *input = (const char *)name->data.scalar.value, *text = (const char *)value->data.scalar.value;
        int number = board_part_input(part, input);
        if (number < 0)
            return yaml_fail(y, name, "%s has no '%.40s' to measure", part->type->name, input);
        if (!part_parse_value(text, &part->value[part->n_values].milli))
            return yaml_fail(y, value, "'%.40s' is no number such as -21.5, of three places at most", text);
        part->value[part->n_values++].input = (unsigned)number;
    }
    return true;
}

/* One pin, or a list of them. */
static bool read_irqs(struct yaml_keys *y, yaml_node_t *node, struct board_part *part)
{
    if (node->type != YAML_SEQUENCE_NODE)
        return yaml_read_pin(y, node, &part->wiring.irq[0]);
    int n = yaml_list(y, node, "interrupt outputs", PART_IRQS);
    for (int i = 0; i < n; i++)
        if (!yaml_read_pin(y, yaml_item(y, node, i), &part->wiring.irq[i]))
            return false;
    return n >= 0;
}

static bool wire_up(struct yaml_keys *y, yaml_node_t *node, const struct board *b, struct draft *d)
{
    struct part_wiring *w = &d->part.wiring;
    struct board_bus bus = no_wires;
    char why[128];
    w->on_spi = !d->part.type->i2c;
    if ((d->bus && !find_bus(y, d->bus, b, &bus, &w->on_spi)) || (d->irqs && !read_irqs(y, d->irqs, &d->part)))
        return false;
    w->scl = bus.scl;
    w->sda = bus.sda;
    w->sck = bus.sck;
    w->mosi = bus.mosi;
    w->miso = bus.miso;
    if (d->address == NO_ADDRESS)
        d->address = w->on_spi ? 0 : d->part.type->first_address;
    if (d->address > 0x7F)
        return yaml_fail(y, node, "an I2C address has 7 bits: 0x%x is none", d->address);
    w->address = (uint8_t)d->address;
    return part_check(d->part.type, w, why, sizeof why) || yaml_fail(y, node, "%s", why);
}

static bool read_part(struct yaml_keys *y, yaml_node_t *node, struct board *b)
{
    static const struct yaml_key keys[] = {
        {"name", true, board_file_name, offsetof(struct draft, part.name)},
        {"part", true, read_type, offsetof(struct draft, part.type)},
        {"bus", false, keep_node, offsetof(struct draft, bus)},
        {"address", false, yaml_read_u32, offsetof(struct draft, address)},
        {"cs", false, yaml_read_pin, offsetof(struct draft, part.wiring.cs)},
        {"irqs", false, keep_node, offsetof(struct draft, irqs)},
        {"values", false, keep_node, offsetof(struct draft, values)},
    };
    struct draft d = {.address = NO_ADDRESS, .part.wiring = {.cs = PIN_NONE, .irq = {PIN_NONE, PIN_NONE}}};
    if (!yaml_mapping(y, node, "a part", YAML_TABLE(keys), &d) || !wire_up(y, node, b, &d) ||
        (d.values && !read_values(y, d.values, &d.part)))
        return false;
    if (board_part(b, d.part.name) >= 0)
        return yaml_fail(y, node, "there is another part '%s'", d.part.name);
    b->part[b->n_parts++] = d.part;
    return true;
}

bool board_file_parts(struct yaml_keys *y, yaml_node_t *node, struct board *b)
{
    int n = yaml_list(y, node, "parts", BOARD_PARTS);
    for (int i = 0; i < n; i++)
        if (!read_part(y, yaml_item(y, node, i), b))
            return false;
    return n >= 0;
}
