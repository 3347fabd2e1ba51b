/*
 * Emulated time.
 *
 * One unit is 1/512 µs: the least common multiple of the chip's clocks (64 MHz CPU, 16 MHz TIMER, 32.768 kHz RTC) is
 * 512 MHz, so that every clock edge of the chip falls on a whole number and nothing is ever rounded. 2^64 units last
 * 1142 years. Rates that do not divide 512 MHz (baud rates, SWCLK, USB) compute edge n from n with vtime_edge(), so
 * that rounding never accumulates.
 *
 * nRF52840 Product Specification v1.7: 5.4 CLOCK, 6.30 TIMER, 6.22 RTC.
 */
#ifndef EMU_VTIME_H
#define EMU_VTIME_H

#include <stdint.h>

typedef uint64_t vtime; /* in 1/512 µs since power-on */

#define VTIME_PER_US         UINT64_C(512)
#define VTIME_PER_MS         (1000 * VTIME_PER_US)
#define VTIME_PER_S          (1000 * VTIME_PER_MS)
#define VTIME_PER_CYCLE      UINT64_C(8)     /* CPU, 64 MHz */
#define VTIME_PER_TIMER_TICK UINT64_C(32)    /* PCLK16M */
#define VTIME_PER_RTC_TICK   UINT64_C(15625) /* LFCLK, 32.768 kHz */
#define VTIME_NEVER          UINT64_MAX

/* Time of edge `n` (n = 0, 1, …) of a clock of `hz` whose edge 0 was at `origin`; rounded up to a whole unit. */
static inline vtime vtime_edge(vtime origin, uint64_t n, uint64_t hz)
{
    return origin + (vtime)(((unsigned __int128)n * VTIME_PER_S + hz - 1) / hz);
}

/* How many whole periods of `period` have passed between `since` and `now`. */
static inline uint64_t vtime_ticks(vtime since, vtime now, vtime period) { return (now - since) / period; }

#endif
