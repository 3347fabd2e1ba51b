/*
 * What the units of the debug information say of themselves (DWARF 5, 3.1 and 7.5.1).
 */
#include "emu/symbols_parts.h"

#include <dwarf.h>

/* Only units that are compiled: not those of types or of a supplementary file. */
static bool is_compiled(Dwarf_Die *die, uint8_t type)
{
    return dwarf_tag(die) == DW_TAG_compile_unit && (type == DW_UT_compile || type == DW_UT_skeleton);
}

struct unit {
    Dwarf_CU *cu;
    Dwarf_Half version;
    Dwarf_Die die;
};

static bool next_unit(const struct symbols *s, struct unit *u)
{
    uint8_t type;

    while (s && s->dwarf && dwarf_get_units(s->dwarf, u->cu, &u->cu, &u->version, &type, &u->die, NULL) == 0)
        if (is_compiled(&u->die, type))
            return true;
    return false;
}

struct symbols_debug symbols_debug(const struct symbols *s)
{
    struct symbols_debug d = {0};

    for (struct unit u = {0}; next_unit(s, &u); d.n_units++) {
        if (!d.n_units || u.version < d.oldest)
            d.oldest = u.version;
        if (u.version > d.newest)
            d.newest = u.version;
    }
    return d;
}

void symbols_each_producer(const struct symbols *s, void (*each)(void *ctx, const char *producer), void *ctx)
{
    for (struct unit u = {0}; next_unit(s, &u);) {
        Dwarf_Attribute attribute;
        const char *producer = dwarf_formstring(dwarf_attr(&u.die, DW_AT_producer, &attribute));
        if (producer)
            each(ctx, producer);
    }
}
