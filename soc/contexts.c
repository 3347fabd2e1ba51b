#include "soc/contexts.h"

#include <stdio.h>
#include <string.h>

#include "host/report.h"

enum { BASIC_FRAME = 0x20, EXTENDED_FRAME = 0x68 };
enum { FRAME_LR = 5, FRAME_PC, FRAME_XPSR };
#define XPSR_ALIGNED (1u << 9)

static const struct activation *at_depth(const struct core *c, unsigned depth)
{
    return &c->activation[c->n_activations - 1 - depth];
}

/* An entry has pushed the frame of what ran, and has not begun to change registers. */
static void note_entry(void *ctx, const struct ev *e)
{
    struct contexts *all = ctx;
    struct core *c = &all->soc->core;
    struct context_note *n = &all->note[c->n_activations - 1];

    n->serial = at_depth(c, 0)->serial;
    n->frame = cpu_get(c->cpu, CPU_SP);
    n->msp = cpu_get(c->cpu, CPU_MSP);
    n->psp = cpu_get(c->cpu, CPU_PSP);
    n->control = cpu_get(c->cpu, CPU_CONTROL);
    for (unsigned i = 0; i < 8; i++)
        n->r4_to_r11[i] = cpu_get(c->cpu, (enum cpu_reg)(CPU_R0 + 4 + i));
    for (unsigned i = 0; n->control & CONTROL_FPCA && i < 16; i++)
        n->s16_to_s31[i] = cpu_get(c->cpu, (enum cpu_reg)(CPU_S0 + 16 + i));
}

void contexts_init(struct contexts *c, struct soc *soc)
{
    c->soc = soc;
    for (unsigned i = 0; i < CORE_MAX_ACTIVATIONS; i++)
        c->note[i].serial = UINT64_MAX;
    evlog_follow(&soc->evlog, 1u << EV_ENTRY, note_entry, c);
}

const char *contexts_exception_name(struct soc *s, unsigned exception, char *buf, unsigned size)
{
    const struct periph_engine *e = &s->periph.engine;

    if (!exception)
        snprintf(buf, size, "Thread");
    else
        report_exception_name(exception, buf, size);
    for (unsigned i = 0; exception >= EXC_IRQ0 && i < e->n_slots; i++) {
        const struct periph_slot *slot = e->slot[i];
        if (slot->irqn != (int)(exception - EXC_IRQ0))
            continue;
        size_t used = strlen(buf);
        snprintf(buf + used, size - used, " %s", slot->active ? slot->active->name : slot->name);
        break;
    }
    return buf;
}

unsigned contexts_list(struct contexts *c, struct debug_context *list, unsigned max)
{
    const struct core *core = &c->soc->core;

    for (unsigned i = 0; i < core->n_activations && i < max; i++) {
        const struct activation *a = at_depth(core, i);
        list[i].exception = a->exception;
        list[i].serial = a->serial;
        contexts_exception_name(c->soc, a->exception, list[i].name, sizeof list[i].name);
    }
    return core->n_activations;
}

static const struct context_note *find(const struct contexts *c, unsigned depth)
{
    const struct core *core = &c->soc->core;

    if (!depth || depth >= core->n_activations)
        return NULL;
    const struct context_note *n = &c->note[core->n_activations - 1 - depth];
    return n->serial == at_depth(core, depth)->serial ? n : NULL;
}

static bool has_fp(const struct context_note *n) { return n->control & CONTROL_FPCA; }

/* Was it in Thread mode, on the process stack? */
static bool on_psp(const struct contexts *c, const struct context_note *n, unsigned depth)
{
    return !at_depth(&c->soc->core, depth)->exception && n->control & CONTROL_SPSEL;
}

/* Where in the frame a register is; -1: nowhere. */
static int frame_word(enum cpu_reg r)
{
    static const int8_t words[] = {[0] = 0, 1, 2, 3, [12] = 4, [CPU_LR] = FRAME_LR, FRAME_PC, FRAME_XPSR};

    return r < sizeof words && (words[r] || r == CPU_R0) ? words[r] : -1;
}

static bool read_frame(const struct contexts *c, uint32_t addr, uint32_t *value)
{
    return bus_peek(&c->soc->bus, addr, value, 4) == 4;
}

/* SP before the frame was pushed. */
static bool stack_pointer(const struct contexts *c, const struct context_note *n, uint32_t *value)
{
    uint32_t xpsr;

    if (!read_frame(c, n->frame + 4 * FRAME_XPSR, &xpsr))
        return false;
    *value = (n->frame + (has_fp(n) ? EXTENDED_FRAME : BASIC_FRAME)) | (xpsr & XPSR_ALIGNED ? 4 : 0);
    return true;
}

/* S0…S15 and FPSCR are in the frame, unless their lazy save is still due. */
static bool fp_register(const struct contexts *c, const struct context_note *n, enum cpu_reg r, uint32_t *value)
{
    struct core *core = &c->soc->core;
    uint32_t fp = n->frame + BASIC_FRAME, word = r == CPU_FPSCR ? 16 : r - CPU_S0;

    if (!has_fp(n))
        return false;
    if (r != CPU_FPSCR && word >= 16)
        *value = n->s16_to_s31[word - 16];
    else if (core->scb.fpccr & FPCCR_LSPACT && core->scb.fpcar == fp)
        *value = cpu_get(core->cpu, r);
    else
        return read_frame(c, fp + 4 * word, value);
    return true;
}

static bool special_register(const struct contexts *c, const struct context_note *n, unsigned depth, enum cpu_reg r,
                             uint32_t *value)
{
    bool psp = on_psp(c, n, depth);

    if (r == CPU_SP || r == (psp ? CPU_PSP : CPU_MSP))
        return stack_pointer(c, n, value);
    if (r == CPU_CONTROL)
        *value = n->control;
    else if (r == CPU_MSP || r == CPU_PSP)
        *value = r == CPU_MSP ? n->msp : n->psp;
    else /* the masks are the core's, not the context's */
        *value = cpu_get(c->soc->core.cpu, r);
    return true;
}

bool contexts_reg_get(struct contexts *c, unsigned depth, enum cpu_reg r, uint32_t *value)
{
    const struct context_note *n = find(c, depth);
    int word = frame_word(r);

    if (!n || r >= CPU_REGS)
        return false;
    if (word >= 0) {
        if (!read_frame(c, n->frame + 4 * (uint32_t)word, value))
            return false;
        *value &= r == CPU_XPSR ? ~XPSR_ALIGNED : ~0u;
        return true;
    }
    if (r >= 4 && r <= 11) {
        *value = n->r4_to_r11[r - 4];
        return true;
    }
    return r >= CPU_FPSCR ? fp_register(c, n, r, value) : special_register(c, n, depth, r, value);
}

bool contexts_reg_set(struct contexts *c, unsigned depth, enum cpu_reg r, uint32_t value)
{
    const struct context_note *n = find(c, depth);
    int word = frame_word(r);

    return n && word >= 0 && r != CPU_XPSR && bus_poke(&c->soc->bus, n->frame + 4 * (uint32_t)word, &value, 4) == 4;
}
