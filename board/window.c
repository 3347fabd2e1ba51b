#include "board/window.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "board/pace.h"
#include "board/window_parts.h"

#define NS_PER_MS    INT64_C(1000000)
#define FRAME        (33 * NS_PER_MS)
#define DRAWING_COST 16 /* one part in so many of the host's time, at most, goes into drawing */

int64_t window_host_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 * NS_PER_MS + t.tv_nsec;
}

static vtime emulated(const struct window *w) { return w->machine->soc.sched.now; }

void window_begin_pace(struct window *w) { pace_begin(&w->pace, w->pace.speed, emulated(w), window_host_time()); }

/* ---- drawing ---- */

static const char *state_text(const struct window *w)
{
    const struct machine *m = w->machine;
    if (*w->end_text)
        return w->end_text;
    if (m->debugged)
        return debug_stopped(&m->soc.core) ? "held by debugger" : "debugger attached";
    return w->paused ? "paused" : m->soc.core.lockup ? "locked up" : "running";
}

static void draw(struct window *w, bool for_file)
{
    char speed[32];
    const char *name = pace_names[w->pace.speed];
    snprintf(speed, sizeof speed, w->pace.speed == PACE_MAX ? "%s" : "%s×", name);
    struct view_status s = {.state = state_text(w),
                            .speed = speed,
                            .measured = for_file || w->paused ? 0 : w->measured,
                            .mouse_x = for_file ? -1 : w->mouse_x};
    view_draw(&w->view, &s);
}

static void show(struct window *w)
{
    struct canvas *c = &w->view.canvas;
    SDL_Surface *to = w->sdl.SDL_GetWindowSurface(w->shown);
    SDL_Surface *from = w->sdl.SDL_CreateRGBSurfaceWithFormatFrom(c->pixel, c->width, c->height, 32, 4 * c->width,
                                                                  SDL_PIXELFORMAT_ARGB8888);
    if (from && to)
        w->sdl.SDL_UpperBlit(from, NULL, to, NULL);
    w->sdl.SDL_FreeSurface(from);
    w->sdl.SDL_UpdateWindowSurface(w->shown);
}

static void measure(struct window *w, int64_t now)
{
    int64_t passed = now - w->measured_at;
    if (passed < 500 * NS_PER_MS)
        return;
    w->measured = (double)(emulated(w) - w->measured_from) / ((double)VTIME_PER_US / 1000) / (double)passed;
    w->measured_at = now;
    w->measured_from = emulated(w);
}

static void draw_when_due(struct window *w)
{
    int64_t begin = window_host_time();
    if (begin < w->next_frame)
        return;
    measure(w, begin);
    draw(w, false);
    show(w);
    int64_t end = window_host_time(), pause = (end - begin) * DRAWING_COST;
    w->next_frame = begin + (pause > FRAME ? pause : FRAME);
}

bool window_save(struct window *w, const char *path, char *err, size_t err_size)
{
    draw(w, true);
    return canvas_save(&w->view.canvas, path, err, err_size);
}

/* ---- running ---- */

static void wait_until(int64_t host)
{
    struct timespec t = {.tv_sec = host / (1000 * NS_PER_MS), .tv_nsec = host % (1000 * NS_PER_MS)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* Until the machine's time has come; looking all the while. */
static void wait_for_pace(struct window *w)
{
    pace_keep(&w->pace, emulated(w), window_host_time());
    while (!w->closed && !w->paused) {
        int64_t due = pace_due(&w->pace, emulated(w)), now = window_host_time(), soon = now + 5 * NS_PER_MS;
        if (due <= now)
            return;
        wait_until(due < soon ? due : soon);
        window_take_events(w, 0);
        draw_when_due(w);
    }
}

/* Nothing is left that could wake it but people. */
static bool sleeps_for_ever(const struct window *w)
{
    return w->machine->soc.core.state.asleep && sched_next(&w->machine->soc.sched) == VTIME_NEVER;
}

void window_look(struct window *w)
{
    if (!w->shown)
        return;
    window_take_events(w, 0);
    draw_when_due(w);
    if (!w->paused)
        wait_for_pace(w);
    if (w->closed && !w->machine->end)
        w->machine->end = MACHINE_END_CLOSED;
}

void window_turn(struct window *w)
{
    enum { PATIENCE_MS = 20 };
    struct machine *m = w->machine;
    if (w->paused || (w->pace.speed == PACE_MAX && sleeps_for_ever(w)))
        window_take_events(w, PATIENCE_MS);
    else
        machine_run_until(m, emulated(w) + pace_slice(&w->pace));
    if (m->interrupted)
        m->end = MACHINE_END_INTERRUPT;
    window_look(w);
}

bool window_paused(const struct window *w) { return w->paused; }

void window_stay(struct window *w)
{
    if (!w->shown || w->closed)
        return;
    snprintf(w->end_text, sizeof w->end_text, "ended: %s", machine_end_name(w->machine->end));
    w->paused = true;
    while (!w->closed && !w->machine->interrupted) {
        window_take_events(w, 50);
        draw_when_due(w);
    }
}

/* ---- pictures ---- */

static void take_screenshot(void *window)
{
    struct window *w = window;
    w->taken = window_save(w, w->options.screenshot, w->screenshot_err, sizeof w->screenshot_err);
}

bool window_screenshot_taken(const struct window *w, char *err, size_t err_size)
{
    if (!w->options.screenshot || w->taken)
        return true;
    snprintf(err, err_size, "%s",
             *w->screenshot_err ? w->screenshot_err : "--screenshot: the run ended before its time had come");
    return false;
}

/* ---- life ---- */

/* SDL would go on to drivers that show nothing, and let libraries talk of what they miss. */
static bool choose_driver(const struct sdl *s)
{
    bool wayland = getenv("WAYLAND_DISPLAY"), x11 = getenv("DISPLAY");
    if (getenv("SDL_VIDEODRIVER"))
        return true;
    s->SDL_SetHint(SDL_HINT_VIDEODRIVER, wayland && x11 ? "wayland,x11" : wayland ? "wayland" : "x11");
    return wayland || x11;
}

static bool open_display(struct window *w, char *err, size_t err_size)
{
    struct sdl *s = &w->sdl;
    char title[BOARD_TITLE + 16];
    s->SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    s->SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0"); /* pictures are made here: a GPU would only copy them */
    if (!choose_driver(s)) {
        snprintf(err, err_size, "--window: there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set");
        return false;
    }
    if (s->SDL_Init(SDL_INIT_VIDEO) != 0) {
        snprintf(err, err_size, "--window: there is no display: %s", s->SDL_GetError());
        return false;
    }
    w->initialised = true;
    snprintf(title, sizeof title, "nrfemu: %s", w->machine->soc.board.title);
    w->shown = s->SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, VIEW_WIDTH, VIEW_HEIGHT,
                                   SDL_WINDOW_RESIZABLE);
    if (!w->shown) {
        snprintf(err, err_size, "--window: %s", s->SDL_GetError());
        return false;
    }
    s->SDL_SetWindowMinimumSize(w->shown, VIEW_MIN_WIDTH, VIEW_MIN_HEIGHT);
    return true;
}

struct window *window_open(struct machine *m, const struct window_options *o, char *err, size_t err_size)
{
    struct window *w = calloc(1, sizeof *w);
    if (!w)
        abort();
    *w = (struct window){.machine = m, .options = *o, .mouse_x = -1, .pressed = -1};
    bool ok = sdl_load(&w->sdl, err, err_size);
    if (ok && w->sdl.TTF_Init() != 0) {
        snprintf(err, err_size, "SDL2_ttf: %s", w->sdl.SDL_GetError());
        ok = false;
    }
    ok =
        ok && view_init(&w->view, &w->sdl, m, &o->view, err, err_size) && (!o->shown || open_display(w, err, err_size));
    if (!ok) {
        window_close(w);
        return NULL;
    }
    w->pace.speed = o->speed;
    window_begin_pace(w);
    w->measured_at = w->pace.host_origin;
    if (o->shown)
        m->paced = false; /* it is paced here */
    if (o->screenshot) {
        m->config.look = take_screenshot;
        m->config.look_ctx = w;
        m->config.look_at = o->screenshot_at;
    }
    return w;
}

void window_close(struct window *w)
{
    if (!w)
        return;
    view_free(&w->view);
    if (w->shown)
        w->sdl.SDL_DestroyWindow(w->shown);
    if (w->initialised)
        w->sdl.SDL_Quit();
    sdl_unload(&w->sdl);
    free(w);
}
