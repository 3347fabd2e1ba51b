/* The serial peripherals under a guest that writes anything anywhere: nothing crashes, nothing runs for ever, and after
 * a reset they work. */
#include "periph_spi_test.h"

enum { ROUNDS = 400, WRITES = 2000, MOST_FIRES = 1000000 };

struct noise {
    uint64_t state;
};

static uint32_t draw(struct noise *n, uint32_t below)
{
    n->state = n->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(n->state >> 33) % below;
}

static uint32_t any_value(struct noise *n)
{
    switch (draw(n, 6)) {
    case 0:
        return draw(n, 2);
    case 1:
        return draw(n, 64);
    case 2:
        return RAM + draw(n, RAM_SIZE + 16);
    case 3:
        return 1u << draw(n, 32);
    case 4:
        return 0x01980000u << draw(n, 6);
    default:
        return draw(n, 0x7FFFFFFF) << 1 | draw(n, 2);
    }
}

/* Registers more often than gaps, tasks more often than registers. */
static uint32_t any_offset(struct noise *n)
{
    static const uint16_t first[] = {0x000, 0x000, 0x100, 0x200, 0x300, 0x4C0, 0x500, 0x500, 0x530, 0x580};

    return first[draw(n, sizeof first / sizeof *first)] + 4 * draw(n, 24);
}

/* Time goes on for as long as some bytes take, or much longer. Short transfers that restart each other are many events,
 * but no endless loop. */
static void let_time_pass(struct board *b, struct noise *n)
{
    struct sched *s = &b->c->sched;
    vtime to = s->now + draw(n, draw(n, 8) ? 2000 : 2000000);
    unsigned fires = 0;

    for (; sched_next(s) <= to; fires++) {
        s->now = sched_next(s) > s->now ? sched_next(s) : s->now;
        sched_fire_due(s);
        assert_true(fires < MOST_FIRES);
    }
    s->now = to;
}

static void anything_goes(void **state)
{
    static const uint32_t base[] = {0x40003000, 0x40004000, 0x40023000, 0x4002F000};
    static const uint8_t enable[] = {0, 1, 2, 5, 6, 7, 9, 7};

    for (unsigned round = 0; round < ROUNDS; round++) {
        struct noise n = {.state = round};
        struct board *b = board_new(SPIM0, 7);

        for (unsigned i = 0; i < WRITES; i++) {
            uint32_t at = base[draw(&n, 4)], value = 0;

            if (!draw(&n, 20))
                chip_write(b->c, at + ENABLE, enable[draw(&n, sizeof enable)]);
            else if (!draw(&n, 4))
                bus_read(&b->c->bus, at + any_offset(&n), &value, 4);
            else
                chip_write(b->c, at + any_offset(&n), any_value(&n));
            if (!draw(&n, 3))
                let_time_pass(b, &n);
        }
        periph_engine_reset(&b->c->p.engine, 0);
        b->c->n_records = b->device.n = 0;
        board_pins(b, SPIM0);
        pins_drive(&b->c->pins, CS, PIN_FROM_GPIO, PIN_LOW);
        chip_write(b->c, SPIM0 + ENABLE, 7);
        chip_write(b->c, SPIM0 + TXD_PTR, RAM);
        chip_write(b->c, SPIM0 + TXD_MAXCNT, 3);
        chip_write(b->c, SPIM0 + START, 1);
        chip_run_to(b->c, b->c->sched.now + 10 * BYTE_1M);
        assert_int_equal(times(b, END), 1);
        assert_int_equal(b->device.n, 3);
        board_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(anything_goes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
