/*
 * Snapshots are copies: of struct soc, of its memories, and of the CPU port's state. Pointers in struct soc stay valid,
 * because a snapshot is only ever restored in place. What the host holds (streams, readers of the event log) is no part
 * of it.
 *
 * The copies are made page by page, and a page that is the same in two snapshots exists once: a row of them costs what
 * changed in between.
 */
#include "soc/external_flash.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 0x1000 };

struct page {
    unsigned users;
    uint8_t bytes[PAGE];
};

/* What is copied as it is; code must be decoded and translated anew where it differs. */
struct area {
    uint8_t *at;
    size_t size;
    bool code;
    uint32_t base;
};

enum { AREAS = 5 };

struct soc_snapshot {
    struct page **page;                       /* of the areas, one after the other */
    struct page *external[NOR_FLASH_SECTORS]; /* NULL: erased */
    uint8_t cpu[];                            /* the port's state */
};

static void list_areas(struct soc *s, struct area area[AREAS])
{
    area[0] = (struct area){.at = (uint8_t *)s, .size = sizeof *s};
    area[1] = (struct area){.at = s->companion, .size = s->companion_size};
    area[2] = (struct area){.at = s->uicr, .size = UICR_SIZE};
    area[3] = (struct area){.at = s->ram, .size = SOC_RAM_SIZE, .code = true, .base = SOC_RAM_BASE};
    area[4] = (struct area){.at = s->flash, .size = SOC_FLASH_SIZE, .code = true, .base = SOC_FLASH_BASE};
}

static size_t pages_in(size_t size) { return (size + PAGE - 1) / PAGE; }

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

/* `like`: a page that may be the same; NULL: none. */
static struct page *page_of(const uint8_t *from, size_t size, struct page *like)
{
    if (like && !memcmp(like->bytes, from, size)) {
        like->users++;
        return like;
    }
    struct page *p = must(malloc(sizeof *p));
    p->users = 1;
    memcpy(p->bytes, from, size);
    return p;
}

static void page_free(struct page *p)
{
    if (p && !--p->users)
        free(p);
}

static size_t part(const struct area *a, size_t at) { return a->size - at < PAGE ? a->size - at : PAGE; }

struct soc_snapshot *soc_snapshot_take_after(struct soc *s, const struct soc_snapshot *before)
{
    struct area area[AREAS];
    size_t n_pages = 0, i = 0;
    struct soc_snapshot *n = must(malloc(sizeof *n + cpu_state_size(s->core.cpu)));
    list_areas(s, area);
    for (unsigned a = 0; a < AREAS; a++)
        n_pages += pages_in(area[a].size);
    n->page = must(calloc(n_pages + 1, sizeof *n->page));
    for (unsigned a = 0; a < AREAS; a++)
        for (size_t at = 0; at < area[a].size; at += PAGE, i++)
            n->page[i] = page_of(area[a].at + at, part(&area[a], at), before ? before->page[i] : NULL);
    for (unsigned k = 0; k < NOR_FLASH_SECTORS; k++)
        n->external[k] = nor_flash_sector_used(&s->external_flash, k)
                             ? page_of(s->xip + k * PAGE, PAGE, before ? before->external[k] : NULL)
                             : NULL;
    cpu_save(s->core.cpu, n->cpu);
    return n;
}

struct soc_snapshot *soc_snapshot_take(struct soc *s) { return soc_snapshot_take_after(s, NULL); }

static void restore_page(struct soc *s, const struct area *a, size_t at, const struct page *from)
{
    size_t size = part(a, at);
    if (!memcmp(a->at + at, from->bytes, size))
        return;
    memcpy(a->at + at, from->bytes, size);
    if (a->code)
        cpu_code_changed(s->core.cpu, a->base + (uint32_t)at, (uint32_t)size);
}

/* Code that differs must be decoded and translated anew; most of it does not. */
void soc_snapshot_restore(struct soc *s, const struct soc_snapshot *n)
{
    struct area area[AREAS];
    struct evlog evlog = s->evlog;
    struct nor_flash external_flash = s->external_flash;
    size_t i = 0;
    list_areas(s, area);
    for (unsigned a = 0; a < AREAS; a++)
        for (size_t at = 0; at < area[a].size; at += PAGE, i++)
            restore_page(s, &area[a], at, n->page[i]);
    s->evlog = evlog;
    for (unsigned k = 0; k < NOR_FLASH_SECTORS; k++)
        if (n->external[k] || nor_flash_sector_used(&external_flash, k))
            external_flash_put(s, k, n->external[k] ? n->external[k]->bytes : NULL);
    cpu_restore(s->core.cpu, n->cpu);
    core_restored(&s->core);
}

size_t soc_snapshot_size(const struct soc_snapshot *n)
{
    size_t size = sizeof *n, i;
    for (i = 0; n->page[i]; i++)
        size += sizeof(struct page) / n->page[i]->users;
    for (unsigned k = 0; k < NOR_FLASH_SECTORS; k++)
        size += n->external[k] ? sizeof(struct page) / n->external[k]->users : 0;
    return size + i * sizeof *n->page;
}

void soc_snapshot_free(struct soc_snapshot *n)
{
    if (!n)
        return;
    for (size_t i = 0; n->page[i]; i++)
        page_free(n->page[i]);
    for (unsigned k = 0; k < NOR_FLASH_SECTORS; k++)
        page_free(n->external[k]);
    free(n->page);
    free(n);
}
