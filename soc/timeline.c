#include "soc/timeline.h"

#include <string.h>

static uint64_t retired(const struct timeline *t) { return cpu_retired(t->machine->soc.core.cpu); }

/* Entering and leaving an exception, and what peripherals do, take time besides the instructions. */
static uint64_t work(const struct timeline *t)
{
    enum { ACTIVATION = 512, EVENT = 16 };
    const struct soc *s = &t->machine->soc;
    return retired(t) + s->core.next_serial * ACTIVATION + s->sched.fired * EVENT;
}

/* ---- marks ------------------------------------------------------------------------------------------------------- */

static struct timeline_mark take(struct timeline *t)
{
    struct machine *m = t->machine;
    const struct soc_snapshot *before = t->n ? t->mark[t->at].snapshot : NULL;
    return (struct timeline_mark){.snapshot = soc_snapshot_take_after(&m->soc, before),
                                  .place = tape_place(t->tape),
                                  .spin = m->spin,
                                  .waits_for_input = m->waits_for_input,
                                  .fault_reported = m->fault_reported,
                                  .now = m->soc.sched.now,
                                  .retired = retired(t),
                                  .work = work(t)};
}

static void restore(struct timeline *t, const struct timeline_mark *mark)
{
    struct machine *m = t->machine;
    soc_snapshot_restore(&m->soc, mark->snapshot);
    tape_go(t->tape, &mark->place);
    m->spin = mark->spin;
    m->waits_for_input = mark->waits_for_input;
    m->fault_reported = mark->fault_reported;
    debug_hold(&m->soc.core, false); /* whether it is held is the debugger's */
}

static void drop(struct timeline *t, unsigned i)
{
    soc_snapshot_free(t->mark[i].snapshot);
    t->n--;
    memmove(&t->mark[i], &t->mark[i + 1], (t->n - i) * sizeof *t->mark);
    t->at -= t->at > i;
    t->first -= t->first > i;
}

static void drop_from(struct timeline *t, unsigned i)
{
    while (t->n > i)
        soc_snapshot_free(t->mark[--t->n].snapshot);
}

static uint64_t distance(uint64_t a, uint64_t b) { return a > b ? a - b : b - a; }

/* The mark that is missed least, where they lie dense for their distance; 0: none can be spared. */
static unsigned most_dispensable(const struct timeline *t)
{
    enum { SCALE = 1024 };
    uint64_t here = work(t), least = UINT64_MAX;
    unsigned which = 0;
    for (unsigned i = 1; i + 1 < t->n; i++) {
        const struct timeline_mark *mark = &t->mark[i];
        uint64_t gap = mark[1].work - mark[-1].work, away = distance(here, mark->work) + TIMELINE_INTERVAL;
        bool needed = mark->jump || i == t->at || (t->searching && i == t->first);
        if (needed || gap * SCALE / away >= least)
            continue;
        least = gap * SCALE / away;
        which = i;
    }
    return which;
}

/* Makes room for one more. When all are needed, history loses its beginning; not while one looks at it. */
static bool make_room(struct timeline *t)
{
    if (t->n < TIMELINE_MARKS)
        return true;
    unsigned which = most_dispensable(t);
    if (!which && (t->past || !t->at))
        return false;
    drop(t, which);
    return true;
}

/* Behind the mark that was passed last. */
static void insert(struct timeline *t, bool jump)
{
    if (!make_room(t))
        return;
    struct timeline_mark mark = take(t);
    mark.jump = jump;
    mark.left = t->left;
    unsigned i = t->n ? t->at + 1 : 0;
    memmove(&t->mark[i + 1], &t->mark[i], (t->n - i) * sizeof *t->mark);
    t->mark[i] = mark;
    t->n++;
    t->at = i;
}

static uint64_t work_of_next(const struct timeline *t)
{
    return t->at + 1 < t->n ? t->mark[t->at + 1].work : t->past ? t->present.work : UINT64_MAX;
}

void timeline_mark_way(struct timeline *t)
{
    while (t->at + 1 < t->n && !t->mark[t->at + 1].jump && t->mark[t->at + 1].retired <= retired(t))
        t->at++;
    uint64_t here = work(t);
    if (here - t->mark[t->at].work >= TIMELINE_INTERVAL && here + TIMELINE_INTERVAL / 2 < work_of_next(t))
        insert(t, false);
}

void timeline_mark_here(struct timeline *t, uint64_t distance)
{
    if (work(t) - t->mark[t->at].work >= distance)
        insert(t, false);
}

/* ---- the present, and changes ------------------------------------------------------------------------------------ */

static void note_where(struct timeline *t)
{
    t->last_retired = retired(t);
    t->last_now = t->machine->soc.sched.now;
}

static void be_quiet(struct timeline *t, bool quiet)
{
    struct machine *m = t->machine;
    evlog_mute(&m->soc.evlog, quiet);
    m->log.muted = m->relives = quiet;
    tape_play(t->tape, quiet);
}

static void leave_past(struct timeline *t)
{
    soc_snapshot_free(t->present.snapshot);
    t->past = false;
    be_quiet(t, false);
}

void timeline_live(struct timeline *t)
{
    if (!t->past)
        return;
    restore(t, &t->present);
    t->machine->end = t->end;
    t->at = t->n - 1;
    leave_past(t);
    note_where(t);
}

/* The core ran as the debug registers told it to, or time passed while it was held. */
static bool was_moved(const struct timeline *t)
{
    return retired(t) != t->last_retired || t->machine->soc.sched.now != t->last_now;
}

/* History jumps from how it came here to what the debugger has made of it. */
static void settle_change(struct timeline *t)
{
    if (!t->past && !t->changed && was_moved(t)) {
        t->changed = true;
        t->left = t->last_retired;
    }
    if (!t->changed)
        return;
    t->changed = false;
    const struct timeline_mark *mark = &t->mark[t->at];
    if (mark->retired == t->left && (mark->jump || t->n == 1)) { /* nothing lies between two changes */
        t->left = mark->left;
        drop(t, t->at);
        t->at -= t->at == t->n && t->n;
    }
    insert(t, t->n > 0);
    note_where(t);
}

void timeline_enter_past(struct timeline *t)
{
    settle_change(t);
    if (t->past)
        return;
    t->present = take(t);
    t->end = t->machine->end;
    t->machine->end = MACHINE_RUNNING;
    t->past = true;
    be_quiet(t, true);
}

void timeline_change(struct timeline *t)
{
    if (!timeline_is_on(t))
        return;
    if (t->past) {
        drop_from(t, t->at + 1);
        tape_cut(t->tape);
        leave_past(t);
    }
    if (!t->changed)
        t->left = retired(t);
    t->changed = true;
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

void timeline_return(struct timeline *t, unsigned mark)
{
    restore(t, &t->mark[mark]);
    debug_release(&t->machine->soc.core); /* from where it is, it goes on */
    t->at = mark;
}

enum core_stop timeline_relive(struct timeline *t, uint64_t budget)
{
    struct machine *m = t->machine;
    enum core_stop stop = machine_run(m, budget);
    if (m->end != MACHINE_END_INTERRUPT)
        m->end = MACHINE_RUNNING; /* it did not end here, or a debugger let it go on */
    return stop;
}

/* The mark at which the stretch ends that this one belongs to; n: it ends in the present. */
static unsigned next_jump(const struct timeline *t, unsigned mark)
{
    do
        mark++;
    while (mark < t->n && !t->mark[mark].jump);
    return mark;
}

uint64_t timeline_end_of(const struct timeline *t, unsigned mark)
{
    unsigned next = next_jump(t, mark);
    return next < t->n ? t->mark[next].left : t->present.retired;
}

static enum core_stop run_in_past(struct timeline *t, uint64_t budget)
{
    unsigned next = next_jump(t, t->at);
    uint64_t end = timeline_end_of(t, t->at), left = end - retired(t);
    enum core_stop stop = CORE_STOP_ATTENTION;
    if (left)
        stop = timeline_relive(t, budget < left ? budget : left);
    if (retired(t) < end) {
        timeline_mark_way(t);
        return stop;
    }
    if (next < t->n)
        timeline_return(t, next);
    else
        timeline_live(t);
    return budget <= left ? CORE_STOP_BUDGET : CORE_STOP_ATTENTION;
}

static void begin_anew(struct timeline *t)
{
    drop_from(t, 0);
    t->at = 0;
    tape_forget(t->tape);
    insert(t, false);
}

enum core_stop timeline_run(struct timeline *t, uint64_t budget)
{
    if (!timeline_is_on(t))
        return machine_run(t->machine, budget);
    settle_change(t);
    if (t->past)
        return run_in_past(t, budget);
    enum core_stop stop = machine_run(t->machine, budget);
    if (tape_size(t->tape) > t->tape_max)
        begin_anew(t);
    timeline_mark_way(t);
    note_where(t);
    return stop;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

void timeline_init(struct timeline *t, struct machine *m)
{
    memset(t, 0, sizeof *t);
    t->machine = m;
    t->tape_max = TIMELINE_TAPE_MAX;
}

void timeline_start(struct timeline *t)
{
    t->tape = tape_new();
    t->at = 0;
    t->changed = t->searching = false;
    console_tape(&t->machine->console, t->tape);
    t->machine->semihosting.tape = t->tape;
    insert(t, false);
    note_where(t);
}

void timeline_stop(struct timeline *t)
{
    if (!timeline_is_on(t))
        return;
    timeline_live(t);
    drop_from(t, 0);
    console_tape(&t->machine->console, NULL);
    t->machine->semihosting.tape = NULL;
    tape_free(t->tape);
    t->tape = NULL;
}

size_t timeline_size(const struct timeline *t)
{
    size_t size = timeline_is_on(t) ? tape_size(t->tape) : 0;
    for (unsigned i = 0; i < t->n; i++)
        size += soc_snapshot_size(t->mark[i].snapshot);
    return size + (t->past ? soc_snapshot_size(t->present.snapshot) : 0);
}
