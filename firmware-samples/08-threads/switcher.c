#include "switcher.h"

#include "nrf52840.h"

enum { STACK_WORDS = 256, HANDLER_STACK_WORDS = 256 };

#define EXC_RETURN_THREAD_PSP  0xFFFFFFFDu
#define EXC_RETURN_BASIC_FRAME (1u << 4)

/* What PendSV_Handler pushes below the frame of the exception; s16…s31 lie between the two when there are any. */
struct saved {
    uint32_t r4_r11[8];
    uint32_t exc_return;
};

struct thread {
    uint32_t *sp;
    uint32_t extended_frames, basic_frames;
};

volatile uint32_t switcher_count;

static struct thread threads[SWITCHER_THREADS];
static unsigned used = 1, current;
static uint32_t stacks[SWITCHER_THREADS][STACK_WORDS] __attribute__((aligned(8)));
static uint32_t handler_stack[HANDLER_STACK_WORDS] __attribute__((aligned(8)));

void switcher_init(void)
{
    /* SP has the same value before and after, so the compiler's frame stays where it is. */
    __asm volatile("mov r0, sp\n"
                   "msr psp, r0\n"
                   "mrs r0, control\n"
                   "orr r0, r0, #2\n"
                   "msr control, r0\n"
                   "isb\n"
                   "msr msp, %0\n" ::"r"(handler_stack + HANDLER_STACK_WORDS)
                   : "r0", "memory");
    scb_set_priority(14, 7);
    scb_set_priority(15, 6);
}

static void finished(void)
{
    for (;;)
        ;
}

void switcher_add(void (*run)(uint32_t argument), uint32_t argument)
{
    struct frame *frame = (struct frame *)(stacks[used] + STACK_WORDS) - 1;
    struct saved *saved = (struct saved *)frame - 1;

    *frame = (struct frame){.r0 = argument, .lr = (uint32_t)finished, .pc = (uint32_t)run & ~1u, .xpsr = XPSR_T};
    *saved = (struct saved){.exc_return = EXC_RETURN_THREAD_PSP};
    threads[used].sp = (uint32_t *)saved;
    used++;
}

void switcher_start(uint32_t cycles_per_slice)
{
    SYSTICK->RVR = cycles_per_slice - 1;
    SYSTICK->CVR = 0;
    SYSTICK->CSR = SYST_CSR_CLKSOURCE | SYST_CSR_TICKINT | SYST_CSR_ENABLE;
}

void switcher_stop(void) { SYSTICK->CSR = 0; }

uint32_t switcher_extended_frames(unsigned n) { return threads[n].extended_frames; }
uint32_t switcher_basic_frames(unsigned n) { return threads[n].basic_frames; }

void SysTick_Handler(void);
void SysTick_Handler(void) { SCB->ICSR = ICSR_PENDSVSET; }

uint32_t *switcher_next(uint32_t *sp);
uint32_t *switcher_next(uint32_t *sp)
{
    struct thread *t = &threads[current];

    t->sp = sp;
    if (((struct saved *)sp)->exc_return & EXC_RETURN_BASIC_FRAME)
        t->basic_frames++;
    else
        t->extended_frames++;
    current = (current + 1) % used;
    switcher_count++;
    return threads[current].sp;
}

/* The VSTM is the handler's first FP instruction: it also makes the core write s0…s15, which it had only reserved room
 * for (lazy stacking), to the thread's stack. */
void PendSV_Handler(void);
__attribute__((naked)) void PendSV_Handler(void)
{
    __asm volatile("mrs r0, psp\n"
                   "tst lr, #0x10\n"
                   "it eq\n"
                   "vstmdbeq r0!, {s16-s31}\n"
                   "stmdb r0!, {r4-r11, lr}\n"
                   "bl switcher_next\n"
                   "ldmia r0!, {r4-r11, lr}\n"
                   "tst lr, #0x10\n"
                   "it eq\n"
                   "vldmiaeq r0!, {s16-s31}\n"
                   "msr psp, r0\n"
                   "bx lr\n");
}
