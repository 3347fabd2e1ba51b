/* SPI0–2: TXD and RXD two deep, READY, byte times; PS 6.24. */
#include "periph_spi_test.h"

#define READY 0x108
#define RXD   0x518
#define TXD   0x51C

static struct board *spi_new(void) { return board_new(SPI2, 1); }

static void a_byte_goes_both_ways(void **state)
{
    struct board *b = spi_new();

    chip_write(b->c, SPI2 + INTENSET, 1u << 2);
    chip_write(b->c, SPI2 + TXD, 0x42);
    chip_run_to(b->c, BYTE_1M - 1);
    assert_int_equal(times(b, READY), 0);
    chip_run_to(b->c, 10 * BYTE_1M);
    assert_int_equal(when(b, READY, 0), BYTE_1M);
    assert_int_equal(times(b, READY), 1);
    assert_true(b->c->line[35]);
    assert_int_equal(b->device.got[0], 0x42);
    assert_int_equal(chip_read(b->c, SPI2 + RXD), 0xA0);
    assert_int_equal(chip_read(b->c, SPI2 + RXD), 0xA0);
    assert_int_equal(times(b, READY), 1);
    board_free(b);
}

/* As drivers do: two bytes in advance, then one for each READY. */
static void a_stream_has_no_gaps(void **state)
{
    struct board *b = spi_new();
    const char *text = "double buffered";
    unsigned n = (unsigned)strlen(text), sent = 0;

    chip_write(b->c, SPI2 + TXD, (uint8_t)text[sent++]);
    chip_write(b->c, SPI2 + TXD, (uint8_t)text[sent++]);
    for (unsigned i = 0; i < n; i++) {
        chip_run_to(b->c, (i + 1) * BYTE_1M);
        assert_int_equal(chip_read(b->c, SPI2 + READY), 1);
        chip_write(b->c, SPI2 + READY, 0);
        assert_int_equal(chip_read(b->c, SPI2 + RXD), 0xA0 + i);
        if (sent < n)
            chip_write(b->c, SPI2 + TXD, (uint8_t)text[sent++]);
    }
    assert_int_equal(b->device.n, n);
    assert_memory_equal(b->device.got, text, n);
    assert_int_equal(when(b, READY, n - 1), n * BYTE_1M);
    board_free(b);
}

static void two_bytes_wait_to_be_read(void **state)
{
    struct board *b = spi_new();

    for (unsigned i = 0; i < 3; i++) {
        chip_write(b->c, SPI2 + TXD, i);
        chip_run_to(b->c, (i + 1) * 2 * BYTE_1M);
    }
    assert_int_equal(times(b, READY), 1); /* RXD was never read */
    assert_int_equal(chip_read(b->c, SPI2 + RXD), 0xA0);
    assert_int_equal(times(b, READY), 2);
    assert_int_equal(chip_read(b->c, SPI2 + RXD), 0xA1);
    assert_int_equal(times(b, READY), 2); /* the third is lost */
    board_free(b);
}

static void a_debugger_disturbs_nothing(void **state)
{
    struct board *b = spi_new();
    uint32_t value;

    chip_write(b->c, SPI2 + TXD, 1);
    chip_write(b->c, SPI2 + TXD, 2);
    chip_run_to(b->c, 10 * BYTE_1M);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(bus_peek(&b->c->bus, SPI2 + RXD, &value, 4), 4);
        assert_int_equal(value, 0xA0);
    }
    assert_int_equal(times(b, READY), 1);
    board_free(b);
}

static void frequency_acts(void **state)
{
    struct board *b = spi_new();

    chip_write(b->c, SPI2 + FREQUENCY, 0x80000000);
    chip_write(b->c, SPI2 + TXD, 1);
    chip_run_to(b->c, BYTE_1M);
    assert_int_equal(when(b, READY, 0), VTIME_PER_US);
    board_free(b);
}

static void disabling_forgets_what_was_under_way(void **state)
{
    struct board *b = spi_new();

    chip_write(b->c, SPI2 + TXD, 1);
    chip_write(b->c, SPI2 + TXD, 2);
    chip_write(b->c, SPI2 + ENABLE, 0);
    chip_write(b->c, SPI2 + TXD, 3);
    chip_run_to(b->c, 10 * BYTE_1M);
    assert_int_equal(times(b, READY), 0);
    chip_write(b->c, SPI2 + ENABLE, 1);
    chip_write(b->c, SPI2 + TXD, 4);
    chip_run_to(b->c, 20 * BYTE_1M);
    assert_int_equal(b->device.n, 1);
    assert_int_equal(b->device.got[0], 4);
    board_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_byte_goes_both_ways),
        cmocka_unit_test(a_stream_has_no_gaps),
        cmocka_unit_test(two_bytes_wait_to_be_read),
        cmocka_unit_test(a_debugger_disturbs_nothing),
        cmocka_unit_test(frequency_acts),
        cmocka_unit_test(disabling_forgets_what_was_under_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
