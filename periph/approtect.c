#include "periph/approtect.h"

enum { FORCEPROTECT = 0x550, DISABLE = 0x558 };

static struct approtect *self(struct periph *p) { return (struct approtect *)p; }

static void write_forceprotect(struct periph *p, unsigned i, uint32_t value)
{
    if (self(p)->written)
        return;
    self(p)->written = true;
    periph_set(p, FORCEPROTECT, value);
    if (value == APPROTECT_FORCE)
        periph_set(p, DISABLE, 0);
}

static void write_disable(struct periph *p, unsigned i, uint32_t value)
{
    if (periph_get(p, FORCEPROTECT) != APPROTECT_FORCE)
        periph_set(p, DISABLE, value);
}

bool approtect_forced(struct approtect *a) { return a->written && periph_get(&a->p, FORCEPROTECT) == APPROTECT_FORCE; }

static void reset(struct periph *p, uint32_t resetreas) { self(p)->written = false; }

static const struct periph_reg_desc regs[] = {
    {FORCEPROTECT, "FORCEPROTECT", PERIPH_RW, .reset = 0xFFFFFFFF, .mask = 0xFF, .write = write_forceprotect,
     .inaccuracy = 1},
    {DISABLE, "DISABLE", PERIPH_RW, .mask = 0xFF, .write = write_disable, .inaccuracy = 1},
};

const struct periph_desc approtect_desc = {
    .type = "APPROTECT",
    .size = sizeof(struct approtect),
    PERIPH_TABLE(regs),
    .reset = reset,
};
