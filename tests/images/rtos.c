/*
 * Pictures of the memory of four operating systems at a moment, for tests/unit/rsp_rtos.c: no code, but types of the
 * names and shapes that debuggers look for, and values. In each, thread 1 is the current one, 2 was switched away
 * without FP registers, 3 with them where that system has such frames. Register r of thread n is n << 8 | r, its pc
 * 0x100 + 2 * n.
 */
#include <stdint.h>

#define INTEGERS(n)     n << 8 | 4, n << 8 | 5, n << 8 | 6, n << 8 | 7, n << 8 | 8, n << 8 | 9, n << 8 | 10, n << 8 | 11
#define PUSHED(n, xpsr) n << 8, n << 8 | 1, n << 8 | 2, n << 8 | 3, n << 8 | 12, n << 8 | 14, 0x100 + 2 * n, xpsr
#define FLOATS(n, from)                                                                                               \
    n << 8 | (from), n << 8 | (from + 1), n << 8 | (from + 2), n << 8 | (from + 3), n << 8 | (from + 4),              \
        n << 8 | (from + 5), n << 8 | (from + 6), n << 8 | (from + 7), n << 8 | (from + 8), n << 8 | (from + 9),      \
        n << 8 | (from + 10), n << 8 | (from + 11), n << 8 | (from + 12), n << 8 | (from + 13), n << 8 | (from + 14), \
        n << 8 | (from + 15)
#define THUMB   0x01000000
#define ALIGNED 0x01000200 /* a word more was skipped */

uint32_t stack_1[64];

#if defined(FREERTOS) || defined(RIOT)
uint32_t stack_2[64] = {[20] = INTEGERS(2), 0xFFFFFFFD, PUSHED(2, ALIGNED)};
uint32_t stack_3[64] = {[4] = INTEGERS(3), 0xFFFFFFED, FLOATS(3, 0x30), PUSHED(3, THUMB), FLOATS(3, 0x20), 0x40};
#endif

#ifdef FREERTOS
typedef struct xLIST_ITEM {
    uint32_t xItemValue;
    struct xLIST_ITEM *pxNext, *pxPrevious;
    void *pvOwner, *pvContainer;
} ListItem_t;
typedef struct {
    uint32_t xItemValue;
    ListItem_t *pxNext, *pxPrevious;
} MiniListItem_t;
typedef struct {
    uint32_t uxNumberOfItems;
    ListItem_t *pxIndex;
    MiniListItem_t xListEnd;
} List_t;
typedef struct {
    volatile uint32_t *pxTopOfStack;
    ListItem_t xStateListItem;
    uint32_t uxPriority;
    uint32_t *pxStack;
    char pcTaskName[8];
} TCB_t;

/* What a port without FPU pushes has no EXC_RETURN. */
uint32_t stack_4[64] = {[20] = INTEGERS(4), PUSHED(4, THUMB)};

#define END(list) ((ListItem_t *)&(list).xListEnd)
#define TASK(n, priority, top, next, name)                           \
    {                                                                \
        top, {0, next, 0, &thread_##n, 0}, priority, stack_##n, name \
    }

extern TCB_t thread_1, thread_2, thread_3, thread_4;
extern List_t pxReadyTasksLists[3], xDelayedTaskList1, xSuspendedTaskList;
TCB_t thread_1 = TASK(1, 2, 0, END(pxReadyTasksLists[2]), "first");
TCB_t thread_2 = TASK(2, 0, stack_2 + 20, END(pxReadyTasksLists[0]), "<second"); /* as long as it can be */
TCB_t thread_3 = TASK(3, 1, stack_3 + 4, &thread_4.xStateListItem, "third");
TCB_t thread_4 = TASK(4, 1, stack_4 + 20, END(xDelayedTaskList1), "");
TCB_t *volatile pxCurrentTCB = &thread_1;
List_t pxReadyTasksLists[3] = {{1, 0, {0, &thread_2.xStateListItem, 0}},
                               {0, 0, {0, END(pxReadyTasksLists[1]), 0}},
                               {1, 0, {0, &thread_1.xStateListItem, 0}}};
List_t xDelayedTaskList1 = {2, 0, {0, &thread_3.xStateListItem, 0}};
List_t xSuspendedTaskList = {0, 0, {0, END(xSuspendedTaskList), 0}};
#endif

#ifdef RIOT
typedef struct {
    char *sp;
    uint8_t status, priority;
    int16_t pid;
    char *stack_start;
    const char *name;
} thread_t;

const char name_3[] = "third";
thread_t thread_1 = {0, 11, 7, 1, (char *)stack_1, "first"};
thread_t thread_2 = {(char *)(stack_2 + 20), 3, 6, 3, (char *)stack_2, "second"};
thread_t thread_3 = {(char *)(stack_3 + 4), 12, 15, 4, (char *)stack_3, name_3};
thread_t *volatile sched_active_thread = &thread_1;
thread_t *volatile sched_threads[8] = {&thread_1, 0, &thread_2, &thread_3};
#endif

#ifdef ZEPHYR
struct k_thread {
    struct {
        void *queue[2];
        uint8_t user_options, thread_state;
        union {
            struct {
                int8_t prio;
                uint8_t sched_locked;
            };
            uint16_t preempt;
        };
    } base;
    struct {
        uint32_t v1, v2, v3, v4, v5, v6, v7, v8, psp;
    } callee_saved;
    struct k_thread *next_thread;
    char name[16];
    struct {
        uintptr_t start;
        uint32_t size;
    } stack_info;
    struct {
        struct {
            float s16, rest[15];
        } preempt_float;
        union {
            uint32_t mode;
            struct {
                uint8_t mode_bits, mode_exc_return;
                uint16_t mode_reserved;
            };
        };
    } arch;
};
struct z_kernel {
    struct {
        uint32_t nested;
        struct k_thread *current;
    } cpus[1];
    struct {
        struct k_thread *cache;
    } ready_q;
    struct k_thread *threads;
};

uint32_t stack_2[64] = {[20] = PUSHED(2, ALIGNED)};
uint32_t stack_3[64] = {[4] = PUSHED(3, THUMB), FLOATS(3, 0x20), 0x40};
extern struct k_thread thread_1, thread_2, thread_3;
struct k_thread thread_1 = {
    .base = {.prio = -2}, .next_thread = &thread_2, .name = "first", .stack_info = {(uintptr_t)stack_1, 256}};
struct k_thread thread_2 = {.base = {.prio = 0, .thread_state = 2},
                            .callee_saved = {INTEGERS(2), (uintptr_t)(stack_2 + 20)},
                            .next_thread = &thread_3,
                            .name = "second",
                            .stack_info = {(uintptr_t)stack_2, 256},
                            .arch.mode_exc_return = 0xFD};
struct k_thread thread_3 = {.base = {.prio = 15, .thread_state = 0x80},
                            .callee_saved = {INTEGERS(3), (uintptr_t)(stack_3 + 4)},
                            .next_thread = &thread_1, /* a ring, which it should not be */
                            .name = "third",
                            .stack_info = {(uintptr_t)stack_3, 256},
                            .arch.mode_exc_return = 0xED};
struct z_kernel _kernel = {{{0, &thread_1}}, {&thread_3}, &thread_1};
#endif

/* Names of Go are none in C: the build puts them in place of these, which are as long. */
#ifdef TINYGO
typedef struct internal_task_Task {
    struct internal_task_Task *Next;
    void *Ptr;
    uint64_t Data;
    struct {
        uintptr_t sp;
        uint32_t *canaryPtr;
    } state;
} internal_task_Task;
typedef struct {
    internal_task_Task *head, *tail;
} internal_task_Queue;

#define CANARY 0xb83bf575
uint32_t stack_2[64] = {CANARY, [20] = INTEGERS(2), 0x105};
uint32_t stack_3[64] = {CANARY, [4] = INTEGERS(3), 0x107};
uint32_t stack_4[64] = {CANARY, [30] = INTEGERS(4), 0x109};
internal_task_Task thread_1 = {0, 0, 0, {0, stack_1}};
internal_task_Task thread_2 = {0, 0, 0, {(uintptr_t)(stack_2 + 20), stack_2}};
internal_task_Task thread_3 = {0, 0, 0, {(uintptr_t)(stack_3 + 4), stack_3}};
internal_task_Task thread_4 = {0, 0, 0, {(uintptr_t)(stack_4 + 30), stack_4}}; /* in no list */
internal_task_Task *internal_task_currentTask = &thread_1;
internal_task_Queue runtime_runqueue = {&thread_2, &thread_2};
internal_task_Task *runtime_sleepQueue = &thread_3;
#endif
