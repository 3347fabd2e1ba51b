/*
 * The window, and pictures of what it would show. The machine runs as it does without: the window looks at it between
 * slices, and what people do to it is input from outside, like --at.
 */
#ifndef BOARD_WINDOW_H
#define BOARD_WINDOW_H

#include "board/view.h"

struct window_options {
    bool shown; /* false: no display is needed; for pictures only */
    struct view_options view;
    unsigned speed;         /* index of pace_names */
    const char *screenshot; /* file; NULL: none */
    vtime screenshot_at;
};

struct window; /* owned by whoever opened it */

/* After the images were loaded, before power is on. NULL, with one line in `err`, when there is no display, no SDL2 or
 * no font. The machine must outlive it. */
struct window *window_open(struct machine *m, const struct window_options *o, char *err, size_t err_size);
void window_close(struct window *w); /* NULL is allowed */

/* Runs the machine for some milliseconds of the host's time, at the speed that is chosen, and looks. When the window is
 * closed, that ends the run (MACHINE_END_CLOSED). */
void window_turn(struct window *w);
/* Only looks, and waits if the machine is ahead of time: for who runs the machine otherwise. */
void window_look(struct window *w);
bool window_paused(const struct window *w);
/* Stays open until it is closed, for people to see how a run has ended. */
void window_stay(struct window *w);

/* Whether the screenshot was taken, if there should be one; false with one line in `err`. */
bool window_screenshot_taken(const struct window *w, char *err, size_t err_size);

#endif
