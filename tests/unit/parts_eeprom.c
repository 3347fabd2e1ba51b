/* 24LC256: random and sequential reads, page writes, the write cycle. */
#include "parts_test.h"

enum { ADDRESS = 0x53 };

static struct bench *eeprom_new(void)
{
    struct part_wiring w = wiring(ADDRESS);

    return bench_new("24lc256", &w);
}

static bool write_at(struct bench *b, uint16_t at, const void *bytes, unsigned n)
{
    uint8_t all[2 + 200] = {(uint8_t)(at >> 8), (uint8_t)at};

    memcpy(all + 2, bytes, n);
    return i2c_write(b, ADDRESS, all, 2 + n);
}

static void read_at(struct bench *b, uint16_t at, uint8_t *bytes, unsigned n)
{
    assert_true(i2c_start(b, ADDRESS, false));
    i2c_put(b, (uint8_t)(at >> 8));
    i2c_put(b, (uint8_t)at);
    assert_true(i2c_read(b, ADDRESS, bytes, n));
}

/* Until the write cycle is over. */
static void rest(struct bench *b) { bench_run_to(b, b->sched.now + 5 * VTIME_PER_MS); }

static void what_is_written_can_be_read(void **state)
{
    struct bench *b = eeprom_new();
    uint8_t bytes[8];

    read_at(b, 0x1230, bytes, 8);
    assert_memory_equal(bytes, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8);
    assert_true(write_at(b, 0x1232, "hello", 5));
    rest(b);
    read_at(b, 0x1230, bytes, 8);
    assert_memory_equal(bytes, "\xFF\xFFhello\xFF", 8);
    free(b);
}

static void the_write_cycle_does_not_acknowledge(void **state)
{
    struct bench *b = eeprom_new();

    assert_true(write_at(b, 0, "x", 1));
    assert_false(i2c_start(b, ADDRESS, false));
    bench_run_to(b, 5 * VTIME_PER_MS - 1);
    assert_false(i2c_start(b, ADDRESS, true));
    bench_run_to(b, 5 * VTIME_PER_MS);
    assert_true(i2c_start(b, ADDRESS, false));
    free(b);
}

static void a_write_wraps_within_its_page(void **state)
{
    struct bench *b = eeprom_new();
    uint8_t bytes[66];

    assert_true(write_at(b, 0x7E, "abcd", 4)); /* the page is 0x40 to 0x7F */
    rest(b);
    read_at(b, 0x40, bytes, 66);
    assert_memory_equal(bytes, "cd\xFF", 3);
    assert_memory_equal(bytes + 62, "ab\xFF\xFF", 4);
    free(b);
}

static void more_than_a_page_overwrites_its_beginning(void **state)
{
    struct bench *b = eeprom_new();
    uint8_t bytes[70];

    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    assert_true(write_at(b, 0, bytes, 70));
    rest(b);
    read_at(b, 0, bytes, 65);
    assert_memory_equal(bytes, "\x40\x41\x42\x43\x44\x45\x06\x07", 8);
    assert_int_equal(bytes[63], 63);
    assert_int_equal(bytes[64], 0xFF);
    free(b);
}

static void reads_go_on_and_wrap_at_the_end(void **state)
{
    struct bench *b = eeprom_new();
    uint8_t bytes[4];
    size_t size;
    uint8_t *memory = part_memory(&b->part, &size);

    assert_int_equal(size, 32768);
    memcpy(memory, "start", 5);
    memcpy(memory + 0x7FFE, "!?", 2);
    read_at(b, 0xFFFE, bytes, 4); /* the highest bit does not matter */
    assert_memory_equal(bytes, "!?st", 4);
    assert_true(i2c_read(b, ADDRESS, bytes, 2)); /* from where it is */
    assert_memory_equal(bytes, "ar", 2);
    free(b);
}

/* Only STOP begins a write. */
static void a_write_that_is_not_confirmed_is_lost(void **state)
{
    struct bench *b = eeprom_new();
    uint8_t bytes[2];

    i2c_start(b, ADDRESS, false);
    i2c_put(b, 0);
    i2c_put(b, 0);
    i2c_put(b, 'x');
    read_at(b, 0, bytes, 2);
    assert_memory_equal(bytes, "\xFF\xFF", 2);
    assert_true(i2c_start(b, ADDRESS, false)); /* not busy */
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_can_be_read),     cmocka_unit_test(the_write_cycle_does_not_acknowledge),
        cmocka_unit_test(a_write_wraps_within_its_page),   cmocka_unit_test(more_than_a_page_overwrites_its_beginning),
        cmocka_unit_test(reads_go_on_and_wrap_at_the_end), cmocka_unit_test(a_write_that_is_not_confirmed_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
