/*
 * The USB console of a whole machine: sample 25 and the host, with what is typed fed at given times. The run is the
 * same freely, in small pieces, and from a snapshot taken in the middle of a transfer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "soc/machine.h"

static const char sample[] = FIRMWARE "/25-usb-cdc.elf";
static const char session[] = "type lines, quit ends\nHELLO\nUSB\n2 lines\ndone\n";

static char hello[] = "hello\nu", quit[] = "sb\nquit\n";
static const struct stimulus typed[] = {
    {.time = 5 * VTIME_PER_MS, .kind = STIMULUS_USB, .text = (uint8_t *)hello, .length = sizeof hello - 1},
    {.time = 130 * VTIME_PER_MS, .kind = STIMULUS_USB, .text = (uint8_t *)quit, .length = sizeof quit - 1},
};

struct rig {
    struct machine m;
    uint64_t hash;
    char shown[256];
    unsigned n_shown;
};

static void on_console(void *ctx, const struct ev *e)
{
    struct rig *r = ctx;

    if (e->a == EV_CONSOLE_USB && r->n_shown < sizeof r->shown - 1)
        r->shown[r->n_shown++] = (char)e->b;
}

static struct rig *rig_new(const char *usb)
{
    struct rig *r = calloc(1, sizeof *r);
    char err[IMAGE_ERR_SIZE], *specs[] = {(char *)sample};
    struct machine_config config = {.run_for = 200 * VTIME_PER_MS,
                                    .stop_when = "done",
                                    .uart0 = "null",
                                    .uart1 = "null",
                                    .rtt = "null",
                                    .usb = usb,
                                    .stimuli = typed,
                                    .n_stimuli = 2,
                                    .quiet = true};
    assert_non_null(r);
    assert_true(machine_init(&r->m, &config, err, sizeof err));
    assert_true(machine_load(&r->m, specs, 1, err));
    r->hash = TRACE_HASH_INIT;
    evlog_attach(&r->m.soc.evlog, TRACE_HASH_KINDS, trace_hash_read, &r->hash);
    evlog_attach(&r->m.soc.evlog, 1u << EV_CONSOLE, on_console, r);
    machine_power_on(&r->m);
    return r;
}

static void rig_free(struct rig *r)
{
    machine_close(&r->m);
    free(r);
}

static uint64_t finish(struct rig *r, uint64_t budget)
{
    while (!r->m.end)
        machine_run(&r->m, budget);
    return soc_state_hash(&r->m.soc, r->hash);
}

static uint64_t run(uint64_t budget)
{
    struct rig *r = rig_new("null");
    uint64_t hash = finish(r, budget);

    assert_int_equal(r->m.end, MACHINE_END_TEXT);
    assert_true(r->m.soc.sched.now > 130 * VTIME_PER_MS && r->m.soc.sched.now < 140 * VTIME_PER_MS);
    assert_string_equal(r->shown, session);
    rig_free(r);
    return hash;
}

static void a_session(void **state) { run(UINT64_MAX); }

static void the_same_again(void **state)
{
    uint64_t hash = run(UINT64_MAX);

    assert_true(run(UINT64_MAX) == hash);
    assert_true(run(1) == hash);
    assert_true(run(1000) == hash);
}

static void from_snapshots(void **state)
{
    static const vtime when[] = {50 * VTIME_PER_MS, 120 * VTIME_PER_MS + 20 * VTIME_PER_US, 125 * VTIME_PER_MS};
    uint64_t undisturbed = run(UINT64_MAX);

    for (unsigned i = 0; i < sizeof when / sizeof when[0]; i++) {
        struct rig *r = rig_new("null");
        while (!r->m.end && r->m.soc.sched.now < when[i])
            machine_run(&r->m, 7);
        struct soc_snapshot *n = soc_snapshot_take(&r->m.soc);
        struct console console = r->m.console;
        uint64_t hash = r->hash;
        for (unsigned again = 0; again < 2; again++) {
            assert_true(finish(r, UINT64_MAX) == undisturbed);
            soc_snapshot_restore(&r->m.soc, n);
            r->m.end = MACHINE_RUNNING;
            r->m.console = console;
            r->hash = hash;
        }
        soc_snapshot_free(n);
        rig_free(r);
    }
}

/* The firmware waits for VBUS. */
static void without_a_cable(void **state)
{
    struct rig *r = rig_new("none");

    finish(r, UINT64_MAX);
    assert_int_equal(r->m.end, MACHINE_END_TIME);
    assert_int_equal(r->n_shown, 0);
    rig_free(r);
}

/* The cable stays plugged in: the device is enumerated anew. */
static void after_a_reset(void **state)
{
    struct rig *r = rig_new("null");

    while (r->m.soc.sched.now < 125 * VTIME_PER_MS)
        machine_run(&r->m, 1000);
    machine_reset(&r->m, RESETREAS_SREQ);
    while (!r->m.end)
        machine_run(&r->m, UINT64_MAX);
    assert_false(r->m.events.usb.open);
    r->m.end = MACHINE_RUNNING;
    while (r->m.soc.sched.now < 260 * VTIME_PER_MS)
        machine_run(&r->m, 1000);
    assert_true(r->m.events.usb.open);
    assert_non_null(strstr(r->shown, "HELLO\ntype lines, quit ends\n"));
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session),       cmocka_unit_test(the_same_again), cmocka_unit_test(from_snapshots),
        cmocka_unit_test(without_a_cable), cmocka_unit_test(after_a_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
