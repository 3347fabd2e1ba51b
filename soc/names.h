/*
 * What the chip calls its interrupts and exceptions, as one word: for waveforms, traces, profiles and the window.
 */
#ifndef SOC_NAMES_H
#define SOC_NAMES_H

#include <stddef.h>

enum { NAMES_MAX = 64 };

/* The peripherals that share an interrupt, such as "CLOCK_POWER"; "" when no peripheral that is modelled has it. */
const char *names_irq(unsigned irqn, char *buf, size_t size);

/* "Thread", "SysTick", "RTC1", "IRQ42". */
const char *names_exception(unsigned number, char *buf, size_t size);

#endif
