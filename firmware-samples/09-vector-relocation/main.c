/*
 * VTOR: the same exceptions reach other handlers.
 */
#include "console.h"

#define LINE SWI5_EGU5_IRQn

/* 64 vectors: the table is aligned to the power of two that holds it. */
static void (*ram_vectors[VECTOR_COUNT])(void) __attribute__((aligned(256)));

static const char *handled_by;
static uint32_t ipsr;

static void note(const char *who)
{
    handled_by = who;
    __asm volatile("mrs %0, ipsr" : "=r"(ipsr));
}

void SVC_Handler(void);
void SVC_Handler(void) { note("SVC_Handler in flash's table"); }

void SWI5_EGU5_IRQHandler(void);
void SWI5_EGU5_IRQHandler(void) { note("SWI5_EGU5_IRQHandler in flash's table"); }

static void svc_from_ram(void) { note("svc_from_ram"); }
static void irq_from_ram(void) { note("irq_from_ram"); }
static void irq_replaced(void) { note("irq_replaced"); }

static void set_vtor(const void *table)
{
    SCB->VTOR = (uint32_t)table;
    dsb();
    isb();
}

static void try_both(const char *title)
{
    print("%s\n", title);
    handled_by = "nobody";
    __asm volatile("svc 0" ::: "memory");
    print("  SVC: %s, exception %u\n", handled_by, ipsr);
    handled_by = "nobody";
    nvic_set_pending(LINE);
    dsb();
    isb();
    print("  IRQ %u: %s, exception %u\n", LINE, handled_by, ipsr);
}

static void copy_vectors(void)
{
    void (*const volatile *flash)(void) = 0; /* volatile: to the compiler, address 0 is no table */

    for (unsigned i = 0; i < VECTOR_COUNT; i++)
        ram_vectors[i] = flash[i];
}

int main(void)
{
    console_init();
    nvic_enable(LINE);
    print("VTOR after reset: %08x\n", SCB->VTOR);
    try_both("table in flash");

    copy_vectors();
    set_vtor(ram_vectors);
    print("VTOR points at the table in RAM: %s\n", SCB->VTOR == (uint32_t)ram_vectors ? "yes" : "no");
    try_both("copy in RAM, same handlers");

    ram_vectors[11] = svc_from_ram;
    ram_vectors[16 + LINE] = irq_from_ram;
    dsb();
    try_both("copy in RAM, handlers replaced");

    nvic_disable(LINE);
    nvic_set_pending(LINE);
    ram_vectors[16 + LINE] = irq_replaced;
    handled_by = "nobody";
    nvic_enable(LINE);
    dsb();
    isb();
    print("handler replaced while pending\n  IRQ %u: %s\n", LINE, handled_by);

    set_vtor(0);
    try_both("back in flash");
    finish();
}
