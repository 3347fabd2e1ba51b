/* Framing and the text helpers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rsp/packet.h"

/* What the parser says of `in`, as a line: "+" "-" "^C" "!" (checksum) "?" (malformed) and "[body]". */
static void parse(struct rsp_parser *p, const char *in, size_t size, char *out)
{
    static const char *const names[] = {
        [RSP_EVENT_NONE] = "", [RSP_EVENT_MALFORMED] = "?", [RSP_EVENT_BAD_CHECKSUM] = "!",
        [RSP_EVENT_ACK] = "+", [RSP_EVENT_NAK] = "-",       [RSP_EVENT_BREAK] = "^C"};

    *out = '\0';
    for (size_t i = 0; i < size; i++) {
        enum rsp_event e = rsp_parser_feed(p, (uint8_t)in[i]);
        if (e == RSP_EVENT_PACKET)
            out += sprintf(out, "[%.*s]", (int)p->len, (const char *)p->body);
        else
            out += sprintf(out, "%s", names[e]);
    }
}

static const struct {
    const char *what, *in, *events;
} cases[] = {
    {"a packet", "$g#67", "[g]"},
    {"an empty one", "$#00", "[]"},
    {"digits in upper case", "$z#7A$j#6A", "[z][j]"},
    {"digits in lower case", "$z#7a", "[z]"},
    {"two in one piece", "$g#67$m#6d", "[g][m]"},
    {"no beginning", "g#67", ""},
    {"a beginning within: the packet starts over", "$gg$g#67", "[g]"},
    {"a beginning instead of the digits", "$g#$g#67", "[g]"},
    {"a beginning between the digits", "$g#6$g#67", "[g]"},
    {"a wrong checksum", "$g#68", "!"},
    {"no digits", "$g#xy", "!"},
    {"one digit", "$g#6+", "!"},
    {"interrupt instead of a digit",
     "$g#\x03"
     "7",
     "!"},
    {"goes on after a wrong one", "$g#68$g#67", "![g]"},
    {"stale acknowledgements", "+++-$g#67+", "+++-[g]+"},
    {"garbage before", "hello\r\n$g#67", "[g]"},
    {"interrupt when idle", "\x03", "^C"},
    {"interrupt after a packet", "$g#67\x03", "[g]^C"},
    {"0x03 in a body is data",
     "$a\x03"
     "b#c6",
     "[a\x03"
     "b]"},
    {"the acknowledgements in a body are data", "$+-#58", "[+-]"},
    {"bytes above 0x7f", "$\x80\xff#7f", "[\x80\xff]"},
    {"escapes", "$}\x03}\x04}\x0a}]#62", "[#$*}]"},
    {"an escape at the end", "$a}#de", "?"},
    {"an asterisk repeats nothing here", "$0*!#7b", "[0*!]"},
};

static void what_comes_in(void **state)
{
    static struct rsp_parser p;
    char events[256];

    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rsp_parser_init(&p);
        parse(&p, cases[i].in, strlen(cases[i].in), events);
        if (strcmp(events, cases[i].events))
            fail_msg("%s: %s instead of %s", cases[i].what, events, cases[i].events);
    }
}

static void a_nul_is_data(void **state)
{
    static struct rsp_parser p;
    char events[64];

    rsp_parser_init(&p);
    parse(&p, "$a\0b#c3", 7, events);
    assert_int_equal(p.len, 3);
    assert_memory_equal(p.body, "a\0b", 3);
}

/* A body of `size` bytes, and what the parser says of it. */
static enum rsp_event feed_long(struct rsp_parser *p, size_t size)
{
    uint8_t sum = 0;
    char end[4];
    enum rsp_event e = RSP_EVENT_NONE;

    rsp_parser_init(p);
    rsp_parser_feed(p, '$');
    for (size_t i = 0; i < size; i++, sum += 'a')
        assert_int_equal(rsp_parser_feed(p, 'a'), RSP_EVENT_NONE);
    snprintf(end, sizeof end, "#%02x", sum);
    for (unsigned i = 0; i < 3; i++)
        e = rsp_parser_feed(p, (uint8_t)end[i]);
    return e;
}

static void the_size_is_limited(void **state)
{
    static struct rsp_parser p;

    assert_int_equal(feed_long(&p, RSP_PACKET_MAX), RSP_EVENT_PACKET);
    assert_int_equal(p.len, RSP_PACKET_MAX);
    assert_int_equal(feed_long(&p, RSP_PACKET_MAX + 1), RSP_EVENT_MALFORMED);
    assert_int_equal(feed_long(&p, 1 << 20), RSP_EVENT_MALFORMED);
}

static void initialising_forgets_a_torn_packet(void **state)
{
    static struct rsp_parser p;
    char events[64];

    rsp_parser_init(&p);
    parse(&p, "$gggg", 5, events);
    rsp_parser_init(&p);
    parse(&p, "+$g#67", 6, events);
    assert_string_equal(events, "+[g]");
}

static void frames(void **state)
{
    static struct rsp_buf b;
    static uint8_t frame[RSP_FRAME_MAX];

    rsp_buf_clear(&b);
    assert_int_equal(rsp_frame(&b, false, frame), 4);
    assert_memory_equal(frame, "$#00", 4);
    rsp_buf_str(&b, "OK");
    assert_int_equal(rsp_frame(&b, false, frame), 6);
    assert_memory_equal(frame, "$OK#9a", 6);
}

static void binary_is_escaped_and_cut(void **state)
{
    static struct rsp_buf b;

    rsp_buf_clear(&b);
    assert_int_equal(rsp_buf_binary(&b, "a#$}*b", 6), 6);
    assert_int_equal(b.len, 10);
    assert_memory_equal(b.bytes, "a}\x03}\x04}]}\nb", 10);
    b.len = RSP_PACKET_MAX - 2;
    assert_int_equal(rsp_buf_binary(&b, "xy", 2), 2);
    b.len = RSP_PACKET_MAX - 2;
    assert_int_equal(rsp_buf_binary(&b, "x#", 2), 1); /* never half an escape */
    assert_true(b.full);
}

static void a_full_buffer_says_so(void **state)
{
    static struct rsp_buf b;
    static uint8_t bytes[RSP_PACKET_MAX];

    rsp_buf_clear(&b);
    rsp_buf_hex(&b, bytes, RSP_PACKET_MAX / 2);
    assert_false(b.full);
    assert_int_equal(b.len, RSP_PACKET_MAX);
    rsp_buf_str(&b, "x");
    assert_true(b.full);
    assert_int_equal(b.len, RSP_PACKET_MAX);
    rsp_buf_clear(&b);
    rsp_buf_hex(&b, bytes, RSP_PACKET_MAX / 2 + 1);
    assert_true(b.full);
    assert_int_equal(b.len, 0);
}

static struct rsp_args args_of(const char *text)
{
    return (struct rsp_args){(const uint8_t *)text, (const uint8_t *)text + strlen(text)};
}

static void numbers(void **state)
{
    static const struct {
        const char *in;
        bool ok;
        uint32_t value;
    } all[] = {
        {"0", true, 0},
        {"ffffffff", true, 0xffffffff},
        {"00000000000012", true, 0x12},
        {"aBcD", true, 0xabcd},
        {"100000000", false, 0},
        {"", false, 0},
        {"-1", false, 0},
        {"x", false, 0},
        {"12,", true, 0x12},
        {"fffffffff", false, 0},
    };

    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct rsp_args a = args_of(all[i].in);
        const uint8_t *before = a.at;
        uint32_t value = 0;
        assert_int_equal(rsp_args_u32(&a, &value), all[i].ok);
        assert_int_equal(value, all[i].value);
        if (!all[i].ok)
            assert_ptr_equal(a.at, before);
    }
}

static void threads(void **state)
{
    static const struct {
        const char *in;
        bool ok;
        int64_t pid, tid;
    } all[] = {
        {"1", true, RSP_ANY, 1},
        {"-1", true, RSP_ANY, RSP_ALL},
        {"p1.2", true, 1, 2},
        {"p1.-1", true, 1, RSP_ALL},
        {"p-1.-1", true, RSP_ALL, RSP_ALL},
        {"p3", true, 3, RSP_ALL},
        {"p0.0", true, RSP_ANY, RSP_ANY},
        {"p", false, 0, 0},
        {"", false, 0, 0},
        {"p1.", false, 0, 0},
        {"-2", false, 0, 0},
    };

    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct rsp_args a = args_of(all[i].in);
        struct rsp_thread_id id;
        assert_int_equal(rsp_args_thread(&a, &id), all[i].ok);
        if (!all[i].ok)
            continue;
        assert_int_equal(id.pid, all[i].pid);
        assert_int_equal(id.tid, all[i].tid);
        assert_true(rsp_args_end(&a));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_in),
        cmocka_unit_test(a_nul_is_data),
        cmocka_unit_test(the_size_is_limited),
        cmocka_unit_test(initialising_forgets_a_torn_packet),
        cmocka_unit_test(frames),
        cmocka_unit_test(binary_is_escaped_and_cut),
        cmocka_unit_test(a_full_buffer_says_so),
        cmocka_unit_test(numbers),
        cmocka_unit_test(threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
