/*
 * accuracy-registers: prints, as Markdown for docs/ACCURACY.md, what each task, event and register of the chip's
 * peripherals does here, as the models' own tables say.
 */
#include <stdio.h>
#include <string.h>

#include "periph/catalogue.h"

/* The file of a model that names none itself, by its struct: `struct timer` is in periph/timer.h. */
static const char *const model_files[] = {
#define FILE_OF(member, type, ...) "periph/" #type ".h",
    PERIPH_CATALOGUE(FILE_OF)
#undef FILE_OF
};

static unsigned elements(unsigned count) { return count ? count : 1; }

/* "CC[%u]" with six elements is "CC[0..5]". */
static void print_name(const char *prefix, const char *name, unsigned count)
{
    const char *percent = strstr(name, "%u");

    if (percent)
        printf("%s%.*s0..%u%s", prefix, (int)(percent - name), name, elements(count) - 1, percent + 2);
    else
        printf("%s%s", prefix, name);
}

struct list {
    enum periph_state state; /* that the names in it have */
    unsigned n;
};

static void add(struct list *list, enum periph_state state, const char *prefix, const char *name, unsigned count,
                unsigned inaccuracy)
{
    if (state != list->state)
        return;
    if (!list->n++)
        printf("| %s | ", periph_state_name(state));
    else
        printf(", ");
    print_name(prefix, name, count);
    if (state == PERIPH_PARTLY)
        printf(" (%u)", inaccuracy);
}

static void print_state(const struct periph_desc *d, enum periph_state state)
{
    struct list list = {.state = state};
    enum periph_state common = periph_desc_is_named_only(d) ? PERIPH_NAMED_ONLY : PERIPH_MODELLED;

    for (unsigned i = 0; i < d->n_tasks; i++)
        add(&list, periph_task_state(&d->tasks[i]), "TASKS_", d->tasks[i].name, d->tasks[i].count,
            d->tasks[i].inaccuracy);
    for (unsigned i = 0; i < d->n_events; i++)
        add(&list, periph_event_state(d, &d->events[i]), "EVENTS_", d->events[i].name, d->events[i].count,
            d->events[i].inaccuracy);
    if (d->n_shorts)
        add(&list, common, "", "SHORTS", 1, 0);
    if (d->has_inten)
        add(&list, common, "", "INTEN", 1, 0);
    if (d->n_events) {
        add(&list, common, "", "INTENSET", 1, 0);
        add(&list, common, "", "INTENCLR", 1, 0);
    }
    for (unsigned i = 0; i < d->n_regs; i++)
        add(&list, periph_reg_state(&d->regs[i]), "", d->regs[i].name, d->regs[i].count, d->regs[i].inaccuracy);
    if (list.n)
        puts(" |");
}

/* ---- blocks with a model ---- */

static bool is_first_with(unsigned i)
{
    for (unsigned k = 0; k < i; k++)
        if (periph_catalogue[k].desc == periph_catalogue[i].desc)
            return false;
    return true;
}

static void print_model(unsigned i)
{
    const struct periph_desc *d = periph_catalogue[i].desc;

    printf("\n### %s", periph_catalogue[i].name);
    for (unsigned k = i + 1; k < periph_catalogue_count; k++)
        if (periph_catalogue[k].desc == d)
            printf(", %s", periph_catalogue[k].name);
    printf(" (`%s`)\n\n| | |\n|---|---|\n", d->file ? d->file : model_files[i]);
    for (unsigned state = PERIPH_MODELLED; state <= PERIPH_NAMED_ONLY; state++)
        print_state(d, (enum periph_state)state);
}

/* ---- blocks without ---- */

static bool is_modelled(const char *name)
{
    for (unsigned i = 0; i < periph_catalogue_count; i++)
        if (strcmp(periph_catalogue[i].name, name) == 0)
            return true;
    return false;
}

static bool is_memory(const struct named_block *b) { return b->base < 0x20000000; }

static bool is_listed(const struct named_block *b)
{
    return !is_modelled(b->name) && !is_memory(b) && (b->desc->n_regs || b->desc->n_tasks || b->desc->n_events);
}

static void print_named(unsigned i)
{
    const struct named_block *b = &named_blocks[i];

    for (unsigned k = 0; k < i; k++)
        if (is_listed(&named_blocks[k]) && named_blocks[k].desc == b->desc)
            return;
    printf("| %s", b->name);
    for (unsigned k = i + 1; k < named_block_count; k++)
        if (is_listed(&named_blocks[k]) && named_blocks[k].desc == b->desc)
            printf(", %s", named_blocks[k].name);
    printf(" ");
    print_state(b->desc, PERIPH_NAMED_ONLY);
}

/* ---- all of them ---- */

static void count_desc(const struct periph_desc *d, unsigned count[PERIPH_UNKNOWN])
{
    unsigned common = (d->n_shorts != 0) + d->has_inten + 2 * (d->n_events != 0);

    for (unsigned i = 0; i < d->n_tasks; i++)
        count[periph_task_state(&d->tasks[i])] += elements(d->tasks[i].count);
    for (unsigned i = 0; i < d->n_events; i++)
        count[periph_event_state(d, &d->events[i])] += elements(d->events[i].count);
    for (unsigned i = 0; i < d->n_regs; i++)
        count[periph_reg_state(&d->regs[i])] += elements(d->regs[i].count);
    count[periph_desc_is_named_only(d) ? PERIPH_NAMED_ONLY : PERIPH_MODELLED] += common;
}

static void print_summary(void)
{
    unsigned count[PERIPH_UNKNOWN] = {0}, blocks = 0;

    for (unsigned i = 0; i < periph_catalogue_count; i++)
        count_desc(periph_catalogue[i].desc, count);
    for (unsigned i = 0; i < named_block_count; i++)
        if (is_listed(&named_blocks[i])) {
            count_desc(named_blocks[i].desc, count);
            blocks++;
        }
    printf("\nIn numbers: %u blocks have a model, %u have names only. Of their tasks, events and registers, every "
           "element of\n"
           "every instance counted, %u are modelled, %u partly, and %u named only.\n",
           periph_catalogue_count, blocks, count[PERIPH_MODELLED], count[PERIPH_PARTLY], count[PERIPH_NAMED_ONLY]);
}

int main(void)
{
    print_summary();
    for (unsigned i = 0; i < periph_catalogue_count; i++)
        if (is_first_with(i))
            print_model(i);
    puts("\n### Without a model\n\n| | | |\n|---|---|---|");
    for (unsigned i = 0; i < named_block_count; i++)
        if (is_listed(&named_blocks[i]))
            print_named(i);
    return 0;
}
