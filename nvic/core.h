/*
 * The ARMv7-M core around the CPU port: exception model, faults, sleep, and the run loop that turns the port's stops
 * into architecture. ARMv7-M ARM part B.
 *
 * One `struct core` is one core's whole state besides the port's registers; it holds no heap pointers of its own, so
 * that a snapshot is a copy.
 */
#ifndef NVIC_CORE_H
#define NVIC_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/bus.h"
#include "emu/cpu.h"
#include "emu/doors.h"
#include "emu/evlog.h"
#include "emu/log.h"
#include "nvic/debug.h"
#include "nvic/dwt.h"
#include "nvic/etm.h"
#include "nvic/fpb.h"
#include "nvic/itm.h"
#include "nvic/mpu.h"
#include "nvic/nvic.h"
#include "nvic/rom_table.h"
#include "nvic/systick.h"
#include "nvic/tpiu.h"

/* Cycle costs of what the core does itself (Cortex-M4 TRM 3.9; lazy save: one store a word). */
struct core_timing {
    uint8_t entry, exit, tail_chain, fp_words; /* fp_words: added when the FP context is stacked at once */
};

/* CFSR bits by name (B3.2.15). */
enum cfsr {
    CFSR_IACCVIOL = 1 << 0,
    CFSR_DACCVIOL = 1 << 1,
    CFSR_MUNSTKERR = 1 << 3,
    CFSR_MSTKERR = 1 << 4,
    CFSR_MLSPERR = 1 << 5,
    CFSR_MMARVALID = 1 << 7,
    CFSR_IBUSERR = 1 << 8,
    CFSR_PRECISERR = 1 << 9,
    CFSR_UNSTKERR = 1 << 11,
    CFSR_STKERR = 1 << 12,
    CFSR_LSPERR = 1 << 13,
    CFSR_BFARVALID = 1 << 15,
    CFSR_UNDEFINSTR = 1 << 16,
    CFSR_INVSTATE = 1 << 17,
    CFSR_INVPC = 1 << 18,
    CFSR_NOCP = 1 << 19,
    CFSR_UNALIGNED = 1 << 24,
    CFSR_DIVBYZERO = 1 << 25
};
#define HFSR_VECTTBL  0x00000002u
#define HFSR_FORCED   0x40000000u
#define HFSR_DEBUGEVT 0x80000000u

enum {
    CCR_NONBASETHRDENA = 1,
    CCR_USERSETMPEND = 2,
    CCR_UNALIGN_TRP = 8,
    CCR_DIV_0_TRP = 16,
    CCR_BFHFNMIGN = 256,
    CCR_STKALIGN = 512
};
enum { SCR_SLEEPONEXIT = 2, SCR_SLEEPDEEP = 4, SCR_SEVONPEND = 16 };
#define FPCCR_ASPEN 0x80000000u
#define FPCCR_LSPEN 0x40000000u
enum {
    FPCCR_LSPACT = 1,
    FPCCR_USER = 2,
    FPCCR_THREAD = 8,
    FPCCR_HFRDY = 16,
    FPCCR_MMRDY = 32,
    FPCCR_BFRDY = 64,
    FPCCR_MONRDY = 256
};
enum { CONTROL_NPRIV = 1, CONTROL_SPSEL = 2, CONTROL_FPCA = 4 };

/* The registers of the System Control Block that are plain state. */
struct scb {
    uint32_t vtor, scr, ccr, cfsr, hfsr, dfsr, mmfar, bfar, afsr, cpacr, demcr;
    uint32_t fpccr, fpcar, fpdscr;
};

/* Why the core sleeps. */
enum core_sleep { CORE_AWAKE, CORE_WFI, CORE_WFE, CORE_SLEEP_ON_EXIT };

/* One dynamic execution context: Thread mode, or one activation of an exception. Entry and tail-chain open a new one.
 */
struct activation {
    uint64_t serial;
    uint64_t retired_at; /* cpu_retired() when it began to run; what it ran before being preempted is in `retired` */
    uint64_t retired;
    uint64_t last_at; /* cpu_retired() just after the last instruction that it retired before it was preempted */
    uint8_t exception;
};
enum { CORE_MAX_ACTIVATIONS = 64 };

enum core_stop {
    CORE_STOP_ATTENTION,  /* somebody asked: core_attention() */
    CORE_STOP_BUDGET,     /* the instructions asked for have retired */
    CORE_STOP_ASLEEP,     /* the run loop must advance time to the next event */
    CORE_STOP_BREAKPOINT, /* a breakpoint of the port; not executed */
    CORE_STOP_WATCHPOINT, /* likewise a watchpoint: `watch_addr`, `watch_store` */
    CORE_STOP_BKPT,       /* BKPT that the host claims; not executed */
    CORE_STOP_HALTED,     /* in Debug state, or held: nvic/debug.h */
    CORE_STOP_LOCKUP,
};

/* What a BKPT instruction is to the host. */
enum core_bkpt {
    CORE_BKPT_GUEST /* DebugMonitor or HardFault */,
    CORE_BKPT_SERVED /* go on behind it */,
    CORE_BKPT_STOP /* the host's debugger stops there; so does a debugger with C_DEBUGEN */,
    CORE_BKPT_WAIT /* come again */
};

struct core_host {
    enum core_bkpt (*bkpt)(void *ctx, uint8_t imm);
    void (*fault)(void *ctx, unsigned exc, uint32_t pc); /* a fault exception was raised by the code at pc */
    void (*device_access)(void *ctx, uint32_t addr, uint32_t pc, bool store);
    void (*sleep_changed)(void *ctx, bool asleep);
    void (*halted_changed)(void *ctx, bool halted); /* time passes while the core is stopped; or no longer */
    void *ctx;
};

/* One of the core's blocks as a device on the bus. */
struct ppb_port {
    struct core *core;
    enum component which;
};

struct core {
    struct cpu *cpu;
    struct bus *bus;
    struct sched *sched;
    struct evlog *evlog;
    struct log *log;
    struct system_request sys;
    struct core_host host;
    struct trace_pins trace_pins; /* tpiu_connect() */
    struct core_state state;      /* what peripherals may know */

    struct nvic nvic;
    struct systick systick;
    struct mpu mpu;
    struct dwt dwt;
    struct debug debug;
    struct fpb fpb;
    struct itm itm;
    struct tpiu tpiu;
    struct etm etm;
    struct scb scb;
    struct core_timing timing;
    struct ppb_port ppb[COMPONENTS];

    enum core_sleep sleep;
    bool event_register;
    bool lockup;
    bool attention;
    uint32_t watch_addr;
    bool watch_store;
    bool sleep_clock_runs; /* SysTick and CYCCNT count in WFI, WFE */
    vtime stalled_until;   /* no instruction is fetched before (flash erase and write) */
    bool denied_by_bus;    /* the last access that check_access refused is a BusFault, not a MemManage */

    uint64_t exceptions[EXC_COUNT]; /* how often each was entered */
    uint64_t next_serial;
    struct activation activation[CORE_MAX_ACTIVATIONS];
    unsigned n_activations; /* the last one runs */
};

/* Adds the core's devices (System Control Space, DWT, ROM table) to the bus; call before core_attach_cpu(). */
void core_init(struct core *c, struct bus *bus, struct sched *sched, struct evlog *evlog, struct log *log,
               const struct system_request *sys, const struct core_host *host);
/* Creates the CPU port on the finished bus. */
void core_attach_cpu(struct core *c);
void core_free(struct core *c);

/* Reset: registers, SP and PC from the vector table at `vectors` (0 on the chip). `power_on` also resets the debug
 * registers. */
void core_reset(struct core *c, uint32_t vectors, bool power_on);

/* Runs until something stops it, at most `budget` retired instructions. Fires due events, takes exceptions. */
enum core_stop core_run(struct core *c, uint64_t budget);

/* Is the CPU port executing one instruction for the core's own sake, so that its budget is nobody else's? For a step of
 * the debug hardware, or a word that the FPB has remapped. */
bool core_executes_one(const struct core *c);

/* Makes core_run() return CORE_STOP_ATTENTION at the next boundary. */
void core_attention(struct core *c);

/* The core cannot fetch before `until`; time and peripherals go on. */
void core_stall(struct core *c, vtime until);

/* Interrupt lines, as a sink for emu/irq.h. */
void core_irq(void *core, unsigned irqn, bool level);
void core_pend(struct core *c, unsigned exc);
void core_unpend(struct core *c, unsigned exc);

/* Is the running code privileged? */
bool core_privileged(struct core *c);
/* Number of the exception being executed; 0 in Thread mode. */
unsigned core_ipsr(struct core *c);

/* cpu_retired() just after the last instruction that activation `n` has retired; 0: it has not retired any. */
uint64_t core_last_retired(const struct core *c, unsigned n);

/* A debugger's access to a word of the Private Peripheral Bus (0xE0000000…0xE00FFFFF), as its AHB-AP makes one; also
 * what peek and poke do there. False: nothing answers. */
bool core_debug_read(struct core *c, uint32_t addr, uint32_t *value);
bool core_debug_write(struct core *c, uint32_t addr, uint32_t value);

/* Recomputes what follows from masks, priorities, CPACR, MPU…: call after changing any of them. */
void core_update(struct core *c);
/* The same, and what the CPU port knows of this struct: after it was copied back from a snapshot. */
void core_restored(struct core *c);

/* ---- shared by the files of this folder ---------------------------------------------------------------------------
 */

/* nvic/core.c */
void core_set_sleep(struct core *c, enum core_sleep sleep);
void core_update_clocks(struct core *c); /* SysTick's and DWT's stand in sleep and Debug state */
/* nvic/exception.c */
void exception_take(struct core *c, unsigned exc);          /* entry, with late arrivals */
void exception_return(struct core *c, uint32_t exc_return); /* from a handler; PC was loaded with exc_return */
void activation_open(struct core *c, unsigned exc);
/* nvic/fault.c */
void fault_raise(struct core *c, unsigned exc, uint32_t cfsr);                   /* synchronous, at the current pc */
void fault_raise_at(struct core *c, unsigned exc, uint32_t cfsr, uint32_t addr); /* with MMFAR or BFAR */
void fault_derived(struct core *c, unsigned exc, uint32_t cfsr);                 /* during entry, return, lazy save */
void fault_escalate(struct core *c, uint32_t hfsr);                              /* HardFault, or lockup */
bool fault_check_access(void *core, uint32_t addr, unsigned size, bool store, bool execute, bool unprivileged);
bool fault_stack_write(struct core *c, uint32_t addr, uint32_t value, uint32_t stkerr_m, uint32_t stkerr_b,
                       bool privileged);
bool fault_stack_read(struct core *c, uint32_t addr, uint32_t *value, bool privileged);
/* nvic/fp.c */
bool fp_enabled(struct core *c);
void fp_trapped(struct core *c); /* an FP instruction is about to execute while traps.fp */
void fp_update_traps(struct core *c, struct cpu_traps *t);
/* nvic/watch.c */
void core_watch(struct core *c); /* comparators have changed */
bool core_accessed(void *core, const struct cpu_access *a);
void core_execute(struct core *c, uint64_t budget, struct cpu_stop_info *s); /* cpu_run() as the FPB has it */
/* nvic/scs.c */
void scs_reset(struct core *c);
uint32_t scs_read(struct core *c, uint32_t offset, bool debugger);
void scs_write(struct core *c, uint32_t offset, uint32_t value, uint32_t mask, bool debugger);
/* nvic/ppb.c */
void ppb_attach(struct core *c);

#endif
