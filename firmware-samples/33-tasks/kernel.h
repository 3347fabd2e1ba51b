/*
 * A small kernel with priorities and delays: the highest task that may run does, tasks of equal priority take turns at
 * each tick. Its tables are named and shaped like those of FreeRTOS, so debuggers that know FreeRTOS see its tasks.
 */
#ifndef TASKS_KERNEL_H
#define TASKS_KERNEL_H

#include <stdint.h>

enum { KERNEL_TASKS = 5, KERNEL_PRIORITIES = 4, KERNEL_NAME = 12, KERNEL_STACK_WORDS = 256 };

/* `run` must not return. Before kernel_start(). Priority 0 is the idle task's. */
void kernel_add(const char *name, uint32_t priority, void (*run)(uint32_t argument), uint32_t argument);

/* Does not return: main()'s stack is the handlers' from now on. */
void kernel_start(uint32_t cycles_per_tick) __attribute__((noreturn));

/* Of the calling task, in ticks: at least 1. */
void kernel_delay(uint32_t ticks);

/* The calling task does not run any more. */
void kernel_suspend(void);

extern volatile uint32_t kernel_ticks;

#endif
