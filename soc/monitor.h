/*
 * The debugger's `monitor` commands: what a debug probe's console would offer, and what debug front-ends send.
 */
#ifndef SOC_MONITOR_H
#define SOC_MONITOR_H

#include "soc/machine.h"

/* Carries out one line; prints through `print`. False: there is no such command. */
bool monitor_command(struct machine *m, const char *line, void (*print)(void *ctx, const char *text), void *print_ctx);

#endif
