/*
 * The debug port: its registers, and what it answers to a transfer. ARM Debug Interface Architecture Specification
 * ADIv5.2, chapters B1, B2 and B4; DPv1 as the nRF52840 has it (PS 4.8 "Debug and trace").
 *
 * A transfer has two halves: swd_dp_request() when its header has come, which gives the acknowledge and, for a read,
 * the data; and swd_dp_complete() when its data phase is over, which does what it asks for. Reads of an access port are
 * posted: each answers with what the one before has found.
 *
 * Inaccuracies
 *   1. An access of the bus is over at once: WAIT is answered only for as long as `access_edges` says, and 0 says
 * never.
 *   2. TRNCNT is kept, but each transfer makes one access.
 *   3. CDBGRSTREQ has no effect and is not acknowledged.
 */
#ifndef SWD_DP_H
#define SWD_DP_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/swd_target.h"
#include "swd/ctrl_ap.h"
#include "swd/mem_ap.h"

#define SWD_DPIDR 0x2BA01477u

enum swd_ack { SWD_ACK_OK = 1, SWD_ACK_WAIT = 2, SWD_ACK_FAULT = 4 };

/* By address; the first is read, the second written. */
enum swd_dp_register {
    SWD_DP_IDR = 0,
    SWD_DP_ABORT = 0,
    SWD_DP_CTRL = 4,
    SWD_DP_RESEND = 8,
    SWD_DP_SELECT = 8,
    SWD_DP_RDBUFF = 12
};

enum swd_abort {
    SWD_ABORT_DAP = 1,
    SWD_ABORT_STKCMP = 2,
    SWD_ABORT_STKERR = 4,
    SWD_ABORT_WDERR = 8,
    SWD_ABORT_ORUNERR = 16
};

/* CTRL/STAT. */
#define SWD_ORUNDETECT   0x00000001u
#define SWD_STICKYORUN   0x00000002u
#define SWD_TRNMODE      0x0000000Cu
#define SWD_STICKYCMP    0x00000010u
#define SWD_STICKYERR    0x00000020u
#define SWD_READOK       0x00000040u
#define SWD_WDATAERR     0x00000080u
#define SWD_CDBGPWRUPREQ 0x10000000u
#define SWD_CDBGPWRUPACK 0x20000000u
#define SWD_CSYSPWRUPREQ 0x40000000u
#define SWD_CSYSPWRUPACK 0x80000000u

struct swd_request {
    bool ap, read;
    uint8_t addr; /* 0, 4, 8 or 12 */
};

struct swd_dp {
    struct swd_target target;
    uint32_t select, ctrl, dlcr;
    uint32_t rdbuff, resend;
    uint64_t edges;        /* of SWCLK so far */
    uint64_t busy_until;   /* in edges: an access of the bus is under way */
    unsigned access_edges; /* how long one takes */
    struct mem_ap mem;
    struct ctrl_ap ctrl_ap;
    /* Told before an access port does anything, so that time can be brought up to date. */
    void (*before_access)(void *ctx);
    void *before_ctx;
    uint64_t transfers; /* acknowledged with OK */
};

void swd_dp_init(struct swd_dp *dp, const struct swd_target *target);

enum swd_ack swd_dp_request(struct swd_dp *dp, const struct swd_request *r, uint32_t *data);
/* `data`: of a write, with whether its parity was right. Only after SWD_ACK_OK. */
void swd_dp_complete(struct swd_dp *dp, const struct swd_request *r, uint32_t data, bool parity_ok);

/* A line reset leaves the registers as they are, but for DLCR.TURNROUND. */
void swd_dp_line_reset(struct swd_dp *dp);

/* How many clocks the line is nobody's when its direction changes. */
unsigned swd_dp_turnaround(const struct swd_dp *dp);
/* A transfer that is not acknowledged with OK has a data phase all the same. */
static inline bool swd_dp_overrun_detection(const struct swd_dp *dp) { return dp->ctrl & SWD_ORUNDETECT; }

#endif
