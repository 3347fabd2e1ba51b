/*
 * The machine as a debug target (emu/debug_target.h).
 *
 * A step follows its context: it ends when the instruction has retired in the same activation; interrupts that come in
 * between run to their end, as in the undisturbed run (docs/ARCHITECTURE.md, "Steps"). Halted time: soc/halted_time.h.
 *
 * While a debugger is there the machine keeps its history (soc/timeline.h), so that it can go back.
 *
 * The core's own debug hardware is reached by memory accesses. A write to DHCSR that makes the core run, or step, does
 * so at once; each access that follows lets it run for as long as a probe would need for it, until it is halted again.
 */
#ifndef SOC_DEBUG_PORT_H
#define SOC_DEBUG_PORT_H

#include "emu/debug_access.h"
#include "emu/debug_target.h"
#include "soc/context_step.h"
#include "soc/contexts.h"
#include "soc/debug_trace.h"
#include "soc/halted_time.h"
#include "soc/machine.h"
#include "soc/timeline.h"

enum { DEBUG_PORT_MAX_POINTS = 256, DEBUG_PORT_RTT_SERVERS = 8 };

/* An RTT channel at a TCP port of its own (`monitor rtt server start`). */
struct debug_rtt_server {
    struct stream *stream; /* NULL: free */
    unsigned port, channel;
};

/* What RTT sees of its server: in the past the tape speaks instead. It stays, for snapshots know it. */
struct debug_rtt_channel {
    struct debug_port *port;
    struct stream *face;
};

/* What an access takes on a 4 MHz wire, about: it passes while a write to DHCSR has let the core run. */
#define DEBUG_PORT_ACCESS_TIME (27 * VTIME_PER_US)

struct debug_port {
    struct debug_target target;
    struct debug_access access;
    struct machine *machine;
    struct contexts *contexts; /* the machine's */
    struct debug_trace trace;
    struct halted_time halted_time;
    struct debug_rtt_server rtt_server[DEBUG_PORT_RTT_SERVERS];
    struct debug_rtt_channel rtt_channel[RTT_CHANNELS];
    struct {
        enum debug_point kind;
        uint32_t addr, len;
    } point[DEBUG_PORT_MAX_POINTS];
    unsigned n_points;
    unsigned clients;
    struct timeline timeline; /* while a debugger is there */
    bool halt_asked;
    bool programmed; /* flash was, since the last reset: firmware may start elsewhere now */
    bool backwards;  /* it goes back in time */
    bool resumed;    /* resume() let the core run, and it has not stopped since */
    struct context_step step;
    struct {
        uint64_t left, done;
        bool told; /* of where the step under way has landed */
        bool (*landed)(void *ctx, uint32_t pc);
        void *ctx;
    } walk;
    char text[160];
};

/* Before power is on, so that every context is known. */
void debug_port_init(struct debug_port *p, struct machine *m);
void debug_port_close(struct debug_port *p);
/* walk() of the target. */
uint64_t debug_port_walk(void *port, uint64_t n, bool (*told)(void *ctx, uint32_t pc), void *told_ctx,
                         struct debug_stop_info *out);

/* For the files of this folder: to be called before a debugger changes something. */
void debug_port_change(struct debug_port *p);
/* soc/monitor_rtt.c: RTT's channels are as the servers are now. */
void debug_port_connect_rtt(struct debug_port *p);
void debug_port_close_rtt(struct debug_port *p);

#endif
