/*
 * gdb's `monitor`: what concerns the session and the run is here, the rest the target brings (emu/debug_target.h).
 *
 * A command may be abbreviated as long as only one begins so; '-' and '_' are the same. One that stands in both tables
 * is carried out by both, here first.
 */
#ifndef RSP_MONITOR_H
#define RSP_MONITOR_H

#include "rsp/session.h"

/* Carries out a line, which prints with rsp_console(). False: there is no such command, or it failed; that was said. */
bool rsp_monitor(struct rsp_session *s, const char *line);

/* Does the line begin with the full name of a command? */
bool rsp_monitor_knows(struct rsp_session *s, const char *line);

#endif
