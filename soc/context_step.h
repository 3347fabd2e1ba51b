/*
 * A step that follows its context, and therefore is the undisturbed run, cut at the right place: it is over when the
 * activation that was stepped has retired one more instruction and runs, or has ended and what it returned to runs.
 *
 * The stepped activation runs an instruction at a time; what is above it, at full speed from one change of context to
 * the next. What others spend meanwhile is counted: a step that does not get to run says who kept the core.
 */
#ifndef SOC_CONTEXT_STEP_H
#define SOC_CONTEXT_STEP_H

#include "soc/nrf52840.h"

/* So long may other contexts execute (sleep does not count) before a step is given up as starved. */
#define CONTEXT_STEP_PATIENCE VTIME_PER_S

enum context_step_state { CONTEXT_STEP_GOES_ON, CONTEXT_STEP_OVER, CONTEXT_STEP_STARVED };

struct context_step {
    struct soc *soc;
    vtime patience;
    bool active;
    bool away;       /* another context runs, to its next change */
    uint64_t serial; /* of the activation that steps */
    uint64_t parent; /* of the one below it */
    uint64_t goal;   /* how many instructions it has retired when the step is over */
    vtime began;     /* of what runs now */
    unsigned runs;   /* the exception that it is */
    bool counted;    /* `spent` and `entered` hold something */
    vtime spent_all, spent[EXC_COUNT];
    uint64_t entered[EXC_COUNT];
};

void context_step_init(struct context_step *s, struct soc *soc);
/* Of the running context, or of one that it preempted: `depth` places below. */
void context_step_begin(struct context_step *s, unsigned depth);
void context_step_end(struct context_step *s);
/* It is over: the next instruction of the same context is another one. */
void context_step_again(struct context_step *s);
/* How many instructions to run now; and what the step has come to, after that. */
uint64_t context_step_budget(struct context_step *s);
enum context_step_state context_step_look(struct context_step *s);
/* One line on who kept the core. */
void context_step_explain(const struct context_step *s, char *buf, unsigned size);

#endif
