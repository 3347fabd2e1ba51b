/*
 * Measures one run of the machine: how long it takes to reach main, how deep the stacks become, how much heap is taken,
 * and which registers are touched. None of it changes the run: time, and what firmware sees, are as without it.
 *
 * Use: measure_init(), measure_configure(), machine_init(), machine_load(), measure_attach(), machine_power_on(),
 * measure_run(), and at the end measure_free(). The struct must not be moved in between.
 */
#ifndef SOC_MEASURE_H
#define SOC_MEASURE_H

#include "emu/firmware_info.h"
#include "soc/machine.h"

enum {
    MEASURE_MILESTONES = 16,
    MEASURE_STACKS = 48,
    MEASURE_HEAPS = 8,
    MEASURE_ALLOCATORS = 32,
    MEASURE_CALLS = 32,
    MEASURE_REGISTERS = 4096, /* a power of 2 */
};

#define MEASURE_NOWHERE UINT32_MAX

/* A function that start-up leads to. */
struct measure_milestone {
    const char *name;
    uint32_t addr;
    bool reached;
    vtime time;            /* since power-on */
    uint64_t instructions; /* retired until then */
};

/* Memory that SP pointed into. */
struct measure_stack {
    const char *name;         /* of the object that it is, or what it is for; static storage or the symbols' */
    uint32_t low, high;       /* its memory; a full-descending stack is empty when SP is `high` */
    bool bounded;             /* its end is known, not only where the next one begins */
    bool shared;              /* an object that does not call itself a stack, and may hold several */
    uint32_t lowest, highest; /* SP; `high` and 0 when it was not used */
};

/* An allocator, by its functions' arguments and results. */
struct measure_heap {
    const char *name; /* static storage */
    bool grows;       /* it only moves an end (sbrk) or is collected, so that `live` never falls */
    unsigned allocations, frees;
    uint64_t live, peak; /* bytes, as asked for */
    uint32_t start, end; /* lowest and highest address that it gave; 0: none */
};

struct measure_register {
    char name[PERIPH_NAME_MAX];
    char block[24];
    uint32_t addr;
    const struct periph *tenant; /* that was enabled; the key together with `addr` */
    enum periph_state state;
    uint64_t reads, writes;
};

/* A call of an allocator that has not returned. */
struct measure_call {
    unsigned row; /* of the table of allocators */
    uint32_t back, sp, size;
    bool open;
};

struct measure_block {
    uint32_t addr, size;
};

struct measure {
    struct machine *machine;
    struct measure_milestone milestone[MEASURE_MILESTONES];
    unsigned n_milestones;

    struct measure_stack stack[MEASURE_STACKS]; /* the first is the one that reset begins on */
    unsigned n_stacks;
    unsigned last_stack;
    struct measure_stack *object; /* every object in RAM, sorted; owned */
    unsigned n_objects;

    struct measure_heap heap[MEASURE_HEAPS];
    unsigned n_heaps;
    uint32_t allocator[MEASURE_ALLOCATORS]; /* where their functions begin */
    struct measure_call call[MEASURE_CALLS];
    struct measure_block *block; /* that are allocated, sorted; owned */
    unsigned n_blocks, blocks_capacity;

    struct measure_register *reg; /* hash table of MEASURE_REGISTERS; owned */
    unsigned n_registers;
    bool registers_lost; /* there were more */
};

bool measure_init(struct measure *x); /* false: out of memory */
void measure_free(struct measure *x);

/* Makes a machine of this configuration tell of its accesses to devices. */
void measure_configure(struct measure *x, struct machine_config *config);

/* After the images were loaded; `info` of the one whose symbols count. */
void measure_attach(struct measure *x, struct machine *m, const struct firmware_info *info);

/* Runs the machine to its end. */
void measure_run(struct measure *x);

/* Where main begins; NULL when none of its names is known. */
const struct measure_milestone *measure_main(const struct measure *x);

/* The touched registers in the order of their addresses: an array of x->n_registers pointers that the caller frees. */
const struct measure_register **measure_sorted(const struct measure *x);

#endif
