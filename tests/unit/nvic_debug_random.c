/* Random values in random registers of the debug hardware, by debugger and firmware, while a program runs: whatever
 * they mean, the core goes on or halts, and a copy of it does the same again. */
#include "tests/unit/nvic_trace_test.h"

enum { PROGRAMS = 400, USES = 60, STEPS = 40, CODE_SIZE = 64 };

static uint64_t next(uint64_t *seed) { return *seed = *seed * 6364136223846793005ull + 1442695040888963407ull; }
static uint32_t pick(uint64_t *seed, uint32_t n) { return (uint32_t)(next(seed) >> 33) % n; }

/* Instructions that are harmless anywhere: data processing, and accesses by r1, which points to RAM or to a register.
 */
static uint16_t random_insn(uint64_t *seed)
{
    static const uint16_t insns[] = {NOP,
                                     0x3001 /* adds r0, #1 */,
                                     LDR_R0_R1,
                                     STR_R0_R1,
                                     0x7008 /* strb */,
                                     0xC90C,
                                     SVC,
                                     SEV,
                                     CPSID_I,
                                     CPSIE_I,
                                     LDR_R0_R1,
                                     0xBF18 /* it ne */,
                                     BKPT,
                                     0x4A01 /* ldr r2, literal */};
    return insns[pick(seed, sizeof insns / sizeof *insns)];
}

static uint32_t random_register(uint64_t *seed)
{
    static const struct {
        uint32_t base, size;
    } blocks[] = {{0xE0000000, 0x20}, {0xE0000E00, 0x88}, {0xE0000FB0, 8},    {0xE0001000, 0x60}, {0xE0002000, 0x28},
                  {0xE0040000, 0x14}, {0xE00400F0, 4},    {0xE0040300, 12},   {0xE0041000, 0x30}, {0xE000EDF0, 16},
                  {0xE000ED30, 4},    {0xE0001000, 0x60}, {0xE0002000, 0x28}, {0xE000EDF0, 16}};
    unsigned i = pick(seed, sizeof blocks / sizeof *blocks);
    return blocks[i].base + pick(seed, blocks[i].size) / 4 * 4;
}

/* Small addresses are those of the program; keys are likely. */
static uint32_t random_value(uint64_t *seed)
{
    uint32_t bits = (uint32_t)(next(seed) >> 32);
    switch (pick(seed, 6)) {
    case 0:
        return DHCSR_DBGKEY | (bits & 0x2F);
    case 1:
        return (bits & 0xC0000001) | (THREAD + pick(seed, CODE_SIZE) / 4 * 4) | 1;
    case 2:
        return RAM + 0x200 + pick(seed, 16);
    case 3:
        return bits & 0x01FF0FFF;
    case 4:
        return pick(seed, 16);
    default:
        return bits;
    }
}

static void write_program(struct fixture *f, uint64_t *seed)
{
    for (unsigned i = 0; i < CODE_SIZE / 2 - 1; i++)
        CODE(f, THREAD + 2 * i, random_insn(seed));
    CODE(f, THREAD + CODE_SIZE - 2, HERE);
    for (unsigned exc = 2; exc < 16; exc++)
        CODE(f, handler(exc), NOP, BX_LR);
}

static void use(struct fixture *f, uint64_t *seed)
{
    uint32_t addr = random_register(seed);
    unsigned how = pick(seed, 4);
    if (how < 2)
        poke(f, addr, random_value(seed));
    else if (how == 2)
        peek(f, addr);
    else
        set(f, 1, pick(seed, 2) ? addr : RAM + 0x200);
    if (pick(seed, 8) == 0)
        set(f, CPU_PC, THREAD);
    if (pick(seed, 16) == 0)
        dhcsr(f, pick(seed, 2) ? 0 : DEBUGEN);
    run(f, pick(seed, STEPS));
}

static uint64_t digest(struct fixture *f)
{
    uint64_t h = f->sched.now ^ cpu_retired(f->core.cpu) << 20;
    for (unsigned r = 0; r < CPU_REGS; r++)
        h = (h ^ reg(f, (enum cpu_reg)r)) * 0x100000001B3ull;
    for (unsigned i = 0; i < RAM_SIZE; i++)
        h = (h ^ f->ram[i]) * 0x100000001B3ull;
    return h;
}

static uint64_t program(uint64_t seed)
{
    struct trace t;
    struct fixture *f = setup_trace(&t);
    f->evlog.n_readers = 0;
    uint8_t *flash = malloc(FLASH_SIZE);
    assert_non_null(flash);
    write_program(f, &seed);
    memcpy(flash, f->flash, FLASH_SIZE);
    for (unsigned i = 0; i < USES; i++) {
        t.n = 0;
        use(f, &seed);
    }
    assert_memory_equal(flash, f->flash, FLASH_SIZE); /* what was patched is whole again */
    uint64_t h = digest(f);
    free(flash);
    teardown(f);
    return h;
}

static void test_random_use(void **state)
{
    for (uint64_t seed = 1; seed <= PROGRAMS; seed++)
        if (program(seed) != program(seed))
            fail_msg("seed %llu: not twice the same", (unsigned long long)seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_use)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
