/*
 * Replays a recording (host/record.h): what its channels were given, when they were given it.
 *
 * Where the run is the one that was recorded, every reading is answered as it was then. Where it is another, or the
 * file was edited, a channel is given its bytes at the first reading at their time or after it, as many as it asks for.
 * A channel of which the recording says no more is given nothing more; semihosting, for which time stands still while
 * it waits, learns that its input has ended, and does not wait for a time.
 */
#ifndef HOST_REPLAY_H
#define HOST_REPLAY_H

#include "host/record.h"

struct replay; /* owned by whoever loaded it */

/* Reads a recording and its header (what it does not tell is 0 or ""). NULL, with one line in `err` that names file,
 * line and what is wrong there. */
struct replay *replay_load(const char *path, struct record_header *header, const vtime *now, char *err,
                           size_t err_size);
/* The same from memory. `text` ends with a 0 behind its `size` bytes. */
struct replay *replay_parse(const char *name, const char *text, size_t size, struct record_header *header,
                            const vtime *now, char *err, size_t err_size);
void replay_free(struct replay *r); /* NULL is allowed */

/* As stream_read(). */
ssize_t replay_input(struct replay *r, enum ev_console channel, void *buf, size_t size);

/* What was done to the machine as the n-th thing, and when; NULL when there is no more. */
const char *replay_action(const struct replay *r, unsigned n, vtime *time);

/* When the run was ended from outside; VTIME_NEVER when it was not. */
vtime replay_stop(const struct replay *r);

#endif
