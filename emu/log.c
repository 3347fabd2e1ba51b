#include "emu/log.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

enum { LINE_SIZE = 1024 }; /* longer messages are cut */

static const char *const level_name[] = {
    [LOG_ERROR] = "error",
    [LOG_WARN] = "warning",
    [LOG_INFO] = "info",
    [LOG_DEBUG] = "debug",
};

void log_init(struct log *l, enum log_level level, const vtime *now) { *l = (struct log){.level = level, .now = now}; }

/* Writes "LEVEL: [SECONDS] " and returns its length. */
static int put_prefix(const struct log *l, enum log_level level, char *line, size_t size)
{
    if (!l->now)
        return snprintf(line, size, "%s: ", level_name[level]);
    vtime seconds = *l->now / VTIME_PER_S, rest = *l->now % VTIME_PER_S;
    return snprintf(line, size, "%s: [%llu.%09llu s] ", level_name[level], (unsigned long long)seconds,
                    (unsigned long long)(rest * 1000 / VTIME_PER_US));
}

void log_msg(struct log *l, enum log_level level, const char *fmt, ...)
{
    if (!l || l->muted || level > l->level)
        return;
    char line[LINE_SIZE];
    int used = put_prefix(l, level, line, sizeof line);
    va_list args;
    va_start(args, fmt);
    vsnprintf(line + used, sizeof line - (size_t)used, fmt, args);
    va_end(args);
    if (l->write)
        l->write(l->ctx, level, line);
    else
        fprintf(stderr, "nrfemu: %s\n", line);
}

bool log_first(struct log *l, uint32_t key)
{
    if (!l || l->muted)
        return false;
    assert(key);
    uint32_t slot = (key * 2654435761u) % LOG_ONCE_SLOTS; /* Knuth's multiplicative hash: registers are 4 apart */
    while (l->once[slot] && l->once[slot] != key)
        slot = (slot + 1) % LOG_ONCE_SLOTS;
    if (l->once[slot] == key)
        return false;
    /* One slot stays free to end the search; beyond that, silence is better than repetition. */
    if (l->n_once >= LOG_ONCE_SLOTS - 1)
        return false;
    l->once[slot] = key;
    l->n_once++;
    return true;
}
