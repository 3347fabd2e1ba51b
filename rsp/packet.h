/*
 * Framing of the GDB remote serial protocol (GDB manual, appendix E.1): bytes in, packets out, and the other way round.
 *
 * The parser takes one byte at a time, so it does not matter how the connection cuts the stream. It knows nothing of
 * what packets mean, and sends nothing: the session answers what it reports.
 */
#ifndef RSP_PACKET_H
#define RSP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rsp/buf.h"

enum rsp_event {
    RSP_EVENT_NONE,
    RSP_EVENT_PACKET,       /* a good one: parser->body, parser->len; valid until the next byte */
    RSP_EVENT_MALFORMED,    /* the checksum is right, but it is too long or ends within an escape */
    RSP_EVENT_BAD_CHECKSUM, /* wrong, or not two hexadecimal digits */
    RSP_EVENT_ACK,
    RSP_EVENT_NAK,
    RSP_EVENT_BREAK, /* 0x03 outside a packet */
};

enum rsp_parser_state { RSP_PARSER_IDLE, RSP_PARSER_BODY, RSP_PARSER_SUM_HIGH, RSP_PARSER_SUM_LOW };

struct rsp_parser {
    enum rsp_parser_state state;
    uint8_t sum; /* of the bytes as sent */
    uint8_t digits[2];
    bool escaped; /* the last byte was '}' */
    bool too_long;
    size_t len;
    uint8_t body[RSP_PACKET_MAX]; /* escapes already undone */
};

void rsp_parser_init(struct rsp_parser *p);

/* A '$' always begins a packet, also within another one (senders escape it there), so a torn packet costs only itself.
 * Other bytes outside packets are dropped. */
enum rsp_event rsp_parser_feed(struct rsp_parser *p, uint8_t byte);

enum { RSP_FRAME_MAX = RSP_PACKET_MAX + 4 };

/* Puts '$', the body and the checksum into `frame` (RSP_FRAME_MAX bytes); returns the length. `run_length`: a byte and
 * n more of the same become three bytes, the byte, '*' and n + 29. Not every small client can read that. */
size_t rsp_frame(const struct rsp_buf *body, bool run_length, uint8_t *frame);

#endif
