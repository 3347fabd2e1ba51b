/* TWI0–1: byte by byte, BB and its shorts, SUSPEND, errors; PS 6.29. */
#include "periph_twi_test.h"

#define RXDREADY 0x108
#define TXDSENT  0x11C
#define BB       0x138
#define RXD      0x518
#define TXD      0x51C

#define BB_SUSPEND (1u << 0)
#define BB_STOP    (1u << 1)
#define OVERRUN    (1u << 0)

static struct board *twi_new(void) { return board_new(TWI0, 5); }

static void a_write(void **state)
{
    struct board *b = twi_new();

    set(b, INTENSET, 1u << 7);
    trigger(b, STARTTX);
    set(b, TXD, 'a');
    run_to(b, 100 * BIT);
    assert_int_equal(when(b, TXDSENT, 0), START_T + BYTE_T);
    assert_true(b->c->line[3]);
    set(b, TXD, 'b'); /* the bus was held meanwhile */
    run_to(b, 200 * BIT);
    assert_int_equal(when(b, TXDSENT, 1), 100 * BIT + BYTE_T);
    trigger(b, STOP);
    run_to(b, 300 * BIT);
    assert_int_equal(when(b, STOPPED, 0), 200 * BIT + STOP_T);
    assert_memory_equal(b->sensor.got, "ab\0", 3);
    assert_int_equal(b->sensor.stops, 1);
    board_free(b);
}

/* Old drivers write TXD before STARTTX. */
static void txd_may_come_first(void **state)
{
    struct board *b = twi_new();

    set(b, TXD, 'x');
    run_to(b, 10 * BIT);
    trigger(b, STARTTX);
    run_to(b, 100 * BIT);
    assert_int_equal(when(b, TXDSENT, 0), 10 * BIT + START_T + BYTE_T);
    board_free(b);
}

/* The way of drivers: BB_SUSPEND, and BB_STOP before the last byte; one RESUME for each. */
static void a_read_byte_by_byte(void **state)
{
    struct board *b = twi_new();

    set(b, SHORTS, BB_SUSPEND);
    trigger(b, STARTRX);
    for (unsigned i = 0; i < 3; i++) {
        run_to(b, (i + 1) * 100 * BIT);
        assert_int_equal(times(b, RXDREADY), i + 1);
        assert_int_equal(b->sensor.given, i + 1); /* suspended before it is acknowledged */
        assert_int_equal(get(b, RXD), 0xB0 + i);
        if (i == 1)
            set(b, SHORTS, BB_STOP);
        trigger(b, RESUME);
    }
    assert_int_equal(when(b, RXDREADY, 0), START_T + 8 * BIT);
    assert_int_equal(when(b, RXDREADY, 1), 100 * BIT + BYTE_T); /* the acknowledge bit, eight bits */
    assert_int_equal(when(b, STOPPED, 0), 200 * BIT + 2 * BIT + 8 * BIT + STOP_T);
    assert_int_equal(times(b, SUSPENDED), 2);
    assert_int_equal(b->sensor.stops, 1);
    board_free(b);
}

static void a_single_byte_with_bb_stop(void **state)
{
    struct board *b = twi_new();

    set(b, SHORTS, BB_STOP);
    trigger(b, STARTRX);
    run_to(b, 100 * BIT);
    assert_int_equal(when(b, RXDREADY, 0), START_T + 8 * BIT);
    assert_int_equal(when(b, STOPPED, 0), START_T + 9 * BIT + STOP_T);
    assert_int_equal(get(b, RXD), 0xB0);
    assert_int_equal(b->sensor.given, 1);
    board_free(b);
}

static void a_register_is_read_with_a_repeated_start(void **state)
{
    struct board *b = twi_new();

    trigger(b, STARTTX);
    set(b, TXD, 7);
    run_to(b, 100 * BIT);
    trigger(b, SUSPEND);
    assert_int_equal(times(b, SUSPENDED), 1);
    set(b, SHORTS, BB_STOP);
    trigger(b, RESUME);
    trigger(b, STARTRX);
    run_to(b, 200 * BIT);
    assert_int_equal(b->sensor.starts, 2);
    assert_int_equal(b->sensor.stops, 1);
    assert_int_equal(when(b, RXDREADY, 0), 100 * BIT + START_T + 8 * BIT);
    board_free(b);
}

static void a_suspended_write_goes_on(void **state)
{
    struct board *b = twi_new();

    trigger(b, STARTTX);
    set(b, TXD, 'a');
    run_to(b, 100 * BIT);
    trigger(b, SUSPEND);
    set(b, TXD, 'b');
    run_to(b, 200 * BIT);
    assert_int_equal(times(b, TXDSENT), 1);
    trigger(b, RESUME);
    run_to(b, 300 * BIT);
    assert_int_equal(when(b, TXDSENT, 1), 200 * BIT + BYTE_T);
    assert_int_equal(b->sensor.starts, 1);
    board_free(b);
}

static void unread_bytes_are_overrun(void **state)
{
    struct board *b = twi_new();

    trigger(b, STARTRX);
    run_to(b, START_T + 8 * BIT);
    assert_int_equal(times(b, ERROR), 0);
    run_to(b, START_T + 17 * BIT);
    assert_int_equal(times(b, ERROR), 1);
    assert_int_equal(get(b, ERRORSRC), OVERRUN);
    assert_int_equal(get(b, RXD), 0xB1);
    trigger(b, STOP);
    run_to(b, 100 * BIT);
    assert_int_equal(times(b, STOPPED), 1);
    board_free(b);
}

static void nobody_there(void **state)
{
    struct board *b = twi_new();

    set(b, ADDRESS, NOBODY);
    trigger(b, STARTTX);
    set(b, TXD, 'a');
    run_to(b, 100 * BIT);
    assert_int_equal(when(b, ERROR, 0), START_T);
    assert_int_equal(get(b, ERRORSRC), ANACK);
    assert_int_equal(times(b, TXDSENT), 0);
    trigger(b, STOP);
    run_to(b, 200 * BIT);
    assert_int_equal(times(b, STOPPED), 1);
    set(b, ADDRESS, SENSOR);
    trigger(b, STARTTX);
    run_to(b, 300 * BIT);
    assert_int_equal(b->sensor.n, 0); /* the byte of before is forgotten */
    board_free(b);
}

static void a_byte_is_refused(void **state)
{
    struct board *b = twi_new();

    b->sensor.room = 0;
    trigger(b, STARTTX);
    set(b, TXD, 'a');
    run_to(b, 100 * BIT);
    assert_int_equal(when(b, ERROR, 0), START_T + BYTE_T);
    assert_int_equal(get(b, ERRORSRC), DNACK);
    board_free(b);
}

static void disabling_forgets_the_transaction(void **state)
{
    struct board *b = twi_new();

    trigger(b, STARTTX);
    set(b, TXD, 'a');
    set(b, ENABLE, 0);
    run_to(b, 100 * BIT);
    assert_int_equal(b->sensor.starts, 0);
    set(b, ENABLE, 5);
    trigger(b, STARTTX);
    run_to(b, 200 * BIT);
    assert_int_equal(b->sensor.starts, 1);
    assert_int_equal(b->sensor.n, 0);
    board_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write),
        cmocka_unit_test(txd_may_come_first),
        cmocka_unit_test(a_read_byte_by_byte),
        cmocka_unit_test(a_single_byte_with_bb_stop),
        cmocka_unit_test(a_register_is_read_with_a_repeated_start),
        cmocka_unit_test(a_suspended_write_goes_on),
        cmocka_unit_test(unread_bytes_are_overrun),
        cmocka_unit_test(nobody_there),
        cmocka_unit_test(a_byte_is_refused),
        cmocka_unit_test(disabling_forgets_the_transaction),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
