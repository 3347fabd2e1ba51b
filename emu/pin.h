/*
 * The chip's pins as electrical nodes: who drives them, which pull is on, what level results.
 *
 * Pins are numbered as PSEL registers do: 0…31 are P0.00…P0.31, 32…47 are P1.00…P1.15. A pin taken by a peripheral
 * (UARTE TXD, PWM, GPIOTE task mode) ignores what GPIO drives; what the outside world drives counts when the chip does
 * not. An undriven pin takes its pull, and reads low without one.
 *
 * Pins that are wired together are one node: a pin that the chip does not drive itself follows what it drives on the
 * others, then what the outside drives on any of them, then a resistor on the board, then the chip's pulls (up wins).
 * Two pins of a node that the chip drives against each other each read what they drive.
 */
#ifndef EMU_PIN_H
#define EMU_PIN_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/evlog.h"

enum { PIN_COUNT = 48, PIN_MAX_LISTENERS = 32 };
#define PIN_NONE 0xFFFFFFFFu /* PSEL.CONNECT = Disconnected */

enum pin_source { PIN_FROM_PERIPHERAL, PIN_FROM_GPIO, PIN_FROM_OUTSIDE, PIN_SOURCES };
enum pin_drive { PIN_Z, PIN_LOW, PIN_HIGH };
enum pin_pull { PIN_PULL_NONE, PIN_PULL_DOWN, PIN_PULL_UP };

struct pin_listener {
    /* Called after the level of a pin changed. */
    void (*changed)(void *ctx, unsigned pin, bool level);
    void *ctx;
};

struct pins {
    struct {
        uint8_t drive[PIN_SOURCES]; /* enum pin_drive */
        uint8_t pull;               /* enum pin_pull */
        uint8_t resistor;           /* enum pin_pull: on the board */
        uint8_t next;               /* the next pin of the same node; itself when it is alone */
        bool level;
    } pin[PIN_COUNT];
    struct pin_listener listener[PIN_MAX_LISTENERS];
    unsigned n_listeners;
    struct evlog *log;
};

void pins_init(struct pins *p, struct evlog *log);
void pins_listen(struct pins *p, void (*changed)(void *, unsigned, bool), void *ctx);
void pins_drive(struct pins *p, unsigned pin, enum pin_source source, enum pin_drive drive);
/* The same for a source that has moved from pin *held to another: the old one is let go of. */
void pins_move(struct pins *p, unsigned *held, unsigned pin, enum pin_source source, enum pin_drive drive);
void pins_pull(struct pins *p, unsigned pin, enum pin_pull pull);
/* A resistor on the board, stronger than the chip's pull. */
void pins_resistor(struct pins *p, unsigned pin, enum pin_pull pull);
/* Wires two pins, and all that they are wired to already, together. */
void pins_join(struct pins *p, unsigned a, unsigned b);
/* Whether two pins are one node; a pin is one with itself. */
bool pins_wired(const struct pins *p, unsigned a, unsigned b);
/* Whether anything drives the pin's node, rather than a pull alone. */
bool pins_driven(const struct pins *p, unsigned pin);
static inline bool pins_level(const struct pins *p, unsigned pin) { return pin < PIN_COUNT && p->pin[pin].level; }

/* "P0.13" for 13; the string lives in a static table. "?" when out of range. */
const char *pin_name(unsigned pin);
/* 13 for "P0.13"; -1 when `name` is no pin. */
int pin_by_name(const char *name);

#endif
