/*
 * The doors through which a peripheral reaches the rest of the chip. There are eight, and no others:
 * events (to PPI, on the peripheral engine itself), schedule, bus (EasyDMA), trace, pins with the serial buses on them,
 * streams, system requests and core state; and the interrupt line, which the engine alone uses.
 */
#ifndef EMU_DOORS_H
#define EMU_DOORS_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/bus.h"
#include "emu/evlog.h"
#include "emu/irq.h"
#include "emu/log.h"
#include "emu/pin.h"
#include "emu/sched.h"
#include "emu/serial_bus.h"

/* What a peripheral may ask of the system. */
struct system_request {
    /* Reset with these POWER.RESETREAS bits set; takes effect at the next instruction boundary. */
    void (*reset)(void *ctx, uint32_t resetreas);
    /* The CPU cannot fetch until `until` (flash erase and write, PS 4.5); peripherals go on. */
    void (*stall_cpu)(void *ctx, vtime until);
    /* System OFF was requested (POWER.SYSTEMOFF). */
    void (*system_off)(void *ctx);
    void *ctx;
};

/* What a peripheral may know of the core. */
struct core_state {
    bool asleep; /* in WFI or WFE */
    bool halted; /* in Debug state */
    uint32_t pc; /* of the instruction that accesses the peripheral; for messages only */
};

struct doors {
    struct sched *sched;
    struct bus *bus;
    struct evlog *evlog;
    struct log *log;
    struct pins *pins;
    struct spi_bus *spi; /* NULL: nothing is connected */
    struct i2c_bus *i2c; /* likewise */
    struct irq_sink irq;
    struct system_request sys;
    const struct core_state *core;
    uint64_t seed; /* of everything random in the chip */
};

#endif
