/*
 * Edges on SWDIO and SWCLK: noise, and transfers that are well formed up to any point. Whatever came, a line reset
 * (behind a selection alert, for a port that went dormant) brings the port back.
 *
 * A byte says what comes: bits 1:0 are 0 noise (driven, as the next byte), 1 a transfer with the header's bits 5:2 and
 * the next four bytes as data, 2 a line reset, 3 as many clocks as bits 7:2 with nobody driving.
 */
#include <stddef.h>
#include <stdlib.h>

#include "swd/port.h"
#include "tests/fakes/swd_fake_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct swd_fake_target chip;
static struct swd_port port;

static void out(uint64_t bits, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        swd_port_clock(&port, true, bits >> i & 1);
}

static uint64_t in(unsigned n)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < n; i++)
        bits |= (uint64_t)swd_port_clock(&port, false, false) << i;
    return bits;
}

static void line_reset(void)
{
    out(~0ull, 60);
    out(0, 2);
}

static unsigned header(unsigned bits) { return 0x81 | bits << 1 | (unsigned)__builtin_parity(bits) << 5; }

static void transfer(unsigned bits, uint32_t data)
{
    out(header(bits), 8);
    in(4);
    if (bits & 2) {
        in(34);
        return;
    }
    in(1);
    out(data | (uint64_t)__builtin_parity(data) << 32, 33);
}

static void come_back(void)
{
    out(0, 2);
    out(0xFF, 8);
    out(0x86852D956209F392, 64);
    out(0x19BC0EA2E3DDAFE9, 64);
    out(0x1A0, 12);
    line_reset();
    out(header(2), 8);
    if ((in(3) & 7) != SWD_ACK_OK || (in(32) & UINT32_MAX) != SWD_DPIDR)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct swd_target t = swd_fake_target(&chip);
    swd_port_init(&port, &t, SWD_TIME_WIRE);
    port.dp.access_edges = size & 63;
    for (size_t i = 0; i < size; i++) {
        unsigned what = data[i] & 3, how = data[i] >> 2;
        if (what == 0 && i + 1 < size)
            out(data[++i], 8);
        else if (what == 1 && i + 4 < size) {
            transfer(how & 15, data[i + 1] | (uint32_t)data[i + 2] << 8 | (uint32_t)data[i + 3] << 16 |
                                   (uint32_t)data[i + 4] << 24);
            i += 4;
        } else if (what == 2)
            line_reset();
        else
            in(how);
    }
    swd_port_sync(&port);
    /* the time that passed is that of the clocks */
    if (port.elapsed != vtime_edge(0, port.dp.edges, SWD_DEFAULT_HZ))
        abort();
    come_back();
    chip = (struct swd_fake_target){.passed = 0};
    return 0;
}
