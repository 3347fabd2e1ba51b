/*
 * A command port, as OpenOCD has two of them: a person (telnet) or a script (Tcl) sends lines and gets what they print.
 *
 * The commands are those of gdb's `monitor` (rsp/monitor.h). Of Tcl there is quoting, `;`, `capture` and `echo`; that
 * is what debug front-ends and scripts that only want to ask something use.
 *
 * A session of this kind holds the target from its first `halt`, `resume` or `reset` on until it leaves; until then
 * it only looks.
 */
#ifndef RSP_LINES_H
#define RSP_LINES_H

#include "rsp/session.h"

enum rsp_lines_style { RSP_LINES_TCL, RSP_LINES_TELNET };

enum { RSP_LINE_MAX = 4096 }; /* longer ones are refused */

struct rsp_lines {
    struct rsp_session *session; /* borrowed */
    enum rsp_lines_style style;
    bool too_long;
    size_t len;
    char line[RSP_LINE_MAX];
};

/* From now on the session is a command port's: what it prints goes out as it is. Sends a greeting where one is usual.
 */
void rsp_lines_init(struct rsp_lines *l, struct rsp_session *s, enum rsp_lines_style style);

/* Sets session->closing when the peer says so. */
void rsp_lines_feed(struct rsp_lines *l, const void *data, size_t size);

/* Carries out a script; what it prints is sent. */
void rsp_lines_run(struct rsp_session *s, const char *script);

#endif
