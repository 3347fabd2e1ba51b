/*
 * What all connections to one target share: whether it runs, who waits for its stop, and the points.
 *
 * The target is halted from the moment the first debugger attaches until one of them resumes it. A debugger that
 * attaches while it runs does not halt it: it is told that it stopped, may look at memory and registers, and joins
 * those who wait for the stop as soon as it continues. When the last one leaves, the target is free again.
 */
#ifndef RSP_HUB_H
#define RSP_HUB_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/debug_target.h"
#include "emu/log.h"
#include "rsp/buf.h"
#include "rsp/follow.h"
#include "rsp/points.h"
#include "rsp/threads.h"
#include "step/step.h"

enum { RSP_SESSIONS_MAX = 8 };

enum { RSP_SIGNAL_NONE = 0, RSP_SIGNAL_INT = 2, RSP_SIGNAL_TRAP = 5, RSP_SIGNAL_SEGV = 11 };

struct rsp_session;

/* How to resume. A range: step until the pc is outside [start, end). */
struct rsp_resume {
    enum debug_resume how;
    unsigned place;                  /* of the context that steps */
    uint32_t thread;                 /* of an operating system, that steps; 0: it is the context */
    uint32_t range_start, range_end; /* equal: no range */
};

struct rsp_hub {
    const struct debug_target *target;
    struct log *log;
    struct rsp_threads threads;
    struct rsp_session *sessions[RSP_SESSIONS_MAX]; /* by slot */
    struct rsp_resume resume;
    struct rsp_follow follow;
    uint32_t stopped_thread; /* that the last stop was reported for; 0: the current one */
    struct stepper stepper;
    bool stepping; /* a step of the stepper's is under way */
    struct {
        unsigned long long ended[STEP_RUN_OVER + 1]; /* steps, by how they ended */
        unsigned long long noted, accesses;          /* with a note (step/step.h); through the probe */
    } step_counts;
    bool running;
    bool halt_asked;
    int halt_signal;             /* for the stop that a halt causes */
    bool over;                   /* the run ended, or a debugger killed it; a reset revives it */
    bool killed;                 /* the target was told to end the run */
    struct debug_stop_info last; /* without text */
    uint32_t hit_by;             /* sessions whose break- or watchpoint that was, a bit for each */
    struct rsp_points points;
    struct rsp_buf document;         /* for qXfer */
    uint8_t scratch[RSP_PACKET_MAX]; /* for memory on its way */
};

void rsp_hub_init(struct rsp_hub *h, const struct debug_target *target, struct log *log);

/* False: all slots are taken. A session that left must not be used any more. One that joined has not attached yet. */
bool rsp_hub_join(struct rsp_hub *h, struct rsp_session *s);
void rsp_hub_leave(struct rsp_hub *h, struct rsp_session *s);

/* A session has the target from its first request on, until D. */
void rsp_hub_attach(struct rsp_hub *h, struct rsp_session *s);
void rsp_hub_detach(struct rsp_hub *h, struct rsp_session *s);
unsigned rsp_hub_attached(const struct rsp_hub *h);

/* False: it runs already, and this is not a plain continue. */
bool rsp_hub_resume(struct rsp_hub *h, struct rsp_resume how);
/* The stop comes later, from rsp_hub_run(). Nothing if it does not run. */
void rsp_hub_halt(struct rsp_hub *h, int signal);
void rsp_hub_reset(struct rsp_hub *h);
/* Ends the run now. */
void rsp_hub_kill(struct rsp_hub *h);
/* Resets and holds the target as one whose run is over, so that a debugger may start it again. */
void rsp_hub_retire(struct rsp_hub *h);

/* The thread that the last stop was reported for. */
uint32_t rsp_hub_thread(struct rsp_hub *h);

/* Goes on for a slice if the target is running, and tells every waiting session when it stopped. */
void rsp_hub_run(struct rsp_hub *h);

#endif
