/*
 * The bench for tests of sessions: a fake target, and one session or two with what they sent. No sockets.
 */
#ifndef TESTS_RSP_RIG_H
#define TESTS_RSP_RIG_H

#include "rsp/session.h"
#include "tests/fakes/rsp_fake_target.h"

enum { WIRE_MAX = 1 << 17 };

struct wire {
    char bytes[WIRE_MAX]; /* what the session sent since it was looked at; terminated */
    size_t len;
};

struct rig {
    struct fake_target fake;
    struct rsp_hub hub;
    struct rsp_session a, b; /* `b` is not connected unless a test does it */
    struct wire from_a, from_b;
    char reply[RSP_PACKET_MAX + 1]; /* the last one taken */
};

int rig_setup(void **state);
int rig_teardown(void **state);
void rig_connect_a(struct rig *r); /* again, after it ended */
void rig_connect_b(struct rig *r);
#define RIG_TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

void wire_collect(void *wire, const void *data, size_t size); /* a session's `send` */
void wire_forget(struct wire *w);
unsigned wire_packets(const struct wire *w);

/* Feeds these bytes to `a`; returns what it sent. */
const char *rig_feed(struct rig *r, const char *bytes);
/* Frames a request. */
void rig_request(struct rsp_session *s, const char *body, size_t size);
/* The body of the only packet on the wire (behind an acknowledgement); "" also for none. Acknowledges it. */
const char *rig_take_reply(struct rig *r, struct rsp_session *s, struct wire *w);
/* Sends a request to `a` or `b`; returns the reply's body. */
const char *rig_ask(struct rig *r, const char *body);
const char *rig_ask_b(struct rig *r, const char *body);
/* Lets the target run for `slices`; returns the body of a's stop reply. */
const char *rig_run(struct rig *r, unsigned slices);

void rig_expect_start(const char *text, const char *start);

/* `reply` may end in '*': then only the beginning counts. */
struct question {
    const char *request, *reply;
};
void rig_ask_all(struct rig *r, const struct question *q, size_t n);
#define RIG_ASK_ALL(r, table) rig_ask_all(r, table, sizeof(table) / sizeof(table)[0])

#endif
