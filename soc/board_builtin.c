#include "soc/board_file.h"

#include "boards.h" /* generated from data/boards/ */

const struct board_builtin board_builtins[] = {BOARDS};
const unsigned board_builtin_count = sizeof board_builtins / sizeof *board_builtins;
