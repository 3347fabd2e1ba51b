/*
 * A chip behind a debug port that is a few memory words, and remembers what was asked of it.
 */
#ifndef SWD_FAKE_TARGET_H
#define SWD_FAKE_TARGET_H

#include "emu/swd_target.h"

enum { SWD_FAKE_BASE = 0x20000000, SWD_FAKE_SIZE = 0x4000 };

struct swd_fake_target {
    uint8_t memory[SWD_FAKE_SIZE]; /* at SWD_FAKE_BASE; everything else is a bus fault */
    unsigned reads, writes;
    unsigned last_size;
    uint32_t last_addr;
    bool locked, erasing, in_reset, pin_low, powered;
    unsigned erases;
    vtime passed;
};

struct swd_target swd_fake_target(struct swd_fake_target *t);

#endif
