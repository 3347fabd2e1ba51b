#include "periph/named.h"

#include <assert.h>
#include <string.h>

#define NAMED_FUNCTIONS \
    .unmodelled = true, .init = named_reply_init, .reset = named_reply_reset, .other_task = named_reply_task

#include "regnames.h"

/* The part number and revision as a CoreSight component has them, which older start-up code asks for its errata. */
static const struct periph_reg_desc partid_regs[] = {
    {.offset = 0xFE0, .name = "PIDR0", .access = PERIPH_RO, .reset = 0x08},
    {.offset = 0xFE4, .name = "PIDR1", .access = PERIPH_RO, .reset = 0x00},
    {.offset = 0xFE8, .name = "PIDR2", .access = PERIPH_RO, .reset = 0x30},
    {.offset = 0xFEC, .name = "PIDR3", .access = PERIPH_RO, .reset = 0x00},
};
static const struct periph_desc partid_desc = {
    .type = "PARTID",
    .size = sizeof(struct periph),
    PERIPH_TABLE_AS(regs, partid_regs),
};

/* Errata 171 and 187: switches of USBD's power, whose errors the model does not have. */
static const struct periph_reg_desc usb_errata_regs[] = {
    {.offset = 0xC00, .name = "UNLOCK"},
    {.offset = 0xC14, .name = "ERRATUM171"},
    {.offset = 0xD14, .name = "ERRATUM187"},
};
static const struct periph_desc usb_errata_desc = {
    .type = "USBERRATA",
    .size = sizeof(struct periph),
    PERIPH_TABLE_AS(regs, usb_errata_regs),
};

static const struct periph_reg_desc clock_errata_regs[] = {
    {.offset = 0x074, .name = "UNDOCUMENTED", .unmodelled = true},
};
static const struct periph_desc clock_errata_desc = {
    .type = "ERRATA7C",
    .size = sizeof(struct periph),
    PERIPH_TABLE_AS(regs, clock_errata_regs),
};

/* AHB multilayer: which bus master goes first to which section of RAM. Radio stacks set it up. */
static const struct periph_reg_desc amli_regs[] = {
    {.offset = 0xE00, .name = "RAMPRI[%u]", .count = 14, .unmodelled = true},
};
static const struct periph_desc amli_desc = {
    .type = "AMLI",
    .size = sizeof(struct periph),
    PERIPH_TABLE_AS(regs, amli_regs),
};

static const struct named_block undocumented[] = {
    {"AMLI", 0x40000000, PERIPH_NO_IRQ, &amli_desc},
    {"PARTID", 0xF0000000, PERIPH_NO_IRQ, &partid_desc},
    {"USBERRATA", 0x4006E000, PERIPH_NO_IRQ, &usb_errata_desc},
    {"ERRATA7C", 0x4007C000, PERIPH_NO_IRQ, &clock_errata_desc},
};

const struct named_block *named_block(const char *name)
{
    for (unsigned i = 0; i < named_block_count; i++)
        if (!strcmp(named_blocks[i].name, name))
            return &named_blocks[i];
    return NULL;
}

static bool claimed(const struct periph_slot *s, const char *name)
{
    for (unsigned i = 0; i < s->n_tenants; i++)
        if (!strcmp(s->tenant[i]->name, name))
            return true;
    return false;
}

/* APPROTECT has no interrupt, but it lies in the page of CLOCK and POWER, which have. */
static int irqn_of_page(const struct named_block *b)
{
    for (unsigned i = 0; i < named_block_count; i++)
        if (named_blocks[i].base == b->base && named_blocks[i].irqn != PERIPH_NO_IRQ)
            return named_blocks[i].irqn;
    return PERIPH_NO_IRQ;
}

static struct periph_slot *slot_for(struct named *n, struct periph_engine *e, const struct named_block *b)
{
    struct periph_slot *s = periph_engine_slot_at(e, b->base);

    if (s)
        return s;
    assert(n->n_slots < NAMED_MAX_SLOTS);
    s = &n->slot[n->n_slots++];
    periph_slot_init(s, e, b->name, b->base & ~(PERIPH_SLOT_SIZE - 1u), irqn_of_page(b));
    return s;
}

static void fill(struct named *n, struct periph_engine *e, const struct named_block *b)
{
    struct periph_slot *s = slot_for(n, e, b);

    if (claimed(s, b->name) || (!b->desc->n_regs && !b->desc->n_tasks && !b->desc->n_events))
        return;
    assert(n->n_tenants < NAMED_MAX_TENANTS);
    periph_init(&n->tenant[n->n_tenants++].p, b->desc, s, b->name, 0, b->base - s->base);
}

static bool is_memory(const struct named_block *b) { return b->base < 0x20000000; }

void named_fill(struct named *n, struct periph_engine *e)
{
    n->n_tenants = n->n_slots = 0;
    for (unsigned i = 0; i < named_block_count; i++)
        if (!is_memory(&named_blocks[i]))
            fill(n, e, &named_blocks[i]);
    for (unsigned i = 0; i < sizeof undocumented / sizeof undocumented[0]; i++)
        fill(n, e, &undocumented[i]);
}
