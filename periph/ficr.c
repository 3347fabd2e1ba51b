#include "periph/ficr.h"

#include <string.h>

#include "emu/random.h"

enum {
    DEVICEID = 0x060,
    ER = 0x080,
    IR = 0x090,
    DEVICEADDR = 0x0A4,
    TAGHEADER0 = 0x450,

    NFC_MANUFACTURER = 0x5F, /* lowest byte of TAGHEADER0 */
};

struct word {
    uint16_t offset;
    uint32_t value;
};

static const struct word fixed[] = {
    {0x010, 4096}, /* CODEPAGESIZE */
    {0x014, 256},  /* CODESIZE */
    /* INFO: PART, VARIANT "AAD0", PACKAGE QIxx, RAM and FLASH in KiB */
    {0x100, 0x52840},
    {0x104, 0x41414430},
    {0x108, 0x2004},
    {0x10C, 256},
    {0x110, 1024},
    /* Undocumented: start-up code chooses its errata by these (8: nRF52840; 3: its revision) */
    {0x130, 8},
    {0x134, 3},
    /* PRODTEST: tests done */
    {0x350, 0xBB42319F},
    {0x354, 0xBB42319F},
    {0x358, 0xBB42319F},
    /* TEMP: A0 to A5, B0 to B5, T0 to T4 */
    {0x404, 0x326},
    {0x408, 0x348},
    {0x40C, 0x3AA},
    {0x410, 0x40E},
    {0x414, 0x4BD},
    {0x418, 0x5A3},
    {0x41C, 0x3FEF},
    {0x420, 0x3FBE},
    {0x424, 0x3FBE},
    {0x428, 0x012},
    {0x42C, 0x124},
    {0x430, 0x27C},
    {0x434, 0x0E2},
    {0x438, 0x000},
    {0x43C, 0x019},
    {0x440, 0x03C},
    {0x444, 0x050},
};

static const struct {
    uint16_t offset, words;
} individual[] = {{DEVICEID, 2}, {ER, 4}, {IR, 4}, {DEVICEADDR, 2}, {TAGHEADER0, 4}};

static void put(uint8_t *image, uint32_t offset, uint32_t value) { memcpy(image + offset, &value, sizeof value); }

void ficr_fill(uint8_t *image, uint64_t seed)
{
    memset(image, 0xFF, FICR_SIZE);
    for (unsigned i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        put(image, fixed[i].offset, fixed[i].value);
    for (unsigned i = 0; i < sizeof individual / sizeof individual[0]; i++)
        for (unsigned k = 0; k < individual[i].words; k++)
            put(image, individual[i].offset + 4 * k, (uint32_t)random_next(&seed));
    image[DEVICEADDR + 6] = image[DEVICEADDR + 7] = 0xFF; /* 48 bits */
    image[TAGHEADER0] = NFC_MANUFACTURER;
}
