/*
 * Three interrupts of three priorities, pended by software and by a timer, and what preempted what.
 */
#include <stdbool.h>

#include "console.h"
#include "trace.h"

#define LOW_IRQn  TIMER0_IRQn
#define MID_IRQn  SWI1_EGU1_IRQn
#define HIGH_IRQn TIMER1_IRQn
enum { LOW_PRIORITY = 6, MID_PRIORITY = 4, HIGH_PRIORITY = 2 };

#define LOW  (1u << LOW_IRQn)
#define MID  (1u << MID_IRQn)
#define HIGH (1u << HIGH_IRQn)

/* What each handler pends halfway, and what it saw when it was entered. */
struct level {
    uint32_t pends;
    uint32_t exc_return;
    uint32_t active; /* NVIC.IABR */
    volatile unsigned runs;
    bool waits_for_high;
    volatile uint32_t *event; /* what holds the line high, when software did not pend it */
};

static struct level low, mid, high;

/* The barriers make the interrupt, if it may preempt, come exactly here. */
static void pend(uint32_t lines)
{
    NVIC->ISPR[0] = lines;
    dsb();
    isb();
}

static void handle(struct level *l, enum trace_who who, uint32_t exc_return)
{
    uint32_t lines = l->pends;

    l->active = NVIC->IABR[0];
    l->exc_return = exc_return;
    l->pends = 0;
    if (l->event)
        event_clear(l->event);
    trace_enter(who);
    if (lines) {
        pend(lines);
        trace_mark(who);
    }
    while (l->waits_for_high && high.runs == 0)
        ;
    l->runs++;
    trace_leave(who);
}

void TIMER0_IRQHandler(void);
void TIMER0_IRQHandler(void) { handle(&low, TRACE_LOW, (uint32_t)__builtin_return_address(0)); }

void SWI1_EGU1_IRQHandler(void);
void SWI1_EGU1_IRQHandler(void) { handle(&mid, TRACE_MID, (uint32_t)__builtin_return_address(0)); }

void TIMER1_IRQHandler(void);
void TIMER1_IRQHandler(void) { handle(&high, TRACE_HIGH, (uint32_t)__builtin_return_address(0)); }

static void prepare(uint32_t low_pends, uint32_t mid_pends, uint32_t high_pends)
{
    low = (struct level){.pends = low_pends};
    mid = (struct level){.pends = mid_pends};
    high = (struct level){.pends = high_pends};
    trace_clear();
    trace_mark(TRACE_THREAD);
}

static void finish_and_draw(const char *title)
{
    trace_mark(TRACE_THREAD);
    trace_draw(title);
}

static void show_nesting(void)
{
    prepare(MID, HIGH, 0);
    pend(LOW);
    finish_and_draw("nesting: low pends mid, mid pends high");
    print("  EXC_RETURN: low %08x, mid %08x, high %08x\n", low.exc_return, mid.exc_return, high.exc_return);
}

static void show_tail_chaining(void)
{
    prepare(0, 0, LOW | MID);
    pend(HIGH);
    finish_and_draw("tail-chaining: high pends mid and low, which wait");
    print("  EXC_RETURN: high %08x, mid %08x, low %08x\n", high.exc_return, mid.exc_return, low.exc_return);
}

static void show_tail_chain_above_preempted(void)
{
    prepare(HIGH, 0, MID);
    pend(LOW);
    finish_and_draw("tail-chaining over a preempted one: low pends high, high pends mid");
    print("  EXC_RETURN: high %08x, mid %08x\n", high.exc_return, mid.exc_return);
}

static void show_all_at_once(void)
{
    prepare(0, 0, 0);
    pend(LOW | MID | HIGH);
    finish_and_draw("all at once: by priority");
}

static void show_equal_priority(void)
{
    nvic_set_priority(HIGH_IRQn, MID_PRIORITY);
    prepare(0, LOW | HIGH, 0);
    pend(MID);
    finish_and_draw("high has mid's priority now, and does not preempt it");
    nvic_set_priority(HIGH_IRQn, HIGH_PRIORITY);
}

static void show_pended_while_active(void)
{
    prepare(0, MID, 0);
    pend(MID);
    finish_and_draw("mid pends itself, and runs once more");
    print("  runs: %u\n", mid.runs);
}

static void set_basepri(unsigned priority)
{
    __asm volatile("msr basepri, %0" ::"r"(priority << 5) : "memory");
    isb();
}

static void show_basepri(void)
{
    prepare(0, 0, 0);
    set_basepri(MID_PRIORITY);
    pend(LOW | MID | HIGH);
    trace_mark(TRACE_THREAD);
    set_basepri(0);
    finish_and_draw("BASEPRI holds mid and low back until it is lowered");
}

#ifndef SAMPLE_CORE_ONLY

#include "timing.h"

static void prepare_lines(void)
{
    prepare(0, 0, 0);
    low.event = &NRF_TIMER0->EVENTS_COMPARE[0];
    high.event = &NRF_TIMER1->EVENTS_COMPARE[0];
}

/* High's line rises 8 cycles after low's, while the core is busy with the 12 cycles of low's entry. High takes over
 * that entry: it runs first, and low has not been active. */
static void show_late_arrival(void)
{
    prepare_lines();
    timing_raise_lines(2);
    while (low.runs == 0)
        ;
    finish_and_draw("late arrival: high's line rises while low is being entered");
    print("  high: EXC_RETURN %08x, low active: %s\n", high.exc_return, high.active & LOW ? "yes" : "no");
    print("  low: EXC_RETURN %08x, runs %u\n", low.exc_return, low.runs);
}

/* 8 µs later, low's handler is running: high nests. */
static void show_early_enough(void)
{
    prepare_lines();
    low.waits_for_high = true;
    timing_raise_lines(128);
    while (low.runs == 0)
        ;
    print("128 timer ticks later it is a preemption\n");
    print("  high: EXC_RETURN %08x, low active: %s\n", high.exc_return, high.active & LOW ? "yes" : "no");
}

static void show_timing(void)
{
    show_late_arrival();
    show_early_enough();
    print("tail-chaining saves the stacking: %s\n",
          timing_tail_chain_cycles() < TIMING_UNSTACK_AND_STACK ? "yes" : "no");
}

#else

static void show_timing(void) {}

#endif

int main(void)
{
    console_init();
    nvic_set_priority(LOW_IRQn, LOW_PRIORITY);
    nvic_set_priority(MID_IRQn, MID_PRIORITY);
    nvic_set_priority(HIGH_IRQn, HIGH_PRIORITY);
    NVIC->ISER[0] = LOW | MID | HIGH;

    show_nesting();
    show_tail_chaining();
    show_tail_chain_above_preempted();
    show_all_at_once();
    show_equal_priority();
    show_pended_while_active();
    show_basepri();
    show_timing();
    finish();
}
