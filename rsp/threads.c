#include "rsp/threads.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PREEMPTED_THREADS = 2 /* the id of exception 0, Thread mode */, EXCEPTIONS = 512 };

void rsp_threads_init(struct rsp_threads *t, const struct debug_target *target)
{
    t->target = target;
    rsp_rtos_init(&t->rtos, target);
}

uint32_t rsp_threads_current(struct rsp_threads *t)
{
    uint32_t current = rsp_rtos_current(&t->rtos);

    return current ? current : RSP_THREAD_RUNNING;
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

unsigned rsp_threads_contexts(struct rsp_threads *t, struct rsp_thread *list, unsigned max)
{
    struct debug_context contexts[RSP_CONTEXTS_MAX];
    unsigned n = t->target->ops->contexts(t->target->ctx, contexts, RSP_CONTEXTS_MAX);

    n = n < RSP_CONTEXTS_MAX ? n : RSP_CONTEXTS_MAX;
    n = n < max ? n : max;
    for (unsigned i = 0; i < n; i++) {
        struct debug_context *c = &contexts[i];
        list[i] = (struct rsp_thread){.place = i};
        list[i].id = i ? (uint32_t)PREEMPTED_THREADS + c->exception : rsp_threads_current(t);
        snprintf(list[i].name, sizeof list[i].name, "%s", c->name);
        snprintf(list[i].info, sizeof list[i].info, "%s, activation %" PRIu64, i ? "preempted" : "running", c->serial);
    }
    return n;
}

/* Thread mode, the last of the contexts, is in this thread. */
static void name_thread_mode(struct rsp_thread *context, const char *system, const struct rsp_rtos_thread *thread)
{
    char info[sizeof context->info];

    if (thread->name[0])
        snprintf(context->name, sizeof context->name, "%s", thread->name);
    snprintf(info, sizeof info, "%.40s, %s: %s", context->info, system, thread->state);
    memcpy(context->info, info, sizeof info);
}

unsigned rsp_threads_list(struct rsp_threads *t, struct rsp_thread *list, unsigned max)
{
    struct rsp_rtos_thread threads[RSP_RTOS_THREADS_MAX];
    const char *system = rsp_rtos_name(&t->rtos);
    uint32_t current = rsp_rtos_current(&t->rtos);
    unsigned n = rsp_threads_contexts(t, list, max), contexts = n;
    unsigned there = rsp_rtos_list(&t->rtos, threads, RSP_RTOS_THREADS_MAX);

    for (unsigned i = 0; i < there; i++) {
        if (threads[i].id == current && contexts > 0)
            name_thread_mode(&list[contexts - 1], system, &threads[i]);
        if (threads[i].id == current || n == max)
            continue;
        list[n] = (struct rsp_thread){.id = threads[i].id, .off = true};
        snprintf(list[n].name, sizeof list[n].name, "%s", threads[i].name);
        snprintf(list[n].info, sizeof list[n].info, "%s: %s", system, threads[i].state);
        n++;
    }
    return n;
}

static bool find(struct rsp_threads *t, uint32_t id, struct rsp_thread *thread)
{
    struct rsp_thread list[RSP_THREADS_MAX];
    unsigned n = rsp_threads_list(t, list, RSP_THREADS_MAX);

    for (unsigned i = 0; i < n; i++)
        if (list[i].id == id) {
            *thread = list[i];
            return true;
        }
    return false;
}

uint32_t rsp_threads_find(struct rsp_threads *t, struct rsp_thread_id id)
{
    struct rsp_thread thread;
    uint32_t current = rsp_threads_current(t);

    if (id.pid != RSP_ANY && id.pid != RSP_ALL && id.pid != RSP_PROCESS)
        return 0;
    if (id.tid == RSP_ANY || id.tid == RSP_ALL || id.tid == current)
        return current;
    return id.tid > 0 && id.tid <= UINT32_MAX && find(t, (uint32_t)id.tid, &thread) ? (uint32_t)id.tid : 0;
}

/* ---- registers --------------------------------------------------------------------------------------------------- */

/* The place of a context by its thread. False: it is none. */
static bool find_place(struct rsp_threads *t, uint32_t thread, unsigned *place)
{
    struct rsp_thread list[RSP_CONTEXTS_MAX];

    *place = 0;
    if (thread == rsp_threads_current(t))
        return true;
    if (thread >= EXCEPTIONS)
        return false;
    unsigned n = rsp_threads_contexts(t, list, RSP_CONTEXTS_MAX);
    for (unsigned i = 1; i < n; i++)
        if (list[i].id == thread) {
            *place = i;
            return true;
        }
    return false;
}

bool rsp_threads_reg_get(struct rsp_threads *t, uint32_t thread, enum cpu_reg r, uint32_t *value)
{
    const struct debug_target *target = t->target;
    unsigned place;

    if (!find_place(t, thread, &place))
        return thread >= EXCEPTIONS && rsp_rtos_reg_get(&t->rtos, thread, r, value);
    return place ? target->ops->context_reg_get(target->ctx, place, r, value)
                 : target->ops->reg_get(target->ctx, r, value);
}

bool rsp_threads_reg_set(struct rsp_threads *t, uint32_t thread, enum cpu_reg r, uint32_t value)
{
    const struct debug_target *target = t->target;
    unsigned place;

    if (!find_place(t, thread, &place))
        return thread >= EXCEPTIONS && rsp_rtos_reg_set(&t->rtos, thread, r, value);
    return place ? target->ops->context_reg_set(target->ctx, place, r, value)
                 : target->ops->reg_set(target->ctx, r, value);
}
