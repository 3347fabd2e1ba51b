/*
 * TIMER0–4 (PS 6.30): timer, counter and low-power counter of 8, 16, 24 or 32 bits; four compare channels on TIMER0–2,
 * six on TIMER3 and 4.
 *
 * The counter is computed from the time at which it started; the only scheduled event is the next compare match. START
 * takes effect at the next edge of PCLK16M.
 *
 * Inaccuracies
 *   1. START and STOP (or other pairs of tasks) in the same PCLK16M cycle act in the order of their arrival; on the
 *      chip STOP wins.
 *   2. SHUTDOWN is STOP; the counter keeps its value.
 *   3. MODE, BITMODE and PRESCALER written while the timer runs act at once; the chip does not define what happens.
 *   4. The prescaler starts anew with START and CLEAR; the chip's phase after CLEAR is not documented.
 */
#ifndef PERIPH_TIMER_H
#define PERIPH_TIMER_H

#include "periph/engine.h"

struct timer {
    struct periph p;
    bool running;
    uint32_t base; /* counter at `since`; the counter itself while stopped or in counter mode */
    vtime since;   /* edge from which ticks are counted */
    struct sched_event match;
};

extern const struct periph_desc timer_desc_4; /* TIMER0–2 */
extern const struct periph_desc timer_desc_6; /* TIMER3, TIMER4 */

#endif
