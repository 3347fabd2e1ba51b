#include "emu/image.h"
#include "emu/image_parts.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    NAME_SHOWN = 300, /* characters of a file's name in a message, so that there is room for what is wrong */
    VECTORS_WINDOW = 4096,
    VECTORS_STEP = 0x80,
};

/* ---- error lines ---- */

bool image_parts_fail(struct image_parts *parts, const char *format, ...)
{
    size_t length = strlen(parts->name);
    const char *shown = length > NAME_SHOWN ? parts->name + length - NAME_SHOWN : parts->name;
    int used = snprintf(parts->err, IMAGE_ERR_SIZE, "%s%s: ", shown == parts->name ? "" : "...", shown);

    if (parts->line)
        used += snprintf(parts->err + used, IMAGE_ERR_SIZE - used, "line %u: ", parts->line);
    va_list args;
    va_start(args, format);
    vsnprintf(parts->err + used, IMAGE_ERR_SIZE - used, format, args);
    va_end(args);
    /* A file's name may hold anything; the message is one line all the same. */
    for (char *c = parts->err; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = '?';
    return false;
}

static bool fail_out_of_memory(struct image_parts *parts) { return image_parts_fail(parts, "out of memory"); }

static bool fail_range(struct image_parts *parts, uint64_t first, uint64_t end)
{
    char list[160] = "";
    size_t used = 0;

    for (unsigned i = 0; i < parts->n_allowed && used < sizeof list - 32; i++) {
        const struct image_range *r = &parts->allowed[i];
        used += snprintf(list + used, sizeof list - used, "%s0x%08" PRIx32 "-0x%08" PRIx64, i ? ", " : "", r->base,
                         (uint64_t)r->base + r->size - 1);
    }
    return image_parts_fail(parts, "bytes at 0x%08" PRIx64 "-0x%08" PRIx64 " lie outside loadable memory (%s)", first,
                            end - 1, *list ? list : "there is none");
}

/* ---- pieces ---- */

/* The first address of [addr, end) that no allowed range holds; `end` when all are. */
static uint64_t first_outside(const struct image_parts *parts, uint64_t addr, uint64_t end)
{
    for (unsigned i = 0; i < parts->n_allowed && addr < end;) {
        const struct image_range *r = &parts->allowed[i++];
        if (addr < r->base || addr - r->base >= r->size)
            continue;
        addr = (uint64_t)r->base + r->size;
        i = 0; /* a range listed earlier may continue this one */
    }
    return addr < end ? addr : end;
}

static bool extends_last(const struct image_parts *parts, uint32_t addr, const uint8_t *bytes)
{
    if (!parts->n_pieces)
        return false;
    const struct image_piece *last = &parts->piece[parts->n_pieces - 1];
    return last->bytes + last->size == bytes && (uint64_t)last->addr + last->size == addr;
}

bool image_parts_add(struct image_parts *parts, uint32_t addr, const uint8_t *bytes, uint32_t size)
{
    uint64_t end = (uint64_t)addr + size;
    uint64_t outside = first_outside(parts, addr, end);

    if (!size)
        return true;
    if (outside < end)
        return fail_range(parts, outside, end);
    parts->total += size;
    if (parts->total > IMAGE_MAX_BYTES)
        return image_parts_fail(parts, "loads more than %d MiB", IMAGE_MAX_BYTES >> 20);
    if (extends_last(parts, addr, bytes)) {
        parts->piece[parts->n_pieces - 1].size += size;
        return true;
    }
    if (parts->n_pieces == parts->capacity) {
        size_t capacity = parts->capacity ? 2 * parts->capacity : 16;
        struct image_piece *grown = realloc(parts->piece, capacity * sizeof *grown);
        if (!grown)
            return fail_out_of_memory(parts);
        parts->piece = grown;
        parts->capacity = capacity;
    }
    parts->piece[parts->n_pieces++] = (struct image_piece){.addr = addr, .size = size, .bytes = bytes};
    return true;
}

static int compare_pieces(const void *a, const void *b)
{
    const struct image_piece *x = a, *y = b;

    if (x->addr != y->addr)
        return x->addr < y->addr ? -1 : 1;
    return (x->size > y->size) - (x->size < y->size);
}

/* How many pieces, from `first` on, touch or overlap one another; `*end` is where what they cover ends. */
static size_t run_length(const struct image_parts *parts, size_t first, uint64_t *end)
{
    size_t i = first;

    *end = parts->piece[first].addr;
    for (; i < parts->n_pieces && parts->piece[i].addr <= *end; i++) {
        uint64_t piece_end = (uint64_t)parts->piece[i].addr + parts->piece[i].size;
        if (piece_end > *end)
            *end = piece_end;
    }
    return i - first;
}

/* Copies a run of pieces into one segment. The same bytes twice are harmless (merged HEX files have them); two opinions
 * about one address are not. */
static bool fill_segment(struct image_parts *parts, struct image_segment *segment, const struct image_piece *piece,
                         size_t n)
{
    uint32_t filled = 0;

    for (; n; n--, piece++) {
        uint32_t at = piece->addr - segment->addr;
        uint32_t again = filled > at ? filled - at : 0; /* how much of the piece is there already */
        if (again > piece->size)
            again = piece->size;
        for (uint32_t i = 0; i < again; i++)
            if (segment->data[at + i] != piece->bytes[i])
                return image_parts_fail(parts, "overlapping contents differ at 0x%08" PRIx32, piece->addr + i);
        memcpy(segment->data + at + again, piece->bytes + again, piece->size - again);
        if (at + piece->size > filled)
            filled = at + piece->size;
    }
    return true;
}

static bool join_pieces(struct image_parts *parts)
{
    struct image *img = parts->img;
    uint64_t end;

    parts->line = 0;
    if (!parts->n_pieces)
        return image_parts_fail(parts, "holds nothing to load");
    qsort(parts->piece, parts->n_pieces, sizeof *parts->piece, compare_pieces);
    size_t n_segments = 0;
    for (size_t i = 0; i < parts->n_pieces; i += run_length(parts, i, &end))
        n_segments++;
    img->segment = calloc(n_segments, sizeof *img->segment);
    if (!img->segment)
        return fail_out_of_memory(parts);
    for (size_t i = 0, n; i < parts->n_pieces; i += n) {
        n = run_length(parts, i, &end);
        struct image_segment *segment = &img->segment[img->n_segments];
        segment->addr = parts->piece[i].addr;
        segment->size = end - segment->addr;
        segment->data = malloc(segment->size);
        if (!segment->data)
            return fail_out_of_memory(parts);
        img->n_segments++;
        if (!fill_segment(parts, segment, &parts->piece[i], n))
            return false;
    }
    return true;
}

/* ---- formats ---- */

static const struct format {
    enum image_format format;
    const char *name;
    bool (*is)(const uint8_t *bytes, size_t size);
    bool (*read)(struct image_parts *parts, const uint8_t *bytes, size_t size);
} formats[] = {
    {IMAGE_ELF, "an ELF", image_elf_is, image_elf_read},
    {IMAGE_UF2, "a UF2", image_uf2_is, image_uf2_read},
    {IMAGE_HEX, "an Intel HEX", image_hex_is, image_hex_read},
};

static const struct format *format_of(const uint8_t *bytes, size_t size)
{
    for (unsigned i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].is(bytes, size))
            return &formats[i];
    return NULL;
}

bool image_parse(struct image *img, const char *name, const uint8_t *bytes, size_t size, uint32_t raw_addr,
                 const struct image_range *allowed, unsigned n_allowed, char err[IMAGE_ERR_SIZE])
{
    struct image_parts parts = {.img = img, .name = name, .err = err, .allowed = allowed, .n_allowed = n_allowed};

    *img = (struct image){.format = IMAGE_RAW};
    if (!size)
        return image_parts_fail(&parts, "is empty");
    if (size > IMAGE_MAX_BYTES)
        return image_parts_fail(&parts, "is %zu bytes long; an image has at most %d MiB", size, IMAGE_MAX_BYTES >> 20);
    const struct format *format = format_of(bytes, size);
    if (format)
        img->format = format->format;
    img->path = strdup(name);
    bool ok = img->path || fail_out_of_memory(&parts);
    ok = ok && (format ? format->read(&parts, bytes, size) : image_parts_add(&parts, raw_addr, bytes, size));
    ok = ok && join_pieces(&parts);
    free(parts.piece);
    free(parts.decoded);
    if (!ok)
        image_free(img);
    return ok;
}

void image_free(struct image *img)
{
    for (unsigned i = 0; i < img->n_segments; i++)
        free(img->segment[i].data);
    free(img->segment);
    free(img->path);
    *img = (struct image){.format = IMAGE_RAW};
}

/* ---- files ---- */

/* Opens a regular file of a sensible size; -1 and the error line otherwise. O_NONBLOCK: a FIFO must not keep us
 * waiting. */
static int open_file(struct image_parts *parts, size_t *size)
{
    int fd = open(parts->name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat st;

    if (fd < 0) {
        image_parts_fail(parts, "%s", strerror(errno));
        return -1;
    }
    if (fstat(fd, &st) < 0)
        image_parts_fail(parts, "%s", strerror(errno));
    else if (S_ISDIR(st.st_mode))
        image_parts_fail(parts, "is a directory");
    else if (!S_ISREG(st.st_mode))
        image_parts_fail(parts, "is not a regular file");
    else if (st.st_size == 0)
        image_parts_fail(parts, "is empty");
    else if (st.st_size > IMAGE_MAX_BYTES)
        image_parts_fail(parts, "is %lld bytes long; an image has at most %d MiB", (long long)st.st_size,
                         IMAGE_MAX_BYTES >> 20);
    else {
        *size = st.st_size;
        return fd;
    }
    close(fd);
    return -1;
}

static bool read_all(struct image_parts *parts, int fd, uint8_t *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = read(fd, bytes + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return image_parts_fail(parts, "%s", strerror(errno));
        if (n == 0)
            return image_parts_fail(parts, "became shorter while it was read");
        done += n;
    }
    return true;
}

/* Cuts "@ADDR" off the end of `path`. False when what follows the last @ is a number, but not a 32-bit one. */
static bool split_address(struct image_parts *parts, char *path, bool *given, uint32_t *addr)
{
    char *at = strrchr(path, '@'), *end;

    *given = false;
    *addr = 0;
    if (!at || at == path || !isdigit((unsigned char)at[1]))
        return true;
    errno = 0;
    unsigned long long value = strtoull(at + 1, &end, 0);
    if (*end)
        return true; /* an @ in the file's name */
    if (errno || value > UINT32_MAX)
        return image_parts_fail(parts, "the address after @ does not fit 32 bits");
    *at = '\0';
    *given = true;
    *addr = value;
    return true;
}

uint8_t *image_parts_read_file(struct image_parts *parts, size_t *size)
{
    int fd = open_file(parts, size);

    if (fd < 0)
        return NULL;
    uint8_t *bytes = malloc(*size);
    if (!bytes)
        fail_out_of_memory(parts);
    else if (!read_all(parts, fd, bytes, *size)) {
        free(bytes);
        bytes = NULL;
    }
    close(fd);
    return bytes;
}

bool image_load(struct image *img, const char *spec, const struct image_range *allowed, unsigned n_allowed,
                char err[IMAGE_ERR_SIZE])
{
    char *path = strdup(spec);
    struct image_parts parts = {.img = img, .name = spec, .err = err};
    bool addr_given, ok = false;
    uint32_t addr;
    size_t size;

    *img = (struct image){.format = IMAGE_RAW};
    if (!path)
        return fail_out_of_memory(&parts);
    if (split_address(&parts, path, &addr_given, &addr)) {
        parts.name = path;
        uint8_t *bytes = image_parts_read_file(&parts, &size);
        const struct format *format = bytes ? format_of(bytes, size) : NULL;
        if (format && addr_given)
            image_parts_fail(&parts, "is %s, which knows its addresses; @ADDR is for raw binaries", format->name);
        else if (bytes)
            ok = image_parse(img, path, bytes, size, addr, allowed, n_allowed, err);
        free(bytes);
    }
    free(path);
    return ok;
}

/* ---- vector table ---- */

static bool image_word(const struct image *img, uint32_t addr, uint32_t *value)
{
    for (unsigned i = 0; i < img->n_segments; i++) {
        const struct image_segment *s = &img->segment[i];
        uint32_t at = addr - s->addr;
        if (addr < s->addr || at >= s->size || s->size - at < 4)
            continue;
        *value = s->data[at] | s->data[at + 1] << 8 | s->data[at + 2] << 16 | (uint32_t)s->data[at + 3] << 24;
        return true;
    }
    return false;
}

static bool image_holds(const struct image *img, uint32_t addr)
{
    for (unsigned i = 0; i < img->n_segments; i++)
        if (addr >= img->segment[i].addr && addr - img->segment[i].addr < img->segment[i].size)
            return true;
    return false;
}

static bool vectors_at(const struct image *img, struct image_range ram, uint32_t addr)
{
    uint32_t sp, reset;

    if (addr % 4 || !image_word(img, addr, &sp) || !image_word(img, addr + 4, &reset))
        return false;
    return sp >= ram.base && sp - ram.base <= ram.size && sp % 4 == 0 && reset % 2 == 1 && image_holds(img, reset - 1);
}

/* The table need not be where a segment starts: lld puts the ELF's own headers in front. VTOR wants it aligned, though,
 * so that past the start only aligned addresses count. */
static bool segment_vectors(const struct image *img, struct image_range ram, const struct image_segment *s,
                            uint32_t *addr)
{
    uint64_t end = (uint64_t)s->addr + (s->size < VECTORS_WINDOW ? s->size : VECTORS_WINDOW);

    if (vectors_at(img, ram, s->addr)) {
        *addr = s->addr;
        return true;
    }
    for (uint64_t a = (uint64_t)(s->addr / VECTORS_STEP + 1) * VECTORS_STEP; a < end; a += VECTORS_STEP)
        if (vectors_at(img, ram, a)) {
            *addr = a;
            return true;
        }
    return false;
}

bool image_find_vectors(const struct image *img, struct image_range ram, uint32_t *addr)
{
    for (unsigned i = 0; i < img->n_vectors_hints; i++)
        if (vectors_at(img, ram, img->vectors_hint[i])) {
            *addr = img->vectors_hint[i];
            return true;
        }
    for (unsigned i = 0; i < img->n_segments; i++)
        if (segment_vectors(img, ram, &img->segment[i], addr))
            return true;
    return false;
}
