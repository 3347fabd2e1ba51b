/*
 * Line coverage as lcov's tracefile (geninfo(1), "TRACEFILE FORMAT").
 */
#include "emu/profile_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One place where the code of a line begins. */
struct piece {
    const char *path;
    int line;
    uint64_t count;
    const char *function; /* that begins here; NULL: none */
};

struct lcov {
    struct profile *p;
    struct piece *piece;
    size_t n, capacity;
};

static uint64_t count_at(const struct profile *p, uint32_t addr)
{
    const struct profile_page *page = p->page[addr / PROFILE_PAGE];
    return page ? page->place[addr % PROFILE_PAGE / 2].executed : 0;
}

static void add_piece(void *ctx, uint32_t addr, const char *path, int line)
{
    struct lcov *l = ctx;
    uint32_t offset;
    if (l->n == l->capacity) {
        l->capacity = l->capacity ? 2 * l->capacity : 1024;
        l->piece = realloc(l->piece, l->capacity * sizeof *l->piece);
        if (!l->piece)
            abort();
    }
    struct piece *piece = &l->piece[l->n++];
    *piece = (struct piece){.path = path, .line = line, .count = count_at(l->p, addr)};
    const char *function = symbols_function(l->p->config.symbols, addr, &offset);
    if (function && offset == 0)
        piece->function = function;
}

static int compare_pieces(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    int order = strcmp(x->path, y->path);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static void put_functions(const struct piece *piece, size_t n, FILE *to)
{
    unsigned found = 0, hit = 0;
    for (size_t i = 0; i < n; i++)
        if (piece[i].function)
            fprintf(to, "FN:%d,%s\n", piece[i].line, piece[i].function);
    for (size_t i = 0; i < n; i++)
        if (piece[i].function) {
            fprintf(to, "FNDA:%" PRIu64 ",%s\n", piece[i].count, piece[i].function);
            found++;
            hit += piece[i].count != 0;
        }
    fprintf(to, "FNF:%u\nFNH:%u\n", found, hit);
}

static void put_lines(const struct piece *piece, size_t n, FILE *to)
{
    unsigned found = 0, hit = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t most = piece[i].count;
        for (; i + 1 < n && piece[i + 1].line == piece[i].line; i++)
            most = piece[i + 1].count > most ? piece[i + 1].count : most;
        fprintf(to, "DA:%d,%" PRIu64 "\n", piece[i].line, most);
        found++;
        hit += most != 0;
    }
    fprintf(to, "LF:%u\nLH:%u\n", found, hit);
}

void profile_write_lcov(struct profile *p, FILE *to)
{
    struct lcov l = {.p = p};
    symbols_each_line(p->config.symbols, add_piece, &l);
    if (l.n)
        qsort(l.piece, l.n, sizeof *l.piece, compare_pieces);
    for (size_t first = 0, end; first < l.n; first = end) {
        for (end = first + 1; end < l.n && !strcmp(l.piece[end].path, l.piece[first].path);)
            end++;
        if (access(l.piece[first].path, R_OK) != 0)
            continue;
        fprintf(to, "TN:\nSF:%s\n", l.piece[first].path);
        put_functions(&l.piece[first], end - first, to);
        put_lines(&l.piece[first], end - first, to);
        fprintf(to, "end_of_record\n");
    }
    free(l.piece);
}
