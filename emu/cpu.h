/*
 * The CPU port: executes Thumb-2 on Unicorn and tells why it stopped. The one file that knows Unicorn is emu/cpu.c.
 *
 * The port runs instructions, advances sched->now by what they cost and stops, always *between* instructions, when
 * sched->deadline has passed or when an instruction needs the core (exception return, SVC, a fault…). It knows nothing
 * of exceptions: nvic/core.c decides what a stop means. A single step is the same loop with a budget of one.
 */
#ifndef EMU_CPU_H
#define EMU_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/bus.h"
#include "emu/cpu_ranges.h"
#include "emu/insn.h"
#include "emu/log.h"
#include "emu/sched.h"

/* Registers, numbered as gdb's m-profile, m-system and vfp features number them here. */
enum cpu_reg {
    CPU_R0 = 0,
    CPU_SP = 13, /* the active one */
    CPU_LR = 14,
    CPU_PC = 15,
    CPU_XPSR = 16, /* APSR, IPSR, EPSR with T and ITSTATE */
    CPU_MSP,
    CPU_PSP,
    CPU_PRIMASK,
    CPU_BASEPRI,
    CPU_FAULTMASK,
    CPU_CONTROL, /* nPRIV, SPSEL, FPCA */
    CPU_FPSCR,
    CPU_S0, /* … CPU_S0 + 31 */
    CPU_REGS = CPU_S0 + 32
};

enum cpu_stop {
    CPU_STOP_DEADLINE,    /* sched->now >= sched->deadline, or kicked */
    CPU_STOP_BUDGET,      /* the budget of instructions is used up */
    CPU_STOP_BREAKPOINT,  /* at a cpu_breakpoint() address, not yet executed */
    CPU_STOP_CORE_BREAK,  /* at a cpu_core_breakpoints() address, not yet executed */
    CPU_STOP_WATCHPOINT,  /* about to access `addr`, which cpu_watchpoint() watches; not yet executed */
    CPU_STOP_INSN,        /* an instruction the core carries out: `insn_class`, `imm`; not yet executed */
    CPU_STOP_EXC_RETURN,  /* PC was loaded with EXC_RETURN in Handler mode: `value`; pc = the return instruction */
    CPU_STOP_DATA_FAULT,  /* access to `addr` failed; not executed, no register changed */
    CPU_STOP_FETCH_FAULT, /* cannot fetch at pc */
    CPU_STOP_INVSTATE,    /* T bit clear: pc = the address that was branched to */
    CPU_STOP_UNALIGNED,   /* unaligned access that faults; not executed */
    CPU_STOP_DIVIDE,      /* SDIV/UDIV by zero while div_traps; not executed */
    CPU_STOP_FP,          /* FP instruction while fp_traps; not executed */
};

struct cpu_stop_info {
    enum cpu_stop reason;
    uint32_t pc;      /* of the next (not executed) instruction */
    uint32_t next_pc; /* CPU_STOP_INSN: of the instruction behind it */
    uint32_t addr;    /* CPU_STOP_DATA_FAULT */
    uint32_t value;   /* CPU_STOP_EXC_RETURN */
    bool store;       /* CPU_STOP_DATA_FAULT */
    bool denied;      /* CPU_STOP_*_FAULT: by check_access rather than by the bus */
    enum insn_class insn_class;
    uint8_t imm;
    uint8_t size; /* of the instruction at pc, where it matters */
};

/* What the core tells the port to look out for. All may be changed whenever the CPU is stopped or in a device access.
 */
struct cpu_traps {
    bool divide;    /* CCR.DIV_0_TRP */
    bool unaligned; /* CCR.UNALIGN_TRP */
    bool fp;        /* FP instructions stop: CPACR denies them, a lazy save is due, or FPCA is still 0 */
    bool access;    /* every load, store and fetch asks check_access: MPU on, or unprivileged */
};

struct cpu_core_ops {
    /* May this access go ahead? Only asked while traps.access. `execute`: an instruction fetch. */
    bool (*check_access)(void *ctx, uint32_t addr, unsigned size, bool store, bool execute, bool force_unprivileged);
    /* PRIMASK, BASEPRI, FAULTMASK or CONTROL may have been changed by the instruction that just retired. */
    void (*masks_changed)(void *ctx);
    /* A load or store of the instruction at `pc` reached a device; may be NULL. */
    void (*device_access)(void *ctx, uint32_t addr, uint32_t pc, bool store);
    /* An instruction that accesses a range of cpu_watch_ranges() is about to be executed; when it retires, it did.
     * True: stop behind it, with CPU_STOP_DEADLINE if with nothing else. Asked once for its fetch, once for its
     * operand. */
    bool (*accessed)(void *ctx, const struct cpu_access *a);
    void *ctx;
};

struct cpu; /* opaque; holds the engine and caches only: no architectural state that cpu_save() does not save */

struct cpu *cpu_new(struct bus *bus, struct sched *sched, struct log *log, const struct cpu_core_ops *ops);
void cpu_free(struct cpu *c);

/* Executes until something stops it; at most `budget` instructions (UINT64_MAX: no limit). Out of a large budget it
 * also stops early, as for a deadline. */
void cpu_run(struct cpu *c, uint64_t budget, struct cpu_stop_info *stop);

/* Registers, when stopped or from a device access. Writes of CPU_XPSR set IPSR and switch stacks accordingly. */
uint32_t cpu_get(struct cpu *c, enum cpu_reg r);
void cpu_set(struct cpu *c, enum cpu_reg r, uint32_t value);
/* XPSR (flags, IPSR, ITSTATE, T) and CONTROL together: what exception entry and return change. SP is that of the new
 * mode afterwards. */
void cpu_set_mode(struct cpu *c, uint32_t xpsr, uint32_t control);
/* r0…r12, sp, lr, pc, xpsr at once: the exception frame's way. */
void cpu_get_core(struct cpu *c, uint32_t regs[17]);

void cpu_set_traps(struct cpu *c, const struct cpu_traps *t);

/* Instructions retired since creation; a conditional instruction whose condition failed counts. */
uint64_t cpu_retired(const struct cpu *c);
/* Those that the core carried out itself, before the time that they take passes. */
void cpu_count_retired(struct cpu *c, uint64_t n);

/* Exception entry and return clear the local exclusive monitor (ARMv7-M ARM B1.5.6, B1.5.8). */
void cpu_clear_exclusive(struct cpu *c);

/* Where to write the pc of an instruction that accesses a device, before the access. */
void cpu_report_pc(struct cpu *c, uint32_t *pc);

/* Any number of reasons may want a breakpoint at an address: calls nest. At most CPU_MAX_BREAKPOINTS addresses. */
enum { CPU_MAX_BREAKPOINTS = 1024 };
void cpu_breakpoint(struct cpu *c, uint32_t addr, bool set);

/* The core's own breakpoints: all of them, instead of those before. Where one of cpu_breakpoint() is too, that one
 * stops first. */
enum { CPU_MAX_CORE_BREAKPOINTS = 32 };
void cpu_core_breakpoints(struct cpu *c, const uint32_t *addr, unsigned n);

/* The core's own watchpoints, which do not stop before the access, but tell of it: ops.accessed. All of them. */
void cpu_watch_ranges(struct cpu *c, const struct cpu_range *range, unsigned n);

/* Stops before instructions that load from or store to any byte of a range. Each set is undone by one call with the
 * same arguments and `set` false; at most CPU_MAX_WATCHPOINTS: false when there are more. */
enum { CPU_MAX_WATCHPOINTS = 16 };
bool cpu_watchpoint(struct cpu *c, uint32_t addr, uint32_t size, bool loads, bool stores, bool set);

/* From now on tells every value that SP has, in the order it has them: before each instruction that may change it, and
 * when the CPU stops. What the core does to SP shows at the next of both. `seen` NULL: no more. */
void cpu_watch_stack(struct cpu *c, void (*seen)(void *ctx, uint32_t sp), void *ctx);

/* Who hears of every instruction, for profiles. It costs about as much as the instructions themselves; nothing while
 * there is nobody. */
struct cpu_observer {
    /* The instruction `in` at `pc` begins at `now`. Those of an IT block whose condition fails are not told. */
    void (*executes)(void *ctx, uint32_t pc, const struct insn *in, vtime now);
    /* The one that was told last did not retire: it faulted. */
    void (*taken_back)(void *ctx);
    void *ctx;
};
void cpu_observe(struct cpu *c, const struct cpu_observer *o); /* copied; NULL: nobody any more */

/* When a small budget is used up, somebody is asked whether to go on for one instruction more, whatever points are
 * there, rather than stop: as long as nothing else has to happen, steps follow each other without leaving the engine.
 * `pc` is the instruction that comes next; registers may be read. NULL: nobody. */
void cpu_at_budget(struct cpu *c, bool (*go_on)(void *ctx, uint32_t pc), void *ctx);

/* The next instruction executes although a breakpoint or watchpoint stops there; one of the core's own still does.
 * cpu_restore() undoes it. */
void cpu_pass_points(struct cpu *c);
/* That one does not either. */
void cpu_pass_core_breakpoint(struct cpu *c);

/* Code in this range changed behind the engine's back. */
void cpu_code_changed(struct cpu *c, uint32_t addr, uint32_t size);

/* Architectural state as bytes, for snapshots. Memory is not included. */
size_t cpu_state_size(struct cpu *c);
void cpu_save(struct cpu *c, void *state);
void cpu_restore(struct cpu *c, const void *state); /* after memory was restored */

#endif
