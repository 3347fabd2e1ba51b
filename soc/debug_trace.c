#include "soc/debug_trace.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "soc/contexts.h"

enum { NAME = 48 };

typedef int describe(const struct debug_trace *t, const struct ev *e, char *to, size_t size);

static const char *exception(const struct debug_trace *t, unsigned number, char *buf)
{
    return contexts_exception_name(t->soc, number, buf, NAME);
}

/* An exception, and the code address it left or goes back to. */
static int at_code(const struct debug_trace *t, const struct ev *e, char *to, size_t size)
{
    static const char *const words[EV_KINDS] = {[EV_ENTRY] = "from", [EV_RETURN] = "to", [EV_FAULT] = "at"};
    char name[NAME];
    return snprintf(to, size, "%s, %s 0x%08" PRIx32, exception(t, e->a, name), words[e->kind], e->b);
}

static int two_exceptions(const struct debug_trace *t, const struct ev *e, char *to, size_t size)
{
    char name[2][NAME];
    return snprintf(to, size, "%s, %s %s", exception(t, e->a, name[0]),
                    e->kind == EV_TAILCHAIN ? "behind" : "instead of", exception(t, e->b, name[1]));
}

static int sleep(const struct debug_trace *t, const struct ev *e, char *to, size_t size)
{
    static const char *const ways[] = {"WFI", "WFE", "sleep-on-exit", "System OFF"};
    return snprintf(to, size, "%s", e->a < 4 ? ways[e->a] : "?");
}

static int nothing(const struct debug_trace *t, const struct ev *e, char *to, size_t size)
{
    return snprintf(to, size, "%s", "");
}

static int pc(const struct debug_trace *t, const struct ev *e, char *to, size_t size)
{
    return snprintf(to, size, "at 0x%08" PRIx32, e->b);
}

static int reset(const struct debug_trace *t, const struct ev *e, char *to, size_t size)
{
    return snprintf(to, size, "RESETREAS 0x%" PRIx32, e->a);
}

static int line(const struct debug_trace *t, const struct ev *e, char *to, size_t size)
{
    char name[NAME];
    unsigned number = e->kind == EV_IRQ_LINE ? EXC_IRQ0 + e->a : e->a;
    return snprintf(to, size, "%s %" PRIu32, exception(t, number, name), e->b);
}

static int pin(const struct debug_trace *t, const struct ev *e, char *to, size_t size)
{
    return snprintf(to, size, "%s %" PRIu32, pin_name(e->a), e->b);
}

static int reg(const struct debug_trace *t, const struct ev *e, char *to, size_t size)
{
    char name[PERIPH_NAME_MAX];
    return snprintf(to, size, "%s", soc_address_name(t->soc, e->b, name));
}

static int byte(const struct debug_trace *t, const struct ev *e, char *to, size_t size)
{
    return snprintf(to, size, isprint((int)(e->b & 0xFF)) ? "%s '%c'" : "%s 0x%02x",
                    ev_console_name((enum ev_console)e->a), (int)(e->b & 0xFF));
}

static int masks(const struct debug_trace *t, const struct ev *e, char *to, size_t size)
{
    return snprintf(to, size, "PRIMASK %" PRIu32 " FAULTMASK %" PRIu32 " BASEPRI 0x%02" PRIx32, e->a & 1, e->a >> 1,
                    e->b);
}

static int halt(const struct debug_trace *t, const struct ev *e, char *to, size_t size)
{
    return snprintf(to, size, "%s", e->a ? "halted" : e->b ? "steps" : "runs");
}

static describe *const descriptions[EV_KINDS] = {
    [EV_ENTRY] = at_code,
    [EV_TAILCHAIN] = two_exceptions,
    [EV_LATE_ARRIVAL] = two_exceptions,
    [EV_RETURN] = at_code,
    [EV_FAULT] = at_code,
    [EV_SLEEP] = sleep,
    [EV_WAKE] = nothing,
    [EV_LOCKUP] = pc,
    [EV_RESET] = reset,
    [EV_IRQ_LINE] = line,
    [EV_PEND] = line,
    [EV_PIN] = pin,
    [EV_TASK] = reg,
    [EV_EVENT] = reg,
    [EV_CONSOLE] = byte,
    [EV_MASK] = masks,
    [EV_HALT] = halt,
};

static void read_event(void *ctx, const struct ev *e)
{
    const struct debug_trace *t = ctx;
    char what[128] = "", text[192];
    descriptions[e->kind](t, e, what, sizeof what);
    snprintf(text, sizeof text, "%" PRIu64 ".%09" PRIu64 " %-12s %s\n", e->time / VTIME_PER_S,
             e->time % VTIME_PER_S * 1000 / VTIME_PER_US, ev_kind_name(e->kind), what);
    t->tell(t->ctx, e->kind, text);
}

void debug_trace_set(struct debug_trace *t, uint32_t kinds, void (*tell)(void *, enum ev_kind, const char *), void *ctx)
{
    evlog_detach(&t->soc->evlog, t);
    t->tell = tell;
    t->ctx = ctx;
    if (kinds)
        evlog_attach(&t->soc->evlog, kinds, read_event, t);
}
