/*
 * GPIOTE (PS 6.10): eight channels that raise events on edges of a pin or drive a pin by tasks, and the PORT event.
 *
 * A channel in task mode takes its pin from GPIO (PIN_FROM_PERIPHERAL) and gives it OUTINIT when it gets the pin. PORT
 * is raised by each rising edge of DETECT of P0 or P1.
 *
 * Inaccuracies
 *   1. Events come at the edge itself, without the latency of the chip's synchroniser, and short pulses are not lost.
 *   2. Of OUT, SET and CLR triggered at the same time the last counts; the chip has an order of priority.
 *   3. In task mode PIN_CNF.DRIVE is ignored: both levels are driven.
 */
#ifndef PERIPH_GPIOTE_H
#define PERIPH_GPIOTE_H

#include "periph/engine.h"

enum { GPIOTE_CHANNELS = 8 };

struct gpiote {
    struct periph p;
    struct {
        uint32_t pin; /* taken in task mode; PIN_NONE: none */
        bool level;   /* driven there */
    } channel[GPIOTE_CHANNELS];
};

extern const struct periph_desc gpiote_desc;

#endif
