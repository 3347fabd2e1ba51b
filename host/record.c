#include "host/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/quoted.h"
#include "emu/stream.h"

struct record {
    FILE *file;
    const vtime *now;
    bool ended[EV_CONSOLES];
    vtime nothing_at[EV_CONSOLES];
    char *path;
};

struct record *record_create(const char *path, const struct record_header *h, const vtime *now, char *err,
                             size_t err_size)
{
    FILE *file = fopen(path, "we");
    struct record *r = calloc(1, sizeof *r);
    if (!file) {
        snprintf(err, err_size, "%s: %s", path, strerror(errno));
        free(r);
        return NULL;
    }
    if (!r || !(r->path = strdup(path)))
        abort();
    r->file = file;
    r->now = now;
    for (unsigned channel = 0; channel < EV_CONSOLES; channel++)
        r->nothing_at[channel] = VTIME_NEVER;
    fprintf(file, RECORD_MAGIC "\nversion %s\nimage %016" PRIx64 "\nboard %s\nseed %" PRIu64 "\n", h->version, h->image,
            h->board, h->seed);
    fflush(file);
    return r;
}

/* A unit is 1/512 µs: nine decimals show it exactly. */
static void put_time(FILE *f, vtime t)
{
    char decimals[16];
    unsigned last = 9;
    snprintf(decimals, sizeof decimals, ".%09" PRIu64, t % VTIME_PER_US * 1000000000 / VTIME_PER_US);
    while (last && decimals[last] == '0')
        decimals[last--] = '\0';
    fprintf(f, "%" PRIu64 "%sus", t / VTIME_PER_US, last ? decimals : "");
}

/* Each line goes out at once: what led to a crash is what one wants to replay. */
static void end_line(struct record *r)
{
    putc('\n', r->file);
    fflush(r->file);
}

void record_input(struct record *r, enum ev_console channel, const void *bytes, ssize_t n)
{
    if (!n)
        r->nothing_at[channel] = *r->now;
    if (!n || r->ended[channel])
        return;
    put_time(r->file, *r->now);
    fprintf(r->file, " %s ", ev_console_name(channel));
    r->ended[channel] = n == STREAM_ENDED;
    if (n > 0)
        quoted_print(r->file, bytes, (size_t)n);
    else
        fputs("end", r->file);
    end_line(r);
}

bool record_may_read(const struct record *r, enum ev_console channel)
{
    return channel == EV_CONSOLE_SEMIHOSTING || r->nothing_at[channel] != *r->now;
}

void record_action(struct record *r, const char *action)
{
    put_time(r->file, *r->now);
    fputs(" " RECORD_ACTION " ", r->file);
    quoted_print(r->file, action, strlen(action));
    end_line(r);
}

void record_stop(struct record *r)
{
    put_time(r->file, *r->now);
    fputs(" stop", r->file);
    end_line(r);
}

bool record_close(struct record *r, char *err, size_t err_size)
{
    if (!r)
        return true;
    bool good = !ferror(r->file);
    good = fclose(r->file) == 0 && good;
    if (!good)
        snprintf(err, err_size, "%s: cannot be written", r->path);
    free(r->path);
    free(r);
    return good;
}
