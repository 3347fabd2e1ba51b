#include "emu/symbols.h"
#include "emu/image_parts.h"
#include "emu/symbols_parts.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How far back to look for a function around one that ends before the address. */
enum { NESTING_MAX = 16 };

/* Packed sections that claim to become larger than this are not believed; libelf would try to allocate it. */
enum { UNPACKED_MAX = 256 << 20 };

static bool packs_too_much(const struct elf_view *elf)
{
    for (unsigned i = 0; i < elf->header.e_shnum; i++) {
        Elf32_Shdr section = elf_view_section(elf, i);
        Elf32_Chdr packed;
        if (!(section.sh_flags & SHF_COMPRESSED) || section.sh_type == SHT_NOBITS)
            continue;
        if (section.sh_size < sizeof packed || !elf_view_holds(elf, section.sh_offset, section.sh_size))
            return true;
        memcpy(&packed, elf->bytes + section.sh_offset, sizeof packed);
        if (le32toh(packed.ch_size) > UNPACKED_MAX)
            return true;
    }
    return false;
}

static bool open_debug(struct symbols *s)
{
    elf_version(EV_CURRENT);
    s->libelf = elf_memory((char *)s->bytes, s->elf.size);
    s->lines = calloc(1, sizeof *s->lines);
    if (!s->libelf || !s->lines)
        return false;
    if (packs_too_much(&s->elf))
        return true;
    symbols_hide_discarded(s);
    s->dwarf = dwarf_begin_elf(s->libelf, DWARF_C_READ, NULL);
    s->cfi[0] = s->dwarf ? dwarf_getcfi(s->dwarf) : NULL;
    s->cfi[1] = dwarf_getcfi_elf(s->libelf);
    return true;
}

struct symbols *symbols_open(const char *path)
{
    char err[IMAGE_ERR_SIZE];
    struct image_parts file = {.name = path, .err = err};
    struct symbols *s = calloc(1, sizeof *s);
    size_t size;

    if (!s)
        return NULL;
    s->bytes = image_parts_read_file(&file, &size);
    if (s->bytes && !elf_view_open(&s->elf, s->bytes, size) && symbols_read_table(s) && open_debug(s) &&
        (s->n_symbols || s->dwarf || s->cfi[1]))
        return s;
    symbols_close(s);
    return NULL;
}

void symbols_close(struct symbols *s)
{
    if (!s)
        return;
    symbols_free_lines(s->lines);
    if (s->cfi[1])
        dwarf_cfi_end(s->cfi[1]);
    if (s->dwarf)
        dwarf_end(s->dwarf);
    if (s->libelf)
        elf_end(s->libelf);
    free(s->function);
    free(s->symbol);
    free(s->bytes);
    free(s);
}

static const struct symbols_function *find_function(const struct symbols *s, uint32_t addr)
{
    if (!s)
        return NULL;
    unsigned low = 0, high = s->n_functions;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (s->function[middle].addr <= addr)
            low = middle + 1;
        else
            high = middle;
    }
    for (unsigned back = 1; back <= low && back <= NESTING_MAX; back++) {
        const struct symbols_function *f = &s->function[low - back];
        if (addr < f->end)
            return f;
    }
    return NULL;
}

const char *symbols_function(const struct symbols *s, uint32_t addr, uint32_t *offset)
{
    const struct symbols_function *f = find_function(s, addr);

    if (f && offset)
        *offset = addr - f->addr;
    return f ? f->name : NULL;
}

const char *symbols_function_span(const struct symbols *s, uint32_t addr, uint32_t *start, uint32_t *end)
{
    const struct symbols_function *f = find_function(s, addr);

    if (!f)
        return NULL;
    *start = f->addr;
    *end = f->end;
    return f->name;
}

bool symbols_find(const struct symbols *s, const char *name, uint32_t *addr, uint32_t *size)
{
    const struct symbol *found = NULL;

    for (unsigned i = 0; s && i < s->n_symbols; i++)
        if (strcmp(s->symbol[i].name, name) == 0 && (!found || s->symbol[i].bind == STB_GLOBAL)) {
            found = &s->symbol[i];
            if (found->bind == STB_GLOBAL)
                break;
        }
    if (!found)
        return false;
    if (addr)
        *addr = found->addr;
    if (size)
        *size = found->size;
    return true;
}

void symbols_each(const struct symbols *s, void (*each)(void *ctx, const struct symbols_entry *entry), void *ctx)
{
    for (unsigned i = 0; s && i < s->n_symbols; i++) {
        const struct symbol *sym = &s->symbol[i];
        struct symbols_entry e = {.name = sym->name,
                                  .addr = sym->addr,
                                  .size = sym->size,
                                  .is_function = sym->type == STT_FUNC,
                                  .is_object = sym->type == STT_OBJECT};
        each(ctx, &e);
    }
}

const char *symbols_describe(const struct symbols *s, uint32_t addr, char *buf, unsigned size)
{
    const char *name;
    uint32_t offset;
    int line;

    if (symbols_line(s, addr, &name, &line))
        snprintf(buf, size, "%s:%d", name, line);
    else if ((name = symbols_function(s, addr, &offset)))
        snprintf(buf, size, "%s+0x%" PRIx32, name, offset);
    else
        snprintf(buf, size, "0x%08" PRIx32, addr);
    return buf;
}
