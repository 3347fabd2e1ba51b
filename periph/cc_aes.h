/*
 * CC_AES (PS 6.6 "CRYPTOCELL", AES engine): AES-128 in the modes ECB, CBC, CTR, CBC-MAC and CMAC, on what the DMA of
 * periph/cc_dma.h brings.
 *
 * The registers hold the bytes of key, initialization vector and counter in the order of memory. CBC and the MACs go on
 * from AES_IV_0 and leave their state there, CTR in AES_CTR. CMAC takes AES_REMAINING_BYTES for what is left of the
 * message: the block that ends it is the last.
 *
 * Inaccuracies
 *   1. Keys of the hardware (AES_SK) do not exist: AES_KEY_0 stays as it is.
 *   2. Keys are always of 128 bits; AES_CONTROL.NK_KEY0 has no other value on this chip.
 *   3. AES_SW_RESET forgets key, vector and counter at once.
 */
#ifndef PERIPH_CC_AES_H
#define PERIPH_CC_AES_H

#include "periph/engine.h"

enum { CC_AES_BLOCK = 16, CC_AES_CYCLES = 40 /* ten rounds of four */ };

extern const struct periph_desc cc_aes_desc;

/* Works on `size` bytes in place; all but the last call of an operation bring whole blocks. False: a mode without
 * output (the MACs). `p` is any tenant of the page. */
bool cc_aes_process(struct periph *p, uint8_t *data, uint32_t size);

#endif
