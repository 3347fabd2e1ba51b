/*
 * Addresses to source lines, from .debug_line.
 */
#include "emu/symbols_parts.h"

#include <dwarf.h>
#include <stdio.h>
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
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Where a unit was compiled; NULL when that is not known. */
static const char *directory_of(Dwarf_CU *unit)
{
    Dwarf_Die die;
    Dwarf_Attribute directory;
    if (!unit || !dwarf_cu_die(unit, &die, NULL, NULL, NULL, NULL, NULL, NULL))
        return NULL;
    return dwarf_formstring(dwarf_attr(&die, DW_AT_comp_dir, &directory));
}

static const char *full_path(struct symbols_lines *lines, const char *directory, const char *path)
{
    if (!path || *path == '/' || !directory)
        return path;
    for (const struct symbols_path *p = lines->joined; p; p = p->next)
        if (p->relative == path)
            return p->full;
    size_t size = strlen(directory) + 1 + strlen(path) + 1;
    struct symbols_path *p = malloc(sizeof *p + size);
    if (!p)
        return path;
    *p = (struct symbols_path){.relative = path, .next = lines->joined};
    snprintf(p->full, size, "%s/%s", directory, path);
    lines->joined = p;
    return p->full;
}

void symbols_free_lines(struct symbols_lines *lines)
{
    if (!lines)
        return;
    for (struct symbols_path *p = lines->joined, *next; p; p = next) {
        next = p->next;
        free(p);
    }
    free(lines->row);
    free(lines);
}

static bool add_line(struct symbols_lines *lines, const char *directory, Dwarf_Line *line)
{
    struct symbols_row row = {.order = lines->n_rows};
    Dwarf_Addr addr;

    if (dwarf_lineaddr(line, &addr) || addr > UINT32_MAX)
        return true;
    row.addr = addr;
    dwarf_lineendsequence(line, &row.is_end);
    dwarf_linebeginstatement(line, &row.is_statement);
    row.path = full_path(lines, directory, dwarf_linesrc(line, NULL, NULL));
    if (row.is_end || !row.path || dwarf_lineno(line, &row.line))
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
        const char *directory = result == 0 ? directory_of(unit) : NULL;
        for (size_t i = 0; result == 0 && i < n; i++)
            if (!add_line(lines, directory, dwarf_onesrcline(table, i)))
                return;
    }
    if (lines->n_rows)
        qsort(lines->row, lines->n_rows, sizeof *lines->row, compare_rows);
    for (size_t i = 0; i < lines->n_rows; i++)
        if (i + 1 == lines->n_rows || lines->row[i + 1].addr != lines->row[i].addr)
            lines->row[kept++] = lines->row[i];
    lines->n_rows = kept;
}

/* False when there are no lines. */
static bool have_lines(const struct symbols *s)
{
    if (!s || !s->dwarf)
        return false;
    if (!s->lines->read) {
        s->lines->read = true;
        read_lines(s->lines, s->dwarf);
    }
    return true;
}

bool symbols_source(const struct symbols *s, uint32_t addr, const char **path, int *line)
{
    if (!have_lines(s))
        return false;
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
    *path = s->lines->row[low - 1].path;
    *line = s->lines->row[low - 1].line;
    return true;
}

bool symbols_line(const struct symbols *s, uint32_t addr, const char **file, int *line)
{
    if (!symbols_source(s, addr, file, line))
        return false;
    *file = base_name(*file);
    return true;
}

void symbols_each_line(const struct symbols *s, void (*each)(void *ctx, uint32_t addr, const char *path, int line),
                       void *ctx)
{
    if (!have_lines(s))
        return;
    for (size_t i = 0; i < s->lines->n_rows; i++)
        if (s->lines->row[i].line)
            each(ctx, s->lines->row[i].addr, s->lines->row[i].path, s->lines->row[i].line);
}
