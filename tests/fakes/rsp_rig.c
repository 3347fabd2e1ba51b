#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fakes/rsp_rig.h"

void wire_forget(struct wire *w)
{
    w->len = 0;
    w->bytes[0] = '\0';
}

unsigned wire_packets(const struct wire *w)
{
    unsigned n = 0;

    for (size_t i = 0; i < w->len; i++)
        n += w->bytes[i] == '$';
    return n;
}

void wire_collect(void *wire, const void *data, size_t size)
{
    struct wire *w = wire;

    assert_true(w->len + size < WIRE_MAX);
    memcpy(w->bytes + w->len, data, size);
    w->len += size;
    w->bytes[w->len] = '\0';
}

void rig_connect_a(struct rig *r) { assert_true(rsp_session_init(&r->a, &r->hub, wire_collect, &r->from_a)); }

void rig_connect_b(struct rig *r) { assert_true(rsp_session_init(&r->b, &r->hub, wire_collect, &r->from_b)); }

int rig_setup(void **state)
{
    struct rig *r = calloc(1, sizeof *r);

    fake_target_init(&r->fake);
    rsp_hub_init(&r->hub, &r->fake.target, NULL);
    rig_connect_a(r);
    *state = r;
    return 0;
}

int rig_teardown(void **state)
{
    free(*state);
    return 0;
}

const char *rig_feed(struct rig *r, const char *bytes)
{
    wire_forget(&r->from_a);
    rsp_session_feed(&r->a, bytes, strlen(bytes));
    return r->from_a.bytes;
}

void rig_request(struct rsp_session *s, const char *body, size_t size)
{
    static struct rsp_buf b;
    static uint8_t frame[RSP_FRAME_MAX];

    rsp_buf_clear(&b);
    memcpy(b.bytes, body, size);
    b.len = size;
    rsp_session_feed(s, frame, rsp_frame(&b, false, frame));
}

const char *rig_take_reply(struct rig *r, struct rsp_session *s, struct wire *w)
{
    const char *start = memchr(w->bytes, '$', w->len);

    r->reply[0] = '\0';
    if (start) {
        size_t len = (size_t)(w->bytes + w->len - start);
        assert_true(len >= 4);
        assert_int_equal(start[len - 3], '#');
        memcpy(r->reply, start + 1, len - 4);
        r->reply[len - 4] = '\0';
        rsp_session_feed(s, "+", 1);
    }
    wire_forget(w);
    return r->reply;
}

const char *rig_ask(struct rig *r, const char *body)
{
    wire_forget(&r->from_a);
    rig_request(&r->a, body, strlen(body));
    return rig_take_reply(r, &r->a, &r->from_a);
}

const char *rig_ask_b(struct rig *r, const char *body)
{
    wire_forget(&r->from_b);
    rig_request(&r->b, body, strlen(body));
    return rig_take_reply(r, &r->b, &r->from_b);
}

const char *rig_run(struct rig *r, unsigned slices)
{
    wire_forget(&r->from_a);
    while (slices-- > 0)
        rsp_hub_run(&r->hub);
    return rig_take_reply(r, &r->a, &r->from_a);
}

void rig_expect_start(const char *text, const char *start)
{
    if (strncmp(text, start, strlen(start)))
        fail_msg("\"%s\" does not begin with \"%s\"", text, start);
}

void rig_ask_all(struct rig *r, const struct question *q, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *reply = rig_ask(r, q[i].request);
        size_t len = strlen(q[i].reply);
        bool same = len && q[i].reply[len - 1] == '*' ? strncmp(reply, q[i].reply, len - 1) == 0
                                                      : strcmp(reply, q[i].reply) == 0;
        if (!same)
            fail_msg("%s: \"%s\" instead of \"%s\"", q[i].request, reply, q[i].reply);
    }
}
