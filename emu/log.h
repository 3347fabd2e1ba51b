/*
 * Messages for people, on stderr. Three different things stay apart: what the guest did wrong (log_guest), what we do
 * not model (log_once, by name), and our own bugs (assert).
 */
#ifndef EMU_LOG_H
#define EMU_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/vtime.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

enum { LOG_ONCE_SLOTS = 4096 };

struct log {
    enum log_level level; /* messages above it are dropped */
    bool muted;           /* all are: what happens was told before */
    const vtime *now;     /* stamps messages with emulated time; NULL: no stamp */
    void (*write)(void *ctx, enum log_level level, const char *line); /* NULL: stderr */
    void *ctx;
    uint32_t once[LOG_ONCE_SLOTS]; /* keys already seen, open addressing; 0 free */
    unsigned n_once;
};

void log_init(struct log *l, enum log_level level, const vtime *now);

/* A NULL log is allowed and drops everything. No newline at the end of the format. */
void log_msg(struct log *l, enum log_level level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* True the first time it is called with `key` (any non-zero number, such as a register's address); not while muted. */
bool log_first(struct log *l, uint32_t key);

#define log_once(l, key, ...)                    \
    do {                                         \
        if (log_first((l), (key)))               \
            log_msg((l), LOG_INFO, __VA_ARGS__); \
    } while (0)

#endif
