#include "host/report.h"

#include <inttypes.h>
#include <string.h>

enum { MAX_FRAMES = 32, DESCRIPTION = 128 };
enum { FRAME_WORDS = 8, FRAME_SIZE = 32, FP_FRAME_SIZE = 104 };

enum {
    EXC_RETURN_PSP = 1 << 2,
    EXC_RETURN_NO_FP = 1 << 4,
    XPSR_ALIGNED = 1 << 9, /* in a stacked xPSR: sp was moved by 4 to align the frame */
};

#define NO_CODE 0xE0000000u /* from here on nothing can be executed (ARMv7-M ARM B3.1) */

enum { CFSR_MMARVALID = 1 << 7, CFSR_BFARVALID = 1 << 15 };

struct flag {
    uint32_t mask;
    const char *name, *meaning;
};

static const struct flag cfsr_flags[] = {
    {1u << 0, "IACCVIOL", "an instruction was fetched from where executing is not allowed"},
    {1u << 1, "DACCVIOL", "a load or store was not allowed by the MPU"},
    {1u << 3, "MUNSTKERR", "the exception frame could not be popped: the MPU denied the stack"},
    {1u << 4, "MSTKERR", "the exception frame could not be pushed: the MPU denied the stack"},
    {1u << 5, "MLSPERR", "the lazy saving of FP registers was denied by the MPU"},
    {1u << 7, "MMARVALID", "MMFAR holds the address"},
    {1u << 8, "IBUSERR", "an instruction was fetched from where there is no memory"},
    {1u << 9, "PRECISERR", "a load or store failed on the bus; the stacked PC is that instruction"},
    {1u << 10, "IMPRECISERR", "a buffered store failed on the bus; the stacked PC is later than it"},
    {1u << 11, "UNSTKERR", "the exception frame could not be popped: the stack is not in memory"},
    {1u << 12, "STKERR", "the exception frame could not be pushed: the stack is not in memory, or has overflowed"},
    {1u << 13, "LSPERR", "the lazy saving of FP registers failed on the bus"},
    {1u << 15, "BFARVALID", "BFAR holds the address"},
    {1u << 16, "UNDEFINSTR", "the instruction is undefined"},
    {1u << 17, "INVSTATE", "a branch to an even address, or an EPSR that cannot be: a bad function pointer or vector"},
    {1u << 18, "INVPC", "an exception return with a bad EXC_RETURN value or frame"},
    {1u << 19, "NOCP", "a coprocessor instruction that is not enabled: the FPU is off in CPACR"},
    {1u << 24, "UNALIGNED", "an unaligned load or store where that is not allowed"},
    {1u << 25, "DIVBYZERO", "an integer was divided by zero, and CCR.DIV_0_TRP is set"},
};

static const struct flag hfsr_flags[] = {
    {1u << 1, "VECTTBL", "the vector of an exception could not be read"},
    {1u << 30, "FORCED", "another fault escalated: its handler is disabled or may not preempt; see CFSR"},
    {1u << 31, "DEBUGEVT", "a breakpoint instruction without a debugger"},
};

static const char *const system_exceptions[] = {
    "Thread mode", "Reset", "NMI", "HardFault", "MemManage",    "BusFault", "UsageFault", NULL,
    NULL,          NULL,    NULL,  "SVCall",    "DebugMonitor", NULL,       "PendSV",     "SysTick",
};

const char *report_exception_name(unsigned exception, char *buf, unsigned size)
{
    if (exception >= 16)
        snprintf(buf, size, "IRQ %u", exception - 16);
    else if (system_exceptions[exception])
        snprintf(buf, size, "%s", system_exceptions[exception]);
    else
        snprintf(buf, size, "exception %u", exception);
    return buf;
}

static void print_flags(FILE *out, const char *name, uint32_t value, const struct flag *flags, unsigned n)
{
    fprintf(out, "  %-5s 0x%08" PRIx32 "\n", name, value);
    for (unsigned i = 0; i < n; i++)
        if (value & flags[i].mask)
            fprintf(out, "    %-11s %s\n", flags[i].name, flags[i].meaning);
}

void report_status(FILE *out, const struct report_fault *f)
{
    print_flags(out, "CFSR", f->cfsr, cfsr_flags, sizeof cfsr_flags / sizeof cfsr_flags[0]);
    print_flags(out, "HFSR", f->hfsr, hfsr_flags, sizeof hfsr_flags / sizeof hfsr_flags[0]);
    if (f->cfsr & CFSR_MMARVALID)
        fprintf(out, "  MMFAR 0x%08" PRIx32 "\n", f->mmfar);
    if (f->cfsr & CFSR_BFARVALID)
        fprintf(out, "  BFAR  0x%08" PRIx32 "\n", f->bfar);
}

/* ---- the walk ---- */

struct walk {
    const struct report_fault *f;
    uint32_t regs[16];
    uint32_t xpsr, msp, psp;
    bool on_psp;
    bool exact;        /* pc is an instruction to execute, rather than a return address behind the call */
    uint32_t frame;    /* the exception frame crossed last: its address… */
    const char *stack; /* …and the stack it is on; NULL: none crossed yet */
};

/* One of the six values there are (ARMv7-M ARM B1.5.8). */
static bool is_exc_return(uint32_t pc)
{
    uint32_t without_fp = pc | EXC_RETURN_NO_FP;
    return without_fp == 0xFFFFFFF1 || without_fp == 0xFFFFFFF9 || without_fp == 0xFFFFFFFD;
}

static void walk_start(struct walk *w, const struct report_fault *f)
{
    *w = (struct walk){.f = f, .xpsr = f->regs[16], .msp = f->msp, .psp = f->psp, .exact = true};
    memcpy(w->regs, f->regs, sizeof w->regs);
    w->on_psp = !(w->xpsr & 0x1FF) && f->regs[13] == f->psp && f->psp != f->msp;
}

static bool read_frame(struct walk *w, uint32_t addr, uint32_t frame[FRAME_WORDS])
{
    for (unsigned i = 0; i < FRAME_WORDS; i++)
        if (!w->f->read_word(w->f->ctx, addr + i * 4, &frame[i]))
            return false;
    return true;
}

/* Undoes an exception entry: pc is the EXC_RETURN value that the handler would return with. */
static bool walk_exception(struct walk *w)
{
    uint32_t exc_return = w->regs[15];
    uint32_t frame[FRAME_WORDS];
    if (w->on_psp)
        w->psp = w->regs[13];
    else
        w->msp = w->regs[13];
    w->on_psp = exc_return & EXC_RETURN_PSP;
    w->stack = w->on_psp ? "PSP" : "MSP";
    w->frame = w->on_psp ? w->psp : w->msp;
    if (!read_frame(w, w->frame, frame))
        return false;
    memcpy(w->regs, frame, 4 * sizeof frame[0]);
    w->regs[12] = frame[4];
    w->regs[14] = frame[5];
    w->regs[15] = frame[6];
    w->xpsr = frame[7];
    w->regs[13] =
        w->frame + (exc_return & EXC_RETURN_NO_FP ? FRAME_SIZE : FP_FRAME_SIZE) + (w->xpsr & XPSR_ALIGNED ? 4 : 0);
    w->exact = true;
    return true;
}

/* Where to look for pc's function and line: in the call, as what is behind it may be another line or function. */
static uint32_t looked_up(const struct walk *w) { return w->exact ? w->regs[15] : w->regs[15] - 2; }

/* To the caller. Where nothing is known of a function that was just entered, its return address is still in lr. */
static bool walk_call(struct walk *w)
{
    uint32_t before[16];
    memcpy(before, w->regs, sizeof before);
    uint32_t lr = w->regs[14];
    w->regs[15] = looked_up(w);
    if (!symbols_unwind(w->f->symbols, w->regs, w->f->read_word, w->f->ctx)) {
        memcpy(w->regs, before, sizeof before);
        if (!w->exact || !is_exc_return(lr))
            return false;
        w->regs[15] = lr;
    }
    if (!is_exc_return(w->regs[15])) {
        w->regs[15] &= ~1u;
        w->exact = false;
    }
    return w->regs[15] != before[15] || w->regs[13] != before[13];
}

/* A return address that leads nowhere: what startup code and task switchers leave in lr. */
static bool walk_ended(const struct walk *w)
{
    return !w->exact && !is_exc_return(w->regs[15]) && (!w->regs[15] || w->regs[15] >= NO_CODE);
}

static void print_frame(FILE *out, const struct walk *w, unsigned n)
{
    char text[DESCRIPTION];
    uint32_t offset;
    const char *function = symbols_function(w->f->symbols, looked_up(w), &offset);
    fprintf(out, "  #%-2u 0x%08" PRIx32, n, w->regs[15]);
    if (function)
        fprintf(out, " in %s", function);
    if (w->f->symbols)
        fprintf(out, " (%s)", symbols_describe(w->f->symbols, looked_up(w), text, sizeof text));
    fputc('\n', out);
}

/* What was interrupted is below; `exception` is what was handled above. */
static bool cross_exception(FILE *out, struct walk *w)
{
    char name[32];
    unsigned exception = w->xpsr & 0x1FF;
    bool there = walk_exception(w);
    fprintf(out, "  --- %s, entered with the frame on %s at 0x%08" PRIx32 "%s\n",
            report_exception_name(exception, name, sizeof name), w->stack, w->frame,
            there ? "" : ", where there is no memory");
    return there;
}

void report_backtrace(FILE *out, const struct report_fault *f)
{
    struct walk w;
    bool more = true;
    walk_start(&w, f);
    for (unsigned steps = 0, n = 0; steps < MAX_FRAMES && more && !walk_ended(&w); steps++) {
        if (is_exc_return(w.regs[15])) {
            more = cross_exception(out, &w);
        } else {
            print_frame(out, &w, n++);
            more = walk_call(&w);
        }
    }
}

static void print_registers(FILE *out, const uint32_t regs[16], uint32_t xpsr)
{
    static const char *const names[] = {"r0", "r1",  "r2",  "r3",  "r4", "r5", "r6", "r7",  "r8",
                                        "r9", "r10", "r11", "r12", "sp", "lr", "pc", "xpsr"};
    for (unsigned i = 0; i < 17; i++) {
        fprintf(out, "  %-4s 0x%08" PRIx32, names[i], i < 16 ? regs[i] : xpsr);
        if (i % 4 == 3 || i == 16)
            fputc('\n', out);
    }
}

/* Walks up to the first exception frame, which holds the registers of the code that failed. */
static bool find_stacked(struct walk *w, const struct report_fault *f)
{
    walk_start(w, f);
    for (unsigned n = 0; n < MAX_FRAMES && !walk_ended(w) && walk_call(w); n++)
        if (is_exc_return(w->regs[15]))
            return walk_exception(w);
    return false;
}

void report_fault(FILE *out, const struct report_fault *f)
{
    char name[32], where[DESCRIPTION];
    struct walk w;
    fprintf(out, "%s in %s at %" PRIu64 ".%06" PRIu64 " s, pc 0x%08" PRIx32 " (%s)\n", f->what,
            report_exception_name(f->regs[16] & 0x1FF, name, sizeof name), (uint64_t)(f->time / VTIME_PER_S),
            (uint64_t)(f->time % VTIME_PER_S / VTIME_PER_US), f->regs[15],
            symbols_describe(f->symbols, f->regs[15], where, sizeof where));
    report_status(out, f);
    fputs("Registers now:\n", out);
    print_registers(out, f->regs, f->regs[16]);
    if (find_stacked(&w, f)) {
        fprintf(out, "Registers when %s was entered (frame on %s at 0x%08" PRIx32 "):\n", name, w.stack, w.frame);
        print_registers(out, w.regs, w.xpsr);
    }
    fputs("Backtrace:\n", out);
    report_backtrace(out, f);
}
