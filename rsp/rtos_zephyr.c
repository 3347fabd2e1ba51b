/*
 * Zephyr: a chain of all threads with CONFIG_THREAD_MONITOR; without it the current one and the next are all that can
 * be found. r4 to r11 are in the control block, the rest is on the stack.
 */
#include <stdio.h>

#include "rsp/rtos_parts.h"

enum symbol { KERNEL };
enum member {
    CURRENT,
    THREADS,
    NEXT_READY,
    PRIORITY,
    STATE,
    CALLEE_SAVED,
    PSP,
    NEXT,
    NAME,
    STACK_START,
    EXC_RETURN,
    FLOATS
};

static uint32_t current(const struct rsp_rtos *r) { return rsp_rtos_get(r, r->symbol[KERNEL].addr, CURRENT); }

static const char *state_name(uint32_t state)
{
    static const struct {
        uint8_t bit;
        const char *name;
    } names[] = {{1 << 0, "dummy"},       {1 << 3, "dead"},    {1 << 4, "suspended"}, {1 << 5, "aborting"},
                 {1 << 2, "not started"}, {1 << 1, "pending"}, {1 << 7, "ready"}};

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (state & names[i].bit)
            return names[i].name;
    return "ready";
}

static void add(const struct rsp_rtos *r, struct rsp_rtos_list *l, uint32_t thread)
{
    struct rsp_rtos_thread *t = rsp_rtos_add(l, thread);

    if (!t)
        return;
    if (rsp_rtos_has(r, NAME))
        rsp_rtos_text(r, thread + r->member[NAME].offset, r->member[NAME].size, t->name);
    snprintf(t->state, sizeof t->state, "priority %d, %s", (int8_t)rsp_rtos_get(r, thread, PRIORITY),
             thread == current(r) ? "running" : state_name(rsp_rtos_get(r, thread, STATE)));
}

static void each(const struct rsp_rtos *r, struct rsp_rtos_list *l)
{
    uint32_t kernel = r->symbol[KERNEL].addr, thread;
    bool chained = rsp_rtos_has(r, THREADS) && rsp_rtos_has(r, NEXT);

    add(r, l, current(r));
    if (rsp_rtos_has(r, NEXT_READY))
        add(r, l, rsp_rtos_get(r, kernel, NEXT_READY));
    thread = chained ? rsp_rtos_get(r, kernel, THREADS) : 0;
    for (unsigned i = 0; thread && i < RSP_RTOS_THREADS_MAX; i++, thread = rsp_rtos_get(r, thread, NEXT))
        add(r, l, thread);
}

static bool frame(const struct rsp_rtos *r, uint32_t thread, struct rsp_rtos_frame *f)
{
    bool fp = rsp_rtos_has(r, EXC_RETURN) && !(rsp_rtos_get(r, thread, EXC_RETURN) & RSP_RTOS_EXC_NO_FP);

    rsp_rtos_registers(f, CPU_R0 + 4, 8, thread + r->member[CALLEE_SAVED].offset);
    if (fp && rsp_rtos_has(r, FLOATS))
        rsp_rtos_registers(f, CPU_S0 + 16, 16, thread + r->member[FLOATS].offset);
    return rsp_rtos_exception_frame(r, rsp_rtos_get(r, thread, PSP), fp, f);
}

const struct rsp_rtos_kind rsp_rtos_zephyr = {
    .name = "Zephyr",
    .symbols = {[KERNEL] = {"_kernel", false}},
    .members = {[CURRENT] = {"z_kernel", "cpus.current", false},
                [THREADS] = {"z_kernel", "threads", true},
                [NEXT_READY] = {"z_kernel", "ready_q.cache", true},
                [PRIORITY] = {"k_thread", "base.prio", false},
                [STATE] = {"k_thread", "base.thread_state", false},
                [CALLEE_SAVED] = {"k_thread", "callee_saved.v1", false},
                [PSP] = {"k_thread", "callee_saved.psp", false},
                [NEXT] = {"k_thread", "next_thread", true},
                [NAME] = {"k_thread", "name", true},
                [STACK_START] = {"k_thread", "stack_info.start", true},
                [EXC_RETURN] = {"k_thread", "arch.mode_exc_return", true},
                [FLOATS] = {"k_thread", "arch.preempt_float.s16", true}},
    .stack_start = STACK_START,
    .current = current,
    .each = each,
    .frame = frame,
};
