/*
 * Functions, and the tree of who called whom.
 */
#include "emu/profile_parts.h"

#include <stdlib.h>
#include <string.h>

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

void profile_tree_init(struct profile_tree *t)
{
    t->node_capacity = 1024;
    t->node = must(calloc(t->node_capacity, sizeof *t->node));
    t->n_nodes = 1;
    t->function_capacity = 256;
    t->function = must(calloc(t->function_capacity, sizeof *t->function));
    t->hash_size = 1024;
    t->hash = must(calloc(t->hash_size, sizeof *t->hash));
}

void profile_tree_free(struct profile_tree *t)
{
    for (uint32_t i = 0; i < t->n_functions; i++)
        free(t->function[i].own_name);
    free(t->function);
    free(t->node);
    free(t->hash);
}

/* ---- functions ---- */

static uint32_t add_function(struct profile_tree *t, const struct profile_function *f)
{
    if (t->n_functions == t->function_capacity) {
        t->function_capacity *= 2;
        t->function = must(realloc(t->function, t->function_capacity * sizeof *t->function));
    }
    t->function[t->n_functions] = *f;
    return t->n_functions++;
}

static uint32_t *hash_slot(struct profile_tree *t, uint32_t start)
{
    uint32_t at = (start * 0x9E3779B1u) & (t->hash_size - 1);
    while (t->hash[at] && t->function[t->hash[at] - 1].start != start)
        at = (at + 1) & (t->hash_size - 1);
    return &t->hash[at];
}

static void grow_hash(struct profile_tree *t)
{
    free(t->hash);
    t->hash_size *= 2;
    t->hash = must(calloc(t->hash_size, sizeof *t->hash));
    for (uint32_t i = 0; i < t->n_functions; i++)
        if (!t->function[i].own_name)
            *hash_slot(t, t->function[i].start) = i + 1;
}

uint32_t profile_function_at(struct profile_tree *t, const struct symbols *symbols, uint32_t addr)
{
    struct profile_function f = {0};
    f.name = symbols_function_span(symbols, addr, &f.start, &f.end);
    if (!f.name) /* nobody knows how far it goes */
        f = (struct profile_function){.name = "(unknown)", .start = 1, .end = 1};
    uint32_t *slot = hash_slot(t, f.start);
    if (*slot)
        return *slot - 1;
    *slot = add_function(t, &f) + 1;
    uint32_t number = *slot - 1;
    if (2 * t->n_functions > t->hash_size)
        grow_hash(t);
    return number;
}

/* ---- nodes ---- */

uint32_t profile_child(struct profile_tree *t, uint32_t parent, uint32_t site, uint32_t function)
{
    for (uint32_t n = t->node[parent].child; n; n = t->node[n].sibling)
        if (t->node[n].site == site && t->node[n].function == function)
            return n;
    if (t->n_nodes == PROFILE_NODES)
        return parent;
    if (t->n_nodes == t->node_capacity) {
        t->node_capacity *= 2;
        t->node = must(realloc(t->node, t->node_capacity * sizeof *t->node));
    }
    uint32_t n = t->n_nodes++;
    t->node[n] =
        (struct profile_node){.parent = parent, .sibling = t->node[parent].child, .function = function, .site = site};
    t->node[parent].child = n;
    return n;
}

uint32_t profile_root(struct profile *p, unsigned exception)
{
    struct profile_tree *t = &p->tree;
    char name[128];
    exception %= PROFILE_EXCEPTIONS;
    if (t->root[exception])
        return t->root[exception];
    p->config.exception_name(exception, name, sizeof name);
    struct profile_function f = {.own_name = must(strdup(name))};
    f.name = f.own_name;
    return t->root[exception] = profile_child(t, 0, 0, add_function(t, &f));
}
