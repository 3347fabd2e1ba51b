/*
 * Peripherals that work for each other through PPI while the CPU sleeps:
 *
 *   TIMER1 COMPARE[0], each 100 µs --CH0--> GPIOTE OUT[0], toggles LED2
 *   GPIOTE IN[1], LED3's pin toggled by the CPU --CH1--> TIMER2 COUNT
 *   RTC1 COMPARE[0] --CH2--> TIMER1 CAPTURE[1], with the fork to TIMER2 CAPTURE[0]
 *   RTC1 COMPARE[1] --CH3--> TIMER1 CAPTURE[2]
 *
 * What is printed are differences between captures, so no instruction's time is in them.
 */
#include "console.h"

enum {
    TOGGLE_TICKS = 1600,    /* 100 µs at 16 MHz */
    FIRST_TICK = 64,        /* of RTC1, 30.52 µs each */
    SECOND_TICK = 64 + 320, /* 32 RTC ticks are a whole number of TIMER ticks: the phase between them drops out */
    PULSES = 5,
};

static volatile unsigned wakeups;

void RTC1_IRQHandler(void);
void RTC1_IRQHandler(void)
{
    event_clear(&NRF_RTC1->EVENTS_COMPARE[1]);
    wakeups++;
}

static void ppi_connect(unsigned channel, volatile uint32_t *event, volatile uint32_t *task)
{
    NRF_PPI->CH[channel].EEP = (uint32_t)event;
    NRF_PPI->CH[channel].TEP = (uint32_t)task;
    NRF_PPI->CHENSET = 1u << channel;
}

static void lfclk_start(void)
{
    event_clear(&NRF_CLOCK->EVENTS_LFCLKSTARTED);
    NRF_CLOCK->LFCLKSRC = CLOCK_LFCLKSRC_XTAL;
    NRF_CLOCK->TASKS_LFCLKSTART = 1;
    while (!NRF_CLOCK->EVENTS_LFCLKSTARTED)
        ;
}

static void timers_init(void)
{
    NRF_TIMER1->BITMODE = TIMER_BITMODE_32;
    NRF_TIMER1->PRESCALER = 0;
    NRF_TIMER1->CC[0] = TOGGLE_TICKS;
    NRF_TIMER2->MODE = TIMER_MODE_COUNTER;
    NRF_TIMER2->BITMODE = TIMER_BITMODE_16;
    NRF_TIMER2->TASKS_START = 1;
}

static void rtc_init(void)
{
    NRF_RTC1->PRESCALER = 0;
    NRF_RTC1->CC[0] = FIRST_TICK;
    NRF_RTC1->CC[1] = SECOND_TICK;
    NRF_RTC1->EVTENSET = RTC_COMPARE(0) | RTC_COMPARE(1);
    NRF_RTC1->INTENSET = RTC_COMPARE(1);
    nvic_enable(RTC1_IRQn);
}

static void pins_init(void)
{
    NRF_GPIOTE->CONFIG[0] = GPIOTE_CONFIG(GPIOTE_MODE_TASK, BOARD_LED2, GPIOTE_TOGGLE);
    /* An output whose input buffer is connected: the pin's own level makes the event. */
    NRF_P0->PIN_CNF[BOARD_LED3] = GPIO_PIN_CNF_OUTPUT;
    NRF_GPIOTE->CONFIG[1] = GPIOTE_CONFIG(GPIOTE_MODE_EVENT, BOARD_LED3, GPIOTE_LO_TO_HI);
}

static void ppi_init(void)
{
    ppi_connect(0, &NRF_TIMER1->EVENTS_COMPARE[0], &NRF_GPIOTE->TASKS_OUT[0]);
    ppi_connect(1, &NRF_GPIOTE->EVENTS_IN[1], &NRF_TIMER2->TASKS_COUNT);
    ppi_connect(2, &NRF_RTC1->EVENTS_COMPARE[0], &NRF_TIMER1->TASKS_CAPTURE[1]);
    NRF_PPI->FORK_TEP[2] = (uint32_t)&NRF_TIMER2->TASKS_CAPTURE[0];
    ppi_connect(3, &NRF_RTC1->EVENTS_COMPARE[1], &NRF_TIMER1->TASKS_CAPTURE[2]);
}

static unsigned led2(void) { return NRF_P0->IN >> BOARD_LED2 & 1; }

/* TIMER1 runs up to its compare, stops, and its event toggles the pin: level before and after. */
static void show_toggle(void)
{
    unsigned before;

    NRF_P0->PIN_CNF[BOARD_LED2] = GPIO_PIN_CNF_OUTPUT;
    NRF_TIMER1->SHORTS = TIMER_SHORTS_COMPARE_STOP(0) | TIMER_SHORTS_COMPARE_CLEAR(0);
    for (unsigned i = 1; i <= 4; i++) {
        before = led2();
        event_clear(&NRF_TIMER1->EVENTS_COMPARE[0]);
        NRF_TIMER1->TASKS_START = 1;
        while (!NRF_TIMER1->EVENTS_COMPARE[0])
            ;
        print("compare %u: LED2 %u -> %u\n", i, before, led2());
    }
    NRF_TIMER1->SHORTS = 0;
    NRF_PPI->CHENCLR = 1u << 0;
}

static void spin(unsigned turns)
{
    for (volatile unsigned i = 0; i < turns; i++)
        ;
}

static void make_pulses(void)
{
    for (unsigned i = 0; i < PULSES; i++) {
        NRF_P0->OUTSET = 1u << BOARD_LED3;
        spin(20); /* GPIOTE samples the pin at 16 MHz */
        NRF_P0->OUTCLR = 1u << BOARD_LED3;
        spin(20);
    }
}

int main(void)
{
    uint32_t ticks;

    console_init();
    lfclk_start();
    timers_init();
    rtc_init();
    pins_init();
    ppi_init();
    show_toggle();

    NRF_TIMER1->TASKS_CLEAR = 1;
    NRF_TIMER1->TASKS_START = 1;
    NRF_RTC1->TASKS_START = 1;
    make_pulses();
    while (wakeups == 0)
        wfi();
    ticks = NRF_TIMER1->CC[2] - NRF_TIMER1->CC[1];
    print("%u RTC ticks = %u TIMER ticks, %u expected\n", SECOND_TICK - FIRST_TICK, ticks,
          (SECOND_TICK - FIRST_TICK) * 15625 / 32);
    print("%u pulses counted by TIMER2, captured by the fork: %u\n", PULSES, NRF_TIMER2->CC[0]);
    print("interrupts: %u\n", wakeups);
    finish();
}
