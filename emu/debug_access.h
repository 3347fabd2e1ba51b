/*
 * The chip as a debug probe reaches it: words through the AHB-AP, the core's registers, and time that passes. It is
 * what stepping algorithms are written over (step/). Implemented in process by soc/debug_access.c; whoever speaks SWD
 * implements it with transfers.
 *
 * Nothing blocks. The core runs, while DHCSR lets it, in pass() only.
 */
#ifndef EMU_DEBUG_ACCESS_H
#define EMU_DEBUG_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/cpu.h"
#include "emu/vtime.h"

struct debug_access_ops {
    /* Aligned words. False: a bus fault. */
    bool (*read)(void *ctx, uint32_t addr, uint32_t *value);
    bool (*write)(void *ctx, uint32_t addr, uint32_t value);
    /* Of the halted core: what a probe moves through DCRSR and DCRDR. */
    bool (*reg_get)(void *ctx, enum cpu_reg r, uint32_t *value);
    bool (*reg_set)(void *ctx, enum cpu_reg r, uint32_t value);
    /* Waits for about so long; shorter when the core halts meanwhile. False: there is nothing to wait for, since the
     * run is over. */
    bool (*pass)(void *ctx, vtime length);
    /* The probe's clock. */
    vtime (*now)(void *ctx);
};

struct debug_access {
    const struct debug_access_ops *ops;
    void *ctx;
};

#endif
