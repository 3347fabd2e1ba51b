/*
 * Every peripheral block of the chip by name, base, interrupt and registers, from data/nrf52840.regs: what no model
 * claims answers here. Its registers keep what is written, its tasks do nothing, its events never come (but for those
 * few that drivers wait for: periph/named_reply.h), and the first access to each of them, to SHORTS and INTEN is logged
 * by its name (PS 4.2.3 "Peripheral instantiation").
 *
 * A few addresses that start-up code touches but no manual names are here too, as blocks of their own.
 *
 * Inaccuracies
 *   1. Registers that one write sets or clears in another (MWU.NMIENSET and the like) are plain words.
 *   2. Write-once registers (ACL) can be written again.
 */
#ifndef PERIPH_NAMED_H
#define PERIPH_NAMED_H

#include "periph/engine.h"
#include "periph/named_reply.h"

struct named_block {
    const char *name; /* "SPIM3" */
    uint32_t base;
    int irqn;                       /* or PERIPH_NO_IRQ */
    const struct periph_desc *desc; /* all of it unmodelled; shared by the instances of a type */
};

extern const struct named_block named_blocks[]; /* sorted as in data/nrf52840.regs */
extern const unsigned named_block_count;

enum { NAMED_MAX_TENANTS = 96, NAMED_MAX_SLOTS = 60 };

/* Storage for what no model claims; owned by the caller. */
struct named {
    struct named_tenant tenant[NAMED_MAX_TENANTS];
    unsigned n_tenants;
    struct periph_slot slot[NAMED_MAX_SLOTS];
    unsigned n_slots;
};

/* The block called `name`; NULL when the chip has none. */
const struct named_block *named_block(const char *name);

/* Adds to `e` every block whose name none of its tenants has, making slots where there are none. To be called after
 * all models were added. FICR and UICR are memories and are left out. */
void named_fill(struct named *n, struct periph_engine *e);

#endif
