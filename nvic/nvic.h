/*
 * Nested Vectored Interrupt Controller: which exception is pending, active, enabled, and which one wins. Pure state: it
 * knows no CPU and no time. Exception entry and return (nvic/exception.c) apply its verdicts.
 *
 * Exceptions are numbered as in IPSR (1…15 system, IRQn + 16 external); the nRF52840 has 48 lines, so all 64 fit one
 * word. Priorities are 8-bit values of which the upper 3 bits exist; smaller is more urgent; Reset, NMI and HardFault
 * have the fixed ones -3, -2, -1.
 *
 * ARMv7-M ARM B1.5.4 (priorities), B3.4 (NVIC); nRF52840 PS 4.4 (peripheral interrupts).
 */
#ifndef NVIC_NVIC_H
#define NVIC_NVIC_H

#include <stdbool.h>
#include <stdint.h>

enum exception {
    EXC_NONE = 0,
    EXC_RESET = 1,
    EXC_NMI = 2,
    EXC_HARDFAULT = 3,
    EXC_MEMMANAGE = 4,
    EXC_BUSFAULT = 5,
    EXC_USAGEFAULT = 6,
    EXC_SVCALL = 11,
    EXC_DEBUGMON = 12,
    EXC_PENDSV = 14,
    EXC_SYSTICK = 15,
    EXC_IRQ0 = 16,
    EXC_COUNT = 64
};

enum { NVIC_PRIORITY_MASK = 0xE0, NVIC_THREAD_PRIORITY = 256 };

struct nvic {
    uint64_t pending, active, enabled; /* bit n: exception n */
    uint64_t level;                    /* interrupt lines that are high */
    uint8_t priority[EXC_COUNT];
    uint8_t prigroup;  /* AIRCR.PRIGROUP */
    uint8_t primask;   /* 0, 1 */
    uint8_t faultmask; /* 0, 1 */
    uint8_t basepri;   /* 0: none */
    bool debug_mask;   /* DHCSR.C_MASKINTS: hides PendSV, SysTick and external interrupts */
};

void nvic_init(struct nvic *v);

/* A line changed. Its rising edge pends; while it stays high, nvic_return() pends it again. */
void nvic_set_level(struct nvic *v, unsigned exc, bool level);
void nvic_pend(struct nvic *v, unsigned exc);
void nvic_unpend(struct nvic *v, unsigned exc); /* a level that is still high keeps it pending */
void nvic_activate(struct nvic *v, unsigned exc);
void nvic_deactivate(struct nvic *v, unsigned exc);

/* Priority of an exception: -3…-1, or 0…255 as written. */
int nvic_priority(const struct nvic *v, unsigned exc);
/* The group part that decides preemption: fixed ones unchanged, others with the subpriority bits cleared. */
int nvic_group_priority(const struct nvic *v, int priority);
/* ExecutionPriority(): of everything active, and of the masks. NVIC_THREAD_PRIORITY when nothing holds it. */
int nvic_execution_priority(const struct nvic *v);
/* The same without PRIMASK, as WFI's wake-up condition wants it. */
int nvic_execution_priority_unmasked(const struct nvic *v);

/* The most urgent pending and enabled exception, whether or not it may preempt; EXC_NONE when there is none. */
unsigned nvic_highest_pending(const struct nvic *v);
/* The pending exception that is to be taken now; EXC_NONE when none preempts. */
unsigned nvic_eligible(const struct nvic *v);
/* Would a pending exception wake the core from WFI? (B1.5.19: as if PRIMASK were 0) */
bool nvic_wakes(const struct nvic *v);

unsigned nvic_active_count(const struct nvic *v);

#endif
