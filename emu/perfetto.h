/*
 * Writes a trace for ui.perfetto.dev and chrome://tracing from the event log: Trace Event Format, JSON, one object.
 *
 * Processes group the tracks:
 *   core                  "exceptions": a slice for each exception from entry to return, nested as they nest; "sleep"
 *   pending               how long each exception was pending before it was taken
 *   peripherals           one track each: its tasks and events
 *   pins, interrupt lines a counter each, 0 or 1; those that change
 *   console               one track for each channel: a slice for each line, from its first byte to its end
 *
 * Times are in microseconds and exact: one unit of emulated time has nine decimals. Files of equal runs are equal.
 */
#ifndef EMU_PERFETTO_H
#define EMU_PERFETTO_H

#include <stdbool.h>
#include <stddef.h>

#include "emu/evlog.h"

struct perfetto; /* owned by whoever opened it */

enum { PERFETTO_NAME = 64 };

struct perfetto_names {
    const char *(*exception)(unsigned number, char *buf, size_t size);
    const char *(*irq)(unsigned irqn, char *buf, size_t size);
    /* "TIMER0.EVENTS_COMPARE[1]"; `buf` has PERFETTO_NAME bytes. */
    const char *(*reg)(void *ctx, uint32_t addr, char *buf);
    void *ctx;
};

/* Creates the file and attaches to the log, which must outlive it. False, with one line in `err`, when the file cannot
 * be created. */
bool perfetto_open(struct perfetto **t, const char *path, struct evlog *log, const struct perfetto_names *names,
                   char *err, size_t err_size);

/* Ends what is open, detaches, closes and frees. False, with one line in `err`, when something could not be written.
 * NULL is allowed. */
bool perfetto_close(struct perfetto *t, char *err, size_t err_size);

#endif
