/*
 * System OFF, the reset pin and the supply in a whole machine. The program is sample 29-power: it shows RESETREAS at
 * each start, then waits in System OFF for P0.11, in System OFF for VBUS, asleep for the reset pin, and for the
 * supply's end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "soc/debug_port.h"
#include "soc/machine.h"

#define SAMPLE    FIRMWARE "/29-power.elf"
#define RESETREAS 0x40000400u

enum { MAX_STIMULI = 8, MAX_STARTS = 16 };

struct rig {
    struct machine m;
    struct stimulus stimuli[MAX_STIMULI];
    uint64_t hash;
    uint32_t reason[MAX_STARTS];
    vtime time[MAX_STARTS];
    unsigned starts;
};

static void on_reset(void *ctx, const struct ev *e)
{
    struct rig *r = ctx;
    trace_hash_read(&r->hash, e);
    if (e->kind != EV_RESET || r->starts == MAX_STARTS)
        return;
    r->time[r->starts] = e->time;
    r->reason[r->starts++] = e->a;
}

static struct rig *rig_new(const char *const *at, vtime run_for)
{
    struct rig *r = calloc(1, sizeof *r);
    char err[IMAGE_ERR_SIZE], *specs[] = {SAMPLE};
    struct machine_config config = {
        .run_for = run_for, .uart0 = "null", .uart1 = "null", .rtt = "null", .seed = 7, .quiet = true};
    assert_non_null(r);
    for (; at && *at; at++)
        assert_true(stimulus_parse(*at, &r->stimuli[config.n_stimuli++], err, sizeof err));
    config.stimuli = r->stimuli;
    assert_true(machine_init(&r->m, &config, err, sizeof err));
    assert_true(machine_load(&r->m, specs, 1, err));
    r->hash = TRACE_HASH_INIT;
    evlog_attach(&r->m.soc.evlog, TRACE_HASH_KINDS, on_reset, r);
    machine_power_on(&r->m);
    return r;
}

static void finish(struct rig *r, uint64_t budget)
{
    while (!r->m.end)
        machine_run(&r->m, budget);
    r->hash = soc_state_hash(&r->m.soc, r->hash);
}

static void rig_free(struct rig *r)
{
    machine_close(&r->m);
    free(r);
}

static const char *const everything[] = {
    "50ms=pin P0.11 0", "60ms=pin P0.11 z", "100ms=vbus 1",     "150ms=pin P0.18 0",
    "200ms=vdd 2700mV", "250ms=vdd 1200mV", "300ms=vdd 3000mV", NULL};

static void it_starts_for_every_reason(void **state)
{
    static const uint32_t reasons[] = {0, RESETREAS_SREQ, RESETREAS_OFF, RESETREAS_VBUS, RESETREAS_RESETPIN, 0};
    struct rig *r = rig_new(everything, VTIME_PER_S);
    finish(r, UINT64_MAX);
    assert_int_equal(r->m.end, MACHINE_END_TIME);
    assert_int_equal(r->starts, 6);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(r->reason[i], reasons[i]);
    assert_int_equal(r->time[2], 50 * VTIME_PER_MS);
    assert_int_equal(r->time[3], 100 * VTIME_PER_MS);
    assert_int_equal(r->time[4], 150 * VTIME_PER_MS);
    assert_int_equal(r->time[5], 300 * VTIME_PER_MS);
    rig_free(r);
}

/* 16.5 µs pass between the edge and the first instruction. */
static void waking_takes_time(void **state)
{
    struct rig *r = rig_new(everything, 50 * VTIME_PER_MS + 16 * VTIME_PER_US);
    finish(r, UINT64_MAX);
    uint64_t before = cpu_retired(r->m.soc.core.cpu);
    rig_free(r);
    r = rig_new(everything, 50 * VTIME_PER_MS + 17 * VTIME_PER_US);
    finish(r, UINT64_MAX);
    assert_true(cpu_retired(r->m.soc.core.cpu) > before);
    rig_free(r);
    r = rig_new(everything, 49 * VTIME_PER_MS);
    finish(r, UINT64_MAX);
    assert_true(cpu_retired(r->m.soc.core.cpu) == before);
    rig_free(r);
}

static void nothing_can_wake_it(void **state)
{
    static const char *const no_use[] = {"100ms=irq 17", "200ms=pin P0.12 1", NULL};
    struct rig *r = rig_new(NULL, VTIME_NEVER);
    finish(r, UINT64_MAX);
    assert_int_equal(r->m.end, MACHINE_END_OFF);
    assert_string_equal(machine_end_name(r->m.end), "system-off");
    assert_int_equal(machine_exit_status(&r->m), 4);
    assert_int_equal(r->starts, 2);
    rig_free(r);
    r = rig_new(no_use, VTIME_NEVER);
    finish(r, UINT64_MAX);
    assert_int_equal(r->m.end, MACHINE_END_OFF);
    assert_true(r->m.soc.sched.now == 200 * VTIME_PER_MS);
    assert_int_equal(r->starts, 2);
    rig_free(r);
}

static void stepped_it_is_the_same(void **state)
{
    struct rig *r = rig_new(everything, 320 * VTIME_PER_MS);
    finish(r, UINT64_MAX);
    uint64_t hash = r->hash;
    rig_free(r);
    r = rig_new(everything, 320 * VTIME_PER_MS);
    finish(r, 1000);
    assert_true(r->hash == hash);
    rig_free(r);
}

/* A snapshot taken while the chip is off. */
static void snapshot(void **state)
{
    struct rig *r = rig_new(everything, 320 * VTIME_PER_MS);
    while (!r->m.soc.off)
        machine_run(&r->m, 1000);
    struct soc_snapshot *n = soc_snapshot_take(&r->m.soc);
    uint64_t hash = r->hash, first;
    unsigned starts = r->starts;
    finish(r, UINT64_MAX);
    first = r->hash;
    soc_snapshot_restore(&r->m.soc, n);
    assert_true(r->m.soc.off);
    r->m.end = MACHINE_RUNNING;
    r->hash = hash;
    r->starts = starts;
    finish(r, UINT64_MAX);
    assert_true(r->hash == first);
    soc_snapshot_free(n);
    rig_free(r);
}

/* Without UICR.PSELRESET P0.18 is a pin like others, and a pin reset ends System OFF too. */
static void pin_reset(void **state)
{
    static const char *const too_early[] = {"10us=pin P0.18 0", NULL};
    static const char *const off[] = {"50ms=reset", NULL};
    struct rig *r = rig_new(too_early, 80 * VTIME_PER_US);
    finish(r, UINT64_MAX);
    assert_int_equal(r->starts, 1);
    rig_free(r);
    r = rig_new(off, 51 * VTIME_PER_MS);
    finish(r, UINT64_MAX);
    assert_int_equal(r->starts, 3);
    assert_int_equal(r->reason[2], RESETREAS_RESETPIN);
    rig_free(r);
}

/* No supply: neither the reset pin nor a debugger starts it. */
static void without_supply_nothing_starts_it(void **state)
{
    static const char *const at[] = {"20ms=vdd 1000mV", "30ms=reset", "40ms=vbus 1", "50ms=pin P0.18 0", NULL};
    struct rig *r = rig_new(at, VTIME_NEVER);
    finish(r, UINT64_MAX);
    assert_int_equal(r->m.end, MACHINE_END_OFF);
    assert_int_equal(r->starts, 2);
    rig_free(r);
}

static void run_until_off(struct rig *r)
{
    while (!r->m.soc.off)
        machine_run(&r->m, UINT64_MAX);
}

static void a_debugger_wakes_it(void **state)
{
    struct rig *r = rig_new(NULL, VTIME_NEVER);
    struct debug_port port;
    uint32_t reasons = 0;
    run_until_off(r);
    debug_port_init(&port, &r->m);
    port.target.ops->attached(port.target.ctx, true);
    assert_false(r->m.soc.off);
    assert_int_equal(bus_peek(&r->m.soc.bus, RESETREAS, &reasons, 4), 4);
    assert_int_equal(reasons, RESETREAS_DIF);
    port.target.ops->attached(port.target.ctx, false);
    debug_port_close(&port);
    rig_free(r);
}

/* A run that a debugger watches does not end with the chip off; a pin that it drives wakes the chip. */
static void under_a_debugger_it_stays_off(void **state)
{
    struct rig *r = rig_new(NULL, VTIME_NEVER);
    struct debug_port port;
    struct debug_stop_info stop;
    debug_port_init(&port, &r->m);
    port.target.ops->attached(port.target.ctx, true);
    port.target.ops->resume(port.target.ctx, DEBUG_CONTINUE, 0);
    do
        port.target.ops->run(port.target.ctx, &stop);
    while (!r->m.soc.off && stop.stop == DEBUG_RUNNING);
    for (unsigned i = 0; i < 3; i++) {
        port.target.ops->run(port.target.ctx, &stop);
        assert_int_equal(stop.stop, DEBUG_RUNNING);
        assert_true(r->m.soc.off);
    }
    pins_drive(&r->m.soc.pins, 11, PIN_FROM_OUTSIDE, PIN_LOW);
    port.target.ops->run(port.target.ctx, &stop);
    assert_false(r->m.soc.off);
    assert_int_equal(r->reason[r->starts - 1], RESETREAS_OFF);
    debug_port_close(&port);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_starts_for_every_reason),
        cmocka_unit_test(waking_takes_time),
        cmocka_unit_test(nothing_can_wake_it),
        cmocka_unit_test(stepped_it_is_the_same),
        cmocka_unit_test(snapshot),
        cmocka_unit_test(pin_reset),
        cmocka_unit_test(without_supply_nothing_starts_it),
        cmocka_unit_test(a_debugger_wakes_it),
        cmocka_unit_test(under_a_debugger_it_stays_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
