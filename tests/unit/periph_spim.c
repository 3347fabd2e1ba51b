/* SPIM0–3: EasyDMA both ways, the shorter buffer, stopping and suspending, chip select; PS 6.25. */
#include "periph_spi_test.h"

static void start(struct board *b, uint32_t base, uint32_t tx, uint32_t rx)
{
    chip_write(b->c, base + TXD_PTR, RAM);
    chip_write(b->c, base + TXD_MAXCNT, tx);
    chip_write(b->c, base + RXD_PTR, RAM + 0x800);
    chip_write(b->c, base + RXD_MAXCNT, rx);
    chip_write(b->c, base + START, 1);
}

static void bytes_go_both_ways(void **state)
{
    struct board *b = board_new(SPIM0, 7);

    memcpy(b->ram, "\x9F\x01\x02\x03", 4);
    chip_write(b->c, SPIM0 + INTENSET, 1u << 6);
    start(b, SPIM0, 4, 4);
    assert_int_equal(chip_read(b->c, SPIM0 + STARTED), 1);
    chip_run_to(b->c, 4 * BYTE_1M - 1);
    assert_int_equal(times(b, END), 0);
    assert_false(b->c->line[3]);
    chip_run_to(b->c, 100 * BYTE_1M);
    assert_int_equal(when(b, ENDTX, 0), 4 * BYTE_1M);
    assert_int_equal(when(b, ENDRX, 0), 4 * BYTE_1M);
    assert_int_equal(when(b, END, 0), 4 * BYTE_1M);
    assert_true(b->c->line[3]);
    assert_memory_equal(b->device.got, "\x9F\x01\x02\x03", 4);
    assert_int_equal(b->device.at[0], BYTE_1M); /* each with its own time */
    assert_int_equal(b->device.at[2], 3 * BYTE_1M);
    assert_memory_equal(b->ram + 0x800, "\xA0\xA1\xA2\xA3\0", 5);
    assert_int_equal(chip_read(b->c, SPIM0 + TXD_AMOUNT), 4);
    assert_int_equal(chip_read(b->c, SPIM0 + RXD_AMOUNT), 4);
    assert_int_equal(times(b, STOPPED), 0);
    board_free(b);
}

static void every_rate_is_exact(void **state)
{
    static const struct {
        uint32_t frequency;
        unsigned units_per_bit;
    } rates[] = {{0x02000000, 4096}, {0x04000000, 2048}, {0x08000000, 1024}, {0x10000000, 512}, {0x20000000, 256},
                 {0x40000000, 128},  {0x80000000, 64},   {0x0A000000, 32},   {0x14000000, 16}};

    for (unsigned i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct board *b = board_new(SPIM3, 7);

        chip_write(b->c, SPIM3 + FREQUENCY, rates[i].frequency);
        start(b, SPIM3, 1000, 0);
        chip_run_to(b->c, VTIME_PER_S);
        assert_int_equal(chip_time_of(b->c, EV_EVENT, SPIM3 + END, 0), 8000 * rates[i].units_per_bit);
        assert_true(b->c->line[47] == false);
        board_free(b);
    }
}

static void orc_fills_up_and_what_is_too_much_is_dropped(void **state)
{
    struct board *b = board_new(SPIM0, 7);

    memcpy(b->ram, "abcdef", 6);
    chip_write(b->c, SPIM0 + ORC, 0x5A);
    start(b, SPIM0, 2, 5);
    chip_run_to(b->c, 100 * BYTE_1M);
    assert_memory_equal(b->device.got, "ab\x5A\x5A\x5A", 5);
    assert_int_equal(when(b, ENDTX, 0), 2 * BYTE_1M);
    assert_int_equal(when(b, ENDRX, 0), 5 * BYTE_1M);
    assert_int_equal(when(b, END, 0), 5 * BYTE_1M);
    start(b, SPIM0, 6, 2);
    chip_run_to(b->c, 200 * BYTE_1M);
    assert_memory_equal(b->ram + 0x800, "\xA5\xA6\xA2", 3); /* the third is of the transfer before */
    assert_int_equal(when(b, ENDRX, 1), 102 * BYTE_1M);
    assert_int_equal(when(b, END, 1), 106 * BYTE_1M);
    assert_int_equal(chip_read(b->c, SPIM0 + TXD_AMOUNT), 6);
    assert_int_equal(chip_read(b->c, SPIM0 + RXD_AMOUNT), 2);
    board_free(b);
}

static void a_long_transfer_arrives_whole(void **state)
{
    struct board *b = board_new(SPIM1, 7);

    for (unsigned i = 0; i < 300; i++)
        b->ram[i] = (uint8_t)(i * 7);
    start(b, SPIM1, 300, 300);
    chip_run_to(b->c, VTIME_PER_S);
    assert_int_equal(b->device.n, 300);
    for (unsigned i = 0; i < 300; i++) {
        assert_int_equal(b->device.got[i], (uint8_t)(i * 7));
        assert_int_equal(b->device.at[i], (i + 1) * BYTE_1M);
        assert_int_equal(b->ram[0x800 + i], (uint8_t)(0xA0 + i));
    }
    board_free(b);
}

static void nothing_to_move_ends_at_once(void **state)
{
    struct board *b = board_new(SPIM0, 7);

    start(b, SPIM0, 0, 0);
    assert_int_equal(when(b, END, 0), 0);
    assert_int_equal(b->device.n, 0);
    board_free(b);
}

static void stop_lets_the_byte_finish(void **state)
{
    struct board *b = board_new(SPIM0, 7);

    start(b, SPIM0, 10, 20);
    chip_run_to(b->c, 2 * BYTE_1M + 5);
    chip_write(b->c, SPIM0 + STOP, 1);
    assert_int_equal(times(b, STOPPED), 0);
    chip_run_to(b->c, 100 * BYTE_1M);
    assert_int_equal(when(b, ENDTX, 0), 3 * BYTE_1M);
    assert_int_equal(when(b, ENDRX, 0), 3 * BYTE_1M);
    assert_int_equal(when(b, STOPPED, 0), 3 * BYTE_1M);
    assert_int_equal(times(b, END), 0);
    assert_int_equal(b->device.n, 3);
    assert_int_equal(chip_read(b->c, SPIM0 + TXD_AMOUNT), 3);
    assert_int_equal(chip_read(b->c, SPIM0 + RXD_AMOUNT), 3);
    chip_write(b->c, SPIM0 + STOP, 1); /* nothing to stop: the answer comes at once */
    assert_int_equal(times(b, STOPPED), 2);
    start(b, SPIM0, 1, 0);
    chip_run_to(b->c, 101 * BYTE_1M);
    assert_int_equal(times(b, END), 1);
    board_free(b);
}

static void stop_in_the_last_byte_ends_as_usual(void **state)
{
    struct board *b = board_new(SPIM0, 7);

    start(b, SPIM0, 2, 2);
    chip_run_to(b->c, BYTE_1M + 5);
    chip_write(b->c, SPIM0 + STOP, 1);
    chip_run_to(b->c, 100 * BYTE_1M);
    assert_int_equal(when(b, END, 0), 2 * BYTE_1M);
    assert_int_equal(when(b, STOPPED, 0), 2 * BYTE_1M);
    board_free(b);
}

static void suspend_pauses_between_bytes(void **state)
{
    struct board *b = board_new(SPIM0, 7);

    start(b, SPIM0, 6, 6);
    chip_run_to(b->c, 2 * BYTE_1M + 5);
    chip_write(b->c, SPIM0 + SUSPEND, 1);
    chip_run_to(b->c, 50 * BYTE_1M);
    assert_int_equal(b->device.n, 3);
    assert_int_equal(times(b, END), 0);
    chip_write(b->c, SPIM0 + RESUME, 1);
    chip_run_to(b->c, 100 * BYTE_1M);
    assert_int_equal(when(b, END, 0), 53 * BYTE_1M);
    assert_int_equal(b->device.n, 6);
    /* Resumed before the byte was over: no pause at all. */
    start(b, SPIM0, 6, 6);
    chip_run_to(b->c, 102 * BYTE_1M + 5);
    chip_write(b->c, SPIM0 + SUSPEND, 1);
    chip_write(b->c, SPIM0 + RESUME, 1);
    chip_run_to(b->c, 200 * BYTE_1M);
    assert_int_equal(when(b, END, 1), 106 * BYTE_1M);
    board_free(b);
}

static void a_suspended_transfer_can_be_stopped(void **state)
{
    struct board *b = board_new(SPIM0, 7);

    start(b, SPIM0, 6, 6);
    chip_write(b->c, SPIM0 + SUSPEND, 1);
    chip_run_to(b->c, 50 * BYTE_1M);
    chip_write(b->c, SPIM0 + STOP, 1);
    assert_int_equal(when(b, STOPPED, 0), 50 * BYTE_1M);
    assert_int_equal(b->device.n, 1);
    board_free(b);
}

static void suspended_while_idle_holds_start_back(void **state)
{
    struct board *b = board_new(SPIM0, 7);

    chip_write(b->c, SPIM0 + SUSPEND, 1);
    start(b, SPIM0, 1, 1);
    chip_run_to(b->c, 10 * BYTE_1M);
    assert_int_equal(times(b, STARTED), 0);
    chip_write(b->c, SPIM0 + RESUME, 1);
    chip_run_to(b->c, 20 * BYTE_1M);
    assert_int_equal(when(b, END, 0), 11 * BYTE_1M);
    board_free(b);
}

static void the_list_walks_through_an_array(void **state)
{
    struct board *b = board_new(SPIM0, 7);

    memcpy(b->ram, "abcdef", 6);
    chip_write(b->c, SPIM0 + TXD_LIST, 1);
    chip_write(b->c, SPIM0 + RXD_LIST, 1);
    start(b, SPIM0, 2, 2);
    chip_run_to(b->c, 10 * BYTE_1M);
    chip_write(b->c, SPIM0 + START, 1);
    chip_run_to(b->c, 20 * BYTE_1M);
    chip_write(b->c, SPIM0 + START, 1);
    chip_run_to(b->c, 30 * BYTE_1M);
    assert_memory_equal(b->device.got, "abcdef", 6);
    assert_memory_equal(b->ram + 0x800, "\xA0\xA1\xA2\xA3\xA4\xA5\0", 7);
    board_free(b);
}

/* Buffers are double: the next is set while the first goes out; the short leaves no gap. */
static void the_short_starts_the_next(void **state)
{
    struct board *b = board_new(SPIM0, 7);

    memcpy(b->ram, "ab", 2);
    memcpy(b->ram + 0x100, "cd", 2);
    chip_write(b->c, SPIM0 + SHORTS, 1u << 17);
    start(b, SPIM0, 2, 0);
    chip_write(b->c, SPIM0 + TXD_PTR, RAM + 0x100);
    chip_run_to(b->c, 3 * BYTE_1M);
    chip_write(b->c, SPIM0 + SHORTS, 0);
    chip_run_to(b->c, 100 * BYTE_1M);
    assert_memory_equal(b->device.got, "abcd", 4);
    assert_int_equal(when(b, END, 1), 4 * BYTE_1M);
    assert_int_equal(times(b, END), 2);
    board_free(b);
}

static void easydma_reaches_ram_only(void **state)
{
    struct board *b = board_new(SPIM0, 7);

    chip_write(b->c, SPIM0 + TXD_PTR, 0x1000);
    chip_write(b->c, SPIM0 + TXD_MAXCNT, 2);
    chip_write(b->c, SPIM0 + RXD_PTR, 0xFFFFFFFF);
    chip_write(b->c, SPIM0 + RXD_MAXCNT, 0xFFFF);
    chip_write(b->c, SPIM0 + START, 1);
    chip_run_to(b->c, VTIME_PER_S);
    assert_int_equal(when(b, END, 0), 0xFFFF * BYTE_1M);
    assert_memory_equal(b->device.got, "\0\0", 2);
    assert_true(chip_said(b->c, "SPIM0.TXD.PTR"));
    assert_true(chip_said(b->c, "SPIM0.RXD.PTR"));
    board_free(b);
}

static void nobody_selected_reads_the_level_of_miso(void **state)
{
    struct board *b = board_new(SPIM0, 7);

    pins_drive(&b->c->pins, CS, PIN_FROM_GPIO, PIN_HIGH);
    start(b, SPIM0, 1, 2);
    chip_run_to(b->c, 10 * BYTE_1M);
    assert_memory_equal(b->ram + 0x800, "\0\0", 2);
    pins_drive(&b->c->pins, MISO, PIN_FROM_OUTSIDE, PIN_HIGH);
    start(b, SPIM0, 1, 2);
    chip_run_to(b->c, 20 * BYTE_1M);
    assert_memory_equal(b->ram + 0x800, "\xFF\xFF", 2);
    assert_int_equal(b->device.n, 0);
    board_free(b);
}

static void a_wire_from_mosi_to_miso_loops_back(void **state)
{
    struct board *b = board_new(SPIM0, 7);

    pins_drive(&b->c->pins, CS, PIN_FROM_GPIO, PIN_HIGH);
    pins_join(&b->c->pins, MOSI, MISO);
    memcpy(b->ram, "loop", 4);
    chip_write(b->c, SPIM0 + CONFIG, 1); /* LSB first, both ways */
    start(b, SPIM0, 4, 4);
    chip_run_to(b->c, 10 * BYTE_1M);
    assert_memory_equal(b->ram + 0x800, "loop", 4);
    board_free(b);
}

static void bit_order_and_mode_reach_the_device(void **state)
{
    struct board *b = board_new(SPIM0, 7);

    b->device.spi.modes = SPI_MODE_3;
    b->ram[0] = 0x13;
    chip_write(b->c, SPIM0 + CONFIG, 7); /* CPOL, CPHA, LSB first */
    assert_true(pins_level(&b->c->pins, SCK));
    start(b, SPIM0, 1, 1);
    chip_run_to(b->c, 10 * BYTE_1M);
    assert_int_equal(b->device.got[0], 0xC8);
    assert_int_equal(b->ram[0x800], 0x05); /* 0xA0 */
    chip_write(b->c, SPIM0 + CONFIG, 0);
    assert_false(pins_level(&b->c->pins, SCK));
    start(b, SPIM0, 1, 1);
    chip_run_to(b->c, 20 * BYTE_1M);
    assert_int_equal(b->device.n, 1);
    board_free(b);
}

static void disabling_cuts_off(void **state)
{
    struct board *b = board_new(SPIM0, 7);

    start(b, SPIM0, 10, 10);
    chip_run_to(b->c, 2 * BYTE_1M + 3);
    chip_write(b->c, SPIM0 + ENABLE, 0);
    assert_int_equal(b->device.n, 2); /* what had gone out */
    chip_run_to(b->c, 100 * BYTE_1M);
    assert_int_equal(times(b, END), 0);
    assert_int_equal(b->device.n, 2);
    chip_write(b->c, SPIM0 + START, 1); /* not enabled */
    chip_run_to(b->c, 200 * BYTE_1M);
    assert_int_equal(times(b, STARTED), 1);
    chip_write(b->c, SPIM0 + ENABLE, 7);
    start(b, SPIM0, 1, 1);
    chip_run_to(b->c, 300 * BYTE_1M);
    assert_int_equal(when(b, END, 0), 201 * BYTE_1M);
    board_free(b);
}

static void spim3_drives_chip_select(void **state)
{
    struct board *b = board_new(SPIM3, 7);

    pins_drive(&b->c->pins, CS, PIN_FROM_GPIO, PIN_Z);
    chip_write(b->c, SPIM3 + PSEL_CSN, CS);
    assert_true(pins_level(&b->c->pins, CS));
    chip_write(b->c, SPIM3 + CSNDUR, 16);
    start(b, SPIM3, 2, 2);
    assert_false(pins_level(&b->c->pins, CS));
    chip_run_to(b->c, 100 * BYTE_1M);
    assert_int_equal(b->device.at[0], 16 * VTIME_PER_CYCLE + BYTE_1M);
    assert_int_equal(when(b, ENDTX, 0), 16 * VTIME_PER_CYCLE + 2 * BYTE_1M);
    assert_int_equal(when(b, END, 0), 32 * VTIME_PER_CYCLE + 2 * BYTE_1M);
    assert_true(pins_level(&b->c->pins, CS));
    assert_int_equal(b->device.selects, 2); /* once by hand */
    chip_write(b->c, SPIM3 + CSNPOL, 1);
    assert_false(pins_level(&b->c->pins, CS));
    chip_write(b->c, SPIM3 + ENABLE, 0);
    assert_false(pins_driven(&b->c->pins, CS));
    board_free(b);
}

static void spim3_tells_commands_from_data(void **state)
{
    struct board *b = board_new(SPIM3, 7);

    b->device.watched = DCX;
    chip_write(b->c, SPIM3 + PSELDCX, DCX);
    chip_write(b->c, SPIM3 + DCXCNT, 2);
    start(b, SPIM3, 5, 0);
    chip_run_to(b->c, 100 * BYTE_1M);
    assert_memory_equal(b->device.level, "\0\0\1\1\1", 5);
    chip_write(b->c, SPIM3 + DCXCNT, 0xF);
    start(b, SPIM3, 5, 0);
    chip_run_to(b->c, 200 * BYTE_1M);
    assert_memory_equal(b->device.level + 5, "\0\0\0\0\0", 5);
    board_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_go_both_ways),
        cmocka_unit_test(every_rate_is_exact),
        cmocka_unit_test(orc_fills_up_and_what_is_too_much_is_dropped),
        cmocka_unit_test(a_long_transfer_arrives_whole),
        cmocka_unit_test(nothing_to_move_ends_at_once),
        cmocka_unit_test(stop_lets_the_byte_finish),
        cmocka_unit_test(stop_in_the_last_byte_ends_as_usual),
        cmocka_unit_test(suspend_pauses_between_bytes),
        cmocka_unit_test(a_suspended_transfer_can_be_stopped),
        cmocka_unit_test(suspended_while_idle_holds_start_back),
        cmocka_unit_test(the_list_walks_through_an_array),
        cmocka_unit_test(the_short_starts_the_next),
        cmocka_unit_test(easydma_reaches_ram_only),
        cmocka_unit_test(nobody_selected_reads_the_level_of_miso),
        cmocka_unit_test(a_wire_from_mosi_to_miso_loops_back),
        cmocka_unit_test(bit_order_and_mode_reach_the_device),
        cmocka_unit_test(disabling_cuts_off),
        cmocka_unit_test(spim3_drives_chip_select),
        cmocka_unit_test(spim3_tells_commands_from_data),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
