/*
 * What the parts of the profile share; private to emu/profile*.c.
 */
#ifndef EMU_PROFILE_PARTS_H
#define EMU_PROFILE_PARTS_H

#include "emu/profile.h"

enum {
    PROFILE_PAGE = 0x1000,
    PROFILE_PAGES = 0x100000, /* of the address space */
    PROFILE_STACKS = 64,      /* exceptions that are active at once, and threads */
    PROFILE_NODES = 4000000,  /* no more chains than these are told apart */
    PROFILE_EXCEPTIONS = 256, /* as many roots */
};

struct profile_cost {
    uint64_t time, instructions;
};

/* A halfword where an instruction begins. */
struct profile_place {
    uint64_t executed; /* without those whose condition failed */
    struct profile_cost cost;
};

struct profile_page {
    struct profile_place place[PROFILE_PAGE / 2];
};

struct profile_function {
    const char *name;
    char *own_name; /* of a root; NULL: it is the symbols' */
    uint32_t start, end;
};

/* A function with the chain of its callers. */
struct profile_node {
    uint32_t parent, child, sibling; /* 0: none */
    uint32_t function;
    uint32_t site; /* where the call is; 0 for roots and what they begin with */
    uint64_t calls;
    struct profile_cost self;
};

struct profile_tree {
    struct profile_node *node; /* the first is nobody */
    uint32_t n_nodes, node_capacity;
    struct profile_function *function;
    uint32_t n_functions, function_capacity;
    uint32_t *hash; /* of functions by their start; number + 1 */
    uint32_t hash_size;
    uint32_t root[PROFILE_EXCEPTIONS];
};

struct profile_frame {
    uint32_t back; /* where the call returns to */
    uint32_t node;
};

/* The callers of one thread, or of one active exception. */
struct profile_stack {
    struct profile_frame frame[PROFILE_DEPTH];
    unsigned n;
    unsigned exception;
    bool used;
    bool fresh;            /* nothing has been executed in it */
    uint32_t resume, sp;   /* while it is interrupted */
    uint64_t last_resumed; /* of threads: the one not resumed for longest gives way */
};

struct profile {
    struct profile_config config;
    struct profile_page *page[PROFILE_PAGES];
    struct profile_tree tree;
    struct profile_stack thread[PROFILE_STACKS], nested[PROFILE_STACKS];
    struct profile_stack *active[PROFILE_STACKS + 1]; /* the running one last */
    unsigned n_active;
    uint64_t resumes;

    /* The instruction that is being executed. */
    struct profile_place *place; /* NULL: none */
    struct insn insn;
    uint32_t pc, next_pc;
    uint64_t retired;
    vtime since, until; /* when it began, and when it is over if it does not branch */
    uint32_t node;      /* who executes it */
    uint32_t low, high; /* the span of its function */
    bool sleeping;
    vtime slept;
};

/* emu/profile_tree.c */
void profile_tree_init(struct profile_tree *t);
void profile_tree_free(struct profile_tree *t);
/* The function around an address; NULL symbols know none. */
uint32_t profile_function_at(struct profile_tree *t, const struct symbols *symbols, uint32_t addr);
/* The node of a call from `site` in `parent`, made when there is none yet. */
uint32_t profile_child(struct profile_tree *t, uint32_t parent, uint32_t site, uint32_t function);
uint32_t profile_root(struct profile *p, unsigned exception);

static inline uint64_t profile_cycles(vtime t) { return (t + VTIME_PER_CYCLE / 2) / VTIME_PER_CYCLE; }

#endif
