/*
 * Every way of stepping through the hazards that docs/STEPPING.md names: where it lands, and what it leaves behind. A
 * wrong landing of a tool that lands there is right here.
 */
#include "tests/unit/lab_step_test.h"

/* So many steps from `start`, and where each algorithm is then; NULL: that one is not asked. "!running" and the like:
 * how the last step ended instead of landing. */
struct hazard {
    const char *id;
    void (*prepare)(struct rig *r);
    const char *start;
    unsigned steps;
    const char *lands[ALGORITHMS];
    void (*check)(struct rig *r, unsigned algorithm);
};

/* ---- preparations ------------------------------------------------------------------------------------------------ */

static void nested(struct rig *r)
{
    put(r, at(r, "nested"), 1u << IRQ_HIGH);
    pend(r, IRQ_LOW);
}

/* Brings the core into a handler, as the chip would. */
static void enter(struct rig *r, unsigned irq)
{
    pend(r, irq);
    assert_int_equal(step(r, "raw"), STEP_LANDED);
    assert_int_equal(reg(r, CPU_XPSR) & 0x1FF, EXC_IRQ0 + irq);
}

static void leaving_low(struct rig *r)
{
    set(r, CPU_PC, at(r, "idle"));
    enter(r, IRQ_LOW);
    pend(r, IRQ_PEER);
}

static void pendsv_and_high(struct rig *r)
{
    put(r, 0xE000ED04, BIT_PENDSV);
    pend(r, IRQ_HIGH);
}

static void in_mid(struct rig *r)
{
    set(r, CPU_PC, at(r, "idle"));
    enter(r, IRQ_MID);
}

static void every_100_cycles(struct rig *r) { ticks(r, 100); }
static void every_30_cycles(struct rig *r) { ticks(r, 30); }

static void primask_low_pending(struct rig *r)
{
    set(r, CPU_PRIMASK, 1);
    pend(r, IRQ_MID);
}

static void mid_pending(struct rig *r) { pend(r, IRQ_MID); }

static void basepri_mid_pending(struct rig *r)
{
    set(r, CPU_BASEPRI, 0x40);
    set(r, CPU_R0 + 4, 0);
    pend(r, IRQ_MID);
}

static void masked(struct rig *r)
{
    set(r, CPU_PRIMASK, 1);
    set(r, CPU_BASEPRI, 0x60);
}

static void faultmask_nmi(struct rig *r)
{
    set(r, CPU_FAULTMASK, 1);
    put(r, 0xE000ED04, (uint32_t)BIT_NMI);
}

static void in_lowers(struct rig *r)
{
    set(r, CPU_PC, at(r, "idle"));
    enter(r, IRQ_LOWERS);
    set(r, CPU_R0, 0xE0);
    set(r, CPU_R0 + 1, IPR + IRQ_LOWERS);
    pend(r, IRQ_LOW);
}

static void cell(struct rig *r) { set(r, CPU_R0 + 4, at(r, "cell")); }

/* Registers for POP, and where it returns to. */
static void frame(struct rig *r)
{
    uint32_t sp = reg(r, CPU_SP) - 36;
    for (unsigned i = 0; i < 8; i++)
        put(r, sp + 4 * i, i);
    put(r, sp + 32, at(r, "h23_next") | 1);
    set(r, CPU_SP, sp);
}

static void frame_mid_pending(struct rig *r)
{
    frame(r);
    pend(r, IRQ_MID);
}

static void sleep_clock(struct rig *r)
{
    r->m.soc.core.sleep_clock_runs = true;
    ticks(r, 1000);
}

static void sleep_on_exit(struct rig *r)
{
    set(r, CPU_PC, at(r, "idle"));
    enter(r, IRQ_LOW);
    put(r, SCR, SCR_SLEEPONEXIT);
}

static void syscall_time(struct rig *r)
{
    set(r, CPU_R0, 0x11);
    set(r, CPU_R0 + 1, 0);
}

/* ---- what is left ------------------------------------------------------------------------------------------------ */

/* Both handlers have run, and nothing is lost. */
static void both_served(struct rig *r, unsigned a)
{
    bool served = a == CONTEXT || a == AUTO || a == SOFTWARE;
    assert_int_equal(ran_irq(r, IRQ_LOW), served);
    assert_int_equal(ran_irq(r, IRQ_HIGH), served);
    assert_int_equal(get(r, ISPR0) >> IRQ_LOW & 1, a == MASK);
}

static void pendsv_served(struct rig *r, unsigned a)
{
    bool served = a == CONTEXT || a == AUTO || a == SOFTWARE;
    assert_int_equal(ran(r, EXC_PENDSV), served);
    assert_int_equal(ran_irq(r, IRQ_HIGH), served || a == DEBUGMON);
}

static void ticked(struct rig *r, unsigned a)
{
    if (a == MASK)
        assert_int_equal(ran(r, EXC_SYSTICK), 0);
    else
        assert_true(ran(r, EXC_SYSTICK) > 0);
}

static void culprit(struct rig *r, unsigned a)
{
    if (a == CONTEXT)
        assert_non_null(strstr(r->stepper.report.text, "SysTick took 100 %"));
}

/* The mask is gone after each step: an interrupt that waited runs at once. */
static void mid_waits(struct rig *r, unsigned a)
{
    if (a == MASK || a == AUTO) {
        assert_int_equal(ran_irq(r, IRQ_MID), 0);
        assert_int_equal(step(r, "context"), STEP_LANDED);
    }
    assert_int_equal(ran_irq(r, IRQ_MID), a != RAW && a != DEBUGMON);
}

static void one_mid(struct rig *r, unsigned a) { assert_true(ran_irq(r, IRQ_MID) <= 1); }

static void masks_are_the_programs(struct rig *r, unsigned a)
{
    assert_int_equal(reg(r, CPU_R0 + 4), 1);
    assert_int_equal(reg(r, CPU_R0 + 5), 0x60);
    assert_int_equal(reg(r, CPU_PRIMASK), 1);
    assert_int_equal(reg(r, CPU_BASEPRI), 0x60);
}

static void primask_is_clear(struct rig *r, unsigned a)
{
    if (a != DEBUGMON)
        assert_int_equal(reg(r, CPU_PRIMASK), 0);
}

static void basepri_is_clear(struct rig *r, unsigned a)
{
    if (a != DEBUGMON)
        assert_int_equal(reg(r, CPU_BASEPRI), 0);
}

static void stored(struct rig *r, unsigned a) { assert_int_equal(get(r, at(r, "cell")), 1); }

static void popped(struct rig *r, unsigned a)
{
    for (unsigned i = 0; a != RAW && i < 8; i++)
        assert_int_equal(reg(r, CPU_R0 + i), i);
}

static void added_where_false(struct rig *r, unsigned a)
{
    if (a == RAW) /* in the handler: the block waits in the frame */
        return;
    assert_int_equal(reg(r, CPU_R0 + 4), 0);
    assert_int_equal(reg(r, CPU_R0 + 5), 1);
    assert_int_equal(reg(r, CPU_XPSR) & 0x0600FC00, 0);
}

static void sleeps(struct rig *r, unsigned a)
{
    if (a == CONTEXT) {
        assert_string_equal(r->stepper.report.text, "asleep: SLEEPONEXIT");
        assert_true(r->m.soc.core.state.asleep);
    }
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

#define ALL(label) label, label, label, label, label, label

static const struct hazard hazards[] = {
    {"H01", nested, "h01", 1, {"h01_next", "low", "h01_next", "h01_next", "h01_next", "low"}, both_served},
    {"H02", leaving_low, "isr_last", 1, {"idle", "peer", "idle", "idle", "!left-running", "peer"}, NULL},
    {"H03",
     pendsv_and_high,
     "h01",
     1,
     {"h01_next", "high", "h01_next", "h01_next", "h01_next", "pendsv+2"},
     pendsv_served},
    {"H04", in_mid, "isr", 1, {NULL, NULL, NULL, NULL, NULL, "idle+2"}, NULL},
    {"H05", every_100_cycles, "h05", 180, {"h05+360", NULL, "h05+360", "h05+360", "h05+360", NULL}, ticked},
    {"H47", every_30_cycles, "h05", 40, {"!starved", NULL, "h05+80", "!left-running", "!left-running", NULL}, culprit},
    {"H07", primask_low_pending, "h07", 1, {"h07_next", "mid", "h07_next", "h07_next", "h07_next", NULL}, mid_waits},
    {"H08", mid_pending, "h08", 4, {"h08_next", NULL, "h08_next", "h08_next", "h08_next", NULL}, one_mid},
    {"H08 monitor", NULL, "h08", 1, {NULL, NULL, NULL, NULL, NULL, "h08_next+2"}, NULL},
    {"H09", basepri_mid_pending, "h09", 1, {"h09_next", "mid", "h09_next", "h09_next", "h09_next", NULL}, mid_waits},
    {"H10", masked, "h10", 2, {"h10_end", "h10_end", "h10_end", "h10_end", "h10_end", NULL}, masks_are_the_programs},
    {"H11", faultmask_nmi, "h01", 1, {"h01_next", "nmi", "nmi", "h01_next", "h01_next", NULL}, NULL},
    {"H12", in_lowers, "lowers", 1, {"h12_next", "low", "h12_next", "h12_next", "h12_next", NULL}, NULL},
    {"H13",
     primask_low_pending,
     "h07",
     1,
     {"h07_next", "mid", "h07_next", "h07_next", "h07_next", NULL},
     primask_is_clear},
    {"H14",
     basepri_mid_pending,
     "h09",
     1,
     {"h09_next", "mid", "h09_next", "h09_next", "h09_next", NULL},
     basepri_is_clear},
    {"H15", NULL, "h15", 1, {"h15_next", "supervisor", "supervisor", "supervisor", "h15_next", "h15_next+2"}, NULL},
    {"H20", cell, "h20", 5, {"h20_next", "h20_next", "h20_next", "h20_next", NULL, NULL}, stored},
    {"H20 software", cell, "h20", 1, {NULL, NULL, NULL, NULL, "h20_3", NULL}, stored},
    {"H20 monitor", cell, "h20", 5, {NULL, NULL, NULL, NULL, NULL, "h20"}, NULL},
    {"H21 1", NULL, "h21", 1, {"h21_1", "h21_1", "h21_1", "h21_1", "h21_2", "h21_1"}, NULL},
    {"H21 2", NULL, "h21", 2, {"h21_2", "h21_2", "h21_2", "h21_2", "h21_next", "h21_2"}, NULL},
    {"H21 3", NULL, "h21", 3, {"h21_next", "h21_next", "h21_next", "h21_next", NULL, NULL}, added_where_false},
    {"H22", NULL, "h21", 3, {"h21_next", NULL, "h21_next", "h21_next", NULL, NULL}, added_where_false},
    {"H23", frame_mid_pending, "h23", 1, {"h23_next", "mid", "h23_next", "h23_next", "h23_next", NULL}, popped},
    {"H24", sleep_clock, "h24", 1, {"h24_next", "systick", "h24_next", "h24_next", "h24_next", NULL}, NULL},
    {"H24 for ever",
     NULL,
     "h24",
     1,
     {"!starved", "!left-running", "!left-running", "!left-running", "!left-running", NULL},
     NULL},
    {"H25", sleep_clock, "h25", 3, {"h25_next", "systick", "h25_next", "h25_next", "h25_next", NULL}, NULL},
    {"H25 for ever",
     NULL,
     "h25",
     3,
     {"!starved", "!left-running", "!left-running", "!left-running", "!left-running", NULL},
     NULL},
    {"H26", sleep_on_exit, "isr_last", 1, {"idle", NULL, NULL, NULL, "!left-running", NULL}, sleeps},
    {"H38", syscall_time, "h38", 1, {"h38_next", "h38_next", "h38_next", "h38_next", "h38_next", NULL}, NULL},
    {"plain", NULL, "h01", 2, {ALL("h01+4")}, NULL},
};

/* What the stepper landed on: with a monitor, what that has interrupted. */
static uint32_t landing(struct rig *r, unsigned algorithm)
{
    uint32_t pc;
    if (algorithm != DEBUGMON)
        return reg(r, CPU_PC);
    assert_int_equal(reg(r, CPU_XPSR) & 0x1FF, EXC_DEBUGMON);
    assert_true(r->ops->context_reg_get(&r->port, 1, CPU_PC, &pc));
    return pc;
}

static uint32_t wanted(struct rig *r, const char *label)
{
    char name[32];
    unsigned offset = 0;
    sscanf(label, "%31[^+]+%u", name, &offset);
    return at(r, name) + offset;
}

static void one(const struct hazard *h, unsigned algorithm)
{
    struct rig *r = rig_new(IMAGES "/steps.elf", VTIME_NEVER);
    const char *want = h->lands[algorithm];
    char text[128];
    enum step_end end = STEP_LANDED;
    attach(r);
    prepare(r);
    if (h->prepare)
        h->prepare(r);
    set(r, CPU_PC, at(r, h->start));
    for (unsigned i = 0; i < h->steps && end == STEP_LANDED; i++)
        end = step(r, names[algorithm]);
    if (*want == '!' && strcmp(step_end_name(end), want + 1))
        fail_msg("%s %s: %s at %s", h->id, names[algorithm], step_end_name(end), where(r, text, sizeof text));
    if (*want != '!' && (end != STEP_LANDED || landing(r, algorithm) != wanted(r, want)))
        fail_msg("%s %s: %s at %s (%08x), not at %s: %s", h->id, names[algorithm], step_end_name(end),
                 where(r, text, sizeof text), landing(r, algorithm), want, r->stepper.report.text);
    if (h->check)
        h->check(r, algorithm);
    rig_free(r);
}

static void test_hazard(void **state)
{
    const struct hazard *h = *state;
    for (unsigned a = 0; a < ALGORITHMS; a++)
        if (h->lands[a])
            one(h, a);
}

int main(void)
{
    enum { N = sizeof hazards / sizeof *hazards };
    static struct CMUnitTest tests[N];
    for (unsigned i = 0; i < N; i++)
        tests[i] =
            (struct CMUnitTest){.name = hazards[i].id, .test_func = test_hazard, .initial_state = (void *)&hazards[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
