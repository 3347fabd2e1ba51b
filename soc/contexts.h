/*
 * What runs and what it preempted, with the registers that each had: what a debugger shows as threads.
 *
 * A preempted context's registers are partly in the frame that its preemption pushed (ARMv7-M ARM B1.5.7), partly
 * still in the core, where the handler may have changed them by now. Those are noted at the entry, through the event
 * log.
 */
#ifndef SOC_CONTEXTS_H
#define SOC_CONTEXTS_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/debug_target.h"
#include "soc/nrf52840.h"

/* What was noted of one activation when another one preempted it. */
struct context_note {
    uint64_t serial; /* of the preempted activation; UINT64_MAX: nothing noted */
    uint32_t frame;  /* its address */
    uint32_t msp, psp, control;
    uint32_t r4_to_r11[8];
    uint32_t s16_to_s31[16]; /* if it had an FP context */
};

struct contexts {
    struct soc *soc;
    struct context_note note[CORE_MAX_ACTIVATIONS];
};

/* Begins to note; attaches to the event log. */
void contexts_init(struct contexts *c, struct soc *soc);

/* The running context first, then the one it preempted, and so on. Fills at most `max`; returns how many there are. */
unsigned contexts_list(struct contexts *c, struct debug_context *list, unsigned max);

/* A register of a preempted one, by its place in the list (from 1). False: there is no such context, nobody knows the
 * value any more, or, for writing, it is not in the frame. */
bool contexts_reg_get(struct contexts *c, unsigned depth, enum cpu_reg r, uint32_t *value);
bool contexts_reg_set(struct contexts *c, unsigned depth, enum cpu_reg r, uint32_t value);

/* "Thread", "SysTick", "IRQ 17 RTC1"; into `buf`. */
const char *contexts_exception_name(struct soc *s, unsigned exception, char *buf, unsigned size);

#endif
