/*
 * Interrupt request lines from the peripherals to the NVIC. A line is a level; the NVIC latches its rising edge and
 * pends again while it stays high (ARMv7-M ARM B3.4.1).
 */
#ifndef EMU_IRQ_H
#define EMU_IRQ_H

#include <stdbool.h>

enum { IRQ_LINES = 48 };

struct irq_sink {
    void (*set_level)(void *ctx, unsigned irqn, bool level); /* irqn 0…IRQ_LINES-1 */
    void *ctx;
};

static inline void irq_set_level(const struct irq_sink *s, unsigned irqn, bool level)
{
    s->set_level(s->ctx, irqn, level);
}

#endif
