/*
 * The exception lanes: who runs, who waits, who is held back, and what a debugger did, on one axis.
 */
#include <stdio.h>
#include <stdlib.h>

#include "board/view.h"
#include "soc/names.h"

enum { AXIS_HEIGHT = 20, LEGEND_HEIGHT = 22, ROW_HIGH = 64, ROW_LOW = 18, EXTRA_ROW = 26 };

struct lane_row {
    struct view *v;
    const struct signal *signal;
    int y, height;
    uint32_t colour;
};

/* ---- a lane ---- */

static void draw_state(const struct lane_row *l, const struct signal_run *r, unsigned state)
{
    struct canvas *c = &l->v->canvas;
    uint32_t back = l->v->theme->panel;
    unsigned depth = r->value >> LANE_DEPTH_SHIFT;
    int middle = l->y + l->height / 2, inset = l->height / 6;
    if (r->busy) {
        bool runs = false;
        for (uint64_t i = r->first; i <= r->last && i < r->first + 16 && !runs; i++)
            runs = (signal_value(l->signal, i) & LANE_STATE) == LANE_RUNS;
        if (runs)
            canvas_fill(c, r->x, l->y + inset, r->width, l->height - 2 * inset, l->colour);
        return;
    }
    if (state == LANE_RUNS) {
        canvas_fill(c, r->x, l->y + inset, r->width, l->height - 2 * inset,
                    colour_mix(l->colour, 0x000000, depth > 1 ? (depth - 2) * 18 : 0));
    } else if (state == LANE_PREEMPTED) {
        canvas_fill(c, r->x, middle - 2, r->width, 4, colour_mix(back, l->colour, 150));
    } else if (state == LANE_SLEEPS) {
        canvas_fill(c, r->x, middle - 1, r->width, 1, colour_mix(back, l->v->theme->dim, 110));
    }
}

static void draw_lane_run(void *ctx, const struct signal_run *r)
{
    const struct lane_row *l = ctx;
    if (r->value & LANE_PENDING || (r->busy && r->seen & LANE_PENDING))
        canvas_hatch(&l->v->canvas, r->x, l->y + 2, r->width, l->height - 4, l->colour, 4);
    draw_state(l, r, r->value & LANE_STATE);
}

static void draw_lane_mark(void *ctx, const struct signal_run *r)
{
    const struct lane_row *l = ctx;
    uint8_t flags = r->busy ? r->seen : r->begins ? r->value : 0;
    int middle = l->y + l->height / 2;
    if (flags & LANE_TAIL_CHAINED)
        canvas_arrow(&l->v->canvas, r->x + 5, middle, 9, l->v->theme->mark);
    if (flags & LANE_LATE)
        canvas_diamond(&l->v->canvas, r->x + 1, middle, 8, l->v->theme->mark);
}

/* ---- which lanes, in which order ---- */

struct order {
    unsigned lane;
    int priority;
};

static int compare(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    if (x->priority != y->priority)
        return x->priority < y->priority ? -1 : 1;
    return (x->lane > y->lane) - (x->lane < y->lane);
}

/* The most urgent one first, Thread mode last: nesting climbs. */
static unsigned list_lanes(const struct view *v, struct order *list)
{
    const struct nvic *n = &v->machine->soc.core.nvic;
    unsigned count = 0;
    for (unsigned i = 1; i < HISTORY_LANES && i < EXC_COUNT; i++)
        if (v->history.lane[i].n)
            list[count++] = (struct order){i, nvic_group_priority(n, n->priority[i])};
    qsort(list, count, sizeof *list, compare);
    list[count++] = (struct order){0, 256};
    return count;
}

/* ---- rows of other kinds ---- */

static void draw_depth_run(void *ctx, const struct signal_run *r)
{
    const struct lane_row *l = ctx;
    struct canvas *c = &l->v->canvas;
    unsigned depth = r->value > 3 ? 3 : r->value;
    int height = r->busy ? l->height - 6 : (int)depth * (l->height - 6) / 3;
    char text[8];
    canvas_fill(c, r->x, l->y + l->height - 3 - height, r->width, height,
                colour_mix(l->v->theme->panel, l->colour, 120));
    canvas_fill(c, r->x, l->y + l->height - 3 - height, r->width, 2, l->colour);
    snprintf(text, sizeof text, "%u", r->value);
    if (r->value && r->width > font_width(&l->v->small, text) + 6)
        canvas_text_centred(c, &l->v->small, r->x + r->width / 2, l->y + 7, l->v->theme->text, text);
}

static void draw_mask_run(void *ctx, const struct signal_run *r)
{
    const struct lane_row *l = ctx;
    uint8_t value = r->busy ? r->seen : r->value;
    const char *text = value & MASKED_FAULTMASK ? "FAULTMASK" : value & MASKED_PRIMASK ? "PRIMASK" : "BASEPRI";
    if (!value)
        return;
    canvas_blend(&l->v->canvas, r->x, l->y + 3, r->width, l->height - 6, l->colour, value & 3 ? 200 : 110);
    if (r->width > font_width(&l->v->small, text) + 8)
        canvas_text_centred(&l->v->canvas, &l->v->small, r->x + r->width / 2, l->y + 6, l->v->theme->mark, text);
}

/* Behind the lanes, where masks hold them back. */
static void shade_masked(void *ctx, const struct signal_run *r)
{
    const struct lane_row *l = ctx;
    if (r->busy ? r->seen : r->value)
        canvas_blend(&l->v->canvas, r->x, l->y, r->width, l->height, l->colour, (r->value | r->seen) & 3 ? 56 : 30);
}

static void draw_marks(const struct lane_row *l, const struct rect *plot)
{
    struct view *v = l->v;
    const struct signal *s = &v->history.marks;
    int last = -1;
    for (uint64_t i = signal_after(s, v->axis.from ? v->axis.from - 1 : 0); i < s->n; i++) {
        int x = axis_x(&v->axis, signal_time(s, i)), middle = l->y + l->height / 2;
        if (x >= plot->x + plot->w)
            break;
        uint8_t mark = signal_value(s, i);
        int until = i + 1 < s->n ? axis_x(&v->axis, signal_time(s, i + 1)) : x;
        if (mark == MARK_HALTED && until > x) /* time passes while it is halted */
            canvas_blend(&v->canvas, x, plot->y, until - x, plot->h, v->theme->dim, 60);
        bool stepped = mark == MARK_HALTED && i > signal_first(s) && signal_value(s, i - 1) == MARK_STEPS;
        if (x == last || mark == MARK_RUNS || mark == MARK_STEPS)
            continue;
        last = x;
        uint32_t colour = mark == MARK_FAULT || mark == MARK_RESET ? v->theme->warning : l->colour;
        canvas_blend(&v->canvas, x, plot->y, 1, plot->h, colour, 90);
        if (stepped)
            canvas_fill(&v->canvas, x, middle - 6, 2, 12, colour);
        else if (mark == MARK_HALTED)
            canvas_fill(&v->canvas, x - 3, middle - 4, 7, 8, colour);
        else
            canvas_diamond(&v->canvas, x, middle, 10, colour);
    }
}

/* ---- all of it ---- */

static int draw_legend(struct view *v, int x, int y)
{
    static const char *const text[] = {"runs",         "preempted",    "pending", "asleep",
                                       "tail-chained", "late arrival", "masked"};
    uint32_t colour = v->theme->series[0];
    for (unsigned i = 0; i < sizeof text / sizeof *text; i++) {
        struct signal one = {0};
        static const uint8_t value[] = {LANE_RUNS, LANE_PREEMPTED, LANE_PENDING, LANE_SLEEPS, 0, 0, 0};
        struct lane_row l = {v, &one, y + 2, 16, colour};
        struct signal_run r = {.x = x, .width = 22, .value = value[i]};
        draw_lane_run(&l, &r);
        if (i == 4)
            canvas_arrow(&v->canvas, x + 14, y + 10, 9, v->theme->text);
        if (i == 5)
            canvas_diamond(&v->canvas, x + 11, y + 10, 8, v->theme->text);
        if (i == 6)
            canvas_blend(&v->canvas, x, y + 3, 22, 14, v->theme->masked, 56);
        x += 28;
        x += canvas_text(&v->canvas, &v->small, x, y + 3, v->theme->dim, text[i]) + 16;
    }
    return x;
}

static void draw_row(struct lane_row *l, const struct rect *r, const char *label,
                     void (*draw)(void *ctx, const struct signal_run *run))
{
    struct view *v = l->v;
    canvas_text_in(&v->canvas, &v->sans, r->x, l->y + (l->height - v->sans.height) / 2, VIEW_LABELS - 14,
                   v->theme->text, label);
    canvas_fill(&v->canvas, r->x, l->y + l->height, r->w, 1, v->theme->grid);
    if (draw)
        signal_runs(l->signal, &v->axis, v->machine->soc.sched.now, draw, l);
}

static void draw_exceptions(struct view *v, const struct rect *r, const struct order *list, unsigned n, int height)
{
    for (unsigned pass = 0; pass < 2; pass++)
        for (unsigned i = 0; i < n; i++) {
            char name[NAMES_MAX];
            struct lane_row l = {v, &v->history.lane[list[i].lane], r->y + (int)i * height, height - 1,
                                 list[i].lane ? v->theme->series[list[i].lane % (THEME_SERIES - 1) + 1]
                                              : v->theme->series[0]};
            if (l.y + height > r->y + r->h)
                break;
            if (pass)
                signal_runs(l.signal, &v->axis, v->machine->soc.sched.now, draw_lane_mark, &l);
            else
                draw_row(&l, r, names_exception(list[i].lane, name, sizeof name), draw_lane_run);
        }
}

void view_draw_lanes(struct view *v, const struct view_status *s, const struct rect *panel)
{
    struct rect r = view_panel(v, panel, "Exceptions");
    struct history *h = &v->history;
    struct order list[HISTORY_LANES + 1];
    unsigned n = list_lanes(v, list);
    draw_legend(v, r.x + VIEW_LABELS, r.y - 22);
    r.y += AXIS_HEIGHT;
    r.h -= AXIS_HEIGHT;
    int extra = EXTRA_ROW * (1 + (h->masks.n > 0) + (h->marks.n > 0)), rows = r.h - extra;
    int height = rows / (int)n > ROW_HIGH ? ROW_HIGH : rows / (int)n < ROW_LOW ? ROW_LOW : rows / (int)n;
    int used = height * (int)n < rows ? height * (int)n : rows, y = r.y + used;
    struct rect plot = {v->axis.x, r.y, v->axis.width, used + extra}, lanes = {r.x, r.y, r.w, rows};
    view_draw_grid(v, &plot, true);
    canvas_clip(&v->canvas, &r);
    struct lane_row masked = {v, &h->masks, r.y, used, v->theme->masked};
    signal_runs(&h->masks, &v->axis, v->machine->soc.sched.now, shade_masked, &masked);
    draw_exceptions(v, &lanes, list, n, height);
    struct lane_row depth = {v, &h->depth, y, EXTRA_ROW - 1, v->theme->dim};
    draw_row(&depth, &r, "nesting", draw_depth_run);
    y += EXTRA_ROW;
    struct lane_row masks = {v, &h->masks, y, EXTRA_ROW - 1, v->theme->masked};
    if (h->masks.n)
        draw_row(&masks, &r, "masks", draw_mask_run);
    y += h->masks.n ? EXTRA_ROW : 0;
    struct lane_row marks = {v, &h->marks, y, EXTRA_ROW - 1, v->theme->accent};
    if (h->marks.n) {
        draw_row(&marks, &r, "debugger", NULL);
        canvas_clip(&v->canvas, &plot);
        draw_marks(&marks, &plot);
    }
    canvas_clip(&v->canvas, NULL);
}
