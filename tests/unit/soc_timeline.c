/*
 * Going back in time, without a debugger's protocol: whatever was passed on the way forward is found again on the way
 * back, in the same state; nothing is told twice; and a run that was gone through back and forth is the undisturbed
 * one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "emu/random.h"
#include "soc/debug_port.h"

static const char *const samples[] = {
    FIRMWARE "/05-systick.elf",   FIRMWARE "/06-peripherals.elf", FIRMWARE "/07-nested.elf",
    FIRMWARE "/08-threads.elf",   FIRMWARE "/10-faults.elf",      FIRMWARE "/11-mpu.elf",
    FIRMWARE "/14-sleep.elf",     FIRMWARE "/15-flash.elf",       FIRMWARE "/16-selfmod.elf",
    FIRMWARE "/27-qspi-xip.elf",  FIRMWARE "/24-twi-spi.elf",     FIRMWARE "/25-usb-cdc.elf",
    FIRMWARE "/26-saadc-pwm.elf", FIRMWARE "/28-buttons.elf",     FIRMWARE "/29-power.elf"};

enum { SAMPLES = sizeof samples / sizeof samples[0] };

struct rig {
    struct machine m;
    struct debug_port port;
    const struct debug_target_ops *ops;
    uint64_t hash;
    char output[4096];
    unsigned n_output;
};

static void read_output(void *ctx, const struct ev *e)
{
    struct rig *r = ctx;
    if (r->n_output < sizeof r->output - 1)
        r->output[r->n_output++] = (char)e->b;
}

static struct rig *rig_new(const char *sample, vtime run_for, const char *console)
{
    struct rig *r = calloc(1, sizeof *r);
    char err[IMAGE_ERR_SIZE], *specs[] = {(char *)sample};
    struct machine_config config = {.run_for = run_for,
                                    .uart0 = console,
                                    .uart1 = "null",
                                    .rtt = console,
                                    .seed = 7,
                                    .quiet = true,
                                    .semihosting_dir = "/tmp"};
    assert_non_null(r);
    assert_true(machine_init(&r->m, &config, err, sizeof err));
    assert_true(machine_load(&r->m, specs, 1, err));
    r->hash = TRACE_HASH_INIT;
    evlog_attach(&r->m.soc.evlog, TRACE_HASH_KINDS, trace_hash_read, &r->hash);
    evlog_attach(&r->m.soc.evlog, 1u << EV_CONSOLE, read_output, r);
    machine_power_on(&r->m);
    debug_port_init(&r->port, &r->m);
    r->ops = r->port.target.ops;
    return r;
}

static struct rig *attached(const char *sample, vtime run_for)
{
    struct rig *r = rig_new(sample, run_for, "null");
    r->ops->attached(&r->port, true);
    return r;
}

static void rig_free(struct rig *r)
{
    debug_port_close(&r->port);
    machine_close(&r->m);
    free(r);
}

static struct debug_stop_info go(struct rig *r, enum debug_resume how)
{
    struct debug_stop_info info = {.stop = DEBUG_RUNNING};
    r->ops->resume(&r->port, how, 0);
    while (info.stop == DEBUG_RUNNING)
        r->ops->run(&r->port, &info);
    return info;
}

/* Until it has run so long; the budget makes it stop anywhere. */
static void forward_by(struct rig *r, vtime until, uint64_t budget)
{
    r->ops->resume(&r->port, DEBUG_CONTINUE, 0);
    while (!r->m.end && r->m.soc.sched.now < until)
        timeline_run(&r->port.timeline, budget);
    debug_hold(&r->m.soc.core, true);
    r->port.resumed = false;
}

static void forward(struct rig *r, vtime until) { forward_by(r, until, r->port.timeline.past ? 77 : 777); }

static void to_present(struct rig *r)
{
    r->ops->resume(&r->port, DEBUG_CONTINUE, 0);
    while (r->port.timeline.past)
        timeline_run(&r->port.timeline, 99999);
    debug_hold(&r->m.soc.core, true);
    r->port.resumed = false;
}

static uint64_t retired(struct rig *r) { return cpu_retired(r->m.soc.core.cpu); }

static uint64_t mix(uint64_t hash, uint64_t more)
{
    uint64_t source = hash ^ more;
    return random_next(&source);
}

/* Time, registers, RAM, what is pending and active: flash comes in with the trace hash. */
static uint64_t digest(struct rig *r)
{
    const struct soc *s = &r->m.soc;
    uint64_t hash = mix(mix(mix(mix(0, s->sched.now), retired(r)), s->core.nvic.pending), s->core.nvic.active);
    for (unsigned i = 0; i < CPU_REGS; i++)
        hash = mix(hash, cpu_get(s->core.cpu, (enum cpu_reg)i));
    for (uint64_t i = 0, word; i < SOC_RAM_SIZE; i += sizeof word) {
        memcpy(&word, s->ram + i, sizeof word);
        hash = mix(hash, word);
    }
    return hash;
}

static uint32_t symbol(struct rig *r, const char *name)
{
    uint32_t addr = 0;
    assert_true(symbols_find(r->m.symbols, name, &addr, NULL));
    return addr;
}

static uint32_t word(struct rig *r, uint32_t addr)
{
    uint32_t v;
    assert_int_equal(r->ops->mem_get(&r->port, addr, &v, 4), 4);
    return v;
}

static uint64_t undisturbed(const char *sample, vtime run_for)
{
    struct rig *r = rig_new(sample, run_for, "null");
    while (!r->m.end)
        machine_run(&r->m, UINT64_MAX);
    uint64_t hash = soc_state_hash(&r->m.soc, r->hash);
    rig_free(r);
    return hash;
}

static uint64_t finish(struct rig *r)
{
    struct debug_stop_info info = go(r, DEBUG_CONTINUE);
    assert_int_equal(info.stop, DEBUG_EXITED);
    return soc_state_hash(&r->m.soc, r->hash);
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

enum { STEPS = 40 };

/* From somewhere in the run forward, back, and forward again: each time by the same states. */
static void step_to_and_fro(const char *sample, vtime from)
{
    uint64_t seen[STEPS + 1];
    struct rig *r = attached(sample, 12 * VTIME_PER_MS);
    forward_by(r, from, from < VTIME_PER_MS ? 7 : 777);
    go(r, DEBUG_STEP); /* it may have slept: a place is where an instruction comes next */
    for (unsigned i = 0; i <= STEPS; i++) {
        seen[i] = digest(r);
        if (i < STEPS)
            assert_int_equal(go(r, DEBUG_STEP).stop, DEBUG_STEPPED);
    }
    for (unsigned turn = 0; turn < 2; turn++) {
        for (unsigned i = STEPS; i--;) {
            assert_int_equal(go(r, DEBUG_STEP_BACK).stop, DEBUG_STEPPED);
            if (digest(r) != seen[i])
                fail_msg("%s: back to step %u it is another state", sample, i);
        }
        for (unsigned i = 1; i <= STEPS; i++) {
            assert_int_equal(go(r, DEBUG_STEP).stop, DEBUG_STEPPED);
            if (digest(r) != seen[i])
                fail_msg("%s: forward again to step %u it is another state", sample, i);
        }
    }
    assert_true(finish(r) == undisturbed(sample, 12 * VTIME_PER_MS));
    rig_free(r);
}

static void test_steps(void **state)
{
    step_to_and_fro(FIRMWARE "/07-nested.elf", 18 * VTIME_PER_US); /* three handlers in one step */
    for (unsigned i = 0; i < SAMPLES; i++)
        step_to_and_fro(samples[i], VTIME_PER_MS + i * VTIME_PER_MS / 5);
}

static void test_beginning(void **state)
{
    struct rig *r = attached(samples[0], VTIME_NEVER);
    uint64_t first = digest(r);
    for (unsigned i = 0; i < 3; i++)
        go(r, DEBUG_STEP);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(go(r, DEBUG_STEP_BACK).stop, DEBUG_STEPPED);
    assert_int_equal(go(r, DEBUG_STEP_BACK).stop, DEBUG_BEGINNING);
    assert_true(digest(r) == first);
    forward(r, 5 * VTIME_PER_MS);
    assert_int_equal(go(r, DEBUG_CONTINUE_BACK).stop, DEBUG_BEGINNING);
    assert_true(digest(r) == first);
    rig_free(r);
}

/* ---- points ------------------------------------------------------------------------------------------------------ */

enum { HITS = 8 };

static void test_breakpoints(void **state)
{
    struct rig *r = attached(FIRMWARE "/05-systick.elf", VTIME_NEVER);
    uint32_t handler = symbol(r, "SysTick_Handler");
    uint64_t seen[HITS];
    assert_true(r->ops->point_add(&r->port, DEBUG_POINT_HW_BREAK, handler, 2));
    for (unsigned i = 0; i < HITS; i++) {
        assert_int_equal(go(r, DEBUG_CONTINUE).stop, DEBUG_BREAKPOINT);
        seen[i] = digest(r);
    }
    for (unsigned i = HITS - 1; i--;) {
        assert_int_equal(go(r, DEBUG_CONTINUE_BACK).stop, DEBUG_BREAKPOINT);
        assert_true(digest(r) == seen[i]);
    }
    for (unsigned i = 1; i < HITS; i++) {
        assert_int_equal(go(r, DEBUG_CONTINUE).stop, DEBUG_BREAKPOINT);
        assert_true(digest(r) == seen[i]);
    }
    rig_free(r);
}

/* Going back it stops where the write is done, so that one step back undoes it. */
static void test_watchpoints(void **state)
{
    struct rig *r = attached(FIRMWARE "/05-systick.elf", VTIME_NEVER);
    uint32_t ticks = symbol(r, "ticks");
    forward(r, 10 * VTIME_PER_MS);
    uint32_t n = word(r, ticks);
    assert_in_range(n, 5, 10);
    assert_true(r->ops->point_add(&r->port, DEBUG_POINT_WATCH_WRITE, ticks, 4));
    for (; n; n--) {
        struct debug_stop_info info = go(r, DEBUG_CONTINUE_BACK);
        assert_int_equal(info.stop, DEBUG_WATCHPOINT);
        assert_int_equal(info.addr, ticks);
        assert_int_equal(info.point, DEBUG_POINT_WATCH_WRITE);
        assert_int_equal(word(r, ticks), n);
        assert_int_equal(go(r, DEBUG_STEP_BACK).stop, DEBUG_STEPPED);
        assert_int_equal(word(r, ticks), n - 1);
    }
    assert_int_equal(go(r, DEBUG_CONTINUE_BACK).stop, DEBUG_WATCHPOINT); /* the start-up code clears it */
    go(r, DEBUG_STEP_BACK);
    assert_int_equal(go(r, DEBUG_CONTINUE_BACK).stop, DEBUG_BEGINNING);
    rig_free(r);
}

/* A point in what ran in between ends a step back, as it does a step. */
static void test_point_within_step(void **state)
{
    struct rig *r = attached(FIRMWARE "/05-systick.elf", VTIME_NEVER);
    uint32_t handler = symbol(r, "SysTick_Handler");
    assert_true(r->ops->point_add(&r->port, DEBUG_POINT_HW_BREAK, handler, 2));
    assert_int_equal(go(r, DEBUG_CONTINUE).stop, DEBUG_BREAKPOINT);
    uint64_t in_handler = digest(r);
    assert_int_equal(go(r, DEBUG_STEP_BACK).stop, DEBUG_STEPPED);
    uint64_t before = digest(r);
    assert_true(r->ops->point_remove(&r->port, DEBUG_POINT_HW_BREAK, handler, 2));
    assert_int_equal(go(r, DEBUG_STEP).stop, DEBUG_STEPPED);
    uint64_t behind = digest(r);
    assert_int_equal(go(r, DEBUG_STEP_BACK).stop, DEBUG_STEPPED);
    assert_true(digest(r) == before);
    assert_int_equal(go(r, DEBUG_STEP).stop, DEBUG_STEPPED);
    assert_true(digest(r) == behind);
    assert_true(r->ops->point_add(&r->port, DEBUG_POINT_HW_BREAK, handler, 2));
    assert_int_equal(go(r, DEBUG_STEP_BACK).stop, DEBUG_BREAKPOINT);
    assert_true(digest(r) == in_handler);
    rig_free(r);
}

/* So does a vector catch, in Debug state as on the way forward. */
static void test_vector_catch(void **state)
{
    enum { DHCSR = 0xE000EDF0, DEMCR = 0xE000EDFC, CAUGHT = 2 };
    struct rig *r = attached(FIRMWARE "/10-faults.elf", VTIME_NEVER);
    uint32_t halt = DHCSR_DBGKEY | DHCSR_C_DEBUGEN | DHCSR_C_HALT, pc[CAUGHT];
    uint32_t catch = DEMCR_VC_STATERR | DEMCR_VC_BUSERR | DEMCR_VC_HARDERR | DEMCR_VC_CHKERR;
    r->ops->mem_set(&r->port, DHCSR, &halt, sizeof halt);
    r->ops->mem_set(&r->port, DEMCR, &catch, sizeof catch);
    for (unsigned i = 0; i < CAUGHT; i++) {
        assert_int_equal(go(r, DEBUG_CONTINUE).stop, DEBUG_FAULT);
        pc[i] = cpu_get(r->m.soc.core.cpu, CPU_PC);
    }
    for (unsigned i = CAUGHT - 1; i--;) {
        assert_int_equal(go(r, DEBUG_CONTINUE_BACK).stop, DEBUG_FAULT);
        assert_int_equal(cpu_get(r->m.soc.core.cpu, CPU_PC), pc[i]);
        assert_true(r->m.soc.core.debug.halted);
    }
    assert_int_equal(go(r, DEBUG_CONTINUE_BACK).stop, DEBUG_BEGINNING);
    for (unsigned i = 0; i < CAUGHT; i++) {
        assert_int_equal(go(r, DEBUG_CONTINUE).stop, DEBUG_FAULT);
        assert_int_equal(cpu_get(r->m.soc.core.cpu, CPU_PC), pc[i]);
    }
    rig_free(r);
}

/* What nobody stops for is passed: the search goes on from there. */
static void test_going_on(void **state)
{
    struct rig *r = attached(FIRMWARE "/05-systick.elf", VTIME_NEVER);
    uint32_t ticks = symbol(r, "ticks");
    struct debug_stop_info info = {.stop = DEBUG_RUNNING};
    forward(r, 10 * VTIME_PER_MS);
    uint32_t n = word(r, ticks);
    assert_true(r->ops->point_add(&r->port, DEBUG_POINT_WATCH_WRITE, ticks, 4));
    r->ops->resume(&r->port, DEBUG_CONTINUE_BACK, 0);
    while (info.stop != DEBUG_BEGINNING) {
        r->ops->run(&r->port, &info);
        if (info.stop == DEBUG_WATCHPOINT) {
            assert_int_equal(word(r, ticks), n--);
            r->ops->resume(&r->port, DEBUG_GO_ON, 0);
        }
    }
    assert_int_equal(n, UINT32_MAX); /* the start-up code clears it */
    rig_free(r);
}

static void test_halt(void **state)
{
    struct rig *r = attached(FIRMWARE "/23-tight-loop.elf", VTIME_NEVER);
    struct debug_stop_info info = {.stop = DEBUG_RUNNING};
    forward(r, VTIME_PER_S);
    vtime from = r->m.soc.sched.now;
    r->ops->resume(&r->port, DEBUG_CONTINUE_BACK, 0);
    while (r->port.timeline.first > r->port.timeline.n / 2)
        r->ops->run(&r->port, &info);
    r->ops->halt(&r->port);
    while (info.stop == DEBUG_RUNNING)
        r->ops->run(&r->port, &info);
    assert_int_equal(info.stop, DEBUG_HALTED);
    assert_in_range(r->m.soc.sched.now, VTIME_PER_MS, from - VTIME_PER_MS);
    assert_true(r->port.timeline.past);
    rig_free(r);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

/* Back and forth at random: the rest of the run, its trace hash and its output are those of the undisturbed run. */
static void wander(const char *sample, uint64_t seed)
{
    struct rig *r = attached(sample, 30 * VTIME_PER_MS);
    for (unsigned i = 0; i < 40 && r->m.soc.sched.now < 25 * VTIME_PER_MS; i++) {
        uint64_t dice = random_next(&seed);
        switch (dice % 4) {
        case 0:
            forward(r, r->m.soc.sched.now + dice / 4 % (3 * VTIME_PER_MS));
            break;
        case 1:
            go(r, DEBUG_STEP);
            break;
        case 2:
            for (unsigned n = 1 + dice / 4 % 20; n; n--)
                go(r, DEBUG_STEP_BACK);
            break;
        case 3:
            if (dice / 4 % 8 == 0)
                go(r, DEBUG_CONTINUE_BACK);
            break;
        }
    }
    uint64_t hash = finish(r);
    if (hash != undisturbed(sample, 30 * VTIME_PER_MS))
        fail_msg("%s: another run", sample);
    rig_free(r);
}

static void test_wandering(void **state)
{
    for (unsigned i = 0; i < SAMPLES; i++)
        for (uint64_t seed = 1; seed <= 1 + (i < 3); seed++)
            wander(samples[i], seed * 77 + i);
}

/* Recording is not noticed by the run. */
static void test_recording(void **state)
{
    for (unsigned i = 0; i < SAMPLES; i++) {
        struct rig *r = attached(samples[i], 60 * VTIME_PER_MS);
        assert_true(finish(r) == undisturbed(samples[i], 60 * VTIME_PER_MS));
        rig_free(r);
    }
}

/* ---- what comes from outside --------------------------------------------------------------------------------------
 */

/* Standard input, and output, of this process while a run goes on. */
struct stdio {
    int in, out, typing; /* the real ones, and the pipe's end where people type */
};

static struct stdio stdio_take(void)
{
    struct stdio s = {.in = dup(0), .out = dup(1)};
    int fd[2];
    assert_int_equal(pipe(fd), 0);
    fflush(stdout);
    dup2(fd[0], 0);
    close(fd[0]);
    s.typing = fd[1];
    FILE *null = fopen("/dev/null", "w");
    dup2(fileno(null), 1);
    fclose(null);
    return s;
}

static void stdio_give_back(struct stdio *s)
{
    dup2(s->in, 0);
    dup2(s->out, 1);
    close(s->in);
    close(s->out);
    close(s->typing);
}

static void type(struct stdio *s, const char *text)
{
    assert_int_equal(write(s->typing, text, strlen(text)), strlen(text));
}

static unsigned count(struct rig *r, const char *text)
{
    unsigned n = 0;
    for (const char *at = r->output; (at = strstr(at, text)); at++)
        n++;
    return n;
}

enum { SPARE = 0x20030000 }; /* RAM that the sample does not use */

struct echo {
    unsigned told_once, told_again, told_after_change;
};

/* The input is on the tape; the firmware's answers are shown once, however often it gives them. A change makes another
 * future: that reads what the old one read, and its answers are new. */
static struct echo echo(struct stdio *s)
{
    struct echo e;
    uint32_t change = 1;
    struct rig *r = rig_new(FIRMWARE "/17-echo.elf", VTIME_NEVER, "stdio");
    r->ops->attached(&r->port, true);
    type(s, "one\n");
    forward(r, 20 * VTIME_PER_MS);
    type(s, "two\n");
    forward(r, 40 * VTIME_PER_MS);
    e.told_once = count(r, "ONE\n") * 10 + count(r, "TWO\n");
    uint64_t present = digest(r);
    go(r, DEBUG_CONTINUE_BACK);
    forward(r, 39 * VTIME_PER_MS);
    go(r, DEBUG_STEP_BACK);
    forward(r, 40 * VTIME_PER_MS);
    e.told_again = count(r, "ONE\n") * 10 + count(r, "TWO\n");
    e.told_again += digest(r) == present ? 0 : 100;
    go(r, DEBUG_CONTINUE_BACK);
    r->ops->mem_set(&r->port, SPARE, &change, sizeof change);
    forward(r, 40 * VTIME_PER_MS);
    e.told_after_change = count(r, "ONE\n") * 10 + count(r, "TWO\n");
    rig_free(r);
    return e;
}

static void test_input(void **state)
{
    struct stdio s = stdio_take();
    struct echo e = echo(&s);
    stdio_give_back(&s);
    assert_int_equal(e.told_once, 11);
    assert_int_equal(e.told_again, 11);
    assert_int_equal(e.told_after_change, 22);
}

/* Files are written once, and semihosting's answers are those it gave: the time of day, too. */
static void test_semihosting(void **state)
{
    struct stdio s = stdio_take();
    struct rig *r = rig_new(FIRMWARE "/12-semihosting.elf", VTIME_NEVER, "null");
    r->ops->attached(&r->port, true);
    while (!r->m.end)
        forward(r, r->m.soc.sched.now + 1000);
    uint64_t present = digest(r);
    bool beginning = go(r, DEBUG_CONTINUE_BACK).stop == DEBUG_BEGINNING;
    to_present(r);
    bool same = digest(r) == present;
    struct debug_stop_info end = go(r, DEBUG_CONTINUE);
    unsigned hello = count(r, "hello from semihosting\n"), written = count(r, "what was written: yes\n");
    stdio_give_back(&s);
    rig_free(r);
    assert_true(beginning && same);
    assert_int_equal(end.stop, DEBUG_EXITED);
    assert_int_equal(end.code, 7);
    assert_int_equal(hello * 10 + written, 11);
}

/* Where the tape would become too long, history begins anew. */
static void test_long_tape(void **state)
{
    struct stdio s = stdio_take();
    struct rig *r = rig_new(FIRMWARE "/12-semihosting.elf", VTIME_NEVER, "null");
    r->ops->attached(&r->port, true);
    r->port.timeline.tape_max = tape_size(r->port.timeline.tape) + 1000;
    while (!strstr(r->output, "can still"))
        forward_by(r, r->m.soc.sched.now + 1, 100);
    uint64_t present = digest(r);
    bool back = go(r, DEBUG_CONTINUE_BACK).stop == DEBUG_BEGINNING && r->m.soc.sched.now > 0;
    to_present(r);
    bool same = digest(r) == present;
    stdio_give_back(&s);
    rig_free(r);
    assert_true(back && same);
}

/* ---- changes ------------------------------------------------------------------------------------------------------
 */

/* What a debugger writes is undone on the way back, and done again on the way forward. */
static void test_changes(void **state)
{
    struct rig *r = attached(FIRMWARE "/05-systick.elf", VTIME_NEVER);
    uint64_t seen[6];
    char err[128];
    uint32_t ticks = symbol(r, "ticks");
    for (uint32_t i = 0; i < 6; i++) {
        forward(r, (i + 1) * VTIME_PER_MS);
        uint32_t value = 100 * (i + 1);
        if (i % 2)
            r->ops->mem_set(&r->port, ticks, &value, sizeof value);
        if (i == 2) /* from somewhere else */
            assert_true(machine_stimulate(&r->m, "irq 17", err, sizeof err));
        seen[i] = digest(r);
        go(r, DEBUG_STEP);
    }
    uint64_t present = digest(r);
    assert_int_equal(word(r, ticks), 600);
    assert_true(r->ops->point_add(&r->port, DEBUG_POINT_WATCH_WRITE, ticks, 4));
    assert_int_equal(go(r, DEBUG_CONTINUE_BACK).stop, DEBUG_WATCHPOINT);
    uint32_t before = word(r, ticks); /* of the interrupts since it was 400 */
    assert_in_range(before, 401, 403);
    assert_int_equal(go(r, DEBUG_STEP_BACK).stop, DEBUG_STEPPED);
    assert_int_equal(word(r, ticks), before - 1);
    assert_true(r->ops->point_remove(&r->port, DEBUG_POINT_WATCH_WRITE, ticks, 4));
    assert_int_equal(go(r, DEBUG_CONTINUE_BACK).stop, DEBUG_BEGINNING);
    for (uint32_t i = 0; i < 6; i++) {
        forward(r, (i + 1) * VTIME_PER_MS);
        while (digest(r) != seen[i])
            assert_in_range(go(r, DEBUG_STEP).stop, DEBUG_STEPPED, DEBUG_STEPPED);
    }
    to_present(r);
    assert_true(digest(r) == present);
    rig_free(r);
}

/* Debuggers change things more often than there are marks. */
static void test_many_changes(void **state)
{
    enum { CHANGES = TIMELINE_MARKS + 30 };
    struct rig *r = attached(FIRMWARE "/05-systick.elf", VTIME_NEVER);
    for (uint32_t i = 0; i < CHANGES; i++) {
        forward_by(r, r->m.soc.sched.now + VTIME_PER_MS / 200, 50);
        r->ops->mem_set(&r->port, SPARE, &i, sizeof i);
    }
    for (uint32_t i = CHANGES; i-- > 40;) {
        assert_int_equal(word(r, SPARE), i);
        while (word(r, SPARE) == i)
            assert_int_equal(go(r, DEBUG_STEP_BACK).stop, DEBUG_STEPPED);
    }
    rig_free(r);
}

/* However long it runs, there are not more marks, and those near the present are near to each other. */
static void test_marks(void **state)
{
    struct rig *r = attached(FIRMWARE "/23-tight-loop.elf", VTIME_NEVER);
    struct timeline *t = &r->port.timeline;
    forward(r, 3 * VTIME_PER_S);
    assert_in_range(t->n, TIMELINE_MARKS / 2, TIMELINE_MARKS);
    for (unsigned i = 1; i < t->n; i++) {
        uint64_t gap = t->mark[i].work - t->mark[i - 1].work, away = t->mark[t->n - 1].work - t->mark[i].work;
        assert_in_range(gap, 1, 3 * TIMELINE_INTERVAL + away / 8);
    }
    assert_in_range(timeline_size(t), 1 << 20, 100 << 20);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_beginning),
        cmocka_unit_test(test_breakpoints),
        cmocka_unit_test(test_watchpoints),
        cmocka_unit_test(test_point_within_step),
        cmocka_unit_test(test_going_on),
        cmocka_unit_test(test_vector_catch),
        cmocka_unit_test(test_halt),
        cmocka_unit_test(test_wandering),
        cmocka_unit_test(test_recording),
        cmocka_unit_test(test_input),
        cmocka_unit_test(test_semihosting),
        cmocka_unit_test(test_long_tape),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_many_changes),
        cmocka_unit_test(test_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
