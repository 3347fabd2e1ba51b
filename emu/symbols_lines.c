/*
 * Addresses to source lines, from .debug_line.
 */
#include "emu/symbols_parts.h"

#include <stdlib.h>
#include <string.h>

static bool add_row(struct symbols_lines *lines, const struct symbols_row *row)
{
    if (lines->n_rows == lines->capacity) {
        size_t capacity = lines->capacity ? 2 * lines->capacity : 1024;
        struct symbols_row *grown = realloc(lines->row, capacity * sizeof *grown);
        if (!grown)
            return false;
        lines->row = grown;
        lines->capacity = capacity;
    }
    lines->row[lines->n_rows++] = *row;
    return true;
}

static const char *base_name(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;

    return slash ? slash + 1 : path;
}

static bool add_line(struct symbols_lines *lines, Dwarf_Line *line)
{
    struct symbols_row row = {.order = lines->n_rows};
    Dwarf_Addr addr;

    if (dwarf_lineaddr(line, &addr) || addr > UINT32_MAX)
        return true;
    row.addr = addr;
    dwarf_lineendsequence(line, &row.is_end);
    dwarf_linebeginstatement(line, &row.is_statement);
    row.file = base_name(dwarf_linesrc(line, NULL, NULL));
    if (row.is_end || !row.file || dwarf_lineno(line, &row.line))
        row.line = 0;
    return add_row(lines, &row);
}

/* By address; among equals the one that holds comes last: the ends of earlier sequences first, statements after others,
 * and then as the compiler had them. */
static int compare_rows(const void *a, const void *b)
{
    const struct symbols_row *x = a, *y = b;

    if (x->addr != y->addr)
        return x->addr < y->addr ? -1 : 1;
    if (x->is_end != y->is_end)
        return x->is_end ? -1 : 1;
    if (x->is_statement != y->is_statement)
        return x->is_statement ? 1 : -1;
    return (x->order > y->order) - (x->order < y->order);
}

static void read_lines(struct symbols_lines *lines, Dwarf *dwarf)
{
    Dwarf_CU *unit = NULL;
    Dwarf_Lines *table;
    size_t n, kept = 0;

    for (Dwarf_Off offset = 0, next = 0;; offset = next) {
        int result = dwarf_next_lines(dwarf, offset, &next, &unit, NULL, NULL, &table, &n);
        if (result > 0 || next <= offset)
            break; /* a broken table is skipped, as long as it tells where the next one is */
        for (size_t i = 0; result == 0 && i < n; i++)
            if (!add_line(lines, dwarf_onesrcline(table, i)))
                return;
    }
    if (lines->n_rows)
        qsort(lines->row, lines->n_rows, sizeof *lines->row, compare_rows);
    for (size_t i = 0; i < lines->n_rows; i++)
        if (i + 1 == lines->n_rows || lines->row[i + 1].addr != lines->row[i].addr)
            lines->row[kept++] = lines->row[i];
    lines->n_rows = kept;
}

bool symbols_line(const struct symbols *s, uint32_t addr, const char **file, int *line)
{
    if (!s || !s->dwarf)
        return false;
    if (!s->lines->read) {
        s->lines->read = true;
        read_lines(s->lines, s->dwarf);
    }
    size_t low = 0, high = s->lines->n_rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->lines->row[middle].addr <= addr)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || s->lines->row[low - 1].line == 0)
        return false;
    *file = s->lines->row[low - 1].file;
    *line = s->lines->row[low - 1].line;
    return true;
}
