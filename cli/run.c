/*
 * `nrfemu run`.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "board/window.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "cli/run_swd.h"
#include "rsp/server.h"
#include "soc/board_file.h"
#include "soc/debug_port.h"

struct run {
    const struct run_options *o;
    struct machine machine;
    struct debug_port port;
    struct rsp_server *gdb;
    struct outputs outputs;
    struct run_swd swd;
    struct window *window; /* NULL: neither a window nor a screenshot */
    FILE *stats;
    uint64_t hash;
    double started; /* host seconds */
    double shown;   /* when --progress last printed */
};

static struct machine *interruptible;

static void on_signal(int signal)
{
    struct machine *m = interruptible;
    if (m && m->interrupted)
        stream_cooked(m->stdio);
    if (!m || m->interrupted)
        _exit(130);
    m->interrupted = 1;
    core_attention(&m->soc.core);
}

static double host_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int fail(const char *err)
{
    fprintf(stderr, "nrfemu: %s\n", err);
    return EXIT_BAD_INPUT;
}

/* Who wants nothing but a picture gets it, and no more. */
static vtime run_for(const struct run_options *o)
{
    bool ends = o->screenshot && o->run_for == VTIME_NEVER && !o->window && !o->gdb && !o->swd;
    return ends ? o->screenshot_at : o->run_for;
}

static void configure(const struct run_options *o, struct machine_config *c)
{
    bool rtt_by_probe = o->rtt && !strcmp(o->rtt, "none");
    *c = (struct machine_config){
        .run_for = run_for(o),
        .stop_when = o->stop_when,
        .reset_on_lockup = o->on_lockup == OPTIONS_LOCKUP_RESET,
        .uart0 = o->uart0 ? o->uart0 : "stdio",
        .uart1 = o->uart1 ? o->uart1 : "stdio",
        .rtt = !o->rtt        ? "stdio"
               : rtt_by_probe ? "null"
                              : o->rtt,
        .rtt_by_probe = rtt_by_probe,
        .usb = o->usb ? o->usb : "stdio",
        .swo = o->swo,
        .semihosting_dir = o->semihosting_dir,
        .command_line = o->n_firmware ? o->firmware[0] : NULL,
        .stimuli = o->at,
        .n_stimuli = o->n_at,
        .record = o->record,
        .replay = o->replay,
        .version = NRFEMU_VERSION,
        .seed = o->seed,
        .sleep_clock_runs = o->sleep_clock == OPTIONS_SLEEP_CLOCK_RUN,
        .quiet = o->quiet,
    };
}

/* ---- outputs ------------------------------------------------------------------------------------------------------
 */

static void add_u64(struct json_object *to, const char *key, uint64_t value)
{
    json_object_object_add(to, key, json_object_new_uint64(value));
}

static bool write_stats(struct run *r, char *err, size_t err_size)
{
    struct machine *m = &r->machine;
    struct json_object *stats = json_object_new_object(), *exceptions = json_object_new_object();
    char text[32];
    for (unsigned e = 1; e < EXC_COUNT; e++) {
        if (!m->soc.core.exceptions[e])
            continue;
        snprintf(text, sizeof text, "%u", e);
        add_u64(exceptions, text, m->soc.core.exceptions[e]);
    }
    add_u64(stats, "cycles", m->soc.sched.now / VTIME_PER_CYCLE);
    add_u64(stats, "instructions", cpu_retired(m->soc.core.cpu));
    json_object_object_add(stats, "emulated_s", json_object_new_double((double)m->soc.sched.now / (double)VTIME_PER_S));
    json_object_object_add(stats, "host_s", json_object_new_double(host_seconds() - r->started));
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    add_u64(stats, "peak_rss_kib", (uint64_t)usage.ru_maxrss);
    json_object_object_add(stats, "exceptions", exceptions);
    json_object_object_add(stats, "end_reason", json_object_new_string(machine_end_name(m->end)));
    snprintf(text, sizeof text, "%016" PRIx64, soc_state_hash(&m->soc, r->hash));
    json_object_object_add(stats, "trace_hash", json_object_new_string(text));
    bool ok = fprintf(r->stats, "%s\n", json_object_to_json_string_ext(stats, JSON_C_TO_STRING_PRETTY)) > 0;
    ok = !fflush(r->stats) && ok;
    if (!ok)
        snprintf(err, err_size, "%s: cannot be written", r->o->stats);
    json_object_put(stats);
    return ok;
}

/* Before the run: a file that cannot be written is told while nothing is lost. */
static bool open_stats(struct run *r, char *err, size_t err_size)
{
    r->stats = !strcmp(r->o->stats, "-") ? stdout : fopen(r->o->stats, "w");
    if (!r->stats)
        snprintf(err, err_size, "%s: cannot be written", r->o->stats);
    return r->stats;
}

static void show_progress(struct run *r)
{
    double now = host_seconds();
    if (!r->o->progress || now - r->shown < 0.5)
        return;
    r->shown = now;
    double emulated = (double)r->machine.soc.sched.now / (double)VTIME_PER_S;
    fprintf(stderr, "\r%.3f s emulated, %.2f times real time ", emulated, emulated / (now - r->started));
}

/* ---- the run ------------------------------------------------------------------------------------------------------
 */

static void tell_port(const struct run *r, unsigned port, const char *whom)
{
    fprintf(stderr, "%sListening on port %u for %s connections\n", r->o->as_openocd ? "Info : " : "", port, whom);
}

static bool listen_for_lines(struct run *r, enum rsp_lines_style style, const char *host_port, const char *whom,
                             char *err, size_t err_size)
{
    if (!host_port)
        return true;
    if (!rsp_server_add_lines(r->gdb, style, host_port, err, err_size))
        return false;
    tell_port(r, rsp_server_lines_port(r->gdb, style), whom);
    return true;
}

static bool start_gdb(struct run *r, char *err, size_t err_size)
{
    debug_port_init(&r->port, &r->machine);
    r->port.halted_time.mode = r->o->halted_time;
    r->gdb = rsp_server_new(r->o->gdb, &r->port.target, &r->machine.log, err, err_size);
    if (!r->gdb)
        return false;
    if (r->o->faulty_link)
        rsp_server_set_faults(r->gdb, &r->o->link);
    if (!listen_for_lines(r, RSP_LINES_TCL, r->o->tcl, "tcl", err, err_size) ||
        !listen_for_lines(r, RSP_LINES_TELNET, r->o->telnet, "telnet", err, err_size))
        return false;
    for (unsigned i = 0; i < r->o->n_startup; i++)
        if (!rsp_server_command(r->gdb, r->o->startup[i]))
            log_msg(&r->machine.log, LOG_INFO, "-c '%s' is not needed here", r->o->startup[i]);
    tell_port(r, rsp_server_port(r->gdb), "gdb"); /* the last: whoever waits for it finds everything ready */
    return true;
}

static bool open_window(struct run *r, char *err, size_t err_size)
{
    const struct run_options *o = r->o;
    struct window_options w = {
        .shown = o->window,
        .view = {.light = o->theme == OPTIONS_THEME_LIGHT, .span = o->span, .pins = o->pins},
        .speed = o->speed,
        .screenshot = o->screenshot,
        .screenshot_at = o->screenshot_at,
    };
    if (o->window || o->screenshot)
        r->window = window_open(&r->machine, &w, err, err_size);
    return r->window || !(o->window || o->screenshot);
}

static void run_some(struct run *r)
{
    if (r->o->window)
        window_turn(r->window);
    else
        machine_run(&r->machine, UINT64_MAX);
}

/* Until the run is over: by itself while nobody debugs, else as the debugger wants. */
static void run_with_gdb(struct run *r)
{
    struct machine *m = &r->machine;
    bool wait = r->o->halt;
    while (!m->interrupted) {
        enum rsp_server_state state = rsp_server_poll(r->gdb);
        halted_time_poll(&r->port.halted_time);
        switch (state) {
        case RSP_SERVER_HALTED:
        case RSP_SERVER_RUNNING:
            wait = false;
            break;
        case RSP_SERVER_ENDED:
            return;
        case RSP_SERVER_FREE:
            if (!wait) {
                run_some(r);
                if (m->end && m->end != MACHINE_END_ASLEEP)
                    return;
            }
            break;
        }
        if (r->o->window && state != RSP_SERVER_FREE)
            window_look(r->window);
        if (m->end == MACHINE_END_CLOSED)
            return;
        bool busy = state == RSP_SERVER_RUNNING && !m->soc.core.state.asleep;
        if (m->end == MACHINE_END_ASLEEP || wait || (m->debugged && !busy))
            rsp_server_idle_wait(r->gdb, m->debugged ? 1 : 20);
        if (m->end == MACHINE_END_ASLEEP)
            m->end = MACHINE_RUNNING;
        show_progress(r);
    }
    m->end = MACHINE_END_INTERRUPT;
}

/* Between two looks at the probe. */
static void look_on(void *run)
{
    struct run *r = run;
    if (r->o->window)
        window_look(r->window);
    show_progress(r);
}

static void run_alone(struct run *r)
{
    while (!r->machine.end) {
        run_some(r);
        show_progress(r);
    }
    bool was_asked_for = r->machine.end == MACHINE_END_TIME || r->machine.end == MACHINE_END_TEXT;
    if (r->o->window && !was_asked_for)
        window_stay(r->window);
}

static bool finish(struct run *r, char *err, size_t err_size)
{
    struct machine *m = &r->machine;
    rtt_drain(&m->events.rtt);
    console_flush(&m->console);
    swo_flush(&m->swo);
    if (r->o->progress)
        fputc('\n', stderr);
    bool ok = outputs_close(&r->outputs, err, err_size);
    if (ok && r->o->stats)
        ok = write_stats(r, err, err_size);
    if (ok)
        ok = machine_close_recording(m, err, err_size);
    if (ok && r->o->flash_file)
        ok = machine_save_flash(m, r->o->flash_file, err, err_size);
    return ok;
}

/* Where a channel is that people have to connect to. */
static void tell_where(struct run *r)
{
    const struct run_options *o = r->o;
    const char *const spec[EV_CONSOLES] = {[EV_CONSOLE_UART0] = o->uart0,
                                           [EV_CONSOLE_UART1] = o->uart1,
                                           [EV_CONSOLE_RTT] = o->rtt,
                                           [EV_CONSOLE_USB] = o->usb};
    for (unsigned i = 0; i < EV_CONSOLES; i++)
        if (spec[i] && (!strcmp(spec[i], "pty") || !strncmp(spec[i], "tcp:", 4)))
            fprintf(stderr, "%s is at %s\n", ev_console_name((enum ev_console)i),
                    stream_name(console_stream(&r->machine.console, (enum ev_console)i)));
    if (o->swo && !strncmp(o->swo, "tcp:", 4))
        fprintf(stderr, "SWO is at %s\n", stream_name(r->machine.swo.stream));
}

static int run(struct run *r)
{
    char err[IMAGE_ERR_SIZE];
    const struct run_options *o = r->o;
    struct machine *m = &r->machine;
    if ((o->flash_file && !machine_load_flash(m, o->flash_file, err, sizeof err)) ||
        !machine_load(m, o->firmware, o->n_firmware, err) || !machine_open_recordings(m, err, sizeof err) ||
        (o->gdb && !start_gdb(r, err, sizeof err)) || (o->swd && !run_swd_start(&r->swd, o, m, err, sizeof err)) ||
        !outputs_open(&r->outputs, o, m, err, sizeof err) || (o->stats && !open_stats(r, err, sizeof err)) ||
        !open_window(r, err, sizeof err))
        return fail(err);
    if (o->stats) {
        r->hash = TRACE_HASH_INIT;
        evlog_attach(&m->soc.evlog, TRACE_HASH_KINDS, trace_hash_read, &r->hash);
    }
    for (int signal = SIGINT; signal; signal = signal == SIGINT ? SIGTERM : 0)
        sigaction(signal, &(struct sigaction){.sa_handler = on_signal}, NULL);
    interruptible = m;
    tell_where(r);
    r->started = host_seconds();
    machine_power_on(m);
    if (o->gdb)
        run_with_gdb(r);
    else if (o->swd)
        run_swd_loop(&r->swd, o, look_on, r);
    else
        run_alone(r);
    int status = finish(r, err, sizeof err) ? machine_exit_status(m) : fail(err);
    if (r->window && !window_screenshot_taken(r->window, err, sizeof err)) {
        fail(err);
        status = status ? status : EXIT_NOT_MET;
    }
    interruptible = NULL;
    return status;
}

int command_run(const struct run_options *o)
{
    char err[IMAGE_ERR_SIZE];
    struct machine_config config;
    struct board board;
    if (!board_find(&board, o->board, err, sizeof err))
        return fail(err);
    struct run *r = calloc(1, sizeof *r);
    if (!r)
        return fail("out of memory");
    r->o = o;
    configure(o, &config);
    config.board = &board;
    int status = machine_init(&r->machine, &config, err, sizeof err) ? run(r) : fail(err);
    rsp_server_free(r->gdb);
    run_swd_stop(&r->swd);
    debug_port_close(&r->port);
    if (r->stats && r->stats != stdout)
        fclose(r->stats);
    window_close(r->window);
    outputs_close(&r->outputs, err, sizeof err); /* when the run did not come to its end */
    machine_close(&r->machine);
    free(r);
    return status;
}
