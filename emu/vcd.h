/*
 * Writes a VCD file (Value Change Dump, IEEE 1364-2001 chapter 18) from the event log, for GTKWave, PulseView and
 * sigrok-cli: every pin (P0.13), every interrupt line that has a name, the number of the exception that runs
 * (exception[8] to exception[0], as IPSR shows it; 0 is Thread mode) and whether the core sleeps (sleep). The exception
 * number is written bit by bit because libsigrok up to 0.5.2 stops reading at the first value wider than one bit;
 * GTKWave puts the bits together again.
 *
 * What the board names is there once more, in a scope of its own: LED1 is the level of its pin.
 *
 * The timescale is 1 ps. One unit of emulated time is 1953.125 ps; every time is rounded to the nearest picosecond from
 * the exact one, so that nothing accumulates. A tool that samples (sigrok) is better given a downsampling factor:
 * `sigrok-cli -I vcd:downsample=15625 …` makes one sample of 15.625 ns, one CPU cycle.
 *
 * Files of equal runs are equal: no date is written.
 *
 * Inaccuracies:
 * 1. After a return to Thread mode with other exceptions still active (CCR.NONBASETHRDENA), `exception` shows the last
 *    of those instead of 0.
 */
#ifndef EMU_VCD_H
#define EMU_VCD_H

#include <stdbool.h>
#include <stddef.h>

#include "emu/evlog.h"
#include "emu/pin.h"

struct vcd; /* owned by whoever opened it */

struct vcd_signals {
    const char *const *irq_name; /* by IRQn; NULL entries are left out. No blanks in names. Copied into the file. */
    unsigned n_irqs;
    const struct pins *pins; /* levels to begin with; NULL: all low. Used by vcd_open() only. */
    /* Calls back for every pin that has another name, too, such as LED1; NULL: none. Used by vcd_open() only. */
    void (*each_name)(const void *names, void (*name)(void *ctx, const char *name, unsigned pin), void *ctx);
    const void *names;
};

/* Creates the file and attaches to the log. False, with one line in `err`, when the file cannot be created.
 * The log must outlive the vcd. */
bool vcd_open(struct vcd **v, const char *path, struct evlog *log, const struct vcd_signals *signals, char *err,
              size_t err_size);

/* Writes the time of the end, detaches, closes and frees. False, with one line in `err`, when something could not be
 * written. NULL is allowed. */
bool vcd_close(struct vcd *v, char *err, size_t err_size);

#endif
