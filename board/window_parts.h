/*
 * What the parts of the window share; private to board/window*.c.
 */
#ifndef BOARD_WINDOW_PARTS_H
#define BOARD_WINDOW_PARTS_H

#include "board/pace.h"
#include "board/window.h"

struct window {
    struct machine *machine;
    struct window_options options;
    struct sdl sdl;
    struct view view;
    SDL_Window *shown; /* NULL: no display */
    bool initialised;

    struct pace pace;
    bool paused, closed;
    int64_t next_frame, measured_at; /* the host's ns */
    vtime measured_from;
    double measured; /* speed */

    int mouse_x;
    bool drags;
    int pressed; /* button that the mouse holds; -1: none */
    unsigned saved;
    char end_text[48];
    bool taken; /* the screenshot */
    char screenshot_err[256];
};

int64_t window_host_time(void); /* ns */
void window_begin_pace(struct window *w);
bool window_save(struct window *w, const char *path, char *err, size_t err_size);

/* board/window_input.c: acts on what people did; waits for it so long when there is nothing. */
void window_take_events(struct window *w, int timeout_ms);

#endif
