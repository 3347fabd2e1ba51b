/*
 * CRYPTOCELL (PS 6.6), the CC310 subsystem: its switch, what drivers ask to know it by (CC_HOST_RGF, CC_CTL), its
 * interrupts and its clocks (CC_MISC). The random generator is periph/cc_rng.h, the DMA periph/cc_dma.h, AES
 * periph/cc_aes.h, SHA-1 and SHA-2 periph/cc_hash.h. ChaCha and the public-key engine are not modelled: they answer by
 * name, and idle.
 *
 * The engines live in the page behind CRYPTOCELL's. IRR gathers their interrupts; what IMR does not mask of it is line
 * 42.
 *
 * Inaccuracies
 *   1. IRR.RNG_INT follows RNG_ISR: it goes when that is cleared; on the chip ICR has to clear it as well.
 *   2. While ENABLE is 0 the registers keep their content and answer; only engines do not start.
 *   3. Of the undocumented register at 0x928, which drivers read, only bits 31 to 24 are known; the others read 0.
 *   4. HOST_IOT_KDR, HOST_IOT_KPRTL_LOCK and HOST_CRYPTOKEY_SEL hold no keys.
 */
#ifndef PERIPH_CRYPTOCELL_H
#define PERIPH_CRYPTOCELL_H

#include "periph/engine.h"

enum { CRYPTOCELL_BASE = 0x5002A000 };

/* Bits of CC_HOST_RGF.IRR, IMR and ICR. */
enum {
    CC_IRR_SRAM_TO_DIN = 1 << 4,
    CC_IRR_DOUT_TO_SRAM = 1 << 5,
    CC_IRR_MEM_TO_DIN = 1 << 6,
    CC_IRR_DOUT_TO_MEM = 1 << 7,
    CC_IRR_AHB_ERR = 1 << 8,
    CC_IRR_RNG = 1 << 10,
};

extern const struct periph_desc cryptocell_desc;
extern const struct periph_desc cc_host_rgf_desc;
extern const struct periph_desc cc_ctl_desc;
extern const struct periph_desc cc_misc_desc;

/* For the engines; `p` is any tenant of their page. */

bool cryptocell_enabled(const struct periph *p);
/* Sets bits of IRR, which stay until ICR clears them. */
void cryptocell_request(struct periph *p, uint32_t bits);
/* To be called when an engine's interrupt status or mask has changed. */
void cryptocell_update(struct periph *p);

#endif
