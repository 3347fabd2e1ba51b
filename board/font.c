#include "board/font.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const file[] = {
    [FONT_SANS] = "DejaVuSans.ttf", [FONT_BOLD] = "DejaVuSans-Bold.ttf", [FONT_MONO] = "DejaVuSansMono.ttf"};

/* Where distributions have it. */
static const char *const folder[] = {"/usr/share/fonts/truetype/dejavu",
                                     "/usr/share/fonts/TTF",
                                     "/usr/share/fonts/dejavu",
                                     "/usr/share/fonts/dejavu-sans-fonts",
                                     "/usr/share/fonts/dejavu-sans-mono-fonts",
                                     "/usr/local/share/fonts/dejavu"};

enum { FOLDERS = sizeof folder / sizeof *folder };

static bool find(enum font_face face, char *path, size_t size)
{
    for (unsigned i = 0; i < FOLDERS; i++) {
        snprintf(path, size, "%s/%s", folder[i], file[face]);
        if (access(path, R_OK) == 0)
            return true;
    }
    return false;
}

static void render(struct glyph *g, const struct sdl *s, TTF_Font *ttf, Uint16 code)
{
    int left = 0, advance = 0;
    s->TTF_GlyphMetrics(ttf, code, &left, NULL, NULL, NULL, &advance);
    *g = (struct glyph){.left = left < 0 ? left : 0, .advance = advance};
    SDL_Surface *image = s->TTF_RenderGlyph_Blended(ttf, code, (SDL_Color){255, 255, 255, 255});
    if (!image)
        return;
    g->width = image->w;
    g->height = image->h;
    g->mask = malloc((size_t)image->w * (size_t)image->h);
    for (int y = 0; g->mask && y < image->h; y++)
        for (int x = 0; x < image->w; x++) {
            uint32_t pixel;
            memcpy(&pixel, (char *)image->pixels + y * image->pitch + 4 * x, 4);
            g->mask[y * image->w + x] = (uint8_t)(pixel >> image->format->Ashift);
        }
    s->SDL_FreeSurface(image);
}

bool font_load(struct font *f, const struct sdl *s, enum font_face face, int size, char *err, size_t err_size)
{
    enum { ELLIPSIS = 0x2026 };
    char path[256];
    *f = (struct font){0};
    if (!find(face, path, sizeof path)) {
        snprintf(err, err_size, "the window needs the font %s (Debian: fonts-dejavu-core)", file[face]);
        return false;
    }
    TTF_Font *ttf = s->TTF_OpenFont(path, size);
    if (!ttf) {
        snprintf(err, err_size, "%s: cannot be read as a font", path);
        return false;
    }
    f->height = s->TTF_FontHeight(ttf);
    f->ascent = s->TTF_FontAscent(ttf);
    render(&f->glyph[FONT_ELLIPSIS], s, ttf, ELLIPSIS);
    for (unsigned code = ' '; code < FONT_GLYPHS; code++)
        if (code < 0x7F || code >= 0xA0)
            render(&f->glyph[code], s, ttf, (Uint16)code);
    s->TTF_CloseFont(ttf);
    return true;
}

void font_free(struct font *f)
{
    for (unsigned i = 0; i < FONT_GLYPHS; i++)
        free(f->glyph[i].mask);
    *f = (struct font){0};
}

const struct glyph *font_next(const struct font *f, const char **text)
{
    const unsigned char *p = (const unsigned char *)*text;
    unsigned code = *p, length = 1;
    if (*p >= 0xC0 && (p[1] & 0xC0) == 0x80) {
        code = *p < 0xE0 ? (*p & 0x1Fu) << 6 | (p[1] & 0x3Fu) : FONT_GLYPHS;
        for (length = 2; (p[length] & 0xC0) == 0x80;)
            length++;
    }
    *text += length;
    bool known = code < FONT_GLYPHS && f->glyph[code].advance;
    return &f->glyph[known ? code : FONT_ELLIPSIS];
}

int font_width(const struct font *f, const char *text)
{
    int width = 0;
    while (*text)
        width += font_next(f, &text)->advance;
    return width;
}
