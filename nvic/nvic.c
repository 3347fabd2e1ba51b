#include "nvic/nvic.h"

#include <string.h>

#define BIT(n) (1ull << (n))

/* Always enabled: everything below 16 but the three configurable faults, which SHCSR enables. */
#define ALWAYS_ENABLED \
    (BIT(EXC_NMI) | BIT(EXC_HARDFAULT) | BIT(EXC_SVCALL) | BIT(EXC_DEBUGMON) | BIT(EXC_PENDSV) | BIT(EXC_SYSTICK))
#define DEBUG_MASKED (BIT(EXC_PENDSV) | BIT(EXC_SYSTICK) | ~(BIT(EXC_IRQ0) - 1))

void nvic_init(struct nvic *v)
{
    memset(v, 0, sizeof *v);
    v->enabled = ALWAYS_ENABLED;
}

void nvic_pend(struct nvic *v, unsigned exc) { v->pending |= BIT(exc); }

void nvic_unpend(struct nvic *v, unsigned exc) { v->pending &= ~BIT(exc) | (v->level & ~v->active & BIT(exc)); }

void nvic_set_level(struct nvic *v, unsigned exc, bool level)
{
    if (level && !(v->level & BIT(exc)))
        v->pending |= BIT(exc);
    v->level = level ? v->level | BIT(exc) : v->level & ~BIT(exc);
}

void nvic_activate(struct nvic *v, unsigned exc)
{
    v->active |= BIT(exc);
    v->pending &= ~BIT(exc);
}

void nvic_deactivate(struct nvic *v, unsigned exc)
{
    v->active &= ~BIT(exc);
    v->pending |= v->level & BIT(exc); /* still asserted on return: pends again (B3.4.1) */
}

int nvic_priority(const struct nvic *v, unsigned exc)
{
    static const int fixed[] = {[EXC_RESET] = -3, [EXC_NMI] = -2, [EXC_HARDFAULT] = -1};
    return exc >= EXC_RESET && exc <= EXC_HARDFAULT ? fixed[exc] : v->priority[exc];
}

int nvic_group_priority(const struct nvic *v, int priority)
{
    return priority < 0 ? priority : priority & ~((2 << v->prigroup) - 1) & 0xFF;
}

static int active_priority(const struct nvic *v)
{
    int best = NVIC_THREAD_PRIORITY;
    for (uint64_t a = v->active; a; a &= a - 1) {
        int p = nvic_group_priority(v, nvic_priority(v, (unsigned)__builtin_ctzll(a)));
        best = p < best ? p : best;
    }
    return best;
}

static int boosted(const struct nvic *v, int p, bool primask)
{
    int base = v->basepri ? nvic_group_priority(v, v->basepri) : NVIC_THREAD_PRIORITY;
    p = base < p ? base : p;
    p = primask && p > 0 ? 0 : p;
    return v->faultmask && p > -1 ? -1 : p;
}

int nvic_execution_priority(const struct nvic *v) { return boosted(v, active_priority(v), v->primask); }

int nvic_execution_priority_unmasked(const struct nvic *v) { return boosted(v, active_priority(v), false); }

unsigned nvic_highest_pending(const struct nvic *v)
{
    uint64_t candidates = v->pending & v->enabled;
    if (v->debug_mask)
        candidates &= ~DEBUG_MASKED;
    unsigned best = EXC_NONE;
    for (uint64_t c = candidates; c; c &= c - 1) {
        unsigned exc = (unsigned)__builtin_ctzll(c);
        /* group and subpriority together; the lower number wins a tie by coming first */
        if (!best || nvic_priority(v, exc) < nvic_priority(v, best))
            best = exc;
    }
    return best;
}

static bool preempts(const struct nvic *v, int execution_priority)
{
    unsigned exc = nvic_highest_pending(v);
    return exc && nvic_group_priority(v, nvic_priority(v, exc)) < execution_priority;
}

unsigned nvic_eligible(const struct nvic *v)
{
    if (!(v->pending & v->enabled))
        return EXC_NONE;
    return preempts(v, nvic_execution_priority(v)) ? nvic_highest_pending(v) : EXC_NONE;
}

bool nvic_wakes(const struct nvic *v) { return preempts(v, nvic_execution_priority_unmasked(v)); }

unsigned nvic_active_count(const struct nvic *v) { return (unsigned)__builtin_popcountll(v->active); }
