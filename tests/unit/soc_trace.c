/* The trace port of the chip: what reaches its pins, how long that takes, and what resets and snapshots leave of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "soc/debug_port.h"
#include "soc/monitor.h"

enum { DEMCR = 0xE000EDFC, ITM_TER = 0xE0000E00, ITM_TCR = 0xE0000E80, TPIU_ACPR = 0xE0040010, TPIU_SPPR = 0xE00400F0 };
enum { TPIU_FFCR = 0xE0040304, TRACECONFIG = 0x4000055C, SERIAL = 1 << 16, PARALLEL = 2 << 16, UART = 2 };
enum { DWT_COMP0 = 0xE0001020, DWT_FUNCTION0 = 0xE0001028, FP_CTRL = 0xE0002000, FP_COMP0 = 0xE0002008 };
#define SAMPLE FIRMWARE "/32-swo.elf"

struct rig {
    struct machine m;
    uint8_t byte[1024];
    vtime time[1024];
    unsigned n;
    char message[256];
};

static void on_byte(void *ctx, uint8_t byte)
{
    struct rig *r = ctx;
    assert_true(r->n < sizeof r->byte);
    r->time[r->n] = r->m.soc.sched.now;
    r->byte[r->n++] = byte;
}

static void on_message(void *ctx, enum log_level level, const char *line)
{
    struct rig *r = ctx;
    snprintf(r->message, sizeof r->message, "%s", line);
}

static struct rig *rig_new(void)
{
    struct rig *r = calloc(1, sizeof *r);
    char err[IMAGE_ERR_SIZE], *specs[] = {SAMPLE};
    struct machine_config config = {.run_for = VTIME_NEVER, .uart0 = "null", .uart1 = "null", .rtt = "null", .seed = 7};
    assert_non_null(r);
    assert_true(machine_init(&r->m, &config, err, sizeof err));
    assert_true(machine_load(&r->m, specs, 1, err));
    r->m.soc.trace_listener = (struct trace_listener){.put = on_byte, .ctx = r};
    r->m.log.write = on_message;
    r->m.log.ctx = r;
    machine_power_on(&r->m);
    return r;
}

static void rig_free(struct rig *r)
{
    machine_close(&r->m);
    free(r);
}

static void poke(struct rig *r, uint32_t addr, uint32_t v)
{
    assert_int_equal(bus_poke(&r->m.soc.bus, addr, &v, 4), 4);
}

static uint32_t peek(struct rig *r, uint32_t addr)
{
    uint32_t v;
    assert_int_equal(bus_peek(&r->m.soc.bus, addr, &v, 4), 4);
    return v;
}

/* As a probe sets it up; the program does not come so far. */
static void set_up(struct rig *r, uint32_t config, uint32_t protocol)
{
    poke(r, DEMCR, DEMCR_TRCENA);
    poke(r, TRACECONFIG, config);
    poke(r, TPIU_SPPR, protocol);
    poke(r, TPIU_FFCR, 0);
    poke(r, ITM_TCR, 1);
    poke(r, ITM_TER, 1);
}

static void run_until_idle(struct rig *r)
{
    while (!tpiu_is_idle(&r->m.soc.core))
        machine_run(&r->m, 10);
}

static void test_pins(void **state)
{
    static const struct {
        uint32_t config, protocol;
        bool seen;
    } cases[] = {{0, UART, false},        {SERIAL, UART, true}, {SERIAL, 1, true},
                 {PARALLEL, UART, false}, {PARALLEL, 0, true},  {SERIAL, 0, false}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rig *r = rig_new();
        set_up(r, cases[i].config, cases[i].protocol);
        poke(r, 0xE0000000, 0x44434241);
        run_until_idle(r);
        assert_int_equal(r->n > 0, cases[i].seen);
        assert_int_equal(strstr(r->message, "TRACEMUX") != NULL, !cases[i].seen);
        rig_free(r);
    }
}

/* TRACEPORTSPEED is the clock that ACPR divides. */
static void test_speed(void **state)
{
    for (unsigned speed = 0; speed < 4; speed++) {
        struct rig *r = rig_new();
        set_up(r, SERIAL | speed, UART);
        poke(r, TPIU_ACPR, 3);
        poke(r, 0xE0000000, 0);
        vtime start = r->m.soc.sched.now, byte = 10 * 4 * (VTIME_PER_US / 32) << speed;
        run_until_idle(r);
        assert_int_equal(r->n, 5);
        for (unsigned i = 0; i < 5; i++)
            assert_in_range(r->time[i] - start, (i + 1) * byte, (i + 1) * byte + 20 * VTIME_PER_CYCLE);
        rig_free(r);
    }
}

/* PS 5.3.6.8: what the debug components live through, and TRACECONFIG with them. */
static void test_resets(void **state)
{
    static const struct {
        uint32_t reason, control;
        bool kept;
    } cases[] = {{RESETREAS_SREQ, 0, true},      {RESETREAS_LOCKUP, 0, true}, {RESETREAS_DOG, 0, false},
                 {RESETREAS_RESETPIN, 0, false}, {RESETREAS_OFF, 0, false},   {RESETREAS_OFF, 1, true}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rig *r = rig_new();
        set_up(r, SERIAL, UART);
        poke(r, DWT_COMP0, 0x1234);
        poke(r, 0xE000EDF0, DHCSR_DBGKEY | cases[i].control);
        machine_reset(&r->m, cases[i].reason);
        assert_int_equal(peek(r, DWT_COMP0), cases[i].kept ? 0x1234 : 0);
        assert_int_equal(peek(r, DEMCR), cases[i].kept ? DEMCR_TRCENA : 0);
        assert_int_equal(peek(r, TPIU_SPPR), cases[i].kept ? UART : 1);
        if (!cases[i].control)
            assert_int_equal(peek(r, TRACECONFIG), cases[i].kept || cases[i].reason == RESETREAS_OFF ? SERIAL : 0);
        rig_free(r);
    }
}

static void run_for(struct rig *r, vtime length)
{
    vtime end = r->m.soc.sched.now + length;
    while (!r->m.end && r->m.soc.sched.now < end)
        machine_run(&r->m, 100);
}

struct answer {
    char text[512];
};

static void on_answer(void *ctx, const char *text)
{
    struct answer *a = ctx;
    strncat(a->text, text, sizeof a->text - strlen(a->text) - 1);
}

static bool say(struct debug_port *p, bool (*command)(void *, const char *, const struct debug_console *),
                const char *args, struct answer *a)
{
    *a = (struct answer){0};
    return command(p, args, &(struct debug_console){.print = on_answer, .ctx = a});
}

/* `monitor swo` and Cortex-Debug's way to say it set the port up; `itm` is OpenOCD's. */
static void test_monitor(void **state)
{
    struct rig *r = rig_new();
    struct debug_port p;
    struct answer a;
    debug_port_init(&p, &r->m);
    assert_true(say(&p, monitor_cdswo, "64000000 2000000 :0", &a));
    assert_non_null(strstr(a.text, "2000000 baud is at 127.0.0.1:"));
    assert_int_equal(peek(r, TPIU_ACPR), 15);
    assert_int_equal(peek(r, TPIU_SPPR), UART);
    assert_int_equal(peek(r, TPIU_FFCR), 0x100);
    assert_int_equal(peek(r, TRACECONFIG), SERIAL);
    assert_true(peek(r, DEMCR) & DEMCR_TRCENA);
    assert_true(say(&p, monitor_itm, "port 3 on", &a));
    assert_int_equal(peek(r, ITM_TER), 8);
    assert_int_equal(peek(r, ITM_TCR) & 9, 9);
    assert_true(say(&p, monitor_itm, "ports on", &a));
    assert_true(say(&p, monitor_itm, "port 0 off", &a));
    assert_int_equal(peek(r, ITM_TER), 0xFFFFFFFE);
    assert_true(say(&p, monitor_swo, "off", &a));
    assert_null(r->m.swo.stream);
    assert_true(say(&p, monitor_cdswo, "64000000 1 external", &a));
    assert_int_equal(peek(r, TPIU_ACPR), 0x1FFF);
    static const struct {
        bool (*command)(void *, const char *, const struct debug_console *);
        const char *args;
    } wrong[] = {{monitor_swo, ""},
                 {monitor_swo, "tcp:0 0"},
                 {monitor_swo, "/nowhere/at/all"},
                 {monitor_cdswo, "1 2"},
                 {monitor_cdswo, "1 0 :0"},
                 {monitor_itm, "port 32 on"},
                 {monitor_itm, "ports maybe"},
                 {monitor_itm, "everything"}};
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(say(&p, wrong[i].command, wrong[i].args, &a));
        assert_true(*a.text);
    }
    debug_port_close(&p);
    rig_free(r);
}

/* What was told before is not told again. */
static void test_muted(void **state)
{
    struct rig *r = rig_new();
    set_up(r, SERIAL, UART);
    evlog_mute(&r->m.soc.evlog, true);
    poke(r, 0xE0000000, 0x44434241);
    run_until_idle(r);
    assert_int_equal(r->n, 0);
    evlog_mute(&r->m.soc.evlog, false);
    poke(r, 0xE0000000, 0x44434241);
    run_until_idle(r);
    assert_int_equal(r->n, 5);
    rig_free(r);
}

/* With bytes on their way: they come again, at the same times. */
static void test_snapshot(void **state)
{
    struct rig *r = rig_new();
    while (r->n < 40)
        machine_run(&r->m, 10);
    assert_false(tpiu_is_idle(&r->m.soc.core));
    struct soc_snapshot *s = soc_snapshot_take(&r->m.soc);
    unsigned before = r->n;
    run_for(r, 2 * VTIME_PER_MS);
    unsigned n = r->n - before;
    assert_true(n > 100);
    soc_snapshot_restore(&r->m.soc, s);
    run_for(r, 2 * VTIME_PER_MS);
    assert_int_equal(r->n, before + 2 * n);
    assert_memory_equal(r->byte + before, r->byte + before + n, n);
    assert_memory_equal(r->time + before, r->time + before + n, n * sizeof *r->time);
    soc_snapshot_free(s);
    rig_free(r);
}

/* The comparators of a snapshot count again, and those that were set since do not. */
static void test_snapshot_of_comparators(void **state)
{
    struct rig *r = rig_new();
    struct core *c = &r->m.soc.core;
    poke(r, 0xE000EDF0, DHCSR_DBGKEY | 3);
    poke(r, DEMCR, DEMCR_TRCENA);
    uint32_t pc = cpu_get(c->cpu, CPU_PC), other = pc + 6;
    poke(r, FP_CTRL, 3);
    struct soc_snapshot *none = soc_snapshot_take(&r->m.soc);
    poke(r, FP_COMP0, (other & 2 ? 2u : 1u) << 30 | (other & ~3u) | 1);
    struct soc_snapshot *one = soc_snapshot_take(&r->m.soc);
    for (unsigned again = 0; again < 2; again++) {
        soc_snapshot_restore(&r->m.soc, one);
        debug_release(c);
        assert_int_equal(machine_run(&r->m, 100), CORE_STOP_HALTED);
        assert_int_equal(cpu_get(c->cpu, CPU_PC), other);
        soc_snapshot_restore(&r->m.soc, none);
        debug_release(c);
        assert_int_equal(machine_run(&r->m, 100), CORE_STOP_BUDGET);
    }
    soc_snapshot_restore(&r->m.soc, none);
    poke(r, DWT_COMP0, other);
    poke(r, DWT_FUNCTION0, 4);
    debug_release(c);
    assert_int_equal(machine_run(&r->m, 100), CORE_STOP_HALTED);
    soc_snapshot_restore(&r->m.soc, none);
    debug_release(c);
    assert_int_equal(machine_run(&r->m, 100), CORE_STOP_BUDGET);
    soc_snapshot_free(none);
    soc_snapshot_free(one);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pins),
        cmocka_unit_test(test_speed),
        cmocka_unit_test(test_resets),
        cmocka_unit_test(test_monitor),
        cmocka_unit_test(test_muted),
        cmocka_unit_test(test_snapshot),
        cmocka_unit_test(test_snapshot_of_comparators),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
