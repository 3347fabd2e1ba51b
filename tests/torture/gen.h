// What the parts of the torture generator share: random numbers, output, features, and where an action stands.
#ifndef TORTURE_GEN_H
#define TORTURE_GEN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

// Every feature: name, and in how many of 100 programs it is used.
#define FEATURES(X)                     \
    X(NMI, nmi, 50)                     \
    X(SVC, svc, 80)                     \
    X(SYSTEM, pendsv_systick, 75)       \
    X(STIR, stir, 40)                   \
    X(PRIORITY, priorities, 75)         \
    X(PRIGROUP, prigroup, 30)           \
    X(MASKS, primask_basepri, 70)       \
    X(FAULTMASK, faultmask, 40)         \
    X(IT, it_blocks, 50)                \
    X(UNDEFINED, undefined, 45)         \
    X(DIVIDE, div_0_trp, 35)            \
    X(UNALIGNED, unaligned, 40)         \
    X(BUS, bus_fault, 45)               \
    X(FETCH, fetch_fault, 35)           \
    X(COPROCESSOR, nocp, 30)            \
    X(INVSTATE, invstate, 30)           \
    X(ENABLES, fault_enables, 55)       \
    X(PENDED_FAULTS, shcsr_pended, 20)  \
    X(FP, fp, 60)                       \
    X(FP_EAGER, fp_eager, 15)           \
    X(FP_MANUAL, fp_manual, 8)          \
    X(FP_OFF, fp_off, 25)               \
    X(UNPRIVILEGED, unprivileged, 50)   \
    X(NPRIV, npriv_by_handler, 15)      \
    X(SPSEL, spsel, 50)                 \
    X(MISALIGN, misaligned_stack, 50)   \
    X(STKALIGN, stkalign_0, 10)         \
    X(EXCLUSIVE, exclusive, 35)         \
    X(MPU, mpu, 45)                     \
    X(STACKING, stacking_fault, 25)     \
    X(UNSTACKING, unstacking_fault, 20) \
    X(EXC_RETURN, bad_exc_return, 30)   \
    X(SWITCH, switch_stack, 30)         \
    X(EDIT, edit_frame, 40)             \
    X(VTOR, vtor, 25)                   \
    X(SLEEP, sleep, 25)

enum feature {
#define X(id, name, percent) FEATURE_##id,
    FEATURES(X)
#undef X
        FEATURE_COUNT
};

enum { EXC_NMI = 2, EXC_HARD, EXC_MEM, EXC_BUS, EXC_USAGE, EXC_SVC = 11, EXC_PENDSV = 14, EXC_SYSTICK, EXC_IRQ0 };

struct gen {
    FILE *out;
    uint64_t state;    // of the random numbers
    uint64_t features; // bit per enum feature
    uint32_t lines;    // interrupt lines this program uses
    unsigned label;    // last local label made
    unsigned number;   // last record number made
    bool hfnmiena;     // MPU on at negative priorities
};

// Where an action stands. Only r0-r3, r12 and lr are free there; behind anything that an exception may follow, r3, r12,
// lr and the flags may have been changed by a handler and must not decide over addresses.
struct place {
    unsigned vector; // 0: Thread mode
    bool no_fault;   // at negative priority, or it may be: neither fault nor SVC
    bool nested;     // inside another action: no FAULTMASK, no unprivileged section
};

static inline bool has(const struct gen *g, enum feature f) { return g->features >> f & 1; }

// Uniform below n (n > 0).
uint32_t gen_below(struct gen *g, uint32_t n);
uint32_t gen_random(struct gen *g);
bool gen_percent(struct gen *g, unsigned percent);
// One line of assembly, indented; a label when it ends in a colon.
void emit(struct gen *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
unsigned gen_label(struct gen *g);
void emit_log(struct gen *g);
// A random constant into a register.
void emit_random(struct gen *g, const char *reg);
// [address] = value; r0 and r1 are used. The window form lets what became pending or eligible be taken.
void emit_store(struct gen *g, uint32_t address, uint32_t value);
void emit_store_window(struct gen *g, uint32_t address, uint32_t value);
// Goes to the label that is given back unless privileged: for read-modify-write, whose read may not be skipped.
unsigned emit_if_privileged(struct gen *g);
// 1 to 3 of the program's lines, as a mask; one line as a number.
uint32_t gen_lines(struct gen *g);
unsigned gen_line(struct gen *g);
// A multiple of 32; not 0 when stacking may fault (the fault's handler must then come first).
unsigned gen_priority(struct gen *g);

// One of the actions that the program's features and the place allow, ending in a log record.
void emit_action(struct gen *g, const struct place *p);

// An action: emits its code. Registers as in struct place.
struct action {
    enum feature feature;
    unsigned weight;
    unsigned where; // PLACE_ bits that must hold
    void (*emit)(struct gen *g, const struct place *p);
};
enum { PLACE_THREAD = 1, PLACE_HANDLER = 2, PLACE_MAY_FAULT = 4, PLACE_OUTER = 8 };
extern const struct action torture_actions[], torture_faults[], torture_states[];

#endif
