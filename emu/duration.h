/*
 * Durations as people write them: a number, which may have a decimal point, and a unit: us, ms, s or cycles (of the
 * 64 MHz CPU clock).
 */
#ifndef EMU_DURATION_H
#define EMU_DURATION_H

#include <stdbool.h>
#include <stddef.h>

#include "emu/vtime.h"

/* Parses the first `length` characters of `text`, all of them; what lies between two units of time is rounded down.
 * False when they are no duration or one beyond VTIME_NEVER. */
bool duration_parse(const char *text, size_t length, vtime *out);

#endif
