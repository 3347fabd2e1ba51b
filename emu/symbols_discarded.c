/*
 * With -ffunction-sections and --gc-sections the GNU linker drops functions, but not what .debug_line and .debug_frame
 * say about them: their addresses become 0, and a dropped function of 4 KiB then seems to lie over the first 4 KiB of
 * flash. Nothing real starts at 0 (the vector table does), so that sequences and frames which do are hidden: line
 * sequences move to the top of the address space, frames become empty.
 */
#include "emu/symbols_parts.h"

#include <gelf.h>
#include <string.h>

/* Opcodes of line number programs (DWARF 5, 6.2.5). */
enum { LNS_EXTENDED = 0, LNS_FIXED_ADVANCE_PC = 9, LNE_SET_ADDRESS = 2 };

struct reader {
    uint8_t *at, *end;
};

static size_t left(const struct reader *r) { return r->end - r->at; }

static bool skip(struct reader *r, size_t n)
{
    if (n > left(r))
        return false;
    r->at += n;
    return true;
}

static bool read_number(struct reader *r, unsigned size, uint32_t *value)
{
    if (size > left(r))
        return false;
    *value = 0;
    for (unsigned i = 0; i < size; i++)
        *value |= (uint32_t)*r->at++ << 8 * i;
    return true;
}

static bool read_uleb(struct reader *r, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; left(r); shift += 7) {
        uint8_t byte = *r->at++;
        if (shift < 64)
            *value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

/* Cuts one unit (32-bit length and that much) off the front of `section`. */
static bool next_unit(struct reader *section, struct reader *unit)
{
    uint32_t length;

    if (!read_number(section, 4, &length) || length > left(section))
        return false;
    *unit = (struct reader){section->at, section->at + length};
    section->at += length;
    return true;
}

struct line_header {
    uint32_t opcode_base;
    const uint8_t *n_arguments; /* of standard opcode i at [i - 1] */
};

/* Goes to the first opcode of a unit's program. */
static bool read_line_header(struct reader *unit, struct line_header *header)
{
    uint32_t version, header_length;

    if (!read_number(unit, 2, &version) || version < 2 || version > 5)
        return false;
    if (!skip(unit, version >= 5 ? 2 : 0) || !read_number(unit, 4, &header_length) || header_length > left(unit))
        return false;
    uint8_t *program = unit->at + header_length;
    struct reader fields = {unit->at, program};
    /* Instruction length, operations an instruction, is_stmt, line base, line range. */
    if (!skip(&fields, version >= 4 ? 5 : 4) || !read_number(&fields, 1, &header->opcode_base) ||
        header->opcode_base == 0)
        return false;
    header->n_arguments = fields.at;
    unit->at = program;
    return skip(&fields, header->opcode_base - 1);
}

static bool hide_set_address(struct reader *unit)
{
    uint64_t length;

    if (!read_uleb(unit, &length) || length > left(unit))
        return false;
    uint8_t *operation = unit->at;
    if (length == 5 && operation[0] == LNE_SET_ADDRESS && memcmp(operation + 1, "\0\0\0", 4) == 0)
        memset(operation + 1, 0xff, 4);
    return skip(unit, length);
}

static void hide_lines(struct reader unit)
{
    struct line_header header = {0};
    uint32_t opcode;
    uint64_t argument;
    bool ok = read_line_header(&unit, &header);

    while (ok && read_number(&unit, 1, &opcode)) {
        if (opcode >= header.opcode_base)
            continue;
        if (opcode == LNS_EXTENDED)
            ok = hide_set_address(&unit);
        else if (opcode == LNS_FIXED_ADVANCE_PC)
            ok = skip(&unit, 2);
        else
            for (unsigned i = 0; i < header.n_arguments[opcode - 1] && ok; i++)
                ok = read_uleb(&unit, &argument);
    }
}

static void hide_frame(struct reader unit)
{
    enum { CIE = 0xffffffff };
    uint32_t id, start;

    if (read_number(&unit, 4, &id) && id != CIE && read_number(&unit, 4, &start) && start == 0 && left(&unit) >= 4)
        memset(unit.at, 0, 4);
}

/* The bytes libdw will see of a section, unpacked if need be. */
static bool section_bytes(Elf *elf, const char *name, struct reader *bytes)
{
    size_t names;

    if (elf_getshdrstrndx(elf, &names))
        return false;
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn));) {
        GElf_Shdr header; /* gelf's copy, because in a broken file nothing is aligned */
        const char *found = gelf_getshdr(scn, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;
        if (!found || strcmp(found, name) != 0)
            continue;
        if ((header.sh_flags & SHF_COMPRESSED) && elf_compress(scn, 0, 0) < 0)
            return false;
        Elf_Data *data = elf_getdata(scn, NULL);
        if (!data || !data->d_buf)
            return false;
        *bytes = (struct reader){data->d_buf, (uint8_t *)data->d_buf + data->d_size};
        return true;
    }
    return false;
}

void symbols_hide_discarded(struct symbols *s)
{
    struct reader section, unit;

    if (symbols_function(s, 0, NULL))
        return;
    if (section_bytes(s->libelf, ".debug_line", &section))
        while (next_unit(&section, &unit))
            hide_lines(unit);
    if (section_bytes(s->libelf, ".debug_frame", &section))
        while (next_unit(&section, &unit))
            hide_frame(unit);
}
