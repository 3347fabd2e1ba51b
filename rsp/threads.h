/*
 * What gdb is shown as threads. One for now: the core. Everything that lists, selects or resumes threads, or reads a
 * register of one, asks here, so that a version that shows every exception context has one place to grow.
 */
#ifndef RSP_THREADS_H
#define RSP_THREADS_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/debug_target.h"
#include "rsp/buf.h"

enum { RSP_THREADS_MAX = 64, RSP_PROCESS = 1 /* the only process there is */ };

struct rsp_thread {
    uint32_t id; /* from 1 */
    unsigned core;
    char name[48];
};

/* Fills at most `max`; returns how many there are. */
unsigned rsp_threads_list(const struct debug_target *t, struct rsp_thread *list, unsigned max);

/* The one that runs, and that a stop is reported for. */
uint32_t rsp_threads_current(const struct debug_target *t);

/* The thread that `id` means; 0 if there is none. RSP_ANY and RSP_ALL mean the current one. */
uint32_t rsp_threads_find(const struct debug_target *t, struct rsp_thread_id id);

/* False: no such thread, or it has no such register. */
bool rsp_threads_reg_get(const struct debug_target *t, uint32_t thread, enum cpu_reg r, uint32_t *value);
bool rsp_threads_reg_set(const struct debug_target *t, uint32_t thread, enum cpu_reg r, uint32_t value);

#endif
