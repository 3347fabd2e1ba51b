/*
 * The MPU: what is allowed to whom, and what MMFAR says when it was not.
 *
 * The regions lie in RAM that the linker gives to nobody, at addresses that do not depend on the compiler.
 */
#include <stdbool.h>

#include "console.h"
#include "faults.h"

#define FLASH_BASE    0x00000000u
#define RAM_BASE      0x20000000u
#define READ_ONLY     0x20020000u /* 256 bytes */
#define PRIVILEGED    0x20020400u /* 256 bytes */
#define GUARD         0x20020800u /* 32 bytes */
#define UNMAPPED      0x60000000u
#define CODE_IN_RAM   0x20021000u
#define RO_SUBREGION1 (READ_ONLY + 32)

/* RASR.SIZE: 2^(n + 1) bytes */
enum { SIZE_32 = 4, SIZE_256 = 7, SIZE_256K = 17, SIZE_1M = 19 };

static void region(unsigned n, uint32_t base, uint32_t rasr)
{
    MPU->RNR = n;
    MPU->RBAR = base;
    MPU->RASR = rasr | MPU_RASR_NORMAL | MPU_RASR_ENABLE;
}

/* Where regions overlap, the higher number decides. */
static void mpu_enable(void)
{
    region(0, FLASH_BASE, MPU_RASR_SIZE(SIZE_1M) | MPU_RASR_AP(MPU_AP_RO_RO));
    region(1, RAM_BASE, MPU_RASR_SIZE(SIZE_256K) | MPU_RASR_AP(MPU_AP_RW_RW) | MPU_RASR_XN);
    region(2, READ_ONLY, MPU_RASR_SIZE(SIZE_256) | MPU_RASR_AP(MPU_AP_RO_RO) | MPU_RASR_SRD(1u << 1) | MPU_RASR_XN);
    region(3, PRIVILEGED, MPU_RASR_SIZE(SIZE_256) | MPU_RASR_AP(MPU_AP_RW_NONE) | MPU_RASR_XN);
    region(4, GUARD, MPU_RASR_SIZE(SIZE_32) | MPU_RASR_AP(MPU_AP_NONE) | MPU_RASR_XN);
    MPU->CTRL = MPU_CTRL_ENABLE | MPU_CTRL_PRIVDEFENA;
    dsb();
    isb();
}

/* ---- Accesses that may fault: the first instruction of each ---- */

typedef void access(uint32_t addr);

#define ACCESS(name, code)                                                                   \
    static void name(uint32_t addr);                                                         \
    __attribute__((naked, noinline)) static void name(uint32_t addr __attribute__((unused))) \
    {                                                                                        \
        __asm volatile(code "\n"                                                             \
                            "bx lr\n");                                                      \
    }

ACCESS(load, "ldr r0, [r0]")
ACCESS(store, "str r0, [r0]")
ACCESS(store_byte, "strb r0, [r0]")
ACCESS(store_four, "stmia.w r0, {r0, r1, r2, r3}")
ACCESS(load_unprivileged, "ldrt r0, [r0]")
ACCESS(store_unprivileged, "strt r0, [r0]")
ACCESS(call, "bx r0")

static void try_access(const char *title, access *a, uint32_t addr)
{
    faults_expect();
    a(addr);
    faults_print(title);
}

/* ---- Unprivileged ---- */

/* Gives the privilege back. */
void SVC_Handler(void);
__attribute__((naked)) void SVC_Handler(void)
{
    __asm volatile("mrs r0, control\n"
                   "bic r0, r0, #1\n"
                   "msr control, r0\n"
                   "bx lr\n");
}

static void try_unprivileged(const char *title, access *a, uint32_t addr)
{
    faults_expect();
    __asm volatile("msr control, %0\n"
                   "isb\n" ::"r"(1)
                   : "memory");
    a(addr);
    __asm volatile("svc 0\n"
                   "isb\n" ::
                       : "r0", "r1", "r2", "r3", "r12", "memory");
    faults_print(title);
}

/* ---- The guard ---- */

static bool may_store(uint32_t addr)
{
    faults_expect();
    store_byte(addr);
    return faults_last.exception == 0;
}

static void draw_guard(void)
{
    print("guard, 4 bytes a character: ");
    for (uint32_t addr = GUARD - 16; addr < GUARD + 48; addr += 4)
        print("%c", may_store(addr) && may_store(addr + 3) ? '.' : 'X');
    print("\n");
}

/* Grows down as a stack does, until the guard stops it. */
static void overflow_stack(void)
{
    uint32_t addr = GUARD + 256;
    unsigned words = 0;

    faults_expect();
    while (faults_last.exception == 0) {
        addr -= 4;
        store(addr);
        words++;
    }
    print("stack of 224 bytes overflowed at word %u, MMFAR=%08x\n", words, faults_last.mmfar);
}

int main(void)
{
    console_init();
    faults_enable();
    print("MPU_TYPE=%08x\n", MPU->TYPE);
    mpu_enable();

    try_access("privileged load, read-only", load, READ_ONLY);
    try_access("privileged store, read-only", store, READ_ONLY + 4);
    try_access("... in the disabled subregion", store, RO_SUBREGION1);
    try_access("... behind the disabled subregion", store, RO_SUBREGION1 + 32);
    try_access("privileged store, privileged only", store, PRIVILEGED);
    try_access("privileged load, nothing there", load, UNMAPPED);

    try_unprivileged("unprivileged load, read-only", load, READ_ONLY);
    try_unprivileged("unprivileged store, read-only", store, READ_ONLY + 8);
    try_unprivileged("unprivileged load, privileged only", load, PRIVILEGED + 12);
    try_unprivileged("unprivileged load, no region", load, UNMAPPED);
    try_unprivileged("unprivileged load, CPUID", load, (uint32_t)&SCB->CPUID);
    try_access("LDRT, privileged only", load_unprivileged, PRIVILEGED + 16);
    try_access("STRT, read and write for all", store_unprivileged, RO_SUBREGION1);

    *(volatile uint32_t *)CODE_IN_RAM = 0x4770BF00; /* nop; bx lr */
    dsb();
    isb();
    try_access("call into execute-never RAM", call, CODE_IN_RAM | 1);

    draw_guard();
    overflow_stack();
    try_access("STM of 16 bytes, half of it in the guard", store_four, GUARD - 8);

    MPU->CTRL = 0;
    dsb();
    isb();
    try_access("MPU off: call into RAM", call, CODE_IN_RAM | 1);
    try_access("MPU off: store into the guard", store, GUARD);
    finish();
}
