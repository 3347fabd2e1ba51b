/*
 * Board files: YAML that says what a board wires to the chip (docs/BOARDS.md), and the boards that come with nrfemu.
 */
#ifndef SOC_BOARD_FILE_H
#define SOC_BOARD_FILE_H

#include "soc/board.h"

enum { BOARD_FILE_MAX = 64 << 10 }; /* bytes */

#define BOARD_DEFAULT "nrf52840dk"

/* A board that is built in: its file. */
struct board_builtin {
    const char *name, *text;
};
extern const struct board_builtin board_builtins[];
extern const unsigned board_builtin_count;

/* Makes a board of a file's text; `file` is its name for messages. False, with one line in `err` that names file, line
 * and what is wrong there. */
bool board_parse(struct board *b, const char *file, const char *text, size_t size, char *err, size_t err_size);

/* The same for what --board names: a board that is built in, or else, when there is a slash or a dot in it, a file. */
bool board_find(struct board *b, const char *name_or_file, char *err, size_t err_size);

#endif
