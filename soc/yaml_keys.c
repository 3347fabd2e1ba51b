#include "soc/yaml_keys.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/pin.h"

/* ---- errors ---- */

bool yaml_fail_line(struct yaml_keys *y, size_t line, const char *format, ...)
{
    char why[256];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    if (line)
        snprintf(y->err, y->err_size, "%s: line %zu: %s", y->file, line, why);
    else
        snprintf(y->err, y->err_size, "%s: %s", y->file, why);
    for (char *c = y->err; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = '?';
    return false;
}

bool yaml_keys_load(struct yaml_keys *y, const char *text, size_t size)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return yaml_fail_line(y, 0, "out of memory");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    bool good = yaml_parser_load(&parser, &y->document);
    if (!good)
        yaml_fail_line(y, parser.problem_mark.line + 1, "this is not YAML: %s",
                       parser.problem ? parser.problem : "out of memory");
    yaml_parser_delete(&parser);
    return good;
}

/* ---- values ---- */

const char *yaml_text(struct yaml_keys *y, const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE) {
        yaml_fail(y, node, "one value is expected here, not a list or a mapping");
        return NULL;
    }
    const char *text = (const char *)node->data.scalar.value;
    if (strlen(text) != node->data.scalar.length || !*text) {
        yaml_fail(y, node, *text ? "there is a 0 byte in this value" : "there is no value here");
        return NULL;
    }
    return text;
}

bool yaml_copy_text(struct yaml_keys *y, const yaml_node_t *node, char *into, size_t size)
{
    const char *text = yaml_text(y, node);
    if (!text)
        return false;
    if (strlen(text) >= size)
        return yaml_fail(y, node, "'%.20s...' is longer than %zu characters", text, size - 1);
    strcpy(into, text);
    return true;
}

int yaml_word(struct yaml_keys *y, const yaml_node_t *node, const char *const *words, unsigned n)
{
    const char *text = yaml_text(y, node);
    char list[128] = "";
    if (!text)
        return -1;
    for (unsigned i = 0; i < n; i++) {
        if (!strcmp(words[i], text))
            return (int)i;
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", words[i]);
    }
    yaml_fail(y, node, "'%s' is none of %s", text, list);
    return -1;
}

bool yaml_read_u32(struct yaml_keys *y, yaml_node_t *node, void *into)
{
    const char *text = yaml_text(y, node);
    char *end;
    if (!text)
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 0);
    if (!isdigit((unsigned char)*text) || *end || errno || value > UINT32_MAX)
        return yaml_fail(y, node, "'%s' is no number from 0 to 0xFFFFFFFF", text);
    *(uint32_t *)into = (uint32_t)value;
    return true;
}

bool yaml_read_pin(struct yaml_keys *y, yaml_node_t *node, void *into)
{
    const char *text = yaml_text(y, node);
    int pin = text ? pin_by_name(text) : -1;
    if (text && pin < 0)
        return yaml_fail(y, node, "there is no pin '%s': they are P0.00 to P0.31 and P1.00 to P1.15", text);
    *(unsigned *)into = (unsigned)pin;
    return text;
}

/* ---- mappings and lists ---- */

yaml_node_t *yaml_node(struct yaml_keys *y, int id) { return yaml_document_get_node(&y->document, id); }

yaml_node_t *yaml_value(struct yaml_keys *y, const yaml_node_t *mapping, const char *key)
{
    for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start; pair < mapping->data.mapping.pairs.top; pair++) {
        const yaml_node_t *name = yaml_node(y, pair->key);
        if (name->type == YAML_SCALAR_NODE && !strcmp((const char *)name->data.scalar.value, key))
            return yaml_node(y, pair->value);
    }
    return NULL;
}

static const struct yaml_key *find_key(const struct yaml_key *keys, unsigned n, const char *name)
{
    for (unsigned i = 0; i < n; i++)
        if (!strcmp(keys[i].name, name))
            return &keys[i];
    return NULL;
}

static bool fail_unknown_key(struct yaml_keys *y, const yaml_node_t *node, const char *what,
                             const struct yaml_key *keys, unsigned n)
{
    char list[160] = "";
    for (unsigned i = 0; i < n; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", keys[i].name);
    return yaml_fail(y, node, "%s has no '%.40s'; it may have %s", what, (const char *)node->data.scalar.value, list);
}

/* Reads the mapping `node`, which is `what` ("an LED"), into the struct at `base`. */
bool yaml_mapping(struct yaml_keys *y, yaml_node_t *node, const char *what, const struct yaml_key *keys, unsigned n,
                  void *base)
{
    uint32_t seen = 0;
    if (node->type != YAML_MAPPING_NODE)
        return yaml_fail(y, node, "%s is a mapping, such as {%s: ...}", what, keys[0].name);
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
        yaml_node_t *name = yaml_node(y, pair->key);
        yaml_node_t *value = yaml_node(y, pair->value);
        if (!yaml_text(y, name))
            return false;
        const struct yaml_key *key = find_key(keys, n, (const char *)name->data.scalar.value);
        if (!key)
            return fail_unknown_key(y, name, what, keys, n);
        if (seen >> (key - keys) & 1)
            return yaml_fail(y, name, "'%s' is given twice", key->name);
        seen |= 1u << (key - keys);
        if (!key->read(y, value, (char *)base + key->offset))
            return false;
    }
    for (unsigned i = 0; i < n; i++)
        if (keys[i].required && !(seen >> i & 1))
            return yaml_fail(y, node, "%s needs '%s'", what, keys[i].name);
    return true;
}

/* How many items a list of at most `max` has; -1 with the error line. */
int yaml_list(struct yaml_keys *y, const yaml_node_t *node, const char *what, unsigned max)
{
    if (node->type != YAML_SEQUENCE_NODE) {
        yaml_fail(y, node, "%s are a list", what);
        return -1;
    }
    size_t n = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (n <= max)
        return (int)n;
    yaml_fail(y, node, "there is room for %u of %s, not for %zu", max, what, n);
    return -1;
}

yaml_node_t *yaml_item(struct yaml_keys *y, const yaml_node_t *node, int i)
{
    return yaml_node(y, node->data.sequence.items.start[i]);
}
