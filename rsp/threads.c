#include "rsp/threads.h"

#include <stdio.h>

enum { CORE_THREAD = 1 };

unsigned rsp_threads_list(const struct debug_target *t, struct rsp_thread *list, unsigned max)
{
    if (max > 0) {
        list[0].id = CORE_THREAD;
        list[0].core = 0;
        snprintf(list[0].name, sizeof list[0].name, "Cortex-M4");
    }
    return 1;
}

uint32_t rsp_threads_current(const struct debug_target *t) { return CORE_THREAD; }

uint32_t rsp_threads_find(const struct debug_target *t, struct rsp_thread_id id)
{
    struct rsp_thread list[RSP_THREADS_MAX];
    unsigned n = rsp_threads_list(t, list, RSP_THREADS_MAX);

    if (id.pid != RSP_ANY && id.pid != RSP_ALL && id.pid != RSP_PROCESS)
        return 0;
    if (id.tid == RSP_ANY || id.tid == RSP_ALL)
        return rsp_threads_current(t);
    for (unsigned i = 0; i < n; i++)
        if (list[i].id == id.tid)
            return list[i].id;
    return 0;
}

bool rsp_threads_reg_get(const struct debug_target *t, uint32_t thread, enum cpu_reg r, uint32_t *value)
{
    return thread == CORE_THREAD && t->ops->reg_get(t->ctx, r, value);
}

bool rsp_threads_reg_set(const struct debug_target *t, uint32_t thread, enum cpu_reg r, uint32_t value)
{
    return thread == CORE_THREAD && t->ops->reg_set(t->ctx, r, value);
}
