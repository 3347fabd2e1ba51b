/*
 * EGU0–5 (PS 6.8 "EGU — Event generator unit"): sixteen events each that software or PPI triggers, to enter an
 * interrupt handler on demand.
 */
#ifndef PERIPH_EGU_H
#define PERIPH_EGU_H

#include "periph/engine.h"

struct egu {
    struct periph p;
};

extern const struct periph_desc egu_desc;

#endif
