/*
 * What `nrfemu info` prints of an image: as text for people, or as JSON for scripts.
 */
#ifndef CLI_INFO_H
#define CLI_INFO_H

#include <json-c/json.h>

#include "emu/firmware_info.h"

void info_print_text(const struct firmware_info *info);
struct json_object *info_to_json(const struct firmware_info *info);

/* Words that both use. */
const char *info_float_name(enum arm_float f);

#endif
