/*
 * What the measuring of a run says is what happened, and measuring changes nothing. Run from the repository's root.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "soc/measure.h"

static const char *const samples[] = {FIRMWARE "/01-blink.elf",   FIRMWARE "/05-systick.elf", FIRMWARE "/07-nested.elf",
                                      FIRMWARE "/08-threads.elf", FIRMWARE "/10-faults.elf",  FIRMWARE "/14-sleep.elf"};

enum { SAMPLES = sizeof samples / sizeof samples[0] };

struct rig {
    struct machine m;
    struct measure x;
    uint64_t hash;
};

static struct rig *rig_new(const char *path, vtime run_for, bool measure)
{
    struct rig *r = calloc(1, sizeof *r);
    char err[IMAGE_ERR_SIZE], *specs[] = {(char *)path};
    struct machine_config config = {
        .run_for = run_for, .uart0 = "null", .uart1 = "null", .rtt = "null", .seed = 7, .quiet = true};

    assert_non_null(r);
    assert_true(measure_init(&r->x));
    if (measure)
        measure_configure(&r->x, &config);
    assert_true(machine_init(&r->m, &config, err, sizeof err));
    assert_true(machine_load(&r->m, specs, 1, err));
    r->hash = TRACE_HASH_INIT;
    evlog_attach(&r->m.soc.evlog, TRACE_HASH_KINDS, trace_hash_read, &r->hash);
    if (measure) {
        struct firmware_info info;
        assert_true(firmware_info_read(&info, path, err));
        measure_attach(&r->x, &r->m, &info);
        firmware_info_free(&info);
    }
    machine_power_on(&r->m);
    return r;
}

static void rig_free(struct rig *r)
{
    machine_close(&r->m);
    measure_free(&r->x);
    free(r);
}

static struct rig *measured(const char *path, vtime run_for)
{
    struct rig *r = rig_new(path, run_for, true);

    measure_run(&r->x);
    return r;
}

static void measuring_changes_nothing(void **state)
{
    for (unsigned i = 0; i < SAMPLES; i++) {
        struct rig *plain = rig_new(samples[i], 100 * VTIME_PER_MS, false);
        machine_run_to_end(&plain->m);
        struct rig *r = measured(samples[i], 100 * VTIME_PER_MS);
        assert_int_equal(r->m.soc.sched.now, plain->m.soc.sched.now);
        assert_int_equal(soc_state_hash(&r->m.soc, r->hash), soc_state_hash(&plain->m.soc, plain->hash));
        rig_free(plain);
        rig_free(r);
    }
}

/* One instruction at a time, with a look at SP between any two. */
static void the_lowest_sp_is_exact(void **state)
{
    for (unsigned i = 0; i < SAMPLES; i++) {
        struct rig *r = measured(samples[i], 2 * VTIME_PER_MS), *slow = rig_new(samples[i], 2 * VTIME_PER_MS, false);
        uint32_t lowest[MEASURE_STACKS];
        for (unsigned k = 0; k < r->x.n_stacks; k++)
            lowest[k] = r->x.stack[k].high;
        while (!slow->m.end) {
            machine_run(&slow->m, 1);
            uint32_t sp = cpu_get(slow->m.soc.core.cpu, CPU_SP);
            for (unsigned k = 0; k < r->x.n_stacks; k++)
                if (sp > r->x.stack[k].low && sp < lowest[k] && sp <= r->x.stack[k].high)
                    lowest[k] = sp;
        }
        assert_true(r->x.stack[0].lowest < r->x.stack[0].high);
        for (unsigned k = 0; k < r->x.n_stacks; k++)
            assert_int_equal(r->x.stack[k].lowest, lowest[k]);
        rig_free(r);
        rig_free(slow);
    }
}

static void time_to_main_is_exact(void **state)
{
    struct rig *r = measured(FIRMWARE "/01-blink.elf", VTIME_PER_MS);
    struct rig *slow = rig_new(FIRMWARE "/01-blink.elf", VTIME_PER_MS, false);
    const struct measure_milestone *m = measure_main(&r->x);

    assert_non_null(m);
    assert_string_equal(m->name, "main");
    assert_true(m->reached);
    while (cpu_get(slow->m.soc.core.cpu, CPU_PC) != m->addr)
        machine_run(&slow->m, 1);
    assert_int_equal(m->time, slow->m.soc.sched.now);
    assert_int_equal(m->instructions, cpu_retired(slow->m.soc.core.cpu));
    rig_free(r);
    rig_free(slow);
}

static void main_may_not_be_reached(void **state)
{
    struct rig *r = measured(FIRMWARE "/01-blink.elf", VTIME_PER_US);

    assert_non_null(measure_main(&r->x));
    assert_false(measure_main(&r->x)->reached);
    rig_free(r);
}

static const struct measure_register *find(const struct measure *x, const char *block, const char *name)
{
    for (unsigned i = 0; i < MEASURE_REGISTERS; i++)
        if (strcmp(x->reg[i].block, block) == 0 && strcmp(x->reg[i].name, name) == 0)
            return &x->reg[i];
    return NULL;
}

static void registers_are_counted_by_name(void **state)
{
    static const struct {
        const char *block, *name;
        unsigned reads, writes;
        enum periph_state state;
    } rows[] = {
        {"TIMER0", "EVENTS_COMPARE[0]", 10, 10, PERIPH_MODELLED}, /* ten blinks */
        {"TIMER0", "TASKS_STOP", 0, 1, PERIPH_PARTLY},
        {"P0", "OUTCLR", 0, 5, PERIPH_MODELLED},
        {"UARTE0", "TASKS_STARTTX", 0, 11, PERIPH_PARTLY}, /* a line each, and the last word */
        {"NVIC", "ISER[0]", 0, 1, PERIPH_MODELLED},
    };
    struct rig *r = measured(FIRMWARE "/01-blink.elf", VTIME_PER_S);

    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct measure_register *reg = find(&r->x, rows[i].block, rows[i].name);
        assert_non_null(reg);
        assert_int_equal(reg->reads, rows[i].reads);
        assert_int_equal(reg->writes, rows[i].writes);
        assert_int_equal(reg->state, rows[i].state);
    }
    assert_null(find(&r->x, "TIMER1", "TASKS_START"));
    const struct measure_register **list = measure_sorted(&r->x);
    for (unsigned i = 1; i < r->x.n_registers; i++)
        assert_true(list[i - 1]->addr >> 12 < list[i]->addr >> 12 || strcmp(list[i - 1]->block, list[i]->block) < 0 ||
                    list[i - 1]->addr < list[i]->addr);
    free(list);
    rig_free(r);
}

static void heap_by_malloc_and_sbrk(void **state)
{
    struct rig *r = measured(HEAP_IMAGE, 10 * VTIME_PER_MS);
    const struct measure_heap *malloc_heap = NULL, *sbrk_heap = NULL;

    assert_int_equal(r->m.end, MACHINE_END_EXIT);
    for (unsigned i = 0; i < r->x.n_heaps; i++) {
        if (strcmp(r->x.heap[i].name, "malloc") == 0)
            malloc_heap = &r->x.heap[i];
        if (strcmp(r->x.heap[i].name, "sbrk") == 0)
            sbrk_heap = &r->x.heap[i];
    }
    assert_non_null(malloc_heap);
    assert_int_equal(malloc_heap->peak, 300);
    assert_int_equal(malloc_heap->live, 0);
    assert_int_equal(malloc_heap->allocations, 3);
    assert_int_equal(malloc_heap->frees, 3);
    assert_non_null(sbrk_heap);
    assert_true(sbrk_heap->peak >= 300 && sbrk_heap->peak < 400);
    assert_int_equal(r->x.stack[0].high, 0x20010000);
    assert_in_range(r->x.stack[0].high - r->x.stack[0].lowest, 9 * 256, 9 * 300 + 100); /* dive(8) */
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measuring_changes_nothing),     cmocka_unit_test(the_lowest_sp_is_exact),
        cmocka_unit_test(time_to_main_is_exact),         cmocka_unit_test(main_may_not_be_reached),
        cmocka_unit_test(registers_are_counted_by_name), cmocka_unit_test(heap_by_malloc_and_sbrk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
