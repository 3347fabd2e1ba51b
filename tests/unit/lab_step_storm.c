/*
 * Steps in a storm of interrupts (tests/images/storm.c), beside an undisturbed run of the same chip.
 *
 * That run is a second machine, without a debugger: it goes from one retired instruction to the next until it has come
 * to where a step has landed, which is an activation and how much that has retired. There both must be the same, to the
 * last register, byte, event and unit of time. That watching it so does not disturb it is shown at the end: a third
 * machine that nobody looks at ends in the same state.
 *
 * STORM_STEPS in the environment: how many steps instead of 5000.
 */
#include "tests/unit/lab_step_test.h"

enum { RAM_USED = 0x1000, IRQ_TIMER0 = 8, AWAY = 64 /* so many steps, then another context */ };
static const char *const handlers[] = {"systick", "timer0", "rtc1", "pendsv", "supervisor", "mix"};

static unsigned long steps_wanted(void)
{
    const char *text = getenv("STORM_STEPS");
    return text ? strtoul(text, NULL, 0) : 5000;
}

static const struct core *core_of(const struct rig *r) { return &r->m.soc.core; }
static const struct activation *top(const struct rig *r)
{
    return &core_of(r)->activation[core_of(r)->n_activations - 1];
}
static uint64_t retired(const struct rig *r)
{
    return top(r)->retired + cpu_retired(core_of(r)->cpu) - top(r)->retired_at;
}

/* Everything that a program could see or cause, and when. */
static uint64_t digest(struct rig *r)
{
    struct core *c = &r->m.soc.core;
    uint64_t h = r->hash, state[] = {r->m.soc.sched.now, c->nvic.pending,   c->nvic.active,
                                     c->nvic.enabled,    c->event_register, systick_read(&c->systick, 8, true)};
    for (unsigned n = 0; n < CPU_REGS; n++) {
        uint32_t v = reg(r, (enum cpu_reg)n);
        h = trace_hash_bytes(h, &v, sizeof v);
    }
    h = trace_hash_bytes(h, state, sizeof state);
    return trace_hash_bytes(h, bus_host(&r->m.soc.bus, SOC_RAM_BASE, RAM_USED), RAM_USED);
}

/* The undisturbed run comes to the same place. */
static void follow(struct rig *undisturbed, const struct rig *r)
{
    uint64_t serial = top(r)->serial, goal = retired(r);
    while (top(undisturbed)->serial != serial || retired(undisturbed) != goal ||
           core_of(undisturbed)->sleep != CORE_AWAKE) {
        machine_run(&undisturbed->m, 1);
        if (undisturbed->m.soc.sched.now > r->m.soc.sched.now)
            fail_msg("the undisturbed run does not come by activation %llu after %llu", (unsigned long long)serial,
                     (unsigned long long)goal);
    }
}

static void compare(struct rig *undisturbed, struct rig *r)
{
    follow(undisturbed, r);
    if (digest(undisturbed) != digest(r))
        fail_msg("at 0x%08x, activation %llu after %llu: not the state of the undisturbed run", reg(r, CPU_PC),
                 (unsigned long long)top(r)->serial, (unsigned long long)retired(r));
}

/* Into one of the handlers, by a breakpoint there. */
static void go_elsewhere(struct rig *r, unsigned n)
{
    struct debug_stop_info info = {.stop = DEBUG_RUNNING};
    uint32_t addr = at(r, handlers[n % (sizeof handlers / sizeof *handlers)]);
    assert_true(r->ops->point_add(&r->port, DEBUG_POINT_HW_BREAK, addr, 2));
    for (r->ops->resume(&r->port, DEBUG_CONTINUE, 0); info.stop == DEBUG_RUNNING;)
        r->ops->run(&r->port, &info);
    assert_int_equal(info.stop, DEBUG_BREAKPOINT);
    r->ops->point_remove(&r->port, DEBUG_POINT_HW_BREAK, addr, 2);
}

/* ---- context ----------------------------------------------------------------------------------------------------- */

struct before {
    uint64_t serial, parent, retired;
};

static struct before look(const struct rig *r)
{
    return (struct before){top(r)->serial, core_of(r)->n_activations > 1 ? top(r)[-1].serial : UINT64_MAX, retired(r)};
}

static bool is_active(const struct rig *r, uint64_t serial)
{
    for (unsigned i = 0; i < core_of(r)->n_activations; i++)
        if (core_of(r)->activation[i].serial == serial)
            return true;
    return false;
}

/* The next instruction of the same context; of what it returned to, when it ended. */
static void check_landing(const struct rig *r, const struct before *b)
{
    if (top(r)->serial == b->serial)
        assert_int_equal(retired(r), b->retired + 1);
    else
        assert_true(!is_active(r, b->serial) && top(r)->serial == b->parent);
}

static void end_alike(struct rig *undisturbed, struct rig *r, vtime end)
{
    struct rig *unwatched = rig_new(IMAGES "/storm.elf", end);
    struct rig *all[] = {undisturbed, r, unwatched};
    uint64_t hash[3];
    r->ops->attached(&r->port, false);
    for (unsigned i = 0; i < 3; i++) {
        while (!all[i]->m.end)
            machine_run(&all[i]->m, UINT64_MAX);
        assert_int_equal(all[i]->m.end, MACHINE_END_TIME);
        hash[i] = soc_state_hash(&all[i]->m.soc, all[i]->hash);
    }
    assert_true(hash[0] == hash[1] && hash[1] == hash[2]);
    for (unsigned i = 0; i < 3; i++)
        rig_free(all[i]);
}

/* Long enough for all steps. */
static vtime length(void) { return VTIME_PER_MS * (20 + steps_wanted() / 100); }

static void test_context(void **state)
{
    struct rig *undisturbed = rig_new(IMAGES "/storm.elf", length()), *r = rig_new(IMAGES "/storm.elf", length());
    unsigned long others = 0;
    attach(r);
    for (unsigned long i = 0; i < steps_wanted(); i++) {
        if (i % AWAY == AWAY - 1)
            go_elsewhere(r, (unsigned)(i / AWAY));
        struct before b = look(r);
        uint64_t serial = core_of(r)->next_serial;
        assert_int_equal(step(r, "context"), STEP_LANDED);
        check_landing(r, &b);
        others += core_of(r)->next_serial != serial;
        compare(undisturbed, r);
    }
    assert_true(others > steps_wanted() / 100); /* it was a storm */
    end_alike(undisturbed, r, length());
}

/* ---- many steps at once -------------------------------------------------------------------------------------------
 */

struct walk {
    struct rig *r, *undisturbed;
    unsigned long landed;
};

static bool landed(void *ctx, uint32_t pc)
{
    struct walk *w = ctx;
    w->landed++;
    assert_int_equal(pc, reg(w->r, CPU_PC));
    compare(w->undisturbed, w->r);
    return true;
}

static void test_walk(void **state)
{
    struct walk w = {rig_new(IMAGES "/storm.elf", length()), rig_new(IMAGES "/storm.elf", length()), 0};
    struct debug_stop_info info;
    attach(w.r);
    while (w.landed < steps_wanted()) {
        assert_int_equal(w.r->ops->walk(&w.r->port, AWAY, landed, &w, &info), AWAY);
        assert_int_equal(info.stop, DEBUG_STEPPED);
        go_elsewhere(w.r, (unsigned)w.landed / AWAY);
    }
    end_alike(w.undisturbed, w.r, length());
}

/* ---- raw --------------------------------------------------------------------------------------------------------- */

/* The four things that a halting step may do (C1.5.1); one frame is pushed at most. */
enum outcome { EXECUTED, ENTERED, EXECUTED_AND_ENTERED, TAIL_CHAINED, OUTCOMES };

static enum outcome outcome_of(struct rig *r, const struct before *b, uint64_t next_serial, uint64_t executed)
{
    unsigned opened = (unsigned)(core_of(r)->next_serial - next_serial);
    executed = cpu_retired(core_of(r)->cpu) - executed;
    assert_true(opened <= 1 && executed <= 1);
    if (!opened) {
        assert_int_equal(executed, 1);
        check_landing(r, b);
        return EXECUTED;
    }
    uint32_t vector = get(r, 4 * (uint32_t)top(r)->exception);
    assert_int_equal(reg(r, CPU_PC), vector & ~1u);
    assert_int_equal(retired(r), 0);
    if (!is_active(r, b->serial)) {
        assert_int_equal(executed, 1);
        return TAIL_CHAINED;
    }
    assert_int_equal(top(r)[-1].serial, b->serial);
    assert_int_equal(top(r)[-1].retired, b->retired + executed);
    return executed ? EXECUTED_AND_ENTERED : ENTERED;
}

static void test_raw(void **state)
{
    struct rig *r = rig_new(IMAGES "/storm.elf", length());
    unsigned long seen[OUTCOMES] = {0};
    attach(r);
    for (unsigned long i = 0; i < steps_wanted(); i++) {
        if (i % AWAY == AWAY - 1)
            go_elsewhere(r, (unsigned)(i / AWAY));
        if (i % AWAY == AWAY / 2)
            put(r, ISPR0, 1u << IRQ_TIMER0); /* before the instruction */
        struct before b = look(r);
        uint64_t serial = core_of(r)->next_serial, executed = cpu_retired(core_of(r)->cpu);
        assert_int_equal(step(r, "raw"), STEP_LANDED);
        seen[outcome_of(r, &b, serial, executed)]++;
    }
    for (unsigned i = 0; i < OUTCOMES; i++)
        assert_true(seen[i] > 0);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_context),
        cmocka_unit_test(test_walk),
        cmocka_unit_test(test_raw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
