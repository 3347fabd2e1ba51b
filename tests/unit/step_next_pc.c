/* Where instructions lead, as gdb's software single step has it, and the breakpoints that follow from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "step/parts.h"

enum { PC = 0x100, N = 8, Z = 4, R1 = 0x20000010, R2 = 3, SP = 0x20000100 };

/* Eight half-words of code at PC; elsewhere each word says where it is: see data(). */
struct fake {
    struct debug_access access;
    struct stepper s;
    uint16_t code[12];
    uint32_t regs[CPU_REGS];
};

static uint32_t data(uint32_t addr) { return 0x40000000u | addr | 1; }

static bool read_word(void *ctx, uint32_t addr, uint32_t *value)
{
    struct fake *f = ctx;
    *value = data(addr);
    if (addr - PC < sizeof f->code)
        memcpy(value, (uint8_t *)f->code + (addr - PC), 4);
    return true;
}

static bool reg_get(void *ctx, enum cpu_reg r, uint32_t *value)
{
    *value = ((struct fake *)ctx)->regs[r];
    return true;
}

static const struct debug_access_ops ops = {.read = read_word, .reg_get = reg_get};

static void set_up(struct fake *f, const uint16_t *code, unsigned flags, uint8_t it)
{
    *f = (struct fake){.access = {&ops, f}};
    memcpy(f->code, code, sizeof f->code);
    f->regs[CPU_R0 + 1] = R1;
    f->regs[CPU_R0 + 2] = R2;
    f->regs[CPU_R0 + 3] = 0x3001;
    f->regs[CPU_R0 + 9] = 0x9001;
    f->regs[CPU_SP] = SP;
    f->regs[CPU_PC] = PC;
    f->regs[CPU_XPSR] = flags << 28 | 1u << 24 | (uint32_t)(it & 3) << 25 | (uint32_t)(it & 0xFC) << 8;
    step_init(&f->s, &f->access, NULL);
}

static const struct {
    uint16_t code[12];
    unsigned flags;
    uint8_t it;
    uint32_t next, also;
} cases[] = {
    {{0xBD05}, 0, 0, (0x40000000 | (SP + 8)), 0},                         /* pop {r0,r2,pc} */
    {{0xD00E}, Z, 0, PC + 0x20, 0},                                       /* beq */
    {{0xD00E}, 0, 0, PC + 2, 0},                                          /* beq, not taken */
    {{0xD1F6}, N, 0, PC - 0x10, 0},                                       /* bne */
    {{0xE07E}, 0, 0, PC + 0x100, 0},                                      /* b */
    {{0xE7BE}, 0, 0, PC - 0x80, 0},                                       /* b, backwards */
    {{0x4718}, 0, 0, 0x3000, 0},                                          /* bx r3 */
    {{0x4798}, 0, 0, 0x3000, 0},                                          /* blx r3 */
    {{0x469F}, 0, 0, 0x3000, 0},                                          /* mov pc, r3 */
    {{0xB1B1}, 0, 0, PC + 2, 0},                                          /* cbz r1 */
    {{0xB1B0}, 0, 0, PC + 0x30, 0},                                       /* cbz r0 */
    {{0xBBE9}, 0, 0, PC + 0x7E, 0},                                       /* cbnz r1 */
    {{0xBBE8}, 0, 0, PC + 2, 0},                                          /* cbnz r0 */
    {{0xF012, 0xF9A0}, 0, 0, PC + 0x12344, 0},                            /* bl */
    {{0xF7ED, 0xBE5C}, 0, 0, (uint32_t)(PC - 0x12344), 0},                /* b.w */
    {{0xF7FF, 0xF7FE}, 0, 0, (uint32_t)(PC - 0x400000), 0},               /* bl */
    {{0xF3FF, 0xB7FE}, 0, 0, PC + 0x800000, 0},                           /* b.w */
    {{0xF000, 0x87FE}, Z, 0, PC + 0x1000, 0},                             /* beq.w */
    {{0xF000, 0x87FE}, 0, 0, PC + 4, 0},                                  /* beq.w, not taken */
    {{0xF47E, 0xAFFE}, 0, 0, (uint32_t)(PC - 0x1000), 0},                 /* bne.w */
    {{0xE8BD, 0x8010}, 0, 0, (0x40000000 | (SP + 4)), 0},                 /* pop.w {r4,pc} */
    {{0xE911, 0x8004}, 0, 0, (0x40000000 | (R1 - 4)), 0},                 /* ldmdb r1, {r2,pc} */
    {{0xF8D1, 0xF008}, 0, 0, (0x40000000 | (R1 + 8)), 0},                 /* ldr pc, [r1, #8] */
    {{0xF851, 0xFC08}, 0, 0, (0x40000000 | (R1 - 8)), 0},                 /* ldr pc, [r1, #-8] */
    {{0xF851, 0xFB04}, 0, 0, (0x40000000 | R1), 0},                       /* ldr pc, [r1], #4 */
    {{0xF851, 0xFF04}, 0, 0, (0x40000000 | (R1 + 4)), 0},                 /* ldr pc, [r1, #4]! */
    {{0xF851, 0xF022}, 0, 0, (0x40000000 | (R1 + 4 * R2)), 0},            /* ldr pc, [r1, r2, lsl #2] */
    {{0xF8DF, 0xF014}, 0, 0, (0x40000000 | (PC + 0x18)), 0},              /* ldr pc, [pc, #20] */
    {{0xE8D1, 0xF002}, 0, 0, PC + 4 + 2 * 0x60, 0},                       /* tbb [r1, r2] */
    {{0xE8DF, 0xF002, 0, 0x2200}, 0, 0, PC + 4 + 2 * 0x22, 0},            /* tbb [pc, r2] */
    {{0xE8DF, 0xF012, 0, 0, 0, 0x123}, 0, 0, PC + 4 + 2 * 0x123, 0},      /* tbh [pc, r2] */
    {{0xEA4F, 0x0F09}, 0, 0, 0x9000, 0},                                  /* mov.w pc, r9 */
    {{0xEA4F, 0x0809}, 0, 0, PC + 4, 0},                                  /* mov.w r8, r9 */
    {{0xDF00}, 0, 0, PC + 2, 0},                                          /* svc */
    {{0xDE01}, 0, 0, PC + 2, 0},                                          /* udf */
    {{0xF380, 0x8810}, 0, 0, PC + 4, 0},                                  /* msr primask, r0 */
    {{0xF3BF, 0x8F4F}, 0, 0, PC + 4, 0},                                  /* dsb */
    {{0x3001}, 0, 0, PC + 2, 0},                                          /* adds */
    {{0xF101, 0x0001}, 0, 0, PC + 4, 0},                                  /* add.w */
    {{0xE850, 0x1F00, 0x3101, 0xE840, 0x1200}, 0, 0, PC + 10, 0},         /* ldrex, adds, strex */
    {{0xE8D0, 0x1F4F, 0xE8C0, 0x1F42}, 0, 0, PC + 8, 0},                  /* ldrexb, strexb */
    {{0xE850, 0x1F00, 0xD010, 0xE840, 0x1200}, 0, 0, PC + 10, PC + 0x28}, /* ldrex, a way out, strex */
    {{0xE850, 0x1F00}, 0, 0, PC + 4, 0},                                  /* ldrex alone */
    {{0xBF08, 0x3001}, 0, 0, PC + 4, 0},                                  /* it eq, which fails */
    {{0xBF08, 0x3001}, Z, 0, PC + 2, 0},                                  /* it eq, which holds */
    {{0xBF06, 0x3001, 0x3001, 0x3001}, 0, 0, PC + 6, 0},                  /* itte eq: the third one is next */
    {{0x3001, 0x3001, 0x3001}, 0, 0x06, PC + 4, 0},      /* first of two that fail, before one that holds */
    {{0x3001, 0x3001}, 0, 0x08, PC + 2, 0},              /* the last one, which fails */
    {{0x3001, 0x3001, 0x3001}, Z, 0x06, PC + 2, PC + 4}, /* one that holds may change what holds */
    {{0x4718}, Z, 0x08, 0x3000, 0},                      /* the last one may branch */
};

static void test_next(void **state)
{
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        uint32_t next[STEP_BREAKS] = {0};
        set_up(&f, cases[i].code, cases[i].flags, cases[i].it);
        unsigned n = step_next_pcs(&f.s, PC, next);
        if (n != 1u + !!cases[i].also || next[0] != cases[i].next || next[1] != cases[i].also)
            fail_msg("%u: %04x %04x: %u, 0x%08x 0x%08x instead of 0x%08x 0x%08x", i, cases[i].code[0], cases[i].code[1],
                     n, next[0], next[1], cases[i].next, cases[i].also);
    }
}

/* Without a debugger that knows contexts, or without a probe, what cannot be done is refused. */
static void test_refusals(void **state)
{
    struct stepper s;
    struct debug_target target = {0};
    step_init(&s, NULL, NULL);
    for (unsigned i = 0; i < step_algorithms_count; i++) {
        s.algorithm = step_algorithms[i];
        step_begin(&s, 0);
        assert_int_equal(step_advance(&s), STEP_REFUSED);
        assert_true(s.report.text[0]);
        assert_string_equal(step_end_name(s.report.end), "refused");
    }
    step_init(&s, NULL, &target);
    s.algorithm = step_algorithm_find("raw");
    step_begin(&s, 0);
    assert_int_equal(step_advance(&s), STEP_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_next),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
