/*
 * Debug state and what leads there: DHCSR, DCRSR, DCRDR, DEMCR and DFSR, halting step, vector catch, and the
 * DebugMonitor exception with MON_STEP. ARMv7-M ARM C1.3…C1.6; how they are used: docs/DEBUG-HARDWARE.md.
 *
 * Debug events are taken between instructions, and before anything else is. A halting step executes one instruction, or
 * enters one exception, or both, or tail-chains: what is eligible when it begins is entered instead of the instruction;
 * what is eligible when the instruction has retired is entered behind it, unless the instruction itself led into a
 * handler. C_MASKINTS is a matter of arbitration (nvic/nvic.h), so it holds for tail-chaining too.
 *
 * Nothing here records into the event log: what a debugger does is not architecture. A use that the manual calls
 * UNPREDICTABLE is carried out as its bits say, and logged once.
 *
 * Inaccuracies
 *   1. Of what the manual leaves to implementations: with step and breakpoint on one instruction DFSR shows HALTED
 * only; C_HALT stops at the next instruction boundary; C_SNAPSTALL has no effect, since no access ever stalls.
 *   2. The exclusive monitor survives Debug state unless debug_options.clear_exclusive says otherwise.
 *   3. EDBGRQ, and with it DFSR.EXTERNAL, has no source on this chip.
 */
#ifndef NVIC_DEBUG_H
#define NVIC_DEBUG_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/debug_registers.h"
#include "emu/vtime.h"

struct core;

/* What a WFI or WFE that is stepped does: the manual allows all of them. */
enum debug_wfi {
    DEBUG_WFI_SLEEPS, /* sleeps until something wakes the core, C_MASKINTS or not; the step ends then */
    DEBUG_WFI_NOP,    /* completes at once */
    DEBUG_WFI_BLOCKS  /* sleeps, and interrupts that C_MASKINTS hides do not wake */
};

struct debug_options {
    enum debug_wfi wfi;
    bool clear_exclusive; /* entering Debug state clears the local exclusive monitor (inaccuracy 2) */
};

enum debug_step {
    DEBUG_STEP_NONE,
    DEBUG_STEP_NEXT, /* what comes next is the step */
    DEBUG_STEP_DONE  /* its instruction has retired; an exception that is eligible now belongs to it */
};

enum { DEBUG_CATCHABLE = 7 }; /* exceptions below it may be caught */

struct debug {
    struct debug_options options;
    uint32_t control; /* DHCSR.C_*; C_DEBUGEN is 0: all are */
    bool halted;      /* Debug state */
    bool held;        /* a debugger of ours holds the core, unseen by the firmware: debug_hold() */
    bool clocks_stopped;
    enum debug_step step;            /* halting step, or MON_STEP */
    uint32_t entered_by;             /* DFSR bits of the event that led into Debug state last */
    uint32_t cause[DEBUG_CATCHABLE]; /* DEMCR.VC_* bits that the pending fault goes by */
    uint32_t dcrdr;
    uint64_t retired_seen; /* S_RETIRE_ST: have instructions retired since? */
    bool reset_seen;       /* S_RESET_ST */
    bool event_data;       /* the watchpoint that led into Debug state was hit by a data access, */
    bool event_store;
    uint32_t event_addr; /* of this */
};

/* ---- for debuggers ---------------------------------------------------------------------------------------------- */

/* In Debug state or held: core_run() returns CORE_STOP_HALTED at once. */
bool debug_stopped(const struct core *c);
/* Holds the core where it is, without anything that firmware could notice; or lets it go on. To a debugger that reads
 * DHCSR it is halted, and a write to DHCSR puts it into real Debug state or lets it run. */
void debug_hold(struct core *c, bool held);
/* Leaves Debug state as a write of C_HALT = 0, C_STEP = 0 does; but a breakpoint of the FPB where the core stands does
 * not stop it again. */
void debug_release(struct core *c);
/* The debugger is gone: C_DEBUGEN = 0, and the core runs. */
void debug_disconnect(struct core *c);
/* Time passes while the core is stopped: its own clocks stand, everything else goes on. */
void debug_pass_time(struct core *c, vtime until);

/* ---- registers -------------------------------------------------------------------------------------------------- */

/* DHCSR, DCRSR, DCRDR, DEMCR at offset 0, 4, 8, 12. `debugger`: not an instruction of the core. `mask`: the bits that
 * are written. */
uint32_t debug_read(struct core *c, uint32_t offset, bool debugger);
void debug_write(struct core *c, uint32_t offset, uint32_t value, uint32_t mask, bool debugger);

/* ---- for the files of this folder ------------------------------------------------------------------------------- */

void debug_reset(struct core *c, bool power_on);
void debug_reset_catch(struct core *c); /* reset is over: VC_CORERESET */
/* A boundary between instructions: a halt that was asked for is carried out. */
void debug_boundary(struct core *c);
/* Enters Debug state for an event. */
void debug_enter(struct core *c, uint32_t dfsr);
/* DHCSR.C_* become these: in Debug state a C_HALT of 0 leaves it. */
void debug_control(struct core *c, uint32_t control);
/* A breakpoint or watchpoint: Debug state, DebugMonitor, or what comes of it without either (C1.4). */
void debug_event(struct core *c, uint32_t dfsr);
/* A fault goes by these VC_* bits should its exception be entered. */
void debug_fault(struct core *c, unsigned exc, uint32_t cfsr);
void debug_fault_vc(struct core *c, unsigned exc, uint32_t vc);
/* A handler begins. */
void debug_catch_vector(struct core *c, unsigned exc);
/* How the run loop goes through a step. */
void debug_step_begin(struct core *c);
void debug_step_executed(struct core *c, uint64_t retired_before, uint64_t serial_before);
void debug_step_end(struct core *c);

#endif
