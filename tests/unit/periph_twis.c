/* TWIS0–1: prepared in advance or late, stretching, both addresses, buffers that are too short; with TWIM0 as master;
 * PS 6.32. */
#include "periph_twi_test.h"

#define PREPARERX     0x030
#define PREPARETX     0x034
#define RXSTARTED     0x14C
#define TXSTARTED     0x150
#define WRITE         0x164
#define READ          0x168
#define TWIS_ERRORSRC 0x4D0
#define MATCH         0x4D4
#define RXD_PTR       0x534
#define RXD_MAXCNT    0x538
#define RXD_AMOUNT    0x53C
#define TXD_PTR       0x544
#define TXD_MAXCNT    0x548
#define TXD_AMOUNT    0x54C
#define CONFIG        0x594
#define ORC           0x5C0

#define READ_SUSPEND   (1u << 14)
#define LASTTX_STARTRX (1u << 7)
#define LASTTX_STOP    (1u << 9)
#define LASTRX_STOP    (1u << 12)
#define OVERFLOW       (1u << 0)
#define OVERREAD       (1u << 3)

#define SLAVE_RX (RAM + 0x200)
#define SLAVE_TX (RAM + 0x400)

enum { SLAVE_SCL = 5, SLAVE_SDA = 6, SLAVE = 0x51, OTHER = 0x52 };

static void master(struct board *b, uint32_t offset, uint32_t value) { chip_write(b->c, TWIM0 + offset, value); }

static vtime master_when(struct board *b, uint32_t event) { return chip_time_of(b->c, EV_EVENT, TWIM0 + event, 0); }

/* The master at the wires of the slave; both have buffers of four bytes. */
static struct board *twis_new(void)
{
    struct board *b = board_new(TWIM0, 6);

    b->base = TWIS1;
    set(b, PSEL_SCL, SLAVE_SCL);
    set(b, PSEL_SDA, SLAVE_SDA);
    pins_join(&b->c->pins, SCL, SLAVE_SCL);
    pins_join(&b->c->pins, SDA, SLAVE_SDA);
    set(b, ADDRESS, SLAVE);
    set(b, ORC, 0x0C);
    set(b, ENABLE, 9);
    set(b, RXD_PTR, SLAVE_RX);
    set(b, RXD_MAXCNT, 4);
    set(b, TXD_PTR, SLAVE_TX);
    set(b, TXD_MAXCNT, 4);
    memcpy(b->ram + 0x400, "slave", 5);
    memcpy(b->ram, "master", 6);
    master(b, ADDRESS, SLAVE);
    master(b, TXD_PTR, RAM);
    master(b, RXD_PTR, RAM + 0x800);
    master(b, SHORTS, LASTTX_STOP | LASTRX_STOP);
    return b;
}

static void master_writes(struct board *b, unsigned n)
{
    master(b, TXD_MAXCNT, n);
    master(b, STARTTX, 1);
}

static void master_reads(struct board *b, unsigned n)
{
    master(b, RXD_MAXCNT, n);
    master(b, STARTRX, 1);
}

static void a_write_prepared_in_advance(void **state)
{
    struct board *b = twis_new();

    set(b, INTENSET, 1u << 25);
    trigger(b, PREPARERX);
    assert_int_equal(times(b, RXSTARTED), 0);
    master_writes(b, 3);
    run_to(b, 100 * BIT);
    assert_int_equal(when(b, WRITE, 0), START_T);
    assert_true(b->c->line[4]);
    assert_int_equal(when(b, RXSTARTED, 0), START_T);
    assert_int_equal(when(b, STOPPED, 0), START_T + 3 * BYTE_T + STOP_T);
    assert_memory_equal(b->ram + 0x200, "mas\0", 4);
    assert_int_equal(get(b, RXD_AMOUNT), 3);
    assert_int_equal(get(b, MATCH), 0);
    board_free(b);
}

static void a_read_prepared_late_stretches_the_clock(void **state)
{
    struct board *b = twis_new();

    master_reads(b, 2);
    run_to(b, 50 * BIT);
    assert_int_equal(when(b, READ, 0), START_T);
    assert_int_equal(times(b, TXSTARTED), 0);
    trigger(b, PREPARETX);
    assert_int_equal(when(b, TXSTARTED, 0), 50 * BIT);
    run_to(b, 200 * BIT);
    assert_int_equal(master_when(b, STOPPED), 51 * BIT + 2 * BYTE_T + STOP_T);
    assert_memory_equal(b->ram + 0x800, "sl\0", 3);
    assert_int_equal(get(b, TXD_AMOUNT), 2);
    board_free(b);
}

static void suspended_by_the_short(void **state)
{
    struct board *b = twis_new();

    set(b, SHORTS, READ_SUSPEND);
    trigger(b, PREPARETX);
    master_reads(b, 1);
    run_to(b, 50 * BIT);
    assert_int_equal(times(b, TXSTARTED), 0);
    trigger(b, RESUME);
    run_to(b, 100 * BIT);
    assert_int_equal(times(b, TXSTARTED), 1);
    assert_int_equal(times(b, STOPPED), 1);
    assert_int_equal(b->ram[0x800], 's');
    board_free(b);
}

static void a_write_then_a_read_with_a_repeated_start(void **state)
{
    struct board *b = twis_new();

    trigger(b, PREPARERX);
    trigger(b, PREPARETX);
    master(b, SHORTS, LASTTX_STARTRX | LASTRX_STOP);
    master(b, RXD_MAXCNT, 2);
    master_writes(b, 2);
    run_to(b, 200 * BIT);
    assert_int_equal(times(b, WRITE), 1);
    assert_int_equal(times(b, READ), 1);
    assert_int_equal(times(b, STOPPED), 1);
    assert_int_equal(get(b, RXD_AMOUNT), 2);
    assert_int_equal(get(b, TXD_AMOUNT), 2);
    assert_memory_equal(b->ram + 0x800, "sl", 2);
    board_free(b);
}

static void longer_than_the_buffers(void **state)
{
    struct board *b = twis_new();

    trigger(b, PREPARERX);
    master_writes(b, 6);
    run_to(b, 100 * BIT);
    assert_int_equal(get(b, TWIS_ERRORSRC), OVERFLOW);
    assert_int_equal(chip_read(b->c, TWIM0 + ERRORSRC), DNACK);
    assert_memory_equal(b->ram + 0x200, "mast\0", 5);
    master(b, STOP, 1);
    run_to(b, 200 * BIT);
    set(b, TWIS_ERRORSRC, OVERFLOW);
    trigger(b, PREPARETX);
    master_reads(b, 6);
    run_to(b, 300 * BIT);
    assert_int_equal(get(b, TWIS_ERRORSRC), OVERREAD);
    assert_memory_equal(b->ram + 0x800, "slav\x0C\x0C", 6);
    board_free(b);
}

static void two_addresses(void **state)
{
    struct board *b = twis_new();

    set(b, ADDRESS + 4, OTHER);
    master(b, ADDRESS, OTHER);
    master_writes(b, 1);
    run_to(b, 100 * BIT);
    assert_int_equal(chip_read(b->c, TWIM0 + ERRORSRC), ANACK);
    master(b, STOP, 1);
    run_to(b, 200 * BIT);
    set(b, CONFIG, 3);
    trigger(b, PREPARERX);
    master_writes(b, 1);
    run_to(b, 300 * BIT);
    assert_int_equal(times(b, WRITE), 1);
    assert_int_equal(get(b, MATCH), 1);
    board_free(b);
}

static void disabled_it_hears_nothing(void **state)
{
    struct board *b = twis_new();

    trigger(b, PREPARERX);
    set(b, ENABLE, 0);
    master_writes(b, 1);
    run_to(b, 100 * BIT);
    assert_int_equal(chip_read(b->c, TWIM0 + ERRORSRC), ANACK);
    board_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_prepared_in_advance), cmocka_unit_test(a_read_prepared_late_stretches_the_clock),
        cmocka_unit_test(suspended_by_the_short),      cmocka_unit_test(a_write_then_a_read_with_a_repeated_start),
        cmocka_unit_test(longer_than_the_buffers),     cmocka_unit_test(two_addresses),
        cmocka_unit_test(disabled_it_hears_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
