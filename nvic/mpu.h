/*
 * Protected Memory System Architecture: eight regions. ARMv7-M ARM B3.5.
 */
#ifndef NVIC_MPU_H
#define NVIC_MPU_H

#include <stdbool.h>
#include <stdint.h>

enum { MPU_REGIONS = 8 };

struct mpu {
    uint32_t ctrl; /* ENABLE, HFNMIENA, PRIVDEFENA */
    uint32_t rnr;
    uint32_t rbar[MPU_REGIONS]; /* ADDR only */
    uint32_t rasr[MPU_REGIONS];
};

void mpu_init(struct mpu *m);

/* Registers at 0xE000ED90 + offset (TYPE, CTRL, RNR, RBAR, RASR and the three aliases); word accesses. */
uint32_t mpu_read(const struct mpu *m, uint32_t offset);
void mpu_write(struct mpu *m, uint32_t offset, uint32_t value);

static inline bool mpu_enabled(const struct mpu *m) { return m->ctrl & 1; }

/* May one byte at `addr` be accessed? `negative_priority`: execution priority below 0 (HardFault, NMI, FAULTMASK). Must
 * only be asked while the MPU is enabled. */
bool mpu_allows(const struct mpu *m, uint32_t addr, bool store, bool execute, bool privileged, bool negative_priority);

#endif
