/*
 * Firmware images: ELF, Intel HEX, UF2 and raw binaries, and several of them laid over one another.
 */
#ifndef EMU_IMAGE_H
#define EMU_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum image_format { IMAGE_ELF, IMAGE_HEX, IMAGE_UF2, IMAGE_RAW };

enum { IMAGE_ERR_SIZE = 512, IMAGE_MAX_BYTES = 64 << 20, IMAGE_MAX_HINTS = 8 };

struct image_segment {
    uint32_t addr; /* physical (load) address */
    uint32_t size;
    uint8_t *data; /* owned by the image */
};

struct image {
    char *path; /* without @ADDR; owned */
    enum image_format format;
    struct image_segment *segment; /* sorted by address, not overlapping, adjacent ones joined; owned */
    unsigned n_segments;
    uint32_t entry;                         /* ELF's e_entry, HEX's start address; 0 when unknown */
    uint32_t vectors_hint[IMAGE_MAX_HINTS]; /* where ELF sections or symbols say a vector table is, best first */
    unsigned n_vectors_hints;
};

/* A range of addresses that may be loaded. */
struct image_range {
    uint32_t base, size;
};

/* Loads "PATH" or, for raw binaries, "PATH@ADDR" (ADDR in C notation; without it a raw binary goes to 0). The format is
 * told by content. Every byte must fall into one of the `n_allowed` ranges. False on failure, with one line in `err`
 * that names the file and what is wrong with it: not readable, a directory, empty, larger than IMAGE_MAX_BYTES, ELF of
 * another machine or class or byte order, truncated, overlapping segments whose bytes differ, bytes outside the allowed
 * ranges, HEX with a bad checksum or no end record, UF2 of another family. On success the caller frees with
 * image_free(). An ELF's own headers are not loaded, though a PT_LOAD may cover them. */
bool image_load(struct image *img, const char *spec, const struct image_range *allowed, unsigned n_allowed,
                char err[IMAGE_ERR_SIZE]);
/* The same from memory; `name` is used in messages. */
bool image_parse(struct image *img, const char *name, const uint8_t *bytes, size_t size, uint32_t raw_addr,
                 const struct image_range *allowed, unsigned n_allowed, char err[IMAGE_ERR_SIZE]);
void image_free(struct image *img);

/* Where the vector table of this image is: the lowest 4-byte aligned segment start (tried at 0x80-byte steps within
 * its first 4 KiB, and for ELF first at the section or symbol that holds the vectors, when there is one) whose first
 * word is a plausible initial SP (in RAM or at its end, 4-byte aligned) and whose second word is an odd address inside
 * the image. False when there is none. `ram` says where RAM is. */
bool image_find_vectors(const struct image *img, struct image_range ram, uint32_t *addr);

#endif
