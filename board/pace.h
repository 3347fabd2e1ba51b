/*
 * Emulated time by the host's clock. When an emulated time is due is computed from where the pace began, so no error
 * adds up, however long it goes on. A host that cannot keep up loses time once, not more and more.
 */
#ifndef BOARD_PACE_H
#define BOARD_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/vtime.h"

enum { PACE_SPEEDS = 12, PACE_REAL_TIME = 6, PACE_MAX = PACE_SPEEDS - 1 };

/* "0.01", "0.02", …, "1", …, "max"; NULL behind the last one. */
extern const char *const pace_names[PACE_SPEEDS + 1];

struct pace {
    unsigned speed; /* index of pace_names */
    vtime origin;
    int64_t host_origin; /* ns */
};

/* Begins: emulated time is `now` when the host's is `host`. */
void pace_begin(struct pace *p, unsigned speed, vtime now, int64_t host);

/* When it is due, in the host's ns; 0 at full speed: at once. */
int64_t pace_due(const struct pace *p, vtime t);

/* Call it when emulated time is `now`: if that was due longer ago than PACE_PATIENCE, the pace begins anew. True then.
 */
#define PACE_PATIENCE INT64_C(100000000)
bool pace_keep(struct pace *p, vtime now, int64_t host);

/* Emulated time that passes in 2 ms of the host's; at full speed as much as is run in one go. */
vtime pace_slice(const struct pace *p);

#endif
