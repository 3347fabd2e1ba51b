#include "periph/uicr.h"

#include <string.h>

#define PSEL_DISCONNECTED 0x80000000u

enum { PSEL_PIN = 0x3F, NFCPINS_PROTECT = 1 << 0 };

void uicr_erase(uint8_t *image) { memset(image, 0xFF, UICR_SIZE); }

uint32_t uicr_get(const uint8_t *image, uint32_t offset)
{
    uint32_t value;

    memcpy(&value, image + offset, sizeof value); /* guest and hosts are little-endian */
    return value;
}

void uicr_set(uint8_t *image, uint32_t offset, uint32_t value) { memcpy(image + offset, &value, sizeof value); }

unsigned uicr_reset_pin(const uint8_t *image)
{
    uint32_t psel = uicr_get(image, UICR_PSELRESET);

    if (psel != uicr_get(image, UICR_PSELRESET + 4) || psel & PSEL_DISCONNECTED)
        return PIN_NONE;
    return psel & PSEL_PIN;
}

bool uicr_nfc_pins(const uint8_t *image) { return uicr_get(image, UICR_NFCPINS) & NFCPINS_PROTECT; }
