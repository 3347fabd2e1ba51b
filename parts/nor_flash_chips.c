/* The chips, from their data sheets. */
#include "parts/nor_flash.h"

#include <stddef.h>
#include <string.h>

#define US VTIME_PER_US
#define MS VTIME_PER_MS
#define S  VTIME_PER_S

const struct nor_flash_chip nor_flash_chips[] = {
    {"mx25r6435f",
     {0xC2, 0x28, 0x17},
     0x17,
     0x800000,
     NOR_FLASH_MACRONIX,
     .program = 896 * US,
     .erase_sector = 48 * MS,
     .erase_32k = 240 * MS,
     .erase_block = 480 * MS,
     .erase_chip = 52 * S,
     .write_status = 10 * MS,
     .leave_deep_power_down = 35 * US},
    {"gd25q16c",
     {0xC8, 0x40, 0x15},
     0x14,
     0x200000,
     NOR_FLASH_QE_IN_SECOND,
     .program = 700 * US,
     .erase_sector = 50 * MS,
     .erase_32k = 200 * MS,
     .erase_block = 280 * MS,
     .erase_chip = 10 * S,
     .write_status = 5 * MS,
     .leave_deep_power_down = 20 * US},
    {"w25q16jv",
     {0xEF, 0x40, 0x15},
     0x14,
     0x200000,
     NOR_FLASH_QE_IN_SECOND,
     .program = 400 * US,
     .erase_sector = 45 * MS,
     .erase_32k = 120 * MS,
     .erase_block = 150 * MS,
     .erase_chip = 5 * S,
     .write_status = 10 * MS,
     .leave_deep_power_down = 3 * US},
    {"w25q32jv",
     {0xEF, 0x40, 0x16},
     0x15,
     0x400000,
     NOR_FLASH_QE_IN_SECOND,
     .program = 400 * US,
     .erase_sector = 45 * MS,
     .erase_32k = 120 * MS,
     .erase_block = 150 * MS,
     .erase_chip = 10 * S,
     .write_status = 10 * MS,
     .leave_deep_power_down = 3 * US},
    {0},
};

const struct nor_flash_chip *nor_flash_chip(const char *name)
{
    for (const struct nor_flash_chip *c = nor_flash_chips; c->name; c++)
        if (!strcmp(c->name, name))
            return c;
    return NULL;
}
