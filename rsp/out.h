/*
 * The sending half of a connection: frames what is sent, keeps it until it is acknowledged, and sends it again.
 *
 * Two kinds of connection. One that loses nothing (TCP) needs acknowledgements only because debuggers send them: a
 * reply goes out again when the debugger asks for it, and a request that comes again before its reply is acknowledged
 * gets the same reply. On one that may lose (`unreliable`), a reply that is not acknowledged also goes out again after
 * a while, replies of several packets go one by one, and what is the same request once more is judged by time:
 *
 *   - gdb repeats a request when its acknowledgement was lost, after remotetimeout, which is a whole number of seconds;
 *     the acknowledgement of the reply may have come by then, for gdb acknowledges replies that it throws away while it
 *     waits for "+";
 *   - a new request that happens to equal the last one (`stepi 100`) comes at once, whether or not the acknowledgement
 *     before it was lost;
 *   - a connection that makes two messages of one delivers both at the same moment. Two "-" of one have gdb send its
 *     request twice: where that may happen, the second of two requests behind a "-" is none.
 */
#ifndef RSP_OUT_H
#define RSP_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rsp/buf.h"
#include "rsp/packet.h"

/* What `monitor stats` tells. */
struct rsp_counters {
    unsigned long long requests, repeated, resent, bad_checksums;
};

struct rsp_out {
    void (*send)(void *ctx, const void *data, size_t size);
    void *ctx;
    bool no_ack;         /* QStartNoAckMode */
    bool peer_acks;      /* the debugger is known to acknowledge what it gets */
    bool run_length;     /* the debugger can read run-length encoded packets */
    bool unreliable;     /* the connection may lose what is sent */
    bool duplicates;     /* it may also make two messages of one */
    uint32_t latency_ms; /* of an unreliable one, in one direction */
    unsigned unacked;    /* copies that were sent and not acknowledged; 0: the last frame is */
    unsigned given_up;   /* likewise those that were taken for lost, and need not be */
    struct rsp_counters counters;

    uint64_t now_ms, sent_at_ms; /* of the last frame */
    uint64_t ticks, taken_in;    /* how many there were; when the last request came, or came again */
    uint64_t taken_at_ms;
    bool complained;  /* the last request came behind a "-" */
    bool complains;   /* the last thing said was "-" */
    unsigned tries;   /* how often the frame was sent because of silence */
    unsigned repeats; /* of the last request */
    size_t frame_len; /* 0: nothing sent since the last request */
    uint8_t frame[RSP_FRAME_MAX];
    size_t backlog_len; /* frames that wait for the acknowledgement of the one before */
    uint8_t backlog[2 * RSP_FRAME_MAX];
};

void rsp_out_init(struct rsp_out *o, void (*send)(void *, const void *, size_t), void *ctx);

/* What was sent so far is done with: a new request has come. */
void rsp_out_begin(struct rsp_out *o);

/* One packet more. */
void rsp_out_packet(struct rsp_out *o, const struct rsp_buf *body);

/* A request was good, or had a bad checksum: says so, unless there are no acknowledgements. */
void rsp_out_good(struct rsp_out *o);
void rsp_out_bad(struct rsp_out *o);

/* The debugger got a packet, or got it damaged. */
void rsp_out_acked(struct rsp_out *o);
void rsp_out_refused(struct rsp_out *o);

/* A request has come that equals the last one. True: it is that one, and has been answered as it was; or not at all,
 * when the connection has made two of one: an acknowledgement and a reply that nobody waits for would be taken for
 * those of the next request. `running`: its reply is still to come. `once`: carrying it out twice is not the same as
 * once. */
bool rsp_out_is_repeat(struct rsp_out *o, bool running, bool once);

/* Time has passed. What comes between two ticks comes at once. */
void rsp_out_tick(struct rsp_out *o, uint64_t now_ms);

#endif
