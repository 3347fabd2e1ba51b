/*
 * What the parts of the look into an image share; private to emu/firmware*.c.
 */
#ifndef EMU_FIRMWARE_PARTS_H
#define EMU_FIRMWARE_PARTS_H

#include "emu/elf_view.h"
#include "emu/firmware_info.h"

/* `size` bytes at an address; NULL when no span has them all. */
const uint8_t *firmware_bytes_at(const struct firmware_span *span, unsigned n_spans, uint32_t addr, uint32_t size);

/* The word at a load address; false when the image has none there. */
bool firmware_word(const struct image *img, uint32_t addr, uint32_t *value);

/* Counts one Thumb instruction. False when it is none of any ARM core, and nothing says that it is code. */
bool firmware_code_judge(struct firmware_code *code, uint32_t addr, const uint8_t *bytes, uint32_t raw, unsigned size);

/* Fills info->kind. `elf` is NULL for other formats. */
void firmware_find_kinds(struct firmware_info *info, const struct elf_view *elf);

/* Fills info->code and info->foreign. */
void firmware_find_code(struct firmware_info *info, const struct elf_view *elf);

/* Fills info->section and info->use. False when out of memory. */
bool firmware_find_memory(struct firmware_info *info, const struct elf_view *elf);

#endif
