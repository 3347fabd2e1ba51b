// machine [anything] PROGRAM.elf      runs a torture program on nvic/ and emu/ alone: no peripherals, no run loop of
// soc/
//
// Semihosting here is what the programs use: SYS_WRITE0 to stdout and SYS_EXIT. Exit code 0 after SYS_EXIT, 3 in
// lockup, 1 else.
#include "emu/image.h"
#include "nvic/core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLASH_SIZE = 0x100000, RAM_SIZE = 0x40000, RAM_BASE = 0x20000000, INSTRUCTIONS_MAX = 20000000 };

static void write_text(struct core *c, uint32_t addr)
{
    uint8_t byte;

    while (bus_peek(c->bus, addr++, &byte, 1) == 1 && byte != 0)
        putchar(byte);
}

static enum core_bkpt semihosting(void *ctx, uint8_t imm)
{
    struct core *c = ctx;

    if (imm != 0xAB)
        return CORE_BKPT_GUEST;
    if (cpu_get(c->cpu, CPU_R0) == 0x18)
        return CORE_BKPT_STOP;
    if (cpu_get(c->cpu, CPU_R0) == 4)
        write_text(c, cpu_get(c->cpu, CPU_R0 + 1));
    return CORE_BKPT_SERVED;
}

static bool load(struct bus *bus, const char *path)
{
    static const struct image_range flash = {0, FLASH_SIZE};
    char error[IMAGE_ERR_SIZE];
    struct image image;

    if (!image_load(&image, path, &flash, 1, error)) {
        fprintf(stderr, "%s\n", error);
        return false;
    }
    for (unsigned i = 0; i < image.n_segments; i++)
        bus_poke(bus, image.segment[i].addr, image.segment[i].data, image.segment[i].size);
    image_free(&image);
    return true;
}

static void no_reset(void *ctx, uint32_t resetreas) {}
static void no_stall(void *ctx, vtime until) {}
static void no_system_off(void *ctx) {}

static int run(struct core *c)
{
    while (cpu_retired(c->cpu) < INSTRUCTIONS_MAX) {
        switch (core_run(c, 1000000)) {
        case CORE_STOP_BKPT:
            return 0;
        case CORE_STOP_LOCKUP:
            fprintf(stderr, "lockup at 0x%x\n", (unsigned)cpu_get(c->cpu, CPU_PC));
            return 3;
        case CORE_STOP_ASLEEP:
            fprintf(stderr, "asleep at 0x%x\n", (unsigned)cpu_get(c->cpu, CPU_PC));
            return 1;
        default:
            break;
        }
    }
    fprintf(stderr, "no end, at 0x%x\n", (unsigned)cpu_get(c->cpu, CPU_PC));
    return 1;
}

int main(int argc, char **argv)
{
    static const struct system_request sys = {no_reset, no_stall, no_system_off, NULL};
    struct bus *bus = calloc(1, sizeof *bus);
    struct sched *sched = calloc(1, sizeof *sched);
    struct evlog *evlog = calloc(1, sizeof *evlog);
    struct log *log = calloc(1, sizeof *log);
    struct core *core = calloc(1, sizeof *core);
    uint8_t *flash = aligned_alloc(4096, FLASH_SIZE), *ram = aligned_alloc(4096, RAM_SIZE);
    struct core_host host = {.bkpt = semihosting, .ctx = core};

    memset(flash, 0xFF, FLASH_SIZE);
    memset(ram, 0, RAM_SIZE);
    bus_init(bus);
    sched_init(sched);
    evlog_init(evlog, &sched->now);
    log_init(log, LOG_ERROR, &sched->now);
    bus_add_memory(bus, &(struct bus_memory){"flash", 0, FLASH_SIZE, flash, false, true, NULL, NULL});
    bus_add_memory(bus, &(struct bus_memory){"ram", RAM_BASE, RAM_SIZE, ram, true, true, NULL, NULL});
    core_init(core, bus, sched, evlog, log, &sys, &host);
    if (argc < 2 || !load(bus, argv[argc - 1]))
        return 2;
    core_attach_cpu(core);
    core_reset(core, 0, true);
    int result = run(core);

    core_free(core);
    free(ram);
    free(flash);
    free(core);
    free(log);
    free(evlog);
    free(sched);
    free(bus);
    return result;
}
