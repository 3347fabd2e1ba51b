#include "rsp/rtos.h"

#include <string.h>

#include "rsp/rtos_parts.h"

enum { CONTROL_SPSEL = 2, CONTEXTS_MAX = 64 };

static const struct rsp_rtos_kind *const kinds[] = {&rsp_rtos_freertos, &rsp_rtos_zephyr, &rsp_rtos_riot,
                                                    &rsp_rtos_tinygo};

void rsp_rtos_init(struct rsp_rtos *r, const struct debug_target *target)
{
    memset(r, 0, sizeof *r);
    r->target = target;
}

/* ---- which one --------------------------------------------------------------------------------------------------- */

static bool find_symbols(struct rsp_rtos *r, const struct symbols *s, const struct rsp_rtos_kind *k)
{
    for (unsigned i = 0; i < RSP_RTOS_SYMBOLS && k->symbols[i].name; i++) {
        r->symbol[i].addr = r->symbol[i].size = 0;
        if (!symbols_find(s, k->symbols[i].name, &r->symbol[i].addr, &r->symbol[i].size) && !k->symbols[i].optional)
            return false;
    }
    return true;
}

static bool find_members(struct rsp_rtos *r, const struct symbols *s, const struct rsp_rtos_kind *k)
{
    for (unsigned i = 0; i < RSP_RTOS_MEMBERS && k->members[i].type; i++) {
        r->member[i] = (struct symbols_member){0};
        if (!symbols_find_member(s, k->members[i].type, k->members[i].path, &r->member[i]) && !k->members[i].optional)
            return false;
    }
    return true;
}

static void look(struct rsp_rtos *r)
{
    const struct symbols *s = r->target->ops->symbols(r->target->ctx);

    r->looked = true;
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0] && !r->kind; i++)
        if (find_symbols(r, s, kinds[i]) && find_members(r, s, kinds[i]))
            r->kind = kinds[i];
}

/* What the core is in. */
struct place {
    uint64_t serial;    /* of the running activation */
    bool handler;       /* it is one of an exception */
    bool switches;      /* SVC's or PendSV's handler is active: threads may be switched just now */
    bool process_stack; /* Thread mode uses it */
};

/* CONTROL of Thread mode is the core's, or what it was when a handler preempted it. */
static bool on_process_stack(const struct debug_target *t, unsigned place)
{
    uint32_t control = 0;

    if (place == 0)
        t->ops->reg_get(t->ctx, CPU_CONTROL, &control);
    else
        t->ops->context_reg_get(t->ctx, place, CPU_CONTROL, &control);
    return control & CONTROL_SPSEL;
}

static bool has_used_process_stack(const struct debug_target *t)
{
    uint32_t psp = 0;

    return t->ops->reg_get(t->ctx, CPU_PSP, &psp) && psp != 0;
}

/* False: there is no system, or it is not up. */
static bool find_place(struct rsp_rtos *r, struct place *p)
{
    enum { SVC = 11, PENDSV = 14 };
    struct debug_context contexts[CONTEXTS_MAX];

    if (!r->looked)
        look(r);
    if (!r->kind)
        return false;
    unsigned n = r->target->ops->contexts(r->target->ctx, contexts, CONTEXTS_MAX);
    if (n == 0 || n > CONTEXTS_MAX || contexts[n - 1].exception != 0)
        return false;
    *p = (struct place){
        .serial = contexts[0].serial, .handler = n > 1, .process_stack = on_process_stack(r->target, n - 1)};
    for (unsigned i = 0; i < n; i++)
        p->switches |= contexts[i].exception == SVC || contexts[i].exception == PENDSV;
    return p->process_stack || (r->kind->scheduler_stack && has_used_process_stack(r->target));
}

const char *rsp_rtos_name(struct rsp_rtos *r)
{
    struct place p;

    return find_place(r, &p) ? r->kind->name : NULL;
}

/* Whose stack begins nearest below the process stack pointer? */
static uint32_t owner_of_stack(struct rsp_rtos *r)
{
    struct rsp_rtos_thread list[RSP_RTOS_THREADS_MAX];
    struct rsp_rtos_list l = {.list = list, .max = RSP_RTOS_THREADS_MAX};
    uint32_t psp = 0, owner = 0, nearest = 0;

    if (!rsp_rtos_has(r, r->kind->stack_start))
        return 0;
    r->target->ops->reg_get(r->target->ctx, CPU_PSP, &psp);
    r->kind->each(r, &l);
    for (unsigned i = 0; i < l.n; i++) {
        uint32_t start = rsp_rtos_get(r, list[i].id, r->kind->stack_start);
        if (start <= nearest || start > psp)
            continue;
        owner = list[i].id;
        nearest = start;
    }
    return owner;
}

/* While threads are switched, the system's variable is ahead of the registers, or holds nothing. */
static uint32_t find_current(struct rsp_rtos *r, const struct place *p)
{
    uint32_t current = r->kind->current(r);
    uint32_t owner = p->process_stack && (p->switches || !current) ? owner_of_stack(r) : 0;

    return owner ? owner : current;
}

/* A handler keeps the thread that it was first seen with: it is one and the same, whatever it does to the stack
 * pointer. */
uint32_t rsp_rtos_current(struct rsp_rtos *r)
{
    struct place p;

    if (!find_place(r, &p))
        return 0;
    if (!p.handler || p.serial != r->handler.serial || !r->handler.thread) {
        r->handler.serial = p.serial;
        r->handler.thread = find_current(r, &p);
    }
    return r->handler.thread;
}

void rsp_rtos_forget(struct rsp_rtos *r) { r->handler.thread = 0; }

/* ---- threads ----------------------------------------------------------------------------------------------------- */

struct rsp_rtos_thread *rsp_rtos_add(struct rsp_rtos_list *l, uint32_t id)
{
    for (unsigned i = 0; i < l->n; i++)
        if (l->list[i].id == id)
            return NULL;
    if (l->n == l->max || id == 0)
        return NULL;
    l->list[l->n] = (struct rsp_rtos_thread){.id = id};
    return &l->list[l->n++];
}

unsigned rsp_rtos_list(struct rsp_rtos *r, struct rsp_rtos_thread *list, unsigned max)
{
    struct rsp_rtos_list l = {.list = list, .max = max};

    if (rsp_rtos_name(r))
        r->kind->each(r, &l);
    return l.n;
}

bool rsp_rtos_frame(struct rsp_rtos *r, uint32_t thread, struct rsp_rtos_frame *f)
{
    struct rsp_rtos_thread list[RSP_RTOS_THREADS_MAX];
    unsigned n = rsp_rtos_list(r, list, RSP_RTOS_THREADS_MAX);

    memset(f, 0, sizeof *f);
    for (unsigned i = 0; i < n; i++)
        if (list[i].id == thread)
            return r->kind->frame(r, thread, f);
    return false;
}

/* What is not kept anywhere follows from that it will be in Thread mode, on the process stack. */
static bool implied(struct rsp_rtos *r, const struct rsp_rtos_frame *f, enum cpu_reg reg, uint32_t *value)
{
    enum { XPSR_THUMB = 1 << 24, CONTROL_FPCA = 4 };

    switch (reg) {
    case CPU_SP:
    case CPU_PSP:
        *value = f->sp;
        return true;
    case CPU_MSP:
        return r->target->ops->reg_get(r->target->ctx, reg, value);
    case CPU_XPSR:
        *value = XPSR_THUMB;
        return true;
    case CPU_CONTROL:
        *value = CONTROL_SPSEL | (f->at[CPU_FPSCR] ? CONTROL_FPCA : 0);
        return true;
    case CPU_PRIMASK:
    case CPU_BASEPRI:
    case CPU_FAULTMASK:
        *value = 0;
        return true;
    default:
        return false;
    }
}

bool rsp_rtos_reg_get(struct rsp_rtos *r, uint32_t thread, enum cpu_reg reg, uint32_t *value)
{
    enum { XPSR_ALIGNED = 1 << 9 };
    struct rsp_rtos_frame f;

    if (reg >= CPU_REGS || !rsp_rtos_frame(r, thread, &f))
        return false;
    if (!f.at[reg])
        return implied(r, &f, reg, value);
    *value = rsp_rtos_word(r, f.at[reg]);
    if (reg == CPU_PC)
        *value &= ~1u;
    if (reg == CPU_XPSR)
        *value &= ~(uint32_t)XPSR_ALIGNED;
    return true;
}

bool rsp_rtos_reg_set(struct rsp_rtos *r, uint32_t thread, enum cpu_reg reg, uint32_t value)
{
    struct rsp_rtos_frame f;

    if (reg >= CPU_REGS || reg == CPU_XPSR || !rsp_rtos_frame(r, thread, &f) || !f.at[reg])
        return false;
    if (reg == CPU_PC) /* some systems keep it with the Thumb bit */
        value = (value & ~1u) | (rsp_rtos_word(r, f.at[reg]) & 1);
    return r->target->ops->mem_set(r->target->ctx, f.at[reg], &value, sizeof value) == sizeof value;
}

/* ---- for the tables ---------------------------------------------------------------------------------------------- */

uint32_t rsp_rtos_word(const struct rsp_rtos *r, uint32_t addr)
{
    uint32_t value = 0;

    if (r->target->ops->mem_get(r->target->ctx, addr, &value, sizeof value) != sizeof value)
        return 0;
    return value;
}

bool rsp_rtos_has(const struct rsp_rtos *r, unsigned member) { return r->member[member].size > 0; }

uint32_t rsp_rtos_get(const struct rsp_rtos *r, uint32_t base, unsigned member)
{
    uint32_t value = 0, size = r->member[member].size;

    if (size == 0)
        return 0;
    if (size > sizeof value)
        size = sizeof value;
    if (r->target->ops->mem_get(r->target->ctx, base + r->member[member].offset, &value, size) != size)
        return 0;
    return value;
}

void rsp_rtos_text(const struct rsp_rtos *r, uint32_t addr, uint32_t size, char name[RSP_RTOS_NAME])
{
    uint32_t room = size < RSP_RTOS_NAME - 1 ? size : RSP_RTOS_NAME - 1;
    uint32_t len = addr ? r->target->ops->mem_get(r->target->ctx, addr, name, room) : 0;

    name[len] = '\0';
    for (char *c = name; *c; c++)
        if (*c < ' ' || *c > '~' || strchr("<>&\"'", *c)) /* it becomes XML */
            *c = '?';
}

void rsp_rtos_registers(struct rsp_rtos_frame *f, enum cpu_reg first, unsigned n, uint32_t addr)
{
    for (unsigned i = 0; i < n; i++)
        f->at[first + i] = addr + 4 * i;
}

bool rsp_rtos_exception_frame(const struct rsp_rtos *r, uint32_t addr, bool fp, struct rsp_rtos_frame *f)
{
    enum { BASIC = 0x20, EXTENDED = 0x68, XPSR_AT = 0x1C, ALIGNED = 1 << 9 };
    uint32_t xpsr;

    if (addr % 4 || r->target->ops->mem_get(r->target->ctx, addr + XPSR_AT, &xpsr, sizeof xpsr) != sizeof xpsr)
        return false;
    rsp_rtos_registers(f, CPU_R0, 4, addr);
    rsp_rtos_registers(f, CPU_R0 + 12, 1, addr + 0x10);
    rsp_rtos_registers(f, CPU_LR, 3, addr + 0x14);
    if (fp) {
        rsp_rtos_registers(f, CPU_S0, 16, addr + BASIC);
        rsp_rtos_registers(f, CPU_FPSCR, 1, addr + BASIC + 0x40);
    }
    f->sp = addr + (fp ? EXTENDED : BASIC) + (xpsr & ALIGNED ? 4 : 0);
    return true;
}

bool rsp_rtos_is_exc_return(uint32_t value) { return (value | RSP_RTOS_EXC_NO_FP) == 0xFFFFFFFD; }

bool rsp_rtos_switch_frame(const struct rsp_rtos *r, uint32_t sp, struct rsp_rtos_frame *f)
{
    enum { INTEGERS = 8, FLOATS = 16 };
    uint32_t exc_return = rsp_rtos_word(r, sp + 4 * INTEGERS), behind = sp + 4 * (INTEGERS + 1);
    bool fp = !(exc_return & RSP_RTOS_EXC_NO_FP);

    if (!rsp_rtos_is_exc_return(exc_return))
        return false;
    rsp_rtos_registers(f, CPU_R0 + 4, INTEGERS, sp);
    if (fp)
        rsp_rtos_registers(f, CPU_S0 + 16, FLOATS, behind);
    return rsp_rtos_exception_frame(r, behind + (fp ? 4 * FLOATS : 0), fp, f);
}
