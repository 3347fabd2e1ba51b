/* Agent expressions: each operation, hostile programs, and conditions and commands of breakpoints that use them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rsp/agent.h"
#include "tests/fakes/rsp_rig.h"

/* Big enough for any; the length is that of the text, two digits for each byte. */
static size_t assemble(const char *digits, uint8_t *code)
{
    struct rsp_args a = {(const uint8_t *)digits, (const uint8_t *)digits + strlen(digits)};
    size_t len = strlen(digits) / 2;

    assert_true(rsp_args_hex(&a, code, len));
    return len;
}

static bool run(struct rig *r, const char *digits, uint64_t *value)
{
    uint8_t code[64];
    struct rsp_agent a = {.target = &r->fake.target, .threads = &r->hub.threads, .thread = 1};

    return rsp_agent_run(&a, code, assemble(digits, code), value);
}

static const struct {
    const char *code;
    uint64_t value;
} good[] = {
    {"27", 0},
    {"220527", 5},
    {"23123427", 0x1234},
    {"241234567827", 0x12345678},
    {"25123456789abcdef027", 0x123456789abcdef0},
    {"220522030227", 8},
    {"220522030327", 2},
    {"220522030427", 15},
    {"22f916082203052704", (uint64_t)-2}, /* -7 / 3 */
    {"220722030627", 2},
    {"22f916082203072704", (uint64_t)-1}, /* -7 % 3 */
    {"220722030827", 1},
    {"25800000000000000022ff16080527", 0x8000000000000000},
    {"25800000000000000022ff16080727", 0},
    {"220122040927", 16},
    {"220122400927", 0},
    {"22f016082202"
     "0a27",
     (uint64_t)-4},
    {"22f01608"
     "22ff"
     "0a27",
     UINT64_MAX},
    {"22f0"
     "2202"
     "0b27",
     0x3c},
    {"22f0"
     "2240"
     "0b27",
     0},
    {"22000e27", 1},
    {"22050e27", 0},
    {"220c220a0f27", 8},
    {"220c220a1027", 14},
    {"220c220a1127", 6},
    {"22001227", UINT64_MAX},
    {"220522051327", 1},
    {"220522061327", 0},
    {"22ff1608"
     "2201"
     "1427",
     1},
    {"22ff1608"
     "2201"
     "1527",
     0},
    {"22ff160827", UINT64_MAX},
    {"227f160827", 0x7f},
    {"2380ff"
     "2a0827",
     0xff},
    {"23ffff"
     "2a4027",
     0xffff},
    {"2420000000"
     "1727",
     0x44},
    {"2420000000"
     "1827",
     0x3344},
    {"2420000000"
     "1927",
     0x11223344},
    {"2420000000"
     "1a27",
     0x5566778811223344},
    {"2201"
     "200006"
     "27"
     "220727",
     7}, /* if_goto, taken */
    {"2200"
     "200006"
     "27"
     "220727",
     0}, /* not taken */
    {"210004"
     "27"
     "220727",
     7},
    {"26000f27", 0x100},              /* pc */
    {"26002027", 0x4000000000000001}, /* d0 */
    {"2205280227", 10},
    {"220522032927", 5},
    {"220522032b0327", (uint64_t)-2},
    {"22012202"
     "320127",
     1},
    {"220122022203"
     "33"
     "27",
     2}, /* c a b */
    {"220122022203"
     "33"
     "2929"
     "27",
     3},
};

static void programs_have_values(void **state)
{
    struct rig *r = *state;
    uint64_t value;

    memcpy(r->fake.ram, "\x44\x33\x22\x11\x88\x77\x66\x55", 8);
    r->fake.regs[CPU_S0] = 1;
    r->fake.regs[CPU_S0 + 1] = 0x40000000;
    for (unsigned i = 0; i < sizeof good / sizeof good[0]; i++)
        if (!run(r, good[i].code, &value) || value != good[i].value)
            fail_msg("%s: %llx instead of %llx", good[i].code, (long long)value, (long long)good[i].value);
}

static void hostile_programs_are_refused(void **state)
{
    static const char *const all[] = {
        "",           /* no end */
        "22",         /* the operand is missing */
        "2501020304", /* half of it is */
        "02",         /* nothing on the stack */
        "220102",     /* not enough */
        "220122000527",
        "220122000627",
        "220122000727",
        "220122000827", /* by zero */
        "210000",       /* for ever */
        "21ffff",       /* out of the program */
        "220120ffff",
        "2201210000", /* for ever, and growing */
        "2201320127", /* no such depth */
        "2430000000"
        "1727",     /* no memory there */
        "26006327", /* no such register */
        "2201"
        "160027", /* no bits */
        "2201"
        "164127",
        "0127",
        "1b27",
        "2c000127",
        "2d000127",
        "2e000127",
        "0c27",
        "3127",
        "ff27",
        "0027",
        "2200220034010000",   /* not so many arguments */
        "2200220034000010ff", /* the format is outside */
        "34000000",
    };
    uint64_t value;

    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
        if (run(*state, all[i], &value))
            fail_msg("%s was carried out", all[i]);
}

/* ---- printf ---- */

static void collect(void *ctx, const char *text) { snprintf(ctx, 2048, "%s", text); }

static const struct {
    const char *format, *text;
} formats[] = {
    {"plain", "plain"},
    {"%d|%u|%x", "-2|4294967294|fffffffe"},
    {"%ld|%lld", "-2|-2"},
    {"%5d|%-5d|%05d", "   -2|-2   |-0002"},
    {"%#x %X %o", "0xfffffffe FFFFFFFE 37777777776"},
    {"%c%%", "\xfe%"},
    {"%p", "0xfffffffe"},
    {"%.3d", "-002"},
    {"a\\tb\\n\\\\ \\\"\\101\\x41\\q", "a\tb\n\\ \"AAq"},
    {"\\", ""},
};

static void printf_prints(void **state)
{
    struct rig *r = *state;
    char text[2048];
    struct rsp_agent a = {
        .target = &r->fake.target, .threads = &r->hub.threads, .thread = 1, .print = collect, .print_ctx = text};
    const uint64_t args[] = {(uint64_t)-2, (uint64_t)-2, (uint64_t)-2, 0}, where = FAKE_RAM;

    for (unsigned i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        assert_true(rsp_agent_printf(&a, formats[i].format, strlen(formats[i].format), args, 4));
        assert_string_equal(text, formats[i].text);
    }
    strcpy((char *)r->fake.ram, "hello");
    assert_true(rsp_agent_printf(&a, "<%s|%7s|%.2s>", 13, (const uint64_t[]){where, where, where}, 3));
    assert_string_equal(text, "<hello|  hello|he>");
    memset(r->fake.ram, 'x', FAKE_RAM_SIZE);
    assert_true(rsp_agent_printf(&a, "%s", 2, &where, 1));
    assert_int_equal(strlen(text), 256);
    assert_true(rsp_agent_printf(&a, "%s", 2, (const uint64_t[]){0x30000000}, 1));
    assert_string_equal(text, "");
}

static void printf_refuses(void **state)
{
    static const char *const all[] = {"%", "%d%d", "%n", "%f", "%*d", "%999d", "%.999d", "%l", "%-"};
    struct rig *r = *state;
    struct rsp_agent a = {.target = &r->fake.target, .threads = &r->hub.threads, .thread = 1};

    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
        if (rsp_agent_printf(&a, all[i], strlen(all[i]), (const uint64_t[]){1}, 1))
            fail_msg("%s was printed", all[i]);
}

/* ---- at breakpoints: the loop stands at 0x110 once in each round, and counts there ---- */

#define COUNTER_IS(n) \
    "2420000010"      \
    "1922" n "1327"

static void a_condition_is_evaluated_here(void **state)
{
    struct rig *r = *state;

    assert_string_equal(rig_ask(r, "Z0,110,2;Xa," COUNTER_IS("03")), "OK");
    rig_ask(r, "c");
    rig_expect_start(rig_run(r, 100), "T05");
    assert_int_equal(r->fake.ram[0x10], 3);
    assert_int_equal(r->fake.regs[CPU_PC], 0x110);
    assert_int_equal(r->fake.continues, 1);
    assert_string_equal(rig_ask(r, "Z0,110,2;Xa," COUNTER_IS("05") "Xa," COUNTER_IS("06")), "OK"); /* instead */
    rig_ask(r, "c");
    rig_run(r, 100);
    assert_int_equal(r->fake.ram[0x10], 5);
    rig_ask(r, "c");
    rig_run(r, 100);
    assert_int_equal(r->fake.ram[0x10], 6);
    assert_string_equal(rig_ask(r, "Z0,110,2"), "OK");
    rig_ask(r, "c");
    rig_run(r, 100);
    assert_int_equal(r->fake.ram[0x10], 7);
    rig_ask(r, "z0,110,2");
    assert_int_equal(r->hub.points.programs.n + r->hub.points.programs.used, 0);
}

static void what_cannot_be_evaluated_stops(void **state)
{
    struct rig *r = *state;

    rig_ask(r, "Z0,110,2;X2,0127");
    rig_ask(r, "c");
    rig_expect_start(rig_run(r, 1), "T05");
}

static void an_interrupt_gets_through_false_conditions(void **state)
{
    struct rig *r = *state;

    rig_ask(r, "Z0,110,2;X3,220027");
    rig_ask(r, "c");
    assert_string_equal(rig_run(r, 3), "");
    rig_feed(r, "\x03");
    rig_expect_start(rig_run(r, 1), "T02");
}

static void a_range_passes_false_conditions(void **state)
{
    struct rig *r = *state;

    rig_ask(r, "Z0,104,2;X3,220027");
    rig_ask(r, "vCont;r100,108");
    rig_run(r, 2);
    assert_int_equal(r->fake.regs[CPU_PC], 0x108);
}

static void commands_print_and_go_on(void **state)
{
    struct rig *r = *state;

    /* printf("n %d\n", *(int *)0x20000010) while that is less than 2, and a stop at 0x112 when it is 4 */
    assert_string_equal(rig_ask(r, "Z0,110,2;Xa,2420000010192202"
                                   "1527;cmds:0,X15,2420000010192200220034010006"
                                   "6e2025640a0027"),
                        "OK");
    assert_string_equal(rig_ask(r, "Z0,112,2;Xa," COUNTER_IS("04")), "OK");
    rig_ask(r, "c");
    wire_forget(&r->from_a);
    for (unsigned i = 0; i < 100; i++)
        rsp_hub_run(&r->hub);
    rig_expect_start(r->from_a.bytes, "$O6e20300a6e20310a#32$T05");
}

static void reasons_are_for_the_owner(void **state)
{
    struct rig *r = *state;

    rig_connect_b(r);
    rig_ask(r, "qSupported:swbreak+");
    rig_ask_b(r, "qSupported:swbreak+");
    rig_ask(r, "Z0,110,2");
    rig_ask_b(r, "Z0,110,2;X3,220027");
    rig_ask_b(r, "c");
    rig_ask(r, "c");
    wire_forget(&r->from_b);
    rig_expect_start(rig_run(r, 1), "T05swbreak:;");
    rig_expect_start(r->from_b.bytes, "$T05thread");
}

static void programs_go_with_their_debugger(void **state)
{
    struct rig *r = *state;

    rig_connect_b(r);
    rig_ask(r, "Z0,110,2;X3,220027");
    rig_ask_b(r, "Z0,110,2;X3,220127");
    rsp_session_end(&r->a);
    assert_int_equal(r->hub.points.programs.n, 1);
    assert_int_equal(r->hub.points.programs.code[1], 1);
    rsp_session_end(&r->b);
    assert_int_equal(r->hub.points.programs.n, 0);
}

static void malformed_programs(void **state)
{
    static const struct question all[] = {
        {"Z0,110,2;", "OK"},
        {"Z0,110,2;X", "E01"},
        {"Z0,110,2;X2", "E01"},
        {"Z0,110,2;X2,", "E01"},
        {"Z0,110,2;X2,22", "E01"},
        {"Z0,110,2;X2,22zz", "E01"},
        {"Z0,110,2;X3,220127x", "E01"},
        {"Z0,110,2;Y3,220127", "E01"},
        {"Z0,110,2;X1001,22", "E01"},
        {"Z0,110,2;Xffffffff,22", "E01"},
        {"Z0,110,2;cmds:", "E01"},
        {"Z0,110,2;cmds:1", "E01"},
        {"Z0,110,2;cmds:1,", "OK"},
        {"Z0,110,2;X0,", "OK"},
        {"Z2,20000000,4;X3,220127", "E01"},
        {"z0,110,2;X3,220127", "E01"},
    };

    RIG_ASK_ALL((struct rig *)*state, all);
}

static void there_is_room_for_so_many(void **state)
{
    struct rig *r = *state;
    char request[64];
    unsigned n = 0;

    do
        snprintf(request, sizeof request, "Z0,%x,2;X3,220127X3,220127X3,220127X3,220127X3,220127", 2 * n);
    while (strcmp(rig_ask(r, request), "OK") == 0 && ++n < 1000);
    assert_in_range(n, 40, 999);
    assert_int_equal(r->fake.n_points, n);
    assert_string_equal(r->reply, "E16");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(programs_have_values),
        RIG_TEST(hostile_programs_are_refused),
        RIG_TEST(printf_prints),
        RIG_TEST(printf_refuses),
        RIG_TEST(a_condition_is_evaluated_here),
        RIG_TEST(what_cannot_be_evaluated_stops),
        RIG_TEST(an_interrupt_gets_through_false_conditions),
        RIG_TEST(a_range_passes_false_conditions),
        RIG_TEST(commands_print_and_go_on),
        RIG_TEST(reasons_are_for_the_owner),
        RIG_TEST(programs_go_with_their_debugger),
        RIG_TEST(malformed_programs),
        RIG_TEST(there_is_room_for_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
