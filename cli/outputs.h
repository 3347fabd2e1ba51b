/*
 * The files that a run writes besides its statistics: waveforms, traces, profiles.
 */
#ifndef CLI_OUTPUTS_H
#define CLI_OUTPUTS_H

#include "cli/options.h"
#include "emu/perfetto.h"
#include "emu/profile.h"
#include "emu/vcd.h"
#include "soc/machine.h"

enum { OUTPUTS_PROFILES = 3 };

struct outputs {
    struct vcd *vcd;
    struct perfetto *trace;
    struct profile *profile; /* NULL: nobody wants one */
    FILE *profile_file[OUTPUTS_PROFILES];
    const char *profile_path[OUTPUTS_PROFILES];
};

/* Creates the files that the options name and attaches to the machine, whose images are loaded; power is not on yet.
 * False with one line in `err`; what is open already is closed by outputs_close(), as after success. */
bool outputs_open(struct outputs *x, const struct run_options *o, struct machine *m, char *err, size_t err_size);

/* Writes what is written at the end, closes, detaches. False, with one line in `err`, when something could not be
 * written. Does nothing the second time. */
bool outputs_close(struct outputs *x, char *err, size_t err_size);

#endif
