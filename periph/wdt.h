/*
 * WDT (PS 6.36 "WDT — Watchdog timer"): resets the chip CRV + 1 periods of LFCLK after START, unless every reload
 * register that RREN names was written with the key since the last reload.
 *
 * Time-out raises TIMEOUT; the reset follows at once, or two LFCLK periods later when the interrupt is enabled. CONFIG
 * tells whether the watchdog goes on while the CPU sleeps and while a debugger halts it. Once started it cannot be
 * stopped, and its settings are locked, until a reset that reaches it: soft reset and lockup do not (PS 5.3.6).
 *
 * Inaccuracies
 *   1. LFCLK runs for the watchdog without CLOCK showing it; the chip starts LFRC when nothing else was.
 *   2. INTENSET and the event are reset by soft reset and lockup too; the chip lets the whole watchdog be.
 *   3. Pausing in sleep or halt keeps the fraction of a period; the chip stops between whole ones.
 */
#ifndef PERIPH_WDT_H
#define PERIPH_WDT_H

#include "periph/engine.h"

enum { WDT_RELOAD_REGISTERS = 8 };
#define WDT_RELOAD_KEY 0x6E524635u

struct wdt {
    struct periph p;
    bool running, paused, expired;
    vtime left; /* until time-out, while paused */
    struct sched_event timeout;
};

extern const struct periph_desc wdt_desc;

#endif
