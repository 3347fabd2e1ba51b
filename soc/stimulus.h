/*
 * What the outside world does to the chip at given times (`--at TIME=ACTION`):
 *
 *   5ms=pin P0.11 0        drives a pin low or high, or lets go of it (0, 1 or z)
 *   1ms=irq 17             pends an interrupt, by IRQn
 *   2ms=uart0 "text\n"     feeds bytes to UART0 (or uart1); \n \r \t \0 \" \\ and \xHH as in C
 *   3ms=adc AIN0 1500mV    sets the voltage of an input of SAADC (AIN0…AIN7, VDD, VDDHDIV5)
 *   4ms=vdd 1700mV         changes the supply's voltage
 *   6ms=vbus 1             brings the USB supply, or takes it away (1 or 0)
 *   2ms=usb "text\n"       feeds bytes to the USB console; they wait until it is open
 *   7ms=temp 30.25         sets the die's temperature, in degrees Celsius
 *   4ms=part t temperature 30.5   what a part of the board, by name, measures from now on
 *   3ms=button 1 press     a button of the board, by name: press or release
 *   9ms=reset              pin reset
 */
#ifndef SOC_STIMULUS_H
#define SOC_STIMULUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/vtime.h"
#include "periph/saadc.h"
#include "periph/temp.h"
#include "soc/board.h"

enum stimulus_kind {
    STIMULUS_PIN,
    STIMULUS_BUTTON,
    STIMULUS_PART,
    STIMULUS_IRQ,
    STIMULUS_UART,
    STIMULUS_USB,
    STIMULUS_ADC,
    STIMULUS_VDD,
    STIMULUS_VBUS,
    STIMULUS_TEMP,
    STIMULUS_RESET,
};

struct stimulus {
    vtime time; /* since power-on */
    enum stimulus_kind kind;
    unsigned pin;               /* STIMULUS_PIN: as emu/pin.h numbers them */
    enum pin_drive drive;       /* STIMULUS_PIN */
    unsigned irqn;              /* STIMULUS_IRQ */
    enum saadc_input adc_input; /* STIMULUS_ADC */
    int millivolts;             /* STIMULUS_ADC, STIMULUS_VDD */
    bool on;                    /* STIMULUS_VBUS */
    unsigned uart;              /* STIMULUS_UART: 0 or 1 */
    uint8_t *text;              /* STIMULUS_UART, STIMULUS_USB: allocated */
    size_t length;              /* of the text, in bytes */
    char name[BOARD_NAME];      /* STIMULUS_BUTTON, STIMULUS_PART: of the button or part */
    bool pressed;               /* STIMULUS_BUTTON */
    char input[BOARD_NAME];     /* STIMULUS_PART: what it measures */
    int32_t milli;              /* STIMULUS_PART, STIMULUS_TEMP: thousandths of the unit */
};

/* False when `spec` is none, with one line in `err`. On success the caller frees with stimulus_free(). */
bool stimulus_parse(const char *spec, struct stimulus *out, char *err, size_t err_size);
/* The action alone; `time` is 0. */
bool stimulus_parse_action(const char *action, struct stimulus *out, char *err, size_t err_size);
void stimulus_free(struct stimulus *s);

#endif
