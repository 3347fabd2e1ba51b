#include "emu/profile_parts.h"

#include <stdlib.h>
#include <string.h>

/* ---- what instructions are ---- */

/* BL; BLX Rm */
static bool is_call(const struct insn *in)
{
    uint32_t first = in->raw & 0xFFFF, second = in->raw >> 16;
    return in->size == 4 ? (first & 0xF800) == 0xF000 && (second & 0xD000) == 0xD000 : (first & 0xFF87) == 0x4780;
}

/* BX Rm, MOV PC; POP, LDM, LDR with PC */
static bool is_return(const struct insn *in)
{
    uint32_t first = in->raw & 0xFFFF, second = in->raw >> 16;
    if (in->size == 2)
        return (first & 0xFF87) == 0x4700 || (first & 0xFF00) == 0xBD00 || (first & 0xFF87) == 0x4687;
    return ((first & 0xFE50) == 0xE810 && second >> 15) || ((first & 0xFF70) == 0xF850 && second >> 12 == 15);
}

/* ---- costs ---- */

static struct profile_stack *running(struct profile *p) { return p->active[p->n_active - 1]; }

static uint32_t running_root(struct profile *p) { return profile_root(p, running(p)->exception); }

static void charge(struct profile *p, vtime time, uint64_t instructions)
{
    struct profile_cost *self = &p->tree.node[p->node].self;
    self->time += time;
    self->instructions += instructions;
    p->place->cost.time += time;
    p->place->cost.instructions += instructions;
}

/* The instruction that was executed last is over, and what it cost is known. */
static inline void settle(struct profile *p, vtime now)
{
    if (p->place) {
        uint64_t retired = cpu_retired(p->config.cpu);
        charge(p, now > p->since ? now - p->since : 0, retired - p->retired);
        p->retired = retired;
    } else if (now > p->since) {
        p->tree.node[running_root(p)].self.time += now - p->since;
    }
    p->since = now;
}

/* Likewise when something came between: returns what time was left for that. */
static vtime settle_instruction(struct profile *p, vtime now)
{
    vtime end = p->place && p->until < now ? p->until : now;
    if (!p->place)
        end = p->since < now ? p->since : now;
    settle(p, end);
    p->place = NULL;
    p->since = now;
    return now - end;
}

/* ---- calls ---- */

static void run_in(struct profile *p, uint32_t node)
{
    const struct profile_function *f = &p->tree.function[p->tree.node[node].function];
    p->node = node;
    p->low = f->start;
    p->high = f->end;
}

static void call(struct profile *p, struct profile_stack *s, uint32_t site, uint32_t back, uint32_t pc)
{
    uint32_t function = profile_function_at(&p->tree, p->config.symbols, pc);
    uint32_t node = profile_child(&p->tree, p->node, site, function);
    p->tree.node[node].calls++;
    if (s->n < PROFILE_DEPTH)
        s->frame[s->n++] = (struct profile_frame){.back = back, .node = node};
    run_in(p, node);
}

/* True when some caller goes on at `pc`. */
static bool go_back(struct profile *p, struct profile_stack *s, uint32_t pc)
{
    for (unsigned i = s->n; i-- > 1;) {
        if (s->frame[i].back != pc)
            continue;
        s->n = i;
        run_in(p, s->frame[i - 1].node);
        return true;
    }
    return false;
}

/* Another function takes the place of the one that runs. */
static void jump(struct profile *p, struct profile_stack *s, uint32_t pc)
{
    struct profile_tree *t = &p->tree;
    uint32_t function = profile_function_at(t, p->config.symbols, pc), old = p->node;
    if (t->node[old].function == function)
        return;
    uint32_t node = profile_child(t, t->node[old].parent, t->node[old].site, function);
    t->node[node].calls++;
    if (s->n)
        s->frame[s->n - 1].node = node;
    run_in(p, node);
}

/* The instruction at `pc` does not follow the one before. */
static void transfer(struct profile *p, uint32_t pc)
{
    struct profile_stack *s = running(p);
    if (s->fresh) {
        s->fresh = false;
        s->n = 0;
        p->node = running_root(p);
        call(p, s, 0, 0, pc);
    } else if (is_call(&p->insn)) {
        call(p, s, p->pc, p->next_pc, pc);
    } else if (!(is_return(&p->insn) && go_back(p, s, pc)) && pc - p->low >= p->high - p->low) {
        jump(p, s, pc);
    }
}

static struct profile_place *place_at(struct profile *p, uint32_t pc)
{
    struct profile_page **page = &p->page[pc / PROFILE_PAGE];
    if (!*page && !(*page = calloc(1, sizeof **page)))
        abort();
    return &(*page)->place[pc % PROFILE_PAGE / 2];
}

static void on_executes(void *ctx, uint32_t pc, const struct insn *in, vtime now)
{
    struct profile *p = ctx;
    settle(p, now);
    if (pc != p->next_pc || running(p)->fresh)
        transfer(p, pc);
    p->place = place_at(p, pc);
    p->place->executed++;
    p->insn = *in;
    p->pc = pc;
    p->next_pc = pc + in->size;
    p->until = now + in->charge;
}

static void on_taken_back(void *ctx)
{
    struct profile *p = ctx;
    if (p->place)
        p->place->executed--;
}

/* ---- exceptions ---- */

static void overhead(struct profile *p, vtime time)
{
    p->node = running_root(p);
    p->tree.node[p->node].self.time += time;
    p->retired = cpu_retired(p->config.cpu);
}

static void open_stack(struct profile *p, unsigned exception)
{
    if (p->n_active > PROFILE_STACKS)
        return;
    struct profile_stack *s = &p->nested[p->n_active - 1];
    *s = (struct profile_stack){.used = true, .fresh = true, .exception = exception};
    p->active[p->n_active++] = s;
}

static void close_stack(struct profile *p, unsigned exception)
{
    for (unsigned i = p->n_active; i-- > 1;)
        if (p->active[i]->exception == exception) {
            p->n_active = i;
            return;
        }
}

static void on_entry(struct profile *p, const struct ev *e)
{
    vtime rest = settle_instruction(p, e->time);
    struct profile_stack *s = running(p);
    s->resume = e->b;
    s->sp = cpu_get(p->config.cpu, CPU_SP);
    open_stack(p, e->a);
    overhead(p, rest);
}

static void on_tail_chain(struct profile *p, const struct ev *e)
{
    vtime rest = settle_instruction(p, e->time);
    close_stack(p, e->b);
    open_stack(p, e->a);
    overhead(p, rest);
}

/* A frame is where SP was left, and a thread goes on above it. */
static bool goes_on(const struct profile_stack *s, uint32_t pc, uint32_t sp)
{
    enum { LARGEST_FRAME = 0x6C };
    return s->used && s->resume == pc && sp - s->sp <= LARGEST_FRAME;
}

/* The thread that an exception has returned to. */
static struct profile_stack *find_thread(struct profile *p, uint32_t pc, uint32_t sp)
{
    struct profile_stack *oldest = NULL;
    if (goes_on(p->active[0], pc, sp))
        return p->active[0];
    for (unsigned i = 0; i < PROFILE_STACKS; i++) {
        struct profile_stack *s = &p->thread[i];
        if (goes_on(s, pc, sp))
            return s;
        if (!oldest || !s->used || (oldest->used && s->last_resumed < oldest->last_resumed))
            oldest = s;
    }
    *oldest = (struct profile_stack){.used = true, .fresh = true};
    return oldest;
}

static void on_return(struct profile *p, const struct ev *e)
{
    overhead(p, settle_instruction(p, e->time));
    close_stack(p, e->a);
    if (p->n_active == 1) {
        p->active[0] = find_thread(p, e->b, cpu_get(p->config.cpu, CPU_SP));
        p->active[0]->last_resumed = ++p->resumes;
    }
    struct profile_stack *s = running(p);
    run_in(p, s->n ? s->frame[s->n - 1].node : running_root(p));
    p->next_pc = e->b;
}

static void on_sleep(struct profile *p, const struct ev *e)
{
    settle(p, e->time);
    p->place = NULL;
    p->sleeping = true;
}

static void on_wake(struct profile *p, const struct ev *e)
{
    if (p->sleeping)
        p->slept += e->time - p->since;
    p->sleeping = false;
    p->since = e->time;
}

static void on_reset(struct profile *p, const struct ev *e)
{
    if (p->sleeping) /* System OFF */
        on_wake(p, e);
    else if (p->n_active)
        overhead(p, settle_instruction(p, e->time));
    memset(p->thread, 0, sizeof p->thread);
    p->active[0] = &p->thread[0];
    p->thread[0] = (struct profile_stack){.used = true, .fresh = true};
    p->n_active = 1;
    p->retired = cpu_retired(p->config.cpu);
    p->since = e->time;
    p->sleeping = false;
}

static void (*const meaning[EV_KINDS])(struct profile *, const struct ev *) = {
    [EV_ENTRY] = on_entry, [EV_TAILCHAIN] = on_tail_chain, [EV_RETURN] = on_return, [EV_SLEEP] = on_sleep,
    [EV_WAKE] = on_wake,   [EV_RESET] = on_reset,
};

static void on_event(void *ctx, const struct ev *e) { meaning[e->kind](ctx, e); }

/* ---- life ---- */

struct profile *profile_begin(const struct profile_config *config)
{
    struct profile *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->config = *config;
    profile_tree_init(&p->tree);
    on_reset(p, &(struct ev){.time = *config->log->now});
    struct cpu_observer observer = {.executes = on_executes, .taken_back = on_taken_back, .ctx = p};
    cpu_observe(config->cpu, &observer);
    uint32_t kinds = 0;
    for (unsigned kind = 0; kind < EV_KINDS; kind++)
        kinds |= meaning[kind] ? 1u << kind : 0;
    evlog_attach(config->log, kinds, on_event, p);
    return p;
}

void profile_end(struct profile *p)
{
    if (!p->config.log)
        return;
    vtime now = *p->config.log->now;
    if (p->sleeping)
        p->slept += now - p->since;
    else
        overhead(p, settle_instruction(p, now));
    evlog_detach(p->config.log, p);
    cpu_observe(p->config.cpu, NULL);
    p->config.log = NULL;
}

void profile_free(struct profile *p)
{
    if (!p)
        return;
    profile_end(p);
    for (unsigned i = 0; i < PROFILE_PAGES; i++)
        free(p->page[i]);
    profile_tree_free(&p->tree);
    free(p);
}
