/*
 * CLOCK (PS 5.4): the oscillators' start and stop, the calibration of LFRC and its timer.
 *
 * Start-up times are typical values of PS 5.4.4: HFXO 0.36 ms with the reset value of HFXODEBOUNCE (104 µs to power up
 * and 16 µs per step of HFXODEBOUNCE), LFRC 600 µs, LFXO 0.25 s, LFSYNT 100 µs, calibration 16 ms. They are parameters;
 * `clock_params_default` holds these.
 *
 * With LFXO chosen, LFCLK first runs from LFRC and changes over when the crystal is ready; only then is LFCLKSTARTED
 * raised. Starting a clock that runs already raises its event at once.
 *
 * Inaccuracies
 *   1. All sources run at their nominal frequency.
 *   2. HFCLKSTAT says "running" at any time: whoever reads it has made HFCLK run. HFCLK requests of peripherals are not
 *      counted.
 *   3. LFSYNT does not care whether HFCLK runs.
 *   4. CTSTARTED and CTSTOPPED follow their tasks after one period of LFCLK.
 *   5. LFCLKSRC written while LFCLK runs acts with the next LFCLKSTART: LFCLK goes on from the old source until the
 *      new one has started, and LFCLKSTARTED is raised then. The manual forbids it, but drivers rely on it.
 *   6. CTIV = 0, which is outside its range, counts as 1. The calibration timer does not care whether LFCLK runs.
 */
#ifndef PERIPH_CLOCK_H
#define PERIPH_CLOCK_H

#include "periph/engine.h"

struct clock_params {
    vtime hfxo_power_up; /* without the debounce time */
    vtime lfrc_start, lfxo_start, lfsynt_start;
    vtime calibration;
};

extern const struct clock_params clock_params_default;

struct clock {
    struct periph p;
    struct clock_params params; /* set to the defaults by init; may be changed before the first reset */
    struct sched_event hfxo_started, lfrc_started, lfclk_started, cal_done, ct_switched, ct_timeout;
    bool ct_running;
};

extern const struct periph_desc clock_desc;

#endif
