/*
 * The fault report: why the program stopped, in words, where it was, and how it came there.
 *
 * Decodes the fault status registers (ARMv7-M ARM B3.2.15 CFSR, B3.2.16 HFSR, B3.2.18 MMFAR and BFAR) and walks the
 * stack from the registers as they are now, through exception frames (B1.5.6 to B1.5.8) down to the thread.
 */
#ifndef HOST_REPORT_H
#define HOST_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "emu/symbols.h"
#include "emu/vtime.h"

struct report_fault {
    const char *what; /* the headline, such as "lockup" */
    vtime time;
    uint32_t cfsr, hfsr, mmfar, bfar;

    /* r0…r12, sp, lr, pc, xpsr where the program stopped. In a locked-up core: the instruction that made it so. */
    uint32_t regs[17];
    uint32_t msp, psp; /* whichever is sp must agree with it */

    const struct symbols *symbols; /* NULL: addresses only */
    /* Reads memory without side effects; false when there is none. */
    bool (*read_word)(void *ctx, uint32_t addr, uint32_t *value);
    void *ctx;
};

/* Prints the whole report; every line ends with a newline. */
void report_fault(FILE *out, const struct report_fault *f);

/* The parts of it. */
void report_status(FILE *out, const struct report_fault *f);
void report_backtrace(FILE *out, const struct report_fault *f);

/* "HardFault", "IRQ 8" for 24; into `buf`. 0 is "Thread mode". */
const char *report_exception_name(unsigned exception, char *buf, unsigned size);

#endif
