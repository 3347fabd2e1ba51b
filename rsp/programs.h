/*
 * Agent expressions that debuggers attached to their breakpoints: conditions, and commands that are carried out at the
 * target instead of a stop. They come and go with the points (rsp/points.h) and belong to one debugger each.
 */
#ifndef RSP_PROGRAMS_H
#define RSP_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/debug_target.h"

enum { RSP_PROGRAMS_MAX = 256, RSP_PROGRAMS_CODE = 0x8000 };

enum rsp_program_role { RSP_PROGRAM_CONDITION, RSP_PROGRAM_COMMAND };

struct rsp_program {
    enum debug_point kind; /* of the breakpoint */
    uint32_t addr;
    unsigned owner; /* slot of the session */
    enum rsp_program_role role;
    size_t at, len; /* of the code */
};

struct rsp_programs {
    unsigned n;
    size_t used;
    struct rsp_program list[RSP_PROGRAMS_MAX]; /* in the order of their code */
    uint8_t code[RSP_PROGRAMS_CODE];
};

/* False: no room. `at` is set here. */
bool rsp_programs_add(struct rsp_programs *p, struct rsp_program program, const uint8_t *code);

/* Removes what one debugger attached to one breakpoint. */
void rsp_programs_drop(struct rsp_programs *p, enum debug_point kind, uint32_t addr, unsigned owner);

/* The first of these at or behind index `from`, or NULL. `from` then is the index behind it. */
const struct rsp_program *rsp_programs_next(const struct rsp_programs *p, enum rsp_program_role role, uint32_t addr,
                                            unsigned owner, unsigned *from);

#endif
