/*
 * SEGGER RTT, the host's side: finds the control block in RAM and moves bytes between its ring buffers and the host.
 *
 * Works as a debug probe does: no symbols, RAM is searched for the 16-byte identifier, and everything goes through
 * bus_peek()/bus_poke(), so it costs the firmware nothing. The control block, all of it in little-endian words:
 *
 *   char acID[16]; int MaxNumUpBuffers, MaxNumDownBuffers; ring aUp[], aDown[];
 *   ring: char *sName; char *pBuffer; unsigned SizeOfBuffer, WrOff, RdOff, Flags;
 *
 * (SEGGER UM08001, chapter RTT.) A block counts only once all of it makes sense: the identifier is complete, the
 * numbers of rings are plausible, every ring is either unused or lies in RAM with offsets inside it, and one up ring is
 * in use. So a block that is being built, or whose initial values the startup code is still copying, is not touched.
 * The block is checked again whenever it is used.
 *
 * Time: polled on the multiples of the period in emulated time. RAM is searched at each poll for RTT_EAGER after a
 * reset, then every RTT_SEARCH; once a block is found, every RTT_RESEARCH, and another block (a bootloader leaves its
 * own behind) takes over when it has something to say.
 *
 * Channel 0 is the console: its bytes become EV_CONSOLE events (EV_CONSOLE_RTT), without SEGGER's virtual-terminal
 * marks (0xFF and one character), unless its name says that it carries binary frames (defmt, SysView, J-Scope): those
 * go to a connected stream only. Other channels are left alone until a stream is connected to them: nobody listens, as
 * on a desk.
 *
 * What was typed for channel 0 and not read yet is given once more when the firmware makes the ring anew, or is reset.
 *
 * Inaccuracies:
 *   1. A block outside the search range is not found, and buffers outside it make a block invalid.
 *   2. A real probe polls by its own clock; here emulated time decides, which makes runs repeatable.
 */
#ifndef HOST_RTT_H
#define HOST_RTT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "emu/bus.h"
#include "emu/evlog.h"
#include "emu/log.h"
#include "emu/sched.h"
#include "emu/stream.h"

enum {
    RTT_CHANNELS = 16,  /* that streams can be connected to */
    RTT_MAX_RINGS = 64, /* in each direction; more is no control block */
    RTT_UNREAD = 256,   /* bytes that may wait in the down ring of channel 0 */
};

#define RTT_PERIOD   VTIME_PER_MS
#define RTT_EAGER    (50 * VTIME_PER_MS)
#define RTT_SEARCH   (10 * VTIME_PER_MS)
#define RTT_RESEARCH (50 * VTIME_PER_MS)

struct rtt_config {
    struct bus *bus;
    struct sched *sched;
    struct evlog *evlog; /* may be NULL */
    struct log *log;     /* may be NULL */
    uint32_t base, size; /* where to search, in bytes: all of RAM */
    vtime period;        /* 0: RTT_PERIOD */
    bool off;            /* RAM is left alone: a debugger of the host reads it */
    /* What was typed for channel 0 while no stream is connected to it, like stream_read(); NULL: nothing. */
    ssize_t (*input)(void *ctx, void *buf, size_t size);
    void *input_ctx;
};

/* What channel 0 was given and has not read. */
struct rtt_unread {
    uint32_t ring, write; /* the ring, and its WrOff as we left it */
    unsigned n, given;    /* bytes; those of them that are in the ring */
    uint8_t byte[RTT_UNREAD];
};

struct rtt {
    struct rtt_config config;
    struct sched_event poll;
    struct stream *stream[RTT_CHANNELS]; /* borrowed */
    uint32_t block;                      /* address of the control block; 0: none found */
    unsigned n_up, n_down;
    vtime reset_at, search_at;
    struct rtt_unread unread;
    bool mark; /* the last byte of channel 0 was 0xFF */
};

/* Prepares; copies the configuration. Polling starts with rtt_resume(). */
void rtt_init(struct rtt *r, const struct rtt_config *config);

/* The core runs: poll at the next multiple of the period. The core falls asleep: one last poll, and no more, for a
 * sleeping core prints nothing, and polling must not look like a reason for it to wake. */
void rtt_resume(struct rtt *r);
void rtt_pause(struct rtt *r);

/* Moves what there is to move now, searching first if need be. */
void rtt_poll(struct rtt *r);

/* The run ends or is about to be looked at: rtt_poll(), but searches even if it is not time yet. */
void rtt_drain(struct rtt *r);

/* The chip was reset: takes what is left in the rings and forgets the block. RAM may still hold the old one. */
void rtt_reset(struct rtt *r);

/* Searches another range (OpenOCD's `rtt setup`) from the next poll on. Bytes. */
void rtt_search(struct rtt *r, uint32_t base, uint32_t size);

/* Connects a stream to the up and down ring of a channel; NULL disconnects. Borrowed until then. False: no such
 * channel. */
bool rtt_connect(struct rtt *r, unsigned channel, struct stream *stream);

/* Address of the control block; false when none is known. */
bool rtt_found(const struct rtt *r, uint32_t *addr);

#endif
