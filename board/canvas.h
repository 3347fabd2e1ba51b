/*
 * Drawing on plain memory: what the window shows and what a screenshot saves is the same picture, to the bit. Colours
 * are 0xRRGGBB. Nothing is drawn outside of the clip rectangle.
 */
#ifndef BOARD_CANVAS_H
#define BOARD_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board/font.h"

struct rect {
    int x, y, w, h;
};

struct canvas {
    uint32_t *pixel; /* width * height, 0xFFRRGGBB; owned */
    int width, height;
    struct rect clip;
};

enum { OPAQUE = 255 };

bool canvas_resize(struct canvas *c, int width, int height); /* false: out of memory; it is then as it was */
void canvas_free(struct canvas *c);
void canvas_clip(struct canvas *c, const struct rect *r); /* NULL: all of it */

void canvas_fill(struct canvas *c, int x, int y, int w, int h, uint32_t colour);
void canvas_blend(struct canvas *c, int x, int y, int w, int h, uint32_t colour, unsigned alpha);
/* Diagonal stripes, one pixel of every `pitch`; they are part of one pattern wherever they are drawn. */
void canvas_hatch(struct canvas *c, int x, int y, int w, int h, uint32_t colour, int pitch);
void canvas_frame(struct canvas *c, int x, int y, int w, int h, uint32_t colour);
void canvas_round(struct canvas *c, int x, int y, int w, int h, int radius, uint32_t colour);
void canvas_disc(struct canvas *c, double x, double y, double radius, uint32_t colour, unsigned alpha);
/* A triangle that points to the right, `size` high, with its tip at (x, y). */
void canvas_arrow(struct canvas *c, int x, int y, int size, uint32_t colour);
void canvas_diamond(struct canvas *c, int x, int y, int size, uint32_t colour);

/* Text in UTF-8 whose line begins at (x, y); returns its width. */
int canvas_text(struct canvas *c, const struct font *f, int x, int y, uint32_t colour, const char *text);
/* The same, cut off with an ellipsis when it is wider than `width`. */
int canvas_text_in(struct canvas *c, const struct font *f, int x, int y, int width, uint32_t colour, const char *text);
void canvas_text_right(struct canvas *c, const struct font *f, int right, int y, uint32_t colour, const char *text);
void canvas_text_centred(struct canvas *c, const struct font *f, int x, int y, uint32_t colour, const char *text);

/* `share` of 255 of `b`, the rest of `a`. */
uint32_t colour_mix(uint32_t a, uint32_t b, unsigned share);

/* As a PNG. False, with one line in `err`, when the file cannot be written. */
bool canvas_save(const struct canvas *c, const char *path, char *err, size_t err_size);

#endif
