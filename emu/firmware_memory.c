/*
 * Sections, and how much of flash and RAM an image uses.
 */
#include <stdlib.h>
#include <string.h>

#include "emu/firmware_parts.h"

/* PS 4.2, figure "Memory layout". */
static const struct {
    uint32_t base, size;
    const char *name;
} places[] = {
    [FIRMWARE_FLASH] = {0x00000000, 0x100000, "flash"}, [FIRMWARE_RAM] = {0x20000000, 0x40000, "RAM"},
    [FIRMWARE_UICR] = {0x10001000, 0x1000, "UICR"},     [FIRMWARE_QSPI] = {0x12000000, 0x8000000, "external flash"},
    [FIRMWARE_ELSEWHERE] = {0, 0, "elsewhere"},
};

enum firmware_place firmware_place_of(uint32_t addr)
{
    unsigned i = 0;

    while (i < FIRMWARE_ELSEWHERE && addr - places[i].base >= places[i].size)
        i++;
    return (enum firmware_place)i;
}

const char *firmware_place_name(enum firmware_place place) { return places[place].name; }

/* ---- sections ---- */

/* Where the bytes of a section are stored, by the segment that has them. */
static uint32_t load_address(const struct elf_view *elf, const Elf32_Shdr *s)
{
    for (unsigned i = 0; i < elf->header.e_phnum; i++) {
        Elf32_Phdr p = elf_view_segment(elf, i);
        if (p.p_type == PT_LOAD && s->sh_addr - p.p_vaddr < p.p_memsz &&
            (s->sh_type == SHT_NOBITS || s->sh_offset - p.p_offset < p.p_filesz))
            return p.p_paddr + (s->sh_addr - p.p_vaddr);
    }
    return s->sh_addr;
}

static void add_section(struct firmware_info *info, const struct firmware_section *s)
{
    info->section[info->n_sections] = *s;
    info->section[info->n_sections++].place = firmware_place_of(s->addr);
}

static void add_elf_sections(struct firmware_info *info, const struct elf_view *elf)
{
    for (unsigned i = 0; i < elf->header.e_shnum; i++) {
        Elf32_Shdr s = elf_view_section(elf, i);
        if (!(s.sh_flags & SHF_ALLOC) || !s.sh_size)
            continue;
        add_section(info,
                    &(struct firmware_section){.name = elf_view_section_name(elf, &s),
                                               .addr = s.sh_addr,
                                               .size = s.sh_size,
                                               .load = s.sh_type == SHT_NOBITS ? s.sh_addr : load_address(elf, &s),
                                               .code = s.sh_flags & SHF_EXECINSTR,
                                               .writable = s.sh_flags & SHF_WRITE,
                                               .stored = s.sh_type != SHT_NOBITS});
    }
}

/* A stripped ELF may have segments only. */
static void add_segments(struct firmware_info *info, const struct elf_view *elf)
{
    for (unsigned i = 0; i < elf->header.e_phnum; i++) {
        Elf32_Phdr p = elf_view_segment(elf, i);
        if (p.p_type == PT_LOAD && p.p_memsz)
            add_section(info, &(struct firmware_section){.name = "",
                                                         .addr = p.p_vaddr,
                                                         .size = p.p_memsz,
                                                         .load = p.p_paddr,
                                                         .code = p.p_flags & PF_X,
                                                         .writable = p.p_flags & PF_W,
                                                         .stored = p.p_filesz != 0});
    }
}

static void add_image_segments(struct firmware_info *info)
{
    for (unsigned i = 0; i < info->image.n_segments; i++)
        add_section(info, &(struct firmware_section){.name = "",
                                                     .addr = info->image.segment[i].addr,
                                                     .size = info->image.segment[i].size,
                                                     .load = info->image.segment[i].addr,
                                                     .stored = true});
}

static int compare_sections(const void *a, const void *b)
{
    const struct firmware_section *x = a, *y = b;

    if (x->addr != y->addr)
        return x->addr < y->addr ? -1 : 1;
    return (x->size > y->size) - (x->size < y->size);
}

static bool find_sections(struct firmware_info *info, const struct elf_view *elf)
{
    unsigned capacity = info->image.n_segments + (elf ? elf->header.e_shnum + elf->header.e_phnum : 0);

    info->section = calloc(capacity ? capacity : 1, sizeof *info->section);
    if (!info->section)
        return false;
    if (elf)
        add_elf_sections(info, elf);
    if (elf && !info->n_sections)
        add_segments(info, elf);
    if (!elf)
        add_image_segments(info);
    qsort(info->section, info->n_sections, sizeof *info->section, compare_sections);
    return true;
}

/* ---- the main stack ---- */

/* How linker scripts and start-up files say how large it is: by two ends, the lower one first, or by a symbol whose
 * value is the size, or by an object. */
static const struct {
    const char *low, *high, *size, *object;
} stacks[] = {
    {.low = "__StackLimit", .high = "__StackTop"},
    {.low = "_sstack", .high = "_estack"},
    {.low = "__main_stack_base__", .high = "__main_stack_end__"},
    {.low = "__StackBottom", .high = "__StackTop"},
    {.low = "_stack_end", .high = "_stack_start"},
    {.size = "_stack_size"},
    {.size = "__stack_size__"},
    {.size = "__STACK_SIZE"},
    {.object = "z_interrupt_stacks"},
    {.object = "_interrupt_stack"},
};

static bool is_stack_section(const struct firmware_section *s)
{
    return strncmp(s->name, ".stack", 6) == 0 || strcmp(s->name, ".main_stack") == 0 || strcmp(s->name, ".mstack") == 0;
}

static uint32_t stack_of_row(const struct symbols *symbols, unsigned i)
{
    uint32_t low, high, size;

    if (stacks[i].low)
        return symbols_find(symbols, stacks[i].low, &low, NULL) && symbols_find(symbols, stacks[i].high, &high, NULL) &&
                       high > low && firmware_place_of(low) == FIRMWARE_RAM
                   ? high - low
                   : 0;
    if (stacks[i].size)
        return symbols_find(symbols, stacks[i].size, &size, NULL) && firmware_place_of(size) == FIRMWARE_FLASH ? size
                                                                                                               : 0;
    return symbols_find(symbols, stacks[i].object, NULL, &size) ? size : 0;
}

static void find_stack(struct firmware_info *info)
{
    struct firmware_use *use = &info->use;

    for (unsigned i = 0; i < sizeof stacks / sizeof *stacks && !use->stack; i++) {
        use->stack = stack_of_row(info->symbols, i);
        use->stack_from = stacks[i].low ? stacks[i].low : stacks[i].size ? stacks[i].size : stacks[i].object;
    }
    for (unsigned i = 0; i < info->n_sections && !use->stack; i++)
        if (is_stack_section(&info->section[i])) {
            use->stack = info->section[i].size;
            use->stack_from = info->section[i].name;
        }
    if (!use->stack)
        use->stack_from = NULL;
}

/* From the initial SP down to the nearest section below it that is not the stack's own. */
static void find_room(struct firmware_info *info)
{
    uint32_t floor = places[FIRMWARE_RAM].base;

    if (!info->has_vectors)
        return;
    for (unsigned i = 0; i < info->n_sections; i++) {
        const struct firmware_section *s = &info->section[i];
        uint32_t end = s->addr + s->size;
        if (s->place == FIRMWARE_RAM && end > floor && end <= info->vectors.initial_sp && !is_stack_section(s))
            floor = end;
    }
    if (info->vectors.initial_sp > floor)
        info->use.stack_room = info->vectors.initial_sp - floor;
}

/* ---- use ---- */

static void count_section(struct firmware_use *use, const struct firmware_section *s)
{
    if (is_stack_section(s))
        return;
    if (!s->writable && s->stored)
        use->text += s->size;
    else if (s->stored)
        use->data += s->size;
    else
        use->bss += s->size;
}

bool firmware_find_memory(struct firmware_info *info, const struct elf_view *elf)
{
    if (!find_sections(info, elf))
        return false;
    for (unsigned i = 0; i < info->image.n_segments; i++) {
        const struct image_segment *s = &info->image.segment[i];
        enum firmware_place place = firmware_place_of(s->addr);
        if (firmware_place_of(s->addr + s->size - 1) != place)
            place = FIRMWARE_ELSEWHERE;
        info->use.stored[place] += s->size;
    }
    info->outside = info->use.stored[FIRMWARE_ELSEWHERE];
    for (unsigned i = 0; elf && i < info->n_sections; i++) {
        count_section(&info->use, &info->section[i]);
        if (info->section[i].place == FIRMWARE_RAM)
            info->use.ram += info->section[i].size;
    }
    find_stack(info);
    find_room(info);
    return true;
}
