/*
 * Works for ever, in a table in RAM, interrupted by SysTick a thousand times a second; prints a line ten times a second, and
 * passes ten_seconds() once.
 */
#include "console.h"

enum { CYCLES_PER_TICK = 64000, TICKS_PER_LINE = 100, TEN_SECONDS = 10000, WORDS = 2048 };

static volatile unsigned ticks;
static uint32_t table[WORDS];

void SysTick_Handler(void);
void SysTick_Handler(void) { ticks++; }

static uint32_t work(uint32_t seed)
{
    for (unsigned i = 0; i < WORDS; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        table[seed % WORDS] += seed;
    }
    return seed;
}

__attribute__((noinline)) static void ten_seconds(void) { __asm volatile(""); }

int main(void)
{
    uint32_t seed = 1;

    console_init();
    SYSTICK->RVR = CYCLES_PER_TICK - 1;
    SYSTICK->CVR = 0;
    SYSTICK->CSR = SYST_CSR_CLKSOURCE | SYST_CSR_TICKINT | SYST_CSR_ENABLE;
    for (unsigned line = 1;; line++) {
        while (ticks < line * TICKS_PER_LINE)
            seed = work(seed);
        print("%u: %x\n", line, seed);
        if (line * TICKS_PER_LINE == TEN_SECONDS)
            ten_seconds();
    }
}
