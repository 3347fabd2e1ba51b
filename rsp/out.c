#include "rsp/out.h"

#include <string.h>

enum {
    SOON_MS = 150,       /* a debugger that goes on does so within this time */
    RETRY_MS = 900,      /* one that repeats a request waits for longer: gdb's remotetimeout is a number of seconds, */
    SECOND_MS = 1000,    /* and so it comes in time with them: */
    EARLY_MS = 30,       /* so much before, */
    LATE_MS = 150,       /* or so much behind */
    TOO_LATE_MS = 12000, /* nobody waits that long for an acknowledgement */
};
enum { RESEND_MS = 300, TRIES = 12, REPEATS = 3, MANY = 64 };

void rsp_out_init(struct rsp_out *o, void (*send)(void *, const void *, size_t), void *ctx)
{
    memset(o, 0, sizeof *o);
    o->send = send;
    o->ctx = ctx;
}

static void send_byte(struct rsp_out *o, char c)
{
    if (!o->no_ack)
        o->send(o->ctx, &c, 1);
}

static void send_frame(struct rsp_out *o)
{
    o->unacked += !o->no_ack;
    o->sent_at_ms = o->now_ms;
    o->send(o->ctx, o->frame, o->frame_len);
}

static void send_again(struct rsp_out *o)
{
    o->counters.resent++;
    send_frame(o);
}

void rsp_out_begin(struct rsp_out *o)
{
    o->frame_len = 0;
    o->backlog_len = 0;
    o->tries = 0;
    o->repeats = 0;
    o->taken_in = o->ticks;
    o->taken_at_ms = o->now_ms;
    o->complained = o->complains;
    o->complains = false;
    o->unacked += o->given_up; /* their acknowledgements may still be on their way */
    o->given_up = 0;
    if (!o->unreliable || o->unacked > MANY)
        o->unacked = 0;
}

/* Text for the console is left out when there is too much of it; the reply proper, which comes last, is not. */
static void put_behind(struct rsp_out *o, const struct rsp_buf *body)
{
    uint8_t frame[RSP_FRAME_MAX];
    size_t len = rsp_frame(body, o->run_length, frame);

    if (o->backlog_len + len > sizeof o->backlog - (body->bytes[0] == 'O' ? RSP_FRAME_MAX : 0)) {
        if (body->bytes[0] == 'O')
            return;
        o->backlog_len = 0;
    }
    memcpy(o->backlog + o->backlog_len, frame, len);
    o->backlog_len += len;
}

void rsp_out_packet(struct rsp_out *o, const struct rsp_buf *body)
{
    if (o->unreliable && o->frame_len > 0 && o->unacked > 0) {
        put_behind(o, body);
        return;
    }
    o->tries = 0;
    o->frame_len = rsp_frame(body, o->run_length, o->frame);
    send_frame(o);
}

static void send_next(struct rsp_out *o)
{
    const uint8_t *end = memchr(o->backlog, '#', o->backlog_len);

    if (!end)
        return;
    o->tries = 0;
    o->frame_len = (size_t)(end - o->backlog) + 3;
    memcpy(o->frame, o->backlog, o->frame_len);
    o->backlog_len -= o->frame_len;
    memmove(o->backlog, o->backlog + o->frame_len, o->backlog_len);
    send_frame(o);
}

void rsp_out_good(struct rsp_out *o) { send_byte(o, '+'); }

void rsp_out_bad(struct rsp_out *o)
{
    o->counters.bad_checksums++;
    o->complains = true;
    send_byte(o, '-');
}

void rsp_out_acked(struct rsp_out *o)
{
    o->peer_acks = true;
    if (o->unacked > 0 && --o->unacked == 0)
        send_next(o);
}

void rsp_out_refused(struct rsp_out *o)
{
    if (o->no_ack || o->frame_len == 0 || (o->unacked == 0 && !o->unreliable))
        return;
    if (o->unacked > 0) /* of the copy that was damaged */
        o->unacked--;
    send_again(o);
}

/* A connection has made two of one, of the request or of the "-" that asked for it. */
static bool is_echo(const struct rsp_out *o)
{
    bool soon = o->now_ms - o->sent_at_ms < SOON_MS + 2ull * o->latency_ms;

    return o->unreliable && (o->ticks == o->taken_in || (o->duplicates && o->complained && o->unacked > 0 && soon));
}

static bool is_new(const struct rsp_out *o, bool running, bool once)
{
    uint64_t since = o->now_ms - o->taken_at_ms, beat = since % SECOND_MS, round_trip = 2ull * o->latency_ms;
    bool in_time = beat >= SECOND_MS - EARLY_MS || beat < LATE_MS;

    if (running)
        return false;
    if (!once || since < RETRY_MS || since > TOO_LATE_MS || o->repeats >= REPEATS)
        return true;
    return !in_time && o->now_ms - o->sent_at_ms < SOON_MS + round_trip;
}

bool rsp_out_is_repeat(struct rsp_out *o, bool running, bool once)
{
    if (o->no_ack || (!o->unreliable && (!o->peer_acks || (o->unacked == 0 && !running))))
        return false;
    if (o->unreliable && !is_echo(o) && is_new(o, running, once))
        return false;
    o->counters.repeated++;
    if (is_echo(o))
        return true;
    o->taken_in = o->ticks;
    o->taken_at_ms = o->now_ms;
    o->repeats++;
    rsp_out_good(o);
    if (o->frame_len > 0) {
        o->unacked -= o->unacked > 0; /* the copy that was lost */
        send_frame(o);
    }
    return true;
}

void rsp_out_tick(struct rsp_out *o, uint64_t now_ms)
{
    uint64_t wait = RESEND_MS << (o->tries < 3 ? o->tries : 3);

    o->now_ms = now_ms;
    o->ticks++;
    if (!o->unreliable || o->unacked == 0 || o->frame_len == 0 || o->tries >= TRIES)
        return;
    if (now_ms - o->sent_at_ms < wait + 2ull * o->latency_ms)
        return;
    o->tries++;
    o->given_up += o->unacked;
    o->unacked = 0;
    send_again(o);
}
