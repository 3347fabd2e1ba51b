/*
 * Keys and mouse.
 */
#include <stdio.h>
#include <unistd.h>

#include "board/window_parts.h"

/* ---- what can be done ---- */

static void act(struct window *w, const char *action)
{
    char err[256];
    if (!w->machine->end)
        machine_act(w->machine, action, err, sizeof err);
}

static void press(struct window *w, unsigned button, bool pressed)
{
    const struct board *b = &w->machine->soc.board;
    char action[BOARD_NAME + 24];
    if (button >= b->n_buttons || b->button[button].pressed == pressed)
        return;
    snprintf(action, sizeof action, "button %s %s", b->button[button].name, pressed ? "press" : "release");
    act(w, action);
}

static void reset(struct window *w) { act(w, "reset"); }

static void set_speed(struct window *w, int speed)
{
    w->pace.speed = speed < 0 ? 0 : speed > PACE_MAX ? PACE_MAX : (unsigned)speed;
    window_begin_pace(w);
}

/* Seen in the picture like a debugger's halt: it is one. */
static void set_paused(struct window *w, bool paused)
{
    if (w->paused == paused || w->machine->end)
        return;
    w->paused = paused;
    evlog_emit(&w->machine->soc.evlog, EV_HALT, paused, 0);
    window_begin_pace(w);
}

static void step(struct window *w)
{
    struct machine *m = w->machine;
    set_paused(w, true);
    if (m->debugged || m->end)
        return;
    evlog_emit(&m->soc.evlog, EV_HALT, 0, 1);
    machine_run(m, 1);
    evlog_emit(&m->soc.evlog, EV_HALT, 1, 0);
}

static void save(struct window *w)
{
    char path[32], err[256];
    do
        snprintf(path, sizeof path, "nrfemu-%03u.png", ++w->saved);
    while (access(path, F_OK) == 0 && w->saved < 999);
    if (window_save(w, path, err, sizeof err))
        fprintf(stderr, "Screenshot: %s\n", path);
    else
        fprintf(stderr, "nrfemu: %s\n", err);
}

/* ---- keys ---- */

static void toggle_pause(struct window *w) { set_paused(w, !w->paused); }
static void faster(struct window *w) { set_speed(w, (int)w->pace.speed + 1); }
static void slower(struct window *w) { set_speed(w, (int)w->pace.speed - 1); }
static void real_time(struct window *w) { set_speed(w, PACE_REAL_TIME); }
static void full_speed(struct window *w) { set_speed(w, PACE_MAX); }
static void follow(struct window *w) { view_follow(&w->view); }
static void left(struct window *w) { view_pan(&w->view, -0.1); }
static void right(struct window *w) { view_pan(&w->view, 0.1); }
static int middle(const struct window *w) { return w->view.axis.x + w->view.axis.width / 2; }
static void zoom_in(struct window *w) { view_zoom(&w->view, 0.5, middle(w)); }
static void zoom_out(struct window *w) { view_zoom(&w->view, 2, middle(w)); }
static void close_it(struct window *w) { w->closed = true; }
static void change_theme(struct window *w)
{
    w->view.theme = w->view.theme == &theme_dark ? &theme_light : &theme_dark;
}

static const struct {
    SDL_Keycode key;
    void (*act)(struct window *w);
} keys[] = {
    {SDLK_SPACE, toggle_pause}, {SDLK_n, step},       {SDLK_PLUS, faster},     {SDLK_EQUALS, faster},
    {SDLK_KP_PLUS, faster},     {SDLK_MINUS, slower}, {SDLK_KP_MINUS, slower}, {SDLK_0, real_time},
    {SDLK_m, full_speed},       {SDLK_f, follow},     {SDLK_END, follow},      {SDLK_LEFT, left},
    {SDLK_RIGHT, right},        {SDLK_UP, zoom_in},   {SDLK_DOWN, zoom_out},   {SDLK_r, reset},
    {SDLK_t, change_theme},     {SDLK_p, save},       {SDLK_q, close_it},      {SDLK_ESCAPE, close_it},
};

static void on_key(struct window *w, const SDL_KeyboardEvent *e)
{
    SDL_Keycode key = e->keysym.sym;
    bool down = e->type == SDL_KEYDOWN;
    if (key >= SDLK_1 && key <= SDLK_9 && !e->repeat) {
        press(w, (unsigned)(key - SDLK_1), down);
        return;
    }
    for (unsigned i = 0; down && i < sizeof keys / sizeof *keys; i++)
        if (keys[i].key == key)
            keys[i].act(w);
}

/* ---- mouse ---- */

static void on_click(struct window *w, const SDL_MouseButtonEvent *e)
{
    const struct view_target *t = e->button == SDL_BUTTON_LEFT ? view_hit(&w->view, e->x, e->y) : NULL;
    if (!t)
        return;
    if (t->kind == TARGET_BUTTON) {
        w->pressed = (int)t->number;
        press(w, t->number, true);
    } else if (t->kind == TARGET_RESET) {
        reset(w);
    } else {
        w->drags = true;
    }
}

static void on_release(struct window *w)
{
    if (w->pressed >= 0)
        press(w, (unsigned)w->pressed, false);
    w->pressed = -1;
    w->drags = false;
}

static void on_motion(struct window *w, const SDL_MouseMotionEvent *e)
{
    const struct view_target *t = view_hit(&w->view, e->x, e->y);
    w->mouse_x = t && t->kind == TARGET_PLOT ? e->x : -1;
    if (w->drags && e->xrel)
        view_pan(&w->view, -(double)e->xrel / w->view.axis.width);
}

static void on_resize(struct window *w, int width, int height)
{
    canvas_resize(&w->view.canvas, width < VIEW_MIN_WIDTH ? VIEW_MIN_WIDTH : width,
                  height < VIEW_MIN_HEIGHT ? VIEW_MIN_HEIGHT : height);
    w->next_frame = 0;
}

static void on_event(struct window *w, const SDL_Event *e)
{
    if (e->type == SDL_QUIT)
        w->closed = true;
    else if (e->type == SDL_KEYDOWN || e->type == SDL_KEYUP)
        on_key(w, &e->key);
    else if (e->type == SDL_MOUSEBUTTONDOWN)
        on_click(w, &e->button);
    else if (e->type == SDL_MOUSEBUTTONUP)
        on_release(w);
    else if (e->type == SDL_MOUSEMOTION)
        on_motion(w, &e->motion);
    else if (e->type == SDL_MOUSEWHEEL)
        view_zoom(&w->view, e->wheel.y > 0 ? 0.8 : 1.25, w->mouse_x >= 0 ? w->mouse_x : middle(w));
    else if (e->type == SDL_WINDOWEVENT && e->window.event == SDL_WINDOWEVENT_SIZE_CHANGED)
        on_resize(w, e->window.data1, e->window.data2);
}

void window_take_events(struct window *w, int timeout_ms)
{
    SDL_Event e;
    if (!w->shown)
        return;
    for (int got = timeout_ms ? w->sdl.SDL_WaitEventTimeout(&e, timeout_ms) : w->sdl.SDL_PollEvent(&e); got;
         got = w->sdl.SDL_PollEvent(&e))
        on_event(w, &e);
}
