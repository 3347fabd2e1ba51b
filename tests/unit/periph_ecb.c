/* ECB: the standard's own examples, time, abortion, pointers that lead nowhere. */
#include "periph_fixture.h"

#include "periph/ecb.h"

#define BASE       0x4000E000u
#define STARTECB   (BASE + 0x000)
#define STOPECB    (BASE + 0x004)
#define ENDECB     (BASE + 0x100)
#define ERRORECB   (BASE + 0x104)
#define INTENSET   (BASE + 0x304)
#define ECBDATAPTR (BASE + 0x504)
#define RAM        0x20000000u
#define RAM_SIZE   0x1000u
#define IRQN       14

static _Alignas(0x1000) uint8_t ram[RAM_SIZE];

static const struct example {
    uint8_t key[16], cleartext[16], ciphertext[16];
} examples[] = {
    /* FIPS 197, appendix B */
    {{0x2B, 0x7E, 0x15, 0x16, 0x28, 0xAE, 0xD2, 0xA6, 0xAB, 0xF7, 0x15, 0x88, 0x09, 0xCF, 0x4F, 0x3C},
     {0x32, 0x43, 0xF6, 0xA8, 0x88, 0x5A, 0x30, 0x8D, 0x31, 0x31, 0x98, 0xA2, 0xE0, 0x37, 0x07, 0x34},
     {0x39, 0x25, 0x84, 0x1D, 0x02, 0xDC, 0x09, 0xFB, 0xDC, 0x11, 0x85, 0x97, 0x19, 0x6A, 0x0B, 0x32}},
    /* FIPS 197, appendix C.1 */
    {{0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F},
     {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF},
     {0x69, 0xC4, 0xE0, 0xD8, 0x6A, 0x7B, 0x04, 0x30, 0xD8, 0xCD, 0xB7, 0x80, 0x70, 0xB4, 0xC5, 0x5A}},
};

/* A chip with key and cleartext of examples[n] in RAM, `at` bytes from its start, and ECBDATAPTR there. */
static struct chip *prepare(unsigned n, uint32_t at)
{
    struct chip *c = chip_new();

    memset(ram, 0xEE, sizeof ram);
    bus_add_memory(&c->bus, &(struct bus_memory){
                                .name = "RAM", .base = RAM, .size = RAM_SIZE, .data = ram, .guest_writable = true});
    memcpy(ram + at, examples[n].key, 16);
    memcpy(ram + at + 16, examples[n].cleartext, 16);
    chip_write(c, ECBDATAPTR, RAM + at);
    return c;
}

static bool written(uint32_t at)
{
    for (unsigned i = 0; i < 16; i++)
        if (ram[at + 32 + i] != 0xEE)
            return true;
    return false;
}

static void encrypts_in_7_2_us(void **state)
{
    for (unsigned n = 0; n < sizeof examples / sizeof *examples; n++) {
        struct chip *c = prepare(n, 100);

        assert_int_equal(chip_read(c, ECBDATAPTR), RAM + 100);
        chip_write(c, INTENSET, 1);
        chip_run_to(c, 1000);
        chip_write(c, STARTECB, 1);
        memset(ram + 100, 0, 32); /* they are loaded */
        chip_run_to(c, 1000 + ECB_TIME - 1);
        assert_int_equal(chip_read(c, ENDECB), 0);
        assert_false(written(100));
        chip_run_to(c, 1000 + ECB_TIME);
        assert_int_equal(chip_read(c, ENDECB), 1);
        assert_true(c->line[IRQN]);
        assert_memory_equal(ram + 100 + 32, examples[n].ciphertext, 16);
        assert_int_equal(ram[100 + 48], 0xEE);
        free(c);
    }
}

static void late_events_keep_their_time(void **state)
{
    struct chip *c = prepare(0, 0);

    chip_write(c, STARTECB, 1);
    chip_leap_to(c, VTIME_PER_MS);
    assert_int_equal(chip_read(c, ENDECB), 1);
    chip_write(c, STARTECB, 1); /* from now on, not from when the first was due */
    chip_run_to(c, VTIME_PER_MS + ECB_TIME - 1);
    assert_int_equal(chip_count(c, EV_EVENT, ENDECB), 1);
    chip_run_to(c, VTIME_PER_MS + ECB_TIME);
    assert_int_equal(chip_count(c, EV_EVENT, ENDECB), 2);
    free(c);
}

static void stop_aborts(void **state)
{
    struct chip *c = prepare(0, 0);

    chip_write(c, STOPECB, 1); /* nothing to stop */
    assert_int_equal(chip_read(c, ERRORECB), 0);
    chip_write(c, STARTECB, 1);
    chip_run_to(c, ECB_TIME - 1);
    chip_write(c, STOPECB, 1);
    assert_int_equal(chip_read(c, ERRORECB), 1);
    chip_run_to(c, VTIME_PER_MS);
    assert_int_equal(chip_read(c, ENDECB), 0);
    assert_false(written(0));
    free(c);
}

static void start_while_it_runs_is_ignored(void **state)
{
    struct chip *c = prepare(0, 0);

    chip_write(c, STARTECB, 1);
    chip_run_to(c, 1000);
    chip_write(c, STARTECB, 1);
    chip_run_to(c, VTIME_PER_MS);
    assert_int_equal(chip_count(c, EV_EVENT, ENDECB), 1);
    assert_int_equal(chip_time_of(c, EV_EVENT, ENDECB, 0), ECB_TIME);
    free(c);
}

/* Also a pointer whose ciphertext would be the first byte that is no longer RAM, and one that wraps around. */
static void bad_pointers_end_in_an_error(void **state)
{
    static const uint32_t bad[] = {0, 0x10000000, RAM + RAM_SIZE - 47, RAM - 1, 0xFFFFFFF0, BASE};

    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct chip *c = prepare(0, 0);

        chip_write(c, ECBDATAPTR, bad[i]);
        chip_write(c, STARTECB, 1);
        chip_run_to(c, VTIME_PER_MS);
        assert_int_equal(chip_read(c, ERRORECB), 1);
        assert_int_equal(chip_read(c, ENDECB), 0);
        assert_true(chip_said(c, "ECB.TASKS_STARTECB: ECBDATAPTR does not point to RAM"));
        free(c);
    }
}

static void the_last_bytes_of_ram_serve(void **state)
{
    struct chip *c = prepare(1, RAM_SIZE - 48);

    chip_write(c, STARTECB, 1);
    chip_run_to(c, ECB_TIME);
    assert_memory_equal(ram + RAM_SIZE - 16, examples[1].ciphertext, 16);
    free(c);
}

static void reset_ends_it(void **state)
{
    struct chip *c = prepare(0, 0);

    chip_write(c, STARTECB, 1);
    periph_engine_reset(&c->p.engine, RESETREAS_SREQ);
    chip_run_to(c, VTIME_PER_MS);
    assert_false(written(0));
    assert_int_equal(chip_read(c, ENDECB), 0);
    assert_int_equal(chip_read(c, ECBDATAPTR), 0);
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encrypts_in_7_2_us),
        cmocka_unit_test(late_events_keep_their_time),
        cmocka_unit_test(stop_aborts),
        cmocka_unit_test(start_while_it_runs_is_ignored),
        cmocka_unit_test(bad_pointers_end_in_an_error),
        cmocka_unit_test(the_last_bytes_of_ram_serve),
        cmocka_unit_test(reset_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
