/*
 * What the outside world does to the chip at given times (`--at TIME=ACTION`):
 *
 *   5ms=pin P0.11 0        drives a pin low or high, or lets go of it (0, 1 or z)
 *   1ms=irq 17             pends an interrupt, by IRQn
 *   2ms=uart0 "text\n"     feeds bytes to UART0 (or uart1); \n \r \t \0 \" \\ and \xHH as in C
 *   3ms=adc AIN0 1500mV    sets the voltage of an input of SAADC (AIN0…AIN7, VDD, VDDHDIV5)
 *   9ms=reset              pin reset
 */
#ifndef SOC_STIMULUS_H
#define SOC_STIMULUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/pin.h"
#include "emu/vtime.h"
#include "periph/saadc.h"

enum stimulus_kind { STIMULUS_PIN, STIMULUS_IRQ, STIMULUS_UART, STIMULUS_ADC, STIMULUS_RESET };

struct stimulus {
    vtime time; /* since power-on */
    enum stimulus_kind kind;
    unsigned pin;           /* STIMULUS_PIN: as emu/pin.h numbers them */
    enum pin_drive drive;   /* STIMULUS_PIN */
    unsigned irqn;          /* STIMULUS_IRQ */
    unsigned uart;          /* STIMULUS_UART: 0 or 1 */
    enum saadc_input input; /* STIMULUS_ADC */
    int millivolts;         /* STIMULUS_ADC */
    uint8_t *text;          /* STIMULUS_UART: allocated */
    size_t length;          /* of the text, in bytes */
};

/* False when `spec` is none, with one line in `err`. On success the caller frees with stimulus_free(). */
bool stimulus_parse(const char *spec, struct stimulus *out, char *err, size_t err_size);
void stimulus_free(struct stimulus *s);

#endif
