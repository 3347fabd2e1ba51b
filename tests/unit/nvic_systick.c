/* SysTick, cycle by cycle. ARMv7-M ARM B3.3. */
#include "nvic/systick.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { CSR = 0, RVR = 4, CVR = 8, CALIB = 0xC };
enum { ENABLE = 1, TICKINT = 2, CLKSOURCE = 4, COUNTFLAG = 0x10000 };

struct fixture {
    struct sched sched;
    struct systick systick;
    unsigned ticks;
};

static void on_tick(void *ctx)
{
    struct fixture *f = ctx;
    f->ticks++;
}

static void setup(struct fixture *f)
{
    *f = (struct fixture){0};
    sched_init(&f->sched);
    systick_init(&f->systick, &f->sched, on_tick, f);
}

static uint32_t get(struct fixture *f, uint32_t reg) { return systick_read(&f->systick, reg, false); }
static void set(struct fixture *f, uint32_t reg, uint32_t v) { systick_write(&f->systick, reg, v); }

static void cycles(struct fixture *f, uint64_t n)
{
    for (; n; n--) {
        f->sched.now += VTIME_PER_CYCLE;
        sched_fire_due(&f->sched);
    }
}

static void begin(struct fixture *f, uint32_t reload, uint32_t control)
{
    setup(f);
    set(f, RVR, reload);
    set(f, CVR, 0);
    set(f, CSR, control);
}

static void test_registers(void **state)
{
    struct fixture f;
    setup(&f);
    assert_int_equal(get(&f, CSR), CLKSOURCE); /* no other clock */
    assert_int_equal(get(&f, CALIB), 0x80000000);
    set(&f, RVR, 0xFFFFFFFF);
    assert_int_equal(get(&f, RVR), 0x00FFFFFF);
    set(&f, CSR, TICKINT);
    assert_int_equal(get(&f, CSR), CLKSOURCE | TICKINT);
}

/* Writing CVR clears the counter; the next cycle loads RELOAD; each period is RELOAD + 1 cycles. */
static void test_exact_counts(void **state)
{
    struct fixture f;
    begin(&f, 3, ENABLE | TICKINT);
    static const uint32_t want[] = {0, 3, 2, 1, 0, 3, 2, 1, 0, 3};
    static const unsigned ticks[] = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2};
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(get(&f, CVR), want[i]);
        assert_int_equal(f.ticks, ticks[i]);
        cycles(&f, 1);
    }
}

static void test_longest_period(void **state)
{
    struct fixture f;
    begin(&f, 0xFFFFFF, ENABLE | TICKINT);
    assert_int_equal(sched_next(&f.sched), 0x1000000 * VTIME_PER_CYCLE);
    f.sched.now = 0xFFFFFF * VTIME_PER_CYCLE;
    assert_int_equal(get(&f, CVR), 1);
}

static void test_countflag(void **state)
{
    struct fixture f;
    begin(&f, 9, ENABLE);
    cycles(&f, 9);
    assert_int_equal(get(&f, CSR), ENABLE | CLKSOURCE);
    cycles(&f, 1);
    assert_int_equal(systick_read(&f.systick, CSR, true), ENABLE | CLKSOURCE | COUNTFLAG); /* a debugger's look */
    assert_int_equal(get(&f, CSR), ENABLE | CLKSOURCE | COUNTFLAG);
    assert_int_equal(get(&f, CSR), ENABLE | CLKSOURCE); /* cleared by reading */
    assert_int_equal(f.ticks, 0);                       /* TICKINT is off */
    cycles(&f, 10);
    set(&f, CVR, 1234); /* any write clears the counter and the flag */
    assert_int_equal(get(&f, CSR), ENABLE | CLKSOURCE);
    assert_int_equal(get(&f, CVR), 0);
}

/* Clearing CVR is no count to 0: no tick. */
static void test_cvr_write_restarts(void **state)
{
    struct fixture f;
    begin(&f, 9, ENABLE | TICKINT);
    cycles(&f, 5);
    assert_int_equal(get(&f, CVR), 5);
    set(&f, CVR, 0);
    cycles(&f, 9);
    assert_int_equal(f.ticks, 0);
    assert_int_equal(get(&f, CVR), 1);
    cycles(&f, 1);
    assert_int_equal(f.ticks, 1);
}

/* A new RELOAD counts from the next wrap on, and does not disturb the count that goes on. */
static void test_reload_change(void **state)
{
    struct fixture f;
    begin(&f, 9, ENABLE | TICKINT);
    cycles(&f, 2);
    set(&f, RVR, 4);
    assert_int_equal(get(&f, CVR), 8);
    cycles(&f, 8);
    assert_int_equal(f.ticks, 1);
    cycles(&f, 1);
    assert_int_equal(get(&f, CVR), 4);
    cycles(&f, 4);
    assert_int_equal(f.ticks, 2);
    set(&f, RVR, 100);
    cycles(&f, 1);
    assert_int_equal(get(&f, CVR), 4);
}

/* RELOAD 0 stops the counter at the next wrap; another one starts it again without a write of CVR. */
static void test_reload_zero(void **state)
{
    struct fixture f;
    begin(&f, 3, ENABLE | TICKINT);
    set(&f, RVR, 0);
    cycles(&f, 4);
    assert_int_equal(f.ticks, 1);
    cycles(&f, 100);
    assert_int_equal(f.ticks, 1);
    assert_int_equal(get(&f, CVR), 0);
    set(&f, RVR, 7);
    cycles(&f, 1);
    assert_int_equal(get(&f, CVR), 7);
    cycles(&f, 7);
    assert_int_equal(f.ticks, 2);
}

static void test_enabled_before_reload(void **state)
{
    struct fixture f;
    setup(&f);
    set(&f, CSR, ENABLE | TICKINT);
    cycles(&f, 10);
    assert_int_equal(get(&f, CVR), 0);
    assert_int_equal(f.ticks, 0);
    set(&f, RVR, 5);
    cycles(&f, 6);
    assert_int_equal(f.ticks, 1);
}

static void test_disable_keeps_the_count(void **state)
{
    struct fixture f;
    begin(&f, 9, ENABLE | TICKINT);
    cycles(&f, 4);
    set(&f, CSR, TICKINT);
    cycles(&f, 50);
    assert_int_equal(get(&f, CVR), 6);
    set(&f, CSR, ENABLE | TICKINT);
    cycles(&f, 5);
    assert_int_equal(f.ticks, 0);
    cycles(&f, 1);
    assert_int_equal(f.ticks, 1);
}

static void test_writing_csr_again_does_not_disturb(void **state)
{
    struct fixture f;
    begin(&f, 9, ENABLE);
    for (unsigned i = 0; i < 10; i++) {
        cycles(&f, 1);
        set(&f, CSR, ENABLE | (i & 1 ? TICKINT : 0));
    }
    assert_int_equal(get(&f, CVR), 0);
    assert_int_equal(f.ticks, 0); /* TICKINT was off when it counted to 0 */
    set(&f, CSR, ENABLE | TICKINT);
    cycles(&f, 10);
    assert_int_equal(f.ticks, 1);
}

/* Sleep and Debug state stop the clock. */
static void test_clock_stops(void **state)
{
    struct fixture f;
    begin(&f, 9, ENABLE | TICKINT);
    cycles(&f, 3);
    systick_clock(&f.systick, false);
    cycles(&f, 1000);
    assert_int_equal(get(&f, CVR), 7);
    assert_int_equal(f.ticks, 0);
    systick_clock(&f.systick, true);
    cycles(&f, 6);
    assert_int_equal(f.ticks, 0);
    cycles(&f, 1);
    assert_int_equal(f.ticks, 1);
}

/* Time runs ahead of the event queue within an instruction: what the counter passed then is not lost. */
static void test_passing_zero_within_an_instruction(void **state)
{
    struct fixture f;
    begin(&f, 9, ENABLE | TICKINT);
    f.sched.now += 12 * VTIME_PER_CYCLE;
    assert_int_equal(get(&f, CVR), 8);
    assert_int_equal(f.ticks, 1);
    f.sched.now += 10 * VTIME_PER_CYCLE;
    systick_clock(&f.systick, false);
    assert_int_equal(f.ticks, 2);
    assert_int_equal(get(&f, CVR), 8);
    systick_clock(&f.systick, true);
    f.sched.now += 10 * VTIME_PER_CYCLE;
    set(&f, CSR, 0);
    assert_int_equal(f.ticks, 3);
    sched_fire_due(&f.sched);
    assert_int_equal(f.ticks, 3);
}

static void test_reset(void **state)
{
    struct fixture f;
    begin(&f, 9, ENABLE | TICKINT);
    cycles(&f, 15);
    systick_reset(&f.systick);
    assert_int_equal(sched_next(&f.sched), VTIME_NEVER);
    assert_int_equal(get(&f, CSR), CLKSOURCE);
    assert_int_equal(get(&f, RVR), 0);
    assert_int_equal(get(&f, CVR), 0);
    begin(&f, 9, ENABLE | TICKINT);
    cycles(&f, 10);
    assert_int_equal(f.ticks, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registers),
        cmocka_unit_test(test_exact_counts),
        cmocka_unit_test(test_longest_period),
        cmocka_unit_test(test_countflag),
        cmocka_unit_test(test_cvr_write_restarts),
        cmocka_unit_test(test_reload_change),
        cmocka_unit_test(test_reload_zero),
        cmocka_unit_test(test_enabled_before_reload),
        cmocka_unit_test(test_disable_keeps_the_count),
        cmocka_unit_test(test_writing_csr_again_does_not_disturb),
        cmocka_unit_test(test_clock_stops),
        cmocka_unit_test(test_passing_zero_within_an_instruction),
        cmocka_unit_test(test_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
