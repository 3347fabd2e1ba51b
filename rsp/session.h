/*
 * One connection of a debugger: bytes in, replies out through `send`. Serves the remote protocol as a Cortex-M target
 * without an operating system (GDB manual, appendix E), in all-stop mode.
 *
 * Each request is answered at once, except for a resume: its answer is the stop reply, sent from rsp_hub_run(), exactly
 * one for each resume. Meanwhile only ^C and what ends the session are obeyed. Never blocks.
 */
#ifndef RSP_SESSION_H
#define RSP_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rsp/hub.h"
#include "rsp/packet.h"

/* What the debugger said it understands (qSupported). */
struct rsp_peer {
    bool swbreak, hwbreak, multiprocess, error_message;
};

/* What `monitor stats` tells. */
struct rsp_counters {
    unsigned long long requests, repeated, resent, bad_checksums;
};

enum { RSP_CONSOLE_MAX = RSP_PACKET_MAX / 4 };

struct rsp_session {
    struct rsp_hub *hub;
    void (*send)(void *ctx, const void *data, size_t size);
    void *send_ctx;
    unsigned slot;  /* in the hub */
    bool greeted;   /* it has sent a request */
    bool attached;  /* it has the target */
    bool waiting;   /* for a stop */
    bool closing;   /* the connection is to be closed */
    bool extended;  /* '!' was sent */
    bool no_ack;    /* QStartNoAckMode */
    bool sync;      /* `monitor gdb_sync`: the next step is answered, and not done */
    bool peer_acks; /* the debugger is known to acknowledge what it gets */
    unsigned unacked;
    uint32_t thread; /* that g, G, p, P mean; 0: the current one */
    struct rsp_peer peer;
    struct rsp_counters counters;
    struct {
        uint32_t kinds; /* of events, a bit for each */
        unsigned lines; /* in this slice */
    } trace;
    size_t console_len;
    char console[RSP_CONSOLE_MAX]; /* text that was printed and not sent yet */
    struct rsp_parser parser;
    struct rsp_buf reply;
    size_t frame_len; /* 0: nothing sent since the last request */
    uint8_t frame[RSP_FRAME_MAX];
    size_t request_len;
    uint8_t request[RSP_PACKET_MAX]; /* the last one, to know it when it is sent again */
};

/* Connects to the hub; false when it is full. `send` must outlive the session. */
bool rsp_session_init(struct rsp_session *s, struct rsp_hub *hub, void (*send)(void *, const void *, size_t),
                      void *ctx);

/* The connection is gone. The memory is the caller's. */
void rsp_session_end(struct rsp_session *s);

void rsp_session_feed(struct rsp_session *s, const void *data, size_t size);

/* Text for the debugger's console; sent in one piece before the next reply, or with rsp_session_flush(). Only while it
 * waits for a stop, or within the answer to `monitor`. */
void rsp_session_print(struct rsp_session *s, const char *text);
void rsp_session_flush(struct rsp_session *s);

/* From the hub: the stop that a waiting session waits for. */
void rsp_session_stopped(struct rsp_session *s, const struct debug_stop_info *info);

#endif
