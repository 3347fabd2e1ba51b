#include "host/rtt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum {
    RAM = 0x20000000,
    RAM_SIZE = 0x40000,
    BLOCK = RAM + 0x1004,
    OTHER_BLOCK = RAM + 0x20000,
    UP_BUFFER = RAM + 0x2000,
    DOWN_BUFFER = RAM + 0x3000,
    UP_SIZE = 64,
    DOWN_SIZE = 16,
    NAME = 0x100,
    FLASH_SIZE = 0x1000,
};

struct fixture {
    struct bus bus;
    struct sched sched;
    struct evlog evlog;
    struct rtt rtt;
    uint8_t *ram, *flash;
    char shown[1024];
    size_t n_shown;
    const char *typed;
};

static void read_event(void *ctx, const struct ev *e)
{
    struct fixture *f = ctx;
    if (e->a == EV_CONSOLE_RTT)
        f->shown[f->n_shown++] = (char)e->b;
}

static ssize_t type(void *ctx, void *buf, size_t size)
{
    struct fixture *f = ctx;
    size_t n = strnlen(f->typed, size);
    memcpy(buf, f->typed, n);
    f->typed += n;
    return (ssize_t)n;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->ram = aligned_alloc(4096, RAM_SIZE);
    f->flash = aligned_alloc(4096, FLASH_SIZE);
    memset(f->ram, 0, RAM_SIZE);
    memset(f->flash, 0xFF, FLASH_SIZE);
    f->typed = "";
    bus_init(&f->bus);
    bus_add_memory(&f->bus, &(struct bus_memory){
                                .name = "RAM", .base = RAM, .size = RAM_SIZE, .data = f->ram, .guest_writable = true});
    bus_add_memory(&f->bus, &(struct bus_memory){.name = "flash", .size = FLASH_SIZE, .data = f->flash});
    sched_init(&f->sched);
    evlog_init(&f->evlog, &f->sched.now);
    evlog_attach(&f->evlog, 1u << EV_CONSOLE, read_event, f);
    rtt_init(&f->rtt, &(struct rtt_config){.bus = &f->bus,
                                           .sched = &f->sched,
                                           .evlog = &f->evlog,
                                           .base = RAM,
                                           .size = RAM_SIZE,
                                           .input = type,
                                           .input_ctx = f});
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    free(f->ram);
    free(f->flash);
    free(f);
    return 0;
}

static uint32_t *word(struct fixture *f, uint32_t addr) { return (uint32_t *)(void *)(f->ram + (addr - RAM)); }

static void make_ring(struct fixture *f, uint32_t addr, uint32_t buffer, uint32_t size)
{
    uint32_t ring[6] = {NAME, buffer, size, 0, 0, 0};
    memcpy(word(f, addr), ring, sizeof ring);
}

static uint32_t up_ring(uint32_t block, unsigned n) { return block + 24 + n * 24; }

/* Two up rings and one down ring; the second up ring is not in use. */
static void make_block(struct fixture *f, uint32_t block, uint32_t up_buffer)
{
    memcpy(word(f, block), "SEGGER RTT\0\0\0\0\0\0", 16);
    *word(f, block + 16) = 2;
    *word(f, block + 20) = 1;
    make_ring(f, up_ring(block, 0), up_buffer, UP_SIZE);
    make_ring(f, up_ring(block, 1), 0, 0);
    make_ring(f, up_ring(block, 2), DOWN_BUFFER, DOWN_SIZE);
    memcpy(f->flash + NAME, "Terminal", 9);
}

/* What the firmware does; returns what fitted. */
static size_t print_to(struct fixture *f, uint32_t ring, const char *text)
{
    uint32_t *r = word(f, ring);
    size_t n = 0;
    for (; text[n] && (r[3] + 1) % r[2] != r[4]; n++) {
        f->ram[r[1] - RAM + r[3]] = (uint8_t)text[n];
        r[3] = (r[3] + 1) % r[2];
    }
    return n;
}

static void print(struct fixture *f, const char *text) { print_to(f, up_ring(BLOCK, 0), text); }

static void run_until(struct fixture *f, vtime t)
{
    while (sched_next(&f->sched) <= t) {
        f->sched.now = sched_next(&f->sched);
        sched_fire_due(&f->sched);
    }
    f->sched.now = t;
}

static void assert_shown(struct fixture *f, const char *expected)
{
    assert_int_equal(f->n_shown, strlen(expected));
    assert_memory_equal(f->shown, expected, strlen(expected));
    f->n_shown = 0;
}

static void finds_block_and_shows_text(void **state)
{
    struct fixture *f = *state;
    uint32_t addr;
    make_block(f, BLOCK, UP_BUFFER);
    print(f, "hello\n");
    rtt_poll(&f->rtt);
    assert_true(rtt_found(&f->rtt, &addr));
    assert_int_equal(addr, BLOCK);
    assert_shown(f, "hello\n");
    assert_int_equal(*word(f, up_ring(BLOCK, 0) + 16), 6);
    rtt_poll(&f->rtt);
    assert_shown(f, "");
}

static void finds_block_at_either_end_of_ram(void **state)
{
    struct fixture *f = *state;
    const uint32_t places[] = {RAM, RAM + 4096 - 8, RAM + RAM_SIZE - (24 + 3 * 24)};
    for (unsigned i = 0; i < 3; i++) {
        memset(f->ram, 0, RAM_SIZE);
        rtt_reset(&f->rtt);
        make_block(f, places[i], UP_BUFFER);
        rtt_drain(&f->rtt);
        uint32_t addr;
        assert_true(rtt_found(&f->rtt, &addr));
        assert_int_equal(addr, places[i]);
    }
}

static void text_wraps_around(void **state)
{
    struct fixture *f = *state;
    make_block(f, BLOCK, UP_BUFFER);
    for (unsigned i = 0; i < 10; i++) {
        print(f, "0123456789abcdef01234");
        rtt_poll(&f->rtt);
        assert_shown(f, "0123456789abcdef01234");
    }
}

static void polls_on_multiples_of_the_period(void **state)
{
    struct fixture *f = *state;
    make_block(f, BLOCK, UP_BUFFER);
    run_until(f, VTIME_PER_MS / 2);
    rtt_resume(&f->rtt);
    print(f, "a");
    run_until(f, VTIME_PER_MS - 1);
    assert_shown(f, "");
    run_until(f, VTIME_PER_MS);
    assert_shown(f, "a");
    print(f, "b");
    run_until(f, 2 * VTIME_PER_MS - 1);
    assert_shown(f, "");
    run_until(f, 2 * VTIME_PER_MS);
    assert_shown(f, "b");
}

static void pause_takes_the_rest_and_disarms(void **state)
{
    struct fixture *f = *state;
    make_block(f, BLOCK, UP_BUFFER);
    rtt_resume(&f->rtt);
    run_until(f, VTIME_PER_MS + 5);
    print(f, "bye");
    rtt_pause(&f->rtt);
    assert_shown(f, "bye");
    assert_true(sched_next(&f->sched) == VTIME_NEVER);
}

static void pause_finds_a_block_made_just_before(void **state)
{
    struct fixture *f = *state;
    rtt_pause(&f->rtt);
    f->sched.now = 100;
    make_block(f, BLOCK, UP_BUFFER);
    print(f, "x");
    rtt_pause(&f->rtt);
    assert_shown(f, "x");
}

static void drain_searches_out_of_turn(void **state)
{
    struct fixture *f = *state;
    f->sched.now = VTIME_PER_S;
    rtt_poll(&f->rtt);
    make_block(f, BLOCK, UP_BUFFER);
    print(f, "x");
    f->sched.now += VTIME_PER_MS;
    rtt_poll(&f->rtt);
    assert_shown(f, "");
    rtt_drain(&f->rtt);
    assert_shown(f, "x");
}

static void incomplete_blocks_do_not_count(void **state)
{
    struct fixture *f = *state;
    const struct {
        uint32_t offset, value;
    } damage[] = {
        {12, 0x41000000},                       /* identifier goes on */
        {0, 0},                                 /* identifier begins later */
        {16, RTT_MAX_RINGS + 1},                /* too many rings */
        {16, 0},                                /* no up ring */
        {20, 0xFFFFFFFF},                       /* as many as erased flash says */
        {24 + 4, 0},                            /* no buffer */
        {24 + 4, 0x100},                        /* buffer in flash */
        {24 + 4, RAM + RAM_SIZE - UP_SIZE + 1}, /* buffer sticks out of RAM */
        {24 + 8, 0},                            /* no size */
        {24 + 8, 0xFFFFFFFF},                   /* size that wraps */
        {24 + 12, UP_SIZE},                     /* WrOff outside */
        {24 + 16, UP_SIZE},                     /* RdOff outside */
        {24 + 48 + 4, 0xDEADBEEF},              /* down buffer nowhere */
        {24 + 48 + 12, DOWN_SIZE},              /* its WrOff outside */
    };
    for (unsigned i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        uint32_t addr;
        make_block(f, BLOCK, UP_BUFFER);
        print(f, "x");
        *word(f, BLOCK + damage[i].offset) = damage[i].value;
        uint8_t before[96];
        memcpy(before, word(f, BLOCK), sizeof before);
        rtt_drain(&f->rtt);
        assert_false(rtt_found(&f->rtt, &addr));
        assert_shown(f, "");
        assert_memory_equal(before, word(f, BLOCK), sizeof before);
    }
}

static void half_a_block_at_the_end_of_ram(void **state)
{
    struct fixture *f = *state;
    uint32_t addr;
    memcpy(word(f, RAM + RAM_SIZE - 16), "SEGGER RTT\0\0\0\0\0\0", 16);
    rtt_poll(&f->rtt);
    assert_false(rtt_found(&f->rtt, &addr));
}

static void block_appears_while_running(void **state)
{
    struct fixture *f = *state;
    rtt_resume(&f->rtt);
    run_until(f, 5 * VTIME_PER_MS);
    make_block(f, BLOCK, UP_BUFFER);
    print(f, "early");
    run_until(f, 6 * VTIME_PER_MS);
    assert_shown(f, "early");
}

static void late_block_is_found_within_ten_ms(void **state)
{
    struct fixture *f = *state;
    rtt_resume(&f->rtt);
    run_until(f, VTIME_PER_S);
    make_block(f, BLOCK, UP_BUFFER);
    print(f, "late");
    run_until(f, VTIME_PER_S + RTT_SEARCH);
    assert_shown(f, "late");
}

static void overwritten_block_is_forgotten_and_found_again(void **state)
{
    struct fixture *f = *state;
    uint32_t addr;
    make_block(f, BLOCK, UP_BUFFER);
    rtt_resume(&f->rtt);
    run_until(f, 2 * VTIME_PER_S);
    *word(f, BLOCK) = 0;
    run_until(f, 2 * VTIME_PER_S + VTIME_PER_MS);
    assert_false(rtt_found(&f->rtt, &addr));
    make_block(f, OTHER_BLOCK, UP_BUFFER);
    print_to(f, up_ring(OTHER_BLOCK, 0), "again");
    run_until(f, 2 * VTIME_PER_S + 2 * RTT_SEARCH);
    assert_shown(f, "again");
}

static void reset_takes_the_rest_and_forgets(void **state)
{
    struct fixture *f = *state;
    uint32_t addr;
    make_block(f, BLOCK, UP_BUFFER);
    rtt_poll(&f->rtt);
    print(f, "last words");
    rtt_reset(&f->rtt);
    assert_shown(f, "last words");
    assert_false(rtt_found(&f->rtt, &addr));
}

/* A bootloader's block stays behind in RAM, valid and silent, at the lower address. */
static void speaking_block_takes_over(void **state)
{
    struct fixture *f = *state;
    make_block(f, BLOCK, UP_BUFFER);
    rtt_resume(&f->rtt);
    print(f, "boot ");
    run_until(f, 10 * VTIME_PER_MS);
    make_block(f, OTHER_BLOCK, UP_BUFFER + 0x100);
    print_to(f, up_ring(OTHER_BLOCK, 0), "app");
    run_until(f, 10 * VTIME_PER_MS + RTT_RESEARCH);
    assert_shown(f, "boot app");
    uint32_t addr;
    run_until(f, VTIME_PER_S);
    assert_true(rtt_found(&f->rtt, &addr));
    assert_int_equal(addr, OTHER_BLOCK);
}

static void input_goes_down(void **state)
{
    struct fixture *f = *state;
    make_block(f, BLOCK, UP_BUFFER);
    f->typed = "0123456789abcdefghij";
    rtt_poll(&f->rtt);
    uint32_t *down = word(f, up_ring(BLOCK, 2));
    assert_int_equal(down[3], DOWN_SIZE - 1);
    assert_int_equal(down[4], 0);
    assert_memory_equal(f->ram + (DOWN_BUFFER - RAM), "0123456789abcde", DOWN_SIZE - 1);
    assert_string_equal(f->typed, "fghij");
    down[4] = DOWN_SIZE - 1;
    rtt_poll(&f->rtt);
    assert_int_equal(down[3], 4);
    assert_memory_equal(f->ram + (DOWN_BUFFER - RAM), "ghij", 4);
    assert_int_equal(f->ram[DOWN_BUFFER - RAM + DOWN_SIZE - 1], 'f');
}

/* Firmware that sets its rings up once more, or that is reset, has read nothing of what lay in them. */
static void unread_input_is_given_again(void **state)
{
    struct fixture *f = *state;
    uint32_t *down = word(f, up_ring(BLOCK, 2));
    make_block(f, BLOCK, UP_BUFFER);
    f->typed = "0123456789abcdefghij";
    rtt_poll(&f->rtt);
    down[4] = 3; /* "012" was read */
    rtt_poll(&f->rtt);
    make_ring(f, up_ring(BLOCK, 2), DOWN_BUFFER, DOWN_SIZE);
    rtt_poll(&f->rtt);
    assert_memory_equal(f->ram + (DOWN_BUFFER - RAM), "3456789abcdefgh", DOWN_SIZE - 1);
    assert_string_equal(f->typed, "ij");

    down[4] = 14;
    rtt_reset(&f->rtt);
    memset(f->ram, 0, RAM_SIZE);
    rtt_poll(&f->rtt);
    make_block(f, OTHER_BLOCK, UP_BUFFER);
    f->sched.now += VTIME_PER_S;
    rtt_poll(&f->rtt);
    down = word(f, up_ring(OTHER_BLOCK, 2));
    assert_int_equal(down[3], 3);
    assert_memory_equal(f->ram + (DOWN_BUFFER - RAM), "hij", 3);
    down[4] = 3;
    rtt_poll(&f->rtt);
    assert_int_equal(down[3], 3); /* all was read: nothing more */
}

static void input_waits_for_a_block(void **state)
{
    struct fixture *f = *state;
    f->typed = "x";
    rtt_poll(&f->rtt);
    assert_string_equal(f->typed, "x");
}

static void binary_channel_is_not_printed(void **state)
{
    struct fixture *f = *state;
    struct stream *end[2];
    char got[16];
    stream_pair(end);
    make_block(f, BLOCK, UP_BUFFER);
    memcpy(f->flash + NAME, "defmt", 6);
    print(f, "\x01\x02");
    rtt_poll(&f->rtt);
    assert_shown(f, "");
    assert_true(rtt_connect(&f->rtt, 0, end[0]));
    print(f, "\x03\xff\x04");
    rtt_poll(&f->rtt);
    assert_shown(f, "");
    assert_int_equal(stream_read(end[1], got, sizeof got), 3);
    assert_memory_equal(got, "\x03\xff\x04", 3);
    stream_close(end[0]);
    stream_close(end[1]);
}

static void unnamed_channel_is_text(void **state)
{
    struct fixture *f = *state;
    make_block(f, BLOCK, UP_BUFFER);
    *word(f, up_ring(BLOCK, 0)) = 0xFFFFFFF0;
    print(f, "x");
    rtt_poll(&f->rtt);
    assert_shown(f, "x");
}

static void terminal_marks_are_left_out(void **state)
{
    struct fixture *f = *state;
    make_block(f, BLOCK, UP_BUFFER);
    print(f, "a\xff"
             "1b\xff");
    rtt_poll(&f->rtt);
    print(f, "\xff"
             "c\xff"
             "0d");
    rtt_poll(&f->rtt);
    assert_shown(f, "abcd");
}

static void other_channel_moves_only_when_connected(void **state)
{
    struct fixture *f = *state;
    struct stream *end[2];
    char got[16];
    stream_pair(end);
    make_block(f, BLOCK, UP_BUFFER);
    make_ring(f, up_ring(BLOCK, 1), UP_BUFFER + 0x100, UP_SIZE);
    print_to(f, up_ring(BLOCK, 1), "data");
    rtt_poll(&f->rtt);
    assert_int_equal(*word(f, up_ring(BLOCK, 1) + 16), 0);
    assert_true(rtt_connect(&f->rtt, 1, end[0]));
    rtt_poll(&f->rtt);
    assert_int_equal(stream_read(end[1], got, sizeof got), 4);
    assert_memory_equal(got, "data", 4);
    assert_shown(f, "");
    assert_false(rtt_connect(&f->rtt, RTT_CHANNELS, end[0]));
    stream_close(end[0]);
    stream_close(end[1]);
}

static void connected_stream_is_printed_and_read_too(void **state)
{
    struct fixture *f = *state;
    struct stream *end[2];
    char got[16];
    stream_pair(end);
    make_block(f, BLOCK, UP_BUFFER);
    rtt_connect(&f->rtt, 0, end[0]);
    f->typed = "not me";
    assert_true(stream_write(end[1], "me", 2));
    print(f, "text");
    rtt_poll(&f->rtt);
    assert_shown(f, "text");
    assert_int_equal(stream_read(end[1], got, sizeof got), 4);
    assert_int_equal(*word(f, up_ring(BLOCK, 2) + 12), 2);
    assert_memory_equal(f->ram + (DOWN_BUFFER - RAM), "me", 2);
    stream_close(end[0]);
    stream_close(end[1]);
}

static void search_range_can_be_changed(void **state)
{
    struct fixture *f = *state;
    uint32_t addr;
    make_block(f, BLOCK, UP_BUFFER);
    rtt_search(&f->rtt, RAM + 0x10000, 0x1000);
    rtt_poll(&f->rtt);
    assert_false(rtt_found(&f->rtt, &addr));
    rtt_search(&f->rtt, RAM + 1, 0xFFFFFFFF);
    rtt_poll(&f->rtt);
    assert_true(rtt_found(&f->rtt, &addr));
    assert_int_equal(addr, BLOCK);
    rtt_search(&f->rtt, RAM + 2, 0x8000);
    rtt_poll(&f->rtt);
    assert_true(rtt_found(&f->rtt, &addr));
    assert_int_equal(addr, BLOCK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds_block_and_shows_text),
        TEST(finds_block_at_either_end_of_ram),
        TEST(text_wraps_around),
        TEST(polls_on_multiples_of_the_period),
        TEST(pause_takes_the_rest_and_disarms),
        TEST(pause_finds_a_block_made_just_before),
        TEST(drain_searches_out_of_turn),
        TEST(incomplete_blocks_do_not_count),
        TEST(half_a_block_at_the_end_of_ram),
        TEST(block_appears_while_running),
        TEST(late_block_is_found_within_ten_ms),
        TEST(overwritten_block_is_forgotten_and_found_again),
        TEST(reset_takes_the_rest_and_forgets),
        TEST(speaking_block_takes_over),
        TEST(input_goes_down),
        TEST(unread_input_is_given_again),
        TEST(input_waits_for_a_block),
        TEST(binary_channel_is_not_printed),
        TEST(unnamed_channel_is_text),
        TEST(terminal_marks_are_left_out),
        TEST(other_channel_moves_only_when_connected),
        TEST(connected_stream_is_printed_and_read_too),
        TEST(search_range_can_be_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
