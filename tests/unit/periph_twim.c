/* TWIM0–1: EasyDMA both ways, shorts, repeated START, SUSPEND, errors; PS 6.31. */
#include "periph_twi_test.h"

#define RXSTARTED  0x14C
#define TXSTARTED  0x150
#define LASTRX     0x15C
#define LASTTX     0x160
#define RXD_PTR    0x534
#define RXD_MAXCNT 0x538
#define RXD_AMOUNT 0x53C
#define RXD_LIST   0x540
#define TXD_PTR    0x544
#define TXD_MAXCNT 0x548
#define TXD_AMOUNT 0x54C
#define TXD_LIST   0x550

#define LASTTX_STARTRX (1u << 7)
#define LASTTX_SUSPEND (1u << 8)
#define LASTTX_STOP    (1u << 9)
#define LASTRX_STARTTX (1u << 10)
#define LASTRX_STOP    (1u << 12)

#define LONG_T (1000 * BIT)

static struct board *twim_new(void)
{
    struct board *b = board_new(TWIM0, 6);

    memcpy(b->ram, "abcdef", 6);
    return b;
}

static void set_buffers(struct board *b, uint32_t tx, uint32_t rx)
{
    set(b, TXD_PTR, RAM);
    set(b, TXD_MAXCNT, tx);
    set(b, RXD_PTR, RAM + 0x800);
    set(b, RXD_MAXCNT, rx);
}

static void a_write(void **state)
{
    struct board *b = twim_new();

    set_buffers(b, 3, 0);
    set(b, SHORTS, LASTTX_STOP);
    set(b, INTENSET, 1u << 1);
    trigger(b, STARTTX);
    assert_int_equal(when(b, TXSTARTED, 0), 0);
    run_to(b, LONG_T);
    assert_memory_equal(b->sensor.got, "abc\0", 4);
    assert_int_equal(b->sensor.at[0], START_T + BYTE_T);
    assert_int_equal(when(b, LASTTX, 0), START_T + 2 * BYTE_T); /* it begins */
    assert_int_equal(when(b, STOPPED, 0), START_T + 3 * BYTE_T + STOP_T);
    assert_int_equal(b->sensor.stopped_at, START_T + 3 * BYTE_T + STOP_T);
    assert_true(b->c->line[3]);
    assert_int_equal(get(b, TXD_AMOUNT), 3);
    assert_int_equal(times(b, ERROR), 0);
    board_free(b);
}

static void a_read(void **state)
{
    struct board *b = twim_new();

    set_buffers(b, 0, 3);
    set(b, SHORTS, LASTRX_STOP);
    trigger(b, STARTRX);
    run_to(b, LONG_T);
    assert_int_equal(when(b, RXSTARTED, 0), 0);
    assert_memory_equal(b->ram + 0x800, "\xB0\xB1\xB2\0", 4);
    assert_int_equal(when(b, LASTRX, 0), START_T + 2 * BYTE_T);
    assert_int_equal(when(b, STOPPED, 0), START_T + 3 * BYTE_T + STOP_T);
    assert_int_equal(get(b, RXD_AMOUNT), 3);
    assert_int_equal(b->sensor.given, 3);
    board_free(b);
}

static void a_single_byte_is_the_last(void **state)
{
    struct board *b = twim_new();

    set_buffers(b, 1, 1);
    set(b, SHORTS, LASTRX_STOP);
    trigger(b, STARTRX);
    run_to(b, LONG_T);
    assert_int_equal(when(b, LASTRX, 0), START_T);
    assert_int_equal(when(b, STOPPED, 0), START_T + BYTE_T + STOP_T);
    board_free(b);
}

static void a_register_is_read_with_a_repeated_start(void **state)
{
    struct board *b = twim_new();

    set_buffers(b, 1, 2);
    set(b, SHORTS, LASTTX_STARTRX | LASTRX_STOP);
    trigger(b, STARTTX);
    run_to(b, LONG_T);
    assert_int_equal(b->sensor.starts, 2);
    assert_int_equal(b->sensor.stops, 1);
    assert_int_equal(when(b, RXSTARTED, 0), START_T + BYTE_T);
    assert_int_equal(when(b, STOPPED, 0), 2 * START_T + 3 * BYTE_T + STOP_T);
    assert_int_equal(get(b, TXD_AMOUNT), 1);
    assert_int_equal(get(b, RXD_AMOUNT), 2);
    assert_memory_equal(b->ram + 0x800, "\xB0\xB1", 2);
    board_free(b);
}

static void a_write_follows_a_read(void **state)
{
    struct board *b = twim_new();

    set_buffers(b, 2, 1);
    set(b, SHORTS, LASTRX_STARTTX | LASTTX_STOP);
    trigger(b, STARTRX);
    run_to(b, LONG_T);
    assert_int_equal(when(b, STOPPED, 0), 2 * START_T + 3 * BYTE_T + STOP_T);
    assert_memory_equal(b->sensor.got, "ab", 2);
    board_free(b);
}

/* Two buffers in one go, as drivers send them: SUSPENDED, then STARTTX before RESUME. */
static void suspended_then_started_again(void **state)
{
    struct board *b = twim_new();

    set_buffers(b, 2, 0);
    set(b, SHORTS, LASTTX_SUSPEND);
    trigger(b, STARTTX);
    set(b, TXD_PTR, RAM + 2);
    run_to(b, 100 * BIT);
    assert_int_equal(when(b, SUSPENDED, 0), START_T + 2 * BYTE_T);
    assert_int_equal(times(b, STOPPED), 0);
    set(b, SHORTS, LASTTX_STOP);
    trigger(b, STARTTX);
    assert_int_equal(times(b, TXSTARTED), 1);
    trigger(b, RESUME);
    assert_int_equal(when(b, TXSTARTED, 1), 100 * BIT);
    run_to(b, LONG_T);
    assert_memory_equal(b->sensor.got, "abcd", 4);
    assert_int_equal(b->sensor.starts, 2);
    assert_int_equal(b->sensor.stops, 1);
    assert_int_equal(when(b, STOPPED, 0), 100 * BIT + START_T + 2 * BYTE_T + STOP_T);
    board_free(b);
}

/* The other order, as when a transfer without STOP is followed by a read. */
static void resumed_then_started_again(void **state)
{
    struct board *b = twim_new();

    set_buffers(b, 2, 1);
    set(b, SHORTS, LASTTX_SUSPEND);
    trigger(b, STARTTX);
    run_to(b, 100 * BIT);
    set(b, SHORTS, LASTRX_STOP);
    trigger(b, RESUME);
    assert_int_equal(b->sensor.starts, 1);
    trigger(b, STARTRX);
    run_to(b, LONG_T);
    assert_int_equal(b->sensor.starts, 2);
    assert_int_equal(when(b, STOPPED, 0), 100 * BIT + START_T + BYTE_T + STOP_T);
    board_free(b);
}

/* Software may also poll LASTTX and trigger STOP by hand, in time or late. */
static void stop_by_hand(void **state)
{
    struct board *b = twim_new();

    set_buffers(b, 2, 0);
    trigger(b, STARTTX);
    run_to(b, START_T + BYTE_T + 3 * BIT);
    trigger(b, STOP);
    run_to(b, 100 * BIT);
    assert_int_equal(when(b, STOPPED, 0), START_T + 2 * BYTE_T + STOP_T);
    trigger(b, STARTTX);
    run_to(b, 200 * BIT);
    assert_int_equal(times(b, STOPPED), 1); /* it holds the bus */
    trigger(b, STOP);
    run_to(b, 300 * BIT);
    assert_int_equal(when(b, STOPPED, 1), 200 * BIT + STOP_T);
    board_free(b);
}

static void stop_in_the_middle(void **state)
{
    struct board *b = twim_new();

    set_buffers(b, 6, 0);
    trigger(b, STARTTX);
    run_to(b, START_T + BYTE_T + 3 * BIT);
    trigger(b, STOP);
    run_to(b, LONG_T);
    assert_int_equal(when(b, STOPPED, 0), START_T + 2 * BYTE_T + STOP_T);
    assert_int_equal(get(b, TXD_AMOUNT), 2);
    board_free(b);
}

static void suspend_in_the_middle(void **state)
{
    struct board *b = twim_new();

    set_buffers(b, 0, 4);
    set(b, SHORTS, LASTRX_STOP);
    trigger(b, STARTRX);
    run_to(b, START_T + 3 * BIT);
    trigger(b, SUSPEND);
    run_to(b, 100 * BIT);
    assert_int_equal(when(b, SUSPENDED, 0), START_T + BYTE_T);
    assert_int_equal(b->sensor.given, 1);
    trigger(b, RESUME);
    run_to(b, LONG_T);
    assert_int_equal(when(b, STOPPED, 0), 100 * BIT + 3 * BYTE_T + STOP_T);
    assert_memory_equal(b->ram + 0x800, "\xB0\xB1\xB2\xB3", 4);
    board_free(b);
}

static void nobody_there(void **state)
{
    struct board *b = twim_new();

    set(b, ADDRESS, NOBODY);
    set_buffers(b, 2, 0);
    set(b, SHORTS, LASTTX_STOP);
    trigger(b, STARTTX);
    run_to(b, 100 * BIT);
    assert_int_equal(when(b, ERROR, 0), START_T);
    assert_int_equal(get(b, ERRORSRC), ANACK);
    assert_int_equal(times(b, LASTTX), 0);
    assert_int_equal(times(b, STOPPED), 0);
    trigger(b, RESUME); /* as drivers do */
    trigger(b, STOP);
    run_to(b, 200 * BIT);
    assert_int_equal(when(b, STOPPED, 0), 100 * BIT + STOP_T);
    assert_int_equal(get(b, TXD_AMOUNT), 0);
    set(b, ERRORSRC, ANACK);
    assert_int_equal(get(b, ERRORSRC), 0);
    set(b, ADDRESS, SENSOR);
    trigger(b, STARTTX);
    run_to(b, LONG_T);
    assert_int_equal(times(b, ERROR), 1);
    assert_memory_equal(b->sensor.got, "ab", 2);
    board_free(b);
}

static void a_byte_is_refused(void **state)
{
    struct board *b = twim_new();

    b->sensor.room = 1;
    set_buffers(b, 4, 0);
    trigger(b, STARTTX);
    run_to(b, 100 * BIT);
    assert_int_equal(when(b, ERROR, 0), START_T + 2 * BYTE_T);
    assert_int_equal(get(b, ERRORSRC), DNACK);
    assert_int_equal(get(b, TXD_AMOUNT), 2); /* with the one that was refused */
    trigger(b, STOP);
    run_to(b, LONG_T);
    assert_int_equal(times(b, STOPPED), 1);
    board_free(b);
}

/* The short has triggered STOP when the last byte began: it comes without being asked for again. */
static void the_last_byte_is_refused(void **state)
{
    struct board *b = twim_new();

    b->sensor.room = 1;
    set_buffers(b, 2, 2);
    set(b, SHORTS, LASTTX_STOP);
    trigger(b, STARTTX);
    run_to(b, 100 * BIT);
    assert_int_equal(when(b, ERROR, 0), START_T + 2 * BYTE_T);
    assert_int_equal(when(b, STOPPED, 0), START_T + 2 * BYTE_T + STOP_T);
    b->sensor.n = 0;
    set(b, SHORTS, LASTTX_STARTRX | LASTRX_STOP); /* but no START after an error */
    trigger(b, STARTTX);
    run_to(b, 200 * BIT);
    assert_int_equal(times(b, ERROR), 2);
    assert_int_equal(times(b, RXSTARTED), 0);
    assert_int_equal(times(b, STOPPED), 1);
    board_free(b);
}

static void an_address_alone(void **state)
{
    struct board *b = twim_new();

    set_buffers(b, 0, 0);
    trigger(b, STARTTX);
    trigger(b, STOP);
    run_to(b, 100 * BIT);
    assert_int_equal(when(b, STOPPED, 0), START_T + STOP_T);
    assert_int_equal(times(b, LASTTX), 0);
    assert_int_equal(times(b, ERROR), 0);
    set(b, ADDRESS, NOBODY);
    trigger(b, STARTTX);
    trigger(b, STOP);
    run_to(b, 200 * BIT);
    assert_int_equal(get(b, ERRORSRC), ANACK);
    assert_int_equal(times(b, STOPPED), 2);
    board_free(b);
}

static void every_rate(void **state)
{
    static const struct {
        uint32_t frequency;
        unsigned units_per_bit;
    } rates[] = {{0x01980000, 5120}, {0x04000000, 2048}, {0x06400000, 1280}, {0x06680000, 1280}};

    for (unsigned i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct board *b = twim_new();

        set(b, FREQUENCY, rates[i].frequency);
        set_buffers(b, 5, 0);
        set(b, SHORTS, LASTTX_STOP);
        trigger(b, STARTTX);
        run_to(b, LONG_T);
        assert_int_equal(when(b, STOPPED, 0), (10 + 5 * 9 + 1) * rates[i].units_per_bit);
        board_free(b);
    }
}

/* A driver starts with FREQUENCY 0 to learn of TXSTARTED, then resets the state machine by ENABLE. */
static void a_stopped_clock_and_a_new_start(void **state)
{
    struct board *b = twim_new();

    set_buffers(b, 2, 0);
    set(b, SHORTS, LASTTX_STOP);
    set(b, FREQUENCY, 0);
    trigger(b, STARTTX);
    run_to(b, LONG_T);
    assert_int_equal(times(b, TXSTARTED), 1);
    assert_int_equal(b->sensor.starts, 0);
    set(b, ENABLE, 0);
    set(b, ENABLE, 6);
    set(b, FREQUENCY, 0x06400000);
    trigger(b, STARTTX);
    run_to(b, 2 * LONG_T);
    assert_memory_equal(b->sensor.got, "ab", 2);
    assert_int_equal(times(b, STOPPED), 1);
    board_free(b);
}

static void the_list_walks_through_an_array(void **state)
{
    struct board *b = twim_new();

    set_buffers(b, 2, 2);
    set(b, TXD_LIST, 1);
    set(b, RXD_LIST, 1);
    set(b, SHORTS, LASTTX_STARTRX | LASTRX_STOP);
    for (unsigned i = 0; i < 3; i++) {
        trigger(b, STARTTX);
        run_to(b, (i + 1) * 100 * BIT);
    }
    assert_memory_equal(b->sensor.got, "abcdef", 6);
    assert_memory_equal(b->ram + 0x800, "\xB0\xB1\xB2\xB3\xB4\xB5\0", 7);
    board_free(b);
}

static void easydma_reaches_ram_only(void **state)
{
    struct board *b = twim_new();

    set_buffers(b, 2, 2);
    set(b, TXD_PTR, 0x1000);
    set(b, RXD_PTR, 0xFFFFFFFF);
    set(b, SHORTS, LASTTX_STARTRX | LASTRX_STOP);
    trigger(b, STARTTX);
    run_to(b, LONG_T);
    assert_int_equal(times(b, STOPPED), 1);
    assert_memory_equal(b->sensor.got, "\0\0", 2);
    assert_true(chip_said(b->c, "TWIM0.TXD.PTR"));
    assert_true(chip_said(b->c, "TWIM0.RXD.PTR"));
    board_free(b);
}

static void other_wires_reach_nobody(void **state)
{
    struct board *b = twim_new();

    set(b, PSEL_SCL, SDA);
    set(b, PSEL_SDA, SCL);
    set_buffers(b, 1, 0);
    trigger(b, STARTTX);
    run_to(b, LONG_T);
    assert_int_equal(get(b, ERRORSRC), ANACK);
    assert_int_equal(b->sensor.starts, 0);
    board_free(b);
}

static void idle_tasks_are_answered(void **state)
{
    struct board *b = twim_new();

    trigger(b, STOP);
    assert_int_equal(times(b, STOPPED), 1);
    trigger(b, SUSPEND);
    set_buffers(b, 1, 0);
    trigger(b, STARTTX); /* waits */
    run_to(b, 100 * BIT);
    assert_int_equal(times(b, TXSTARTED), 0);
    trigger(b, RESUME);
    assert_int_equal(when(b, TXSTARTED, 0), 100 * BIT);
    board_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write),
        cmocka_unit_test(a_read),
        cmocka_unit_test(a_single_byte_is_the_last),
        cmocka_unit_test(a_register_is_read_with_a_repeated_start),
        cmocka_unit_test(a_write_follows_a_read),
        cmocka_unit_test(suspended_then_started_again),
        cmocka_unit_test(resumed_then_started_again),
        cmocka_unit_test(stop_by_hand),
        cmocka_unit_test(stop_in_the_middle),
        cmocka_unit_test(suspend_in_the_middle),
        cmocka_unit_test(nobody_there),
        cmocka_unit_test(a_byte_is_refused),
        cmocka_unit_test(the_last_byte_is_refused),
        cmocka_unit_test(an_address_alone),
        cmocka_unit_test(every_rate),
        cmocka_unit_test(a_stopped_clock_and_a_new_start),
        cmocka_unit_test(the_list_walks_through_an_array),
        cmocka_unit_test(easydma_reaches_ram_only),
        cmocka_unit_test(other_wires_reach_nobody),
        cmocka_unit_test(idle_tasks_are_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
