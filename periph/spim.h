/*
 * SPIM0–3 (PS 6.25): the SPI master with EasyDMA. SPIM0–2 share their registers with the SPI, SPIS, TWI, TWIM and TWIS
 * of the same number, and answer while ENABLE is 7. What it has in common with SPI is periph/spi_line.h.
 *
 * START takes over both buffers; ENDTX and ENDRX come when each is through, END after both. The shorter one ends first:
 * then ORC is sent, or what is received is dropped. STOP and SUSPEND let the byte under way finish. SUSPEND without a
 * transfer holds the next START back until RESUME.
 *
 * SPIM3 drives chip select (PSEL.CSN, CSNPOL), CSNDUR before the first clock edge and after the last, and the
 * command/data line DCX, low for the first DCXCNT bytes.
 *
 * Inaccuracies
 *   1. EasyDMA moves up to 32 bytes at a time, when the last of them is over: in RAM they are seen later than on the
 *      chip, and taken from it later. Devices see each byte with its own time.
 *   2. STOP does not raise END, only ENDTX, ENDRX (those that have not come yet) and STOPPED; the specification says
 *      nothing of END.
 *   3. START while a transfer is under way has no effect; the specification does not say what happens.
 *   4. A buffer without a byte ends when the transfer starts; the chip asks for at least one.
 *   5. SPIM3: with the short END_START chip select goes active again at once, not after CSNDUR.
 *   6. SPIM3: IFTIMING.RXDELAY has no effect, and EasyDMA never stalls (STALLSTAT).
 */
#ifndef PERIPH_SPIM_H
#define PERIPH_SPIM_H

#include "periph/easydma.h"
#include "periph/spi_line.h"

enum spim_halt { SPIM_RUNS, SPIM_STOPS, SPIM_SUSPENDS }; /* what the end of the byte under way brings */

struct spim {
    struct spi_model m;
    struct easydma tx, rx;
    struct spi_burst burst;
    uint64_t burst_first; /* number of the burst's first byte in the transfer */
    uint32_t done, next;  /* bytes that are over; that will be when `step` fires */
    uint32_t total;
    enum spim_halt halt;
    bool active;                 /* a transfer is under way, or suspended */
    bool ending;                 /* its bytes are over, chip select is not inactive yet */
    bool suspended, start_waits; /* START came while suspended */
    unsigned csn, dcx;           /* pins that are driven, or PIN_NONE */
    struct sched_event step;
};

extern const struct periph_desc spim_desc;  /* SPIM0–2 */
extern const struct periph_desc spim3_desc; /* with CSN and DCX, up to 32 Mbps */

#endif
