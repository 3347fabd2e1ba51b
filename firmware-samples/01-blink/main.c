/*
 * LED1 blinks from TIMER0's compare interrupt.
 */
#include <stdbool.h>

#include "console.h"

enum { HALF_PERIOD_US = 50000, BLINKS = 5 };

static volatile unsigned toggles;

void TIMER0_IRQHandler(void);
void TIMER0_IRQHandler(void)
{
    event_clear(&NRF_TIMER0->EVENTS_COMPARE[0]);
    toggles++;
    if (toggles % 2)
        NRF_P0->OUTCLR = 1u << BOARD_LED1; /* active low: on */
    else
        NRF_P0->OUTSET = 1u << BOARD_LED1;
}

static void timer_start(void)
{
    NRF_TIMER0->BITMODE = TIMER_BITMODE_32;
    NRF_TIMER0->PRESCALER = 4; /* 16 MHz / 2^4: 1 µs */
    NRF_TIMER0->CC[0] = HALF_PERIOD_US;
    NRF_TIMER0->SHORTS = TIMER_SHORTS_COMPARE_CLEAR(0);
    NRF_TIMER0->INTENSET = TIMER_INT_COMPARE(0);
    nvic_enable(TIMER0_IRQn);
    NRF_TIMER0->TASKS_START = 1;
}

int main(void)
{
    unsigned seen = 0;

    console_init();
    NRF_P0->OUTSET = 1u << BOARD_LED1;
    NRF_P0->DIRSET = 1u << BOARD_LED1;
    timer_start();
    while (seen < 2 * BLINKS) {
        while (toggles == seen)
            wfi();
        seen++;
        print("LED1 %s\n", NRF_P0->OUT >> BOARD_LED1 & 1 ? "off" : "on");
    }
    NRF_TIMER0->TASKS_STOP = 1;
    finish();
}
