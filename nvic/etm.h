/*
 * Embedded Trace Macrocell: says what it is, and traces nothing. Each register that is used is named once in the log.
 * ETM-M4 TRM chapter 3; ETM Architecture Specification v3.5 chapter 3.
 *
 * Inaccuracies
 *   1. Registers other than those of identification, lock and claim tags have no effect and read as after a reset.
 */
#ifndef NVIC_ETM_H
#define NVIC_ETM_H

#include <stdbool.h>
#include <stdint.h>

struct core;

struct etm {
    bool unlocked;
    uint32_t claim;
};

/* Registers at 0xE0041000 + offset. */
uint32_t etm_read(struct core *c, uint32_t offset, bool debugger);
void etm_write(struct core *c, uint32_t offset, uint32_t value, uint32_t mask, bool debugger);

#endif
