/* Arbitration. ARMv7-M ARM B1.5.4 (priorities and their groups), B3.4 (the NVIC). */
#include "nvic/nvic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { IRQ0 = EXC_IRQ0, IRQ1, IRQ2, IRQ31 = EXC_IRQ0 + 31, IRQ32, IRQ47 = EXC_IRQ0 + 47 };
#define BIT(n) (1ull << (n))

static void enable(struct nvic *v, unsigned exc, uint8_t priority)
{
    v->enabled |= BIT(exc);
    v->priority[exc] = priority;
}

static void pend_enabled(struct nvic *v, unsigned exc, uint8_t priority)
{
    enable(v, exc, priority);
    nvic_pend(v, exc);
}

static void test_reset_state(void **state)
{
    struct nvic v;
    nvic_init(&v);
    assert_int_equal(nvic_execution_priority(&v), NVIC_THREAD_PRIORITY);
    assert_int_equal(nvic_eligible(&v), EXC_NONE);
    assert_int_equal(nvic_highest_pending(&v), EXC_NONE);
    /* interrupts and the three configurable faults are off, the other system exceptions cannot be */
    assert_int_equal(v.enabled, BIT(EXC_NMI) | BIT(EXC_HARDFAULT) | BIT(EXC_SVCALL) | BIT(EXC_DEBUGMON) |
                                    BIT(EXC_PENDSV) | BIT(EXC_SYSTICK));
}

static void test_disabled_stays_pending(void **state)
{
    struct nvic v;
    nvic_init(&v);
    nvic_pend(&v, IRQ2);
    assert_int_equal(nvic_eligible(&v), EXC_NONE);
    assert_int_equal(nvic_highest_pending(&v), EXC_NONE); /* ICSR.VECTPENDING heeds the enables */
    assert_true(v.pending & BIT(IRQ2));
    v.enabled |= BIT(IRQ2);
    assert_int_equal(nvic_eligible(&v), IRQ2);
}

static void test_smaller_priority_wins(void **state)
{
    struct nvic v;
    nvic_init(&v);
    pend_enabled(&v, IRQ0, 0x60);
    pend_enabled(&v, IRQ2, 0x40);
    assert_int_equal(nvic_eligible(&v), IRQ2);
    nvic_activate(&v, IRQ2);
    assert_int_equal(nvic_execution_priority(&v), 0x40);
    assert_int_equal(nvic_eligible(&v), EXC_NONE);
    assert_int_equal(nvic_highest_pending(&v), IRQ0);
    nvic_deactivate(&v, IRQ2);
    assert_int_equal(nvic_eligible(&v), IRQ0);
}

static void test_tie_goes_to_lower_number(void **state)
{
    struct nvic v;
    nvic_init(&v);
    pend_enabled(&v, IRQ47, 0x40);
    pend_enabled(&v, IRQ32, 0x40);
    assert_int_equal(nvic_eligible(&v), IRQ32);
    v.priority[EXC_SYSTICK] = 0x40;
    nvic_pend(&v, EXC_SYSTICK);
    assert_int_equal(nvic_eligible(&v), EXC_SYSTICK);
    v.priority[EXC_PENDSV] = 0x40;
    nvic_pend(&v, EXC_PENDSV);
    assert_int_equal(nvic_eligible(&v), EXC_PENDSV);
}

static void test_same_priority_does_not_preempt(void **state)
{
    struct nvic v;
    nvic_init(&v);
    enable(&v, IRQ2, 0x40);
    nvic_activate(&v, IRQ2);
    pend_enabled(&v, IRQ0, 0x40);
    assert_int_equal(nvic_eligible(&v), EXC_NONE);
    v.priority[IRQ0] = 0x20;
    assert_int_equal(nvic_eligible(&v), IRQ0);
}

static void test_fixed_priorities(void **state)
{
    struct nvic v;
    nvic_init(&v);
    pend_enabled(&v, IRQ0, 0);
    nvic_pend(&v, EXC_HARDFAULT);
    nvic_pend(&v, EXC_NMI);
    assert_int_equal(nvic_eligible(&v), EXC_NMI);
    nvic_activate(&v, EXC_NMI);
    assert_int_equal(nvic_execution_priority(&v), -2);
    assert_int_equal(nvic_eligible(&v), EXC_NONE);
    nvic_deactivate(&v, EXC_NMI);
    nvic_activate(&v, EXC_HARDFAULT);
    assert_int_equal(nvic_execution_priority(&v), -1);
    assert_int_equal(nvic_eligible(&v), EXC_NONE);
    nvic_pend(&v, EXC_NMI);
    assert_int_equal(nvic_eligible(&v), EXC_NMI);
    for (v.prigroup = 0; v.prigroup < 8; v.prigroup++)
        assert_int_equal(nvic_group_priority(&v, -1), -1);
}

/* PRIGROUP n: bits n…0 are subpriority. Of three priority bits (7…5), 0…4 leave all, 5 two, 6 one, 7 none. */
static void test_prigroup(void **state)
{
    static const uint8_t group_bits[8] = {0xFE, 0xFC, 0xF8, 0xF0, 0xE0, 0xC0, 0x80, 0x00};
    struct nvic v;
    for (unsigned group = 0; group < 8; group++) {
        nvic_init(&v);
        v.prigroup = (uint8_t)group;
        for (unsigned running = 0; running < 256; running += 0x20)
            for (unsigned arriving = 0; arriving < 256; arriving += 0x20) {
                v.pending = v.active = 0;
                enable(&v, IRQ0, (uint8_t)running);
                nvic_activate(&v, IRQ0);
                pend_enabled(&v, IRQ1, (uint8_t)arriving);
                bool want = (arriving & group_bits[group]) < (running & group_bits[group]);
                assert_int_equal(nvic_execution_priority(&v), running & group_bits[group]);
                assert_int_equal(nvic_eligible(&v), want ? IRQ1 : EXC_NONE);
            }
    }
}

/* The subpriority decides who of two pending ones goes first, not who preempts. */
static void test_subpriority_orders_pending(void **state)
{
    struct nvic v;
    nvic_init(&v);
    v.prigroup = 6;
    pend_enabled(&v, IRQ0, 0x60);
    pend_enabled(&v, IRQ1, 0x20);
    assert_int_equal(nvic_eligible(&v), IRQ1);
    nvic_activate(&v, IRQ0);
    assert_int_equal(nvic_eligible(&v), EXC_NONE);
}

/* All active exceptions hold the priority, not only the innermost: handlers may change priorities. */
static void test_execution_priority_of_all_active(void **state)
{
    struct nvic v;
    nvic_init(&v);
    enable(&v, IRQ0, 0x80);
    enable(&v, IRQ1, 0x40);
    nvic_activate(&v, IRQ0);
    nvic_activate(&v, IRQ1);
    assert_int_equal(nvic_execution_priority(&v), 0x40);
    v.priority[IRQ1] = 0xE0;
    assert_int_equal(nvic_execution_priority(&v), 0x80);
    v.priority[IRQ0] = 0x20;
    assert_int_equal(nvic_execution_priority(&v), 0x20);
    assert_int_equal(nvic_active_count(&v), 2);
}

static void test_basepri(void **state)
{
    struct nvic v;
    nvic_init(&v);
    v.basepri = 0x40;
    assert_int_equal(nvic_execution_priority(&v), 0x40);
    pend_enabled(&v, IRQ0, 0x40);
    assert_int_equal(nvic_eligible(&v), EXC_NONE);
    v.priority[IRQ0] = 0x20;
    assert_int_equal(nvic_eligible(&v), IRQ0);
    v.priority[IRQ0] = 0xE0;
    v.basepri = 0; /* off, not "mask everything" */
    assert_int_equal(nvic_execution_priority(&v), NVIC_THREAD_PRIORITY);
    assert_int_equal(nvic_eligible(&v), IRQ0);
    v.prigroup = 6;
    v.basepri = 0xC0; /* its group is what counts: 0x80 */
    assert_int_equal(nvic_execution_priority(&v), 0x80);
    v.priority[IRQ0] = 0xA0;
    assert_int_equal(nvic_eligible(&v), EXC_NONE);
}

static void test_basepri_never_lowers(void **state)
{
    struct nvic v;
    nvic_init(&v);
    enable(&v, IRQ0, 0x20);
    nvic_activate(&v, IRQ0);
    v.basepri = 0x80;
    assert_int_equal(nvic_execution_priority(&v), 0x20);
}

static void test_primask(void **state)
{
    struct nvic v;
    nvic_init(&v);
    v.primask = 1;
    pend_enabled(&v, IRQ0, 0);
    assert_int_equal(nvic_execution_priority(&v), 0);
    assert_int_equal(nvic_eligible(&v), EXC_NONE);
    nvic_pend(&v, EXC_HARDFAULT);
    assert_int_equal(nvic_eligible(&v), EXC_HARDFAULT);
}

static void test_faultmask(void **state)
{
    struct nvic v;
    nvic_init(&v);
    v.faultmask = 1;
    assert_int_equal(nvic_execution_priority(&v), -1);
    nvic_pend(&v, EXC_HARDFAULT);
    assert_int_equal(nvic_eligible(&v), EXC_NONE);
    nvic_pend(&v, EXC_NMI);
    assert_int_equal(nvic_eligible(&v), EXC_NMI);
    nvic_activate(&v, EXC_NMI);
    assert_int_equal(nvic_execution_priority(&v), -2);
}

/* ---- pending ---------------------------------------------------------------------------------------------------- */

static void test_pulse_is_latched(void **state)
{
    struct nvic v;
    nvic_init(&v);
    enable(&v, IRQ1, 0);
    nvic_set_level(&v, IRQ1, true);
    nvic_set_level(&v, IRQ1, false);
    assert_int_equal(nvic_eligible(&v), IRQ1);
    nvic_activate(&v, IRQ1);
    assert_false(v.pending & BIT(IRQ1));
    nvic_deactivate(&v, IRQ1);
    assert_int_equal(nvic_eligible(&v), EXC_NONE);
}

static void test_level_pends_again_on_return(void **state)
{
    struct nvic v;
    nvic_init(&v);
    enable(&v, IRQ1, 0);
    nvic_set_level(&v, IRQ1, true);
    nvic_activate(&v, IRQ1);
    assert_false(v.pending & BIT(IRQ1));
    nvic_set_level(&v, IRQ1, true); /* told again: no edge */
    assert_false(v.pending & BIT(IRQ1));
    nvic_deactivate(&v, IRQ1);
    assert_true(v.pending & BIT(IRQ1));
    nvic_activate(&v, IRQ1);
    nvic_set_level(&v, IRQ1, false);
    nvic_deactivate(&v, IRQ1);
    assert_false(v.pending & BIT(IRQ1));
}

static void test_new_edge_while_active(void **state)
{
    struct nvic v;
    nvic_init(&v);
    enable(&v, IRQ1, 0);
    nvic_set_level(&v, IRQ1, true);
    nvic_activate(&v, IRQ1);
    nvic_set_level(&v, IRQ1, false);
    nvic_set_level(&v, IRQ1, true);
    nvic_set_level(&v, IRQ1, false);
    assert_true(v.pending & BIT(IRQ1));
    assert_true(v.active & BIT(IRQ1));
    nvic_deactivate(&v, IRQ1);
    assert_int_equal(nvic_eligible(&v), IRQ1);
}

static void test_unpend(void **state)
{
    struct nvic v;
    nvic_init(&v);
    nvic_pend(&v, IRQ1);
    nvic_pend(&v, IRQ2);
    nvic_unpend(&v, IRQ1);
    assert_int_equal(v.pending, BIT(IRQ2));
    nvic_set_level(&v, IRQ1, true); /* a line that is high cannot be unpended … */
    nvic_unpend(&v, IRQ1);
    assert_true(v.pending & BIT(IRQ1));
    nvic_activate(&v, IRQ1); /* … unless its handler runs already */
    nvic_pend(&v, IRQ1);
    nvic_unpend(&v, IRQ1);
    assert_false(v.pending & BIT(IRQ1));
}

static void test_all_48_lines(void **state)
{
    struct nvic v;
    nvic_init(&v);
    for (unsigned exc = IRQ0; exc <= IRQ47; exc++) {
        enable(&v, exc, 0x60);
        nvic_set_level(&v, exc, true);
    }
    for (unsigned exc = IRQ0; exc <= IRQ47; exc++) {
        assert_int_equal(nvic_eligible(&v), exc);
        nvic_activate(&v, exc);
        nvic_set_level(&v, exc, false);
        assert_int_equal(nvic_execution_priority(&v), 0x60);
        nvic_deactivate(&v, exc);
    }
    assert_int_equal(v.pending, 0);
    v.priority[IRQ47] = 0x20;
    nvic_pend(&v, IRQ31);
    nvic_pend(&v, IRQ47);
    assert_int_equal(nvic_eligible(&v), IRQ47);
}

/* ---- debug mask, sleep ------------------------------------------------------------------------------------------ */

/* DHCSR.C_MASKINTS hides PendSV, SysTick and external interrupts, and nothing else. */
static void test_debug_mask(void **state)
{
    static const unsigned hidden[] = {EXC_PENDSV, EXC_SYSTICK, IRQ0, IRQ47};
    static const unsigned shown[] = {EXC_NMI,        EXC_HARDFAULT, EXC_MEMMANAGE, EXC_BUSFAULT,
                                     EXC_USAGEFAULT, EXC_SVCALL,    EXC_DEBUGMON};
    struct nvic v;
    for (unsigned i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        nvic_init(&v);
        pend_enabled(&v, hidden[i], 0);
        v.debug_mask = true;
        assert_int_equal(nvic_eligible(&v), EXC_NONE);
        assert_true(v.pending & BIT(hidden[i]));
        v.debug_mask = false;
        assert_int_equal(nvic_eligible(&v), hidden[i]);
    }
    for (unsigned i = 0; i < sizeof shown / sizeof *shown; i++) {
        nvic_init(&v);
        pend_enabled(&v, shown[i], 0x80);
        pend_enabled(&v, IRQ0, 0);
        v.debug_mask = true;
        assert_int_equal(nvic_eligible(&v), shown[i]);
    }
}

/* WFI wakes for what would preempt if PRIMASK were 0: BASEPRI and FAULTMASK count (B1.5.19). */
static void test_wake_up(void **state)
{
    struct nvic v;
    nvic_init(&v);
    pend_enabled(&v, IRQ0, 0x40);
    assert_true(nvic_wakes(&v));
    v.primask = 1;
    assert_int_equal(nvic_eligible(&v), EXC_NONE);
    assert_true(nvic_wakes(&v));
    v.basepri = 0x40;
    assert_false(nvic_wakes(&v));
    v.basepri = 0x60;
    assert_true(nvic_wakes(&v));
    v.faultmask = 1;
    assert_false(nvic_wakes(&v));
    v.faultmask = 0;
    v.enabled &= ~BIT(IRQ0);
    assert_false(nvic_wakes(&v));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset_state),
        cmocka_unit_test(test_disabled_stays_pending),
        cmocka_unit_test(test_smaller_priority_wins),
        cmocka_unit_test(test_tie_goes_to_lower_number),
        cmocka_unit_test(test_same_priority_does_not_preempt),
        cmocka_unit_test(test_fixed_priorities),
        cmocka_unit_test(test_prigroup),
        cmocka_unit_test(test_subpriority_orders_pending),
        cmocka_unit_test(test_execution_priority_of_all_active),
        cmocka_unit_test(test_basepri),
        cmocka_unit_test(test_basepri_never_lowers),
        cmocka_unit_test(test_primask),
        cmocka_unit_test(test_faultmask),
        cmocka_unit_test(test_pulse_is_latched),
        cmocka_unit_test(test_level_pends_again_on_return),
        cmocka_unit_test(test_new_edge_while_active),
        cmocka_unit_test(test_unpend),
        cmocka_unit_test(test_all_48_lines),
        cmocka_unit_test(test_debug_mask),
        cmocka_unit_test(test_wake_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
