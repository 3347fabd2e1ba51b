#include "nvic/core.h"

enum { CLAIMSET = 0xFA0, CLAIMCLR = 0xFA4, LAR = 0xFB0, LSR = 0xFB4 };
enum { CLAIM_BITS = 15, LSR_PRESENT = 1, LSR_LOCKED = 2 };
#define UNLOCK_KEY 0xC5ACCE55u

/* Inaccuracy 1. */
static const struct row {
    uint16_t offset;
    bool told; /* in the log, when it is read or written */
    const char *name;
    uint32_t reset;
} rows[] = {
    {0x000, true, "ETMCR", 0x00000411},
    {0x004, false, "ETMCCR", 0x8C802000},
    {0x008, true, "ETMTRIGGER", 0},
    {0x010, true, "ETMSR", 0x00000002},
    {0x014, false, "ETMSCR", 0x00020D09},
    {0x020, true, "ETMTEEVR", 0},
    {0x024, true, "ETMTECR1", 0},
    {0x02C, true, "ETMFFLR", 0},
    {0x140, true, "ETMCNTRLDVR1", 0},
    {0x1E0, true, "ETMSYNCFR", 0x00000400},
    {0x1E4, false, "ETMIDR", 0x4114F250},
    {0x1E8, false, "ETMCCER", 0x18541800},
    {0x1F0, true, "ETMTESSEICR", 0},
    {0x1F8, true, "ETMTSEVR", 0},
    {0x200, true, "ETMTRACEIDR", 0},
    {0x208, false, "ETMIDR2", 0},
    {0x314, false, "ETMPDSR", 0x00000001},
    {0xEE0, true, "ITMISCIN", 0},
    {0xEE8, true, "ITTRIGOUT", 0},
    {0xEF0, true, "ETM_ITATBCTR2", 0},
    {0xEF8, true, "ETM_ITATBCTR0", 0},
    {0xF00, true, "ETMITCTRL", 0},
    {CLAIMSET, false, "ETMCLAIMSET", 0},
    {CLAIMCLR, false, "ETMCLAIMCLR", 0},
    {LAR, false, "ETMLAR", 0},
    {LSR, false, "ETMLSR", 0},
    {0xFB8, false, "ETMAUTHSTATUS", 0},
    {0xFC8, false, "ETMDEVID", 0},
};

static const struct row *use(struct core *c, uint32_t offset)
{
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].offset == offset) {
            if (rows[i].told)
                log_once(c->log, 0xE0041000u + offset, "%s is not modelled: the ETM traces nothing", rows[i].name);
            return &rows[i];
        }
    log_once(c->log, 0xE0041000u + offset, "ETM+0x%03x is not modelled", offset);
    return NULL;
}

uint32_t etm_read(struct core *c, uint32_t offset, bool debugger)
{
    const struct row *r = use(c, offset);
    if (offset == CLAIMSET)
        return CLAIM_BITS;
    if (offset == CLAIMCLR)
        return c->etm.claim;
    if (offset == LSR)
        return LSR_PRESENT | (c->etm.unlocked ? 0 : LSR_LOCKED);
    return r ? r->reset : 0;
}

void etm_write(struct core *c, uint32_t offset, uint32_t value, uint32_t mask, bool debugger)
{
    use(c, offset);
    if (offset == LAR)
        c->etm.unlocked = value == UNLOCK_KEY;
    if (!c->etm.unlocked && !debugger)
        return;
    if (offset == CLAIMSET)
        c->etm.claim |= value & CLAIM_BITS;
    else if (offset == CLAIMCLR)
        c->etm.claim &= ~value;
}
