/*
 * What the serial masters and slaves have in common of EasyDMA (the section "EasyDMA" of each chapter, PS 6.24 and on):
 * a channel is four registers, PTR, MAXCNT, AMOUNT and LIST, one after the other.
 *
 * PTR and MAXCNT are taken over when a transfer begins, so that software may prepare the next one meanwhile. With
 * LIST = ArrayList the next transfer without a new PTR goes on behind the buffer.
 *
 * Inaccuracies
 *   1. With LIST the register PTR shows the next buffer as soon as one was taken; where the chip keeps its position is
 *      not documented.
 *   2. Outside RAM zeros are sent, and what is received is lost, while times and counts are as usual; on the chip a
 *      HardFault or a corruption of RAM may result.
 */
#ifndef PERIPH_EASYDMA_H
#define PERIPH_EASYDMA_H

#include "periph/engine.h"

/* A buffer that is being used. */
struct easydma {
    uint32_t ptr, maxcnt;
    uint32_t amount;  /* bytes so far */
    uint16_t channel; /* offset of the register PTR */
};

/* Takes over the registers of the channel whose PTR is at `channel`. */
struct easydma easydma_take(struct periph *p, uint16_t channel);
static inline bool easydma_full(const struct easydma *d) { return d->amount >= d->maxcnt; }
/* The next byte of the buffer, which must not be full. */
uint8_t easydma_fetch(struct easydma *d, struct periph *p);
/* Puts a byte into the buffer, which must not be full. */
void easydma_store(struct easydma *d, struct periph *p, uint8_t byte);
/* Shows the amount in its register. */
void easydma_show(const struct easydma *d, struct periph *p);

#define EASYDMA_REGS(channel_, name_)                                                                                  \
    {.offset = (channel_), .name = name_ ".PTR"}, {.offset = (channel_) + 4, .name = name_ ".MAXCNT", .mask = 0xFFFF}, \
        {.offset = (channel_) + 8, .name = name_ ".AMOUNT", .access = PERIPH_RO},                                      \
    {                                                                                                                  \
        .offset = (channel_) + 12, .name = name_ ".LIST", .mask = 7                                                    \
    }

enum { EASYDMA_RXD = 0x534, EASYDMA_TXD = 0x544 };

#endif
