#include "swd/dp.h"

#define STICKY        (SWD_STICKYORUN | SWD_STICKYCMP | SWD_STICKYERR | SWD_WDATAERR)
#define CTRL_WRITABLE 0x54FFFF0Du /* what is neither an acknowledge, nor sticky, nor reserved */
#define CTRL_MASKLANE 8

enum { DLCR_TURNROUND = 8, DLCR_WRITABLE = 3 << DLCR_TURNROUND, BANK_CTRL = 0, BANK_DLCR = 1 };
enum { AP_MEM = 0, AP_CTRL = 1, AP_COUNT = 2 };
enum { TRNMODE_NORMAL, TRNMODE_VERIFY, TRNMODE_COMPARE };

void swd_dp_init(struct swd_dp *dp, const struct swd_target *target)
{
    *dp = (struct swd_dp){.target = *target};
    mem_ap_init(&dp->mem, &dp->target);
    ctrl_ap_init(&dp->ctrl_ap, &dp->target);
}

unsigned swd_dp_turnaround(const struct swd_dp *dp) { return 1 + (dp->dlcr >> DLCR_TURNROUND & 3); }

void swd_dp_line_reset(struct swd_dp *dp) { dp->dlcr = 0; }

/* ---- access ports ------------------------------------------------------------------------------------------------ */

static bool mem_read(struct swd_dp *dp, uint8_t reg, uint32_t *value) { return mem_ap_read(&dp->mem, reg, value); }
static bool mem_write(struct swd_dp *dp, uint8_t reg, uint32_t value) { return mem_ap_write(&dp->mem, reg, value); }
static bool ctrl_read(struct swd_dp *dp, uint8_t reg, uint32_t *value)
{
    *value = ctrl_ap_read(&dp->ctrl_ap, reg);
    return true;
}
static bool ctrl_write(struct swd_dp *dp, uint8_t reg, uint32_t value)
{
    ctrl_ap_write(&dp->ctrl_ap, reg, value);
    return true;
}

static const struct {
    bool (*read)(struct swd_dp *dp, uint8_t reg, uint32_t *value);
    bool (*write)(struct swd_dp *dp, uint8_t reg, uint32_t value);
} aps[AP_COUNT] = {[AP_MEM] = {mem_read, mem_write}, [AP_CTRL] = {ctrl_read, ctrl_write}};

static void begin_access(struct swd_dp *dp)
{
    dp->busy_until = dp->edges + dp->access_edges;
    if (dp->before_access)
        dp->before_access(dp->before_ctx);
}

/* Where no access port is, everything reads as zero. */
static uint32_t ap_read(struct swd_dp *dp, uint8_t addr)
{
    uint32_t value = 0, ap = dp->select >> 24;
    begin_access(dp);
    if (ap < AP_COUNT && !aps[ap].read(dp, (uint8_t)((dp->select & 0xF0) | addr), &value))
        dp->ctrl |= SWD_STICKYERR;
    return value;
}

/* Pushed operations: what is written is compared with what is there. */
static void push(struct swd_dp *dp, uint8_t addr, uint32_t value, unsigned mode)
{
    uint32_t lanes = 0, found = ap_read(dp, addr);
    for (unsigned i = 0; i < 4; i++)
        if (dp->ctrl >> (CTRL_MASKLANE + i) & 1)
            lanes |= 0xFFu << (8 * i);
    bool equal = ((found ^ value) & lanes) == 0;
    if (equal == (mode == TRNMODE_COMPARE))
        dp->ctrl |= SWD_STICKYCMP;
}

static void ap_write(struct swd_dp *dp, uint8_t addr, uint32_t value)
{
    uint32_t ap = dp->select >> 24;
    unsigned mode = (dp->ctrl & SWD_TRNMODE) >> 2;
    if (mode == TRNMODE_VERIFY || mode == TRNMODE_COMPARE) {
        push(dp, addr, value, mode);
        return;
    }
    begin_access(dp);
    if (ap < AP_COUNT && !aps[ap].write(dp, (uint8_t)((dp->select & 0xF0) | addr), value))
        dp->ctrl |= SWD_STICKYERR;
}

/* ---- registers of the port itself -------------------------------------------------------------------------------- */

/* Power comes as soon as it is asked for. */
static uint32_t read_ctrl(const struct swd_dp *dp)
{
    return dp->ctrl | (dp->ctrl & (SWD_CDBGPWRUPREQ | SWD_CSYSPWRUPREQ)) << 1;
}

static void write_ctrl(struct swd_dp *dp, uint32_t value)
{
    uint32_t before = dp->ctrl;
    dp->ctrl = (before & ~CTRL_WRITABLE) | (value & CTRL_WRITABLE);
    if ((before ^ dp->ctrl) & SWD_CDBGPWRUPREQ)
        dp->target.ops->power(dp->target.ctx, dp->ctrl & SWD_CDBGPWRUPREQ);
}

static uint32_t dp_read(struct swd_dp *dp, uint8_t addr)
{
    unsigned bank = dp->select & 0xF;
    switch (addr) {
    case SWD_DP_IDR:
        return SWD_DPIDR;
    case SWD_DP_CTRL:
        return bank == BANK_CTRL ? read_ctrl(dp) : bank == BANK_DLCR ? dp->dlcr : 0;
    case SWD_DP_RESEND:
        return dp->resend;
    default:
        return dp->rdbuff;
    }
}

static void write_abort(struct swd_dp *dp, uint32_t value)
{
    static const struct {
        uint32_t bit, clears;
    } flags[] = {{SWD_ABORT_STKCMP, SWD_STICKYCMP},
                 {SWD_ABORT_STKERR, SWD_STICKYERR},
                 {SWD_ABORT_WDERR, SWD_WDATAERR},
                 {SWD_ABORT_ORUNERR, SWD_STICKYORUN}};
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++)
        if (value & flags[i].bit)
            dp->ctrl &= ~flags[i].clears;
    if (value & SWD_ABORT_DAP)
        dp->busy_until = 0;
}

static void dp_write(struct swd_dp *dp, uint8_t addr, uint32_t value)
{
    unsigned bank = dp->select & 0xF;
    if (addr == SWD_DP_ABORT)
        write_abort(dp, value);
    else if (addr == SWD_DP_CTRL && bank == BANK_CTRL)
        write_ctrl(dp, value);
    else if (addr == SWD_DP_CTRL && bank == BANK_DLCR)
        dp->dlcr = value & DLCR_WRITABLE;
    else if (addr == SWD_DP_SELECT)
        dp->select = value;
}

/* ---- transfers --------------------------------------------------------------------------------------------------- */

/* What is answered whatever state the port is in: DPIDR, CTRL/STAT and ABORT (B4.2). */
static bool always_answered(const struct swd_request *r)
{
    return !r->ap && (r->addr == 0 || (r->read && r->addr == SWD_DP_CTRL));
}

static enum swd_ack acknowledge(struct swd_dp *dp, const struct swd_request *r)
{
    if (always_answered(r))
        return SWD_ACK_OK;
    if (dp->edges < dp->busy_until)
        return SWD_ACK_WAIT;
    if (dp->ctrl & STICKY)
        return SWD_ACK_FAULT;
    if (!r->ap || (dp->ctrl & SWD_CDBGPWRUPREQ))
        return SWD_ACK_OK;
    dp->ctrl |= SWD_STICKYERR;
    return SWD_ACK_FAULT;
}

enum swd_ack swd_dp_request(struct swd_dp *dp, const struct swd_request *r, uint32_t *data)
{
    enum swd_ack ack = acknowledge(dp, r);
    bool is_result = r->ap || r->addr == SWD_DP_RDBUFF;
    *data = 0;
    if (ack != SWD_ACK_OK && swd_dp_overrun_detection(dp))
        dp->ctrl |= SWD_STICKYORUN;
    if (ack == SWD_ACK_OK && r->read)
        *data = r->ap ? dp->rdbuff : dp_read(dp, r->addr);
    if (r->read && is_result)
        dp->ctrl = ack == SWD_ACK_OK ? dp->ctrl | SWD_READOK : dp->ctrl & ~SWD_READOK;
    if (r->read && is_result && ack == SWD_ACK_OK)
        dp->resend = *data;
    dp->transfers += ack == SWD_ACK_OK;
    return ack;
}

void swd_dp_complete(struct swd_dp *dp, const struct swd_request *r, uint32_t data, bool parity_ok)
{
    if (r->read && r->ap)
        dp->rdbuff = ap_read(dp, r->addr);
    else if (!r->read && !parity_ok)
        dp->ctrl |= SWD_WDATAERR;
    else if (!r->read)
        (r->ap ? ap_write : dp_write)(dp, r->addr, data);
}
