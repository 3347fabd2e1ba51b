/*
 * gdb's agent expressions (GDB manual, appendix F): the conditions of breakpoints, and what is printed at them, as a
 * byte code for a stack machine that the stub carries out itself.
 *
 * The code comes from outside: every operand, jump, stack depth and memory access is checked, and a program ends after
 * RSP_AGENT_STEPS at the latest. What belongs to tracepoints only (trace…, getv, setv, tracev) and floating point,
 * which gdb does not compile either, is refused.
 */
#ifndef RSP_AGENT_H
#define RSP_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/debug_target.h"

enum { RSP_AGENT_STACK = 64, RSP_AGENT_STEPS = 10000, RSP_AGENT_MAX = 0x1000 /* bytes of a program */ };

struct rsp_agent {
    const struct debug_target *target;
    struct rsp_threads *threads;
    uint32_t thread; /* whose registers it sees */
    /* What it prints; NULL: nowhere. */
    void (*print)(void *ctx, const char *text);
    void *print_ctx;
};

/* Runs a program. False: it cannot be carried out, and `value` is 0; else it is the value on top of the stack at its
 * end, 0 when there is none. */
bool rsp_agent_run(const struct rsp_agent *a, const uint8_t *code, size_t len, uint64_t *value);

/* The `printf` of programs: C's conversions of integers, characters, pointers and strings (in the target's memory);
 * escape sequences are those of C source. `format` need not be terminated. False: it asks for more than there is, or
 * for what there is not. */
bool rsp_agent_printf(const struct rsp_agent *a, const char *format, size_t len, const uint64_t *args, unsigned n);

#endif
