/*
 * The AHB-AP: registers through which a debugger reads and writes the chip's bus. ADIv5.2 chapter C2; Cortex-M4 TRM,
 * chapter "Debug"; PS 4.8.
 *
 * Inaccuracies
 *   1. While the port is locked all its registers read as zero and writes are ignored; nothing is reported.
 *   2. Of CSW the bits of HPROT and MasterType are kept, but make no difference on the bus.
 *   3. A transfer whose address is not aligned to its size is made at the aligned address.
 */
#ifndef SWD_MEM_AP_H
#define SWD_MEM_AP_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/swd_target.h"

#define MEM_AP_IDR  0x24770011u
#define MEM_AP_BASE 0xE00FF003u

enum mem_ap_register {
    MEM_AP_CSW = 0x00,
    MEM_AP_TAR = 0x04,
    MEM_AP_DRW = 0x0C,
    MEM_AP_BD0 = 0x10,
    MEM_AP_BD3 = 0x1C,
    MEM_AP_CFG = 0xF4,
    MEM_AP_BASE_REG = 0xF8,
    MEM_AP_IDR_REG = 0xFC
};
enum mem_ap_csw {
    MEM_AP_SIZE = 7,
    MEM_AP_INC_SINGLE = 1 << 4,
    MEM_AP_INC_PACKED = 2 << 4,
    MEM_AP_INC = 3 << 4,
    MEM_AP_DEVICE_EN = 1 << 6
};

/* TAR counts in its low bits only. */
#define MEM_AP_TAR_WRAP 0x1000u

struct mem_ap {
    const struct swd_target *target;
    uint32_t csw, tar;
};

void mem_ap_init(struct mem_ap *ap, const struct swd_target *target);

/* False: the access of the bus failed. */
bool mem_ap_read(struct mem_ap *ap, uint8_t reg, uint32_t *value);
bool mem_ap_write(struct mem_ap *ap, uint8_t reg, uint32_t value);

#endif
