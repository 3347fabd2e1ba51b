/*
 * CC_RNG and CC_RNG_SRAM (PS 6.6 "CRYPTOCELL", RNG engine): the true random generator of the CC310, with its DMA to a
 * memory of its own. The bits come from the chip's seed.
 *
 * While the noise source is on, the engine has its clock and CRYPTOCELL is enabled, a bit is sampled every SAMPLE_CNT
 * cycles of the CPU clock. 192 bits are a collection: EHR_VALID, and TRNG_VALID until EHR_DATA[5] was read, from when
 * the next is collected. RNG_DMA, which needs no NOISE_SOURCE, brings collections to the SRAM, RNG_DMA_SAMPLES_NUM for
 * each oscillator that RNG_DMA_ROSC_LEN names; then comes DMA_DONE.
 *
 * Reading SRAM_DATA gives the word that the read before has fetched, and fetches the one at SRAM_ADDR: after SRAM_ADDR
 * was written the first read gives nothing new.
 *
 * Inaccuracies
 *   1. Collecting takes four samples for a bit, the mean of the von Neumann corrector, or one when that is bypassed.
 *   2. The bits are good: AUTOCORR_ERR, CRNGT_ERR and VNC_ERR are never raised, AUTOCORR_STATISTIC stays 0.
 *   3. All four ring oscillators are equally fast and noisy.
 *   4. RNG_SW_RESET takes effect at once, not after four cycles.
 *   5. The SRAM has 2 KiB, as RNG_DMA_SRAM_ADDR has bits for; addresses beyond start again at 0.
 */
#ifndef PERIPH_CC_RNG_H
#define PERIPH_CC_RNG_H

#include "periph/engine.h"

enum { CC_RNG_WORDS = 6, CC_RNG_SRAM_WORDS = 512 };

struct cc_rng {
    struct periph p;
    uint64_t source;
    struct sched_event collected, watchdog;
    unsigned dma_left; /* collections that DMA still wants */
    uint32_t dma_at;   /* where the next goes */
};

struct cc_rng_sram {
    struct periph p;
    uint32_t word[CC_RNG_SRAM_WORDS];
    uint32_t fetched; /* what the next read of SRAM_DATA gives */
};

extern const struct periph_desc cc_rng_desc;
extern const struct periph_desc cc_rng_sram_desc;

/* For CRYPTOCELL's DMA; `p` is any tenant of the page. */
void cc_rng_sram_read(const struct periph *p, uint32_t address, uint8_t *to, uint32_t size);
void cc_rng_sram_write(const struct periph *p, uint32_t address, const uint8_t *from, uint32_t size);

#endif
