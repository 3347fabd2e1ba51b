#include "soc/context_step.h"

#include <stdio.h>
#include <string.h>

#include "soc/contexts.h"

static const struct activation *top(const struct core *c) { return &c->activation[c->n_activations - 1]; }

static uint64_t retired_by_top(const struct core *c)
{
    return top(c)->retired + cpu_retired(c->cpu) - top(c)->retired_at;
}

/* Another context runs at full speed: up to here. */
static void on_change(void *ctx, const struct ev *e)
{
    struct context_step *s = ctx;

    if (s->away)
        core_attention(&s->soc->core);
}

void context_step_init(struct context_step *s, struct soc *soc)
{
    memset(s, 0, sizeof *s);
    s->soc = soc;
    s->patience = CONTEXT_STEP_PATIENCE;
    evlog_follow(&soc->evlog, 1u << EV_ENTRY | 1u << EV_TAILCHAIN | 1u << EV_RETURN | 1u << EV_SLEEP, on_change, s);
}

void context_step_begin(struct context_step *s, unsigned depth)
{
    const struct core *c = &s->soc->core;

    if (depth >= c->n_activations)
        depth = 0;
    unsigned at = c->n_activations - 1 - depth;
    s->active = true;
    s->away = false;
    s->serial = c->activation[at].serial;
    s->parent = at ? c->activation[at - 1].serial : UINT64_MAX;
    s->goal = (depth ? c->activation[at].retired : retired_by_top(c)) + 1;
    s->spent_all = 0;
    if (s->counted)
        memset(s->spent, 0, sizeof s->spent);
    s->counted = false;
}

void context_step_again(struct context_step *s) { s->goal++; }

void context_step_end(struct context_step *s) { s->active = s->away = false; }

static void begin_to_count(struct context_step *s)
{
    if (!s->counted)
        memcpy(s->entered, s->soc->core.exceptions, sizeof s->entered);
    s->counted = true;
}

/* Asleep, an event at a time: that is not what others spend. */
uint64_t context_step_budget(struct context_step *s)
{
    const struct core *c = &s->soc->core;

    s->away = top(c)->serial != s->serial && c->sleep == CORE_AWAKE;
    if (!s->away)
        return 1;
    begin_to_count(s);
    s->began = s->soc->sched.now;
    s->runs = top(c)->exception;
    return UINT64_MAX;
}

static bool is_active(const struct core *c, uint64_t serial)
{
    for (unsigned i = 0; i < c->n_activations; i++)
        if (c->activation[i].serial == serial)
            return true;
    return false;
}

/* Has the stepped instruction retired, or its activation ended? Not while asleep: a step over WFI ends awake. What
 * ended into a sleep on exit, sleeps: nothing of the context below is to run. */
static bool is_over(const struct context_step *s)
{
    const struct core *c = &s->soc->core;

    if (nvic_eligible(&c->nvic)) /* that comes first */
        return false;
    if (top(c)->serial == s->serial)
        return c->sleep == CORE_AWAKE && retired_by_top(c) >= s->goal;
    if ((c->sleep != CORE_AWAKE && c->sleep != CORE_SLEEP_ON_EXIT) || is_active(c, s->serial))
        return false;
    return top(c)->serial == s->parent || c->n_activations == 1;
}

enum context_step_state context_step_look(struct context_step *s)
{
    if (s->away) {
        vtime spent = s->soc->sched.now - s->began;
        s->spent[s->runs] += spent;
        s->spent_all += spent;
        s->away = false;
    }
    if (is_over(s))
        return CONTEXT_STEP_OVER;
    return s->spent_all > s->patience ? CONTEXT_STEP_STARVED : CONTEXT_STEP_GOES_ON;
}

void context_step_explain(const struct context_step *s, char *buf, unsigned size)
{
    char name[48];
    unsigned most = 0;

    for (unsigned e = 1; e < EXC_COUNT; e++)
        most = s->spent[e] > s->spent[most] ? e : most;
    contexts_exception_name(s->soc, most, name, sizeof name);
    snprintf(buf, size, "starved: of %llu ms since, %s took %llu %%, entered %llu times",
             (unsigned long long)(s->spent_all / VTIME_PER_MS), name,
             (unsigned long long)(s->spent_all ? 100 * s->spent[most] / s->spent_all : 0),
             (unsigned long long)(s->soc->core.exceptions[most] - s->entered[most]));
}
