/* What the algorithms share. */
#ifndef STEP_PARTS_H
#define STEP_PARTS_H

#include "emu/debug_registers.h"
#include "step/step.h"

/* ---- step/registers.c ------------------------------------------------------------------------------------------- */

/* A bus fault reads as 0. */
uint32_t step_read(struct stepper *s, uint32_t addr);
bool step_write(struct stepper *s, uint32_t addr, uint32_t value);
uint32_t step_reg(struct stepper *s, enum cpu_reg r);
/* The half-word at `addr`. */
uint16_t step_code(struct stepper *s, uint32_t addr);

/* The probe's clock; 0 without a probe. */
vtime step_now(struct stepper *s);

/* Writes DHCSR: C_DEBUGEN and these. */
void step_control(struct stepper *s, uint32_t control);
/* Halts the core for debugging if it is not already; notes where it stands, clears DFSR. False: it does not halt; the
 * step has ended then. */
bool step_take(struct stepper *s);
/* One look at DHCSR, after waiting a little. True: the wait is over, because the core halted, or by a reason that has
 * ended the step. When `length` has passed since step_wait_from() it is given up: `expired`. */
bool step_poll(struct stepper *s, bool *expired);
void step_wait(struct stepper *s, vtime length);
/* A BKPT at PC after a stop that was not a step's: PC goes behind it, and the step is over. */
bool step_skip_bkpt(struct stepper *s);
/* The core has halted: reads and clears DFSR, leaves DHCSR with C_HALT alone. Anything but a step stopped it when DFSR
 * says so; with `blind`, the tool does not look. */
void step_halted(struct stepper *s, bool blind);
void step_finish(struct stepper *s, enum step_end end);
void step_say(struct stepper *s, enum step_end end, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* ---- step/temporary.c ------------------------------------------------------------------------------------------- */

enum { STEP_CODE_END = 0x20000000 }; /* comparators do not reach beyond */

/* False: no comparator is free, or there is a breakpoint already; the report says which. */
bool step_break_set(struct stepper *s, unsigned n, uint32_t addr);
void step_breaks_clear(struct stepper *s);
bool step_break_at(const struct stepper *s, uint32_t addr);

/* ---- step/next_pc.c --------------------------------------------------------------------------------------------- */

/* Where the program goes from here, as gdb's ARM back end computes it for software single step: by the instruction,
 * registers and flags. At most STEP_BREAKS addresses, and how many. */
unsigned step_next_pcs(struct stepper *s, uint32_t pc, uint32_t next[STEP_BREAKS]);

/* ---- the algorithms --------------------------------------------------------------------------------------------- */

extern const struct step_algorithm step_context, step_raw, step_mask, step_auto, step_software, step_debugmon;

#endif
