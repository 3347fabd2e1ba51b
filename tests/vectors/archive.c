/*
 * Archives of recordings: all entries are read to memory, then paired by their number.
 */
#include "tests/vectors/vectors.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    unsigned number;
    bool is_dump;
    uint8_t *data;
    size_t size;
};

struct entries {
    struct entry *entry;
    size_t n;
};

/* "anything/12.dump" */
static bool parse_name(const char *path, struct entry *e)
{
    const char *name = strrchr(path, '/');
    char suffix[8];
    if (sscanf(name ? name + 1 : path, "%u.%7s", &e->number, suffix) != 2)
        return false;
    e->is_dump = !strcmp(suffix, "dump");
    return e->is_dump || !strcmp(suffix, "flash");
}

static bool read_entry(struct archive *a, struct archive_entry *from, struct entries *list)
{
    struct entry e = {0};
    const char *path = archive_entry_pathname(from);
    if (!path || !parse_name(path, &e))
        return true;
    e.size = (size_t)archive_entry_size(from);
    e.data = malloc(e.size ? e.size : 1);
    if (archive_read_data(a, e.data, e.size) != (la_ssize_t)e.size) {
        free(e.data);
        return false;
    }
    list->entry = realloc(list->entry, (list->n + 1) * sizeof *list->entry);
    list->entry[list->n++] = e;
    return true;
}

static bool read_all(const char *path, struct entries *list)
{
    struct archive *a = archive_read_new();
    struct archive_entry *e;
    archive_read_support_filter_all(a);
    archive_read_support_format_tar(a);
    bool ok = archive_read_open_filename(a, path, 65536) == ARCHIVE_OK;
    int status = ARCHIVE_EOF;
    while (ok && (status = archive_read_next_header(a, &e)) == ARCHIVE_OK)
        ok = read_entry(a, e, list);
    ok = ok && status == ARCHIVE_EOF;
    if (!ok)
        fprintf(stderr, "%s: %s\n", path, archive_error_string(a) ? archive_error_string(a) : "damaged");
    archive_read_free(a);
    return ok;
}

static int by_number(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return x->number != y->number ? (x->number > y->number) - (x->number < y->number) : x->is_dump - y->is_dump;
}

bool archive_read(const char *path, archive_case each, void *ctx)
{
    struct entries list = {0};
    bool ok = read_all(path, &list);
    if (list.n)
        qsort(list.entry, list.n, sizeof *list.entry, by_number);
    for (size_t i = 0; ok && i + 1 < list.n; i++) {
        const struct entry *flash = &list.entry[i], *dump = flash + 1;
        if (flash->number == dump->number && !flash->is_dump && dump->is_dump)
            each(ctx, flash->number, flash->data, flash->size, dump->data, dump->size);
    }
    for (size_t i = 0; i < list.n; i++)
        free(list.entry[i].data);
    free(list.entry);
    return ok;
}
