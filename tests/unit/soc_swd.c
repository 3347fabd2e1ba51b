/* The chip behind its debug port: accesses, time that passes, reset, erasure and the lock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "soc/swd_target.h"

#define SAMPLE FIRMWARE "/01-blink.elf"

enum { DHCSR = 0xE000EDF0, DCRDR = 0xE000EDF8, DEMCR = 0xE000EDFC, AIRCR = 0xE000ED0C, NVIC_IPR = 0xE000E400 };
enum { NVMC_READY = 0x4001E400, NVMC_CONFIG = 0x4001E504, TIMER_START = 0x40008000, TIMER_CAPTURE1 = 0x40008044 };
enum { TIMER_CC1 = 0x40008544, TIMER_PRESCALER = 0x40008510, FORCEPROTECT = 0x40000550 };
enum { FREE_RAM = 0x20020000, FREE_FLASH = 0x000F0000 };

struct rig {
    struct machine m;
    struct soc_swd swd;
};

static struct rig *rig_new(void)
{
    struct rig *r = calloc(1, sizeof *r);
    char err[IMAGE_ERR_SIZE], *specs[] = {SAMPLE};
    struct machine_config config = {
        .run_for = VTIME_NEVER, .uart0 = "null", .uart1 = "null", .rtt = "null", .quiet = true};
    assert_non_null(r);
    assert_true(machine_init(&r->m, &config, err, sizeof err));
    assert_true(machine_load(&r->m, specs, 1, err));
    soc_swd_init(&r->swd, &r->m);
    machine_power_on(&r->m);
    return r;
}

static void rig_free(struct rig *r)
{
    machine_close(&r->m);
    free(r);
}

static const struct swd_target_ops *ops(struct rig *r) { return r->swd.target.ops; }

static uint32_t get(struct rig *r, uint32_t addr, unsigned size)
{
    uint32_t v;
    assert_true(ops(r)->read(&r->swd, addr, &v, size));
    return v;
}

static void put(struct rig *r, uint32_t addr, uint32_t v, unsigned size)
{
    assert_true(ops(r)->write(&r->swd, addr, v, size));
}

static void pass(struct rig *r, vtime length) { ops(r)->pass(&r->swd, length); }
static vtime now(const struct rig *r) { return r->m.soc.sched.now; }

static void halt(struct rig *r)
{
    ops(r)->power(&r->swd, true);
    put(r, DHCSR, DHCSR_DBGKEY | DHCSR_C_DEBUGEN, 4);
    put(r, DHCSR, DHCSR_DBGKEY | DHCSR_C_DEBUGEN | DHCSR_C_HALT, 4);
    assert_true(get(r, DHCSR, 4) & DHCSR_S_HALT);
}

static void test_every_size_on_the_bus_and_in_the_core(void **state)
{
    struct rig *r = rig_new();
    uint32_t v;
    put(r, FREE_RAM, 0x11223344, 4);
    put(r, FREE_RAM + 1, 0xAA, 1);
    put(r, FREE_RAM + 2, 0xBBCC, 2);
    assert_int_equal(get(r, FREE_RAM, 4), 0xBBCCAA44);
    assert_int_equal(get(r, FREE_RAM + 2, 2), 0xBBCC);
    put(r, NVIC_IPR, 0x20406080, 4);
    put(r, NVIC_IPR + 1, 0xE0, 1);
    assert_int_equal(get(r, NVIC_IPR, 4), 0x2040E080);
    assert_int_equal(get(r, NVIC_IPR + 1, 1), 0xE0);
    put(r, DCRDR, 0x12345678, 4);
    assert_int_equal(get(r, DCRDR, 2), 0x5678);
    assert_false(ops(r)->read(&r->swd, 0x60000000, &v, 4));
    assert_false(ops(r)->write(&r->swd, 0xE00FE000, 0, 4));
    rig_free(r);
}

/* A peripheral's registers do what they do for the CPU; flash takes what the NVMC lets pass, in its time. */
static void test_accesses_have_side_effects(void **state)
{
    struct rig *r = rig_new();
    halt(r);
    put(r, FREE_FLASH, 0, 4);
    assert_int_equal(get(r, FREE_FLASH, 4), 0xFFFFFFFF);
    put(r, NVMC_CONFIG, 1, 4);
    put(r, FREE_FLASH, 0x1234, 4);
    assert_int_equal(get(r, FREE_FLASH, 4), 0x1234);
    assert_int_equal(get(r, NVMC_READY, 4), 0);
    pass(r, NVMC_TIME_WRITE);
    assert_int_equal(get(r, NVMC_READY, 4), 1);
    rig_free(r);
}

static void test_time_passes_for_peripherals_of_a_halted_core(void **state)
{
    struct rig *r = rig_new();
    halt(r);
    vtime begin = now(r);
    uint64_t retired = cpu_retired(r->m.soc.core.cpu);
    put(r, TIMER_PRESCALER, 4, 4);
    put(r, TIMER_START, 1, 4);
    pass(r, VTIME_PER_MS);
    put(r, TIMER_CAPTURE1, 1, 4);
    assert_in_range(get(r, TIMER_CC1, 4), 999, 1000);
    assert_int_equal(now(r) - begin, VTIME_PER_MS);
    assert_int_equal(cpu_retired(r->m.soc.core.cpu), retired);
    rig_free(r);
}

/* Exact but for the instruction that crosses the end. */
static void test_a_running_core_runs_for_as_long(void **state)
{
    struct rig *r = rig_new();
    for (unsigned i = 0; i < 2000; i++) {
        vtime begin = now(r);
        pass(r, 10 * VTIME_PER_US);
        assert_in_range(now(r) - begin, 10 * VTIME_PER_US, 11 * VTIME_PER_US);
    }
    assert_true(cpu_retired(r->m.soc.core.cpu) > 100);
    rig_free(r);
}

/* The sample's end is a sleep that nothing ends; also without a debugger somebody may come. */
static void test_asleep_for_ever_is_no_end(void **state)
{
    struct rig *r = rig_new();
    pass(r, 2 * VTIME_PER_S);
    assert_int_equal(r->m.end, MACHINE_RUNNING);
    vtime before = now(r);
    assert_true(before >= 2 * VTIME_PER_S);
    pass(r, VTIME_PER_S);
    assert_int_equal(now(r) - before, VTIME_PER_S);
    assert_int_equal(r->m.end, MACHINE_RUNNING);
    assert_true(get(r, DHCSR, 4) & DHCSR_S_SLEEP);
    halt(r);
    rig_free(r);
}

static void test_a_locked_up_core_is_found(void **state)
{
    struct rig *r = rig_new();
    ops(r)->power(&r->swd, true);
    put(r, 0xE000ED08, 0x60000000, 4); /* VTOR: nowhere */
    put(r, 0xE000ED04, 1u << 31, 4);   /* an NMI */
    pass(r, VTIME_PER_MS);
    assert_int_equal(r->m.end, MACHINE_RUNNING);
    assert_true(get(r, DHCSR, 4) & DHCSR_S_LOCKUP);
    assert_true(now(r) >= VTIME_PER_MS);
    rig_free(r);
}

static void test_reset_and_vector_catch(void **state)
{
    struct rig *r = rig_new();
    pass(r, VTIME_PER_MS);
    halt(r);
    put(r, DEMCR, DEMCR_VC_CORERESET, 4);
    put(r, AIRCR, 0x05FA0004, 4);
    pass(r, 1);
    uint32_t dhcsr = get(r, DHCSR, 4);
    assert_true(dhcsr & DHCSR_S_HALT && dhcsr & DHCSR_S_RESET_ST);
    assert_int_equal(cpu_get(r->m.soc.core.cpu, CPU_PC), get(r, 4, 4) & ~1u);
    rig_free(r);
}

static void test_ctrl_ap_holds_the_chip_in_reset(void **state)
{
    struct rig *r = rig_new();
    pass(r, VTIME_PER_MS);
    ops(r)->reset(&r->swd, true);
    uint64_t retired = cpu_retired(r->m.soc.core.cpu);
    pass(r, VTIME_PER_MS);
    assert_int_equal(cpu_retired(r->m.soc.core.cpu), retired);
    assert_int_equal(cpu_get(r->m.soc.core.cpu, CPU_PC), get(r, 4, 4) & ~1u);
    ops(r)->reset(&r->swd, false);
    pass(r, VTIME_PER_MS);
    assert_true(cpu_retired(r->m.soc.core.cpu) > retired);
    rig_free(r);
}

static void lock(struct rig *r)
{
    uint32_t protect = 0xFFFFFF00;
    assert_true(soc_program(&r->m.soc, UICR_BASE + UICR_APPROTECT, (const uint8_t *)&protect, 4));
}

static void test_approtect_counts_from_a_reset_on(void **state)
{
    struct rig *r = rig_new();
    lock(r);
    assert_false(ops(r)->locked(&r->swd));
    machine_reset(&r->m, RESETREAS_SREQ);
    assert_true(ops(r)->locked(&r->swd));
    rig_free(r);
}

static void test_erase_all_unlocks(void **state)
{
    struct rig *r = rig_new();
    lock(r);
    machine_reset(&r->m, RESETREAS_SREQ);
    put(r, FREE_RAM, 1, 4);
    ops(r)->erase_all(&r->swd);
    assert_true(ops(r)->erasing(&r->swd));
    pass(r, NVMC_TIME_ERASE_ALL - 1);
    assert_true(ops(r)->erasing(&r->swd));
    pass(r, VTIME_PER_US);
    assert_false(ops(r)->erasing(&r->swd));
    assert_true(ops(r)->locked(&r->swd));
    ops(r)->reset(&r->swd, true);
    ops(r)->reset(&r->swd, false);
    assert_false(ops(r)->locked(&r->swd));
    assert_int_equal(get(r, 0, 4), 0xFFFFFFFF);
    assert_int_equal(get(r, FREE_RAM, 4), 0);
    assert_int_equal(get(r, UICR_BASE + UICR_APPROTECT, 4), 0xFFFFFFFF);
    rig_free(r);
}

static void test_firmware_can_lock_until_the_next_reset(void **state)
{
    struct rig *r = rig_new();
    put(r, FORCEPROTECT, 0, 4);
    assert_true(ops(r)->locked(&r->swd));
    machine_reset(&r->m, RESETREAS_SREQ);
    assert_false(ops(r)->locked(&r->swd));
    rig_free(r);
}

static void test_a_held_core_runs_when_power_is_asked_for(void **state)
{
    struct rig *r = rig_new();
    debug_hold(&r->m.soc.core, true);
    pass(r, VTIME_PER_MS);
    assert_int_equal(cpu_retired(r->m.soc.core.cpu), 0);
    ops(r)->power(&r->swd, true);
    pass(r, VTIME_PER_MS);
    assert_true(cpu_retired(r->m.soc.core.cpu) > 0);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_size_on_the_bus_and_in_the_core),
        cmocka_unit_test(test_accesses_have_side_effects),
        cmocka_unit_test(test_time_passes_for_peripherals_of_a_halted_core),
        cmocka_unit_test(test_a_running_core_runs_for_as_long),
        cmocka_unit_test(test_asleep_for_ever_is_no_end),
        cmocka_unit_test(test_a_locked_up_core_is_found),
        cmocka_unit_test(test_reset_and_vector_catch),
        cmocka_unit_test(test_ctrl_ap_holds_the_chip_in_reset),
        cmocka_unit_test(test_approtect_counts_from_a_reset_on),
        cmocka_unit_test(test_erase_all_unlocks),
        cmocka_unit_test(test_firmware_can_lock_until_the_next_reset),
        cmocka_unit_test(test_a_held_core_runs_when_power_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
