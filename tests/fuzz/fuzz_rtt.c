/*
 * RTT against a hostile guest: the input is a script of memory writes and polls over a small RAM that starts with a
 * sound control block. Whatever the guest does to its rings, polling ends, and a poll of a RAM in which no control
 * block is recognised writes nothing.
 */
#include "host/rtt.h"

#include <stdlib.h>
#include <string.h>

enum { RAM = 0x20000000, RAM_SIZE = 0x2000, BLOCK = 0x40, WORDS = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void start_block(uint8_t *ram)
{
    const uint32_t rings[] = {2,    1, 0, RAM + 0x400, 0x80, 0x7E,        0,  0, 0, RAM + 0x800,
                              0x20, 3, 1, 0,           0,    RAM + 0xC00, 16, 0, 0, 0};
    memset(ram, 0, RAM_SIZE);
    memcpy(ram + BLOCK, "SEGGER RTT", 10);
    memcpy(ram + BLOCK + 16, rings, sizeof rings);
}

static ssize_t type(void *ctx, void *buf, size_t size)
{
    (void)ctx;
    memset(buf, 'x', size);
    return (ssize_t)size;
}

static void poll(struct rtt *r, const uint8_t *ram, vtime *now)
{
    static uint8_t before[RAM_SIZE];
    uint32_t addr;
    memcpy(before, ram, RAM_SIZE);
    *now += VTIME_PER_MS;
    rtt_drain(r);
    if (!rtt_found(r, &addr) && memcmp(before, ram, RAM_SIZE) != 0)
        abort();
}

/* Each step is three bytes: which word of the first WORDS (or, from 0xC0 on, a poll or a reset), and 16 bits for it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static _Alignas(4096) uint8_t ram[RAM_SIZE];
    struct bus bus;
    struct sched sched;
    struct rtt rtt;
    start_block(ram);
    bus_init(&bus);
    bus_add_memory(&bus, &(struct bus_memory){.name = "RAM", .base = RAM, .size = RAM_SIZE, .data = ram});
    sched_init(&sched);
    rtt_init(&rtt, &(struct rtt_config){.bus = &bus, .sched = &sched, .base = RAM, .size = RAM_SIZE, .input = type});
    for (size_t i = 0; i + 3 <= size; i += 3) {
        uint32_t value = data[i + 1] | (uint32_t)data[i + 2] << 8;
        if (data[i] >= 0xE0) {
            rtt_reset(&rtt);
        } else if (data[i] >= 0xC0) {
            poll(&rtt, ram, &sched.now);
        } else {
            if (data[i] & 0x40)
                value |= RAM; /* a pointer */
            if (data[i] & 0x80)
                value |= value << 16;
            memcpy(ram + data[i] % WORDS * 4, &value, 4);
        }
    }
    poll(&rtt, ram, &sched.now);
    return 0;
}
