#include "nvic/mpu.h"

#include <string.h>

enum { CTRL_ENABLE = 1, CTRL_HFNMIENA = 2, CTRL_PRIVDEFENA = 4 };
enum { RBAR_VALID = 0x10, RBAR_REGION = 0xF };
enum { RASR_ENABLE = 1 };
#define RASR_XN       (1u << 28)
#define RASR_WRITABLE 0x173FFF3Fu /* XN, AP, TEX S C B, SRD, SIZE, ENABLE */
enum { TYPE, CTRL = 4, RNR = 8, RBAR = 0xC, RASR = 0x10, RASR_A3 = 0x28 };

/* RASR.AP: who may read and write (B3.5, table B3-15) */
static const struct {
    bool privileged_read, privileged_write, user_read, user_write;
} access_permission[8] = {
    {false, false, false, false}, {true, true, false, false},  {true, true, true, false},  {true, true, true, true},
    {false, false, false, false}, {true, false, false, false}, {true, false, true, false}, {true, false, true, false},
};

void mpu_init(struct mpu *m) { memset(m, 0, sizeof *m); }

/* The aliases RBAR_A1…RASR_A3 repeat RBAR and RASR. */
static uint32_t unalias(uint32_t offset)
{
    return offset > RASR && offset <= RASR_A3 ? RBAR + (offset - RBAR) % 8 : offset;
}

uint32_t mpu_read(const struct mpu *m, uint32_t offset)
{
    switch (unalias(offset)) {
    case TYPE:
        return MPU_REGIONS << 8;
    case CTRL:
        return m->ctrl;
    case RNR:
        return m->rnr;
    case RBAR:
        return m->rbar[m->rnr] | m->rnr;
    case RASR:
        return m->rasr[m->rnr];
    default:
        return 0;
    }
}

void mpu_write(struct mpu *m, uint32_t offset, uint32_t value)
{
    switch (unalias(offset)) {
    case CTRL:
        m->ctrl = value & 7;
        break;
    case RNR:
        m->rnr = value % MPU_REGIONS;
        break;
    case RBAR:
        if (value & RBAR_VALID)
            m->rnr = (value & RBAR_REGION) % MPU_REGIONS;
        m->rbar[m->rnr] = value & ~0x1Fu;
        break;
    case RASR:
        m->rasr[m->rnr] = value & RASR_WRITABLE;
        break;
    default:
        break;
    }
}

/* The region that decides about `addr`: the highest-numbered enabled one whose subregion covers it; -1 when none. */
static int region_of(const struct mpu *m, uint32_t addr)
{
    for (int i = MPU_REGIONS - 1; i >= 0; i--) {
        uint32_t rasr = m->rasr[i], bits = (rasr >> 1 & 31) + 1;
        if (!(rasr & RASR_ENABLE) || bits < 5)
            continue;
        uint32_t mask = bits >= 32 ? 0 : ~((1u << bits) - 1);
        if ((addr & mask) != (m->rbar[i] & mask))
            continue;
        if (bits >= 8 && (rasr >> (8 + (addr >> (bits - 3) & 7)) & 1))
            continue; /* the subregion is disabled */
        return i;
    }
    return -1;
}

/* The default map forbids execution in the peripheral and device regions (B3.1, table B3-1). */
static bool default_executable(uint32_t addr) { return addr < 0x40000000 || (addr >= 0x60000000 && addr < 0xA0000000); }

bool mpu_allows(const struct mpu *m, uint32_t addr, bool store, bool execute, bool privileged, bool negative_priority)
{
    if (addr - 0xE0000000 < 0x100000) /* the Private Peripheral Bus always has the default map */
        return !execute;
    bool background = privileged && (m->ctrl & CTRL_PRIVDEFENA);
    if (negative_priority && !(m->ctrl & CTRL_HFNMIENA))
        return !execute || default_executable(addr);
    int i = region_of(m, addr);
    if (i < 0)
        return background && (!execute || default_executable(addr));
    unsigned ap = m->rasr[i] >> 24 & 7;
    bool read = privileged ? access_permission[ap].privileged_read : access_permission[ap].user_read;
    bool write = privileged ? access_permission[ap].privileged_write : access_permission[ap].user_write;
    if (execute) /* whatever a region says, the system space above 0xE0000000 is never executable */
        return read && !(m->rasr[i] & RASR_XN) && default_executable(addr);
    return store ? write : read;
}
