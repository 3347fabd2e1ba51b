/* CC_RNG: collections and their time, what stops and resets them, interrupts, the DMA and its memory. */
#include "periph_fixture.h"

#define ENABLE          0x5002A500u
#define CC(offset)      (0x5002B000u + (offset))
#define RNG_IMR         CC(0x100)
#define RNG_ISR         CC(0x104)
#define RNG_ICR         CC(0x108)
#define TRNG_VALID      CC(0x110)
#define EHR_DATA(i)     CC(0x114 + 4 * (i))
#define NOISE_SOURCE    CC(0x12C)
#define SAMPLE_CNT      CC(0x130)
#define TRNG_DEBUG      CC(0x138)
#define RNG_SW_RESET    CC(0x140)
#define RNG_BUSY        CC(0x1B8)
#define TRNG_RESET      CC(0x1BC)
#define RNG_CLK         CC(0x1C4)
#define RNG_DMA         CC(0x1C8)
#define RNG_DMA_ROSC    CC(0x1CC)
#define RNG_DMA_ADDR    CC(0x1D0)
#define RNG_DMA_SAMPLES CC(0x1D4)
#define RNG_WATCHDOG    CC(0x1D8)
#define RNG_DMA_BUSY    CC(0x1DC)
#define IRR             CC(0xA00)
#define IMR             CC(0xA04)
#define ICR             CC(0xA08)
#define SRAM_DATA       CC(0xF00)
#define SRAM_ADDR       CC(0xF04)

#define IRQN 42

#define COLLECTION(samples, per_bit) ((samples) * (per_bit)*192 * VTIME_PER_CYCLE)

static void start_rng(struct chip *c, uint32_t samples)
{
    chip_write(c, ENABLE, 1);
    chip_write(c, RNG_CLK, 1);
    chip_write(c, RNG_SW_RESET, 1);
    chip_write(c, RNG_CLK, 1);
    chip_write(c, SAMPLE_CNT, samples);
    assert_int_equal(chip_read(c, SAMPLE_CNT), samples);
    chip_write(c, NOISE_SOURCE, 1);
}

static void read_ehr(struct chip *c, uint32_t words[6])
{
    for (unsigned i = 0; i < 6; i++)
        words[i] = chip_read(c, EHR_DATA(i));
}

static void collects_192_bits(void **state)
{
    struct chip *c = chip_new();
    uint32_t first[6], second[6];

    start_rng(c, 100);
    assert_int_equal(chip_read(c, RNG_BUSY), 3);
    chip_run_to(c, COLLECTION(100, 4) - 1);
    assert_int_equal(chip_read(c, TRNG_VALID), 0);
    assert_int_equal(chip_read(c, RNG_ISR), 0);
    chip_run_to(c, COLLECTION(100, 4));
    assert_int_equal(chip_read(c, TRNG_VALID), 1);
    assert_int_equal(chip_read(c, RNG_ISR), 1);
    assert_int_equal(chip_read(c, RNG_BUSY), 0);
    chip_run_to(c, COLLECTION(100, 4) + VTIME_PER_S); /* waits to be read */
    read_ehr(c, first);
    assert_int_equal(chip_read(c, TRNG_VALID), 0);
    assert_int_equal(chip_read(c, RNG_ISR), 1);
    chip_write(c, RNG_ICR, 0x3F);
    assert_int_equal(chip_read(c, RNG_ISR), 0);
    chip_run_to(c, 2 * COLLECTION(100, 4) + VTIME_PER_S - 1);
    assert_int_equal(chip_read(c, TRNG_VALID), 0);
    chip_run_to(c, 2 * COLLECTION(100, 4) + VTIME_PER_S);
    read_ehr(c, second);
    assert_memory_not_equal(first, second, sizeof first);
    for (unsigned i = 0; i < 6; i++)
        assert_int_not_equal(first[i], 0);
    free(c);
}

static void the_seed_decides(void **state)
{
    uint32_t got[3][6];

    for (unsigned i = 0; i < 3; i++) {
        struct chip *c = chip_new_seeded(i == 2 ? 99 : 5);

        start_rng(c, 1);
        chip_run_to(c, VTIME_PER_MS);
        read_ehr(c, got[i]);
        free(c);
    }
    assert_memory_equal(got[0], got[1], sizeof got[0]);
    assert_memory_not_equal(got[0], got[2], sizeof got[0]);
}

static void bypassing_the_corrector_is_faster(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, TRNG_DEBUG, 0xA);
    chip_write(c, ENABLE, 1);
    chip_write(c, RNG_CLK, 1);
    chip_write(c, SAMPLE_CNT, 1000);
    chip_write(c, NOISE_SOURCE, 1);
    chip_run_to(c, COLLECTION(1000, 1) - 1);
    assert_int_equal(chip_read(c, TRNG_VALID), 0);
    chip_run_to(c, COLLECTION(1000, 1));
    assert_int_equal(chip_read(c, TRNG_VALID), 1);
    free(c);
}

/* The longest SAMPLE_CNT is three and a half hours; neither it nor 0 overflows anything. */
static void extreme_sample_counts(void **state)
{
    struct chip *c = chip_new();

    start_rng(c, 0xFFFFFFFF);
    chip_run_to(c, UINT64_C(0xFFFFFFFF) * 4 * 192 * VTIME_PER_CYCLE - 1);
    assert_int_equal(chip_read(c, TRNG_VALID), 0);
    chip_run_to(c, c->sched.now + 1);
    assert_int_equal(chip_read(c, TRNG_VALID), 1);
    free(c);
    c = chip_new();
    start_rng(c, 0);
    chip_run_to(c, COLLECTION(1, 4));
    assert_int_equal(chip_read(c, TRNG_VALID), 1);
    free(c);
}

static void it_needs_power_and_clock(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, SAMPLE_CNT, 1);
    chip_write(c, RNG_CLK, 1);
    chip_write(c, NOISE_SOURCE, 1);
    assert_true(chip_said(c, "CC_RNG.NOISE_SOURCE: switched on without"));
    chip_run_to(c, VTIME_PER_MS);
    assert_int_equal(chip_read(c, TRNG_VALID), 0);
    chip_write(c, ENABLE, 1);
    chip_run_to(c, VTIME_PER_MS + COLLECTION(1, 4) / 2);
    chip_write(c, RNG_CLK, 0);
    chip_run_to(c, 2 * VTIME_PER_MS);
    assert_int_equal(chip_read(c, TRNG_VALID), 0);
    chip_write(c, RNG_CLK, 1);
    chip_run_to(c, 2 * VTIME_PER_MS + COLLECTION(1, 4));
    assert_int_equal(chip_read(c, TRNG_VALID), 1);
    chip_read(c, EHR_DATA(5));
    chip_write(c, ENABLE, 0);
    chip_run_to(c, 3 * VTIME_PER_MS);
    assert_int_equal(chip_read(c, TRNG_VALID), 0);
    free(c);
}

static void what_resets_what(void **state)
{
    struct chip *c = chip_new();
    uint32_t words[6];

    start_rng(c, 1);
    chip_run_to(c, VTIME_PER_MS);
    chip_write(c, TRNG_RESET, 1); /* no effect while the source is on */
    assert_int_equal(chip_read(c, TRNG_VALID), 1);
    chip_write(c, NOISE_SOURCE, 0);
    assert_int_equal(chip_read(c, TRNG_VALID), 1); /* switching off keeps the bits */
    chip_write(c, TRNG_RESET, 1);
    assert_int_equal(chip_read(c, TRNG_VALID), 0);
    read_ehr(c, words);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(words[i], 0);
    assert_true(chip_said(c, "CC_RNG.EHR_DATA[0]: read while TRNG_VALID is 0"));
    chip_write(c, RNG_SW_RESET, 1);
    assert_int_equal(chip_read(c, SAMPLE_CNT), 0xFFFF);
    assert_int_equal(chip_read(c, RNG_ISR), 0);
    assert_int_equal(chip_read(c, NOISE_SOURCE), 0);
    chip_run_to(c, VTIME_PER_S);
    assert_int_equal(chip_read(c, TRNG_VALID), 0);
    free(c);
}

/* Peeking must not take the bits away from the guest. */
static void a_debugger_does_not_consume(void **state)
{
    struct chip *c = chip_new();
    uint32_t peeked;

    start_rng(c, 1);
    chip_run_to(c, VTIME_PER_MS);
    assert_int_equal(bus_peek(&c->bus, EHR_DATA(5), &peeked, 4), 4);
    assert_int_equal(chip_read(c, TRNG_VALID), 1);
    assert_int_equal(chip_read(c, EHR_DATA(5)), peeked);
    assert_int_equal(chip_read(c, TRNG_VALID), 0);
    free(c);
}

/* The line: RNG_ISR, past RNG_IMR, is one bit of IRR, which passes IMR. */
static void interrupts_pass_two_masks(void **state)
{
    struct chip *c = chip_new();

    start_rng(c, 1);
    chip_run_to(c, VTIME_PER_MS);
    assert_int_equal(chip_read(c, IRR), 0);
    chip_write(c, RNG_IMR, 0x3E);
    assert_int_equal(chip_read(c, IRR), 1 << 10);
    assert_false(c->line[IRQN]);
    chip_write(c, IMR, ~(1u << 10));
    assert_true(c->line[IRQN]);
    chip_write(c, IMR, 0x1FFFFFF);
    assert_false(c->line[IRQN]);
    chip_write(c, IMR, 0);
    assert_true(c->line[IRQN]);
    chip_write(c, RNG_ICR, 1);
    chip_write(c, ICR, 1 << 10);
    assert_false(c->line[IRQN]);
    assert_int_equal(chip_read(c, IRR), 0);
    free(c);
}

static void reset_drops_the_line(void **state)
{
    struct chip *c = chip_new();

    start_rng(c, 1);
    chip_write(c, RNG_IMR, 0);
    chip_write(c, IMR, 0);
    chip_run_to(c, VTIME_PER_MS);
    assert_true(c->line[IRQN]);
    periph_engine_reset(&c->p.engine, RESETREAS_SREQ);
    assert_false(c->line[IRQN]);
    chip_run_to(c, VTIME_PER_S);
    assert_int_equal(chip_read(c, IRR), 0);
    assert_int_equal(chip_read(c, ENABLE), 0);
    free(c);
}

static void start_dma(struct chip *c, uint32_t roscs, uint32_t samples)
{
    chip_write(c, ENABLE, 1);
    chip_write(c, RNG_CLK, 1);
    chip_write(c, SAMPLE_CNT, 10);
    chip_write(c, TRNG_DEBUG, 0xA);
    chip_write(c, RNG_IMR, 0x1F);
    chip_write(c, RNG_DMA_ROSC, roscs);
    chip_write(c, RNG_DMA_SAMPLES, samples);
    chip_write(c, RNG_DMA_ADDR, 8);
    chip_write(c, RNG_DMA, 1);
}

static void dma_fills_the_sram(void **state)
{
    struct chip *c = chip_new();
    vtime one = COLLECTION(10, 1);

    start_dma(c, 0xA, 3); /* two oscillators */
    chip_run_to(c, 4 * one);
    assert_int_equal(chip_read(c, RNG_DMA_BUSY), 1 | 3 << 1 | 1 << 3); /* the fourth one has its first */
    chip_run_to(c, 6 * one - 1);
    assert_int_equal(chip_read(c, RNG_ISR), 0);
    chip_run_to(c, 6 * one);
    assert_int_equal(chip_read(c, RNG_ISR), 0x20);
    assert_int_equal(chip_read(c, IRR), 1 << 10);
    assert_int_equal(chip_read(c, RNG_DMA_BUSY), 0);
    chip_write(c, SRAM_ADDR, 0);
    chip_read(c, SRAM_DATA);
    for (unsigned word = 0; word < 40; word++) {
        bool filled = word >= 2 && word < 2 + 6 * 6;

        assert_int_equal(chip_read(c, SRAM_DATA) != 0, filled);
    }
    chip_run_to(c, VTIME_PER_S);
    chip_write(c, RNG_ICR, 0x20);
    assert_int_equal(chip_read(c, IRR), 0);
    free(c);
}

/* RNG_DMA can be taken back; nothing asked for, nothing done. */
static void dma_that_does_not_run(void **state)
{
    static const struct {
        uint32_t roscs, samples, dma;
    } row[] = {{0, 4, 1}, {0xF, 0, 1}, {0xF, 255, 0}};

    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        struct chip *c = chip_new();

        start_dma(c, row[i].roscs, row[i].samples);
        chip_write(c, RNG_DMA, row[i].dma);
        chip_run_to(c, VTIME_PER_S);
        assert_int_equal(chip_read(c, RNG_ISR), 0);
        assert_int_equal(chip_read(c, RNG_DMA_BUSY), 0);
        free(c);
    }
}

/* 255 collections for each of four oscillators are more than the memory has. */
static void dma_wraps_around(void **state)
{
    struct chip *c = chip_new();

    start_dma(c, 0xF, 255);
    chip_run_to(c, VTIME_PER_S);
    assert_int_equal(chip_read(c, RNG_ISR), 0x20);
    free(c);
}

static void the_watchdog_barks(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, RNG_WATCHDOG, 1000);
    chip_write(c, ENABLE, 1);
    chip_write(c, RNG_CLK, 1);
    chip_write(c, SAMPLE_CNT, 100);
    chip_write(c, NOISE_SOURCE, 1);
    chip_run_to(c, 1000 * VTIME_PER_CYCLE - 1);
    assert_int_equal(chip_read(c, RNG_ISR), 0);
    chip_run_to(c, 1000 * VTIME_PER_CYCLE);
    assert_int_equal(chip_read(c, RNG_ISR), 0x10);
    chip_run_to(c, COLLECTION(100, 4));
    assert_int_equal(chip_read(c, RNG_ISR), 0x11);
    free(c);
}

static void sram_data_is_a_pipeline(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, SRAM_ADDR, 0x7F8);
    for (uint32_t i = 0; i < 4; i++)
        chip_write(c, SRAM_DATA, 0x1000 + i); /* the last two at 0 and 4 */
    chip_write(c, SRAM_ADDR, 0x7FC);
    chip_read(c, SRAM_DATA);
    assert_int_equal(chip_read(c, SRAM_DATA), 0x1001);
    assert_int_equal(chip_read(c, SRAM_DATA), 0x1002);
    assert_int_equal(chip_read(c, SRAM_DATA), 0x1003);
    assert_int_equal(chip_read(c, CC(0xF08)), 1);
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(collects_192_bits),
        cmocka_unit_test(the_seed_decides),
        cmocka_unit_test(bypassing_the_corrector_is_faster),
        cmocka_unit_test(extreme_sample_counts),
        cmocka_unit_test(it_needs_power_and_clock),
        cmocka_unit_test(what_resets_what),
        cmocka_unit_test(a_debugger_does_not_consume),
        cmocka_unit_test(interrupts_pass_two_masks),
        cmocka_unit_test(reset_drops_the_line),
        cmocka_unit_test(dma_fills_the_sram),
        cmocka_unit_test(dma_that_does_not_run),
        cmocka_unit_test(dma_wraps_around),
        cmocka_unit_test(the_watchdog_barks),
        cmocka_unit_test(sram_data_is_a_pipeline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
