#include "rsp/steps.h"

#include <stdio.h>
#include <string.h>

#include "rsp/commands.h"
#include "step/step.h"

static bool has_point(void *hub, uint32_t addr) { return rsp_points_at(&((struct rsp_hub *)hub)->points, addr); }

/* Those that a probe would need comparators for. */
static unsigned count_points(void *hub)
{
    const struct rsp_points *p = &((struct rsp_hub *)hub)->points;
    unsigned n = 0;

    for (unsigned i = 0; i < p->n; i++)
        n += p->list[i].kind <= DEBUG_POINT_HW_BREAK && p->list[i].addr < 0x20000000;
    return n;
}

void rsp_steps_init(struct rsp_hub *h)
{
    step_init(&h->stepper, h->target->access, h->target);
    h->stepper.points = (struct step_points){.at = has_point, .count = count_points, .ctx = h};
    h->stepping = false;
}

void rsp_steps_begin(struct rsp_hub *h, unsigned place)
{
    h->stepping = true;
    step_begin(&h->stepper, place);
}

void rsp_steps_end(struct rsp_hub *h)
{
    if (h->stepping)
        step_abort(&h->stepper);
    h->stepping = false;
    step_forget(&h->stepper);
}

bool rsp_steps_pass(struct rsp_hub *h) { return !h->stepping || step_go_on(&h->stepper); }

/* The target holds the core, whatever the algorithm left it doing, and says why it stands. */
static void ask_target(struct rsp_hub *h, struct debug_stop_info *out)
{
    h->target->ops->halt(h->target->ctx);
    h->target->ops->run(h->target->ctx, out);
}

static void landed(struct rsp_hub *h, struct debug_stop_info *out)
{
    if (!h->stepper.algorithm->needs_target)
        ask_target(h, out);
    *out = (struct debug_stop_info){.stop = DEBUG_STEPPED, .text = h->stepper.report.stop.text};
}

static void stopped(struct rsp_hub *h, struct debug_stop_info *out)
{
    if (h->stepper.report.stop.stop != DEBUG_RUNNING)
        *out = h->stepper.report.stop;
    else
        h->target->ops->run(h->target->ctx, out);
}

static void failed(struct rsp_hub *h, struct debug_stop_info *out)
{
    *out = (struct debug_stop_info){.stop = DEBUG_STARVED, .text = h->stepper.report.text};
}

static void locked_up(struct rsp_hub *h, struct debug_stop_info *out)
{
    ask_target(h, out);
    *out = (struct debug_stop_info){.stop = DEBUG_LOCKUP, .text = h->stepper.report.text};
}

/* As with the tool: the debugger goes on waiting, and may halt the core. */
static void left_running(struct rsp_hub *h, struct debug_stop_info *out)
{
    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++)
        if (h->sessions[i] && h->sessions[i]->waiting) {
            rsp_session_print(h->sessions[i], h->stepper.report.text);
            rsp_session_print(h->sessions[i], "\n");
        }
    h->resume.how = DEBUG_CONTINUE;
    h->resume.range_start = h->resume.range_end = 0;
    h->target->ops->resume(h->target->ctx, DEBUG_CONTINUE, 0);
    if (h->halt_asked)
        h->target->ops->halt(h->target->ctx);
    out->stop = DEBUG_RUNNING;
}

static void aborted(struct rsp_hub *h, struct debug_stop_info *out)
{
    step_abort(&h->stepper);
    ask_target(h, out);
    out->stop = DEBUG_HALTED;
}

static void count(struct rsp_hub *h, enum step_end end)
{
    h->step_counts.ended[end]++;
    h->step_counts.noted += h->stepper.report.notes != 0;
    h->step_counts.accesses += h->stepper.report.accesses;
}

void rsp_steps_run(struct rsp_hub *h, struct debug_stop_info *out)
{
    static void (*const report[])(struct rsp_hub *, struct debug_stop_info *) = {
        [STEP_LANDED] = landed,    [STEP_STOPPED] = stopped,
        [STEP_STARVED] = failed,   [STEP_LEFT_RUNNING] = left_running,
        [STEP_REFUSED] = failed,   [STEP_LOCKED_UP] = locked_up,
        [STEP_RUN_OVER] = stopped,
    };

    enum step_end end = step_advance(&h->stepper);
    if (end == STEP_UNDER_WAY && h->halt_asked && !h->stepper.algorithm->needs_target) {
        h->stepping = false;
        aborted(h, out);
    } else if (end != STEP_UNDER_WAY) {
        count(h, end);
        h->stepping = h->stepper.algorithm->needs_target && end == STEP_STOPPED;
        report[end](h, out);
    }
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static void say(struct rsp_session *s, const struct step_algorithm *a)
{
    char line[160];

    snprintf(line, sizeof line, "%c %-9s %s\n", a == s->hub->stepper.algorithm ? '*' : ' ', a->name, a->help);
    rsp_console(s, line);
}

/* NULL, or why not. */
static const char *choose(struct rsp_hub *h, const char *name)
{
    const struct step_algorithm *chosen = step_algorithm_find(name);

    if (!chosen)
        return "no such policy; `monitor step-policy' lists them";
    if (h->running)
        return "the target is running";
    if (!chosen->needs_target && !h->stepper.access)
        return "the target has no debug registers";
    h->stepper.algorithm = chosen;
    return NULL;
}

bool rsp_steps_command(struct rsp_session *s, const char *args)
{
    char name[32] = "";

    sscanf(args, "%31s", name);
    const char *error = *name ? choose(s->hub, name) : NULL;
    if (error) {
        rsp_console(s, error);
        rsp_console(s, "\n");
        return false;
    }
    const struct step_algorithm *chosen = *name ? s->hub->stepper.algorithm : NULL;
    for (unsigned i = 0; i < step_algorithms_count; i++)
        if (!chosen || chosen == step_algorithms[i])
            say(s, step_algorithms[i]);
    return true;
}

/* ---- for programs ------------------------------------------------------------------------------------------------ */

static enum rsp_outcome get_policy(struct rsp_session *s, struct rsp_args *args)
{
    rsp_buf_str(&s->reply, s->hub->stepper.algorithm->name);
    return RSP_SEND;
}

static enum rsp_outcome set_policy(struct rsp_session *s, struct rsp_args *args)
{
    char name[32] = "";
    size_t len = rsp_args_left(args);

    if (len == 0 || len >= sizeof name)
        return rsp_syntax(s);
    memcpy(name, args->at, len);
    const char *error = choose(s->hub, name);
    return error ? rsp_fail(s, RSP_ERROR_REFUSED, error) : rsp_ok(s);
}

/* "policy:context;landed:12;stopped:1;…;noted:0;accesses:0", since the first debugger came. */
static enum rsp_outcome get_counts(struct rsp_session *s, struct rsp_args *args)
{
    struct rsp_hub *h = s->hub;

    rsp_buf_fmt(&s->reply, "policy:%s;", h->stepper.algorithm->name);
    for (unsigned end = STEP_LANDED; end <= STEP_RUN_OVER; end++)
        rsp_buf_fmt(&s->reply, "%s:%llx;", step_end_name((enum step_end)end), h->step_counts.ended[end]);
    rsp_buf_fmt(&s->reply, "noted:%llx;accesses:%llx", h->step_counts.noted, h->step_counts.accesses);
    return RSP_SEND;
}

const struct rsp_command rsp_commands_steps[] = {{"qStepPolicy", get_policy, RSP_WHOLE},
                                                 {"QStepPolicy:", set_policy, 0},
                                                 {"qStepStats", get_counts, RSP_WHOLE},
                                                 {0}};
