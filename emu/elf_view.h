/*
 * A bounds-checked view of a 32-bit little-endian ARM ELF in memory: headers, names and symbols, nothing else. Both the
 * image loader and the symbol reader look at a file through it before any library does, so that a broken file is
 * refused here and not found out deeper down. Nothing is copied; the bytes must outlive the view.
 */
#ifndef EMU_ELF_VIEW_H
#define EMU_ELF_VIEW_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_view {
    const uint8_t *bytes;
    size_t size;
    Elf32_Ehdr header; /* host byte order, like everything the functions below give */
};

/* NULL on success, else what is wrong with the file (no name, no full stop). Afterwards both header tables are known to
 * lie inside the file. */
const char *elf_view_open(struct elf_view *v, const uint8_t *bytes, size_t size);

/* Whether `size` bytes at `offset` lie inside the file. */
bool elf_view_holds(const struct elf_view *v, uint32_t offset, uint32_t size);

/* Header `index`; it must be below e_phnum or e_shnum. What it points to is not checked. */
Elf32_Phdr elf_view_segment(const struct elf_view *v, unsigned index);
Elf32_Shdr elf_view_section(const struct elf_view *v, unsigned index);

/* The string at `offset` of string table section `table`; NULL unless the table is whole and ends its last string. */
const char *elf_view_string(const struct elf_view *v, unsigned table, uint32_t offset);

/* Name of a section; "" when it has none. */
const char *elf_view_section_name(const struct elf_view *v, const Elf32_Shdr *section);

/* Finds the SHT_SYMTAB section and how many symbols it has; false when there is none, or none that lies in the file. */
bool elf_view_symtab(const struct elf_view *v, Elf32_Shdr *symtab, unsigned *n_symbols);
Elf32_Sym elf_view_symbol(const struct elf_view *v, const Elf32_Shdr *symtab, unsigned index);

#endif
