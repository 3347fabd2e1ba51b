#include "host/semihosting.h"

#include "emu/bus.h"
#include "emu/cpu.h"
#include "emu/sched.h"

static uint32_t reg_get(void *ctx, unsigned r)
{
    struct semihosting_port *p = ctx;
    return cpu_get(p->cpu, (enum cpu_reg)(CPU_R0 + r));
}

static void reg_set(void *ctx, unsigned r, uint32_t value)
{
    struct semihosting_port *p = ctx;
    cpu_set(p->cpu, (enum cpu_reg)(CPU_R0 + r), value);
}

static bool mem_read(void *ctx, uint32_t addr, void *dst, uint32_t len)
{
    struct semihosting_port *p = ctx;
    return bus_memory_at(p->bus, addr) && bus_peek(p->bus, addr, dst, len) == len;
}

static bool mem_write(void *ctx, uint32_t addr, const void *src, uint32_t len)
{
    struct semihosting_port *p = ctx;
    return bus_dma_write(p->bus, addr, src, len);
}

static vtime now(void *ctx)
{
    struct semihosting_port *p = ctx;
    return p->sched->now;
}

struct semihosting_guest semihosting_guest_of(struct semihosting_port *port)
{
    return (struct semihosting_guest){reg_get, reg_set, mem_read, mem_write, now, port};
}
