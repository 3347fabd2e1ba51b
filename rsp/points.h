/*
 * Who set which break- and watchpoint. Debuggers share the target's points: one that leaves takes its own with it, and
 * one that removes a point does not take it from the others.
 */
#ifndef RSP_POINTS_H
#define RSP_POINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/debug_target.h"
#include "rsp/programs.h"

enum { RSP_POINTS_MAX = 512 };

struct rsp_point {
    enum debug_point kind;
    uint32_t addr, len;
    uint32_t owners; /* a bit for each session */
};

struct rsp_points {
    unsigned n;
    struct rsp_point list[RSP_POINTS_MAX];
    struct rsp_programs programs; /* that their owners attached to breakpoints */
};

/* False: the target refuses, or the table is full. Adding one twice and removing a missing one are fine. */
bool rsp_points_add(struct rsp_points *p, const struct debug_target *t, unsigned owner, struct rsp_point point);
bool rsp_points_remove(struct rsp_points *p, const struct debug_target *t, unsigned owner, struct rsp_point point);

/* Removes all that this owner has. */
void rsp_points_drop(struct rsp_points *p, const struct debug_target *t, unsigned owner);

/* The breakpoint at an address, or NULL. */
const struct rsp_point *rsp_points_at(const struct rsp_points *p, uint32_t addr);

/* The owners of all breakpoints at an address; of all watchpoints of a kind that cover one. */
uint32_t rsp_points_breakers(const struct rsp_points *p, uint32_t addr);
uint32_t rsp_points_watchers(const struct rsp_points *p, enum debug_point kind, uint32_t addr);

#endif
