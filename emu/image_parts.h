/*
 * What the image loaders share; private to emu/image*.c (and to emu/symbols.c, which reads files the same way). A
 * loader turns a file's bytes into pieces (an address and where its bytes are), in file order; image.c checks and joins
 * them.
 */
#ifndef EMU_IMAGE_PARTS_H
#define EMU_IMAGE_PARTS_H

#include "emu/image.h"

struct image_piece {
    uint32_t addr, size;
    const uint8_t *bytes; /* in the file, or in `decoded` below */
};

struct image_parts {
    struct image *img;
    const char *name; /* of the file, for messages */
    char *err;        /* IMAGE_ERR_SIZE characters */
    unsigned line;    /* being read, counted from 1; 0 for binary formats */
    const struct image_range *allowed;
    unsigned n_allowed;
    struct image_piece *piece; /* owned */
    size_t n_pieces, capacity;
    uint64_t total;   /* sum of the pieces' sizes */
    uint8_t *decoded; /* bytes a loader had to make; owned, freed with the parts */
};

/* Writes the error line "NAME: [line N: ]MESSAGE" and gives false, so that a loader can `return image_parts_fail(…)`.
 */
bool image_parts_fail(struct image_parts *parts, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds `size` bytes (0 is nothing) at `addr`. False, with the error line, when they lie outside the allowed ranges. */
bool image_parts_add(struct image_parts *parts, uint32_t addr, const uint8_t *bytes, uint32_t size);

/* The bytes of the file `name`, to be freed; NULL, with the error line, when it is not a regular file of 1 to
 * IMAGE_MAX_BYTES bytes that can be read. Only `name` and `err` of the parts are used. */
uint8_t *image_parts_read_file(struct image_parts *parts, size_t *size);

/* The loaders. False, with the error line, when the file is not right. They set img->entry when the format tells it. */
bool image_elf_read(struct image_parts *parts, const uint8_t *bytes, size_t size);
bool image_hex_read(struct image_parts *parts, const uint8_t *bytes, size_t size);
bool image_uf2_read(struct image_parts *parts, const uint8_t *bytes, size_t size);

/* Whether the bytes look like the format, be they ever so broken further on. */
bool image_elf_is(const uint8_t *bytes, size_t size);
bool image_hex_is(const uint8_t *bytes, size_t size);
bool image_uf2_is(const uint8_t *bytes, size_t size);

#endif
