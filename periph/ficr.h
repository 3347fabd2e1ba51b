/*
 * FICR (PS 4.4): what the factory wrote about the chip, a read-only memory at 0x10000000. The numbers that differ from
 * chip to chip (DEVICEID, ER, IR, DEVICEADDR, NFC.TAGHEADER) are made from a seed: the same seed, the same chip.
 *
 * Inaccuracies
 *   1. TEMP holds the reset values of the TEMP peripheral's own coefficients, not those of one calibrated chip.
 *   2. TRNG90B is empty, as on early chips.
 */
#ifndef PERIPH_FICR_H
#define PERIPH_FICR_H

#include <stdint.h>

enum { FICR_BASE = 0x10000000, FICR_SIZE = 0x1000 };

/* Fills `image`, FICR_SIZE bytes. */
void ficr_fill(uint8_t *image, uint64_t seed);

#endif
