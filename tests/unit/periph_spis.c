/* SPIS0–2: the semaphore, granted and ignored transactions, buffers that are too short; with SPIM0 as master; PS 6.26.
 */
#include "periph_spi_test.h"

#define ACQUIRE     0x024
#define RELEASE     0x028
#define SPIS_END    0x104
#define ACQUIRED    0x128
#define SEMSTAT     0x400
#define STATUS      0x440
#define DEF         0x55C
#define END_ACQUIRE (1u << 2)

#define SLAVE_TX (RAM + 0x200)
#define SLAVE_RX (RAM + 0x400)

enum { SLAVE_SCK = 10, SLAVE_MISO = 11, SLAVE_MOSI = 12, SLAVE_CSN = 13, FREE = 0, CPU = 1, SLAVE = 2, PENDING = 3 };

static void wire(struct board *b, uint32_t psel, unsigned slave, unsigned master)
{
    chip_write(b->c, SPIS2 + psel, slave);
    pins_join(&b->c->pins, slave, master);
}

/* The slave's pins are wired to the master's; no other device is selected. */
static struct board *spis_new(void)
{
    struct board *b = board_new(SPIM0, 7);

    pins_drive(&b->c->pins, CS, PIN_FROM_GPIO, PIN_HIGH);
    b->device.spi.cs = SERIAL_WIRE_OPEN;
    b->base = SPIS2;
    wire(b, 0x508, SLAVE_SCK, SCK);
    wire(b, 0x50C, SLAVE_MISO, MISO);
    wire(b, 0x510, SLAVE_MOSI, MOSI);
    wire(b, 0x514, SLAVE_CSN, CS);
    chip_write(b->c, SPIS2 + DEF, 0xDD);
    chip_write(b->c, SPIS2 + ORC, 0x0C);
    chip_write(b->c, SPIS2 + ENABLE, 2);
    chip_write(b->c, SPIS2 + TXD_PTR, SLAVE_TX);
    chip_write(b->c, SPIS2 + RXD_PTR, SLAVE_RX);
    memcpy(b->ram + 0x200, "slave", 5);
    memcpy(b->ram, "master", 6);
    chip_write(b->c, SPIM0 + TXD_PTR, RAM);
    chip_write(b->c, SPIM0 + RXD_PTR, RAM + 0x800);
    return b;
}

static void set_buffers(struct board *b, uint32_t tx, uint32_t rx)
{
    chip_write(b->c, SPIS2 + TXD_MAXCNT, tx);
    chip_write(b->c, SPIS2 + RXD_MAXCNT, rx);
}

static void chip_select(struct board *b, bool active)
{
    pins_drive(&b->c->pins, CS, PIN_FROM_GPIO, active ? PIN_LOW : PIN_HIGH);
}

/* The master's bytes, without chip select. */
static void clock_bytes(struct board *b, uint32_t n)
{
    chip_write(b->c, SPIM0 + TXD_MAXCNT, n);
    chip_write(b->c, SPIM0 + RXD_MAXCNT, n);
    chip_write(b->c, SPIM0 + START, 1);
    chip_run_to(b->c, b->c->sched.now + 20 * BYTE_1M);
}

static void transact(struct board *b, uint32_t n)
{
    chip_select(b, true);
    clock_bytes(b, n);
    chip_select(b, false);
}

static uint32_t semaphore(struct board *b) { return chip_read(b->c, SPIS2 + SEMSTAT); }

static void a_granted_transaction(void **state)
{
    struct board *b = spis_new();

    chip_write(b->c, SPIS2 + INTENSET, 1u << 1);
    set_buffers(b, 5, 5);
    chip_write(b->c, SPIS2 + RELEASE, 1);
    assert_int_equal(semaphore(b), FREE);
    chip_select(b, true);
    assert_int_equal(semaphore(b), SLAVE);
    clock_bytes(b, 5);
    assert_int_equal(when(b, ENDRX, 0), 5 * BYTE_1M);
    assert_int_equal(times(b, SPIS_END), 0);
    chip_select(b, false);
    assert_int_equal(when(b, SPIS_END, 0), 20 * BYTE_1M);
    assert_true(b->c->line[35]);
    assert_int_equal(semaphore(b), FREE);
    assert_memory_equal(b->ram + 0x400, "maste", 6);
    assert_memory_equal(b->ram + 0x800, "slave", 6);
    assert_int_equal(chip_read(b->c, SPIS2 + RXD_AMOUNT), 5);
    assert_int_equal(chip_read(b->c, SPIS2 + TXD_AMOUNT), 5);
    assert_int_equal(chip_read(b->c, SPIS2 + STATUS), 0);
    board_free(b);
}

static void the_cpu_has_the_semaphore_first(void **state)
{
    struct board *b = spis_new();

    set_buffers(b, 5, 5);
    assert_int_equal(semaphore(b), CPU);
    chip_select(b, true);
    clock_bytes(b, 2);
    chip_write(b->c, SPIS2 + RELEASE, 1); /* too late for this one */
    clock_bytes(b, 1);
    assert_int_equal(b->ram[0x800], 0xDD);
    chip_select(b, false);
    assert_int_equal(times(b, SPIS_END), 0);
    assert_int_equal(b->ram[0x400], 0);
    transact(b, 2);
    assert_int_equal(times(b, SPIS_END), 1);
    assert_memory_equal(b->ram + 0x400, "ma", 3);
    board_free(b);
}

static void longer_than_the_buffers(void **state)
{
    struct board *b = spis_new();

    set_buffers(b, 2, 3);
    chip_write(b->c, SPIS2 + RELEASE, 1);
    transact(b, 5);
    assert_memory_equal(b->ram + 0x800, "sl\x0C\x0C\x0C", 5);
    assert_memory_equal(b->ram + 0x400, "mas\0", 4);
    assert_int_equal(chip_read(b->c, SPIS2 + STATUS), 3);
    assert_int_equal(chip_read(b->c, SPIS2 + RXD_AMOUNT), 3);
    chip_write(b->c, SPIS2 + STATUS, 1);
    assert_int_equal(chip_read(b->c, SPIS2 + STATUS), 2);
    board_free(b);
}

static void acquire_waits_for_the_end_of_the_transaction(void **state)
{
    struct board *b = spis_new();

    set_buffers(b, 5, 5);
    chip_write(b->c, SPIS2 + ACQUIRE, 1);
    assert_int_equal(times(b, ACQUIRED), 1); /* it had it already */
    chip_write(b->c, SPIS2 + RELEASE, 1);
    chip_select(b, true);
    chip_write(b->c, SPIS2 + ACQUIRE, 1);
    assert_int_equal(semaphore(b), PENDING);
    assert_int_equal(times(b, ACQUIRED), 1);
    clock_bytes(b, 2);
    chip_select(b, false);
    assert_int_equal(times(b, SPIS_END), 1);
    assert_int_equal(times(b, ACQUIRED), 2);
    assert_int_equal(semaphore(b), CPU);
    board_free(b);
}

static void the_short_gives_the_semaphore_back(void **state)
{
    struct board *b = spis_new();

    set_buffers(b, 5, 5);
    chip_write(b->c, SPIS2 + SHORTS, END_ACQUIRE);
    chip_write(b->c, SPIS2 + RELEASE, 1);
    transact(b, 1);
    assert_int_equal(times(b, ACQUIRED), 1);
    assert_int_equal(semaphore(b), CPU);
    board_free(b);
}

/* Numbers of pins that the chip does not have are no wires. */
static void pins_that_do_not_exist(void **state)
{
    struct board *b = spis_new();

    set_buffers(b, 5, 5);
    for (uint32_t psel = 0x508; psel <= 0x510; psel += 4)
        chip_write(b->c, SPIS2 + psel, 48);
    chip_write(b->c, SPIM0 + PSEL_SCK, 48);
    chip_write(b->c, SPIS2 + RELEASE, 1);
    transact(b, 2);
    assert_int_equal(times(b, SPIS_END), 1); /* chip select is wired still */
    assert_int_equal(chip_read(b->c, SPIS2 + RXD_AMOUNT), 0);
    board_free(b);
}

static void disabled_it_hears_nothing(void **state)
{
    struct board *b = spis_new();

    set_buffers(b, 5, 5);
    chip_write(b->c, SPIS2 + RELEASE, 1);
    chip_write(b->c, SPIS2 + ENABLE, 0);
    transact(b, 2);
    assert_int_equal(times(b, SPIS_END), 0);
    assert_int_equal(b->ram[0x800], 0); /* the level of MISO */
    chip_write(b->c, SPIS2 + ENABLE, 2);
    assert_int_equal(semaphore(b), CPU);
    board_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_granted_transaction),
        cmocka_unit_test(the_cpu_has_the_semaphore_first),
        cmocka_unit_test(longer_than_the_buffers),
        cmocka_unit_test(acquire_waits_for_the_end_of_the_transaction),
        cmocka_unit_test(the_short_gives_the_semaphore_back),
        cmocka_unit_test(pins_that_do_not_exist),
        cmocka_unit_test(disabled_it_hears_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
