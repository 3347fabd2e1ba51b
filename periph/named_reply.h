/*
 * Answers of blocks that are not modelled: of a task of RADIO, NFCT, CCM, AAR, QDEC, COMP, LPCOMP, PDM and I2S (PS 6)
 * the event that its driver waits for, perhaps for ever, when it initializes or stops the block. A table says which,
 * and how much later. RADIO has its STATE as well.
 *
 * Inaccuracies
 *   1. Nothing else happens: no data moves, nothing is received, compared, counted or encrypted.
 *   2. Times are typical ones, or near: a packet of RADIO takes 300 µs whatever its length and rate, the ramp-up 40 µs
 *      whatever MODECNF0.RU says.
 *   3. RADIO.POWER resets its registers at once, when 0 is written.
 */
#ifndef PERIPH_NAMED_REPLY_H
#define PERIPH_NAMED_REPLY_H

#include "periph/engine.h"

enum { NAMED_REPLIES = 4 }; /* that can be under way in a block at once */

struct named_tenant {
    struct periph p;
    struct named_pending {
        struct sched_event event;
        struct named_tenant *owner;
        uint8_t row; /* of the table */
    } pending[NAMED_REPLIES];
};

/* For the descriptions of named blocks. */
void named_reply_init(struct periph *p);
void named_reply_reset(struct periph *p, uint32_t resetreas);
void named_reply_task(struct periph *p, unsigned number);
/* The write function of RADIO.POWER. */
void named_power(struct periph *p, unsigned i, uint32_t value);

#endif
