/*
 * ECB (PS 6.7): AES-128 encryption of one block. ECBDATAPTR points to the key, the cleartext and the place for the
 * ciphertext, 16 bytes each, in this order.
 *
 * STARTECB loads key and cleartext; 7.2 µs later (PS 6.7.5, typical) the ciphertext is in RAM and ENDECB comes. STOPECB
 * before that leaves RAM as it is and raises ERRORECB, as does a pointer outside RAM.
 *
 * Inaccuracies
 *   1. Key and cleartext are loaded all at once by STARTECB, ENDECB writes the ciphertext.
 *   2. STARTECB during an operation has no effect; the specification does not say what happens.
 *   3. CCM and AAR, which share the AES core and go before ECB, are not modelled and never abort it.
 *   4. With a pointer outside RAM ERRORECB follows at once; on the chip a HardFault or a corruption of RAM may result.
 */
#ifndef PERIPH_ECB_H
#define PERIPH_ECB_H

#include "periph/engine.h"

enum { ECB_BLOCK = 16 };

#define ECB_TIME (72 * VTIME_PER_US / 10)

struct ecb {
    struct periph p;
    struct sched_event done;
    uint32_t to; /* where the ciphertext goes */
    uint8_t ciphertext[ECB_BLOCK];
};

extern const struct periph_desc ecb_desc;

#endif
