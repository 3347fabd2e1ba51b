#include "cli/info.h"

#include <inttypes.h>
#include <stdio.h>

static void add(struct json_object *to, const char *key, struct json_object *value)
{
    json_object_object_add(to, key, value);
}

static void add_number(struct json_object *to, const char *key, uint64_t value)
{
    add(to, key, json_object_new_uint64(value));
}

static void add_text(struct json_object *to, const char *key, const char *value)
{
    add(to, key, value ? json_object_new_string(value) : NULL);
}

static void add_flag(struct json_object *to, const char *key, bool value)
{
    add(to, key, json_object_new_boolean(value));
}

static void add_start(struct json_object *to, const struct firmware_info *info)
{
    if (info->image.entry)
        add_number(to, "entry", info->image.entry);
    if (!info->has_vectors)
        return;
    add_number(to, "vector_table", info->vectors.addr);
    add_number(to, "initial_sp", info->vectors.initial_sp);
    add_number(to, "reset_handler", info->vectors.reset);
    add_text(to, "reset_function", symbols_function(info->symbols, info->vectors.reset, NULL));
    add_text(to, "expects_below", firmware_expects_below(info));
    struct json_object *others = json_object_new_array();
    for (unsigned i = 0; i < info->n_others; i++) {
        struct json_object *o = json_object_new_object();
        add_number(o, "vector_table", info->other[i].addr);
        add_number(o, "initial_sp", info->other[i].initial_sp);
        add_number(o, "reset_handler", info->other[i].reset);
        json_object_array_add(others, o);
    }
    add(to, "other_vector_tables", others);
}

static struct json_object *sections(const struct firmware_info *info)
{
    struct json_object *list = json_object_new_array();

    for (unsigned i = 0; i < info->n_sections; i++) {
        const struct firmware_section *s = &info->section[i];
        struct json_object *o = json_object_new_object();
        add_text(o, "name", s->name);
        add_number(o, "address", s->addr);
        add_number(o, "size", s->size);
        add_number(o, "load_address", s->load);
        add_text(o, "place", firmware_place_name(s->place));
        add_flag(o, "code", s->code);
        add_flag(o, "writable", s->writable);
        add_flag(o, "stored", s->stored);
        json_object_array_add(list, o);
    }
    return list;
}

static void add_use(struct json_object *to, const struct firmware_info *info)
{
    const struct firmware_use *u = &info->use;

    add_number(to, "flash", u->stored[FIRMWARE_FLASH]);
    add_number(to, "uicr", u->stored[FIRMWARE_UICR]);
    add_number(to, "external_flash", u->stored[FIRMWARE_QSPI]);
    add_number(to, "outside", info->outside);
    if (!info->is_elf)
        return;
    add_number(to, "ram", u->ram);
    add_number(to, "text", u->text);
    add_number(to, "data", u->data);
    add_number(to, "bss", u->bss);
    if (u->stack)
        add_number(to, "stack_reserved", u->stack);
    add_number(to, "stack_room", u->stack_room);
}

static struct json_object *kinds(const struct firmware_info *info)
{
    struct json_object *list = json_object_new_array();

    for (unsigned i = 0; i < info->n_kinds; i++) {
        struct json_object *o = json_object_new_object();
        add_text(o, "name", info->kind[i].name);
        if (*info->kind[i].version)
            add_text(o, "version", info->kind[i].version);
        add_text(o, "evidence", info->kind[i].evidence);
        json_object_array_add(list, o);
    }
    return list;
}

static struct json_object *compilers(const struct firmware_info *info)
{
    struct json_object *list = json_object_new_array();

    for (unsigned i = 0; i < info->n_compilers; i++)
        json_object_array_add(list, json_object_new_string(info->compiler[i]));
    return list;
}

static struct json_object *foreign_instructions(const struct firmware_code *c)
{
    struct json_object *list = json_object_new_array();

    for (unsigned i = 0; i < c->n_first; i++) {
        struct json_object *o = json_object_new_object();
        add_number(o, "address", c->first[i].addr);
        add_text(o, "text", c->first[i].text);
        json_object_array_add(list, o);
    }
    return list;
}

static void add_code(struct json_object *to, const struct firmware_info *info)
{
    const struct arm_attributes *a = &info->attributes;
    const struct firmware_code *c = &info->code;

    if (a->present) {
        add_text(to, "architecture", arm_attributes_arch(a));
        add_text(to, "cpu", a->cpu);
        add_text(to, "fp_architecture", arm_attributes_fp(a));
        add_text(to, "float_abi", info_float_name(arm_attributes_float(a)));
    }
    add_number(to, "instructions", c->instructions);
    add_text(to, "instructions_by", c->mapped ? "mapping symbols" : "reachability");
    add_number(to, "fp_instructions", c->fp);
    add_number(to, "arm_instructions", c->arm);
    add_number(to, "foreign_instructions", c->foreign);
    add(to, "first_foreign", foreign_instructions(c));
    add_text(to, "not_for_here", *info->foreign ? info->foreign : NULL);
}

static void add_debug(struct json_object *to, const struct firmware_info *info)
{
    struct json_object *o = json_object_new_object();

    add_flag(o, "dwarf", info->debug.n_units != 0);
    if (info->debug.n_units) {
        add_number(o, "oldest_version", info->debug.oldest);
        add_number(o, "newest_version", info->debug.newest);
    }
    add_number(o, "units", info->debug.n_units);
    add_number(o, "symbols", info->n_symbols);
    add(to, "debug", o);
}

struct json_object *info_to_json(const struct firmware_info *info)
{
    struct json_object *o = json_object_new_object(), *use = json_object_new_object();

    add_text(o, "path", info->image.path);
    add_text(o, "format", firmware_format_name(info->image.format));
    add_flag(o, "runs_here", info->runs_here);
    add_start(o, info);
    add(o, "sections", sections(info));
    add_use(use, info);
    add(o, "use", use);
    add(o, "made_with", kinds(info));
    add(o, "compilers", compilers(info));
    add_code(o, info);
    add_debug(o, info);
    return o;
}
