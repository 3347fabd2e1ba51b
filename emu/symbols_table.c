/*
 * The ELF symbol table as sorted functions (ELF for the ARM Architecture, "Mapping symbols" for $t and $d).
 */
#include "emu/symbols_parts.h"

#include <stdlib.h>
#include <string.h>

/* Where code ($t, $a) or data ($d) begins. */
struct mapping {
    uint32_t addr;
    bool is_code;
};

struct mappings {
    struct mapping *mapping; /* sorted */
    unsigned n;
};

static bool is_mapping(const char *name)
{
    return name[0] == '$' && name[1] && strchr("adtx", name[1]) && (name[2] == '\0' || name[2] == '.');
}

static int compare_mappings(const void *a, const void *b)
{
    const struct mapping *x = a, *y = b;

    if (x->addr != y->addr)
        return x->addr < y->addr ? -1 : 1;
    return (int)x->is_code - (int)y->is_code;
}

/* Whether a label at `addr` names code, as far as the mapping symbols tell. */
static bool maps_code(const struct mappings *m, uint32_t addr)
{
    unsigned low = 0, high = m->n;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (m->mapping[middle].addr <= addr)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 || m->mapping[low - 1].is_code;
}

static bool is_named_place(const Elf32_Sym *sym, const char *name)
{
    unsigned type = ELF32_ST_TYPE(sym->st_info);

    return sym->st_shndx != SHN_UNDEF && name && *name &&
           (type == STT_NOTYPE || type == STT_OBJECT || type == STT_FUNC);
}

static void read_symbols(struct symbols *s, struct mappings *m, const Elf32_Shdr *symtab, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        Elf32_Sym sym = elf_view_symbol(&s->elf, symtab, i);
        const char *name = elf_view_string(&s->elf, symtab->sh_link, sym.st_name);
        uint8_t type = ELF32_ST_TYPE(sym.st_info);
        if (!is_named_place(&sym, name))
            continue;
        if (is_mapping(name)) {
            m->mapping[m->n++] = (struct mapping){.addr = sym.st_value, .is_code = name[1] != 'd'};
            continue;
        }
        s->symbol[s->n_symbols++] = (struct symbol){.addr = sym.st_value & ~(type == STT_FUNC ? 1u : 0u),
                                                    .size = sym.st_size,
                                                    .name = name,
                                                    .section = sym.st_shndx,
                                                    .type = type,
                                                    .bind = ELF32_ST_BIND(sym.st_info)};
    }
}

/* Where an unsized symbol ends at the latest; 0 for a section that holds no code. */
static uint32_t code_section_end(const struct symbols *s, unsigned section)
{
    if (section >= s->elf.header.e_shnum)
        return 0;
    Elf32_Shdr header = elf_view_section(&s->elf, section);
    uint64_t end = (uint64_t)header.sh_addr + header.sh_size;
    if (!(header.sh_flags & SHF_ALLOC) || !(header.sh_flags & SHF_EXECINSTR))
        return 0;
    return end > UINT32_MAX ? UINT32_MAX : end;
}

/* Functions before labels, sized before unsized, strong before weak: vendor start-up files give dozens of handlers one
 * address, and the strong name is the one that tells something. */
static unsigned rank_of(const struct symbol *sym)
{
    return (sym->type == STT_FUNC) << 3 | (sym->size != 0) << 2 | (sym->bind != STB_WEAK) << 1 |
           (sym->bind == STB_GLOBAL);
}

static void collect_functions(struct symbols *s, const struct mappings *m)
{
    for (unsigned i = 0; i < s->n_symbols; i++) {
        const struct symbol *sym = &s->symbol[i];
        bool is_label = sym->type == STT_NOTYPE && maps_code(m, sym->addr);
        uint32_t limit = code_section_end(s, sym->section);
        if (sym->type != STT_FUNC && !is_label)
            continue;
        if (sym->size && sym->type == STT_FUNC)
            limit = sym->addr + sym->size < sym->addr ? UINT32_MAX : sym->addr + sym->size;
        if (limit > sym->addr)
            s->function[s->n_functions++] =
                (struct symbols_function){.addr = sym->addr, .end = limit, .name = sym->name, .rank = rank_of(sym)};
    }
}

static int compare_functions(const void *a, const void *b)
{
    const struct symbols_function *x = a, *y = b;

    if (x->addr != y->addr)
        return x->addr < y->addr ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank > y->rank ? -1 : 1;
    return strcmp(x->name, y->name);
}

static bool is_sized(const struct symbols_function *f) { return (f->rank & 12) == 12; }

/* One name an address, no labels inside functions, and unsized functions end where the next one begins. */
static void tidy_functions(struct symbols *s)
{
    uint32_t sized_end = 0;
    unsigned n = 0;

    qsort(s->function, s->n_functions, sizeof *s->function, compare_functions);
    for (unsigned i = 0; i < s->n_functions; i++) {
        const struct symbols_function f = s->function[i];
        if (n && s->function[n - 1].addr == f.addr)
            continue;
        if (!is_sized(&f) && f.addr < sized_end)
            continue;
        if (is_sized(&f) && f.end > sized_end)
            sized_end = f.end;
        if (n && !is_sized(&s->function[n - 1]) && s->function[n - 1].end > f.addr)
            s->function[n - 1].end = f.addr;
        s->function[n++] = f;
    }
    s->n_functions = n;
}

bool symbols_read_table(struct symbols *s)
{
    struct mappings mappings = {0};
    Elf32_Shdr symtab;
    unsigned n;

    if (!elf_view_symtab(&s->elf, &symtab, &n) || n == 0)
        return true;
    s->symbol = calloc(n, sizeof *s->symbol);
    s->function = calloc(n, sizeof *s->function);
    mappings.mapping = calloc(n, sizeof *mappings.mapping);
    bool ok = s->symbol && s->function && mappings.mapping;
    if (ok) {
        read_symbols(s, &mappings, &symtab, n);
        qsort(mappings.mapping, mappings.n, sizeof *mappings.mapping, compare_mappings);
        collect_functions(s, &mappings);
        tidy_functions(s);
    }
    free(mappings.mapping);
    return ok;
}
