/* What each request is answered, and above all the malformed and hostile ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rsp/commands.h"
#include "tests/fakes/rsp_rig.h"

static void unknown_requests_are_answered_by_nothing(void **state)
{
    static const struct question all[] = {
        {"", ""},           {"vMustReplyEmpty", ""},
        {"qTStatus", ""},   {"qFoo", ""},
        {"QFoo", ""},       {"vFoo;1", ""},
        {"A", ""},          {"b", ""},
        {"j", ""},          {"qXfer:auxv:read::0,10", ""},
        {"gg", ""},         {"??", ""},
        {"QNonStop:1", ""}, {"vCtrlC", ""},
        {"qXfer:", ""},     {"kk", ""},
        {"qSearch:", ""},   {"vFlashDonee", ""},
        {"qL1", ""},        {"\x80\xff", ""},
    };

    RIG_ASK_ALL((struct rig *)*state, all);
    assert_string_equal(rig_feed(*state, "$#00"), "+$#00");
}

static void memory(void **state)
{
    static const struct question all[] = {
        {"M20000000,4:01020304", "OK"},
        {"m20000000,4", "01020304"},
        {"m20000001,1", "02"},
        {"m20000001,2", "0203"},
        {"m0,0", ""},
        {"m20003ffe,8", "0000"}, /* up to where it ends */
        {"m30000000,4", "E0e"},
        {"mffffffff,8", "E0e"},
        {"m-4,4", "E01"},
        {"m,4", "E01"},
        {"m4", "E01"},
        {"m4,", "E01"},
        {"m4,x", "E01"},
        {"m20000000,4,", "E01"},
        {"m120000000,4", "E01"},
        {"m20000000,100000000", "E01"},
        {"M20000000,4:0102", "E01"},
        {"M20000000,4:0102030405", "E01"},
        {"M20000000,4:010203", "E01"},
        {"M20000000,4:0102030x", "E01"},
        {"M20000000,4", "E01"},
        {"M20000000,0:", "OK"},
        {"Mfffffffe,4:01020304", "E01"},
        {"M20000000,ffffffff:01", "E01"},
        {"M30000000,1:00", "E0e"},
        {"X20000000,0:", "OK"},
        {"X20000000,4:ab", "E01"},
        {"X20000000,1:ab", "E01"},
        {"X20000008,4:abcd", "OK"},
        {"m20000008,4", "61626364"},
        {"x20000008,4", "babcd"},
        {"x20000008,0", "b"},
        {"x30000000,4", "E0e"},
        {"m20000000,4", "01020304"}, /* nothing that was refused was done */
    };

    RIG_ASK_ALL((struct rig *)*state, all);
}

static void long_reads_are_cut(void **state)
{
    struct rig *r = *state;

    assert_int_equal(strlen(rig_ask(r, "m0,ffffffff")), RSP_PACKET_MAX);
    memset(r->fake.flash, '#', FAKE_FLASH_SIZE);
    wire_forget(&r->from_a);
    rig_request(&r->a, "x0,ffffffff", 11);
    assert_int_equal(r->from_a.len, 1 + 4 + 1 + 2 * (RSP_PACKET_MAX / 2 - 1));
}

static void device_registers_are_read_once(void **state)
{
    struct rig *r = *state;

    assert_string_equal(rig_ask(r, "m40000000,4"), "01000000");
    assert_int_equal(r->fake.device_reads, 1);
}

static void binary_writes_are_unescaped(void **state)
{
    struct rig *r = *state;

    wire_forget(&r->from_a);
    rig_feed(r, "$X20000000,4:}\x03}\x04}\n}]#d6");
    assert_string_equal(rig_take_reply(r, &r->a, &r->from_a), "OK");
    assert_memory_equal(r->fake.ram, "#$*}", 4);
}

static void registers(void **state)
{
    static const struct question all[] = {
        {"P3=78563412", "OK"},
        {"p3", "78563412"},
        {"p19", "00000001"},
        {"P1a=00010020", "OK"},
        {"p1a", "00010020"},
        {"P20=0102030405060708", "OK"},
        {"p20", "0102030405060708"},
        {"p31", "E16"},
        {"p10", "E16"},
        {"pffffffff", "E16"},
        {"p", "E01"},
        {"p3x", "E01"},
        {"P31=00000000", "E16"},
        {"P3=0000", "E01"},
        {"P3=0000000000", "E01"},
        {"P3", "E01"},
        {"P=00000000", "E01"},
        {"P20=01020304", "E01"},
        {"P3=0000000x", "E01"},
        {"p3", "78563412"},
    };
    struct rig *r = *state;

    RIG_ASK_ALL(r, all);
    assert_int_equal(r->fake.regs[3], 0x12345678);
    assert_int_equal(r->fake.regs[CPU_MSP], 0x20000100);
    assert_int_equal(r->fake.regs[CPU_S0], 0x04030201);
    assert_int_equal(r->fake.regs[CPU_S0 + 1], 0x08070605);
}

static void all_registers_or_none(void **state)
{
    struct rig *r = *state;
    char request[1024] = "G";

    strcat(request, rig_ask(r, "g"));
    assert_int_equal(strlen(request), 1 + 8 * (17 + 6 + 32 + 1));
    r->fake.regs[5] = 99;
    assert_string_equal(rig_ask(r, request), "OK");
    assert_int_equal(r->fake.regs[5], 0);
    r->fake.writes = 0;
    request[strlen(request) - 1] = '\0';
    assert_string_equal(rig_ask(r, request), "E01");
    assert_string_equal(rig_ask(r, "G00"), "E01");
    assert_string_equal(rig_ask(r, "G"), "E01");
    strcat(request, "000");
    assert_string_equal(rig_ask(r, request), "E01");
    assert_int_equal(r->fake.writes, 0);
}

static void points(void **state)
{
    static const struct question all[] = {
        {"Z0,104,2", "OK"},
        {"Z0,104,2", "OK"},
        {"z0,104,2", "OK"},
        {"z0,104,2", "OK"}, /* twice is fine */
        {"z1,200,2", "OK"},
        {"Z1,100,3", "OK"},
        {"Z1,104,2", "OK"},
        {"Z1,108,2", "OK"},
        {"Z1,10c,2", "OK"},
        {"Z1,110,2", "OK"},
        {"Z1,114,2", "OK"},
        {"Z1,118,2", "E16"},
        {"Z1,101,2", "E01"},
        {"Z1,100,4", "E01"},
        {"Z1,100,1", "E01"},
        {"Z0,100,0", "E01"},
        {"Z0,100,ffffffff", "E01"},
        {"Z2,20000000,0", "E01"},
        {"Z2,ffffffff,2", "E01"},
        {"Z2,20000000,4", "OK"},
        {"Z5,0,2", ""},
        {"z5,0,2", ""},
        {"Z", "E01"},
        {"Z1", "E01"},
        {"Z1,", "E01"},
        {"Z1,100", "E01"},
        {"Z1,100,2;X3,220", "E01"},
        {"Z-1,100,2", "E01"},
        {"z1,100,3", "OK"},
        {"Z1,118,2", "OK"},
    };
    struct rig *r = *state;

    RIG_ASK_ALL(r, all);
    assert_int_equal(r->fake.n_points, 7);
    rsp_session_end(&r->a);
    assert_int_equal(r->fake.n_points, 0);
}

static const struct question query_table[] = {
    {"qSupported", "PacketSize=4000;QStartNoAckMode+;vContSupported+;*"},
    {"qSupported:", "PacketSize=4000;*"},
    {"qSupported:;;;multiprocess+x", "PacketSize=4000;*"},
    {"qAttached", "1"},
    {"qAttached:1", "1"},
    {"qOffsets", "Text=0;Data=0;Bss=0"},
    {"qSymbol::", "OK"},
    {"qC", "QC1"},
    {"qfThreadInfo", "m1"},
    {"qsThreadInfo", "l"},
    {"qThreadExtraInfo,1", "546872656164*"},
    {"qThreadExtraInfo,7", "E16"},
    {"qThreadExtraInfo,", "E01"},
    {"vCont?", "vCont;c;C;s;S;t;r"},
    {"!", "OK"},
    {"?", "T05thread:1;core:0;0d:00400020;0e:ffffffff;0f:00010000;19:00000001;"},
    {"T1", "OK"},
    {"T2", "E16"},
    {"Tx", "E01"},
    {"Hg0", "OK"},
    {"Hg-1", "OK"},
    {"Hgp1.1", "OK"},
    {"Hc-1", "OK"},
    {"Hg2", "E16"},
    {"Hgp2.1", "E16"},
    {"Hgarbage", "E01"},
    {"Hg", "E01"},
    {"Hg1x", "E01"},
    {"M20000000,9:313233343536373839", "OK"},
    {"qCRC:20000000,9", "C376e6e7"}, /* the CRC-32 without final inversion of "123456789" */
    {"qCRC:20000000,0", "Cffffffff"},
    {"qCRC:30000000,4", "E0e"},
    {"qCRC:0,ffffffff", "E0e"},
    {"qCRC:ffffffff,2", "E01"},
    {"qCRC:x", "E01"},
    {"qSearch:memory:20000000;1000;345", "1,20000002"},
    {"qSearch:memory:20000000;4;345", "0"},
    {"qSearch:memory:20000000;5;345", "1,20000002"},
    {"qSearch:memory:20000000;1000;nowhere", "0"},
    {"qSearch:memory:30000000;1000;x", "0"},
    {"qSearch:memory:20000000;ffffffff;x", "E01"},
    {"qSearch:memory:20000000;1000;", "E01"},
    {"qSearch:memory:20000000", "E01"},
};

static void queries(void **state) { RIG_ASK_ALL((struct rig *)*state, query_table); }

static void documents(void **state)
{
    static const struct question all[] = {
        {"qXfer:features:read:target.xml:0,7ff", "m<?xml version=\"1.0\"?>*"},
        {"qXfer:features:read:target.xml:0,4", "m<?xm"},
        {"qXfer:features:read:target.xml:4,3", "ml v"},
        {"qXfer:features:read:target.xml:0,0", "m"},
        {"qXfer:features:read:target.xml:ffffffff,4", "l"},
        {"qXfer:features:read:target.xml:0,ffffffff", "l<?xml*"},
        {"qXfer:features:read:other.xml:0,fff", "E16"},
        {"qXfer:features:read:target.xml", "E16"},
        {"qXfer:features:read:target.xml:0", "E01"},
        {"qXfer:features:read:target.xml:-1,4", "E01"},
        {"qXfer:features:read:target.xml:0,100000000", "E01"},
        {"qXfer:memory-map:read::0,4000", "l<?xml*"},
        {"qXfer:threads:read::0,4000", "l<?xml version=\"1.0\"?>\n<threads>\n<thread id=\"1\" core=\"0\" "
                                       "name=\"Thread\">running, activation 10</thread>\n</threads>\n"},
        {"qXfer:threads:write::0:", ""},
    };

    RIG_ASK_ALL((struct rig *)*state, all);
}

static void a_document_comes_whole_in_pieces(void **state)
{
    struct rig *r = *state;
    static char whole[RSP_PACKET_MAX], pieces[RSP_PACKET_MAX];
    char request[64];
    size_t len = 0;

    strcpy(whole, rig_ask(r, "qXfer:features:read:target.xml:0,4000") + 1);
    do {
        snprintf(request, sizeof request, "qXfer:features:read:target.xml:%zx,61", len);
        rig_ask(r, request);
        strcpy(pieces + len, r->reply + 1);
        len += strlen(r->reply) - 1;
    } while (r->reply[0] == 'm');
    assert_string_equal(pieces, whole);
    assert_non_null(strstr(whole, "<architecture>arm</architecture>\n<osabi>none</osabi>"));
}

static void flash(void **state)
{
    static const struct question all[] = {
        {"vFlashErase:1000,1000", "OK"},
        {"vFlashWrite:1000:abc", "OK"},
        {"m1000,4", "616263ff"},
        {"vFlashDone", "OK"},
        {"vFlashErase:20000000,1000", "E.memtype"},
        {"vFlashErase:1001,1000", "E.memtype"},
        {"vFlashErase:fffff000,2000", "E01"},
        {"vFlashErase:1000", "E01"},
        {"vFlashErase:", "E01"},
        {"vFlashWrite:20000000:a", "E.memtype"},
        {"vFlashWrite:ffffffff:ab", "E01"},
        {"vFlashWrite:1000", "E01"},
        {"vFlashWrite:1000:", "OK"},
        {"vFlashWrite:3fff:ab", "E.memtype"},
    };

    RIG_ASK_ALL((struct rig *)*state, all);
}

static void errors_have_words_for_who_can_read_them(void **state)
{
    struct rig *r = *state;

    rig_expect_start(rig_ask(r, "qSupported:error-message+"), "PacketSize");
    assert_non_null(strstr(r->reply, ";error-message+"));
    assert_string_equal(rig_ask(r, "m30000000,4"), "E.no memory there");
}

/* docs/RSP.md has every request. */
static void all_are_documented(void **state)
{
    static const struct rsp_command *const tables[] = {
        rsp_commands_memory,  rsp_commands_registers, rsp_commands_points,  rsp_commands_resume,
        rsp_commands_reverse, rsp_commands_steps,     rsp_commands_threads, rsp_commands_query,
        rsp_commands_xfer,    rsp_commands_flash,     rsp_commands_process};
    static char page[1 << 16];
    FILE *file = fopen(DOCS "/RSP.md", "r");

    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    for (unsigned i = 0; i < sizeof tables / sizeof tables[0]; i++)
        for (const struct rsp_command *c = tables[i]; c->prefix; c++) {
            char quoted[64];
            snprintf(quoted, sizeof quoted, "`%.*s", (int)strcspn(c->prefix, ":,;"), c->prefix);
            if (!strstr(page, quoted))
                fail_msg("docs/RSP.md does not mention %s", c->prefix);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(all_are_documented),
        RIG_TEST(unknown_requests_are_answered_by_nothing),
        RIG_TEST(memory),
        RIG_TEST(long_reads_are_cut),
        RIG_TEST(device_registers_are_read_once),
        RIG_TEST(binary_writes_are_unescaped),
        RIG_TEST(registers),
        RIG_TEST(all_registers_or_none),
        RIG_TEST(points),
        RIG_TEST(queries),
        RIG_TEST(documents),
        RIG_TEST(a_document_comes_whole_in_pieces),
        RIG_TEST(flash),
        RIG_TEST(errors_have_words_for_who_can_read_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
