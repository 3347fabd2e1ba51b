/* Several debuggers at one target. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fakes/rsp_rig.h"

static void a_second_one_looks_on_without_halting(void **state)
{
    struct rig *r = *state;

    rig_ask(r, "c");
    rig_run(r, 1);
    rig_connect_b(r);
    assert_int_equal(r->fake.attaches, 1);
    rig_expect_start(rig_ask_b(r, "?"), "T05");
    assert_int_equal(strlen(rig_ask_b(r, "m20000010,4")), 8);
    assert_int_equal(strlen(rig_ask_b(r, "g")), 8 * (17 + 6 + 32 + 1));
    rsp_session_feed(&r->b, "\x03", 1);
    assert_string_equal(rig_run(r, 2), "");
    assert_true(r->hub.running);
    assert_string_equal(rig_ask_b(r, "s"), "E10");
    rsp_session_end(&r->b);
    assert_true(r->hub.running);
    assert_int_equal(r->fake.halts + r->fake.detaches, 0);
    rig_feed(r, "\x03");
    rig_expect_start(rig_run(r, 1), "T02");
}

static void all_who_wait_are_told_once(void **state)
{
    struct rig *r = *state;

    rig_connect_b(r);
    rig_ask(r, "c");
    assert_string_equal(rig_ask_b(r, "c"), "");
    assert_int_equal(r->fake.continues, 1);
    wire_forget(&r->from_a);
    rsp_session_feed(&r->b, "\x03", 1);
    rsp_hub_run(&r->hub);
    rsp_hub_run(&r->hub);
    assert_int_equal(wire_packets(&r->from_a), 1);
    assert_int_equal(wire_packets(&r->from_b), 1);
    rig_expect_start(r->from_a.bytes, "$T02");
    rig_expect_start(r->from_b.bytes, "$T02");
}

static void points_belong_to_who_set_them(void **state)
{
    struct rig *r = *state;

    rig_connect_b(r);
    rig_ask(r, "Z1,104,2");
    assert_string_equal(rig_ask_b(r, "z1,104,2"), "OK"); /* not b's */
    assert_int_equal(r->fake.n_points, 1);
    assert_string_equal(rig_ask_b(r, "Z1,104,2"), "OK");
    assert_string_equal(rig_ask(r, "z1,104,2"), "OK");
    assert_int_equal(r->fake.n_points, 1);
    rig_ask_b(r, "Z1,108,2");
    rig_ask_b(r, "Z2,20000000,4");
    rig_ask(r, "Z2,20000000,4");
    rsp_session_end(&r->b);
    assert_int_equal(r->fake.n_points, 1);
    assert_int_equal(r->fake.points[0].kind, DEBUG_POINT_WATCH_WRITE);
}

static void one_that_leaves_does_not_halt_the_others_run(void **state)
{
    struct rig *r = *state;

    rig_connect_b(r);
    rig_ask(r, "c");
    rig_ask_b(r, "c");
    rsp_session_end(&r->a);
    assert_true(r->hub.running);
    wire_forget(&r->from_b);
    rsp_session_feed(&r->b, "\x03", 1);
    rsp_hub_run(&r->hub);
    rig_expect_start(r->from_b.bytes, "$T02");
}

static void there_is_room_for_so_many(void **state)
{
    struct rig *r = *state;
    static struct rsp_session more[RSP_SESSIONS_MAX];

    for (unsigned i = 1; i < RSP_SESSIONS_MAX; i++)
        assert_true(rsp_session_init(&more[i], &r->hub, wire_collect, &r->from_b));
    assert_false(rsp_session_init(&more[0], &r->hub, wire_collect, &r->from_b));
    rsp_session_end(&more[3]);
    assert_true(rsp_session_init(&more[0], &r->hub, wire_collect, &r->from_b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(a_second_one_looks_on_without_halting),
        RIG_TEST(all_who_wait_are_told_once),
        RIG_TEST(points_belong_to_who_set_them),
        RIG_TEST(one_that_leaves_does_not_halt_the_others_run),
        RIG_TEST(there_is_room_for_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
