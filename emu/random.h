/*
 * Random numbers that are the same in every run: SplitMix64, one step of a Weyl sequence, mixed.
 *
 * A source is a `uint64_t` in the owner's struct, so that a snapshot keeps it. Sources of one chip that must differ
 * start from random_source() with numbers of their own.
 */
#ifndef EMU_RANDOM_H
#define EMU_RANDOM_H

#include <stdint.h>

static inline uint64_t random_next(uint64_t *source)
{
    uint64_t z = *source += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* Where source `number` begins in a chip with this seed. */
static inline uint64_t random_source(uint64_t seed, uint32_t number)
{
    uint64_t s = seed ^ (uint64_t)number << 32;

    return random_next(&s);
}

#endif
