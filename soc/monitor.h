/*
 * The machine's `monitor` commands: what a debug probe's console would offer, and what debug front-ends send. Those
 * that concern the run and the connection (reset, halt, trace…) are the server's own.
 */
#ifndef SOC_MONITOR_H
#define SOC_MONITOR_H

#include "emu/debug_target.h"

/* The commands; returns how many. They take a struct debug_port as their context. */
unsigned monitor_commands(const struct debug_command **list);

void monitor_say(const struct debug_console *to, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* soc/monitor_rtt.c: OpenOCD's `rtt` commands. */
bool monitor_rtt(void *port, const char *args, const struct debug_console *to);
/* soc/monitor_swo.c: the trace port. */
bool monitor_swo(void *port, const char *args, const struct debug_console *to);
bool monitor_cdswo(void *port, const char *args, const struct debug_console *to);
bool monitor_itm(void *port, const char *args, const struct debug_console *to);
/* soc/monitor_memory.c: OpenOCD's mwb, mdw and the like. */
bool monitor_mwb(void *port, const char *args, const struct debug_console *to);
bool monitor_mwh(void *port, const char *args, const struct debug_console *to);
bool monitor_mww(void *port, const char *args, const struct debug_console *to);
bool monitor_mdb(void *port, const char *args, const struct debug_console *to);
bool monitor_mdh(void *port, const char *args, const struct debug_console *to);
bool monitor_mdw(void *port, const char *args, const struct debug_console *to);

#endif
