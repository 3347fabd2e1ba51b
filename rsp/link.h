/*
 * A connection that loses, damages, repeats and delays what is sent, on purpose and repeatably (`--link`): what a
 * debugger and this server make of a bad cable can be seen, and counted.
 *
 * The unit is what the protocol sends in one piece: a packet, or a single byte (an acknowledgement, ^C). A damaged one
 * has one bit of one byte changed; in a packet that is one of the body, which does not become a '#'. For gdb (13) does
 * not bear digits of a checksum that are none: it gives up the command where it should ask again. Order is kept, and so
 * are the numbers that the decisions are made of: the same seed and the same messages have the same fate. Time is the
 * host's, for a debugger waits in it.
 */
#ifndef RSP_LINK_H
#define RSP_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rsp/packet.h"

/* Probabilities are in millionths, of each message in each direction. */
struct rsp_link_faults {
    uint32_t drop, corrupt, dup;
    uint32_t delay_ms;
    bool split; /* messages arrive in pieces */
    uint64_t seed;
};

/* "drop=P,corrupt=P,dup=P,delay=D,split,seed=N", each optional, with P as 0.05 or 5% and D as 20ms. False, with one
 * line in `err`, when it is something else. */
bool rsp_link_parse(const char *spec, struct rsp_link_faults *f, char *err, size_t err_size);

struct rsp_link_counters {
    unsigned long long messages, dropped, corrupted, duplicated;
};

enum { RSP_LINK_QUEUE = 0x20000, RSP_LINK_MESSAGES = 0x400 };

/* One direction. */
struct rsp_link_way {
    const struct rsp_link_faults *faults;
    uint64_t random;
    void (*deliver)(void *ctx, const void *data, size_t size);
    void *ctx;
    struct rsp_link_counters counters;
    unsigned n; /* messages on their way */
    size_t used;
    struct {
        uint64_t due_ms;
        size_t len;
    } message[RSP_LINK_MESSAGES];
    uint8_t bytes[RSP_LINK_QUEUE];
};

struct rsp_link {
    struct rsp_link_faults faults;
    struct rsp_link_way in, out; /* as the server sees it */
    size_t len;                  /* of a message that is not whole yet: */
    uint8_t partial[RSP_FRAME_MAX];
};

/* `number` tells connections of one seed apart. What arrives is handed to `in` and `out`, which may be told of it
 * within any call below. */
void rsp_link_init(struct rsp_link *l, const struct rsp_link_faults *f, unsigned number,
                   void (*in)(void *, const void *, size_t), void (*out)(void *, const void *, size_t), void *ctx);

/* Bytes from the debugger, as they come; a message to it. */
void rsp_link_receive(struct rsp_link *l, const void *data, size_t size, uint64_t now_ms);
void rsp_link_send(struct rsp_link *l, const void *data, size_t size, uint64_t now_ms);

/* Delivers what is due. Returns when the next message is, UINT64_MAX: there is none. */
uint64_t rsp_link_poll(struct rsp_link *l, uint64_t now_ms);

#endif
