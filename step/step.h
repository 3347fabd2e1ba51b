/*
 * Every way of stepping one instruction, once: ours, and those of the debug probes and debuggers that we reproduce.
 * docs/STEPPING.md tells them apart.
 *
 * A stepper is a small state machine over the debug registers (emu/debug_access.h). It never blocks: step_begin() says
 * what is wanted, and step_advance() goes on for a bounded while, until the step has ended. How it ended, and what
 * happened on the way, is in the report.
 *
 * An algorithm reproduces what its tool does, mistakes included. What the tool does not check is not checked here; it
 * is noted in the report for who wants to know (STEP_NOTE_…).
 */
#ifndef STEP_STEP_H
#define STEP_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/debug_access.h"
#include "emu/debug_target.h"

enum step_end {
    STEP_UNDER_WAY,
    STEP_LANDED,       /* the tool would say that the step is done */
    STEP_STOPPED,      /* something else stopped the core: a breakpoint, a watchpoint, a caught vector, ^C */
    STEP_STARVED,      /* what was to be stepped did not get to run: `text` names who kept the core */
    STEP_LEFT_RUNNING, /* the tool gave up waiting: the core runs on */
    STEP_REFUSED,      /* it cannot be begun: `text` says why */
    STEP_LOCKED_UP,
    STEP_RUN_OVER, /* the run ended */
};

enum step_note {
    STEP_NOTE_NO_COMPARATOR = 1 << 0, /* a temporary breakpoint could not be set: there was none free */
    STEP_NOTE_DUPLICATE = 1 << 1,     /* likewise: a breakpoint of the user's was there already */
    STEP_NOTE_NEIGHBOUR = 1 << 2,     /* likewise: one was at the lower half of the same word */
    STEP_NOTE_SKIPPED_BKPT = 1 << 3,  /* a BKPT was stepped over without executing anything */
    STEP_NOTE_ELSEWHERE = 1 << 4,     /* what halted the run in between was not the temporary breakpoint */
    STEP_NOTE_FOREIGN = 1 << 5,       /* the temporary breakpoint was hit by another context: SP or IPSR differ */
    STEP_NOTE_TIMED_OUT = 1 << 6,     /* a wait was given up */
    STEP_NOTE_BKPT_WRITTEN = 1 << 7,  /* a temporary breakpoint was an instruction in RAM */
    STEP_NOTE_RESET = 1 << 8,         /* a reset came (S_RESET_ST) */
    STEP_NOTE_NOT_RETIRED = 1 << 9,   /* nothing retired (S_RETIRE_ST was 0 at the end) */
};

struct step_report {
    enum step_end end;
    uint32_t notes; /* enum step_note */
    uint32_t dfsr;  /* why the core halted in the end; 0 when the algorithm does not use it */
    uint32_t pc;    /* where the step began; by registers only */
    vtime began, ended;
    unsigned accesses;           /* made through the probe */
    struct debug_stop_info stop; /* STEP_STOPPED by the target itself; else DEBUG_RUNNING */
    char text[160];              /* one line for the user, or empty */
};

/* The breakpoints of the user's, as the tool keeps them in its list; any function may be NULL. */
struct step_points {
    bool (*at)(void *ctx, uint32_t addr);
    unsigned (*count)(void *ctx);
    void *ctx;
};

struct step_options {
    vtime wait;     /* how long a single step may take before it is given up */
    vtime serve;    /* how long `auto` lets pending interrupts be served */
    vtime patience; /* how long `software` and `debugmon` wait for their step to come to its end */
    vtime poll;     /* between two looks at DHCSR: what a transfer takes */
};
extern const struct step_options step_options_default;

struct stepper;

struct step_algorithm {
    const char *name;
    const char *help; /* what it does, and who does it so */
    bool needs_target;
    void (*begin)(struct stepper *s, unsigned place);
    void (*advance)(struct stepper *s);
};

/* By name; NULL: there is none. The first one of the list is the default. */
const struct step_algorithm *step_algorithm_find(const char *name);
extern const struct step_algorithm *const step_algorithms[];
extern const unsigned step_algorithms_count;

/* A breakpoint that an algorithm set: a comparator, or an instruction in RAM. */
struct step_break {
    bool set, written;
    uint32_t addr;
    unsigned comparator;
    uint32_t original; /* the word that was there */
};
enum { STEP_BREAKS = 2 };

struct stepper {
    const struct debug_access *access;
    const struct debug_target *target; /* NULL: on a wire, where there is nobody to ask for contexts */
    const struct step_algorithm *algorithm;
    struct step_points points;
    struct step_options options;
    struct step_report report;
    bool stepped; /* the last stop was a step's: some tools treat a BKPT at PC by that */
    /* The algorithm's own: */
    unsigned phase;
    uint32_t sp, ipsr; /* as they were at the beginning */
    uint32_t dhcsr;    /* as it was read last */
    vtime deadline;
    struct step_break temporary[STEP_BREAKS];
};

/* With the default algorithm and options. */
void step_init(struct stepper *s, const struct debug_access *access, const struct debug_target *target);

/* Begins a step of what runs, which is halted; or, if the algorithm knows contexts, of the context at `place`. */
void step_begin(struct stepper *s, unsigned place);
/* Goes on for a while. */
enum step_end step_advance(struct stepper *s);
/* What stopped it is none for anybody. True: the step goes on, once the target was resumed; false: it was its end. */
bool step_go_on(struct stepper *s);
/* Ends a step that is under way as ^C does: the core halts, and temporary breakpoints go. */
void step_abort(struct stepper *s);
/* The core was resumed, or reset, by other means than a step. */
void step_forget(struct stepper *s);

const char *step_end_name(enum step_end end);
/* "no-comparator", … of a single note. */
const char *step_note_name(enum step_note note);

#endif
