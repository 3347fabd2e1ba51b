/*
 * What gdb is shown as threads. Everything that lists, selects or resumes threads, or reads a register of one, asks
 * here.
 *
 * The contexts of the one core: what runs, and what it preempted. Preempted ones are numbered by their exception:
 * Thread mode is 2, exception N is N + 2. What runs is always the same thread, whatever it is; its name says so ("IRQ
 * 17 RTC1"). So a handler and the code that it returns to are one. They have to be: gdb's breakpoints for `finish`,
 * `next` and `until` belong to one thread, and that of a handler would not be noticed elsewhere.
 *
 * Without an operating system what runs is thread 1. With one (rsp/rtos.h) it is the system's current thread, and the
 * system's other threads are listed, too, with the registers that they will have; their numbers are the addresses of
 * their control blocks.
 */
#ifndef RSP_THREADS_H
#define RSP_THREADS_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/debug_target.h"
#include "rsp/buf.h"
#include "rsp/rtos.h"

enum {
    RSP_CONTEXTS_MAX = 64,
    RSP_THREADS_MAX = 160,
    RSP_PROCESS = 1 /* the only process there is */,
    RSP_THREAD_RUNNING = 1
};

struct rsp_threads {
    const struct debug_target *target;
    struct rsp_rtos rtos;
};

struct rsp_thread {
    uint32_t id;    /* from 1 */
    bool off;       /* a thread of the operating system that the core is not in: there is no place */
    unsigned place; /* of the context, as the target lists them */
    char name[32];
    char info[96];
};

void rsp_threads_init(struct rsp_threads *t, const struct debug_target *target);

/* Fills at most `max`, the running one first; returns how many there are in `list`. */
unsigned rsp_threads_list(struct rsp_threads *t, struct rsp_thread *list, unsigned max);

/* The contexts alone: without the threads of an operating system that the core is not in, and with no more of a name
 * than that of the exception. */
unsigned rsp_threads_contexts(struct rsp_threads *t, struct rsp_thread *list, unsigned max);

/* The one that runs, and that a stop is reported for. */
uint32_t rsp_threads_current(struct rsp_threads *t);

/* The thread that `id` means; 0 if there is none. RSP_ANY and RSP_ALL mean the current one. */
uint32_t rsp_threads_find(struct rsp_threads *t, struct rsp_thread_id id);

/* False: no such thread, or it has no such register. */
bool rsp_threads_reg_get(struct rsp_threads *t, uint32_t thread, enum cpu_reg r, uint32_t *value);
bool rsp_threads_reg_set(struct rsp_threads *t, uint32_t thread, enum cpu_reg r, uint32_t value);

#endif
