/*
 * The line at the top, and the console.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "board/view.h"

static void put_field(struct view *v, int x, const char *name, const char *value)
{
    canvas_text(&v->canvas, &v->small, x, 5, v->theme->dim, name);
    canvas_text(&v->canvas, &v->bold, x, 20, v->theme->text, value);
}

static void function_text(const struct view *v, char *buf, size_t size)
{
    const struct core *c = &v->machine->soc.core;
    uint32_t pc = cpu_get(c->cpu, CPU_PC);
    const char *name = symbols_function(v->machine->symbols, pc, NULL);
    if (name)
        snprintf(buf, size, "%s", name);
    else
        snprintf(buf, size, "0x%08" PRIx32, pc);
}

void view_draw_status(struct view *v, const struct view_status *s, const struct rect *r)
{
    char text[96];
    vtime now = v->machine->soc.sched.now;
    int x = 12, share = v->canvas.width - 150;
    canvas_fill(&v->canvas, r->x, r->y, r->w, r->h, v->theme->panel);
    canvas_text(&v->canvas, &v->title, x, 11, v->theme->text, "nrfemu");
    put_field(v, x + 110, "state", s->state);
    snprintf(text, sizeof text, "%" PRIu64 ".%06" PRIu64 " s", now / VTIME_PER_S, now % VTIME_PER_S / VTIME_PER_US);
    put_field(v, x + 276, "emulated time", text);
    if (s->measured > 0)
        snprintf(text, sizeof text, "%s (is %.2f×)", s->speed, s->measured);
    else
        snprintf(text, sizeof text, "%s", s->speed);
    put_field(v, x + 416, "speed", text);
    snprintf(text, sizeof text, "%.1f %%", now ? 100.0 * (double)history_slept(&v->history, now) / (double)now : 0);
    put_field(v, x + 596, "asleep", text);
    function_text(v, text, sizeof text);
    canvas_text(&v->canvas, &v->small, x + 686, 5, v->theme->dim,
                v->machine->soc.core.state.asleep ? "sleeps in" : "current function");
    canvas_text_in(&v->canvas, &v->bold, x + 686, 20, share - 686 - x, v->theme->text, text);
    snprintf(text, sizeof text, "%s", v->machine->soc.board.name);
    canvas_text_right(&v->canvas, &v->small, v->canvas.width - 12, 5, v->theme->dim, "board");
    canvas_text_right(&v->canvas, &v->bold, v->canvas.width - 12, 20, v->theme->text, text);
}

/* ---- console ---- */

static void draw_line(struct view *v, const struct history_line *l, const struct rect *r, int y)
{
    uint32_t colour = v->theme->series[l->source % THEME_SERIES];
    canvas_fill(&v->canvas, r->x, y + 1, 3, v->mono.height - 2, colour);
    canvas_text_in(&v->canvas, &v->mono, r->x + 9, y, r->w - 9, v->theme->text, l->text);
}

/* Which colour is which source, of those that have printed. */
static void draw_sources(struct view *v, const struct rect *r, unsigned first)
{
    uint32_t seen = 0;
    int x = r->x + r->w;
    for (unsigned i = first; i < v->history.n_lines; i++)
        seen |= 1u << v->history.line[i % HISTORY_LINES].source;
    for (unsigned source = EV_CONSOLES; source-- > 0;) {
        const char *name = ev_console_name((enum ev_console)source);
        if (!(seen >> source & 1))
            continue;
        x -= font_width(&v->small, name) + 4;
        canvas_text(&v->canvas, &v->small, x, r->y - 18, v->theme->dim, name);
        x -= 9;
        canvas_fill(&v->canvas, x, r->y - 16, 6, 10, v->theme->series[source % THEME_SERIES]);
        x -= 10;
    }
}

void view_draw_console(struct view *v, const struct rect *panel)
{
    struct rect r = view_panel(v, panel, "Console");
    const struct history *h = &v->history;
    unsigned fit = r.h / v->mono.height > 0 ? (unsigned)(r.h / v->mono.height) : 0;
    unsigned n = h->n_lines < HISTORY_LINES ? h->n_lines : HISTORY_LINES;
    n = n < fit ? n : fit;
    canvas_clip(&v->canvas, &r);
    for (unsigned i = 0; i < n; i++)
        draw_line(v, &h->line[(h->n_lines - n + i) % HISTORY_LINES], &r, r.y + (int)i * v->mono.height);
    canvas_clip(&v->canvas, NULL);
    if (!h->n_lines)
        canvas_text(&v->canvas, &v->sans, r.x, r.y + 2, v->theme->dim, "The firmware has printed nothing yet.");
    draw_sources(v, &r, h->n_lines - n);
}
