/*
 * The least an emulator can have to do: a loop of three instructions in flash.
 */
#include "print.h"
#include "semihosting.h"

#ifndef BENCH_ITERATIONS
#define BENCH_ITERATIONS 100000000
#endif

int main(void)
{
    uint32_t sum = 0, left = BENCH_ITERATIONS;

    print_to(semihosting_write);
    __asm volatile(".balign 8\n"
                   "1: adds %[sum], %[left]\n"
                   "subs %[left], #1\n"
                   "bne 1b\n"
                   : [sum] "+l"(sum), [left] "+l"(left)::"cc");
    print("tight loop: %u turns, sum %08x\n", BENCH_ITERATIONS, sum);
    semihosting_exit(0);
}
