/*
 * `monitor trace`: the target's events as lines in a debugger's console. The protocol allows text only while the
 * debugger waits for a stop, so that is when they are shown; of a flood, the first lines of each slice.
 */
#ifndef RSP_TRACE_H
#define RSP_TRACE_H

#include "rsp/session.h"

/* "on [KIND...]", "off", or nothing: tells what is traced. */
bool rsp_trace_command(struct rsp_session *s, const char *args);

/* After a session came, left or changed its mind: has the target tell what somebody wants to know. */
void rsp_trace_update(struct rsp_hub *h);

/* After a slice: says what was left out. */
void rsp_trace_flush(struct rsp_hub *h);

#endif
