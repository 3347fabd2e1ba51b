/*
 * PPI (PS 6.16): 20 programmable channels, 12 with fixed ends (20–31), a forked second task for each, six channel
 * groups.
 *
 * An event reaches the tasks of all channels that were enabled when it was raised, in the order of the channels, and
 * takes no time to do so (periph/engine.h, inaccuracy 1).
 *
 * Inaccuracies
 *   1. EN and DIS of a group triggered by one event act in the order of the channels; on the chip EN wins.
 */
#ifndef PERIPH_PPI_H
#define PERIPH_PPI_H

#include "periph/engine.h"

enum { PPI_PROGRAMMABLE = 20, PPI_CHANNELS = 32, PPI_GROUPS = 6 };

struct ppi {
    struct periph p;
};

extern const struct periph_desc ppi_desc;

/* The ends of a channel: addresses of an event and of two task registers; 0: not connected. */
uint32_t ppi_event_end(const struct ppi *ppi, unsigned channel);
uint32_t ppi_task_end(const struct ppi *ppi, unsigned channel, bool fork);

#endif
