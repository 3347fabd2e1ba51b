/*
 * The machine's history, for debuggers that go back in it.
 *
 * While it is on, the timeline marks places on the way: snapshots (soc/nrf52840.h), with the place on the tape of what
 * came from outside (host/tape.h). Whatever lies behind a mark is reached by going through it again from there, exactly
 * as it was. The number of marks is bounded: they lie TIMELINE_INTERVAL apart near where the machine is, and the
 * farther apart the farther away, in proportion; a debugger that goes back far and stays there gets them dense there.
 *
 * In the past, what happens was told before: readers of the event log (console, VCD, trace hash) and the log are not
 * told again, files that semihosting wrote are left alone, sleep takes no time. Going forward ends in the present,
 * where the live run goes on. A place is a number of retired instructions: the last state before the next of them
 * executes, when interrupts that come before it are entered.
 *
 * What a debugger changes is no consequence of what was before: history jumps there, and goes on from the changed
 * state. Going back leads across such a place. A change in the past ends what came after it: the future is a new one,
 * and input that the old one took is given again.
 */
#ifndef SOC_TIMELINE_H
#define SOC_TIMELINE_H

#include "host/tape.h"
#include "soc/machine.h"

enum { TIMELINE_MARKS = 128 };

/* Between marks, in what takes about as long as so many instructions. */
#define TIMELINE_INTERVAL (1u << 20)

/* What the tape may hold, in bytes. Then history begins anew. */
#define TIMELINE_TAPE_MAX (64u << 20)

struct timeline_mark {
    struct soc_snapshot *snapshot;
    struct tape_place place;
    struct spin spin;
    bool waits_for_input, fault_reported;
    bool jump;     /* a debugger changed something here: what is before does not lead here */
    uint64_t left; /* then: how many instructions had retired when it began to */
    vtime now;
    uint64_t retired; /* instructions */
    uint64_t work;    /* a measure of how long it takes to come here */
};

enum timeline_back {
    TIMELINE_GOING,     /* call again */
    TIMELINE_THERE,     /* one step before */
    TIMELINE_HIT,       /* at a point: `hit` tells which */
    TIMELINE_HALTED,    /* timeline_halt() */
    TIMELINE_BEGINNING, /* where history begins */
};

struct timeline_hit {
    enum core_stop stop; /* CORE_STOP_BREAKPOINT, CORE_STOP_WATCHPOINT, or CORE_STOP_HALTED: a vector catch, say */
    uint64_t retired;
    uint32_t watch_addr;
    bool watch_store;
};

struct timeline {
    struct machine *machine;
    struct tape *tape; /* NULL: the timeline is off */
    size_t tape_max;   /* TIMELINE_TAPE_MAX */
    struct timeline_mark mark[TIMELINE_MARKS];
    unsigned n;                   /* marks, in order */
    unsigned at;                  /* the last one that is not ahead of the machine */
    struct timeline_mark present; /* while in the past: where it ends */
    enum machine_end end;         /* likewise */
    bool past;

    bool changed;          /* by the debugger, since the machine stopped */
    uint64_t left;         /* how many instructions had retired when it began to */
    uint64_t last_retired; /* where the machine was left by us, to notice that something else went on with it */
    vtime last_now;

    /* on the way back: */
    enum timeline_back goal; /* what is reported at the target */
    bool searching;
    uint64_t target;           /* where to stop, or the end of the stretch that is searched */
    uint64_t floor;            /* there the search ends */
    unsigned first;            /* the mark where the stretch begins */
    bool (*counts)(void *ctx); /* is a breakpoint one where it is now? NULL: all are */
    void *counts_ctx;
    bool found;
    struct timeline_hit hit; /* the last one of the stretch */
};

void timeline_init(struct timeline *t, struct machine *m);
/* History begins here. */
void timeline_start(struct timeline *t);
/* Back to the present, and no history any more. */
void timeline_stop(struct timeline *t);
static inline bool timeline_is_on(const struct timeline *t) { return t->tape; }

/* A debugger is about to change something of the machine. */
void timeline_change(struct timeline *t);

/* As machine_run(), and keeps history. In the past, time flies; a budget may be exceeded only where history jumps. */
enum core_stop timeline_run(struct timeline *t, uint64_t budget);

/* Sets out for the step before: the state before the last instruction that the running context has retired, whatever
 * ran in between; for a context that has retired none yet, that of the one below it. A point in between stops it. */
void timeline_step_back(struct timeline *t);
/* Sets out for the last break- or watchpoint of the CPU port before here. Such a search stops where the instruction has
 * executed for a watchpoint, so that one step back undoes the access. */
void timeline_search_back(struct timeline *t);
/* The hit that was found does not count: goes on with the step or the search. */
void timeline_pass_hit(struct timeline *t);
/* Goes on for a slice. */
enum timeline_back timeline_go_back(struct timeline *t);
/* Gives up a search, at the earliest place to which it has found nothing. */
void timeline_halt(struct timeline *t);

/* What it holds, in bytes, about. */
size_t timeline_size(const struct timeline *t);

/* soc/timeline.c, for soc/timeline_back.c: */
void timeline_return(struct timeline *t, unsigned mark);
void timeline_enter_past(struct timeline *t);
void timeline_mark_way(struct timeline *t);
void timeline_mark_here(struct timeline *t, uint64_t distance); /* from the mark before, at least */
enum core_stop timeline_relive(struct timeline *t, uint64_t budget);
void timeline_live(struct timeline *t);
/* How many instructions have retired where what the mark begins ends: at the next change, or in the present. */
uint64_t timeline_end_of(const struct timeline *t, unsigned mark);

#endif
