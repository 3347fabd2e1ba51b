/* The small ones: EGU (PS 6.8), RNG (6.21), TEMP (6.28). */
#include "periph_fixture.h"

#define EGU(n)   (0x40014000u + 0x1000 * (n))
#define RNG      0x4000D000u
#define TEMP     0x4000C000u
#define START    0x000
#define STOP     0x004
#define EVENT    0x100
#define SHORTS   0x200
#define INTEN    0x300
#define INTENSET 0x304
#define CONFIG   0x504
#define VALUE    0x508
#define US       VTIME_PER_US

static void egu_triggers_its_events(void **state)
{
    struct chip *c = chip_new();

    for (unsigned n = 0; n < 6; n++) {
        chip_write(c, EGU(n) + INTENSET, 1u << (n + 3));
        chip_write(c, EGU(n) + 4 * 15, 1);
        assert_int_equal(chip_read(c, EGU(n) + EVENT + 4 * 15), 1);
        assert_false(c->line[20 + n]);
        chip_write(c, EGU(n) + 4 * (n + 3), 1);
        assert_true(c->line[20 + n]);
        assert_int_equal(chip_read(c, EGU(n) + INTEN), 1u << (n + 3));
        chip_write(c, EGU(n) + EVENT + 4 * (n + 3), 0);
        assert_false(c->line[20 + n]);
    }
    free(c);
}

static void rng_takes_its_time(void **state)
{
    struct chip *c = chip_new();

    chip_write(c, RNG + START, 1);
    chip_run_to(c, 300 * US);
    assert_int_equal(chip_time_of(c, EV_EVENT, RNG + EVENT, 0), 158 * US);
    assert_int_equal(chip_time_of(c, EV_EVENT, RNG + EVENT, 1), 188 * US);
    chip_write(c, RNG + STOP, 1);
    c->n_records = 0;
    chip_run_to(c, 1000 * US);
    assert_int_equal(chip_count(c, EV_EVENT, RNG + EVENT), 0);
    chip_write(c, RNG + CONFIG, 1);
    chip_write(c, RNG + SHORTS, 1);
    chip_write(c, RNG + START, 1);
    chip_run_to(c, 3000 * US);
    assert_int_equal(chip_count(c, EV_EVENT, RNG + EVENT), 1);
    assert_int_equal(chip_time_of(c, EV_EVENT, RNG + EVENT, 0), 1248 * US);
    free(c);
}

/* Fills `bytes` as a driver does, one byte after each VALRDY. */
static void collect(struct chip *c, uint8_t *bytes, unsigned n)
{
    chip_write(c, RNG + START, 1);
    for (unsigned i = 0; i < n; i++) {
        chip_write(c, RNG + EVENT, 0);
        while (!chip_read(c, RNG + EVENT))
            chip_run_to(c, c->sched.now + US);
        bytes[i] = (uint8_t)chip_read(c, RNG + VALUE);
    }
}

static void rng_repeats_itself_by_run_but_not_by_reset(void **state)
{
    enum { N = 4096 };
    static uint8_t first[N], again[N], after_reset[N];
    unsigned seen[256] = {0}, missing = 0;
    struct chip *c = chip_new(), *d = chip_new();

    collect(c, first, N);
    collect(d, again, N);
    assert_memory_equal(first, again, N);
    periph_engine_reset(&d->p.engine, RESETREAS_SREQ);
    collect(d, after_reset, N);
    assert_memory_not_equal(first, after_reset, N);
    for (unsigned i = 0; i < N; i++)
        seen[first[i]]++;
    for (unsigned i = 0; i < 256; i++)
        missing += !seen[i];
    assert_int_equal(missing, 0);
    free(c);
    free(d);
}

static void temp_measures(void **state)
{
    static const struct {
        int set, measured;
    } cases[] = {{TEMP_DEFAULT, 100}, {-3, -3}, {1000, TEMP_HIGHEST}, {-1000, TEMP_LOWEST}};
    struct chip *c = chip_new();

    chip_write(c, TEMP + INTENSET, 1);
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        vtime from = c->sched.now;

        temp_set(&c->p.temp, cases[i].set);
        chip_write(c, TEMP + START, 1);
        chip_run_to(c, from + 36 * US - 1);
        assert_false(c->line[12]);
        chip_run_to(c, from + 36 * US);
        assert_true(c->line[12]);
        assert_int_equal((int32_t)chip_read(c, TEMP + VALUE), cases[i].measured);
        chip_write(c, TEMP + EVENT, 0);
    }
    chip_write(c, TEMP + START, 1);
    chip_write(c, TEMP + STOP, 1);
    chip_run_to(c, c->sched.now + 100 * US);
    assert_int_equal(chip_read(c, TEMP + EVENT), 0);
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(egu_triggers_its_events),
        cmocka_unit_test(rng_takes_its_time),
        cmocka_unit_test(rng_repeats_itself_by_run_but_not_by_reset),
        cmocka_unit_test(temp_measures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
