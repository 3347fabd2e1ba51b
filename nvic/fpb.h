/*
 * Flash Patch and Breakpoint unit, version 1: six comparators for instructions, which break or give other code, and two
 * for literals, which give other data. ARMv7-M ARM C1.11; Cortex-M4 TRM chapter 10.
 *
 * A breakpoint is one of the CPU port's. A remapped word is put into memory for the one instruction that reads it, and
 * taken out again behind it.
 *
 * Inaccuracies
 *   1. A breakpoint on the second halfword of a 32-bit instruction, which is UNPREDICTABLE, never hits; it is logged.
 *   2. Comparators count from the next instruction on; nothing was prefetched.
 *   3. An instruction that is fetched from a remapped word, or loads a remapped literal, sees the other contents of
 *      that word with its data accesses, too.
 */
#ifndef NVIC_FPB_H
#define NVIC_FPB_H

#include <stdbool.h>
#include <stdint.h>

struct core;

enum { FPB_CODE = 6, FPB_LITERAL = 2, FPB_COMPARATORS = FPB_CODE + FPB_LITERAL };

struct fpb {
    bool enabled;
    uint32_t remap; /* FP_REMAP without what is fixed */
    uint32_t comparator[FPB_COMPARATORS];
    struct {
        uint32_t addr, original;
    } swapped[3]; /* words that another one stands in for now */
    unsigned n_swapped;
};

/* Registers at 0xE0002000 + offset. */
uint32_t fpb_read(struct core *c, uint32_t offset, bool debugger);
void fpb_write(struct core *c, uint32_t offset, uint32_t value, uint32_t mask, bool debugger);
void fpb_reset(struct core *c); /* power-on */

/* Tells the CPU port where its breakpoints are. */
void fpb_apply(struct core *c);
/* Is there a breakpoint at pc? */
bool fpb_breaks(const struct core *c, uint32_t pc);
/* The instruction at pc is as the comparators have it, until fpb_restore(). */
void fpb_substitute(struct core *c, uint32_t pc);
/* Likewise the literal that comparator FPB_CODE + n stands for. */
void fpb_substitute_literal(struct core *c, unsigned n);
void fpb_restore(struct core *c);
/* The word of literal comparator n; false: it is not in use. */
bool fpb_literal(const struct core *c, unsigned n, uint32_t *addr);

#endif
