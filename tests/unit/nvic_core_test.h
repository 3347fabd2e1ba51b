/*
 * A core that has nothing but a flash and a RAM, for the tests of the exception model. Test programs include it once
 * each.
 *
 * Every handler is a BX LR unless a test writes another one. What happened is compared as a line of words, in order:
 * E17 entry, T17 tail-chain, L17>16 late arrival of 17 before 16, R17 return, F5 fault raised, S sleep, W wake, K
 * lockup.
 */
#ifndef TESTS_UNIT_NVIC_CORE_TEST_H
#define TESTS_UNIT_NVIC_CORE_TEST_H

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
enum { DFSR = 0xE000ED30, DHCSR = 0xE000EDF0, DCRSR = 0xE000EDF4, DCRDR = 0xE000EDF8, DEMCR = 0xE000EDFC };
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

static inline void on_record(void *ctx, const struct ev *e)
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

static inline void on_reset(void *ctx, uint32_t resetreas) {}

static inline void put32(struct fixture *f, uint32_t addr, uint32_t v)
{
    memcpy(addr >= RAM ? f->ram + (addr - RAM) : f->flash + addr, &v, 4);
}
static inline uint32_t get32(struct fixture *f, uint32_t addr)
{
    uint32_t v;
    memcpy(&v, addr >= RAM ? f->ram + (addr - RAM) : f->flash + addr, 4);
    return v;
}

static inline void code_at(struct fixture *f, uint32_t addr, const uint16_t *code, unsigned n)
{
    memcpy(f->flash + addr, code, 2 * n);
}
#define CODE(f, addr, ...) \
    code_at(f, addr, (const uint16_t[]){__VA_ARGS__}, sizeof((const uint16_t[]){__VA_ARGS__}) / 2)

static inline uint32_t handler(unsigned exc) { return HANDLERS + HANDLER_SIZE * exc; }

static inline void fill_flash(struct fixture *f)
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

static inline struct fixture *setup(void)
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

static inline void teardown(struct fixture *f)
{
    core_free(&f->core);
    free(f);
}

static inline uint32_t reg(struct fixture *f, enum cpu_reg r) { return cpu_get(f->core.cpu, r); }
static inline void set(struct fixture *f, enum cpu_reg r, uint32_t v) { cpu_set(f->core.cpu, r, v); }
static inline enum core_stop run(struct fixture *f, uint64_t n) { return core_run(&f->core, n); }

static inline void poke(struct fixture *f, uint32_t addr, uint32_t v)
{
    assert_int_equal(bus_poke(&f->bus, addr, &v, 4), 4);
}
static inline uint32_t peek(struct fixture *f, uint32_t addr)
{
    uint32_t v;
    assert_int_equal(bus_peek(&f->bus, addr, &v, 4), 4);
    return v;
}

static inline void enable(struct fixture *f, unsigned exc, uint8_t priority)
{
    f->core.nvic.enabled |= 1ull << exc;
    f->core.nvic.priority[exc] = priority;
    core_update(&f->core);
}

static inline void on_later(void *ctx, vtime due)
{
    struct pending *p = ctx;
    core_pend(&p->f->core, p->exc);
}

/* Pends `exc` so many cycles after reset. */
static inline void pend_at(struct fixture *f, unsigned cycle, unsigned exc)
{
    struct pending *p = &f->later[f->n_later++];
    p->f = f;
    p->exc = exc;
    sched_event_init(&p->event, "test", on_later, p);
    sched_at(&f->sched, &p->event, cycle * VTIME_PER_CYCLE);
}

static inline uint64_t cycle_of(struct fixture *f, unsigned word) { return f->time[word] / VTIME_PER_CYCLE; }
static inline uint64_t now(struct fixture *f) { return f->sched.now / VTIME_PER_CYCLE; }

static inline void to_psp(struct fixture *f, uint32_t control)
{
    set(f, CPU_PSP, PROCESS_STACK);
    set(f, CPU_CONTROL, control);
    core_update(&f->core);
}

#endif
