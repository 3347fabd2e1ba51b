/*
 * The Private Peripheral Bus, 0xE0000000…0xE00FFFFF: which of the core's blocks answers where, to instructions and to
 * debuggers. ARMv7-M ARM B3.1.
 *
 * A block is two functions over whole words. What is written of a word is handed over as a mask.
 */
#include "nvic/core.h"

struct ppb_block {
    const char *name;
    uint32_t (*read)(struct core *c, uint32_t offset, bool debugger);
    void (*write)(struct core *c, uint32_t offset, uint32_t value, uint32_t mask, bool debugger);
};

enum { SIZE = 0x1000 };
#define WHOLE_WORD 0xFFFFFFFFu

static const struct ppb_block blocks[COMPONENTS] = {
    [COMPONENT_SCS] = {"SCS", scs_read, scs_write},
    [COMPONENT_DWT] = {"DWT", dwt_read, dwt_write},
    [COMPONENT_FPB] = {"FPB", fpb_read, fpb_write},
    [COMPONENT_ITM] = {"ITM", itm_read, itm_write},
    [COMPONENT_TPIU] = {"TPIU", tpiu_read, tpiu_write},
    [COMPONENT_ETM] = {"ETM", etm_read, etm_write},
    [COMPONENT_ROM_TABLE] = {"ROM table", rom_table_read, NULL},
};

static uint32_t read_word(struct core *c, enum component which, uint32_t offset, bool debugger)
{
    if (offset >= COMPONENT_ID)
        return component_id(which, offset);
    return blocks[which].read ? blocks[which].read(c, offset, debugger) : 0;
}

static void write_word(struct core *c, enum component which, uint32_t offset, uint32_t value, uint32_t mask,
                       bool debugger)
{
    if (blocks[which].write && offset < COMPONENT_ID)
        blocks[which].write(c, offset, value, mask, debugger);
}

/* ---- as devices on the bus -------------------------------------------------------------------------------------- */

static uint32_t port_read(void *ctx, uint32_t offset, unsigned size)
{
    const struct ppb_port *p = ctx;
    return read_word(p->core, p->which, offset & ~3u, false) >> (8 * (offset & 3));
}

static void port_write(void *ctx, uint32_t offset, uint32_t value, unsigned size)
{
    const struct ppb_port *p = ctx;
    unsigned shift = 8 * (offset & 3);
    uint32_t mask = (size == 4 ? WHOLE_WORD : (1u << 8 * size) - 1) << shift;
    write_word(p->core, p->which, offset & ~3u, value << shift, mask, false);
}

static uint32_t port_peek(void *ctx, uint32_t offset)
{
    const struct ppb_port *p = ctx;
    return read_word(p->core, p->which, offset, true);
}

static void port_poke(void *ctx, uint32_t offset, uint32_t value)
{
    const struct ppb_port *p = ctx;
    write_word(p->core, p->which, offset, value, WHOLE_WORD, true);
}

void ppb_attach(struct core *c)
{
    for (unsigned i = 0; i < COMPONENTS; i++) {
        c->ppb[i] = (struct ppb_port){.core = c, .which = (enum component)i};
        bus_add_device(c->bus, &(struct bus_device){.name = blocks[i].name,
                                                    .base = component_base((enum component)i),
                                                    .size = SIZE,
                                                    .read = port_read,
                                                    .write = port_write,
                                                    .peek = port_peek,
                                                    .poke = port_poke,
                                                    .ctx = &c->ppb[i]});
    }
}

/* ---- to debuggers ----------------------------------------------------------------------------------------------- */

static bool find_block(uint32_t addr, enum component *which)
{
    for (unsigned i = 0; i < COMPONENTS; i++)
        if (addr - component_base((enum component)i) < SIZE) {
            *which = (enum component)i;
            return true;
        }
    return false;
}

bool core_debug_read(struct core *c, uint32_t addr, uint32_t *value)
{
    enum component which;
    if (!find_block(addr, &which))
        return false;
    *value = read_word(c, which, (addr & ~3u) - component_base(which), true);
    return true;
}

bool core_debug_write(struct core *c, uint32_t addr, uint32_t value)
{
    enum component which;
    if (!find_block(addr, &which))
        return false;
    write_word(c, which, (addr & ~3u) - component_base(which), value, WHOLE_WORD, true);
    return true;
}
