#include "nvic/core.h"

#include <string.h>

enum { STIM_END = 0x80, TER = 0xE00, TPR = 0xE40, TCR = 0xE80, IWR = 0xEF8, IMCR = 0xF00, LAR = 0xFB0, LSR = 0xFB4 };
enum { TCR_ITMENA = 1, TCR_TSENA = 2, TCR_SYNCENA = 4, TCR_TXENA = 8, TCR_SWOENA = 16, TCR_GTSFREQ = 0xC00 };
#define TCR_WRITABLE 0x007F0F1Fu
#define TCR_BUSY     (1u << 23)
enum { LSR_PRESENT = 1, LSR_LOCKED = 2, TPR_WRITABLE = 15, PORTS_PER_TPR_BIT = 8 };
#define UNLOCK_KEY 0xC5ACCE55u
enum { OVERFLOW_PACKET = 0x70, PACKET_MAX = 6, TIMESTAMP_MAX = 5 };

/* ---- packets (D4.2) --------------------------------------------------------------------------------------------- */

static bool is_on(const struct core *c) { return c->dwt.trcena && (c->itm.tcr & TCR_ITMENA); }

static bool has_room(const struct core *c) { return tpiu_room(c) >= 1 + PACKET_MAX + TIMESTAMP_MAX; }

static vtime timestamp_period(const struct core *c)
{
    return c->itm.tcr & TCR_SWOENA ? tpiu_bit_time(c) : (vtime)VTIME_PER_CYCLE << 2 * (c->itm.tcr >> 8 & 3);
}

/* Small ones are one byte; the others have seven bits in each byte behind their header. */
static void put_timestamp(struct core *c)
{
    enum { SHORT_MAX = 6, LONG = 0xC0, MORE = 0x80 };
    vtime period = timestamp_period(c), n = (c->sched->now - c->itm.stamped) / period;
    uint8_t bytes[TIMESTAMP_MAX] = {LONG};
    unsigned size = 1;
    if (!n)
        return;
    c->itm.stamped += n * period;
    uint32_t left = n < 1u << 28 ? (uint32_t)n : (1u << 28) - 1;
    if (left <= SHORT_MAX) {
        bytes[0] = (uint8_t)(left << 4);
    } else {
        for (; left; left >>= 7)
            bytes[size++] = (uint8_t)((left & 0x7F) | (left >> 7 ? MORE : 0));
    }
    tpiu_put(c, bytes, size);
}

static bool put_packet(struct core *c, const uint8_t *bytes, unsigned size)
{
    if (!has_room(c)) {
        c->itm.lost = true;
        return false;
    }
    if (c->itm.lost)
        tpiu_put(c, &(uint8_t){OVERFLOW_PACKET}, 1);
    c->itm.lost = false;
    tpiu_put(c, bytes, size);
    if (c->itm.tcr & TCR_TSENA)
        put_timestamp(c);
    return true;
}

static bool put_source_packet(struct core *c, uint8_t header, uint32_t value, unsigned size)
{
    uint8_t bytes[5] = {header};
    memcpy(bytes + 1, &value, size);
    return put_packet(c, bytes, 1 + size);
}

bool itm_hardware(struct core *c, uint8_t header, uint32_t value, unsigned size)
{
    return is_on(c) && (c->itm.tcr & TCR_TXENA) && put_source_packet(c, header, value, size);
}

void itm_synchronize(struct core *c)
{
    static const uint8_t packet[PACKET_MAX] = {0, 0, 0, 0, 0, 0x80};
    if (is_on(c) && (c->itm.tcr & TCR_SYNCENA))
        put_packet(c, packet, sizeof packet);
}

/* ---- stimulus ports --------------------------------------------------------------------------------------------- */

/* Of the ports, those that code without privilege may not use. */
static uint32_t privileged_ports(const struct core *c)
{
    uint32_t ports = 0;
    for (unsigned i = 0; i < 4; i++)
        if (c->itm.tpr >> i & 1)
            ports |= 0xFFu << (PORTS_PER_TPR_BIT * i);
    return ports;
}

static uint32_t usable_ports(struct core *c, bool debugger)
{
    return debugger || core_privileged(c) ? UINT32_MAX : ~privileged_ports(c);
}

static bool takes(struct core *c, unsigned port, bool debugger)
{
    return is_on(c) && (c->itm.ter & usable_ports(c, debugger)) >> port & 1;
}

/* The width of the write is the width of the packet. */
static void stimulate(struct core *c, unsigned port, uint32_t value, uint32_t mask)
{
    unsigned size = (unsigned)__builtin_popcount(mask) / 8;
    if (!(mask & 1))
        log_once(c->log, 0xE0000E85u, "UNPREDICTABLE: a stimulus port is written at another byte than its first");
    put_source_packet(c, (uint8_t)(port << 3 | (size == 4 ? 3 : size)), value >> __builtin_ctz(mask), size);
}

/* ---- registers -------------------------------------------------------------------------------------------------- */

void itm_reset(struct core *c) { c->itm = (struct itm){0}; }

static uint32_t read_status(const struct core *c) { return LSR_PRESENT | (c->itm.unlocked ? 0 : LSR_LOCKED); }

/* A debugger for which time stands still would wait for ever (inaccuracy 5). */
static bool is_busy(const struct core *c, bool debugger)
{
    bool frozen = debugger && debug_stopped(c) && !c->debug.clocks_stopped;
    return !frozen && !tpiu_is_idle(c);
}

uint32_t itm_read(struct core *c, uint32_t offset, bool debugger)
{
    if (offset < STIM_END) /* FIFOREADY */
        return takes(c, offset / 4, debugger) && has_room(c);
    return offset == TER   ? c->itm.ter
           : offset == TPR ? c->itm.tpr
           : offset == TCR ? c->itm.tcr | (is_busy(c, debugger) ? TCR_BUSY : 0)
           : offset == LSR ? read_status(c)
                           : 0;
}

static void write_tcr(struct core *c, uint32_t value)
{
    uint32_t old = c->itm.tcr;
    c->itm.tcr = value & TCR_WRITABLE;
    if (value & TCR_GTSFREQ)
        log_once(c->log, 0xE0000E81u, "ITM: global timestamps are not modelled");
    if (!(old & TCR_TSENA))
        c->itm.stamped = c->sched->now;
}

/* Without privilege, of the control registers only ports of one's own can be enabled. */
static void write_control(struct core *c, uint32_t offset, uint32_t value, uint32_t own)
{
    if (offset == TER)
        c->itm.ter = (c->itm.ter & ~own) | (value & own);
    else if (own != UINT32_MAX)
        return;
    else if (offset == TPR)
        c->itm.tpr = value & TPR_WRITABLE;
    else if (offset == TCR)
        write_tcr(c, value);
    else if (offset >= IWR && offset <= IMCR)
        log_once(c->log, 0xE0000000u + offset, "ITM: the integration registers are not modelled");
}

void itm_write(struct core *c, uint32_t offset, uint32_t value, uint32_t mask, bool debugger)
{
    if (offset < STIM_END) {
        if (takes(c, offset / 4, debugger))
            stimulate(c, offset / 4, value, mask);
        return;
    }
    if (mask != UINT32_MAX) {
        log_once(c->log, 0xE0000E82u, "UNPREDICTABLE: an ITM register is not written as a word");
        return;
    }
    if (!c->dwt.trcena)
        log_once(c->log, 0xE0000E83u, "UNPREDICTABLE: an ITM register is written while DEMCR.TRCENA is 0");
    if (offset == LAR)
        c->itm.unlocked = value == UNLOCK_KEY;
    else if (c->itm.unlocked || debugger)
        write_control(c, offset, value, usable_ports(c, debugger));
    else
        log_once(c->log, 0xE0000E84u, "ITM: a register is written while LSR tells that they are locked: ignored");
}
