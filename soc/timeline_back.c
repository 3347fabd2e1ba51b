/*
 * Going back: to a mark, and forward from there to the last place before here that is looked for.
 */
#include "soc/timeline.h"

static struct core *core_of(const struct timeline *t) { return &t->machine->soc.core; }
static uint64_t retired(const struct timeline *t) { return cpu_retired(core_of(t)->cpu); }

/* Sets out for a place: from the last mark that is not behind it. */
static void set_out(struct timeline *t, uint64_t target, enum timeline_back goal)
{
    unsigned i = t->at;
    while (i && t->mark[i].retired > target)
        i--;
    while (i + 1 < t->n && !t->mark[i + 1].jump && t->mark[i + 1].retired <= target)
        i++;
    timeline_return(t, i);
    uint64_t end = timeline_end_of(t, i);
    t->searching = false;
    t->goal = goal;
    t->target = target < end ? target : end;
}

static void go_to_beginning(struct timeline *t) { set_out(t, t->mark[0].retired, TIMELINE_BEGINNING); }

/* What was before, down to the floor. */
static void search_before(struct timeline *t, uint64_t before, uint64_t floor)
{
    set_out(t, before, TIMELINE_HIT);
    t->searching = true;
    t->target = before;
    t->floor = floor;
    t->first = t->at;
    t->found = false;
}

/* Just behind the instruction that is to be undone. */
static uint64_t last_of_context(const struct timeline *t)
{
    const struct core *c = core_of(t);
    for (unsigned n = c->n_activations; n--;)
        if (core_last_retired(c, n))
            return core_last_retired(c, n);
    return retired(t); /* of before a reset */
}

void timeline_step_back(struct timeline *t)
{
    uint64_t last = last_of_context(t);
    timeline_enter_past(t);
    if (last <= t->mark[0].retired)
        go_to_beginning(t);
    else if (last == retired(t))
        set_out(t, last - 1, TIMELINE_THERE);
    else
        search_before(t, retired(t), last - 1);
}

void timeline_search_back(struct timeline *t)
{
    timeline_enter_past(t);
    search_before(t, retired(t), t->mark[0].retired);
}

void timeline_pass_hit(struct timeline *t) { search_before(t, t->hit.retired, t->floor); }

void timeline_halt(struct timeline *t)
{
    if (t->searching)
        set_out(t, t->target, TIMELINE_HALTED);
}

/* ---- on the way -------------------------------------------------------------------------------------------------- */

static bool is_hit(enum core_stop stop)
{
    return stop == CORE_STOP_BREAKPOINT || stop == CORE_STOP_WATCHPOINT || stop == CORE_STOP_HALTED;
}

static void pass(struct timeline *t)
{
    cpu_pass_points(core_of(t)->cpu);
    debug_release(core_of(t));
}

/* The stretch was gone through: to what was found in it, or to the one before. */
static void end_stretch(struct timeline *t)
{
    unsigned first = t->first;
    if (t->found) {
        set_out(t, t->hit.retired + (t->hit.stop == CORE_STOP_WATCHPOINT), TIMELINE_HIT);
    } else if (first && t->mark[first].retired > t->floor) {
        t->target = t->mark[first].jump ? t->mark[first].left : t->mark[first].retired;
        t->first = first - 1;
        timeline_return(t, t->first);
    } else if (t->floor > t->mark[0].retired) {
        set_out(t, t->floor, TIMELINE_THERE);
    } else {
        go_to_beginning(t);
    }
}

static void note_hit(struct timeline *t, enum core_stop stop)
{
    const struct core *c = core_of(t);
    if (retired(t) <= t->floor && t->floor > t->mark[0].retired) /* a step ends there anyway */
        return;
    if (retired(t) >= t->target) /* the one that the search began at: Debug state is entered behind its instruction */
        return;
    if (stop == CORE_STOP_BREAKPOINT && t->counts && !t->counts(t->counts_ctx))
        return;
    t->found = true;
    t->hit = (struct timeline_hit){stop, retired(t), c->watch_addr, c->watch_store};
}

/* False: this stretch has no more. */
static bool search_on(struct timeline *t, enum core_stop *stop)
{
    uint64_t left = t->target - retired(t);
    if (!left)
        return false;
    *stop = timeline_relive(t, left);
    timeline_mark_way(t);
    if (is_hit(*stop)) {
        note_hit(t, *stop);
        pass(t);
        return true;
    }
    return *stop == CORE_STOP_BUDGET || *stop == CORE_STOP_ASLEEP || *stop == CORE_STOP_ATTENTION;
}

/* What led into Debug state may be an instruction that never retired: it is tried once more. */
static bool to_debug_state(const struct timeline *t)
{
    return t->goal == TIMELINE_HIT && t->hit.stop == CORE_STOP_HALTED;
}

static bool is_there(const struct timeline *t, enum core_stop stop)
{
    if (stop == CORE_STOP_ASLEEP || stop == CORE_STOP_ATTENTION)
        return false;
    if (to_debug_state(t))
        return retired(t) > t->target || (stop == CORE_STOP_HALTED && retired(t) == t->target);
    return retired(t) >= t->target || (!is_hit(stop) && stop != CORE_STOP_BUDGET);
}

/* Leaves a mark shortly before the target: it may be one of many steps. */
static enum core_stop approach(struct timeline *t)
{
    enum { NEAR = 1 << 14 };
    uint64_t left = t->target - retired(t);
    enum core_stop stop = timeline_relive(t, left > NEAR ? left - NEAR : left + to_debug_state(t));
    timeline_mark_way(t);
    if (left > NEAR && t->target - retired(t) <= NEAR)
        timeline_mark_here(t, NEAR);
    return stop;
}

/* True: it is there, in the last state before the next instruction. */
static bool travel_on(struct timeline *t, enum core_stop *stop)
{
    if (t->goal == TIMELINE_BEGINNING)
        return true;
    if (t->goal == TIMELINE_HALTED && t->target >= t->present.retired) {
        timeline_live(t);
        return true;
    }
    *stop = approach(t);
    bool there = is_there(t, *stop);
    if (!there && is_hit(*stop))
        pass(t);
    return there;
}

enum timeline_back timeline_go_back(struct timeline *t)
{
    enum { STOPS_A_SLICE = 512 };
    enum core_stop stop = CORE_STOP_BUDGET;
    for (unsigned i = 0; i < STOPS_A_SLICE && stop != CORE_STOP_ATTENTION; i++) {
        if (!t->searching && travel_on(t, &stop))
            return t->goal;
        if (t->searching && !search_on(t, &stop))
            end_stretch(t);
    }
    return TIMELINE_GOING;
}
