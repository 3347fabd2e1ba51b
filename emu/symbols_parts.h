/*
 * What the parts of the symbol reader share; private to emu/symbols*.c.
 */
#ifndef EMU_SYMBOLS_PARTS_H
#define EMU_SYMBOLS_PARTS_H

#include <elfutils/libdw.h>

#include "emu/elf_view.h"
#include "emu/symbols.h"

struct symbol {
    uint32_t addr, size; /* without the Thumb bit */
    const char *name;    /* in the file's bytes */
    uint16_t section;
    uint8_t type, bind;
};

struct symbols_function {
    uint32_t addr, end;
    const char *name;
    unsigned rank; /* which of several names of one address is shown: the highest */
};

/* One row of the line table: holds from `addr` to the next row. */
struct symbols_row {
    uint32_t addr;
    int line;         /* 0: no line of any source, or the end of a sequence */
    const char *path; /* owned by libdw, or one of the joined */
    unsigned order;   /* as read */
    bool is_end, is_statement;
};

/* A relative path, with the directory that it was compiled in before it. */
struct symbols_path {
    const char *relative; /* as libdw has it */
    struct symbols_path *next;
    char full[];
};

/* Read when the first line is asked for: most runs never do. */
struct symbols_lines {
    struct symbols_row *row; /* sorted, one an address */
    size_t n_rows, capacity;
    struct symbols_path *joined;
    bool read;
};

struct symbols {
    uint8_t *bytes;
    struct elf_view elf;
    struct symbol *symbol; /* in the file's order */
    unsigned n_symbols;
    struct symbols_function *function; /* sorted by address */
    unsigned n_functions;
    Elf *libelf;
    Dwarf *dwarf;      /* NULL without debug information */
    Dwarf_CFI *cfi[2]; /* .debug_frame's and .eh_frame's; either may be NULL; the latter is ours to end */
    struct symbols_lines *lines;
};

/* Fills s->symbol and s->function from the ELF's symbol table. False when out of memory. */
bool symbols_read_table(struct symbols *s);

/* NULL is allowed. */
void symbols_free_lines(struct symbols_lines *lines);

/* Moves what debug information says about functions the linker dropped out of the way: relocated to 0, it would lie
 * over real code. In memory only; before libdw looks at it. */
void symbols_hide_discarded(struct symbols *s);

#endif
