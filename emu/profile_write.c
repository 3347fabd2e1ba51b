/*
 * Profiles as files: folded stacks, and callgrind's format (valgrind's manual, "Callgrind Format Specification").
 */
#include "emu/profile_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static const char *name_of(const struct profile *p, uint32_t node)
{
    return p->tree.function[p->tree.node[node].function].name;
}

/* ---- folded stacks ---- */

struct chain {
    char *text;
    uint64_t time;
};

static size_t put_chain(const struct profile *p, uint32_t node, char *to)
{
    size_t n = p->tree.node[node].parent ? put_chain(p, p->tree.node[node].parent, to) : 0;
    const char *name = name_of(p, node);
    if (n && to)
        to[n] = ';';
    n += n != 0;
    for (; *name; name++, n++)
        if (to)
            to[n] = *name == ';' || *name == ' ' ? ':' : *name;
    return n;
}

static int compare_chains(const void *a, const void *b)
{
    const struct chain *x = a, *y = b;
    return strcmp(x->text, y->text);
}

void profile_write_folded(struct profile *p, FILE *to)
{
    uint32_t n = 0, nodes = p->tree.n_nodes;
    struct chain *chain = must(calloc(nodes, sizeof *chain));
    for (uint32_t i = 1; i < nodes; i++) {
        if (!p->tree.node[i].self.time)
            continue;
        char *text = must(calloc(1, put_chain(p, i, NULL) + 1));
        put_chain(p, i, text);
        chain[n++] = (struct chain){text, p->tree.node[i].self.time};
    }
    qsort(chain, n, sizeof *chain, compare_chains);
    for (uint32_t i = 0; i < n; i++) {
        vtime sum = chain[i].time;
        for (; i + 1 < n && !strcmp(chain[i].text, chain[i + 1].text); free(chain[i++].text))
            sum += chain[i + 1].time;
        if (profile_cycles(sum))
            fprintf(to, "%s %" PRIu64 "\n", chain[i].text, profile_cycles(sum));
        free(chain[i].text);
    }
    free(chain);
}

/* ---- callgrind ---- */

/* Who calls whom from where. */
struct edge {
    uint32_t from, to; /* functions */
    uint32_t site;
    uint64_t calls;
    struct profile_cost cost; /* of what is called, and all that it calls */
};

struct callgrind {
    struct profile *p;
    FILE *to;
    struct edge *edge; /* sorted */
    uint32_t n_edges, next_edge;
    char *path; /* that lines belong to now; NULL: nothing was written yet */
};

static int compare_edges(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->site != y->site)
        return x->site < y->site ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

/* The same from other chains of callers is the same edge. */
static void merge_edges(struct callgrind *g)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < g->n_edges; i++) {
        struct edge *e = &g->edge[i], *last = kept ? &g->edge[kept - 1] : NULL;
        if (!last || compare_edges(last, e)) {
            g->edge[kept++] = *e;
            continue;
        }
        last->calls += e->calls;
        last->cost.time += e->cost.time;
        last->cost.instructions += e->cost.instructions;
    }
    g->n_edges = kept;
}

static void collect_edges(struct callgrind *g)
{
    const struct profile_tree *t = &g->p->tree;
    struct profile_cost *all = must(calloc(t->n_nodes, sizeof *all));
    g->edge = must(calloc(t->n_nodes, sizeof *g->edge));
    for (uint32_t i = t->n_nodes; i-- > 1;) { /* who is called was made after its caller */
        const struct profile_node *n = &t->node[i];
        all[i].time += n->self.time;
        all[i].instructions += n->self.instructions;
        if (!n->parent)
            continue;
        all[n->parent].time += all[i].time;
        all[n->parent].instructions += all[i].instructions;
        g->edge[g->n_edges++] = (struct edge){t->node[n->parent].function, n->function, n->site, n->calls, all[i]};
    }
    free(all);
    qsort(g->edge, g->n_edges, sizeof *g->edge, compare_edges);
    merge_edges(g);
}

static const char *source(struct callgrind *g, uint32_t addr, int *line)
{
    const char *path;
    if (addr && symbols_source(g->p->config.symbols, addr, &path, line))
        return path;
    *line = 0;
    return "???";
}

static void put_cost(struct callgrind *g, int line, const struct profile_cost *c)
{
    fprintf(g->to, "%d %" PRIu64 " %" PRIu64 "\n", line, profile_cycles(c->time), c->instructions);
}

/* Lines of another file belong to what was inlined. */
static int put_position(struct callgrind *g, uint32_t addr)
{
    int line;
    const char *path = source(g, addr, &line);
    if (strcmp(path, g->path)) {
        fprintf(g->to, "fi=%s\n", path);
        free(g->path);
        g->path = must(strdup(path));
    }
    return line;
}

static void begin_function(struct callgrind *g, const struct profile_function *f)
{
    int line;
    const char *path = source(g, f->start, &line);
    fprintf(g->to, "\nfl=%s\nfn=%s\n", path, f->name);
    free(g->path);
    g->path = must(strdup(path));
}

static void put_calls(struct callgrind *g, uint32_t function)
{
    struct edge key = {.from = function};
    uint32_t i = 0, high = g->n_edges;
    while (i < high) {
        uint32_t middle = i + (high - i) / 2;
        if (compare_edges(&g->edge[middle], &key) < 0)
            i = middle + 1;
        else
            high = middle;
    }
    for (; i < g->n_edges && g->edge[i].from == function; i++) {
        const struct edge *e = &g->edge[i];
        const struct profile_function *f = &g->p->tree.function[e->to];
        int line = put_position(g, e->site), target;
        const char *path = source(g, f->own_name ? 0 : f->start, &target);
        fprintf(g->to, "cfi=%s\ncfn=%s\ncalls=%" PRIu64 " %d\n", path, f->name, e->calls, target);
        put_cost(g, line, &e->cost);
    }
}

/* Roots have no code of their own: what they cost is what exceptions cost. */
static struct profile_cost put_roots(struct callgrind *g)
{
    struct profile_tree *t = &g->p->tree;
    struct profile_cost sum = {0};
    for (unsigned i = 0; i < PROFILE_EXCEPTIONS; i++) {
        if (!t->root[i])
            continue;
        const struct profile_node *n = &t->node[t->root[i]];
        begin_function(g, &(struct profile_function){.name = t->function[n->function].name});
        put_cost(g, 0, &n->self);
        put_calls(g, n->function);
        sum.time += n->self.time;
    }
    return sum;
}

static void put_functions(struct callgrind *g, struct profile_cost *sum)
{
    struct profile *p = g->p;
    uint32_t function = UINT32_MAX;
    for (uint32_t page = 0; page < PROFILE_PAGES; page++)
        for (uint32_t i = 0; p->page[page] && i < PROFILE_PAGE / 2; i++) {
            const struct profile_place *place = &p->page[page]->place[i];
            uint32_t addr = page * PROFILE_PAGE + 2 * i;
            if (!place->cost.time && !place->cost.instructions)
                continue;
            uint32_t f = profile_function_at(&p->tree, p->config.symbols, addr);
            if (f != function) {
                begin_function(g, &p->tree.function[f]);
                put_calls(g, f);
                function = f;
            }
            put_cost(g, put_position(g, addr), &place->cost);
            sum->time += place->cost.time;
            sum->instructions += place->cost.instructions;
        }
}

void profile_write_callgrind(struct profile *p, FILE *to)
{
    struct callgrind g = {.p = p, .to = to};
    collect_edges(&g);
    fprintf(to,
            "# callgrind format\nversion: 1\ncreator: nrfemu\ndesc: asleep besides: %" PRIu64 " cycles\n"
            "positions: line\nevents: Cycles Instructions\n",
            profile_cycles(p->slept));
    struct profile_cost sum = put_roots(&g);
    put_functions(&g, &sum);
    fprintf(to, "\ntotals: %" PRIu64 " %" PRIu64 "\n", profile_cycles(sum.time), sum.instructions);
    free(g.path);
    free(g.edge);
}
