/*
 * The board: its LEDs as bright as they are lit, its buttons, what is on its buses.
 */
#include <stdio.h>

#include "board/view.h"

enum { PER_ROW = 4, LED_HEIGHT = 78, BUTTON_HEIGHT = 84 };

static const uint32_t led_colour[BOARD_COLOURS] = {
    [BOARD_RED] = 0xFF3B30,    [BOARD_GREEN] = 0x38F26B,  [BOARD_BLUE] = 0x3F8CFF,
    [BOARD_YELLOW] = 0xFFD83B, [BOARD_ORANGE] = 0xFF9A2E, [BOARD_WHITE] = 0xFFFFFF,
};

static void cell_text(struct view *v, int x, int y, int width, const struct font *f, uint32_t colour, const char *text)
{
    int w = font_width(f, text);
    if (w <= width)
        canvas_text_centred(&v->canvas, f, x + width / 2, y, colour, text);
    else
        canvas_text_in(&v->canvas, f, x, y, width, colour, text);
}

static void draw_led(struct view *v, const struct board_led *led, int x, int y, int width)
{
    vtime now = v->machine->soc.sched.now;
    bool driven = pins_driven(&v->machine->soc.pins, led->pin); /* soc/board.h, inaccuracy 1 */
    unsigned lit = driven ? history_brightness(&v->history, led->pin, led->active, now) : 0;
    /* an LED that is lit for a tenth of the time looks much brighter than a tenth */
    unsigned bright = lit ? 40 + lit * 215 / 255 : 0;
    uint32_t off = colour_mix(0x20242A, led_colour[led->colour], 45);
    int cx = x + width / 2, cy = y + 18;
    char text[BOARD_NAME + 16];
    canvas_round(&v->canvas, cx - 17, cy - 11, 34, 22, 3, 0xDADFE3);
    for (int glow = 3; bright && glow; glow--)
        canvas_disc(&v->canvas, cx, cy, 8 + 4 * glow, led_colour[led->colour], bright / 6);
    canvas_disc(&v->canvas, cx, cy, 9, colour_mix(off, led_colour[led->colour], bright), OPAQUE);
    cell_text(v, x, y + 34, width, &v->sans, v->theme->silk, led->name);
    if (lit == 0 || lit == 255)
        snprintf(text, sizeof text, "%s %s", pin_name(led->pin), lit ? "on" : "off");
    else
        snprintf(text, sizeof text, "%s %u %%", pin_name(led->pin), (lit * 100 + 127) / 255);
    cell_text(v, x, y + 52, width, &v->small, v->theme->silk, text);
}

static void draw_cap(struct view *v, int cx, int cy, bool pressed, uint32_t cap)
{
    canvas_round(&v->canvas, cx - 19, cy - 19, 38, 38, 4, v->theme->button);
    canvas_disc(&v->canvas, cx, cy, 13, pressed ? v->theme->accent : cap, OPAQUE);
    if (!pressed)
        canvas_disc(&v->canvas, cx - 3, cy - 4, 4, 0xFFFFFF, 50);
}

static void draw_button(struct view *v, unsigned number, int x, int y, int width)
{
    const struct board_button *b = &v->machine->soc.board.button[number];
    char text[BOARD_NAME + 24];
    int cx = x + width / 2, cy = y + 22;
    draw_cap(v, cx, cy, b->pressed, v->theme->cap);
    snprintf(text, sizeof text, "Button %s", b->name);
    cell_text(v, x, y + 44, width, &v->sans, v->theme->silk, text);
    snprintf(text, sizeof text, "%s %s", pin_name(b->pin), b->pressed ? "pressed" : "");
    cell_text(v, x, y + 61, width, &v->small, v->theme->silk, text);
    view_add_target(v, TARGET_BUTTON, number, cx - 22, cy - 22, 44, 44);
}

static void draw_chip(struct view *v, int x, int y, int w, int h)
{
    canvas_round(&v->canvas, x, y, w, h, 4, v->theme->chip);
    for (int i = 0; i < 9; i++) {
        int at = 8 + i * (h - 20) / 8;
        canvas_fill(&v->canvas, x - 5, y + at, 5, 3, 0xC9CED3);
        canvas_fill(&v->canvas, x + w, y + at, 5, 3, 0xC9CED3);
    }
    canvas_disc(&v->canvas, x + 10, y + 10, 3, 0x8A9199, OPAQUE);
    canvas_text_centred(&v->canvas, &v->bold, x + w / 2, y + h / 2 - 18, 0xE8EBEE, "nRF52840");
    canvas_text_centred(&v->canvas, &v->small, x + w / 2, y + h / 2 + 2, 0xA3ADB7,
                        v->machine->soc.core.state.asleep ? "asleep" : "runs");
}

static void draw_parts(struct view *v, const struct board *b, int x, int y, int width)
{
    for (unsigned i = 0; i < b->n_parts && i < 4; i++, y += 32) {
        canvas_fill(&v->canvas, x, y + 4, 12, 12, v->theme->chip);
        canvas_text_in(&v->canvas, &v->small, x + 18, y, width - 18, v->theme->silk, b->part[i].name);
        canvas_text_in(&v->canvas, &v->small, x + 18, y + 13, width - 18,
                       colour_mix(v->theme->board, v->theme->silk, 170), b->part[i].type->name);
    }
}

static int cell_width(const struct rect *r) { return (r->w - 20) / PER_ROW; }

static int draw_leds(struct view *v, const struct board *b, const struct rect *r)
{
    int w = cell_width(r), y = r->y + 30;
    unsigned shown = b->n_leds < 2 * PER_ROW ? b->n_leds : 2 * PER_ROW;
    for (unsigned i = 0; i < shown; i++)
        draw_led(v, &b->led[i], r->x + 10 + (int)(i % PER_ROW) * w, y + (int)(i / PER_ROW) * LED_HEIGHT, w);
    return y + (int)((shown + PER_ROW - 1) / PER_ROW) * LED_HEIGHT;
}

static void draw_buttons(struct view *v, const struct board *b, const struct rect *r)
{
    int w = cell_width(r), y = r->y + r->h - BUTTON_HEIGHT;
    for (unsigned i = 0; i < b->n_buttons && i < PER_ROW; i++)
        draw_button(v, i, r->x + 10 + (int)i * w, y, w);
}

void view_draw_board(struct view *v, const struct rect *r)
{
    const struct board *b = &v->machine->soc.board;
    canvas_round(&v->canvas, r->x, r->y, r->w, r->h, 12, v->theme->board);
    for (int corner = 0; corner < 4; corner++)
        canvas_disc(&v->canvas, r->x + (corner & 1 ? r->w - 11 : 11), r->y + (corner & 2 ? r->h - 11 : 11), 4,
                    v->theme->background, OPAQUE);
    canvas_text_centred(&v->canvas, &v->bold, r->x + r->w / 2, r->y + 8, v->theme->silk,
                        *b->title ? b->title : b->name);
    int top = draw_leds(v, b, r), bottom = r->y + r->h - (b->n_buttons ? BUTTON_HEIGHT : 10) - 8;
    int height = bottom - top < 120 ? bottom - top : 120;
    if (height > 50)
        draw_chip(v, r->x + r->w / 2 - 60, top + (bottom - top - height) / 2, 120, height);
    draw_buttons(v, b, r);
    draw_parts(v, b, r->x + 16, top + 10, 120);
    int cx = r->x + r->w - 10 - cell_width(r) / 2, cy = (top + bottom) / 2 - 12;
    draw_cap(v, cx, cy, false, 0xB03A2E);
    canvas_text_centred(&v->canvas, &v->sans, cx, cy + 22, v->theme->silk, "Reset");
    view_add_target(v, TARGET_RESET, 0, cx - 22, cy - 22, 44, 44);
}
