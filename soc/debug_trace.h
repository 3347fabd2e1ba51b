/*
 * Events of the machine as lines for people: "0.001234562 entry          IRQ 17 RTC1, from 0x00001234". Seconds since
 * power-on first.
 */
#ifndef SOC_DEBUG_TRACE_H
#define SOC_DEBUG_TRACE_H

#include "emu/debug_target.h"
#include "soc/nrf52840.h"

struct debug_trace {
    struct soc *soc;
    void (*tell)(void *ctx, enum ev_kind kind, const char *line);
    void *ctx;
};

/* Tells of events of these kinds from now on; 0: of none. */
void debug_trace_set(struct debug_trace *t, uint32_t kinds, void (*tell)(void *, enum ev_kind, const char *),
                     void *ctx);

#endif
