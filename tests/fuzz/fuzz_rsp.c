/*
 * Two debuggers at a fake target, and whatever they may say. The input is lines: 'a' and 'b' begin a request that is
 * framed here, 'A' and 'B' bytes that are sent as they are; 't' lets time pass; any other line lets the target run for
 * a slice. An input that begins with 'u' puts b on a connection that may lose what is sent; one that begins with a
 * digit has an operating system in memory, which the requests may destroy.
 *
 * Besides not crashing: every packet sent is well formed, each request has one answer and each resume one stop reply,
 * nothing is said unasked, requests that read change nothing, and no point outlives its debugger. On the connection
 * that may lose, what is sent again is not counted.
 */
#include <stdlib.h>
#include <string.h>

#include "emu/image.h"
#include "rsp/session.h"
#include "tests/fakes/rsp_fake_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct debugger {
    struct rsp_session session;
    struct rsp_parser parser; /* of what it is sent */
    unsigned packets;         /* console output apart */
};

struct bench {
    struct fake_target fake;
    struct rsp_hub hub;
    struct rsp_link link; /* of b, for its counters */
    uint64_t now_ms;
    struct debugger debuggers[2];
};

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void receive(void *ctx, const void *data, size_t size)
{
    struct debugger *d = ctx;
    const uint8_t *at = data;

    for (size_t i = 0; i < size; i++) {
        enum rsp_event e = rsp_parser_feed(&d->parser, at[i]);
        require(e != RSP_EVENT_BAD_CHECKSUM && e != RSP_EVENT_MALFORMED && e != RSP_EVENT_BREAK);
        if (e == RSP_EVENT_PACKET && !(d->parser.len > 1 && d->parser.body[0] == 'O' && d->parser.body[1] != 'K'))
            d->packets++;
    }
}

static unsigned changes(const struct fake_target *f)
{
    return f->writes + f->resets + f->kills + f->steps + f->continues + f->points_added;
}

static bool reads_only(const uint8_t *body, size_t len)
{
    return len > 0 && strchr("mxgpq?TH", body[0]) && !(len >= 5 && memcmp(body, "qRcmd", 5) == 0);
}

/* R and k, seen as the session does: escapes undone. */
static bool has_no_answer(const struct rsp_session *s)
{
    return s->request_len > 0 && (s->request[0] == 'R' || s->request[0] == 'k');
}

static void request(struct bench *b, struct debugger *d, const uint8_t *body, size_t len)
{
    static struct rsp_buf request;
    static uint8_t frame[RSP_FRAME_MAX];
    bool waited = d->session.waiting;
    unsigned before = changes(&b->fake);

    if (len > sizeof request.bytes || memchr(body, '$', len) || memchr(body, '#', len))
        return;
    memcpy(request.bytes, body, len);
    request.len = len;
    d->packets = 0;
    rsp_session_feed(&d->session, "+", 1);
    rsp_session_feed(&d->session, frame, rsp_frame(&request, false, frame));
    if (d->session.out.unreliable)
        return;
    require(d->packets <= 1);
    if (!waited && !d->session.waiting && !d->session.closing && !has_no_answer(&d->session))
        require(d->packets == 1);
    if (!waited && d->session.waiting)
        require(d->packets == 0);
    if (reads_only(body, len))
        require(changes(&b->fake) == before);
}

static void run(struct bench *b)
{
    bool waited[2];

    for (unsigned i = 0; i < 2; i++) {
        waited[i] = b->debuggers[i].session.waiting;
        b->debuggers[i].packets = 0;
    }
    rsp_hub_run(&b->hub);
    for (unsigned i = 0; i < 2; i++)
        if (!b->debuggers[i].session.out.unreliable)
            require(b->debuggers[i].packets == (waited[i] && !b->debuggers[i].session.waiting));
}

static void pass_time(struct bench *b)
{
    enum { PAUSE_MS = 200 };

    b->now_ms += PAUSE_MS;
    for (unsigned i = 0; i < 2; i++)
        rsp_session_tick(&b->debuggers[i].session, b->now_ms);
}

static struct picture {
    const char *path;
    struct symbols *symbols;
    struct image image;
} pictures[] = {{.path = IMAGES "/rtos-FREERTOS.elf"},
                {.path = IMAGES "/rtos-RIOT.elf"},
                {.path = IMAGES "/rtos-ZEPHYR.elf"},
                {.path = IMAGES "/rtos-TINYGO.elf"}};

static void show(struct bench *b, struct picture *p)
{
    static const struct image_range memories[] = {{0, FAKE_FLASH_SIZE}, {FAKE_RAM, FAKE_RAM_SIZE}};
    char err[IMAGE_ERR_SIZE];

    if (!p->symbols) {
        require(image_load(&p->image, p->path, memories, 2, err));
        p->symbols = symbols_open(p->path);
        require(p->symbols != NULL);
    }
    for (unsigned i = 0; i < p->image.n_segments; i++) {
        const struct image_segment *s = &p->image.segment[i];
        b->fake.target.ops->mem_set(&b->fake, s->addr, s->data, s->size);
    }
    b->fake.symbols = p->symbols;
    b->fake.regs[CPU_CONTROL] = 2;
    b->fake.regs[CPU_PSP] = FAKE_RAM + 128;
}

static void line(struct bench *b, const uint8_t *at, size_t len)
{
    struct debugger *d = &b->debuggers[len > 0 && (at[0] & 0x1f) == 2];

    if (len > 0 && (at[0] == 'a' || at[0] == 'b'))
        request(b, d, at + 1, len - 1);
    else if (len > 0 && (at[0] == 'A' || at[0] == 'B'))
        rsp_session_feed(&d->session, at + 1, len - 1);
    else if (len > 0 && at[0] == 't')
        pass_time(b);
    else
        run(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bench b;

    b.now_ms = 0;
    fake_target_init(&b.fake);
    rsp_hub_init(&b.hub, &b.fake.target, NULL);
    for (unsigned i = 0; i < 2; i++) {
        rsp_parser_init(&b.debuggers[i].parser);
        rsp_session_init(&b.debuggers[i].session, &b.hub, receive, &b.debuggers[i]);
    }
    if (size > 0 && data[0] >= '0' && data[0] <= '3')
        show(&b, &pictures[data[0] - '0']);
    if (size > 0 && data[0] == 'u')
        rsp_session_unreliable(&b.debuggers[1].session, &b.link);
    while (size > 0) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t len = end ? (size_t)(end - data) : size;
        line(&b, data, len);
        len += end != NULL;
        data += len;
        size -= len;
    }
    for (unsigned i = 0; i < 2; i++)
        rsp_session_end(&b.debuggers[i].session);
    require(b.fake.n_points == 0 && !b.hub.running);
    return 0;
}
