/*
 * A program for tests/unit/emu_symbols.c to ask about. It is never run. The lines that are asked for carry a mark.
 */
#include <stdint.h>

void Default_Handler(void);
void NMI_Handler(void) __attribute__((weak, alias("Default_Handler")));
void asm_sized(void);

volatile uint32_t counter = 7;
const char message[] = "hello";

static uint32_t twice(uint32_t x);

/* The linker drops this one; its lines and frame, which come first, must not lie over what is really at the start. */
uint32_t dropped(uint32_t x)
{
    for (uint32_t i = 0; i < x; i++) {
        counter += twice(i) ^ x;
        counter -= twice(i + 1) ^ x;
        counter *= twice(i + 2) ^ x;
        counter ^= twice(i + 3) ^ x;
        counter |= twice(i + 4) ^ x;
        counter &= twice(i + 5) ^ x;
    }
    return counter;
}

void Default_Handler(void)
{
    for (;;)
        counter++; /* MARK default */
}

static uint32_t __attribute__((noinline)) twice(uint32_t x)
{
    counter += x; /* MARK twice */
    return 2 * x;
}

void Reset_Handler(void)
{
    asm_sized();
    counter = twice(counter); /* MARK reset */
    for (;;)
        ;
}

__attribute__((section(".vectors"), used)) static const uintptr_t vectors[] = {0x20040000, (uintptr_t)Reset_Handler,
                                                                               (uintptr_t)NMI_Handler};
