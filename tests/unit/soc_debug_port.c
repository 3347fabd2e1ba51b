/* The core's debug hardware as a debugger reaches it: by memory accesses, through the debug target. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "soc/debug_port.h"

enum { DHCSR = 0xE000EDF0, DCRSR = 0xE000EDF4, DCRDR = 0xE000EDF8, DEMCR = 0xE000EDFC, DFSR = 0xE000ED30 };
enum { AIRCR = 0xE000ED0C, RUN = 1, HALT = 3, STEP = 5 };

struct rig {
    struct machine m;
    struct debug_port port;
    const struct debug_target_ops *ops;
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
    debug_port_init(&r->port, &r->m);
    r->ops = r->port.target.ops;
    return r;
}

static struct rig *attached(const char *sample, vtime run_for)
{
    struct rig *r = rig_new(sample, run_for);
    r->ops->attached(&r->port, true);
    return r;
}

static void rig_free(struct rig *r)
{
    debug_port_close(&r->port);
    machine_close(&r->m);
    free(r);
}

static uint32_t get(struct rig *r, uint32_t addr)
{
    uint32_t v;
    assert_int_equal(r->ops->mem_get(&r->port, addr, &v, 4), 4);
    return v;
}

static void put(struct rig *r, uint32_t addr, uint32_t v)
{
    assert_int_equal(r->ops->mem_set(&r->port, addr, &v, 4), 4);
}

static void dhcsr(struct rig *r, uint32_t control) { put(r, DHCSR, DHCSR_DBGKEY | control); }

static uint32_t pc_of(struct rig *r)
{
    uint32_t v;
    assert_true(r->ops->reg_get(&r->port, CPU_PC, &v));
    return v;
}

static struct debug_stop_info go(struct rig *r, enum debug_resume how)
{
    struct debug_stop_info info = {.stop = DEBUG_RUNNING};
    r->ops->resume(&r->port, how, 0);
    while (info.stop == DEBUG_RUNNING)
        r->ops->run(&r->port, &info);
    return info;
}

/* ----------------------------------------------------------------------------------------------------------------- */

static void test_step_by_dhcsr(void **state)
{
    struct rig *r = attached(FIRMWARE "/05-systick.elf", VTIME_NEVER);
    uint64_t before = cpu_retired(r->m.soc.core.cpu);
    for (unsigned i = 1; i <= 10; i++) {
        dhcsr(r, STEP);
        assert_int_equal(get(r, DHCSR) & (DHCSR_S_HALT | DHCSR_S_RETIRE_ST), DHCSR_S_HALT | DHCSR_S_RETIRE_ST);
        assert_int_equal(cpu_retired(r->m.soc.core.cpu) - before, i);
        put(r, DCRSR, 15);
        assert_int_equal(get(r, DCRDR), pc_of(r));
    }
    rig_free(r);
}

/* Once it may run, it runs while the debugger looks on: for as long as a probe would take for each look. */
static void test_run_and_halt_by_dhcsr(void **state)
{
    struct rig *r = attached(FIRMWARE "/05-systick.elf", VTIME_NEVER);
    vtime start = r->m.soc.sched.now;
    dhcsr(r, RUN);
    for (unsigned i = 0; i < 9; i++)
        assert_int_equal(get(r, DHCSR) & DHCSR_S_HALT, 0);
    vtime passed = r->m.soc.sched.now - start;
    assert_in_range(passed, 10 * DEBUG_PORT_ACCESS_TIME, 10 * DEBUG_PORT_ACCESS_TIME + 10 * VTIME_PER_US);
    dhcsr(r, HALT);
    vtime halted = r->m.soc.sched.now;
    assert_true(get(r, DHCSR) & DHCSR_S_HALT);
    assert_int_equal(r->m.soc.sched.now, halted);
    rig_free(r);
}

/* As gdb's `load` does for an application that belongs behind something else: erase, write, reset. */
static void test_firmware_loaded_elsewhere(void **state)
{
    enum { AT = 0x26000, PAGE = 0x1000 };
    static uint8_t table[8];
    struct rig *r = attached(FIRMWARE "/05-systick.elf", VTIME_NEVER);
    assert_int_equal(r->ops->mem_get(&r->port, 0, table, sizeof table), sizeof table);
    uint32_t entry = pc_of(r), reset = AT + 0x101, code = 0xBF00BF00;
    memcpy(table + 4, &reset, 4);
    assert_true(r->ops->flash_write(&r->port, AT, table, sizeof table));
    assert_true(r->ops->flash_write(&r->port, AT + 0x100, &code, 4));
    r->ops->reset(&r->port);
    assert_int_equal(pc_of(r), entry); /* what stands at 0 comes first */
    assert_true(r->ops->flash_erase(&r->port, 0, PAGE));
    assert_int_equal(pc_of(r), entry);
    r->ops->reset(&r->port);
    assert_int_equal(pc_of(r), AT + 0x100);
    rig_free(r);
}

static void test_reset_by_aircr(void **state)
{
    struct rig *r = attached(FIRMWARE "/05-systick.elf", VTIME_NEVER);
    uint32_t entry = pc_of(r);
    dhcsr(r, HALT);
    put(r, DEMCR, DEMCR_VC_CORERESET);
    for (unsigned i = 0; i < 5; i++)
        dhcsr(r, STEP);
    get(r, DHCSR);
    put(r, AIRCR, 0x05FA0004);
    assert_int_equal(get(r, DHCSR) & (DHCSR_S_HALT | DHCSR_S_RESET_ST), DHCSR_S_HALT | DHCSR_S_RESET_ST);
    assert_int_equal(pc_of(r), entry);
    assert_true(get(r, DFSR) & DFSR_VCATCH);
    put(r, DEMCR, 0);
    put(r, AIRCR, 0x05FA0004); /* not caught, it runs */
    assert_int_equal(get(r, DHCSR) & DHCSR_S_HALT, 0);
    rig_free(r);
}

/* gdb's own continue leaves Debug state, and reports what ends the run. */
static void test_continue_from_debug_state(void **state)
{
    struct rig *r = attached(FIRMWARE "/10-faults.elf", VTIME_NEVER);
    dhcsr(r, HALT);
    put(r, DEMCR, DEMCR_VC_STATERR | DEMCR_VC_BUSERR | DEMCR_VC_HARDERR);
    struct debug_stop_info info = go(r, DEBUG_CONTINUE);
    assert_int_equal(info.stop, DEBUG_FAULT);
    assert_true(get(r, DFSR) & DFSR_VCATCH);
    assert_true(get(r, DHCSR) & DHCSR_S_HALT);
    uint32_t at = pc_of(r);
    info = go(r, DEBUG_STEP);
    assert_int_equal(info.stop, DEBUG_STEPPED);
    assert_int_not_equal(pc_of(r), at);
    rig_free(r);
}

/* Comparators that are programmed as a probe does it stop the core. */
static void test_comparators(void **state)
{
    struct rig *r = attached(FIRMWARE "/05-systick.elf", VTIME_NEVER);
    uint32_t start = pc_of(r);
    dhcsr(r, HALT);
    put(r, DEMCR, DEMCR_TRCENA);
    put(r, 0xE0001020, SOC_RAM_BASE); /* writes to the first 32 KiB of RAM */
    put(r, 0xE0001024, 15);
    put(r, 0xE0001028, 6);
    struct debug_stop_info info = go(r, DEBUG_CONTINUE);
    assert_int_equal(info.stop, DEBUG_BKPT);
    assert_non_null(strstr(info.text, "DWT: 0x2000"));
    assert_non_null(strstr(info.text, "written"));
    assert_int_equal(get(r, DFSR), DFSR_HALTED | DFSR_DWTTRAP);
    put(r, DFSR, 31);
    put(r, 0xE0001028, 0);
    uint32_t at = 0;
    for (unsigned i = 0; i < 20; i++)
        go(r, DEBUG_STEP);
    at = pc_of(r);
    put(r, 0xE0002000, 3);
    put(r, 0xE0002008, (at & 2 ? 2u : 1u) << 30 | (at & ~3u) | 1);
    put(r, AIRCR, 0x05FA0004); /* comparators stay */
    if (pc_of(r) == start)
        info = go(r, DEBUG_CONTINUE);
    assert_true(get(r, DHCSR) & DHCSR_S_HALT);
    assert_int_equal(pc_of(r), at);
    assert_int_equal(get(r, DFSR), DFSR_BKPT);
    assert_string_equal(info.text, "a breakpoint of the FPB");
    info = go(r, DEBUG_STEP); /* gdb's step passes it */
    assert_int_equal(info.stop, DEBUG_STEPPED);
    assert_int_not_equal(pc_of(r), at);
    rig_free(r);
}

static bool on_landing(void *ctx, uint32_t pc)
{
    ++*(unsigned *)ctx;
    return true;
}

/* gdb's steps through a program that steps itself, and patches itself: it runs as it does alone. */
static void test_walk_through_a_monitor(void **state)
{
    uint64_t hash[2];
    unsigned landings = 0;
    for (unsigned walked = 0; walked < 2; walked++) {
        struct debug_stop_info info = {.stop = DEBUG_STEPPED};
        struct rig *r = rig_new(FIRMWARE "/31-debug-monitor.elf", 60 * VTIME_PER_MS);
        while (r->m.soc.core.exceptions[EXC_DEBUGMON] < 2) /* past the BKPT, which would be gdb's */
            machine_run(&r->m, 100);
        if (walked)
            r->ops->attached(&r->port, true);
        while (walked && info.stop == DEBUG_STEPPED)
            r->ops->walk(&r->port, 1000, on_landing, &landings, &info);
        if (walked)
            r->ops->attached(&r->port, false);
        while (!r->m.end)
            machine_run(&r->m, UINT64_MAX);
        hash[walked] = soc_state_hash(&r->m.soc, r->hash);
        rig_free(r);
    }
    assert_true(landings > 1000);
    assert_true(hash[0] == hash[1]);
}

/* gdb's points are not the FPB's: there are more of them, and no comparator shows. */
static void test_points_take_no_comparators(void **state)
{
    struct rig *r = attached(FIRMWARE "/05-systick.elf", VTIME_NEVER);
    for (unsigned i = 0; i < 20; i++)
        assert_true(r->ops->point_add(&r->port, DEBUG_POINT_HW_BREAK, pc_of(r) + 2 + 2 * i, 2));
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(get(r, 0xE0002008 + 4 * i), 0);
    struct debug_stop_info info = go(r, DEBUG_CONTINUE);
    assert_int_equal(info.stop, DEBUG_BREAKPOINT);
    assert_int_equal(get(r, DFSR), 0);
    rig_free(r);
}

static void test_leaving_lets_it_run(void **state)
{
    struct rig *r = attached(FIRMWARE "/05-systick.elf", 5 * VTIME_PER_MS);
    dhcsr(r, HALT);
    dhcsr(r, HALT | DHCSR_C_MASKINTS);
    r->ops->attached(&r->port, false);
    assert_int_equal(r->m.soc.core.debug.control, 0);
    while (!r->m.end)
        machine_run(&r->m, UINT64_MAX);
    assert_int_equal(r->m.end, MACHINE_END_TIME);
    assert_true(r->m.soc.core.exceptions[EXC_SYSTICK] > 0);
    rig_free(r);
}

/* Steps, halts and looks of a debugger leave no trace: the run is the one that nobody watched. */
static void test_no_trace(void **state)
{
    static const char *const samples[] = {FIRMWARE "/07-nested.elf", FIRMWARE "/08-threads.elf",
                                          FIRMWARE "/14-sleep.elf"};
    for (unsigned i = 0; i < sizeof samples / sizeof *samples; i++) {
        uint64_t hash[2];
        for (unsigned watched = 0; watched < 2; watched++) {
            struct rig *r = rig_new(samples[i], 10 * VTIME_PER_MS);
            if (watched)
                r->ops->attached(&r->port, true);
            for (unsigned n = 0; watched && n < 3000 && !r->m.end; n++) {
                dhcsr(r, n % 7 ? STEP : RUN);
                get(r, SOC_RAM_BASE + 4 * n);
                if (!r->m.soc.core.state.asleep)
                    dhcsr(r, HALT);
            }
            if (watched)
                r->ops->attached(&r->port, false);
            while (!r->m.end)
                machine_run(&r->m, UINT64_MAX);
            hash[watched] = soc_state_hash(&r->m.soc, r->hash);
            rig_free(r);
        }
        assert_true(hash[0] == hash[1]);
    }
}

/* Awake for some cycles each 30 us, and asleep in between: no slice comes to its end in that time. */
static void test_sleepers_can_be_halted(void **state)
{
    static const uint16_t loop[] = {0xBF30 /* wfi */, 0x6001 /* str r1, [r0] */, 0x6804 /* ldr r4, [r0] */,
                                    0x6013 /* str r3, [r2] */, 0xE7FA /* b loop */};
    static const struct {
        uint32_t addr, value;
    } setup[] = {{0x40000518, 0},
                 {0x40000008, 1}, /* CLOCK: LFCLKSRC, TASKS_LFCLKSTART */
                 {0x4000B304, 1},
                 {0x4000B000, 1}, /* RTC0: INTENSET.TICK, TASKS_START */
                 {0xE000E100, 1 << 11}};
    static const struct {
        enum cpu_reg reg;
        uint32_t value;
    } regs[] = {{CPU_R0, 0x4000B100},  {CPU_R0 + 1, 0},  {CPU_R0 + 2, 0xE000E280},
                {CPU_R0 + 3, 1 << 11}, {CPU_PRIMASK, 1}, {CPU_PC, 0x20001000}};
    struct rig *r = attached(FIRMWARE "/05-systick.elf", VTIME_NEVER);
    struct debug_stop_info info = {.stop = DEBUG_RUNNING};
    for (unsigned i = 0; i < sizeof setup / sizeof *setup; i++)
        assert_true(bus_write(&r->m.soc.bus, setup[i].addr, setup[i].value, 4));
    for (unsigned i = 0; i < sizeof regs / sizeof *regs; i++)
        assert_true(r->ops->reg_set(&r->port, regs[i].reg, regs[i].value));
    assert_int_equal(r->ops->mem_set(&r->port, 0x20001000, loop, sizeof loop), sizeof loop);
    r->ops->resume(&r->port, DEBUG_CONTINUE, 0);
    for (unsigned i = 0; i < 3; i++) { /* it comes back */
        r->ops->run(&r->port, &info);
        assert_int_equal(info.stop, DEBUG_RUNNING);
    }
    assert_true(r->m.soc.sched.now > 20 * VTIME_PER_MS);
    r->ops->halt(&r->port);
    r->ops->run(&r->port, &info);
    assert_int_equal(info.stop, DEBUG_HALTED);
    assert_in_range(pc_of(r), 0x20001000, 0x20001008);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_step_by_dhcsr),
        cmocka_unit_test(test_run_and_halt_by_dhcsr),
        cmocka_unit_test(test_firmware_loaded_elsewhere),
        cmocka_unit_test(test_reset_by_aircr),
        cmocka_unit_test(test_continue_from_debug_state),
        cmocka_unit_test(test_comparators),
        cmocka_unit_test(test_points_take_no_comparators),
        cmocka_unit_test(test_walk_through_a_monitor),
        cmocka_unit_test(test_leaving_lets_it_run),
        cmocka_unit_test(test_no_trace),
        cmocka_unit_test(test_sleepers_can_be_halted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
