/*
 * The nRF52840: memories, core, peripherals and pins, wired together. Everything that a snapshot must keep is in this
 * struct and in the memories it points to; the host's side of the machine is in soc/machine.h.
 *
 * nRF52840 Product Specification v1.7, chapters 4.2 (memory), 4.4 (interrupts), 5.3 (reset).
 *
 * Inaccuracies
 *   1. A pin reset happens when the pin goes low, and is over at once; on the chip it lasts until the pin is released.
 *   2. Of all resets only the wake-up from System OFF takes time.
 *   3. The trace port's pins show no levels: whoever listens gets the bytes.
 *   4. A wake-up from System OFF leaves the debug registers alone when C_DEBUGEN is set, which stands for the debug
 *      interface mode.
 */
#ifndef SOC_NRF52840_H
#define SOC_NRF52840_H

#include "emu/bus.h"
#include "emu/doors.h"
#include "emu/evlog.h"
#include "emu/log.h"
#include "emu/pin.h"
#include "emu/sched.h"
#include "emu/serial_bus.h"
#include "emu/usb_bus.h"
#include "nvic/core.h"
#include "parts/nor_flash.h"
#include "periph/catalogue.h"
#include "periph/ficr.h"
#include "periph/uicr.h"
#include "soc/board.h"
#include "soc/trace_port.h"

enum {
    SOC_FLASH_BASE = 0,
    SOC_FLASH_SIZE = 0x100000,
    SOC_RAM_BASE = 0x20000000,
    SOC_RAM_SIZE = 0x40000,
    SOC_CODE_RAM_BASE = 0x00800000, /* the same RAM, for instruction fetches */
    SOC_XIP_BASE = QSPI_XIP_BASE,   /* the flash chip behind QSPI */
    SOC_XIP_SIZE = NOR_FLASH_SIZE,
    SOC_UARTS = 2,
};

struct soc {
    struct sched sched;
    struct bus bus;
    struct evlog evlog;
    struct log *log;
    struct pins pins;
    struct spi_bus spi; /* of the board: parts are attached with the pins they are wired to */
    struct i2c_bus i2c; /* likewise */
    struct core core;
    struct doors doors;
    struct peripherals periph;
    struct uart_port uart[SOC_UARTS]; /* UART0 with UARTE0, UARTE1 */
    struct board board;
    struct part part[BOARD_PARTS]; /* of the board */
    struct usb_bus usb;            /* the cable at USBD; its other end is free */
    struct trace_listener trace_listener;

    struct nor_flash external_flash; /* behind QSPI */

    uint8_t *flash, *ram, *ficr, *uicr, *xip; /* owned; page aligned */
    uint32_t vectors;                         /* where the vector table is that reset takes */
    uint32_t reset_request;                   /* RESETREAS bits of a reset that is due; 0: none */
    bool off_request;                         /* System OFF is due */
    bool off;                                 /* System OFF, or not enough supply: asleep until the next reset */
    bool access_locked;                       /* UICR.APPROTECT keeps debuggers out, as of the last reset */
    unsigned reset_pin;                       /* that UICR names; PIN_NONE */
    /* State outside that has events in the queue, and so belongs to every snapshot; borrowed. */
    void *companion;
    size_t companion_size;
};

/* Builds the chip with erased flash and UICR; `log` is borrowed. Power is not on yet. */
void soc_init(struct soc *s, struct log *log, uint64_t seed, const struct core_host *host);
void soc_free(struct soc *s);

/* Puts the chip on a board, which is copied. Once at most, before power is on. */
void soc_connect_board(struct soc *s, const struct board *board);

/* Power-on reset. */
void soc_power_on(struct soc *s);
/* Reset for the reasons given as RESETREAS bits; flash, UICR and RAM stay. RESET_INTO_OFF: into System OFF, where the
 * core sleeps until a reset, which the peripherals ask for when something wakes the chip. */
void soc_reset(struct soc *s, uint32_t resetreas);

/* The USB cable brings its supply, or takes it away. It stays as it is through resets. */
void soc_set_vbus(struct soc *s, bool on);

/* Writes bytes into flash, UICR or the external flash as a programmer does. False when they are outside. */
bool soc_program(struct soc *s, uint32_t addr, const uint8_t *bytes, uint32_t size);

/* Name of the register or memory at an address, for messages; into `buf` of PERIPH_NAME_MAX bytes. */
const char *soc_address_name(struct soc *s, uint32_t addr, char *buf);

/* A copy of all emulated state. Restoring goes back to it on the same struct soc. */
struct soc_snapshot;
struct soc_snapshot *soc_snapshot_take(struct soc *s);
/* The same, sharing with an earlier one (NULL: none) what has not changed since. */
struct soc_snapshot *soc_snapshot_take_after(struct soc *s, const struct soc_snapshot *before);
void soc_snapshot_restore(struct soc *s, const struct soc_snapshot *snapshot);
/* In bytes; its part of what it shares. */
size_t soc_snapshot_size(const struct soc_snapshot *snapshot);
void soc_snapshot_free(struct soc_snapshot *snapshot); /* NULL is allowed */

/* Hash of what the firmware could see at the end: registers, RAM, flash, UICR, external flash. */
uint64_t soc_state_hash(struct soc *s, uint64_t hash);

#endif
