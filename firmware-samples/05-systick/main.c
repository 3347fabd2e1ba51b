/*
 * SysTick counts processor cycles. It stands still while the core sleeps, so the waiting here is done awake.
 */
#include "console.h"

enum { CYCLES_PER_TICK = 64000, TICKS = 10 };

static volatile unsigned ticks;

void SysTick_Handler(void);
void SysTick_Handler(void) { ticks++; }

int main(void)
{
    unsigned seen = 0;

    console_init();
    SYSTICK->RVR = CYCLES_PER_TICK - 1;
    SYSTICK->CVR = 0;
    print("RVR=%u, CSR=%x\n", SYSTICK->RVR, SYSTICK->CSR & 3);
    SYSTICK->CSR = SYST_CSR_CLKSOURCE | SYST_CSR_TICKINT | SYST_CSR_ENABLE;
    while (seen < TICKS) {
        while (ticks == seen)
            ;
        /* Printing a line takes 0.7 ms: less than a tick. */
        print("tick %u\n", ++seen);
    }
    SYSTICK->CSR = SYST_CSR_CLKSOURCE;
    print("stands still: %s\n", SYSTICK->CVR == SYSTICK->CVR ? "yes" : "no");

    /* Polled: COUNTFLAG is set by each wrap and cleared by the read that sees it. */
    SYSTICK->CVR = 0;
    SYSTICK->CSR = SYST_CSR_CLKSOURCE | SYST_CSR_ENABLE;
    for (unsigned wraps = 1; wraps <= 3; wraps++) {
        while (!(SYSTICK->CSR & SYST_CSR_COUNTFLAG))
            ;
        print("wrap %u, COUNTFLAG again: %u\n", wraps, SYSTICK->CSR >> 16 & 1);
    }
    finish();
}
