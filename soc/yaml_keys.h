/*
 * Reads YAML into structs by tables of keys, and says in one line what is wrong where. For soc/board_file*.c only.
 */
#ifndef SOC_YAML_KEYS_H
#define SOC_YAML_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

struct yaml_keys {
    const char *file; /* for messages */
    yaml_document_t document;
    char *err;
    size_t err_size;
};

/* One key of a mapping, and what is done with its value. */
struct yaml_key {
    const char *name;
    bool required;
    bool (*read)(struct yaml_keys *y, yaml_node_t *value, void *into);
    size_t offset; /* what `into` is, in the struct that is being read */
};

#define YAML_TABLE(t) t, sizeof(t) / sizeof *(t)

/* Writes "FILE: line N: MESSAGE", or without the line when that is 0, and gives false. */
bool yaml_fail_line(struct yaml_keys *y, size_t line, const char *format, ...) __attribute__((format(printf, 3, 4)));
#define yaml_fail(y, node, ...) yaml_fail_line(y, (node)->start_mark.line + 1, __VA_ARGS__)

/* Parses a text; afterwards yaml_document_delete(&y->document). False, with the error line, when it is not YAML. */
bool yaml_keys_load(struct yaml_keys *y, const char *text, size_t size);

/* The text of a value, or NULL with the error line. */
const char *yaml_text(struct yaml_keys *y, const yaml_node_t *node);
/* Copies it into `size` bytes. */
bool yaml_copy_text(struct yaml_keys *y, const yaml_node_t *node, char *into, size_t size);
/* Which of the words it is; -1 with the error line. */
int yaml_word(struct yaml_keys *y, const yaml_node_t *node, const char *const *words, unsigned n);
/* Into a uint32_t. */
bool yaml_read_u32(struct yaml_keys *y, yaml_node_t *node, void *into);
/* Into an unsigned, as emu/pin.h numbers them. */
bool yaml_read_pin(struct yaml_keys *y, yaml_node_t *node, void *into);

/* Reads the mapping `node`, which is `what` ("an LED"), into the struct at `base`. */
bool yaml_mapping(struct yaml_keys *y, yaml_node_t *node, const char *what, const struct yaml_key *keys, unsigned n,
                  void *base);
/* The value of a key of a mapping; NULL when it has no such key. */
yaml_node_t *yaml_value(struct yaml_keys *y, const yaml_node_t *mapping, const char *key);
/* How many items the list `node` of `what` ("leds") has, at most `max`; -1 with the error line. */
int yaml_list(struct yaml_keys *y, const yaml_node_t *node, const char *what, unsigned max);
yaml_node_t *yaml_item(struct yaml_keys *y, const yaml_node_t *list, int i);
/* The key or value of a pair. */
yaml_node_t *yaml_node(struct yaml_keys *y, int id);

#endif
