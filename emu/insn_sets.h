/*
 * Disassembles single instructions of any ARM core, for messages about images that are not for this one.
 */
#ifndef EMU_INSN_SETS_H
#define EMU_INSN_SETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum insn_set { INSN_SET_THUMB, INSN_SET_ARM, INSN_SET_AARCH64 }; /* Thumb up to ARMv8, all extensions */

/* The first instruction of `size` bytes as text; false when the set has none like that. */
bool insn_set_text(enum insn_set set, uint64_t addr, const uint8_t *bytes, size_t size, char *text, size_t text_size);

#endif
