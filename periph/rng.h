/*
 * RNG (PS 6.21 "RNG — Random number generator"): a byte at a time, from thermal noise on the chip, from the chip's seed
 * here: the same run gives the same bytes. A reset does not repeat them.
 *
 * The first byte after START comes 128 µs later than those that follow, one every 30 µs, or every 120 µs with
 * CONFIG.DERCEN (PS 6.21.4, typical).
 *
 * Inaccuracies
 *   1. The time that a byte takes is always the typical one; on the chip it varies, with bias correction a lot.
 *   2. Bias correction changes the time alone: the bytes have no bias to correct.
 */
#ifndef PERIPH_RNG_H
#define PERIPH_RNG_H

#include "periph/engine.h"

#define RNG_TIME_START       (128 * VTIME_PER_US)
#define RNG_TIME_BYTE        (30 * VTIME_PER_US)
#define RNG_TIME_BYTE_DERCEN (120 * VTIME_PER_US)

struct rng {
    struct periph p;
    uint64_t source;
    struct sched_event byte;
};

extern const struct periph_desc rng_desc;

#endif
