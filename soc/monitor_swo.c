/*
 * What a probe does that is asked for SWO: `swo` and Cortex-Debug's CDSWOConfigure set the chip's trace port up and
 * open what its bytes go to, OpenOCD's `itm` enables stimulus ports. Only registers are written
 * (docs/DEBUG-HARDWARE.md).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "soc/debug_port.h"
#include "soc/monitor.h"

enum { DEMCR = 0xE000EDFC, TRACECONFIG = 0x4000055C, TPIU_ACPR = 0xE0040010, TPIU_SPPR = 0xE00400F0 };
enum { TPIU_FFCR = 0xE0040304, ITM_TER = 0xE0000E00, ITM_TCR = 0xE0000E80 };
enum { TRACECONFIG_SWO_32MHZ = 1 << 16, TRACE_CLOCK = 32000000, SPPR_UART = 2, NO_FORMATTER = 0, DIVIDER_MAX = 0x2000 };
enum { ITMENA_TXENA = 1 << 0 | 1 << 3, BUS_ID = 1 << 16, PORTS = 32 };
#define DEFAULT_BAUD 4000000u

static uint32_t peek(struct debug_port *p, uint32_t addr)
{
    uint32_t value = 0;
    bus_peek(&p->machine->soc.bus, addr, &value, 4);
    return value;
}

static void poke(struct debug_port *p, uint32_t addr, uint32_t value)
{
    bus_poke(&p->machine->soc.bus, addr, &value, 4);
}

static void set_up_port(struct debug_port *p, uint32_t baud)
{
    uint32_t divider = (TRACE_CLOCK + baud / 2) / baud;
    divider = divider < 1 ? 1 : divider > DIVIDER_MAX ? DIVIDER_MAX : divider;
    debug_port_change(p);
    poke(p, DEMCR, peek(p, DEMCR) | DEMCR_TRCENA);
    poke(p, TRACECONFIG, TRACECONFIG_SWO_32MHZ);
    poke(p, TPIU_ACPR, divider - 1);
    poke(p, TPIU_SPPR, SPPR_UART);
    poke(p, TPIU_FFCR, NO_FORMATTER);
}

/* `output`: NULL for where it goes already. */
static bool configure(struct debug_port *p, const char *output, uint32_t baud, const struct debug_console *to)
{
    struct machine *m = p->machine;
    char err[512];
    if (output && !machine_open_swo(m, output, err, sizeof err)) {
        monitor_say(to, "%s\n", err);
        return false;
    }
    set_up_port(p, baud);
    if (m->swo.stream)
        monitor_say(to, "SWO at %u baud is at %s\n", TRACE_CLOCK / (peek(p, TPIU_ACPR) + 1),
                    stream_name(m->swo.stream));
    else
        monitor_say(to, "SWO goes nowhere: there was no --swo\n");
    return true;
}

bool monitor_swo(void *port, const char *args, const struct debug_console *to)
{
    struct debug_port *p = port;
    char output[256];
    unsigned baud = DEFAULT_BAUD;
    if (sscanf(args, "%255s %u", output, &baud) < 1 || !baud) {
        monitor_say(to, "expected swo FILE|tcp:PORT|off [BAUD]\n");
        return false;
    }
    if (strcmp(output, "off") != 0)
        return configure(p, output, baud, to);
    swo_close(&p->machine->swo);
    return true;
}

/* The output is ":PORT", a file, or "external", which is for a receiver of one's own. The clock that is given is the
 * CPU's, which here the trace clock is not made of. */
bool monitor_cdswo(void *port, const char *args, const struct debug_console *to)
{
    unsigned cpu, baud;
    char output[256], spec[sizeof output + 4];
    if (sscanf(args, "%u %u %255s", &cpu, &baud, output) != 3 || !baud) {
        monitor_say(to, "expected CDSWOConfigure CPU-HZ SWO-HZ OUTPUT\n");
        return false;
    }
    snprintf(spec, sizeof spec, "%s%s", *output == ':' ? "tcp" : "", output);
    return configure(port, strcmp(output, "external") == 0 ? NULL : spec, baud, to);
}

static void enable_ports(struct debug_port *p, uint32_t ports, bool on)
{
    uint32_t enabled = peek(p, ITM_TER);
    debug_port_change(p);
    poke(p, DEMCR, peek(p, DEMCR) | DEMCR_TRCENA);
    poke(p, ITM_TCR, peek(p, ITM_TCR) | ITMENA_TXENA | BUS_ID);
    poke(p, ITM_TER, on ? enabled | ports : enabled & ~ports);
}

bool monitor_itm(void *port, const char *args, const struct debug_console *to)
{
    unsigned n = 0;
    char state[8] = "";
    bool one = sscanf(args, "port %u %7s", &n, state) == 2 && n < PORTS, all = sscanf(args, "ports %7s", state) == 1;
    bool on = !strcmp(state, "on") || !strcmp(state, "1");
    if ((one || all) && (on || !strcmp(state, "off") || !strcmp(state, "0"))) {
        enable_ports(port, one ? 1u << n : UINT32_MAX, on);
        return true;
    }
    monitor_say(to, "expected itm port N on|off, or itm ports on|off\n");
    return false;
}
