/*
 * The host's end of the wire, bit by bit as ADIv5.2 B4.2 draws it, for tests of the chip's end.
 */
#ifndef SWD_HOST_H
#define SWD_HOST_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "swd/port.h"
#include "tests/fakes/swd_fake_target.h"

struct swd_host {
    struct swd_fake_target chip;
    struct swd_port port;
    bool level; /* SWDIO after the last edge, as the host sees it */
    unsigned turnaround;
    bool always_data; /* overrun detection: a data phase whatever the acknowledge is */
    bool bad_parity;  /* of the next write */
};

static inline void host_out(struct swd_host *h, uint64_t bits, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        h->level = swd_port_clock(&h->port, true, bits >> i & 1);
}

/* What was on the line before each edge, which is when a host samples. */
static inline uint64_t host_in(struct swd_host *h, unsigned n)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < n; i++) {
        bits |= (uint64_t)h->level << i;
        h->level = swd_port_clock(&h->port, false, false);
    }
    return bits;
}

static inline void host_turn(struct swd_host *h)
{
    for (unsigned i = 0; i < h->turnaround; i++)
        h->level = swd_port_clock(&h->port, false, false);
}

static inline void host_line_reset(struct swd_host *h, unsigned ones)
{
    for (unsigned i = 0; i < ones; i++)
        host_out(h, 1, 1);
    host_out(h, 0, 2);
}

static inline unsigned host_header(bool ap, bool read, unsigned addr)
{
    unsigned a = (unsigned)ap << 1 | (unsigned)read << 2 | (addr >> 2 & 3) << 3;
    return a | 0x81u | (unsigned)__builtin_parity(a) << 5;
}

/* The last clock of the acknowledge or of data that is read is also where the line is let go of. */
static inline unsigned host_read(struct swd_host *h, bool ap, unsigned addr, uint32_t *data)
{
    host_out(h, host_header(ap, true, addr), 8);
    host_turn(h);
    unsigned ack = (unsigned)host_in(h, 3);
    *data = 0;
    if (ack == SWD_ACK_OK || h->always_data) {
        *data = (uint32_t)host_in(h, 32);
        unsigned parity = (unsigned)host_in(h, 1);
        if (ack == SWD_ACK_OK)
            assert_int_equal(parity, __builtin_parity(*data));
    }
    host_turn(h);
    return ack;
}

static inline unsigned host_write(struct swd_host *h, bool ap, unsigned addr, uint32_t data)
{
    host_out(h, host_header(ap, false, addr), 8);
    host_turn(h);
    unsigned ack = (unsigned)host_in(h, 3);
    host_turn(h);
    if (ack == SWD_ACK_OK || h->always_data) {
        host_out(h, data, 32);
        host_out(h, (uint64_t)(__builtin_parity(data) ^ h->bad_parity), 1);
    }
    h->bad_parity = false;
    return ack;
}

static inline uint32_t host_get(struct swd_host *h, bool ap, unsigned addr)
{
    uint32_t data;
    assert_int_equal(host_read(h, ap, addr, &data), SWD_ACK_OK);
    return data;
}

static inline void host_put(struct swd_host *h, bool ap, unsigned addr, uint32_t data)
{
    assert_int_equal(host_write(h, ap, addr, data), SWD_ACK_OK);
}

static inline void host_begin(struct swd_host *h)
{
    memset(h, 0, sizeof *h);
    struct swd_target t = swd_fake_target(&h->chip);
    swd_port_init(&h->port, &t, SWD_TIME_WIRE);
    h->level = true;
    h->turnaround = 1;
}

/* Line reset, DPIDR, power. */
static inline void host_connect(struct swd_host *h)
{
    host_begin(h);
    host_line_reset(h, 50);
    assert_int_equal(host_get(h, false, SWD_DP_IDR), SWD_DPIDR);
    host_put(h, false, SWD_DP_CTRL, SWD_CDBGPWRUPREQ | SWD_CSYSPWRUPREQ);
}

/* A register of an access port; reading takes the result from RDBUFF. */
static inline void host_select(struct swd_host *h, unsigned ap, unsigned reg)
{
    host_put(h, false, SWD_DP_SELECT, ap << 24 | (reg & 0xF0));
}

static inline uint32_t host_ap_get(struct swd_host *h, unsigned ap, unsigned reg)
{
    host_select(h, ap, reg);
    host_get(h, true, reg & 0xC);
    return host_get(h, false, SWD_DP_RDBUFF);
}

static inline void host_ap_put(struct swd_host *h, unsigned ap, unsigned reg, uint32_t value)
{
    host_select(h, ap, reg);
    host_put(h, true, reg & 0xC, value);
    host_out(h, 0, 8);
}

#endif
