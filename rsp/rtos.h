/*
 * Threads of an operating system in the firmware, found through the names and types that its ELF tells of. One table
 * for each system (rsp/rtos_*.c): which symbols and members it needs, and how to go from thread to thread. Without
 * debug information in the ELF nothing is found.
 *
 * A thread is known by the address of its control block. What is read is the firmware's memory at the moment, whatever
 * it holds: every walk has an end, and a pointer to nowhere ends it. Until Thread mode uses the process stack, as it
 * does from the start of each of these systems on, what lies in memory is taken for nothing.
 */
#ifndef RSP_RTOS_H
#define RSP_RTOS_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/debug_target.h"
#include "emu/symbols.h"

enum { RSP_RTOS_THREADS_MAX = 128, RSP_RTOS_SYMBOLS = 12, RSP_RTOS_MEMBERS = 16, RSP_RTOS_NAME = 32 };

struct rsp_rtos_kind;

struct rsp_rtos {
    const struct debug_target *target;
    const struct rsp_rtos_kind *kind; /* NULL: none */
    bool looked;                      /* for one */
    struct {
        uint64_t serial;
        uint32_t thread; /* 0: none */
    } handler;           /* the one that runs, and the thread that it was first seen with */
    struct {
        uint32_t addr, size;
    } symbol[RSP_RTOS_SYMBOLS];                     /* as the kind's table has them; size 0: there is none */
    struct symbols_member member[RSP_RTOS_MEMBERS]; /* likewise */
};

struct rsp_rtos_thread {
    uint32_t id; /* address of the control block */
    char name[RSP_RTOS_NAME];
    char state[40]; /* "FreeRTOS task, priority 3, delayed" */
};

/* Where the registers of a thread are that does not run; 0: nowhere. */
struct rsp_rtos_frame {
    uint32_t at[CPU_REGS]; /* addresses */
    uint32_t sp;
};

void rsp_rtos_init(struct rsp_rtos *r, const struct debug_target *target);

/* "FreeRTOS"; NULL when there is none, or it is not up. */
const char *rsp_rtos_name(struct rsp_rtos *r);
/* The thread that Thread mode is in; 0: none. */
uint32_t rsp_rtos_current(struct rsp_rtos *r);
/* After a reset. */
void rsp_rtos_forget(struct rsp_rtos *r);
/* All of them, the current one too; returns how many. */
unsigned rsp_rtos_list(struct rsp_rtos *r, struct rsp_rtos_thread *list, unsigned max);
/* Of one that is not the current one. False: that is no such thread, or its stack cannot be read. */
bool rsp_rtos_frame(struct rsp_rtos *r, uint32_t thread, struct rsp_rtos_frame *f);

bool rsp_rtos_reg_get(struct rsp_rtos *r, uint32_t thread, enum cpu_reg reg, uint32_t *value);
bool rsp_rtos_reg_set(struct rsp_rtos *r, uint32_t thread, enum cpu_reg reg, uint32_t value);

#endif
