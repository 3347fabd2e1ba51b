#include "soc/board.h"

#include <stdio.h>
#include <string.h>

void board_init(struct board *b) { *b = (struct board){.name = "bare", .reset = PIN_NONE}; }

void board_attach(struct board *b, struct pins *pins)
{
    b->pins = pins;
    for (unsigned i = 0; i < b->n_loops; i++)
        pins_join(pins, b->loop[i].a, b->loop[i].b);
    for (unsigned i = 0; i < b->n_buttons; i++)
        pins_resistor(pins, b->button[i].pin, b->button[i].pull);
    if (b->reset != PIN_NONE)
        pins_resistor(pins, b->reset, PIN_PULL_UP);
}

int board_button(const struct board *b, const char *name)
{
    for (unsigned i = 0; i < b->n_buttons; i++)
        if (!strcmp(b->button[i].name, name))
            return (int)i;
    return -1;
}

int board_part(const struct board *b, const char *name)
{
    for (unsigned i = 0; i < b->n_parts; i++)
        if (!strcmp(b->part[i].name, name))
            return (int)i;
    return -1;
}

int board_part_input(const struct board_part *p, const char *name)
{
    for (unsigned i = 0; i < p->type->n_inputs; i++)
        if (!strcmp(p->type->inputs[i].name, name))
            return (int)i;
    return -1;
}

void board_press(struct board *b, unsigned button, bool pressed)
{
    struct board_button *k = &b->button[button];
    k->pressed = pressed;
    pins_drive(b->pins, k->pin, PIN_FROM_OUTSIDE, !pressed ? PIN_Z : k->active ? PIN_HIGH : PIN_LOW);
}

/* Inaccuracy 1. */
bool board_led_lit(const struct board *b, unsigned led)
{
    const struct board_led *l = &b->led[led];
    return b->pins && pins_driven(b->pins, l->pin) && pins_level(b->pins, l->pin) == l->active;
}

/* The wires that are the part's alone. */
static void name_part(const struct board_part *p, void (*name)(void *, const char *, unsigned), void *ctx)
{
    char text[BOARD_NAME + 8];
    if (p->wiring.cs != PIN_NONE) {
        snprintf(text, sizeof text, "%s_cs", p->name);
        name(ctx, text, p->wiring.cs);
    }
    for (unsigned i = 0; i < PART_IRQS; i++)
        if (p->wiring.irq[i] != PIN_NONE) {
            snprintf(text, sizeof text, "%s_irq%u", p->name, i + 1);
            name(ctx, text, p->wiring.irq[i]);
        }
}

void board_names(const void *board, void (*name)(void *, const char *, unsigned), void *ctx)
{
    const struct board *b = board;
    char text[BOARD_NAME + 8];
    for (unsigned i = 0; i < b->n_leds; i++)
        name(ctx, b->led[i].name, b->led[i].pin);
    for (unsigned i = 0; i < b->n_buttons; i++) {
        snprintf(text, sizeof text, "button_%s", b->button[i].name);
        name(ctx, text, b->button[i].pin);
    }
    for (unsigned i = 0; i < b->n_parts; i++)
        name_part(&b->part[i], name, ctx);
    for (unsigned i = 0; i < b->n_wires; i++)
        name(ctx, b->wire[i].name, b->wire[i].pin);
    if (b->reset != PIN_NONE)
        name(ctx, "reset", b->reset);
}

/* Adds a name to a list of them. */
static size_t list_name(char *buf, size_t used, size_t size, const char *name)
{
    return used < size ? used + (size_t)snprintf(buf + used, size - used, "%s%s", used ? ", " : "", name) : used;
}

const char *board_button_names(const struct board *b, char *buf, size_t size)
{
    size_t used = 0;
    snprintf(buf, size, "none");
    for (unsigned i = 0; i < b->n_buttons; i++)
        used = list_name(buf, used, size, b->button[i].name);
    return buf;
}

const char *board_part_names(const struct board *b, char *buf, size_t size)
{
    size_t used = 0;
    snprintf(buf, size, "none");
    for (unsigned i = 0; i < b->n_parts; i++)
        used = list_name(buf, used, size, b->part[i].name);
    return buf;
}
