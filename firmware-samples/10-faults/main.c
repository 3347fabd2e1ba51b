/*
 * One fault after the other. Each provocation is a function of assembly whose first instruction is the one that faults,
 * so that the stacked PC can be checked.
 */
#include <stdbool.h>

#include "console.h"
#include "faults.h"

#define UNMAPPED 0x60000000u /* external RAM of the architecture's map; the chip has none */
#define XN_SPACE 0xE0100000u /* the vendor's space is never executable */

static uint32_t aligned_words[4];

typedef uint32_t provocation(uint32_t r0, uint32_t r1);

#define PROVOCATION(name, code)                                                                \
    static uint32_t name(uint32_t r0, uint32_t r1);                                            \
    __attribute__((naked, noinline)) static uint32_t name(uint32_t r0 __attribute__((unused)), \
                                                          uint32_t r1 __attribute__((unused))) \
    {                                                                                          \
        __asm volatile(code "\n"                                                               \
                            "bx lr\n");                                                        \
    }

PROVOCATION(load_word, "ldr r0, [r0]")
PROVOCATION(load_byte, "ldrb r0, [r0]")
PROVOCATION(load_multiple, "ldmia.w r0, {r1, r2}")
PROVOCATION(load_double, "ldrd r1, r2, [r0]")
PROVOCATION(divide_signed, "sdiv r0, r0, r1")
PROVOCATION(divide_unsigned, "udiv r0, r0, r1")
PROVOCATION(undefined_narrow, "udf #1")
PROVOCATION(undefined_wide, "udf.w #2")
PROVOCATION(fp_move, ".inst.w 0xEE000A10")       /* vmov s0, r0: the assembler refuses it in a build without an FPU */
PROVOCATION(coprocessor_7, ".inst.w 0xEE000710") /* mcr p7, 0, r0, c0, c0, 0 */
PROVOCATION(supervisor_call, "svc #0")

/* The branch succeeds; what it leads to faults. */
__attribute__((naked, noinline)) static uint32_t branch(uint32_t target __attribute__((unused)),
                                                        uint32_t unused __attribute__((unused)))
{
    __asm volatile("push {r4, lr}\n"
                   "blx r0\n"
                   "pop {r4, pc}\n");
}

static uint32_t provoke(const char *title, provocation *p, uint32_t r0, uint32_t r1)
{
    uint32_t pc = p == branch ? r0 : (uint32_t)p;
    uint32_t result;

    faults_expect();
    result = p(r0, r1);
    faults_print(title);
    /* Whether an SVC that escalates stacks its own address or the next one is not for a sample to say. */
    if (p != supervisor_call && faults_last.exception && faults_last.pc != (pc & ~1u))
        print("  stacked PC is %08x, not %08x\n", faults_last.pc, pc & ~1u);
    return result;
}

static void bus_faults(void)
{
    provoke("load of an unmapped word", load_word, UNMAPPED, 0);
    provoke("load of an unmapped byte", load_byte, UNMAPPED + 0x1003, 0);
    provoke("LDM from unmapped memory", load_multiple, UNMAPPED + 0x40, 0);
    provoke("branch to unmapped memory", branch, UNMAPPED | 1, 0);
}

static void memory_faults(void) { provoke("branch to execute-never memory", branch, XN_SPACE | 1, 0); }

static void usage_faults(void)
{
    uint32_t odd = (uint32_t)aligned_words + 1;

    provoke("unaligned load", load_word, odd, 0);
    SCB->CCR |= CCR_UNALIGN_TRP;
    dsb();
    provoke("unaligned load, UNALIGN_TRP", load_word, odd, 0);
    SCB->CCR &= ~CCR_UNALIGN_TRP;
    dsb();
    provoke("unaligned LDM", load_multiple, odd, 0);
    provoke("unaligned LDRD", load_double, odd, 0);

    print("7 / 0 = %u\n", provoke("division by zero", divide_unsigned, 7, 0));
    SCB->CCR |= CCR_DIV_0_TRP;
    dsb();
    provoke("SDIV by zero, DIV_0_TRP", divide_signed, 7, 0);
    provoke("UDIV by zero, DIV_0_TRP", divide_unsigned, 7, 0);
    print("7 / 2 = %u\n", provoke("division by two, DIV_0_TRP", divide_unsigned, 7, 2));
    SCB->CCR &= ~CCR_DIV_0_TRP;
    dsb();

    provoke("undefined, 16 bits", undefined_narrow, 0, 0);
    provoke("undefined, 32 bits", undefined_wide, 0, 0);
    provoke("branch to an even address", branch, (uint32_t)undefined_narrow & ~1u, 0);
}

static void coprocessor_faults(void)
{
    provoke("coprocessor 7", coprocessor_7, 0, 0);
    provoke("FP instruction, FPU off", fp_move, 0, 0);
    SCB->CPACR |= CPACR_CP10_CP11_FULL;
    dsb();
    isb();
    provoke("FP instruction, FPU on", fp_move, 0, 0);
}

/* Faults that may not be taken at the current priority become HardFault, with FORCED. */
static void escalations(void)
{
    irq_disable();
    provoke("SVC with PRIMASK set", supervisor_call, 0, 0);
    provoke("unmapped load with PRIMASK set", load_word, UNMAPPED, 0);
    irq_enable();
    SCB->SHCSR &= ~(SHCSR_BUSFAULTENA | SHCSR_USGFAULTENA);
    provoke("unmapped load, BusFault disabled", load_word, UNMAPPED + 8, 0);
    provoke("undefined, UsageFault disabled", undefined_narrow, 0, 0);
    faults_enable();
}

int main(void)
{
    console_init();
    faults_enable();
    bus_faults();
    memory_faults();
    usage_faults();
    coprocessor_faults();
    escalations();
    finish();
}
