/*
 * The chip as its debug access port reaches it: one bus, with everything that is on it, and what Nordic's CTRL-AP adds.
 * Implemented by soc/swd_target.c; tests implement it with a fake.
 *
 * Nothing here blocks. Time passes in pass() only, and with it whatever the core does.
 */
#ifndef EMU_SWD_TARGET_H
#define EMU_SWD_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/vtime.h"

struct swd_target_ops {
    /* One access of the AHB-AP: `size` 1, 2 or 4, `addr` aligned to it, the value in the low bits. False: a bus fault.
     */
    bool (*read)(void *ctx, uint32_t addr, uint32_t *value, unsigned size);
    bool (*write)(void *ctx, uint32_t addr, uint32_t value, unsigned size);
    /* The AHB-AP is locked: only the CTRL-AP answers. */
    bool (*locked)(void *ctx);
    /* CTRL-AP.RESET: the chip is held in reset, or let go. */
    void (*reset)(void *ctx, bool held);
    /* The line nRESET at the debug connector. */
    void (*reset_pin)(void *ctx, bool low);
    /* CTRL-AP.ERASEALL, and whether it is still under way. */
    void (*erase_all)(void *ctx);
    bool (*erasing)(void *ctx);
    /* CTRL/STAT.CDBGPWRUPREQ: somebody debugs, or no longer. */
    void (*power)(void *ctx, bool on);
    /* Emulated time goes on for so long. */
    void (*pass)(void *ctx, vtime length);
};

struct swd_target {
    const struct swd_target_ops *ops;
    void *ctx;
};

#endif
