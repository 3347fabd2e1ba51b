#include "emu/elf_view.h"

#include <endian.h>
#include <string.h>

static void header_to_host(Elf32_Ehdr *h)
{
    h->e_type = le16toh(h->e_type);
    h->e_machine = le16toh(h->e_machine);
    h->e_entry = le32toh(h->e_entry);
    h->e_phoff = le32toh(h->e_phoff);
    h->e_shoff = le32toh(h->e_shoff);
    h->e_phentsize = le16toh(h->e_phentsize);
    h->e_phnum = le16toh(h->e_phnum);
    h->e_shentsize = le16toh(h->e_shentsize);
    h->e_shnum = le16toh(h->e_shnum);
    h->e_shstrndx = le16toh(h->e_shstrndx);
}

bool elf_view_holds(const struct elf_view *v, uint32_t offset, uint32_t size)
{
    return offset <= v->size && size <= v->size - offset;
}

static const struct {
    uint16_t machine;
    const char *what;
} machines[] = {
    {EM_AARCH64, "a 64-bit ELF for AArch64; the nRF52840 is a 32-bit ARM (ARMv7E-M)"},
    {EM_X86_64, "a 64-bit ELF for x86-64; the nRF52840 is a 32-bit ARM"},
    {EM_386, "an ELF of another machine than ARM: x86"},
    {EM_RISCV, "an ELF of another machine than ARM: RISC-V"},
    {EM_XTENSA, "an ELF of another machine than ARM: Xtensa"},
    {EM_AVR, "an ELF of another machine than ARM: AVR"},
};

static const char *wrong_machine(unsigned machine, const char *otherwise)
{
    for (unsigned i = 0; i < sizeof machines / sizeof *machines; i++)
        if (machines[i].machine == machine)
            return machines[i].what;
    return otherwise;
}

static const char *check_identity(const struct elf_view *v)
{
    const unsigned char *ident = v->header.e_ident;

    if (memcmp(ident, ELFMAG, SELFMAG) != 0)
        return "not an ELF";
    if (ident[EI_CLASS] == ELFCLASS64)
        return wrong_machine(le16toh(v->header.e_machine), "a 64-bit ELF; the nRF52840 is a 32-bit ARM");
    if (ident[EI_CLASS] != ELFCLASS32)
        return "an ELF of an unknown class";
    if (ident[EI_DATA] == ELFDATA2MSB)
        return "a big-endian ELF; the nRF52840 is little-endian";
    if (ident[EI_DATA] != ELFDATA2LSB)
        return "an ELF of an unknown byte order";
    return NULL;
}

static const char *check_tables(const struct elf_view *v)
{
    const Elf32_Ehdr *h = &v->header;

    if (h->e_machine != EM_ARM)
        return wrong_machine(h->e_machine, "an ELF of another machine than ARM");
    if (h->e_type == ET_REL)
        return "an object file that has not been linked";
    if (h->e_type != ET_EXEC && h->e_type != ET_DYN)
        return "an ELF that is no program";
    if (h->e_phnum && h->e_phentsize != sizeof(Elf32_Phdr))
        return "an ELF with program headers of a wrong size";
    if (h->e_phnum && !elf_view_holds(v, h->e_phoff, h->e_phnum * (uint32_t)sizeof(Elf32_Phdr)))
        return "truncated: the program headers lie beyond the end of the file";
    if (h->e_shnum && h->e_shentsize != sizeof(Elf32_Shdr))
        return "an ELF with section headers of a wrong size";
    if (h->e_shnum && !elf_view_holds(v, h->e_shoff, h->e_shnum * (uint32_t)sizeof(Elf32_Shdr)))
        return "truncated: the section headers lie beyond the end of the file";
    return NULL;
}

const char *elf_view_open(struct elf_view *v, const uint8_t *bytes, size_t size)
{
    *v = (struct elf_view){.bytes = bytes, .size = size};
    /* The identity comes first: of a 64-bit header cut short, "64-bit" is the more helpful thing to say. */
    memcpy(&v->header, bytes, size < sizeof v->header ? size : sizeof v->header);
    if (size < EI_NIDENT)
        return "truncated: not even an ELF header";
    const char *wrong = check_identity(v);
    if (wrong)
        return wrong;
    if (size < sizeof v->header)
        return "truncated: not even an ELF header";
    header_to_host(&v->header);
    return check_tables(v);
}

Elf32_Phdr elf_view_segment(const struct elf_view *v, unsigned index)
{
    Elf32_Phdr p;

    memcpy(&p, v->bytes + v->header.e_phoff + index * sizeof p, sizeof p);
    p.p_type = le32toh(p.p_type);
    p.p_offset = le32toh(p.p_offset);
    p.p_vaddr = le32toh(p.p_vaddr);
    p.p_paddr = le32toh(p.p_paddr);
    p.p_filesz = le32toh(p.p_filesz);
    p.p_memsz = le32toh(p.p_memsz);
    p.p_flags = le32toh(p.p_flags);
    p.p_align = le32toh(p.p_align);
    return p;
}

Elf32_Shdr elf_view_section(const struct elf_view *v, unsigned index)
{
    Elf32_Shdr s;

    memcpy(&s, v->bytes + v->header.e_shoff + index * sizeof s, sizeof s);
    s.sh_name = le32toh(s.sh_name);
    s.sh_type = le32toh(s.sh_type);
    s.sh_flags = le32toh(s.sh_flags);
    s.sh_addr = le32toh(s.sh_addr);
    s.sh_offset = le32toh(s.sh_offset);
    s.sh_size = le32toh(s.sh_size);
    s.sh_link = le32toh(s.sh_link);
    s.sh_info = le32toh(s.sh_info);
    s.sh_addralign = le32toh(s.sh_addralign);
    s.sh_entsize = le32toh(s.sh_entsize);
    return s;
}

const char *elf_view_string(const struct elf_view *v, unsigned table, uint32_t offset)
{
    if (table >= v->header.e_shnum)
        return NULL;
    Elf32_Shdr s = elf_view_section(v, table);
    if (s.sh_type != SHT_STRTAB || !elf_view_holds(v, s.sh_offset, s.sh_size) || offset >= s.sh_size)
        return NULL;
    const char *strings = (const char *)v->bytes + s.sh_offset;
    return strings[s.sh_size - 1] == '\0' ? strings + offset : NULL;
}

const char *elf_view_section_name(const struct elf_view *v, const Elf32_Shdr *section)
{
    const char *name = elf_view_string(v, v->header.e_shstrndx, section->sh_name);

    return name ? name : "";
}

bool elf_view_symtab(const struct elf_view *v, Elf32_Shdr *symtab, unsigned *n_symbols)
{
    for (unsigned i = 0; i < v->header.e_shnum; i++) {
        *symtab = elf_view_section(v, i);
        if (symtab->sh_type != SHT_SYMTAB)
            continue;
        *n_symbols = symtab->sh_size / sizeof(Elf32_Sym);
        return symtab->sh_entsize == sizeof(Elf32_Sym) && elf_view_holds(v, symtab->sh_offset, symtab->sh_size);
    }
    return false;
}

Elf32_Sym elf_view_symbol(const struct elf_view *v, const Elf32_Shdr *symtab, unsigned index)
{
    Elf32_Sym s;

    memcpy(&s, v->bytes + symtab->sh_offset + index * sizeof s, sizeof s);
    s.st_name = le32toh(s.st_name);
    s.st_value = le32toh(s.st_value);
    s.st_size = le32toh(s.st_size);
    s.st_shndx = le16toh(s.st_shndx);
    return s;
}
