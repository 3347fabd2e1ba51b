/* H T qC and the thread lists. */
#include <string.h>

#include "rsp/commands.h"
#include "rsp/threads.h"

static bool take_thread(struct rsp_session *s, struct rsp_args *args, struct rsp_thread_id *id, uint32_t *thread)
{
    if (!rsp_args_thread(args, id) || !rsp_args_end(args))
        return false;
    *thread = rsp_threads_find(&s->hub->threads, *id);
    return true;
}

static enum rsp_outcome no_thread(struct rsp_session *s) { return rsp_fail(s, RSP_ERROR_REFUSED, "no such thread"); }

static enum rsp_outcome select_registers(struct rsp_session *s, struct rsp_args *args)
{
    struct rsp_thread_id id;
    uint32_t thread;

    if (!take_thread(s, args, &id, &thread))
        return rsp_syntax(s);
    if (!thread)
        return no_thread(s);
    s->thread = id.tid == RSP_ANY || id.tid == RSP_ALL ? 0 : thread;
    return rsp_ok(s);
}

/* For c and s, which mean the running context all the same: a preempted one is stepped with vCont. */
static enum rsp_outcome select_resume(struct rsp_session *s, struct rsp_args *args)
{
    struct rsp_thread_id id;
    uint32_t thread;

    if (!take_thread(s, args, &id, &thread))
        return rsp_syntax(s);
    return thread ? rsp_ok(s) : no_thread(s);
}

static enum rsp_outcome alive(struct rsp_session *s, struct rsp_args *args) { return select_resume(s, args); }

static enum rsp_outcome current(struct rsp_session *s, struct rsp_args *args)
{
    rsp_buf_str(&s->reply, "QC");
    rsp_put_thread(s, &s->reply, rsp_hub_thread(s->hub));
    return RSP_SEND;
}

static enum rsp_outcome list_first(struct rsp_session *s, struct rsp_args *args)
{
    struct rsp_thread list[RSP_THREADS_MAX];
    unsigned n = rsp_threads_list(&s->hub->threads, list, RSP_THREADS_MAX);

    rsp_buf_str(&s->reply, s->hub->over || n == 0 ? "l" : "m");
    for (unsigned i = 0; i < n && !s->hub->over; i++) {
        rsp_buf_str(&s->reply, i ? "," : "");
        rsp_put_thread(s, &s->reply, list[i].id);
    }
    return RSP_SEND;
}

static enum rsp_outcome list_next(struct rsp_session *s, struct rsp_args *args)
{
    rsp_buf_str(&s->reply, "l");
    return RSP_SEND;
}

static enum rsp_outcome extra_info(struct rsp_session *s, struct rsp_args *args)
{
    struct rsp_thread list[RSP_THREADS_MAX];
    unsigned n = rsp_threads_list(&s->hub->threads, list, RSP_THREADS_MAX);
    struct rsp_thread_id id;
    uint32_t thread;

    if (!take_thread(s, args, &id, &thread))
        return rsp_syntax(s);
    for (unsigned i = 0; i < n; i++)
        if (list[i].id == thread) {
            rsp_buf_hex(&s->reply, list[i].name, strlen(list[i].name));
            rsp_buf_hex(&s->reply, ": ", 2);
            rsp_buf_hex(&s->reply, list[i].info, strlen(list[i].info));
            return RSP_SEND;
        }
    return no_thread(s);
}

const struct rsp_command rsp_commands_threads[] = {
    {"Hg", select_registers, 0},
    {"Hc", select_resume, 0},
    {"T", alive, 0},
    {"qC", current, RSP_WHOLE},
    {"qfThreadInfo", list_first, RSP_WHOLE},
    {"qsThreadInfo", list_next, RSP_WHOLE},
    {"qThreadExtraInfo,", extra_info, 0},
    {0},
};
