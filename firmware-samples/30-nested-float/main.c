/*
 * Floating point in a thread and in two nested interrupts: something to stop in, step through and watch with a
 * debugger.
 *
 * SysTick takes a sample and smooths it; when the level is high, it pends a more urgent interrupt that judges the peak.
 * The thread rescales what it was told last, meanwhile, again and again, so that there is always something in the FPU.
 * Text goes through RTT, and what is typed there is shown in capitals.
 */
#include <stdbool.h>

#include "console.h"
#include "rtt.h"

enum { CYCLES_PER_SAMPLE = 6400, PERIOD = 16, REPORT = 40 };
enum { SAMPLER_PRIORITY = 6, ALARM_PRIORITY = 2, SYSTICK_EXCEPTION = 15 };

#define ALARM_IRQn SWI0_EGU0_IRQn
#define ALARM_AT   6.0f

struct channel {
    float input, level, peak;
};

static struct channel channel;
static volatile unsigned samples, alarms; /* how many there were */
static volatile unsigned rounds = 200;    /* samples until the end; a debugger may set more */
static volatile float scaled;             /* the thread's */

static float larger(float a, float b) { return a > b ? a : b; }

void SWI0_EGU0_IRQHandler(void);
void SWI0_EGU0_IRQHandler(void)
{
    float excess = channel.level - ALARM_AT;

    channel.peak = larger(channel.peak, excess);
    alarms++;
}

/* A sawtooth. */
static float next_input(unsigned n) { return (float)(n % PERIOD) * 0.75f; }

static float smooth(float old, float input)
{
    float step = (input - old) * 0.5f;

    return old + step;
}

void SysTick_Handler(void);
void SysTick_Handler(void)
{
    channel.input = next_input(samples);
    channel.level = smooth(channel.level, channel.input);
    if (channel.level > ALARM_AT) {
        NVIC->ISPR[0] = 1u << ALARM_IRQn;
        dsb();
        isb();
    }
    samples++;
}

static float scale(float x, float factor)
{
    float y = x;

    for (int i = 0; i < 8; i++)
        y = y * factor + x;
    return y;
}

static unsigned thousandths(float x) { return (unsigned)(x * 1000.0f); }

static void echo(void)
{
    char text[16];
    size_t n = rtt_read(text, sizeof text);

    for (size_t i = 0; i < n; i++)
        if (text[i] >= 'a' && text[i] <= 'z')
            text[i] = (char)(text[i] - 'a' + 'A');
    if (n)
        rtt_write(text, n);
}

static void report(void)
{
    print("%3u samples, %3u alarms, peak %u/1000 above\n", samples, alarms, thousandths(channel.peak));
}

static void start(void)
{
    rtt_init(RTT_SKIP);
    print_to(rtt_write);
    nvic_set_priority(ALARM_IRQn, ALARM_PRIORITY);
    nvic_enable(ALARM_IRQn);
    scb_set_priority(SYSTICK_EXCEPTION, SAMPLER_PRIORITY);
    SYSTICK->RVR = CYCLES_PER_SAMPLE - 1;
    SYSTICK->CVR = 0;
    SYSTICK->CSR = SYST_CSR_CLKSOURCE | SYST_CSR_TICKINT | SYST_CSR_ENABLE;
}

int main(void)
{
    unsigned reported = 0;

    start();
    while (samples < rounds) {
        scaled = scale(channel.level, 0.25f);
        echo();
        if (samples - reported >= REPORT) {
            reported += REPORT;
            report();
        }
    }
    print("scaled: %s\n", scaled > channel.level ? "more" : "less");
    finish();
}
