/*
 * Faults: status registers, escalation, derived exceptions, lockup; and the permission checks that raise them.
 * ARMv7-M ARM B1.5.13…B1.5.15, B3.2.
 */
#include "nvic/core.h"

#define PPB_BASE  0xE0000000u
#define PPB_SIZE  0x00100000u
#define STIR_ADDR 0xE000EF00u
#define ITM_BASE  0xE0000000u
#define ITM_SIZE  0x00001000u

static void lock_up(struct core *c)
{
    if (c->lockup)
        return;
    c->lockup = true;
    evlog_emit(c->evlog, EV_LOCKUP, 0, cpu_get(c->cpu, CPU_PC));
    sched_kick(c->sched);
}

/* A fault that its own handler cannot take becomes a HardFault; at HardFault's priority or above the core locks up. */
void fault_escalate(struct core *c, uint32_t hfsr)
{
    c->scb.hfsr |= hfsr;
    debug_fault_vc(c, EXC_HARDFAULT, DEMCR_VC_HARDERR | (hfsr & HFSR_VECTTBL ? DEMCR_VC_INTERR : 0));
    if (nvic_execution_priority(&c->nvic) <= -1) {
        lock_up(c);
        return;
    }
    nvic_pend(&c->nvic, EXC_HARDFAULT);
    sched_kick(c->sched);
}

static bool can_take(const struct core *c, unsigned exc)
{
    return (c->nvic.enabled >> exc & 1) &&
           nvic_group_priority(&c->nvic, c->nvic.priority[exc]) < nvic_execution_priority(&c->nvic);
}

void fault_derived(struct core *c, unsigned exc, uint32_t cfsr)
{
    c->scb.cfsr |= cfsr;
    if (can_take(c, exc)) {
        debug_fault(c, exc, cfsr);
        nvic_pend(&c->nvic, exc);
        sched_kick(c->sched);
    } else {
        fault_escalate(c, HFSR_FORCED);
    }
}

void fault_raise(struct core *c, unsigned exc, uint32_t cfsr)
{
    uint32_t pc = cpu_get(c->cpu, CPU_PC);
    evlog_emit(c->evlog, EV_FAULT, exc, pc);
    if (c->host.fault)
        c->host.fault(c->host.ctx, exc, pc);
    fault_derived(c, exc, cfsr);
}

void fault_raise_at(struct core *c, unsigned exc, uint32_t cfsr, uint32_t addr)
{
    if (exc == EXC_MEMMANAGE) {
        c->scb.mmfar = addr;
        cfsr |= CFSR_MMARVALID;
    } else {
        c->scb.bfar = addr;
        cfsr |= CFSR_BFARVALID;
    }
    fault_raise(c, exc, cfsr);
}

static bool in_ppb(uint32_t addr) { return addr - PPB_BASE < PPB_SIZE; }

static bool permitted(struct core *c, uint32_t addr, bool store, bool execute, bool privileged)
{
    if (mpu_enabled(&c->mpu)) {
        /* what the active priority is, not what FAULTMASK makes of it, would not do: B3.5.3 counts FAULTMASK */
        bool negative = nvic_execution_priority(&c->nvic) < 0;
        if (!mpu_allows(&c->mpu, addr, store, execute, privileged, negative)) {
            c->denied_by_bus = false;
            return false;
        }
    }
    if (!privileged && in_ppb(addr) && !execute) {
        bool stir = store && addr == STIR_ADDR && (c->scb.ccr & CCR_USERSETMPEND);
        bool allowed = stir || addr - ITM_BASE < ITM_SIZE; /* ITM_TPR says which of its ports */
        c->denied_by_bus = !allowed;
        return allowed;
    }
    return true;
}

bool fault_check_access(void *core, uint32_t addr, unsigned size, bool store, bool execute, bool unprivileged)
{
    struct core *c = core;
    bool privileged = !unprivileged && core_privileged(c);
    return permitted(c, addr, store, execute, privileged) &&
           ((addr & 31) + size <= 32 || permitted(c, addr + size - 1, store, execute, privileged));
}

bool fault_stack_write(struct core *c, uint32_t addr, uint32_t value, uint32_t stkerr_m, uint32_t stkerr_b,
                       bool privileged)
{
    if (!permitted(c, addr, true, false, privileged)) {
        fault_derived(c, EXC_MEMMANAGE, stkerr_m);
        return false;
    }
    if (!bus_write(c->bus, addr, value, 4)) {
        fault_derived(c, EXC_BUSFAULT, stkerr_b);
        return false;
    }
    return true;
}

bool fault_stack_read(struct core *c, uint32_t addr, uint32_t *value, bool privileged)
{
    if (!permitted(c, addr, false, false, privileged)) {
        fault_derived(c, EXC_MEMMANAGE, CFSR_MUNSTKERR);
        return false;
    }
    if (!bus_read(c->bus, addr, value, 4)) {
        fault_derived(c, EXC_BUSFAULT, CFSR_UNSTKERR);
        return false;
    }
    return true;
}
