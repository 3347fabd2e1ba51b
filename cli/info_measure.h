/*
 * `nrfemu info --measure`: runs the images and tells what the run needed.
 */
#ifndef CLI_INFO_MEASURE_H
#define CLI_INFO_MEASURE_H

#include <json-c/json.h>

#include "soc/measure.h"

struct info_measured {
    struct measure measure;
    struct machine machine;
};

/* Runs what `specs` name, as one flash, for at most `run_for`. Without the firmware's console. The caller frees it with
 * info_measured_free(). NULL with one line in `err` when it cannot be run. */
struct info_measured *info_measure(char **specs, unsigned n_specs, vtime run_for, const struct firmware_info *info,
                                   char err[IMAGE_ERR_SIZE]);
void info_measured_free(struct info_measured *m);

void info_print_measured(struct info_measured *m);
struct json_object *info_measured_to_json(struct info_measured *m);

#endif
