#include "board/signal.h"

#include <stdlib.h>

void signal_mark(struct signal *s, vtime time, uint8_t value)
{
    if (!s->change && !(s->change = malloc(SIGNAL_CHANGES * sizeof *s->change)))
        abort();
    s->change[s->n++ % SIGNAL_CHANGES] = time << 8 | value;
}

void signal_set(struct signal *s, vtime time, uint8_t value)
{
    if (!s->n) {
        if (value)
            signal_mark(s, time, value);
        return;
    }
    uint64_t *last = &s->change[(s->n - 1) % SIGNAL_CHANGES];
    if ((uint8_t)*last == value)
        return;
    if (*last >> 8 == time)
        *last = time << 8 | value;
    else
        signal_mark(s, time, value);
}

void signal_free(struct signal *s)
{
    free(s->change);
    *s = (struct signal){0};
}

uint64_t signal_after(const struct signal *s, vtime time)
{
    uint64_t low = signal_first(s), high = s->n;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (signal_time(s, middle) <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint8_t signal_at(const struct signal *s, vtime time, uint8_t otherwise)
{
    uint64_t next = signal_after(s, time);
    return next > signal_first(s) ? signal_value(s, next - 1) : otherwise;
}

unsigned signal_share(const struct signal *s, vtime from, vtime to, uint8_t mask, uint8_t wanted, uint8_t otherwise)
{
    uint64_t next = signal_after(s, from);
    uint8_t value = next > signal_first(s) ? signal_value(s, next - 1) : otherwise;
    vtime at = from, sum = 0;
    if (to <= from)
        return (value & mask) == wanted ? 255 : 0;
    for (; at < to; next++) {
        vtime until = next < s->n && signal_time(s, next) < to ? signal_time(s, next) : to;
        sum += (value & mask) == wanted ? until - at : 0;
        at = until;
        value = next < s->n ? signal_value(s, next) : value;
    }
    return (unsigned)(sum * 255 / (to - from));
}

/* ---- on pixels ---- */

int axis_x(const struct axis *a, vtime time)
{
    double x = ((double)time - (double)a->from) * a->width / (double)a->span;
    double far = 100000;
    return a->x + (int)(x < -far ? -far : x > far ? far : x);
}

vtime axis_time(const struct axis *a, int x)
{
    double t = (double)a->from + (double)(x - a->x) * (double)a->span / a->width;
    return t < 0 ? 0 : (vtime)t;
}

static int clamp(int x, int low, int high) { return x < low ? low : x > high ? high : x; }

/* The changes that fall into the same pixel as `first` does. */
static uint64_t pixel_end(const struct signal *s, const struct axis *a, uint64_t first, int x)
{
    enum { WALK = 8 };
    uint64_t i = first + 1;
    for (unsigned n = 0; n < WALK && i < s->n; n++, i++)
        if (axis_x(a, signal_time(s, i)) > x)
            return i;
    if (i == s->n)
        return i;
    uint64_t end = signal_after(s, axis_time(a, x + 1));
    while (end > i && axis_x(a, signal_time(s, end - 1)) > x) /* rounding */
        end--;
    return end > i ? end : i;
}

/* What all changes of a pixel were; of very many, the last ones. */
static uint8_t values_seen(const struct signal *s, uint64_t first, uint64_t end)
{
    enum { ENOUGH = 32 };
    uint8_t seen = 0;
    for (uint64_t i = end - first > ENOUGH ? end - ENOUGH : first; i < end; i++)
        seen |= signal_value(s, i);
    return seen;
}

void signal_runs(const struct signal *s, const struct axis *a, vtime now,
                 void (*draw)(void *ctx, const struct signal_run *run), void *ctx)
{
    int right = clamp(axis_x(a, now), a->x, a->x + a->width);
    uint64_t i = signal_after(s, a->from);
    bool known = i > signal_first(s);
    struct signal_run r = {.x = a->x, .value = known ? signal_value(s, i - 1) : 0};
    if (!known && s->n > SIGNAL_CHANGES) /* what was before is forgotten */
        r.x = clamp(axis_x(a, signal_time(s, i)), a->x, right);
    while (r.x < right) {
        int x = i < s->n ? clamp(axis_x(a, signal_time(s, i)), r.x, right) : right;
        if (x > r.x) {
            r.width = x - r.x;
            draw(ctx, &r);
            r.begins = false;
        }
        r.x = x;
        if (x == right)
            break;
        uint64_t end = pixel_end(s, a, i, x);
        r.first = i;
        r.last = end - 1;
        r.begins = true;
        r.value = signal_value(s, end - 1);
        if (end - i > 1) {
            uint8_t before = i > signal_first(s) ? signal_value(s, i - 1) : 0;
            struct signal_run busy = r;
            busy.width = 1;
            busy.busy = true;
            busy.seen = (uint8_t)(before | values_seen(s, i, end));
            draw(ctx, &busy);
            r.begins = false;
            r.x++;
        }
        i = end;
    }
}
