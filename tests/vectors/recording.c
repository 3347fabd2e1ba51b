/*
 * Dumps: a MessagePack map, of which only what a run needs is taken.
 */
#include "tests/vectors/vectors.h"

#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is(const msgpack_object *o, const char *text)
{
    return o->type == MSGPACK_OBJECT_STR && o->via.str.size == strlen(text) &&
           !memcmp(o->via.str.ptr, text, o->via.str.size);
}

static const msgpack_object *find(const msgpack_object *map, const char *key)
{
    for (uint32_t i = 0; map->type == MSGPACK_OBJECT_MAP && i < map->via.map.size; i++)
        if (is(&map->via.map.ptr[i].key, key))
            return &map->via.map.ptr[i].val;
    return NULL;
}

static uint32_t number(const msgpack_object *map, const char *key)
{
    const msgpack_object *o = find(map, key);
    return o && o->type == MSGPACK_OBJECT_POSITIVE_INTEGER ? (uint32_t)o->via.u64 : 0;
}

/* What the settings, a Python dictionary as text, say of a key: whether its value begins with `value`. */
static bool says(const char *settings, const char *key, const char *value, bool otherwise)
{
    char quoted[VECTORS_NAME_MAX];
    snprintf(quoted, sizeof quoted, "'%s': ", key);
    const char *at = strstr(settings, quoted);
    return at ? !strncmp(at + strlen(quoted), value, strlen(value)) : otherwise;
}

static enum value_kind kind_of(const char *name)
{
    if (!strncmp(name, "cyc", 3) || strstr(name, "time"))
        return VALUE_CYCLES;
    if (strstr(name, "lsucnt") || strstr(name, "cpicnt") || strstr(name, "foldcnt"))
        return VALUE_COUNTER;
    return VALUE_RESULT;
}

/* The content is binary or an array of bytes. */
static bool parse_memory(const msgpack_object *o, struct recorded_memory *m)
{
    const msgpack_object *name = find(o, "symbol_name"), *content = find(o, "content");
    if (!name || name->type != MSGPACK_OBJECT_STR || !content)
        return false;
    snprintf(m->name, sizeof m->name, "%.*s", (int)name->via.str.size, name->via.str.ptr);
    m->kind = kind_of(m->name);
    m->addr = number(o, "addr");
    bool array = content->type == MSGPACK_OBJECT_ARRAY;
    if (!array && content->type != MSGPACK_OBJECT_BIN)
        return false;
    m->size = array ? content->via.array.size : content->via.bin.size;
    m->content = calloc(1, m->size + 1);
    for (uint32_t i = 0; i < m->size; i++)
        m->content[i] = array ? (uint8_t)content->via.array.ptr[i].via.u64 : (uint8_t)content->via.bin.ptr[i];
    return true;
}

static void parse_settings(struct recording *r, const msgpack_object *o)
{
    char *s = r->settings;
    if (o && o->type == MSGPACK_OBJECT_STR)
        snprintf(s, sizeof r->settings, "%.*s", (int)o->via.str.size, o->via.str.ptr);
    r->benchmark = strstr(s, "BENCHMARK") != NULL;
    r->from_ram = says(s, "code", "'sram'", false) || says(s, "code_mem", "'sram'", false);
    r->line_buffer = says(s, "lbEn", "True", true);
    r->write_buffer = says(s, "wbEn", "True", true);
    r->cache = says(s, "cache_enabled", "True", false) || says(s, "cache_en", "True", false);
}

static bool parse(struct recording *r, const msgpack_object *o)
{
    const msgpack_object *memory = find(o, "mem_dump");
    r->main_addr = number(o, "emulator_main_addr");
    r->exit_addr = number(o, "emulator_exit_addr");
    parse_settings(r, find(o, "configuration_name"));
    if (!r->main_addr || !r->exit_addr || !memory || memory->type != MSGPACK_OBJECT_ARRAY)
        return false;
    for (uint32_t i = 0; i < memory->via.array.size; i++) {
        if (r->n_memory == VECTORS_SYMBOLS_MAX || !parse_memory(&memory->via.array.ptr[i], &r->memory[r->n_memory]))
            return false;
        r->n_memory++;
    }
    return true;
}

bool recording_parse(struct recording *r, const uint8_t *dump, size_t size)
{
    msgpack_unpacked u;
    size_t used = 0;
    memset(r, 0, sizeof *r);
    msgpack_unpacked_init(&u);
    bool ok = msgpack_unpack_next(&u, (const char *)dump, size, &used) == MSGPACK_UNPACK_SUCCESS && parse(r, &u.data);
    msgpack_unpacked_destroy(&u);
    return ok;
}

void recording_free(struct recording *r)
{
    for (unsigned i = 0; i < r->n_memory; i++)
        free(r->memory[i].content);
}
