/* The flash chip by itself: identification, reading, programming, erasing, protection, power-down, reset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "parts/nor_flash.h"

enum {
    WRSR = 0x01,
    PP = 0x02,
    READ = 0x03,
    WRDI = 0x04,
    RDSR = 0x05,
    WREN = 0x06,
    FAST_READ = 0x0B,
    RDCR = 0x15,
    SE = 0x20,
    PP4IO = 0x38,
    BE32K = 0x52,
    SFDP = 0x5A,
    RSTEN = 0x66,
    REMS = 0x90,
    RST = 0x99,
    RDID = 0x9F,
    RES = 0xAB,
    DP = 0xB9,
    CE = 0xC7,
    BE = 0xD8,
    READ4IO = 0xEB,

    WIP = 1,
    WEL = 2,
    QE = 0x40,
};

struct rig {
    struct nor_flash f;
    uint8_t *data;
    vtime now;
    int in[64]; /* what came back in the last frame */
    unsigned changes;
    uint32_t changed_from, changed_to;
    struct log log;
    unsigned messages;
};

static void on_changed(void *ctx, uint32_t offset, uint32_t size)
{
    struct rig *r = ctx;

    if (!r->changes || offset < r->changed_from)
        r->changed_from = offset;
    if (!r->changes || offset + size > r->changed_to)
        r->changed_to = offset + size;
    r->changes++;
}

static void on_message(void *ctx, enum log_level level, const char *line) { ((struct rig *)ctx)->messages++; }

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof *r);

    assert_non_null(r);
    r->data = malloc(NOR_FLASH_SIZE);
    assert_non_null(r->data);
    memset(r->data, 0xFF, NOR_FLASH_SIZE);
    log_init(&r->log, LOG_INFO, NULL);
    r->log.write = on_message;
    r->log.ctx = r;
    nor_flash_init(&r->f, nor_flash_chip("mx25r6435f"), r->data, &r->log);
    r->f.changed = on_changed;
    r->f.changed_ctx = r;
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    struct rig *r = *state;

    free(r->data);
    free(r);
    return 0;
}

static void frame(struct rig *r, const uint8_t *out, unsigned n)
{
    nor_flash_select(&r->f, true, r->now);
    for (unsigned i = 0; i < n; i++) {
        int in = nor_flash_exchange(&r->f, out[i], r->now);

        if (i < 64)
            r->in[i] = in;
    }
    nor_flash_select(&r->f, false, r->now);
}

#define FRAME(r, ...)                           \
    do {                                        \
        const uint8_t bytes_[] = {__VA_ARGS__}; \
        frame(r, bytes_, sizeof bytes_);        \
    } while (0)
#define ADDRESS(a) (uint8_t)((a) >> 16), (uint8_t)((a) >> 8), (uint8_t)(a)

static unsigned status(struct rig *r)
{
    FRAME(r, RDSR, 0);
    return (unsigned)r->in[1];
}

static void wait(struct rig *r)
{
    if (nor_flash_ready(&r->f) > r->now)
        r->now = nor_flash_ready(&r->f);
}

static void program(struct rig *r, uint32_t address, uint8_t byte)
{
    FRAME(r, WREN);
    FRAME(r, PP, ADDRESS(address), byte);
    wait(r);
}

static void erase(struct rig *r, uint8_t opcode, uint32_t address)
{
    FRAME(r, WREN);
    FRAME(r, opcode, ADDRESS(address));
}

static void identification(void **state)
{
    struct rig *r = *state;

    FRAME(r, RDID, 0, 0, 0);
    assert_int_equal(r->in[0], -1);
    assert_int_equal(r->in[1], 0xC2);
    assert_int_equal(r->in[2], 0x28);
    assert_int_equal(r->in[3], 0x17);
    FRAME(r, REMS, 0, 0, 0, 0, 0);
    assert_int_equal(r->in[4], 0xC2);
    assert_int_equal(r->in[5], 0x17);
    FRAME(r, RES, 0, 0, 0, 0);
    assert_int_equal(r->in[4], 0x17);
    FRAME(r, SFDP, 0, 0, 0, 0, 0, 0, 0, 0);
    assert_int_equal(r->in[5], 'S');
    assert_int_equal(r->in[8], 'P');
    FRAME(r, SFDP, 0, 0, 0x34, 0, 0, 0, 0, 0); /* density: 64 Mbit */
    assert_int_equal(r->in[5] | r->in[6] << 8 | r->in[7] << 16 | r->in[8] << 24, 0x03FFFFFF);
}

/* QE and the rest of protection in a second register, as most makers have it. */
static void chips_with_a_second_status_register(void **state)
{
    enum { RDSR2 = 0x35, WRSR2 = 0x31, PP4O = 0x32, SECOND_QE = 0x02, CMP = 0x40, BP0 = 0x04 };
    struct rig *r = *state;

    nor_flash_init(&r->f, nor_flash_chip("gd25q16c"), r->data, &r->log);
    FRAME(r, RDID, 0, 0, 0);
    assert_int_equal(r->in[1], 0xC8);
    assert_int_equal(r->in[3], 0x15);
    FRAME(r, SFDP, 0, 0, 0x34, 0, 0, 0, 0, 0); /* density: 16 Mbit */
    assert_int_equal(r->in[5] | r->in[6] << 8 | r->in[7] << 16 | r->in[8] << 24, 0x00FFFFFF);

    FRAME(r, WREN);
    FRAME(r, PP4O, ADDRESS(0x1FF000), 0x5A); /* not without QE */
    assert_int_equal(r->data[0x1FF000], 0xFF);
    FRAME(r, WREN);
    FRAME(r, WRSR, 0, SECOND_QE);
    wait(r);
    FRAME(r, RDSR2, 0);
    assert_int_equal(r->in[1], SECOND_QE);
    FRAME(r, WREN);
    FRAME(r, PP4O, ADDRESS(0x1FF000), 0x5A);
    wait(r);
    assert_int_equal(r->data[0x1FF000], 0x5A);

    FRAME(r, WREN);
    FRAME(r, WRSR, BP0); /* the uppermost 64 KiB; the second register stays */
    wait(r);
    erase(r, SE, 0x1FF000);
    assert_int_equal(r->data[0x1FF000], 0x5A);
    FRAME(r, WREN);
    FRAME(r, WRSR2, SECOND_QE | CMP); /* all but those */
    wait(r);
    erase(r, SE, 0x1FF000);
    assert_int_equal(r->data[0x1FF000], 0xFF);
    wait(r);
    program(r, 0x1000, 0);
    assert_int_equal(r->data[0x1000], 0xFF);
    assert_int_equal(r->messages, 0);
}

static void the_second_register_is_not_macronix(void **state)
{
    struct rig *r = *state;

    FRAME(r, 0x35, 0);
    assert_int_equal(r->in[1], -1);
    assert_int_equal(r->messages, 1);
    assert_null(nor_flash_chip("at45"));
}

static void reading(void **state)
{
    struct rig *r = *state;

    r->data[0x7FFFFF] = 0x12;
    r->data[0] = 0x34;
    FRAME(r, READ, ADDRESS(0x7FFFFF), 0, 0);
    assert_int_equal(r->in[4], 0x12);
    assert_int_equal(r->in[5], 0x34); /* wraps */
    FRAME(r, FAST_READ, ADDRESS(0xFFFFFF), 0, 0);
    assert_int_equal(r->in[4], -1);
    assert_int_equal(r->in[5], 0x12);
}

static void programming_clears_bits_and_takes_its_time(void **state)
{
    struct rig *r = *state;

    r->now = 1000;
    FRAME(r, WREN);
    assert_int_equal(status(r), WEL);
    FRAME(r, PP, ADDRESS(0x123456), 0xF0, 0x55);
    assert_int_equal(status(r), WIP | WEL);
    assert_int_equal(nor_flash_ready(&r->f), 1000 + 896 * VTIME_PER_US);
    FRAME(r, READ, ADDRESS(0x123456), 0);
    assert_int_equal(r->in[4], -1); /* busy */
    r->now = nor_flash_ready(&r->f) - 1;
    assert_int_equal(status(r), WIP | WEL);
    r->now++;
    assert_int_equal(status(r), 0);
    FRAME(r, READ, ADDRESS(0x123455), 0, 0, 0, 0);
    assert_int_equal(r->in[4], 0xFF);
    assert_int_equal(r->in[5], 0xF0);
    assert_int_equal(r->in[6], 0x55);
    assert_int_equal(r->in[7], 0xFF);
    program(r, 0x123456, 0x3C);
    assert_int_equal(r->data[0x123456], 0x30);
    assert_int_equal(r->changes, 2);
    assert_int_equal(r->changed_from, 0x123400);
    assert_int_equal(r->changed_to, 0x123500);
}

static void programming_wraps_in_its_page(void **state)
{
    struct rig *r = *state;

    FRAME(r, WREN);
    FRAME(r, PP, ADDRESS(0x2FE), 1, 2, 3, 4);
    assert_int_equal(r->data[0x2FE], 1);
    assert_int_equal(r->data[0x2FF], 2);
    assert_int_equal(r->data[0x200], 3);
    assert_int_equal(r->data[0x201], 4);
    assert_int_equal(r->data[0x300], 0xFF);
}

static void nothing_without_write_enable(void **state)
{
    struct rig *r = *state;

    FRAME(r, PP, ADDRESS(0), 0);
    FRAME(r, WREN, 0); /* too long */
    FRAME(r, PP, ADDRESS(0), 0);
    FRAME(r, WREN);
    FRAME(r, WRDI);
    FRAME(r, PP, ADDRESS(0), 0);
    assert_int_equal(r->data[0], 0xFF);
    FRAME(r, WREN);
    FRAME(r, PP, 0, 0, 0); /* no data */
    FRAME(r, SE, 0, 0);    /* half an address */
    assert_int_equal(r->changes, 0);
    assert_int_equal(status(r), WEL);
    program(r, 0, 0);
    assert_int_equal(r->data[0], 0);
    FRAME(r, PP, ADDRESS(1), 0); /* WEL is gone */
    assert_int_equal(r->data[1], 0xFF);
}

static void erasing(void **state)
{
    static const struct {
        uint8_t opcode;
        uint32_t address, from, to;
        unsigned ms;
    } cases[] = {
        {SE, 0x12345, 0x12000, 0x13000, 48},
        {BE32K, 0x19000, 0x18000, 0x20000, 240},
        {BE, 0x3FFFFF, 0x3F0000, 0x400000, 480},
    };
    struct rig *r = *state;

    for (unsigned i = 0; i < 3; i++) {
        uint32_t from = cases[i].from, to = cases[i].to;

        program(r, from, 0);
        program(r, to - 1, 0);
        program(r, from - 1, 0);
        program(r, to, 0);
        assert_true(nor_flash_sector_used(&r->f, from / NOR_FLASH_SECTOR));
        erase(r, cases[i].opcode, cases[i].address);
        assert_int_equal(nor_flash_ready(&r->f) - r->now, cases[i].ms * VTIME_PER_MS);
        wait(r);
        assert_int_equal(r->data[from], 0xFF);
        assert_int_equal(r->data[to - 1], 0xFF);
        assert_int_equal(r->data[from - 1], 0);
        assert_int_equal(r->data[to], 0);
        assert_false(nor_flash_sector_used(&r->f, from / NOR_FLASH_SECTOR));
    }
    FRAME(r, WREN);
    FRAME(r, CE);
    assert_int_equal(nor_flash_ready(&r->f) - r->now, 52 * VTIME_PER_S);
    for (unsigned s = 0; s < NOR_FLASH_SECTORS; s++)
        assert_false(nor_flash_sector_used(&r->f, s));
    for (uint32_t i = 0; i < NOR_FLASH_SIZE; i++)
        if (r->data[i] != 0xFF)
            fail_msg("0x%06X is not erased", i);
}

static void registers(void **state)
{
    struct rig *r = *state;

    FRAME(r, WREN);
    FRAME(r, WRSR, QE);
    assert_int_equal(status(r), QE | WIP | WEL);
    wait(r);
    assert_int_equal(status(r), QE);
    FRAME(r, WREN);
    FRAME(r, WRSR, 0xFF, 0xFF, 0xFF);
    wait(r);
    assert_int_equal(status(r), 0xFC);
    FRAME(r, RDCR, 0, 0);
    assert_int_equal(r->in[1], 0x48);
    assert_int_equal(r->in[2], 0x02);
    FRAME(r, WREN);
    FRAME(r, WRSR, 0);
    wait(r);
    assert_int_equal(status(r), 0);
    FRAME(r, RDCR, 0); /* not sent: kept */
    assert_int_equal(r->in[1], 0x48);
}

static void four_lines_need_quad_enable(void **state)
{
    struct rig *r = *state;

    r->data[0] = 0x12;
    FRAME(r, READ4IO, ADDRESS(0), 0, 0, 0, 0);
    assert_int_equal(r->in[7], -1);
    FRAME(r, WREN);
    FRAME(r, PP4IO, ADDRESS(1), 0);
    assert_int_equal(r->data[1], 0xFF);
    FRAME(r, WRSR, QE);
    wait(r);
    FRAME(r, READ4IO, ADDRESS(0), 0, 0, 0, 0);
    assert_int_equal(r->in[6], -1);
    assert_int_equal(r->in[7], 0x12);
    FRAME(r, WREN);
    FRAME(r, PP4IO, ADDRESS(1), 0);
    assert_int_equal(r->data[1], 0);
}

static void protection(void **state)
{
    enum { BP_2_BLOCKS = 2 << 2, TB = 1 << 3 };
    struct rig *r = *state;

    FRAME(r, WREN);
    FRAME(r, WRSR, BP_2_BLOCKS);
    wait(r);
    program(r, 0x7E0000, 0);
    program(r, 0x7DFFFF, 0);
    assert_int_equal(r->data[0x7E0000], 0xFF);
    assert_int_equal(r->data[0x7DFFFF], 0);
    FRAME(r, WREN);
    FRAME(r, CE);
    assert_false(status(r) & WIP);
    FRAME(r, WREN);
    FRAME(r, WRSR, BP_2_BLOCKS, TB);
    wait(r);
    program(r, 0x01FFFF, 0);
    program(r, 0x020000, 0);
    program(r, 0x7FFFFF, 0);
    assert_int_equal(r->data[0x01FFFF], 0xFF);
    assert_int_equal(r->data[0x020000], 0);
    assert_int_equal(r->data[0x7FFFFF], 0);
}

static void deep_power_down(void **state)
{
    struct rig *r = *state;

    FRAME(r, DP);
    FRAME(r, RDID, 0, 0, 0); /* only wakes it */
    assert_int_equal(r->in[1], -1);
    assert_int_equal(nor_flash_ready(&r->f) - r->now, 35 * VTIME_PER_US);
    FRAME(r, RDID, 0, 0, 0);
    assert_int_equal(r->in[1], -1);
    wait(r);
    FRAME(r, RDID, 0, 0, 0);
    assert_int_equal(r->in[1], 0xC2);
}

static void software_reset(void **state)
{
    struct rig *r = *state;

    erase(r, BE, 0);
    FRAME(r, RST); /* not enabled */
    assert_true(nor_flash_ready(&r->f) - r->now > VTIME_PER_MS);
    FRAME(r, RSTEN);
    FRAME(r, RDSR, 0); /* in between: no more enabled */
    FRAME(r, RST);
    assert_true(nor_flash_ready(&r->f) - r->now > VTIME_PER_MS);
    FRAME(r, RSTEN);
    FRAME(r, RST);
    assert_int_equal(nor_flash_ready(&r->f) - r->now, 35 * VTIME_PER_US);
    wait(r);
    assert_int_equal(status(r), 0);
}

static void unknown_instructions_are_said_once(void **state)
{
    struct rig *r = *state;

    FRAME(r, 0x32, 0, 0, 0, 0);
    FRAME(r, 0x32, 0, 0, 0, 0);
    assert_int_equal(r->in[4], -1);
    assert_int_equal(r->messages, 1);
    nor_flash_select(&r->f, true, r->now);
    nor_flash_select(&r->f, false, r->now); /* nothing at all */
    assert_int_equal(r->messages, 1);
}

static void touching_marks_sectors(void **state)
{
    struct rig *r = *state;

    nor_flash_touch(&r->f, 0xFFF, 2);
    nor_flash_touch(&r->f, NOR_FLASH_SIZE - 1, 1);
    nor_flash_touch(&r->f, NOR_FLASH_SIZE - 1, 2); /* outside */
    nor_flash_touch(&r->f, 0x5000, 0);
    assert_true(nor_flash_sector_used(&r->f, 0));
    assert_true(nor_flash_sector_used(&r->f, 1));
    assert_false(nor_flash_sector_used(&r->f, 2));
    assert_false(nor_flash_sector_used(&r->f, 5));
    assert_true(nor_flash_sector_used(&r->f, NOR_FLASH_SECTORS - 1));
}

static void the_view_turns(void **state)
{
    struct rig *r = *state;

    program(r, 0x000000, 0x10);
    program(r, 0x123456, 0x20);
    program(r, 0x7FF001, 0x30);
    nor_flash_show(&r->f, 0x123000);
    assert_int_equal(r->data[0x456], 0x20);
    assert_int_equal(r->data[0x800000 - 0x123000], 0x10);
    assert_int_equal(r->data[0x7FF001 - 0x123000], 0x30);
    assert_true(nor_flash_sector_used(&r->f, 0));
    assert_false(nor_flash_sector_used(&r->f, 0x123));
    FRAME(r, READ, ADDRESS(0x123456), 0); /* the chip itself knows nothing of it */
    assert_int_equal(r->in[4], 0x20);
    program(r, 0x124000, 0x40);
    assert_int_equal(r->data[0x1000], 0x40);
    erase(r, BE, 0x120000);
    wait(r);
    assert_int_equal(r->data[0x456], 0xFF);
    assert_int_equal(r->data[0x1000], 0xFF);
    nor_flash_show(&r->f, 0x800000); /* all the way round */
    assert_int_equal(r->data[0], 0x10);
    assert_int_equal(r->data[0x123456], 0xFF);
    assert_int_equal(r->data[0x7FF001], 0x30);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(identification),
        TEST(chips_with_a_second_status_register),
        TEST(the_second_register_is_not_macronix),
        TEST(reading),
        TEST(programming_clears_bits_and_takes_its_time),
        TEST(programming_wraps_in_its_page),
        TEST(nothing_without_write_enable),
        TEST(erasing),
        TEST(registers),
        TEST(four_lines_need_quad_enable),
        TEST(protection),
        TEST(deep_power_down),
        TEST(software_reset),
        TEST(unknown_instructions_are_said_once),
        TEST(touching_marks_sectors),
        TEST(the_view_turns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
