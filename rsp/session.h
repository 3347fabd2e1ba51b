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
#include "rsp/link.h"
#include "rsp/out.h"
#include "rsp/packet.h"

/* What the debugger said it understands (qSupported). */
struct rsp_peer {
    bool swbreak, hwbreak, multiprocess, error_message;
    bool descriptions; /* of registers: gdb and LLDB, which can both read run-length encoded replies */
};

enum { RSP_CONSOLE_MAX = RSP_PACKET_MAX / 4 };

struct rsp_session {
    struct rsp_hub *hub;
    unsigned slot;   /* in the hub */
    bool greeted;    /* it has sent a request */
    bool attached;   /* it has the target */
    bool waiting;    /* for a stop */
    bool closing;    /* the connection is to be closed */
    bool extended;   /* '!' was sent */
    bool sync;       /* `monitor gdb_sync`: the next step is answered, and not done */
    bool plain;      /* not a debugger, but a command port (rsp/lines.h): text goes out as it is */
    uint32_t thread; /* that g, G, p, P mean; 0: the current one */
    struct rsp_peer peer;
    struct rsp_out out;
    const struct rsp_link *link; /* a connection that loses on purpose, for `monitor stats`; NULL: it does not */
    struct {
        uint32_t kinds; /* of events, a bit for each */
        unsigned lines; /* in this slice */
    } trace;
    size_t console_len;
    char console[RSP_CONSOLE_MAX]; /* text that was printed and not sent yet */
    struct rsp_parser parser;
    struct rsp_buf reply;
    size_t request_len;
    uint8_t request[RSP_PACKET_MAX]; /* the last one, to know it when it is sent again */
};

/* Connects to the hub; false when it is full. `send` must outlive the session. */
bool rsp_session_init(struct rsp_session *s, struct rsp_hub *hub, void (*send)(void *, const void *, size_t),
                      void *ctx);

/* The connection is gone. The memory is the caller's. */
void rsp_session_end(struct rsp_session *s);

/* From now on the connection is one that may lose what is sent (rsp/out.h); `link` counts that. */
void rsp_session_unreliable(struct rsp_session *s, const struct rsp_link *link);

/* What time it is, in milliseconds: before feeding, and now and then. */
void rsp_session_tick(struct rsp_session *s, uint64_t now_ms);

void rsp_session_feed(struct rsp_session *s, const void *data, size_t size);

/* Text for the debugger's console; sent in one piece before the next reply, or with rsp_session_flush(). Only while it
 * waits for a stop, or within the answer to `monitor`. */
void rsp_session_print(struct rsp_session *s, const char *text);
void rsp_session_flush(struct rsp_session *s);

/* From the hub: the stop that a waiting session waits for. */
void rsp_session_stopped(struct rsp_session *s, const struct debug_stop_info *info);

#endif
