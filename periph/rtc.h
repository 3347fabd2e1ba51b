/*
 * RTC0–2 (PS 6.22): 24-bit counter on LFCLK with a 12-bit prescaler; three compare channels on RTC0, four on RTC1
 * and 2.
 *
 * The counter is computed from the edge of LFCLK at which it started. Tasks and new CC values take effect at the first
 * rising edge of LFCLK that follows a falling edge, 15 to 46 µs later (PS 6.22.8, "Task and event jitter/delay"). A
 * COMPARE happens when COUNTER goes from CC-1 to CC; hence with COUNTER at N, CC = N+2 always matches and N+1 only when
 * written before the falling edge (PS 6.22.7).
 *
 * Events reach their register when EVTEN or INTEN enables them, PPI only by EVTEN (PS 6.22.6).
 *
 * Inaccuracies
 *   1. Events happen at the edge of LFCLK; the chip synchronises them to PCLK16M (±62.5 ns).
 *   2. COUNTER reads at once; the chip stalls the CPU for up to six PCLK16M cycles.
 *   3. Rising edges of LFCLK are the multiples of 1/32768 s since power-on, whichever the source.
 *   4. When LFCLK stops, the counter and tasks under way stand still and go on with it.
 */
#ifndef PERIPH_RTC_H
#define PERIPH_RTC_H

#include "periph/engine.h"

enum { RTC_MAX_CHANNELS = 4, RTC_TASKS = 4 };

struct rtc {
    struct periph p;
    bool running;
    bool clocked;                       /* LFCLK runs */
    uint32_t base;                      /* COUNTER at edge `since`, or for good while not counting */
    uint64_t since;                     /* number of the LFCLK edge; COUNTER grows at since + n * (presc + 1) */
    uint32_t presc;                     /* PRESCALER as latched */
    uint32_t cc[RTC_MAX_CHANNELS];      /* as compared, while CC holds what was written last */
    uint64_t cc_edge[RTC_MAX_CHANNELS]; /* edge from which the written CC counts; 0: it does already */
    uint64_t task_edge[RTC_TASKS];      /* edge at which a triggered task acts, by its number; 0: none */
    uint32_t waiting;                   /* tasks triggered while LFCLK stands still, by their number */
    struct sched_event next;
};

extern const struct periph_desc rtc_desc_3; /* RTC0 */
extern const struct periph_desc rtc_desc_4; /* RTC1, RTC2 */

#endif
