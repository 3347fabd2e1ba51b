/*
 * Snapshots are copies: of struct soc, of its memories, and of the CPU port's state. Pointers in struct soc stay valid,
 * because a snapshot is only ever restored in place. What the host holds (streams, readers of the event log) is no part
 * of it.
 */
#include "soc/external_flash.h"

#include <stdlib.h>
#include <string.h>

struct soc_snapshot {
    struct soc soc;
    uint8_t ram[SOC_RAM_SIZE], flash[SOC_FLASH_SIZE], uicr[UICR_SIZE];
    uint8_t cpu[]; /* the port's state, then the companion, then what the external flash has */
};

struct soc_snapshot *soc_snapshot_take(struct soc *s)
{
    size_t cpu_size = cpu_state_size(s->core.cpu);
    struct soc_snapshot *n =
        malloc(sizeof *n + cpu_size + s->companion_size + external_flash_saved_size(&s->external_flash));
    if (!n)
        abort();
    n->soc = *s;
    memcpy(n->ram, s->ram, SOC_RAM_SIZE);
    memcpy(n->flash, s->flash, SOC_FLASH_SIZE);
    memcpy(n->uicr, s->uicr, UICR_SIZE);
    cpu_save(s->core.cpu, n->cpu);
    if (s->companion)
        memcpy(n->cpu + cpu_size, s->companion, s->companion_size);
    external_flash_save(&s->external_flash, n->cpu + cpu_size + s->companion_size);
    return n;
}

/* Code that differs must be decoded and translated anew; most of it does not. */
static void restore_code(struct soc *s, uint32_t base, uint8_t *to, const uint8_t *from, uint32_t size)
{
    enum { CHUNK = 0x1000 };
    for (uint32_t at = 0; at < size; at += CHUNK) {
        if (!memcmp(to + at, from + at, CHUNK))
            continue;
        memcpy(to + at, from + at, CHUNK);
        cpu_code_changed(s->core.cpu, base + at, CHUNK);
    }
}

void soc_snapshot_restore(struct soc *s, const struct soc_snapshot *n)
{
    struct evlog evlog = s->evlog;
    struct nor_flash external_flash = s->external_flash;
    size_t cpu_size = cpu_state_size(s->core.cpu);
    *s = n->soc;
    s->evlog = evlog;
    restore_code(s, SOC_RAM_BASE, s->ram, n->ram, SOC_RAM_SIZE);
    restore_code(s, SOC_FLASH_BASE, s->flash, n->flash, SOC_FLASH_SIZE);
    memcpy(s->uicr, n->uicr, UICR_SIZE);
    external_flash_restore(s, &external_flash, n->cpu + cpu_size + s->companion_size);
    cpu_restore(s->core.cpu, n->cpu);
    if (s->companion)
        memcpy(s->companion, n->cpu + cpu_size, s->companion_size);
    core_restored(&s->core);
}

void soc_snapshot_free(struct soc_snapshot *n) { free(n); }
