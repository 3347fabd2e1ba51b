/*
 * ELFs for 64-bit ARM cores, which the loader refuses: as much as is needed to say why.
 */
#ifndef EMU_ELF_WIDE_H
#define EMU_ELF_WIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Entry of a 64-bit ELF for AArch64 and where in the file its code is. False when the file is none, or does not tell.
 */
bool elf_wide_entry(const uint8_t *bytes, size_t size, uint64_t *addr, size_t *offset);

#endif
