/*
 * NVMC (PS 4.3): writing and erasing flash and UICR.
 *
 * A write of a word takes 41 µs, the erase of a page or of UICR 85 ms, of everything 169 ms (PS 4.3.9). Writing can
 * only clear bits. The new content is in memory at once. One more operation can wait for the one under way: READYNEXT
 * tells. Code that runs from flash stands still until the operation is over; code in RAM goes on and polls READY.
 *
 * A partial erase adds its duration to the page's account; the page is erased when 85 ms have come together.
 *
 * Inaccuracies
 *   1. A word may be written any number of times between two erases; the chip guarantees two.
 *   2. Code that runs from RAM is not stopped when it reads flash, or takes an interrupt into it, meanwhile.
 *   3. A page whose partial erase is not complete keeps its content.
 *   4. The cache is a matter of the CPU's timing only: IHIT and IMISS do not count.
 *   5. Reset during an operation does not leave half of it.
 *   6. A write while CONFIG.WEN is not Wen has no effect. The manual does not say what happens; firmware in the field
 *      does so through null pointers and goes on.
 */
#ifndef PERIPH_NVMC_H
#define PERIPH_NVMC_H

#include "periph/engine.h"

#define NVMC_TIME_WRITE      (41 * VTIME_PER_US)
#define NVMC_TIME_ERASE_PAGE (85 * VTIME_PER_MS)
#define NVMC_TIME_ERASE_ALL  (169 * VTIME_PER_MS)

enum {
    NVMC_PAGE_SIZE = 4096,
    NVMC_PAGES = 256,
    NVMC_FLASH_SIZE = NVMC_PAGE_SIZE * NVMC_PAGES, /* from address 0 */
};

struct nvmc {
    struct periph p;
    vtime begins, ends;             /* of the operation started last */
    uint8_t partial_ms[NVMC_PAGES]; /* erased so far */
};

extern const struct periph_desc nvmc_desc;

/* A guest's write to flash or UICR: the `write` of both struct bus_memory, with the struct nvmc as ctx. False, that is
 * a bus fault, when CONFIG.WEN allows writing but it is no aligned word, or ACL protects it. */
bool nvmc_flash_write(void *nvmc, uint32_t addr, uint32_t value, unsigned size);

#endif
