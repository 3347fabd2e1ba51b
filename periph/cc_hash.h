/*
 * CC_HASH (PS 6.6 "CRYPTOCELL", HASH engine): SHA-1, SHA-224 and SHA-256 of what the DMA of periph/cc_dma.h brings.
 *
 * HASH_H holds the state before and after, HASH_CUR_LEN the number of bytes so far. With HASH_PAD and HASH_PAD_AUTO set
 * the end of a transfer is the end of the message: padding follows. HASH_PAD_FORCE pads when there is no data left.
 *
 * Inaccuracies
 *   1. HASH_ENDIANNESS is only kept: data is always taken as the standard wants it.
 *   2. A mode that does not exist is SHA-256.
 *   3. HASH_SW_RESET takes effect at once.
 */
#ifndef PERIPH_CC_HASH_H
#define PERIPH_CC_HASH_H

#include "periph/engine.h"

enum { CC_HASH_BLOCK = 64, CC_HASH_CYCLES = 64 /* one a round; SHA-1 has eighty */ };

struct cc_hash {
    struct periph p;
    uint8_t block[CC_HASH_BLOCK]; /* what does not fill one yet */
    unsigned fill;
};

extern const struct periph_desc cc_hash_desc;

/* `p` is any tenant of the page. */
void cc_hash_process(struct periph *p, const uint8_t *data, uint32_t size);
/* The transfer has ended. */
void cc_hash_end(struct periph *p);

#endif
