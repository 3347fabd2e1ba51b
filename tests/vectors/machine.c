/*
 * The core alone, with the memories of the chip that was recorded. Its peripherals read as zero.
 */
#include "tests/vectors/vectors.h"

#include "nvic/core.h"

#include <stdlib.h>
#include <string.h>

enum { INSTRUCTIONS_MAX = 1000000000, DEMCR_TRCENA = 1 << 24, DWT_CTRL = 0, CYCCNTENA = 1 };
#define PERIPHERALS_BASE 0x40000000u
#define PERIPHERALS_SIZE 0x10000000u

struct machine {
    struct bus bus;
    struct sched sched;
    struct evlog evlog;
    struct log log;
    struct core core;
    uint8_t *flash, *ram;
};

static uint32_t read_zero(void *ctx, uint32_t offset, unsigned size) { return 0; }
static void ignore_write(void *ctx, uint32_t offset, uint32_t value, unsigned size) {}
static void no_reset(void *ctx, uint32_t resetreas) {}
static void no_stall(void *ctx, vtime until) {}
static void no_system_off(void *ctx) {}

static struct machine *machine_new(const uint8_t *flash, size_t flash_size)
{
    static const struct system_request sys = {no_reset, no_stall, no_system_off, NULL};
    static const struct core_host host = {0};
    struct machine *m = calloc(1, sizeof *m);
    m->flash = aligned_alloc(4096, VECTORS_FLASH_SIZE);
    m->ram = aligned_alloc(4096, VECTORS_RAM_SIZE);
    memset(m->flash, 0xFF, VECTORS_FLASH_SIZE);
    memcpy(m->flash, flash, flash_size < VECTORS_FLASH_SIZE ? flash_size : VECTORS_FLASH_SIZE);
    memset(m->ram, 0, VECTORS_RAM_SIZE);
    bus_init(&m->bus);
    sched_init(&m->sched);
    evlog_init(&m->evlog, &m->sched.now);
    log_init(&m->log, LOG_ERROR, &m->sched.now);
    bus_add_memory(&m->bus, &(struct bus_memory){
                                .name = "flash", .size = VECTORS_FLASH_SIZE, .data = m->flash, .executable = true});
    bus_add_memory(&m->bus, &(struct bus_memory){.name = "ram",
                                                 .base = VECTORS_RAM_BASE,
                                                 .size = VECTORS_RAM_SIZE,
                                                 .data = m->ram,
                                                 .guest_writable = true,
                                                 .executable = true});
    core_init(&m->core, &m->bus, &m->sched, &m->evlog, &m->log, &sys, &host);
    bus_add_device(&m->bus, &(struct bus_device){.name = "peripherals",
                                                 .base = PERIPHERALS_BASE,
                                                 .size = PERIPHERALS_SIZE,
                                                 .read = read_zero,
                                                 .write = ignore_write});
    core_attach_cpu(&m->core);
    return m;
}

static void begin(struct machine *m, const struct recording *r)
{
    core_reset(&m->core, 0, true);
    m->core.scb.demcr |= DEMCR_TRCENA;
    dwt_set_trcena(&m->core.dwt, true);
    dwt_write(&m->core.dwt, DWT_CTRL, CYCCNTENA);
    cpu_set(m->core.cpu, CPU_PC, r->main_addr & ~1u);
    cpu_breakpoint(m->core.cpu, r->exit_addr & ~1u, true);
}

struct machine *machine_run(const struct recording *r, const uint8_t *flash, size_t flash_size, const char *profile,
                            const char **why)
{
    struct machine *m = machine_new(flash, flash_size);
    begin(m, r);
    enum core_stop stop = core_run(&m->core, INSTRUCTIONS_MAX);
    if (stop == CORE_STOP_BREAKPOINT)
        return m;
    *why = stop == CORE_STOP_BUDGET   ? "does not end"
           : stop == CORE_STOP_LOCKUP ? "lockup"
           : stop == CORE_STOP_ASLEEP ? "sleeps for ever"
                                      : "stops unexpectedly";
    machine_free(m);
    return NULL;
}

void machine_peek(struct machine *m, uint32_t addr, void *to, uint32_t size) { bus_peek(&m->bus, addr, to, size); }

void machine_free(struct machine *m)
{
    core_free(&m->core);
    free(m->flash);
    free(m->ram);
    free(m);
}
