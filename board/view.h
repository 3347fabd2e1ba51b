/*
 * The picture of a machine: board, console, exception lanes and logic analyser on one axis of time, status. Drawn from
 * the history and the machine as it is; neither is changed.
 */
#ifndef BOARD_VIEW_H
#define BOARD_VIEW_H

#include "board/canvas.h"
#include "board/history.h"
#include "board/theme.h"
#include "soc/machine.h"

enum {
    VIEW_WIDTH = 1280,
    VIEW_HEIGHT = 800,
    VIEW_MIN_WIDTH = 960,
    VIEW_MIN_HEIGHT = 600,
    VIEW_TARGETS = 32,
    VIEW_ROWS = 16,
};

/* What a click may hit. */
enum view_target_kind { TARGET_NONE, TARGET_BUTTON, TARGET_RESET, TARGET_PLOT };
struct view_target {
    enum view_target_kind kind;
    unsigned number; /* of the button */
    struct rect area;
};

struct view_options {
    bool light;
    vtime span;       /* of the axis; 0: the default */
    const char *pins; /* "P0.13,LED2": for the logic analyser; NULL: those that the board names */
};

/* What the picture says of how the machine is run. */
struct view_status {
    const char *state; /* "running", "paused", … */
    const char *speed; /* as it is chosen */
    double measured;   /* speed as it is; 0: not said */
    int mouse_x;       /* over the plot; -1: not there */
};

struct view {
    struct machine *machine;
    struct history history;
    struct canvas canvas;
    struct font sans, bold, title, small, mono;
    const struct theme *theme;
    vtime span, end; /* of the axis; `end` when it does not follow */
    bool follows;
    unsigned row[VIEW_ROWS]; /* pins of the logic analyser */
    unsigned n_rows;
    bool rows_chosen; /* by the user: no others are added */
    struct view_target target[VIEW_TARGETS];
    unsigned n_targets;
    struct axis axis; /* as it was drawn last */
};

/* The machine must outlive it. False, with one line in `err`. */
bool view_init(struct view *v, const struct sdl *s, struct machine *m, const struct view_options *o, char *err,
               size_t err_size);
void view_free(struct view *v);

/* What `pins` of the options says: false, with one line in `err`, when it makes no sense on this board. */
bool view_choose_pins(struct view *v, const char *pins, char *err, size_t err_size);

void view_draw(struct view *v, const struct view_status *s);

/* The target at a point of the picture that was drawn last; NULL: none. */
const struct view_target *view_hit(const struct view *v, int x, int y);

/* Zooms by a factor around the time at pixel x, or moves by a share of the span. */
void view_zoom(struct view *v, double factor, int x);
void view_pan(struct view *v, double share);
void view_follow(struct view *v);

/* ---- shared by the files of the view ---- */

void view_draw_status(struct view *v, const struct view_status *s, const struct rect *r);
void view_draw_board(struct view *v, const struct rect *r);
void view_draw_console(struct view *v, const struct rect *r);
void view_draw_lanes(struct view *v, const struct view_status *s, const struct rect *r);
void view_draw_pins(struct view *v, const struct rect *r);
int view_rows_height(const struct view *v); /* of view_draw_pins() */
void view_add_target(struct view *v, enum view_target_kind kind, unsigned number, int x, int y, int w, int h);
/* A panel with its title; what is left of it for its content. */
struct rect view_panel(struct view *v, const struct rect *r, const char *title);
/* Lines of time through an area. */
void view_draw_grid(struct view *v, const struct rect *r, bool labelled);

enum { VIEW_LABELS = 132 /* pixels for names left of the plot */ };

#endif
