/*
 * What gdb is shown as threads: the contexts of the one core. Everything that lists, selects or resumes threads, or
 * reads a register of one, asks here.
 *
 * What runs is always thread 1, whatever it is; its name says so ("IRQ 17 RTC1"). The contexts that it preempted are
 * the others, numbered by their exception: Thread mode is 2, exception N is N + 2. So every stop is thread 1's. It has
 * to be: gdb's breakpoints for `finish`, `next` and `until` belong to one thread, and that of a handler would not be
 * noticed in the code that it returns to.
 */
#ifndef RSP_THREADS_H
#define RSP_THREADS_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/debug_target.h"
#include "rsp/buf.h"

enum { RSP_THREADS_MAX = 64, RSP_PROCESS = 1 /* the only process there is */, RSP_THREAD_RUNNING = 1 };

struct rsp_thread {
    uint32_t id;    /* from 1 */
    unsigned place; /* of the context, as the target lists them */
    char name[32];
    char info[48];
};

/* Fills at most `max`, the running one first; returns how many there are in `list`. */
unsigned rsp_threads_list(const struct debug_target *t, struct rsp_thread *list, unsigned max);

/* The one that runs, and that a stop is reported for. */
uint32_t rsp_threads_current(const struct debug_target *t);

/* The thread that `id` means; 0 if there is none. RSP_ANY and RSP_ALL mean the current one. */
uint32_t rsp_threads_find(const struct debug_target *t, struct rsp_thread_id id);

/* The place of its context; false: no such thread. */
bool rsp_threads_place(const struct debug_target *t, uint32_t thread, unsigned *place);

/* False: no such thread, or it has no such register. */
bool rsp_threads_reg_get(const struct debug_target *t, uint32_t thread, enum cpu_reg r, uint32_t *value);
bool rsp_threads_reg_set(const struct debug_target *t, uint32_t thread, enum cpu_reg r, uint32_t value);

#endif
