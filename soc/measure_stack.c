/*
 * How deep stacks become: every value of SP, sorted by the object of the image that it lies in.
 */
#include <stdlib.h>
#include <string.h>

#include "soc/measure_parts.h"

static void add_object(void *ctx, const struct symbols_entry *e)
{
    struct measure *x = ctx;

    if (e->is_object && e->size && firmware_place_of(e->addr) == FIRMWARE_RAM && e->addr + e->size > e->addr)
        x->object[x->n_objects++] = (struct measure_stack){.name = e->name, .low = e->addr, .high = e->addr + e->size};
}

static int compare_objects(const void *a, const void *b)
{
    const struct measure_stack *x = a, *y = b;

    return x->low != y->low ? (x->low < y->low ? -1 : 1) : 0;
}

/* The object that holds the word below `sp`: a full-descending stack's SP may be its end. */
static const struct measure_stack *object_below(const struct measure *x, uint32_t sp)
{
    unsigned low = 0, high = x->n_objects;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (x->object[middle].low < sp)
            low = middle + 1;
        else
            high = middle;
    }
    return low && sp <= x->object[low - 1].high ? &x->object[low - 1] : NULL;
}

/* What lies in no object was allocated by somebody who left no symbol; or a stack has grown out of its memory. */
static const char no_object[] = "in no object";

static unsigned add_stack(struct measure *x, const struct measure_stack *s)
{
    if (x->n_stacks == MEASURE_STACKS)
        return x->n_stacks - 1;
    x->stack[x->n_stacks] = *s;
    x->stack[x->n_stacks].lowest = s->high;
    return x->n_stacks++;
}

static unsigned add_object_stack(struct measure *x, const struct measure_stack *object)
{
    struct measure_stack s = *object;

    s.bounded = true;
    s.shared = !strcasestr(s.name, "stack") && !strcasestr(s.name, "stk");
    return add_stack(x, &s);
}

static bool holds(const struct measure_stack *s, uint32_t sp) { return sp > s->low && sp <= s->high; }

/* The stack that a new value of SP belongs to: of an object, or of those that a vector table begins on. */
static unsigned stack_of(struct measure *x, uint32_t sp)
{
    const struct measure_stack *o;

    for (unsigned i = 0; i < x->n_stacks; i++)
        if (holds(&x->stack[i], sp))
            return i;
    o = object_below(x, sp);
    if (o)
        return add_object_stack(x, o);
    for (unsigned i = 0; i < x->n_stacks; i++) /* full to the last byte, unless another one is empty there */
        if (x->stack[i].low == sp || x->stack[i].name == no_object)
            return i;
    return add_stack(x, &(struct measure_stack){.name = no_object, .low = sp, .high = sp, .shared = true});
}

void measure_stack_seen(void *ctx, uint32_t sp)
{
    struct measure *x = ctx;
    struct measure_stack *s = &x->stack[x->last_stack];

    if (!holds(s, sp)) {
        x->last_stack = stack_of(x, sp);
        s = &x->stack[x->last_stack];
    }
    if (sp < s->lowest)
        s->lowest = sp;
    if (sp > s->highest)
        s->highest = sp;
}

static void count_entry(void *ctx, const struct symbols_entry *e) { ++*(unsigned *)ctx; }

static bool find_objects(struct measure *x)
{
    unsigned n = 0;

    symbols_each(x->machine->symbols, count_entry, &n);
    x->object = calloc(n + 1, sizeof *x->object);
    if (!x->object)
        return false;
    symbols_each(x->machine->symbols, add_object, x);
    qsort(x->object, x->n_objects, sizeof *x->object, compare_objects);
    return true;
}

/* The stack that a vector table begins on reaches down to the next one, when nothing more is known of it. */
static void add_table_stack(struct measure *x, const struct firmware_info *info, const char *name, uint32_t top)
{
    const struct measure_stack *o = object_below(x, top);
    struct measure_stack s = {.name = name, .low = SOC_RAM_BASE, .high = top};

    if (o) {
        add_object_stack(x, o);
        return;
    }
    for (unsigned i = 0; i < info->n_others; i++)
        if (info->other[i].initial_sp < top && info->other[i].initial_sp > s.low)
            s.low = info->other[i].initial_sp;
    if (info->has_vectors && info->vectors.initial_sp < top && info->vectors.initial_sp > s.low)
        s.low = info->vectors.initial_sp;
    add_stack(x, &s);
}

bool measure_stacks_init(struct measure *x, const struct firmware_info *info)
{
    const struct soc *soc = &x->machine->soc;
    const struct firmware_use *use = &info->use;
    uint32_t top, size = use->stack ? use->stack : use->stack_room;

    if (!find_objects(x))
        return false;
    memcpy(&top, soc->flash + soc->vectors, sizeof top); /* the table that the machine starts with */
    add_table_stack(x, info, "main", top);
    if (!x->stack[0].bounded && info->is_elf && top == info->vectors.initial_sp && size && size <= top - SOC_RAM_BASE) {
        x->stack[0].low = top - size;
        x->stack[0].bounded = true;
    }
    for (unsigned i = 0; i < info->n_others; i++)
        if (info->other[i].initial_sp != top)
            add_table_stack(x, info, "of another vector table", info->other[i].initial_sp);
    return true;
}
