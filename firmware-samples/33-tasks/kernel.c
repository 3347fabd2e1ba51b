#include "kernel.h"

#include <stddef.h>

#include "nrf52840.h"

#define EXC_RETURN_THREAD_PSP 0xFFFFFFFDu

/* The names are FreeRTOS's: debuggers look for them. */
typedef struct xLIST_ITEM {
    uint32_t xItemValue; /* the tick at which a delayed task goes on */
    struct xLIST_ITEM *pxNext, *pxPrevious;
    void *pvOwner, *pxContainer;
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
    volatile uint32_t *pxTopOfStack; /* the first member: PendSV_Handler */
    ListItem_t xStateListItem;
    uint32_t uxPriority;
    uint32_t *pxStack;
    char pcTaskName[KERNEL_NAME];
} TCB_t;

/* What PendSV_Handler pushes below the frame of the exception; s16…s31 lie between the two when there are any. */
struct saved {
    uint32_t r4_r11[8];
    uint32_t exc_return;
};

volatile uint32_t kernel_ticks;
TCB_t *volatile pxCurrentTCB;

static List_t pxReadyTasksLists[KERNEL_PRIORITIES], xDelayedTaskList1, xSuspendedTaskList;
static TCB_t tasks[KERNEL_TASKS];
static uint32_t stacks[KERNEL_TASKS][KERNEL_STACK_WORDS] __attribute__((aligned(8)));
static unsigned used;

/* ---- lists: rings that begin and end at xListEnd ---- */

static ListItem_t *end_of(List_t *l) { return (ListItem_t *)&l->xListEnd; }

static void list_init(List_t *l) { l->xListEnd.pxNext = l->xListEnd.pxPrevious = l->pxIndex = end_of(l); }

static void list_append(List_t *l, ListItem_t *item)
{
    item->pxNext = end_of(l);
    item->pxPrevious = l->xListEnd.pxPrevious;
    item->pxPrevious->pxNext = item;
    l->xListEnd.pxPrevious = item;
    item->pxContainer = l;
    l->uxNumberOfItems++;
}

static void list_remove(ListItem_t *item)
{
    item->pxPrevious->pxNext = item->pxNext;
    item->pxNext->pxPrevious = item->pxPrevious;
    ((List_t *)item->pxContainer)->uxNumberOfItems--;
}

static void move(TCB_t *t, List_t *to)
{
    list_remove(&t->xStateListItem);
    list_append(to, &t->xStateListItem);
}

/* ---- tasks ---- */

static void idle(uint32_t argument)
{
    (void)argument;
    for (;;)
        kernel_ticks; /* awake: SysTick stands still while the core sleeps */
}

static void lists_init(void)
{
    for (unsigned i = 0; i < KERNEL_PRIORITIES; i++)
        list_init(&pxReadyTasksLists[i]);
    list_init(&xDelayedTaskList1);
    list_init(&xSuspendedTaskList);
}

void kernel_add(const char *name, uint32_t priority, void (*run)(uint32_t argument), uint32_t argument)
{
    if (used == 0)
        lists_init();
    TCB_t *t = &tasks[used];
    struct frame *frame = (struct frame *)(stacks[used] + KERNEL_STACK_WORDS) - 1;
    struct saved *saved = (struct saved *)frame - 1;

    *frame = (struct frame){.r0 = argument, .pc = (uint32_t)run & ~1u, .xpsr = XPSR_T};
    *saved = (struct saved){.exc_return = EXC_RETURN_THREAD_PSP};
    t->pxTopOfStack = (uint32_t *)saved;
    t->pxStack = stacks[used++];
    t->uxPriority = priority;
    for (unsigned i = 0; name[i] && i < KERNEL_NAME - 1; i++)
        t->pcTaskName[i] = name[i];
    t->xStateListItem.pvOwner = t;
    list_append(&pxReadyTasksLists[priority], &t->xStateListItem);
}

static void switch_tasks(void)
{
    SCB->ICSR = ICSR_PENDSVSET;
    dsb();
    isb();
}

void kernel_delay(uint32_t ticks)
{
    irq_disable();
    pxCurrentTCB->xStateListItem.xItemValue = kernel_ticks + ticks;
    move(pxCurrentTCB, &xDelayedTaskList1);
    switch_tasks();
    irq_enable();
    isb();
}

void kernel_suspend(void)
{
    irq_disable();
    move(pxCurrentTCB, &xSuspendedTaskList);
    switch_tasks();
    irq_enable();
    isb();
}

/* ---- handlers ---- */

static void wake_delayed(void)
{
    ListItem_t *item = xDelayedTaskList1.xListEnd.pxNext;

    while (item != end_of(&xDelayedTaskList1)) {
        ListItem_t *next = item->pxNext;
        TCB_t *t = item->pvOwner;
        if ((int32_t)(item->xItemValue - kernel_ticks) <= 0)
            move(t, &pxReadyTasksLists[t->uxPriority]);
        item = next;
    }
}

void SysTick_Handler(void);
void SysTick_Handler(void)
{
    irq_disable();
    kernel_ticks++;
    wake_delayed();
    irq_enable();
    SCB->ICSR = ICSR_PENDSVSET;
}

/* The first of the highest list is next; it goes to its list's end, so that its equals have their turns. */
volatile uint32_t *kernel_next(volatile uint32_t *sp);
volatile uint32_t *kernel_next(volatile uint32_t *sp)
{
    irq_disable();
    if (pxCurrentTCB)
        pxCurrentTCB->pxTopOfStack = sp;
    for (unsigned i = KERNEL_PRIORITIES; i-- > 0;)
        if (pxReadyTasksLists[i].uxNumberOfItems > 0) {
            TCB_t *t = pxReadyTasksLists[i].xListEnd.pxNext->pvOwner;
            move(t, &pxReadyTasksLists[i]);
            pxCurrentTCB = t;
            break;
        }
    irq_enable();
    return pxCurrentTCB->pxTopOfStack;
}

void PendSV_Handler(void);
__attribute__((naked)) void PendSV_Handler(void)
{
    __asm volatile("mrs r0, psp\n"
                   "tst lr, #0x10\n"
                   "it eq\n"
                   "vstmdbeq r0!, {s16-s31}\n"
                   "stmdb r0!, {r4-r11, lr}\n"
                   "bl kernel_next\n"
                   "ldmia r0!, {r4-r11, lr}\n"
                   "tst lr, #0x10\n"
                   "it eq\n"
                   "vldmiaeq r0!, {s16-s31}\n"
                   "msr psp, r0\n"
                   "bx lr\n");
}

/* There is no current task yet: what the first switch pushes lies in a stack that has not grown so far. */
void kernel_start(uint32_t cycles_per_tick)
{
    kernel_add("idle", 0, idle, 0);
    scb_set_priority(14, 7);
    scb_set_priority(15, 6);
    __asm volatile("msr psp, %0" ::"r"(stacks[0] + KERNEL_STACK_WORDS / 2));
    SYSTICK->RVR = cycles_per_tick - 1;
    SYSTICK->CVR = 0;
    SYSTICK->CSR = SYST_CSR_CLKSOURCE | SYST_CSR_TICKINT | SYST_CSR_ENABLE;
    switch_tasks();
    for (;;)
        ;
}
