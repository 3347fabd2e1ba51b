/*
 * CC_DIN and CC_DOUT (PS 6.6 "CRYPTOCELL", DMA): what comes to CRYPTOCELL's engines from RAM or from the SRAM of the
 * random generator, and where their results go.
 *
 * The source's size starts it. CRYPTO_CTL chooses the way: past the engines, through AES, or into the hash. When all
 * has passed, the results are at the destination that was set before, and IRR says so: SRAM_TO_DIN or MEM_TO_DIN,
 * DOUT_TO_SRAM or DOUT_TO_MEM. Four bytes take a cycle of the CPU clock, a block of AES forty, one of the hash 64.
 *
 * Inaccuracies
 *   1. Everything is read and written at the end, not while it goes on.
 *   2. The ways of CRYPTO_CTL through ChaCha, and through AES and hash at once, lead nowhere; but it ends.
 *   3. The CPU cannot push or pull data itself (DIN_BUFFER, DOUT_BUFFER).
 *   4. Bytes are never swapped: ENDIANNESS and DIN_DMA_SRAM_ENDIANNESS, DOUT_DMA_SRAM_ENDIANNESS are only kept.
 *   5. An address outside RAM ends it with AHB_ERR_INT and nothing written.
 */
#ifndef PERIPH_CC_DMA_H
#define PERIPH_CC_DMA_H

#include "periph/engine.h"

struct cc_din {
    struct periph p;
    struct sched_event done;
    uint32_t size;
    bool from_sram;
};

extern const struct periph_desc cc_din_desc;
extern const struct periph_desc cc_dout_desc;

/* Whether data is on its way; `p` is any tenant of the page. */
bool cc_dma_busy(const struct periph *p);

#endif
