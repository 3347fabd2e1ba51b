/*
 * The machine as its debug access port reaches it (emu/swd_target.h).
 *
 * Accesses are those of a bus master: a peripheral's register does what reading or writing it does, and flash is
 * written through the NVMC. The core's own blocks take them as a debugger's. A semihosting BKPT is the debugger's
 * business as soon as it has set C_DEBUGEN. While the core is halted time goes on for everything else, unless `frozen`.
 *
 * Inaccuracies
 *   1. A write of less than a word to the core's private bus reads the word first.
 *   2. APPROTECT locks when its lowest byte is 0x00, and with APPROTECT.FORCEPROTECT; it does not when firmware fails
 * to write APPROTECT.DISABLE.
 */
#ifndef SOC_SWD_TARGET_H
#define SOC_SWD_TARGET_H

#include "emu/swd_target.h"
#include "soc/machine.h"

struct soc_swd {
    struct swd_target target;
    struct machine *machine;
    bool in_reset;          /* held there by the CTRL-AP */
    vtime erase_ends;       /* of ERASEALL */
    struct sched_event due; /* the time that passes has passed */
};

void soc_swd_init(struct soc_swd *s, struct machine *m);

#endif
