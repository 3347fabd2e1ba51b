/*
 * What happened lately, as signals to draw: pins, the state of Thread mode and of each exception, masks, what a
 * debugger did; and what the console showed. A reader of the event log.
 *
 * Inaccuracies
 *   1. After a return to Thread mode with other exceptions still active (CCR.NONBASETHRDENA), the last of those is
 * shown as running.
 *   2. Nesting deeper than seven is shown as seven.
 */
#ifndef BOARD_HISTORY_H
#define BOARD_HISTORY_H

#include "board/signal.h"
#include "emu/evlog.h"
#include "emu/pin.h"

enum { HISTORY_LANES = 64, HISTORY_LINES = 256, HISTORY_LINE = 160 };

/* A lane's value: a state, with flags, and how deep it is nested (1 is not nested) from bit 5 on. */
enum lane_state { LANE_IDLE, LANE_RUNS, LANE_PREEMPTED, LANE_SLEEPS, LANE_STATE = 3 };
enum lane_flag {
    LANE_PENDING = 4,
    LANE_TAIL_CHAINED = 8, /* where it begins */
    LANE_LATE = 16,        /* likewise: it came later than another one, and first */
    LANE_DEPTH_SHIFT = 5,
};

/* Values of `masks`. */
enum { MASKED_PRIMASK = 1, MASKED_FAULTMASK = 2, MASKED_BASEPRI = 4 };

/* Values of `marks`. */
enum history_mark { MARK_NONE, MARK_RUNS, MARK_HALTED, MARK_STEPS, MARK_RESET, MARK_FAULT };

struct history_line {
    char text[HISTORY_LINE];
    unsigned n;
    uint8_t source; /* enum ev_console */
};

struct history {
    struct evlog *log;
    struct signal pin[PIN_COUNT];
    struct signal lane[HISTORY_LANES]; /* by exception number; 0 is Thread mode */
    struct signal depth, masks, marks;
    unsigned active[HISTORY_LANES]; /* exceptions, the running one last */
    unsigned n_active;
    uint64_t pending;
    bool asleep;
    vtime slept, since; /* in all, and when it fell asleep */

    struct history_line line[HISTORY_LINES];
    unsigned n_lines;                /* that there were; the last is being written */
    unsigned open_line[EV_CONSOLES]; /* number of the line that each source is writing, + 1; 0: none */
    uint64_t console_bytes;
};

/* Attaches to the log, which must outlive it; `pins` as they are now. */
void history_begin(struct history *h, struct evlog *log, const struct pins *pins);
void history_end(struct history *h);

/* How much of the last while an LED was lit, of 255. */
unsigned history_brightness(const struct history *h, unsigned pin, bool active, vtime now);
/* Time asleep until now. */
vtime history_slept(const struct history *h, vtime now);

#endif
