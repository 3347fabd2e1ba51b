#include "rsp/threads.h"

#include <inttypes.h>
#include <stdio.h>

enum { PREEMPTED_THREADS = 2 }; /* the id of exception 0, Thread mode */

unsigned rsp_threads_list(const struct debug_target *t, struct rsp_thread *list, unsigned max)
{
    struct debug_context contexts[RSP_THREADS_MAX];
    unsigned n = t->ops->contexts(t->ctx, contexts, RSP_THREADS_MAX);

    n = n < RSP_THREADS_MAX ? n : RSP_THREADS_MAX;
    n = n < max ? n : max;
    for (unsigned i = 0; i < n; i++) {
        struct debug_context *c = &contexts[i];
        list[i].id = i ? PREEMPTED_THREADS + c->exception : RSP_THREAD_RUNNING;
        list[i].place = i;
        snprintf(list[i].name, sizeof list[i].name, "%s", c->name);
        snprintf(list[i].info, sizeof list[i].info, "%s, activation %" PRIu64, i ? "preempted" : "running", c->serial);
    }
    return n;
}

uint32_t rsp_threads_current(const struct debug_target *t) { return RSP_THREAD_RUNNING; }

bool rsp_threads_place(const struct debug_target *t, uint32_t thread, unsigned *place)
{
    struct rsp_thread list[RSP_THREADS_MAX];

    *place = 0;
    if (thread == RSP_THREAD_RUNNING)
        return true;
    unsigned n = rsp_threads_list(t, list, RSP_THREADS_MAX);
    for (unsigned i = 0; i < n; i++)
        if (list[i].id == thread) {
            *place = i;
            return true;
        }
    return false;
}

uint32_t rsp_threads_find(const struct debug_target *t, struct rsp_thread_id id)
{
    unsigned place;

    if (id.pid != RSP_ANY && id.pid != RSP_ALL && id.pid != RSP_PROCESS)
        return 0;
    if (id.tid == RSP_ANY || id.tid == RSP_ALL)
        return rsp_threads_current(t);
    return id.tid > 0 && id.tid <= UINT32_MAX && rsp_threads_place(t, (uint32_t)id.tid, &place) ? (uint32_t)id.tid : 0;
}

bool rsp_threads_reg_get(const struct debug_target *t, uint32_t thread, enum cpu_reg r, uint32_t *value)
{
    unsigned place;

    if (!rsp_threads_place(t, thread, &place))
        return false;
    return place ? t->ops->context_reg_get(t->ctx, place, r, value) : t->ops->reg_get(t->ctx, r, value);
}

bool rsp_threads_reg_set(const struct debug_target *t, uint32_t thread, enum cpu_reg r, uint32_t value)
{
    unsigned place;

    if (!rsp_threads_place(t, thread, &place))
        return false;
    return place ? t->ops->context_reg_set(t->ctx, place, r, value) : t->ops->reg_set(t->ctx, r, value);
}
