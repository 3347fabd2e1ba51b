/*
 * soft float: see common/float_mix.h.
 */
#include "float_mix.h"
#include "print.h"
#include "semihosting.h"

#ifndef BENCH_ITERATIONS
#define BENCH_ITERATIONS 2000
#endif

enum { FIRST = 1000 }; /* rounds whose checksum both floating-point benchmarks show */

int main(void)
{
    uint32_t checksum = 2166136261u;

    print_to(semihosting_write);
    for (uint32_t i = 0; i < BENCH_ITERATIONS; i++) {
        checksum = float_mix_round(i, checksum);
        if (i + 1 == FIRST)
            print("after %u rounds: checksum %08x\n", FIRST, checksum);
    }
    print("soft float: %u rounds, checksum %08x\n", BENCH_ITERATIONS, checksum);
    semihosting_exit(0);
}
