/*
 * `nrfemu run --swd`: a probe at the chip's debug connector, and the run loop while there is one.
 */
#ifndef CLI_RUN_SWD_H
#define CLI_RUN_SWD_H

#include "cli/options.h"
#include "soc/swd_target.h"
#include "swd/server.h"

struct run_swd {
    struct soc_swd target;
    struct swd_server *server;
};

/* False with one line in `err`. Otherwise people have been told how to attach. */
bool run_swd_start(struct run_swd *r, const struct run_options *o, struct machine *m, char *err, size_t err_size);
void run_swd_stop(struct run_swd *r);

/* Until the run is over. `between` is called now and then. */
void run_swd_loop(struct run_swd *r, const struct run_options *o, void (*between)(void *ctx), void *ctx);

#endif
