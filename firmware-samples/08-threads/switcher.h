/*
 * Round robin among threads: SysTick pends PendSV, PendSV switches.
 */
#ifndef THREADS_SWITCHER_H
#define THREADS_SWITCHER_H

#include <stdint.h>

enum { SWITCHER_THREADS = 4, SWITCHER_MAIN = 0 };

/* Makes the caller, main(), thread 0, on its old stack; handlers get one of their own. */
void switcher_init(void);

/* Prepares a thread; `run` must not return. Before switcher_start(). */
void switcher_add(void (*run)(uint32_t argument), uint32_t argument);

void switcher_start(uint32_t cycles_per_slice);
void switcher_stop(void);

/* How many switches there were. */
extern volatile uint32_t switcher_count;

/* How often thread `n` was switched away from with FP registers in its frame (EXC_RETURN[4] = 0), and without. */
uint32_t switcher_extended_frames(unsigned n);
uint32_t switcher_basic_frames(unsigned n);

#endif
