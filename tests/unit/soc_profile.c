/* Profiles of firmware samples: nothing is lost, nothing is counted twice, and the run is the same. */
#include "emu/profile.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "soc/machine.h"
#include "soc/names.h"

struct rig {
    struct machine m;
    uint64_t hash;
    struct profile *profile;
    char *text;
    size_t size;
};

static void exception_name(unsigned number, char *buf, size_t size) { names_exception(number, buf, size); }

static struct rig *run(const char *sample, vtime run_for, bool profiled, uint64_t budget)
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
    struct profile_config c = {
        .cpu = r->m.soc.core.cpu, .log = &r->m.soc.evlog, .symbols = r->m.symbols, .exception_name = exception_name};
    if (profiled)
        r->profile = profile_begin(&c);
    machine_power_on(&r->m);
    while (!r->m.end)
        machine_run(&r->m, budget);
    r->hash = soc_state_hash(&r->m.soc, r->hash);
    if (profiled)
        profile_end(r->profile);
    return r;
}

static void rig_free(struct rig *r)
{
    profile_free(r->profile);
    machine_close(&r->m);
    free(r->text);
    free(r);
}

static const char *written(struct rig *r, void (*write)(struct profile *, FILE *))
{
    free(r->text);
    FILE *f = open_memstream(&r->text, &r->size);
    write(r->profile, f);
    fclose(f);
    return r->text;
}

static uint64_t number_behind(const char *text, const char *what)
{
    const char *at = strstr(text, what);
    if (!at)
        fail_msg("no '%s'", what);
    return strtoull(at + strlen(what), NULL, 10);
}

/* The sum of the numbers at the ends of the lines that begin so. */
static uint64_t sum(const char *text, const char *prefix)
{
    uint64_t n = 0;
    for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        const char *last = end;
        while (last > line && last[-1] != ' ')
            last--;
        if (!strncmp(line, prefix, strlen(prefix)))
            n += strtoull(last, NULL, 10);
    }
    return n;
}

static const char *const samples[] = {FIRMWARE "/01-blink.elf",   FIRMWARE "/07-nested.elf", FIRMWARE "/08-threads.elf",
                                      FIRMWARE "/10-faults.elf",  FIRMWARE "/11-mpu.elf",    FIRMWARE "/14-sleep.elf",
                                      FIRMWARE "/16-selfmod.elf", FIRMWARE "/15-flash.elf"};

enum { SAMPLES = sizeof samples / sizeof *samples };

static void the_run_is_the_same(void **state)
{
    for (unsigned i = 0; i < SAMPLES; i++) {
        struct rig *plain = run(samples[i], 60 * VTIME_PER_MS, false, UINT64_MAX);
        struct rig *profiled = run(samples[i], 60 * VTIME_PER_MS, true, UINT64_MAX);
        assert_true(plain->hash == profiled->hash);
        rig_free(plain);
        rig_free(profiled);
    }
}

static void all_is_counted_once(void **state)
{
    for (unsigned i = 0; i < SAMPLES; i++) {
        struct rig *r = run(samples[i], 60 * VTIME_PER_MS, true, UINT64_MAX);
        uint64_t cycles = r->m.soc.sched.now / VTIME_PER_CYCLE, retired = cpu_retired(r->m.soc.core.cpu);
        const char *text = written(r, profile_write_callgrind);
        uint64_t asleep = number_behind(text, "asleep besides: ");
        const char *totals = strstr(text, "\ntotals: ");
        uint64_t awake = 0, instructions = 0;
        assert_int_equal(sscanf(totals, "\ntotals: %" SCNu64 " %" SCNu64, &awake, &instructions), 2);
        assert_in_range(awake + asleep, cycles - 1, cycles + 1);
        assert_int_equal(instructions, retired);
        uint64_t folded = sum(written(r, profile_write_folded), "");
        assert_in_range(folded, awake - 100, awake + 100); /* each line is rounded */
        rig_free(r);
    }
}

/* However it is run: a budget looks at every instruction, and takes other paths through the port. */
static void a_budget_changes_nothing(void **state)
{
    static void (*const write[])(struct profile *, FILE *) = {profile_write_folded, profile_write_callgrind,
                                                              profile_write_lcov};
    for (unsigned i = 0; i < 3; i++) {
        struct rig *freely = run(FIRMWARE "/07-nested.elf", 30 * VTIME_PER_MS, true, UINT64_MAX);
        struct rig *stepped = run(FIRMWARE "/07-nested.elf", 30 * VTIME_PER_MS, true, 1);
        assert_string_equal(written(freely, write[i]), written(stepped, write[i]));
        rig_free(freely);
        rig_free(stepped);
    }
}

static void exceptions_are_roots(void **state)
{
    struct rig *r = run(FIRMWARE "/07-nested.elf", 60 * VTIME_PER_MS, true, UINT64_MAX);
    const char *text = written(r, profile_write_folded);
    assert_non_null(strstr(text, "\nThread;Reset_Handler;main"));
    assert_non_null(strstr(text, "\nTIMER1;"));
    assert_null(strstr(text, "main;TIMER1"));
    uint64_t all = sum(text, "");
    assert_true(all == sum(text, "Thread") + sum(text, "TIMER0") + sum(text, "TIMER1") + sum(text, "EGU1"));
    assert_true(sum(text, "Thread") > all / 2);
    rig_free(r);
}

/* Threads keep their callers although a third function switches between them. */
static void threads_are_told_apart(void **state)
{
    struct rig *r = run(FIRMWARE "/08-threads.elf", 60 * VTIME_PER_MS, true, UINT64_MAX);
    const char *text = written(r, profile_write_folded);
    assert_non_null(strstr(text, "\nThread;integer_thread "));
    assert_non_null(strstr(text, "\nThread;fp_thread "));
    assert_null(strstr(text, "main;fp_thread"));
    assert_null(strstr(text, "fp_thread;integer_thread"));
    rig_free(r);
}

static void lines_are_counted(void **state)
{
    struct rig *r = run(FIRMWARE "/01-blink.elf", 120 * VTIME_PER_MS, true, UINT64_MAX);
    const char *text = written(r, profile_write_lcov);
    assert_non_null(strstr(text, "FNDA:2,TIMER0_IRQHandler\n"));
    assert_non_null(strstr(text, "FNDA:1,main\n"));
    assert_non_null(strstr(text, "\nend_of_record\n"));
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_run_is_the_same),  cmocka_unit_test(all_is_counted_once),
        cmocka_unit_test(exceptions_are_roots), cmocka_unit_test(threads_are_told_apart),
        cmocka_unit_test(lines_are_counted),    cmocka_unit_test(a_budget_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
