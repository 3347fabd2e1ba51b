/*
 * What time does while a debugger holds the core (`--halted-time`, `monitor halted-time`). `frozen`: nothing, so that
 * looking at the chip changes nothing. With the two others it goes on for everything but the core and its own clocks
 * (SysTick, CYCCNT), as on the chip, where RTC, TIMER, PPI and EasyDMA do not care (WDT by its CONFIG.HALT). `traffic`:
 * as much as a probe would need on the wire for each access that the debugger makes; as repeatable as the debugger.
 * `wall`: as much as on the host's clock; not repeatable.
 *
 * A reset that comes of it (WDT) happens; the core stays held, at the reset vector. To history it is a change by the
 * debugger, and in the past none passes.
 */
#ifndef SOC_HALTED_TIME_H
#define SOC_HALTED_TIME_H

#include "soc/machine.h"
#include "soc/timeline.h"

enum halted_time_mode { HALTED_TIME_FROZEN, HALTED_TIME_TRAFFIC, HALTED_TIME_WALL, HALTED_TIME_MODES };
extern const char *const halted_time_names[HALTED_TIME_MODES + 1]; /* NULL behind the last */

struct halted_time {
    enum halted_time_mode mode;
    struct timeline *timeline;
    bool counts;              /* the core is held, and `seen_us` is up to when time has passed */
    uint64_t seen_us;         /* of the host's clock */
    uint64_t (*now_us)(void); /* the host's clock */
};

/* Probes: SWD at 4 MHz. A transfer is 46 bits, and each access sets an address first. */
#define HALTED_TIME_TRANSFER (46 * VTIME_PER_US / 4)

void halted_time_init(struct halted_time *h, struct timeline *t);

/* The core is held from now on, or goes on. */
void halted_time_hold(struct halted_time *h, bool held);
/* The debugger reads or writes memory, or registers. */
void halted_time_memory(struct halted_time *h, uint32_t bytes);
void halted_time_registers(struct halted_time *h, unsigned n);
/* To be called now and then: what has passed of the host's time. */
void halted_time_poll(struct halted_time *h);

#endif
