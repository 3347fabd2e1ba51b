/*
 * Recordings of what came from outside: the bytes that each channel was given, with the emulated time at which the
 * machine took them. A replay gives them at the same times, which makes it the same run (host/replay.h).
 *
 * A recording is text, and may be edited:
 *
 *   nrfemu recording 1
 *   # A comment. What the recording was made with:
 *   version 0.1.0
 *   image 89abcdef01234567
 *   board nrf52840dk
 *   seed 0
 *   # What came: the time since power-on, the channel (uart0, uart1, rtt, semihosting, usb), bytes as emu/quoted.h
 *   # writes them; or that the channel's input ended; or that the run was ended from outside, with ^C.
 *   1500.001953125us uart0 "help\n"
 *   2ms uart0 end
 *   3s do "button 1 press"
 *   3.5s stop
 *
 * One line is one reading, or something that people did to the machine at its window, as soc/stimulus.h has it. Times
 * are those of emu/duration.h; written out, they are exact.
 */
#ifndef HOST_RECORD_H
#define HOST_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "emu/evlog.h"

enum { RECORD_WORD = 32 };

#define RECORD_MAGIC  "nrfemu recording 1"
#define RECORD_ACTION "do" /* where other lines have their channel */

/* What a recording depends on. */
struct record_header {
    char version[RECORD_WORD], board[RECORD_WORD];
    uint64_t image; /* hash of what was in the memories at power-on */
    uint64_t seed;
};

struct record; /* owned by whoever created it */

/* Creates the file; NULL, with one line in `err`, when that is not possible. `now` is the machine's clock. */
struct record *record_create(const char *path, const struct record_header *header, const vtime *now, char *err,
                             size_t err_size);
/* A channel was given `n` bytes, or learnt that there will be none (STREAM_ENDED); 0 is nothing. */
void record_input(struct record *r, enum ev_console channel, const void *bytes, ssize_t n);
/* Whether a channel may read: not again at the time at which there was nothing for it, because a replay could not tell
 * the two readings apart. Semihosting always may; for it time stands still. */
bool record_may_read(const struct record *r, enum ev_console channel);
/* Something was done to the machine. */
void record_action(struct record *r, const char *action);
/* The run is ended from outside. */
void record_stop(struct record *r);
/* Closes and frees; NULL is allowed. False, with one line in `err`, when something could not be written. */
bool record_close(struct record *r, char *err, size_t err_size);

#endif
