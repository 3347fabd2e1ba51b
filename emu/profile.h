/*
 * Where the cycles of a run went: by instruction, and by function with the chain of its callers. Made from what the CPU
 * port executes and from the event log, with the names of the ELF; the firmware is not instrumented and does not
 * notice.
 *
 * Every exception is a root of its own, and so is Thread mode: interrupts do not show up in whatever they interrupted.
 * What entry, tail-chaining and return cost is the root's own. Sleep is counted apart. Threads of an RTOS are told from
 * each other by where an exception returns to.
 *
 * Inaccuracies
 *   1. Calls are BL and BLX; a return is a jump to where a call goes on. Other jumps to another function replace the
 *      function that jumps (a tail call), also where a program makes calls of its own kind.
 *   2. Chains of callers are followed up to PROFILE_DEPTH deep.
 *   3. A function is a symbol: what the compiler put into another function is that function's.
 *   4. Of a line of source that the compiler made several pieces of, coverage counts the piece that ran most often.
 *   5. What a debugger goes back over (reverse execution) and executes again is counted again.
 */
#ifndef EMU_PROFILE_H
#define EMU_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "emu/cpu.h"
#include "emu/evlog.h"
#include "emu/symbols.h"

enum { PROFILE_DEPTH = 256 };

struct profile; /* owned by whoever made it */

struct profile_config {
    struct cpu *cpu;
    struct evlog *log;
    const struct symbols *symbols; /* NULL: none, and everything is one function */
    /* The name of an exception, without blanks or semicolons; 0 is Thread mode. */
    void (*exception_name)(unsigned number, char *buf, size_t size);
};

/* Begins: attaches to port and log, which must outlive it, as must the symbols. */
struct profile *profile_begin(const struct profile_config *config);
/* Ends: what comes later does not count. */
void profile_end(struct profile *p);
void profile_free(struct profile *p); /* NULL is allowed */

/* A line for each chain of callers, "Thread;Reset_Handler;main;work 1234", with the cycles spent in its last function
 * itself: what flamegraph.pl, inferno, speedscope and Firefox' profiler read. */
void profile_write_folded(struct profile *p, FILE *to);

/* For callgrind_annotate and KCachegrind: cycles and instructions by function and line, and who called whom. */
void profile_write_callgrind(struct profile *p, FILE *to);

/* Line coverage as lcov's tracefile: how often each line and each function ran. Sources that are not there to be shown
 * (those of a library that came compiled) are left out. */
void profile_write_lcov(struct profile *p, FILE *to);

#endif
