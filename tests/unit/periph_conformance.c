/*
 * Holds every model against data/nrf52840.regs: what the chip has must be there under its name, and nothing else.
 * Run from the repository's root.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "periph/catalogue.h"
#include "periph/ficr.h"
#include "periph/uicr.h"
#include "tests/chip_description.h"

enum { BLOCKS = 84 };

/* Undocumented registers that models have because start-up code and drivers use them. */
static const struct {
    const char *block;
    uint16_t offset;
} undocumented[] = {
    {"SPIM3", 0x004},  /* the workaround of erratum 195 */
    {"QSPI", 0x054},   /* the workaround of anomaly 122 */
    {"NVMC", 0x510},   /* ERASEPCR0 of the first nRF52 */
    {"CC_CTL", 0x928}, /* by which drivers know the CC310 */
    {"USBD", 0x800},   /* the controller's core, errata 166 */
    {"USBD", 0x804},   /* the same */
    {"USBD", 0xC1C},   /* erratum 199 */
};

/* Registers whose value after reset depends on more than the reset. */
static const struct {
    const char *block;
    uint16_t offset;
    const char *why;
} variable_reset[] = {
    {"CLOCK", 0x40C, "HFCLKSTAT: who reads it has made HFCLK run"},
    {"POWER", 0x438, "USBREGSTATUS: whether the cable is plugged in"},
    {"POWER", 0x428, "RAMSTATUS: RAM is on"},
};

struct chip {
    struct sched sched;
    struct bus bus;
    struct pins pins;
    struct log log;
    struct core_state core;
    struct doors doors;
    struct peripherals p;
    struct chip_description desc;
};

static void drop_line(void *ctx, enum log_level level, const char *line) {}

static int setup(void **state)
{
    struct chip *c = calloc(1, sizeof *c);
    char err[200];

    assert_non_null(c);
    sched_init(&c->sched);
    bus_init(&c->bus);
    pins_init(&c->pins, NULL);
    log_init(&c->log, LOG_ERROR, NULL);
    c->log.write = drop_line;
    c->doors = (struct doors){
        .sched = &c->sched, .bus = &c->bus, .log = &c->log, .pins = &c->pins, .core = &c->core, .seed = 1};
    if (!chip_description_read(&c->desc, "data/nrf52840.regs", err, sizeof err))
        fail_msg("%s", err);
    *state = c;
    return 0;
}

static int teardown(void **state)
{
    struct chip *c = *state;

    chip_description_free(&c->desc);
    free(c);
    return 0;
}

/* --- comparing one instance with its block --- */

struct comparison {
    const struct chip_block *block;
    struct periph *p;
    unsigned wrong;
};

static void differs(struct comparison *c, const char *name, const char *what)
{
    fprintf(stderr, "%s.%s: %s\n", c->p->name, name, what);
    c->wrong++;
}

static bool is_undocumented(const struct comparison *c, uint32_t offset)
{
    for (unsigned i = 0; i < sizeof undocumented / sizeof undocumented[0]; i++)
        if (undocumented[i].offset == offset && !strcmp(undocumented[i].block, c->block->name))
            return true;
    return false;
}

static bool resets_variably(const struct comparison *c, uint32_t offset)
{
    for (unsigned i = 0; i < sizeof variable_reset / sizeof variable_reset[0]; i++)
        if (variable_reset[i].offset == offset && !strcmp(variable_reset[i].block, c->block->name))
            return true;
    return false;
}

/* "CC[%u]" and "CC%u" with index 3 are both the description's "CC[3]". */
static bool same_name(const char *pattern, unsigned index, const char *name)
{
    char text[CHIP_NAME_MAX], plain[CHIP_NAME_MAX];
    const char *percent = strstr(pattern, "%u");
    unsigned n = 0;

    if (percent)
        snprintf(text, sizeof text, "%.*s%u%s", (int)(percent - pattern), pattern, index, percent + 2);
    else
        snprintf(text, sizeof text, "%s", pattern);
    for (const char *t = text; *t; t++)
        if (*t != '[' && *t != ']')
            plain[n++] = *t;
    plain[n] = '\0';
    n = 0;
    for (; *name; name++)
        if (*name != '[' && *name != ']' && plain[n++] != *name)
            return false;
    return !plain[n];
}

/* The model has `name` at `offset`: does the chip? */
static const struct chip_fact *expect_fact(struct comparison *c, enum chip_fact_kind kind, uint32_t offset,
                                           const char *name, unsigned index)
{
    const struct chip_fact *f = chip_fact_at(c->block, offset);

    if (f && f->kind == kind) {
        if (!same_name(name, index, f->name))
            differs(c, f->name, "the model calls it otherwise");
        return f;
    }
    if (!is_undocumented(c, offset))
        differs(c, name, "the chip has no such task, event or register there");
    return NULL;
}

static unsigned elements(unsigned count) { return count ? count : 1; }
static uint32_t element_offset(uint32_t offset, unsigned stride, unsigned i)
{
    return offset + i * (stride ? stride : 4);
}

static void compare_model_with_chip(struct comparison *c)
{
    const struct periph_desc *d = c->p->desc;

    for (unsigned k = 0; k < d->n_tasks; k++)
        for (unsigned i = 0; i < elements(d->tasks[k].count); i++)
            expect_fact(c, CHIP_TASK, element_offset(d->tasks[k].offset, d->tasks[k].stride, i), d->tasks[k].name, i);
    for (unsigned k = 0; k < d->n_events; k++)
        for (unsigned i = 0; i < elements(d->events[k].count); i++) {
            uint32_t offset = element_offset(d->events[k].offset, 4, i);
            const struct chip_fact *f = expect_fact(c, CHIP_EVENT, offset, d->events[k].name, i);

            if (f && f->bit != CHIP_NONE && (unsigned)f->bit != PERIPH_EVENT(offset))
                differs(c, f->name, "its INTEN bit is not its number");
        }
    for (unsigned k = 0; k < d->n_regs; k++)
        for (unsigned i = 0; i < elements(d->regs[k].count); i++) {
            const struct periph_reg_desc *r = &d->regs[k];
            const struct chip_fact *f = expect_fact(c, CHIP_REG, element_offset(r->offset, r->stride, i), r->name, i);

            if (f && (r->access == PERIPH_RO) == f->writable)
                differs(c, f->name, "read-only in one of the two only");
            if (f && f->readable && r->access == PERIPH_WO)
                differs(c, f->name, "write-only, but the chip lets it be read");
        }
}

static bool is_inten(const struct periph_desc *d, uint32_t offset)
{
    if (!d->n_events)
        return false;
    return offset == PERIPH_INTENSET || offset == PERIPH_INTENCLR || (offset == PERIPH_INTEN && d->has_inten);
}

static bool model_has(const struct comparison *c, const struct chip_fact *f)
{
    const struct periph_desc *d = c->p->desc;

    if (f->kind == CHIP_REG && (is_inten(d, f->offset) || (f->offset == PERIPH_SHORTS && d->n_shorts)))
        return true;
    for (unsigned k = 0; f->kind == CHIP_TASK && k < d->n_tasks; k++)
        for (unsigned i = 0; i < elements(d->tasks[k].count); i++)
            if (element_offset(d->tasks[k].offset, d->tasks[k].stride, i) == f->offset)
                return true;
    for (unsigned k = 0; f->kind == CHIP_EVENT && k < d->n_events; k++)
        if (f->offset - d->events[k].offset < 4 * elements(d->events[k].count))
            return true;
    for (unsigned k = 0; f->kind == CHIP_REG && k < d->n_regs; k++)
        for (unsigned i = 0; i < elements(d->regs[k].count); i++)
            if (element_offset(d->regs[k].offset, d->regs[k].stride, i) == f->offset)
                return true;
    return false;
}

static bool has_short(const struct comparison *c, const struct chip_fact *f)
{
    const struct periph_desc *d = c->p->desc;
    unsigned event = PERIPH_EVENT(chip_fact(c->block, CHIP_EVENT, f->event)->offset);
    unsigned task = PERIPH_TASK(chip_fact(c->block, CHIP_TASK, f->task)->offset);

    for (unsigned k = 0; k < d->n_shorts; k++)
        if (d->shorts[k].bit == f->bit && d->shorts[k].event == event && d->shorts[k].task == task)
            return true;
    return false;
}

static void compare_chip_with_model(struct comparison *c)
{
    unsigned shorts = 0;

    for (unsigned i = 0; i < c->block->n_facts; i++) {
        const struct chip_fact *f = &c->block->fact[i];

        if (f->kind == CHIP_SHORT) {
            shorts++;
            if (!has_short(c, f))
                differs(c, f->name, "the model has no such short");
        } else if (!model_has(c, f)) {
            differs(c, f->name, "the model neither models nor names it");
        }
    }
    if (shorts != c->p->desc->n_shorts)
        differs(c, "SHORTS", "the model has another number of shorts");
    if (c->p->desc->has_inten != (chip_fact(c->block, CHIP_REG, "INTEN") != NULL))
        differs(c, "INTEN", "exists in one of the two only");
}

/* As the bus delivers them. An instance that ENABLE selects is looked at as if it were selected. */
static void compare_reset_values(struct comparison *c, struct bus *bus)
{
    struct periph *active = c->p->slot->active;

    if (c->p->desc->enable_value)
        c->p->slot->active = c->p;
    for (unsigned i = 0; i < c->block->n_facts; i++) {
        const struct chip_fact *f = &c->block->fact[i];
        uint32_t value = 0;
        char text[80];

        if (f->kind == CHIP_SHORT || resets_variably(c, f->offset))
            continue;
        if (!bus_read(bus, c->block->base + f->offset, &value, 4))
            differs(c, f->name, "bus fault");
        if (value == (f->kind == CHIP_REG && f->readable ? f->reset : 0))
            continue;
        snprintf(text, sizeof text, "reset value is 0x%08X, not 0x%08X", value, f->reset);
        differs(c, f->name, text);
    }
    c->p->slot->active = active;
}

/* `bus`: NULL leaves the reset values out. */
static unsigned compare_with(const struct chip_block *block, struct periph *p, struct bus *bus)
{
    struct comparison c = {.p = p, .block = block};

    if (!block) {
        differs(&c, "", "the chip has no such block");
        return c.wrong;
    }
    if (block->base != p->slot->base + p->offset)
        differs(&c, "", "wrong base");
    if (block->irqn != p->slot->irqn && block->irqn != CHIP_NONE)
        differs(&c, "", "wrong IRQn");
    if (block->enable != p->desc->enable_value)
        differs(&c, "ENABLE", "wrong value selects it");
    compare_model_with_chip(&c);
    compare_chip_with_model(&c);
    if (bus)
        compare_reset_values(&c, bus);
    return c.wrong;
}

static unsigned compare(struct chip *chip, struct periph *p)
{
    return compare_with(chip_block(&chip->desc, p->name), p, &chip->bus);
}

/* The blocks of named.c that no manual names have nothing to be compared with. */
static bool in_description(const struct chip *c, const struct periph *p)
{
    for (unsigned i = 0; i < c->p.named.n_tenants; i++)
        if (p == &c->p.named.tenant[i].p)
            return chip_block(&c->desc, p->name) != NULL;
    return true;
}

static unsigned compare_all(struct chip *c)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < c->p.engine.n_slots; i++)
        for (unsigned k = 0; k < c->p.engine.slot[i]->n_tenants; k++)
            if (in_description(c, c->p.engine.slot[i]->tenant[k]))
                wrong += compare(c, c->p.engine.slot[i]->tenant[k]);
    return wrong;
}

/* --- tests --- */

/* The engine's assumptions (IRQn from the base, INTEN bit from the event's offset) hold for the whole chip. */
static void the_description_follows_nordics_pattern(void **state)
{
    struct chip *c = *state;

    assert_int_equal(c->desc.n_blocks, BLOCKS);
    for (unsigned i = 0; i < c->desc.n_blocks; i++) {
        const struct chip_block *b = &c->desc.block[i];

        if (b->irqn != CHIP_NONE)
            assert_int_equal(b->irqn, b->base >> 12 & 0x3F);
        for (unsigned k = 0; k < b->n_facts; k++) {
            const struct chip_fact *f = &b->fact[k];

            assert_int_equal(f->offset % 4, 0);
            if (f->kind == CHIP_EVENT && f->bit != CHIP_NONE)
                assert_int_equal(f->bit, PERIPH_EVENT(f->offset));
            if (f->kind == CHIP_TASK)
                assert_true(f->offset < PERIPH_TASKS + 0x80);
        }
    }
}

static void some_facts_read_back(void **state)
{
    struct chip *c = *state;
    const struct chip_block *uarte1 = chip_block(&c->desc, "UARTE1");
    const struct chip_fact *f;

    assert_non_null(uarte1);
    assert_int_equal(uarte1->base, 0x40028000);
    assert_int_equal(uarte1->irqn, 40);
    assert_int_equal(uarte1->enable, 8);
    f = chip_fact(uarte1, CHIP_REG, "BAUDRATE");
    assert_non_null(f);
    assert_int_equal(f->offset, 0x524);
    assert_int_equal(f->reset, 0x04000000);
    f = chip_fact(chip_block(&c->desc, "TIMER4"), CHIP_EVENT, "COMPARE[5]");
    assert_non_null(f);
    assert_int_equal(f->bit, 21);
    assert_null(chip_fact(chip_block(&c->desc, "TIMER2"), CHIP_EVENT, "COMPARE[4]"));
}

static void named_blocks_conform(void **state)
{
    struct chip *c = *state;

    assert_int_equal(named_block_count, BLOCKS);
    periph_engine_init(&c->p.engine, &c->doors);
    named_fill(&c->p.named, &c->p.engine);
    periph_engine_reset(&c->p.engine, 0);
    assert_int_equal(compare_all(c), 0);
}

static void the_catalogue_conforms(void **state)
{
    struct chip *c = *state;

    peripherals_init(&c->p, &c->doors);
    periph_engine_reset(&c->p.engine, 0);
    assert_int_equal(compare_all(c), 0);
}

static bool is_memory(const struct chip_block *b) { return b->base < 0x20000000; }

static unsigned tenants_called(const struct chip *c, const char *name)
{
    unsigned n = 0;

    for (unsigned i = 0; i < c->p.engine.n_slots; i++)
        for (unsigned k = 0; k < c->p.engine.slot[i]->n_tenants; k++)
            n += !strcmp(c->p.engine.slot[i]->tenant[k]->name, name);
    return n;
}

/* Modelled or named: every block of the chip answers, and once. FPU and SWI have an interrupt, but no registers; FICR
 * and UICR are memories. */
static void every_block_is_there(void **state)
{
    struct chip *c = *state;

    peripherals_init(&c->p, &c->doors);
    for (unsigned i = 0; i < c->desc.n_blocks; i++) {
        const struct chip_block *b = &c->desc.block[i];

        if (is_memory(b))
            continue;
        assert_non_null(periph_engine_slot_at(&c->p.engine, b->base));
        assert_int_equal(tenants_called(c, b->name), b->n_facts > 0);
    }
}

/* Names, addresses and access of every block as the generated tables have them, whoever models it: both ways, memories
 * included. */
static void the_tables_of_names_conform(void **state)
{
    struct chip *c = *state;
    unsigned wrong = 0;

    for (unsigned i = 0; i < named_block_count; i++) {
        const struct named_block *b = &named_blocks[i];
        struct periph_slot slot = {.base = b->base, .irqn = b->irqn};
        struct periph p = {.desc = b->desc, .name = b->name, .slot = &slot};

        assert_ptr_equal(named_block(b->name), b);
        wrong += compare_with(chip_block(&c->desc, b->name), &p, NULL);
    }
    assert_int_equal(wrong, 0);
}

/* Digits F of a reset value in FICR stand for what differs from chip to chip. */
static bool fits_but_for_f(uint32_t value, uint32_t pattern)
{
    for (unsigned shift = 0; shift < 32; shift += 4)
        if ((pattern >> shift & 0xF) != 0xF && (value ^ pattern) >> shift & 0xF)
            return false;
    return true;
}

/* After power-on of a new chip: FICR as the factory left it, UICR erased. */
static void the_memories_have_their_reset_values(void **state)
{
    static uint8_t ficr[FICR_SIZE], uicr[UICR_SIZE];
    const struct {
        const char *name;
        const uint8_t *image;
        uint32_t size;
    } memory[] = {{"FICR", ficr, sizeof ficr}, {"UICR", uicr, sizeof uicr}};
    struct chip *c = *state;

    ficr_fill(ficr, 1);
    uicr_erase(uicr);
    for (unsigned m = 0; m < 2; m++) {
        const struct chip_block *b = chip_block(&c->desc, memory[m].name);

        assert_true(is_memory(b));
        for (unsigned i = 0; i < b->n_facts; i++) {
            uint32_t value;

            assert_int_equal(b->fact[i].kind, CHIP_REG);
            assert_true(b->fact[i].offset + 4 <= memory[m].size);
            memcpy(&value, memory[m].image + b->fact[i].offset, 4);
            assert_true(fits_but_for_f(value, b->fact[i].reset));
        }
    }
}

static void the_memories_have_their_words(void **state)
{
    static const struct {
        const char *name;
        uint32_t offset;
    } uicr[] = {{"NRFFW[0]", UICR_NRFFW},      {"CUSTOMER[0]", UICR_CUSTOMER}, {"PSELRESET[0]", UICR_PSELRESET},
                {"APPROTECT", UICR_APPROTECT}, {"NFCPINS", UICR_NFCPINS},      {"DEBUGCTRL", UICR_DEBUGCTRL},
                {"REGOUT0", UICR_REGOUT0}};
    static const uint16_t undocumented_words[] = {0x130, 0x134};
    struct chip *c = *state;
    const struct chip_block *block = chip_block(&c->desc, "UICR");
    static uint8_t image[FICR_SIZE];

    assert_int_equal(block->base, UICR_BASE);
    for (unsigned i = 0; i < sizeof uicr / sizeof uicr[0]; i++) {
        const struct chip_fact *f = chip_fact(block, CHIP_REG, uicr[i].name);

        assert_non_null(f);
        assert_int_equal(f->offset, uicr[i].offset);
    }
    block = chip_block(&c->desc, "FICR");
    assert_int_equal(block->base, FICR_BASE);
    ficr_fill(image, 1);
    for (uint32_t offset = 0; offset < FICR_SIZE; offset += 4) {
        bool filled = memcmp(image + offset, "\xFF\xFF\xFF\xFF", 4) != 0;

        if (filled && offset != undocumented_words[0] && offset != undocumented_words[1])
            assert_non_null(chip_fact_at(block, offset));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_description_follows_nordics_pattern, setup, teardown),
        cmocka_unit_test_setup_teardown(some_facts_read_back, setup, teardown),
        cmocka_unit_test_setup_teardown(named_blocks_conform, setup, teardown),
        cmocka_unit_test_setup_teardown(the_catalogue_conforms, setup, teardown),
        cmocka_unit_test_setup_teardown(every_block_is_there, setup, teardown),
        cmocka_unit_test_setup_teardown(the_tables_of_names_conform, setup, teardown),
        cmocka_unit_test_setup_teardown(the_memories_have_their_words, setup, teardown),
        cmocka_unit_test_setup_teardown(the_memories_have_their_reset_values, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
