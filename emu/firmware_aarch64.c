/*
 * An ELF for 64-bit ARM cores is refused by the loader; its first instructions make clear why.
 */
#include <capstone/capstone.h>
#include <elf.h>
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/firmware_parts.h"
#include "emu/image_parts.h"

enum { SHOWN = 3 };

static bool is_aarch64(const uint8_t *bytes, size_t size, Elf64_Ehdr *h)
{
    if (size < sizeof *h)
        return false;
    memcpy(h, bytes, sizeof *h);
    return memcmp(h->e_ident, ELFMAG, SELFMAG) == 0 && h->e_ident[EI_CLASS] == ELFCLASS64 &&
           h->e_ident[EI_DATA] == ELFDATA2LSB && le16toh(h->e_machine) == EM_AARCH64 &&
           le16toh(h->e_phentsize) == sizeof(Elf64_Phdr);
}

/* Where in the file the instruction at the entry is; 0: nowhere. */
static uint64_t entry_offset(const Elf64_Ehdr *h, const uint8_t *bytes, size_t size)
{
    uint64_t entry = le64toh(h->e_entry), at = le64toh(h->e_phoff);

    for (unsigned i = 0; i < le16toh(h->e_phnum) && at <= size && size - at >= sizeof(Elf64_Phdr); i++) {
        Elf64_Phdr p;
        memcpy(&p, bytes + at, sizeof p);
        at += sizeof p;
        uint64_t inside = entry - le64toh(p.p_vaddr), offset = le64toh(p.p_offset);
        if (le32toh(p.p_type) == PT_LOAD && inside < le64toh(p.p_filesz) && offset < size && inside < size - offset)
            return offset + inside;
    }
    return 0;
}

static void append_instructions(char line[IMAGE_ERR_SIZE], const uint8_t *code, size_t size, uint64_t addr)
{
    csh handle;
    cs_insn *insn;

    if (cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &handle) != CS_ERR_OK)
        return;
    size_t n = cs_disasm(handle, code, size, addr, SHOWN, &insn);
    for (size_t i = 0; i < n; i++) {
        size_t used = strlen(line);
        snprintf(line + used, IMAGE_ERR_SIZE - used, "%s0x%08" PRIx64 " %s%s%.40s", i ? ", " : ": ", insn[i].address,
                 insn[i].mnemonic, *insn[i].op_str ? " " : "", insn[i].op_str);
    }
    if (n)
        cs_free(insn, n);
    cs_close(&handle);
}

void firmware_show_aarch64(const char *path, char line[IMAGE_ERR_SIZE])
{
    char err[IMAGE_ERR_SIZE];
    struct image_parts file = {.name = path, .err = err};
    Elf64_Ehdr h;
    size_t size;
    uint8_t *bytes = image_parts_read_file(&file, &size);
    uint64_t at = bytes && is_aarch64(bytes, size, &h) ? entry_offset(&h, bytes, size) : 0;

    if (at)
        append_instructions(line, bytes + at, size - at, le64toh(h.e_entry));
    free(bytes);
}
