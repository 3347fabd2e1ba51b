/*
 * The flash chip behind QSPI, as the soc keeps it: its memory, which the CPU sees at 0x12000000 (PS 6.19.4 "Execute in
 * place"), and its part in snapshots and the trace hash. All of it is free of cost while the chip is unused: its pages
 * are one erased page, mapped again and again until somebody writes, and only sectors that may differ from that are
 * copied.
 */
#ifndef SOC_EXTERNAL_FLASH_H
#define SOC_EXTERNAL_FLASH_H

#include "soc/nrf52840.h"

/* NOR_FLASH_SIZE bytes of 0xFF, page aligned. Aborts when there is no memory. */
uint8_t *external_flash_memory_new(void);
void external_flash_memory_free(uint8_t *memory);

/* Joins chip, QSPI and CPU; the memory is mapped already. `chip` NULL: nothing is behind QSPI. */
void external_flash_connect(struct soc *s, const struct nor_flash_chip *chip);

/* Puts back what a sector of the view held; NULL: it was erased. */
void external_flash_put(struct soc *s, uint32_t sector, const uint8_t *bytes);

/* Content that is not erased goes into the hash. */
uint64_t external_flash_hash(const struct nor_flash *f, uint64_t hash);

#endif
