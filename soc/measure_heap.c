/*
 * How much heap is taken: breakpoints on the functions of well-known allocators, and where they return to.
 */
#include <stdlib.h>
#include <string.h>

#include "soc/measure_parts.h"

/* What a function does with its heap, and in which registers its arguments are. */
enum role { ALLOCATES, FREES, MOVES_END };

static const struct allocator {
    const char *heap;
    const char *function;
    enum role role;
    uint8_t argument;  /* the size, or the block to free */
    bool grows;        /* see struct measure_heap */
    const char *inner; /* calls this one, which counts instead where there is one */
} allocators[] = {
    {"sbrk", "_sbrk", MOVES_END, 0, true, NULL},
    {"sbrk", "_sbrk_r", MOVES_END, 1, true, "_sbrk"},
    {"malloc", "_malloc_r", ALLOCATES, 1, false, NULL},
    {"malloc", "_memalign_r", ALLOCATES, 2, false, NULL},
    {"malloc", "_free_r", FREES, 1, false, NULL},
    {"malloc", "malloc", ALLOCATES, 0, false, "_malloc_r"},
    {"malloc", "free", FREES, 0, false, "_free_r"},
    {"FreeRTOS heap", "pvPortMalloc", ALLOCATES, 0, false, NULL},
    {"FreeRTOS heap", "vPortFree", FREES, 0, false, NULL},
    {"Zephyr heap", "sys_heap_alloc", ALLOCATES, 1, false, NULL},
    {"Zephyr heap", "sys_heap_aligned_alloc", ALLOCATES, 2, false, NULL},
    {"Zephyr heap", "sys_heap_noalign_alloc", ALLOCATES, 2, false, NULL},
    {"Zephyr heap", "sys_heap_free", FREES, 1, false, NULL},
    {"TLSF", "tlsf_malloc", ALLOCATES, 1, false, NULL},
    {"TLSF", "tlsf_free", FREES, 1, false, NULL},
    {"ChibiOS heap", "chHeapAllocAligned", ALLOCATES, 1, false, NULL},
    {"ChibiOS heap", "chHeapFree", FREES, 0, false, NULL},
    {"MicroPython heap", "gc_alloc", ALLOCATES, 0, true, NULL},
    {"MicroPython heap", "gc_free", FREES, 0, true, NULL},
    {"Rust allocator", "__rust_alloc", ALLOCATES, 0, false, NULL},
    {"Rust allocator", "__rust_dealloc", FREES, 0, false, NULL},
    {"TinyGo heap", "runtime.alloc", ALLOCATES, 0, true, NULL},
};

enum { ALLOCATORS = sizeof allocators / sizeof *allocators };
_Static_assert(sizeof allocators / sizeof *allocators <= MEASURE_ALLOCATORS, "struct measure has too few");

static uint32_t reg(struct measure *x, unsigned r) { return cpu_get(x->machine->soc.core.cpu, (enum cpu_reg)r); }

static struct measure_heap *heap_of(struct measure *x, const struct allocator *a)
{
    for (unsigned i = 0; i < x->n_heaps; i++)
        if (strcmp(x->heap[i].name, a->heap) == 0)
            return &x->heap[i];
    return NULL;
}

static bool is_wrapper(const struct measure *x, const struct allocator *a)
{
    return a->inner && symbols_find(x->machine->symbols, a->inner, NULL, NULL);
}

void measure_heaps_init(struct measure *x)
{
    for (unsigned i = 0; i < ALLOCATORS; i++) {
        const struct allocator *a = &allocators[i];
        uint32_t addr;
        x->allocator[i] = MEASURE_NOWHERE;
        if (!symbols_find(x->machine->symbols, a->function, &addr, NULL) || is_wrapper(x, a))
            continue;
        if (!heap_of(x, a) && x->n_heaps < MEASURE_HEAPS)
            x->heap[x->n_heaps++] = (struct measure_heap){.name = a->heap, .grows = a->grows};
        x->allocator[i] = addr & ~1u;
        cpu_breakpoint(x->machine->soc.core.cpu, x->allocator[i], true);
    }
}

/* ---- blocks ---- */

/* Where a block is, or would have to be put. */
static unsigned find_block(const struct measure *x, uint32_t addr)
{
    unsigned low = 0, high = x->n_blocks;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (x->block[middle].addr < addr)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_block(struct measure *x, uint32_t addr, uint32_t size)
{
    unsigned at = find_block(x, addr);

    if (x->n_blocks == x->blocks_capacity) {
        unsigned capacity = x->blocks_capacity ? 2 * x->blocks_capacity : 256;
        struct measure_block *grown = realloc(x->block, capacity * sizeof *grown);
        if (!grown)
            return;
        x->block = grown;
        x->blocks_capacity = capacity;
    }
    memmove(&x->block[at + 1], &x->block[at], (x->n_blocks++ - at) * sizeof *x->block);
    x->block[at] = (struct measure_block){addr, size};
}

/* The size of a block that is no more; 0 when it is not known. */
static uint32_t take_block(struct measure *x, uint32_t addr)
{
    unsigned at = find_block(x, addr);

    if (at == x->n_blocks || x->block[at].addr != addr)
        return 0;
    uint32_t size = x->block[at].size;
    memmove(&x->block[at], &x->block[at + 1], (--x->n_blocks - at) * sizeof *x->block);
    return size;
}

/* ---- calls ---- */

/* A call that begins anew after an interrupt, at the same depth, is the same call. */
static struct measure_call *call_slot(struct measure *x, uint32_t sp)
{
    struct measure_call *unused = NULL;

    for (unsigned i = 0; i < MEASURE_CALLS; i++) {
        struct measure_call *c = &x->call[i];
        if (c->open && c->sp == sp)
            return c;
        if (!c->open && !unused)
            unused = c;
    }
    return unused;
}

static void close_call(struct measure *x, struct measure_call *c)
{
    cpu_breakpoint(x->machine->soc.core.cpu, c->back, false);
    c->open = false;
}

static void enter(struct measure *x, unsigned row)
{
    uint32_t sp = reg(x, CPU_SP), argument = reg(x, allocators[row].argument);
    struct measure_heap *h = heap_of(x, &allocators[row]);

    if (allocators[row].role == FREES) {
        uint32_t size = take_block(x, argument);
        h->frees += argument != 0;
        if (!h->grows || size)
            h->live -= size <= h->live ? size : h->live;
        return;
    }
    struct measure_call *c = call_slot(x, sp);
    if (!c)
        return;
    if (c->open)
        close_call(x, c);
    *c = (struct measure_call){.row = row, .back = reg(x, CPU_LR) & ~1u, .sp = sp, .size = argument, .open = true};
    cpu_breakpoint(x->machine->soc.core.cpu, c->back, true);
}

static void note_extent(struct measure_heap *h, uint32_t addr, uint32_t size)
{
    if (!h->start || addr < h->start)
        h->start = addr;
    if (addr + size > h->end)
        h->end = addr + size;
}

static void leave(struct measure *x, const struct measure_call *c)
{
    struct measure_heap *h = heap_of(x, &allocators[c->row]);
    uint32_t result = reg(x, CPU_R0);

    if (!result || result == UINT32_MAX)
        return;
    if (allocators[c->row].role == MOVES_END) {
        note_extent(h, result, (int32_t)c->size > 0 ? c->size : 0);
        h->live = h->end - h->start;
    } else {
        add_block(x, result, c->size);
        note_extent(h, result, c->size);
        h->live += c->size;
    }
    h->allocations++;
    if (h->live > h->peak)
        h->peak = h->live;
}

void measure_heaps_at(struct measure *x, uint32_t pc)
{
    for (unsigned i = 0; i < MEASURE_CALLS; i++)
        if (x->call[i].open && x->call[i].back == pc && x->call[i].sp == reg(x, CPU_SP)) {
            leave(x, &x->call[i]);
            close_call(x, &x->call[i]);
        }
    for (unsigned i = 0; i < ALLOCATORS; i++)
        if (x->allocator[i] == pc)
            enter(x, i);
}
