/*
 * What is in flash before power comes on: images, and the file that flash persists in.
 *
 * The chip starts from the vector table at 0. Images that were made to be started by something else (behind a
 * SoftDevice and its MBR, or behind a bootloader) often come without it; then the machine starts where that would have
 * jumped to.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/firmware_info.h"
#include "soc/machine.h"

enum { FLASH_PAGE = 0x1000, ERASED_HALFWORD = 0xFFFF };

/* The last one only when there is a flash chip. */
static const struct image_range loadable[] = {{SOC_FLASH_BASE, SOC_FLASH_SIZE},
                                              {SOC_RAM_BASE, SOC_RAM_SIZE},
                                              {UICR_BASE, UICR_SIZE},
                                              {SOC_XIP_BASE, SOC_XIP_SIZE}};
static const struct image_range ram = {SOC_RAM_BASE, SOC_RAM_SIZE};

/* ---- the vector table -------------------------------------------------------------------------------------------- */

/* Whether flash holds a stack pointer and a reset handler there. */
static bool table_in_flash(const struct soc *s, uint32_t addr)
{
    uint32_t word[2];
    uint16_t insn;
    memcpy(word, s->flash + addr, sizeof word);
    if (word[0] % 4 || word[0] - SOC_RAM_BASE > SOC_RAM_SIZE || word[1] % 2 == 0 || word[1] >= SOC_FLASH_SIZE)
        return false;
    memcpy(&insn, s->flash + (word[1] & ~1u), sizeof insn);
    return insn != ERASED_HALFWORD;
}

/* The lowest of those that the images have. */
static bool table_of_images(const struct image *img, unsigned n, uint32_t *vectors)
{
    bool found = false;
    uint32_t addr;
    for (unsigned i = 0; i < n; i++)
        if (image_find_vectors(&img[i], ram, &addr) && (!found || addr < *vectors)) {
            *vectors = addr;
            found = true;
        }
    return found;
}

/* A table whose code is in another image, or that was in flash already. */
static bool table_at_a_page(const struct soc *s, uint32_t *vectors)
{
    for (uint32_t addr = 0; addr < SOC_FLASH_SIZE; addr += FLASH_PAGE)
        if (table_in_flash(s, addr)) {
            *vectors = addr;
            return true;
        }
    return false;
}

/* The MBR that would be there, as far as it is looked at: firmware in the field reads through null pointers, and finds
 * a stack pointer in RAM. Not where it would be kept in a file and be in the way of what comes there later. */
static void stand_in_for_mbr(struct machine *m)
{
    static const uint32_t stack_pointer = 0x20000400;
    uint32_t erased;
    memcpy(&erased, m->soc.flash, sizeof erased);
    if (erased == UINT32_MAX && !m->flash_is_kept)
        memcpy(m->soc.flash, &stack_pointer, sizeof stack_pointer);
}

static bool find_start(struct machine *m, const struct image *img, unsigned n)
{
    struct soc *s = &m->soc;
    s->vectors = 0;
    if (table_in_flash(s, 0))
        return true;
    if (!table_of_images(img, n, &s->vectors) && !table_at_a_page(s, &s->vectors))
        return false;
    stand_in_for_mbr(m);
    log_msg(&m->log, LOG_INFO, "nothing starts at 0: starting with the vector table at 0x%08x", s->vectors);
    return true;
}

void machine_find_start(struct machine *m) { find_start(m, NULL, 0); }

/* ---- images ------------------------------------------------------------------------------------------------------ */

/* A raw binary for which no address was given belongs at 0, or where firmware begins on the board if only there it
 * makes sense. */
static void place_raw(struct machine *m, const char *spec, struct image *img)
{
    uint32_t vectors, application = m->soc.board.application;
    struct image_segment *s = img->segment;
    if (img->format != IMAGE_RAW || strcmp(spec, img->path) || !application || application > SOC_FLASH_SIZE - s->size ||
        image_find_vectors(img, ram, &vectors))
        return;
    s->addr = application;
    if (!image_find_vectors(img, ram, &vectors))
        s->addr = 0;
}

/* Files that were not meant for one flash: tell, and let the later one have it, as a programmer would. */
static void warn_of_overlap(struct machine *m, const struct image *earlier, const struct image *img)
{
    for (unsigned i = 0; i < img->n_segments; i++)
        for (unsigned k = 0; k < earlier->n_segments; k++) {
            const struct image_segment *a = &img->segment[i], *b = &earlier->segment[k];
            uint32_t from = a->addr > b->addr ? a->addr : b->addr;
            uint32_t a_end = a->addr + a->size, b_end = b->addr + b->size, end = a_end < b_end ? a_end : b_end;
            if (from >= end || !memcmp(a->data + (from - a->addr), b->data + (from - b->addr), end - from))
                continue;
            log_msg(&m->log, LOG_WARN, "%s overwrites 0x%08x-0x%08x of %s", img->path, from, end - 1, earlier->path);
            return;
        }
}

static bool load_image(struct machine *m, const char *spec, struct image *img, char err[IMAGE_ERR_SIZE])
{
    unsigned n_loadable = sizeof loadable / sizeof *loadable - !m->soc.periph.qspi.flash.exchange;
    if (!image_load(img, spec, loadable, n_loadable, err))
        return false;
    place_raw(m, spec, img);
    for (unsigned i = 0; i < img->n_segments; i++)
        soc_program(&m->soc, img->segment[i].addr, img->segment[i].data, img->segment[i].size);
    if (img->format == IMAGE_ELF && !m->symbols)
        m->symbols = symbols_open(img->path);
    return true;
}

/* " …: it is made for another core", when it is. */
static void tell_if_foreign(const char *spec, char *to, size_t size)
{
    struct firmware_info info;
    char ignored[IMAGE_ERR_SIZE];
    if (!firmware_info_read(&info, spec, ignored))
        return;
    if (*info.foreign)
        snprintf(to, size, ": %s", info.foreign);
    firmware_info_free(&info);
}

static bool fail_no_table(const char *spec, const struct image *img, char err[IMAGE_ERR_SIZE])
{
    uint32_t reset = 0;
    int used = snprintf(err, IMAGE_ERR_SIZE, "%.150s: there is no vector table in it", img->path);
    tell_if_foreign(spec, err + used, (size_t)(IMAGE_ERR_SIZE - used));
    if (img->format != IMAGE_RAW || img->segment[0].size < 8)
        return false;
    memcpy(&reset, img->segment[0].data + 4, sizeof reset);
    if (reset % 2 && reset < SOC_FLASH_SIZE)
        snprintf(err + used, (size_t)(IMAGE_ERR_SIZE - used),
                 " at 0x%" PRIx32 ", but perhaps at an address before 0x%" PRIx32 ": FILE@ADDRESS says which",
                 img->segment[0].addr, reset);
    return false;
}

static bool load_all(struct machine *m, char **specs, struct image *img, unsigned n, char err[IMAGE_ERR_SIZE])
{
    for (unsigned i = 0; i < n; i++) {
        if (!load_image(m, specs[i], &img[i], err))
            return false;
        for (unsigned k = 0; k < i; k++)
            warn_of_overlap(m, &img[k], &img[i]);
    }
    return find_start(m, img, n) || !n || fail_no_table(specs[0], &img[0], err);
}

bool machine_load(struct machine *m, char **specs, unsigned n, char err[IMAGE_ERR_SIZE])
{
    struct image *img = calloc(n + 1, sizeof *img);
    if (!img)
        abort();
    bool ok = load_all(m, specs, img, n, err);
    for (unsigned i = 0; i < n; i++)
        image_free(&img[i]);
    free(img);
    return ok;
}

/* ---- the flash file ---------------------------------------------------------------------------------------------- */

bool machine_load_flash(struct machine *m, const char *path, char *err, size_t err_size)
{
    FILE *f = fopen(path, "rb");
    m->flash_is_kept = true;
    if (!f && errno == ENOENT)
        return true;
    if (!f) {
        snprintf(err, err_size, "%s: %s", path, strerror(errno));
        return false;
    }
    bool whole =
        fread(m->soc.flash, SOC_FLASH_SIZE, 1, f) == 1 && fread(m->soc.uicr, UICR_SIZE, 1, f) == 1 && fgetc(f) == EOF;
    fclose(f);
    if (!whole)
        snprintf(err, err_size, "%s: not a flash file (it must have %d bytes)", path, SOC_FLASH_SIZE + UICR_SIZE);
    return whole;
}

bool machine_save_flash(struct machine *m, const char *path, char *err, size_t err_size)
{
    char temporary[4096];
    snprintf(temporary, sizeof temporary, "%s.new", path);
    FILE *f = fopen(temporary, "wb");
    bool ok = f && fwrite(m->soc.flash, SOC_FLASH_SIZE, 1, f) == 1 && fwrite(m->soc.uicr, UICR_SIZE, 1, f) == 1;
    if (f && fclose(f))
        ok = false;
    if (!ok || rename(temporary, path)) {
        snprintf(err, err_size, "%s: %s", path, strerror(errno));
        return false;
    }
    return true;
}
