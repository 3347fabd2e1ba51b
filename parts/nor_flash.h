/*
 * Serial NOR flash chips, nor_flash_chips.c lists which. Whoever masters one selects it, exchanges bytes with it and
 * deselects it, as on the wire; how many lines carry the bits is a matter of the master's timing.
 *
 * Program, erase and write-status need WREN first. They begin with the end of the frame, their effect is there at once,
 * and for their typical time the chip is busy and understands RDSR and reset only. Programming clears bits, and wraps
 * within its page of 256 bytes. Status and configuration registers are non-volatile. Instructions of four lines need
 * the bit QE, which Macronix has in the status register and others in a second one.
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
 *   5. SFDP is the chip's own for MX25R6435F; for the others it has the size, and no erase times.
 *   6. A view that is larger than the chip holds 0xFF behind it, where the chip's content would come again.
 */
#ifndef PARTS_NOR_FLASH_H
#define PARTS_NOR_FLASH_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/log.h"
#include "emu/vtime.h"

enum {
    NOR_FLASH_SIZE = 0x800000, /* of the view, and of the largest chip */
    NOR_FLASH_SECTOR = 0x1000,
    NOR_FLASH_SECTORS = NOR_FLASH_SIZE / NOR_FLASH_SECTOR,
    NOR_FLASH_PAGE = 256,
};

/* Where a chip keeps what: the status register, and one or two more that are written behind it. */
enum nor_flash_registers {
    NOR_FLASH_MACRONIX,     /* QE in the status register; two configuration registers, read with RDCR */
    NOR_FLASH_QE_IN_SECOND, /* QE in a second status register, read with 35h; maybe a third, read with 15h */
};

struct nor_flash_chip {
    const char *name; /* as board files spell it */
    uint8_t id[3];    /* RDID: manufacturer, type, capacity */
    uint8_t electronic_id;
    uint32_t size;
    enum nor_flash_registers registers;
    /* How long it is busy, typically. */
    vtime program, erase_sector, erase_32k, erase_block, erase_chip, write_status, leave_deep_power_down;
};

/* By its name; NULL: none is called so. */
const struct nor_flash_chip *nor_flash_chip(const char *name);
/* All of them, in a row that ends with NULL's name. */
extern const struct nor_flash_chip nor_flash_chips[];

struct nor_flash {
    const struct nor_flash_chip *chip;
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
void nor_flash_init(struct nor_flash *f, const struct nor_flash_chip *chip, uint8_t *data, struct log *log);

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
