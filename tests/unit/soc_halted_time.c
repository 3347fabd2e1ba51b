/* Time while a debugger holds the core: how much passes, and for whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "soc/debug_port.h"

enum { TIMER0_START = 0x40008000, TIMER0_CAPTURE0 = 0x40008040, TIMER0_BITMODE = 0x40008508, TIMER0_CC0 = 0x40008540 };
enum { WDT_START = 0x40010000, WDT_CRV = 0x40010504, WDT_CONFIG = 0x4001050C };
enum { SYSTICK_CSR = 0xE000E010, SYSTICK_RVR = 0xE000E014, SYSTICK_CVR = 0xE000E018, RAM = 0x20000000 };

struct rig {
    struct machine m;
    struct debug_port port;
    const struct debug_target_ops *ops;
};

static uint64_t host_us;
static uint64_t host_clock(void) { return host_us; }

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    char err[IMAGE_ERR_SIZE], *specs[] = {(char *)FIRMWARE "/05-systick.elf"};
    struct machine_config config = {
        .run_for = VTIME_NEVER, .uart0 = "null", .uart1 = "null", .rtt = "null", .quiet = true};
    assert_true(machine_init(&r->m, &config, err, sizeof err));
    assert_true(machine_load(&r->m, specs, 1, err));
    machine_power_on(&r->m);
    debug_port_init(&r->port, &r->m);
    r->port.halted_time.now_us = host_clock;
    r->ops = r->port.target.ops;
    r->ops->attached(&r->port, true);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    struct rig *r = *state;
    debug_port_close(&r->port);
    machine_close(&r->m);
    free(r);
    return 0;
}

/* As firmware would do it: without the debugger, and without time. */
static void poke(struct rig *r, uint32_t addr, uint32_t v) { assert_true(bus_write(&r->m.soc.bus, addr, v, 4)); }

static uint32_t timer(struct rig *r)
{
    uint32_t v;
    poke(r, TIMER0_CAPTURE0, 1);
    assert_true(bus_read(&r->m.soc.bus, TIMER0_CC0, &v, 4));
    return v;
}

static uint32_t systick(struct rig *r)
{
    uint32_t v;
    assert_true(bus_read(&r->m.soc.bus, SYSTICK_CVR, &v, 4));
    return v;
}

static void start_clocks(struct rig *r)
{
    poke(r, TIMER0_BITMODE, 3);
    poke(r, TIMER0_START, 1);
    poke(r, SYSTICK_RVR, 0xFFFFFF);
    poke(r, SYSTICK_CVR, 0);
    poke(r, SYSTICK_CSR, 5);
}

static vtime now(const struct rig *r) { return r->m.soc.sched.now; }

static void look_at_memory(struct rig *r, uint32_t len)
{
    uint8_t bytes[64];
    assert_int_equal(r->ops->mem_get(&r->port, RAM, bytes, len), len);
}

static void step(struct rig *r)
{
    struct debug_stop_info info = {.stop = DEBUG_RUNNING};
    r->ops->resume(&r->port, DEBUG_STEP, 0);
    while (info.stop == DEBUG_RUNNING)
        r->ops->run(&r->port, &info);
    assert_int_equal(info.stop, DEBUG_STEPPED);
}

static void frozen_time_stands_still(void **state)
{
    struct rig *r = *state;
    vtime before = now(r);
    uint32_t value;
    start_clocks(r);
    look_at_memory(r, 64);
    r->ops->reg_get(&r->port, CPU_PC, &value);
    host_us += 1000000;
    halted_time_poll(&r->port.halted_time);
    assert_int_equal(now(r), before);
    assert_int_equal(timer(r), 0);
}

static void traffic_costs_time(void **state)
{
    struct rig *r = *state;
    vtime before = now(r);
    uint32_t value, ticks;
    r->port.halted_time.mode = HALTED_TIME_TRAFFIC;
    start_clocks(r);
    ticks = systick(r);
    look_at_memory(r, 64);
    assert_int_equal(now(r) - before, 17 * HALTED_TIME_TRANSFER);
    r->ops->reg_get(&r->port, CPU_PC, &value);
    assert_int_equal(now(r) - before, 20 * HALTED_TIME_TRANSFER);
    assert_int_equal(timer(r), 20 * HALTED_TIME_TRANSFER / VTIME_PER_US);
    assert_int_equal(systick(r), ticks); /* the core's own clocks stand */
    host_us += 1000000;
    halted_time_poll(&r->port.halted_time);
    assert_int_equal(now(r) - before, 20 * HALTED_TIME_TRANSFER);
}

static void the_wall_clock_passes_while_halted(void **state)
{
    struct rig *r = *state;
    vtime before = now(r);
    r->port.halted_time.mode = HALTED_TIME_WALL;
    start_clocks(r);
    look_at_memory(r, 64);
    assert_int_equal(now(r), before);
    host_us += 30000; /* longer than a slice */
    halted_time_poll(&r->port.halted_time);
    assert_int_equal(now(r) - before, 30 * VTIME_PER_MS);
    assert_int_equal(timer(r), 30000);
    host_us += 500; /* up to the step */
    step(r);
    assert_in_range(now(r) - before, 30500 * VTIME_PER_US + VTIME_PER_CYCLE, 30501 * VTIME_PER_US);
    before = now(r);
    host_us += 7;
    halted_time_poll(&r->port.halted_time);
    assert_int_equal(now(r) - before, 7 * VTIME_PER_US);
}

static void nothing_passes_twice_while_it_runs(void **state)
{
    struct rig *r = *state;
    struct debug_stop_info info;
    r->port.halted_time.mode = HALTED_TIME_WALL;
    r->ops->resume(&r->port, DEBUG_CONTINUE, 0);
    r->ops->run(&r->port, &info);
    assert_int_equal(info.stop, DEBUG_RUNNING);
    vtime before = now(r);
    host_us += 1000000;
    halted_time_poll(&r->port.halted_time);
    look_at_memory(r, 4);
    assert_int_equal(now(r), before);
    r->ops->attached(&r->port, false);
    halted_time_poll(&r->port.halted_time);
    assert_int_equal(now(r), before);
}

/* With CONFIG.HALT the watchdog counts on, and resets; the debugger finds the core at the reset vector. */
static void the_watchdog_bites_if_it_may(void **state)
{
    struct rig *r = *state;
    r->port.halted_time.mode = HALTED_TIME_WALL;
    for (unsigned i = 0; i <= 1; i++) {
        unsigned halt = !i; /* the reset that it causes is one that stops it */
        uint32_t pc, start;
        r->ops->reg_get(&r->port, CPU_PC, &start);
        step(r);
        poke(r, WDT_CRV, 327); /* 10 ms */
        poke(r, WDT_CONFIG, 1 | halt << 3);
        poke(r, WDT_START, 1);
        host_us += 100000;
        vtime before = now(r);
        halted_time_poll(&r->port.halted_time);
        assert_true(r->ops->reg_get(&r->port, CPU_PC, &pc));
        assert_int_equal(pc == start, halt);
        assert_int_equal(now(r) - before, 100 * VTIME_PER_MS);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(frozen_time_stands_still),           TEST(traffic_costs_time),
        TEST(the_wall_clock_passes_while_halted), TEST(nothing_passes_twice_while_it_runs),
        TEST(the_watchdog_bites_if_it_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
