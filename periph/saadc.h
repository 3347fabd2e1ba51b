/*
 * SAADC (PS 6.23): the successive approximation analog-to-digital converter, with up to eight channels.
 *
 * A channel is enabled by its PSELP. One SAMPLE converts all enabled channels, lowest first; each takes its TACQ and 2
 * µs of conversion, 2^OVERSAMPLE times of both with BURST. Without BURST, oversampling collects one conversion per
 * SAMPLE and delivers every 2^OVERSAMPLE-th time. With SAMPLERATE.MODE Timers, SAMPLE starts a timer that samples every
 * CC periods of 16 MHz until STOP. Results are 16-bit words at RESULT.PTR, which START takes over together with MAXCNT,
 * so that software may prepare the next buffer meanwhile.
 *
 * The voltages of the inputs are in a table, in millivolts; the world sets them (saadc_set_input()) and no reset
 * changes them. The result is (V(P) - V(N)) * GAIN / REFERENCE * 2^(RESOLUTION - m), m being 1 in differential mode,
 * rounded down, and held within the range of the resolution.
 *
 * Inaccuracies
 *   1. The converter is ideal: no noise, no offset, no gain error, and TACQ may be too short for the source's
 * impedance. CALIBRATEOFFSET takes 100 µs and changes nothing.
 *   2. An input is looked at when its conversion ends.
 *   3. The inputs have no impedance, and the resistors of CONFIG.RESP and RESN do nothing.
 *   4. STARTED and STOPPED follow their tasks at once. STOP does not raise END.
 *   5. What is converted while no buffer is there (after END, before the next START) is compared with the limits and
 * lost.
 *   6. SAMPLE during a conversion has no effect; the specification forbids it.
 */
#ifndef PERIPH_SAADC_H
#define PERIPH_SAADC_H

#include "periph/engine.h"

enum { SAADC_CHANNELS = 8 };

enum saadc_input {
    SAADC_AIN0, /* … SAADC_AIN0 + 7 */
    SAADC_VDD = 8,
    SAADC_VDDHDIV5,
    SAADC_INPUTS
};

struct saadc_average {
    int32_t sum;
    unsigned count;
};

struct saadc {
    struct periph p;
    int32_t millivolts[SAADC_INPUTS];
    bool started;
    uint32_t ptr, maxcnt, count;                  /* of the buffer; words */
    unsigned channel, repeats;                    /* being converted; conversions of it to go */
    struct saadc_average average[SAADC_CHANNELS]; /* of OVERSAMPLE */
    struct sched_event converted, tick, calibrated;
};

extern const struct periph_desc saadc_desc;

/* Sets the voltage of an input, against ground. All are 0 at first, VDD 3000 and VDDHDIV5 600. */
void saadc_set_input(struct saadc *s, enum saadc_input input, int32_t millivolts);

/* "AIN3", "VDD", "VDDHDIV5"; -1 when `name` is none. */
int saadc_input_by_name(const char *name);

#endif
