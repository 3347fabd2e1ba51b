/* The core's contexts as threads: which there are, their registers, and which of them a resume means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fakes/rsp_rig.h"

/* Exceptions 2 and 1 and Thread mode, of which 2 runs. */
static int nested(void **state)
{
    int status = rig_setup(state);

    ((struct rig *)*state)->fake.preempted = 2;
    return status;
}
#define NESTED(name) cmocka_unit_test_setup_teardown(name, nested, rig_teardown)

static void the_running_one_is_the_first(void **state)
{
    static const struct question all[] = {
        {"qfThreadInfo", "m1,3,2"},
        {"qsThreadInfo", "l"},
        {"qC", "QC1"},
        {"T1", "OK"},
        {"T2", "OK"},
        {"T3", "OK"},
        {"T4", "E16"},
        {"Tffffffff", "E16"},
        {"?", "T05thread:1;*"},
        {"qThreadExtraInfo,3", "49525120313a20707265656d707465642c2061637469766174696f6e203131"},
        {"qXfer:threads:read::0,4000",
         "l<?xml version=\"1.0\"?>\n<threads>\n<thread id=\"1\" core=\"0\" name=\"IRQ 2\">running, activation "
         "12</thread>\n"
         "<thread id=\"3\" core=\"0\" name=\"IRQ 1\">preempted, activation 11</thread>\n"
         "<thread id=\"2\" core=\"0\" name=\"Thread\">preempted, activation 10</thread>\n</threads>\n"},
        {"qSupported:multiprocess+", "*"},
        {"qfThreadInfo", "mp1.1,p1.3,p1.2"},
    };

    RIG_ASK_ALL((struct rig *)*state, all);
}

static void each_has_its_registers(void **state)
{
    static const struct question all[] = {
        {"Hg3", "OK"},         {"p4", "04000100"}, /* the fake's: place, and number */
        {"Hg2", "OK"},         {"p4", "04000200"},
        {"p31", "E16"},        {"p30", "xxxxxxxx"}, /* one that it does not have any more */
        {"P0=11223344", "OK"}, {"P1=11223344", "E16"},
        {"Hg9", "E16"},        {"p4", "04000200"}, /* still */
        {"Hg0", "OK"},         {"p4", "00000000"},
        {"Hg1", "OK"},         {"p4", "00000000"},
    };
    struct rig *r = *state;

    RIG_ASK_ALL(r, all);
    rig_ask(r, "Hg2");
    rig_ask(r, "s");
    rig_run(r, 1);
    assert_string_equal(rig_ask(r, "p4"), "00000000"); /* a stop chooses the running one */
}

static void who_is_gone_has_none(void **state)
{
    struct rig *r = *state;

    rig_ask(r, "Hg3");
    r->fake.preempted = 0;
    assert_string_equal(rig_ask(r, "p4"), "xxxxxxxx");
    assert_string_equal(rig_ask(r, "P4=00000000"), "E16");
    rig_expect_start(rig_ask(r, "g"), "xxxxxxxx");
}

static void a_resume_means_one(void **state)
{
    static const struct {
        const char *request;
        enum debug_resume how;
        unsigned place;
    } all[] = {
        {"vCont;s", DEBUG_STEP, 0},        {"vCont;s:1", DEBUG_STEP, 0},        {"vCont;s:3", DEBUG_STEP, 1},
        {"vCont;s:2", DEBUG_STEP, 2},      {"vCont;s:2;c", DEBUG_STEP, 2},      {"vCont;s:p1.2;c:p1.-1", DEBUG_STEP, 2},
        {"vCont;c:1;s:2", DEBUG_STEP, 2},  {"vCont;c;s:2", DEBUG_CONTINUE, 0},  {"vCont;s:1;s:2", DEBUG_STEP, 0},
        {"vCont;c:2", DEBUG_CONTINUE, 2},  {"vCont;r100,102:3", DEBUG_STEP, 1}, {"vCont;s:-1", DEBUG_STEP, 0},
        {"vCont;s:77;s:2", DEBUG_STEP, 2},
    };
    struct rig *r = *state;

    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_string_equal(rig_ask(r, all[i].request), "");
        if (r->fake.how != all[i].how || r->fake.place != all[i].place)
            fail_msg("%s: %d at place %u", all[i].request, r->fake.how, r->fake.place);
        rig_run(r, 1);
        rig_feed(r, "\x03");
        rig_run(r, 1);
    }
    assert_string_equal(rig_ask(r, "vCont;s:77"), "E01");
}

static void too_many_actions_are_refused(void **state)
{
    static char request[4096] = "vCont";
    struct rig *r = *state;

    while (strlen(request) < sizeof request - 8)
        strcat(request, ";s:77");
    assert_string_equal(rig_ask(r, request), "E01");
}

static void more_contexts_than_threads(void **state)
{
    struct rig *r = *state;

    r->fake.preempted = 200;
    rig_expect_start(rig_ask(r, "qfThreadInfo"), "m1,");
    rig_expect_start(rig_ask(r, "qXfer:threads:read::0,4000"), "l<?xml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NESTED(the_running_one_is_the_first), NESTED(each_has_its_registers),       NESTED(who_is_gone_has_none),
        NESTED(a_resume_means_one),           NESTED(too_many_actions_are_refused), NESTED(more_contexts_than_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
