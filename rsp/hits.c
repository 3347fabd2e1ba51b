#include "rsp/hits.h"

#include "rsp/agent.h"
#include "rsp/session.h"
#include "rsp/threads.h"

enum { EVERYBODY = -1 };

static bool evaluate(struct rsp_hub *h, const struct rsp_agent *a, const struct rsp_program *p)
{
    uint64_t value;

    /* What cannot be evaluated is a stop: the debugger looks for itself. */
    return !rsp_agent_run(a, h->points.programs.code + p->at, p->len, &value) || value != 0;
}

/* True when one of the conditions is, or when there is none. */
static bool holds(struct rsp_hub *h, const struct rsp_agent *a, uint32_t pc, unsigned owner)
{
    unsigned at = 0, n = 0;
    const struct rsp_program *p;

    for (; (p = rsp_programs_next(&h->points.programs, RSP_PROGRAM_CONDITION, pc, owner, &at)); n++)
        if (evaluate(h, a, p))
            return true;
    return n == 0;
}

static void print(void *session, const char *text)
{
    struct rsp_session *s = session;

    if (s && s->waiting)
        rsp_session_print(s, text);
}

static bool carry_out(struct rsp_hub *h, const struct rsp_agent *a, uint32_t pc, unsigned owner)
{
    unsigned at = 0, n = 0;
    const struct rsp_program *p;

    for (; (p = rsp_programs_next(&h->points.programs, RSP_PROGRAM_COMMAND, pc, owner, &at)); n++)
        evaluate(h, a, p);
    return n > 0;
}

uint32_t rsp_hits_breakpoint(struct rsp_hub *h, uint32_t pc)
{
    uint32_t owners = rsp_points_breakers(&h->points, pc), stop = 0;
    struct rsp_agent a = {
        .target = h->target, .threads = &h->threads, .thread = rsp_threads_current(&h->threads), .print = print};

    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++) {
        a.print_ctx = h->sessions[i];
        if (owners >> i & 1 && holds(h, &a, pc, i) && !carry_out(h, &a, pc, i))
            stop |= 1u << i;
    }
    return owners ? stop : (uint32_t)EVERYBODY;
}

bool rsp_hits_count(void *hub)
{
    struct rsp_hub *h = hub;
    struct rsp_agent a = {
        .target = h->target, .threads = &h->threads, .thread = rsp_threads_current(&h->threads), .print = print};
    uint32_t pc, owners;

    if (!rsp_threads_reg_get(&h->threads, a.thread, CPU_PC, &pc))
        return true;
    owners = rsp_points_breakers(&h->points, pc);
    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++)
        if (owners >> i & 1 && holds(h, &a, pc, i))
            return true;
    return !owners;
}

uint32_t rsp_hits_watchpoint(const struct rsp_hub *h, const struct debug_stop_info *info)
{
    uint32_t owners = rsp_points_watchers(&h->points, info->point, info->addr);

    return owners ? owners : (uint32_t)EVERYBODY;
}
