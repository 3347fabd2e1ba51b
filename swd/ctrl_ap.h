/*
 * Nordic's CTRL-AP (PS 4.8.2): reset and erasure of the chip from outside, locked or not.
 */
#ifndef SWD_CTRL_AP_H
#define SWD_CTRL_AP_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/swd_target.h"

#define CTRL_AP_IDR 0x02880000u

enum ctrl_ap_register {
    CTRL_AP_RESET = 0x00,
    CTRL_AP_ERASEALL = 0x04,
    CTRL_AP_ERASEALLSTATUS = 0x08,
    CTRL_AP_APPROTECTSTATUS = 0x0C,
    CTRL_AP_IDR_REG = 0xFC
};

struct ctrl_ap {
    const struct swd_target *target;
    bool reset;
};

void ctrl_ap_init(struct ctrl_ap *ap, const struct swd_target *target);
uint32_t ctrl_ap_read(struct ctrl_ap *ap, uint8_t reg);
void ctrl_ap_write(struct ctrl_ap *ap, uint8_t reg, uint32_t value);

#endif
