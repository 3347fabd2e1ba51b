/*
 * Whether an image is for another core than the nRF52840's Cortex-M4F.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/firmware_parts.h"

enum { MAX_VECTORS = 16 + 48, ARM_SHOWN = 4 };

struct scan {
    struct firmware_info *info;
    struct firmware_span *span; /* executable sections, or all segments */
    unsigned n_spans;
    struct firmware_mark *mark;
    size_t n_marks;
    uint32_t *root;
    size_t n_roots;
    uint32_t arm_function; /* of a function symbol whose address has bit 0 clear; UINT32_MAX: none */
};

/* ---- what there is to look at ---- */

static void add_span(struct scan *s, uint32_t addr, const uint8_t *bytes, uint32_t size)
{
    s->span[s->n_spans++] = (struct firmware_span){.addr = addr, .size = size, .bytes = bytes};
}

static void add_code_sections(struct scan *s, const struct elf_view *elf)
{
    for (unsigned i = 0; i < elf->header.e_shnum; i++) {
        Elf32_Shdr h = elf_view_section(elf, i);
        if ((h.sh_flags & SHF_EXECINSTR) && h.sh_type != SHT_NOBITS && h.sh_size &&
            elf_view_holds(elf, h.sh_offset, h.sh_size) && h.sh_addr + h.sh_size >= h.sh_addr)
            add_span(s, h.sh_addr, elf->bytes + h.sh_offset, h.sh_size);
    }
}

static void find_spans(struct scan *s, const struct elf_view *elf)
{
    const struct image *img = &s->info->image;

    if (elf)
        add_code_sections(s, elf);
    if (s->n_spans)
        return;
    for (unsigned i = 0; i < img->n_segments; i++)
        if (firmware_place_of(img->segment[i].addr) != FIRMWARE_UICR)
            add_span(s, img->segment[i].addr, img->segment[i].data, img->segment[i].size);
}

/* Mapping symbols say what begins where; functions are where code can be followed from. */
static void find_marks(struct scan *s, const struct elf_view *elf, const Elf32_Shdr *symtab, unsigned n)
{
    static const char letters[] = {[FIRMWARE_MARK_DATA] = 'd', [FIRMWARE_MARK_THUMB] = 't', [FIRMWARE_MARK_ARM] = 'a'};

    for (unsigned i = 0; i < n; i++) {
        Elf32_Sym sym = elf_view_symbol(elf, symtab, i);
        const char *name = elf_view_string(elf, symtab->sh_link, sym.st_name);
        if (sym.st_shndx == SHN_UNDEF || sym.st_shndx >= SHN_LORESERVE || !name)
            continue;
        if (ELF32_ST_TYPE(sym.st_info) == STT_FUNC) {
            s->root[s->n_roots++] = sym.st_value & ~1u;
            if (!(sym.st_value & 1))
                s->arm_function = sym.st_value;
        }
        const char *letter = name[0] == '$' && name[1] ? memchr(letters, name[1], sizeof letters) : NULL;
        if (letter && (!name[2] || name[2] == '.'))
            s->mark[s->n_marks++] =
                (struct firmware_mark){sym.st_value & ~1u, (enum firmware_mark_kind)(letter - letters)};
    }
}

static void add_vector_roots(struct scan *s, uint32_t vectors)
{
    uint32_t handler;

    for (unsigned i = 1; i < MAX_VECTORS; i++)
        if (firmware_word(&s->info->image, vectors + 4 * i, &handler) && (handler & 1))
            s->root[s->n_roots++] = handler & ~1u;
}

static void find_vector_roots(struct scan *s)
{
    if (s->info->has_vectors)
        add_vector_roots(s, s->info->vectors.addr);
    for (unsigned i = 0; i < s->info->n_others; i++)
        add_vector_roots(s, s->info->other[i].addr);
}

static int compare_marks(const void *a, const void *b)
{
    const struct firmware_mark *x = a, *y = b;

    return x->addr != y->addr ? (x->addr < y->addr ? -1 : 1) : (int)x->kind - (int)y->kind;
}

static int compare_spans(const void *a, const void *b)
{
    const struct firmware_span *x = a, *y = b;

    return x->addr != y->addr ? (x->addr < y->addr ? -1 : 1) : 0;
}

/* ---- ARM code that nothing marks ---- */

static uint32_t word_of(const struct firmware_span *s, uint32_t offset)
{
    const uint8_t *p = s->bytes + offset;

    return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Eight branches or loads of PC at the start are the exception vectors of an A or R core. */
static bool begins_with_arm_vectors(const struct firmware_span *s)
{
    unsigned n = 0;

    for (unsigned i = 0; i < 8 && s->size >= 32; i++) {
        uint32_t w = word_of(s, 4 * i);
        n += (w & 0xFF000000) == 0xEA000000 || (w & 0xFFFFF000) == 0xE59FF000;
    }
    return n >= 5;
}

/* Many instructions of ARM code are unconditional, which their first four bits tell: in Thumb code one word in ten
 * looks so.
 */
static bool looks_like_arm(const struct firmware_span *s)
{
    enum { WORDS = 256 };
    unsigned n = 0, unconditional = 0;

    for (; n < WORDS && 4 * n + 4 <= s->size; n++)
        unconditional += word_of(s, 4 * n) >> 28 == 0xE;
    return n >= 4 && unconditional >= n / 4;
}

static void find_unmarked_arm(struct scan *s)
{
    struct firmware_code *code = &s->info->code;
    uint32_t entry = s->info->image.entry;

    if (code->arm || s->info->has_vectors || !s->n_spans)
        return;
    if (begins_with_arm_vectors(&s->span[0]) || (!s->info->is_elf && looks_like_arm(&s->span[0])))
        firmware_code_add_arm(code, s->span, s->n_spans, s->span[0].addr, ARM_SHOWN);
    else if (s->arm_function != UINT32_MAX)
        firmware_code_add_arm(code, s->span, s->n_spans, s->arm_function, ARM_SHOWN);
    else if (s->info->is_elf && !(entry & 3) && s->info->attributes.profile != 'M')
        firmware_code_add_arm(code, s->span, s->n_spans, entry, ARM_SHOWN);
}

/* ---- the verdict ---- */

static void append(char line[FIRMWARE_LINE], const char *format, ...) __attribute__((format(printf, 2, 3)));
static void append(char line[FIRMWARE_LINE], const char *format, ...)
{
    size_t used = strlen(line);
    va_list args;

    va_start(args, format);
    vsnprintf(line + used, FIRMWARE_LINE - used, format, args);
    va_end(args);
}

/* "built for ARMv7-A (cortex-a9) with NEON; ARM code: 0x00008000 mov r0, #1, …" */
static void tell(struct firmware_info *info)
{
    const struct firmware_code *code = &info->code;
    const struct arm_attributes *a = &info->attributes;
    bool fits = arm_attributes_fit(a), named = arm_attributes_core(a);
    char *line = info->foreign;

    if (fits && !code->arm && !code->foreign)
        return;
    if (!fits)
        append(line, "built for %s%s%s%s", arm_attributes_arch(a), named ? " (" : "", named ? a->cpu : "",
               named ? ")" : "");
    if (code->arm)
        append(line, "%scode of the ARM instruction set", *line ? "; " : "");
    else if (code->foreign)
        append(line, "%s%u instruction%s outside ARMv7E-M with FPv4-SP", *line ? "; " : "", code->foreign,
               code->foreign == 1 ? "" : "s");
    for (unsigned i = 0; i < code->n_first; i++)
        append(line, "%s0x%08" PRIx32 " %s", i ? ", " : ": ", code->first[i].addr, code->first[i].text);
    if (code->n_first && code->arm + code->foreign > code->n_first)
        append(line, ", ...");
}

/* An image for ARMv8-M that keeps to what both have runs here all the same. */
static bool is_harmless(const struct firmware_info *info)
{
    return info->has_vectors && !info->code.arm && !info->code.foreign && info->code.instructions &&
           info->attributes.profile == 'M';
}

static void run_scan(struct scan *s)
{
    struct firmware_code *code = &s->info->code;

    qsort(s->span, s->n_spans, sizeof *s->span, compare_spans);
    qsort(s->mark, s->n_marks, sizeof *s->mark, compare_marks);
    if (s->n_marks)
        firmware_code_scan_marked(code, s->span, s->n_spans, s->mark, s->n_marks);
    else
        firmware_code_scan_reachable(code, s->span, s->n_spans, s->root, s->n_roots);
    find_unmarked_arm(s);
    if (!is_harmless(s->info))
        tell(s->info);
}

void firmware_find_code(struct firmware_info *info, const struct elf_view *elf)
{
    struct scan s = {.info = info, .arm_function = UINT32_MAX};
    Elf32_Shdr symtab;
    unsigned n = 0;

    if (elf && !elf_view_symtab(elf, &symtab, &n))
        n = 0;
    s.span = calloc(info->image.n_segments + (elf ? elf->header.e_shnum : 0) + 1, sizeof *s.span);
    s.mark = calloc(n + 1, sizeof *s.mark);
    s.root = calloc(n + (1 + FIRMWARE_MAX_VECTORS) * MAX_VECTORS, sizeof *s.root);
    if (s.span && s.mark && s.root) {
        find_spans(&s, elf);
        if (n)
            find_marks(&s, elf, &symtab, n);
        find_vector_roots(&s);
        run_scan(&s);
    }
    free(s.span);
    free(s.mark);
    free(s.root);
}
