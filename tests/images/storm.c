/*
 * A storm of interrupts for tests of stepping: SysTick, TIMER0 and RTC1 at unrelated rates and different priorities,
 * and PendSV below them, while the thread does of everything a little: calls, IT blocks, multiple loads and stores,
 * exclusive accesses, divisions, supervisor calls, masks, floating point. It never ends.
 */
#include <stdint.h>

#define REG(addr) (*(volatile uint32_t *)(addr))

void thread(void);
void systick(void);
void timer0(void);
void rtc1(void);
void pendsv(void);
void supervisor(void);
void dead(void);

extern uint32_t stack_top;

#define NONE (uintptr_t) dead
__attribute__((section(".table"), used)) const uintptr_t table[16 + 48] = {(uintptr_t)&stack_top,
                                                                           (uintptr_t)thread,
                                                                           NONE,
                                                                           NONE,
                                                                           NONE,
                                                                           NONE,
                                                                           NONE,
                                                                           0,
                                                                           0,
                                                                           0,
                                                                           0,
                                                                           (uintptr_t)supervisor,
                                                                           NONE,
                                                                           0,
                                                                           (uintptr_t)pendsv,
                                                                           (uintptr_t)systick,
                                                                           [16 + 8] = (uintptr_t)timer0,
                                                                           [16 + 17] = (uintptr_t)rtc1};

static volatile uint32_t ticks, timeouts, seconds, switches, calls;
static volatile uint32_t lock;
static uint32_t from[12], to[12];
static volatile float level;

__attribute__((noinline)) static uint32_t mix(uint32_t a, uint32_t b)
{
    return (a ^ b << 7) * 2654435761u + (a > b ? a / (b | 1) : b % (a | 1));
}

void dead(void)
{
    for (;;)
        ;
}

void systick(void)
{
    ticks = mix(ticks, 1);
    REG(0xE000ED04) = 1u << 28; /* PendSV */
}

void timer0(void)
{
    REG(0x40008140) = 0;
    (void)REG(0x40008140);
    timeouts++;
    level = level * 1.0001f + 0.25f;
}

void rtc1(void)
{
    REG(0x40011100) = 0;
    (void)REG(0x40011100);
    for (unsigned i = 0; i < 4; i++)
        seconds = mix(seconds, i);
}

void pendsv(void) { switches = mix(switches, ticks); }

void supervisor(void) { calls++; }

static void add_exclusively(volatile uint32_t *p)
{
    uint32_t v, failed;
    do {
        __asm volatile("ldrex %0, [%1]" : "=r"(v) : "r"(p) : "memory");
        v++;
        __asm volatile("strex %0, %1, [%2]" : "=&r"(failed) : "r"(v), "r"(p) : "memory");
    } while (failed);
}

static void start(void)
{
    REG(0xE000ED88) |= 0xFu << 20; /* FPU */
    REG(0x40000008) = 1;           /* LFCLKSTART */
    REG(0x40011304) = 1;           /* RTC1: TICK */
    REG(0x40011344) = 1;
    REG(0x40011000) = 1;
    REG(0x40008510) = 0; /* TIMER0: 16 MHz, 32 bits, COMPARE0 clears */
    REG(0x40008508) = 3;
    REG(0x40008540) = 67;
    REG(0x40008200) = 1;
    REG(0x40008304) = 1u << 16;
    REG(0x40008000) = 1;
    REG(0xE000E408) = 0x40;       /* IRQ 8 */
    REG(0xE000E410) = 0x20u << 8; /* IRQ 17 */
    REG(0xE000ED20) = 0x60E00000; /* SysTick, PendSV */
    REG(0xE000E100) = 1u << 8 | 1u << 17;
    REG(0xE000E014) = 178;
    REG(0xE000E018) = 0;
    REG(0xE000E010) = 7;
}

/* Apart from start(), so that no floating point comes before the FPU is on. */
__attribute__((noinline)) static void work(void)
{
    float sum = 0;
    for (uint32_t i = 0;; i++) {
        from[i % 12] = mix(i, from[(i + 1) % 12]);
        __builtin_memcpy(to, from, sizeof to);
        add_exclusively(&lock);
        sum = sum * 0.5f + level;
        if (i % 8 == 0)
            __asm volatile("svc 0" ::: "memory");
        if (i % 16 == 3)
            __asm volatile("cpsid i\n nop\n nop\n cpsie i" ::: "memory");
        if (i % 64 == 5)
            __asm volatile("wfi" ::: "memory");
        to[i % 12] ^= (uint32_t)sum;
    }
}

void thread(void)
{
    start();
    work();
}
