/*
 * bs bc: letting the target go back. It stops there as on the way forward, or where its history begins.
 */
#include "rsp/commands.h"

static enum rsp_outcome back(struct rsp_session *s, enum debug_resume how)
{
    if (!s->hub->target->ops->goes_back)
        return RSP_SEND; /* as one that does not know it */
    return rsp_resume(s, (struct rsp_resume){.how = how});
}

static enum rsp_outcome step_back(struct rsp_session *s, struct rsp_args *args) { return back(s, DEBUG_STEP_BACK); }

static enum rsp_outcome go_back(struct rsp_session *s, struct rsp_args *args) { return back(s, DEBUG_CONTINUE_BACK); }

const struct rsp_command rsp_commands_reverse[] = {
    {"bs", step_back, RSP_WHOLE | RSP_ONCE},
    {"bc", go_back, RSP_WHOLE | RSP_ONCE},
    {0},
};
