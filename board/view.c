#include "board/view.h"

#include <stdio.h>
#include <string.h>

enum { MARGIN = 8, STATUS_HEIGHT = 44, HELP_HEIGHT = 24, LEFT_WIDTH = 432, BOARD_HEIGHT = 372 };

#define DEFAULT_SPAN (200 * VTIME_PER_MS)
#define SPAN_MIN     (VTIME_PER_US / 2)
#define SPAN_MAX     (1000 * VTIME_PER_S)

/* ---- parts that others use ---- */

void view_add_target(struct view *v, enum view_target_kind kind, unsigned number, int x, int y, int w, int h)
{
    if (v->n_targets < VIEW_TARGETS)
        v->target[v->n_targets++] = (struct view_target){kind, number, {x, y, w, h}};
}

struct rect view_panel(struct view *v, const struct rect *r, const char *title)
{
    enum { TITLE = 26, PADDING = 10 };
    canvas_round(&v->canvas, r->x, r->y, r->w, r->h, 6, v->theme->panel);
    canvas_text(&v->canvas, &v->bold, r->x + PADDING, r->y + 6, v->theme->text, title);
    return (struct rect){r->x + PADDING, r->y + TITLE, r->w - 2 * PADDING, r->h - TITLE - PADDING / 2};
}

const struct view_target *view_hit(const struct view *v, int x, int y)
{
    for (unsigned i = 0; i < v->n_targets; i++) {
        const struct rect *r = &v->target[i].area;
        if (x >= r->x && x < r->x + r->w && y >= r->y && y < r->y + r->h)
            return &v->target[i];
    }
    return NULL;
}

/* ---- the axis ---- */

static vtime now_of(const struct view *v) { return v->machine->soc.sched.now; }

static void set_axis(struct view *v, int x, int width)
{
    vtime now = now_of(v), end = v->follows ? now : v->end;
    if (v->follows && now < v->span)
        end = v->span;
    v->axis = (struct axis){.from = end > v->span ? end - v->span : 0, .span = v->span, .x = x, .width = width};
}

void view_zoom(struct view *v, double factor, int x)
{
    vtime at = axis_time(&v->axis, x);
    double span = (double)v->span * factor;
    span = span < (double)SPAN_MIN ? (double)SPAN_MIN : span > (double)SPAN_MAX ? (double)SPAN_MAX : span;
    double right = (double)(v->axis.x + v->axis.width - x) / v->axis.width;
    v->span = (vtime)span;
    if (!v->follows)
        v->end = at + (vtime)(right * span);
}

void view_pan(struct view *v, double share)
{
    double end = (double)(v->axis.from + v->axis.span) + share * (double)v->span;
    v->end = end < (double)v->span ? v->span : (vtime)end;
    v->follows = false;
}

void view_follow(struct view *v) { v->follows = true; }

/* A round time of which at most `most` fit into the span. */
static vtime tick_step(vtime span, unsigned most)
{
    static const unsigned round[] = {1, 2, 5};
    for (vtime decade = VTIME_PER_US;; decade *= 10)
        for (unsigned i = 0; i < 3; i++)
            if (span / (decade * round[i]) <= most)
                return decade * round[i];
}

static void tick_text(vtime t, vtime step, char *buf, size_t size)
{
    static const struct {
        vtime unit;
        const char *name;
    } units[] = {{VTIME_PER_S, "s"}, {VTIME_PER_MS, "ms"}, {VTIME_PER_US, "µs"}};
    unsigned u = 0, decimals = 0;
    while (u < 2 && step < units[u].unit / 10)
        u++;
    decimals = step < units[u].unit ? 1 : 0;
    snprintf(buf, size, "%.*f %s", (int)decimals, (double)t / (double)units[u].unit, units[u].name);
}

void view_draw_grid(struct view *v, const struct rect *r, bool labelled)
{
    const struct axis *a = &v->axis;
    vtime step = tick_step(a->span, (unsigned)a->width / 110);
    for (vtime t = (a->from + step - 1) / step * step; t <= a->from + a->span; t += step) {
        int x = axis_x(a, t);
        char text[40];
        canvas_fill(&v->canvas, x, r->y, 1, r->h, v->theme->grid);
        if (!labelled)
            continue;
        tick_text(t, step, text, sizeof text);
        int half = font_width(&v->small, text) / 2;
        int left = x - half < a->x ? a->x : x + half > a->x + a->width ? a->x + a->width - 2 * half : x - half;
        canvas_text(&v->canvas, &v->small, left, r->y - 16, v->theme->dim, text);
    }
}

/* ---- the picture ---- */

static void draw_help(struct view *v, int y)
{
    static const char *const help[] = {"Space pause",  "N step",   "+ - speed, 0 real time, M max",
                                       "1…9 buttons",  "R reset",  "wheel zoom",
                                       "drag pan",     "F follow", "T theme",
                                       "P screenshot", "Q quit"};
    int x = MARGIN + 4;
    for (unsigned i = 0; i < sizeof help / sizeof *help; i++)
        x += canvas_text(&v->canvas, &v->small, x, y + 5, v->theme->dim, help[i]) + 18;
}

static void draw_time(struct view *v, const struct view_status *s, const struct rect *r)
{
    enum { AXIS = 20, GAP = 10 };
    int pins = view_rows_height(v);
    struct rect lanes = {r->x, r->y, r->w, r->h - pins - (pins ? MARGIN : 0)};
    set_axis(v, r->x + 10 + VIEW_LABELS, r->w - VIEW_LABELS - 24);
    view_add_target(v, TARGET_PLOT, 0, v->axis.x, r->y, v->axis.width, r->h);
    view_draw_lanes(v, s, &lanes);
    if (pins)
        view_draw_pins(v, &(struct rect){r->x, r->y + r->h - pins, r->w, pins});
    if (s->mouse_x >= v->axis.x && s->mouse_x < v->axis.x + v->axis.width)
        canvas_blend(&v->canvas, s->mouse_x, r->y + 26, 1, r->h - 32, v->theme->text, 140);
}

/* Pins that toggle without having a name are shown, too, while there is room. */
static void add_rows(struct view *v)
{
    for (unsigned pin = 0; pin < PIN_COUNT && !v->rows_chosen && v->n_rows < VIEW_ROWS - 4; pin++) {
        bool shown = v->history.pin[pin].n < 2;
        for (unsigned i = 0; i < v->n_rows; i++)
            shown |= v->row[i] == pin;
        if (!shown)
            v->row[v->n_rows++] = pin;
    }
}

void view_draw(struct view *v, const struct view_status *s)
{
    struct canvas *c = &v->canvas;
    int bottom = c->height - HELP_HEIGHT, top = STATUS_HEIGHT + MARGIN;
    struct rect board = {MARGIN, top, LEFT_WIDTH, BOARD_HEIGHT};
    struct rect console = {MARGIN, top + BOARD_HEIGHT + MARGIN, LEFT_WIDTH, bottom - top - BOARD_HEIGHT - MARGIN};
    struct rect time = {LEFT_WIDTH + 2 * MARGIN, top, c->width - LEFT_WIDTH - 3 * MARGIN, bottom - top};
    v->n_targets = 0;
    add_rows(v);
    canvas_clip(c, NULL);
    canvas_fill(c, 0, 0, c->width, c->height, v->theme->background);
    view_draw_status(v, s, &(struct rect){0, 0, c->width, STATUS_HEIGHT});
    view_draw_board(v, &board);
    view_draw_console(v, &console);
    draw_time(v, s, &time);
    draw_help(v, bottom);
}

/* ---- life ---- */

static void add_row(void *ctx, const char *name, unsigned pin)
{
    struct view *v = ctx;
    for (unsigned i = 0; i < v->n_rows; i++)
        if (v->row[i] == pin)
            return;
    if (v->n_rows < VIEW_ROWS && pin < PIN_COUNT)
        v->row[v->n_rows++] = pin;
}

struct search {
    const char *name;
    int pin;
};

static void match_name(void *ctx, const char *name, unsigned pin)
{
    struct search *s = ctx;
    if (!strcmp(s->name, name))
        s->pin = (int)pin;
}

bool view_choose_pins(struct view *v, const char *pins, char *err, size_t err_size)
{
    char name[BOARD_NAME + 16];
    v->n_rows = 0;
    v->rows_chosen = true;
    for (const char *at = pins; *at; at += *at == ',') {
        size_t n = strcspn(at, ",");
        snprintf(name, sizeof name, "%.*s", (int)n, at);
        struct search s = {.name = name, .pin = pin_by_name(name)};
        if (s.pin < 0)
            board_names(&v->machine->soc.board, match_name, &s);
        if (s.pin < 0) {
            snprintf(err, err_size, "--pins: board %s has no pin '%s'", v->machine->soc.board.name, name);
            return false;
        }
        if (v->n_rows == VIEW_ROWS) {
            snprintf(err, err_size, "--pins: more than %d pins", VIEW_ROWS);
            return false;
        }
        add_row(v, name, (unsigned)s.pin);
        at += n;
    }
    return true;
}

/* LEDs and buttons are what people look at; of the others those that toggle. */
static void choose_rows(struct view *v)
{
    const struct board *b = &v->machine->soc.board;
    for (unsigned i = 0; i < b->n_leds && v->n_rows < VIEW_ROWS / 2; i++)
        add_row(v, b->led[i].name, b->led[i].pin);
    for (unsigned i = 0; i < b->n_buttons && v->n_rows < VIEW_ROWS / 2; i++)
        add_row(v, b->button[i].name, b->button[i].pin);
}

static bool load_fonts(struct view *v, const struct sdl *s, char *err, size_t err_size)
{
    return font_load(&v->sans, s, FONT_SANS, 13, err, err_size) &&
           font_load(&v->bold, s, FONT_BOLD, 13, err, err_size) &&
           font_load(&v->title, s, FONT_BOLD, 17, err, err_size) &&
           font_load(&v->small, s, FONT_SANS, 11, err, err_size) &&
           font_load(&v->mono, s, FONT_MONO, 12, err, err_size);
}

bool view_init(struct view *v, const struct sdl *s, struct machine *m, const struct view_options *o, char *err,
               size_t err_size)
{
    *v = (struct view){.machine = m, .follows = true};
    v->theme = o->light ? &theme_light : &theme_dark;
    v->span = o->span ? o->span : DEFAULT_SPAN;
    if (!load_fonts(v, s, err, err_size))
        return false;
    if (!canvas_resize(&v->canvas, VIEW_WIDTH, VIEW_HEIGHT)) {
        snprintf(err, err_size, "out of memory");
        return false;
    }
    if (o->pins && !view_choose_pins(v, o->pins, err, err_size))
        return false;
    if (!o->pins)
        choose_rows(v);
    history_begin(&v->history, &m->soc.evlog, &m->soc.pins);
    return true;
}

void view_free(struct view *v)
{
    history_end(&v->history);
    canvas_free(&v->canvas);
    struct font *font[] = {&v->sans, &v->bold, &v->title, &v->small, &v->mono};
    for (unsigned i = 0; i < sizeof font / sizeof *font; i++)
        font_free(font[i]);
}
