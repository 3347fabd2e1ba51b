/* gdb's `monitor`: finding commands, those of the server itself, and what they print. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fakes/rsp_rig.h"

struct answer {
    char text[1 << 16]; /* of all O packets */
    char reply[64];
    unsigned packets;
};

static void undo_hex(struct answer *a, const char *digits, size_t n)
{
    size_t len = strlen(a->text);
    struct rsp_args args = {(const uint8_t *)digits, (const uint8_t *)digits + n};

    assert_true(len + n / 2 < sizeof a->text && rsp_args_hex(&args, a->text + len, n / 2));
    a->text[len + n / 2] = '\0';
}

/* What is on the wire from `a`, acknowledged. */
static const struct answer *collect(struct rig *r)
{
    static struct answer a;

    memset(&a, 0, sizeof a);
    for (const char *at = r->from_a.bytes; (at = strchr(at, '$')); at++) {
        size_t len = strcspn(at, "#") - 1;
        a.packets++;
        if (at[1] == 'O' && at[2] != 'K')
            undo_hex(&a, at + 2, len - 1);
        else
            snprintf(a.reply, sizeof a.reply, "%.*s", (int)len, at + 1);
    }
    wire_forget(&r->from_a);
    rsp_session_feed(&r->a, "++++++++", 8);
    return &a;
}

static const struct answer *say(struct rig *r, const char *line)
{
    char request[256] = "qRcmd,";

    for (const char *at = line; *at; at++)
        sprintf(request + strlen(request), "%02x", (unsigned char)*at);
    wire_forget(&r->from_a);
    rig_request(&r->a, request, strlen(request));
    return collect(r);
}

static void expect(struct rig *r, const char *line, const char *reply, const char *text)
{
    const struct answer *a = say(r, line);

    if (strcmp(a->reply, reply) || !strstr(a->text, text))
        fail_msg("%s: %s, \"%s\"", line, a->reply, a->text);
}

static void commands_are_found(void **state)
{
    static const struct {
        const char *line, *reply, *text;
    } all[] = {
        {"say hello", "OK", "you said hello\n"},
        {"  SAY   hello", "OK", "you said hello\n"},
        {"sa hello", "OK", "you said hello\n"},
        {"say", "OK", "you said \n"},
        {"halted_time x", "OK", "you said x\n"},
        {"halted-ti x", "OK", "you said x\n"},
        {"fail", "E16", "it cannot be done\n"},
        {"x", "E16", "unknown command"},
        {"sayx", "E16", "unknown command"},
        {"h", "E16", "ambiguous command; it may be help halt halted-time\n"},
        {"s", "E16", "ambiguous"},
        {"halt", "OK", ""},               /* a whole word is not ambiguous */
        {"stat x", "OK", "you said x\n"}, /* in both tables */
        {"stats", "OK", "this connection: "},
        {"", "OK", "say "},
        {"help", "OK", "TEXT: says it again\n"},
        {"help say", "OK", "say            TEXT: says it again\n"},
        {"help nonsense", "E16", "unknown command"},
        {"init", "OK", ""},
    };
    struct rig *r = *state;

    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
        expect(r, all[i].line, all[i].reply, all[i].text);
    assert_null(strstr(say(r, "help say")->text, "fail"));
}

/* The fake target has no debug registers: only what needs none can be chosen. */
static void step_policies(void **state)
{
    struct rig *r = *state;

    expect(r, "step-policy", "OK", "* context ");
    expect(r, "step-policy", "OK", "  debugmon ");
    expect(r, "step-p context", "OK", "* context ");
    expect(r, "step-policy raw", "E16", "no debug registers");
    expect(r, "step-policy nonsense", "E16", "no such policy");
}

static void bad_lines(void **state)
{
    struct rig *r = *state;

    assert_string_equal(rig_ask(r, "qRcmd,686"), "E01");
    assert_string_equal(rig_ask(r, "qRcmd,6x"), "E01");
    static char request[8192] = "qRcmd,";
    memset(request + 6, '7', 4000);
    assert_string_equal(rig_ask(r, request), "E01");
}

static void output_comes_in_few_pieces(void **state)
{
    struct rig *r = *state;
    const struct answer *a = say(r, "many");

    assert_int_equal(strlen(a->text), 11000);
    assert_int_equal(a->packets, 4);
    assert_string_equal(a->reply, "OK");
}

static void resetting(void **state)
{
    struct rig *r = *state;

    r->fake.regs[CPU_PC] = 0x110;
    expect(r, "reset halt", "OK", "");
    assert_int_equal(r->fake.regs[CPU_PC], 0x100);
    expect(r, "reset", "OK", "");
    expect(r, "reset init", "OK", "");
    expect(r, "system_reset", "OK", "");
    assert_int_equal(r->fake.resets, 4);
    expect(r, "reset nonsense", "E16", "[halt|init|run]");
    assert_int_equal(r->fake.resets, 4);
    assert_false(r->hub.running);
}

static void after_reset_run_it_runs(void **state)
{
    struct rig *r = *state;

    expect(r, "reset run", "OK", "");
    assert_true(r->hub.running);
    assert_string_equal(rig_run(r, 3), ""); /* nobody waits */
    assert_string_equal(rig_ask(r, "c"), "");
    rig_feed(r, "\x03");
    rig_expect_start(rig_run(r, 1), "T02");
    expect(r, "reset run", "OK", "");
    expect(r, "halt", "OK", "");
    assert_string_equal(rig_run(r, 1), "");
    assert_false(r->hub.running);
}

static void one_resets_what_another_lets_run(void **state)
{
    struct rig *r = *state;

    rig_connect_b(r);
    rig_ask_b(r, "c");
    wire_forget(&r->from_b);
    expect(r, "reset halt", "OK", "");
    assert_int_equal(wire_packets(&r->from_b), 1);
    rig_expect_start(r->from_b.bytes, "$T05");
    rig_ask_b(r, "c");
    wire_forget(&r->from_b);
    expect(r, "halt", "OK", "");
    rsp_hub_run(&r->hub);
    rig_expect_start(r->from_b.bytes, "$T02");
}

static void a_synchronizing_step_is_none(void **state)
{
    struct rig *r = *state;

    expect(r, "gdb_sync", "OK", "");
    rig_expect_start(rig_ask(r, "vCont;s:p1.1;c"), "T05");
    assert_int_equal(r->fake.steps, 0);
    rig_ask(r, "s");
    rig_expect_start(rig_run(r, 1), "T05");
    assert_int_equal(r->fake.steps, 1);
    expect(r, "gdb_sync", "OK", "");
    rig_ask(r, "c");
    rig_feed(r, "\x03");
    rig_run(r, 1);
    rig_ask(r, "s"); /* the continue has made it void */
    rig_run(r, 1);
    assert_int_equal(r->fake.steps, 2);
}

static void tracing(void **state)
{
    struct rig *r = *state;

    expect(r, "trace", "OK", "nothing is traced\n");
    expect(r, "trace on", "OK", "traced: entry tail-chain late-arrival return fault sleep wake lockup reset\n");
    assert_int_equal(r->fake.traced >> EV_PIN & 1, 0);
    expect(r, "trace on pin entry", "OK", "traced: entry pin\n");
    assert_int_equal(r->fake.traced, 1u << EV_PIN | 1u << EV_ENTRY);
    expect(r, "trace on nonsense", "E16", "a kind is one of all entry");
    expect(r, "trace maybe", "E16", "trace [on");
    assert_int_equal(r->fake.traced, 1u << EV_PIN | 1u << EV_ENTRY);
    expect(r, "trace on all", "OK", " console mask halt\n");
    rig_connect_b(r);
    expect(r, "trace off", "OK", "nothing is traced\n");
    assert_int_equal(r->fake.traced, 0);
}

static void events_are_shown_to_who_waits(void **state)
{
    struct rig *r = *state;

    rig_connect_b(r);
    say(r, "trace on pin");
    rig_ask(r, "Z0,112,2");
    wire_forget(&r->from_b);
    rig_ask(r, "c");
    rig_ask_b(r, "c");
    rsp_hub_run(&r->hub);
    const struct answer *a = collect(r);
    assert_string_equal(a->text, "a pin\n");
    rig_expect_start(a->reply, "T05");
    assert_int_equal(wire_packets(&r->from_b), 1);
    rig_ask_b(r, "c");
    rsp_hub_run(&r->hub);
    assert_int_equal(collect(r)->packets, 0); /* `a` does not wait now */
}

static void a_flood_is_cut(void **state)
{
    struct rig *r = *state;

    say(r, "trace on pin");
    rig_ask(r, "vCont;r100,120");
    wire_forget(&r->from_a);
    for (unsigned i = 0; i < 100; i++)
        rsp_hub_run(&r->hub); /* a line in each of its steps' slices */
    unsigned lines = 0;
    for (const char *at = collect(r)->text; (at = strchr(at, '\n')); at++)
        lines++;
    assert_in_range(lines, 500, 2000);
    rig_feed(r, "\x03");
    rig_run(r, 1);
    rig_ask(r, "c");
    r->fake.flood = 10000;
    wire_forget(&r->from_a);
    rsp_hub_run(&r->hub);
    assert_non_null(strstr(collect(r)->text, "more)\n"));
}

static void tracing_ends_with_its_session(void **state)
{
    struct rig *r = *state;

    say(r, "trace on pin");
    rsp_session_end(&r->a);
    assert_int_equal(r->fake.traced, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(commands_are_found),
        RIG_TEST(step_policies),
        RIG_TEST(bad_lines),
        RIG_TEST(output_comes_in_few_pieces),
        RIG_TEST(resetting),
        RIG_TEST(after_reset_run_it_runs),
        RIG_TEST(one_resets_what_another_lets_run),
        RIG_TEST(a_synchronizing_step_is_none),
        RIG_TEST(tracing),
        RIG_TEST(events_are_shown_to_who_waits),
        RIG_TEST(a_flood_is_cut),
        RIG_TEST(tracing_ends_with_its_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
