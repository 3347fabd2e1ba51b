#include "rsp/packet.h"

#include <stdio.h>
#include <string.h>

void rsp_parser_init(struct rsp_parser *p)
{
    p->state = RSP_PARSER_IDLE;
    p->len = 0;
}

static void begin(struct rsp_parser *p)
{
    p->state = RSP_PARSER_BODY;
    p->sum = 0;
    p->len = 0;
    p->escaped = false;
    p->too_long = false;
}

static enum rsp_event feed_idle(struct rsp_parser *p, uint8_t byte)
{
    switch (byte) {
    case '+':
        return RSP_EVENT_ACK;
    case '-':
        return RSP_EVENT_NAK;
    case 0x03:
        return RSP_EVENT_BREAK;
    default:
        return RSP_EVENT_NONE;
    }
}

static void feed_body(struct rsp_parser *p, uint8_t byte)
{
    if (byte == '#') {
        p->state = RSP_PARSER_SUM_HIGH;
        return;
    }
    p->sum += byte;
    if (byte == '}' && !p->escaped) {
        p->escaped = true;
        return;
    }
    if (p->escaped)
        byte ^= 0x20;
    p->escaped = false;
    if (p->len == sizeof p->body)
        p->too_long = true;
    else
        p->body[p->len++] = byte;
}

static enum rsp_event check(struct rsp_parser *p)
{
    struct rsp_args digits = {p->digits, p->digits + sizeof p->digits};
    uint8_t sum;

    p->state = RSP_PARSER_IDLE;
    if (!rsp_args_hex(&digits, &sum, 1) || sum != p->sum)
        return RSP_EVENT_BAD_CHECKSUM;
    return p->too_long || p->escaped ? RSP_EVENT_MALFORMED : RSP_EVENT_PACKET;
}

enum rsp_event rsp_parser_feed(struct rsp_parser *p, uint8_t byte)
{
    if (byte == '$') {
        begin(p);
        return RSP_EVENT_NONE;
    }
    switch (p->state) {
    case RSP_PARSER_IDLE:
        return feed_idle(p, byte);
    case RSP_PARSER_BODY:
        feed_body(p, byte);
        return RSP_EVENT_NONE;
    case RSP_PARSER_SUM_HIGH:
        p->digits[0] = byte;
        p->state = RSP_PARSER_SUM_LOW;
        return RSP_EVENT_NONE;
    case RSP_PARSER_SUM_LOW:
        p->digits[1] = byte;
        return check(p);
    }
    return RSP_EVENT_NONE;
}

/* How many of the bytes behind the first one, all equal to it, one count can stand for: at least three, and the count,
 * which is written as a character, must not be one that means something to the framing. */
enum { COUNT_BASE = 29, LEAST = 3, MOST = '~' - COUNT_BASE };

static size_t repeats(const uint8_t *at, const uint8_t *end)
{
    size_t n = 0;

    while (n < MOST && at + n + 1 < end && at[n + 1] == at[0])
        n++;
    while (n >= LEAST && strchr("#$+-", (int)(n + COUNT_BASE)))
        n--;
    return n >= LEAST ? n : 0;
}

static size_t encode(const struct rsp_buf *body, uint8_t *to)
{
    const uint8_t *at = body->bytes, *end = at + body->len;
    size_t len = 0;

    while (at < end) {
        size_t n = repeats(at, end);
        to[len++] = *at;
        if (n) {
            to[len++] = '*';
            to[len++] = (uint8_t)(n + COUNT_BASE);
        }
        at += n + 1;
    }
    return len;
}

size_t rsp_frame(const struct rsp_buf *body, bool run_length, uint8_t *frame)
{
    uint8_t sum = 0;
    char digits[3];
    size_t len = body->len;

    frame[0] = '$';
    if (run_length)
        len = encode(body, frame + 1);
    else
        memcpy(frame + 1, body->bytes, len);
    for (size_t i = 0; i < len; i++)
        sum += frame[1 + i];
    snprintf(digits, sizeof digits, "%02x", sum);
    frame[len + 1] = '#';
    memcpy(frame + len + 2, digits, 2);
    return len + 4;
}
