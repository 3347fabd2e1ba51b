#include "tests/fakes/swd_fake_target.h"

#include <string.h>

static uint8_t *at(struct swd_fake_target *t, uint32_t addr, unsigned size)
{
    t->last_addr = addr;
    t->last_size = size;
    return addr - SWD_FAKE_BASE <= SWD_FAKE_SIZE - size && addr >= SWD_FAKE_BASE ? t->memory + (addr - SWD_FAKE_BASE)
                                                                                 : NULL;
}

static bool read(void *ctx, uint32_t addr, uint32_t *value, unsigned size)
{
    struct swd_fake_target *t = ctx;
    const uint8_t *from = at(t, addr, size);
    t->reads++;
    *value = 0;
    if (from)
        memcpy(value, from, size);
    return from;
}

static bool write(void *ctx, uint32_t addr, uint32_t value, unsigned size)
{
    struct swd_fake_target *t = ctx;
    uint8_t *to = at(t, addr, size);
    t->writes++;
    if (to)
        memcpy(to, &value, size);
    return to;
}

static bool locked(void *ctx) { return ((struct swd_fake_target *)ctx)->locked; }
static void reset(void *ctx, bool held) { ((struct swd_fake_target *)ctx)->in_reset = held; }
static void reset_pin(void *ctx, bool low) { ((struct swd_fake_target *)ctx)->pin_low = low; }
static void erase_all(void *ctx) { ((struct swd_fake_target *)ctx)->erases++; }
static bool erasing(void *ctx) { return ((struct swd_fake_target *)ctx)->erasing; }
static void power(void *ctx, bool on) { ((struct swd_fake_target *)ctx)->powered = on; }
static void pass(void *ctx, vtime length) { ((struct swd_fake_target *)ctx)->passed += length; }

struct swd_target swd_fake_target(struct swd_fake_target *t)
{
    static const struct swd_target_ops ops = {read, write, locked, reset, reset_pin, erase_all, erasing, power, pass};
    return (struct swd_target){.ops = &ops, .ctx = t};
}
