#include "soc/monitor.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/report.h"

struct console_to {
    struct machine *m;
    void (*print)(void *ctx, const char *text);
    void *ctx;
};

static void say(const struct console_to *to, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(const struct console_to *to, const char *fmt, ...)
{
    char line[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    to->print(to->ctx, line);
}

static void do_nothing(const struct console_to *to, const char *args) {}

static void reset(const struct console_to *to, const char *args) { machine_reset(to->m, RESETREAS_SREQ); }

static void irq(const struct console_to *to, const char *args)
{
    char *end;
    unsigned long n = strtoul(args, &end, 0);
    if (end == args || n >= IRQ_LINES) {
        say(to, "irq N: N is 0 to %d\n", IRQ_LINES - 1);
        return;
    }
    core_pend(&to->m->soc.core, EXC_IRQ0 + (unsigned)n);
    say(to, "IRQ %lu is pending\n", n);
}

static void pin(const struct console_to *to, const char *args)
{
    char name[16];
    char level;
    int n = sscanf(args, "%15s %c", name, &level);
    int number = n >= 1 ? pin_by_name(name) : -1;
    if (number < 0 || (n == 2 && !strchr("01z", level))) {
        say(to, "pin P0.11 [0|1|z]\n");
        return;
    }
    if (n == 2)
        pins_drive(&to->m->soc.pins, (unsigned)number, PIN_FROM_OUTSIDE,
                   level == '0'   ? PIN_LOW
                   : level == '1' ? PIN_HIGH
                                  : PIN_Z);
    say(to, "%s is %d\n", pin_name((unsigned)number), pins_level(&to->m->soc.pins, (unsigned)number));
}

static void show_time(const struct console_to *to, const char *args)
{
    vtime now = to->m->soc.sched.now;
    say(to, "%" PRIu64 ".%06" PRIu64 " s, %" PRIu64 " cycles, %" PRIu64 " instructions\n", now / VTIME_PER_S,
        now % VTIME_PER_S / VTIME_PER_US, now / VTIME_PER_CYCLE, cpu_retired(to->m->soc.core.cpu));
}

static void stats(const struct console_to *to, const char *args)
{
    char name[32];
    show_time(to, args);
    for (unsigned e = 1; e < EXC_COUNT; e++)
        if (to->m->soc.core.exceptions[e])
            say(to, "%-16s %" PRIu64 "\n", report_exception_name(e, name, sizeof name), to->m->soc.core.exceptions[e]);
}

static void contexts(const struct console_to *to, const char *args)
{
    const struct core *c = &to->m->soc.core;
    char name[32];
    for (unsigned i = c->n_activations; i-- > 0;)
        say(to, "#%-6" PRIu64 " %s\n", c->activation[i].serial,
            report_exception_name(c->activation[i].exception, name, sizeof name));
}

static void help(const struct console_to *to, const char *args);

static const struct {
    const char *name, *help;
    void (*run)(const struct console_to *to, const char *args);
} commands[] = {
    {"help", "this list", help},
    {"reset", "reset [halt]: system reset; the core stays halted at the reset vector", reset},
    {"system_reset", "the same", reset},
    {"irq", "irq N: pend interrupt N", irq},
    {"pin", "pin NAME [0|1|z]: show a pin, or drive it from outside", pin},
    {"time", "emulated time, cycles, instructions", show_time},
    {"stats", "how often each exception was entered", stats},
    {"contexts", "the active exceptions, the running one first", contexts},
    {"halt", "accepted: the core is halted while a debugger talks", do_nothing},
    {"stop", "the same", do_nothing},
    {"init", "accepted", do_nothing},
    {"gdb_sync", "accepted", do_nothing},
};

static void help(const struct console_to *to, const char *args)
{
    for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++)
        say(to, "%-14s %s\n", commands[i].name, commands[i].help);
}

bool monitor_command(struct machine *m, const char *line, void (*print)(void *, const char *), void *print_ctx)
{
    struct console_to to = {.m = m, .print = print, .ctx = print_ctx};
    line += strspn(line, " \t");
    size_t n = strcspn(line, " \t\r\n");
    for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strlen(commands[i].name) == n && !strncmp(commands[i].name, line, n)) {
            commands[i].run(&to, line + n + strspn(line + n, " \t"));
            return true;
        }
    return false;
}
