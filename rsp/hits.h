/*
 * What a break- or watchpoint that was hit means: whose it is, and whether it is a stop at all. The conditions that a
 * debugger attached to its breakpoint decide that here, without asking it; and a breakpoint with commands prints and
 * goes on.
 */
#ifndef RSP_HITS_H
#define RSP_HITS_H

#include "rsp/hub.h"

/* A bit for each session that stops for this; of those, commands have been carried out. All of them when the point is
 * nobody's. 0: the target shall go on. */
uint32_t rsp_hits_breakpoint(struct rsp_hub *h, uint32_t pc);
/* On the way back, at a breakpoint: would anybody stop, or carry out commands? */
bool rsp_hits_count(void *hub);
uint32_t rsp_hits_watchpoint(const struct rsp_hub *h, const struct debug_stop_info *info);

#endif
