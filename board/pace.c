#include "board/pace.h"

#include <stddef.h>

const char *const pace_names[PACE_SPEEDS + 1] = {"0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1",
                                                 "2",    "5",    "10",   "100", "max", NULL};

/* As fractions; the last one is not asked for. */
static const struct {
    int64_t over, under;
} speeds[PACE_SPEEDS] = {{1, 100}, {1, 50}, {1, 20}, {1, 10}, {1, 5},   {1, 2},
                         {1, 1},   {2, 1},  {5, 1},  {10, 1}, {100, 1}, {1, 1}};

void pace_begin(struct pace *p, unsigned speed, vtime now, int64_t host)
{
    *p = (struct pace){.speed = speed, .origin = now, .host_origin = host};
}

int64_t pace_due(const struct pace *p, vtime t)
{
    if (p->speed == PACE_MAX)
        return 0;
    __int128 units = (__int128)t - (__int128)p->origin; /* of 1/512 us */
    return p->host_origin +
           (int64_t)(units * 1000 * speeds[p->speed].under / ((int64_t)VTIME_PER_US * speeds[p->speed].over));
}

bool pace_keep(struct pace *p, vtime now, int64_t host)
{
    if (p->speed == PACE_MAX || host - pace_due(p, now) < PACE_PATIENCE)
        return false;
    pace_begin(p, p->speed, now, host);
    return true;
}

vtime pace_slice(const struct pace *p)
{
    vtime slice = 2 * VTIME_PER_MS * (vtime)speeds[p->speed].over / (vtime)speeds[p->speed].under;
    vtime most = 20 * VTIME_PER_MS;
    return p->speed == PACE_MAX || slice > most ? most : slice;
}
