/* What the tests of the trace units share: the units switched on, and the bytes that leave the pins. */
#ifndef TESTS_UNIT_NVIC_TRACE_TEST_H
#define TESTS_UNIT_NVIC_TRACE_TEST_H

#include "tests/unit/nvic_debug_test.h"

enum { TRCENA = 1 << 24, ITM = 0xE0000000, TER = 0xE0000E00, TPR = 0xE0000E40, TCR = 0xE0000E80, LAR = 0xE0000FB0 };
enum { LSR = 0xE0000FB4, TCR_ITMENA = 1, TCR_TSENA = 2, TCR_SYNCENA = 4, TCR_TXENA = 8 };
enum { DWT_CTRL = 0xE0001000, CYCCNT = 0xE0001004, CPICNT = 0xE0001008, EXCCNT = 0xE000100C, SLEEPCNT = 0xE0001010 };
enum { LSUCNT = 0xE0001014, FOLDCNT = 0xE0001018, PCSR = 0xE000101C, COMP = 0xE0001020, MASK = 0xE0001024 };
enum { FUNCTION = 0xE0001028, NEXT = 0x10 /* comparator */ };
enum { TPIU_CSPSR = 0xE0040004, TPIU_ACPR = 0xE0040010, TPIU_SPPR = 0xE00400F0, TPIU_FFCR = 0xE0040304 };

struct trace {
    struct fixture *f;
    uint8_t byte[256];
    uint64_t cycle[256]; /* when each was out */
    unsigned n;
    bool parallel;
    vtime period; /* of the trace clock */
};

static inline void on_trace(void *ctx, uint8_t byte, bool serial)
{
    struct trace *t = ctx;
    assert_true(t->n < sizeof t->byte);
    t->parallel |= !serial;
    t->cycle[t->n] = now(t->f);
    t->byte[t->n++] = byte;
}

static inline vtime on_trace_clock(void *ctx) { return ((struct trace *)ctx)->period; }

/* The ITM and the packets of the DWT, without formatter, at 32 MHz: a byte takes 20 cycles. */
static inline struct fixture *setup_trace(struct trace *t)
{
    struct fixture *f = setup();
    *t = (struct trace){.f = f, .period = 16};
    tpiu_connect(&f->core, &(struct trace_pins){.clock_period = on_trace_clock, .put = on_trace, .ctx = t});
    poke(f, DEMCR, TRCENA);
    poke(f, TPIU_SPPR, 2);
    poke(f, TPIU_FFCR, 0);
    poke(f, TCR, TCR_ITMENA | TCR_TXENA);
    return f;
}

/* Lets everything out, and compares it. */
static inline void expect_bytes(struct fixture *f, struct trace *t, const uint8_t *want, unsigned n)
{
    for (unsigned i = 0; i < 64 && !tpiu_is_idle(&f->core); i++) {
        f->sched.now = f->core.tpiu.sent.due;
        sched_fire_due(&f->sched);
    }
    for (unsigned i = 0; i < n && i < t->n; i++)
        if (t->byte[i] != want[i])
            fail_msg("byte %u is 0x%02x, not 0x%02x", i, t->byte[i], want[i]);
    assert_int_equal(t->n, n);
    t->n = 0;
}
#define EXPECT(f, t, ...)    expect_bytes(f, t, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))
#define EXPECT_NOTHING(f, t) expect_bytes(f, t, NULL, 0)

static inline void comparator(struct fixture *f, unsigned n, uint32_t comp, unsigned mask, uint32_t function)
{
    poke(f, COMP + NEXT * n, comp);
    poke(f, MASK + NEXT * n, mask);
    poke(f, FUNCTION + NEXT * n, function);
}

#endif
