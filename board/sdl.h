/*
 * SDL2 and SDL2_ttf, opened when they are first needed: linked, they would make every run that has no window start half
 * as fast again.
 */
#ifndef BOARD_SDL_H
#define BOARD_SDL_H

#include <SDL2/SDL.h>
#include <SDL2/SDL_ttf.h>
#include <stdbool.h>
#include <stddef.h>

/* X(library, function) */
#define SDL_FUNCTIONS(X)                   \
    X(SDL, Init)                           \
    X(SDL, Quit)                           \
    X(SDL, GetError)                       \
    X(SDL, SetHint)                        \
    X(SDL, CreateWindow)                   \
    X(SDL, DestroyWindow)                  \
    X(SDL, SetWindowTitle)                 \
    X(SDL, SetWindowMinimumSize)           \
    X(SDL, GetWindowSurface)               \
    X(SDL, UpdateWindowSurface)            \
    X(SDL, CreateRGBSurfaceWithFormatFrom) \
    X(SDL, UpperBlit)                      \
    X(SDL, FreeSurface)                    \
    X(SDL, PollEvent)                      \
    X(SDL, WaitEventTimeout)               \
    X(TTF, Init)                           \
    X(TTF, Quit)                           \
    X(TTF, OpenFont)                       \
    X(TTF, CloseFont)                      \
    X(TTF, FontAscent)                     \
    X(TTF, FontHeight)                     \
    X(TTF, GlyphMetrics)                   \
    X(TTF, RenderGlyph_Blended)

#define SDL_DECLARE(library, function) __typeof__(&library##_##function) library##_##function;
struct sdl {
    SDL_FUNCTIONS(SDL_DECLARE)
    void *library[2];
};
#undef SDL_DECLARE

/* False, with one line in `err`, when they are not there. */
bool sdl_load(struct sdl *s, char *err, size_t err_size);
void sdl_unload(struct sdl *s);

#endif
