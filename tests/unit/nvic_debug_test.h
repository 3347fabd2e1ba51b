/* What the tests of the debug hardware share: a debugger's hand on DHCSR, and the messages that were logged. */
#ifndef TESTS_UNIT_NVIC_DEBUG_TEST_H
#define TESTS_UNIT_NVIC_DEBUG_TEST_H

#include "tests/unit/nvic_core_test.h"

enum { DEBUGEN = 1, HALT = 3, STEP = 5, MASKED_HALT = 0xB, MASKED_STEP = 0xD, MASKED_RUN = 9 };

static inline void dhcsr(struct fixture *f, uint32_t control) { poke(f, DHCSR, DHCSR_DBGKEY | control); }
static inline bool is_halted(struct fixture *f) { return peek(f, DHCSR) & DHCSR_S_HALT; }

static inline uint32_t debug_get(struct fixture *f, unsigned sel)
{
    poke(f, DCRSR, sel);
    return peek(f, DCRDR);
}

static inline void debug_set(struct fixture *f, unsigned sel, uint32_t value)
{
    poke(f, DCRDR, value);
    poke(f, DCRSR, sel | DCRSR_REGWNR);
}

/* One halting step; it must end. Returns the PC. */
static inline uint32_t step(struct fixture *f, uint32_t control)
{
    dhcsr(f, control);
    assert_int_equal(run(f, 100), CORE_STOP_HALTED);
    return reg(f, CPU_PC);
}

struct messages {
    unsigned n;
    char last[256];
};

static inline void on_message(void *ctx, enum log_level level, const char *line)
{
    struct messages *m = ctx;
    m->n++;
    snprintf(m->last, sizeof m->last, "%s", line);
}

static inline void listen(struct fixture *f, struct messages *m)
{
    *m = (struct messages){0};
    f->log.level = LOG_INFO;
    f->log.write = on_message;
    f->log.ctx = m;
}

#endif
