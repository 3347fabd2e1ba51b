/*
 * A program that allocates: for the measuring of the heap. Ends with semihosting's SYS_EXIT.
 */
#include <stdint.h>
#include <stdlib.h>

extern uint8_t end[], __stack_top[];

void Reset_Handler(void);
int main(void);
void *_sbrk(ptrdiff_t increment);

__attribute__((section(".vectors"), used)) const void *const vectors[] = {__stack_top, (const void *)Reset_Handler};

static uint8_t *brk = end;
static volatile uint8_t sink;

void *_sbrk(ptrdiff_t increment)
{
    uint8_t *before = brk;

    brk += increment;
    return before;
}

/* Recursion of a known depth: each level needs at least its buffer. */
__attribute__((noinline)) static unsigned dive(unsigned depth)
{
    volatile uint8_t buffer[256];

    buffer[depth] = (uint8_t)depth;
    return depth ? dive(depth - 1) + buffer[depth] : buffer[0];
}

int main(void)
{
    uint8_t *a = malloc(100), *b = malloc(200);

    a[0] = b[199] = 7;
    free(a);
    uint8_t *c = malloc(50);
    c[49] = b[199];
    sink = (uint8_t)(c[49] + dive(8));
    free(b);
    free(c);
    return 0;
}

void Reset_Handler(void)
{
    main();
    __asm volatile("mov r0, #0x18\n ldr r1, =0x20026\n bkpt 0xab" ::: "r0", "r1", "memory");
    for (;;)
        ;
}
