/*
 * A program that can be linked anywhere: takes an SVC through the vector table it was started with, and exits with the
 * page it runs at (0x12 for 0x12000000). With -DMBR it is what stands at 0 instead: it starts what UICR.NRFFW[0] names,
 * or what is at 0x1000. With -DBOOTLOADER it writes its own address there.
 */
#include <stdint.h>

extern const char origin[], stack_top[];

void reset_handler(void);
void svc_handler(void);

#define UICR_NRFFW ((volatile const uint32_t *)0x10001014)
#define VTOR       ((volatile uint32_t *)0xE000ED08)

#ifdef MBR
void svc_handler(void) {}

void reset_handler(void)
{
    uint32_t at = *UICR_NRFFW == 0xFFFFFFFF ? 0x1000 : *UICR_NRFFW;
    const uint32_t *table = (const uint32_t *)at;
    *VTOR = at;
    __asm volatile("msr msp, %0\n bx %1" ::"r"(table[0]), "r"(table[1]));
}
#else
static volatile uint32_t taken __attribute__((section(".noinit")));

void svc_handler(void) { taken = 1; }

void reset_handler(void)
{
    uint32_t block[2] = {0x20026, 0};
    taken = 0;
    __asm volatile("svc 0" ::: "memory");
    block[1] = taken ? ((uint32_t)origin >> 12 | (uint32_t)origin >> 24) & 0xFF : 0;
    register uint32_t r0 __asm("r0") = 0x20;
    register uint32_t *r1 __asm("r1") = block;
    __asm volatile("bkpt 0xab" ::"r"(r0), "r"(r1) : "memory");
    for (;;)
        ;
}
#endif

#ifdef BOOTLOADER
const char *const nrffw[] __attribute__((section(".nrffw"), used)) = {origin};
#endif

const void *const table[] __attribute__((section(".table"), used)) = {
    stack_top, reset_handler, 0, 0, 0, 0, 0, 0, 0, 0, 0, svc_handler, 0, 0, 0, 0,
};
