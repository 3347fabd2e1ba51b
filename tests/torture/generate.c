// generate SEED                   writes a random program for a Cortex-M4F, assembly, to stdout
// generate --list-features SEED   writes which features that program uses
//
// Thread mode runs a list of random actions; every handler records its entry and runs one of a few lists of its own.
// The programs' logs do not depend on timing; README.md tells why, and what is left out.
#include "gen.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { THREAD_ACTIONS = 48, FUEL = 5, LINES = 32, VECTORS = 64 };

static const struct {
    const char *name;
    unsigned percent;
} features[] = {
#define X(id, name, percent) {#name, percent},
    FEATURES(X)
#undef X
};

// SplitMix64.
static uint64_t next(struct gen *g)
{
    uint64_t z = g->state += 0x9E3779B97F4A7C15u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

uint32_t gen_random(struct gen *g) { return (uint32_t)(next(g) >> 32); }

uint32_t gen_below(struct gen *g, uint32_t n) { return (uint32_t)((next(g) >> 32) * n >> 32); }

bool gen_percent(struct gen *g, unsigned percent) { return gen_below(g, 100) < percent; }

void emit(struct gen *g, const char *format, ...)
{
    size_t length = strlen(format);
    va_list args;

    if (length == 0 || format[length - 1] != ':')
        fputs("    ", g->out);
    va_start(args, format);
    vfprintf(g->out, format, args);
    va_end(args);
    fputc('\n', g->out);
}

unsigned gen_label(struct gen *g) { return ++g->label; }

void emit_log(struct gen *g) { emit(g, "LOG %u", ++g->number); }

void emit_random(struct gen *g, const char *reg) { emit(g, "IMM %s, 0x%x", reg, gen_random(g)); }

void emit_store(struct gen *g, uint32_t address, uint32_t value)
{
    emit(g, "IMM r0, 0x%x", address);
    emit(g, "IMM r1, 0x%x", value);
    emit(g, "str r1, [r0]");
}

void emit_store_window(struct gen *g, uint32_t address, uint32_t value)
{
    emit(g, "IMM r0, 0x%x", address);
    emit(g, "IMM r1, 0x%x", value);
    emit(g, "WINDOW");
    emit(g, "str r1, [r0]");
    emit(g, "CLOSE");
}

unsigned emit_if_privileged(struct gen *g)
{
    unsigned label = gen_label(g);

    emit(g, "mrs r1, control");
    emit(g, "mrs r0, ipsr");
    emit(g, "cmp r0, #0");
    emit(g, "it ne");
    emit(g, "movne r1, #0");
    emit(g, "tst r1, #1");
    emit(g, "bne.w .L%u", label);
    return label;
}

unsigned gen_line(struct gen *g)
{
    unsigned line;

    do
        line = gen_below(g, LINES);
    while (!(g->lines >> line & 1));
    return line;
}

uint32_t gen_lines(struct gen *g)
{
    uint32_t lines = 0;

    for (unsigned n = 1 + gen_below(g, 3); n > 0; n--)
        lines |= 1u << gen_line(g);
    return lines;
}

unsigned gen_priority(struct gen *g)
{
    unsigned lowest = has(g, FEATURE_STACKING) ? 1 : 0;

    return 32 * (lowest + gen_below(g, 8 - lowest));
}

static bool allowed(const struct gen *g, const struct action *a, const struct place *p)
{
    unsigned where = (p->vector == 0 ? PLACE_THREAD : PLACE_HANDLER) | (p->no_fault ? 0 : PLACE_MAY_FAULT) |
                     (p->nested ? 0 : PLACE_OUTER);

    return (a->where & ~where) == 0 && (a->feature == FEATURE_COUNT || has(g, a->feature));
}

void emit_action(struct gen *g, const struct place *p)
{
    static const struct action *const tables[] = {torture_actions, torture_faults, torture_states};
    const struct action *chosen = NULL;
    unsigned sum = 0;

    for (unsigned t = 0; t < sizeof tables / sizeof *tables; t++)
        for (const struct action *a = tables[t]; a->emit; a++)
            if (allowed(g, a, p)) {
                sum += a->weight;
                if (gen_below(g, sum) < a->weight)
                    chosen = a;
            }
    chosen->emit(g, p);
    emit_log(g);
}

// Features that others make meaningless or ambiguous are dropped here: README.md gives the reasons.
static void choose_features(struct gen *g)
{
    static const enum feature conflicts[][2] = {
        {FEATURE_STACKING, FEATURE_PRIGROUP}, {FEATURE_STACKING, FEATURE_NPRIV},  {FEATURE_STKALIGN, FEATURE_FP},
        {FEATURE_STKALIGN, FEATURE_FP_OFF},   {FEATURE_STKALIGN, FEATURE_SWITCH}, {FEATURE_FP_OFF, FEATURE_FP_EAGER},
    };

    for (unsigned f = 0; f < FEATURE_COUNT; f++)
        if (gen_percent(g, features[f].percent))
            g->features |= 1ull << f;
    for (unsigned i = 0; i < sizeof conflicts / sizeof *conflicts; i++)
        if (has(g, conflicts[i][0]))
            g->features &= ~(1ull << conflicts[i][1]);
    for (unsigned n = 5 + gen_below(g, 6); n > 0; n--)
        g->lines |= 1u << gen_below(g, LINES);
}

static void emit_exit(struct gen *g, const struct place *p)
{
    static const char *const plain[] = {"exit_pop", "exit_bx", "exit_ldm", "exit_ldr"};
    unsigned way = gen_below(g, 10);

    if (!p->no_fault && has(g, FEATURE_EXC_RETURN) && way == 0)
        emit(g, "b.w exit_mode");
    else if (!p->no_fault && has(g, FEATURE_EXC_RETURN) && way == 1)
        emit(g, "b.w exit_reserved");
    else if (!p->no_fault && has(g, FEATURE_FAULTMASK) && way == 2)
        emit(g, "b.w exit_faultmask");
    else if (has(g, FEATURE_SWITCH) && (way == 3 || way == 4))
        emit(g, "b.w exit_switch_stack");
    else if (!p->no_fault && has(g, FEATURE_UNSTACKING) && (way == 5 || way == 6)) {
        if (has(g, FEATURE_MPU) && gen_percent(g, 70))
            emit(g, "IMM r3, bad_stack + 0x80");
        else
            emit(g, "IMM r3, 0x60000800");
        emit(g, "b.w exit_unstack");
    } else
        emit(g, "b.w %s", plain[gen_below(g, 4)]);
}

static void emit_handler(struct gen *g, unsigned vector)
{
    struct place p = {.vector = vector, .no_fault = vector <= EXC_HARD};
    unsigned scripts = 1u << gen_below(g, 3);

    emit(g, "body_%u:", vector);
    emit(g, "bl log_entry");
    emit(g, "IMM r0, counts + %u", vector * 4);
    emit(g, "ldr r1, [r0]");
    emit(g, "adds r2, r1, #1");
    emit(g, "str r2, [r0]");
    for (unsigned s = 0; s < scripts; s++) {
        unsigned other = gen_label(g), end = gen_label(g);

        emit(g, "and r2, r1, #%u", scripts - 1);
        emit(g, "cmp r2, #%u", s);
        emit(g, "bne.w .L%u", other);
        for (unsigned n = gen_below(g, 4); n > 0; n--) {
            emit(g, "bl take_fuel");
            emit(g, "beq.w .L%u", end);
            emit_action(g, &p);
        }
        emit(g, ".L%u:", end);
        emit_exit(g, &p);
        emit(g, ".L%u:", other);
    }
    emit(g, "b .");
}

static bool used(const struct gen *g, unsigned vector)
{
    if (vector >= EXC_IRQ0)
        return vector < EXC_IRQ0 + LINES && g->lines >> (vector - EXC_IRQ0) & 1;
    return (vector >= EXC_NMI && vector <= EXC_USAGE) || vector == EXC_SVC || vector >= EXC_PENDSV;
}

// Two vector tables, told apart in the log.
static void emit_vectors(struct gen *g, unsigned table)
{
    emit(g, ".balign 512");
    emit(g, "vectors_%u:", table);
    emit(g, ".word msp_top, start + 1");
    for (unsigned v = 2; v < VECTORS; v++)
        if (used(g, v))
            emit(g, ".word enter_%u_%u + 1", table, v);
        else
            emit(g, ".word enter_%u_unused + 1", table);
}

static void emit_entries(struct gen *g, unsigned table)
{
    for (unsigned v = 2; v <= VECTORS; v++) {
        if (v < VECTORS && !used(g, v))
            continue;
        if (v < VECTORS)
            emit(g, "enter_%u_%u:", table, v);
        else
            fprintf(g->out, "enter_%u_unused:\n", table);
        emit(g, "push {r4-r11, lr}");
        emit(g, "movs r7, #%u", table);
        if (v < VECTORS)
            emit(g, "b.w body_%u", v);
        else
            emit(g, "b.w body_unused");
    }
}

// With CCR.STKALIGN clear no FP context is made: README.md.
static void emit_fpu(struct gen *g)
{
    uint32_t control = has(g, FEATURE_FP_MANUAL) ? 0 : has(g, FEATURE_FP_EAGER) ? 1u << 31 : 3u << 30;

    emit_store(g, 0xE000ED88, 0x00F00000);
    emit_store(g, 0xE000EF34, control);
    emit_store(g, 0xE000EF3C, gen_random(g) & 0x07C00000);
    emit(g, "dsb\n    isb");
    emit(g, "movs r0, #0");
    for (unsigned i = 0; i < 32; i++)
        emit(g, "vmov s%u, r0", i);
    emit(g, "vmsr fpscr, r0");
}

// Region 0: code and RAM, or everything, for everyone (not with fetch faults: it would make devices executable).
// Region 7: the stack that nobody may use.
static void emit_mpu(struct gen *g)
{
    unsigned everything = !has(g, FEATURE_FETCH) && gen_percent(g, 50) ? 31 : 29;

    g->hfnmiena = gen_percent(g, 30);
    emit_store(g, 0xE000ED98, 0);
    emit_store(g, 0xE000ED9C, 0);
    emit_store(g, 0xE000EDA0, 3u << 24 | 6u << 16 | everything << 1 | 1);
    emit_store(g, 0xE000ED98, 7);
    emit(g, "IMM r0, 0xE000ED9C");
    emit(g, "IMM r1, bad_stack");
    emit(g, "str r1, [r0]");
    emit_store(g, 0xE000EDA0, 6u << 16 | 9u << 1 | 1);
    emit_store(g, 0xE000ED94, 1 | (g->hfnmiena ? 2 : 0) | (gen_percent(g, 50) ? 4 : 0));
    emit(g, "dsb\n    isb");
}

static void emit_code_area(struct gen *g)
{
    emit(g, "IMM r0, ram_code");
    emit(g, "IMM r1, 0x47704770");
    emit(g, "mov r2, #0x100");
    fputs("1:", g->out);
    emit(g, "str r1, [r0], #4");
    emit(g, "subs r2, r2, #1");
    emit(g, "bne 1b");
    emit(g, "dsb\n    isb");
}

static void emit_priorities(struct gen *g)
{
    static const unsigned system[] = {EXC_MEM, EXC_BUS, EXC_USAGE, EXC_SVC, EXC_PENDSV, EXC_SYSTICK};

    emit(g, "IMM r0, 0xE000ED14");
    for (unsigned i = 0; i < 6; i++) {
        emit(g, "movs r1, #%u", gen_priority(g));
        emit(g, "strb r1, [r0, #%u]", system[i]);
    }
    emit(g, "IMM r0, 0xE000E400");
    for (unsigned line = 0; line < LINES; line++) {
        if (!(g->lines >> line & 1))
            continue;
        emit(g, "movs r1, #%u", gen_priority(g));
        emit(g, "strb r1, [r0, #%u]", line);
    }
}

static void emit_start(struct gen *g)
{
    uint32_t ccr = has(g, FEATURE_STKALIGN) ? 0 : 1u << 9;

    emit(g, "start:");
    emit(g, "bl runtime_init");
    if (!has(g, FEATURE_STKALIGN))
        emit_fpu(g);
    emit_code_area(g);
    emit_priorities(g);
    if (has(g, FEATURE_DIVIDE))
        ccr |= gen_below(g, 2) << 4;
    if (has(g, FEATURE_UNALIGNED))
        ccr |= gen_below(g, 2) << 3;
    if (has(g, FEATURE_STIR))
        ccr |= gen_below(g, 2) << 1;
    emit_store(g, 0xE000ED14, ccr);
    emit_store(g, 0xE000ED24, (has(g, FEATURE_ENABLES) ? gen_below(g, 8) : 7) << 16);
    emit_store(g, 0xE000E100, g->lines & ~(gen_percent(g, 50) ? gen_lines(g) : 0));
    if (has(g, FEATURE_MPU))
        emit_mpu(g);
    emit(g, "IMM r0, psp_top");
    emit(g, "msr psp, r0");
    emit(g, "dsb\n    isb");
    for (unsigned r = 4; r < 12; r++)
        emit(g, "IMM r%u, 0x%x", r, gen_random(g));
}

static void emit_thread(struct gen *g)
{
    static const char *const registers[] = {"r2", "r3", "r12", "lr"};
    struct place p = {0};

    for (unsigned i = 0; i < THREAD_ACTIONS; i++) {
        if (gen_percent(g, 25))
            emit(g, "svc #SVC_PRIVILEGED");
        emit(g, "IMM r0, fuel");
        emit(g, "movs r1, #%u", gen_below(g, FUEL + 1));
        emit(g, "str r1, [r0]");
        for (unsigned n = gen_below(g, 3); n > 0; n--)
            emit_random(g, registers[gen_below(g, 4)]);
        emit_random(g, "r1");
        emit(g, "msr apsr_nzcvqg, r1");
        emit_action(g, &p);
    }
    emit(g, "b.w finish");
}

static void emit_program(struct gen *g, unsigned long long seed)
{
    fprintf(g->out, "@ torture program %llu\n", seed);
    emit(g, ".include \"torture.inc\"");
    emit(g, ".global vectors_0, start");
    emit(g, ".bss");
    emit(g, ".balign 4");
    fprintf(g->out, "counts: .space %u\n", VECTORS * 4);
    emit(g, ".section .vectors, \"a\"");
    emit_vectors(g, 0);
    emit_vectors(g, 1);
    emit(g, ".text");
    emit(g, ".thumb_func");
    emit_start(g);
    emit_thread(g);
    emit_entries(g, 0);
    emit_entries(g, 1);
    for (unsigned v = 2; v < VECTORS; v++)
        if (used(g, v))
            emit_handler(g, v);
    emit(g, "body_unused:");
    emit(g, "bl log_entry");
    emit(g, "b.w exit_pop");
}

int main(int argc, char **argv)
{
    bool list = argc == 3 && strcmp(argv[1], "--list-features") == 0;
    struct gen g = {.out = stdout};
    char *end;

    if (argc != 2 && !list) {
        fprintf(stderr, "usage: %s [--list-features] SEED\n", argv[0]);
        return 2;
    }
    unsigned long long seed = strtoull(argv[argc - 1], &end, 0);

    if (*end || end == argv[argc - 1]) {
        fprintf(stderr, "%s: not a number: %s\n", argv[0], argv[argc - 1]);
        return 2;
    }
    g.state = seed;
    choose_features(&g);
    if (!list) {
        emit_program(&g, seed);
        return 0;
    }
    for (unsigned f = 0; f < FEATURE_COUNT; f++)
        if (has(&g, f))
            puts(features[f].name);
    return 0;
}
