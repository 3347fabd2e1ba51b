/*
 * A tape: all that came into a run from outside, kept in memory, so that any part of the run can be gone through again
 * exactly. That is what the console's channels were given (as in a recording, host/record.h), what came through sockets
 * of RTT channels, and what semihosting answered, for it asks the host's files.
 *
 * The tape is written while it does not play. To go back, remember a place with tape_place(), return there with
 * tape_go(), and let it play: every reading is answered as it was then. Readings are told apart by counting them. Where
 * the run takes another course, tape_cut() forgets what comes behind the place; bytes that were given there and now
 * have not been read yet are given again, before anything new.
 *
 * The answers to semihosting's calls hold what it read, too; for it, waiting for input is no reading.
 */
#ifndef HOST_TAPE_H
#define HOST_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "emu/evlog.h"
#include "host/rtt.h"

enum { TAPE_RTT = EV_CONSOLES, TAPE_CHANNELS = EV_CONSOLES + RTT_CHANNELS }; /* enum ev_console, or TAPE_RTT + n */

struct tape; /* owned by whoever made it */

struct tape_place {
    struct {
        uint64_t count; /* of readings so far */
        size_t next;    /* of the readings that gave something */
        size_t byte;
    } channel[TAPE_CHANNELS];
    size_t call;
};

struct tape *tape_new(void);
void tape_free(struct tape *t); /* NULL is allowed */

/* How many bytes it holds, about. */
size_t tape_size(const struct tape *t);

struct tape_place tape_place(const struct tape *t);
void tape_go(struct tape *t, const struct tape_place *place);
void tape_play(struct tape *t, bool on);
bool tape_plays(const struct tape *t);
void tape_cut(struct tape *t);
/* Forgets what was before here, where nothing lies ahead: the places remembered so far mean nothing any more. */
void tape_forget(struct tape *t);

/* A channel reads. True: `*n` is the answer, as console_get() gives it. False: ask outside, and keep the answer. */
bool tape_input(struct tape *t, unsigned channel, void *buf, size_t size, ssize_t *n);
void tape_keep(struct tape *t, unsigned channel, const void *bytes, ssize_t n);

/* One call of semihosting: what it writes to memory, and its result. A call that is begun and not ended is none. */
void tape_call_begin(struct tape *t);
void tape_call_write(struct tape *t, uint32_t addr, const void *bytes, uint32_t len);
void tape_call_end(struct tape *t, int outcome, uint32_t result);

/* The same while it plays: writes what the call wrote. False: there is no more on the tape. */
struct tape_answer {
    int outcome;
    uint32_t result;
};
bool tape_call(struct tape *t, bool (*write)(void *ctx, uint32_t addr, const void *bytes, uint32_t len), void *ctx,
               struct tape_answer *answer);

#endif
