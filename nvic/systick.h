/*
 * SysTick: a 24-bit down-counter on the CPU clock. ARMv7-M ARM B3.3.
 *
 * The nRF52840 has no external reference (CALIB.NOREF = 1, CLKSOURCE reads as 1). The counter stands still while the
 * core sleeps (its clock stops) or is halted.
 */
#ifndef NVIC_SYSTICK_H
#define NVIC_SYSTICK_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/sched.h"

struct systick {
    struct sched *sched;
    struct sched_event wrap;
    void (*tick)(void *ctx); /* counted to 0 with TICKINT set */
    void *ctx;
    uint32_t reload;
    bool enabled, tickint, countflag;
    bool stopped;    /* the clock stands still */
    vtime zero_at;   /* when the counter reaches 0 next, while it runs */
    uint32_t loaded; /* what it counts down from */
    uint32_t value;  /* while it does not run */
};

void systick_init(struct systick *t, struct sched *sched, void (*tick)(void *), void *ctx);
void systick_reset(struct systick *t);
/* Registers at 0xE000E010 + offset: CSR, RVR, CVR, CALIB. Reading CSR clears COUNTFLAG unless `peek`. */
uint32_t systick_read(struct systick *t, uint32_t offset, bool peek);
void systick_write(struct systick *t, uint32_t offset, uint32_t value);
/* Stops and starts its clock (sleep, Debug state). */
void systick_clock(struct systick *t, bool running);

#endif
