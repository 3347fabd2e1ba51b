/*
 * Ranges of addresses whose accesses somebody wants to know of: what the comparators of debug hardware are to the CPU
 * port.
 */
#ifndef EMU_CPU_RANGES_H
#define EMU_CPU_RANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/insn.h"

/* The addresses that equal `base` but for the bits of `mask`, which are the low ones. */
struct cpu_range {
    uint32_t base, mask;
    bool loads, stores, fetches;
};

/* An instruction is about to be executed that accesses one. */
struct cpu_access {
    uint32_t hits; /* bit n: range n */
    uint32_t pc;
    bool memory;                /* it loads or stores */
    bool fetch;                 /* ranges that contain `pc`; else: */
    struct insn_access operand; /* what it loads or stores, */
    uint32_t addr;              /* where from, with the registers as they are now */
    uint16_t charge;            /* what it costs when it falls through */
};

enum { CPU_MAX_RANGES = 8 };

struct cpu_ranges {
    struct cpu_range range[CPU_MAX_RANGES];
    unsigned n;
    bool data, fetches; /* any of these */
};

void cpu_ranges_set(struct cpu_ranges *r, const struct cpu_range *range, unsigned n);
/* The ranges that hold any of the bytes. */
uint32_t cpu_ranges_data(const struct cpu_ranges *r, uint32_t addr, uint32_t bytes, bool store);
uint32_t cpu_ranges_fetch(const struct cpu_ranges *r, uint32_t pc);

#endif
