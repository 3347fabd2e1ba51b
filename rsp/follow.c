#include "rsp/follow.h"

#include "rsp/hits.h"
#include "rsp/hub.h"

enum { OWNER = 31 }; /* of the breakpoint: no session's slot */

static struct rsp_point breakpoint(const struct rsp_follow *f)
{
    return (struct rsp_point){.kind = DEBUG_POINT_HW_BREAK, .addr = f->pc, .len = 2};
}

static void stop_waiting(struct rsp_hub *h)
{
    if (h->follow.waits)
        rsp_points_remove(&h->points, h->target, OWNER, breakpoint(&h->follow));
    h->follow.waits = false;
}

static enum rsp_follow_next wait(struct rsp_hub *h)
{
    h->follow.waits = rsp_points_add(&h->points, h->target, OWNER, breakpoint(&h->follow));
    return h->follow.waits ? RSP_FOLLOW_WAIT : RSP_FOLLOW_REPORT;
}

/* Is the core in this thread itself, and not in a handler above it? */
static bool core_is_in(struct rsp_hub *h, uint32_t thread)
{
    struct debug_context running;

    return rsp_threads_current(&h->threads) == thread && h->target->ops->contexts(h->target->ctx, &running, 1) == 1;
}

enum rsp_follow_next rsp_follow_begin(struct rsp_hub *h, uint32_t thread)
{
    uint32_t current = rsp_threads_current(&h->threads);

    h->follow = (struct rsp_follow){0};
    if (!thread && (current == RSP_THREAD_RUNNING || !h->stepper.algorithm->needs_target))
        return RSP_FOLLOW_STEP;
    h->follow.thread = thread ? thread : current;
    if (!rsp_threads_reg_get(&h->threads, h->follow.thread, CPU_PC, &h->follow.pc))
        h->follow.thread = 0;
    return h->follow.thread && h->follow.thread != current ? wait(h) : RSP_FOLLOW_STEP;
}

/* The core goes on, and would leave the breakpoint it stands on unnoticed. */
static bool is_at_breakpoint(struct rsp_hub *h, struct debug_stop_info *info)
{
    uint32_t pc;
    const struct rsp_point *point;

    if (!rsp_threads_reg_get(&h->threads, rsp_threads_current(&h->threads), CPU_PC, &pc) ||
        !(point = rsp_points_at(&h->points, pc)) || !rsp_hits_breakpoint(h, pc))
        return false;
    *info = (struct debug_stop_info){.stop = DEBUG_BREAKPOINT, .point = point->kind, .addr = pc};
    return true;
}

static enum rsp_follow_next look_for_thread(struct rsp_hub *h, const struct debug_stop_info *info)
{
    if (info->stop != DEBUG_BREAKPOINT || info->addr != h->follow.pc || !core_is_in(h, h->follow.thread))
        return RSP_FOLLOW_REPORT;
    stop_waiting(h);
    return RSP_FOLLOW_STEP;
}

enum rsp_follow_next rsp_follow_look(struct rsp_hub *h, struct debug_stop_info *info)
{
    struct rsp_follow *f = &h->follow;
    uint32_t pc;

    if (!f->thread)
        return RSP_FOLLOW_REPORT;
    if (f->waits)
        return look_for_thread(h, info);
    if (info->stop != DEBUG_STEPPED || rsp_threads_current(&h->threads) == f->thread || h->halt_asked)
        return RSP_FOLLOW_REPORT;
    if (!rsp_threads_reg_get(&h->threads, f->thread, CPU_PC, &pc) || pc != f->pc || is_at_breakpoint(h, info))
        return RSP_FOLLOW_REPORT;
    return wait(h);
}

uint32_t rsp_follow_end(struct rsp_hub *h, const struct debug_stop_info *info)
{
    uint32_t thread = info->stop == DEBUG_STEPPED ? h->follow.thread : 0, pc;

    stop_waiting(h);
    h->follow = (struct rsp_follow){0};
    return thread && rsp_threads_reg_get(&h->threads, thread, CPU_PC, &pc) ? thread : 0;
}
