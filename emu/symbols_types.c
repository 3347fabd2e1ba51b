/*
 * Where the members of structures are (DWARF 5, 5.7 and 7.5.1.1).
 */
#include "emu/symbols_parts.h"

#include <dwarf.h>
#include <string.h>

/* Of types within types, and of entries looked at in all: more is a ring. */
enum { DEPTH_MAX = 16, ENTRIES_MAX = 1 << 22 };

struct search {
    const char *type;
    unsigned entries;
};

static bool next_sibling(struct search *search, Dwarf_Die *at)
{
    return search->entries++ < ENTRIES_MAX && dwarf_siblingof(at, at) == 0;
}

/* What is behind typedefs, qualifiers and arrays. */
static bool plain_type(Dwarf_Die *die, Dwarf_Die *to)
{
    Dwarf_Attribute attribute;

    *to = *die;
    for (unsigned i = 0; i < DEPTH_MAX; i++) {
        int tag = dwarf_tag(to);
        if (tag != DW_TAG_typedef && tag != DW_TAG_const_type && tag != DW_TAG_volatile_type &&
            tag != DW_TAG_array_type)
            return true;
        if (!dwarf_formref_die(dwarf_attr_integrate(to, DW_AT_type, &attribute), to))
            return false;
    }
    return false;
}

static bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
    Dwarf_Attribute attribute;

    return dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &attribute), type) != NULL;
}

static bool is_aggregate(Dwarf_Die *die)
{
    int tag = dwarf_tag(die);

    return tag == DW_TAG_structure_type || tag == DW_TAG_union_type || tag == DW_TAG_class_type;
}

static bool is_defined(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;

    return is_aggregate(die) && !dwarf_attr(die, DW_AT_declaration, &attribute);
}

static uint32_t offset_of(Dwarf_Die *member)
{
    Dwarf_Attribute attribute;
    Dwarf_Word offset = 0;

    dwarf_formudata(dwarf_attr(member, DW_AT_data_member_location, &attribute), &offset);
    return (uint32_t)offset;
}

/* Finds the member of this name, also within members that have none. `offset` grows by where it is. */
static bool find_member(struct search *search, Dwarf_Die *aggregate, const char *name, size_t len, unsigned depth,
                        Dwarf_Die *member, uint32_t *offset)
{
    Dwarf_Die at, type;

    if (depth > DEPTH_MAX || dwarf_child(aggregate, &at) != 0)
        return false;
    do {
        if (dwarf_tag(&at) != DW_TAG_member)
            continue;
        const char *its = dwarf_diename(&at);
        uint32_t inner = *offset + offset_of(&at);
        bool found = its && strlen(its) == len && memcmp(its, name, len) == 0;
        if (found)
            *member = at;
        else if (!its && type_of(&at, &type) && plain_type(&type, &type))
            found = find_member(search, &type, name, len, depth + 1, member, &inner);
        if (found) {
            *offset = inner;
            return true;
        }
    } while (next_sibling(search, &at));
    return false;
}

/* "a.b.c" from an aggregate on; "" is itself. */
static bool follow_path(struct search *search, Dwarf_Die *type, const char *path, struct symbols_member *to)
{
    Dwarf_Die member, plain;
    Dwarf_Word size = 0;

    to->offset = 0;
    while (*path) {
        size_t len = strcspn(path, ".");
        if (!plain_type(type, &plain) || !find_member(search, &plain, path, len, 0, &member, &to->offset) ||
            !type_of(&member, type))
            return false;
        path += len + (path[len] == '.');
    }
    if (dwarf_aggregate_size(type, &size) != 0)
        return false;
    to->size = (uint32_t)size;
    return true;
}

static bool find_in_unit(struct search *search, Dwarf_Die *unit, const char *path, struct symbols_member *to)
{
    Dwarf_Die at, plain;

    if (dwarf_child(unit, &at) != 0)
        return false;
    do {
        int tag = dwarf_tag(&at);
        const char *name = tag == DW_TAG_typedef || is_aggregate(&at) ? dwarf_diename(&at) : NULL;
        if (!name || strcmp(name, search->type) != 0 || !plain_type(&at, &plain) || !is_defined(&plain))
            continue;
        Dwarf_Die from = plain;
        if (follow_path(search, &from, path, to))
            return true;
    } while (next_sibling(search, &at));
    return false;
}

bool symbols_find_member(const struct symbols *s, const char *type, const char *path, struct symbols_member *to)
{
    struct search search = {.type = type};
    Dwarf_CU *cu = NULL;
    Dwarf_Die die;
    uint8_t kind;

    while (s && s->dwarf && dwarf_get_units(s->dwarf, cu, &cu, NULL, &kind, &die, NULL) == 0)
        if (kind == DW_UT_compile && find_in_unit(&search, &die, path, to))
            return true;
    return false;
}
