/*
 * c C s S vCont: letting the target run. Signals cannot be delivered to it and are dropped.
 */
#include "rsp/commands.h"
#include "rsp/threads.h"

enum rsp_outcome rsp_resume(struct rsp_session *s, struct rsp_resume how)
{
    if (!s->attached)
        return rsp_fail(s, RSP_ERROR_REFUSED, "not attached");
    if (s->hub->over) {
        rsp_put_stop(s, &s->hub->last);
        return RSP_SEND;
    }
    if (s->sync && how.how == DEBUG_STEP) {
        s->sync = false;
        rsp_put_stop(s, &s->hub->last);
        return RSP_SEND;
    }
    s->sync = false;
    if (!rsp_hub_resume(s->hub, how))
        return rsp_fail(s, RSP_ERROR_BUSY, "another debugger lets the target run");
    s->waiting = true;
    return RSP_LATER;
}

static enum rsp_outcome resume_at(struct rsp_session *s, struct rsp_args *args, enum debug_resume how)
{
    struct rsp_threads *t = &s->hub->threads;
    uint32_t pc;

    if (rsp_args_end(args))
        return rsp_resume(s, (struct rsp_resume){.how = how});
    if (!rsp_args_u32(args, &pc) || !rsp_args_end(args))
        return rsp_syntax(s);
    if (s->hub->running)
        return rsp_fail(s, RSP_ERROR_BUSY, "another debugger lets the target run");
    if (!rsp_threads_reg_set(t, rsp_threads_current(t), CPU_PC, pc))
        return rsp_fail(s, RSP_ERROR_REFUSED, "the target refuses this pc");
    return rsp_resume(s, (struct rsp_resume){.how = how});
}

static enum rsp_outcome with_signal(struct rsp_session *s, struct rsp_args *args, enum debug_resume how)
{
    uint32_t signal;

    if (!rsp_args_u32(args, &signal))
        return rsp_syntax(s);
    if (rsp_args_char(args, ';') && rsp_args_end(args))
        return rsp_syntax(s);
    return resume_at(s, args, how);
}

static enum rsp_outcome go(struct rsp_session *s, struct rsp_args *args) { return resume_at(s, args, DEBUG_CONTINUE); }
static enum rsp_outcome step(struct rsp_session *s, struct rsp_args *args) { return resume_at(s, args, DEBUG_STEP); }
static enum rsp_outcome go_signal(struct rsp_session *s, struct rsp_args *args)
{
    return with_signal(s, args, DEBUG_CONTINUE);
}
static enum rsp_outcome step_signal(struct rsp_session *s, struct rsp_args *args)
{
    return with_signal(s, args, DEBUG_STEP);
}

struct action {
    bool halt;
    struct rsp_resume how;
    struct rsp_thread_id id;
};

enum { ACTIONS_MAX = 2 * RSP_THREADS_MAX };
struct actions {
    unsigned n;
    struct action list[ACTIONS_MAX];
};

static bool take_signal(struct rsp_args *args, struct action *a)
{
    uint32_t signal;

    return rsp_args_u32(args, &signal);
}

static bool take_range(struct rsp_args *args, struct action *a)
{
    return rsp_args_u32(args, &a->how.range_start) && rsp_args_char(args, ',') &&
           rsp_args_u32(args, &a->how.range_end) && a->how.range_start <= a->how.range_end;
}

static const struct {
    char letter;
    bool halt;
    enum debug_resume how;
    bool (*parameter)(struct rsp_args *args, struct action *a);
} actions[] = {
    {'c', false, DEBUG_CONTINUE, NULL},    {'C', false, DEBUG_CONTINUE, take_signal}, {'s', false, DEBUG_STEP, NULL},
    {'S', false, DEBUG_STEP, take_signal}, {'r', false, DEBUG_STEP, take_range},      {'t', true, DEBUG_CONTINUE, NULL},
};

static bool take_action(struct rsp_args *args, struct action *a)
{
    for (unsigned i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (rsp_args_char(args, actions[i].letter)) {
            *a = (struct action){.halt = actions[i].halt, .how.how = actions[i].how};
            return !actions[i].parameter || actions[i].parameter(args, a);
        }
    return false;
}

/* ";ACTION[:THREAD]…": all of it has to make sense. */
static bool take_vcont(struct rsp_args *args, struct actions *all)
{
    all->n = 0;
    while (rsp_args_char(args, ';')) {
        struct action *a = &all->list[all->n];
        if (all->n++ == ACTIONS_MAX || !take_action(args, a))
            return false;
        a->id = (struct rsp_thread_id){RSP_ALL, RSP_ALL};
        if (rsp_args_char(args, ':') && !rsp_args_thread(args, &a->id))
            return false;
    }
    return all->n > 0 && rsp_args_end(args);
}

static bool means(const struct rsp_thread_id *id, uint32_t thread)
{
    return (id->pid == RSP_ANY || id->pid == RSP_ALL || id->pid == RSP_PROCESS) &&
           (id->tid == RSP_ANY || id->tid == RSP_ALL || id->tid == thread);
}

static const struct action *action_for(const struct actions *all, uint32_t thread)
{
    for (unsigned i = 0; i < all->n; i++)
        if (means(&all->list[i].id, thread))
            return &all->list[i];
    return NULL;
}

/* A step of a thread that the core is not in. */
static bool choose_off_thread(struct rsp_session *s, const struct actions *all, struct action *chosen)
{
    for (unsigned i = 0; i < all->n; i++) {
        const struct action *a = &all->list[i];
        uint32_t thread = a->id.tid > 0 ? rsp_threads_find(&s->hub->threads, a->id) : 0;
        if (!thread || a->how.how != DEBUG_STEP || action_for(all, thread) != a)
            continue;
        *chosen = *a;
        chosen->how.thread = thread;
        return true;
    }
    return false;
}

/* Of each thread the leftmost action counts. One that steps goes before those that continue: there is one core, and all
 * that runs above a context has to run to its end for it to step. */
static bool choose_action(struct rsp_session *s, const struct actions *all, struct action *chosen)
{
    struct rsp_thread list[RSP_CONTEXTS_MAX];
    unsigned n = rsp_threads_contexts(&s->hub->threads, list, RSP_CONTEXTS_MAX);
    bool found = false;

    for (unsigned i = 0; i < n; i++) {
        const struct action *a = action_for(all, list[i].id);
        if (!a || (found && (chosen->how.how == DEBUG_STEP || a->how.how != DEBUG_STEP)))
            continue;
        *chosen = *a;
        chosen->how.place = list[i].place;
        found = true;
    }
    return (found && chosen->how.how == DEBUG_STEP) || choose_off_thread(s, all, chosen) || found;
}

static enum rsp_outcome vcont(struct rsp_session *s, struct rsp_args *args)
{
    struct actions all;
    struct action a = {0};

    if (!take_vcont(args, &all) || !choose_action(s, &all, &a))
        return rsp_syntax(s);
    if (a.halt) {
        rsp_hub_halt(s->hub, RSP_SIGNAL_NONE);
        s->waiting = s->hub->running;
        rsp_put_stop(s, &(struct debug_stop_info){.stop = DEBUG_HALTED});
        return s->waiting ? RSP_LATER : RSP_SEND;
    }
    if (s->waiting)
        return rsp_fail(s, RSP_ERROR_BUSY, "the target is running");
    return rsp_resume(s, a.how);
}

static enum rsp_outcome vcont_which(struct rsp_session *s, struct rsp_args *args)
{
    rsp_buf_str(&s->reply, "vCont;c;C;s;S;t;r");
    return RSP_SEND;
}

const struct rsp_command rsp_commands_resume[] = {
    {"c", go, RSP_ONCE},
    {"C", go_signal, RSP_ONCE},
    {"s", step, RSP_ONCE},
    {"S", step_signal, RSP_ONCE},
    {"vCont", vcont, RSP_ANYTIME | RSP_ONCE},
    {"vCont?", vcont_which, RSP_WHOLE},
    {0},
};
