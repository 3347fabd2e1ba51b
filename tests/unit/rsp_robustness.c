/*
 * What a careless, broken or hostile debugger may send, and what it is answered. Every table holds for the bytes in one
 * piece, one by one, and cut in two at every place; and nothing of it outlives its connection.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fakes/rsp_rig.h"

/* ---- framing ----------------------------------------------------------------------------------------------------- */

#define BYTES(text) text, sizeof(text) - 1
#define QC          "$qC#b4"
#define ANSWER      "+$QC1#c5"

static const struct wire_case {
    const char *what, *in;
    size_t size;
    const char *out;
} wire_cases[] = {
    {"nothing", BYTES(""), ""},
    {"a packet", BYTES(QC), ANSWER},
    {"no beginning", BYTES("qC#b4"), ""},
    {"no beginning, then a packet", BYTES("qC#b4" QC), ANSWER},
    {"a beginning within a body starts over", BYTES("$m20" QC), ANSWER},
    {"a beginning instead of the digits", BYTES("$qC#" QC), ANSWER},
    {"a beginning between the digits", BYTES("$qC#b" QC), ANSWER},
    {"a beginning behind a beginning", BYTES("$$$" QC), ANSWER},
    {"no digits", BYTES("$qC#"), ""},
    {"digits that are none", BYTES("$qC#xy"), "-"},
    {"a sign is no digit", BYTES("$qC#-4"), "-"},
    {"a blank is no digit", BYTES("$qC# 4"), "-"},
    {"half a number", BYTES("$qC#b+" QC), "-" ANSWER},
    {"digits in upper case", BYTES("$qC#B4"), ANSWER},
    {"a wrong checksum", BYTES("$qC#b5"), "-"},
    {"a write with a wrong checksum", BYTES("$M20000000,1:ff#00"), "-"},
    {"a wrong checksum, then a right one", BYTES("$qC#b5" QC), "-" ANSWER},
    {"an empty body", BYTES("$#00"), "+$#00"},
    {"an empty body with a wrong checksum", BYTES("$#01"), "-"},
    {"two in one piece", BYTES(QC "+" QC), ANSWER ANSWER},
    {"stale acknowledgements", BYTES("+++" QC "+++"), ANSWER},
    {"a refusal of nothing", BYTES("-" QC), ANSWER},
    {"lines before", BYTES("\r\nGET / HTTP/1.1\r\n\r\n" QC), ANSWER},
    {"NUL and bytes above 0x7f before", BYTES("\0\x80\xff" QC), ANSWER},
    {"NUL in a body", BYTES("$q\0#71"), "+$#00"},
    {"bytes above 0x7f in a body", BYTES("$\x80\xff#7f"), "+$#00"},
    {"interrupt when idle", BYTES("\x03\x03" QC), ANSWER},
    {"interrupt in a body is data", BYTES("$m0\x03,1#fd"), "+$E01#a6"},
    {"interrupt between # and the digits",
     BYTES("$qC#\x03"
           "b4" QC),
     "-" ANSWER},
    {"interrupt between the digits", BYTES("$qC#b\x03" QC), "-" ANSWER},
    {"interrupt behind a packet", BYTES(QC "\x03"), ANSWER},
    {"an escape at the end", BYTES("$x}#f5"), "+$E01#a6"},
    {"an escaped beginning is data", BYTES("$X20000000,1:}\x04#f2"), "+$OK#9a"},
    {"all that must be escaped", BYTES("$X20000000,4:}\x03}\x04}\n}]#d6"), "+$OK#9a"},
    {"an escape of what need not be", BYTES("$}Q}c#ae"), ANSWER},
    {"a run length from a debugger is none", BYTES("$0* #7a"), "+$#00"},
};
enum { WIRE_CASES = sizeof wire_cases / sizeof wire_cases[0] };

static void expect_wire(struct rig *r, const struct wire_case *c, const char *how)
{
    if (strcmp(r->from_a.bytes, c->out) != 0)
        fail_msg("%s, %s: \"%s\" instead of \"%s\"", c->what, how, r->from_a.bytes, c->out);
}

static void connect_again(struct rig *r)
{
    rsp_session_end(&r->a);
    rig_connect_a(r);
    wire_forget(&r->from_a);
}

static void in_one_piece(void **state)
{
    struct rig *r = *state;

    for (unsigned i = 0; i < WIRE_CASES; i++) {
        connect_again(r);
        rsp_session_feed(&r->a, wire_cases[i].in, wire_cases[i].size);
        expect_wire(r, &wire_cases[i], "in one piece");
    }
}

static void byte_by_byte(void **state)
{
    struct rig *r = *state;

    for (unsigned i = 0; i < WIRE_CASES; i++) {
        connect_again(r);
        for (size_t at = 0; at < wire_cases[i].size; at++)
            rsp_session_feed(&r->a, wire_cases[i].in + at, 1);
        expect_wire(r, &wire_cases[i], "byte by byte");
    }
}

static void cut_anywhere(void **state)
{
    struct rig *r = *state;

    for (unsigned i = 0; i < WIRE_CASES; i++)
        for (size_t at = 0; at <= wire_cases[i].size; at++) {
            connect_again(r);
            rsp_session_feed(&r->a, wire_cases[i].in, at);
            rsp_session_feed(&r->a, wire_cases[i].in + at, wire_cases[i].size - at);
            expect_wire(r, &wire_cases[i], "cut");
        }
}

/* Whatever a connection has sent when it breaks off, the next one begins anew. */
static void nothing_leaks_into_the_next_connection(void **state)
{
    struct rig *r = *state;

    for (unsigned i = 0; i < WIRE_CASES; i++)
        for (size_t at = 0; at <= wire_cases[i].size; at++) {
            connect_again(r);
            rsp_session_feed(&r->a, wire_cases[i].in, at);
            connect_again(r);
            assert_string_equal(rig_feed(r, "+" QC), ANSWER);
        }
}

static void modes_do_not_leak(void **state)
{
    struct rig *r = *state;

    rig_ask(r, "qSupported:multiprocess+;error-message+;swbreak+;hwbreak+;xmlRegisters=arm");
    rig_ask(r, "!");
    rig_ask(r, "Hgp1.1");
    rig_ask(r, "Z1,104,2");
    rig_ask(r, "Z2,20000010,4");
    rig_ask(r, "qRcmd,7472616365206f6e"); /* trace on */
    rig_ask(r, "QStartNoAckMode");
    rig_ask(r, "c");
    connect_again(r);
    assert_string_equal(rig_feed(r, QC), ANSWER); /* with acknowledgement, and without p1. */
    assert_string_equal(rig_ask(r, "m30000000,1"), "E0e");
    assert_string_equal(rig_ask(r, "vCont;c"), "");
    assert_string_equal(rig_run(r, 3), ""); /* no breakpoint is left */
    assert_int_equal(r->fake.n_points, 0);
    assert_int_equal(r->fake.traced, 0);
    rsp_session_feed(&r->a, "\x03", 1);
    rig_expect_start(rig_run(r, 1), "T02thread:1;");
    assert_string_equal(rig_feed(r, "$k#6b"), "+");
    assert_int_equal(r->fake.kills, 1); /* extended mode is over */
}

/* ---- sizes ------------------------------------------------------------------------------------------------------- */

/* Sends a write to memory with a body of `size` bytes, and a checksum that is right, or not. */
static const char *send_big(struct rig *r, size_t size, bool right)
{
    char *big = malloc(size + 8);
    uint8_t sum = 0;
    size_t len = (size_t)sprintf(big, "$X20000000,%zx:", size - 15);

    memset(big + len, 'a', size + 1 - len);
    for (size_t i = 1; i <= size; i++)
        sum += (uint8_t)big[i];
    sprintf(big + size + 1, "#%02x", (uint8_t)(sum + !right));
    rig_feed(r, big);
    free(big);
    return r->from_a.bytes;
}

static void sizes(void **state)
{
    struct rig *r = *state;

    assert_string_equal(send_big(r, RSP_PACKET_MAX, true), "+$OK#9a");
    assert_int_equal(r->fake.writes, 1);
    rig_feed(r, "+");
    assert_string_equal(send_big(r, RSP_PACKET_MAX, false), "-");
    assert_string_equal(send_big(r, RSP_PACKET_MAX + 1, true), "+$E01#a6");
    assert_string_equal(send_big(r, RSP_PACKET_MAX + 1, false), "-");
    assert_string_equal(send_big(r, 1 << 20, true), "+$E01#a6");
    assert_string_equal(send_big(r, 1 << 20, false), "-");
    assert_int_equal(r->fake.writes, 1);
    assert_string_equal(rig_feed(r, "+" QC), ANSWER);
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static const struct question hostile[] = {
    /* memory */
    {"m0,0", ""},
    {"m-1,4", "E01"},
    {"m0,-1", "E01"},
    {"mffffffff,1", "E0e"},
    {"mffffffff,ffffffff", "E0e"},
    {"m100000000,1", "E01"},
    {"m,", "E01"},
    {"m 0,4", "E01"},
    {"m0x0,4", "E01"},
    {"M20000000,2:01", "E01"},
    {"M20000000,1:0102", "E01"},
    {"M20000000,1:0", "E01"},
    {"M20000000,1:zz", "E01"},
    {"M20000000,ffffffff:", "E01"},
    {"Mffffffff,2:0102", "E01"},
    {"X20000000,2:a", "E01"},
    {"X20000000,0:a", "E01"},
    {"Xffffffff,2:ab", "E01"},
    {"x0,-1", "E01"},
    {"qCRC:0,100000000", "E01"},
    {"qSearch:memory:0;ffffffff;", "E01"},
    /* registers */
    {"p-1", "E01"},
    {"pffffffff", "E16"},
    {"p100000000", "E01"},
    {"Pff=00000000", "E16"},
    {"P0=", "E01"},
    {"P0=0000000", "E01"},
    {"P0", "E01"},
    {"G", "E01"},
    {"G00", "E01"},
    /* documents */
    {"qXfer:features:read:target.xml:ffffffff,ffffffff", "l"},
    {"qXfer:features:read:target.xml:0,-1", "E01"},
    {"qXfer:features:read::0,10", "E16"},
    {"qXfer:features:read:../../etc/passwd:0,10", "E16"},
    {"qXfer:threads:read:x:0,10", ""},
    {"qXfer:features:write:target.xml:0:x", ""},
    /* points */
    {"Z0,104,2", "OK"},
    {"Z0,104,2", "OK"},
    {"z0,104,2", "OK"},
    {"z0,104,2", "OK"},
    {"z1,3000,2", "OK"},
    {"Z1,105,2", "E01"},
    {"Z1,104,1", "E01"},
    {"Z1,104,4", "E01"},
    {"Z2,20000000,100000000", "E01"},
    {"Z2,fffffffe,3", "E01"},
    {"Z3,20000000,0", "E01"},
    {"Z9,0,0", ""},
    {"Z0", "E01"},
    {"Z0,,", "E01"},
    {"Z0,104,2;X", "E01"},
    {"Z0,104,2;X1,", "E01"},
    {"Z0,104,2;Xffffffff,27", "E01"},
    {"Z0,104,2;cmds:", "E01"},
    {"Z0,104,2;cmds:0", "E01"},
    {"Z0,104,2;nonsense", "E01"},
    /* resuming */
    {"vCont", "E01"},
    {"vCont;", "E01"},
    {"vCont;q", "E01"},
    {"vCont;s:99", "E01"},
    {"vCont;s:p1.99", "E01"},
    {"vCont;s:p9.1", "E01"},
    {"vCont;s:-2", "E01"},
    {"vCont;s:ffffffffffffffffff", "E01"},
    {"vCont;r108,104", "E01"},
    {"vCont;r,", "E01"},
    {"vCont;r0", "E01"},
    {"vCont;C;s", "E01"},
    {"cnowhere", "E01"},
    {"s-1", "E01"},
    {"C", "E01"},
    {"Sxx", "E01"},
    /* threads */
    {"Hg-1", "OK"},
    {"Hg0", "OK"},
    {"Hg", "E01"},
    {"Hgarbage", "E01"},
    {"Hg99", "E16"},
    {"Hx1", ""},
    {"T", "E01"},
    {"T99", "E16"},
    {"qThreadExtraInfo,zz", "E01"},
    {"qThreadExtraInfo,99", "E16"},
    /* the rest */
    {"qRcmd,6", "E01"},
    {"qRcmd,zz", "E01"},
    {"qRcmd", ""},
    {"vKill;", "E16"},
    {"vKill;9", "E16"},
    {"vAttach;", "E16"},
    {"vAttach;9", "E16"},
    {"D;9", "E01"},
    {"Dx", "E01"},
    {"vFlashErase:", "E01"},
    {"vFlashErase:0,-1", "E01"},
    {"vFlashErase:fffff000,ffffffff", "E01"},
    {"vFlashErase:0,1", "E.memtype"},
    {"vFlashWrite:", "E01"},
    {"vFlashWrite:ffffffff:ab", "E01"},
    {"QStartNoAckModeX", ""},
    {"vMustReplyEmpty", ""},
};

static void hostile_requests(void **state)
{
    struct rig *r = *state;
    char long_annex[2000] = "qXfer:features:read:";

    RIG_ASK_ALL(r, hostile);
    memset(long_annex + strlen(long_annex), 'A', 1500);
    strcat(long_annex, ":0,10");
    assert_string_equal(rig_ask(r, long_annex), "E16");
    assert_int_equal(r->fake.writes + r->fake.resets + r->fake.kills + r->fake.steps + r->fake.continues, 0);
    assert_int_equal(r->fake.n_points, 0);
    assert_int_equal(r->fake.device_reads, 0);
}

static void breakpoints_run_out(void **state)
{
    struct rig *r = *state;
    char request[32];

    for (unsigned i = 0; i < FAKE_HW_BREAKS; i++) {
        sprintf(request, "Z1,%x,2", 0x100 + 4 * i);
        assert_string_equal(rig_ask(r, request), "OK");
    }
    assert_string_equal(rig_ask(r, "Z1,200,2"), "E16");
    assert_string_equal(rig_ask(r, "z1,100,2"), "OK");
    assert_string_equal(rig_ask(r, "Z1,200,2"), "OK");
}

/* Every letter, and every letter with rubbish behind it, is answered once, and leaves a session that works. */
static void any_first_byte(void **state)
{
    struct rig *r = *state;
    static const char *const tails[] = {"", ":", ",", ";", "0", "-1", "ffffffff,ffffffff", ":0,0", ";s:", "zzzzzzzz"};

    for (unsigned first = 1; first < 256; first++)
        for (unsigned t = 0; t < sizeof tails / sizeof tails[0]; t++) {
            char request[32];
            if (first == '#' || first == '$' || first == '}' || strchr("kRcs", (int)first))
                continue;
            connect_again(r);
            sprintf(request, "%c%s", (int)first, tails[t]);
            rig_ask(r, request);
            if (!r->a.closing && !r->a.waiting)
                assert_string_equal(rig_feed(r, "+" QC), ANSWER);
        }
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

/* Bytes at any moment of a run: how many stop replies come, and whether the target runs at the end. */
static const struct {
    const char *what, *before, *between, *behind; /* what is sent: with the resume, while it runs, behind the stop */
    enum debug_stop stop;                         /* what the target does; DEBUG_RUNNING: it runs on */
    unsigned stops;
} races[] = {
    {"a breakpoint", "", "", "", DEBUG_BREAKPOINT, 1},
    {"an interrupt", "", "\x03", "", DEBUG_RUNNING, 1},
    {"many interrupts", "\x03\x03", "\x03\x03\x03", "\x03", DEBUG_RUNNING, 1},
    {"an interrupt and a breakpoint", "\x03", "", "", DEBUG_BREAKPOINT, 1},
    {"an interrupt behind the breakpoint", "", "", "\x03", DEBUG_BREAKPOINT, 1},
    {"the request again", "$c#63", "$c#63", "", DEBUG_BREAKPOINT, 1},
    {"the request again behind the stop", "", "", "$c#63", DEBUG_BREAKPOINT, 2 /* the same one, sent again */},
    {"a bad packet meanwhile", "", "$c#64", "", DEBUG_BREAKPOINT, 1},
    {"half a packet meanwhile", "", "$m200", "", DEBUG_BREAKPOINT, 1},
    {"the end of the run", "", "", "", DEBUG_EXITED, 1},
    {"lockup", "", "", "", DEBUG_LOCKUP, 1},
    {"nothing ever", "", "", "", DEBUG_RUNNING, 0},
};

static unsigned count_stops(const struct wire *w)
{
    unsigned n = 0;

    for (size_t i = 0; i + 1 < w->len; i++)
        n += w->bytes[i] == '$' && strchr("TW", w->bytes[i + 1]);
    return n;
}

static void exactly_one_stop_for_each_resume(void **state)
{
    struct rig *r = *state;

    for (unsigned i = 0; i < sizeof races / sizeof races[0]; i++) {
        connect_again(r);
        rig_feed(r, "+$vRun;#e6+");
        unsigned continues = r->fake.continues;
        wire_forget(&r->from_a);
        rsp_session_feed(&r->a, "$c#63", 5);
        rsp_session_feed(&r->a, races[i].before, strlen(races[i].before));
        if (races[i].stop != DEBUG_RUNNING)
            r->fake.next = (struct debug_stop_info){.stop = races[i].stop};
        rsp_session_feed(&r->a, races[i].between, strlen(races[i].between));
        for (unsigned slice = 0; slice < 3; slice++)
            rsp_hub_run(&r->hub);
        rsp_session_feed(&r->a, races[i].behind, strlen(races[i].behind));
        for (unsigned slice = 0; slice < 3; slice++)
            rsp_hub_run(&r->hub);
        if (count_stops(&r->from_a) != races[i].stops)
            fail_msg("%s: %u stops: %s", races[i].what, count_stops(&r->from_a), r->from_a.bytes);
        if (r->fake.continues - continues != 1)
            fail_msg("%s: %u times", races[i].what, r->fake.continues - continues);
        assert_int_equal(r->hub.running, races[i].stops == 0);
    }
}

static void who_vanishes_leaves_it_usable(void **state)
{
    static const char *const requests[] = {"c",        "s", "vCont;r100,120", "vCont;c", "vFlashErase:0,1000",
                                           "Z1,104,2", "D"};
    struct rig *r = *state;

    for (unsigned i = 0; i < sizeof requests / sizeof requests[0]; i++)
        for (unsigned slices = 0; slices < 3; slices++) {
            rig_ask(r, requests[i]);
            for (unsigned n = 0; n < slices; n++)
                rsp_hub_run(&r->hub);
            connect_again(r);
            assert_false(r->hub.running);
            assert_int_equal(r->fake.n_points, 0);
            assert_string_equal(rig_ask(r, "vCont;s"), "");
            rig_expect_start(rig_run(r, 1), "T05");
        }
}

static void while_it_runs(void **state)
{
    static const struct question all[] = {
        {"m20000000,4", "E10"}, {"g", "E10"},       {"p0", "E10"},         {"P0=00000000", "E10"},
        {"Z1,104,2", "E10"},    {"vCont;c", "E10"}, {"c", "E10"},          {"?", "E10"},
        {"qC", "E10"},          {"vRun;", "E10"},   {"vFlashDone", "E10"}, {"nonsense", "E10"},
    };
    struct rig *r = *state;

    rig_ask(r, "vCont;s;c"); /* not the last request of the table */
    rig_run(r, 1);
    rig_ask(r, "vCont;c:1");
    RIG_ASK_ALL(r, all);
    assert_int_equal(r->fake.continues, 1);
    assert_int_equal(r->fake.writes, 0);
    assert_string_equal(rig_ask(r, "D"), "OK");
    assert_false(r->hub.running);
}

static void killed_in_the_middle_of_loading(void **state)
{
    struct rig *r = *state;

    assert_string_equal(rig_ask(r, "vFlashErase:0,1000"), "OK");
    assert_string_equal(rig_ask(r, "vFlashWrite:0:abc"), "OK");
    assert_string_equal(rig_feed(r, "$vFlashWrite:3:de$k#6b"), "+");
    assert_int_equal(r->fake.kills, 1);
    assert_memory_equal(r->fake.flash, "abc\xff", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(in_one_piece),
        RIG_TEST(byte_by_byte),
        RIG_TEST(cut_anywhere),
        RIG_TEST(nothing_leaks_into_the_next_connection),
        RIG_TEST(modes_do_not_leak),
        RIG_TEST(sizes),
        RIG_TEST(hostile_requests),
        RIG_TEST(breakpoints_run_out),
        RIG_TEST(any_first_byte),
        RIG_TEST(exactly_one_stop_for_each_resume),
        RIG_TEST(who_vanishes_leaves_it_usable),
        RIG_TEST(while_it_runs),
        RIG_TEST(killed_in_the_middle_of_loading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
