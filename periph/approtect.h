/*
 * APPROTECT (PS 4.8 "Debug and trace"): the registers by which firmware lets debuggers in, or locks them out.
 *
 * Start-up code copies UICR.APPROTECT to DISABLE. FORCEPROTECT takes one write until the next reset; Force (0) ends the
 * writing of DISABLE too.
 *
 * Inaccuracies
 *   1. Debuggers are kept out by FORCEPROTECT, and by a UICR.APPROTECT of 0x00, but not for want of a write to DISABLE;
 * and those at `--gdb` never are.
 */
#ifndef PERIPH_APPROTECT_H
#define PERIPH_APPROTECT_H

#include "periph/engine.h"

enum { APPROTECT_FORCE = 0x00, APPROTECT_SW_DISABLE = 0x5A };

struct approtect {
    struct periph p;
    bool written; /* FORCEPROTECT had its write */
};

/* FORCEPROTECT was written with Force. */
bool approtect_forced(struct approtect *a);

extern const struct periph_desc approtect_desc;

#endif
