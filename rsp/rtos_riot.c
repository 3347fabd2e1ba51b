/*
 * RIOT: a table of threads by their number. A core that sleeps does so within PendSV, when no thread is current: Thread
 * mode is then in the stack of the one that ran last.
 */
#include <stdio.h>

#include "rsp/rtos_parts.h"

enum symbol { ACTIVE, THREADS };
enum member { SP, STATUS, PRIORITY, PID, NAME, STACK_START };

static uint32_t slot(const struct rsp_rtos *r, unsigned i) { return rsp_rtos_word(r, r->symbol[THREADS].addr + 4 * i); }
static unsigned slots(const struct rsp_rtos *r) { return r->symbol[THREADS].size / 4; }

static uint32_t current(const struct rsp_rtos *r) { return rsp_rtos_word(r, r->symbol[ACTIVE].addr); }

static const char *state_name(uint32_t status)
{
    static const char *const names[] = {"stopped",
                                        "zombie",
                                        "sleeping",
                                        "waits for a mutex",
                                        "receives",
                                        "sends",
                                        "waits for a reply",
                                        "waits for a flag",
                                        "waits for flags",
                                        "waits for a mailbox",
                                        "waits for a condition"};

    return status < sizeof names / sizeof names[0] ? names[status] : "ready";
}

static void each(const struct rsp_rtos *r, struct rsp_rtos_list *l)
{
    uint32_t active = current(r);

    for (unsigned i = 0; i < slots(r); i++) {
        uint32_t thread = slot(r, i);
        struct rsp_rtos_thread *t = rsp_rtos_add(l, thread);
        if (!t)
            continue;
        if (rsp_rtos_has(r, NAME))
            rsp_rtos_text(r, rsp_rtos_get(r, thread, NAME), RSP_RTOS_NAME, t->name);
        snprintf(t->state, sizeof t->state, "priority %u, %s", rsp_rtos_get(r, thread, PRIORITY),
                 thread == active ? "running" : state_name(rsp_rtos_get(r, thread, STATUS)));
    }
}

static bool frame(const struct rsp_rtos *r, uint32_t thread, struct rsp_rtos_frame *f)
{
    return rsp_rtos_switch_frame(r, rsp_rtos_get(r, thread, SP), f);
}

const struct rsp_rtos_kind rsp_rtos_riot = {
    .name = "RIOT",
    .symbols = {[ACTIVE] = {"sched_active_thread", false}, [THREADS] = {"sched_threads", false}},
    .members = {[SP] = {"thread_t", "sp", false},
                [STATUS] = {"thread_t", "status", false},
                [PRIORITY] = {"thread_t", "priority", false},
                [PID] = {"thread_t", "pid", false},
                [NAME] = {"thread_t", "name", true},
                [STACK_START] = {"thread_t", "stack_start", true}},
    .stack_start = STACK_START,
    .current = current,
    .each = each,
    .frame = frame,
};
