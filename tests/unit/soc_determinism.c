/*
 * The same program gives the same trace hash however it is run: freely, again, one instruction at a time, and from a
 * snapshot taken on the way. The programs are the firmware samples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "soc/machine.h"

static const char *const samples[] = {FIRMWARE "/05-systick.elf",       FIRMWARE "/06-peripherals.elf",
                                      FIRMWARE "/07-nested.elf",        FIRMWARE "/08-threads.elf",
                                      FIRMWARE "/11-mpu.elf",           FIRMWARE "/14-sleep.elf",
                                      FIRMWARE "/15-flash.elf",         FIRMWARE "/16-selfmod.elf",
                                      FIRMWARE "/31-debug-monitor.elf", FIRMWARE "/32-swo.elf"};

enum { SAMPLES = sizeof samples / sizeof samples[0] };

struct rig {
    struct machine m;
    uint64_t hash;
};

static struct rig *rig_new(const char *sample, vtime run_for)
{
    struct rig *r = calloc(1, sizeof *r);
    char err[IMAGE_ERR_SIZE], *specs[] = {(char *)sample};
    struct machine_config config = {
        .run_for = run_for, .uart0 = "null", .uart1 = "null", .rtt = "null", .seed = 7, .quiet = true};
    assert_non_null(r);
    assert_true(machine_init(&r->m, &config, err, sizeof err));
    assert_true(machine_load(&r->m, specs, 1, err));
    r->hash = TRACE_HASH_INIT;
    evlog_attach(&r->m.soc.evlog, TRACE_HASH_KINDS, trace_hash_read, &r->hash);
    machine_power_on(&r->m);
    return r;
}

static uint64_t finish(struct rig *r, uint64_t budget)
{
    while (!r->m.end)
        machine_run(&r->m, budget);
    return soc_state_hash(&r->m.soc, r->hash);
}

static void rig_free(struct rig *r)
{
    machine_close(&r->m);
    free(r);
}

static uint64_t run(const char *sample, vtime run_for, uint64_t budget)
{
    struct rig *r = rig_new(sample, run_for);
    uint64_t hash = finish(r, budget);
    rig_free(r);
    return hash;
}

static void test_again(void **state)
{
    for (unsigned i = 0; i < SAMPLES; i++)
        assert_true(run(samples[i], 30 * VTIME_PER_MS, UINT64_MAX) == run(samples[i], 30 * VTIME_PER_MS, UINT64_MAX));
}

static void test_hash_sees_time(void **state)
{
    assert_true(run(samples[0], 5 * VTIME_PER_MS, UINT64_MAX) != run(samples[0], 10 * VTIME_PER_MS, UINT64_MAX));
}

static void test_stepped(void **state)
{
    for (unsigned i = 0; i < SAMPLES; i++) {
        uint64_t free_run = run(samples[i], 10 * VTIME_PER_MS, UINT64_MAX);
        assert_true(free_run == run(samples[i], 10 * VTIME_PER_MS, 1));
        assert_true(free_run == run(samples[i], 10 * VTIME_PER_MS, 1000));
    }
}

/* To the end, back to a snapshot on the way, and to the end once more. */
static void test_snapshot(void **state)
{
    for (unsigned i = 0; i < SAMPLES; i++) {
        uint64_t undisturbed = run(samples[i], 20 * VTIME_PER_MS, UINT64_MAX);
        struct rig *r = rig_new(samples[i], 20 * VTIME_PER_MS);
        while (!r->m.end && r->m.soc.sched.now < 2 * VTIME_PER_MS)
            machine_run(&r->m, 777);
        struct soc_snapshot *n = soc_snapshot_take(&r->m.soc);
        enum machine_end end = r->m.end;
        uint64_t hash = r->hash;
        for (unsigned again = 0; again < 3; again++) {
            assert_true(finish(r, again == 1 ? 1 : UINT64_MAX) == undisturbed);
            soc_snapshot_restore(&r->m.soc, n);
            r->m.end = end;
            r->hash = hash;
        }
        soc_snapshot_free(n);
        rig_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_hash_sees_time),
        cmocka_unit_test(test_stepped),
        cmocka_unit_test(test_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
