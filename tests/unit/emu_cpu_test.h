/*
 * A CPU on a tiny bus for the tests of the CPU port: a flash that takes stores through a function, a RAM with its code
 * alias, and one device that hashes who asked what and when, kicks the scheduler and arms events. Test programs include
 * it once each.
 */
#ifndef TESTS_UNIT_EMU_CPU_TEST_H
#define TESTS_UNIT_EMU_CPU_TEST_H

#include "emu/cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { PAGE = 4096, FLASH_SIZE = 0x10000, RAM_SIZE = 0x10000, DEVICE_SIZE = 0x10000 };
enum { FLASH = 0, RAM = 0x20000000, ALIAS = 0x00800000, DEVICE = 0x40000000, NOWHERE = 0x60000000 };
enum { NOP = 0xBF00, SVC = 0xDF00 };

struct fixture {
    uint8_t flash[FLASH_SIZE], ram[RAM_SIZE];
    struct bus bus;
    struct sched sched;
    struct log log;
    struct cpu *cpu;
    struct cpu_stop_info stop;
    /* the device */
    uint64_t hash;
    unsigned accesses;
    uint32_t pc; /* of the last access */
    struct sched_event event;
    /* what the core would see */
    unsigned masks_changed;
    uint32_t denied_addr, denied_size; /* accesses to this range are denied */
    uint32_t asked[64];                /* addresses of data accesses */
    unsigned n_asked;
    struct cpu_access told; /* the last one, */
    unsigned n_told;        /* of so many */
    bool stops_behind;      /* what on_accessed() answers */
    bool told_now;          /* since the last stop, */
    uint64_t told_at;       /* when so many had retired */
};

static inline void mix(struct fixture *f, uint64_t v) { f->hash = (f->hash ^ v) * 0x100000001B3ull; }

static inline void on_event(void *ctx, vtime due)
{
    struct fixture *f = ctx;
    mix(f, due);
    mix(f, f->sched.now);
}

static inline uint32_t on_device_read(void *ctx, uint32_t offset, unsigned size)
{
    struct fixture *f = ctx;
    uint32_t value = (uint32_t)(f->sched.now * 2654435761u) ^ offset ^ f->accesses++;
    mix(f, f->sched.now ^ (uint64_t)offset << 40 ^ size);
    mix(f, f->pc);
    if (value & 8)
        sched_kick(&f->sched);
    return value;
}

static inline void on_device_write(void *ctx, uint32_t offset, uint32_t value, unsigned size)
{
    struct fixture *f = ctx;
    f->accesses++;
    mix(f, f->sched.now ^ (uint64_t)offset << 40 ^ size);
    mix(f, (uint64_t)value << 32 | f->pc);
    if (value & 1)
        sched_kick(&f->sched);
    else if (value & 2)
        sched_at(&f->sched, &f->event, f->sched.now + (value >> 2 & 127));
}

static inline bool on_flash_write(void *ctx, uint32_t addr, uint32_t value, unsigned size)
{
    struct fixture *f = ctx;
    assert_true(size <= 4);
    if (addr >= FLASH_SIZE / 2)
        return false;
    memcpy(f->flash + addr, &value, size);
    f->accesses++;
    return true;
}

static inline bool on_check(void *ctx, uint32_t addr, unsigned size, bool store, bool execute, bool unprivileged)
{
    struct fixture *f = ctx;
    if (!execute && f->n_asked < 64)
        f->asked[f->n_asked++] = addr;
    return addr - f->denied_addr >= f->denied_size;
}

static inline void on_masks(void *ctx) { ((struct fixture *)ctx)->masks_changed++; }

static inline bool on_accessed(void *ctx, const struct cpu_access *a)
{
    struct fixture *f = ctx;
    if (f->told_now && f->stops_behind && cpu_retired(f->cpu) != f->told_at)
        fail_msg("no stop behind the access at 0x%08x, but another one at 0x%08x", f->told.pc, a->pc);
    f->told = *a;
    f->n_told++;
    f->told_now = true;
    f->told_at = cpu_retired(f->cpu);
    return f->stops_behind;
}

static inline struct fixture *setup(void)
{
    struct fixture *f = aligned_alloc(PAGE, (sizeof(struct fixture) + PAGE - 1) / PAGE * PAGE);
    assert_non_null(f);
    memset(f, 0, sizeof *f);
    sched_init(&f->sched);
    log_init(&f->log, LOG_ERROR, &f->sched.now);
    sched_event_init(&f->event, "device", on_event, f);
    bus_init(&f->bus);
    bus_add_memory(&f->bus, &(struct bus_memory){.name = "flash",
                                                 .size = FLASH_SIZE,
                                                 .data = f->flash,
                                                 .executable = true,
                                                 .write = on_flash_write,
                                                 .ctx = f});
    static const uint32_t ram_bases[] = {ALIAS, RAM};
    for (unsigned i = 0; i < 2; i++)
        bus_add_memory(&f->bus, &(struct bus_memory){.name = "RAM",
                                                     .base = ram_bases[i],
                                                     .size = RAM_SIZE,
                                                     .data = f->ram,
                                                     .guest_writable = true,
                                                     .executable = true});
    bus_add_device(&f->bus, &(struct bus_device){.name = "device",
                                                 .base = DEVICE,
                                                 .size = DEVICE_SIZE,
                                                 .read = on_device_read,
                                                 .write = on_device_write,
                                                 .ctx = f});
    f->cpu = cpu_new(
        &f->bus, &f->sched, &f->log,
        &(struct cpu_core_ops){.check_access = on_check, .masks_changed = on_masks, .accessed = on_accessed, .ctx = f});
    cpu_report_pc(f->cpu, &f->pc);
    return f;
}

static inline void teardown(struct fixture *f)
{
    cpu_free(f->cpu);
    free(f);
}

static inline uint8_t *host(struct fixture *f, uint32_t addr) { return bus_host(&f->bus, addr, 2); }

static inline uint32_t reg(struct fixture *f, unsigned r) { return cpu_get(f->cpu, (enum cpu_reg)r); }
static inline void set(struct fixture *f, unsigned r, uint32_t v) { cpu_set(f->cpu, (enum cpu_reg)r, v); }

static inline enum cpu_stop run(struct fixture *f, uint64_t budget)
{
    f->told_now = false;
    cpu_run(f->cpu, budget, &f->stop);
    return f->stop.reason;
}

#endif
