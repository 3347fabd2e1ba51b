/*
 * The debug connector: SWDIO and SWCLK with the debug port behind them, and what time the wire takes.
 *
 * The chip's time is brought up to the wire's before each access to it, and when a message of the probe is over: by the
 * clocks that have passed, at the speed that the host asked for (SWD_TIME_WIRE), or by the host's own clock
 * (SWD_TIME_WALL).
 */
#ifndef SWD_PORT_H
#define SWD_PORT_H

#include "swd/wire.h"

enum swd_time { SWD_TIME_WALL, SWD_TIME_WIRE, SWD_TIMES };
extern const char *const swd_time_names[SWD_TIMES + 1]; /* NULL behind the last */

enum { SWD_DEFAULT_HZ = 1000000, SWD_MAX_HZ = 50000000 };

struct swd_port {
    struct swd_dp dp;
    struct swd_wire wire;
    enum swd_time time;
    uint32_t hz;       /* of SWCLK */
    uint64_t hz_since; /* in edges: when it became that */
    vtime passed;      /* of what the edges since then take */
    vtime elapsed;     /* all that has passed for the chip */
    uint64_t seen_us;  /* of the host's clock */
    uint64_t (*now_us)(void);
};

void swd_port_init(struct swd_port *p, const struct swd_target *target, enum swd_time time);

/* One clock. `drives`: the host drives SWDIO, to `level`. Returns SWDIO after the edge. */
static inline bool swd_port_clock(struct swd_port *p, bool drives, bool level)
{
    return swd_wire_clock(&p->wire, drives, level);
}

void swd_port_set_speed(struct swd_port *p, uint32_t hz);
void swd_port_reset_pin(struct swd_port *p, bool low);

/* Brings the chip's time up to the wire's. */
void swd_port_sync(struct swd_port *p);
/* SWD_TIME_WIRE: the host says that it waits. */
void swd_port_idle(struct swd_port *p, vtime length);

#endif
