#include "cli/run_swd.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

/* The shim, beside the program or where `make install` puts it; NULL: nowhere. */
static const char *find_preload(char path[PATH_MAX])
{
    static const char *const places[] = {"/swd-clock.so", "/build/release/swd-clock.so", "/../lib/nrfemu/swd-clock.so"};
    char exe[PATH_MAX / 2];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n < 0)
        return NULL;
    exe[n] = '\0';
    *strrchr(exe, '/') = '\0';
    for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, PATH_MAX, "%s%s", exe, places[i]);
        if (access(path, R_OK) == 0)
            return path;
    }
    return NULL;
}

bool run_swd_start(struct run_swd *r, const struct run_options *o, struct machine *m, char *err, size_t err_size)
{
    char preload[PATH_MAX];
    struct swd_server_config c = {.probe = o->swd, .time = (enum swd_time)o->swd_time, .clock = o->swd_clock};
    soc_swd_init(&r->target, m);
    m->paced = false; /* the wire's time is what passes */
    r->server = swd_server_new(&c, &r->target.target, err, err_size);
    if (r->server)
        swd_server_describe(r->server, find_preload(preload), stderr);
    return r->server;
}

void run_swd_stop(struct run_swd *r) { swd_server_free(r->server); }

void run_swd_loop(struct run_swd *r, const struct run_options *o, void (*between)(void *ctx), void *ctx)
{
    struct machine *m = r->target.machine;
    if (o->halt)
        debug_hold(&m->soc.core, true);
    while (!m->end && !m->interrupted) {
        swd_server_poll(r->server);
        if (m->end || m->interrupted)
            break;
        console_show(&m->console, m->soc.sched.now);
        between(ctx);
        swd_server_wait(r->server, o->swd_time == SWD_TIME_WALL ? 1 : 20);
    }
    if (m->interrupted)
        m->end = MACHINE_END_INTERRUPT;
}
