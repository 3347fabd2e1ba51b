/* The CPU port, instruction by instruction. That running and stepping agree is proved in emu_cpu_random.c. */
#include "tests/unit/emu_cpu_test.h"

#define XPSR_T  0x01000000u
#define XPSR_IT 0x0600FC00u
enum { CODE_AT = 0x1000, STACK = RAM + 0x8000, DATA = RAM + 0x4000, RAM_CODE = RAM + 0x1000 };
enum { BX_LR = 0x4770, IT_EQ = 0xBF08, ITTE_EQ = 0xBF06, LDR_R0_R1 = 0x6808, STR_R0_R1 = 0x6008 };
enum { STREX_1 = 0xE841, STREX_2 = 0x0200 /* r2 ← [r1] ← r0 */, LDREX_1 = 0xE851, LDREX_2 = 0x3F00 /* r3 ← [r1] */ };

static void code_at(struct fixture *f, uint32_t addr, const uint16_t *code, unsigned n)
{
    memcpy(host(f, addr), code, 2 * n);
    memcpy(host(f, addr + 2 * n), &(uint16_t){SVC}, 2);
    cpu_code_changed(f->cpu, addr, 2 * n + 2);
    cpu_set_mode(f->cpu, XPSR_T, 0);
    set(f, CPU_SP, STACK);
    set(f, CPU_PC, addr);
}
#define CODE(f, addr, ...) \
    code_at(f, addr, (const uint16_t[]){__VA_ARGS__}, sizeof((const uint16_t[]){__VA_ARGS__}) / 2)

static uint32_t word(struct fixture *f, uint32_t addr)
{
    uint32_t v;
    memcpy(&v, host(f, addr), 4);
    return v;
}
static void put(struct fixture *f, uint32_t addr, uint32_t v) { memcpy(host(f, addr), &v, 4); }

static void stops(struct fixture *f, enum cpu_stop why, uint32_t pc, uint64_t retired)
{
    uint64_t before = cpu_retired(f->cpu);
    assert_int_equal(run(f, UINT64_MAX), why);
    assert_int_equal(f->stop.pc, pc);
    assert_int_equal(reg(f, CPU_PC), pc);
    assert_int_equal(cpu_retired(f->cpu) - before, retired);
}
/* Runs to the SVC behind the code. */
static void ends(struct fixture *f, uint32_t pc, uint64_t retired)
{
    stops(f, CPU_STOP_INSN, pc, retired);
    assert_int_equal(f->stop.insn_class, INSN_SVC);
}

/* ---- stops ------------------------------------------------------------------------------------------------------ */

static void test_core_instructions(void **state)
{
    static const struct {
        uint16_t h1, h2, size, imm;
        enum insn_class class;
    } insns[] = {
        {0xDF2A, NOP, 2, 0x2A, INSN_SVC},
        {0xBE2A, NOP, 2, 0x2A, INSN_BKPT},
        {0xDE00, NOP, 2, 0, INSN_UNDEFINED},
        {0xF7F0, 0xA001, 4, 0, INSN_UNDEFINED},
        {0xBF30, NOP, 2, 0, INSN_WFI},
        {0xBF20, NOP, 2, 0, INSN_WFE},
        {0xBF40, NOP, 2, 0, INSN_SEV},
        {0xF3AF, 0x8003, 4, 0, INSN_WFI},
        {0xEE00, 0x1F10, 4, 0, INSN_COPROCESSOR},
    };
    for (unsigned i = 0; i < sizeof insns / sizeof *insns; i++) {
        struct fixture *f = setup();
        CODE(f, CODE_AT, NOP, insns[i].h1, insns[i].h2);
        stops(f, CPU_STOP_INSN, CODE_AT + 2, 1);
        assert_int_equal(f->stop.insn_class, insns[i].class);
        assert_int_equal(f->stop.imm, insns[i].imm);
        assert_int_equal(f->stop.next_pc, CODE_AT + 2 + insns[i].size);
        teardown(f);
    }
}

static void test_exc_return(void **state)
{
    struct fixture *f = setup();
    for (unsigned way = 0; way < 4; way++) {
        static const uint16_t ways[4][2] = {{BX_LR, NOP},
                                            {0xBD00, NOP} /* pop {pc} */,
                                            {0xF8D1, 0xF000} /* ldr pc, [r1] */,
                                            {0xE8B1, 0x8001} /* ldm */};
        code_at(f, CODE_AT, ways[way], 2);
        cpu_set_mode(f->cpu, XPSR_T | 20, 0);
        set(f, CPU_SP, DATA);
        set(f, 1, way == 3 ? DATA - 4 : DATA);
        set(f, CPU_LR, 0xFFFFFFED);
        put(f, DATA, 0xFFFFFFED);
        assert_int_equal(run(f, UINT64_MAX), CPU_STOP_EXC_RETURN);
        assert_int_equal(f->stop.value, 0xFFFFFFED);
        assert_int_equal(f->stop.pc, CODE_AT);
    }
    teardown(f);
}

/* In Thread mode EXC_RETURN is but an address where nothing can be fetched. */
static void test_exc_return_in_thread_mode(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, BX_LR);
    set(f, CPU_LR, 0xFFFFFFF9);
    assert_int_equal(run(f, UINT64_MAX), CPU_STOP_FETCH_FAULT);
    teardown(f);
}

static void test_bad_branches(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, BX_LR);
    set(f, CPU_LR, 0x2000);
    stops(f, CPU_STOP_INVSTATE, 0x2000, 1);
    assert_false(reg(f, CPU_XPSR) & XPSR_T);
    stops(f, CPU_STOP_INVSTATE, 0x2000, 0); /* and stays so */
    CODE(f, CODE_AT, BX_LR);
    set(f, CPU_LR, NOWHERE | 1);
    stops(f, CPU_STOP_FETCH_FAULT, NOWHERE, 1);
    CODE(f, CODE_AT, BX_LR);
    set(f, CPU_LR, DEVICE | 1);
    stops(f, CPU_STOP_FETCH_FAULT, DEVICE, 1);
    teardown(f);
}

static void test_budget_and_deadline(void **state)
{
    struct fixture *f = setup();
    struct sched_event e;
    sched_event_init(&e, "test", on_event, f);
    CODE(f, CODE_AT, NOP, NOP, NOP, NOP);
    assert_int_equal(run(f, 0), CPU_STOP_BUDGET);
    assert_int_equal(run(f, 2), CPU_STOP_BUDGET);
    assert_int_equal(f->stop.pc, CODE_AT + 4);
    sched_at(&f->sched, &e, 2 * VTIME_PER_CYCLE);
    stops(f, CPU_STOP_DEADLINE, CODE_AT + 4, 0);
    sched_at(&f->sched, &e, 2 * VTIME_PER_CYCLE + 1);
    stops(f, CPU_STOP_DEADLINE, CODE_AT + 6, 1);
    sched_fire_due(&f->sched);
    sched_kick(&f->sched);
    stops(f, CPU_STOP_DEADLINE, CODE_AT + 6, 0);
    sched_fire_due(&f->sched);
    ends(f, CODE_AT + 8, 1);
    teardown(f);
}

static void test_breakpoints_nest(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, NOP, NOP);
    cpu_breakpoint(f->cpu, CODE_AT + 2, true);
    cpu_breakpoint(f->cpu, CODE_AT + 2, true);
    stops(f, CPU_STOP_BREAKPOINT, CODE_AT + 2, 1);
    stops(f, CPU_STOP_BREAKPOINT, CODE_AT + 2, 0);
    cpu_breakpoint(f->cpu, CODE_AT + 2, false);
    stops(f, CPU_STOP_BREAKPOINT, CODE_AT + 2, 0);
    cpu_breakpoint(f->cpu, CODE_AT + 2, false);
    ends(f, CODE_AT + 4, 1);
    cpu_breakpoint(f->cpu, CODE_AT, false); /* none there: nothing happens */
    teardown(f);
}

/* ---- IT blocks -------------------------------------------------------------------------------------------------- */

/* EQ, EQ, NE with Z set: one by one, ITSTATE and the pc tell where one is; the last member is skipped. */
static void test_it_state(void **state)
{
    static const uint8_t want[] = {0, 0x06, 0x0C, 0x18, 0};
    struct fixture *f = setup();
    CODE(f, CODE_AT, ITTE_EQ, 0x2001, 0x2102, 0x2203); /* movs r0, #1; r1, #2; r2, #3 */
    set(f, 2, 77);
    cpu_set_mode(f->cpu, XPSR_T | 1u << 30, 0);
    for (unsigned i = 0; i < 4; i++) {
        uint32_t xpsr = reg(f, CPU_XPSR);
        assert_int_equal((xpsr >> 25 & 3) | (xpsr >> 8 & 0xFC), want[i]);
        assert_int_equal(reg(f, CPU_PC), CODE_AT + 2 * i);
        run(f, 1);
    }
    assert_int_equal(reg(f, CPU_XPSR), XPSR_T | 1u << 30); /* no flags were set */
    assert_int_equal(reg(f, 0), 1);
    assert_int_equal(reg(f, 1), 2);
    assert_int_equal(reg(f, 2), 77);
    assert_int_equal(f->sched.now, 4 * VTIME_PER_CYCLE);
    ends(f, CODE_AT + 8, 0);
    teardown(f);
}

static void test_data_fault_in_it(void **state)
{
    for (unsigned budget = 1; budget < 3; budget++) {
        struct fixture *f = setup();
        CODE(f, CODE_AT, ITTE_EQ, 0x2005, LDR_R0_R1, 0x2203);
        set(f, 1, NOWHERE);
        cpu_set_mode(f->cpu, XPSR_T | 1u << 30, 0);
        while (run(f, budget == 1 ? 1 : UINT64_MAX) == CPU_STOP_BUDGET) {
        }
        assert_int_equal(f->stop.reason, CPU_STOP_DATA_FAULT);
        assert_int_equal(f->stop.addr, NOWHERE);
        assert_int_equal(f->stop.pc, CODE_AT + 4);
        assert_int_equal(cpu_retired(f->cpu), 2);
        assert_int_equal(reg(f, 0), 5);
        assert_int_equal(reg(f, CPU_XPSR) & XPSR_IT, 0x00000C00);
        set(f, 1, DATA); /* what the fault handler might have put right */
        put(f, DATA, 99);
        ends(f, CODE_AT + 8, 2);
        assert_int_equal(reg(f, 0), 99);
        teardown(f);
    }
}

static void test_svc_in_it(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, IT_EQ, SVC, NOP);
    cpu_set_mode(f->cpu, XPSR_T, 0);
    ends(f, CODE_AT + 6, 3); /* skipped, but retired */
    CODE(f, CODE_AT, IT_EQ, SVC, NOP);
    cpu_set_mode(f->cpu, XPSR_T | 1u << 30, 0);
    ends(f, CODE_AT + 2, 1);
    assert_int_equal(reg(f, CPU_XPSR) & XPSR_IT, 0x00000800);
    teardown(f);
}

/* A device access asks for attention: the stop comes before the next member. */
static void test_kick_in_it(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, ITTE_EQ, STR_R0_R1, 0x2102, 0x2203);
    set(f, 0, 1);
    set(f, 1, DEVICE);
    cpu_set_mode(f->cpu, XPSR_T | 1u << 30, 0);
    stops(f, CPU_STOP_DEADLINE, CODE_AT + 4, 2);
    assert_int_equal(f->accesses, 1);
    assert_int_equal(f->pc, CODE_AT + 2);
    sched_fire_due(&f->sched);
    ends(f, CODE_AT + 8, 2);
    assert_int_equal(f->accesses, 1);
    teardown(f);
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

static void test_data_faults(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, NOP, STR_R0_R1);
    set(f, 1, NOWHERE + 4);
    stops(f, CPU_STOP_DATA_FAULT, CODE_AT + 2, 1);
    assert_int_equal(f->stop.addr, NOWHERE + 4);
    assert_true(f->stop.store);
    assert_false(f->stop.denied);
    CODE(f, CODE_AT, LDR_R0_R1);
    set(f, 0, 5);
    stops(f, CPU_STOP_DATA_FAULT, CODE_AT, 0);
    assert_false(f->stop.store);
    assert_int_equal(reg(f, 0), 5);
    CODE(f, CODE_AT, 0xF851, 0x0B04); /* ldr r0, [r1], #4 */
    stops(f, CPU_STOP_DATA_FAULT, CODE_AT, 0);
    assert_int_equal(reg(f, 1), NOWHERE + 4);
    teardown(f);
}

/* Multiple accesses that run out of the RAM leave the base alone. */
static void test_multiple_faults_keep_base(void **state)
{
    static const uint16_t forms[][2] = {{0xC90C, NOP} /* ldm r1!, {r2, r3} */,
                                        {0xC10C, NOP} /* stm r1!, {r2, r3} */,
                                        {0xE9F1, 0x2300} /* ldrd r2, r3, [r1, #0]! */,
                                        {0xECB1, 0x0A02} /* vldm r1!, {s0, s1} */};
    for (unsigned i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct fixture *f = setup();
        code_at(f, CODE_AT, forms[i], 2);
        set(f, 1, RAM + RAM_SIZE - 4);
        stops(f, CPU_STOP_DATA_FAULT, CODE_AT, 0);
        assert_int_equal(f->stop.addr, RAM + RAM_SIZE);
        assert_int_equal(reg(f, 1), RAM + RAM_SIZE - 4);
        teardown(f);
    }
}

/* Stores to a memory with a write function: every form, its writeback, and the instruction behind it. */
static void test_write_function(void **state)
{
    enum { TARGET = 0x4000 };
    static const struct {
        uint16_t h1, h2;
        uint32_t base, words[3], n, cycles;
    } forms[] = {
        {STR_R0_R1, NOP, 0, {10}, 1, 2},         {0xF841, 0x0B04, 4, {10}, 1, 1}, /* str r0, [r1], #4 */
        {0xF841, 0x0D00, 0, {10}, 1, 1},                                          /* str r0, [r1, #-0]! */
        {0xE9C1, 0x0200, 0, {10, 12}, 2, 3},                                      /* strd r0, r2, [r1] */
        {0xE8E1, 0x0202, 8, {10, 12}, 2, 3},                                      /* strd r0, r2, [r1], #8 */
        {0xC10D, NOP, 12, {10, 12, 13}, 3, 5},                                    /* stm r1!, {r0, r2, r3} */
        {0xE881, 0x000D, 0, {10, 12, 13}, 3, 4},                                  /* stm.w r1, {r0, r2, r3} */
        {0xECA1, 0x0A02, 8, {20, 21}, 2, 3},                                      /* vstm r1!, {s0, s1} */
        {0xED81, 0x0B00, 0, {20, 21}, 2, 3},                                      /* vstr d0, [r1] */
    };
    for (unsigned i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct fixture *f = setup();
        CODE(f, CODE_AT, forms[i].h1, forms[i].h2);
        for (unsigned r = 0; r < 4; r++)
            set(f, r, 10 + r);
        set(f, CPU_S0, 20);
        set(f, CPU_S0 + 1, 21);
        set(f, 1, TARGET);
        ends(f, CODE_AT + 4, forms[i].h2 == NOP ? 2 : 1);
        assert_int_equal(f->accesses, forms[i].n);
        for (unsigned n = 0; n < forms[i].n; n++)
            assert_int_equal(word(f, TARGET + 4 * n), forms[i].words[n]);
        assert_int_equal(word(f, TARGET + 4 * forms[i].n), 0);
        assert_int_equal(reg(f, 1), TARGET + forms[i].base);
        assert_int_equal(f->sched.now, forms[i].cycles * VTIME_PER_CYCLE);
        teardown(f);
    }
}

static void test_write_function_small(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, 0x7008, 0x8048); /* strb r0, [r1]; strh r0, [r1, #2] */
    set(f, 0, 0x12345678);
    set(f, 1, 0x4000);
    ends(f, CODE_AT + 4, 2);
    assert_int_equal(word(f, 0x4000), 0x56780078);
    teardown(f);
}

/* A doubleword is two accesses to a device. */
static void test_device_doubleword(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, 0xED91, 0x0B00, 0xED81, 0x1B00, 0xE9D1, 0x2300); /* vldr d0; vstr d1; ldrd r2, r3 */
    set(f, 1, DEVICE + 0x100);
    set(f, CPU_S0 + 2, 4);
    set(f, CPU_S0 + 3, 8);
    run(f, 1);
    assert_int_equal(f->accesses, 2);
    while (run(f, 1) != CPU_STOP_INSN)
        sched_fire_due(&f->sched);
    assert_int_equal(f->accesses, 6);
    assert_int_not_equal(reg(f, CPU_S0 + 1), 0);
    teardown(f);
}

static void test_write_function_refuses(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, NOP, 0xC10D);
    set(f, 1, FLASH_SIZE / 2);
    stops(f, CPU_STOP_DATA_FAULT, CODE_AT + 2, 1);
    assert_int_equal(f->stop.addr, FLASH_SIZE / 2);
    assert_true(f->stop.store);
    assert_int_equal(reg(f, 1), FLASH_SIZE / 2);
    CODE(f, CODE_AT, NOP, 0xC10D); /* only its second word is refused */
    set(f, 1, FLASH_SIZE / 2 - 4);
    stops(f, CPU_STOP_DATA_FAULT, CODE_AT + 2, 1);
    assert_int_equal(f->stop.addr, FLASH_SIZE / 2);
    assert_int_equal(reg(f, 1), FLASH_SIZE / 2 - 4);
    teardown(f);
}

static void test_write_function_in_it(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, ITTE_EQ, 0xC105, 0x2305, 0x2306); /* stm r1!, {r0, r2}; movs r3, #5; #6 */
    set(f, 1, 0x4000);
    set(f, 2, 9);
    cpu_set_mode(f->cpu, XPSR_T | 1u << 30, 0);
    ends(f, CODE_AT + 8, 4);
    assert_int_equal(reg(f, 1), 0x4008);
    assert_int_equal(reg(f, 3), 5);
    assert_int_equal(word(f, 0x4004), 9);
    teardown(f);
}

/* The last member, where the block may run in one go. */
static void test_write_function_ends_it(void **state)
{
    struct fixture *f = setup();
    for (unsigned members = 1; members < 3; members++) {
        if (members == 1)
            CODE(f, CODE_AT, NOP, IT_EQ, 0xF841, 0x0B04, 0x1C5B); /* str r0, [r1], #4; adds r3, #1 */
        else
            CODE(f, CODE_AT, 0xBF04, 0x4621, 0xE8E1, 0x0001, 0x1C5B); /* mov r1, r4; strd r0, r0, [r1], #4; adds r3 */
        set(f, 0, 0x77);
        set(f, 1, 0x4000);
        set(f, 3, 1);
        set(f, 4, 0x4000);
        cpu_set_mode(f->cpu, XPSR_T | 1u << 30, 0);
        ends(f, CODE_AT + 10, 4);
        assert_int_equal(reg(f, 1), 0x4004);
        assert_int_equal(reg(f, 3), 2);
        assert_int_equal(word(f, 0x4000), 0x77);
    }
    assert_int_equal(f->accesses, 3);
    teardown(f);
}

/* Faults at the end of a block that runs in one go keep the base and ITSTATE, and nothing behind them is executed. */
static void test_faults_end_it(void **state)
{
    static const uint16_t forms[][2] = {{0xF841, 0x0B04} /* str r0, [r1], #4 */,
                                        {0xE8E1, 0x0202} /* strd r0, r2, [r1], #8 */,
                                        {0xE8A1, 0x0005} /* stm.w r1!, {r0, r2} */,
                                        {0xF851, 0x0B04} /* ldr r0, [r1], #4 */,
                                        {0xE8B1, 0x0005} /* ldm.w r1!, {r0, r2} */};
    static const uint32_t where[] = {NOWHERE, FLASH_SIZE / 2};
    for (unsigned i = 0; i < 2 * sizeof forms / sizeof *forms; i++) {
        if (i / 2 >= 3 && i % 2)
            continue; /* flash can be read */
        struct fixture *f = setup();
        CODE(f, CODE_AT, NOP, IT_EQ, forms[i / 2][0], forms[i / 2][1], 0x1C5B);
        set(f, 0, 0x77);
        set(f, 1, where[i % 2]);
        set(f, 3, 1);
        cpu_set_mode(f->cpu, XPSR_T | 1u << 30, 0);
        stops(f, CPU_STOP_DATA_FAULT, CODE_AT + 4, 2);
        assert_int_equal(f->stop.addr, where[i % 2]);
        assert_int_equal(reg(f, 1), where[i % 2]);
        assert_int_equal(reg(f, 0), 0x77);
        assert_int_equal(reg(f, 3), 1);
        assert_int_equal(reg(f, CPU_XPSR) & XPSR_IT, 0x00000800);
        set(f, 1, DATA);
        ends(f, CODE_AT + 10, 2);
        assert_int_equal(reg(f, 3), 2);
        teardown(f);
    }
}

static void test_write_function_exclusive(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, LDREX_1, LDREX_2, STREX_1, STREX_2);
    set(f, 0, 0x55);
    set(f, 1, 0x4000);
    set(f, 2, 77);
    ends(f, CODE_AT + 8, 2);
    assert_int_equal(word(f, 0x4000), 0x55);
    assert_int_equal(reg(f, 2), 0);
    teardown(f);
}

/* Code that changes what comes behind it, stored through either address of the code RAM, run at either. */
static void test_self_modifying_code(void **state)
{
    static const uint32_t at[][2] = {{RAM, RAM}, {RAM, ALIAS}, {ALIAS, RAM}, {ALIAS, ALIAS}};
    for (unsigned i = 0; i < 4; i++) {
        struct fixture *f = setup();
        uint32_t run_at = at[i][0] + 0x1000, store_at = at[i][1] + 0x1000;
        for (unsigned round = 1; round < 6; round++) {
            CODE(f, run_at, 0x8008, 0x2063, 0x4602); /* strh r0, [r1]; movs r0, #99 (overwritten); mov r2, r0 */
            set(f, 0, 0x2000 + round);               /* movs r0, #round */
            set(f, 1, store_at + 2);
            if (round & 1) {
                ends(f, run_at + 6, 3);
            } else {
                for (unsigned n = 0; n < 3; n++)
                    run(f, 1);
                assert_int_equal(f->stop.pc, run_at + 6);
            }
            assert_int_equal(reg(f, 2), round);
        }
        teardown(f);
    }
}

/* The same, without anybody telling the port: a loop whose body changes each time around. */
static void test_self_modifying_loop(void **state)
{
    for (unsigned alias = 0; alias < 2; alias++) {
        struct fixture *f = setup();
        /* loop: adds r2, #1 (its immediate grows); adds r0, #1; strh r0, [r1]; subs r3, #1; bne loop */
        CODE(f, RAM_CODE, 0x3201, 0x3001, 0x8008, 0x3B01, 0xD1FA);
        set(f, 0, 0x3201);
        set(f, 1, alias ? ALIAS + 0x1000 : RAM_CODE);
        set(f, 2, 0);
        set(f, 3, 10);
        ends(f, RAM_CODE + 10, 50);
        assert_int_equal(reg(f, 2), 55);
        teardown(f);
    }
}

static void test_code_changed(void **state)
{
    struct fixture *f = setup();
    for (unsigned i = 0; i < 5; i++) {
        CODE(f, CODE_AT, 0x2000 + i); /* flash, rewritten by the host */
        ends(f, CODE_AT + 2, 1);
        assert_int_equal(reg(f, 0), i);
    }
    teardown(f);
}

/* Code is translated further than it was executed: what is changed there, while stopped before it, counts. */
static void test_code_changed_ahead(void **state)
{
    enum { AHEAD = 40 };
    static const uint16_t patch = 0x2007; /* movs r0, #7 */
    const uint32_t bases[] = {CODE_AT, RAM_CODE};
    for (unsigned i = 0; i < 2; i++) {
        uint16_t code[AHEAD + 1];
        struct fixture *f = setup();
        for (unsigned k = 0; k < AHEAD; k++)
            code[k] = NOP;
        code[AHEAD] = 0x2001; /* movs r0, #1 */
        code_at(f, bases[i], code, AHEAD + 1);
        assert_int_equal(run(f, 1), CPU_STOP_BUDGET);
        memcpy(host(f, bases[i] + 2 * AHEAD), &patch, sizeof patch);
        cpu_code_changed(f->cpu, bases[i] + 2 * AHEAD, sizeof patch);
        set(f, CPU_PC, bases[i]);
        ends(f, bases[i] + 2 * AHEAD + 2, AHEAD + 1);
        assert_int_equal(reg(f, 0), 7);
        teardown(f);
    }
}

/* ---- traps ------------------------------------------------------------------------------------------------------ */

static void test_divide(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, 0xFB90, 0xF2F1); /* sdiv r2, r0, r1 */
    set(f, 0, 7);
    set(f, 1, 0);
    set(f, 2, 99);
    ends(f, CODE_AT + 4, 1);
    assert_int_equal(reg(f, 2), 0);
    cpu_set_traps(f->cpu, &(struct cpu_traps){.divide = true});
    set(f, CPU_PC, CODE_AT);
    stops(f, CPU_STOP_DIVIDE, CODE_AT, 0);
    set(f, 1, 2);
    ends(f, CODE_AT + 4, 1);
    assert_int_equal(reg(f, 2), 3);
    teardown(f);
}

static void test_alignment(void **state)
{
    static const struct {
        uint16_t h1, h2;
        bool always;
    } forms[] = {{LDR_R0_R1, NOP, false},  {0x8808, NOP, false},    /* ldrh */
                 {0xE9D1, 0x0200, true},                            /* ldrd */
                 {0xC90D, NOP, true},                               /* ldm */
                 {LDREX_1, LDREX_2, true}, {0xED91, 0x0A00, true}}; /* vldr */
    for (unsigned i = 0; i < sizeof forms / sizeof *forms; i++)
        for (unsigned trap = 0; trap < 2; trap++) {
            struct fixture *f = setup();
            CODE(f, CODE_AT, forms[i].h1, forms[i].h2);
            set(f, 1, DATA + 1);
            cpu_set_traps(f->cpu, &(struct cpu_traps){.unaligned = trap});
            if (trap || forms[i].always)
                stops(f, CPU_STOP_UNALIGNED, CODE_AT, 0);
            else
                ends(f, CODE_AT + 4, forms[i].h2 == NOP ? 2 : 1);
            teardown(f);
        }
}

static void test_fp_trap(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, NOP, 0xEE30, 0x0A20);
    cpu_set_traps(f->cpu, &(struct cpu_traps){.fp = true});
    stops(f, CPU_STOP_FP, CODE_AT + 2, 1);
    cpu_set_traps(f->cpu, &(struct cpu_traps){0});
    ends(f, CODE_AT + 6, 1);
    teardown(f);
}

static void test_denied(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, 0xC90D); /* ldm r1!, {r0, r2, r3} */
    set(f, 1, DATA);
    f->denied_addr = DATA + 8;
    f->denied_size = 4;
    cpu_set_traps(f->cpu, &(struct cpu_traps){.access = true});
    stops(f, CPU_STOP_DATA_FAULT, CODE_AT, 0);
    assert_true(f->stop.denied);
    assert_int_equal(f->stop.addr, DATA + 8);
    assert_int_equal(reg(f, 1), DATA);
    f->denied_addr = CODE_AT;
    cpu_set_traps(f->cpu, &(struct cpu_traps){.access = true});
    stops(f, CPU_STOP_FETCH_FAULT, CODE_AT, 0);
    assert_true(f->stop.denied);
    teardown(f);
}

/* The base of a table branch is the PC as it is, that of a literal the PC aligned down. */
static void test_pc_relative_addresses(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT + 2, 0x4800, 0xE8DF, 0xF001, 0x0001); /* ldr r0, [pc]; tbb [pc, r1]; a table of 1, 0 */
    set(f, 1, 0);
    cpu_set_traps(f->cpu, &(struct cpu_traps){.access = true});
    f->n_asked = 0;
    ends(f, CODE_AT + 10, 2);
    assert_int_equal(f->n_asked, 2);
    assert_int_equal(f->asked[0], CODE_AT + 4);
    assert_int_equal(f->asked[1], CODE_AT + 8);
    CODE(f, CODE_AT, NOP, NOP, NOP, 0xE8DF, 0xF001, 0x0001);
    f->n_asked = 0;
    ends(f, CODE_AT + 12, 4);
    assert_int_equal(f->asked[0], CODE_AT + 10);
    teardown(f);
}

/* ---- special registers ------------------------------------------------------------------------------------------ */

static void test_basepri(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, 0xF380, 0x8811, 0xF3EF, 0x8111); /* msr basepri, r0; mrs r1, basepri */
    set(f, 0, 0xFF);
    ends(f, CODE_AT + 8, 2);
    assert_int_equal(reg(f, 1), 0xE0);
    assert_int_equal(reg(f, CPU_BASEPRI), 0xE0);
    assert_int_equal(f->masks_changed, 1);
    teardown(f);
}

static void test_control(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, 0xF380, 0x8814, 0xF3EF, 0x8114, 0xB401); /* msr control, r0; mrs r1, control; push {r0} */
    set(f, CPU_PSP, DATA);
    set(f, 0, 3);
    ends(f, CODE_AT + 10, 3);
    assert_int_equal(reg(f, 1), 3);
    assert_int_equal(reg(f, CPU_CONTROL), 3);
    assert_int_equal(reg(f, CPU_SP), DATA - 4);
    assert_int_equal(reg(f, CPU_PSP), DATA - 4);
    assert_int_equal(reg(f, CPU_MSP), STACK);
    assert_int_equal(word(f, DATA - 4), 3);
    teardown(f);
}

/* What the guest sees of CONTROL.FPCA is what the core set. */
static void test_control_fpca(void **state)
{
    struct fixture *f = setup();
    for (unsigned control = 0; control < 8; control += 2) {
        CODE(f, CODE_AT, 0xF3EF, 0x8114);
        set(f, CPU_PSP, DATA);
        set(f, CPU_CONTROL, control);
        ends(f, CODE_AT + 4, 1);
        assert_int_equal(reg(f, 1), control);
    }
    teardown(f);
}

static void test_unprivileged(void **state)
{
    struct fixture *f = setup();
    /* cpsid i; msr basepri, r0; msr control, r2; mrs r3, primask */
    CODE(f, CODE_AT, 0xB672, 0xF380, 0x8811, 0xF382, 0x8814, 0xF3EF, 0x8310);
    set(f, CPU_PSP, DATA);
    set(f, CPU_PRIMASK, 0);
    set(f, CPU_CONTROL, 3);
    set(f, 0, 0x40);
    set(f, 2, 0);
    set(f, 3, 99);
    ends(f, CODE_AT + 14, 4);
    assert_int_equal(reg(f, CPU_PRIMASK), 0);
    assert_int_equal(reg(f, CPU_BASEPRI), 0);
    assert_int_equal(reg(f, CPU_CONTROL), 3);
    assert_int_equal(reg(f, 3), 0);
    assert_int_equal(reg(f, CPU_SP), DATA);
    assert_int_equal(reg(f, CPU_MSP), STACK);
    set(f, CPU_MSP, STACK - 8); /* the debugger's way is open */
    set(f, CPU_BASEPRI, 0x60);
    assert_int_equal(reg(f, CPU_MSP), STACK - 8);
    assert_int_equal(reg(f, CPU_BASEPRI), 0x60);
    assert_int_equal(reg(f, CPU_SP), DATA);
    teardown(f);
}

static void test_modes_bank_sp(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, NOP);
    set(f, CPU_MSP, STACK);
    set(f, CPU_PSP, DATA);
    cpu_set_mode(f->cpu, XPSR_T, 2);
    assert_int_equal(reg(f, CPU_SP), DATA);
    cpu_set_mode(f->cpu, XPSR_T | 0xF0000000u | 16, 0);
    assert_int_equal(reg(f, CPU_SP), STACK);
    assert_int_equal(reg(f, CPU_XPSR), XPSR_T | 0xF0000000u | 16);
    cpu_set_mode(f->cpu, XPSR_T | 3, 1);
    assert_int_equal(reg(f, CPU_SP), STACK);
    cpu_set_mode(f->cpu, XPSR_T, 3);
    assert_int_equal(reg(f, CPU_SP), DATA);
    assert_int_equal(reg(f, CPU_MSP), STACK);
    teardown(f);
}

/* ---- exclusives ------------------------------------------------------------------------------------------------- */

static void test_exclusives(void **state)
{
    struct fixture *f = setup();
    CODE(f, CODE_AT, LDREX_1, LDREX_2, NOP, STREX_1, STREX_2, STREX_1, STREX_2);
    set(f, 0, 0x55);
    set(f, 1, DATA);
    set(f, 2, 99);
    run(f, 3);
    assert_int_equal(reg(f, 2), 0);
    assert_int_equal(word(f, DATA), 0x55);
    run(f, 1); /* the monitor is open again */
    assert_int_equal(reg(f, 2), 1);
    teardown(f);
}

static void test_exclusive_cleared(void **state)
{
    struct fixture *f = setup();
    for (unsigned clrex = 0; clrex < 2; clrex++) {
        if (clrex)
            CODE(f, CODE_AT, LDREX_1, LDREX_2, 0xF3BF, 0x8F2F, STREX_1, STREX_2);
        else
            CODE(f, CODE_AT, LDREX_1, LDREX_2, 0xF3AF, 0x8000, STREX_1, STREX_2);
        put(f, DATA, 0);
        set(f, 0, 0x55);
        set(f, 1, DATA);
        set(f, 2, 99);
        run(f, 2);
        if (!clrex)
            cpu_clear_exclusive(f->cpu);
        ends(f, CODE_AT + 12, 1);
        assert_int_equal(reg(f, 2), 1);
        assert_int_equal(word(f, DATA), 0);
    }
    teardown(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_core_instructions),
        cmocka_unit_test(test_exc_return),
        cmocka_unit_test(test_exc_return_in_thread_mode),
        cmocka_unit_test(test_bad_branches),
        cmocka_unit_test(test_budget_and_deadline),
        cmocka_unit_test(test_breakpoints_nest),
        cmocka_unit_test(test_it_state),
        cmocka_unit_test(test_data_fault_in_it),
        cmocka_unit_test(test_svc_in_it),
        cmocka_unit_test(test_kick_in_it),
        cmocka_unit_test(test_data_faults),
        cmocka_unit_test(test_multiple_faults_keep_base),
        cmocka_unit_test(test_write_function),
        cmocka_unit_test(test_write_function_small),
        cmocka_unit_test(test_device_doubleword),
        cmocka_unit_test(test_write_function_refuses),
        cmocka_unit_test(test_write_function_in_it),
        cmocka_unit_test(test_write_function_ends_it),
        cmocka_unit_test(test_faults_end_it),
        cmocka_unit_test(test_write_function_exclusive),
        cmocka_unit_test(test_self_modifying_code),
        cmocka_unit_test(test_self_modifying_loop),
        cmocka_unit_test(test_code_changed),
        cmocka_unit_test(test_code_changed_ahead),
        cmocka_unit_test(test_divide),
        cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_fp_trap),
        cmocka_unit_test(test_denied),
        cmocka_unit_test(test_pc_relative_addresses),
        cmocka_unit_test(test_basepri),
        cmocka_unit_test(test_control),
        cmocka_unit_test(test_control_fpca),
        cmocka_unit_test(test_unprivileged),
        cmocka_unit_test(test_modes_bank_sp),
        cmocka_unit_test(test_exclusives),
        cmocka_unit_test(test_exclusive_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
