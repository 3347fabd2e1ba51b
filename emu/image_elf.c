#include "emu/elf_view.h"
#include "emu/image_parts.h"

#include <inttypes.h>
#include <string.h>

/* What linker scripts and start-up files call the vector table, the most telling names first. */
static const char *const vector_sections[] = {".isr_vector", ".isr_vectors", ".vectors",    ".vector_table",
                                              ".intvec",     ".vector",      "vector_table"};
static const char *const vector_symbols[] = {"__isr_vector",   "_vector_table", "__Vectors", "__vector_table",
                                             "__VECTOR_TABLE", "vector_table",  "_vectors",  "g_pfnVectors",
                                             "__vectors",      "isr_vector",    "vectors"};

bool image_elf_is(const uint8_t *bytes, size_t size) { return size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0; }

/* How many bytes at the beginning of a segment are the file's own headers, which linkers like to put into one: nothing
 * that a programmer would write into flash. What sections say counts; a file without any has its headers' size. */
static uint32_t headers_in_segment(const struct elf_view *elf, const Elf32_Phdr *p)
{
    uint64_t headers = (uint64_t)elf->header.e_phoff + elf->header.e_phnum * sizeof(Elf32_Phdr);
    uint64_t first = UINT64_MAX; /* byte of a section */
    if (p->p_offset >= sizeof(Elf32_Ehdr))
        return 0;
    for (unsigned i = 0; i < elf->header.e_shnum; i++) {
        Elf32_Shdr s = elf_view_section(elf, i);
        if ((s.sh_flags & SHF_ALLOC) && s.sh_type != SHT_NOBITS && s.sh_size && s.sh_offset < first)
            first = s.sh_offset;
    }
    uint64_t end = first == UINT64_MAX ? headers : first;
    if (end <= p->p_offset)
        return 0;
    return end - p->p_offset < p->p_filesz ? (uint32_t)(end - p->p_offset) : p->p_filesz;
}

static bool read_segments(struct image_parts *parts, const struct elf_view *elf)
{
    for (unsigned i = 0; i < elf->header.e_phnum; i++) {
        Elf32_Phdr p = elf_view_segment(elf, i);
        if (p.p_type != PT_LOAD || p.p_filesz == 0)
            continue;
        if (!elf_view_holds(elf, p.p_offset, p.p_filesz))
            return image_parts_fail(parts,
                                    "truncated: segment %u (0x%" PRIx32 " bytes at offset 0x%" PRIx32
                                    ") reaches beyond the end of the file",
                                    i, p.p_filesz, p.p_offset);
        if (p.p_filesz > p.p_memsz)
            return image_parts_fail(parts, "segment %u has more bytes in the file than in memory", i);
        uint32_t skip = headers_in_segment(elf, &p);
        if (!image_parts_add(parts, p.p_paddr + skip, elf->bytes + p.p_offset + skip, p.p_filesz - skip))
            return false;
    }
    return true;
}

/* Where the bytes that run at `addr` are loaded; false for what is not in the file. */
static bool load_address(const struct elf_view *elf, uint32_t addr, uint32_t *load)
{
    for (unsigned i = 0; i < elf->header.e_phnum; i++) {
        Elf32_Phdr p = elf_view_segment(elf, i);
        if (p.p_type != PT_LOAD || addr < p.p_vaddr || addr - p.p_vaddr >= p.p_filesz)
            continue;
        *load = p.p_paddr + (addr - p.p_vaddr);
        return true;
    }
    return false;
}

static void add_hint(struct image *img, const struct elf_view *elf, uint32_t addr)
{
    if (img->n_vectors_hints < IMAGE_MAX_HINTS && load_address(elf, addr, &img->vectors_hint[img->n_vectors_hints]))
        img->n_vectors_hints++;
}

static bool one_of(const char *name, const char *const *names, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static void find_hints(struct image *img, const struct elf_view *elf)
{
    Elf32_Shdr symtab;
    unsigned n_symbols;

    for (unsigned i = 0; i < elf->header.e_shnum; i++) {
        Elf32_Shdr s = elf_view_section(elf, i);
        if ((s.sh_flags & SHF_ALLOC) && s.sh_type == SHT_PROGBITS &&
            one_of(elf_view_section_name(elf, &s), vector_sections, sizeof vector_sections / sizeof *vector_sections))
            add_hint(img, elf, s.sh_addr);
    }
    if (!elf_view_symtab(elf, &symtab, &n_symbols))
        return;
    for (unsigned i = 0; i < n_symbols; i++) {
        Elf32_Sym s = elf_view_symbol(elf, &symtab, i);
        const char *name = elf_view_string(elf, symtab.sh_link, s.st_name);
        if (s.st_shndx != SHN_UNDEF && name &&
            one_of(name, vector_symbols, sizeof vector_symbols / sizeof *vector_symbols))
            add_hint(img, elf, s.st_value);
    }
}

bool image_elf_read(struct image_parts *parts, const uint8_t *bytes, size_t size)
{
    struct elf_view elf;
    const char *wrong = elf_view_open(&elf, bytes, size);

    if (wrong)
        return image_parts_fail(parts, "%s", wrong);
    parts->img->entry = elf.header.e_entry;
    find_hints(parts->img, &elf);
    return read_segments(parts, &elf);
}
