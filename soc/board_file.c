#include "soc/board_file.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct parse {
    const char *file;
    yaml_document_t document;
    char *err;
    size_t err_size;
};

/* One key of a mapping, and what is done with its value. */
struct key {
    const char *name;
    bool required;
    bool (*read)(struct parse *p, yaml_node_t *value, void *into);
    size_t offset; /* what `into` is, in the struct that is being read */
};

#define KEYS(k) k, sizeof(k) / sizeof *(k)

/* ---- errors ---- */

/* Line 0: none. */
__attribute__((format(printf, 3, 4))) static bool fail_line(struct parse *p, size_t line, const char *format, ...)
{
    char why[256];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    if (line)
        snprintf(p->err, p->err_size, "%s: line %zu: %s", p->file, line, why);
    else
        snprintf(p->err, p->err_size, "%s: %s", p->file, why);
    for (char *c = p->err; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = '?';
    return false;
}

#define fail(p, node, ...) fail_line(p, (node)->start_mark.line + 1, __VA_ARGS__)

static bool fail_yaml(struct parse *p, const yaml_parser_t *yaml)
{
    size_t line = yaml->problem_mark.line + 1;
    return fail_line(p, line, "this is not YAML: %s", yaml->problem ? yaml->problem : "out of memory");
}

/* ---- values ---- */

/* The text of a value, or NULL with the error line. */
static const char *text_of(struct parse *p, const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE) {
        fail(p, node, "one value is expected here, not a list or a mapping");
        return NULL;
    }
    const char *text = (const char *)node->data.scalar.value;
    if (strlen(text) != node->data.scalar.length || !*text) {
        fail(p, node, *text ? "there is a 0 byte in this value" : "there is no value here");
        return NULL;
    }
    return text;
}

static bool copy_text(struct parse *p, const yaml_node_t *node, char *into, size_t size)
{
    const char *text = text_of(p, node);
    if (!text)
        return false;
    if (strlen(text) >= size)
        return fail(p, node, "'%.20s...' is longer than %zu characters", text, size - 1);
    strcpy(into, text);
    return true;
}

static bool read_title(struct parse *p, yaml_node_t *node, void *into) { return copy_text(p, node, into, BOARD_TITLE); }

/* Names are typed on command lines and stand in waveforms. */
static bool read_name(struct parse *p, yaml_node_t *node, void *into)
{
    if (!copy_text(p, node, into, BOARD_NAME))
        return false;
    for (const char *c = into; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
            return fail(p, node, "a name has letters, digits, _ and - only: '%s'", (const char *)into);
    return true;
}

static bool read_pin(struct parse *p, yaml_node_t *node, void *into)
{
    const char *text = text_of(p, node);
    int pin = text ? pin_by_name(text) : -1;
    if (text && pin < 0)
        return fail(p, node, "there is no pin '%s': they are P0.00 to P0.31 and P1.00 to P1.15", text);
    *(unsigned *)into = (unsigned)pin;
    return text;
}

static bool read_u32(struct parse *p, yaml_node_t *node, void *into)
{
    const char *text = text_of(p, node);
    char *end;
    if (!text)
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 0);
    if (!isdigit((unsigned char)*text) || *end || errno || value > UINT32_MAX)
        return fail(p, node, "'%s' is no number from 0 to 0xFFFFFFFF", text);
    *(uint32_t *)into = (uint32_t)value;
    return true;
}

/* Which of the words it is; -1 with the error line. */
static int word_of(struct parse *p, const yaml_node_t *node, const char *const *words, unsigned n)
{
    const char *text = text_of(p, node);
    char list[128] = "";
    if (!text)
        return -1;
    for (unsigned i = 0; i < n; i++) {
        if (!strcmp(words[i], text))
            return (int)i;
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", words[i]);
    }
    fail(p, node, "'%s' is none of %s", text, list);
    return -1;
}

static bool read_level(struct parse *p, yaml_node_t *node, void *into)
{
    static const char *const words[] = {"low", "high"};
    int word = word_of(p, node, KEYS(words));
    *(bool *)into = word == 1;
    return word >= 0;
}

static bool read_pull(struct parse *p, yaml_node_t *node, void *into)
{
    static const char *const words[] = {[PIN_PULL_NONE] = "none", [PIN_PULL_DOWN] = "down", [PIN_PULL_UP] = "up"};
    int word = word_of(p, node, KEYS(words));
    *(enum pin_pull *)into = word < 0 ? PIN_PULL_NONE : (enum pin_pull)word;
    return word >= 0;
}

static bool read_colour(struct parse *p, yaml_node_t *node, void *into)
{
    static const char *const words[BOARD_COLOURS] = {"red", "green", "blue", "yellow", "orange", "white"};
    int word = word_of(p, node, KEYS(words));
    *(enum board_colour *)into = word < 0 ? BOARD_RED : (enum board_colour)word;
    return word >= 0;
}

/* ---- mappings and lists ---- */

static const struct key *find_key(const struct key *keys, unsigned n, const char *name)
{
    for (unsigned i = 0; i < n; i++)
        if (!strcmp(keys[i].name, name))
            return &keys[i];
    return NULL;
}

static bool fail_unknown_key(struct parse *p, const yaml_node_t *node, const char *what, const struct key *keys,
                             unsigned n)
{
    char list[160] = "";
    for (unsigned i = 0; i < n; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", keys[i].name);
    return fail(p, node, "%s has no '%.40s'; it may have %s", what, (const char *)node->data.scalar.value, list);
}

/* Reads the mapping `node`, which is `what` ("an LED"), into the struct at `base`. */
static bool read_mapping(struct parse *p, yaml_node_t *node, const char *what, const struct key *keys, unsigned n,
                         void *base)
{
    uint32_t seen = 0;
    if (node->type != YAML_MAPPING_NODE)
        return fail(p, node, "%s is a mapping, such as {%s: ...}", what, keys[0].name);
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
        yaml_node_t *name = yaml_document_get_node(&p->document, pair->key);
        yaml_node_t *value = yaml_document_get_node(&p->document, pair->value);
        if (!text_of(p, name))
            return false;
        const struct key *key = find_key(keys, n, (const char *)name->data.scalar.value);
        if (!key)
            return fail_unknown_key(p, name, what, keys, n);
        if (seen >> (key - keys) & 1)
            return fail(p, name, "'%s' is given twice", key->name);
        seen |= 1u << (key - keys);
        if (!key->read(p, value, (char *)base + key->offset))
            return false;
    }
    for (unsigned i = 0; i < n; i++)
        if (keys[i].required && !(seen >> i & 1))
            return fail(p, node, "%s needs '%s'", what, keys[i].name);
    return true;
}

/* How many items a list of at most `max` has; -1 with the error line. */
static int list_length(struct parse *p, const yaml_node_t *node, const char *what, unsigned max)
{
    if (node->type != YAML_SEQUENCE_NODE) {
        fail(p, node, "%s are a list", what);
        return -1;
    }
    size_t n = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (n <= max)
        return (int)n;
    fail(p, node, "there is room for %u of %s, not for %zu", max, what, n);
    return -1;
}

static yaml_node_t *list_item(struct parse *p, const yaml_node_t *node, int i)
{
    return yaml_document_get_node(&p->document, node->data.sequence.items.start[i]);
}

/* ---- the board ---- */

static bool read_leds(struct parse *p, yaml_node_t *node, void *into)
{
    static const struct key keys[] = {
        {"name", true, read_name, offsetof(struct board_led, name)},
        {"pin", true, read_pin, offsetof(struct board_led, pin)},
        {"active", true, read_level, offsetof(struct board_led, active)},
        {"colour", false, read_colour, offsetof(struct board_led, colour)},
    };
    struct board *b = into;
    int n = list_length(p, node, "leds", BOARD_LEDS);
    for (int i = 0; i < n; i++) {
        struct board_led *led = &b->led[i];
        if (!read_mapping(p, list_item(p, node, i), "an LED", KEYS(keys), led))
            return false;
        for (int k = 0; k < i; k++)
            if (!strcmp(b->led[k].name, led->name))
                return fail(p, list_item(p, node, i), "there is another LED '%s'", led->name);
        b->n_leds++;
    }
    return n >= 0;
}

static bool read_buttons(struct parse *p, yaml_node_t *node, void *into)
{
    static const struct key keys[] = {
        {"name", true, read_name, offsetof(struct board_button, name)},
        {"pin", true, read_pin, offsetof(struct board_button, pin)},
        {"active", true, read_level, offsetof(struct board_button, active)},
        {"pull", false, read_pull, offsetof(struct board_button, pull)},
    };
    struct board *b = into;
    int n = list_length(p, node, "buttons", BOARD_BUTTONS);
    for (int i = 0; i < n; i++) {
        struct board_button *button = &b->button[i];
        if (!read_mapping(p, list_item(p, node, i), "a button", KEYS(keys), button))
            return false;
        if (board_button(b, button->name) >= 0)
            return fail(p, list_item(p, node, i), "there is another button '%s'", button->name);
        b->n_buttons++;
    }
    return n >= 0;
}

/* NAME: PIN, as many as there are. */
static bool read_wires(struct parse *p, yaml_node_t *node, void *into)
{
    struct board *b = into;
    if (node->type != YAML_MAPPING_NODE)
        return fail(p, node, "wires are a mapping, such as {console_tx: P0.06}");
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
        yaml_node_t *name = yaml_document_get_node(&p->document, pair->key);
        if (b->n_wires == BOARD_WIRES)
            return fail(p, name, "there is room for %d wires", BOARD_WIRES);
        struct board_wire *wire = &b->wire[b->n_wires++];
        if (!read_name(p, name, wire->name) ||
            !read_pin(p, yaml_document_get_node(&p->document, pair->value), &wire->pin))
            return false;
    }
    return true;
}

/* [P0.03, P0.04], or more pins of one node. */
static bool read_loop(struct parse *p, yaml_node_t *node, struct board *b)
{
    unsigned first, pin;
    int n = list_length(p, node, "the pins of a loop", PIN_COUNT);
    if (n < 0)
        return false;
    if (n < 2)
        return fail(p, node, "a loop wires two pins or more, such as [P0.03, P0.04]");
    if (!read_pin(p, list_item(p, node, 0), &first))
        return false;
    for (int i = 1; i < n; i++) {
        if (!read_pin(p, list_item(p, node, i), &pin))
            return false;
        if (pin == first)
            return fail(p, list_item(p, node, i), "a pin is not looped to itself");
        if (b->n_loops == BOARD_LOOPS)
            return fail(p, node, "there is room for %d loops", BOARD_LOOPS);
        b->loop[b->n_loops].a = first;
        b->loop[b->n_loops++].b = pin;
    }
    return true;
}

static bool read_loops(struct parse *p, yaml_node_t *node, void *into)
{
    int n = list_length(p, node, "loops", BOARD_LOOPS);
    for (int i = 0; i < n; i++)
        if (!read_loop(p, list_item(p, node, i), into))
            return false;
    return n >= 0;
}

static const struct key board_keys[] = {
    {"name", true, read_name, offsetof(struct board, name)},
    {"title", false, read_title, offsetof(struct board, title)},
    {"application", false, read_u32, offsetof(struct board, application)},
    {"reset", false, read_pin, offsetof(struct board, reset)},
    {"leds", false, read_leds, 0},
    {"buttons", false, read_buttons, 0},
    {"wires", false, read_wires, 0},
    {"loops", false, read_loops, 0},
};

static bool read_document(struct parse *p, struct board *b)
{
    yaml_node_t *root = yaml_document_get_root_node(&p->document);
    if (!root)
        return fail_line(p, 0, "there is nothing in it");
    return read_mapping(p, root, "a board", KEYS(board_keys), b);
}

bool board_parse(struct board *b, const char *file, const char *text, size_t size, char *err, size_t err_size)
{
    struct parse p = {.file = file, .err = err, .err_size = err_size};
    yaml_parser_t yaml;
    board_init(b);
    if (size > BOARD_FILE_MAX)
        return fail_line(&p, 0, "is %zu bytes long; a board has at most %d", size, BOARD_FILE_MAX);
    if (!yaml_parser_initialize(&yaml))
        return fail_line(&p, 0, "out of memory");
    yaml_parser_set_input_string(&yaml, (const unsigned char *)text, size);
    bool loaded = yaml_parser_load(&yaml, &p.document);
    bool ok = loaded ? read_document(&p, b) : fail_yaml(&p, &yaml);
    if (loaded)
        yaml_document_delete(&p.document);
    yaml_parser_delete(&yaml);
    return ok;
}

/* ---- finding one ---- */

static bool parse_file(struct board *b, const char *path, char *err, size_t err_size)
{
    struct parse p = {.file = path, .err = err, .err_size = err_size};
    FILE *f = fopen(path, "re");
    char *text = malloc(BOARD_FILE_MAX + 1);
    bool ok = false;
    if (!f || !text) {
        fail_line(&p, 0, "%s", f ? "out of memory" : strerror(errno));
    } else {
        size_t size = fread(text, 1, BOARD_FILE_MAX + 1, f);
        ok = ferror(f) ? fail_line(&p, 0, "%s", strerror(errno)) : board_parse(b, path, text, size, err, err_size);
    }
    if (f)
        fclose(f);
    free(text);
    return ok;
}

bool board_find(struct board *b, const char *name, char *err, size_t err_size)
{
    for (unsigned i = 0; i < board_builtin_count; i++)
        if (!strcmp(board_builtins[i].name, name))
            return board_parse(b, name, board_builtins[i].text, strlen(board_builtins[i].text), err, err_size);
    if (strpbrk(name, "/."))
        return parse_file(b, name, err, err_size);
    size_t used = (size_t)snprintf(err, err_size, "there is no board '%s': it is a file or one of", name);
    for (unsigned i = 0; i < board_builtin_count && used < err_size; i++)
        used += (size_t)snprintf(err + used, err_size - used, "%s %s", i ? "," : "", board_builtins[i].name);
    return false;
}
