/*
 * A debug target of a few bytes, for the tests of rsp/: 16 KiB of flash at 0, 16 KiB of RAM at 0x20000000, a register
 * at FAKE_DEVICE that counts how often it is read, and a "core" whose every instruction is two bytes long, does nothing
 * and stands in a loop from FAKE_LOOP to FAKE_LOOP_END. The one at FAKE_STORE adds one to the word at FAKE_COUNTER.
 */
#ifndef TESTS_RSP_FAKE_TARGET_H
#define TESTS_RSP_FAKE_TARGET_H

#include "emu/debug_target.h"

enum {
    FAKE_FLASH_SIZE = 0x4000,
    FAKE_PAGE = 0x1000,
    FAKE_RAM = 0x20000000,
    FAKE_RAM_SIZE = 0x4000,
    FAKE_DEVICE = 0x40000000,
    FAKE_LOOP = 0x100,
    FAKE_STORE = 0x110,
    FAKE_LOOP_END = 0x120,
    FAKE_COUNTER = FAKE_RAM + 0x10,
    FAKE_HW_BREAKS = 6,
    FAKE_POINTS = 64,
};

struct fake_point {
    enum debug_point kind;
    uint32_t addr, len;
};

struct fake_target {
    struct debug_target target;
    uint8_t flash[FAKE_FLASH_SIZE], ram[FAKE_RAM_SIZE];
    uint32_t regs[CPU_REGS];
    struct fake_point points[FAKE_POINTS];
    unsigned n_points;
    bool resumed, halt_asked;
    enum debug_resume how;
    struct debug_stop_info next; /* when not DEBUG_RUNNING: what the next run() reports instead of running */
    char said[256];              /* by the last `monitor say` or the like */
    unsigned executed;           /* instructions; there is a way back over them, but not to what they wrote */
    bool (*counts)(void *ctx);
    void *counts_ctx;
    unsigned place;                /* of the context that was resumed */
    const struct symbols *symbols; /* NULL: none */
    unsigned preempted;            /* so many contexts: the exceptions of the numbers below it, and Thread mode */
    uint32_t traced;               /* kinds of events; it makes EV_PIN at each store: */
    unsigned flood;                /* one, and so many more */
    void (*tell)(void *ctx, enum ev_kind kind, const char *line);
    void *tell_ctx;
    /* What was asked of it. */
    unsigned device_reads, writes, steps, continues, runs, halts, resets, kills, attaches, detaches, points_added;
};

void fake_target_init(struct fake_target *f);

#endif
