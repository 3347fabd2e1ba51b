/*
 * The exception model on a core that has nothing but a flash and a RAM. ARMv7-M ARM B1.5; cycles: Cortex-M4 TRM 3.9.
 *
 * Every handler is a BX LR unless a test writes another one. What happened is compared as a line of words, in order:
 * E17 entry, T17 tail-chain, L17>16 late arrival of 17 before 16, R17 return, F5 fault raised, S sleep, W wake, K
 * lockup.
 */
#include "nvic/core.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { PAGE = 4096, FLASH_SIZE = 0x10000, RAM_SIZE = 0x10000, RAM = 0x20000000 };
enum { THREAD = 0x400, HANDLERS = 0x2000, HANDLER_SIZE = 0x40, STACK = RAM + 0x8000, PROCESS_STACK = RAM + 0x4000 };
enum { IRQ0 = EXC_IRQ0, IRQ1, IRQ2, IRQ40 = EXC_IRQ0 + 40 };
enum { NOP = 0xBF00, BX_LR = 0x4770, HERE = 0xE7FE, SVC = 0xDF00, BKPT = 0xBE01, UDF = 0xDE00, WFI = 0xBF30 };
enum { WFE = 0xBF20, SEV = 0xBF40, CPSID_I = 0xB672, CPSIE_I = 0xB662, CPSID_F = 0xB671, LDR_R0_R1 = 0x6808 };
enum { STR_R0_R1 = 0x6008, BX_R0 = 0x4700, VADD_1 = 0xEE30, VADD_2 = 0x0A00 /* s0 = s0 + s0 */ };
enum { VTOR = 0xE000ED08, SHCSR = 0xE000ED24, STIR = 0xE000EF00, ICSR = 0xE000ED04, NVIC_ISER1 = 0xE000E104 };
#define FPCA_OFF      0x10u
#define MON_EN        0x00010000u
#define XPSR_REALIGN  0x200u
#define RASR_NONE_4KB (11u << 1 | 1) /* 4 KiB that nobody may touch */

struct fixture {
    uint8_t flash[FLASH_SIZE], ram[RAM_SIZE];
    struct bus bus;
    struct sched sched;
    struct evlog evlog;
    struct log log;
    struct core core;
    char text[512];
    vtime time[64]; /* of each word */
    unsigned n;
    struct pending {
        struct fixture *f;
        struct sched_event event;
        unsigned exc;
    } later[8];
    unsigned n_later;
};

static void on_record(void *ctx, const struct ev *e)
{
    static const char letter[] = {[EV_ENTRY] = 'E', [EV_TAILCHAIN] = 'T', [EV_LATE_ARRIVAL] = 'L', [EV_RETURN] = 'R',
                                  [EV_FAULT] = 'F', [EV_SLEEP] = 'S',     [EV_WAKE] = 'W',         [EV_LOCKUP] = 'K'};
    struct fixture *f = ctx;
    char word[32];
    snprintf(word, sizeof word, "%s%c%.0u", f->n ? " " : "", letter[e->kind], e->a);
    if (e->kind == EV_LATE_ARRIVAL)
        snprintf(word + strlen(word), sizeof word - strlen(word), ">%u", e->b);
    assert_true(f->n < 64 && strlen(f->text) + strlen(word) < sizeof f->text);
    strcat(f->text, word);
    f->time[f->n++] = e->time;
}

static void on_reset(void *ctx, uint32_t resetreas) {}

static void put32(struct fixture *f, uint32_t addr, uint32_t v)
{
    memcpy(addr >= RAM ? f->ram + (addr - RAM) : f->flash + addr, &v, 4);
}
static uint32_t get32(struct fixture *f, uint32_t addr)
{
    uint32_t v;
    memcpy(&v, addr >= RAM ? f->ram + (addr - RAM) : f->flash + addr, 4);
    return v;
}

static void code_at(struct fixture *f, uint32_t addr, const uint16_t *code, unsigned n)
{
    memcpy(f->flash + addr, code, 2 * n);
}
#define CODE(f, addr, ...) \
    code_at(f, addr, (const uint16_t[]){__VA_ARGS__}, sizeof((const uint16_t[]){__VA_ARGS__}) / 2)

static uint32_t handler(unsigned exc) { return HANDLERS + HANDLER_SIZE * exc; }

static void fill_flash(struct fixture *f)
{
    for (unsigned i = 0; i < FLASH_SIZE; i += 2)
        CODE(f, i, NOP);
    put32(f, 0, STACK);
    put32(f, 4, THREAD | 1);
    for (unsigned exc = 2; exc < EXC_COUNT; exc++) {
        put32(f, 4 * exc, handler(exc) | 1);
        CODE(f, handler(exc), BX_LR);
    }
}

static struct fixture *setup(void)
{
    struct fixture *f = aligned_alloc(PAGE, (sizeof(struct fixture) + PAGE - 1) / PAGE * PAGE);
    assert_non_null(f);
    memset(f, 0, sizeof *f);
    fill_flash(f);
    bus_init(&f->bus);
    bus_add_memory(&f->bus,
                   &(struct bus_memory){.name = "flash", .size = FLASH_SIZE, .data = f->flash, .executable = true});
    bus_add_memory(
        &f->bus,
        &(struct bus_memory){
            .name = "RAM", .base = RAM, .size = RAM_SIZE, .data = f->ram, .guest_writable = true, .executable = true});
    sched_init(&f->sched);
    log_init(&f->log, LOG_ERROR, &f->sched.now);
    evlog_init(&f->evlog, &f->sched.now);
    evlog_attach(&f->evlog,
                 1u << EV_ENTRY | 1u << EV_TAILCHAIN | 1u << EV_LATE_ARRIVAL | 1u << EV_RETURN | 1u << EV_FAULT |
                     1u << EV_SLEEP | 1u << EV_WAKE | 1u << EV_LOCKUP,
                 on_record, f);
    core_init(&f->core, &f->bus, &f->sched, &f->evlog, &f->log, &(struct system_request){.reset = on_reset, .ctx = f},
              &(struct core_host){0});
    core_attach_cpu(&f->core);
    core_reset(&f->core, 0, true);
    return f;
}

static void teardown(struct fixture *f)
{
    core_free(&f->core);
    free(f);
}

static uint32_t reg(struct fixture *f, enum cpu_reg r) { return cpu_get(f->core.cpu, r); }
static void set(struct fixture *f, enum cpu_reg r, uint32_t v) { cpu_set(f->core.cpu, r, v); }
static enum core_stop run(struct fixture *f, uint64_t n) { return core_run(&f->core, n); }

static void poke(struct fixture *f, uint32_t addr, uint32_t v) { assert_int_equal(bus_poke(&f->bus, addr, &v, 4), 4); }
static uint32_t peek(struct fixture *f, uint32_t addr)
{
    uint32_t v;
    assert_int_equal(bus_peek(&f->bus, addr, &v, 4), 4);
    return v;
}

static void enable(struct fixture *f, unsigned exc, uint8_t priority)
{
    f->core.nvic.enabled |= 1ull << exc;
    f->core.nvic.priority[exc] = priority;
    core_update(&f->core);
}

static void on_later(void *ctx, vtime due)
{
    struct pending *p = ctx;
    core_pend(&p->f->core, p->exc);
}

/* Pends `exc` so many cycles after reset. */
static void pend_at(struct fixture *f, unsigned cycle, unsigned exc)
{
    struct pending *p = &f->later[f->n_later++];
    p->f = f;
    p->exc = exc;
    sched_event_init(&p->event, "test", on_later, p);
    sched_at(&f->sched, &p->event, cycle * VTIME_PER_CYCLE);
}

static uint64_t cycle_of(struct fixture *f, unsigned word) { return f->time[word] / VTIME_PER_CYCLE; }
static uint64_t now(struct fixture *f) { return f->sched.now / VTIME_PER_CYCLE; }

static void to_psp(struct fixture *f, uint32_t control)
{
    set(f, CPU_PSP, PROCESS_STACK);
    set(f, CPU_CONTROL, control);
    core_update(&f->core);
}

/* ---- entry ------------------------------------------------------------------------------------------------------ */

static void test_frame(void **state)
{
    static const enum cpu_reg order[8] = {CPU_R0, 1, 2, 3, 12, CPU_LR, CPU_PC, CPU_XPSR};
    struct fixture *f = setup();
    uint32_t before[8];
    for (unsigned r = 0; r < 13; r++)
        set(f, (enum cpu_reg)r, 0x11111111u * r);
    set(f, CPU_LR, 0xCAFEBABE);
    set(f, CPU_XPSR, 0xA1000000);
    run(f, 3);
    for (unsigned i = 0; i < 8; i++)
        before[i] = reg(f, order[i]);
    enable(f, IRQ40, 0x20);
    core_pend(&f->core, IRQ40);
    run(f, 1); /* the handler's BX LR */
    assert_string_equal(f->text, "E56 R56");
    assert_int_equal(before[6], THREAD + 6);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(get32(f, STACK - 32 + 4 * i), before[i]);
    teardown(f);
}

/* What is in LR when the handler begins, for all six kinds; and that the return restores everything. */
static void test_exc_return(void **state)
{
    static const struct {
        uint32_t control;
        bool from_handler;
        uint32_t exc_return;
    } kinds[] = {
        {0, false, 0xFFFFFFF9},
        {CONTROL_SPSEL, false, 0xFFFFFFFD},
        {0, true, 0xFFFFFFF1},
        {CONTROL_FPCA, false, 0xFFFFFFE9},
        {CONTROL_FPCA | CONTROL_SPSEL, false, 0xFFFFFFED},
        {CONTROL_FPCA, true, 0xFFFFFFE1},
    };
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct fixture *f = setup();
        CODE(f, handler(IRQ0), HERE);
        CODE(f, handler(IRQ1), NOP, BX_LR);
        poke(f, 0xE000ED88, 0x00F00000);
        enable(f, IRQ0, 0x40);
        enable(f, IRQ1, 0x20);
        if (kinds[i].from_handler) {
            core_pend(&f->core, IRQ0);
            run(f, 1);
        }
        to_psp(f, kinds[i].control);
        uint32_t before[17], after[17], sp;
        cpu_get_core(f->core.cpu, before);
        core_pend(&f->core, IRQ1);
        run(f, 1); /* the NOP */
        assert_int_equal(reg(f, CPU_LR), kinds[i].exc_return);
        assert_int_equal(core_ipsr(&f->core), IRQ1);
        assert_int_equal(reg(f, CPU_CONTROL), 0);
        sp = kinds[i].exc_return & 4 ? reg(f, CPU_PSP) : reg(f, CPU_SP);
        assert_int_equal(before[13] - sp, kinds[i].exc_return & FPCA_OFF ? 0x20 : 0x68);
        cpu_breakpoint(f->core.cpu, before[15], true);
        assert_int_equal(run(f, 10), CORE_STOP_BREAKPOINT);
        cpu_get_core(f->core.cpu, after);
        assert_memory_equal(before, after, sizeof before);
        assert_int_equal(reg(f, CPU_CONTROL), kinds[i].control);
        teardown(f);
    }
}

/* CCR.STKALIGN: bit 9 of the stacked xPSR tells that SP was moved to a multiple of 8. */
static void test_stack_alignment(void **state)
{
    for (unsigned stkalign = 0; stkalign < 2; stkalign++)
        for (unsigned odd = 0; odd < 2; odd++) {
            struct fixture *f = setup();
            uint32_t sp = STACK - 16 + 4 * odd, want = sp - 0x20 - (stkalign && odd ? 4 : 0);
            CODE(f, handler(IRQ0), NOP, BX_LR);
            f->core.scb.ccr = stkalign ? CCR_STKALIGN : 0;
            enable(f, IRQ0, 0);
            set(f, CPU_SP, sp);
            core_pend(&f->core, IRQ0);
            run(f, 1);
            assert_int_equal(reg(f, CPU_SP), want);
            assert_int_equal(!!(get32(f, want + 28) & XPSR_REALIGN), stkalign && odd);
            run(f, 3);
            assert_int_equal(reg(f, CPU_SP), sp);
            assert_false(reg(f, CPU_XPSR) & XPSR_REALIGN);
            teardown(f);
        }
}

static void test_cycles(void **state)
{
    struct fixture *f = setup();
    enable(f, IRQ0, 0x40);
    enable(f, IRQ1, 0x40);
    pend_at(f, 20, IRQ0);
    pend_at(f, 20, IRQ1);
    run(f, 25);
    assert_string_equal(f->text, "E16 T17 R17");
    assert_int_equal(cycle_of(f, 0), 32);      /* entry: 12 */
    assert_int_equal(cycle_of(f, 1), 33 + 6);  /* BX: 1; tail-chain: 6 */
    assert_int_equal(cycle_of(f, 2), 40 + 10); /* BX: 1; return: 10 */
    assert_int_equal(now(f), 50 + 3);          /* 20 and 3 of the thread, 2 of handlers */
    teardown(f);
}

/* A more urgent exception that comes while the frame of another is being stacked is entered instead of it, with that
 * frame; the other one follows by tail-chain. Later than that it nests. */
static void test_late_arrival(void **state)
{
    for (unsigned k = 0; k <= 14; k++) {
        struct fixture *f = setup();
        CODE(f, handler(IRQ0), NOP, NOP, NOP, BX_LR);
        enable(f, IRQ0, 0x40);
        enable(f, IRQ1, 0x20);
        pend_at(f, 20, IRQ0);
        pend_at(f, 20 + k, IRQ1);
        run(f, 30);
        const char *want = k == 0    ? "E17 T16 R16" /* both at once: nothing is late */
                           : k <= 12 ? "E17 L17>16 T16 R16"
                                     : "E16 E17 R17 R16";
        assert_string_equal(f->text, want);
        assert_int_equal(cycle_of(f, 0), 32);
        if (k > 12)
            assert_int_equal(cycle_of(f, 1), 20 + k + 12);
        assert_int_equal(reg(f, CPU_SP), STACK);
        teardown(f);
    }
}

static void test_less_urgent_is_never_late(void **state)
{
    for (unsigned k = 1; k <= 14; k++) {
        struct fixture *f = setup();
        enable(f, IRQ0, 0x40);
        enable(f, IRQ1, 0x40);
        pend_at(f, 20, IRQ1);
        pend_at(f, 20 + k,
                IRQ0); /* the lower number, but the same priority: it does not preempt, but wins if in time */
        run(f, 30);
        if (k > 13)
            assert_string_equal(f->text, "E17 T16 R16");
        assert_int_equal(reg(f, CPU_SP), STACK);
        assert_int_equal(f->core.exceptions[IRQ0] + f->core.exceptions[IRQ1], 2);
        teardown(f);
    }
}

/* An exception that comes while the frame is unstacked abandons that: pop pre-emption. */
static void test_pop_preemption(void **state)
{
    for (unsigned k = 0; k <= 13; k++) {
        struct fixture *f = setup();
        enable(f, IRQ0, 0x40);
        enable(f, IRQ1, 0x40);
        pend_at(f, 20, IRQ0);
        pend_at(f, 33 + k, IRQ1); /* BX retires at 33 */
        run(f, 30);
        assert_string_equal(f->text, k <= 10 ? "E16 T17 R17" : "E16 R16 E17 R17");
        if (k == 0)
            assert_int_equal(cycle_of(f, 1), 39);
        else if (k <= 10)
            assert_int_equal(cycle_of(f, 1), 33 + 10 + 6);
        else
            assert_int_equal(cycle_of(f, 2), 33 + k + 12);
        assert_int_equal(reg(f, CPU_SP), STACK);
        teardown(f);
    }
}

static void test_nesting(void **state)
{
    struct fixture *f = setup();
    CODE(f, handler(IRQ0), NOP, NOP, NOP, NOP, BX_LR);
    CODE(f, handler(IRQ1), NOP, NOP, NOP, NOP, BX_LR);
    enable(f, IRQ0, 0x60);
    enable(f, IRQ1, 0x40);
    enable(f, IRQ40, 0x20);
    pend_at(f, 10, IRQ0);
    pend_at(f, 24, IRQ1);
    pend_at(f, 38, IRQ40);
    run(f, 14);
    assert_string_equal(f->text, "E16 E17 E56");
    assert_int_equal(f->core.nvic.active, 1ull << IRQ0 | 1ull << IRQ1 | 1ull << IRQ40);
    assert_int_equal(f->core.n_activations, 4);
    run(f, 20);
    assert_string_equal(f->text, "E16 E17 E56 R56 R17 R16");
    assert_int_equal(f->core.nvic.active, 0);
    assert_int_equal(f->core.n_activations, 1);
    teardown(f);
}

static void test_entry_state(void **state)
{
    struct fixture *f = setup();
    enable(f, IRQ0, 0);
    f->core.event_register = false;
    CODE(f, handler(IRQ0), 0xE851, 0x2F00 /* ldrex r2, [r1] */, 0xE841, 0x2300 /* strex r3, r2, [r1] */, BX_LR);
    CODE(f, THREAD, 0xE851, 0x2F00, NOP, 0xE841, 0x2300, HERE);
    set(f, CPU_R0 + 1, RAM);
    run(f, 1); /* LDREX */
    core_pend(&f->core, IRQ0);
    run(f, 1);
    assert_true(f->core.event_register); /* entries are events */
    run(f, 2);
    assert_string_equal(f->text, "E16 R16");
    run(f, 2);
    assert_int_equal(reg(f, CPU_R0 + 3), 1); /* and they clear the exclusive monitor */
    teardown(f);
}

static void test_vector_table_relocation(void **state)
{
    struct fixture *f = setup();
    poke(f, VTOR, RAM + 0x1000);
    assert_int_equal(peek(f, VTOR), RAM + 0x1000);
    put32(f, RAM + 0x1000 + 4 * IRQ40, (THREAD + 0x200) | 1);
    CODE(f, THREAD + 0x200, NOP, BX_LR);
    poke(f, NVIC_ISER1, 1u << 8);
    core_pend(&f->core, IRQ40);
    run(f, 1);
    assert_string_equal(f->text, "E56");
    assert_int_equal(reg(f, CPU_PC), THREAD + 0x202);
    assert_int_equal(peek(f, ICSR) & 0x1FF, IRQ40);
    assert_int_equal(peek(f, 0xE000E304), 1u << 8); /* NVIC_IABR1 */
    teardown(f);
}

/* ---- return: integrity checks ----------------------------------------------------------------------------------- */

/* Leaves the handler of IRQ0 with `exc_return` in R0; UsageFault is on. */
static struct fixture *bad_return(uint32_t exc_return)
{
    struct fixture *f = setup();
    CODE(f, handler(IRQ0), NOP, BX_R0);
    CODE(f, handler(EXC_USAGEFAULT), NOP, HERE);
    enable(f, EXC_USAGEFAULT, 0);
    enable(f, IRQ0, 0x40);
    enable(f, IRQ1, 0x60);
    core_pend(&f->core, IRQ0);
    run(f, 1);
    set(f, CPU_R0, exc_return);
    return f;
}

static void expect_invpc(struct fixture *f, uint32_t lr)
{
    run(f, 2);
    assert_int_equal(f->core.scb.cfsr, CFSR_INVPC);
    assert_int_equal(core_ipsr(&f->core), EXC_USAGEFAULT);
    assert_string_equal(f->text, "E16 T6");
    assert_int_equal(reg(f, CPU_LR), lr);
    assert_false(f->core.nvic.active >> IRQ0 & 1);
    teardown(f);
}

static void test_invpc_reserved_values(void **state)
{
    static const uint32_t reserved[] = {0xFFFFFFF3, 0xFFFFFFF5, 0xFFFFFFF7, 0xFFFFFFFB, 0xFFFFFFFF};
    for (unsigned i = 0; i < sizeof reserved / sizeof *reserved; i++)
        expect_invpc(bad_return(reserved[i]), reserved[i]);
}

static void test_invpc_to_handler_from_base_level(void **state) { expect_invpc(bad_return(0xFFFFFFF1), 0xFFFFFFF1); }

static void test_invpc_to_thread_while_nested(void **state)
{
    struct fixture *f = bad_return(0xFFFFFFF9);
    f->core.nvic.active |= 1ull << IRQ1;
    expect_invpc(f, 0xFFFFFFF9);
}

static void test_nonbasethrdena(void **state)
{
    struct fixture *f = bad_return(0xFFFFFFF9);
    f->core.nvic.active |= 1ull << IRQ1;
    f->core.scb.ccr |= CCR_NONBASETHRDENA;
    run(f, 2);
    assert_string_equal(f->text, "E16 R16");
    assert_int_equal(core_ipsr(&f->core), 0);
    assert_int_equal(f->core.nvic.active, 1ull << IRQ1);
    teardown(f);
}

static void test_invpc_not_active(void **state)
{
    struct fixture *f = bad_return(0xFFFFFFF9);
    f->core.nvic.active = 0;
    expect_invpc(f, 0xFFFFFFF9);
}

static void test_invpc_frame_of_another_mode(void **state)
{
    struct fixture *f = bad_return(0xFFFFFFF9);
    put32(f, reg(f, CPU_SP) + 28, 0x01000000 | IRQ1); /* returns to Thread mode with an IPSR */
    expect_invpc(f, 0xFFFFFFF9);
    f = bad_return(0xFFFFFFF1);
    f->core.nvic.active |= 1ull << IRQ1; /* returns to Handler mode without */
    expect_invpc(f, 0xFFFFFFF1);
}

static void test_invpc_escalates(void **state)
{
    struct fixture *f = bad_return(0xFFFFFFF1);
    CODE(f, handler(EXC_HARDFAULT), NOP, HERE);
    f->core.nvic.enabled &= ~(1ull << EXC_USAGEFAULT);
    run(f, 2);
    assert_string_equal(f->text, "E16 T3");
    assert_int_equal(f->core.scb.hfsr, HFSR_FORCED);
    assert_int_equal(f->core.scb.cfsr, CFSR_INVPC);
    teardown(f);
}

/* DeActivate() clears FAULTMASK, but for NMI; a failed return deactivates as well. */
static void test_return_clears_faultmask(void **state)
{
    static const unsigned excs[] = {IRQ0, EXC_NMI};
    for (unsigned i = 0; i < 2; i++) {
        struct fixture *f = setup();
        CODE(f, handler(excs[i]), CPSID_F, BX_LR);
        enable(f, excs[i], 0);
        core_pend(&f->core, excs[i]);
        run(f, 2);
        assert_int_equal(core_ipsr(&f->core), 0);
        assert_int_equal(reg(f, CPU_FAULTMASK), excs[i] == EXC_NMI);
        assert_int_equal(f->core.nvic.faultmask, excs[i] == EXC_NMI);
        teardown(f);
    }
    struct fixture *f = bad_return(0xFFFFFFF1);
    set(f, CPU_FAULTMASK, 1);
    core_update(&f->core);
    expect_invpc(f, 0xFFFFFFF1);
}

/* ---- faults ----------------------------------------------------------------------------------------------------- */

static void test_fault_frame_points_at_the_instruction(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, NOP, LDR_R0_R1);
    CODE(f, handler(EXC_BUSFAULT), HERE);
    set(f, CPU_R0 + 1, 0x30000000);
    enable(f, EXC_BUSFAULT, 0);
    run(f, 2);
    assert_string_equal(f->text, "F5 E5");
    assert_int_equal(get32(f, STACK - 8), THREAD + 2);
    assert_int_equal(f->core.scb.cfsr, CFSR_PRECISERR | CFSR_BFARVALID);
    assert_int_equal(f->core.scb.bfar, 0x30000000);
    teardown(f);
}

static void test_escalation(void **state)
{
    static const struct {
        bool enabled;
        uint8_t priority;
        bool masked;
    } ways[] = {{false, 0, false}, {true, 0, true}};
    for (unsigned i = 0; i < 2; i++) {
        struct fixture *f = setup();
        CODE(f, handler(EXC_HARDFAULT), HERE);
        CODE(f, THREAD, UDF);
        if (ways[i].enabled)
            enable(f, EXC_USAGEFAULT, ways[i].priority);
        set(f, CPU_PRIMASK, ways[i].masked);
        core_update(&f->core);
        run(f, 1);
        assert_string_equal(f->text, "F6 E3");
        assert_int_equal(f->core.scb.hfsr, HFSR_FORCED);
        assert_int_equal(f->core.scb.cfsr, CFSR_UNDEFINSTR);
        assert_int_equal(get32(f, STACK - 8), THREAD);
        teardown(f);
    }
}

/* In a handler of the same or a more urgent priority the fault cannot be taken either. */
static void test_escalation_by_priority(void **state)
{
    for (uint8_t priority = 0x20; priority <= 0x60; priority += 0x20) {
        struct fixture *f = setup();
        CODE(f, handler(IRQ0), UDF);
        CODE(f, handler(EXC_HARDFAULT), HERE);
        CODE(f, handler(EXC_USAGEFAULT), HERE);
        enable(f, EXC_USAGEFAULT, priority);
        enable(f, IRQ0, 0x40);
        core_pend(&f->core, IRQ0);
        run(f, 1);
        assert_string_equal(f->text, priority < 0x40 ? "E16 F6 E6" : "E16 F6 E3");
        teardown(f);
    }
}

static void test_lockup(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, UDF);
    CODE(f, handler(EXC_HARDFAULT), NOP, UDF);
    assert_int_equal(run(f, 10), CORE_STOP_LOCKUP);
    assert_string_equal(f->text, "F6 E3 F6 K");
    teardown(f);
    f = setup();
    CODE(f, handler(EXC_NMI), SVC);
    core_pend(&f->core, EXC_NMI);
    assert_int_equal(run(f, 10), CORE_STOP_LOCKUP);
    assert_string_equal(f->text, "E2 K");
    teardown(f);
}

static void test_svc(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, SVC | 5);
    run(f, 2); /* SVC and BX LR */
    assert_string_equal(f->text, "E11 R11");
    assert_int_equal(get32(f, STACK - 8), THREAD + 2); /* the instruction behind */
    assert_int_equal(reg(f, CPU_PC), THREAD + 2);
    teardown(f);
    f = setup();
    CODE(f, THREAD, CPSID_I, SVC);
    CODE(f, handler(EXC_HARDFAULT), HERE);
    run(f, 3);
    assert_string_equal(f->text, "E3");
    assert_int_equal(f->core.scb.hfsr, HFSR_FORCED);
    teardown(f);
}

static void test_bkpt(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, NOP, BKPT);
    CODE(f, handler(EXC_DEBUGMON), HERE);
    f->core.scb.demcr = MON_EN;
    run(f, 2);
    assert_string_equal(f->text, "E12");
    assert_int_equal(get32(f, STACK - 8), THREAD + 2); /* the BKPT itself */
    assert_int_equal(f->core.scb.dfsr, 2);
    teardown(f);
    f = setup();
    CODE(f, THREAD, BKPT);
    CODE(f, handler(EXC_HARDFAULT), HERE);
    run(f, 1);
    assert_string_equal(f->text, "E3");
    assert_int_equal(f->core.scb.hfsr, HFSR_DEBUGEVT);
    teardown(f);
}

/* ---- derived faults --------------------------------------------------------------------------------------------- */

static void forbid_page(struct fixture *f, uint32_t base)
{
    f->core.mpu.ctrl = 5; /* ENABLE, PRIVDEFENA */
    f->core.mpu.rbar[0] = base;
    f->core.mpu.rasr[0] = RASR_NONE_4KB;
    core_update(&f->core);
}

/* Stacking fails: the derived fault is entered instead of the interrupt when it is more urgent, after it otherwise. */
static void test_stacking_faults(void **state)
{
    static const struct {
        bool mpu;
        uint8_t priority; /* of the fault; the interrupt has 0x40 */
        const char *want;
    } cases[] = {{false, 0x20, "E5 L5>16"}, {false, 0x60, "E16"}, {true, 0x20, "E4 L4>16"}, {true, 0x60, "E16"}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = setup();
        unsigned fault = cases[i].mpu ? EXC_MEMMANAGE : EXC_BUSFAULT;
        CODE(f, handler(fault), HERE);
        CODE(f, handler(IRQ0), HERE);
        enable(f, fault, cases[i].priority);
        enable(f, IRQ0, 0x40);
        to_psp(f, CONTROL_SPSEL);
        if (cases[i].mpu)
            forbid_page(f, PROCESS_STACK - 0x1000);
        else
            set(f, CPU_PSP, 0x30000000);
        core_pend(&f->core, IRQ0);
        run(f, 1);
        assert_string_equal(f->text, cases[i].want);
        assert_int_equal(f->core.scb.cfsr, cases[i].mpu ? CFSR_MSTKERR : CFSR_STKERR);
        assert_int_equal(reg(f, CPU_PSP), (cases[i].mpu ? PROCESS_STACK : 0x30000000) - 0x20);
        assert_true(f->core.nvic.pending & (1ull << (cases[i].priority == 0x20 ? IRQ0 : fault)));
        teardown(f);
    }
}

static void test_stacking_fault_escalates(void **state)
{
    struct fixture *f = setup();
    CODE(f, handler(EXC_HARDFAULT), HERE);
    enable(f, IRQ0, 0x40);
    to_psp(f, CONTROL_SPSEL);
    set(f, CPU_PSP, 0x30000000);
    core_pend(&f->core, IRQ0);
    run(f, 1);
    assert_string_equal(f->text, "E3 L3>16");
    assert_int_equal(f->core.scb.hfsr, HFSR_FORCED);
    teardown(f);
}

static void test_unstacking_fault(void **state)
{
    struct fixture *f = setup();
    CODE(f, handler(IRQ0), NOP, BX_LR);
    CODE(f, handler(EXC_BUSFAULT), NOP, HERE);
    enable(f, EXC_BUSFAULT, 0);
    enable(f, IRQ0, 0x40);
    to_psp(f, CONTROL_SPSEL);
    core_pend(&f->core, IRQ0);
    run(f, 1);
    set(f, CPU_PSP, 0x30000000);
    run(f, 2);
    assert_string_equal(f->text, "E16 T5");
    assert_int_equal(f->core.scb.cfsr, CFSR_UNSTKERR);
    assert_int_equal(reg(f, CPU_LR), 0xFFFFFFFD); /* of the return that failed */
    teardown(f);
}

/* A vector that cannot be read: HardFault with the frame that was stacked already; the exception stays pending. */
static void test_vector_fault(void **state)
{
    struct fixture *f = setup();
    CODE(f, handler(EXC_HARDFAULT), NOP, HERE);
    put32(f, RAM + 0x1000 - 0x80, 0);
    enable(f, IRQ40, 0x40);
    /* the table ends with the RAM: HardFault's vector is inside, the one of IRQ 40 is not */
    put32(f, RAM + RAM_SIZE - 0x80 + 4 * EXC_HARDFAULT, handler(EXC_HARDFAULT) | 1);
    f->core.scb.vtor = RAM + RAM_SIZE - 0x80;
    core_pend(&f->core, IRQ40);
    run(f, 1);
    assert_int_equal(f->core.scb.hfsr, HFSR_VECTTBL);
    assert_int_equal(core_ipsr(&f->core), EXC_HARDFAULT);
    assert_int_equal(reg(f, CPU_LR), 0xFFFFFFF9);
    assert_int_equal(reg(f, CPU_SP), STACK - 0x20);
    assert_int_equal(get32(f, STACK - 8), THREAD);
    assert_int_equal(f->core.nvic.active, 1ull << EXC_HARDFAULT);
    assert_int_equal(f->core.nvic.pending, 1ull << IRQ40);
    teardown(f);
    f = setup();
    f->core.scb.vtor = 0x30000000;
    enable(f, IRQ40, 0x40);
    core_pend(&f->core, IRQ40);
    assert_int_equal(run(f, 1), CORE_STOP_LOCKUP);
    teardown(f);
}

static void test_vector_without_thumb_bit(void **state)
{
    struct fixture *f = setup();
    put32(f, 4 * IRQ0, handler(IRQ0));
    CODE(f, handler(EXC_USAGEFAULT), HERE);
    enable(f, EXC_USAGEFAULT, 0);
    enable(f, IRQ0, 0x40);
    core_pend(&f->core, IRQ0);
    run(f, 1);
    assert_string_equal(f->text, "E16 F6 E6");
    assert_int_equal(f->core.scb.cfsr, CFSR_INVSTATE);
    assert_int_equal(get32(f, STACK - 0x20 - 8), handler(IRQ0));
    teardown(f);
}

/* ---- floating point --------------------------------------------------------------------------------------------- */

static struct fixture *fp_setup(void)
{
    struct fixture *f = setup();
    poke(f, 0xE000ED88, 0x00F00000);
    for (unsigned i = 0; i <= 16; i++)
        set(f, i < 16 ? (enum cpu_reg)(CPU_S0 + i) : CPU_FPSCR, 0x3F800000 + (i < 16 ? i : 0));
    set(f, CPU_CONTROL, CONTROL_FPCA);
    core_update(&f->core);
    enable(f, IRQ0, 0x40);
    return f;
}

static void test_lazy_stacking(void **state)
{
    struct fixture *f = fp_setup();
    uint32_t room = STACK - 0x68 + 0x20;
    CODE(f, handler(IRQ0), NOP, VADD_1, VADD_2, BX_LR);
    core_pend(&f->core, IRQ0);
    run(f, 1);
    assert_int_equal(now(f), 12 + 1); /* the room costs nothing */
    assert_int_equal(f->core.scb.fpcar, room);
    assert_true(f->core.scb.fpccr & FPCCR_LSPACT);
    assert_true(f->core.scb.fpccr & FPCCR_THREAD);
    assert_false(f->core.scb.fpccr & FPCCR_USER);
    assert_int_equal(get32(f, room), 0); /* reserved, not written */
    assert_int_equal(reg(f, CPU_LR), 0xFFFFFFE9);
    run(f, 1); /* VADD saves, then uses its own context */
    assert_false(f->core.scb.fpccr & FPCCR_LSPACT);
    assert_int_equal(reg(f, CPU_CONTROL), CONTROL_FPCA);
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(get32(f, room + 4 * i), 0x3F800000 + i);
    assert_int_equal(reg(f, CPU_S0), 0x40000000);
    run(f, 1);
    assert_string_equal(f->text, "E16 R16");
    assert_int_equal(reg(f, CPU_S0), 0x3F800000);
    assert_int_equal(reg(f, CPU_CONTROL), CONTROL_FPCA);
    assert_int_equal(reg(f, CPU_SP), STACK);
    teardown(f);
}

static void test_lazy_stacking_unused(void **state)
{
    struct fixture *f = fp_setup();
    core_pend(&f->core, IRQ0);
    run(f, 2);
    assert_string_equal(f->text, "E16 R16");
    assert_false(f->core.scb.fpccr & FPCCR_LSPACT);
    assert_int_equal(reg(f, CPU_S0 + 5), 0x3F800005);
    assert_int_equal(now(f), 12 + 1 + 10 + 1);
    teardown(f);
}

static void test_eager_stacking(void **state)
{
    struct fixture *f = fp_setup();
    f->core.scb.fpccr &= ~FPCCR_LSPEN;
    CODE(f, handler(IRQ0), NOP, BX_LR);
    core_pend(&f->core, IRQ0);
    run(f, 1);
    assert_int_equal(now(f), 12 + 17 + 1);
    assert_false(f->core.scb.fpccr & FPCCR_LSPACT);
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(get32(f, STACK - 0x68 + 0x20 + 4 * i), 0x3F800000 + i);
    set(f, CPU_S0 + 3, 0);
    run(f, 1);
    assert_int_equal(reg(f, CPU_S0 + 3), 0x3F800003);
    teardown(f);
}

/* ASPEN = 0: FP instructions make no context, entries save none. */
static void test_no_automatic_state(void **state)
{
    struct fixture *f = setup();
    poke(f, 0xE000ED88, 0x00F00000);
    f->core.scb.fpccr &= ~FPCCR_ASPEN;
    core_update(&f->core);
    CODE(f, THREAD, VADD_1, VADD_2);
    run(f, 1);
    assert_int_equal(reg(f, CPU_CONTROL), 0);
    teardown(f);
}

static void test_fp_denied(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, VADD_1, VADD_2);
    CODE(f, handler(EXC_USAGEFAULT), HERE);
    enable(f, EXC_USAGEFAULT, 0);
    run(f, 1);
    assert_string_equal(f->text, "F6 E6");
    assert_int_equal(f->core.scb.cfsr, CFSR_NOCP);
    teardown(f);
}

static void test_lazy_save_fault(void **state)
{
    struct fixture *f = fp_setup();
    CODE(f, handler(IRQ0), NOP, VADD_1, VADD_2, BX_LR);
    CODE(f, handler(EXC_MEMMANAGE), HERE);
    enable(f, EXC_MEMMANAGE, 0x20);
    core_pend(&f->core, IRQ0);
    run(f, 1);
    f->core.scb.fpcar = PROCESS_STACK;
    forbid_page(f, PROCESS_STACK);
    run(f, 1);
    assert_string_equal(f->text, "E16 E4");
    assert_int_equal(f->core.scb.cfsr, CFSR_MLSPERR);
    teardown(f);
}

/* ---- sleep ------------------------------------------------------------------------------------------------------ */

static void test_wfi(void **state)
{
    static const struct {
        bool primask;
        uint32_t basepri;
        const char *want;
    } cases[] = {{false, 0, "S W E16"}, {true, 0, "S W"}, {false, 0x40, "S"}, {true, 0x60, "S W"}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = setup();
        CODE(f, THREAD, WFI, NOP, HERE);
        CODE(f, handler(IRQ0), HERE);
        enable(f, IRQ0, 0x40);
        set(f, CPU_PRIMASK, cases[i].primask);
        set(f, CPU_BASEPRI, cases[i].basepri);
        core_update(&f->core);
        assert_int_equal(run(f, 5), CORE_STOP_ASLEEP);
        assert_int_equal(reg(f, CPU_PC), THREAD + 2);
        assert_true(f->core.state.asleep);
        core_pend(&f->core, IRQ0);
        run(f, 1);
        assert_string_equal(f->text, cases[i].want);
        teardown(f);
    }
}

static void test_wfi_does_not_sleep_when_pending(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, CPSID_I, WFI, HERE);
    enable(f, IRQ0, 0x40);
    run(f, 1);
    core_pend(&f->core, IRQ0);
    run(f, 2);
    assert_string_equal(f->text, "");
    assert_int_equal(reg(f, CPU_PC), THREAD + 4);
    teardown(f);
}

static void test_wfe(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, SEV, WFE, WFE, HERE);
    f->core.event_register = false;
    assert_int_equal(run(f, 10), CORE_STOP_ASLEEP); /* SEV lets the first one fall through, once */
    assert_int_equal(reg(f, CPU_PC), THREAD + 6);
    assert_int_equal(cpu_retired(f->core.cpu), 3);
    core_pend(&f->core, IRQ0); /* disabled: no event without SEVONPEND */
    assert_int_equal(run(f, 1), CORE_STOP_ASLEEP);
    f->core.scb.scr = SCR_SEVONPEND;
    core_pend(&f->core, IRQ0); /* pending already: nothing new */
    assert_int_equal(run(f, 1), CORE_STOP_ASLEEP);
    core_pend(&f->core, IRQ1);
    assert_int_equal(run(f, 1), CORE_STOP_BUDGET);
    assert_string_equal(f->text, "S1 W");
    assert_false(f->core.event_register);
    teardown(f);
}

/* Unlike WFI, WFE is not ended by an interrupt that PRIMASK holds back. */
static void test_wfe_and_primask(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, CPSID_I, WFE, CPSIE_I, HERE);
    f->core.event_register = false;
    enable(f, IRQ0, 0x40);
    assert_int_equal(run(f, 10), CORE_STOP_ASLEEP);
    core_pend(&f->core, IRQ0);
    assert_int_equal(run(f, 10), CORE_STOP_ASLEEP);
    set(f, CPU_PRIMASK, 0);
    core_update(&f->core);
    run(f, 1);
    assert_string_equal(f->text, "S1 W E16 R16");
    teardown(f);
}

static void test_exception_is_an_event(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, NOP, WFE, HERE);
    f->core.event_register = false;
    enable(f, IRQ0, 0x40);
    pend_at(f, 1, IRQ0);
    assert_int_equal(run(f, 4), CORE_STOP_BUDGET);
    assert_string_equal(f->text, "E16 R16");
    teardown(f);
}

static void test_sleep_on_exit(void **state)
{
    struct fixture *f = setup();
    enable(f, IRQ0, 0x40);
    f->core.scb.scr = SCR_SLEEPONEXIT;
    run(f, 2);
    core_pend(&f->core, IRQ0);
    assert_int_equal(run(f, 10), CORE_STOP_ASLEEP);
    assert_int_equal(reg(f, CPU_PC), THREAD + 4);
    assert_true(f->core.state.asleep);
    core_pend(&f->core, IRQ0);
    assert_int_equal(run(f, 10), CORE_STOP_ASLEEP);
    assert_int_equal(cpu_retired(f->core.cpu), 4); /* no instruction of the thread in between */
    assert_string_equal(f->text, "E16 R16 S2 W E16 R16 S2");
    f->core.scb.scr = 0;
    core_pend(&f->core, IRQ0);
    run(f, 2);
    assert_int_equal(reg(f, CPU_PC), THREAD + 6);
    assert_false(f->core.state.asleep);
    teardown(f);
}

/* The clock of SysTick stands still in sleep-on-exit as in WFI. */
static void test_sleep_on_exit_stops_systick(void **state)
{
    struct fixture *f = setup();
    enable(f, IRQ0, 0x40);
    f->core.scb.scr = SCR_SLEEPONEXIT;
    poke(f, 0xE000E014, 1000);
    poke(f, 0xE000E010, 5);
    core_pend(&f->core, IRQ0);
    assert_int_equal(run(f, 10), CORE_STOP_ASLEEP);
    uint32_t cvr = peek(f, 0xE000E018);
    f->sched.now += 100 * VTIME_PER_CYCLE;
    assert_int_equal(peek(f, 0xE000E018), cvr);
    teardown(f);
}

/* ---- privilege -------------------------------------------------------------------------------------------------- */

static void test_unprivileged_scs(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, STR_R0_R1, HERE);
    CODE(f, handler(EXC_BUSFAULT), HERE);
    enable(f, EXC_BUSFAULT, 0);
    set(f, CPU_R0, 0x00070000);
    set(f, CPU_R0 + 1, SHCSR);
    uint32_t before = peek(f, SHCSR);
    to_psp(f, CONTROL_NPRIV | CONTROL_SPSEL);
    run(f, 1);
    assert_string_equal(f->text, "F5 E5");
    assert_int_equal(f->core.scb.cfsr, CFSR_PRECISERR | CFSR_BFARVALID);
    assert_int_equal(f->core.scb.bfar, SHCSR);
    assert_int_equal(peek(f, SHCSR) & ~2u, before); /* BUSFAULTACT apart */
    assert_int_equal(reg(f, CPU_CONTROL), CONTROL_NPRIV);
    teardown(f);
}

static void test_stir(void **state)
{
    for (unsigned allowed = 0; allowed < 2; allowed++) {
        struct fixture *f = setup();
        CODE(f, THREAD, STR_R0_R1, HERE);
        CODE(f, handler(EXC_HARDFAULT), HERE);
        CODE(f, handler(IRQ40), HERE);
        enable(f, IRQ40, 0x40);
        set(f, CPU_R0, 40);
        set(f, CPU_R0 + 1, STIR);
        f->core.scb.ccr |= allowed ? CCR_USERSETMPEND : 0;
        to_psp(f, CONTROL_NPRIV | CONTROL_SPSEL);
        run(f, 1);
        assert_string_equal(f->text, allowed ? "E56" : "F5 E3");
        teardown(f);
    }
}

/* ---- masks ------------------------------------------------------------------------------------------------------ */

/* Recognised before the instruction behind the CPSIE. */
static void test_unmasking(void **state)
{
    struct fixture *f = setup();
    CODE(f, THREAD, CPSID_I, NOP, NOP, CPSIE_I, NOP, HERE);
    CODE(f, handler(IRQ0), HERE);
    enable(f, IRQ0, 0x40);
    pend_at(f, 4, IRQ0);
    run(f, 8);
    assert_string_equal(f->text, "E16");
    assert_int_equal(get32(f, STACK - 8), THREAD + 8);
    teardown(f);
}

static void test_debug_mask(void **state)
{
    struct fixture *f = setup();
    enable(f, IRQ0, 0x40);
    f->core.nvic.debug_mask = true;
    CODE(f, THREAD, NOP, SVC, NOP, HERE);
    core_pend(&f->core, IRQ0);
    run(f, 4); /* NOP, SVC, its BX LR: no tail-chain into the hidden one */
    assert_string_equal(f->text, "E11 R11");
    f->core.nvic.debug_mask = false;
    core_update(&f->core);
    run(f, 1);
    assert_string_equal(f->text, "E11 R11 E16 R16");
    teardown(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame),
        cmocka_unit_test(test_exc_return),
        cmocka_unit_test(test_stack_alignment),
        cmocka_unit_test(test_cycles),
        cmocka_unit_test(test_late_arrival),
        cmocka_unit_test(test_less_urgent_is_never_late),
        cmocka_unit_test(test_pop_preemption),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_entry_state),
        cmocka_unit_test(test_vector_table_relocation),
        cmocka_unit_test(test_invpc_reserved_values),
        cmocka_unit_test(test_invpc_to_handler_from_base_level),
        cmocka_unit_test(test_invpc_to_thread_while_nested),
        cmocka_unit_test(test_nonbasethrdena),
        cmocka_unit_test(test_invpc_not_active),
        cmocka_unit_test(test_invpc_frame_of_another_mode),
        cmocka_unit_test(test_invpc_escalates),
        cmocka_unit_test(test_return_clears_faultmask),
        cmocka_unit_test(test_fault_frame_points_at_the_instruction),
        cmocka_unit_test(test_escalation),
        cmocka_unit_test(test_escalation_by_priority),
        cmocka_unit_test(test_lockup),
        cmocka_unit_test(test_svc),
        cmocka_unit_test(test_bkpt),
        cmocka_unit_test(test_stacking_faults),
        cmocka_unit_test(test_stacking_fault_escalates),
        cmocka_unit_test(test_unstacking_fault),
        cmocka_unit_test(test_vector_fault),
        cmocka_unit_test(test_vector_without_thumb_bit),
        cmocka_unit_test(test_lazy_stacking),
        cmocka_unit_test(test_lazy_stacking_unused),
        cmocka_unit_test(test_eager_stacking),
        cmocka_unit_test(test_no_automatic_state),
        cmocka_unit_test(test_fp_denied),
        cmocka_unit_test(test_lazy_save_fault),
        cmocka_unit_test(test_wfi),
        cmocka_unit_test(test_wfi_does_not_sleep_when_pending),
        cmocka_unit_test(test_wfe),
        cmocka_unit_test(test_wfe_and_primask),
        cmocka_unit_test(test_exception_is_an_event),
        cmocka_unit_test(test_sleep_on_exit),
        cmocka_unit_test(test_sleep_on_exit_stops_systick),
        cmocka_unit_test(test_unprivileged_scs),
        cmocka_unit_test(test_stir),
        cmocka_unit_test(test_unmasking),
        cmocka_unit_test(test_debug_mask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
