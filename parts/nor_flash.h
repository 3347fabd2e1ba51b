/*
 * A serial NOR flash chip: MX25R6435F of Macronix, 8 MiB, as on the nRF52840 DK. Whoever masters it selects it,
 * exchanges bytes with it and deselects it, as on the wire; how many lines carry the bits is a matter of the master's
 * timing.
 *
 * Program, erase and write-status need WREN first. They begin with the end of the frame, their effect is there at once,
 * and for their typical time (as the chip's SFDP table gives it: page 0.896 ms, 4 KiB 48 ms, 32 KiB 240 ms, 64 KiB
 * 480 ms, chip 52 s; status register 10 ms) the chip is busy and understands RDSR and reset only. Programming clears
 * bits, and wraps within its page of 256 bytes. Status and configuration registers are non-volatile. Instructions of
 * four lines need the bit QE of the status register.
 *
 * The content belongs to the caller, who may map it: a view, which begins at any sector of the chip and goes round. A
 * bitmap tells which sectors of the view may hold anything but 0xFF, so that an unused chip costs nothing to keep, copy
 * or compare.
 *
 * Inaccuracies
 *   1. A reset during an operation does not leave half of it.
 *   2. WEL reads as 1 during the operation and as 0 after it; the chip also leaves it set in some cases of failure.
 *   3. Suspend and resume, security registers, sleep-saving modes and the burst mode are not there: the instruction is
 *      logged once and ignored. SFDP has the basic table only.
 *   4. The chip does not wear out and never fails.
 */
#ifndef PARTS_NOR_FLASH_H
#define PARTS_NOR_FLASH_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/log.h"
#include "emu/vtime.h"

enum {
    NOR_FLASH_SIZE = 0x800000,
    NOR_FLASH_SECTOR = 0x1000,
    NOR_FLASH_SECTORS = NOR_FLASH_SIZE / NOR_FLASH_SECTOR,
    NOR_FLASH_PAGE = 256,
};

struct nor_flash {
    uint8_t *data;   /* the view, NOR_FLASH_SIZE bytes; borrowed */
    uint32_t view;   /* address in the chip at which it begins */
    struct log *log; /* borrowed; NULL: none */
    /* Told after the chip changed the view's content; may be NULL. */
    void (*changed)(void *ctx, uint32_t offset, uint32_t size);
    void *changed_ctx;

    uint32_t used[NOR_FLASH_SECTORS / 32]; /* sectors that may hold anything but 0xFF */
    uint8_t status, config[2];             /* non-volatile bits */
    bool write_enabled, deep_power_down, reset_enabled;
    vtime ready; /* when the operation under way is over */

    bool selected;
    const struct nor_flash_command *command; /* of the frame under way; NULL: none, or ignored */
    uint32_t taken;                          /* bytes of the frame so far */
    uint32_t address;
    uint8_t page[NOR_FLASH_PAGE]; /* bytes to be programmed, by their place in the page */
    uint8_t input[3];             /* bytes for the registers */
};

/* An erased chip as delivered. `data` has NOR_FLASH_SIZE bytes of 0xFF. */
void nor_flash_init(struct nor_flash *f, uint8_t *data, struct log *log);

/* Chip select: the frame begins or ends. `at`: now. */
void nor_flash_select(void *flash, bool selected, vtime at);
/* Takes a byte and gives the one that comes back meanwhile; -1 when the chip does not drive its output. */
int nor_flash_exchange(void *flash, uint8_t out, vtime at);
/* When the operation under way is over; may lie in the past. */
static inline vtime nor_flash_ready(const struct nor_flash *f) { return f->ready; }

/* Turns the view so that it begins at this address of the chip, rounded down to a sector. */
void nor_flash_show(struct nor_flash *f, uint32_t address);

/* Somebody else wrote into the view: a programmer, a debugger. */
void nor_flash_touch(struct nor_flash *f, uint32_t offset, uint32_t size);
/* Whether a sector of the view may hold anything but 0xFF. */
static inline bool nor_flash_sector_used(const struct nor_flash *f, uint32_t sector)
{
    return f->used[sector / 32] >> sector % 32 & 1;
}

#endif
