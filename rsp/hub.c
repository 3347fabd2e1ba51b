#include "rsp/hub.h"

#include <string.h>

#include "rsp/hits.h"
#include "rsp/session.h"
#include "rsp/steps.h"
#include "rsp/threads.h"
#include "rsp/trace.h"

/* Steps of a range in one slice: few enough to notice ^C at once. */
enum { RANGE_STEPS = 256 };

void rsp_hub_init(struct rsp_hub *h, const struct debug_target *target, struct log *log)
{
    memset(h, 0, sizeof *h);
    h->target = target;
    h->log = log;
    rsp_threads_init(&h->threads, target);
    h->last.stop = DEBUG_STEPPED;
    if (target->ops->goes_back)
        target->ops->filter(target->ctx, rsp_hits_count, h);
    rsp_steps_init(h);
}

bool rsp_hub_join(struct rsp_hub *h, struct rsp_session *s)
{
    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++)
        if (!h->sessions[i]) {
            h->sessions[i] = s;
            s->slot = i;
            return true;
        }
    return false;
}

void rsp_hub_leave(struct rsp_hub *h, struct rsp_session *s)
{
    rsp_hub_detach(h, s);
    h->sessions[s->slot] = NULL;
    rsp_trace_update(h);
}

unsigned rsp_hub_attached(const struct rsp_hub *h)
{
    unsigned n = 0;

    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++)
        n += h->sessions[i] && h->sessions[i]->attached;
    return n;
}

void rsp_hub_attach(struct rsp_hub *h, struct rsp_session *s)
{
    if (s->attached)
        return;
    s->attached = true;
    if (rsp_hub_attached(h) > 1)
        return;
    if (!h->over)
        h->last = (struct debug_stop_info){.stop = DEBUG_STEPPED};
    h->target->ops->attached(h->target->ctx, true);
}

void rsp_hub_detach(struct rsp_hub *h, struct rsp_session *s)
{
    if (!s->attached)
        return;
    rsp_points_drop(&h->points, h->target, s->slot);
    s->attached = false;
    s->waiting = false;
    if (rsp_hub_attached(h) > 0)
        return;
    h->running = false;
    rsp_follow_end(h, &(struct debug_stop_info){.stop = DEBUG_HALTED});
    rsp_steps_end(h);
    rsp_steps_init(h);
    h->target->ops->attached(h->target->ctx, false);
}

static void carry_on(struct rsp_hub *h, enum rsp_follow_next next)
{
    if (next == RSP_FOLLOW_STEP) {
        rsp_steps_begin(h, h->resume.place);
        return;
    }
    rsp_steps_end(h);
    h->target->ops->resume(h->target->ctx, DEBUG_CONTINUE, 0);
}

/* One step, of a context that is not the running one, or of a thread. */
static void step(struct rsp_hub *h)
{
    carry_on(h, h->resume.place ? RSP_FOLLOW_STEP : rsp_follow_begin(h, h->resume.thread));
}

/* What has stepped runs. */
static void step_again(struct rsp_hub *h)
{
    h->resume.place = 0;
    step(h);
}

bool rsp_hub_resume(struct rsp_hub *h, struct rsp_resume how)
{
    if (h->running)
        return how.how == DEBUG_CONTINUE;
    h->resume = how;
    h->running = true;
    h->halt_asked = false;
    h->halt_signal = RSP_SIGNAL_INT;
    h->stopped_thread = 0;
    if (how.how == DEBUG_STEP) {
        step(h);
    } else {
        rsp_steps_end(h);
        h->target->ops->resume(h->target->ctx, how.how, how.place);
    }
    return true;
}

uint32_t rsp_hub_thread(struct rsp_hub *h)
{
    return h->stopped_thread ? h->stopped_thread : rsp_threads_current(&h->threads);
}

void rsp_hub_halt(struct rsp_hub *h, int signal)
{
    if (!h->running || h->halt_asked)
        return;
    h->halt_asked = true;
    h->halt_signal = signal;
    h->target->ops->halt(h->target->ctx); /* a stepper over the registers is asked for by rsp_steps_run() */
}

/* Exactly one stop reply for each session that resumed. */
static void stopped(struct rsp_hub *h, struct debug_stop_info *info)
{
    if (info->stop == DEBUG_HALTED)
        info->signal = h->halt_signal;
    if (info->stop == DEBUG_EXITED)
        h->over = true;
    h->running = false;
    h->stopped_thread = rsp_follow_end(h, info);
    h->last = *info;
    h->last.text = NULL;
    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++)
        if (h->sessions[i] && h->sessions[i]->waiting)
            rsp_session_stopped(h->sessions[i], info);
}

void rsp_hub_reset(struct rsp_hub *h)
{
    struct debug_stop_info info = {.stop = DEBUG_STEPPED};

    rsp_steps_end(h);
    h->target->ops->reset(h->target->ctx);
    rsp_rtos_forget(&h->threads.rtos);
    h->over = false;
    stopped(h, &info);
}

void rsp_hub_kill(struct rsp_hub *h)
{
    struct debug_stop_info info = {.stop = DEBUG_EXITED};

    h->killed = true;
    h->target->ops->kill(h->target->ctx);
    stopped(h, &info);
}

void rsp_hub_retire(struct rsp_hub *h)
{
    struct debug_stop_info info = {.stop = DEBUG_EXITED};

    h->target->ops->reset(h->target->ctx);
    stopped(h, &info);
}

/* Decides whether a stop ends a range step; `info` becomes what is to be reported. */
static bool range_goes_on(struct rsp_hub *h, struct debug_stop_info *info)
{
    uint32_t pc;

    if (info->stop != DEBUG_STEPPED || h->resume.range_start == h->resume.range_end)
        return false;
    uint32_t thread = h->follow.thread ? h->follow.thread : rsp_threads_current(&h->threads);
    if (!rsp_threads_reg_get(&h->threads, thread, CPU_PC, &pc))
        return false;
    if (pc < h->resume.range_start || pc >= h->resume.range_end)
        return false;
    if (h->halt_asked) {
        info->stop = DEBUG_HALTED;
        return false;
    }
    /* A step begins by leaving the breakpoint it stands on, so one within the range has to be seen here. */
    const struct rsp_point *point = rsp_points_at(&h->points, pc);
    if (!point || !(h->hit_by = rsp_hits_breakpoint(h, pc)))
        return true;
    info->stop = DEBUG_BREAKPOINT;
    info->point = point->kind;
    return false;
}

/* Whose point was hit; false when nobody stops for it. */
static bool somebody_stops(struct rsp_hub *h, const struct debug_stop_info *info)
{
    uint32_t pc;

    h->hit_by = UINT32_MAX;
    if (info->stop == DEBUG_BREAKPOINT &&
        rsp_threads_reg_get(&h->threads, rsp_threads_current(&h->threads), CPU_PC, &pc))
        h->hit_by = rsp_hits_breakpoint(h, pc);
    if (info->stop == DEBUG_WATCHPOINT)
        h->hit_by = rsp_hits_watchpoint(h, info);
    return h->hit_by != 0;
}

/* What is under way goes on for a while. */
static void go_on(struct rsp_hub *h, struct debug_stop_info *info)
{
    if (h->stepping)
        rsp_steps_run(h, info);
    else
        h->target->ops->run(h->target->ctx, info);
    rsp_trace_flush(h);
}

/* The stop is not to be reported: nobody stops for it. It may have been the end of a step. */
static bool passes(struct rsp_hub *h, struct debug_stop_info *info)
{
    if (somebody_stops(h, info))
        return false;
    if (rsp_steps_pass(h)) {
        h->target->ops->resume(h->target->ctx, DEBUG_GO_ON, 0);
        return true;
    }
    h->hit_by = UINT32_MAX;
    *info = (struct debug_stop_info){.stop = DEBUG_STEPPED};
    return false;
}

static void run_slice(struct rsp_hub *h)
{
    for (unsigned i = 0; i < RANGE_STEPS && h->running; i++) {
        struct debug_stop_info info = {.stop = DEBUG_RUNNING};
        go_on(h, &info);
        if (info.stop == DEBUG_RUNNING)
            return;
        enum rsp_follow_next next = rsp_follow_look(h, &info);
        if (next != RSP_FOLLOW_REPORT)
            carry_on(h, next);
        else if (passes(h, &info))
            continue;
        else if (range_goes_on(h, &info))
            step_again(h);
        else
            stopped(h, &info);
    }
}

void rsp_hub_run(struct rsp_hub *h)
{
    run_slice(h);
    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++)
        if (h->sessions[i] && h->sessions[i]->waiting)
            rsp_session_flush(h->sessions[i]);
}
