/*
 * Code that is data. The M4 has no instruction cache over RAM, but it prefetches: DSB and ISB after each change.
 */
#include "console.h"

#define MOVS_R0(imm) (0x2000u | (imm)) /* movs r0, #imm */
#define ADDS_R0(imm) (0x3000u | (imm)) /* adds r0, #imm */
#define BX_LR        0x4770u

typedef uint32_t function(void);

static volatile uint16_t code[8] __attribute__((aligned(8)));

static uint32_t run_at(uint32_t addr)
{
    dsb();
    isb();
    return ((function *)(addr | 1))();
}

static uint32_t run(void) { return run_at((uint32_t)code); }

static void show_modified_function(void)
{
    code[0] = MOVS_R0(11);
    code[1] = BX_LR;
    print("movs r0, #11: %u\n", run());
    code[0] = MOVS_R0(22);
    print("movs r0, #22: %u\n", run());
    code[1] = ADDS_R0(20);
    code[2] = BX_LR;
    print("movs r0, #22; adds r0, #20: %u\n", run());
    ((volatile uint8_t *)code)[2] = 78; /* the immediate is the low byte */
    print("movs r0, #22; adds r0, #78: %u\n", run());
}

static void show_many_changes(void)
{
    uint32_t sum = 0;

    code[1] = BX_LR;
    for (unsigned i = 0; i < 256; i++) {
        code[0] = MOVS_R0(i);
        sum += run();
    }
    print("256 functions, sum %u\n", sum);
}

/* Increments the immediate of its own `movs r1` in each turn, so that it adds 0 + 1 + … + 9. It lives in RAM with the
 * variables. */
__attribute__((naked, noinline, section(".ramfunc"))) static uint32_t patch_itself(void)
{
    __asm volatile("movs r0, #0\n"
                   "adr r2, 2f\n"
                   "1:\n"
                   "dsb\n"
                   "isb\n"
                   ".balign 4\n"
                   "2: movs r1, #0\n"
                   "adds r0, r0, r1\n"
                   "ldrb r3, [r2]\n"
                   "adds r3, #1\n"
                   "strb r3, [r2]\n"
                   "cmp r3, #10\n"
                   "bne 1b\n"
                   "movs r3, #0\n"
                   "strb r3, [r2]\n"
                   "dsb\n"
                   "isb\n"
                   "bx lr\n");
}

/* An instruction further down the same straight line. */
__attribute__((naked, noinline, section(".ramfunc"))) static uint32_t patch_ahead(void)
{
    __asm volatile("adr r2, 1f\n"
                   "movs r3, #99\n"
                   "strb r3, [r2]\n"
                   "dsb\n"
                   "isb\n"
                   ".balign 4\n"
                   "1: movs r0, #1\n"
                   "bx lr\n");
}

static void show_alias(void)
{
#ifndef SAMPLE_CORE_ONLY
    uint32_t alias = (uint32_t)code - 0x20000000 + 0x00800000;

    code[0] = MOVS_R0(33);
    code[1] = BX_LR;
    print("at 0x00800000: %u\n", run_at(alias));
    *(volatile uint16_t *)alias = MOVS_R0(44);
    print("written there, run in RAM: %u\n", run());
    code[0] = MOVS_R0(55);
    print("written in RAM, run there: %u\n", run_at(alias));
#endif
}

int main(void)
{
    console_init();
    show_modified_function();
    show_many_changes();
    print("a loop that patches itself: %u, again: %u\n", patch_itself(), patch_itself());
    print("an instruction patched from just before it: %u\n", patch_ahead());
    show_alias();
    finish();
}
