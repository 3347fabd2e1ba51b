/*
 * Letters as coverage masks, rendered once by SDL2_ttf: Latin-1 and the ellipsis, which stands for all others.
 */
#ifndef BOARD_FONT_H
#define BOARD_FONT_H

#include "board/sdl.h"

#include <stdint.h>

enum { FONT_GLYPHS = 256, FONT_ELLIPSIS = 0 };

struct glyph {
    uint8_t *mask; /* width * height; NULL: blank */
    int width, height, left, advance;
};

struct font {
    struct glyph glyph[FONT_GLYPHS]; /* by code point; the ellipsis at FONT_ELLIPSIS */
    int height, ascent;
};

enum font_face { FONT_SANS, FONT_BOLD, FONT_MONO };

/* DejaVu, `size` pixels high. False, with one line in `err`, when it is not there. */
bool font_load(struct font *f, const struct sdl *s, enum font_face face, int size, char *err, size_t err_size);
void font_free(struct font *f);

/* Takes one character off the text. */
const struct glyph *font_next(const struct font *f, const char **text);
int font_width(const struct font *f, const char *text);

#endif
