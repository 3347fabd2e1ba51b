/* Connections that lose, damage and repeat: the option, run-length encoding, and what becomes of requests and replies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rsp/link.h"
#include "tests/fakes/rsp_rig.h"

/* ---- the option -------------------------------------------------------------------------------------------------- */

static void the_option(void **state)
{
    struct rsp_link_faults f;
    char err[128];

    assert_true(rsp_link_parse("drop=5%,corrupt=0.01,dup=0.5,delay=20ms,split,seed=0x10", &f, err, sizeof err));
    assert_int_equal(f.drop, 50000);
    assert_int_equal(f.corrupt, 10000);
    assert_int_equal(f.dup, 500000);
    assert_int_equal(f.delay_ms, 20);
    assert_true(f.split);
    assert_int_equal(f.seed, 16);
    assert_true(rsp_link_parse("split", &f, err, sizeof err));
    assert_int_equal(f.drop + f.corrupt + f.dup + f.delay_ms, 0);
}

static void bad_options(void **state)
{
    static const char *const bad[] = {"",        "drop",     "drop=",    "drop=2",  "drop=-1",  "drop=x",  "drop=5%%",
                                      "split=1", "delay=20", "delay=2h", "seed=-1", "seed=1,,", "lose=5%", "drop=nan"};
    struct rsp_link_faults f;
    char err[128];

    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (rsp_link_parse(bad[i], &f, err, sizeof err))
            fail_msg("\"%s\" was taken", bad[i]);
}

/* ---- the link ---------------------------------------------------------------------------------------------------- */

static struct rsp_link link;
static char got[1 << 17];
static size_t n_got;

static void receive(void *ctx, const void *data, size_t size)
{
    memcpy(got + n_got, data, size);
    n_got += size;
}

static void send_many(const struct rsp_link_faults *f, unsigned n)
{
    n_got = 0;
    rsp_link_init(&link, f, 0, receive, receive, NULL);
    for (unsigned i = 0; i < n; i++)
        rsp_link_receive(&link, "$m20000000,4#51", 15, i);
}

static void as_often_as_it_says(void **state)
{
    enum { N = 4000 };

    send_many(&(struct rsp_link_faults){.drop = 100000, .seed = 1}, N);
    assert_int_equal(link.in.counters.messages, N);
    assert_in_range(link.in.counters.dropped, N / 10 * 8 / 10, N / 10 * 12 / 10);
    assert_int_equal(n_got, 15 * (N - link.in.counters.dropped));
    send_many(&(struct rsp_link_faults){.dup = 100000, .seed = 1}, N);
    assert_int_equal(n_got, 15 * (N + link.in.counters.duplicated));
    send_many(&(struct rsp_link_faults){.corrupt = 1000000, .seed = 1}, 100);
    for (unsigned i = 0; i < 100; i++) {
        assert_memory_not_equal(got + 15 * i, "$m20000000,4#51", 15);
        assert_memory_equal(got + 15 * i + 12, "#51", 3); /* the body is what is damaged */
    }
}

static void one_seed_one_fate(void **state)
{
    struct rsp_link_faults f = {200000, 200000, 200000, 0, true, 7};
    static char first[sizeof got];

    send_many(&f, 200);
    size_t n = n_got;
    memcpy(first, got, n);
    send_many(&f, 200);
    assert_int_equal(n_got, n);
    assert_memory_equal(got, first, n);
    f.seed = 8;
    send_many(&f, 200);
    assert_true(n_got != n || memcmp(got, first, n) != 0);
}

static void it_takes_its_time(void **state)
{
    n_got = 0;
    rsp_link_init(&link, &(struct rsp_link_faults){.delay_ms = 20}, 0, receive, receive, NULL);
    rsp_link_receive(&link, "+", 1, 100);
    rsp_link_send(&link, "-", 1, 110);
    assert_int_equal(rsp_link_poll(&link, 119), 120);
    assert_int_equal(n_got, 0);
    assert_int_equal(rsp_link_poll(&link, 120), 130);
    assert_int_equal(n_got, 1);
    assert_int_equal(rsp_link_poll(&link, 130), UINT64_MAX);
    assert_memory_equal(got, "+-", 2);
}

/* ---- a session that knows of it -----------------------------------------------------------------------------------
 */

static void make_unreliable(struct rig *r)
{
    rsp_link_init(&link, &(struct rsp_link_faults){0}, 0, receive, receive, NULL);
    rsp_session_unreliable(&r->a, &link);
}

/* What the session sends when this much time has passed. */
static const char *after(struct rig *r, uint64_t ms)
{
    wire_forget(&r->from_a);
    rsp_session_tick(&r->a, r->a.out.now_ms + ms);
    return r->from_a.bytes;
}

#define QC     "$qC#b4"
#define ANSWER "$QC1#c5"

static void acknowledgements_are_kept(void **state)
{
    struct rig *r = *state;

    make_unreliable(r);
    assert_null(strstr(rig_ask(r, "qSupported"), "QStartNoAckMode"));
    after(r, 1000);
    assert_string_equal(rig_ask(r, "QStartNoAckMode"), "");
}

static void silence_has_it_sent_again(void **state)
{
    struct rig *r = *state;

    make_unreliable(r);
    assert_string_equal(rig_feed(r, QC), "+" ANSWER);
    assert_string_equal(after(r, 100), "");
    assert_string_equal(after(r, 300), ANSWER);
    assert_string_equal(after(r, 10), "");
    assert_string_equal(rig_feed(r, "+"), "");
    assert_string_equal(after(r, 10000), "");
}

static void silence_has_an_end(void **state)
{
    struct rig *r = *state;
    unsigned n = 0;

    make_unreliable(r);
    rig_feed(r, QC);
    for (unsigned i = 0; i < 100; i++)
        n += *after(r, 3000) != '\0';
    assert_in_range(n, 3, 20);
}

static void two_made_of_one_are_one(void **state)
{
    struct rig *r = *state;

    make_unreliable(r);
    after(r, 1000);
    assert_string_equal(rig_feed(r, "$s#73$s#73"), "+");
    wire_forget(&r->from_a);
    rsp_hub_run(&r->hub);
    rsp_hub_run(&r->hub);
    assert_int_equal(wire_packets(&r->from_a), 1);
    assert_int_equal(r->fake.steps, 1);
}

/* gdb has not seen the acknowledgement; it threw the reply away, acknowledging it, and asks once more. */
static void a_request_of_later_is_the_same(void **state)
{
    struct rig *r = *state;

    make_unreliable(r);
    after(r, 1000);
    rig_ask(r, "M20000000,1:01");
    after(r, 2000);
    assert_string_equal(rig_feed(r, "$s#73"), "+");
    rsp_hub_run(&r->hub);
    rig_feed(r, "+");
    after(r, 2000);
    rig_expect_start(rig_feed(r, "$s#73"), "+$T05");
    assert_int_equal(r->fake.steps, 1);
}

/* The connection makes two of the request that came again. */
static void two_made_of_a_repeated_one_are_one(void **state)
{
    struct rig *r = *state;

    make_unreliable(r);
    after(r, 1000);
    rig_feed(r, "$s#73");
    rsp_hub_run(&r->hub);
    after(r, 2000);
    rig_expect_start(rig_feed(r, "$s#73$s#73"), "+$T05");
    assert_int_equal(wire_packets(&r->from_a), 1);
    rsp_hub_run(&r->hub);
    assert_int_equal(r->fake.steps, 1);
}

/* It makes two of a "-": gdb sends the damaged request twice. */
static void two_made_of_a_refusal_are_one(void **state)
{
    struct rig *r = *state;

    for (unsigned duplicates = 0; duplicates < 2; duplicates++) {
        rsp_session_end(&r->a);
        rig_connect_a(r);
        make_unreliable(r);
        r->a.out.duplicates = duplicates;
        after(r, 1000);
        assert_string_equal(rig_feed(r, "$qC#b5"), "-");
        after(r, 1);
        assert_string_equal(rig_feed(r, QC), "+" ANSWER);
        after(r, 1);
        assert_string_equal(rig_feed(r, QC), duplicates ? "" : "+" ANSWER);
        after(r, 1);
        assert_string_equal(rig_feed(r, "+$qOffsets#4b"), "+$Text=0;Data=0;Bss=0#04");
        after(r, 1);
        assert_string_equal(rig_feed(r, "$qOffsets#4b"), "+$Text=0;Data=0;Bss=0#04"); /* behind no refusal */
    }
}

/* `stepi 2`: the second comes at once. */
static void a_request_of_at_once_is_another(void **state)
{
    struct rig *r = *state;

    make_unreliable(r);
    for (unsigned i = 1; i <= 3; i++) {
        after(r, 5);
        assert_string_equal(rig_feed(r, "+$s#73"), "+");
        rsp_hub_run(&r->hub);
        assert_int_equal(r->fake.steps, i);
    }
}

/* ---- run-length encoding ------------------------------------------------------------------------------------------
 */

static void run_lengths(void **state)
{
    /* How many of the same; the count's character never is one that means something to the framing: # $ + - */
    static const struct {
        unsigned n;
        const char *body;
    } golden[] = {{1, "0"},     {2, "00"},     {3, "000"},  {4, "0* "},  {5, "0*!"},   {6, "0*\""},
                  {7, "0*\"0"}, {8, "0*\"00"}, {9, "0*%"},  {10, "0*&"}, {14, "0**"},  {15, "0**0"},
                  {16, "0*,"},  {17, "0*,0"},  {18, "0*."}, {98, "0*~"}, {99, "0*~0"}, {102, "0*~0* "}};
    static struct rsp_buf b;
    static uint8_t frame[RSP_FRAME_MAX];

    for (unsigned i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        rsp_buf_clear(&b);
        memset(b.bytes, '0', golden[i].n);
        b.len = golden[i].n;
        size_t len = rsp_frame(&b, true, frame) - 4;
        if (len != strlen(golden[i].body) || memcmp(frame + 1, golden[i].body, len) != 0)
            fail_msg("%u: \"%.*s\" instead of \"%s\"", golden[i].n, (int)len, frame + 1, golden[i].body);
    }
}

static void only_for_who_can_read_it(void **state)
{
    struct rig *r = *state;

    assert_string_equal(rig_ask(r, "m20000000,4"), "00000000");
    rig_ask(r, "qSupported:xmlRegisters=arm");
    assert_string_equal(rig_ask(r, "m20000000,8"), "0*,");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(the_option),
        RIG_TEST(bad_options),
        RIG_TEST(as_often_as_it_says),
        RIG_TEST(one_seed_one_fate),
        RIG_TEST(it_takes_its_time),
        RIG_TEST(acknowledgements_are_kept),
        RIG_TEST(silence_has_it_sent_again),
        RIG_TEST(silence_has_an_end),
        RIG_TEST(two_made_of_one_are_one),
        RIG_TEST(a_request_of_later_is_the_same),
        RIG_TEST(two_made_of_a_repeated_one_are_one),
        RIG_TEST(two_made_of_a_refusal_are_one),
        RIG_TEST(a_request_of_at_once_is_another),
        RIG_TEST(run_lengths),
        RIG_TEST(only_for_who_can_read_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
