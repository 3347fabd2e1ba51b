/*
 * UICR (PS 4.5): the user's configuration, a page of flash at 0x10001000 that NVMC writes and erases. It is a memory of
 * the bus; what is in it acts at the next reset.
 */
#ifndef PERIPH_UICR_H
#define PERIPH_UICR_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/pin.h"

enum {
    UICR_BASE = 0x10001000,
    UICR_SIZE = 0x1000,

    /* offsets */
    UICR_NRFFW = 0x014, /* [0]: address of the bootloader, for the MBR */
    UICR_CUSTOMER = 0x080,
    UICR_PSELRESET = 0x200,
    UICR_APPROTECT = 0x208,
    UICR_NFCPINS = 0x20C,
    UICR_DEBUGCTRL = 0x210,
    UICR_REGOUT0 = 0x304,
};

/* `image` is the page, UICR_SIZE bytes. */
void uicr_erase(uint8_t *image);
uint32_t uicr_get(const uint8_t *image, uint32_t offset);
void uicr_set(uint8_t *image, uint32_t offset, uint32_t value);

/* The reset pin, which both PSELRESET have to name (PS 4.5.1.4); PIN_NONE when there is none. */
unsigned uicr_reset_pin(const uint8_t *image);
/* Whether P0.09 and P0.10 belong to NFC; else they are GPIO. */
bool uicr_nfc_pins(const uint8_t *image);

#endif
