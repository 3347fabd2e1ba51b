/* PSEL registers: which pin a signal of a peripheral has (PS 6.1, "Pin select" in each chapter). */
#ifndef PERIPH_PSEL_H
#define PERIPH_PSEL_H

#include "periph/engine.h"

#define PSEL_DISCONNECTED 0x80000000u
#define PSEL_MASK         0x8000003Fu
#define PSEL_PIN_MASK     0x3Fu

/* The pin that the register at `offset` selects, as emu/pin.h numbers them, or PIN_NONE. */
static inline unsigned psel_pin(const struct periph *p, uint32_t offset)
{
    uint32_t value = periph_get(p, offset), pin = value & PSEL_PIN_MASK;

    return value & PSEL_DISCONNECTED || pin >= PIN_COUNT ? PIN_NONE : pin;
}

/* A row of a table of registers. */
#define PSEL_REG(offset_, name_, write_)                                                          \
    {                                                                                             \
        .offset = offset_, .name = name_, .reset = UINT32_MAX, .mask = PSEL_MASK, .write = write_ \
    }

#endif
