/*
 * QSPI (PS 6.19): quad serial peripheral interface to a flash chip: reads, writes and erases with EasyDMA, custom
 * instructions, and execution in place (XIP).
 *
 * Tasks and custom instructions take as long as their bits on the wire: SCK is 32 MHz / (SCKFREQ + 1), CSN is high for
 * SCKDELAY * 62.5 ns behind each frame. Before each instruction (custom ones: with WIPWAIT) the flash's status is read
 * until the flash is not busy; before those that change its content WREN is sent (custom ones: with WREN). A write goes
 * page by page, waiting for the flash in between. READY comes when the last frame is over: the flash may still be busy
 * with the last page or erase then. READY follows DEACTIVATE at once.
 *
 * The chip at the other end is a `struct qspi_flash`, whose content the soc maps at 0x12000000 for XIP.
 *
 * Inaccuracies
 *   1. Data move at the end of a frame, not byte by byte. With a RAM address that EasyDMA does not reach nothing is
 *      transferred, while times are as usual.
 *   2. The flash is there whatever pins PSEL chooses; the pins do not move.
 *   3. XIP reads the flash at once, without time on the wire, also while QSPI is not activated, is transferring, or the
 *      flash is busy or asleep. XIPOFFSET counts in steps of 4 KiB.
 *   4. ADDRCONF and IFTIMING have no effect. In the address mode of 32 bits the first byte of the address takes its
 *      time and is not sent.
 *   5. IFCONFIG1.DPMEN takes effect at once; DPMDUR is not waited for.
 *   6. How long ACTIVATE takes is not specified; here one read of the flash's status.
 */
#ifndef PERIPH_QSPI_H
#define PERIPH_QSPI_H

#include "periph/engine.h"

#define QSPI_XIP_BASE 0x12000000u

/* The chip at the other end; owned by the caller. */
struct qspi_flash {
    void (*select)(void *ctx, bool selected, vtime at);
    /* Takes a byte and gives the one that comes back, or a negative number when the chip does not drive its output. */
    int (*exchange)(void *ctx, uint8_t out, vtime at);
    /* When it will not be busy any more; may lie in the past. */
    vtime (*ready)(void *ctx);
    /* XIP begins at this address of the chip. */
    void (*show)(void *ctx, uint32_t address);
    void *ctx;
};

enum qspi_job { QSPI_IDLE, QSPI_ACTIVATE, QSPI_READ, QSPI_WRITE, QSPI_ERASE, QSPI_CUSTOM };

struct qspi {
    struct periph p;
    struct qspi_flash flash; /* `exchange` NULL: none */
    bool active, deep_power_down;
    bool long_frame; /* CSN stays low between custom instructions */
    uint8_t status;  /* of the flash, as read last */
    enum qspi_job job;
    uint32_t ram, address, left; /* of the job */
    struct sched_event done;
};

extern const struct periph_desc qspi_desc;

/* Connects a chip; stays so through resets. */
void qspi_connect(struct qspi *q, const struct qspi_flash *flash);

#endif
