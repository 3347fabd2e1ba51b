/* A session and the wire: framing, acknowledgements, what is sent again, what a connection leaves behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fakes/rsp_rig.h"

static void framing(void **state)
{
    static const struct question all[] = {
        {"$qC#b4", "+$QC1#c5"},
        {"+$qC#b4", "+$QC1#c5"},
        {"+$qC#B4", "+$QC1#c5"},
        {"+$qC#b5", "-"},
        {"$qC#zz", "-"},
        {"$qC#", ""},
        {"b4", "+$QC1#c5"},
        {"+$M20000000,1:ff#00", "-"},
        {"$qCqC$qC#b4", "+$QC1#c5"},
        {"+qC#b4", ""},
        {"$qC#b4+$qOffsets#4b", "+$QC1#c5+$Text=0;Data=0;Bss=0#04"},
        {"+\x03", ""}, /* nothing runs */
        {"$m0\x03,1#fd", "+$E01#a6"},
        {"+$x}#f5", "+$E01#a6"}, /* ends within an escape */
    };
    struct rig *r = *state;

    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
        if (strcmp(rig_feed(r, all[i].request), all[i].reply))
            fail_msg("%s: \"%s\" instead of \"%s\"", all[i].request, r->from_a.bytes, all[i].reply);
    assert_int_equal(r->fake.writes, 0);
}

static void split_anywhere_it_is_the_same(void **state)
{
    static const char bytes[] = "+$M20000000,2:abcd#f1+$m20000000,2#4d+";
    struct rig *r = *state;

    for (size_t at = 0; at < sizeof bytes; at++) {
        wire_forget(&r->from_a);
        rsp_session_feed(&r->a, bytes, at);
        rsp_session_feed(&r->a, bytes + at, sizeof bytes - 1 - at);
        assert_string_equal(r->from_a.bytes, "+$OK#9a+$abcd#8a");
    }
}

static void oversized_requests_are_refused(void **state)
{
    struct rig *r = *state;
    static char big[RSP_PACKET_MAX + 16];
    size_t size = (size_t)sprintf(big, "$X20000000,3ff4:");
    uint8_t sum = 0;

    memset(big + size, 'a', RSP_PACKET_MAX + 1 - size);
    size = RSP_PACKET_MAX + 2;
    big[size - 1] = 'a';
    for (size_t i = 1; i < size; i++)
        sum += (uint8_t)big[i];
    sprintf(big + size, "#%02x", sum);
    assert_string_equal(rig_feed(r, big), "+$E01#a6");
    assert_int_equal(r->fake.writes, 0);
    assert_string_equal(rig_ask(r, "qC"), "QC1");
}

static void acknowledgements_are_no_more(void **state)
{
    struct rig *r = *state;

    assert_string_equal(rig_feed(r, "+$QStartNoAckMode#b0"), "+$OK#9a");
    assert_string_equal(rig_feed(r, "+"), "");
    assert_string_equal(rig_feed(r, "$qC#b4"), "$QC1#c5");
    assert_string_equal(rig_feed(r, "$qC#b4"), "$QC1#c5"); /* the same again is a new request */
    assert_string_equal(rig_feed(r, "-"), "");
    assert_string_equal(rig_feed(r, "$qC#b5"), "");
}

static void a_reply_is_sent_again_when_asked(void **state)
{
    struct rig *r = *state;

    assert_string_equal(rig_feed(r, "-"), "");
    assert_string_equal(rig_feed(r, "$m40000000,4#51"), "+$01000000#81");
    assert_string_equal(rig_feed(r, "-"), "$01000000#81");
    assert_string_equal(rig_feed(r, "-"), "$01000000#81");
    assert_string_equal(rig_feed(r, "+"), "");
    assert_string_equal(rig_feed(r, "-"), "");
    assert_int_equal(r->fake.device_reads, 1);
}

static void a_request_sent_again_is_done_once(void **state)
{
    struct rig *r = *state;

    assert_string_equal(rig_feed(r, "+$m40000000,4#51"), "+$01000000#81");
    assert_string_equal(rig_feed(r, "$m40000000,4#51"), "+$01000000#81");
    assert_string_equal(rig_feed(r, "+$m40000000,4#51"), "+$02000000#82");
    rig_feed(r, "+");

    assert_string_equal(rig_feed(r, "$s#73"), "+");
    assert_string_equal(rig_feed(r, "$s#73"), "+"); /* still running */
    wire_forget(&r->from_a);
    rsp_hub_run(&r->hub);
    assert_int_equal(wire_packets(&r->from_a), 1);
    static char stop[256];
    strcpy(stop, r->from_a.bytes);
    rig_expect_start(rig_feed(r, "$s#73"), "+");
    assert_string_equal(r->from_a.bytes + 1, stop);
    rsp_hub_run(&r->hub);
    assert_int_equal(r->fake.steps, 1);
    rig_feed(r, "+$s#73");
    assert_int_equal(r->fake.steps, 2);
}

static void a_client_that_never_acknowledges_is_obeyed(void **state)
{
    struct rig *r = *state;

    for (unsigned i = 0; i < 3; i++) {
        assert_string_equal(rig_feed(r, "$s#73"), "+");
        rsp_hub_run(&r->hub);
    }
    assert_int_equal(r->fake.steps, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(framing),
        RIG_TEST(split_anywhere_it_is_the_same),
        RIG_TEST(oversized_requests_are_refused),
        RIG_TEST(acknowledgements_are_no_more),
        RIG_TEST(a_reply_is_sent_again_when_asked),
        RIG_TEST(a_request_sent_again_is_done_once),
        RIG_TEST(a_client_that_never_acknowledges_is_obeyed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
