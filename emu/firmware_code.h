/*
 * Looks through an image's code for instructions that the nRF52840's core has not (emu/armv7em.h), and for floating
 * point. Where mapping symbols tell code from data ($a, $t, $d: ELF for the ARM Architecture, 4.5.5) all that is code
 * is looked at; otherwise what can be reached from given addresses by following branches.
 */
#ifndef EMU_FIRMWARE_CODE_H
#define EMU_FIRMWARE_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FIRMWARE_MAX_FOREIGN = 4, FIRMWARE_INSN_TEXT = 64 };

struct firmware_insn {
    uint32_t addr;
    char text[FIRMWARE_INSN_TEXT]; /* disassembled */
};

struct firmware_code {
    bool mapped;           /* by mapping symbols */
    unsigned instructions; /* looked at */
    unsigned fp;           /* of those, floating point */
    unsigned arm;          /* words of ARM code, as opposed to Thumb */
    unsigned foreign;      /* Thumb instructions that the core has not */
    unsigned n_first;      /* the first few of both */
    struct firmware_insn first[FIRMWARE_MAX_FOREIGN];
};

/* A stretch of memory with its bytes. */
struct firmware_span {
    uint32_t addr, size;
    const uint8_t *bytes;
};

enum firmware_mark_kind { FIRMWARE_MARK_DATA, FIRMWARE_MARK_THUMB, FIRMWARE_MARK_ARM };

/* What begins at an address. */
struct firmware_mark {
    uint32_t addr;
    enum firmware_mark_kind kind;
};

/* Spans sorted by address, marks too. */
void firmware_code_scan_marked(struct firmware_code *code, const struct firmware_span *span, unsigned n_spans,
                               const struct firmware_mark *mark, size_t n_marks);
/* From `root` addresses, which are those of Thumb code with or without bit 0. False when out of memory. */
bool firmware_code_scan_reachable(struct firmware_code *code, const struct firmware_span *span, unsigned n_spans,
                                  const uint32_t *root, size_t n_roots);
/* Takes `n` words at `addr` for ARM code. */
void firmware_code_add_arm(struct firmware_code *code, const struct firmware_span *span, unsigned n_spans,
                           uint32_t addr, unsigned n);

#endif
