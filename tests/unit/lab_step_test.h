/* A machine with one of the programs for stepping, held by a debugger, and steppers of every kind. */
#ifndef TESTS_UNIT_LAB_STEP_TEST_H
#define TESTS_UNIT_LAB_STEP_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "emu/debug_registers.h"
#include "soc/debug_port.h"
#include "step/step.h"

enum { IRQ_LOW = 20, IRQ_MID, IRQ_HIGH, IRQ_PEER, IRQ_LOWERS, IRQ_FP };
enum { ISER0 = 0xE000E100, ISPR0 = 0xE000E200, IPR = 0xE000E400, SYST_CSR = 0xE000E010, SYST_RVR = 0xE000E014 };
enum { SYST_CVR = 0xE000E018, SCR = 0xE000ED10, SHPR1 = 0xE000ED18, SHPR2 = 0xE000ED1C, SHPR3 = 0xE000ED20 };
enum { BIT_PENDSV = 1 << 28, BIT_NMI = (int)(1u << 31), PRIORITY_MONITOR = 0x80 };

enum { CONTEXT, RAW, MASK, AUTO, SOFTWARE, DEBUGMON, ALGORITHMS };
static const char *const names[ALGORITHMS] = {"context", "raw", "mask", "auto", "software", "debugmon"};

struct rig {
    struct machine m;
    struct debug_port port;
    struct stepper stepper;
    const struct debug_target_ops *ops;
    uint64_t hash;
};

static inline struct rig *rig_new(const char *image, vtime run_for)
{
    struct rig *r = calloc(1, sizeof *r);
    char err[IMAGE_ERR_SIZE], *specs[] = {(char *)image};
    struct machine_config config = {
        .run_for = run_for, .uart0 = "null", .uart1 = "null", .rtt = "null", .seed = 7, .quiet = true};
    assert_non_null(r);
    assert_true(machine_init(&r->m, &config, err, sizeof err));
    if (!machine_load(&r->m, specs, 1, err))
        fail_msg("%s", err);
    r->hash = TRACE_HASH_INIT;
    evlog_attach(&r->m.soc.evlog, TRACE_HASH_KINDS, trace_hash_read, &r->hash);
    debug_port_init(&r->port, &r->m);
    machine_power_on(&r->m);
    r->ops = r->port.target.ops;
    step_init(&r->stepper, &r->port.access, &r->port.target);
    return r;
}

static inline void rig_free(struct rig *r)
{
    debug_port_close(&r->port);
    machine_close(&r->m);
    free(r);
}

static inline void attach(struct rig *r) { r->ops->attached(&r->port, true); }

static inline uint32_t get(struct rig *r, uint32_t addr)
{
    uint32_t v;
    assert_true(r->port.access.ops->read(&r->port, addr, &v));
    return v;
}

static inline void put(struct rig *r, uint32_t addr, uint32_t v)
{
    assert_true(r->port.access.ops->write(&r->port, addr, v));
}

static inline uint32_t reg(struct rig *r, enum cpu_reg n) { return cpu_get(r->m.soc.core.cpu, n); }
static inline void set(struct rig *r, enum cpu_reg n, uint32_t v) { assert_true(r->ops->reg_set(&r->port, n, v)); }

static inline uint32_t at(struct rig *r, const char *name)
{
    uint32_t addr, size;
    if (!symbols_find(r->m.symbols, name, &addr, &size))
        fail_msg("there is no %s", name);
    return addr;
}

static inline const char *where(struct rig *r, char *buf, unsigned size)
{
    return symbols_describe(r->m.symbols, reg(r, CPU_PC), buf, size);
}

static inline unsigned ran(struct rig *r, unsigned exc) { return get(r, at(r, "counts") + 4 * exc); }
static inline unsigned ran_irq(struct rig *r, unsigned irq) { return ran(r, EXC_IRQ0 + irq); }

static inline void pend(struct rig *r, unsigned irq) { put(r, ISPR0, 1u << irq); }

/* Interrupts have their priorities and are enabled; DebugMonitor is in their middle. */
static inline void prepare(struct rig *r)
{
    put(r, IPR + 20, 0xA0406000u | 0xA0); /* peer, high, mid, low */
    put(r, IPR + 24, 0x4060);
    put(r, SHPR2, 0x60000000); /* SVCall */
    put(r, SHPR3, 0x60E00000 | PRIORITY_MONITOR);
    put(r, ISER0, 0x3Fu << IRQ_LOW);
    put(r, 0xE000ED88, 0xF << 20);
}

/* SysTick, with interrupts. */
static inline void ticks(struct rig *r, unsigned cycles)
{
    put(r, SYST_RVR, cycles - 1);
    put(r, SYST_CVR, 0);
    put(r, SYST_CSR, 7);
}

/* Goes on with the step that was begun, until it has ended. */
static inline enum step_end finish(struct rig *r)
{
    while (!step_advance(&r->stepper))
        ;
    return r->stepper.report.end;
}

static inline enum step_end step(struct rig *r, const char *algorithm)
{
    r->stepper.algorithm = step_algorithm_find(algorithm);
    assert_non_null(r->stepper.algorithm);
    step_begin(&r->stepper, 0);
    return finish(r);
}

#endif
