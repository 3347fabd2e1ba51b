/*
 * GPIO ports P0 and P1 (PS 6.9): output, direction, pull, drive, input buffer, SENSE, LATCH and DETECT.
 *
 * OUT, DIR and PIN_CNF act on the electrical nodes of emu/pin.h as PIN_FROM_GPIO. An input whose buffer is disconnected
 * (PIN_CNF.INPUT, as after reset) reads 0 and senses nothing. DIR and PIN_CNF.DIR are one bit.
 *
 * GPIO survives the wake-up from System OFF (PS 5.3.6).
 *
 * Inaccuracies
 *   1. High and standard drive are the same; there is no current.
 *   2. An analog function of a pin does not disconnect its digital one.
 */
#ifndef PERIPH_GPIO_H
#define PERIPH_GPIO_H

#include "periph/engine.h"

struct gpio {
    struct periph p;
    unsigned first; /* pin number (emu/pin.h) of bit 0 */
    unsigned count; /* of pins */
    bool detect;    /* the port's DETECT signal */
};

extern const struct periph_desc gpio_desc_p0; /* 32 pins */
extern const struct periph_desc gpio_desc_p1; /* 16 pins */

#endif
