/*
 * System Control Space: SCB, NVIC, SysTick, MPU, FP and debug registers at 0xE000E000. ARMv7-M ARM B3.2…B3.5, C1.6.
 *
 * A register is a row of the table below. Bytes and halfwords of a word are handed over as a mask, which is how
 * NVIC_IPR and SHPR are usually written.
 */
#include "nvic/core.h"

#include <string.h>

#define SCS_BASE 0xE000E000u

#define CPUID_CORTEX_M4_R0P1 0x410FC241u
#define AIRCR_VECTKEY        0x05FA0000u
#define AIRCR_VECTKEYSTAT    0xFA050000u
enum { AIRCR_VECTRESET = 1, AIRCR_VECTCLRACTIVE = 2, AIRCR_SYSRESETREQ = 4 };
#define RESETREAS_SREQ  0x4u
#define FPDSCR_WRITABLE 0x07C00000u
#define CPACR_WRITABLE  0x00F00000u

struct access {
    uint32_t offset; /* of the word, from the row's first */
    uint32_t value;
    uint32_t mask; /* bits that this access writes */
    bool debugger; /* no side effects but those on debug registers */
};

struct row {
    uint16_t offset;
    uint16_t words;
    const char *name;
    uint32_t (*read)(struct core *c, const struct access *a);
    void (*write)(struct core *c, const struct access *a);
};

static uint32_t merge(uint32_t old, const struct access *a, uint32_t writable)
{
    uint32_t m = a->mask & writable;
    return (old & ~m) | (a->value & m);
}

/* ---- NVIC ------------------------------------------------------------------------------------------------------- */

static uint32_t irq_word(uint64_t exceptions, uint32_t offset)
{
    uint64_t irqs = exceptions >> EXC_IRQ0;
    return offset < 8 ? (uint32_t)(irqs >> (8 * offset)) : 0;
}

static uint64_t irq_bits(const struct access *a)
{
    return a->offset < 8 ? ((uint64_t)(a->value & a->mask) << (8 * a->offset)) << EXC_IRQ0 : 0;
}

static uint32_t read_enabled(struct core *c, const struct access *a) { return irq_word(c->nvic.enabled, a->offset); }
static uint32_t read_pending(struct core *c, const struct access *a) { return irq_word(c->nvic.pending, a->offset); }
static uint32_t read_active(struct core *c, const struct access *a) { return irq_word(c->nvic.active, a->offset); }

static void write_iser(struct core *c, const struct access *a) { c->nvic.enabled |= irq_bits(a); }
static void write_icer(struct core *c, const struct access *a) { c->nvic.enabled &= ~irq_bits(a); }

static void write_ispr(struct core *c, const struct access *a)
{
    for (uint64_t bits = irq_bits(a); bits; bits &= bits - 1)
        core_pend(c, (unsigned)__builtin_ctzll(bits));
}

static void write_icpr(struct core *c, const struct access *a)
{
    for (uint64_t bits = irq_bits(a); bits; bits &= bits - 1)
        core_unpend(c, (unsigned)__builtin_ctzll(bits));
}

static uint32_t read_priorities(struct core *c, unsigned first)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < 4 && first + i < EXC_COUNT; i++)
        v |= (uint32_t)c->nvic.priority[first + i] << (8 * i);
    return v;
}

static void write_priorities(struct core *c, unsigned first, const struct access *a)
{
    for (unsigned i = 0; i < 4 && first + i < EXC_COUNT; i++)
        if (a->mask >> (8 * i) & 0xFF)
            c->nvic.priority[first + i] = (uint8_t)(a->value >> (8 * i)) & NVIC_PRIORITY_MASK;
}

static uint32_t read_ipr(struct core *c, const struct access *a) { return read_priorities(c, EXC_IRQ0 + a->offset); }
static void write_ipr(struct core *c, const struct access *a) { write_priorities(c, EXC_IRQ0 + a->offset, a); }

/* SHPR1 holds MemManage, BusFault, UsageFault; SHPR2 SVCall; SHPR3 DebugMonitor, PendSV, SysTick. */
static const uint32_t shpr_implemented[3] = {0x00FFFFFFu, 0xFF000000u, 0xFFFF00FFu};

static uint32_t read_shpr(struct core *c, const struct access *a) { return read_priorities(c, 4 + a->offset); }

static void write_shpr(struct core *c, const struct access *a)
{
    struct access allowed = *a;
    allowed.mask &= shpr_implemented[a->offset / 4];
    write_priorities(c, 4 + a->offset, &allowed);
}

static void write_stir(struct core *c, const struct access *a)
{
    unsigned irqn = a->value & a->mask & 0x1FF;
    if (irqn < IRQ_LINES)
        core_pend(c, EXC_IRQ0 + irqn);
}

/* ---- SCB -------------------------------------------------------------------------------------------------------- */

enum { ICSR_RETTOBASE = 1 << 11, ICSR_ISRPENDING = 1 << 22, ICSR_ISRPREEMPT = 1 << 23 };
enum { ICSR_PENDSTCLR = 1 << 25, ICSR_PENDSTSET = 1 << 26, ICSR_PENDSVCLR = 1 << 27, ICSR_PENDSVSET = 1 << 28 };
#define ICSR_NMIPENDSET 0x80000000u

static uint32_t read_icsr(struct core *c, const struct access *a)
{
    const struct nvic *v = &c->nvic;
    unsigned ipsr = core_ipsr(c);
    uint64_t others = ipsr ? v->active & ~(1ull << ipsr) : v->active;
    return ipsr | (others ? 0 : ICSR_RETTOBASE) | nvic_highest_pending(v) << 12 |
           (debug_stopped(c) && nvic_eligible(v) ? ICSR_ISRPREEMPT : 0) | /* is taken when the core goes on */
           (v->pending >> EXC_IRQ0 ? ICSR_ISRPENDING : 0) | (v->pending >> EXC_SYSTICK & 1 ? ICSR_PENDSTSET : 0) |
           (v->pending >> EXC_PENDSV & 1 ? ICSR_PENDSVSET : 0) | (v->pending >> EXC_NMI & 1 ? ICSR_NMIPENDSET : 0);
}

static void write_icsr(struct core *c, const struct access *a)
{
    static const struct {
        uint32_t bit;
        unsigned exc;
        bool set;
    } actions[] = {{ICSR_PENDSTCLR, EXC_SYSTICK, false},
                   {ICSR_PENDSTSET, EXC_SYSTICK, true},
                   {ICSR_PENDSVCLR, EXC_PENDSV, false},
                   {ICSR_PENDSVSET, EXC_PENDSV, true},
                   {ICSR_NMIPENDSET, EXC_NMI, true}};
    for (unsigned i = 0; i < sizeof actions / sizeof *actions; i++)
        if (a->value & a->mask & actions[i].bit)
            (actions[i].set ? core_pend : core_unpend)(c, actions[i].exc);
}

static uint32_t read_aircr(struct core *c, const struct access *a)
{
    return AIRCR_VECTKEYSTAT | (uint32_t)c->nvic.prigroup << 8;
}

/* For debuggers that begin something else: the core forgets what was active (B3.2.6). */
static void clear_active(struct core *c)
{
    if (!debug_stopped(c)) {
        log_once(c->log, SCS_BASE + 0xD0C, "UNPREDICTABLE: AIRCR.VECTCLRACTIVE written while the core runs");
        return;
    }
    c->nvic.active = 0;
    cpu_set_mode(c->cpu, cpu_get(c->cpu, CPU_XPSR) & ~0x1FFu, cpu_get(c->cpu, CPU_CONTROL));
    c->n_activations = 0;
    activation_open(c, EXC_NONE);
}

static void write_aircr(struct core *c, const struct access *a)
{
    if ((a->value & 0xFFFF0000u) != AIRCR_VECTKEY || a->mask != 0xFFFFFFFFu)
        return;
    c->nvic.prigroup = a->value >> 8 & 7;
    if (a->value & AIRCR_VECTCLRACTIVE)
        clear_active(c);
    if (a->value & (AIRCR_SYSRESETREQ | AIRCR_VECTRESET))
        c->sys.reset(c->sys.ctx, RESETREAS_SREQ);
}

#define PLAIN(field, writable)                                                                    \
    static uint32_t read_##field(struct core *c, const struct access *a) { return c->scb.field; } \
    static void write_##field(struct core *c, const struct access *a)                             \
    {                                                                                             \
        c->scb.field = merge(c->scb.field, a, writable);                                          \
    }
#define WRITE_1_TO_CLEAR(field)                                                                   \
    static uint32_t read_##field(struct core *c, const struct access *a) { return c->scb.field; } \
    static void write_##field(struct core *c, const struct access *a) { c->scb.field &= ~(a->value & a->mask); }

PLAIN(vtor, 0xFFFFFF80u)
PLAIN(scr, SCR_SLEEPONEXIT | SCR_SLEEPDEEP | SCR_SEVONPEND)
PLAIN(ccr, 0x31B)
PLAIN(mmfar, 0xFFFFFFFFu)
PLAIN(bfar, 0xFFFFFFFFu)
PLAIN(afsr, 0)
PLAIN(cpacr, CPACR_WRITABLE)
PLAIN(fpccr, 0xC000017Bu)
PLAIN(fpcar, 0xFFFFFFF8u)
PLAIN(fpdscr, FPDSCR_WRITABLE)
WRITE_1_TO_CLEAR(cfsr)
WRITE_1_TO_CLEAR(hfsr)
WRITE_1_TO_CLEAR(dfsr)

static uint32_t read_debug(struct core *c, const struct access *a) { return debug_read(c, a->offset, a->debugger); }

static void write_debug(struct core *c, const struct access *a)
{
    debug_write(c, a->offset, a->value, a->mask, a->debugger);
}

/* SHCSR: active, pending and enable bits of the system handlers. */
static const struct {
    uint8_t bit, exc;
    enum { SH_ACTIVE, SH_PENDING, SH_ENABLED } what;
} shcsr_bits[] = {
    {0, EXC_MEMMANAGE, SH_ACTIVE},  {1, EXC_BUSFAULT, SH_ACTIVE},     {3, EXC_USAGEFAULT, SH_ACTIVE},
    {7, EXC_SVCALL, SH_ACTIVE},     {8, EXC_DEBUGMON, SH_ACTIVE},     {10, EXC_PENDSV, SH_ACTIVE},
    {11, EXC_SYSTICK, SH_ACTIVE},   {12, EXC_USAGEFAULT, SH_PENDING}, {13, EXC_MEMMANAGE, SH_PENDING},
    {14, EXC_BUSFAULT, SH_PENDING}, {15, EXC_SVCALL, SH_PENDING},     {16, EXC_MEMMANAGE, SH_ENABLED},
    {17, EXC_BUSFAULT, SH_ENABLED}, {18, EXC_USAGEFAULT, SH_ENABLED},
};

static uint64_t *shcsr_word(struct core *c, unsigned i)
{
    return shcsr_bits[i].what == SH_ACTIVE    ? &c->nvic.active
           : shcsr_bits[i].what == SH_PENDING ? &c->nvic.pending
                                              : &c->nvic.enabled;
}

static uint32_t read_shcsr(struct core *c, const struct access *a)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < sizeof shcsr_bits / sizeof *shcsr_bits; i++)
        v |= (uint32_t)(*shcsr_word(c, i) >> shcsr_bits[i].exc & 1) << shcsr_bits[i].bit;
    return v;
}

static void write_shcsr(struct core *c, const struct access *a)
{
    for (unsigned i = 0; i < sizeof shcsr_bits / sizeof *shcsr_bits; i++) {
        if (!(a->mask >> shcsr_bits[i].bit & 1))
            continue;
        uint64_t *word = shcsr_word(c, i), bit = 1ull << shcsr_bits[i].exc;
        *word = (a->value >> shcsr_bits[i].bit & 1) ? *word | bit : *word & ~bit;
    }
}

static uint32_t read_ictr(struct core *c, const struct access *a) { return IRQ_LINES / 32; }
static uint32_t read_actlr(struct core *c, const struct access *a) { return 0; }

static uint32_t read_cpuid(struct core *c, const struct access *a) { return CPUID_CORTEX_M4_R0P1; }

/* ID_PFR0…ID_ISAR4 and MVFR0, MVFR1 of the Cortex-M4 (TRM 4.1). */
static uint32_t read_features(struct core *c, const struct access *a)
{
    static const uint32_t id[] = {0x00000030, 0x00000200, 0x00100000, 0,          0x00000030, 0,         0,
                                  0,          0x01141110, 0x02112000, 0x21232231, 0x01111131, 0x01310102};
    return a->offset / 4 < sizeof id / sizeof *id ? id[a->offset / 4] : 0;
}

static uint32_t read_mvfr(struct core *c, const struct access *a)
{
    static const uint32_t mvfr[] = {0x10110021, 0x11000011, 0};
    return mvfr[a->offset / 4];
}

static uint32_t read_systick(struct core *c, const struct access *a)
{
    return systick_read(&c->systick, a->offset, a->debugger);
}

static void write_systick(struct core *c, const struct access *a) { systick_write(&c->systick, a->offset, a->value); }

static uint32_t read_mpu(struct core *c, const struct access *a) { return mpu_read(&c->mpu, a->offset); }

/* RASR may be written by halves: attributes, and size with enable. */
static void write_mpu(struct core *c, const struct access *a)
{
    mpu_write(&c->mpu, a->offset, merge(mpu_read(&c->mpu, a->offset), a, 0xFFFFFFFFu));
}

static uint32_t read_zero(struct core *c, const struct access *a) { return 0; }

static const struct row rows[] = {
    {0x004, 1, "ICTR", read_ictr, NULL},
    {0x008, 1, "ACTLR", read_actlr, NULL},
    {0x010, 4, "SYST", read_systick, write_systick},
    {0x100, 8, "NVIC_ISER", read_enabled, write_iser},
    {0x180, 8, "NVIC_ICER", read_enabled, write_icer},
    {0x200, 8, "NVIC_ISPR", read_pending, write_ispr},
    {0x280, 8, "NVIC_ICPR", read_pending, write_icpr},
    {0x300, 8, "NVIC_IABR", read_active, NULL},
    {0x400, 60, "NVIC_IPR", read_ipr, write_ipr},
    {0xD00, 1, "CPUID", read_cpuid, NULL},
    {0xD04, 1, "ICSR", read_icsr, write_icsr},
    {0xD08, 1, "VTOR", read_vtor, write_vtor},
    {0xD0C, 1, "AIRCR", read_aircr, write_aircr},
    {0xD10, 1, "SCR", read_scr, write_scr},
    {0xD14, 1, "CCR", read_ccr, write_ccr},
    {0xD18, 3, "SHPR", read_shpr, write_shpr},
    {0xD24, 1, "SHCSR", read_shcsr, write_shcsr},
    {0xD28, 1, "CFSR", read_cfsr, write_cfsr},
    {0xD2C, 1, "HFSR", read_hfsr, write_hfsr},
    {0xD30, 1, "DFSR", read_dfsr, write_dfsr},
    {0xD34, 1, "MMFAR", read_mmfar, write_mmfar},
    {0xD38, 1, "BFAR", read_bfar, write_bfar},
    {0xD3C, 1, "AFSR", read_afsr, write_afsr},
    {0xD40, 13, "ID", read_features, NULL},
    {0xD88, 1, "CPACR", read_cpacr, write_cpacr},
    {0xD90, 11, "MPU", read_mpu, write_mpu},
    {0xDF0, 4, "DHCSR, DCRSR, DCRDR, DEMCR", read_debug, write_debug},
    {0xF00, 1, "STIR", read_zero, write_stir},
    {0xF34, 1, "FPCCR", read_fpccr, write_fpccr},
    {0xF38, 1, "FPCAR", read_fpcar, write_fpcar},
    {0xF3C, 1, "FPDSCR", read_fpdscr, write_fpdscr},
    {0xF40, 3, "MVFR", read_mvfr, NULL},
};

static const struct row *row_at(uint32_t offset)
{
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        if (offset - rows[i].offset < 4u * rows[i].words)
            return &rows[i];
    return NULL;
}

uint32_t scs_read(struct core *c, uint32_t offset, bool debugger)
{
    const struct row *r = row_at(offset);
    if (!r) {
        if (!debugger && offset < COMPONENT_ID)
            log_once(c->log, SCS_BASE + offset, "SCS+0x%03x is not modelled", offset);
        return 0;
    }
    struct access a = {.offset = offset - r->offset, .debugger = debugger};
    return r->read(c, &a);
}

void scs_write(struct core *c, uint32_t offset, uint32_t value, uint32_t mask, bool debugger)
{
    const struct row *r = row_at(offset);
    if (!r) {
        log_once(c->log, SCS_BASE + offset, "SCS+0x%03x is not modelled", offset);
        return;
    }
    if (!r->write)
        return;
    struct access a = {.offset = offset - r->offset, .value = value, .mask = mask, .debugger = debugger};
    r->write(c, &a);
    core_update(c);
}

void scs_reset(struct core *c)
{
    memset(&c->scb, 0, sizeof c->scb);
    c->scb.ccr = CCR_STKALIGN;
    c->scb.fpccr = FPCCR_ASPEN | FPCCR_LSPEN;
}
