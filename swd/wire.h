/*
 * Serial Wire Debug, bit by bit: what SWDIO is after each rising edge of SWCLK. ADIv5.2 chapters B4 and B5.3.
 *
 * The line is pulled up: nobody drives it, it is 1. The chip has no JTAG, so the sequence that switches from JTAG to
 * SWD is noise between two line resets, as it is meant to be; the way into the dormant state and out of it is there.
 */
#ifndef SWD_WIRE_H
#define SWD_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "swd/dp.h"

enum swd_wire_state {
    SWD_WIRE_LOST,  /* after an error, and before the first line reset: nothing is heard */
    SWD_WIRE_RESET, /* after a line reset: DPIDR must be read first */
    SWD_WIRE_READY,
    SWD_WIRE_DORMANT, /* until the selection alert */
};

struct swd_wire {
    struct swd_dp *dp;
    enum swd_wire_state state;
    uint8_t phase;       /* of a transfer */
    uint8_t count;       /* bits so far, or clocks left */
    uint8_t in_left;     /* bits of data still to come from the host */
    bool driving, level; /* the chip's driver */
    bool ok;             /* the transfer was acknowledged with OK */
    struct swd_request request;
    uint64_t shift;       /* bits that come in, or go out */
    uint32_t ones;        /* how many came in a row */
    uint32_t since_reset; /* bits since a line reset ended */
    uint64_t recent[2];   /* the last 128 bits, older ones first */
    uint8_t activation;   /* bits still to come behind a selection alert */
};

void swd_wire_init(struct swd_wire *w, struct swd_dp *dp);

/* A rising edge of SWCLK, with SWDIO at `level` when the host drives it. Returns SWDIO after the edge, when only the
 * chip or nobody drives. */
bool swd_wire_clock(struct swd_wire *w, bool host_drives, bool level);

#endif
