/*
 * Data Watchpoint and Trace: the cycle counter. ARMv7-M ARM C1.8.
 *
 * Inaccuracy 1: comparators, profiling counters and trace packets are registers without effect.
 */
#ifndef NVIC_DWT_H
#define NVIC_DWT_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/sched.h"

struct dwt {
    struct sched *sched;
    uint32_t ctrl;
    uint32_t offset; /* CYCCNT = cycles of the clock + offset, while it counts */
    uint32_t frozen; /* CYCCNT, while it does not */
    bool stopped;    /* the clock stands still: sleep, Debug state */
    bool trcena;
    uint32_t comparator[4][3]; /* COMP, MASK, FUNCTION */
};

void dwt_init(struct dwt *d, struct sched *sched);
/* Registers at 0xE0001000 + offset. */
uint32_t dwt_read(const struct dwt *d, uint32_t offset);
void dwt_write(struct dwt *d, uint32_t offset, uint32_t value);
void dwt_clock(struct dwt *d, bool running);
void dwt_set_trcena(struct dwt *d, bool trcena); /* DEMCR.TRCENA */

#endif
