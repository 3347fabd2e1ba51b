/*
 * A program that debugs itself: breakpoints and patches by the FPB, watchpoints by the DWT, single steps by MON_STEP,
 * all of them served by the DebugMonitor exception.
 */
#include "console.h"

enum { STEPS = 4, SUBJECT_SIZE = 10 };
enum { MONITOR_PRIORITY = 3, TICK_PRIORITY = 1 };

static volatile uint32_t watched, stepped_ticks;
static uint32_t patch[8] __attribute__((aligned(32)));

/* By hand, so that every compiler makes the same instructions. */
uint32_t subject(uint32_t a, uint32_t b);
uint32_t patched(void);
extern const uint16_t answer_literal[];
__asm(".syntax unified\n"
      ".section .text.subject, \"ax\"\n"
      ".balign 4\n"
      ".global subject\n.thumb_func\n.type subject, %function\n"
      "subject: adds r0, r0, r1\n" /* 0 */
      "  lsls r0, r0, #1\n"        /* 2 */
      "  nop\n"                    /* 4 */
      "  adds r0, #1\n"            /* 6 */
      "  bx lr\n"                  /* 8 */
      ".size subject, . - subject\n"
      ".balign 4\n"
      ".global patched, answer_literal\n.thumb_func\n.type patched, %function\n"
      "patched: movs r0, #1\n" /* in a word with the next one */
      "  adds r0, #1\n"
      "  ldr r1, answer_literal\n"
      "  adds r0, r1\n"
      "  bx lr\n"
      ".balign 4\n"
      "answer_literal: .word 40\n"
      ".size patched, . - patched\n"
      ".text\n");

static unsigned address(const void *p) { return (unsigned)(uintptr_t)p & ~1u; }
static unsigned place(uint32_t pc) { return pc - address((void *)subject); }

/* ---- the monitor ------------------------------------------------------------------------------------------------ */

static void step_on(const struct frame *f)
{
    static unsigned steps;
    if (place(f->pc) < SUBJECT_SIZE)
        print("  at %u: r0 = %u\n", place(f->pc), f->r0);
    else
        print("  back: r0 = %u\n", f->r0);
    FPB->COMP[0] = 0; /* or it would never get off the breakpoint */
    if (steps++ < STEPS) {
        CORE_DEBUG->DEMCR |= DEMCR_MON_STEP;
        return;
    }
    CORE_DEBUG->DEMCR &= ~DEMCR_MON_STEP;
    steps = 0;
}

static void watchpoint(void)
{
    for (unsigned n = 0; n < 4; n++)
        if (DWT->COMPARATOR[n].FUNCTION & DWT_FUNCTION_MATCHED) {
            DWT->COMPARATOR[n].FUNCTION = 0; /* the next line reads it, too */
            print("  comparator %u, watched = %u\n", n, watched);
        }
}

void monitor(struct frame *f);
void monitor(struct frame *f)
{
    uint32_t why = SCB->DFSR;
    SCB->DFSR = why;
    print("monitor: %s%s%s%s\n", why & DFSR_BKPT ? "breakpoint" : "", why & DFSR_DWTTRAP ? "watchpoint" : "",
          why & DFSR_HALTED ? "step" : "", why ? "" : "asked for");
    if (why & DFSR_DWTTRAP)
        watchpoint();
    if (why & (DFSR_BKPT | DFSR_HALTED)) {
        unsigned instruction = (*(const uint16_t *)(uintptr_t)f->pc & 0xFF00) == 0xBE00;
        if (instruction)
            f->pc += 2;
        else
            step_on(f);
    }
}

__attribute__((naked)) void DebugMon_Handler(void);
void DebugMon_Handler(void) { __asm volatile("mov r0, sp\n push {r4, lr}\n bl monitor\n pop {r4, pc}"); }

void SysTick_Handler(void);
void SysTick_Handler(void) { stepped_ticks++; }

/* ---- what it watches -------------------------------------------------------------------------------------------- */

static void break_at(unsigned n, unsigned addr)
{
    FPB->COMP[n] = (addr & 2 ? FP_COMP_BREAK_UPPER : FP_COMP_BREAK_LOWER) | (addr & ~3u) | FP_COMP_ENABLE;
    dsb();
    isb();
}

static void watch(unsigned n, uint32_t comp, unsigned mask, uint32_t function)
{
    DWT->COMPARATOR[n].COMP = comp;
    DWT->COMPARATOR[n].MASK = mask;
    DWT->COMPARATOR[n].FUNCTION = function;
    dsb();
}

static void breakpoint_and_steps(void)
{
    print("subject(2, 3) with a breakpoint at 2\n");
    break_at(0, address((void *)subject) + 2);
    SYSTICK->RVR = 19999; /* more urgent than the monitor: it runs between the steps */
    SYSTICK->CVR = 0;
    SYSTICK->CSR = SYST_CSR_CLKSOURCE | SYST_CSR_TICKINT | SYST_CSR_ENABLE;
    uint32_t result = subject(2, 3);
    SYSTICK->CSR = 0;
    print("result %u, ticks %s\n", result, stepped_ticks ? "went on" : "stood");
}

static void watchpoints(void)
{
    print("watched is written\n");
    watch(2, address((const void *)&watched), 2, DWT_FUNCTION_WATCH_WRITE);
    watched = 5;
    print("and read\n");
    watch(3, address((const void *)&watched), 2, DWT_FUNCTION_WATCH_READ);
    if (watched != 5)
        print("wrong\n");
    print("and becomes 8\n");
    watch(0, address((const void *)&watched), 2, 0);
    watch(1, 8, 0, DWT_FUNCTION_WATCH_VALUE); /* where comparator 0 says */
    for (unsigned i = 6; i < 10; i++)
        watched = i;
    print("CYCCNT comes to 1000\n");
    DWT->CYCCNT = 0;
    DWT->CTRL |= DWT_CTRL_CYCCNTENA;
    watch(0, 1000, 0, DWT_FUNCTION_WATCH_CYCCNT);
    while (DWT->CYCCNT < 2000)
        ;
}

/* The word of `patched` with two instructions, and its literal, come from RAM. */
static void patches(void)
{
    print("patched() is %u", patched());
    patch[1] = 0x30022001; /* movs r0, #1; adds r0, #2 */
    patch[6] = 4000;
    FPB->REMAP = address(patch);
    FPB->COMP[1] = address((void *)patched) | FP_COMP_ENABLE;
    FPB->COMP[6] = address(answer_literal) | FP_COMP_ENABLE;
    dsb();
    isb();
    print(", %u", patched());
    FPB->COMP[1] = FPB->COMP[6] = 0;
    dsb();
    isb();
    print(", and %u again\n", patched());
}

int main(void)
{
    console_init();
    print("comparators: FPB %u + %u, DWT %u\n", FPB->CTRL >> 4 & 15, FPB->CTRL >> 8 & 15, DWT->CTRL >> 28);
    scb_set_priority(12, MONITOR_PRIORITY);
    scb_set_priority(15, TICK_PRIORITY);
    CORE_DEBUG->DEMCR |= DEMCR_MON_EN | DEMCR_TRCENA;
    FPB->CTRL = FP_CTRL_KEY | FP_CTRL_ENABLE;
    __asm volatile("bkpt #1");
    CORE_DEBUG->DEMCR |= DEMCR_MON_PEND;
    dsb();
    isb();
    breakpoint_and_steps();
    watchpoints();
    patches();
    finish();
}
