/*
 * LIS2DH12 (STMicroelectronics DS10725): an accelerometer of three axes, on I2C (addresses 0x18 and 0x19) or SPI (modes
 * 0 and 3).
 *
 * Samples come at the output data rate from the moment it is set, in low-power, normal or high-resolution format and
 * four ranges. STATUS_REG, FIFO (bypass, FIFO, stream), thermometer, both interrupt generators, INT1 and INT2.
 *
 * Inaccuracies
 *   1. There is no noise, no self-test and no turn-on time; the high-pass filter passes everything.
 *   2. Click, activity and 6D/4D recognition do not occur; their registers are mere memory.
 *   3. The interrupt generators ignore their DURATION.
 *   4. Stream-to-FIFO mode behaves as stream mode.
 *   5. Block data update is always on: the bytes of a sample belong together.
 *   6. 3-wire SPI is not told from 4-wire.
 */
#ifndef PARTS_LIS2DH12_H
#define PARTS_LIS2DH12_H

#include "parts/ports.h"

enum { LIS2DH12_AXES = 3, LIS2DH12_REGISTERS = 0x40, LIS2DH12_FIFO = 32 };

struct lis2dh12_sample {
    int16_t axis[LIS2DH12_AXES]; /* as the output registers show it */
};

struct lis2dh12 {
    struct i2c_device i2c;
    struct spi_device spi;
    struct part_ports ports;
    uint8_t address;
    unsigned pin[PART_IRQS];      /* INT1, INT2 */
    int32_t input[LIS2DH12_AXES]; /* mg */
    int32_t temperature;          /* °C */

    uint8_t reg[LIS2DH12_REGISTERS];
    vtime since;    /* start of the present data rate */
    uint64_t taken; /* samples since then */
    struct sched_event next;
    struct lis2dh12_sample out, fifo[LIS2DH12_FIFO];
    unsigned fifo_first, fifo_count;

    uint8_t pointer; /* register that is next */
    bool increments, reading;
    unsigned n; /* bytes of this transaction */
};

void lis2dh12_init(struct lis2dh12 *l, const struct part_wiring *w, const struct part_ports *ports);
/* In thousandths of g (9.80665 m/s²); axis 0 is X. */
void lis2dh12_set_acceleration(struct lis2dh12 *l, unsigned axis, int32_t milli);
/* In thousandths of a degree Celsius. */
void lis2dh12_set_temperature(struct lis2dh12 *l, int32_t milli);

#endif
