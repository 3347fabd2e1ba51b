/*
 * OpenOCD's `rtt` commands, as Cortex-Debug sends them. All of RAM is searched all the time, so that `setup` and
 * `start` have nothing to do but to tell; what is left are the servers, one TCP port for a channel.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "soc/debug_port.h"
#include "soc/monitor.h"

static struct rtt *rtt_of(struct debug_port *p) { return &p->machine->events.rtt; }

static bool complain(const struct debug_console *to, const char *expected)
{
    monitor_say(to, "expected rtt %s\n", expected);
    return false;
}

static bool say_where(struct debug_port *p, const struct debug_console *to)
{
    uint32_t addr;
    if (rtt_found(rtt_of(p), &addr))
        monitor_say(to, "rtt: Control block found at 0x%" PRIx32 "\n", addr);
    else
        monitor_say(to, "rtt: No control block found\n");
    return true;
}

static bool start(struct debug_port *p, const char *args, const struct debug_console *to)
{
    monitor_say(to, "rtt: Searching for control block 'SEGGER RTT'\n");
    return say_where(p, to);
}

static bool setup(struct debug_port *p, const char *args, const struct debug_console *to)
{
    unsigned addr, size;
    int at = 0;
    if (sscanf(args, "%i %i %n", (int *)&addr, (int *)&size, &at) < 2)
        return complain(to, "setup ADDR SIZE [ID]");
    args += at;
    if (*args && !strstr(args, "SEGGER RTT")) {
        monitor_say(to, "rtt: only the identifier 'SEGGER RTT' is searched for\n");
        return false;
    }
    return true;
}

static bool accept(struct debug_port *p, const char *args, const struct debug_console *to) { return true; }

static bool polling_interval(struct debug_port *p, const char *args, const struct debug_console *to)
{
    if (!*args)
        monitor_say(to, "%" PRIu64 " ms\n", (uint64_t)(RTT_PERIOD / VTIME_PER_MS));
    return true;
}

static bool channels(struct debug_port *p, const char *args, const struct debug_console *to)
{
    struct rtt *r = rtt_of(p);
    say_where(p, to);
    if (r->block)
        monitor_say(to, "Channels: up=%u, down=%u\n", r->n_up, r->n_down);
    for (unsigned i = 0; i < DEBUG_PORT_RTT_SERVERS; i++)
        if (p->rtt_server[i].stream)
            monitor_say(to, "channel %u is at port %u\n", p->rtt_server[i].channel, p->rtt_server[i].port);
    return true;
}

/* ---- servers ----------------------------------------------------------------------------------------------------- */

static struct debug_rtt_server *find_server(struct debug_port *p, unsigned port)
{
    for (unsigned i = 0; i < DEBUG_PORT_RTT_SERVERS; i++)
        if (port ? p->rtt_server[i].stream && p->rtt_server[i].port == port : !p->rtt_server[i].stream)
            return &p->rtt_server[i];
    return NULL;
}

static struct debug_rtt_server *server_of(struct debug_port *p, unsigned channel)
{
    for (unsigned i = 0; i < DEBUG_PORT_RTT_SERVERS; i++)
        if (p->rtt_server[i].stream && p->rtt_server[i].channel == channel)
            return &p->rtt_server[i];
    return NULL;
}

static ssize_t face_read(void *ctx, void *buf, size_t size)
{
    const struct debug_rtt_channel *c = ctx;
    unsigned channel = (unsigned)(c - c->port->rtt_channel);
    const struct debug_rtt_server *s = server_of(c->port, channel);
    struct tape *tape = c->port->timeline.tape;
    ssize_t n;
    if (tape && tape_input(tape, TAPE_RTT + channel, buf, size, &n))
        return n;
    n = s ? stream_read(s->stream, buf, size) : 0;
    if (tape)
        tape_keep(tape, TAPE_RTT + channel, buf, n);
    return n;
}

static bool face_write(void *ctx, const void *buf, size_t size)
{
    const struct debug_rtt_channel *c = ctx;
    const struct debug_rtt_server *s = server_of(c->port, (unsigned)(c - c->port->rtt_channel));
    return !s || c->port->machine->relives || stream_write(s->stream, buf, size);
}

void debug_port_connect_rtt(struct debug_port *p)
{
    for (unsigned i = 0; i < RTT_CHANNELS; i++) {
        struct debug_rtt_channel *c = &p->rtt_channel[i];
        bool served = server_of(p, i);
        c->port = p;
        if (served && !c->face)
            c->face = stream_from_functions(face_read, face_write, c);
        rtt_connect(rtt_of(p), i, served ? c->face : NULL);
    }
}

static void stop_server(struct debug_port *p, struct debug_rtt_server *s)
{
    debug_port_change(p);
    stream_close(s->stream);
    s->stream = NULL;
    debug_port_connect_rtt(p);
}

static void leave_channel(struct debug_port *p, unsigned channel)
{
    struct debug_rtt_server *s = server_of(p, channel);
    if (s)
        stop_server(p, s);
}

static bool server_start(struct debug_port *p, const char *args, const struct debug_console *to)
{
    struct debug_rtt_server *s;
    unsigned port, channel;
    char spec[32], err[128];
    if (sscanf(args, "%u %u", &port, &channel) != 2 || port > UINT16_MAX || channel >= RTT_CHANNELS)
        return complain(to, "server start PORT CHANNEL");
    leave_channel(p, channel);
    if (port && (s = find_server(p, port)))
        stop_server(p, s);
    if (!(s = find_server(p, 0))) {
        monitor_say(to, "rtt: there are too many servers\n");
        return false;
    }
    snprintf(spec, sizeof spec, "tcp:%u", port);
    s->stream = stream_open(spec, err, sizeof err);
    if (!s->stream) {
        monitor_say(to, "rtt: %s\n", err);
        return false;
    }
    s->channel = channel;
    s->port = (unsigned)strtoul(strrchr(stream_name(s->stream), ':') + 1, NULL, 10);
    debug_port_change(p);
    debug_port_connect_rtt(p);
    monitor_say(to, "Listening on port %u for rtt connections\n", s->port);
    return true;
}

static bool server_stop(struct debug_port *p, const char *args, const struct debug_console *to)
{
    unsigned port = (unsigned)strtoul(args, NULL, 10);
    struct debug_rtt_server *s = port ? find_server(p, port) : NULL;
    if (!s) {
        monitor_say(to, "rtt: there is no server at port '%s'\n", args);
        return false;
    }
    stop_server(p, s);
    return true;
}

void debug_port_close_rtt(struct debug_port *p)
{
    for (unsigned i = 0; i < DEBUG_PORT_RTT_SERVERS; i++)
        if (p->rtt_server[i].stream)
            stop_server(p, &p->rtt_server[i]);
    for (unsigned i = 0; i < RTT_CHANNELS; i++)
        stream_close(p->rtt_channel[i].face);
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

static const struct {
    const char *words;
    bool (*run)(struct debug_port *p, const char *args, const struct debug_console *to);
} commands[] = {
    {"setup", setup},
    {"start", start},
    {"stop", accept},
    {"channels", channels},
    {"channellist", channels},
    {"polling_interval", polling_interval},
    {"server start", server_start},
    {"server stop", server_stop},
};

bool monitor_rtt(void *port, const char *args, const struct debug_console *to)
{
    if (!*args)
        return channels(port, args, to);
    for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++) {
        size_t n = strlen(commands[i].words);
        if (strncmp(args, commands[i].words, n) == 0 && (!args[n] || args[n] == ' '))
            return commands[i].run(port, args + n + strspn(args + n, " "), to);
    }
    return complain(to, "setup, start, stop, channels, polling_interval, server start or server stop");
}
