/*
 * FreeRTOS: tasks are in lists, one for each priority and some for those that wait. Its Cortex-M4F port pushes what
 * rsp_rtos_switch_frame() knows; that of Cortex-M3, also used without FPU, has no EXC_RETURN there.
 */
#include <stdio.h>

#include "rsp/rtos_parts.h"

enum symbol { CURRENT, READY, DELAYED_1, DELAYED_2, PENDING_READY, SUSPENDED, TERMINATED };
enum member { TOP_OF_STACK, STACK_START, PRIORITY, NAME, LIST, LIST_LENGTH, LIST_FIRST, ITEM_NEXT, ITEM_OWNER };

static uint32_t current(const struct rsp_rtos *r) { return rsp_rtos_word(r, r->symbol[CURRENT].addr); }

static void add(const struct rsp_rtos *r, struct rsp_rtos_list *l, uint32_t task, const char *state)
{
    struct rsp_rtos_thread *t = rsp_rtos_add(l, task);

    if (!t)
        return;
    rsp_rtos_text(r, task + r->member[NAME].offset, r->member[NAME].size, t->name);
    snprintf(t->state, sizeof t->state, "priority %u, %s", rsp_rtos_get(r, task, PRIORITY) & 0xff, state);
}

static void add_list(const struct rsp_rtos *r, struct rsp_rtos_list *l, uint32_t list, const char *state)
{
    uint32_t n = rsp_rtos_get(r, list, LIST_LENGTH), item = rsp_rtos_get(r, list, LIST_FIRST);

    for (; n > 0 && item && l->n < l->max; n--, item = rsp_rtos_get(r, item, ITEM_NEXT)) {
        unsigned before = l->n;
        add(r, l, rsp_rtos_get(r, item, ITEM_OWNER), state);
        if (l->n == before && n > RSP_RTOS_THREADS_MAX)
            return; /* that length is none */
    }
}

static void each(const struct rsp_rtos *r, struct rsp_rtos_list *l)
{
    static const struct {
        enum symbol list;
        const char *state;
    } lists[] = {{READY, "ready"},         {DELAYED_1, "delayed"},   {DELAYED_2, "delayed"},
                 {PENDING_READY, "ready"}, {SUSPENDED, "suspended"}, {TERMINATED, "terminated"}};

    add(r, l, current(r), "running");
    for (unsigned i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (uint32_t at = 0; at + r->member[LIST].size <= r->symbol[lists[i].list].size; at += r->member[LIST].size)
            add_list(r, l, r->symbol[lists[i].list].addr + at, lists[i].state);
}

static bool frame(const struct rsp_rtos *r, uint32_t task, struct rsp_rtos_frame *f)
{
    uint32_t sp = rsp_rtos_get(r, task, TOP_OF_STACK);

    if (rsp_rtos_switch_frame(r, sp, f))
        return true;
    rsp_rtos_registers(f, CPU_R0 + 4, 8, sp);
    return rsp_rtos_exception_frame(r, sp + 4 * 8, false, f);
}

const struct rsp_rtos_kind rsp_rtos_freertos = {
    .name = "FreeRTOS",
    .symbols = {[CURRENT] = {"pxCurrentTCB", false},
                [READY] = {"pxReadyTasksLists", false},
                [DELAYED_1] = {"xDelayedTaskList1", true},
                [DELAYED_2] = {"xDelayedTaskList2", true},
                [PENDING_READY] = {"xPendingReadyList", true},
                [SUSPENDED] = {"xSuspendedTaskList", true},
                [TERMINATED] = {"xTasksWaitingTermination", true}},
    .members = {[TOP_OF_STACK] = {"TCB_t", "pxTopOfStack", false},
                [STACK_START] = {"TCB_t", "pxStack", true},
                [PRIORITY] = {"TCB_t", "uxPriority", false},
                [NAME] = {"TCB_t", "pcTaskName", false},
                [LIST] = {"List_t", "", false},
                [LIST_LENGTH] = {"List_t", "uxNumberOfItems", false},
                [LIST_FIRST] = {"List_t", "xListEnd.pxNext", false},
                [ITEM_NEXT] = {"ListItem_t", "pxNext", false},
                [ITEM_OWNER] = {"ListItem_t", "pvOwner", false}},
    .stack_start = STACK_START,
    .current = current,
    .each = each,
    .frame = frame,
};
