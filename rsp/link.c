#include "rsp/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/duration.h"
#include "emu/random.h"

enum { MILLION = 1000000 };

/* ---- the option -------------------------------------------------------------------------------------------------- */

static bool take_probability(const char *text, size_t len, void *to)
{
    char number[24], *end;

    if (len == 0 || len >= sizeof number)
        return false;
    snprintf(number, sizeof number, "%.*s", (int)len, text);
    double p = strtod(number, &end);
    if (strcmp(end, "%") == 0)
        p /= 100;
    else if (*end)
        return false;
    if (end == number || !(p >= 0 && p <= 1))
        return false;
    *(uint32_t *)to = (uint32_t)(p * MILLION + 0.5);
    return true;
}

static bool take_delay(const char *text, size_t len, void *to)
{
    enum { LONGEST_S = 60 };
    vtime delay;

    if (!duration_parse(text, len, &delay) || delay > LONGEST_S * VTIME_PER_S)
        return false;
    *(uint32_t *)to = (uint32_t)(delay / VTIME_PER_MS);
    return true;
}

static bool take_flag(const char *text, size_t len, void *to)
{
    *(bool *)to = true;
    return !text;
}

static bool take_seed(const char *text, size_t len, void *to)
{
    char *end;

    *(uint64_t *)to = strtoull(text, &end, 0);
    return len > 0 && end == text + len && *text != '-';
}

static const struct {
    const char *name;
    bool has_value;
    bool (*take)(const char *text, size_t len, void *to);
    size_t offset;
} fields[] = {
    {"drop", true, take_probability, offsetof(struct rsp_link_faults, drop)},
    {"corrupt", true, take_probability, offsetof(struct rsp_link_faults, corrupt)},
    {"dup", true, take_probability, offsetof(struct rsp_link_faults, dup)},
    {"delay", true, take_delay, offsetof(struct rsp_link_faults, delay_ms)},
    {"split", false, take_flag, offsetof(struct rsp_link_faults, split)},
    {"seed", true, take_seed, offsetof(struct rsp_link_faults, seed)},
};

/* One of the fields, `len` characters long. */
static bool take_field(const char *text, size_t len, struct rsp_link_faults *f)
{
    const char *equals = memchr(text, '=', len);
    size_t name = equals ? (size_t)(equals - text) : len;

    for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strlen(fields[i].name) != name || memcmp(fields[i].name, text, name) != 0)
            continue;
        if (fields[i].has_value && !equals)
            return false;
        return fields[i].take(equals ? equals + 1 : NULL, equals ? len - name - 1 : 0, (char *)f + fields[i].offset);
    }
    return false;
}

bool rsp_link_parse(const char *spec, struct rsp_link_faults *f, char *err, size_t err_size)
{
    *f = (struct rsp_link_faults){0};
    for (const char *at = spec;; at++) {
        size_t len = strcspn(at, ",");
        if (!take_field(at, len, f)) {
            snprintf(err, err_size,
                     "'%.*s' is none of drop=P, corrupt=P, dup=P (0.05 or 5%%), delay=20ms, split, seed=N",
                     (int)(len < 40 ? len : 40), at);
            return false;
        }
        at += len;
        if (!*at)
            return true;
    }
}

/* ---- one direction ----------------------------------------------------------------------------------------------- */

static bool happens(struct rsp_link_way *w, uint32_t probability)
{
    return random_next(&w->random) % MILLION < probability;
}

/* A message that finds no room is lost, too. */
static void enqueue(struct rsp_link_way *w, const uint8_t *data, size_t size, uint64_t due_ms)
{
    if (w->n == RSP_LINK_MESSAGES || size > sizeof w->bytes - w->used) {
        w->counters.dropped++;
        return;
    }
    memcpy(w->bytes + w->used, data, size);
    w->used += size;
    w->message[w->n].due_ms = due_ms;
    w->message[w->n++].len = size;
}

static void damage(uint8_t *data, size_t size, uint64_t where)
{
    bool packet = size > 4 && data[0] == '$';
    uint8_t *byte = data + (packet ? 1 + where / 8 % (size - 4) : where / 8 % size);
    uint8_t bit = (uint8_t)(1u << where % 8);

    *byte ^= packet && (*byte ^ bit) == '#' ? bit ^ 0x11 : bit;
}

/* Every message takes the same number of random numbers, whatever becomes of it. */
static void travel(struct rsp_link_way *w, const uint8_t *data, size_t size, uint64_t now_ms)
{
    bool dropped = happens(w, w->faults->drop), damaged = happens(w, w->faults->corrupt);
    bool twice = happens(w, w->faults->dup);
    uint64_t where = random_next(&w->random);
    uint8_t copy[RSP_FRAME_MAX];

    w->counters.messages++;
    w->counters.dropped += dropped;
    if (dropped)
        return;
    memcpy(copy, data, size);
    w->counters.corrupted += damaged;
    w->counters.duplicated += twice;
    if (damaged)
        damage(copy, size, where);
    enqueue(w, copy, size, now_ms + w->faults->delay_ms);
    if (twice)
        enqueue(w, copy, size, now_ms + w->faults->delay_ms);
}

static void deliver(struct rsp_link_way *w, const uint8_t *data, size_t size)
{
    enum { PIECE_MAX = 8 };

    while (size > 0) {
        size_t part = w->faults->split ? 1 + random_next(&w->random) % PIECE_MAX : size;
        part = part < size ? part : size;
        w->deliver(w->ctx, data, part);
        data += part;
        size -= part;
    }
}

static uint64_t poll_way(struct rsp_link_way *w, uint64_t now_ms)
{
    uint8_t copy[RSP_FRAME_MAX];

    while (w->n > 0 && w->message[0].due_ms <= now_ms) {
        size_t len = w->message[0].len;
        memcpy(copy, w->bytes, len);
        w->used -= len;
        w->n--;
        memmove(w->bytes, w->bytes + len, w->used);
        memmove(w->message, w->message + 1, w->n * sizeof w->message[0]);
        deliver(w, copy, len);
    }
    return w->n > 0 ? w->message[0].due_ms : UINT64_MAX;
}

/* ---- both -------------------------------------------------------------------------------------------------------- */

void rsp_link_init(struct rsp_link *l, const struct rsp_link_faults *f, unsigned number,
                   void (*in)(void *, const void *, size_t), void (*out)(void *, const void *, size_t), void *ctx)
{
    memset(l, 0, sizeof *l);
    l->faults = *f;
    l->in = (struct rsp_link_way){.deliver = in, .ctx = ctx, .random = random_source(f->seed, 2 * number)};
    l->out = (struct rsp_link_way){.deliver = out, .ctx = ctx, .random = random_source(f->seed, 2 * number + 1)};
    l->in.faults = l->out.faults = &l->faults;
}

/* Is what begins in `partial` a whole message? What is too long for one goes on as it is. */
static bool is_whole(const struct rsp_link *l)
{
    if (l->partial[0] != '$' || l->len == sizeof l->partial)
        return true;
    return l->len >= 4 && l->partial[l->len - 3] == '#';
}

void rsp_link_receive(struct rsp_link *l, const void *data, size_t size, uint64_t now_ms)
{
    const uint8_t *at = data;

    for (size_t i = 0; i < size; i++) {
        l->partial[l->len++] = at[i];
        if (!is_whole(l))
            continue;
        travel(&l->in, l->partial, l->len, now_ms);
        l->len = 0;
    }
    rsp_link_poll(l, now_ms);
}

void rsp_link_send(struct rsp_link *l, const void *data, size_t size, uint64_t now_ms)
{
    if (size > 0)
        travel(&l->out, data, size, now_ms);
    if (l->faults.delay_ms == 0)
        poll_way(&l->out, now_ms);
}

uint64_t rsp_link_poll(struct rsp_link *l, uint64_t now_ms)
{
    uint64_t in = poll_way(&l->in, now_ms), out = poll_way(&l->out, now_ms);

    return in < out ? in : out;
}
