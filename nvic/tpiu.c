#include "nvic/core.h"

#include <string.h>

enum { SSPSR, CSPSR = 4, ACPR = 0x10, SPPR = 0xF0, FFSR = 0x300, FFCR = 0x304, FSCR = 0x308 };
enum { TRIGGER = 0xEE8, ITCTRL = 0xF00, CLAIMSET = 0xFA0, CLAIMCLR = 0xFA4, DEVID = 0xFC8 };
enum { PORT_SIZES = 0xB /* 1, 2, 4 */, SPPR_PARALLEL = 0, SPPR_MANCHESTER = 1, ACPR_WRITABLE = 0x1FFF };
enum { FFSR_NONSTOP = 8, FFCR_ENFCONT = 2, FFCR_TRIGIN = 0x100, CLAIM_BITS = 15 };
enum { DEVICE = 0xCA1 /* UART, Manchester, FIFO of 4, asynchronous clock, two sources */ };
enum { BITS_PER_BYTE = 10, DEFAULT_PERIOD = VTIME_PER_US / 32 };

/* ---- pace ------------------------------------------------------------------------------------------------------- */

static vtime clock_period(const struct core *c)
{
    return c->trace_pins.clock_period ? c->trace_pins.clock_period(c->trace_pins.ctx) : DEFAULT_PERIOD;
}

static bool is_serial(const struct tpiu *t) { return t->sppr != SPPR_PARALLEL; }

vtime tpiu_bit_time(const struct core *c) { return clock_period(c) * (c->tpiu.acpr + 1); }

static vtime byte_time(const struct core *c)
{
    unsigned lines = (unsigned)__builtin_ctz(c->tpiu.cspsr) + 1;
    return is_serial(&c->tpiu) ? BITS_PER_BYTE * tpiu_bit_time(c) : clock_period(c) * 8 / lines;
}

/* ---- formatter (CoreSight D4.2) --------------------------------------------------------------------------------- */

static uint8_t take(struct tpiu *t)
{
    uint8_t byte = t->fifo[t->first];
    t->first = (t->first + 1) % TPIU_FIFO;
    t->n--;
    return byte;
}

/* One frame: the source's number, up to 14 bytes of it, and then number 0 with nothing. Bytes at even places are data
 * with bit 0 in the last byte, or a number with bit 0 set. */
static void make_frame(struct tpiu *t, uint32_t source)
{
    enum { LAST = TPIU_FRAME - 1, DATA = TPIU_FRAME - 2 };
    unsigned n = t->n < DATA ? t->n : DATA;
    uint8_t *f = t->out;
    memset(f, 0, TPIU_FRAME);
    f[0] = (uint8_t)(source << 1 | 1);
    for (unsigned at = 1; at <= n; at++) {
        uint8_t byte = take(t);
        bool before_odd = at == n && n < DATA && !(at & 1);
        if (before_odd) { /* number 0 counts from the byte after the next one on */
            f[at] = 1;
            f[at + 1] = byte;
        }
        if (before_odd || !(at & 1))
            f[LAST] |= (uint8_t)((before_odd ? 1 : byte & 1) << at / 2);
        if (!before_odd)
            f[at] = at & 1 ? byte : byte & 0xFE;
    }
    if (n < DATA && (n & 1))
        f[n + 1] = 1;
    t->out_n = TPIU_FRAME;
}

/* ---- bytes on their way ----------------------------------------------------------------------------------------- */

static void load(struct core *c)
{
    struct tpiu *t = &c->tpiu;
    t->out_next = 0;
    if (t->formatting || !is_serial(t)) {
        make_frame(t, c->itm.tcr >> 16 & 0x7F);
    } else {
        t->out[0] = take(t);
        t->out_n = 1;
    }
}

static void on_sent(void *ctx, vtime due)
{
    struct core *c = ctx;
    struct tpiu *t = &c->tpiu;
    uint8_t byte = t->out[t->out_next++];
    if (t->out_next == t->out_n) {
        t->out_next = t->out_n = 0;
        if (t->n)
            load(c);
    }
    if (t->out_n)
        sched_at(c->sched, &t->sent, due + byte_time(c));
    if (c->trace_pins.put)
        c->trace_pins.put(c->trace_pins.ctx, byte, is_serial(t));
}

unsigned tpiu_room(const struct core *c) { return TPIU_FIFO - c->tpiu.n; }
bool tpiu_is_idle(const struct core *c) { return !c->tpiu.n && !c->tpiu.out_n; }

void tpiu_put(struct core *c, const uint8_t *bytes, unsigned n)
{
    struct tpiu *t = &c->tpiu;
    for (unsigned i = 0; i < n; i++)
        t->fifo[(t->first + t->n++) % TPIU_FIFO] = bytes[i];
    if (!t->out_n) {
        load(c);
        sched_at(c->sched, &t->sent, c->sched->now + byte_time(c));
    }
}

/* ---- registers -------------------------------------------------------------------------------------------------- */

void tpiu_init(struct core *c)
{
    c->tpiu = (struct tpiu){.sppr = SPPR_MANCHESTER, .cspsr = 1, .formatting = true};
    sched_event_init(&c->tpiu.sent, "TPIU", on_sent, c);
}

void tpiu_reset(struct core *c)
{
    sched_cancel(c->sched, &c->tpiu.sent);
    tpiu_init(c);
}

void tpiu_connect(struct core *c, const struct trace_pins *pins) { c->trace_pins = *pins; }

uint32_t tpiu_read(struct core *c, uint32_t offset, bool debugger)
{
    const struct tpiu *t = &c->tpiu;
    const struct {
        uint16_t offset;
        uint32_t value;
    } registers[] = {
        {SSPSR, PORT_SIZES},    {CSPSR, t->cspsr},    {ACPR, t->acpr},
        {SPPR, t->sppr},        {FFSR, FFSR_NONSTOP}, {FFCR, FFCR_TRIGIN | (t->formatting ? FFCR_ENFCONT : 0)},
        {CLAIMSET, CLAIM_BITS}, {CLAIMCLR, t->claim}, {DEVID, DEVICE},
    };
    for (unsigned i = 0; i < sizeof registers / sizeof *registers; i++)
        if (registers[i].offset == offset)
            return registers[i].value;
    return 0;
}

static void write_port_size(struct core *c, uint32_t value)
{
    if (value & (value - 1) || !(value & PORT_SIZES))
        log_once(c->log, 0xE0040004u, "UNPREDICTABLE: TPIU_CSPSR 0x%x is a port size that SSPSR does not show", value);
    else
        c->tpiu.cspsr = value;
}

static void write_protocol(struct core *c, uint32_t value)
{
    if ((value & 3) == 3)
        log_once(c->log, 0xE00400F0u, "UNPREDICTABLE: TPIU_SPPR 3 is reserved");
    else
        c->tpiu.sppr = value & 3;
}

void tpiu_write(struct core *c, uint32_t offset, uint32_t value, uint32_t mask, bool debugger)
{
    struct tpiu *t = &c->tpiu;
    if (mask != UINT32_MAX)
        return;
    if (!c->dwt.trcena)
        log_once(c->log, 0xE0040001u, "UNPREDICTABLE: a TPIU register is written while DEMCR.TRCENA is 0");
    if (offset == CSPSR)
        write_port_size(c, value);
    else if (offset == ACPR)
        t->acpr = value & ACPR_WRITABLE;
    else if (offset == SPPR)
        write_protocol(c, value);
    else if (offset == FFCR)
        t->formatting = value & FFCR_ENFCONT;
    else if (offset == CLAIMSET)
        t->claim |= value & CLAIM_BITS;
    else if (offset == CLAIMCLR)
        t->claim &= ~value;
    else if (offset >= TRIGGER && offset <= ITCTRL)
        log_once(c->log, 0xE0040002u, "TPIU: the integration registers are not modelled");
}
