#include "emu/elf_wide.h"

#include <elf.h>
#include <endian.h>
#include <string.h>

static bool is_aarch64(const uint8_t *bytes, size_t size, Elf64_Ehdr *h)
{
    if (size < sizeof *h)
        return false;
    memcpy(h, bytes, sizeof *h);
    return memcmp(h->e_ident, ELFMAG, SELFMAG) == 0 && h->e_ident[EI_CLASS] == ELFCLASS64 &&
           h->e_ident[EI_DATA] == ELFDATA2LSB && le16toh(h->e_machine) == EM_AARCH64 &&
           le16toh(h->e_phentsize) == sizeof(Elf64_Phdr);
}

bool elf_wide_entry(const uint8_t *bytes, size_t size, uint64_t *addr, size_t *offset)
{
    Elf64_Ehdr h;

    if (!is_aarch64(bytes, size, &h))
        return false;
    *addr = le64toh(h.e_entry);
    uint64_t at = le64toh(h.e_phoff);
    for (unsigned i = 0; i < le16toh(h.e_phnum) && at <= size && size - at >= sizeof(Elf64_Phdr); i++) {
        Elf64_Phdr p;
        memcpy(&p, bytes + at, sizeof p);
        at += sizeof p;
        uint64_t inside = *addr - le64toh(p.p_vaddr), start = le64toh(p.p_offset);
        if (le32toh(p.p_type) != PT_LOAD || inside >= le64toh(p.p_filesz) || start >= size || inside >= size - start)
            continue;
        *offset = start + inside;
        return true;
    }
    return false;
}
