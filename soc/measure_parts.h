/*
 * What the parts of the measuring share; private to soc/measure*.c.
 */
#ifndef SOC_MEASURE_PARTS_H
#define SOC_MEASURE_PARTS_H

#include "soc/measure.h"

bool measure_stacks_init(struct measure *x, const struct firmware_info *info);
void measure_stack_seen(void *x, uint32_t sp);

/* Sets breakpoints on the allocators that the image has. */
void measure_heaps_init(struct measure *x);
/* The CPU stopped at a breakpoint. */
void measure_heaps_at(struct measure *x, uint32_t pc);

/* A device was accessed. */
void measure_register_access(void *x, uint32_t addr, bool store);

#endif
