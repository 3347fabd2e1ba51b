#include "host/replay.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/duration.h"
#include "emu/quoted.h"
#include "emu/stream.h"

enum { MAX_BYTES = 64 << 20, ACTION = EV_CONSOLES };

struct entry {
    vtime time;
    unsigned channel; /* enum ev_console, or ACTION */
    bool end;         /* of the channel's input */
    size_t length;    /* of what was given */
    uint8_t *bytes;
};

struct replay {
    const vtime *now;
    vtime stop;
    struct entry *entry; /* in order of time */
    size_t n_entries, capacity;
    struct {
        size_t next;  /* entry to look at */
        size_t given; /* bytes of it */
    } channel[EV_CONSOLES];
};

struct parse {
    struct replay *r;
    struct record_header *header;
    const char *name;
    unsigned line;
    char *err;
    size_t err_size;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct parse *p, const char *format, ...)
{
    char why[128];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    if (p->line)
        snprintf(p->err, p->err_size, "%s: line %u: %s", p->name, p->line, why);
    else
        snprintf(p->err, p->err_size, "%s: %s", p->name, why);
    for (char *c = p->err; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = '?';
    return false;
}

/* ---- lines ---- */

static const char *skip_spaces(const char *p) { return p + strspn(p, " \t\r"); }
static size_t word_length(const char *p) { return strcspn(p, " \t\r"); }
static bool is_word(const char *p, size_t n, const char *word) { return strlen(word) == n && !memcmp(p, word, n); }

static bool copy_word(struct parse *p, const char *from, char into[RECORD_WORD])
{
    size_t n = word_length(from);
    if (!n || n >= RECORD_WORD || *skip_spaces(from + n))
        return fail(p, "one word of at most %d characters is expected", RECORD_WORD - 1);
    memcpy(into, from, n);
    into[n] = '\0';
    return true;
}

static bool read_number(struct parse *p, const char *from, int base, uint64_t *into)
{
    char *end;
    errno = 0;
    *into = strtoull(from, &end, base);
    return (isxdigit((unsigned char)*from) && !errno && !*skip_spaces(end)) || fail(p, "a number is expected");
}

static bool read_version(struct parse *p, const char *value) { return copy_word(p, value, p->header->version); }
static bool read_board(struct parse *p, const char *value) { return copy_word(p, value, p->header->board); }
static bool read_image(struct parse *p, const char *value) { return read_number(p, value, 16, &p->header->image); }
static bool read_seed(struct parse *p, const char *value) { return read_number(p, value, 10, &p->header->seed); }

static const struct {
    const char *name;
    bool (*read)(struct parse *p, const char *value);
} headers[] = {{"version", read_version}, {"board", read_board}, {"image", read_image}, {"seed", read_seed}};

static bool read_header(struct parse *p, const char *line)
{
    size_t n = word_length(line);
    for (unsigned i = 0; i < sizeof headers / sizeof *headers; i++)
        if (is_word(line, n, headers[i].name))
            return headers[i].read(p, skip_spaces(line + n));
    return fail(p, "a line is 'TIME CHANNEL \"bytes\"', 'TIME CHANNEL end' or 'TIME stop'");
}

static struct entry *new_entry(struct replay *r)
{
    if (r->n_entries == r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : 64;
        r->entry = realloc(r->entry, r->capacity * sizeof *r->entry);
        if (!r->entry)
            abort();
    }
    return memset(&r->entry[r->n_entries++], 0, sizeof *r->entry);
}

static bool read_what(struct parse *p, const char *what, struct entry *e)
{
    if (e->channel != ACTION && is_word(what, word_length(what), "end")) {
        e->end = true;
        return !*skip_spaces(what + 3) || fail(p, "nothing comes behind 'end'");
    }
    e->bytes = malloc(strlen(what) + 1);
    if (!e->bytes)
        abort();
    const char *rest = quoted_parse(what, e->bytes, &e->length);
    e->bytes[rest ? e->length : 0] = '\0';
    return (rest && !*skip_spaces(rest)) ||
           fail(p, "expected \"bytes\" with \\n \\r \\t \\0 \\\" \\\\ or \\xHH in them, or 'end'");
}

/* EV_CONSOLES and more: there is none. */
static unsigned find_channel(const char *word, size_t n)
{
    unsigned channel = 0;
    if (is_word(word, n, RECORD_ACTION))
        return ACTION;
    while (channel < EV_CONSOLES && !is_word(word, n, ev_console_name((enum ev_console)channel)))
        channel++;
    return channel < EV_CONSOLES ? channel : ACTION + 1;
}

static bool read_entry(struct parse *p, const char *line)
{
    size_t n = word_length(line);
    vtime time;
    if (!duration_parse(line, n, &time))
        return fail(p, "'%.*s' is no time, such as 1500us or 2.5ms", n < 40 ? (int)n : 40, line);
    const char *word = skip_spaces(line + n);
    n = word_length(word);
    if (is_word(word, n, "stop")) {
        p->r->stop = time;
        return !*skip_spaces(word + n) || fail(p, "nothing comes behind 'stop'");
    }
    unsigned channel = find_channel(word, n);
    if (channel > ACTION)
        return fail(p, "the channel is uart0, uart1, rtt, semihosting or usb");
    struct entry *e = new_entry(p->r);
    e->time = time;
    e->channel = channel;
    return read_what(p, skip_spaces(word + n), e);
}

static bool read_line(struct parse *p, const char *line)
{
    line = skip_spaces(line);
    if (p->line == 1)
        return (!strncmp(line, RECORD_MAGIC, strlen(RECORD_MAGIC)) && !*skip_spaces(line + strlen(RECORD_MAGIC))) ||
               fail(p, "not a recording: it begins with '" RECORD_MAGIC "'");
    if (!*line || *line == '#')
        return true;
    return isdigit((unsigned char)*line) ? read_entry(p, line) : read_header(p, line);
}

/* ---- files ---- */

/* People may have put lines in anywhere; equal times stay in order. */
static void sort(struct replay *r)
{
    for (size_t i = 1; i < r->n_entries; i++) {
        struct entry e = r->entry[i];
        size_t at = i;
        for (; at && r->entry[at - 1].time > e.time; at--)
            r->entry[at] = r->entry[at - 1];
        r->entry[at] = e;
    }
}

static bool read_lines(struct parse *p, const char *text, size_t size)
{
    bool good = true;
    if (!size || strlen(text) != size)
        return fail(p, size ? "there is a 0 byte in it" : "is empty");
    while (*text && good) {
        size_t n = strcspn(text, "\n");
        char *line = strndup(text, n);
        if (!line)
            abort();
        p->line++;
        good = read_line(p, line);
        free(line);
        text += n + (text[n] == '\n');
    }
    return good;
}

struct replay *replay_parse(const char *name, const char *text, size_t size, struct record_header *header,
                            const vtime *now, char *err, size_t err_size)
{
    struct replay *r = calloc(1, sizeof *r);
    struct parse p = {.r = r, .header = header, .name = name, .err = err, .err_size = err_size};
    if (!r)
        abort();
    *header = (struct record_header){0};
    r->now = now;
    r->stop = VTIME_NEVER;
    if (!read_lines(&p, text, size)) {
        replay_free(r);
        return NULL;
    }
    sort(r);
    return r;
}

/* All of the file with a 0 behind it, to be freed; NULL when it cannot be read. */
static char *read_all(FILE *f, size_t *size)
{
    char *text = calloc(1, 1);
    size_t n = 1;
    for (*size = 0; text && n && *size < MAX_BYTES; *size += n) {
        enum { CHUNK = 4096 };
        text = realloc(text, *size + CHUNK + 1);
        if (!text)
            abort();
        n = fread(text + *size, 1, CHUNK, f);
        text[*size + n] = '\0';
    }
    if (!ferror(f))
        return text;
    free(text);
    return NULL;
}

static char *read_file(struct parse *p, size_t *size)
{
    FILE *f = fopen(p->name, "re");
    char *text = f ? read_all(f, size) : NULL;
    if (!text)
        fail(p, "%s", strerror(errno));
    if (f)
        fclose(f);
    if (!text || *size < MAX_BYTES)
        return text;
    fail(p, "is larger than %d MiB", MAX_BYTES >> 20);
    free(text);
    return NULL;
}

struct replay *replay_load(const char *path, struct record_header *header, const vtime *now, char *err, size_t err_size)
{
    struct parse p = {.name = path, .err = err, .err_size = err_size};
    size_t size;
    char *text = read_file(&p, &size);
    struct replay *r = text ? replay_parse(path, text, size, header, now, err, err_size) : NULL;
    free(text);
    return r;
}

void replay_free(struct replay *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->n_entries; i++)
        free(r->entry[i].bytes);
    free(r->entry);
    free(r);
}

/* ---- replaying ---- */

/* What the channel is given next; NULL when the recording has no more for it. */
static struct entry *next_entry(struct replay *r, enum ev_console channel)
{
    size_t *next = &r->channel[channel].next;
    while (*next < r->n_entries && r->entry[*next].channel != channel)
        ++*next;
    return *next < r->n_entries ? &r->entry[*next] : NULL;
}

ssize_t replay_input(struct replay *r, enum ev_console channel, void *buf, size_t size)
{
    const struct entry *e = next_entry(r, channel);
    bool waits = channel == EV_CONSOLE_SEMIHOSTING;
    if (!e)
        return waits ? STREAM_ENDED : 0;
    if (e->time > *r->now && !waits)
        return 0;
    if (e->end)
        return STREAM_ENDED;
    size_t *given = &r->channel[channel].given, n = e->length - *given;
    n = n < size ? n : size;
    if (n)
        memcpy(buf, e->bytes + *given, n);
    *given += n;
    if (*given == e->length) {
        *given = 0;
        r->channel[channel].next++;
    }
    return (ssize_t)n;
}

const char *replay_action(const struct replay *r, unsigned n, vtime *time)
{
    for (size_t i = 0; i < r->n_entries; i++) {
        if (r->entry[i].channel != ACTION || n--)
            continue;
        *time = r->entry[i].time;
        return (const char *)r->entry[i].bytes;
    }
    return NULL;
}

vtime replay_stop(const struct replay *r) { return r->stop; }
