/*
 * The packet layer alone. The first byte chooses a link's faults, the rest is what a debugger sends over it.
 *
 * Whatever comes, and however a link cuts it: a packet that the parser takes is one that was sent, framed by "$" and a
 * checksum that is right; framing a body and taking it apart again gives the body, run-length encoded or not; and no
 * argument is read beyond the end of a packet.
 */
#include <stdlib.h>
#include <string.h>

#include "rsp/link.h"
#include "rsp/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* Every reader of arguments, at every place of a body. */
static void read_arguments(const uint8_t *body, size_t len)
{
    enum { PLACES = 64 };
    uint8_t bytes[16];
    uint32_t a, b;
    struct rsp_thread_id id;

    for (size_t at = 0; at <= len && at < PLACES; at++) {
        struct rsp_args args = {body + at, body + len};
        (void)(rsp_args_range(&args, &a, &b) || rsp_args_u32(&args, &a) || rsp_args_thread(&args, &id) ||
               rsp_args_hex(&args, bytes, sizeof bytes) || rsp_args_word(&args, "qXfer:") || rsp_args_char(&args, ':'));
        require(args.at >= body + at && args.at <= args.end && rsp_args_left(&args) == (size_t)(args.end - args.at));
    }
}

/* As a debugger reads a packet: escapes undone, repetitions written out. */
static size_t decode(const uint8_t *at, const uint8_t *end, uint8_t *to)
{
    size_t len = 0;

    for (; at < end; at++) {
        require(len < RSP_PACKET_MAX);
        if (*at != '*') {
            to[len++] = *at;
            continue;
        }
        require(len > 0 && at + 1 < end && at[1] >= ' ' && at[1] <= '~');
        size_t n = (size_t)(*++at - 29);
        require(len + n <= RSP_PACKET_MAX);
        memset(to + len, to[len - 1], n);
        len += n;
    }
    return len;
}

static void frame_and_unframe(const uint8_t *body, size_t len)
{
    static struct rsp_buf b;
    static uint8_t frame[RSP_FRAME_MAX], plain[RSP_PACKET_MAX];
    static struct rsp_parser p;

    rsp_buf_clear(&b);
    size_t taken = rsp_buf_binary(&b, body, len);
    require(taken == len || b.full);
    size_t framed = rsp_frame(&b, false, frame);
    rsp_parser_init(&p);
    enum rsp_event e = RSP_EVENT_NONE;
    for (size_t i = 0; i < framed; i++) {
        require(e == RSP_EVENT_NONE);
        e = rsp_parser_feed(&p, frame[i]);
    }
    require(e == RSP_EVENT_PACKET && p.len == taken && memcmp(p.body, body, taken) == 0);

    framed = rsp_frame(&b, true, frame);
    require(framed <= RSP_FRAME_MAX && frame[framed - 3] == '#');
    for (size_t i = 1; i + 3 < framed; i++)
        require(frame[i] != '$' && frame[i] != '#');
    require(decode(frame + 1, frame + framed - 3, plain) == b.len && memcmp(plain, b.bytes, b.len) == 0);
}

struct receiver {
    struct rsp_parser parser;
    unsigned packets, bytes;
};

static void receive(void *ctx, const void *data, size_t size)
{
    struct receiver *r = ctx;
    const uint8_t *at = data;

    for (size_t i = 0; i < size; i++) {
        r->bytes++;
        if (rsp_parser_feed(&r->parser, at[i]) != RSP_EVENT_PACKET)
            continue;
        r->packets++;
        require(r->parser.len <= RSP_PACKET_MAX);
        read_arguments(r->parser.body, r->parser.len);
        frame_and_unframe(r->parser.body, r->parser.len);
    }
}

static void nowhere(void *ctx, const void *data, size_t size) {}

/* The same bytes over a link whose only fault is that it cuts them, and over one that does everything. */
static void over_a_link(const struct rsp_link_faults *faults, const uint8_t *data, size_t size, struct receiver *r)
{
    static struct rsp_link link;

    rsp_parser_init(&r->parser);
    rsp_link_init(&link, faults, 1, receive, nowhere, r);
    rsp_link_receive(&link, data, size, 1);
    rsp_link_poll(&link, 100000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct receiver direct, cut, bad;
    enum { TENTH = 100000 };

    if (size == 0)
        return 0;
    direct = cut = bad = (struct receiver){0};
    receive(&direct, data + 1, size - 1);
    over_a_link(&(struct rsp_link_faults){.split = true, .seed = data[0]}, data + 1, size - 1, &cut);
    require(cut.packets <= direct.packets && cut.bytes <= direct.bytes);
    over_a_link(&(struct rsp_link_faults){TENTH, TENTH, TENTH, data[0], data[0] & 1, data[0]}, data + 1, size - 1,
                &bad);
    return 0;
}
