/*
 * The ways into sleep and out of it. RTC1 wakes the core each 10 ticks (305 µs).
 */
#include <stdbool.h>

#include "console.h"

enum { PERIOD_TICKS = 10, WAKEUPS = 5 };

static volatile unsigned interrupts;
static volatile unsigned wanted;

static void rtc_clear(void)
{
    event_clear(&NRF_RTC1->EVENTS_COMPARE[0]);
    NRF_RTC1->CC[0] = (NRF_RTC1->CC[0] + PERIOD_TICKS) & 0xFFFFFF;
}

void RTC1_IRQHandler(void);
void RTC1_IRQHandler(void)
{
    rtc_clear();
    interrupts++;
    if (interrupts == wanted)
        SCB->SCR = 0; /* this return goes back to main() */
}

static void rtc_start(void)
{
    event_clear(&NRF_CLOCK->EVENTS_LFCLKSTARTED);
    NRF_CLOCK->LFCLKSRC = CLOCK_LFCLKSRC_XTAL;
    NRF_CLOCK->TASKS_LFCLKSTART = 1;
    while (!NRF_CLOCK->EVENTS_LFCLKSTARTED)
        ;
    NRF_RTC1->PRESCALER = 0;
    NRF_RTC1->EVTENSET = RTC_COMPARE(0);
    NRF_RTC1->INTENSET = RTC_COMPARE(0);
}

/* From now on: first wake-up in PERIOD_TICKS. */
static void rtc_restart(void)
{
    NRF_RTC1->TASKS_STOP = 1;
    NRF_RTC1->TASKS_CLEAR = 1;
    for (volatile unsigned i = 0; i < 1000; i++) /* tasks take effect within two ticks of 32768 Hz */
        ;
    NRF_RTC1->CC[0] = PERIOD_TICKS;
    event_clear(&NRF_RTC1->EVENTS_COMPARE[0]);
    nvic_clear_pending(RTC1_IRQn);
    interrupts = 0;
    NRF_RTC1->TASKS_START = 1;
}

/* Clears the event register: the first WFE may find it set, by an exception for one. */
static void forget_events(void)
{
    sev();
    wfe();
}

static void show_wfi(void)
{
    unsigned sleeps = 0;

    rtc_restart();
    nvic_enable(RTC1_IRQn);
    while (interrupts < WAKEUPS) {
        wfi();
        sleeps++;
    }
    nvic_disable(RTC1_IRQn);
    print("WFI: %u sleeps, %u interrupts\n", sleeps, interrupts);
}

/* PRIMASK holds the handler back, not the wake-up. */
static void show_wfi_masked(void)
{
    unsigned before, sleeps = 0;

    irq_disable();
    rtc_restart();
    nvic_enable(RTC1_IRQn);
    for (unsigned i = 0; i < WAKEUPS; i++) {
        wfi();
        sleeps++;
        rtc_clear();
        nvic_clear_pending(RTC1_IRQn);
    }
    before = interrupts;
    wfi();
    irq_enable();
    isb();
    nvic_disable(RTC1_IRQn);
    print("WFI with PRIMASK: %u sleeps, %u interrupts, %u after CPSIE\n", sleeps, before, interrupts);
}

static void show_sev(void)
{
    uint32_t start;

    forget_events();
    rtc_restart();
    start = NRF_RTC1->COUNTER;
    sev();
    wfe(); /* the event is there: no sleep */
    print("SEV, WFE: slept: %s\n", NRF_RTC1->COUNTER - start > PERIOD_TICKS ? "yes" : "no");
}

static void show_wfe(void)
{
    unsigned sleeps = 0;

    rtc_restart();
    nvic_enable(RTC1_IRQn);
    forget_events();
    while (interrupts < WAKEUPS) {
        wfe();
        sleeps++;
    }
    nvic_disable(RTC1_IRQn);
    /* The exception that ended a sleep has also set the event register: every other WFE falls through. */
    print("WFE: %u interrupts, slept each time: %s\n", interrupts, sleeps <= 2 * WAKEUPS ? "yes" : "no");
}

/* A disabled interrupt that becomes pending is an event, when SEVONPEND says so. */
static void show_sevonpend(void)
{
    unsigned sleeps = 0;

    nvic_disable(RTC1_IRQn);
    SCB->SCR = SCR_SEVONPEND;
    rtc_restart();
    forget_events();
    while (sleeps < WAKEUPS) {
        wfe();
        if (!NRF_RTC1->EVENTS_COMPARE[0])
            continue;
        sleeps++;
        rtc_clear();
        nvic_clear_pending(RTC1_IRQn);
    }
    SCB->SCR = 0;
    print("WFE with SEVONPEND: %u wake-ups, %u interrupts\n", sleeps, interrupts);
}

/* Every return from the handler goes to sleep, until the handler changes its mind. */
static void show_sleeponexit(void)
{
    unsigned loops = 0;

    wanted = WAKEUPS;
    rtc_restart();
    SCB->SCR = SCR_SLEEPONEXIT;
    dsb();
    nvic_enable(RTC1_IRQn);
    while (interrupts == 0) {
        wfi();
        loops++;
    }
    nvic_disable(RTC1_IRQn);
    wanted = 0;
    print("SLEEPONEXIT: main slept %u time, %u interrupts\n", loops, interrupts);
}

int main(void)
{
    console_init();
    rtc_start();
    show_wfi();
    show_wfi_masked();
    show_sev();
    show_wfe();
    show_sevonpend();
    show_sleeponexit();
    finish();
}
