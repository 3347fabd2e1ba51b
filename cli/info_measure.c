#include "cli/info_measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "soc/board_file.h"

/* As `nrfemu run` has it, but without a console: what firmware prints is none of the report. */
static bool init_machine(struct info_measured *m, const char *command_line, vtime run_for, char err[IMAGE_ERR_SIZE])
{
    struct machine_config config = {.run_for = run_for,
                                    .uart0 = "null",
                                    .uart1 = "null",
                                    .rtt = "null",
                                    .usb = "null",
                                    .command_line = command_line,
                                    .quiet = true};
    struct board board;

    if (!board_find(&board, BOARD_DEFAULT, err, IMAGE_ERR_SIZE))
        return false;
    config.board = &board;
    measure_configure(&m->measure, &config);
    return machine_init(&m->machine, &config, err, IMAGE_ERR_SIZE) &&
           console_route(&m->machine.console, EV_CONSOLE_SEMIHOSTING, "null", err, IMAGE_ERR_SIZE);
}

struct info_measured *info_measure(char **specs, unsigned n_specs, vtime run_for, const struct firmware_info *info,
                                   char err[IMAGE_ERR_SIZE])
{
    struct info_measured *m = calloc(1, sizeof *m);

    if (!m || !measure_init(&m->measure)) {
        snprintf(err, IMAGE_ERR_SIZE, "out of memory");
        free(m);
        return NULL;
    }
    if (!init_machine(m, specs[0], run_for, err) || !machine_load(&m->machine, specs, n_specs, err)) {
        info_measured_free(m);
        return NULL;
    }
    measure_attach(&m->measure, &m->machine, info);
    machine_power_on(&m->machine);
    measure_run(&m->measure);
    return m;
}

void info_measured_free(struct info_measured *m)
{
    machine_close(&m->machine);
    measure_free(&m->measure);
    free(m);
}

/* ---- blocks ---- */

struct block {
    const char *name;
    unsigned registers, named_only, partly, unknown;
    uint64_t reads, writes;
};

/* Sums up the registers of one block from `list`, which is sorted; returns how many they are. */
static unsigned sum_up(const struct measure_register **list, unsigned n, struct block *b)
{
    unsigned i = 0;

    *b = (struct block){.name = list[0]->block};
    for (; i < n && strcmp(list[i]->block, b->name) == 0; i++) {
        b->registers++;
        b->named_only += list[i]->state == PERIPH_NAMED_ONLY;
        b->partly += list[i]->state == PERIPH_PARTLY;
        b->unknown += list[i]->state == PERIPH_UNKNOWN;
        b->reads += list[i]->reads;
        b->writes += list[i]->writes;
    }
    return i;
}

static const char *state_of(const struct block *b)
{
    if (b->unknown == b->registers)
        return periph_state_name(PERIPH_UNKNOWN);
    if (b->named_only == b->registers)
        return periph_state_name(PERIPH_NAMED_ONLY);
    return periph_state_name(b->partly || b->named_only || b->unknown ? PERIPH_PARTLY : PERIPH_MODELLED);
}

/* ---- text ---- */

static void row(const char *name) { printf("  %-15s ", name); }

static void print_time(const char *name, const struct measure_milestone *m)
{
    row(name);
    printf("%" PRIu64 " cycles, %" PRIu64 " instructions, %.6f s\n", m->time / VTIME_PER_CYCLE, m->instructions,
           (double)m->time / (double)VTIME_PER_S);
}

static void print_milestones(const struct measure *x)
{
    const struct measure_milestone *end = measure_main(x);
    char name[32];

    for (unsigned i = 0; i < x->n_milestones; i++) {
        const struct measure_milestone *m = &x->milestone[i];
        if (m == end || !m->reached)
            continue;
        snprintf(name, sizeof name, "to %.20s", m->name);
        print_time(name, m);
    }
    if (end && end->reached) {
        snprintf(name, sizeof name, "to %.20s", end->name);
        print_time(name, end);
    } else {
        row("to main");
        puts(end ? "not reached" : "unknown: no symbol of that name");
    }
}

static void print_stack(const struct measure_stack *s)
{
    if (s->shared) {
        printf("SP from 0x%08" PRIx32 " down to 0x%08" PRIx32 " %s%s\n", s->highest, s->lowest, s->bounded ? "in " : "",
               s->name);
        return;
    }
    printf("%" PRIu32, s->high - s->lowest);
    if (s->bounded)
        printf(" of %" PRIu32, s->high - s->low);
    printf(" bytes: %s, 0x%08" PRIx32 " down to 0x%08" PRIx32 "\n", s->name, s->high, s->lowest);
}

static void print_stacks(const struct measure *x)
{
    bool first = true;

    for (unsigned i = 0; i < x->n_stacks; i++) {
        if (!x->stack[i].highest)
            continue;
        row(first ? "peak stack" : "");
        first = false;
        print_stack(&x->stack[i]);
    }
    if (!first) {
        row("");
        puts("(exact: SP was looked at before every instruction that may change it, and at every exception)");
    }
}

static void print_heaps(const struct measure *x)
{
    if (!x->n_heaps) {
        row("peak heap");
        puts(x->machine->symbols ? "none: no allocator that is known" : "unknown: no symbols");
    }
    for (unsigned i = 0; i < x->n_heaps; i++) {
        const struct measure_heap *h = &x->heap[i];
        row(i ? "" : "peak heap");
        if (h->grows)
            printf("%" PRIu32 " bytes between the lowest and the highest block", h->end - h->start);
        else
            printf("%" PRIu64 " bytes asked for at one time", h->peak);
        printf(": %s, %u allocations, %u frees\n", h->name, h->allocations, h->frees);
    }
}

static void print_registers(const struct measure *x)
{
    const struct measure_register **list = measure_sorted(x);
    struct block b;

    row("registers");
    printf("%u touched%s\n", x->n_registers, x->registers_lost ? ", and more than can be counted" : "");
    for (unsigned i = 0, n; list && i < x->n_registers; i += n) {
        n = sum_up(list + i, x->n_registers - i, &b);
        printf("    %s: %s; %u registers, %" PRIu64 " reads, %" PRIu64 " writes\n", b.name, state_of(&b), b.registers,
               b.reads, b.writes);
        for (unsigned k = i; k < i + n; k++)
            printf("      0x%08" PRIx32 "  %-28s %10" PRIu64 " r %10" PRIu64 " w  %s\n", list[k]->addr, list[k]->name,
                   list[k]->reads, list[k]->writes, periph_state_name(list[k]->state));
    }
    free(list);
}

void info_print_measured(struct info_measured *m)
{
    const struct soc *s = &m->machine.soc;

    row("ran");
    printf("%" PRIu64 " cycles, %" PRIu64 " instructions, %.6f s; ended: %s\n", s->sched.now / VTIME_PER_CYCLE,
           cpu_retired(s->core.cpu), (double)s->sched.now / (double)VTIME_PER_S, machine_end_name(m->machine.end));
    print_milestones(&m->measure);
    print_stacks(&m->measure);
    print_heaps(&m->measure);
    print_registers(&m->measure);
}

/* ---- JSON ---- */

static void add(struct json_object *to, const char *key, struct json_object *value)
{
    json_object_object_add(to, key, value);
}

static void add_number(struct json_object *to, const char *key, uint64_t value)
{
    add(to, key, json_object_new_uint64(value));
}

static void add_text(struct json_object *to, const char *key, const char *value)
{
    add(to, key, json_object_new_string(value));
}

static struct json_object *milestones(const struct measure *x)
{
    struct json_object *o = json_object_new_object();

    for (unsigned i = 0; i < x->n_milestones; i++) {
        const struct measure_milestone *m = &x->milestone[i];
        struct json_object *at = m->reached ? json_object_new_object() : NULL;
        if (at) {
            add_number(at, "cycles", m->time / VTIME_PER_CYCLE);
            add_number(at, "instructions", m->instructions);
            add(at, "seconds", json_object_new_double((double)m->time / (double)VTIME_PER_S));
        }
        add(o, m->name, at);
    }
    return o;
}

static struct json_object *stacks(const struct measure *x)
{
    struct json_object *list = json_object_new_array();

    for (unsigned i = 0; i < x->n_stacks; i++) {
        const struct measure_stack *s = &x->stack[i];
        struct json_object *o = json_object_new_object();
        add_text(o, "name", s->name);
        if (!s->shared)
            add_number(o, "peak", s->high - s->lowest);
        if (s->bounded)
            add_number(o, "size", s->high - s->low);
        add_number(o, "top", s->high);
        add_number(o, "lowest_sp", s->lowest);
        json_object_array_add(list, o);
    }
    return list;
}

static struct json_object *heaps(const struct measure *x)
{
    struct json_object *list = json_object_new_array();

    for (unsigned i = 0; i < x->n_heaps; i++) {
        const struct measure_heap *h = &x->heap[i];
        struct json_object *o = json_object_new_object();
        add_text(o, "name", h->name);
        add_number(o, "peak", h->grows ? h->end - h->start : h->peak);
        add_number(o, "allocations", h->allocations);
        add_number(o, "frees", h->frees);
        add_number(o, "lowest", h->start);
        add_number(o, "end", h->end);
        json_object_array_add(list, o);
    }
    return list;
}

static struct json_object *block_to_json(const struct measure_register **list, unsigned n, const struct block *b)
{
    struct json_object *o = json_object_new_object(), *registers = json_object_new_object();

    add_text(o, "state", state_of(b));
    add_number(o, "reads", b->reads);
    add_number(o, "writes", b->writes);
    for (unsigned i = 0; i < n; i++) {
        struct json_object *r = json_object_new_object();
        add_number(r, "address", list[i]->addr);
        add_number(r, "reads", list[i]->reads);
        add_number(r, "writes", list[i]->writes);
        add_text(r, "state", periph_state_name(list[i]->state));
        add(registers, list[i]->name, r);
    }
    add(o, "registers", registers);
    return o;
}

static struct json_object *blocks(const struct measure *x)
{
    const struct measure_register **list = measure_sorted(x);
    struct json_object *o = json_object_new_object();
    struct block b;

    for (unsigned i = 0, n; list && i < x->n_registers; i += n) {
        n = sum_up(list + i, x->n_registers - i, &b);
        add(o, b.name, block_to_json(list + i, n, &b));
    }
    free(list);
    return o;
}

struct json_object *info_measured_to_json(struct info_measured *m)
{
    const struct soc *s = &m->machine.soc;
    const struct measure_milestone *end = measure_main(&m->measure);
    struct json_object *o = json_object_new_object();

    add_number(o, "cycles", s->sched.now / VTIME_PER_CYCLE);
    add_number(o, "instructions", cpu_retired(s->core.cpu));
    add_text(o, "end_reason", machine_end_name(m->machine.end));
    add(o, "cycles_to_main", end && end->reached ? json_object_new_uint64(end->time / VTIME_PER_CYCLE) : NULL);
    add(o, "milestones", milestones(&m->measure));
    add(o, "stacks", stacks(&m->measure));
    add(o, "heaps", heaps(&m->measure));
    add(o, "blocks", blocks(&m->measure));
    return o;
}
