/*
 * Trace Port Interface Unit: takes the bytes that the ITM makes, and gives them out as fast as the pins go: SWO (as a
 * UART or Manchester encoded), or 1, 2 or 4 data lines with a clock. Cortex-M4 TRM chapter 11; CoreSight Components TRM
 * chapter 9 and CoreSight Architecture Specification chapter D4 for the formatter.
 *
 * What pins there are is the chip's matter: see struct trace_pins.
 *
 * Inaccuracies
 *   1. Between ITM and pins there is room for TPIU_FIFO bytes; how many the chip has is not documented.
 *   2. A Manchester encoded bit takes as long as one of a UART, and each byte has ten of them in both.
 *   3. An unfinished frame of the formatter is filled up when there is nothing more to send. The formatter makes no
 *      synchronization packets, and knows neither triggers nor the manual flush; test patterns and the registers of
 *      integration tests are not modelled.
 *   4. Bytes leave at this pace whether or not the pins are connected.
 */
#ifndef NVIC_TPIU_H
#define NVIC_TPIU_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/sched.h"

struct core;

enum { TPIU_FIFO = 32, TPIU_FRAME = 16 };

/* What the TPIU drives. Without functions: a clock of 32 MHz, and nobody listens. */
struct trace_pins {
    vtime (*clock_period)(void *ctx); /* of TRACECLKIN */
    void (*put)(void *ctx, uint8_t byte, bool serial);
    void *ctx;
};

struct tpiu {
    uint32_t acpr, sppr, cspsr, claim;
    bool formatting; /* FFCR.EnFCont */
    uint8_t fifo[TPIU_FIFO];
    unsigned first, n;
    uint8_t out[TPIU_FRAME]; /* being sent: */
    unsigned out_next, out_n;
    struct sched_event sent; /* out[out_next] is through */
};

/* Registers at 0xE0040000 + offset. */
uint32_t tpiu_read(struct core *c, uint32_t offset, bool debugger);
void tpiu_write(struct core *c, uint32_t offset, uint32_t value, uint32_t mask, bool debugger);
void tpiu_init(struct core *c);
void tpiu_reset(struct core *c); /* power-on */

unsigned tpiu_room(const struct core *c);
bool tpiu_is_idle(const struct core *c);
vtime tpiu_bit_time(const struct core *c); /* of the SWO pin */
/* The caller has asked for the room. */
void tpiu_put(struct core *c, const uint8_t *bytes, unsigned n);

/* Where the bytes go; not part of the core's state, and to be called once. */
void tpiu_connect(struct core *c, const struct trace_pins *pins);

#endif
