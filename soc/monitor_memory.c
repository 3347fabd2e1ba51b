/* OpenOCD's commands for memory: mwb, mwh, mww write; mdb, mdh, mdw show. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "soc/debug_port.h"
#include "soc/monitor.h"

enum { MANY = 0x100000, LINE_BYTES = 32 };

/* At most three numbers; -1: something else. */
static int take_numbers(const char *args, uint32_t number[3])
{
    char *end;
    int n = 0;
    for (; n < 3; args = end) {
        unsigned long long value = strtoull(args, &end, 0);
        if (end == args)
            break;
        if (value > UINT32_MAX)
            return -1;
        number[n++] = (uint32_t)value;
    }
    args += strspn(args, " \t\r\n");
    return *args ? -1 : n;
}

static bool fill(struct debug_port *p, const char *args, const struct debug_console *to, unsigned size)
{
    uint32_t number[3] = {0, 0, 1};
    int n = take_numbers(args, number);
    if (n < 2 || number[2] > MANY) {
        monitor_say(to, "expected ADDR VALUE [N]\n");
        return false;
    }
    debug_port_change(p);
    for (uint32_t i = 0; i < number[2]; i++) {
        uint32_t addr = number[0] + i * size;
        if (bus_poke(&p->machine->soc.bus, addr, &number[1], size) == size)
            continue;
        monitor_say(to, "0x%08" PRIx32 " cannot be written\n", addr);
        return false;
    }
    return true;
}

static bool show(struct debug_port *p, const char *args, const struct debug_console *to, unsigned size)
{
    uint32_t number[3] = {0, 1};
    int n = take_numbers(args, number);
    if (n < 1 || n > 2 || number[1] > MANY) {
        monitor_say(to, "expected ADDR [N]\n");
        return false;
    }
    for (uint32_t i = 0; i < number[1]; i++) {
        uint32_t value = 0, addr = number[0] + i * size;
        bool first = i * size % LINE_BYTES == 0, last = i + 1 == number[1] || (i + 1) * size % LINE_BYTES == 0;
        if (first)
            monitor_say(to, "0x%08" PRIx32 ": ", addr);
        if (bus_peek(&p->machine->soc.bus, addr, &value, size) != size) {
            monitor_say(to, "cannot be read\n");
            return false;
        }
        monitor_say(to, "%0*" PRIx32 "%s", (int)(2 * size), value, last ? " \n" : " ");
    }
    return true;
}

bool monitor_mwb(void *port, const char *args, const struct debug_console *to) { return fill(port, args, to, 1); }
bool monitor_mwh(void *port, const char *args, const struct debug_console *to) { return fill(port, args, to, 2); }
bool monitor_mww(void *port, const char *args, const struct debug_console *to) { return fill(port, args, to, 4); }
bool monitor_mdb(void *port, const char *args, const struct debug_console *to) { return show(port, args, to, 1); }
bool monitor_mdh(void *port, const char *args, const struct debug_console *to) { return show(port, args, to, 2); }
bool monitor_mdw(void *port, const char *args, const struct debug_console *to) { return show(port, args, to, 4); }
