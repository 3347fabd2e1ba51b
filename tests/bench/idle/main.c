/*
 * Sleeps for ever, woken by RTC1 1024 times a second.
 */
#include "nrf52840.h"

void RTC1_IRQHandler(void);
void RTC1_IRQHandler(void) { NRF_RTC1->EVENTS_TICK = 0; }

int main(void)
{
    NRF_CLOCK->TASKS_LFCLKSTART = 1;
    NRF_RTC1->PRESCALER = 31;
    NRF_RTC1->INTENSET = RTC_TICK;
    NRF_RTC1->TASKS_START = 1;
    NVIC->ISER[0] = 1u << RTC1_IRQn;
    for (;;)
        __asm volatile("wfi");
}
