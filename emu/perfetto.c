#include "emu/perfetto.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/pin.h"

enum {
    CORE = 1, /* processes */
    PENDING,
    PERIPHERALS,
    PINS,
    LINES,
    CONSOLE,
    EXCEPTIONS_TRACK = 1,
    SLEEP_TRACK = 2,
    MAX_EXCEPTIONS = 256,
    MAX_TRACKS = 4096, /* of peripherals: pages of the APB and AHB */
    LINE_MAX_BYTES = 200,
};

struct line {
    uint8_t text[LINE_MAX_BYTES];
    unsigned n;
    bool begun;
    vtime since;
};

struct perfetto {
    FILE *file;
    struct evlog *log;
    struct perfetto_names names;
    unsigned written; /* events */
    uint16_t active[MAX_EXCEPTIONS];
    unsigned n_active;
    bool asleep;
    bool pending[MAX_EXCEPTIONS];
    bool track_named[MAX_TRACKS];
    bool channel_named[EV_CONSOLES];
    struct line line[EV_CONSOLES];
};

/* ---- JSON ---- */

static void put_time(struct perfetto *t, const char *key, vtime at)
{
    /* 1/512 us is 0.001953125 us */
    fprintf(t->file, ",\"%s\":%" PRIu64 ".%09" PRIu64, key, at / VTIME_PER_US, at % VTIME_PER_US * 1953125);
}

static void put_string(struct perfetto *t, const char *key, const uint8_t *text, size_t n)
{
    fprintf(t->file, ",\"%s\":\"", key);
    for (size_t i = 0; i < n; i++)
        if (text[i] == '"' || text[i] == '\\')
            fprintf(t->file, "\\%c", text[i]);
        else if (text[i] < 0x20 || text[i] >= 0x7F) /* of bytes that are no ASCII nobody knows the meaning */
            fprintf(t->file, "\\u%04x", text[i]);
        else
            fputc(text[i], t->file);
    fputc('"', t->file);
}

static void put_name(struct perfetto *t, const char *name)
{
    put_string(t, "name", (const uint8_t *)name, strlen(name));
}

static void begin(struct perfetto *t, char phase, unsigned process, unsigned track)
{
    fprintf(t->file, "%s{\"ph\":\"%c\",\"pid\":%u,\"tid\":%u", t->written++ ? ",\n" : "", phase, process, track);
}

static void begin_at(struct perfetto *t, char phase, unsigned process, unsigned track, vtime at)
{
    begin(t, phase, process, track);
    put_time(t, "ts", at);
}

static void end(struct perfetto *t) { fputc('}', t->file); }

static void call_it(struct perfetto *t, const char *what, unsigned process, unsigned track, const char *name)
{
    begin(t, 'M', process, track);
    put_name(t, what);
    fprintf(t->file, ",\"args\":{\"name\":\"%s\"}", name);
    end(t);
}

static void put_instant(struct perfetto *t, unsigned process, unsigned track, vtime at, const char *name)
{
    begin_at(t, 'i', process, track, at);
    put_name(t, name);
    fputs(",\"s\":\"t\"", t->file);
    end(t);
}

static void put_counter(struct perfetto *t, unsigned process, const char *name, vtime at, unsigned level)
{
    begin_at(t, 'C', process, 0, at);
    put_name(t, name);
    fprintf(t->file, ",\"args\":{\"level\":%u}", level);
    end(t);
}

/* ---- exceptions and sleep ---- */

static const char *exception_name(struct perfetto *t, unsigned number, char *buf)
{
    return t->names.exception(number, buf, PERFETTO_NAME);
}

static void put_pending(struct perfetto *t, unsigned number, vtime at, bool pending)
{
    char name[PERFETTO_NAME];
    if (number >= MAX_EXCEPTIONS || t->pending[number] == pending)
        return;
    t->pending[number] = pending;
    begin_at(t, pending ? 'b' : 'e', PENDING, 0, at);
    put_name(t, exception_name(t, number, name));
    fprintf(t->file, ",\"cat\":\"pending\",\"id\":%u", number);
    end(t);
}

static void activate(struct perfetto *t, const struct ev *e, const char *how)
{
    char name[PERFETTO_NAME];
    if (t->n_active == MAX_EXCEPTIONS)
        return;
    put_pending(t, e->a, e->time, false);
    t->active[t->n_active++] = (uint16_t)e->a;
    begin_at(t, 'B', CORE, EXCEPTIONS_TRACK, e->time);
    put_name(t, exception_name(t, e->a, name));
    fprintf(t->file, ",\"args\":{\"number\":%u,\"how\":\"%s\"}", e->a, how);
    end(t);
}

/* Returns that leave out others (CCR.NONBASETHRDENA) end those too. */
static void deactivate(struct perfetto *t, unsigned number, vtime at)
{
    unsigned n = t->n_active;
    while (n && t->active[n - 1] != number)
        n--;
    for (; n && t->n_active >= n; t->n_active--) {
        begin_at(t, 'E', CORE, EXCEPTIONS_TRACK, at);
        end(t);
    }
}

static void on_entry(struct perfetto *t, const struct ev *e) { activate(t, e, "entry"); }

static void on_tail_chain(struct perfetto *t, const struct ev *e)
{
    deactivate(t, e->b, e->time);
    activate(t, e, "tail-chain");
}

static void on_late_arrival(struct perfetto *t, const struct ev *e)
{
    char name[PERFETTO_NAME], text[PERFETTO_NAME + 32];
    snprintf(text, sizeof text, "late arrival, before %s", exception_name(t, e->b, name));
    put_instant(t, CORE, EXCEPTIONS_TRACK, e->time, text);
}

static void on_return(struct perfetto *t, const struct ev *e) { deactivate(t, e->a, e->time); }

static void put_what_happened(struct perfetto *t, const struct ev *e)
{
    put_instant(t, CORE, EXCEPTIONS_TRACK, e->time, ev_kind_name(e->kind));
}

static void set_asleep(struct perfetto *t, vtime at, const char *how)
{
    if (t->asleep == (how != NULL))
        return;
    t->asleep = how != NULL;
    begin_at(t, how ? 'B' : 'E', CORE, SLEEP_TRACK, at);
    if (how)
        put_name(t, how);
    end(t);
}

static void on_sleep(struct perfetto *t, const struct ev *e)
{
    static const char *const how[] = {"WFI", "WFE", "sleep-on-exit", "System OFF"};
    set_asleep(t, e->time, how[e->a & 3]);
}

static void on_wake(struct perfetto *t, const struct ev *e) { set_asleep(t, e->time, NULL); }

static void on_reset(struct perfetto *t, const struct ev *e)
{
    while (t->n_active)
        deactivate(t, t->active[0], e->time);
    for (unsigned i = 0; i < MAX_EXCEPTIONS; i++)
        put_pending(t, i, e->time, false);
    set_asleep(t, e->time, NULL);
    put_what_happened(t, e);
}

static void on_pend(struct perfetto *t, const struct ev *e) { put_pending(t, e->a, e->time, e->b); }

/* ---- peripherals, pins, console ---- */

static void on_register(struct perfetto *t, const struct ev *e)
{
    char name[PERFETTO_NAME];
    unsigned track = e->a % MAX_TRACKS;
    t->names.reg(t->names.ctx, e->b, name);
    char *point = strchr(name, '.');
    if (point)
        *point = '\0';
    if (!t->track_named[track])
        call_it(t, "thread_name", PERIPHERALS, track + 1, name);
    t->track_named[track] = true;
    put_instant(t, PERIPHERALS, track + 1, e->time, point ? point + 1 : name);
}

static void on_pin(struct perfetto *t, const struct ev *e) { put_counter(t, PINS, pin_name(e->a), e->time, e->b); }

static void on_irq_line(struct perfetto *t, const struct ev *e)
{
    char name[PERFETTO_NAME];
    if (!*t->names.irq(e->a, name, sizeof name))
        snprintf(name, sizeof name, "IRQ%u", e->a);
    put_counter(t, LINES, name, e->time, e->b);
}

static void end_line(struct perfetto *t, unsigned channel, vtime at)
{
    struct line *l = &t->line[channel];
    if (!l->begun)
        return;
    begin_at(t, 'X', CONSOLE, channel + 1, l->since);
    put_time(t, "dur", at - l->since);
    put_string(t, "name", l->text, l->n);
    end(t);
    l->n = 0;
    l->begun = false;
}

static void on_console(struct perfetto *t, const struct ev *e)
{
    if (e->a >= EV_CONSOLES)
        return;
    struct line *l = &t->line[e->a];
    if (!t->channel_named[e->a])
        call_it(t, "thread_name", CONSOLE, e->a + 1, ev_console_name((enum ev_console)e->a));
    t->channel_named[e->a] = true;
    if (!l->begun)
        l->since = e->time;
    l->begun = true;
    if (e->b == '\n')
        end_line(t, e->a, e->time);
    else if (l->n < LINE_MAX_BYTES && e->b != '\r')
        l->text[l->n++] = (uint8_t)e->b;
}

static void (*const meaning[EV_KINDS])(struct perfetto *, const struct ev *) = {
    [EV_ENTRY] = on_entry,
    [EV_TAILCHAIN] = on_tail_chain,
    [EV_LATE_ARRIVAL] = on_late_arrival,
    [EV_RETURN] = on_return,
    [EV_FAULT] = put_what_happened,
    [EV_SLEEP] = on_sleep,
    [EV_WAKE] = on_wake,
    [EV_LOCKUP] = put_what_happened,
    [EV_RESET] = on_reset,
    [EV_IRQ_LINE] = on_irq_line,
    [EV_PEND] = on_pend,
    [EV_PIN] = on_pin,
    [EV_TASK] = on_register,
    [EV_EVENT] = on_register,
    [EV_CONSOLE] = on_console,
};

static void read_event(void *ctx, const struct ev *e) { meaning[e->kind](ctx, e); }

/* ---- the file ---- */

bool perfetto_open(struct perfetto **out, const char *path, struct evlog *log, const struct perfetto_names *names,
                   char *err, size_t err_size)
{
    static const char *const process[] = {[CORE] = "core", [PENDING] = "pending",       [PERIPHERALS] = "peripherals",
                                          [PINS] = "pins", [LINES] = "interrupt lines", [CONSOLE] = "console"};
    struct perfetto *t = calloc(1, sizeof *t);
    if (!t)
        abort();
    t->file = fopen(path, "we");
    if (!t->file) {
        snprintf(err, err_size, "%s: %s", path, strerror(errno));
        free(t);
        return false;
    }
    t->log = log;
    t->names = *names;
    fputs("{\"displayTimeUnit\":\"ns\",\"otherData\":{\"creator\":\"nrfemu\"},\"traceEvents\":[\n", t->file);
    for (unsigned i = CORE; i <= CONSOLE; i++)
        call_it(t, "process_name", i, 0, process[i]);
    call_it(t, "thread_name", CORE, EXCEPTIONS_TRACK, "exceptions");
    call_it(t, "thread_name", CORE, SLEEP_TRACK, "sleep");
    uint32_t kinds = 0;
    for (unsigned kind = 0; kind < EV_KINDS; kind++)
        kinds |= meaning[kind] ? 1u << kind : 0;
    evlog_attach(log, kinds, read_event, t);
    *out = t;
    return true;
}

bool perfetto_close(struct perfetto *t, char *err, size_t err_size)
{
    if (!t)
        return true;
    vtime now = *t->log->now;
    while (t->n_active)
        deactivate(t, t->active[0], now);
    for (unsigned i = 0; i < MAX_EXCEPTIONS; i++)
        put_pending(t, i, now, false);
    for (unsigned i = 0; i < EV_CONSOLES; i++)
        end_line(t, i, now);
    set_asleep(t, now, NULL);
    evlog_detach(t->log, t);
    fputs("\n]}\n", t->file);
    bool good = !ferror(t->file);
    good = fclose(t->file) == 0 && good;
    if (!good)
        snprintf(err, err_size, "the trace could not be written");
    free(t);
    return good;
}
