/*
 * The machine as a debug target (emu/debug_target.h).
 *
 * A step follows its context: it ends when the instruction has retired in the same activation; interrupts that come in
 * between run to their end, as in the undisturbed run (docs/ARCHITECTURE.md, "Steps"). Halted time stands still.
 */
#ifndef SOC_DEBUG_PORT_H
#define SOC_DEBUG_PORT_H

#include "emu/debug_target.h"
#include "soc/machine.h"

enum { DEBUG_PORT_MAX_POINTS = 256 };

struct debug_port {
    struct debug_target target;
    struct machine *machine;
    struct {
        enum debug_point kind;
        uint32_t addr, len;
    } point[DEBUG_PORT_MAX_POINTS];
    unsigned n_points;
    unsigned clients;
    bool halt_asked;
    bool stepping;   /* a step is under way: */
    uint64_t serial; /* of the activation that steps */
    uint64_t parent; /* of the one below it */
    uint64_t goal;   /* how many instructions it has retired when the step is over */
    char text[160];
};

void debug_port_init(struct debug_port *p, struct machine *m);

#endif
