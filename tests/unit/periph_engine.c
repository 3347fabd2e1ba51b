/* The peripheral engine, with peripherals made up for the purpose: tables, slots, lines, names, resets. */
#include "periph_fixture.h"

#define TOY_BASE 0x400F0000u
#define TOY_IRQ  30

enum {
    EVENT_A = PERIPH_EVENT(0x100),
    EVENT_B = PERIPH_EVENT(0x104),
    TASK_GO = PERIPH_TASK(0x000),
    TASK_B = PERIPH_TASK(0x004),
};

struct toy {
    struct periph p;
    unsigned went, went_at[3], resets, enables, disables, reads;
    uint32_t last_reset, written;
};

static struct toy *self(struct periph *p) { return (struct toy *)p; }

static void task_go(struct periph *p, unsigned i) { self(p)->went++; }
static void task_b(struct periph *p, unsigned i) { periph_event(p, EVENT_B); }
static void task_many(struct periph *p, unsigned i) { self(p)->went_at[i]++; }
static uint32_t read_acts(struct periph *p, unsigned i) { return 100 + ++self(p)->reads; }
static void write_own(struct periph *p, unsigned i, uint32_t value) { self(p)->written = value; }
static void toy_reset(struct periph *p, uint32_t resetreas)
{
    self(p)->resets++;
    self(p)->last_reset = resetreas;
}
static void toy_enabled(struct periph *p, bool on) { *(on ? &self(p)->enables : &self(p)->disables) += 1; }

static const struct periph_task_desc tasks[] = {
    {0x000, "GO", task_go},
    {0x004, "B", task_b},
    {0x008, "UNMODELLED"},
    {0x010, "MANY[%u].RUN", task_many, 3, 8},
};
static const struct periph_event_desc events[] = {{0x100, "A"}, {0x104, "B"}, {0x120, "E[%u]", 4}};
static const struct periph_short_desc shorts[] = {{0, EVENT_A, TASK_B}, {4, EVENT_B, TASK_GO}};
static const struct periph_reg_desc regs[] = {
    {0x500, "ENABLE", PERIPH_RW, .mask = 0xF},
    {0x504, "PLAIN", PERIPH_RW, .reset = 0x12345678, .mask = 0xFFFF00FF},
    {0x508, "STATUS", PERIPH_RO, .reset = 7},
    {0x50C, "SECRET", PERIPH_WO},
    {0x510, "FLAGS", PERIPH_W1C, .reset = 0xF0},
    {0x514, "FIFO", PERIPH_RO, .reset = 55, .read = read_acts, .read_acts = true},
    {0x518, "OWN", PERIPH_RW, .mask = 0xFF, .write = write_own},
    {0x51C, "KEPT", PERIPH_RW, .survives = PERIPH_SURVIVES_RETAINED},
    {0x520, "CH[%u].X", PERIPH_RW, .reset = 9, .count = 3, .stride = 8},
    {0x540, "FUTURE", PERIPH_RW, .reset = 3, .unmodelled = true},
};

static const struct periph_desc toy_desc = {
    .type = "TOY",
    .size = sizeof(struct toy),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(shorts),
    PERIPH_TABLE(regs),
    .has_inten = true,
    .reset = toy_reset,
};

/* Two that share a base and exclude each other; PLAIN is common, only the second has EXTRA. */
static const struct periph_reg_desc second_regs[] = {
    {0x500, "ENABLE", PERIPH_RW, .mask = 0xF},
    {0x504, "PLAIN2", PERIPH_RW},
    {0x600, "EXTRA", PERIPH_RW},
};
static const struct periph_task_desc second_tasks[] = {{0x000, "GO2", task_go}, {0x020, "ONLY2", task_go}};
static const struct periph_desc first_desc = {
    .type = "FIRST",
    .size = sizeof(struct toy),
    PERIPH_TABLE(tasks),
    PERIPH_TABLE(events),
    PERIPH_TABLE(regs),
    .enable_value = 4,
    .enabled = toy_enabled,
};
static const struct periph_desc second_desc = {
    .type = "SECOND",
    .size = sizeof(struct toy),
    .tasks = second_tasks,
    .n_tasks = 2,
    PERIPH_TABLE(events),
    .regs = second_regs,
    .n_regs = 3,
    .enable_value = 8,
    .enabled = toy_enabled,
};

struct bench {
    struct chip *c;
    struct periph_slot *slot;
    struct toy *toy, *second;
};

static struct bench bench_new(const struct periph_desc *first, const struct periph_desc *second)
{
    struct bench b = {chip_new(), calloc(1, sizeof *b.slot), calloc(1, sizeof *b.toy), calloc(1, sizeof *b.toy)};

    periph_slot_init(b.slot, &b.c->p.engine, "TOY0", TOY_BASE, TOY_IRQ);
    periph_init(&b.toy->p, first, b.slot, "TOY0", 0, 0);
    if (second)
        periph_init(&b.second->p, second, b.slot, "TOY1", 1, 0);
    periph_engine_reset(&b.c->p.engine, 0);
    return b;
}

static void bench_free(struct bench *b)
{
    free(b->c);
    free(b->slot);
    free(b->toy);
    free(b->second);
}

static uint32_t get(struct bench *b, uint32_t offset) { return chip_read(b->c, TOY_BASE + offset); }
static void put(struct bench *b, uint32_t offset, uint32_t value) { chip_write(b->c, TOY_BASE + offset, value); }

static void tasks_trigger_on_1_only(void **state)
{
    struct bench b = bench_new(&toy_desc, NULL);

    put(&b, 0x000, 0);
    put(&b, 0x000, 2);
    assert_int_equal(b.toy->went, 0);
    put(&b, 0x000, 1);
    assert_int_equal(b.toy->went, 1);
    assert_int_equal(get(&b, 0x000), 0);
    put(&b, 0x018, 1);
    put(&b, 0x020, 1);
    put(&b, 0x014, 1); /* between two elements */
    assert_int_equal(b.toy->went_at[0], 0);
    assert_int_equal(b.toy->went_at[1], 1);
    assert_int_equal(b.toy->went_at[2], 1);
    assert_int_equal(chip_count(b.c, EV_TASK, TOY_BASE + 0x018), 1);
    bench_free(&b);
}

static void line_is_events_and_inten(void **state)
{
    struct bench b = bench_new(&toy_desc, NULL);

    periph_event(&b.toy->p, EVENT_A);
    assert_int_equal(get(&b, 0x100), 1);
    assert_false(b.c->line[TOY_IRQ]);
    put(&b, 0x304, 1u << EVENT_A);
    assert_true(b.c->line[TOY_IRQ]);
    put(&b, 0x308, 1u << EVENT_A);
    assert_false(b.c->line[TOY_IRQ]);
    put(&b, 0x300, 0xFFFFFFFF);
    assert_int_equal(get(&b, 0x300), 0xF03); /* existing events only */
    assert_int_equal(get(&b, 0x308), 0xF03);
    assert_true(b.c->line[TOY_IRQ]);
    put(&b, 0x100, 0);
    assert_false(b.c->line[TOY_IRQ]);
    put(&b, 0x128, 1); /* inaccuracy 3 */
    assert_true(b.c->line[TOY_IRQ]);
    assert_int_equal(chip_count(b.c, EV_EVENT, TOY_BASE + 0x128), 0);
    bench_free(&b);
}

static void line_drops_after_the_delay(void **state)
{
    struct bench b = bench_new(&toy_desc, NULL);

    b.c->p.engine.line_drop_delay = 4 * VTIME_PER_CYCLE;
    put(&b, 0x304, 1u << EVENT_A);
    periph_event(&b.toy->p, EVENT_A);
    chip_run_to(b.c, 100);
    put(&b, 0x100, 0);
    chip_run_to(b.c, 131);
    assert_true(b.c->line[TOY_IRQ]);
    chip_run_to(b.c, 132);
    assert_false(b.c->line[TOY_IRQ]);
    /* Raised again before it dropped: it never does. */
    periph_event(&b.toy->p, EVENT_A);
    put(&b, 0x100, 0);
    chip_run_to(b.c, 150);
    periph_event(&b.toy->p, EVENT_A);
    chip_run_to(b.c, 1000);
    assert_true(b.c->line[TOY_IRQ]);
    assert_int_equal(b.c->rises[TOY_IRQ], 2);
    bench_free(&b);
}

static void shorts_chain(void **state)
{
    struct bench b = bench_new(&toy_desc, NULL);

    put(&b, 0x200, 0xFFFFFFFF);
    assert_int_equal(get(&b, 0x200), 0x11);
    periph_event(&b.toy->p, EVENT_A);
    assert_int_equal(get(&b, 0x104), 1);
    assert_int_equal(b.toy->went, 1);
    put(&b, 0x200, 0x10);
    put(&b, 0x104, 0);
    periph_event(&b.toy->p, EVENT_A);
    assert_int_equal(get(&b, 0x104), 0);
    bench_free(&b);
}

static void access_kinds(void **state)
{
    struct bench b = bench_new(&toy_desc, NULL);

    assert_int_equal(get(&b, 0x504), 0x12345678);
    put(&b, 0x504, 0xFFFFFFFF);
    assert_int_equal(get(&b, 0x504), 0xFFFF00FF);
    put(&b, 0x508, 1);
    assert_int_equal(get(&b, 0x508), 7);
    assert_true(chip_said(b.c, "TOY0.STATUS: write to a read-only register"));
    put(&b, 0x50C, 0xAA);
    assert_int_equal(get(&b, 0x50C), 0);
    assert_int_equal(periph_get(&b.toy->p, 0x50C), 0xAA);
    put(&b, 0x510, 0x30);
    assert_int_equal(get(&b, 0x510), 0xC0);
    put(&b, 0x518, 0x1234);
    assert_int_equal(b.toy->written, 0x34);
    assert_int_equal(get(&b, 0x530), 9);
    bench_free(&b);
}

static void narrow_accesses(void **state)
{
    struct bench b = bench_new(&toy_desc, NULL);
    uint32_t value;

    assert_true(bus_read(&b.c->bus, TOY_BASE + 0x506, &value, 2));
    assert_int_equal(value, 0x1234);
    assert_true(bus_read(&b.c->bus, TOY_BASE + 0x504, &value, 1));
    assert_int_equal(value, 0x78);
    assert_true(bus_write(&b.c->bus, TOY_BASE + 0x507, 0xAB, 1));
    assert_int_equal(get(&b, 0x504), 0xAB340078);
    assert_true(bus_write(&b.c->bus, TOY_BASE + 0x000, 1, 1));
    assert_int_equal(b.toy->went, 1);
    bench_free(&b);
}

static void peek_has_no_effects_and_poke_writes(void **state)
{
    struct bench b = bench_new(&toy_desc, NULL);
    uint32_t value;

    assert_int_equal(get(&b, 0x514), 101);
    assert_int_equal(bus_peek(&b.c->bus, TOY_BASE + 0x514, &value, 4), 4);
    assert_int_equal(value, 55);
    assert_int_equal(b.toy->reads, 1);
    assert_int_equal(bus_peek(&b.c->bus, TOY_BASE + 0x540, &value, 4), 4);
    assert_int_equal(bus_peek(&b.c->bus, TOY_BASE + 0xF00, &value, 4), 4);
    assert_int_equal(b.c->n_messages, 0);
    value = 1;
    assert_int_equal(bus_poke(&b.c->bus, TOY_BASE + 0x000, &value, 4), 4);
    assert_int_equal(b.toy->went, 1);
    bench_free(&b);
}

static void names(void **state)
{
    static const struct {
        uint32_t offset;
        const char *name;
    } row[] = {
        {0x000, "TOY0.TASKS_GO"}, {0x018, "TOY0.TASKS_MANY[1].RUN"},
        {0x100, "TOY0.EVENTS_A"}, {0x12C, "TOY0.EVENTS_E[3]"},
        {0x130, "TOY0+0x130"},    {0x200, "TOY0.SHORTS"},
        {0x300, "TOY0.INTEN"},    {0x304, "TOY0.INTENSET"},
        {0x308, "TOY0.INTENCLR"}, {0x530, "TOY0.CH[2].X"},
        {0x506, "TOY0.PLAIN"},    {0xEE4, "TOY0+0xEE4"},
    };
    struct bench b = bench_new(&toy_desc, NULL);
    char name[PERIPH_NAME_MAX];

    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        periph_register_name(b.slot, row[i].offset, name);
        assert_string_equal(name, row[i].name);
    }
    bench_free(&b);
}

static void unmodelled_and_unknown_are_said_once(void **state)
{
    struct bench b = bench_new(&toy_desc, NULL);

    assert_int_equal(get(&b, 0x540), 3);
    put(&b, 0x540, 77);
    assert_int_equal(get(&b, 0x540), 77);
    assert_int_equal(b.c->n_messages, 1);
    assert_true(chip_said(b.c, "TOY0.FUTURE is not modelled"));
    assert_int_equal(get(&b, 0xEE4), 0);
    put(&b, 0xEE4, 5);
    assert_int_equal(get(&b, 0xEE4), 5);
    assert_int_equal(b.c->n_messages, 2);
    assert_true(chip_said(b.c, "TOY0+0xEE4 is not known"));
    put(&b, 0x008, 1);
    put(&b, 0x008, 1);
    assert_int_equal(b.c->n_messages, 3);
    assert_true(chip_said(b.c, "TOY0.TASKS_UNMODELLED is not modelled"));
    bench_free(&b);
}

static void resets(void **state)
{
    struct bench b = bench_new(&toy_desc, NULL);

    put(&b, 0x504, 0);
    put(&b, 0x51C, 42);
    put(&b, 0x528, 1);
    put(&b, 0x304, 1);
    put(&b, 0x200, 1);
    periph_event(&b.toy->p, EVENT_A);
    periph_engine_reset(&b.c->p.engine, RESETREAS_SREQ);
    assert_int_equal(b.toy->resets, 2);
    assert_int_equal(b.toy->last_reset, RESETREAS_SREQ);
    assert_int_equal(get(&b, 0x504), 0x12345678);
    assert_int_equal(get(&b, 0x51C), 42);
    assert_int_equal(get(&b, 0x528), 9);
    assert_int_equal(get(&b, 0x304), 0);
    assert_int_equal(get(&b, 0x200), 0);
    assert_int_equal(get(&b, 0x100), 0);
    assert_false(b.c->line[TOY_IRQ]);
    periph_engine_reset(&b.c->p.engine, RESETREAS_DOG);
    assert_int_equal(get(&b, 0x51C), 0);
    bench_free(&b);
}

static void enable_selects_who_answers(void **state)
{
    struct bench b = bench_new(&first_desc, &second_desc);
    char name[PERIPH_NAME_MAX];

    put(&b, 0x000, 1); /* nobody is enabled */
    assert_int_equal(b.toy->went + b.second->went, 0);
    put(&b, 0x500, 8);
    assert_int_equal(b.second->enables, 1);
    put(&b, 0x000, 1);
    put(&b, 0x020, 1);
    assert_int_equal(b.second->went, 2);
    assert_int_equal(b.toy->went, 0);
    periph_register_name(b.slot, 0x504, name);
    assert_string_equal(name, "TOY1.PLAIN2");
    put(&b, 0x004, 1); /* a task of the other one: no effect */
    assert_int_equal(get(&b, 0x104), 0);
    put(&b, 0x518, 0x77); /* a register of the other one: memory */
    assert_int_equal(get(&b, 0x518), 0x77);
    assert_int_equal(b.toy->written, 0);
    put(&b, 0x504, 0x11223344);
    put(&b, 0x304, 3);
    periph_event(&b.second->p, EVENT_A);
    put(&b, 0x500, 4);
    assert_int_equal(b.second->disables, 1);
    assert_int_equal(b.toy->enables, 1);
    /* Registers, events and INTEN are the same. */
    assert_int_equal(get(&b, 0x504), 0x11223344);
    assert_int_equal(get(&b, 0x100), 1);
    assert_int_equal(get(&b, 0x304), 3);
    put(&b, 0x004, 1);
    assert_int_equal(get(&b, 0x104), 1);
    put(&b, 0x500, 0);
    assert_int_equal(b.toy->disables, 1);
    bench_free(&b);
}

/* What the start of several stacks touches and no manual names must answer. */
static void undocumented_addresses_answer(void **state)
{
    static const uint32_t address[] = {0x40000EE4, 0x400005A0, 0x4000053C, 0x40000558, 0x4000173C, 0x40005610,
                                       0x4000568C, 0x40013540, 0x40029640, 0x4007C074, 0x4006EC00, 0x4006ED14};
    struct chip *c = chip_new();

    for (unsigned i = 0; i < sizeof address / sizeof *address; i++) {
        chip_read(c, address[i]);
        chip_write(c, address[i], 1);
    }
    free(c);
}

/* No two entries of a table claim one word. */
static void assert_tables_do_not_overlap(const struct periph_desc *d)
{
    bool claimed[PERIPH_SLOT_SIZE / 4] = {false};

    for (unsigned i = 0; i < d->n_regs; i++)
        for (unsigned k = 0; k < (d->regs[i].count ? d->regs[i].count : 1u); k++) {
            uint32_t offset = d->regs[i].offset + k * (d->regs[i].stride ? d->regs[i].stride : 4u);

            assert_true(offset < PERIPH_SLOT_SIZE && offset % 4 == 0);
            assert_false(claimed[offset / 4]);
            claimed[offset / 4] = true;
        }
    for (unsigned i = 0; i < d->n_shorts; i++)
        for (unsigned k = 0; k < i; k++)
            assert_int_not_equal(d->shorts[i].bit, d->shorts[k].bit);
}

/* IRQn is part of the base (PS 4.2.3), names are unique. */
static void catalogue_is_consistent(void **state)
{
    for (unsigned i = 0; i < periph_catalogue_count; i++) {
        const struct periph_instance *p = &periph_catalogue[i];

        if (p->irqn != PERIPH_NO_IRQ)
            assert_int_equal(p->irqn, p->base >> 12 & 0x3F);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(p->name, periph_catalogue[k].name);
        assert_tables_do_not_overlap(p->desc);
    }
}

/* A copy of the structs, put back, goes on as the first time. */
static void a_copy_is_a_snapshot(void **state)
{
    struct chip *c = chip_new(), *copy = malloc(sizeof *c);
    vtime first;

    chip_write(c, 0x40008540, 500);
    chip_write(c, 0x40008000, 1);
    chip_run_to(c, 100 * VTIME_PER_US);
    memcpy(copy, c, sizeof *c);
    chip_run_to(c, VTIME_PER_MS);
    first = chip_time_of(c, EV_EVENT, 0x40008140, 0);
    assert_int_equal(first, 500 * VTIME_PER_US);
    memcpy(c, copy, sizeof *c);
    assert_int_equal(chip_count(c, EV_EVENT, 0x40008140), 0);
    chip_run_to(c, VTIME_PER_MS);
    assert_int_equal(chip_time_of(c, EV_EVENT, 0x40008140, 0), first);
    free(copy);
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_trigger_on_1_only),
        cmocka_unit_test(line_is_events_and_inten),
        cmocka_unit_test(line_drops_after_the_delay),
        cmocka_unit_test(shorts_chain),
        cmocka_unit_test(access_kinds),
        cmocka_unit_test(narrow_accesses),
        cmocka_unit_test(peek_has_no_effects_and_poke_writes),
        cmocka_unit_test(names),
        cmocka_unit_test(unmodelled_and_unknown_are_said_once),
        cmocka_unit_test(resets),
        cmocka_unit_test(enable_selects_who_answers),
        cmocka_unit_test(undocumented_addresses_answer),
        cmocka_unit_test(catalogue_is_consistent),
        cmocka_unit_test(a_copy_is_a_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
