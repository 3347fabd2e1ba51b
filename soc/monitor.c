#include "soc/monitor.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "soc/debug_port.h"

void monitor_say(const struct debug_console *to, const char *fmt, ...)
{
    char line[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    to->print(to->ctx, line);
}

static struct machine *machine_of(void *port) { return ((struct debug_port *)port)->machine; }

/* ---- what the outside world does, in the words of --at ----------------------------------------------------------- */

static bool stimulate(void *port, const char *verb, const char *args, const struct debug_console *to)
{
    char action[512], err[256];
    snprintf(action, sizeof action, "%s %s", verb, args);
    if (machine_stimulate(machine_of(port), action, err, sizeof err))
        return true;
    monitor_say(to, "%s\n", err);
    return false;
}

#define STIMULUS(name)                                                             \
    static bool name(void *port, const char *args, const struct debug_console *to) \
    {                                                                              \
        return stimulate(port, #name, args, to);                                   \
    }

STIMULUS(button)
STIMULUS(part)
STIMULUS(uart0)
STIMULUS(uart1)
STIMULUS(usb)
STIMULUS(adc)
STIMULUS(vdd)
STIMULUS(vbus)
STIMULUS(temp)

static bool irq(void *port, const char *args, const struct debug_console *to)
{
    if (!stimulate(port, "irq", args, to))
        return false;
    monitor_say(to, "IRQ %.8s is pending\n", args);
    return true;
}

static bool pin(void *port, const char *args, const struct debug_console *to)
{
    struct pins *pins = &machine_of(port)->soc.pins;
    char name[16] = "", level = 0;
    int n = sscanf(args, "%15s %c", name, &level);
    int number = pin_by_name(name);
    if ((n > 1 || number < 0) && !stimulate(port, "pin", args, to))
        return false;
    monitor_say(to, "%s is %d\n", pin_name((unsigned)number), pins_level(pins, (unsigned)number));
    return true;
}

/* ---- what there is to know --------------------------------------------------------------------------------------- */

static bool show_time(void *port, const char *args, const struct debug_console *to)
{
    struct machine *m = machine_of(port);
    vtime now = m->soc.sched.now;
    monitor_say(to, "%" PRIu64 ".%06" PRIu64 " s, %" PRIu64 " cycles, %" PRIu64 " instructions\n", now / VTIME_PER_S,
                now % VTIME_PER_S / VTIME_PER_US, now / VTIME_PER_CYCLE, cpu_retired(m->soc.core.cpu));
    return true;
}

static bool stats(void *port, const char *args, const struct debug_console *to)
{
    struct soc *s = &machine_of(port)->soc;
    char name[48];
    show_time(port, args, to);
    for (unsigned e = 1; e < EXC_COUNT; e++)
        if (s->core.exceptions[e])
            monitor_say(to, "%-16s %" PRIu64 "\n", contexts_exception_name(s, e, name, sizeof name),
                        s->core.exceptions[e]);
    return true;
}

static double seconds(vtime t) { return (double)t / VTIME_PER_S; }

static bool show_history(void *port, const char *args, const struct debug_console *to)
{
    const struct timeline *t = &((struct debug_port *)port)->timeline;
    vtime now = t->machine->soc.sched.now;
    monitor_say(to, "from %.6f s on, in %u snapshots, %.1f MiB", seconds(t->mark[0].now), t->n,
                (double)timeline_size(t) / (1 << 20));
    if (t->past)
        monitor_say(to, "; %.6f s before the present", seconds(t->present.now - now));
    monitor_say(to, "\n");
    return true;
}

static bool show_contexts(void *port, const char *args, const struct debug_console *to)
{
    struct debug_context list[CORE_MAX_ACTIVATIONS];
    unsigned n = contexts_list(((struct debug_port *)port)->contexts, list, CORE_MAX_ACTIVATIONS);
    for (unsigned i = 0; i < n; i++)
        monitor_say(to, "#%-6" PRIu64 " %s\n", list[i].serial, list[i].name);
    return true;
}

static bool halted_time(void *port, const char *args, const struct debug_console *to)
{
    static const char *const meanings[] = {
        [HALTED_TIME_FROZEN] = "time stands still while the core is halted",
        [HALTED_TIME_TRAFFIC] =
            "while the core is halted, time passes as a probe would need for what the debugger does",
        [HALTED_TIME_WALL] = "while the core is halted, time passes by the host's clock",
    };
    struct halted_time *h = &((struct debug_port *)port)->halted_time;
    unsigned mode = *args ? 0 : h->mode;
    while (*args && mode < HALTED_TIME_MODES && strcmp(args, halted_time_names[mode]) != 0)
        mode++;
    if (mode == HALTED_TIME_MODES) {
        monitor_say(to, "halted-time [frozen|traffic|wall], not '%s'\n", args);
        return false;
    }
    halted_time_poll(h);
    h->mode = mode;
    monitor_say(to, "%s: %s\n", halted_time_names[mode], meanings[mode]);
    return true;
}

static bool accept(void *port, const char *args, const struct debug_console *to) { return true; }

unsigned monitor_commands(const struct debug_command **list)
{
    static const struct debug_command commands[] = {
        {"irq", "N: pends interrupt N", irq},
        {"pin", "NAME [0|1|z]: shows a pin, after driving it from outside", pin},
        {"button", "NAME press|release: a button of the board", button},
        {"part", "NAME QUANTITY VALUE: what a part of the board measures from now on", part},
        {"uart0", "\"TEXT\": feeds bytes to UART0", uart0},
        {"uart1", "\"TEXT\": likewise to UART1", uart1},
        {"usb", "\"TEXT\": likewise to the USB console", usb},
        {"adc", "AIN0 1500mV: sets the voltage of an input of SAADC", adc},
        {"vdd", "1700mV: changes the supply's voltage", vdd},
        {"vbus", "0|1: takes the USB supply away, or brings it", vbus},
        {"temp", "21.5: sets the die's temperature, in degrees Celsius", temp},
        {"time", "emulated time, cycles, instructions", show_time},
        {"stats", "", stats},
        {"history", "from when on there is a way back, and what that costs", show_history},
        {"contexts", "the active exceptions, the running one first", show_contexts},
        {"halted-time", "[frozen|traffic|wall]: what time does while the core is halted", halted_time},
        {"rtt", "[setup|start|stop|channels|polling_interval|server start PORT CHANNEL|server stop PORT]", monitor_rtt},
        {"mwb", "ADDR VALUE [N]: writes N bytes", monitor_mwb},
        {"mwh", "ADDR VALUE [N]: likewise half-words", monitor_mwh},
        {"mww", "ADDR VALUE [N]: likewise words", monitor_mww},
        {"mdb", "ADDR [N]: shows N bytes", monitor_mdb},
        {"mdh", "ADDR [N]: likewise half-words", monitor_mdh},
        {"mdw", "ADDR [N]: likewise words", monitor_mdw},
        {"arm", "semihosting enable: accepted; it always is", accept},
        {"sleep", "accepted", accept},
        {"swo", "FILE|tcp:PORT|off [BAUD]: sets the trace port up as a probe does, and opens where its bytes go",
         monitor_swo},
        {"itm", "port N on|off, or ports on|off: stimulus ports", monitor_itm},
        {"CDSWOConfigure", "CPU-HZ SWO-HZ OUTPUT: Cortex-Debug's way to say swo", monitor_cdswo},
    };
    *list = commands;
    return sizeof commands / sizeof *commands;
}
