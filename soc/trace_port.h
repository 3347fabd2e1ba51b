/*
 * What becomes of the bytes that the TPIU sends: the pins of the trace port, and who listens there. PS 7.3 (Debug and
 * trace), CLOCK.TRACECONFIG.
 *
 * TRACECONFIG.TRACEPORTSPEED is the TPIU's clock, and TRACEMUX decides what reaches a pin: nothing, SWO (P1.00), or
 * TRACECLK with TRACEDATA[3:0] (P0.07, P1.00, P0.12, P0.11, P1.09).
 */
#ifndef SOC_TRACE_PORT_H
#define SOC_TRACE_PORT_H

#include <stdint.h>

struct soc;

/* Takes the bytes that a probe at these pins receives. */
struct trace_listener {
    void (*put)(void *ctx, uint8_t byte); /* NULL: nobody listens */
    void *ctx;
};

void trace_port_init(struct soc *s);

#endif
