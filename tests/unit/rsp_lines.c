/* Command ports: scripts and people, and what they may do to the target. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rsp/lines.h"
#include "tests/fakes/rsp_rig.h"

static const char *feed(struct rig *r, struct rsp_lines *l, const char *text)
{
    wire_forget(&r->from_b);
    rsp_lines_feed(l, text, strlen(text));
    return r->from_b.bytes;
}

static void connect_lines(struct rig *r, struct rsp_lines *l, enum rsp_lines_style style)
{
    rig_connect_b(r);
    rsp_lines_init(l, &r->b, style);
}

static void scripts(void **state)
{
    static const struct {
        const char *script, *answer;
    } all[] = {
        {"say hello\x1a", "you said hello\n\x1a"},
        {"capture \"say hello\"\x1a", "you said hello\n\x1a"},
        {"capture {say {a; b}}\x1a", "you said {a; b}\n\x1a"},
        {"capture {capture \"say x\"}\x1a", "you said x\n\x1a"},
        {"say a; say b\n say c \x1a", "you said a\nyou said b\nyou said c\n\x1a"},
        {"say \"a;b\"\x1a", "you said \"a;b\"\n\x1a"},
        {"echo {one two};puts \"three\"\x1a", "one two\nthree\n\x1a"},
        {"tcl_notifications on; tcl_trace off\x1a", "\x1a"},
        {"\x1a", "\x1a"},
        {" ;; \x1a", "\x1a"},
        {"fail\x1a", "it cannot be done\n\x1a"},
        {"nonsense\x1a", "unknown command; try `monitor help'\n\x1a"},
        {"capture\x1a", "\x1a"},
        {"echo \"\x1a", "\"\n\x1a"},
        {"say 1\x1asay 2\x1a", "you said 1\n\x1ayou said 2\n\x1a"},
        {"}}}{\x1a", "unknown command; try `monitor help'\n\x1a"},
    };
    struct rig *r = *state;
    struct rsp_lines l;

    connect_lines(r, &l, RSP_LINES_TCL);
    assert_string_equal(r->from_b.bytes, "");
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
        assert_string_equal(feed(r, &l, all[i].script), all[i].answer);
}

static void in_pieces(void **state)
{
    struct rig *r = *state;
    struct rsp_lines l;

    connect_lines(r, &l, RSP_LINES_TCL);
    assert_string_equal(feed(r, &l, "say he"), "");
    assert_string_equal(feed(r, &l, "llo"), "");
    assert_string_equal(feed(r, &l, "\x1a"), "you said hello\n\x1a");
}

static void too_long(void **state)
{
    static char text[2 * RSP_LINE_MAX + 2];
    struct rig *r = *state;
    struct rsp_lines l;

    connect_lines(r, &l, RSP_LINES_TCL);
    memset(text, 'x', sizeof text - 2);
    text[sizeof text - 2] = '\x1a';
    assert_string_equal(feed(r, &l, text), "that was too long\n\x1a");
    assert_string_equal(feed(r, &l, "say x\x1a"), "you said x\n\x1a");
    for (size_t i = 0; i + 8 < RSP_LINE_MAX; i += 8)
        memcpy(text + i, "capture ", 8);
    memcpy(text + RSP_LINE_MAX - 8, "say x\x1a", 7);
    assert_string_equal(feed(r, &l, text), "you said x\n\x1a");
}

static void people(void **state)
{
    struct rig *r = *state;
    struct rsp_lines l;

    connect_lines(r, &l, RSP_LINES_TELNET);
    assert_string_equal(r->from_b.bytes, "nrfemu; `help' lists the commands, `exit' leaves\n> ");
    assert_string_equal(feed(r, &l, "say hello\r\n"), "you said hello\n> ");
    assert_string_equal(feed(r, &l, "\r\n"), "> ");
    assert_false(r->b.closing);
    assert_string_equal(feed(r, &l, "say bye; exit; say no\r\nsay no\r\n"), "you said bye\n");
    assert_true(r->b.closing);
}

/* Nothing of gdb's protocol is said to a command port, not even when the target stops. */
static void looking_does_not_disturb(void **state)
{
    struct rig *r = *state;
    struct rsp_lines l;

    rig_ask(r, "?");
    connect_lines(r, &l, RSP_LINES_TCL);
    rig_request(&r->a, "c", 1);
    rsp_hub_run(&r->hub);
    assert_string_equal(feed(r, &l, "say x\x1a"), "you said x\n\x1a");
    assert_true(r->hub.running);
    assert_string_equal(feed(r, &l, "halt\x1a"), "\x1a");
    wire_forget(&r->from_a);
    rsp_hub_run(&r->hub);
    assert_false(r->hub.running);
    assert_non_null(strstr(r->from_a.bytes, "$T02"));
    assert_string_equal(r->from_b.bytes, "\x1a");
}

static void who_acts_holds_the_target(void **state)
{
    struct rig *r = *state;
    struct rsp_lines l;

    connect_lines(r, &l, RSP_LINES_TCL);
    feed(r, &l, "say x\x1a");
    assert_int_equal(rsp_hub_attached(&r->hub), 0);
    feed(r, &l, "reset halt\x1a");
    assert_int_equal(rsp_hub_attached(&r->hub), 1);
    assert_false(r->hub.running);
    feed(r, &l, "resume\x1a");
    assert_true(r->hub.running);
    rsp_session_end(&r->b);
    assert_int_equal(rsp_hub_attached(&r->hub), 0);
    assert_false(r->hub.running);
}

static void shutting_down(void **state)
{
    struct rig *r = *state;
    struct rsp_lines l;

    connect_lines(r, &l, RSP_LINES_TCL);
    feed(r, &l, "shutdown\x1a");
    assert_true(r->hub.killed);
}

static void one_script(void **state)
{
    struct rig *r = *state;

    rig_connect_b(r);
    rsp_lines_run(&r->b, "say a; say b");
    assert_string_equal(r->from_b.bytes, "you said a\nyou said b\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(scripts),
        RIG_TEST(in_pieces),
        RIG_TEST(too_long),
        RIG_TEST(people),
        RIG_TEST(looking_does_not_disturb),
        RIG_TEST(who_acts_holds_the_target),
        RIG_TEST(shutting_down),
        RIG_TEST(one_script),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
