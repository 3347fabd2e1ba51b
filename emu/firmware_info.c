#include "emu/firmware_info.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/elf_wide.h"
#include "emu/firmware_parts.h"
#include "emu/image_parts.h"
#include "emu/insn_sets.h"

const char *firmware_format_name(enum image_format format)
{
    static const char *const names[] = {
        [IMAGE_ELF] = "ELF",
        [IMAGE_HEX] = "Intel HEX",
        [IMAGE_UF2] = "UF2",
        [IMAGE_RAW] = "raw binary",
    };

    return names[format];
}

/* ---- compilers ---- */

static void add_compiler(void *ctx, const char *name)
{
    struct firmware_info *info = ctx;
    char text[FIRMWARE_TEXT];
    size_t n = 0;

    for (; name[n] && n + 1 < sizeof text; n++)
        text[n] = (char)(isprint((unsigned char)name[n]) ? name[n] : '?');
    text[n] = '\0';
    /* The options that GCC was called with are of no interest. */
    char *options = strstr(text, " -");
    if (options)
        *options = '\0';
    for (unsigned i = 0; i < info->n_compilers; i++)
        if (strcmp(info->compiler[i], text) == 0)
            return;
    if (*text && info->n_compilers < FIRMWARE_MAX_COMPILERS)
        strcpy(info->compiler[info->n_compilers++], text);
}

static bool find_section(const struct elf_view *elf, const char *name, Elf32_Shdr *section)
{
    for (unsigned i = 0; i < elf->header.e_shnum; i++) {
        *section = elf_view_section(elf, i);
        if (section->sh_type != SHT_NOBITS && strcmp(elf_view_section_name(elf, section), name) == 0)
            return elf_view_holds(elf, section->sh_offset, section->sh_size);
    }
    return false;
}

/* .comment is strings one after the other. */
static void find_comments(struct firmware_info *info, const struct elf_view *elf)
{
    Elf32_Shdr comment;
    char text[FIRMWARE_TEXT];

    if (!find_section(elf, ".comment", &comment))
        return;
    const char *at = (const char *)elf->bytes + comment.sh_offset, *end = at + comment.sh_size;
    while (at < end) {
        size_t n = strnlen(at, (size_t)(end - at));
        snprintf(text, sizeof text, "%.*s", (int)n, at);
        add_compiler(info, text);
        at += n + 1;
    }
}

/* ---- the parts that only an ELF has ---- */

static void find_attributes(struct firmware_info *info, const struct elf_view *elf)
{
    Elf32_Shdr s;

    if (find_section(elf, ".ARM.attributes", &s))
        arm_attributes_read(&info->attributes, elf->bytes + s.sh_offset, s.sh_size);
    if (elf->header.e_flags & EF_ARM_ABI_FLOAT_HARD)
        info->attributes.vfp_args = 1;
}

static void count_symbol(void *ctx, const struct symbols_entry *entry) { ++*(unsigned *)ctx; }

static bool open_elf(struct firmware_info *info, struct elf_view *elf)
{
    char err[IMAGE_ERR_SIZE];
    struct image_parts file = {.name = info->image.path, .err = err};
    size_t size;

    info->bytes = image_parts_read_file(&file, &size);
    if (!info->bytes || elf_view_open(elf, info->bytes, size))
        return false;
    info->is_elf = true;
    info->symbols = symbols_open(info->image.path);
    info->debug = symbols_debug(info->symbols);
    symbols_each(info->symbols, count_symbol, &info->n_symbols);
    find_attributes(info, elf);
    find_comments(info, elf);
    symbols_each_producer(info->symbols, add_compiler, info);
    return true;
}

/* ---- start ---- */

bool firmware_word(const struct image *img, uint32_t addr, uint32_t *value)
{
    for (unsigned i = 0; i < img->n_segments; i++) {
        const struct image_segment *s = &img->segment[i];
        if (addr >= s->addr && s->size >= 4 && addr - s->addr <= s->size - 4) {
            memcpy(value, s->data + (addr - s->addr), 4);
            return true;
        }
    }
    return false;
}

static const struct image_range ram = {0x20000000, 0x40000};

static bool read_vectors(const struct image *img, uint32_t addr, struct firmware_vectors *v)
{
    uint32_t reset;

    if (!firmware_word(img, addr, &v->initial_sp) || !firmware_word(img, addr + 4, &reset))
        return false;
    v->addr = addr;
    v->reset = reset & ~1u;
    return true;
}

/* Stricter than image_find_vectors(): nothing says that there should be one. */
static bool is_vector_table(const struct image *img, uint32_t addr)
{
    uint32_t sp, handler, code;

    if (!firmware_word(img, addr, &sp) || sp % 8 || sp - ram.base - 1 >= ram.size)
        return false;
    for (unsigned i = 1; i <= 3; i++) /* reset, NMI, HardFault */
        if (!firmware_word(img, addr + 4 * i, &handler) || !(handler & 1) || !firmware_word(img, handler & ~3u, &code))
            return false;
    return true;
}

static void find_others(struct firmware_info *info)
{
    enum { STEP = 0x1000 };
    const struct image *img = &info->image;

    for (unsigned i = 0; i < img->n_segments; i++) {
        uint64_t start = img->segment[i].addr, end = start + img->segment[i].size;
        for (uint64_t a = start; a < end && info->n_others < FIRMWARE_MAX_VECTORS; a = (a / STEP + 1) * STEP)
            if (a != info->vectors.addr && firmware_place_of((uint32_t)a) == FIRMWARE_FLASH &&
                is_vector_table(img, (uint32_t)a))
                read_vectors(img, (uint32_t)a, &info->other[info->n_others++]);
    }
}

static void find_start(struct firmware_info *info)
{
    uint32_t addr;

    if (!image_find_vectors(&info->image, ram, &addr) || !read_vectors(&info->image, addr, &info->vectors))
        return;
    info->has_vectors = true;
    find_others(info);
}

uint32_t firmware_belongs_before(const struct firmware_info *info)
{
    const struct image_segment *s = info->image.segment;
    struct firmware_vectors v;

    if (info->image.format != IMAGE_RAW || info->has_vectors || !read_vectors(&info->image, s->addr, &v) ||
        v.initial_sp - ram.base > ram.size || firmware_place_of(v.reset) != FIRMWARE_FLASH)
        return 0;
    return v.reset;
}

/* ---- what the loader refuses ---- */

/* When the file is an ELF for AArch64, adds its first instructions to the error line about it. */
static void show_aarch64(const char *path, char line[IMAGE_ERR_SIZE])
{
    enum { SHOWN = 3 };
    char err[IMAGE_ERR_SIZE], text[FIRMWARE_INSN_TEXT];
    struct image_parts file = {.name = path, .err = err};
    uint64_t addr;
    size_t size, at;
    uint8_t *bytes = image_parts_read_file(&file, &size);

    if (bytes && elf_wide_entry(bytes, size, &addr, &at))
        for (unsigned i = 0; i < SHOWN && at < size && size - at >= 4; i++, at += 4, addr += 4) {
            size_t used = strlen(line);
            if (!insn_set_text(INSN_SET_AARCH64, addr, bytes + at, 4, text, sizeof text))
                break;
            snprintf(line + used, IMAGE_ERR_SIZE - used, "%s0x%08" PRIx64 " %s", i ? ", " : ": ", addr, text);
        }
    free(bytes);
}

/* ---- all of it ---- */

bool firmware_info_read(struct firmware_info *info, const char *spec, char err[IMAGE_ERR_SIZE])
{
    static const struct image_range anywhere = {0, UINT32_MAX};
    struct elf_view elf;

    *info = (struct firmware_info){0};
    if (!image_load(&info->image, spec, &anywhere, 1, err)) {
        show_aarch64(spec, err);
        return false;
    }
    const struct elf_view *view = info->image.format == IMAGE_ELF && open_elf(info, &elf) ? &elf : NULL;
    find_start(info);
    if (!firmware_find_memory(info, view)) {
        snprintf(err, IMAGE_ERR_SIZE, "%s: out of memory", info->image.path);
        firmware_info_free(info);
        return false;
    }
    firmware_find_kinds(info, view);
    firmware_find_code(info, view);
    info->runs_here = info->has_vectors && !info->outside && !*info->foreign;
    return true;
}

void firmware_info_free(struct firmware_info *info)
{
    symbols_close(info->symbols);
    image_free(&info->image);
    free(info->section);
    free(info->bytes);
    *info = (struct firmware_info){0};
}
