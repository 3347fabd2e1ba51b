/*
 * ? ! k D R vKill vRun vAttach: the target as a process.
 *
 * A debugger that kills ends the run. One in extended mode may want to `run` again afterwards: there the target is
 * reset and held, and the run ends when it leaves.
 */
#include "rsp/commands.h"
#include "rsp/threads.h"

static enum rsp_outcome why(struct rsp_session *s, struct rsp_args *args)
{
    rsp_put_stop(s, &s->hub->last);
    return RSP_SEND;
}

static enum rsp_outcome extend(struct rsp_session *s, struct rsp_args *args)
{
    s->extended = true;
    return rsp_ok(s);
}

static bool our_process(struct rsp_args *args)
{
    uint32_t pid;

    return rsp_args_u32(args, &pid) && pid == RSP_PROCESS && rsp_args_end(args);
}

static void end_process(struct rsp_session *s)
{
    s->waiting = false; /* what kills is not told of the stop that it causes */
    if (s->extended)
        rsp_hub_retire(s->hub);
    else
        rsp_hub_kill(s->hub);
}

static enum rsp_outcome kill_quietly(struct rsp_session *s, struct rsp_args *args)
{
    end_process(s);
    s->closing = !s->extended;
    return RSP_QUIET;
}

static enum rsp_outcome kill_process(struct rsp_session *s, struct rsp_args *args)
{
    if (!our_process(args))
        return rsp_fail(s, RSP_ERROR_REFUSED, "no such process");
    end_process(s);
    return rsp_ok(s);
}

static enum rsp_outcome detach(struct rsp_session *s, struct rsp_args *args)
{
    if (rsp_args_char(args, ';') ? !our_process(args) : !rsp_args_end(args))
        return rsp_syntax(s);
    rsp_hub_detach(s->hub, s);
    return rsp_ok(s);
}

static enum rsp_outcome restart(struct rsp_session *s, struct rsp_args *args)
{
    s->waiting = false;
    rsp_hub_reset(s->hub);
    return RSP_QUIET;
}

static enum rsp_outcome run(struct rsp_session *s, struct rsp_args *args)
{
    rsp_hub_attach(s->hub, s);
    rsp_hub_reset(s->hub);
    return why(s, args);
}

static enum rsp_outcome attach(struct rsp_session *s, struct rsp_args *args)
{
    if (!our_process(args))
        return rsp_fail(s, RSP_ERROR_REFUSED, "no such process");
    rsp_hub_attach(s->hub, s);
    if (s->hub->over)
        rsp_hub_reset(s->hub);
    return why(s, args);
}

const struct rsp_command rsp_commands_process[] = {
    {"?", why, RSP_WHOLE},
    {"!", extend, RSP_WHOLE},
    {"k", kill_quietly, RSP_ANYTIME | RSP_WHOLE},
    {"vKill;", kill_process, RSP_ANYTIME},
    {"D", detach, RSP_ANYTIME},
    {"R", restart, RSP_ANYTIME | RSP_ONCE},
    {"vRun;", run, RSP_ONCE},
    {"vAttach;", attach, 0},
    {0},
};
