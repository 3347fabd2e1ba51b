/*
 * What the units of the debug information say of themselves (DWARF 5, 3.1 and 7.5.1), and functions without a symbol
 * (3.3.8).
 */
#include "emu/symbols_parts.h"

#include <dwarf.h>
#include <string.h>

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

/* ---- functions that are part of their callers ---- */

struct inlined {
    const char *name;
    uint32_t addr;
    bool found;
};

static bool is_named(Dwarf_Die *die, const char *name)
{
    Dwarf_Attribute attribute;
    const char *linkage = dwarf_formstring(dwarf_attr(die, DW_AT_linkage_name, &attribute)),
               *plain = dwarf_diename(die);

    return (linkage && strcmp(linkage, name) == 0) || (plain && strcmp(plain, name) == 0);
}

static int on_instance(Dwarf_Die *die, void *arg)
{
    struct inlined *i = arg;
    Dwarf_Addr addr;

    if (dwarf_entrypc(die, &addr) != 0)
        return DWARF_CB_OK;
    i->addr = (uint32_t)addr & ~1u;
    i->found = true;
    return DWARF_CB_ABORT;
}

static int on_function(Dwarf_Die *die, void *arg)
{
    struct inlined *i = arg;

    if (dwarf_func_inline(die) && is_named(die, i->name))
        dwarf_func_inline_instances(die, on_instance, i);
    return i->found ? DWARF_CB_ABORT : DWARF_CB_OK;
}

bool symbols_find_inlined(const struct symbols *s, const char *name, uint32_t *addr)
{
    struct inlined i = {.name = name};

    for (struct unit u = {0}; !i.found && next_unit(s, &u);)
        dwarf_getfuncs(&u.die, on_function, &i, 0);
    if (i.found)
        *addr = i.addr;
    return i.found;
}
