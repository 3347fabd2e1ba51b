#include "soc/external_flash.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- memory ------------------------------------------------------------------------------------------------------ */

enum { CHUNK = 0x40000 }; /* of erased memory, mapped as often as needed */

static bool fill_erased(int fd)
{
    uint8_t sector[NOR_FLASH_SECTOR];
    memset(sector, 0xFF, sizeof sector);
    for (unsigned at = 0; at < CHUNK; at += sizeof sector)
        if (write(fd, sector, sizeof sector) != sizeof sector)
            return false;
    return true;
}

static bool map_erased(uint8_t *memory, int fd)
{
    for (unsigned at = 0; at < NOR_FLASH_SIZE; at += CHUNK)
        if (mmap(memory + at, CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED)
            return false;
    return true;
}

uint8_t *external_flash_memory_new(void)
{
    uint8_t *memory = mmap(NULL, NOR_FLASH_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        abort();
    int fd = memfd_create("erased flash", MFD_CLOEXEC);
    if (fd < 0 || !fill_erased(fd) || !map_erased(memory, fd))
        memset(memory, 0xFF, NOR_FLASH_SIZE);
    if (fd >= 0)
        close(fd);
    return memory;
}

void external_flash_memory_free(uint8_t *memory) { munmap(memory, NOR_FLASH_SIZE); }

/* ---- wiring ------------------------------------------------------------------------------------------------------ */

static vtime ready(void *ctx) { return nor_flash_ready(ctx); }

static void show(void *ctx, uint32_t address) { nor_flash_show(ctx, address); }

static void on_changed(void *ctx, uint32_t offset, uint32_t size)
{
    struct soc *s = ctx;
    if (s->core.cpu)
        cpu_code_changed(s->core.cpu, SOC_XIP_BASE + offset, size);
}

void external_flash_connect(struct soc *s, const struct nor_flash_chip *chip)
{
    struct nor_flash *f = &s->external_flash;
    nor_flash_init(f, chip, s->xip, s->log);
    f->changed = on_changed;
    f->changed_ctx = s;
    struct qspi_flash port = {
        .select = nor_flash_select, .exchange = nor_flash_exchange, .ready = ready, .show = show, .ctx = f};
    qspi_connect(&s->periph.qspi, chip ? &port : &(struct qspi_flash){0});
}

/* ---- snapshots and the hash -------------------------------------------------------------------------------------- */

static uint8_t *sector_data(const struct nor_flash *f, uint32_t sector) { return f->data + sector * NOR_FLASH_SECTOR; }

void external_flash_put(struct soc *s, uint32_t sector, const uint8_t *bytes)
{
    uint8_t erased[NOR_FLASH_SECTOR], *to = sector_data(&s->external_flash, sector);
    if (!bytes)
        bytes = memset(erased, 0xFF, sizeof erased);
    if (!memcmp(to, bytes, NOR_FLASH_SECTOR))
        return;
    memcpy(to, bytes, NOR_FLASH_SECTOR);
    on_changed(s, sector * NOR_FLASH_SECTOR, NOR_FLASH_SECTOR);
}

static bool is_erased(const uint8_t *sector)
{
    return sector[0] == 0xFF && !memcmp(sector, sector + 1, NOR_FLASH_SECTOR - 1);
}

uint64_t external_flash_hash(const struct nor_flash *f, uint64_t hash)
{
    for (uint32_t s = 0; s < NOR_FLASH_SECTORS; s++) {
        if (!nor_flash_sector_used(f, s) || is_erased(sector_data(f, s)))
            continue;
        hash = trace_hash_bytes(hash, &s, sizeof s);
        hash = trace_hash_bytes(hash, sector_data(f, s), NOR_FLASH_SECTOR);
    }
    return hash;
}
