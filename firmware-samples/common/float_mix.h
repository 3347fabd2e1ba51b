/*
 * Single-precision work for the two floating-point benchmarks.
 *
 * Nothing here depends on how floats are computed as long as that is IEEE 754 with rounding to nearest and without
 * fused operations, so both benchmarks have the same checksum after the same number of rounds.
 */
#ifndef SAMPLES_FLOAT_MIX_H
#define SAMPLES_FLOAT_MIX_H

#include <stdint.h>

/* Does one round and mixes its results into `checksum`; returns the new one. */
uint32_t float_mix_round(uint32_t round, uint32_t checksum);

#endif
