/*
 * What the outside world does to the chip at given times (`--at TIME=ACTION`):
 *
 *   5ms=pin P0.11 0        drives a pin low or high, or lets go of it (0, 1 or z)
 *   1ms=irq 17             pends an interrupt, by IRQn
 *   2ms=uart0 "text\n"     feeds bytes to UART0 (or uart1); \n \r \t \0 \" \\ and \xHH as in C
 *   4ms=vdd 1700mV         changes the supply's voltage
 *   6ms=vbus 1             brings the USB supply, or takes it away (1 or 0)
 *   2ms=usb "text\n"       feeds bytes to the USB console; they wait until it is open
 *   9ms=reset              pin reset
 *   3ms=button 1 press     a button of the board, by name: press or release
 */
#ifndef SOC_STIMULUS_H
#define SOC_STIMULUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/vtime.h"
#include "soc/board.h"

enum stimulus_kind {
    STIMULUS_PIN,
    STIMULUS_BUTTON,
    STIMULUS_IRQ,
    STIMULUS_UART,
    STIMULUS_USB,
    STIMULUS_VDD,
    STIMULUS_VBUS,
    STIMULUS_RESET,
};

struct stimulus {
    vtime time; /* since power-on */
    enum stimulus_kind kind;
    unsigned pin;         /* STIMULUS_PIN: as emu/pin.h numbers them */
    enum pin_drive drive; /* STIMULUS_PIN */
    unsigned irqn;        /* STIMULUS_IRQ */
    unsigned millivolts;  /* STIMULUS_VDD */
    bool on;              /* STIMULUS_VBUS */
    unsigned uart;        /* STIMULUS_UART: 0 or 1 */
    uint8_t *text;        /* STIMULUS_UART, STIMULUS_USB: allocated */
    size_t length;        /* of the text, in bytes */
    char button[BOARD_NAME];
    bool pressed;
};

/* False when `spec` is none, with one line in `err`. On success the caller frees with stimulus_free(). */
bool stimulus_parse(const char *spec, struct stimulus *out, char *err, size_t err_size);
void stimulus_free(struct stimulus *s);

#endif
