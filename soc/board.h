/*
 * The board around the chip: what its pins are wired to. A board is data (data/boards/, docs/BOARDS.md); this is what
 * is made of the file, with the little state there is: which buttons are pressed.
 *
 * Everything has room for a fixed number of things, so that a board is copied with the chip.
 *
 * Inaccuracies
 *   1. A board has no currents: an LED is lit when its pin is driven to its active level, whatever drives it, and a
 *      button wins against the chip's pull but not against its outputs.
 */
#ifndef SOC_BOARD_H
#define SOC_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parts/nor_flash.h"
#include "parts/part.h"

enum {
    BOARD_NAME = 32,  /* of boards, LEDs, buttons and the like, with the 0 at the end */
    BOARD_TITLE = 80, /* likewise */
    BOARD_LEDS = 32,
    BOARD_BUTTONS = 16,
    BOARD_LOOPS = 32,
    BOARD_WIRES = 8, /* names of pins that are nothing else */
    BOARD_BUSES = 8,
    BOARD_PARTS = 8,
    BOARD_VALUES = 8, /* that a part begins with */
};

enum board_colour { BOARD_RED, BOARD_GREEN, BOARD_BLUE, BOARD_YELLOW, BOARD_ORANGE, BOARD_WHITE, BOARD_COLOURS };

struct board_led {
    char name[BOARD_NAME];
    unsigned pin;
    bool active; /* the level at which it is lit */
    enum board_colour colour;
};

struct board_button {
    char name[BOARD_NAME];
    unsigned pin;
    bool active;        /* the level while it is pressed */
    enum pin_pull pull; /* the board's own resistor */
    bool pressed;
};

struct board_wire {
    char name[BOARD_NAME];
    unsigned pin;
};

/* The wires of a serial bus: those of I2C or those of SPI; the others are PIN_NONE. */
struct board_bus {
    char name[BOARD_NAME];
    unsigned scl, sda;
    unsigned sck, mosi, miso;
};

/* A device on a serial bus, which is made of this when the board is put to the chip. */
struct board_part {
    char name[BOARD_NAME];
    const struct part_type *type;
    struct part_wiring wiring;
    struct {
        unsigned input;
        int32_t milli;
    } value[BOARD_VALUES];
    unsigned n_values;
};

struct board {
    char name[BOARD_NAME], title[BOARD_TITLE];
    uint32_t application; /* where firmware begins, behind the bootloader that belongs to the board; 0: at the start */
    const struct nor_flash_chip *qspi_flash; /* behind QSPI; NULL: nothing */
    unsigned reset;                          /* pin of the reset button, or PIN_NONE */
    struct board_led led[BOARD_LEDS];
    struct board_button button[BOARD_BUTTONS];
    struct board_wire wire[BOARD_WIRES];
    struct board_bus bus[BOARD_BUSES];
    struct board_part part[BOARD_PARTS];
    struct {
        unsigned a, b;
    } loop[BOARD_LOOPS];
    unsigned n_leds, n_buttons, n_wires, n_buses, n_parts, n_loops;

    struct pins *pins; /* NULL until it is attached */
};

/* A bare chip. */
void board_init(struct board *b);

/* Wires the board to the pins, which it drives from outside from now on. Once, before power is on. */
void board_attach(struct board *b, struct pins *pins);

/* The button of that name; -1 when there is none. "reset" is not one of them. */
int board_button(const struct board *b, const char *name);
void board_press(struct board *b, unsigned button, bool pressed);

/* The part of that name; -1 when there is none. */
int board_part(const struct board *b, const char *name);
/* The number of what it measures by that name; -1 when it does not. */
int board_part_input(const struct board_part *p, const char *name);

bool board_led_lit(const struct board *b, unsigned led);

/* Calls for every pin that the board gives a name, with a name that has no blanks: "LED1", "button_1", "reset". */
void board_names(const void *board, void (*name)(void *ctx, const char *name, unsigned pin), void *ctx);

/* "1, 2, 3, 4": for messages; into `buf`, cut off where it is full. */
const char *board_button_names(const struct board *b, char *buf, size_t size);
const char *board_part_names(const struct board *b, char *buf, size_t size);

#endif
