/* Step policies as a debugger has them, over the remote protocol: ranges, a step that does not end, leaving. */
#include "rsp/session.h"
#include "tests/unit/lab_step_test.h"

struct connection {
    struct rig *r;
    struct rsp_hub hub;
    struct rsp_session session;
    char sent[4096];
};

static void collect(void *ctx, const void *data, size_t size)
{
    struct connection *c = ctx;
    assert_true(strlen(c->sent) + size < sizeof c->sent);
    strncat(c->sent, data, size);
}

static struct connection *connected(void)
{
    struct connection *c = calloc(1, sizeof *c);
    c->r = rig_new(IMAGES "/steps.elf", VTIME_NEVER);
    rsp_hub_init(&c->hub, &c->r->port.target, NULL);
    assert_true(rsp_session_init(&c->session, &c->hub, collect, c));
    return c;
}

static void hang_up(struct connection *c)
{
    rig_free(c->r);
    free(c);
}

/* Sends a request; what came back, without a resume's stop, is in `sent`. */
static const char *ask(struct connection *c, const char *body)
{
    char frame[256];
    unsigned char sum = 0;
    for (const char *p = body; *p; p++)
        sum = (unsigned char)(sum + *p);
    snprintf(frame, sizeof frame, "$%s#%02x", body, sum);
    c->sent[0] = '\0';
    rsp_session_feed(&c->session, frame, strlen(frame));
    return c->sent;
}

static const char *run(struct connection *c, unsigned slices)
{
    for (unsigned i = 0; i < slices && c->hub.running; i++)
        rsp_hub_run(&c->hub);
    return c->sent;
}

static void monitor(struct connection *c, const char *command)
{
    char request[128] = "qRcmd,";
    for (const char *p = command; *p; p++)
        sprintf(request + strlen(request), "%02x", (unsigned char)*p);
    assert_non_null(strstr(ask(c, request), "$OK#"));
}

static struct connection *set_up(const char *policy, const char *start)
{
    char command[64];
    struct connection *c = connected();
    ask(c, "QStartNoAckMode");
    rsp_session_feed(&c->session, "+", 1);
    ask(c, "?");
    prepare(c->r);
    set(c->r, CPU_PC, at(c->r, start));
    snprintf(command, sizeof command, "step-policy %s", policy);
    monitor(c, command);
    return c;
}

/* A range ends where it ends, or in the handler that the policy steps into. */
static void test_range(void **state)
{
    for (unsigned a = CONTEXT; a <= SOFTWARE; a++) {
        char request[64];
        struct connection *c = set_up(names[a], "h05");
        uint32_t from = at(c->r, "h05");
        pend(c->r, IRQ_HIGH);
        snprintf(request, sizeof request, "vCont;r%x,%x:1;c", from, from + 100);
        ask(c, request);
        assert_non_null(strstr(run(c, 1000), "$T05"));
        assert_int_equal(reg(c->r, CPU_PC), a == RAW ? at(c->r, "high") : from + 100);
        assert_int_equal(ran_irq(c->r, IRQ_HIGH), a != RAW && a != MASK);
        hang_up(c);
    }
}

/* What the tool leaves running, ^C halts; there is one stop reply, and the reason is on the console. */
static void test_left_running(void **state)
{
    static const char *const asleep[] = {"raw", "mask", "auto", "software"};
    for (unsigned i = 0; i < 4; i++) {
        struct connection *c = set_up(asleep[i], "h24");
        ask(c, "vCont;s:1");
        run(c, 2000);
        assert_true(c->hub.running);
        assert_non_null(strstr(c->sent, "$O")); /* why */
        assert_null(strstr(c->sent, "$T"));
        rsp_session_feed(&c->session, "\x03", 1);
        assert_non_null(strstr(run(c, 10), "$T02"));
        assert_false(c->hub.running);
        set(c->r, CPU_PC, at(c->r, "h01"));
        ask(c, "vCont;s:1");
        assert_non_null(strstr(run(c, 10), "$T05"));
        assert_int_equal(reg(c->r, CPU_PC), at(c->r, "h01_next"));
        hang_up(c);
    }
}

/* ^C while the step is under way ends it. */
static void test_interrupted(void **state)
{
    for (unsigned a = RAW; a <= SOFTWARE; a++) {
        struct connection *c = set_up(names[a], "h24");
        ask(c, "vCont;s:1");
        run(c, 1);
        rsp_session_feed(&c->session, "\x03", 1);
        assert_non_null(strstr(run(c, 2), "$T02"));
        assert_false(c->hub.running || c->hub.stepping);
        hang_up(c);
    }
}

/* A breakpoint in a handler is reported as one, whoever steps. */
static void test_breakpoint(void **state)
{
    char request[64];
    struct connection *c = set_up("software", "h01");
    snprintf(request, sizeof request, "Z1,%x,2", at(c->r, "high"));
    ask(c, "qSupported:hwbreak+");
    assert_non_null(strstr(ask(c, request), "$OK"));
    pend(c->r, IRQ_HIGH);
    ask(c, "vCont;s:1");
    assert_non_null(strstr(run(c, 10), "$T05hwbreak:;"));
    assert_int_equal(reg(c->r, CPU_PC), at(c->r, "high"));
    hang_up(c);
}

/* Who leaves in the middle of a step leaves no breakpoint, and no policy. */
static void test_leaving(void **state)
{
    struct connection *c = set_up("software", "h24");
    ask(c, "vCont;s:1");
    run(c, 1);
    assert_true(get(c->r, DEBUG_FP_COMP0) & FP_COMP_ENABLE);
    rsp_session_end(&c->session);
    assert_int_equal(get(c->r, DEBUG_FP_COMP0) & FP_COMP_ENABLE, 0);
    assert_string_equal(c->hub.stepper.algorithm->name, "context");
    assert_false(debug_stopped(&c->r->m.soc.core));
    hang_up(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_range),      cmocka_unit_test(test_left_running), cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_breakpoint), cmocka_unit_test(test_leaving),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
