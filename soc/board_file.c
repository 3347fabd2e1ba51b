#include "soc/board_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "soc/board_file_parts.h"

/* ---- values ---- */

static bool read_title(struct yaml_keys *y, yaml_node_t *node, void *into)
{
    return yaml_copy_text(y, node, into, BOARD_TITLE);
}

bool board_file_name(struct yaml_keys *y, yaml_node_t *node, void *into)
{
    if (!yaml_copy_text(y, node, into, BOARD_NAME))
        return false;
    for (const char *c = into; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
            return yaml_fail(y, node, "a name has letters, digits, _ and - only: '%s'", (const char *)into);
    return true;
}

static bool read_level(struct yaml_keys *y, yaml_node_t *node, void *into)
{
    static const char *const words[] = {"low", "high"};
    int word = yaml_word(y, node, YAML_TABLE(words));
    *(bool *)into = word == 1;
    return word >= 0;
}

static bool read_pull(struct yaml_keys *y, yaml_node_t *node, void *into)
{
    static const char *const words[] = {[PIN_PULL_NONE] = "none", [PIN_PULL_DOWN] = "down", [PIN_PULL_UP] = "up"};
    int word = yaml_word(y, node, YAML_TABLE(words));
    *(enum pin_pull *)into = word < 0 ? PIN_PULL_NONE : (enum pin_pull)word;
    return word >= 0;
}

static bool read_colour(struct yaml_keys *y, yaml_node_t *node, void *into)
{
    static const char *const words[BOARD_COLOURS] = {"red", "green", "blue", "yellow", "orange", "white"};
    int word = yaml_word(y, node, YAML_TABLE(words));
    *(enum board_colour *)into = word < 0 ? BOARD_RED : (enum board_colour)word;
    return word >= 0;
}

static bool read_qspi_flash(struct yaml_keys *y, yaml_node_t *node, void *into)
{
    enum { WORDS = 16 };
    const char *words[WORDS] = {"none"};
    unsigned n = 1;
    for (const struct nor_flash_chip *c = nor_flash_chips; c->name && n < WORDS; c++)
        words[n++] = c->name;
    int word = yaml_word(y, node, words, n);
    *(const struct nor_flash_chip **)into = word > 0 ? &nor_flash_chips[word - 1] : NULL;
    return word >= 0;
}

/* ---- the board ---- */

static bool read_leds(struct yaml_keys *y, yaml_node_t *node, void *into)
{
    static const struct yaml_key keys[] = {
        {"name", true, board_file_name, offsetof(struct board_led, name)},
        {"pin", true, yaml_read_pin, offsetof(struct board_led, pin)},
        {"active", true, read_level, offsetof(struct board_led, active)},
        {"colour", false, read_colour, offsetof(struct board_led, colour)},
    };
    struct board *b = into;
    int n = yaml_list(y, node, "leds", BOARD_LEDS);
    for (int i = 0; i < n; i++) {
        struct board_led *led = &b->led[i];
        if (!yaml_mapping(y, yaml_item(y, node, i), "an LED", YAML_TABLE(keys), led))
            return false;
        for (int k = 0; k < i; k++)
            if (!strcmp(b->led[k].name, led->name))
                return yaml_fail(y, yaml_item(y, node, i), "there is another LED '%s'", led->name);
        b->n_leds++;
    }
    return n >= 0;
}

static bool read_buttons(struct yaml_keys *y, yaml_node_t *node, void *into)
{
    static const struct yaml_key keys[] = {
        {"name", true, board_file_name, offsetof(struct board_button, name)},
        {"pin", true, yaml_read_pin, offsetof(struct board_button, pin)},
        {"active", true, read_level, offsetof(struct board_button, active)},
        {"pull", false, read_pull, offsetof(struct board_button, pull)},
    };
    struct board *b = into;
    int n = yaml_list(y, node, "buttons", BOARD_BUTTONS);
    for (int i = 0; i < n; i++) {
        struct board_button *button = &b->button[i];
        if (!yaml_mapping(y, yaml_item(y, node, i), "a button", YAML_TABLE(keys), button))
            return false;
        if (board_button(b, button->name) >= 0)
            return yaml_fail(y, yaml_item(y, node, i), "there is another button '%s'", button->name);
        b->n_buttons++;
    }
    return n >= 0;
}

/* NAME: PIN, as many as there are. */
static bool read_wires(struct yaml_keys *y, yaml_node_t *node, void *into)
{
    struct board *b = into;
    if (node->type != YAML_MAPPING_NODE)
        return yaml_fail(y, node, "wires are a mapping, such as {console_tx: P0.06}");
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
        yaml_node_t *name = yaml_node(y, pair->key);
        if (b->n_wires == BOARD_WIRES)
            return yaml_fail(y, name, "there is room for %d wires", BOARD_WIRES);
        struct board_wire *wire = &b->wire[b->n_wires++];
        if (!board_file_name(y, name, wire->name) || !yaml_read_pin(y, yaml_node(y, pair->value), &wire->pin))
            return false;
    }
    return true;
}

/* [P0.03, P0.04], or more pins of one node. */
static bool read_loop(struct yaml_keys *y, yaml_node_t *node, struct board *b)
{
    unsigned first, pin;
    int n = yaml_list(y, node, "the pins of a loop", PIN_COUNT);
    if (n < 0)
        return false;
    if (n < 2)
        return yaml_fail(y, node, "a loop wires two pins or more, such as [P0.03, P0.04]");
    if (!yaml_read_pin(y, yaml_item(y, node, 0), &first))
        return false;
    for (int i = 1; i < n; i++) {
        if (!yaml_read_pin(y, yaml_item(y, node, i), &pin))
            return false;
        if (pin == first)
            return yaml_fail(y, yaml_item(y, node, i), "a pin is not looped to itself");
        if (b->n_loops == BOARD_LOOPS)
            return yaml_fail(y, node, "there is room for %d loops", BOARD_LOOPS);
        b->loop[b->n_loops].a = first;
        b->loop[b->n_loops++].b = pin;
    }
    return true;
}

static bool read_loops(struct yaml_keys *y, yaml_node_t *node, void *into)
{
    int n = yaml_list(y, node, "loops", BOARD_LOOPS);
    for (int i = 0; i < n; i++)
        if (!read_loop(y, yaml_item(y, node, i), into))
            return false;
    return n >= 0;
}

/* Parts hang on buses, wherever those stand in the file. */
static bool later(struct yaml_keys *y, yaml_node_t *node, void *into) { return true; }

static const struct yaml_key board_keys[] = {
    {"name", true, board_file_name, offsetof(struct board, name)},
    {"title", false, read_title, offsetof(struct board, title)},
    {"application", false, yaml_read_u32, offsetof(struct board, application)},
    {"qspi_flash", false, read_qspi_flash, offsetof(struct board, qspi_flash)},
    {"reset", false, yaml_read_pin, offsetof(struct board, reset)},
    {"leds", false, read_leds, 0},
    {"buttons", false, read_buttons, 0},
    {"wires", false, read_wires, 0},
    {"buses", false, board_file_buses, 0},
    {"parts", false, later, 0},
    {"loops", false, read_loops, 0},
};

static bool read_document(struct yaml_keys *y, struct board *b)
{
    yaml_node_t *root = yaml_document_get_root_node(&y->document);
    if (!root)
        return yaml_fail_line(y, 0, "there is nothing in it");
    if (!yaml_mapping(y, root, "a board", YAML_TABLE(board_keys), b))
        return false;
    yaml_node_t *parts = yaml_value(y, root, "parts");
    return !parts || board_file_parts(y, parts, b);
}

bool board_parse(struct board *b, const char *file, const char *text, size_t size, char *err, size_t err_size)
{
    struct yaml_keys y = {.file = file, .err = err, .err_size = err_size};
    board_init(b);
    if (size > BOARD_FILE_MAX)
        return yaml_fail_line(&y, 0, "is %zu bytes long; a board has at most %d", size, BOARD_FILE_MAX);
    if (!yaml_keys_load(&y, text, size))
        return false;
    bool good = read_document(&y, b);
    yaml_document_delete(&y.document);
    return good;
}

/* ---- finding one ---- */

static bool parse_file(struct board *b, const char *path, char *err, size_t err_size)
{
    struct yaml_keys y = {.file = path, .err = err, .err_size = err_size};
    FILE *f = fopen(path, "re");
    char *text = malloc(BOARD_FILE_MAX + 1);
    bool ok = false;
    if (!f || !text) {
        yaml_fail_line(&y, 0, "%s", f ? "out of memory" : strerror(errno));
    } else {
        size_t size = fread(text, 1, BOARD_FILE_MAX + 1, f);
        ok = ferror(f) ? yaml_fail_line(&y, 0, "%s", strerror(errno)) : board_parse(b, path, text, size, err, err_size);
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
