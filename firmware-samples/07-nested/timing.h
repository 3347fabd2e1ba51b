/*
 * What takes a clock to show: interrupt lines that rise a few cycles apart, and how long a tail-chain takes.
 */
#ifndef NESTED_TIMING_H
#define NESTED_TIMING_H

/* Raises the lines of TIMER0 and, `ticks` of 16 MHz later, of TIMER1, some microseconds from now, by their events
 * COMPARE[0]. */
void timing_raise_lines(unsigned ticks);

/* Cycles from the end of one handler to the beginning of the one that was waiting. A tail-chain takes 6 of the core's,
 * and flash adds some; returning and entering again takes at least 12 for each. */
unsigned timing_tail_chain_cycles(void);
enum { TIMING_UNSTACK_AND_STACK = 24 };

#endif
