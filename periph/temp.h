/*
 * TEMP (PS 6.28 "TEMP — Temperature sensor"): the die's temperature in steps of 0.25 °C, 36 µs after START.
 *
 * What it measures is temp_set()'s business, 25 °C from the beginning.
 *
 * Inaccuracies
 *   1. The sensor is ideal: it measures exactly. The coefficients A0 to A5, B0 to B5 and the end points T0 to T4, which
 *      start-up code copies from FICR, correct a real sensor; here they are memory, and other values change nothing.
 *   2. The result does not depend on which oscillator HFCLK runs from.
 */
#ifndef PERIPH_TEMP_H
#define PERIPH_TEMP_H

#include "periph/engine.h"

#define TEMP_TIME_CONVERSION (36 * VTIME_PER_US)

enum {
    TEMP_STEPS_PER_DEGREE = 4,
    TEMP_LOWEST = -40 * TEMP_STEPS_PER_DEGREE, /* the range in which the chip may be used */
    TEMP_HIGHEST = 85 * TEMP_STEPS_PER_DEGREE,
    TEMP_DEFAULT = 25 * TEMP_STEPS_PER_DEGREE,
};

struct temp {
    struct periph p;
    int quarters; /* what the die has, in 0.25 °C */
    struct sched_event ready;
};

extern const struct periph_desc temp_desc;

/* Sets the die's temperature, in 0.25 °C, for conversions that end from now on; beyond the range it stays within it. */
void temp_set(struct temp *t, int quarters);

#endif
