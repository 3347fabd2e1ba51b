/*
 * Running and stepping are the same thing: random programs, run freely with a deadline at every possible time, with
 * budgets, breakpoints and permission checks, must pass through exactly the states that single steps pass through.
 */
#include "tests/unit/emu_cpu_test.h"

enum { MAX_BOUNDARIES = 4000, MAX_UNITS = 40, ROUNDS = 3, PROGRAMS = 60 };
enum { CODE_OFFSET = 0x1000, DATA = RAM + 0x8000, STACK = RAM + 0xC000, DEVICE_MIDDLE = DEVICE + DEVICE_SIZE / 2 };
enum { FLASH_DATA = FLASH_SIZE / 8 * 3 };

/* ---- generating ------------------------------------------------------------------------------------------------- */

struct program {
    uint64_t seed;
    uint16_t code[512];
    unsigned n;
    struct {
        unsigned start; /* of the unit: an instruction, or a whole IT block */
        int branch;     /* halfword index of a branch to the start of unit `to`; -1: none */
        unsigned to;
    } unit[MAX_UNITS + 8];
    unsigned n_units;
};

static unsigned any(struct program *p, unsigned n)
{
    p->seed = p->seed * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)(p->seed >> 33) % n;
}

static void h(struct program *p, unsigned v) { p->code[p->n++] = (uint16_t)v; }
static void w(struct program *p, unsigned h1, unsigned h2)
{
    h(p, h1);
    h(p, h2);
}

enum { BASE_RAM = 6, BASE_DEVICE = 7, COUNTER = 8, INDEX = 9, BASE_FLASH = 10 };

static unsigned low(struct program *p) { return any(p, 6); } /* r0…r5 */
static unsigned base(struct program *p) { return any(p, 3) ? BASE_RAM : BASE_DEVICE; }

static unsigned any_base(struct program *p) { return any(p, 6) ? base(p) : BASE_FLASH; }

static void narrow_alu(struct program *p)
{
    switch (any(p, 6)) {
    case 0:
        h(p, any(p, 3) << 11 | any(p, 32) << 6 | low(p) << 3 | low(p)); /* shifts */
        break;
    case 1:
        h(p, 0x1800 | any(p, 4) << 9 | any(p, 6) << 6 | low(p) << 3 | low(p)); /* ADD, SUB */
        break;
    case 2:
        h(p, 0x2000 | any(p, 4) << 11 | low(p) << 8 | any(p, 256)); /* MOV, CMP, ADD, SUB immediate */
        break;
    case 3:
    case 4:
        h(p, 0x4000 | any(p, 16) << 6 | low(p) << 3 | low(p)); /* data processing */
        break;
    default:
        h(p, 0xB200 | any(p, 4) << 6 | low(p) << 3 | low(p)); /* extends */
        break;
    }
}

static void wide_alu(struct program *p)
{
    static const uint16_t immediate[] = {0xF100, 0xF110, 0xF1A0, 0xF1B0, 0xF000, 0xF080};
    switch (any(p, 5)) {
    case 0:
        w(p, immediate[any(p, 6)] | low(p), low(p) << 8 | any(p, 256));
        break;
    case 1:
        w(p, (any(p, 2) ? 0xFB90 : 0xFBB0) | low(p), 0xF0F0 | low(p) << 8 | low(p)); /* SDIV, UDIV */
        break;
    case 2:
        w(p, 0xFB00 | low(p), 0xF000 | low(p) << 8 | low(p)); /* MUL */
        break;
    case 3:
        w(p, 0xF240, low(p) << 8 | any(p, 256)); /* MOVW */
        break;
    default:
        w(p, 0xF3AF, 0x8000); /* NOP.W */
        break;
    }
}

static void narrow_memory(struct program *p)
{
    static const uint16_t forms[] = {0x6000, 0x6800, 0x7000, 0x7800, 0x8000, 0x8800};
    switch (any(p, 5)) {
    case 0:
        h(p, (any(p, 2) ? 0xC000 : 0xC800) | base(p) << 8 | (1 + any(p, 63))); /* STM, LDM */
        break;
    case 1:
        h(p, (any(p, 2) ? 0xB400 : 0xBC00) | (1 + any(p, 63))); /* PUSH, POP */
        break;
    case 2:
        h(p, 0x4800 | low(p) << 8 | any(p, 256)); /* literal */
        break;
    default:
        h(p, forms[any(p, 6)] | any(p, 32) << 6 | base(p) << 3 | low(p));
        break;
    }
}

static void wide_memory(struct program *p)
{
    unsigned t = low(p), t2 = (t + 1 + any(p, 5)) % 6, load = any(p, 2);
    switch (any(p, 6)) {
    case 0: /* immediate, without and with writeback */
        w(p, (load ? 0xF8D0 : 0xF8C0) | any_base(p), t << 12 | any(p, 64) * 4);
        break;
    case 1:
        w(p, (load ? 0xF850 : 0xF840) | any_base(p), t << 12 | (any(p, 2) ? 0xF04 : any(p, 2) ? 0xB04 : 0x904));
        break;
    case 2: /* register */
        w(p, (load ? 0xF850 : 0xF840) | any_base(p), t << 12 | any(p, 4) << 4 | INDEX);
        break;
    case 3: /* two words */
        w(p, (load ? 0xE9D0 : 0xE9C0) | any(p, 2) << 5 | any_base(p), t << 12 | t2 << 8 | any(p, 4));
        break;
    case 4: /* exclusive */
        if (load)
            w(p, 0xE850 | BASE_RAM, t << 12 | 0xF00 | any(p, 8));
        else
            w(p, 0xE840 | BASE_RAM, t << 12 | t2 << 8 | any(p, 8));
        break;
    default:
        w(p, (load ? 0xED90 : 0xED80) | any_base(p),
          (any(p, 3) ? 0x0A00 : 0x0B00) | any(p, 2) << 12 | any(p, 8)); /* VLDR, VSTR */
        break;
    }
}

/* Whatever may stand in an IT block, too. */
static void simple(struct program *p)
{
    switch (any(p, 10)) {
    case 0:
    case 1:
    case 2:
        narrow_alu(p);
        break;
    case 3:
        wide_alu(p);
        break;
    case 4:
    case 5:
        narrow_memory(p);
        break;
    case 6:
    case 7:
        wide_memory(p);
        break;
    case 8:
        if (any(p, 2))
            w(p, 0xEE30, 0x0A20); /* VADD S0 = S0 + S1 */
        else
            w(p, 0xEE00, 0x0A10 | low(p) << 12); /* VMOV S0, Rt */
        break;
    default:
        if (any(p, 3) == 0)
            w(p, 0xF380 | low(p), 0x8811); /* MSR BASEPRI */
        else
            w(p, 0xF3EF, 0x8000 | low(p) << 8 | (any(p, 2) ? 0x14 : 0x11)); /* MRS CONTROL, BASEPRI */
        break;
    }
}

static void branch(struct program *p, bool in_it)
{
    p->unit[p->n_units].branch = (int)p->n;
    p->unit[p->n_units].to = p->n_units + 1 + any(p, 4);
    unsigned kind = any(p, in_it ? 2 : 5);
    if (kind == 0)
        h(p, 0xE000);
    else if (kind == 1)
        w(p, 0xF000, any(p, 2) ? 0xF800 : 0xB800); /* BL, B.W */
    else if (kind == 2)
        h(p, (any(p, 2) ? 0xB100 : 0xB900) | low(p)); /* CBZ, CBNZ */
    else
        h(p, 0xD000 | any(p, 14) << 8);
}

static void it_block(struct program *p)
{
    unsigned members = 1 + any(p, 4), cond = any(p, 14), mask = 0, at = p->n;
    h(p, 0);
    for (unsigned i = 0; i < members; i++) {
        if (i)
            mask = mask << 1 | (any(p, 2) ? (cond & 1) : !(cond & 1));
        if (i + 1 == members && any(p, 3) == 0)
            branch(p, true);
        else
            simple(p);
    }
    mask = (mask << 1 | 1) << (4 - members);
    p->code[at] = (uint16_t)(0xBF00 | cond << 4 | mask);
}

static void fix_branches(struct program *p)
{
    for (unsigned i = 0; i < p->n_units; i++) {
        if (p->unit[i].branch < 0)
            continue;
        unsigned at = (unsigned)p->unit[i].branch, to = p->unit[i].to < p->n_units ? p->unit[i].to : p->n_units - 1;
        int offset = (int)p->unit[to].start - (int)at - 2; /* halfwords from PC */
        uint16_t *c = &p->code[at];
        if ((*c & 0xF800) == 0xF000)
            c[1] |= offset & 0x7FF, c[0] |= offset < 0 ? 0x07FF : 0, c[1] |= 0x2800;
        else if (offset < 0)
            *c = NOP; /* to the very next instruction: a short branch cannot, and need not */
        else
            *c |= (*c & 0xF000) == 0xB000 ? (unsigned)(offset & 31) << 3 : (unsigned)offset;
    }
}

static void generate(struct program *p, uint64_t seed)
{
    *p = (struct program){.seed = seed};
    while (p->n_units < MAX_UNITS) {
        p->unit[p->n_units].start = p->n;
        p->unit[p->n_units].branch = -1;
        unsigned kind = any(p, 12);
        if (kind < 4)
            it_block(p);
        else if (kind < 5)
            branch(p, false);
        else if (kind < 6)
            h(p, any(p, 2) ? 0xB672 : 0xB662); /* CPSID, CPSIE */
        else
            simple(p);
        p->n_units++;
    }
    p->unit[p->n_units].start = p->n;
    p->unit[p->n_units++].branch = -1;
    fix_branches(p);
    w(p, 0xF1B0 | COUNTER, COUNTER << 8 | 1); /* SUBS r8, r8, #1 */
    int back = -(int)p->n - 2;
    w(p, 0xF040 | (1u << 10) | ((unsigned)back >> 11 & 0x3F), 0xA800 | ((unsigned)back & 0x7FF)); /* BNE.W */
    h(p, SVC);
}

/* ---- running ---------------------------------------------------------------------------------------------------- */

struct boundary {
    vtime now;
    uint32_t core[17], primask, basepri, s0;
    uint64_t hash;
};

struct trace {
    struct boundary at[MAX_BOUNDARIES]; /* by instructions retired */
    unsigned n;
    uint8_t ram[RAM_SIZE], flash[FLASH_SIZE];
    unsigned masks_changed;
};

static uint64_t retired(struct fixture *f, uint64_t start) { return cpu_retired(f->cpu) - start; }

static void restart(struct fixture *f, const struct program *p, uint32_t code)
{
    memset(f->ram + 0x2000, 0x5A, RAM_SIZE - 0x2000); /* the code is below */
    sched_init(&f->sched);
    sched_event_init(&f->event, "device", on_event, f);
    f->hash = 0xcbf29ce484222325ull;
    f->accesses = f->masks_changed = f->n_asked = 0;
    for (unsigned r = 0; r < 13; r++)
        set(f, r, r * 0x01234567u);
    set(f, BASE_RAM, DATA);
    set(f, BASE_DEVICE, DEVICE_MIDDLE);
    set(f, COUNTER, ROUNDS);
    set(f, INDEX, 0x40);
    set(f, BASE_FLASH, FLASH_DATA);
    memset(f->flash + FLASH_SIZE / 4, 0x3C, FLASH_SIZE / 4);
    cpu_set_mode(f->cpu, 1u << 24, 0);
    set(f, CPU_SP, STACK);
    set(f, CPU_LR, 0);
    set(f, CPU_PC, code);
    set(f, CPU_PRIMASK, 0);
    set(f, CPU_BASEPRI, 0);
    set(f, CPU_S0, 0);
    set(f, CPU_S0 + 1, 0x3F800000);
    set(f, CPU_S0 + 2, 0);
    set(f, CPU_S0 + 3, 0);
    set(f, CPU_FPSCR, 0);
    cpu_clear_exclusive(f->cpu);
    f->stop = (struct cpu_stop_info){0};
}

static struct boundary here(struct fixture *f)
{
    struct boundary b = {.now = f->sched.now,
                         .primask = reg(f, CPU_PRIMASK),
                         .basepri = reg(f, CPU_BASEPRI),
                         .s0 = reg(f, CPU_S0),
                         .hash = f->hash};
    cpu_get_core(f->cpu, b.core);
    return b;
}

static bool ended(struct fixture *f) { return f->stop.reason == CPU_STOP_INSN && f->stop.insn_class == INSN_SVC; }

static void step_through(struct fixture *f, const struct program *p, uint32_t code, struct trace *t)
{
    restart(f, p, code);
    uint64_t start = cpu_retired(f->cpu);
    t->at[0] = here(f);
    do {
        enum cpu_stop why = run(f, 1);
        if (why != CPU_STOP_BUDGET && why != CPU_STOP_DEADLINE && !ended(f))
            fail_msg("step: stop %d at %08x", why, f->stop.pc);
        sched_fire_due(&f->sched);
        t->n = (unsigned)retired(f, start);
        assert_true(t->n < MAX_BOUNDARIES);
        t->at[t->n] = here(f);
    } while (!ended(f));
    t->masks_changed = f->masks_changed;
    memcpy(t->ram, f->ram, RAM_SIZE);
    memcpy(t->flash, f->flash, FLASH_SIZE);
}

static void same(struct fixture *f, const struct trace *t, uint64_t n, const char *how, uint64_t seed, uint64_t param)
{
    struct boundary b = here(f);
    const struct boundary *want = &t->at[n];
    if (n > t->n)
        fail_msg("seed %llu, %s %llu: %llu retired", (unsigned long long)seed, how, (unsigned long long)param,
                 (unsigned long long)n);
    for (unsigned r = 0; r < 17; r++)
        if (b.core[r] != want->core[r])
            fail_msg("seed %llu, %s %llu: after %llu, at %08x: r%u is %08x, stepping %08x", (unsigned long long)seed,
                     how, (unsigned long long)param, (unsigned long long)n, want->core[15], r, b.core[r],
                     want->core[r]);
    if (b.now != want->now || b.hash != want->hash || b.primask != want->primask || b.basepri != want->basepri ||
        b.s0 != want->s0)
        fail_msg("seed %llu, %s %llu: after %llu, at %08x: time %llu, stepping %llu; device %llx %llx",
                 (unsigned long long)seed, how, (unsigned long long)param, (unsigned long long)n, want->core[15],
                 (unsigned long long)b.now, (unsigned long long)want->now, (unsigned long long)b.hash,
                 (unsigned long long)want->hash);
}

static void nothing(void *ctx, vtime due) {}

/* Goes on to the end, comparing at every stop. */
static void finish(struct fixture *f, const struct trace *t, uint64_t start, const char *how, uint64_t seed,
                   uint64_t param)
{
    while (!ended(f)) {
        enum cpu_stop why = run(f, UINT64_MAX);
        if (why != CPU_STOP_DEADLINE && !ended(f))
            fail_msg("seed %llu, %s: stop %d at %08x", (unsigned long long)seed, how, why, f->stop.pc);
        sched_fire_due(&f->sched);
        same(f, t, retired(f, start), how, seed, param);
    }
    assert_int_equal(retired(f, start), t->n);
    assert_int_equal(f->masks_changed, t->masks_changed);
    assert_memory_equal(f->ram, t->ram, RAM_SIZE);
    assert_memory_equal(f->flash, t->flash, FLASH_SIZE);
}

/* A deadline stops at the first boundary whose time has reached it. */
static void with_deadline(struct fixture *f, const struct program *p, uint32_t code, const struct trace *t,
                          uint64_t seed, vtime due)
{
    struct sched_event e;
    sched_event_init(&e, "deadline", nothing, NULL);
    restart(f, p, code);
    sched_at(&f->sched, &e, due);
    uint64_t start = cpu_retired(f->cpu);
    while (e.armed && !ended(f)) {
        enum cpu_stop why = run(f, UINT64_MAX);
        if (why != CPU_STOP_DEADLINE && !ended(f))
            fail_msg("seed %llu, deadline %llu: stop %d at %08x", (unsigned long long)seed, (unsigned long long)due,
                     why, f->stop.pc);
        sched_fire_due(&f->sched);
        same(f, t, retired(f, start), "deadline", seed, due);
    }
    uint64_t n = retired(f, start);
    if (!ended(f) && n && t->at[n - 1].now >= due)
        fail_msg("seed %llu: deadline %llu missed", (unsigned long long)seed, (unsigned long long)due);
    finish(f, t, start, "deadline", seed, due);
    sched_cancel(&f->sched, &e);
}

static void with_budget(struct fixture *f, const struct program *p, uint32_t code, const struct trace *t, uint64_t seed,
                        uint64_t budget)
{
    restart(f, p, code);
    uint64_t start = cpu_retired(f->cpu);
    while (retired(f, start) < budget) {
        run(f, budget - retired(f, start));
        sched_fire_due(&f->sched);
    }
    assert_int_equal(retired(f, start), budget);
    same(f, t, budget, "budget", seed, budget);
    finish(f, t, start, "budget", seed, budget);
}

/* Stops the first time that the address is reached, also at a member of an IT block. */
static void with_breakpoint(struct fixture *f, const struct program *p, uint32_t code, const struct trace *t,
                            uint64_t seed, unsigned n)
{
    uint32_t pc = t->at[n].core[15];
    unsigned first = 0;
    while (t->at[first].core[15] != pc)
        first++;
    restart(f, p, code);
    uint64_t start = cpu_retired(f->cpu);
    cpu_breakpoint(f->cpu, pc, true);
    while (run(f, UINT64_MAX) == CPU_STOP_DEADLINE)
        sched_fire_due(&f->sched);
    assert_int_equal(f->stop.reason, CPU_STOP_BREAKPOINT);
    assert_int_equal(retired(f, start), first);
    same(f, t, first, "breakpoint", seed, pc);
    cpu_breakpoint(f->cpu, pc, false);
    finish(f, t, start, "breakpoint", seed, pc);
}

static void with_checks(struct fixture *f, const struct program *p, uint32_t code, const struct trace *t, uint64_t seed)
{
    restart(f, p, code);
    uint64_t start = cpu_retired(f->cpu);
    cpu_set_traps(f->cpu, &(struct cpu_traps){.access = true});
    finish(f, t, start, "checks", seed, 0);
    cpu_set_traps(f->cpu, &(struct cpu_traps){0});
}

/* The core is told of accesses, and stops behind each: nothing else is different. */
static void with_ranges(struct fixture *f, const struct program *p, uint32_t code, const struct trace *t, uint64_t seed,
                        bool fetches)
{
    restart(f, p, code);
    uint64_t start = cpu_retired(f->cpu);
    cpu_watch_ranges(f->cpu, &(struct cpu_range){0, UINT32_MAX, !fetches, !fetches, fetches}, 1);
    f->stops_behind = true;
    f->n_told = 0;
    finish(f, t, start, "ranges", seed, fetches);
    if (fetches) /* all but those whose condition fails, and the SVC at the end */
        assert_in_range(f->n_told, t->n / 2, t->n + 1);
    cpu_watch_ranges(f->cpu, NULL, 0);
}

static void saved_and_restored(struct fixture *f, const struct program *p, uint32_t code, const struct trace *t,
                               uint64_t seed, unsigned n)
{
    void *state = malloc(cpu_state_size(f->cpu));
    restart(f, p, code);
    uint64_t start = cpu_retired(f->cpu), hash;
    while (retired(f, start) < n) {
        run(f, n - retired(f, start));
        sched_fire_due(&f->sched);
    }
    uint8_t *ram = malloc(RAM_SIZE), *flash = malloc(FLASH_SIZE);
    memcpy(ram, f->ram, RAM_SIZE);
    memcpy(flash, f->flash, FLASH_SIZE);
    struct sched sched = f->sched;
    struct sched_event event = f->event;
    unsigned accesses = f->accesses, masks = f->masks_changed;
    hash = f->hash;
    cpu_save(f->cpu, state);
    finish(f, t, start, "before restoring", seed, n);
    memcpy(f->ram, ram, RAM_SIZE);
    memcpy(f->flash, flash, FLASH_SIZE);
    f->sched = sched;
    f->event = event;
    f->accesses = accesses;
    f->masks_changed = masks;
    f->hash = hash;
    cpu_restore(f->cpu, state);
    f->stop = (struct cpu_stop_info){0};
    same(f, t, n, "restored", seed, n);
    finish(f, t, start, "restored", seed, n);
    free(flash);
    free(ram);
    free(state);
}

static void check_program(struct fixture *f, const struct program *p, uint32_t code, struct trace *t, uint64_t seed)
{
    memcpy(host(f, code), p->code, 2 * p->n);
    cpu_code_changed(f->cpu, code, 2 * p->n);
    step_through(f, p, code, t);
    vtime end = t->at[t->n].now;
    for (vtime due = 0; due <= end + 1; due += 8)
        with_deadline(f, p, code, t, seed, due);
    for (unsigned n = 0; n < t->n; n += 1 + t->n / 40) {
        with_deadline(f, p, code, t, seed, t->at[n].now + 1);
        with_budget(f, p, code, t, seed, n);
        with_breakpoint(f, p, code, t, seed, n);
        saved_and_restored(f, p, code, t, seed, n);
    }
    with_checks(f, p, code, t, seed);
    with_ranges(f, p, code, t, seed, false);
    with_ranges(f, p, code, t, seed, true);
}

static void programs_at(uint32_t code, uint64_t first_seed)
{
    struct program *p = malloc(sizeof *p);
    struct trace *t = malloc(sizeof *t);
    unsigned programs = getenv("EMU_CPU_RANDOM") ? (unsigned)atoi(getenv("EMU_CPU_RANDOM")) : PROGRAMS;
    struct fixture *f = setup();
    for (uint64_t seed = first_seed; seed < first_seed + programs; seed++) {
        generate(p, seed);
        check_program(f, p, code, t, seed);
    }
    teardown(f);
    free(t);
    free(p);
}

static void test_in_flash(void **state) { programs_at(FLASH + CODE_OFFSET, 1); }
static void test_in_ram(void **state) { programs_at(RAM + CODE_OFFSET, 10001); }
static void test_in_alias(void **state) { programs_at(ALIAS + CODE_OFFSET, 20001); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_flash),
        cmocka_unit_test(test_in_ram),
        cmocka_unit_test(test_in_alias),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
