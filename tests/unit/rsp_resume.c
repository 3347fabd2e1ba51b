/* Stepping, continuing, stopping, and the ends of a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fakes/rsp_rig.h"

static const struct question bad_resumes[] = {
    {"vCont", "E01"},
    {"vCont;", "E01"},
    {"vCont;x", "E01"},
    {"vCont;s:99", "E01"},
    {"vCont;s:", "E01"},
    {"vCont;s:1x", "E01"},
    {"vCont;C", "E01"},
    {"vCont;s;", "E01"},
    {"vCont;r", "E01"},
    {"vCont;r104", "E01"},
    {"vCont;r108,104", "E01"},
    {"sx", "E01"},
    {"cx", "E01"},
    {"C", "E01"},
    {"S5;", "E01"},
    {"S5;x", "E01"},
    {"s104,", "E01"},
    {"vCont;s:p2.1", "E01"},
    {"vContx", "E01"},
};

static const struct question good_steps[] = {
    {"s", "T05thread:1;core:0;0d:00400020;0e:ffffffff;0f:02010000;"},
    {"vCont;s", "T05"},
    {"vCont;s:1", "T05"},
    {"vCont;s:p1.1;c", "T05"},
    {"vCont;s;c:-1", "T05"},
    {"vCont;S05:1", "T05"},
    {"S05", "T05"},
    {"vCont;s;s", "T05"},
    {"vCont;c:99;s:1", "T05"},
    {"s104", "T05thread:1;core:0;0d:00400020;0e:ffffffff;0f:06010000;"},
};

static void stepping(void **state)
{
    struct rig *r = *state;

    RIG_ASK_ALL(r, bad_resumes);
    assert_int_equal(r->fake.steps + r->fake.continues, 0);
    for (unsigned i = 0; i < sizeof good_steps / sizeof good_steps[0]; i++) {
        assert_string_equal(rig_ask(r, good_steps[i].request), "");
        rig_expect_start(rig_run(r, 3), good_steps[i].reply);
    }
    assert_int_equal(r->fake.steps, sizeof good_steps / sizeof good_steps[0]);
    assert_int_equal(r->fake.continues, 0);
}

static void a_range_is_stepped_through(void **state)
{
    struct rig *r = *state;

    rig_ask(r, "vCont;r100,108:1;c");
    rig_expect_start(rig_run(r, 1), "T05thread:1;core:0;0d:00400020;0e:ffffffff;0f:08010000;");
    assert_int_equal(r->fake.steps, 4);
    rig_ask(r, "Z1,10c,2");
    rig_ask(r, "vCont;r108,120");
    rig_expect_start(rig_run(r, 1), "T05thread:1;core:0;0d:00400020;0e:ffffffff;0f:0c010000;");
    rig_ask(r, "z1,10c,2");
    rig_ask(r, "vCont;r100,120"); /* the loop never leaves it */
    assert_string_equal(rig_run(r, 2), "");
    rig_feed(r, "\x03");
    rig_expect_start(rig_run(r, 1), "T02");
    rig_ask(r, "vCont;r110,110");
    rig_expect_start(rig_run(r, 1), "T05");
}

static void the_policy_and_its_counts(void **state)
{
    static const struct question all[] = {
        {"qStepPolicy", "context"},      {"QStepPolicy:context", "OK"},
        {"QStepPolicy:nonsense", "E16"}, {"QStepPolicy:raw", "E16" /* no debug registers */},
        {"QStepPolicy:", "E01"},         {"qStepPolicy", "context"},
    };
    struct rig *r = *state;

    RIG_ASK_ALL(r, all);
    rig_ask(r, "vCont;s");
    rig_run(r, 1);
    rig_ask(r, "vCont;r100,108");
    rig_run(r, 1);
    rig_expect_start(rig_ask(r, "qStepStats"), "policy:context;landed:4;stopped:0;starved:0;");
}

static void stops_say_why(void **state)
{
    static const struct {
        struct debug_stop_info info;
        const char *reply;
    } all[] = {
        {{.stop = DEBUG_BREAKPOINT, .point = DEBUG_POINT_SW_BREAK}, "T05swbreak:;thread:p1.1;"},
        {{.stop = DEBUG_BREAKPOINT, .point = DEBUG_POINT_HW_BREAK}, "T05hwbreak:;thread:p1.1;"},
        {{.stop = DEBUG_WATCHPOINT, .point = DEBUG_POINT_WATCH_WRITE, .addr = 0x20000010}, "T05watch:20000010;thread"},
        {{.stop = DEBUG_WATCHPOINT, .point = DEBUG_POINT_WATCH_READ, .addr = 0x10}, "T05rwatch:10;thread"},
        {{.stop = DEBUG_WATCHPOINT, .point = DEBUG_POINT_WATCH_ACCESS, .addr = 0x10}, "T05awatch:10;thread"},
        {{.stop = DEBUG_STEPPED}, "T05thread:p1.1;"},
        {{.stop = DEBUG_HALTED}, "T02thread:p1.1;"},
        {{.stop = DEBUG_BKPT}, "T05thread:p1.1;"},
        {{.stop = DEBUG_FAULT, .signal = 10}, "T0athread:p1.1;"},
        {{.stop = DEBUG_FAULT, .signal = 4}, "T04thread:p1.1;"},
        {{.stop = DEBUG_LOCKUP}, "T0bthread:p1.1;"},
        {{.stop = DEBUG_STARVED}, "T05thread:p1.1;"},
        {{.stop = DEBUG_EXITED, .code = 0x103}, "W03;process:1"},
    };
    struct rig *r = *state;

    rig_ask(r, "qSupported:swbreak+;hwbreak+;multiprocess+");
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
        r->fake.next = all[i].info;
        rig_ask(r, "vCont;c");
        rig_expect_start(rig_run(r, 1), all[i].reply);
        rig_expect_start(rig_ask(r, "?"), all[i].reply);
    }
    rig_expect_start(rig_ask(r, "c"), "W03"); /* it stays over */
    assert_string_equal(rig_ask(r, "qfThreadInfo"), "l");
    rig_expect_start(rig_ask(r, "vRun;"), "T05");
    assert_int_equal(r->fake.resets, 1);
}

static void reasons_are_for_who_knows_them(void **state)
{
    struct rig *r = *state;

    r->fake.next = (struct debug_stop_info){.stop = DEBUG_BREAKPOINT, .point = DEBUG_POINT_HW_BREAK};
    rig_ask(r, "c");
    rig_expect_start(rig_run(r, 1), "T05thread:1;");
}

static void a_stop_may_bring_words(void **state)
{
    struct rig *r = *state;

    r->fake.next = (struct debug_stop_info){.stop = DEBUG_STARVED, .text = "hm"};
    rig_ask(r, "s");
    wire_forget(&r->from_a);
    rsp_hub_run(&r->hub);
    rig_expect_start(r->from_a.bytes, "$O686d0a#e8$T05");
}

static void while_it_runs_only_the_end_is_obeyed(void **state)
{
    struct rig *r = *state;

    rig_ask(r, "c");
    assert_string_equal(rig_ask(r, "m20000000,4"), "E10");
    assert_string_equal(rig_ask(r, "g"), "E10");
    assert_string_equal(rig_ask(r, "s"), "E10");
    assert_string_equal(rig_ask(r, "vCont;c"), "E10");
    assert_string_equal(rig_ask(r, "?"), "E10");
    assert_string_equal(rig_run(r, 2), "");
    rig_feed(r, "\x03\x03\x03");
    rig_expect_start(rig_run(r, 3), "T02");
    assert_int_equal(r->fake.halts, 1);
    assert_string_equal(rig_feed(r, "\x03"), "");
    assert_string_equal(rig_run(r, 3), "");
    assert_string_equal(rig_ask(r, "c"), "");
    assert_string_equal(rig_ask(r, "vCont;t"), "");
    rig_expect_start(rig_run(r, 1), "T00");
}

static void an_interrupt_that_comes_too_late_is_nothing(void **state)
{
    struct rig *r = *state;

    r->fake.next = (struct debug_stop_info){.stop = DEBUG_BREAKPOINT};
    rig_feed(r, "+$c#63\x03");
    wire_forget(&r->from_a);
    rsp_hub_run(&r->hub);
    rsp_hub_run(&r->hub);
    assert_int_equal(wire_packets(&r->from_a), 1);
    rig_expect_start(r->from_a.bytes, "$T05");
    rig_feed(r, "+\x03");
    assert_string_equal(rig_ask(r, "c"), "");
    assert_string_equal(rig_run(r, 2), ""); /* nor does it halt the next run */
}

static void a_session_that_vanishes_lets_go(void **state)
{
    struct rig *r = *state;

    rig_ask(r, "Z1,104,2");
    rig_ask(r, "c");
    rsp_session_end(&r->a);
    assert_int_equal(r->fake.detaches, 1);
    assert_int_equal(r->fake.n_points, 0);
    wire_forget(&r->from_a);
    rsp_hub_run(&r->hub);
    assert_int_equal(r->fake.runs, 0);
    rig_connect_a(r);
    assert_string_equal(rig_feed(r, "$qC#b4"), "+$QC1#c5");
    assert_int_equal(r->fake.attaches, 2);
}

static void a_torn_packet_does_not_outlive_its_connection(void **state)
{
    struct rig *r = *state;

    rig_feed(r, "$m2000");
    rsp_session_end(&r->a);
    rig_connect_a(r);
    assert_string_equal(rig_feed(r, "+$qC#b4"), "+$QC1#c5");
}

static void detaching(void **state)
{
    struct rig *r = *state;

    assert_string_equal(rig_ask(r, "D;2"), "E01");
    assert_string_equal(rig_ask(r, "Dx"), "E01");
    rig_ask(r, "c");
    assert_string_equal(rig_ask(r, "D;1"), "OK"); /* also while it runs */
    assert_int_equal(r->fake.detaches, 1);
    assert_string_equal(rig_run(r, 2), "");
    assert_string_equal(rig_ask(r, "c"), "E16");
    assert_string_equal(rig_ask(r, "Z1,104,2"), "E16");
    assert_string_equal(rig_ask(r, "D"), "OK");
    assert_int_equal(r->fake.detaches, 1);
    assert_string_equal(rig_ask(r, "vAttach;2"), "E16");
    rig_expect_start(rig_ask(r, "vAttach;1"), "T05");
    assert_int_equal(r->fake.attaches, 2);
}

static void killing(void **state)
{
    struct rig *r = *state;

    assert_string_equal(rig_ask(r, "vKill;2"), "E16");
    rig_ask(r, "c");
    assert_string_equal(rig_ask(r, "vKill;1"), "OK");
    assert_int_equal(r->fake.kills, 1);
    assert_false(r->hub.running);
    assert_string_equal(rig_feed(r, "$k#6b"), "+");
    assert_true(r->a.closing);
    assert_string_equal(rig_feed(r, "$qC#b4"), "");
}

static void restarting(void **state)
{
    struct rig *r = *state;

    assert_string_equal(rig_ask(r, "!"), "OK");
    r->fake.regs[CPU_PC] = 0x110;
    assert_string_equal(rig_feed(r, "$R00#b2"), "+");
    assert_int_equal(r->fake.resets, 1);
    rig_ask(r, "c");
    assert_string_equal(rig_feed(r, "$R01#b3"), "+"); /* also while it runs, and without a stop reply */
    assert_string_equal(rig_run(r, 2), "");
    rig_expect_start(rig_ask(r, "?"), "T05thread:1;core:0;0d:00400020;0e:ffffffff;0f:00010000;");
    assert_string_equal(rig_ask(r, "vKill;1"), "OK");
    assert_int_equal(r->fake.kills, 0);
    assert_string_equal(rig_ask(r, "?"), "W00");
    rig_expect_start(rig_ask(r, "vRun;66;67"), "T05");
    assert_string_equal(rig_ask(r, "qfThreadInfo"), "m1");
}

#define PC(text) "thread:1;core:0;0d:00400020;0e:ffffffff;0f:" text "010000;"
#define COUNTER_IS_FIVE     \
    "Xa,242000001019220513" \
    "27"

static void going_back(void **state)
{
    struct rig *r = *state;

    assert_non_null(strstr(rig_ask(r, "qSupported"), ";ReverseStep+;ReverseContinue+"));
    rig_ask(r, "bs");
    rig_expect_start(rig_run(r, 1), "T05replaylog:begin;" PC("00"));
    for (unsigned i = 0; i < 6; i++) {
        rig_ask(r, "s");
        rig_run(r, 1);
    }
    rig_ask(r, "bs");
    rig_expect_start(rig_run(r, 1), "T05" PC("0a"));
    assert_string_equal(rig_ask(r, "Z0,104,2"), "OK");
    assert_string_equal(rig_ask(r, "Z0,106,2;" COUNTER_IS_FIVE), "OK");
    rig_ask(r, "bc");
    rig_expect_start(rig_run(r, 1), "T05" PC("04")); /* over 106, where the condition is not true */
    rig_ask(r, "bc");
    rig_expect_start(rig_run(r, 1), "T05replaylog:begin;" PC("00"));
    assert_string_equal(rig_ask(r, "bsx"), "");
    assert_string_equal(rig_ask(r, "bc5"), "");
    rig_ask(r, "bc");
    assert_string_equal(rig_ask(r, "bs"), "E10"); /* it runs */
    rig_expect_start(rig_run(r, 1), "T05replaylog:begin;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(stepping),
        RIG_TEST(going_back),
        RIG_TEST(a_range_is_stepped_through),
        RIG_TEST(the_policy_and_its_counts),
        RIG_TEST(stops_say_why),
        RIG_TEST(reasons_are_for_who_knows_them),
        RIG_TEST(a_stop_may_bring_words),
        RIG_TEST(while_it_runs_only_the_end_is_obeyed),
        RIG_TEST(an_interrupt_that_comes_too_late_is_nothing),
        RIG_TEST(a_session_that_vanishes_lets_go),
        RIG_TEST(a_torn_packet_does_not_outlive_its_connection),
        RIG_TEST(detaching),
        RIG_TEST(killing),
        RIG_TEST(restarting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
