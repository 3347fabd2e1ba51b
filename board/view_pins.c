/*
 * The logic analyser: chosen pins on the axis of the lanes.
 */
#include <stdio.h>

#include "board/view.h"

enum { ROW = 22, TITLE = 32 };

struct pin_row {
    struct view *v;
    int y;
    uint32_t colour;
};

int view_rows_height(const struct view *v) { return v->n_rows ? TITLE + (int)v->n_rows * ROW + 4 : 0; }

static void draw_run(void *ctx, const struct signal_run *r)
{
    const struct pin_row *p = ctx;
    struct canvas *c = &p->v->canvas;
    int top = p->y + 4, bottom = p->y + ROW - 5;
    if (r->busy) {
        canvas_blend(c, r->x, top, r->width, bottom - top + 2, p->colour, 150);
        return;
    }
    bool high = r->value & 1;
    if (r->begins)
        canvas_fill(c, r->x, top, 1, bottom - top + 2, p->colour);
    if (high)
        canvas_blend(c, r->x, top, r->width, bottom - top, p->colour, 50);
    canvas_fill(c, r->x, high ? top : bottom, r->width, 2, p->colour);
}

struct search {
    unsigned pin;
    char name[BOARD_NAME + 16];
};

static void match_pin(void *ctx, const char *name, unsigned pin)
{
    struct search *s = ctx;
    if (s->pin == pin && !*s->name)
        snprintf(s->name, sizeof s->name, "%s", name);
}

void view_draw_pins(struct view *v, const struct rect *panel)
{
    struct rect r = view_panel(v, panel, "Pins");
    view_draw_grid(v, &(struct rect){v->axis.x, r.y, v->axis.width, (int)v->n_rows * ROW}, false);
    for (unsigned i = 0; i < v->n_rows; i++) {
        struct search s = {.pin = v->row[i]};
        struct pin_row row = {v, r.y + (int)i * ROW, v->theme->series[i % THEME_SERIES]};
        board_names(&v->machine->soc.board, match_pin, &s);
        canvas_text_in(&v->canvas, &v->sans, r.x, row.y + 3, VIEW_LABELS - 58, v->theme->text, s.name);
        canvas_text_right(&v->canvas, &v->small, r.x + VIEW_LABELS - 14, row.y + 5, v->theme->dim, pin_name(s.pin));
        signal_runs(&v->history.pin[s.pin], &v->axis, v->machine->soc.sched.now, draw_run, &row);
        canvas_fill(&v->canvas, r.x, row.y + ROW - 1, r.w, 1, v->theme->grid);
    }
}
