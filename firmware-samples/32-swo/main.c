/*
 * Output by SWO: text and numbers on two ports of the ITM, and what the DWT tells by itself, exceptions and writes to a
 * variable. The console has what the firmware sees of it.
 */
#include "console.h"

enum { TEXT, NUMBERS };
enum { BAUD = 4000000, TRACE_CLOCK = 32000000, INTERRUPTS = 3 };

static volatile uint32_t traced;
static volatile unsigned interrupts;

/* What a debugger does when it is asked for SWO. CLOCK.TRACECONFIG is this chip's own: without it no pin is connected.
 */
static void trace_init(void)
{
    CORE_DEBUG->DEMCR |= DEMCR_TRCENA;
    NRF_CLOCK->TRACECONFIG = CLOCK_TRACECONFIG_SERIAL | CLOCK_TRACECONFIG_32MHZ;
    TPIU->ACPR = TRACE_CLOCK / BAUD - 1;
    TPIU->SPPR = TPIU_SPPR_UART;
    TPIU->FFCR = TPIU_FFCR_TRIGIN; /* no formatter: there is one source */
    ITM->LAR = ITM_LAR_KEY;
    ITM->TPR = 0;
    ITM->TCR = ITM_TCR_ITMENA | ITM_TCR_TXENA | 1 << 16;
    ITM->TER = 1u << TEXT | 1u << NUMBERS;
}

static void trace_flush(void)
{
    while (ITM->TCR & ITM_TCR_BUSY)
        ;
}

static void trace_text(const char *text)
{
    for (; *text; text++) {
        while (!ITM->STIM[TEXT])
            ;
        ITM->STIM8[4 * TEXT] = (uint8_t)*text;
    }
}

static void trace_number(uint32_t n)
{
    while (!ITM->STIM[NUMBERS])
        ;
    ITM->STIM[NUMBERS] = n;
}

void SWI0_EGU0_IRQHandler(void);
void SWI0_EGU0_IRQHandler(void) { traced = ++interrupts; }

static void trace_interrupts(void)
{
    DWT->COMPARATOR[1].COMP = (uint32_t)(uintptr_t)&traced;
    DWT->COMPARATOR[1].MASK = 2;
    DWT->COMPARATOR[1].FUNCTION = DWT_FUNCTION_TRACE_VALUE_WRITTEN;
    DWT->CTRL |= DWT_CTRL_EXCTRCENA;
    nvic_enable(SWI0_EGU0_IRQn);
    for (unsigned i = 0; i < INTERRUPTS; i++) {
        nvic_set_pending(SWI0_EGU0_IRQn);
        dsb();
        isb();
        trace_flush();
    }
    DWT->CTRL &= ~DWT_CTRL_EXCTRCENA;
    DWT->COMPARATOR[1].FUNCTION = 0;
}

/* 160 bytes at 4 Mbaud, ten bits each. */
static void measure(void)
{
    DWT->CYCCNT = 0;
    DWT->CTRL |= DWT_CTRL_CYCCNTENA;
    uint32_t start = DWT->CYCCNT;
    for (unsigned i = 0; i < 32; i++)
        trace_number(i);
    trace_flush();
    uint32_t us = (DWT->CYCCNT - start) / 64;
    print("160 bytes: %s\n", us >= 395 && us <= 420 ? "0.4 ms" : "not 0.4 ms");
}

int main(void)
{
    console_init();
    print("before: port 0 is %s\n", ITM->STIM[TEXT] ? "ready" : "not ready");
    trace_init();
    print("after: port 0 is %s\n", ITM->STIM[TEXT] ? "ready" : "not ready");
    trace_text("Hello, SWO\n");
    trace_flush();
    trace_interrupts();
    print("%u interrupts\n", interrupts);
    measure();
    trace_text("done\n");
    trace_flush();
    finish();
}
