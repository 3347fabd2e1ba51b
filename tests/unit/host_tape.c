/* What was given is given again at the same readings; and where a run takes another course, to the new one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "emu/stream.h"
#include "host/tape.h"

enum { UART = EV_CONSOLE_UART0, SIZE = 8 };

/* A reading: what comes from outside is `new`; NULL: it ended. Says what was read, "" for nothing, "end". */
static const char *reading(struct tape *t, unsigned channel, const char *new)
{
    static char text[SIZE + 1];
    ssize_t n;
    if (!tape_input(t, channel, text, SIZE, &n)) {
        n = new ? (ssize_t)strlen(new) : STREAM_ENDED;
        memcpy(text, new ? new : "", new ? strlen(new) : 0);
        tape_keep(t, channel, text, n);
    }
    if (n == STREAM_ENDED)
        return "end";
    text[n] = '\0';
    return text;
}

static void test_again(void **state)
{
    static const char *const given[] = {"", "one", "", "", "two", "three", NULL, NULL};
    enum { GIVEN = sizeof given / sizeof *given };
    struct tape *t = tape_new();
    struct tape_place beginning = tape_place(t), middle = {0};
    for (unsigned i = 0; i < GIVEN; i++) {
        if (i == 3)
            middle = tape_place(t);
        assert_string_equal(reading(t, UART, given[i]), given[i] ? given[i] : "end");
    }
    tape_play(t, true);
    for (unsigned from = 0; from <= 3; from += 3) {
        tape_go(t, from ? &middle : &beginning);
        for (unsigned i = from; i < GIVEN; i++)
            assert_string_equal(reading(t, UART, "unheard"), given[i] ? given[i] : "end");
    }
    tape_free(t);
}

static void test_channels(void **state)
{
    struct tape *t = tape_new();
    struct tape_place beginning = tape_place(t);
    reading(t, UART, "uart");
    reading(t, TAPE_RTT + 3, "rtt");
    tape_play(t, true);
    tape_go(t, &beginning);
    assert_string_equal(reading(t, TAPE_RTT + 3, ""), "rtt");
    assert_string_equal(reading(t, EV_CONSOLE_USB, ""), "");
    assert_string_equal(reading(t, UART, ""), "uart");
    tape_free(t);
}

/* Bytes do not get lost: the new future has them at once, whenever the old one had them. */
static void test_cut(void **state)
{
    struct tape *t = tape_new();
    reading(t, UART, "a");
    struct tape_place place = tape_place(t);
    reading(t, UART, "");
    reading(t, UART, "bc");
    reading(t, UART, NULL);
    tape_play(t, true);
    tape_go(t, &place);
    tape_cut(t);
    tape_play(t, false);
    assert_string_equal(reading(t, UART, "d"), "bc");
    assert_string_equal(reading(t, UART, "d"), "d");
    tape_play(t, true);
    tape_go(t, &place);
    assert_string_equal(reading(t, UART, ""), "bc");
    assert_string_equal(reading(t, UART, ""), "d");
    assert_string_equal(reading(t, UART, ""), "");
    tape_free(t);
}

struct memory {
    char text[64];
};

static bool write_memory(void *ctx, uint32_t addr, const void *bytes, uint32_t len)
{
    memcpy(((struct memory *)ctx)->text + addr, bytes, len);
    return true;
}

static void test_calls(void **state)
{
    struct tape *t = tape_new();
    struct tape_place beginning = tape_place(t);
    struct memory m = {0};
    struct tape_answer answer;
    tape_call_begin(t);
    tape_call_write(t, 0, "read", 4);
    tape_call_write(t, 10, "more", 4);
    reading(t, EV_CONSOLE_SEMIHOSTING, "x"); /* part of the call */
    tape_call_end(t, 1, 17);
    tape_call_begin(t); /* waits for input, and is made again: only the end counts */
    tape_call_begin(t);
    tape_call_end(t, 2, 18);
    tape_play(t, true);
    tape_go(t, &beginning);
    assert_true(tape_call(t, write_memory, &m, &answer));
    assert_memory_equal(m.text, "read\0\0\0\0\0\0more", 14);
    assert_int_equal(answer.outcome * 100 + (int)answer.result, 117);
    assert_true(tape_call(t, write_memory, &m, &answer));
    assert_int_equal(answer.outcome * 100 + (int)answer.result, 218);
    assert_false(tape_call(t, write_memory, &m, &answer));
    assert_string_equal(reading(t, EV_CONSOLE_SEMIHOSTING, ""), "");
    tape_free(t);
}

static void test_forgetting(void **state)
{
    struct tape *t = tape_new();
    char block[1000] = "";
    for (unsigned i = 0; i < 100; i++)
        tape_keep(t, UART, block, sizeof block);
    struct tape_place place = tape_place(t);
    reading(t, UART, "rest");
    tape_go(t, &place);
    tape_cut(t);
    size_t before = tape_size(t);
    tape_forget(t);
    assert_in_range(tape_size(t), 0, before - 100000);
    place = tape_place(t);
    assert_string_equal(reading(t, UART, "d"), "rest");
    tape_play(t, true);
    tape_go(t, &place);
    assert_string_equal(reading(t, UART, ""), "rest");
    tape_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_again), cmocka_unit_test(test_channels),   cmocka_unit_test(test_cut),
        cmocka_unit_test(test_calls), cmocka_unit_test(test_forgetting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
