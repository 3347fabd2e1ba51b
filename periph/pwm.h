/*
 * PWM0–3 (PS 6.17): pulse width modulation on four channels from sequences of duty cycles in RAM.
 *
 * The wave counter counts periods of 16 MHz / 2^PRESCALER from 0 to COUNTERTOP, or up and down again. A value's bits
 * 0–14 are the counter at which the pin gets its other level, bit 15 says which one is first: 0 low, 1 high. SEQSTART
 * takes over SEQ[n] and begins the first period at the next edge of PCLK16M, or, when pulses are being generated, at
 * the end of the period under way. A value is played for REFRESH + 1 periods, or in next-step mode until NEXTSTEP;
 * COUNTERTOP and DECODER.LOAD count when a value is loaded, MODE and PRESCALER when a period begins. With LOOP = 0 the
 * last value goes on until STOP; else the sequences take turns, with ENDDELAY periods of the last value in between,
 * until SEQ[1] has been played LOOP times.
 *
 * Nothing is scheduled while no pulses are generated; during a period only the edges of channels that have a pin are.
 *
 * Inaccuracies
 *   1. SEQEND comes at the end of the last period of the last value, before ENDDELAY, and LOOPSDONE after ENDDELAY. A
 *      STOP that comes with the end of a period, as by a short from SEQEND, stops there and then.
 *   2. SEQSTARTED and the first period come at the next edge of PCLK16M; the chip takes some cycles to fetch the value.
 *   3. In next-step mode SEQEND comes at the end of the first period of the last value; after ENDDELAY one more
 * NEXTSTEP begins the next sequence.
 *   4. SEQSTART after STOP, before STOPPED, is lost.
 *   5. While no pulses are generated the pin is GPIO's; the specification only says that GPIO.OUT defines its idle
 * state.
 *   6. Of two channels with the same pin the last one counts.
 */
#ifndef PERIPH_PWM_H
#define PERIPH_PWM_H

#include "periph/engine.h"

enum { PWM_CHANNELS = 4, PWM_SEQUENCES = 2 };

/* The sequence that is being played, as it was when it began. */
struct pwm_sequence {
    unsigned n;
    uint32_t ptr, cnt, refresh, enddelay;
    uint32_t index;   /* of the next value, in half words */
    uint32_t repeats; /* of the present value, still to come */
    bool ended;       /* SEQEND was raised */
};

/* The wave counter in the present period. */
struct pwm_wave {
    vtime start;   /* of the period */
    vtime tick;    /* length of a count */
    uint32_t ends; /* counts in the period */
    bool down;     /* it counts up and down */
};

struct pwm {
    struct periph p;
    bool running, in_period, stopping;
    bool playing; /* there is a next value or sequence to come */
    bool step;    /* NEXTSTEP was triggered */
    int begins;   /* sequence that begins with the next period, or PWM_NO_SEQUENCE */
    uint32_t loops;
    struct pwm_sequence seq;
    struct pwm_wave wave;
    uint16_t value[PWM_CHANNELS];
    uint16_t top;
    unsigned pin[PWM_CHANNELS]; /* held while running, or PIN_NONE */
    struct sched_event next;    /* edge or end of period */
};

enum { PWM_NO_SEQUENCE = -1 };

extern const struct periph_desc pwm_desc;

#endif
