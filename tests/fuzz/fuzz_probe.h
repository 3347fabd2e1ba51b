/*
 * A probe's protocol in pieces of any size, and then a host that speaks it well: the probe must serve it.
 */
#ifndef FUZZ_PROBE_H
#define FUZZ_PROBE_H

#include <stdlib.h>
#include <string.h>

#include "swd/probe.h"
#include "tests/fakes/swd_fake_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct swd_fake_target fuzz_chip;
static struct swd_port fuzz_port;
static struct swd_probe fuzz_probe;
static uint8_t fuzz_tail[64]; /* the last bytes that were sent */
static size_t fuzz_sent;

static void fuzz_send(void *ctx, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        fuzz_tail[fuzz_sent++ % sizeof fuzz_tail] = bytes[i];
}

/* The last `n` bytes that were sent are these. */
static void fuzz_expect(const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fuzz_tail[(fuzz_sent - n + i) % sizeof fuzz_tail] != ((const uint8_t *)bytes)[i])
            abort();
}

/* The first byte says how large the pieces are. */
static void fuzz_feed(const struct swd_probe_kind *kind, const uint8_t *data, size_t size)
{
    struct swd_target t = swd_fake_target(&fuzz_chip);
    size_t piece = size ? 1u + data[0] : 1;
    swd_port_init(&fuzz_port, &t, SWD_TIME_WIRE);
    swd_probe_init(&fuzz_probe, &fuzz_port);
    fuzz_probe.send = fuzz_send;
    kind->connected(&fuzz_probe);
    for (size_t i = 1; i < size; i += piece)
        if (!kind->feed(&fuzz_probe, data + i, size - i < piece ? size - i : piece))
            kind->connected(&fuzz_probe); /* hung up; the next one */
}

#endif
