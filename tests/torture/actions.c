// Actions that make exceptions pending or eligible, and what masks or orders them.
#include "gen.h"

static void pend_lines(struct gen *g, const struct place *p) { emit_store_window(g, 0xE000E200, gen_lines(g)); }

static void pend_in_it(struct gen *g, const struct place *p)
{
    static const char *const forms[][3] = {
        {"itttt eq", "eq", "eq"}, {"itttt ne", "ne", "ne"}, {"ittte cs", "cs", "cc"}};
    const char *const *form = forms[gen_below(g, 3)];

    emit(g, "IMM r0, 0xE000E200");
    emit(g, "IMM r1, 0x%x", gen_lines(g));
    emit_random(g, "r2");
    emit(g, "lsls r2, r2, #%u", 1 + gen_below(g, 20));
    emit(g, "WINDOW");
    emit(g, "%s", form[0]);
    emit(g, "str%s r1, [r0]", form[1]);
    emit(g, "dsb%s", form[1]);
    emit(g, "isb%s", form[1]);
    emit(g, "nop%s", form[2]);
}

static void pend_stir(struct gen *g, const struct place *p) { emit_store_window(g, 0xE000EF00, gen_line(g)); }

static void pend_system(struct gen *g, const struct place *p)
{
    static const uint32_t bits[] = {1u << 28, 1u << 26, 1u << 28 | 1u << 26};

    emit_store_window(g, 0xE000ED04, bits[gen_below(g, 3)]);
}

static void pend_nmi(struct gen *g, const struct place *p)
{
    uint32_t also = gen_percent(g, 30) && has(g, FEATURE_SYSTEM) ? 1u << 28 : 0;

    emit_store_window(g, 0xE000ED04, 1u << 31 | also);
}

static void unpend(struct gen *g, const struct place *p)
{
    if (gen_percent(g, 50))
        emit_store(g, 0xE000E280, gen_lines(g));
    else
        emit_store(g, 0xE000ED04, gen_percent(g, 50) ? 1u << 27 : 1u << 25);
}

static void enable_lines(struct gen *g, const struct place *p)
{
    if (gen_percent(g, 30))
        emit_store(g, 0xE000E180, gen_lines(g));
    else
        emit_store_window(g, 0xE000E100, gen_lines(g));
}

// Priority of a line, of the exception being handled, or of a system exception.
static void set_priority(struct gen *g, const struct place *p)
{
    static const unsigned system[] = {EXC_MEM, EXC_BUS, EXC_USAGE, EXC_SVC, EXC_PENDSV, EXC_SYSTICK};
    unsigned which = gen_below(g, 3), vector = EXC_IRQ0 + gen_line(g);

    if (which == 0)
        vector = system[gen_below(g, 6)];
    else if (which == 1 && p->vector >= EXC_MEM)
        vector = p->vector;
    emit(g, "IMM r0, 0x%x", vector < EXC_IRQ0 ? 0xE000ED14 + vector : 0xE000E400 + vector - EXC_IRQ0);
    emit(g, "movs r1, #%u", gen_priority(g));
    emit(g, "WINDOW");
    emit(g, "strb r1, [r0]");
    emit(g, "CLOSE");
}

static void set_prigroup(struct gen *g, const struct place *p)
{
    emit_store_window(g, 0xE000ED0C, 0x05FA0000 | gen_below(g, 8) << 8);
}

static void set_basepri(struct gen *g, const struct place *p)
{
    emit(g, "movs r1, #%u", gen_percent(g, 40) ? 0 : gen_below(g, 8) * 32);
    emit(g, "WINDOW");
    emit(g, "msr %s, r1", gen_percent(g, 30) ? "basepri_max" : "basepri");
    emit(g, "CLOSE");
}

static void set_primask(struct gen *g, const struct place *p)
{
    static const char *const forms[] = {"cpsie i", "cpsid i", "msr primask, r1"};

    emit(g, "movs r1, #%u", gen_below(g, 2));
    emit(g, "WINDOW");
    emit(g, "%s", forms[gen_below(g, 3)]);
    emit(g, "CLOSE");
}

static void clear_masks(struct gen *g, const struct place *p)
{
    emit(g, "movs r1, #0");
    emit(g, "WINDOW");
    emit(g, "msr basepri, r1");
    emit(g, "CLOSE");
    emit(g, "WINDOW");
    emit(g, "cpsie i");
    emit(g, "CLOSE");
}

// FAULTMASK around another action, which then meets priority -1: it must not fault.
static void faultmask_section(struct gen *g, const struct place *p)
{
    struct place inside = *p;

    inside.no_fault = true;
    inside.nested = true;
    emit(g, "cpsid f");
    emit(g, "isb");
    emit_action(g, &inside);
    if (gen_percent(g, 50))
        emit_action(g, &inside);
    emit(g, "movs r1, #0");
    emit(g, "WINDOW");
    emit(g, gen_percent(g, 50) ? "cpsie f" : "msr faultmask, r1");
    emit(g, "CLOSE");
}

static void svc(struct gen *g, const struct place *p)
{
    bool minus = gen_percent(g, 50);
    const char *when = minus ? "mi" : "pl", *otherwise = minus ? "pl" : "mi";

    emit_random(g, "r2");
    if (has(g, FEATURE_IT) && gen_percent(g, 40)) {
        emit(g, "lsls r2, r2, #%u", 1 + gen_below(g, 20));
        emit(g, "itte %s", when);
        emit(g, "add%s r2, r2, #3", when);
        emit(g, "svc%s #%u", when, gen_below(g, 0xE0));
        emit(g, "add%s r2, r2, #5", otherwise);
    } else {
        emit(g, "svc #%u", gen_below(g, 0xE0));
    }
}

// Faults pended by software: taken when enabled and of sufficient priority, with no fault status.
static void pend_fault(struct gen *g, const struct place *p)
{
    static const uint32_t bits[] = {1u << 12, 1u << 13, 1u << 14};
    unsigned skip = emit_if_privileged(g);

    emit(g, "IMM r0, 0xE000ED24");
    emit(g, "ldr r1, [r0]");
    emit(g, gen_percent(g, 70) ? "orr r1, r1, #0x%x" : "bic r1, r1, #0x%x", bits[gen_below(g, 3)]);
    emit(g, "WINDOW");
    emit(g, "str r1, [r0]");
    emit(g, "CLOSE");
    emit(g, ".L%u:", skip);
}

// WFI with PRIMASK set and an interrupt pending that would be taken but for it: goes on at once. WFE behind SEV.
static void sleep_awake(struct gen *g, const struct place *p)
{
    unsigned line = gen_line(g), skip;

    if (gen_percent(g, 30)) {
        emit(g, "sev\n    wfe");
        return;
    }
    skip = emit_if_privileged(g);
    emit(g, "cpsid i");
    emit(g, "movs r1, #0");
    emit(g, "msr basepri, r1");
    emit_store(g, 0xE000E100, 1u << line);
    emit_store(g, 0xE000E200, 1u << line);
    emit(g, "dsb\n    wfi");
    emit(g, "WINDOW");
    emit(g, "cpsie i");
    emit(g, "CLOSE");
    emit(g, ".L%u:", skip);
}

const struct action torture_actions[] = {
    {FEATURE_COUNT, 10, 0, pend_lines},
    {FEATURE_IT, 4, 0, pend_in_it},
    {FEATURE_STIR, 4, 0, pend_stir},
    {FEATURE_SYSTEM, 8, 0, pend_system},
    {FEATURE_NMI, 4, 0, pend_nmi},
    {FEATURE_COUNT, 2, 0, unpend},
    {FEATURE_COUNT, 3, 0, enable_lines},
    {FEATURE_PRIORITY, 8, 0, set_priority},
    {FEATURE_PRIGROUP, 3, 0, set_prigroup},
    {FEATURE_MASKS, 5, 0, set_basepri},
    {FEATURE_MASKS, 5, 0, set_primask},
    {FEATURE_MASKS, 4, 0, clear_masks},
    {FEATURE_FAULTMASK, 4, PLACE_MAY_FAULT | PLACE_OUTER, faultmask_section},
    {FEATURE_SVC, 10, PLACE_MAY_FAULT, svc},
    {FEATURE_PENDED_FAULTS, 3, 0, pend_fault},
    {FEATURE_SLEEP, 4, PLACE_THREAD | PLACE_OUTER, sleep_awake},
    {0, 0, 0, NULL},
};
