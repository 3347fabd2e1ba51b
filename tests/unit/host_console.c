#include "host/console.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

struct fixture {
    struct console console;
    struct stream *end[2]; /* 0: the console's standard input and output; 1: the person's */
    unsigned stops;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    stream_pair(f->end);
    console_init(&f->console, f->end[0]);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    console_close(&f->console);
    stream_close(f->end[0]);
    stream_close(f->end[1]);
    free(f);
    return 0;
}

static void put(struct fixture *f, enum ev_console source, const char *text)
{
    console_put(&f->console, source, text, strlen(text));
}

static void put_at(struct fixture *f, enum ev_console source, const char *text, vtime time)
{
    for (; *text; text++)
        console_read_event(&f->console, &(struct ev){time, EV_CONSOLE, source, (uint8_t)*text});
}

static void assert_shown(struct fixture *f, const char *expected)
{
    char got[8192];
    ssize_t n = stream_read(f->end[1], got, sizeof got);
    assert_int_equal(n, (ssize_t)strlen(expected));
    assert_memory_equal(got, expected, strlen(expected));
}

static void type(struct fixture *f, const char *text) { assert_true(stream_write(f->end[1], text, strlen(text))); }

static void assert_typed(struct fixture *f, enum ev_console source, const char *expected)
{
    char got[64];
    assert_int_equal(console_get(&f->console, source, got, sizeof got), (ssize_t)strlen(expected));
    assert_memory_equal(got, expected, strlen(expected));
}

static void print_at(struct fixture *f, enum ev_console source, vtime time)
{
    console_read_event(&f->console, &(struct ev){.kind = EV_CONSOLE, .a = source, .b = '>', .time = time});
}

static void lines_of_sources_do_not_mix(void **state)
{
    struct fixture *f = *state;
    put(f, EV_CONSOLE_UART0, "one");
    put(f, EV_CONSOLE_RTT, "two ");
    put(f, EV_CONSOLE_SEMIHOSTING, "three\n");
    assert_shown(f, "three\n");
    put(f, EV_CONSOLE_RTT, "four\nfi");
    assert_shown(f, "two four\n");
    put(f, EV_CONSOLE_UART0, "\n");
    assert_shown(f, "one\n");
    console_flush(&f->console);
    assert_shown(f, "fi");
}

/* What one has shown of its line is finished before another may print. */
static void shown_line_is_finished_first(void **state)
{
    struct fixture *f = *state;
    put_at(f, EV_CONSOLE_UART0, "> ", 100 * VTIME_PER_MS);
    console_show(&f->console, 101 * VTIME_PER_MS);
    assert_shown(f, "> ");
    put_at(f, EV_CONSOLE_USB, "log\n> ", 102 * VTIME_PER_MS);
    put_at(f, EV_CONSOLE_UART0, "x", 103 * VTIME_PER_MS);
    console_show(&f->console, 104 * VTIME_PER_MS);
    assert_shown(f, "x");
    put_at(f, EV_CONSOLE_UART0, "y\n", 105 * VTIME_PER_MS);
    assert_shown(f, "y\nlog\n");
    console_show(&f->console, 106 * VTIME_PER_MS);
    assert_shown(f, "> ");
}

/* … but not for ever. */
static void silent_source_holds_nobody_up(void **state)
{
    struct fixture *f = *state;
    put_at(f, EV_CONSOLE_UART0, "> ", 100 * VTIME_PER_MS);
    put_at(f, EV_CONSOLE_USB, "log\n", 100 * VTIME_PER_MS);
    put_at(f, EV_CONSOLE_USB, "$ ", 100 * VTIME_PER_MS);
    assert_shown(f, "log\n");
    console_show(&f->console, 119 * VTIME_PER_MS);
    assert_shown(f, "> ");
    console_show(&f->console, 120 * VTIME_PER_MS);
    assert_shown(f, "\n$ ");
}

static void long_line_ends_that_of_another(void **state)
{
    struct fixture *f = *state;
    put(f, EV_CONSOLE_UART0, "> ");
    console_show(&f->console, 0);
    assert_shown(f, "> ");
    char text[CONSOLE_BUFFER + 1], expected[CONSOLE_BUFFER + 2];
    memset(text, 'x', CONSOLE_BUFFER);
    text[CONSOLE_BUFFER] = '\0';
    snprintf(expected, sizeof expected, "\n%s", text);
    put(f, EV_CONSOLE_RTT, text);
    assert_shown(f, expected);
}

static void unfinished_line_waits_for_flush(void **state)
{
    struct fixture *f = *state;
    put(f, EV_CONSOLE_UART0, "prompt> ");
    assert_shown(f, "");
    console_flush(&f->console);
    assert_shown(f, "prompt> ");
}

static void long_output_is_complete(void **state)
{
    struct fixture *f = *state;
    char text[3 * CONSOLE_BUFFER + 8];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    put(f, EV_CONSOLE_UART1, text);
    console_flush(&f->console);
    assert_shown(f, text);
}

static void events_are_printed(void **state)
{
    struct fixture *f = *state;
    vtime now = 0;
    struct evlog log;
    evlog_init(&log, &now);
    evlog_attach(&log, 1u << EV_CONSOLE, console_read_event, &f->console);
    evlog_emit(&log, EV_CONSOLE, EV_CONSOLE_USB, 'a');
    evlog_emit(&log, EV_PIN, 3, 1);
    evlog_emit(&log, EV_CONSOLE, CONSOLE_SOURCES, 'z');
    evlog_emit(&log, EV_CONSOLE, EV_CONSOLE_USB, '\n');
    assert_shown(f, "a\n");
}

static void routed_source_leaves_stdout(void **state)
{
    struct fixture *f = *state;
    char path[] = "/tmp/host_console_XXXXXX", spec[64], err[128];
    close(mkstemp(path));
    snprintf(spec, sizeof spec, "file:%s", path);
    assert_true(console_route(&f->console, EV_CONSOLE_UART0, spec, err, sizeof err));
    put(f, EV_CONSOLE_UART0, "into the file");
    put(f, EV_CONSOLE_RTT, "on the screen\n");
    console_flush(&f->console);
    assert_shown(f, "on the screen\n");

    char got[64] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(got, sizeof got, file));
    fclose(file);
    unlink(path);
    assert_string_equal(got, "into the file");

    assert_true(console_route(&f->console, EV_CONSOLE_UART0, "stdio", err, sizeof err));
    put(f, EV_CONSOLE_UART0, "back\n");
    assert_shown(f, "back\n");
}

static void null_route_swallows(void **state)
{
    struct fixture *f = *state;
    char err[128];
    assert_true(console_route(&f->console, EV_CONSOLE_UART0, "null", err, sizeof err));
    put(f, EV_CONSOLE_UART0, "nothing\n");
    assert_shown(f, "");
    char byte;
    type(f, "x");
    assert_true(console_get(&f->console, EV_CONSOLE_UART0, &byte, 1) <= 0);
    assert_typed(f, EV_CONSOLE_RTT, "");
    print_at(f, EV_CONSOLE_RTT, 1);
    assert_typed(f, EV_CONSOLE_RTT, "x");
}

static void bad_route_changes_nothing(void **state)
{
    struct fixture *f = *state;
    char err[128] = "";
    assert_false(console_route(&f->console, EV_CONSOLE_UART0, "file:/nowhere/at/all", err, sizeof err));
    assert_true(err[0] != '\0');
    put(f, EV_CONSOLE_UART0, "here\n");
    assert_shown(f, "here\n");
}

static void the_last_to_print_is_the_listener(void **state)
{
    struct fixture *f = *state;
    assert_typed(f, EV_CONSOLE_RTT, "");
    assert_typed(f, EV_CONSOLE_UART0, "");
    print_at(f, EV_CONSOLE_UART0, 1);
    print_at(f, EV_CONSOLE_RTT, 2);
    print_at(f, EV_CONSOLE_UART1, 3); /* does not read */
    type(f, "one\ntwo\n");
    assert_typed(f, EV_CONSOLE_UART0, "");
    assert_typed(f, EV_CONSOLE_RTT, "one\n");
    print_at(f, EV_CONSOLE_UART0, 4);
    assert_typed(f, EV_CONSOLE_RTT, "");
    assert_typed(f, EV_CONSOLE_UART0, "two\n");
}

static void a_line_stays_with_its_listener(void **state)
{
    struct fixture *f = *state;
    assert_typed(f, EV_CONSOLE_UART0, "");
    assert_typed(f, EV_CONSOLE_RTT, "");
    print_at(f, EV_CONSOLE_RTT, 1);
    type(f, "he");
    assert_typed(f, EV_CONSOLE_RTT, "he");
    print_at(f, EV_CONSOLE_UART0, 2);
    type(f, "llo\rx");
    assert_typed(f, EV_CONSOLE_UART0, "");
    assert_typed(f, EV_CONSOLE_RTT, "llo\r");
    assert_typed(f, EV_CONSOLE_RTT, "");
    assert_typed(f, EV_CONSOLE_UART0, "x");
}

static void who_asks_long_enough_is_heard(void **state)
{
    struct fixture *f = *state;
    assert_typed(f, EV_CONSOLE_RTT, "");
    print_at(f, EV_CONSOLE_RTT, 1);
    type(f, "a\nb\n");
    assert_typed(f, EV_CONSOLE_RTT, "a\n"); /* and never again */
    for (unsigned i = 1; i < CONSOLE_PATIENCE; i++)
        assert_typed(f, EV_CONSOLE_UART0, "");
    assert_typed(f, EV_CONSOLE_UART0, "b\n");
    type(f, "c");
    assert_typed(f, EV_CONSOLE_UART0, "");
    assert_typed(f, EV_CONSOLE_SEMIHOSTING, "c");
}

static void port_reads_what_is_typed(void **state)
{
    struct fixture *f = *state;
    char got[8];
    struct stream *port = console_port(&f->console, EV_CONSOLE_UART1);
    print_at(f, EV_CONSOLE_UART1, 1);
    assert_ptr_equal(port, console_port(&f->console, EV_CONSOLE_UART1));
    assert_int_equal(stream_read(port, got, sizeof got), 0);
    type(f, "abc");
    assert_int_equal(stream_read(port, got, 2), 2);
    assert_int_equal(stream_read(port, got + 2, 6), 1);
    assert_memory_equal(got, "abc", 3);
    assert_true(stream_write(port, "x\n", 2));
    console_flush(&f->console);
    assert_shown(f, ">");
}

static void input_ends(void **state)
{
    struct fixture *f = *state;
    assert_typed(f, EV_CONSOLE_UART0, "");
    print_at(f, EV_CONSOLE_UART0, 1);
    type(f, "last");
    stream_close(f->end[1]);
    f->end[1] = NULL;
    char got[8];
    assert_typed(f, EV_CONSOLE_UART0, "last");
    assert_int_equal(console_get(&f->console, EV_CONSOLE_UART0, got, 8), STREAM_ENDED);
}

static void works_without_stdio(void **state)
{
    (void)state;
    struct console *c = malloc(sizeof *c);
    char byte;
    console_init(c, NULL);
    console_put(c, EV_CONSOLE_UART0, "x\n", 2);
    assert_int_equal(console_get(c, EV_CONSOLE_UART0, &byte, 1), STREAM_ENDED);
    console_close(c);
    free(c);
}

static void count_stop(void *ctx) { ++*(unsigned *)ctx; }

static void stops_once_at_text(void **state)
{
    struct fixture *f = *state;
    assert_true(console_stop_when(&f->console, "abac", count_stop, &f->stops));
    put(f, EV_CONSOLE_UART0, "xaba");
    assert_false(console_stop_seen(&f->console));
    put(f, EV_CONSOLE_UART0, "bac");
    assert_true(console_stop_seen(&f->console));
    put(f, EV_CONSOLE_UART0, "abac");
    assert_int_equal(f->stops, 1);
}

static void stop_text_repeating_itself(void **state)
{
    struct fixture *f = *state;
    assert_true(console_stop_when(&f->console, "aabaaab", NULL, NULL));
    put(f, EV_CONSOLE_RTT, "aabaabaaa");
    assert_false(console_stop_seen(&f->console));
    put(f, EV_CONSOLE_RTT, "b");
    assert_true(console_stop_seen(&f->console));
}

static void stop_text_does_not_mix_sources(void **state)
{
    struct fixture *f = *state;
    assert_true(console_stop_when(&f->console, "PASS", NULL, NULL));
    put(f, EV_CONSOLE_UART0, "PA");
    put(f, EV_CONSOLE_RTT, "SS");
    assert_false(console_stop_seen(&f->console));
    put(f, EV_CONSOLE_UART0, "SS");
    assert_true(console_stop_seen(&f->console));
}

/* The matcher against the obvious search, over all texts of length 1…6 of two letters. */
static void matcher_agrees_with_search(void **state)
{
    struct fixture *f = *state;
    const char *shown = "abbababaabbbaaababbaabaaaabbbb";
    for (unsigned length = 1; length <= 6; length++)
        for (unsigned bits = 0; bits < 1u << length; bits++) {
            char text[8] = "";
            for (unsigned i = 0; i < length; i++)
                text[i] = bits >> i & 1 ? 'b' : 'a';
            assert_true(console_stop_when(&f->console, text, NULL, NULL));
            put(f, EV_CONSOLE_UART0, shown);
            assert_int_equal(console_stop_seen(&f->console), strstr(shown, text) != NULL);
        }
}

static void stop_text_length_is_checked(void **state)
{
    struct fixture *f = *state;
    char text[CONSOLE_STOP_MAX + 2];
    memset(text, 'a', sizeof text);
    text[CONSOLE_STOP_MAX + 1] = '\0';
    assert_false(console_stop_when(&f->console, text, NULL, NULL));
    assert_false(console_stop_when(&f->console, "", NULL, NULL));
    text[CONSOLE_STOP_MAX] = '\0';
    assert_true(console_stop_when(&f->console, text, NULL, NULL));
    put(f, EV_CONSOLE_UART0, "b");
    put(f, EV_CONSOLE_UART0, text + 1);
    assert_false(console_stop_seen(&f->console));
    put(f, EV_CONSOLE_UART0, "a");
    assert_true(console_stop_seen(&f->console));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lines_of_sources_do_not_mix),
        TEST(shown_line_is_finished_first),
        TEST(silent_source_holds_nobody_up),
        TEST(long_line_ends_that_of_another),
        TEST(unfinished_line_waits_for_flush),
        TEST(long_output_is_complete),
        TEST(events_are_printed),
        TEST(routed_source_leaves_stdout),
        TEST(null_route_swallows),
        TEST(bad_route_changes_nothing),
        TEST(the_last_to_print_is_the_listener),
        TEST(a_line_stays_with_its_listener),
        TEST(who_asks_long_enough_is_heard),
        TEST(port_reads_what_is_typed),
        TEST(input_ends),
        cmocka_unit_test(works_without_stdio),
        TEST(stops_once_at_text),
        TEST(stop_text_repeating_itself),
        TEST(stop_text_does_not_mix_sources),
        TEST(matcher_agrees_with_search),
        TEST(stop_text_length_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
