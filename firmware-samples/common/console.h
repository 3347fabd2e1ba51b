/*
 * Where a sample's text goes, and how a sample ends.
 *
 * The console is UARTE0. A sample that needs nothing but the core can also be built for another Cortex-M4 machine, with
 * SAMPLE_CORE_ONLY defined: then the console is semihosting, and the end is an exit.
 */
#ifndef SAMPLES_CONSOLE_H
#define SAMPLES_CONSOLE_H

#include "nrf52840.h"
#include "print.h"
#include "semihosting.h"
#include "uart.h"

static inline void console_init(void)
{
#ifdef SAMPLE_CORE_ONLY
    print_to(semihosting_write);
#else
    uart_init();
    print_to(uart_write);
#endif
}

/* Switches every interrupt off and sleeps for ever. */
__attribute__((noreturn)) static inline void sleep_for_ever(void)
{
    irq_disable();
    SYSTICK->CSR = 0;
    for (unsigned i = 0; i < 2; i++)
        NVIC->ICER[i] = 0xFFFFFFFF;
    for (;;)
        wfi();
}

/* Prints the line that tells whoever waits for it that the sample has come to its end. */
__attribute__((noreturn)) static inline void finish(void)
{
    print("done\n");
#ifdef SAMPLE_CORE_ONLY
    semihosting_exit(0);
#else
    sleep_for_ever();
#endif
}

#endif
