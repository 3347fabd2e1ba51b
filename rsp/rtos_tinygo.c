/*
 * TinyGo's goroutines, which switch by calls: r4 to r11 and where to go on are on the stack of one that does not run.
 * Those that may run and those that sleep are in lists. One that waits for a channel is in that channel only; it is
 * recognized by its stack's lowest word, which holds a number that the runtime puts there, and so is one that has ended
 * and was not collected yet.
 */
#include <stdio.h>

#include "rsp/rtos_parts.h"

enum symbol { CURRENT, RUNNABLE, SLEEPING };
enum member { SP, CANARY, NEXT, HEAD };

static uint32_t current(const struct rsp_rtos *r) { return rsp_rtos_word(r, r->symbol[CURRENT].addr); }

static void add(const struct rsp_rtos *r, struct rsp_rtos_list *l, uint32_t task, const char *state)
{
    struct rsp_rtos_thread *t = rsp_rtos_add(l, task);

    if (!t)
        return;
    snprintf(t->name, sizeof t->name, "goroutine %x", task);
    snprintf(t->state, sizeof t->state, "%s", state);
}

static void add_chain(const struct rsp_rtos *r, struct rsp_rtos_list *l, uint32_t task, const char *state)
{
    for (unsigned i = 0; task && i < RSP_RTOS_THREADS_MAX; i++, task = rsp_rtos_get(r, task, NEXT))
        add(r, l, task, state);
}

/* Words that point to the canary's number are Task.state.canaryPtr. */
static void add_waiting(const struct rsp_rtos *r, struct rsp_rtos_list *l, uint32_t base, uint32_t size)
{
    enum { CANARY_NUMBER = (int)0xb83bf575 };
    static const unsigned step = 64;
    uint32_t words[64];

    for (uint32_t at = 0; at < size; at += sizeof words) {
        if (r->target->ops->mem_get(r->target->ctx, base + at, words, sizeof words) != sizeof words)
            return;
        for (unsigned i = 0; i < step; i++) {
            uint32_t stack = words[i];
            if (stack % 4 || stack - base >= size || rsp_rtos_word(r, stack) != (uint32_t)CANARY_NUMBER)
                continue;
            uint32_t task = base + at + 4 * i - r->member[CANARY].offset;
            if (rsp_rtos_get(r, task, SP) - stack < size)
                add(r, l, task, "waits, or has ended");
        }
    }
}

static void each(const struct rsp_rtos *r, struct rsp_rtos_list *l)
{
    const struct debug_memory *map;
    unsigned n = r->target->ops->memory_map(r->target->ctx, &map);

    add(r, l, current(r), "running");
    add_chain(r, l, rsp_rtos_get(r, r->symbol[RUNNABLE].addr, HEAD), "ready");
    add_chain(r, l, rsp_rtos_word(r, r->symbol[SLEEPING].addr), "sleeping");
    for (unsigned i = 0; i < n; i++)
        if (r->symbol[CURRENT].addr - map[i].base < map[i].size && map[i].kind == DEBUG_MEMORY_RAM)
            add_waiting(r, l, map[i].base, map[i].size);
}

static bool frame(const struct rsp_rtos *r, uint32_t task, struct rsp_rtos_frame *f)
{
    enum { WORDS = 9 }; /* r4 to r11, pc */
    uint32_t sp = rsp_rtos_get(r, task, SP), pc;

    if (sp % 4 || r->target->ops->mem_get(r->target->ctx, sp + 4 * (WORDS - 1), &pc, sizeof pc) != sizeof pc)
        return false;
    rsp_rtos_registers(f, CPU_R0 + 4, WORDS - 1, sp);
    rsp_rtos_registers(f, CPU_PC, 1, sp + 4 * (WORDS - 1));
    rsp_rtos_registers(f, CPU_LR, 1, sp + 4 * (WORDS - 1));
    f->sp = sp + 4 * WORDS;
    return true;
}

const struct rsp_rtos_kind rsp_rtos_tinygo = {
    .name = "TinyGo",
    .symbols = {[CURRENT] = {"internal/task.currentTask", false},
                [RUNNABLE] = {"runtime.runqueue", false},
                [SLEEPING] = {"runtime.sleepQueue", false}},
    .members = {[SP] = {"internal/task.Task", "state.sp", false},
                [CANARY] = {"internal/task.Task", "state.canaryPtr", false},
                [NEXT] = {"internal/task.Task", "Next", false},
                [HEAD] = {"internal/task.Queue", "head", false}},
    .stack_start = CANARY,
    .scheduler_stack = true,
    .current = current,
    .each = each,
    .frame = frame,
};
