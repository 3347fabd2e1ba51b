#include "board/canvas.h"

#include <errno.h>
#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPAQUE_BITS 0xFF000000u

bool canvas_resize(struct canvas *c, int width, int height)
{
    if (c->pixel && c->width == width && c->height == height)
        return true;
    uint32_t *pixel = calloc((size_t)width * (size_t)height, sizeof *pixel);
    if (!pixel)
        return false;
    free(c->pixel);
    *c = (struct canvas){.pixel = pixel, .width = width, .height = height};
    canvas_clip(c, NULL);
    return true;
}

void canvas_free(struct canvas *c)
{
    free(c->pixel);
    *c = (struct canvas){0};
}

static struct rect intersect(struct rect a, struct rect b)
{
    int x = a.x > b.x ? a.x : b.x, y = a.y > b.y ? a.y : b.y;
    int right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    int bottom = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    return (struct rect){x, y, right > x ? right - x : 0, bottom > y ? bottom - y : 0};
}

void canvas_clip(struct canvas *c, const struct rect *r)
{
    struct rect all = {0, 0, c->width, c->height};
    c->clip = r ? intersect(*r, all) : all;
}

uint32_t colour_mix(uint32_t a, uint32_t b, unsigned share)
{
    uint32_t mixed = 0;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        uint32_t x = a >> shift & 0xFF, y = b >> shift & 0xFF;
        mixed |= (x * (255 - share) + y * share + 127) / 255 << shift;
    }
    return mixed;
}

static void put(struct canvas *c, int x, int y, uint32_t colour, unsigned alpha)
{
    if (x < c->clip.x || y < c->clip.y || x >= c->clip.x + c->clip.w || y >= c->clip.y + c->clip.h)
        return;
    uint32_t *p = &c->pixel[y * c->width + x];
    *p = OPAQUE_BITS | (alpha >= OPAQUE ? colour : colour_mix(*p, colour, alpha));
}

/* ---- areas ---- */

void canvas_fill(struct canvas *c, int x, int y, int w, int h, uint32_t colour)
{
    struct rect r = intersect((struct rect){x, y, w, h}, c->clip);
    for (int row = r.y; row < r.y + r.h; row++)
        for (int col = r.x; col < r.x + r.w; col++)
            c->pixel[row * c->width + col] = OPAQUE_BITS | colour;
}

void canvas_blend(struct canvas *c, int x, int y, int w, int h, uint32_t colour, unsigned alpha)
{
    struct rect r = intersect((struct rect){x, y, w, h}, c->clip);
    for (int row = r.y; row < r.y + r.h; row++)
        for (int col = r.x; col < r.x + r.w; col++)
            put(c, col, row, colour, alpha);
}

void canvas_hatch(struct canvas *c, int x, int y, int w, int h, uint32_t colour, int pitch)
{
    struct rect r = intersect((struct rect){x, y, w, h}, c->clip);
    for (int row = r.y; row < r.y + r.h; row++)
        for (int col = r.x; col < r.x + r.w; col++)
            if ((col + row) % pitch == 0)
                put(c, col, row, colour, OPAQUE);
}

void canvas_frame(struct canvas *c, int x, int y, int w, int h, uint32_t colour)
{
    canvas_fill(c, x, y, w, 1, colour);
    canvas_fill(c, x, y + h - 1, w, 1, colour);
    canvas_fill(c, x, y, 1, h, colour);
    canvas_fill(c, x + w - 1, y, 1, h, colour);
}

/* ---- shapes with soft edges ---- */

static unsigned coverage(double distance) /* from the edge, outwards */
{
    double share = 0.5 - distance;
    return share <= 0 ? 0 : share >= 1 ? OPAQUE : (unsigned)(share * OPAQUE + 0.5);
}

void canvas_disc(struct canvas *c, double x, double y, double radius, uint32_t colour, unsigned alpha)
{
    for (int row = (int)(y - radius) - 1; row <= (int)(y + radius) + 1; row++)
        for (int col = (int)(x - radius) - 1; col <= (int)(x + radius) + 1; col++) {
            unsigned share = coverage(hypot(col + 0.5 - x, row + 0.5 - y) - radius);
            if (share)
                put(c, col, row, colour, share * alpha / OPAQUE);
        }
}

void canvas_round(struct canvas *c, int x, int y, int w, int h, int radius, uint32_t colour)
{
    canvas_fill(c, x + radius, y, w - 2 * radius, h, colour);
    for (int row = y; row < y + h; row++) {
        int from_edge = row - y < radius ? radius - (row - y) : row >= y + h - radius ? row - (y + h - radius) + 1 : 0;
        double up = from_edge > 0 ? from_edge - 0.5 : 0;
        for (int col = 0; col < radius; col++) {
            unsigned share = coverage(hypot(radius - col - 0.5, up) - radius);
            put(c, x + col, row, colour, share);
            put(c, x + w - 1 - col, row, colour, share);
        }
    }
}

void canvas_arrow(struct canvas *c, int x, int y, int size, uint32_t colour)
{
    for (int row = -size / 2; row <= size / 2; row++)
        for (int col = 0; col <= size / 2 - abs(row); col++)
            put(c, x - size / 2 + col, y + row, colour, OPAQUE);
}

void canvas_diamond(struct canvas *c, int x, int y, int size, uint32_t colour)
{
    for (int row = -size / 2; row <= size / 2; row++)
        for (int col = abs(row) - size / 2; col <= size / 2 - abs(row); col++)
            put(c, x + col, y + row, colour, OPAQUE);
}

/* ---- text ---- */

static void put_glyph(struct canvas *c, const struct glyph *g, int x, int y, uint32_t colour)
{
    for (int row = 0; g->mask && row < g->height; row++)
        for (int col = 0; col < g->width; col++) {
            unsigned alpha = g->mask[row * g->width + col];
            if (alpha)
                put(c, x + g->left + col, y + row, colour, alpha);
        }
}

int canvas_text(struct canvas *c, const struct font *f, int x, int y, uint32_t colour, const char *text)
{
    int at = x;
    while (*text) {
        const struct glyph *g = font_next(f, &text);
        put_glyph(c, g, at, y, colour);
        at += g->advance;
    }
    return at - x;
}

int canvas_text_in(struct canvas *c, const struct font *f, int x, int y, int width, uint32_t colour, const char *text)
{
    const struct glyph *ellipsis = &f->glyph[FONT_ELLIPSIS];
    int at = x;
    if (font_width(f, text) <= width)
        return canvas_text(c, f, x, y, colour, text);
    while (*text) {
        const struct glyph *g = font_next(f, &text);
        if (at + g->advance + ellipsis->advance > x + width)
            break;
        put_glyph(c, g, at, y, colour);
        at += g->advance;
    }
    put_glyph(c, ellipsis, at, y, colour);
    return at + ellipsis->advance - x;
}

void canvas_text_right(struct canvas *c, const struct font *f, int right, int y, uint32_t colour, const char *text)
{
    canvas_text(c, f, right - font_width(f, text), y, colour, text);
}

void canvas_text_centred(struct canvas *c, const struct font *f, int x, int y, uint32_t colour, const char *text)
{
    canvas_text(c, f, x - font_width(f, text) / 2, y, colour, text);
}

/* ---- files ---- */

bool canvas_save(const struct canvas *c, const char *path, char *err, size_t err_size)
{
    size_t n = (size_t)c->width * (size_t)c->height;
    uint8_t *rgb = malloc(3 * n);
    if (!rgb) {
        snprintf(err, err_size, "out of memory");
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        rgb[3 * i] = (uint8_t)(c->pixel[i] >> 16);
        rgb[3 * i + 1] = (uint8_t)(c->pixel[i] >> 8);
        rgb[3 * i + 2] = (uint8_t)c->pixel[i];
    }
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)c->width,
                       .height = (png_uint_32)c->height,
                       .format = PNG_FORMAT_RGB};
    errno = 0;
    bool ok = png_image_write_to_file(&image, path, 0, rgb, 0, NULL) != 0;
    free(rgb);
    if (!ok)
        snprintf(err, err_size, "%s: %s", path, errno ? strerror(errno) : image.message);
    return ok;
}
