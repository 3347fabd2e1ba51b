#include "nvic/rom_table.h"

#define ROM_TABLE_BASE 0xE00FF000u
enum { ENTRY_PRESENT = 3 }; /* and it is a 32-bit table */
enum { CLASS_ROM_TABLE = 1, CLASS_DEBUG = 9, CLASS_GENERIC = 14 };
/* JEP106: continuation codes, and the number behind them. */
enum { ARM_BANK = 4, ARM_ID = 0x3B, NORDIC_BANK = 2, NORDIC_ID = 0x44 };
enum { DEVTYPE = 0xFCC, PIDR4 = 0xFD0, PIDR0 = 0xFE0, CIDR0 = 0xFF0 };
enum { ROM_TABLE_MEMTYPE = 1 }; /* the system's memory is behind the same access port */

static const struct {
    uint32_t base;
    uint16_t part;
    uint8_t revision, class, devtype, bank, id;
} components[COMPONENTS] = {
    [COMPONENT_SCS] = {0xE000E000u, 0x00C, 0, CLASS_GENERIC, 0, ARM_BANK, ARM_ID},
    [COMPONENT_DWT] = {0xE0001000u, 0x002, 3, CLASS_GENERIC, 0, ARM_BANK, ARM_ID},
    [COMPONENT_FPB] = {0xE0002000u, 0x003, 2, CLASS_GENERIC, 0, ARM_BANK, ARM_ID},
    [COMPONENT_ITM] = {0xE0000000u, 0x001, 3, CLASS_GENERIC, 0, ARM_BANK, ARM_ID},
    [COMPONENT_TPIU] = {0xE0040000u, 0x9A1, 0, CLASS_DEBUG, 0x11, ARM_BANK, ARM_ID},
    [COMPONENT_ETM] = {0xE0041000u, 0x925, 0, CLASS_DEBUG, 0x13, ARM_BANK, ARM_ID},
    [COMPONENT_ROM_TABLE] = {ROM_TABLE_BASE, 0x008, 0, CLASS_ROM_TABLE, ROM_TABLE_MEMTYPE, NORDIC_BANK, NORDIC_ID},
};

uint32_t component_base(enum component which) { return components[which].base; }

static uint32_t peripheral_id(enum component which, unsigned i)
{
    uint32_t part = components[which].part, id = components[which].id;
    const uint8_t pidr[4] = {(uint8_t)part, (uint8_t)((id & 15) << 4 | part >> 8),
                             (uint8_t)(components[which].revision << 4 | 8 | id >> 4), 0};
    return pidr[i];
}

uint32_t component_id(enum component which, uint32_t offset)
{
    static const uint8_t preamble[4] = {0x0D, 0x00, 0x05, 0xB1};
    unsigned i = (offset & 0xF) / 4;
    switch (offset & ~0xFu) {
    case PIDR4:
        return i ? 0 : components[which].bank;
    case PIDR0:
        return peripheral_id(which, i);
    case CIDR0:
        return preamble[i] | (i == 1 ? (uint32_t)components[which].class << 4 : 0);
    default:
        return offset == DEVTYPE ? components[which].devtype : 0;
    }
}

uint32_t rom_table_read(struct core *c, uint32_t offset, bool debugger)
{
    enum component which = (enum component)(offset / 4);
    return which < COMPONENT_ROM_TABLE ? (components[which].base - ROM_TABLE_BASE) | ENTRY_PRESENT : 0;
}
