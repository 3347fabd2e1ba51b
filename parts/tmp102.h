/*
 * TMP102 (Texas Instruments SBOS397): a temperature sensor on the I2C bus, addresses 0x48 to 0x4B.
 *
 * Four registers of 16 bits behind a pointer: temperature, configuration, T_LOW, T_HIGH. 12 bits of 1/16 °C, or 13 in
 * extended mode; shutdown with one-shot conversions of 26 ms; ALERT as comparator or interrupt.
 *
 * Inaccuracies
 *   1. While it converts continuously the register follows the input at once, whatever the conversion rate.
 *   2. The first reading beyond a limit counts: the fault queue has a length of one.
 *   3. The SMBus alert response address is not answered.
 */
#ifndef PARTS_TMP102_H
#define PARTS_TMP102_H

#include "parts/ports.h"

enum { TMP102_REGISTERS = 4, TMP102_CONVERSION_MS = 26 };

struct tmp102 {
    struct i2c_device i2c;
    struct part_ports ports;
    uint8_t address;
    unsigned alert_pin;
    int32_t input;   /* 1/16 °C */
    int32_t sample;  /* of the last conversion, likewise */
    int32_t pending; /* of the one under way */
    vtime done;      /* when that is over; VTIME_NEVER: none */
    uint16_t reg[TMP102_REGISTERS];
    bool alert; /* active */
    bool above; /* interrupt mode: T_HIGH was passed last, T_LOW is next */
    uint8_t pointer;
    uint8_t got[3]; /* bytes of this write: pointer, high, low */
    unsigned n, given;
    bool general_call;
};

void tmp102_init(struct tmp102 *t, const struct part_wiring *w, const struct part_ports *ports);
/* In thousandths of a degree Celsius. */
void tmp102_set_temperature(struct tmp102 *t, int32_t milli);

#endif
