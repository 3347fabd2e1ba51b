/*
 * Blocks that are not modelled: what their drivers wait for comes, and everything that they touch is said by its name,
 * once. The whole of data/nrf52840.regs is gone through; run from the repository's root.
 */
#include "periph_fixture.h"

#include "tests/chip_description.h"

#define RADIO     0x40001000u
#define TXEN      (RADIO + 0x000)
#define RXEN      (RADIO + 0x004)
#define START     (RADIO + 0x008)
#define STOP      (RADIO + 0x00C)
#define DISABLE   (RADIO + 0x010)
#define READY     (RADIO + 0x100)
#define ADDRESS   (RADIO + 0x104)
#define END       (RADIO + 0x10C)
#define DISABLED  (RADIO + 0x110)
#define CCAIDLE   (RADIO + 0x144)
#define TXREADY   (RADIO + 0x154)
#define RXREADY   (RADIO + 0x158)
#define PHYEND    (RADIO + 0x16C)
#define SHORTS    (RADIO + 0x200)
#define INTENSET  (RADIO + 0x304)
#define FREQUENCY (RADIO + 0x508)
#define STATE     (RADIO + 0x550)
#define POWER     (RADIO + 0xFFC)
#define US        VTIME_PER_US

/* --- replies --- */

static void drivers_get_what_they_wait_for(void **state)
{
    static const struct {
        uint32_t task, event;
        unsigned enable; /* of blocks that share their page */
        vtime delay;
    } row[] = {
        {0x40012004, 0x40012110, 0, 1 * US},   /* QDEC: STOP, STOPPED */
        {0x40013000, 0x40013100, 2, 3 * US},   /* COMP: START, READY */
        {0x40013000, 0x40013100, 1, 140 * US}, /* LPCOMP */
        {0x4001D000, 0x4001D100, 0, 1 * US},   /* PDM: START, STARTED */
        {0x4001D004, 0x4001D104, 0, 1 * US},   /* STOP, STOPPED */
        {0x40025004, 0x40025108, 0, 1 * US},   /* I2S: STOP, STOPPED */
        {0x40005000, 0x40005100, 0, 20 * US},  /* NFCT: ACTIVATE, READY */
        {0x4000F000, 0x4000F100, 2, 50 * US},  /* CCM: KSGEN, ENDKSGEN */
        {0x4000F004, 0x4000F104, 2, 50 * US},  /* CRYPT, ENDCRYPT */
        {0x4000F000, 0x4000F108, 3, 6 * US},   /* AAR: START, NOTRESOLVED */
        {0x4000F008, 0x4000F100, 3, 0},        /* STOP, END */
        {DISABLE, DISABLED, 0, 0},
        {RADIO + 0x014, RADIO + 0x11C, 0, 1 * US}, /* RSSISTART, RSSIEND */
        {RADIO + 0x024, RADIO + 0x13C, 0, 128 * US},
        {RADIO + 0x028, RADIO + 0x140, 0, 0},
        {RADIO + 0x02C, CCAIDLE, 0, 128 * US},
        {RADIO + 0x030, RADIO + 0x14C, 0, 0},
    };

    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        struct chip *c = chip_new();

        if (row[i].enable)
            chip_write(c, (row[i].task & ~0xFFFu) + 0x500, row[i].enable);
        chip_run_to(c, 1000 * US);
        chip_write(c, row[i].task, 1);
        chip_run_to(c, 2000 * US);
        assert_int_equal(chip_count(c, EV_EVENT, row[i].event), 1);
        assert_int_equal(chip_time_of(c, EV_EVENT, row[i].event, 0), 1000 * US + row[i].delay);
        assert_int_equal(chip_read(c, row[i].event), 1);
        free(c);
    }
}

static void radio_sends(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, SHORTS, 1 << 0 | 1 << 1); /* READY_START, END_DISABLE */
    chip_write(c, INTENSET, 1 << 4);
    chip_write(c, TXEN, 1);
    assert_int_equal(chip_read(c, STATE), 9);
    chip_run_to(c, 40 * US);
    assert_int_equal(chip_read(c, TXREADY), 1);
    assert_int_equal(chip_read(c, STATE), 11);
    chip_run_to(c, 100 * US);
    assert_int_equal(chip_read(c, ADDRESS), 1);
    assert_int_equal(chip_read(c, END), 0);
    chip_run_to(c, 340 * US);
    assert_int_equal(chip_read(c, END), 1);
    assert_int_equal(chip_read(c, PHYEND), 1);
    assert_int_equal(chip_read(c, STATE), 12);
    assert_false(c->line[1]);
    chip_run_to(c, 346 * US);
    assert_true(c->line[1]);
    assert_int_equal(chip_read(c, STATE), 0);
    chip_run_to(c, 10000 * US);
    assert_int_equal(chip_count(c, EV_EVENT, DISABLED), 1);
    assert_int_equal(chip_count(c, EV_EVENT, READY), 1);
    free(c);
}

/* Nobody sends: it listens until it is told to stop. */
static void radio_listens(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, START, 1); /* too early: nothing */
    chip_write(c, RXEN, 1);
    assert_int_equal(chip_read(c, STATE), 1);
    chip_run_to(c, 40 * US);
    assert_int_equal(chip_read(c, RXREADY), 1);
    assert_int_equal(chip_read(c, STATE), 2);
    chip_write(c, START, 1);
    assert_int_equal(chip_read(c, STATE), 3);
    chip_run_to(c, VTIME_PER_S);
    assert_int_equal(chip_count(c, EV_EVENT, END), 0);
    chip_write(c, STOP, 1);
    assert_int_equal(chip_read(c, STATE), 2);
    chip_write(c, DISABLE, 1);
    assert_int_equal(chip_read(c, STATE), 4);
    chip_run_to(c, VTIME_PER_S + US);
    assert_int_equal(chip_read(c, STATE), 0);
    assert_int_equal(chip_count(c, EV_EVENT, DISABLED), 1);
    free(c);
}

/* As IEEE 802.15.4 does: listen, find the channel free, send. */
static void radio_sends_on_a_free_channel(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, SHORTS, 1 << 11 | 1 << 12 | 1 << 18 | 1 << 20); /* RXREADY_CCASTART, CCAIDLE_TXEN, TXREADY_START… */
    chip_write(c, RXEN, 1);
    chip_run_to(c, VTIME_PER_MS);
    assert_int_equal(chip_time_of(c, EV_EVENT, CCAIDLE, 0), (40 + 128) * US);
    assert_int_equal(chip_time_of(c, EV_EVENT, TXREADY, 0), (40 + 128 + 40) * US);
    assert_int_equal(chip_time_of(c, EV_EVENT, PHYEND, 0), (40 + 128 + 40 + 300) * US);
    assert_int_equal(chip_time_of(c, EV_EVENT, DISABLED, 0), (40 + 128 + 40 + 300 + 6) * US);
    free(c);
}

static void disable_ends_what_is_under_way(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, TXEN, 1);
    chip_run_to(c, 10 * US);
    chip_write(c, DISABLE, 1);
    chip_write(c, DISABLE, 1);
    chip_run_to(c, VTIME_PER_MS);
    assert_int_equal(chip_count(c, EV_EVENT, READY), 0);
    assert_int_equal(chip_count(c, EV_EVENT, DISABLED), 1);
    assert_int_equal(chip_read(c, STATE), 0);
    free(c);
}

static void power_and_reset_end_it_too(void **state)
{
    for (unsigned by_reset = 0; by_reset < 2; by_reset++) {
        struct chip *c = chip_new();

        chip_write(c, FREQUENCY, 40);
        chip_write(c, SHORTS, 1);
        chip_write(c, INTENSET, 1 << 4);
        chip_write(c, DISABLE, 1);
        assert_true(c->line[1]);
        chip_write(c, TXEN, 1);
        if (by_reset) {
            periph_engine_reset(&c->p.engine, RESETREAS_SREQ);
        } else {
            chip_write(c, POWER, 0);
            assert_int_equal(chip_read(c, POWER), 0);
            chip_write(c, POWER, 1);
        }
        assert_int_equal(chip_read(c, POWER), 1);
        assert_false(c->line[1]);
        assert_int_equal(chip_read(c, STATE), 0);
        assert_int_equal(chip_read(c, SHORTS), 0);
        assert_int_equal(chip_read(c, INTENSET), 0);
        assert_int_equal(chip_read(c, FREQUENCY), 2);
        chip_run_to(c, VTIME_PER_MS);
        assert_int_equal(chip_count(c, EV_EVENT, READY), 0);
        free(c);
    }
}

/* However often and in whatever order: tasks end, and nothing is counted twice. */
static void any_tasks_in_any_order(void **state)
{
    struct chip *c = chip_new();
    uint32_t x = 1;

    for (unsigned i = 0; i < 20000; i++) {
        x = x * 1664525 + 1013904223;
        chip_write(c, RADIO + (x >> 16) % 13 * 4, 1);
        chip_write(c, SHORTS, x >> 8);
        chip_run_to(c, c->sched.now + (x >> 24) * US);
        assert_true(chip_read(c, STATE) <= 12);
    }
    chip_write(c, SHORTS, 0);
    chip_write(c, DISABLE, 1);
    chip_run_to(c, c->sched.now + VTIME_PER_MS);
    assert_int_equal(chip_read(c, STATE), 0);
    free(c);
}

/* --- names in the log --- */

static int read_description(void **state)
{
    static struct chip_description d;
    char err[200];

    if (!chip_description_read(&d, "data/nrf52840.regs", err, sizeof err))
        fail_msg("%s", err);
    *state = &d;
    return 0;
}

static int free_description(void **state)
{
    chip_description_free(*state);
    return 0;
}

/* "RADIO.TASKS_TXEN is not modelled" */
static void expected_line(const struct chip_block *b, const struct chip_fact *f, char *line, size_t size)
{
    const char *prefix = f->kind == CHIP_TASK ? "TASKS_" : f->kind == CHIP_EVENT ? "EVENTS_" : "";

    snprintf(line, size, "%s.%s%s is not modelled", b->name, prefix, f->name);
}

/* How often a line was said, brackets apart: the description has "CC[3]" where a table may say "CC3". */
static unsigned said(const struct chip *c, const char *line)
{
    unsigned n = 0;

    for (unsigned i = 0; i < c->n_messages; i++) {
        const char *stamp = strstr(c->message[i], " s] "), *m = stamp ? stamp + 4 : c->message[i], *l = line;

        while (*m && *l) {
            m += *m == '[' || *m == ']';
            l += *l == '[' || *l == ']';
            if (*m != *l)
                break;
            m += *m != 0;
            l += *l != 0;
        }
        n += !*m && !*l;
    }
    return n;
}

static struct periph *tenant(struct chip *c, const char *name)
{
    for (unsigned i = 0; i < c->p.engine.n_slots; i++)
        for (unsigned k = 0; k < c->p.engine.slot[i]->n_tenants; k++)
            if (!strcmp(c->p.engine.slot[i]->tenant[k]->name, name))
                return c->p.engine.slot[i]->tenant[k];
    return NULL;
}

/* Reads and writes it, twice; returns how often its name was said, and says so when something else was. */
static unsigned touch(struct chip *c, const struct chip_block *b, const struct chip_fact *f, bool *unknown)
{
    uint32_t address = b->base + f->offset;
    char line[160];

    c->n_messages = 0;
    for (unsigned twice = 0; twice < 2; twice++) {
        chip_read(c, address);
        chip_write(c, address, 1);
    }
    expected_line(b, f, line, sizeof line);
    for (unsigned i = 0; i < c->n_messages; i++)
        *unknown |= strstr(c->message[i], "is not known") != NULL;
    return said(c, line);
}

/* Whether a register of a model says of itself that it is not modelled. */
static bool is_unmodelled(const struct periph *p, uint32_t offset)
{
    struct periph_place at = periph_slot_find(p->slot, p->offset + offset);

    if (at.kind == PERIPH_KIND_TASK)
        return !at.entry.task->trigger;
    return at.kind == PERIPH_KIND_REG ? at.entry.reg->unmodelled : p->desc->unmodelled;
}

static unsigned check_block(const struct chip_block *b)
{
    struct chip *c = chip_new();
    struct periph *p = tenant(c, b->name);
    unsigned wrong = 0;

    assert_non_null(p);
    for (unsigned i = 0; i < b->n_facts; i++) {
        const struct chip_fact *f = &b->fact[i];
        bool unknown = false;
        unsigned expected, times;

        if (p->desc->enable_value)
            p->slot->active = p;
        if (f->kind == CHIP_SHORT || periph_slot_find(p->slot, p->offset + f->offset).p != p)
            continue;
        log_init(&c->log, LOG_INFO, &c->sched.now); /* forgets what it has said */
        c->log.write = chip_message;
        c->log.ctx = c;
        expected = is_unmodelled(p, f->offset);
        times = touch(c, b, f, &unknown);
        if (times == expected && !unknown)
            continue;
        fprintf(stderr, "%s.%s: said %u times, not %u%s\n", b->name, f->name, times, expected,
                unknown ? "; another is not known" : "");
        wrong++;
    }
    free(c);
    return wrong;
}

/* A named register is never a silent zero. Of two at one offset the first is said. */
static void everything_is_said_by_its_name_once(void **state)
{
    const struct chip_description *d = *state;
    unsigned wrong = 0;

    for (unsigned i = 0; i < d->n_blocks; i++)
        if (d->block[i].base >= 0x20000000 && d->block[i].n_facts)
            wrong += check_block(&d->block[i]);
    assert_int_equal(wrong, 0);
}

/* A block that nobody models says all of its registers, tasks and events. */
static void named_only_blocks_are_all_said(void **state)
{
    static const char *const named_only[] = {"RADIO", "NFCT",   "CCM", "AAR", "QDEC",
                                             "COMP",  "LPCOMP", "PDM", "MWU", "I2S"};
    struct chip *c = chip_new();

    for (unsigned i = 0; i < sizeof named_only / sizeof *named_only; i++) {
        const struct periph *p = tenant(c, named_only[i]);

        assert_non_null(p);
        assert_true(p->desc->unmodelled);
        for (unsigned k = 0; k < p->desc->n_regs; k++)
            assert_true(p->desc->regs[k].unmodelled);
        for (unsigned k = 0; k < p->desc->n_tasks; k++)
            assert_null(p->desc->tasks[k].trigger);
    }
    free(c);
}

/* What no manual names, and radio stacks write. */
static void undocumented_blocks_have_names_too(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, 0x40000E34, 0x00112233);
    assert_true(chip_said(c, "AMLI.RAMPRI[13] is not modelled"));
    assert_int_equal(chip_read(c, 0x40000E34), 0x00112233);
    chip_write(c, 0x40000E38, 1);
    assert_true(chip_said(c, "CLOCK+0xE38 is not known"));
    free(c);
}

static void a_debugger_is_not_told(void **state)
{
    struct chip *c = chip_new();
    uint32_t value;

    bus_peek(&c->bus, READY, &value, 4);
    bus_peek(&c->bus, FREQUENCY, &value, 4);
    assert_int_equal(c->n_messages, 0);
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drivers_get_what_they_wait_for),
        cmocka_unit_test(radio_sends),
        cmocka_unit_test(radio_listens),
        cmocka_unit_test(radio_sends_on_a_free_channel),
        cmocka_unit_test(disable_ends_what_is_under_way),
        cmocka_unit_test(power_and_reset_end_it_too),
        cmocka_unit_test(any_tasks_in_any_order),
        cmocka_unit_test_setup_teardown(everything_is_said_by_its_name_once, read_description, free_description),
        cmocka_unit_test(named_only_blocks_are_all_said),
        cmocka_unit_test(undocumented_blocks_have_names_too),
        cmocka_unit_test(a_debugger_is_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
