/*
 * Threads that fill all registers they have, wait until every other thread has run, and look whether the registers are
 * what they were.
 */
#include <stdbool.h>

#include "console.h"
#include "switcher.h"

enum { FP_A = 1, FP_B = 2, INTEGERS = 3 };
enum { ROUNDS = 20, CYCLES_PER_SLICE = 16000 };

#define FPSCR_RMODE_ZERO (3u << 22) /* round towards zero */

struct result {
    volatile bool done;
    uint32_t rounds, mismatches, fpscr_mismatches;
};

static struct result results[SWITCHER_THREADS];

/* Keeps `pattern` in s0…s31 for a whole turn of all threads; what they are then goes to `seen`. */
static void hold_fp_registers(const uint32_t pattern[32], uint32_t seen[32])
{
    uint32_t start = switcher_count;

    __asm volatile("vldmia %[pattern], {s0-s31}\n"
                   "1: ldr r3, [%[count]]\n"
                   "subs r3, r3, %[start]\n"
                   "cmp r3, %[turn]\n"
                   "blo 1b\n"
                   "vstmia %[seen], {s0-s31}\n" ::[pattern] "r"(pattern),
                   [seen] "r"(seen), [count] "r"(&switcher_count), [start] "r"(start), [turn] "i"(SWITCHER_THREADS)
                   : "r3", "cc", "memory", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11",
                     "s12", "s13", "s14", "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25",
                     "s26", "s27", "s28", "s29", "s30", "s31");
}

/* The same with r4…r11. */
static void hold_integer_registers(const uint32_t pattern[8], uint32_t seen[8])
{
    register const uint32_t *from __asm("r0") = pattern;
    register uint32_t *to __asm("r1") = seen;
    register volatile uint32_t *count __asm("r2") = &switcher_count;
    register uint32_t start __asm("r12") = switcher_count;

    __asm volatile("ldmia r0, {r4-r11}\n"
                   "1: ldr r3, [r2]\n"
                   "subs r3, r3, r12\n"
                   "cmp r3, %[turn]\n"
                   "blo 1b\n"
                   "stmia r1, {r4-r11}\n" ::"r"(from),
                   "r"(to), "r"(count), "r"(start), [turn] "i"(SWITCHER_THREADS)
                   : "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "cc", "memory");
}

static uint32_t fpscr(void)
{
    uint32_t value;

    __asm volatile("vmrs %0, fpscr" : "=r"(value));
    return value;
}

static unsigned differences(const uint32_t *a, const uint32_t *b, unsigned words)
{
    unsigned n = 0;

    for (unsigned i = 0; i < words; i++)
        n += a[i] != b[i];
    return n;
}

static void fill(uint32_t *pattern, unsigned words, uint32_t thread, uint32_t round)
{
    for (unsigned i = 0; i < words; i++)
        pattern[i] = 0x3F800000 + (thread << 16) + (round << 8) + i;
}

static void end_thread(struct result *r)
{
    r->done = true;
    for (;;)
        ;
}

static void fp_thread(uint32_t n)
{
    struct result *r = &results[n];
    uint32_t rounding = n == FP_A ? FPSCR_RMODE_ZERO : 0;
    uint32_t pattern[32], seen[32];

    __asm volatile("vmsr fpscr, %0" ::"r"(rounding));
    for (r->rounds = 0; r->rounds < ROUNDS; r->rounds++) {
        fill(pattern, 32, n, r->rounds);
        hold_fp_registers(pattern, seen);
        r->mismatches += differences(pattern, seen, 32);
        r->fpscr_mismatches += (fpscr() & FPSCR_RMODE_ZERO) != rounding;
    }
    end_thread(r);
}

static void integer_thread(uint32_t n)
{
    struct result *r = &results[n];
    uint32_t pattern[8], seen[8];

    for (r->rounds = 0; r->rounds < ROUNDS; r->rounds++) {
        fill(pattern, 8, n, r->rounds);
        hold_integer_registers(pattern, seen);
        r->mismatches += differences(pattern, seen, 8);
    }
    end_thread(r);
}

static void show(const char *name, unsigned n)
{
    print("%-8s %u rounds, %u registers lost, %u rounding modes lost\n", name, results[n].rounds, results[n].mismatches,
          results[n].fpscr_mismatches);
}

static const char *yes_no(bool yes) { return yes ? "yes" : "no"; }

int main(void)
{
    console_init();
    switcher_init();
    switcher_add(fp_thread, FP_A);
    switcher_add(fp_thread, FP_B);
    switcher_add(integer_thread, INTEGERS);
    switcher_start(CYCLES_PER_SLICE);
    while (!results[FP_A].done || !results[FP_B].done || !results[INTEGERS].done)
        ;
    switcher_stop();

    show("fp-a", FP_A);
    show("fp-b", FP_B);
    show("integers", INTEGERS);
    print("fp-a, fp-b had extended frames: %s, %s\n", yes_no(switcher_extended_frames(FP_A) >= ROUNDS),
          yes_no(switcher_extended_frames(FP_B) >= ROUNDS));
    print("integers, main had basic frames only: %s, %s\n", yes_no(switcher_extended_frames(INTEGERS) == 0),
          yes_no(switcher_extended_frames(SWITCHER_MAIN) == 0));
    print("every thread had its turns: %s\n",
          yes_no(switcher_count >= SWITCHER_THREADS * ROUNDS && switcher_basic_frames(INTEGERS) >= ROUNDS));
    finish();
}
