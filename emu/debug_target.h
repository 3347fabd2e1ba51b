/*
 * What a debugger can do with the machine: one interface for the RSP server, for the laboratory and for a second
 * connection. Implemented by soc/debug_port.c; tests implement it with a fake.
 *
 * Nothing here blocks: resume() only says what is wanted, and run() goes on for a bounded slice. So ^C needs no thread.
 */
#ifndef EMU_DEBUG_TARGET_H
#define EMU_DEBUG_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/cpu.h"
#include "emu/evlog.h"
#include "emu/symbols.h"

enum debug_point { /* numbered as the RSP's Z packets are */
                   DEBUG_POINT_SW_BREAK,
                   DEBUG_POINT_HW_BREAK,
                   DEBUG_POINT_WATCH_WRITE,
                   DEBUG_POINT_WATCH_READ,
                   DEBUG_POINT_WATCH_ACCESS,
};

enum debug_stop {
    DEBUG_RUNNING,    /* the slice is over; call run() again */
    DEBUG_BREAKPOINT, /* `point` tells which kind */
    DEBUG_WATCHPOINT, /* `addr`, `point` */
    DEBUG_STEPPED,
    DEBUG_HALTED,    /* halt() was asked */
    DEBUG_BKPT,      /* a BKPT instruction, or a comparator of the core's debug hardware: no point of ours */
    DEBUG_FAULT,     /* `signal` */
    DEBUG_LOCKUP,    /* the core locked up */
    DEBUG_EXITED,    /* the run is over: `code` */
    DEBUG_BEGINNING, /* on the way back: nothing is known of what was before */
    DEBUG_STARVED,   /* a step ended without its instruction: `text` says who kept the core */
};

struct debug_stop_info {
    enum debug_stop stop;
    enum debug_point point;
    uint32_t addr;
    int signal; /* POSIX number as gdb understands it: 2 INT, 4 ILL, 5 TRAP, 10 BUS, 11 SEGV */
    int code;
    const char *text; /* one line for the user, or NULL; valid until the next call */
};

enum debug_resume {
    DEBUG_CONTINUE,
    DEBUG_STEP,
    DEBUG_CONTINUE_BACK, /* to what was before, until a point; */
    DEBUG_STEP_BACK,     /* by one instruction of the running context: for targets that can */
    DEBUG_GO_ON, /* what a breakpoint that is none for anybody interrupted; a halt that was asked for stays asked for */
};

enum debug_memory_kind { DEBUG_MEMORY_RAM, DEBUG_MEMORY_ROM, DEBUG_MEMORY_FLASH };
struct debug_memory {
    enum debug_memory_kind kind;
    uint32_t base, size;
    uint32_t block; /* flash page size */
};

/* What runs, or was preempted: Thread mode, or the handler of an exception. */
struct debug_context {
    uint8_t exception; /* 0: Thread mode */
    uint64_t serial;   /* of this activation of it */
    char name[32];     /* "Thread", "SysTick", "IRQ 17 RTC1" */
};

/* Where a command prints. */
struct debug_console {
    void (*print)(void *ctx, const char *text);
    void *ctx;
};

/* A command of `monitor`. False: it failed, and what it printed says why. */
struct debug_command {
    const char *name;
    const char *help; /* what it takes, and what it does */
    bool (*run)(void *target_ctx, const char *args, const struct debug_console *to);
};

struct debug_target_ops {
    bool goes_back; /* it can */
    /* Registers as emu/cpu.h numbers them. False: no such register. */
    bool (*reg_get)(void *ctx, enum cpu_reg r, uint32_t *value);
    bool (*reg_set)(void *ctx, enum cpu_reg r, uint32_t value);
    /* Return the number of bytes accessible from the start. Device registers are accessed as a debugger's AHB-AP
     * would, word by word where the address and length allow it. */
    uint32_t (*mem_get)(void *ctx, uint32_t addr, void *buf, uint32_t len);
    uint32_t (*mem_set)(void *ctx, uint32_t addr, const void *buf, uint32_t len);
    /* False: refused (bad length or alignment, none free). Adding one twice and removing a missing one are fine. */
    bool (*point_add)(void *ctx, enum debug_point kind, uint32_t addr, uint32_t len);
    bool (*point_remove)(void *ctx, enum debug_point kind, uint32_t addr, uint32_t len);
    /* The running context first, then the one it preempted, and so on; fills at most `max`, returns how many there are.
     * By its place in that list (from 1), a preempted one's registers; what it does not have any more is false. */
    unsigned (*contexts)(void *ctx, struct debug_context *list, unsigned max);
    bool (*context_reg_get)(void *ctx, unsigned place, enum cpu_reg r, uint32_t *value);
    bool (*context_reg_set)(void *ctx, unsigned place, enum cpu_reg r, uint32_t value);
    /* Starts continuing, or stepping one instruction of a context by its place: the running one or, while those above
     * it run to their end, a preempted one. The point it stands on does not stop it. On the way
     * back it halts where a breakpoint's instruction has not executed yet, and a watchpoint's just has. */
    void (*resume)(void *ctx, enum debug_resume how, unsigned place);
    /* On the way back each breakpoint that is passed is asked about, where it is, and with registers and memory as they
     * were; what does not count is passed for good. NULL: all do. For targets that go back. */
    void (*filter)(void *ctx, bool (*counts)(void *filter_ctx), void *filter_ctx);
    /* Goes on for a slice (some milliseconds of host time). */
    void (*run)(void *ctx, struct debug_stop_info *out);
    /* Makes up to `n` steps of what runs, one after the other, each as resume() and run() make it, and tells where each
     * lands, before the next one; registers and memory may be read then. Ends with the last, when `landed` returns
     * false, or with what ends a step otherwise: in `out`. Returns how many landed. May be NULL. */
    uint64_t (*walk)(void *ctx, uint64_t n, bool (*landed)(void *landed_ctx, uint32_t pc), void *landed_ctx,
                     struct debug_stop_info *out);
    /* Asks the running target to halt: run() then reports DEBUG_HALTED. */
    void (*halt)(void *ctx);
    /* System reset; the target stays halted at the reset vector. */
    void (*reset)(void *ctx);
    /* Flash programming (gdb's load): erase whole pages, then write erased bytes. False: not flash. */
    bool (*flash_erase)(void *ctx, uint32_t addr, uint32_t len);
    bool (*flash_write)(void *ctx, uint32_t addr, const void *buf, uint32_t len);
    /* The address map; returns the number of entries. */
    unsigned (*memory_map)(void *ctx, const struct debug_memory **map);
    /* Names and types of what was loaded; NULL: nothing is known. They stay as they are. */
    const struct symbols *(*symbols)(void *ctx);
    /* What the target adds to `monitor`; returns the number of entries. */
    unsigned (*commands)(void *ctx, const struct debug_command **list);
    /* From now on tells, within run(), of events of these kinds, a bit for each; with a line that describes it. */
    void (*trace)(void *ctx, uint32_t kinds, void (*tell)(void *tell_ctx, enum ev_kind kind, const char *line),
                  void *tell_ctx);
    /* The debugger attached or left. On the last one leaving the target runs on, or stops if it is told to. */
    void (*attached)(void *ctx, bool attached);
    void (*kill)(void *ctx); /* the debugger asks for the end of the run */
};

struct debug_access;

struct debug_target {
    const struct debug_target_ops *ops;
    void *ctx;
    const struct debug_access *access; /* the debug registers (emu/debug_access.h); NULL: it has none */
};

#endif
