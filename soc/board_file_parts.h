/*
 * The serial buses and parts of a board file; private to soc/board_file*.c.
 */
#ifndef SOC_BOARD_FILE_PARTS_H
#define SOC_BOARD_FILE_PARTS_H

#include "soc/board.h"
#include "soc/yaml_keys.h"

/* Names are typed on command lines and stand in waveforms. Into BOARD_NAME characters. */
bool board_file_name(struct yaml_keys *y, yaml_node_t *node, void *into);

/* `into` is the struct board. The parts come after the buses, whatever the order in the file. */
bool board_file_buses(struct yaml_keys *y, yaml_node_t *node, void *into);
bool board_file_parts(struct yaml_keys *y, yaml_node_t *node, struct board *b);

#endif
