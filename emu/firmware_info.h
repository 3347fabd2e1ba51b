/*
 * What can be told of a firmware image without running it: memory, start, origin, compiler, floating point, and
 * instructions that the nRF52840 has not.
 */
#ifndef EMU_FIRMWARE_INFO_H
#define EMU_FIRMWARE_INFO_H

#include "emu/arm_attributes.h"
#include "emu/firmware_code.h"
#include "emu/image.h"
#include "emu/symbols.h"

enum {
    FIRMWARE_MAX_KINDS = 16,
    FIRMWARE_MAX_VECTORS = 8,
    FIRMWARE_MAX_COMPILERS = 8,
    FIRMWARE_TEXT = 96,
    FIRMWARE_LINE = 320,
};

/* PS 4.2 "Memory": where an image may put something, or may expect something. */
enum firmware_place {
    FIRMWARE_FLASH,
    FIRMWARE_RAM,
    FIRMWARE_UICR,
    FIRMWARE_QSPI, /* external flash that is executed in place */
    FIRMWARE_ELSEWHERE,
    FIRMWARE_PLACES
};

struct firmware_section {
    const char *name; /* in the file's bytes; "" for a segment of a format without sections */
    uint32_t addr, size;
    uint32_t load; /* where its bytes are stored: differs from `addr` for variables that start-up code copies */
    enum firmware_place place;
    bool code, writable, stored; /* stored: has bytes in the image */
};

struct firmware_use {
    uint32_t stored[FIRMWARE_PLACES]; /* bytes that programming the image writes there */
    uint32_t text, data, bss;         /* as `size` counts: code and constants; initialised; other variables */
    uint32_t ram;                     /* data and bss in RAM, and the stack where it has a section */
    uint32_t stack;                   /* bytes reserved for the main stack; 0: not told */
    const char *stack_from;           /* how that is known; static storage */
    uint32_t stack_room;              /* bytes from the initial SP down to the next variable, or to the start of RAM */
};

struct firmware_vectors {
    uint32_t addr, initial_sp, reset; /* reset: without the Thumb bit */
};

/* A system or library that the image was made with. */
struct firmware_kind {
    const char *name; /* static storage */
    char version[48]; /* or "" */
    char evidence[FIRMWARE_TEXT];
};

struct firmware_info {
    struct image image;
    struct symbols *symbols; /* NULL: not an ELF, or it has none */
    uint8_t *bytes;          /* of an ELF; owned */

    bool has_vectors;
    struct firmware_vectors vectors; /* the ones that reset takes */
    struct firmware_vectors
        other[FIRMWARE_MAX_VECTORS]; /* a SoftDevice's, an application's behind it, a bootloader's */
    unsigned n_others;

    struct firmware_section *section; /* those with a place in memory, by address; owned */
    unsigned n_sections;
    struct firmware_use use;
    uint32_t outside; /* bytes that the image stores where the chip has no memory for them */

    struct firmware_kind kind[FIRMWARE_MAX_KINDS];
    unsigned n_kinds;
    char compiler[FIRMWARE_MAX_COMPILERS][FIRMWARE_TEXT];
    unsigned n_compilers;

    struct arm_attributes attributes;
    struct firmware_code code;
    char foreign[FIRMWARE_LINE]; /* what makes it an image for another core, as one line; "": nothing does */
    bool runs_here;              /* neither of another core, nor outside the memory, and it has a vector table */

    bool is_elf;
    struct symbols_debug debug; /* n_units 0: none */
    unsigned n_symbols;
};

/* Loads `spec` as image_load() does and looks at it. False on failure, with one line in `err`. On success the caller
 * frees with firmware_info_free(). An image that is not for this chip is a success: `foreign`, `outside` and
 * `runs_here` tell. */
bool firmware_info_read(struct firmware_info *info, const char *spec, char err[IMAGE_ERR_SIZE]);
void firmware_info_free(struct firmware_info *info);

const char *firmware_format_name(enum image_format format);
const char *firmware_place_name(enum firmware_place place);
/* What must lie below an image that does not begin at the start of flash, such as "an MBR", by its vector table's
 * address; NULL when nothing is known. */
const char *firmware_expects_below(const struct firmware_info *info);
/* Of a raw binary without a vector table: an address that it must lie below to make sense, by its first words, because
 * it was made for another address than it was given; 0 when there is none. */
uint32_t firmware_belongs_before(const struct firmware_info *info);
/* The place of an address. */
enum firmware_place firmware_place_of(uint32_t addr);

#endif
