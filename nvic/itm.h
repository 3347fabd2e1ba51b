/*
 * Instrumentation Trace Macrocell: 32 stimulus ports that firmware writes to, the packets of the DWT between them, and
 * local timestamps behind them; all of it goes to the TPIU (nvic/tpiu.h) as a stream of packets. ARMv7-M ARM C1.7 and
 * Appendix D4; Cortex-M4 TRM chapter 10.
 *
 * Inaccuracies
 *   1. Global timestamps (TCR.GTSFREQ) are not made.
 *   2. A local timestamp follows its packet at once and says that it is in sync (TC = 0). The counter has 28 bits, and
 *      no packet tells of its overflow. With TCR.SWOENA it counts bits of the SWO pin.
 *   3. The registers of integration tests (ITM_IRR, ITM_IWR, ITM_IMCR) are not modelled.
 *   4. Packets are queued in the order in which they are made, whichever unit they come from.
 *   5. To a debugger that holds the core, and time with it, TCR.BUSY is 0: nothing moves on while it waits.
 */
#ifndef NVIC_ITM_H
#define NVIC_ITM_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/vtime.h"

struct core;

struct itm {
    uint32_t ter, tpr, tcr;
    bool unlocked; /* firmware has written the key to LAR */
    bool lost;     /* packets that there was no room for; an overflow packet is due */
    vtime stamped; /* what the last timestamp told of */
};

/* Registers at 0xE0000000 + offset. */
uint32_t itm_read(struct core *c, uint32_t offset, bool debugger);
void itm_write(struct core *c, uint32_t offset, uint32_t value, uint32_t mask, bool debugger);
void itm_reset(struct core *c); /* power-on */

/* A packet of the DWT, with `size` bytes (1, 2, 4). False: it was lost, or the ITM takes none. */
bool itm_hardware(struct core *c, uint8_t header, uint32_t value, unsigned size);
/* A synchronization packet, if they are enabled. */
void itm_synchronize(struct core *c);

#endif
