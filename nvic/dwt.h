/*
 * Data Watchpoint and Trace: cycle counter, profiling counters, program counter samples, and four comparators for
 * watchpoints and data trace. ARMv7-M ARM C1.8; Cortex-M4 TRM chapter 9.
 *
 * CYCCNT is computed from the clock when somebody asks. The comparators are ranges of the CPU port (emu/cpu_ranges.h);
 * what an instruction accessed is judged when it has retired. Packets go to the ITM (nvic/itm.h).
 *
 * Inaccuracies
 *   1. A watchpoint, on data or on PC, stops right behind its instruction; the chip may execute one or two more.
 *   2. An access of any byte of a comparator's range matches, be it unaligned or wider than the range. What the core
 *      itself stacks, unstacks and fetches as vectors is not compared.
 *   3. CPICNT has the cycles that the timing model gives to everything but loads, stores and exceptions, among them
 *      those that code in flash waits for; FOLDCNT has what the model gives no cycle to. SLEEPCNT counts when sleep
 *      is over.
 *   4. Matches that only trigger the ETM show in FUNCTION.MATCHED and do nothing else.
 *   5. Packets of things that happen at the same time come in a fixed order, and none of them waits for another.
 */
#ifndef NVIC_DWT_H
#define NVIC_DWT_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/cpu_ranges.h"
#include "emu/sched.h"

struct core;

enum { DWT_COMPARATORS = 4 };

enum dwt_counter { DWT_CPI, DWT_EXC, DWT_SLEEP, DWT_LSU, DWT_FOLD, DWT_COUNTERS };

/* Which way an exception trace packet tells of. */
enum dwt_exception { DWT_ENTER = 1, DWT_EXIT, DWT_RETURN };

struct dwt_comparator {
    uint32_t comp, mask, function; /* `mask`: number of address bits that do not count */
    bool matched;
};

struct dwt {
    uint32_t ctrl;
    uint32_t offset; /* CYCCNT = cycles of the clock + offset, while it counts */
    uint32_t frozen; /* CYCCNT, while it does not */
    bool stopped;    /* the clock stands still: sleep, Debug state */
    bool trcena;
    uint8_t postcnt;
    uint8_t counter[DWT_COUNTERS];
    struct dwt_comparator comparator[DWT_COMPARATORS];
    struct sched_event match, tap, sync; /* of CYCCNT: with comparator 0, for POSTCNT, for synchronization packets */

    /* An instruction that a comparator waits for is being executed: */
    bool pending;
    uint64_t retired; /* so many had retired before it */
    uint32_t fetch_hits;
    struct cpu_access data; /* hits 0: none */

    /* What the profiling counters know of the instruction before: */
    struct {
        bool valid, memory;
        uint32_t cycles; /* CYCCNT */
        uint64_t retired;
        uint32_t apart; /* cycles since that were exceptions' and sleep's */
    } last;
    uint32_t slept_at; /* CYCCNT */
};

/* Registers at 0xE0001000 + offset. */
uint32_t dwt_read(struct core *c, uint32_t offset, bool debugger);
void dwt_write(struct core *c, uint32_t offset, uint32_t value, uint32_t mask, bool debugger);

void dwt_init(struct core *c);
void dwt_reset(struct core *c); /* power-on */
/* The processor's clock runs, or stands. */
void dwt_clock(struct core *c, bool running);
void dwt_set_trcena(struct core *c, bool trcena); /* DEMCR.TRCENA */
uint32_t dwt_cycles(const struct core *c);        /* CYCCNT */

/* What the comparators look out for, as ranges; one each. */
void dwt_ranges(const struct core *c, struct cpu_range range[DWT_COMPARATORS]);
/* Does the instruction count matter to any profiling counter? */
bool dwt_profiles(const struct core *c);

/* ---- what happens ----------------------------------------------------------------------------------------------- */

/* An instruction with hits is about to be executed, */
void dwt_accessed(struct core *c, const struct cpu_access *a);
/* and has been; or has raised a fault instead. */
void dwt_executed(struct core *c);
/* For the profiling counters: the next instruction begins; `n` cycles went to an exception; the core sleeps, or wakes.
 */
void dwt_profile(struct core *c, const struct cpu_access *a);
void dwt_spent(struct core *c, unsigned n);
void dwt_sleep(struct core *c, bool asleep);
void dwt_trace_exception(struct core *c, enum dwt_exception way, unsigned exc);

/* ---- shared by its files ---------------------------------------------------------------------------------------- */

enum {
    DWT_CYCCNTENA = 1 << 0,
    DWT_CYCTAP = 1 << 9,
    DWT_PCSAMPLENA = 1 << 12,
    DWT_EXCTRCENA = 1 << 16,
    DWT_CPIEVTENA = 1 << 17, /* and those of the other counters, in the order of enum dwt_counter */
    DWT_CYCEVTENA = 1 << 22
};
/* Headers of the packets, Appendix D4.3. */
enum { DWT_PACKET_EVENT = 0x05, DWT_PACKET_EXCEPTION = 0x0E, DWT_PACKET_PC = 0x17, DWT_PACKET_SLEEP = 0x15 };
enum { DWT_EVENT_CYC = 1 << 5 };
/* FUNCTION */
enum { DWT_FUNCTION = 15, DWT_EMITRANGE = 1 << 5, DWT_CYCMATCH = 1 << 7, DWT_DATAVMATCH = 1 << 8 };
enum { DWT_LNK1ENA = 1 << 9, DWT_MATCHED = 1 << 24 };
/* The comparator matches with CYCCNT. */
void dwt_cycle_match(struct core *c);
/* What the manual leaves open in the comparator's programming is told. */
void dwt_check_comparator(struct core *c, unsigned n);
void dwt_enable_counters(struct core *c, uint32_t old_ctrl);

#endif
