#include "host/tape.h"

#include <stdlib.h>
#include <string.h>

#include "emu/stream.h"

struct bytes {
    uint8_t *at;
    size_t n, room;
};

/* A reading that gave something. */
struct reading {
    uint64_t number;
    size_t length;
};

struct channel {
    struct bytes bytes;
    struct reading *reading;
    size_t n_readings, room;
    uint64_t ended; /* the first reading that learnt of the end; UINT64_MAX: none */
};

struct call {
    size_t data, size; /* what it wrote, in `writes` */
    size_t readings;   /* of semihosting's channel, that belong to it */
    struct tape_answer answer;
};

struct written {
    uint32_t addr, len;
};

struct tape {
    struct channel channel[TAPE_CHANNELS];
    struct bytes writes;
    struct call *call;
    size_t n_calls, room;
    struct call open; /* the call under way */
    size_t reading_before;
    struct tape_place at;
    bool plays;
};

static void *grow(void *array, size_t *room, size_t needed, size_t size)
{
    if (needed <= *room)
        return array;
    *room = needed > 2 * *room ? needed : 2 * *room;
    array = realloc(array, *room * size);
    if (!array)
        abort();
    return array;
}

static void append(struct bytes *b, const void *from, size_t n)
{
    if (!n)
        return;
    b->at = grow(b->at, &b->room, b->n + n, 1);
    memcpy(b->at + b->n, from, n);
    b->n += n;
}

struct tape *tape_new(void)
{
    struct tape *t = calloc(1, sizeof *t);
    if (!t)
        abort();
    for (unsigned i = 0; i < TAPE_CHANNELS; i++)
        t->channel[i].ended = UINT64_MAX;
    return t;
}

void tape_free(struct tape *t)
{
    if (!t)
        return;
    for (unsigned i = 0; i < TAPE_CHANNELS; i++) {
        free(t->channel[i].bytes.at);
        free(t->channel[i].reading);
    }
    free(t->writes.at);
    free(t->call);
    free(t);
}

size_t tape_size(const struct tape *t)
{
    size_t size = sizeof *t + t->writes.room + t->room * sizeof *t->call;
    for (unsigned i = 0; i < TAPE_CHANNELS; i++)
        size += t->channel[i].bytes.room + t->channel[i].room * sizeof(struct reading);
    return size;
}

struct tape_place tape_place(const struct tape *t) { return t->at; }
void tape_go(struct tape *t, const struct tape_place *place) { t->at = *place; }
void tape_play(struct tape *t, bool on) { t->plays = on; }
bool tape_plays(const struct tape *t) { return t->plays; }

void tape_cut(struct tape *t)
{
    for (unsigned i = 0; i < TAPE_CHANNELS; i++) {
        struct channel *c = &t->channel[i];
        c->n_readings = t->at.channel[i].next;
        if (c->ended >= t->at.channel[i].count)
            c->ended = UINT64_MAX;
    }
    t->n_calls = t->at.call;
    t->writes.n = t->n_calls ? t->call[t->n_calls - 1].data + t->call[t->n_calls - 1].size : 0;
}

static void forget_readings(struct channel *c, size_t given)
{
    struct bytes rest = {0};
    append(&rest, c->bytes.at + given, c->bytes.n - given);
    free(c->bytes.at);
    free(c->reading);
    c->bytes = rest;
    c->reading = NULL;
    c->n_readings = c->room = 0;
}

void tape_forget(struct tape *t)
{
    for (unsigned i = 0; i < TAPE_CHANNELS; i++) {
        forget_readings(&t->channel[i], t->at.channel[i].byte);
        t->at.channel[i].next = t->at.channel[i].byte = 0;
    }
    free(t->writes.at);
    free(t->call);
    t->writes = (struct bytes){0};
    t->call = NULL;
    t->n_calls = t->room = t->at.call = 0;
}

/* ---- channels ---------------------------------------------------------------------------------------------------- */

static size_t give(struct tape *t, unsigned channel, void *buf, size_t n)
{
    size_t *byte = &t->at.channel[channel].byte;
    if (n)
        memcpy(buf, t->channel[channel].bytes.at + *byte, n);
    *byte += n;
    return n;
}

static ssize_t play(struct tape *t, unsigned channel, void *buf, size_t size)
{
    const struct channel *c = &t->channel[channel];
    uint64_t number = t->at.channel[channel].count++;
    size_t *next = &t->at.channel[channel].next;
    if (*next < c->n_readings && c->reading[*next].number == number) {
        size_t n = c->reading[(*next)++].length;
        return (ssize_t)give(t, channel, buf, n < size ? n : size);
    }
    return number >= c->ended ? STREAM_ENDED : 0;
}

static void note(struct tape *t, unsigned channel, uint64_t number, size_t length)
{
    struct channel *c = &t->channel[channel];
    c->reading = grow(c->reading, &c->room, c->n_readings + 1, sizeof *c->reading);
    c->reading[c->n_readings++] = (struct reading){number, length};
    t->at.channel[channel].next = c->n_readings;
}

bool tape_input(struct tape *t, unsigned channel, void *buf, size_t size, ssize_t *n)
{
    size_t left = t->channel[channel].bytes.n - t->at.channel[channel].byte;
    if (t->plays) {
        *n = play(t, channel, buf, size);
        return true;
    }
    if (!left || !size)
        return false;
    left = left < size ? left : size;
    note(t, channel, t->at.channel[channel].count++, left);
    *n = (ssize_t)give(t, channel, buf, left);
    return true;
}

void tape_keep(struct tape *t, unsigned channel, const void *bytes, ssize_t n)
{
    struct channel *c = &t->channel[channel];
    uint64_t number = t->at.channel[channel].count++;
    if (n == STREAM_ENDED && c->ended == UINT64_MAX)
        c->ended = number;
    if (n <= 0)
        return;
    note(t, channel, number, (size_t)n);
    append(&c->bytes, bytes, (size_t)n);
    t->at.channel[channel].byte = c->bytes.n;
}

/* ---- semihosting ------------------------------------------------------------------------------------------------- */

void tape_call_begin(struct tape *t)
{
    t->writes.n = t->n_calls ? t->call[t->n_calls - 1].data + t->call[t->n_calls - 1].size : 0;
    t->open = (struct call){.data = t->writes.n};
    t->reading_before = t->at.channel[EV_CONSOLE_SEMIHOSTING].next;
}

void tape_call_write(struct tape *t, uint32_t addr, const void *bytes, uint32_t len)
{
    append(&t->writes, &(struct written){addr, len}, sizeof(struct written));
    append(&t->writes, bytes, len);
}

void tape_call_end(struct tape *t, int outcome, uint32_t result)
{
    struct call *c = &t->open;
    c->size = t->writes.n - c->data;
    c->readings = t->at.channel[EV_CONSOLE_SEMIHOSTING].next - t->reading_before;
    c->answer = (struct tape_answer){outcome, result};
    t->call = grow(t->call, &t->room, t->n_calls + 1, sizeof *t->call);
    t->call[t->n_calls++] = *c;
    t->at.call = t->n_calls;
}

static void skip_readings(struct tape *t, size_t n)
{
    const struct channel *c = &t->channel[EV_CONSOLE_SEMIHOSTING];
    for (; n; n--) {
        const struct reading *r = &c->reading[t->at.channel[EV_CONSOLE_SEMIHOSTING].next++];
        t->at.channel[EV_CONSOLE_SEMIHOSTING].byte += r->length;
        t->at.channel[EV_CONSOLE_SEMIHOSTING].count = r->number + 1;
    }
}

bool tape_call(struct tape *t, bool (*write)(void *ctx, uint32_t addr, const void *bytes, uint32_t len), void *ctx,
               struct tape_answer *answer)
{
    if (t->at.call >= t->n_calls)
        return false;
    const struct call *c = &t->call[t->at.call++];
    for (size_t at = c->data; at < c->data + c->size;) {
        struct written w;
        memcpy(&w, t->writes.at + at, sizeof w);
        write(ctx, w.addr, t->writes.at + at + sizeof w, w.len);
        at += sizeof w + w.len;
    }
    skip_readings(t, c->readings);
    *answer = c->answer;
    return true;
}
