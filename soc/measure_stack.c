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

static unsigned add_stack(struct measure *x, const char *name, uint32_t low, uint32_t high)
{
    if (x->n_stacks == MEASURE_STACKS)
        return x->n_stacks - 1;
    x->stack[x->n_stacks] = (struct measure_stack){.name = name, .low = low, .high = high, .lowest = high};
    return x->n_stacks++;
}

static bool holds(const struct measure_stack *s, uint32_t sp) { return sp > s->low && sp <= s->high; }

/* The stack that a new value of SP belongs to. What lies in no object of the image was allocated somewhere. */
static unsigned stack_of(struct measure *x, uint32_t sp)
{
    enum { MAIN = 0 };
    const struct measure_stack *o;

    for (unsigned i = 0; i < x->n_stacks; i++)
        if (holds(&x->stack[i], sp))
            return i;
    o = object_below(x, sp);
    if (o)
        return add_stack(x, o->name, o->low, o->high);
    return firmware_place_of(sp - 1) == FIRMWARE_RAM && x->stack[MAIN].low && sp < x->stack[MAIN].low
               ? add_stack(x, "in no object", 0, sp)
               : MAIN;
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
}

static void count_entry(void *ctx, const struct symbols_entry *e) { ++*(unsigned *)ctx; }

bool measure_stacks_init(struct measure *x, const struct firmware_info *info)
{
    const struct symbols *symbols = x->machine->symbols;
    const struct firmware_use *use = &info->use;
    uint32_t top = info->initial_sp, size = use->stack ? use->stack : use->stack_room;
    unsigned n = 0;

    if (!info->has_vectors)
        return false;
    symbols_each(symbols, count_entry, &n);
    x->object = calloc(n + 1, sizeof *x->object);
    if (!x->object)
        return false;
    symbols_each(symbols, add_object, x);
    qsort(x->object, x->n_objects, sizeof *x->object, compare_objects);
    const struct measure_stack *o = object_below(x, top);
    if (o)
        add_stack(x, o->name, o->low, o->high);
    else
        add_stack(x, "main", info->is_elf && size < top ? top - size : 0, top);
    return true;
}
