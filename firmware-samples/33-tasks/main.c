/*
 * Four tasks of three priorities: one prints what the others have done, two share what time is left, one with the FPU.
 */
#include "console.h"
#include "kernel.h"

enum { CYCLES_PER_TICK = 64000, REPORTS = 5, TICKS_PER_REPORT = 4 };

static volatile uint32_t steps[2];
static volatile float sum;

static void count(uint32_t which)
{
    for (;;)
        steps[which]++;
}

static void add_up(uint32_t terms)
{
    float s = 0;

    for (uint32_t i = 1; i <= terms; i++) {
        s += 1.0f / (float)i;
        sum = s;
        kernel_delay(1);
    }
    kernel_suspend();
}

static void report(uint32_t reports)
{
    for (uint32_t i = 1; i <= reports; i++) {
        uint32_t before[2] = {steps[0], steps[1]};
        kernel_delay(TICKS_PER_REPORT);
        print("tick %u: both counted: %s, sum %u/1000\n", kernel_ticks,
              steps[0] != before[0] && steps[1] != before[1] ? "yes" : "no", (uint32_t)(sum * 1000));
    }
    finish();
}

int main(void)
{
    console_init();
    kernel_add("report", 3, report, REPORTS);
    kernel_add("harmonic", 2, add_up, 10);
    kernel_add("count-a", 1, count, 0);
    kernel_add("count-b", 1, count, 1);
    kernel_start(CYCLES_PER_TICK);
}
