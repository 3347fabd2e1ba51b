#include "emu/vcd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    EXCEPTION_BITS = 9,
    /* Signals are numbered: pins first, then the exception number's bits, then these, then interrupt lines by IRQn. */
    SIGNAL_EXCEPTION = PIN_COUNT,
    SIGNAL_SLEEP = SIGNAL_EXCEPTION + EXCEPTION_BITS,
    SIGNAL_IRQ,
    MAX_IRQS = 240,   /* ARMv7-M B1.5.2: what an NVIC can have */
    MAX_ACTIVE = 256, /* 16 system exceptions and MAX_IRQS, each active once at most */
    ID_FIRST = '!',   /* identifiers are written in the printable characters ! to ~ */
    ID_BASE = '~' - '!' + 1,
    ID_SIZE = 4,
};

struct vcd {
    FILE *file;
    struct evlog *log;
    vtime written; /* the time stamp that stands last in the file */
    bool irq_named[MAX_IRQS];
    uint16_t active[MAX_ACTIVE]; /* exception numbers, the running one last */
    unsigned n_active;
    unsigned exception; /* as it stands in the file */
};

static uint64_t picoseconds(vtime t)
{
    /* 15625 ps are 8 units. */
    return t / 8 * 15625 + (t % 8 * 15625 + 4) / 8;
}

static const char *identifier(unsigned signal, char id[ID_SIZE])
{
    char *p = id;
    do {
        *p++ = (char)(ID_FIRST + signal % ID_BASE);
        signal /= ID_BASE;
    } while (signal);
    *p = 0;
    return id;
}

static void put_bit(struct vcd *v, unsigned signal, bool level)
{
    char id[ID_SIZE];
    fprintf(v->file, "%d%s\n", level, identifier(signal, id));
}

static void put_exception(struct vcd *v)
{
    unsigned number = v->n_active ? v->active[v->n_active - 1] : 0, changed = number ^ v->exception;
    for (unsigned bit = 0; bit < EXCEPTION_BITS; bit++)
        if (changed >> bit & 1)
            put_bit(v, SIGNAL_EXCEPTION + bit, number >> bit & 1);
    v->exception = number;
}

static void put_time(struct vcd *v, vtime t)
{
    if (t == v->written)
        return;
    fprintf(v->file, "#%" PRIu64 "\n", picoseconds(t));
    v->written = t;
}

/* ---- what the events mean ---- */

static void deactivate(struct vcd *v, uint32_t number)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < v->n_active; i++)
        if (v->active[i] != number)
            v->active[kept++] = v->active[i];
    v->n_active = kept;
}

static void activate(struct vcd *v, uint32_t number)
{
    deactivate(v, number);
    if (v->n_active < MAX_ACTIVE)
        v->active[v->n_active++] = (uint16_t)number;
}

static void on_entry(struct vcd *v, const struct ev *e)
{
    activate(v, e->a);
    put_exception(v);
}

static void on_replacement(struct vcd *v, const struct ev *e)
{
    deactivate(v, e->b);
    on_entry(v, e);
}

static void on_return(struct vcd *v, const struct ev *e)
{
    deactivate(v, e->a);
    put_exception(v);
}

static void on_sleep(struct vcd *v, const struct ev *e) { put_bit(v, SIGNAL_SLEEP, true); }
static void on_wake(struct vcd *v, const struct ev *e) { put_bit(v, SIGNAL_SLEEP, false); }

static void on_reset(struct vcd *v, const struct ev *e)
{
    v->n_active = 0;
    put_exception(v);
    put_bit(v, SIGNAL_SLEEP, false);
}

static void on_irq_line(struct vcd *v, const struct ev *e)
{
    if (e->a < MAX_IRQS && v->irq_named[e->a])
        put_bit(v, SIGNAL_IRQ + e->a, e->b);
}

static void on_pin(struct vcd *v, const struct ev *e)
{
    if (e->a < PIN_COUNT)
        put_bit(v, e->a, e->b);
}

static void (*const meaning[EV_KINDS])(struct vcd *, const struct ev *) = {
    [EV_ENTRY] = on_entry,   [EV_TAILCHAIN] = on_replacement, [EV_LATE_ARRIVAL] = on_replacement,
    [EV_RETURN] = on_return, [EV_SLEEP] = on_sleep,           [EV_WAKE] = on_wake,
    [EV_RESET] = on_reset,   [EV_IRQ_LINE] = on_irq_line,     [EV_PIN] = on_pin,
};

static void read_event(void *ctx, const struct ev *e)
{
    struct vcd *v = ctx;
    put_time(v, e->time);
    meaning[e->kind](v, e);
}

/* ---- the file ---- */

static void declare(struct vcd *v, unsigned signal, const char *name)
{
    char id[ID_SIZE];
    fprintf(v->file, "$var wire 1 %s %s $end\n", identifier(signal, id), name);
}

static void declare_name(void *ctx, const char *name, unsigned pin)
{
    if (pin < PIN_COUNT)
        declare(ctx, pin, name);
}

static void put_declarations(struct vcd *v, const struct vcd_signals *signals)
{
    fprintf(v->file, "$version nrfemu $end\n$timescale 1 ps $end\n$scope module chip $end\n");
    for (unsigned pin = 0; pin < PIN_COUNT; pin++)
        declare(v, pin, pin_name(pin));
    for (unsigned bit = EXCEPTION_BITS; bit--;) {
        char name[24];
        snprintf(name, sizeof name, "exception[%u]", bit);
        declare(v, SIGNAL_EXCEPTION + bit, name);
    }
    declare(v, SIGNAL_SLEEP, "sleep");
    for (unsigned irqn = 0; irqn < MAX_IRQS && irqn < signals->n_irqs; irqn++) {
        v->irq_named[irqn] = signals->irq_name[irqn] != NULL;
        if (v->irq_named[irqn])
            declare(v, SIGNAL_IRQ + irqn, signals->irq_name[irqn]);
    }
    fprintf(v->file, "$upscope $end\n");
    if (signals->each_name) {
        fprintf(v->file, "$scope module board $end\n");
        signals->each_name(signals->names, declare_name, v);
        fprintf(v->file, "$upscope $end\n");
    }
    fprintf(v->file, "$enddefinitions $end\n");
}

static void put_first_values(struct vcd *v, const struct vcd_signals *signals)
{
    v->written = *v->log->now;
    fprintf(v->file, "#%" PRIu64 "\n$dumpvars\n", picoseconds(v->written));
    for (unsigned pin = 0; pin < PIN_COUNT; pin++)
        put_bit(v, pin, signals->pins && pins_level(signals->pins, pin));
    for (unsigned signal = SIGNAL_EXCEPTION; signal <= SIGNAL_SLEEP; signal++)
        put_bit(v, signal, false);
    for (unsigned irqn = 0; irqn < MAX_IRQS; irqn++)
        if (v->irq_named[irqn])
            put_bit(v, SIGNAL_IRQ + irqn, false);
    fprintf(v->file, "$end\n");
}

bool vcd_open(struct vcd **out, const char *path, struct evlog *log, const struct vcd_signals *signals, char *err,
              size_t err_size)
{
    struct vcd *v = calloc(1, sizeof *v);
    if (!v)
        abort();
    v->log = log;
    v->file = fopen(path, "we");
    if (!v->file) {
        snprintf(err, err_size, "%s: %s", path, strerror(errno));
        free(v);
        return false;
    }
    put_declarations(v, signals);
    put_first_values(v, signals);
    uint32_t kinds = 0;
    for (unsigned kind = 0; kind < EV_KINDS; kind++)
        if (meaning[kind])
            kinds |= 1u << kind;
    evlog_attach(log, kinds, read_event, v);
    *out = v;
    return true;
}

bool vcd_close(struct vcd *v, char *err, size_t err_size)
{
    if (!v)
        return true;
    evlog_detach(v->log, v);
    put_time(v, *v->log->now);
    bool good = !ferror(v->file);
    good = fclose(v->file) == 0 && good;
    if (!good)
        snprintf(err, err_size, "cannot write the VCD file: %s", strerror(errno));
    free(v);
    return good;
}
