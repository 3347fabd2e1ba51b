/* Recordings: written exactly, read again, edited by people, and the console between them and the channels. */
#include "host/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/console.h"

static const struct record_header header = {
    .version = "1.2.3", .board = "bare", .image = 0x89abcdef01234567, .seed = 42};

struct fixture {
    vtime now;
    char path[32], err[256];
    char text[4096];
    struct record *record;
    struct replay *replay;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    strcpy(f->path, "/tmp/host_record_XXXXXX");
    close(mkstemp(f->path));
    f->record = record_create(f->path, &header, &f->now, f->err, sizeof f->err);
    *state = f;
    return f->record ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    record_close(f->record, f->err, sizeof f->err);
    replay_free(f->replay);
    unlink(f->path);
    free(f);
    return 0;
}

static void at(struct fixture *f, vtime t, enum ev_console channel, const char *text)
{
    f->now = t;
    record_input(f->record, channel, text, (ssize_t)strlen(text));
}

/* Ends the recording; what stands behind its header. */
static const char *entries(struct fixture *f)
{
    assert_true(record_close(f->record, f->err, sizeof f->err));
    f->record = NULL;
    FILE *file = fopen(f->path, "r");
    f->text[fread(f->text, 1, sizeof f->text - 1, file)] = '\0';
    fclose(file);
    const char *end = strstr(f->text, "seed 42\n");
    assert_non_null(end);
    return end + 8;
}

static void replay_text(struct fixture *f, const char *body)
{
    struct record_header h;
    char text[2048];
    snprintf(text, sizeof text, "nrfemu recording 1\n%s", body);
    replay_free(f->replay);
    f->replay = replay_parse("my.rec", text, strlen(text), &h, &f->now, f->err, sizeof f->err);
    if (!f->replay)
        fail_msg("%s", f->err);
}

static void assert_given(struct fixture *f, vtime t, enum ev_console channel, const char *expected)
{
    char got[16] = "";
    f->now = t;
    assert_int_equal(replay_input(f->replay, channel, got, sizeof got - 1), (ssize_t)strlen(expected));
    assert_string_equal(got, expected);
}

static void assert_ended(struct fixture *f, vtime t, enum ev_console channel)
{
    char byte;
    f->now = t;
    assert_int_equal(replay_input(f->replay, channel, &byte, 1), STREAM_ENDED);
}

static void lines_are_readable(void **state)
{
    struct fixture *f = *state;
    at(f, 0, EV_CONSOLE_UART0, "a");
    at(f, 1, EV_CONSOLE_UART1, "b\n\x01\"");
    at(f, 512, EV_CONSOLE_RTT, "");
    at(f, 256, EV_CONSOLE_USB, "\xff");
    at(f, 3 * VTIME_PER_S + 511, EV_CONSOLE_SEMIHOSTING, "c");
    record_input(f->record, EV_CONSOLE_UART0, NULL, STREAM_ENDED);
    record_input(f->record, EV_CONSOLE_UART0, NULL, STREAM_ENDED); /* once is enough */
    record_stop(f->record);
    assert_string_equal(entries(f), "0us uart0 \"a\"\n"
                                    "0.001953125us uart1 \"b\\n\\x01\\\"\"\n"
                                    "0.5us usb \"\\xFF\"\n"
                                    "3000000.998046875us semihosting \"c\"\n"
                                    "3000000.998046875us uart0 end\n"
                                    "3000000.998046875us stop\n");
}

static void comes_back_exactly(void **state)
{
    struct fixture *f = *state;
    struct record_header h;
    for (vtime t = 0; t < 1500; t += 7)
        at(f, t * 1000003, t % 2 ? EV_CONSOLE_UART0 : EV_CONSOLE_UART1, "xy\n");
    f->now++;
    record_input(f->record, EV_CONSOLE_UART0, NULL, STREAM_ENDED);
    entries(f);
    f->replay = replay_load(f->path, &h, &f->now, f->err, sizeof f->err);
    assert_non_null(f->replay);
    assert_memory_equal(&h, &header, sizeof h);
    for (vtime t = 0; t < 1500; t += 7) {
        enum ev_console channel = t % 2 ? EV_CONSOLE_UART0 : EV_CONSOLE_UART1;
        if (t)
            assert_given(f, t * 1000003 - 1, channel, "");
        assert_given(f, t * 1000003, channel, "xy\n");
        assert_given(f, t * 1000003, channel, "");
    }
    assert_ended(f, f->now + 1, EV_CONSOLE_UART0);
    assert_ended(f, f->now, EV_CONSOLE_UART0); /* and stays so */
    assert_given(f, VTIME_NEVER - 1, EV_CONSOLE_UART1, "");
    assert_true(replay_stop(f->replay) == VTIME_NEVER);
}

static void written_by_people(void **state)
{
    struct fixture *f = *state;
    replay_text(f, "# a comment\r\n"
                   "\n"
                   "2ms uart0 \"later\"\r\n"
                   "  1ms   uart0 \"a longer text than one reading takes\"  \n"
                   "0.5ms rtt \"\"\n"
                   "7ms stop\n"
                   "1s usb end");
    assert_given(f, VTIME_PER_MS - 1, EV_CONSOLE_UART0, "");
    assert_given(f, VTIME_PER_MS + 5, EV_CONSOLE_UART0, "a longer text t");
    assert_given(f, VTIME_PER_MS + 6, EV_CONSOLE_UART0, "han one reading");
    assert_given(f, 3 * VTIME_PER_MS, EV_CONSOLE_UART0, " takes");
    assert_given(f, 3 * VTIME_PER_MS, EV_CONSOLE_UART0, "later");
    assert_given(f, VTIME_PER_MS, EV_CONSOLE_RTT, "");
    assert_given(f, VTIME_PER_MS, EV_CONSOLE_USB, "");
    assert_ended(f, VTIME_PER_S, EV_CONSOLE_USB);
    assert_true(replay_stop(f->replay) == 7 * VTIME_PER_MS);
}

static void actions_come_back(void **state)
{
    struct fixture *f = *state;
    vtime t = 0;
    f->now = VTIME_PER_MS;
    record_action(f->record, "button \"1\" press");
    f->now = 2 * VTIME_PER_MS;
    record_action(f->record, "reset");
    assert_string_equal(entries(f), "1000us do \"button \\\"1\\\" press\"\n2000us do \"reset\"\n");
    replay_text(f, "2ms do \"reset\"\n1500us uart0 \"x\"\n1ms do \"button 1 press\"");
    assert_string_equal(replay_action(f->replay, 0, &t), "button 1 press");
    assert_true(t == VTIME_PER_MS);
    assert_string_equal(replay_action(f->replay, 1, &t), "reset");
    assert_true(t == 2 * VTIME_PER_MS);
    assert_null(replay_action(f->replay, 2, &t));
    assert_given(f, 3 * VTIME_PER_MS, EV_CONSOLE_UART0, "x");
}

/* Time stands still while semihosting waits for its input: what comes later would never come. */
static void semihosting_does_not_wait(void **state)
{
    struct fixture *f = *state;
    replay_text(f, "5s semihosting \"x\"");
    assert_given(f, 0, EV_CONSOLE_SEMIHOSTING, "x");
    assert_ended(f, 0, EV_CONSOLE_SEMIHOSTING);
}

static void refused_with_line_and_reason(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "r: is empty"},
        {"1ms uart0 \"x\"", "r: line 1: not a recording: it begins with 'nrfemu recording 1'"},
        {"nrfemu recording 10", "r: line 1: not a recording: it begins with 'nrfemu recording 1'"},
        {"nrfemu recording 1\n1 uart0 \"x\"", "r: line 2: '1' is no time, such as 1500us or 2.5ms"},
        {"nrfemu recording 1\n\n1ms uart2 \"x\"", "r: line 3: the channel is uart0, uart1, rtt, semihosting or usb"},
        {"nrfemu recording 1\n1ms uart0", "r: line 2: expected \"bytes\""},
        {"nrfemu recording 1\n1ms uart0 \"x", "r: line 2: expected \"bytes\""},
        {"nrfemu recording 1\n1ms uart0 \"x\" y", "r: line 2: expected \"bytes\""},
        {"nrfemu recording 1\n1ms uart0 end now", "r: line 2: nothing comes behind 'end'"},
        {"nrfemu recording 1\n1ms stop now", "r: line 2: nothing comes behind 'stop'"},
        {"nrfemu recording 1\nuart0 1ms \"x\"", "r: line 2: a line is 'TIME CHANNEL"},
        {"nrfemu recording 1\nseed many", "r: line 2: a number is expected"},
        {"nrfemu recording 1\nversion", "r: line 2: one word"},
        {"nrfemu recording 1\nversion a b", "r: line 2: one word"},
    };
    struct fixture *f = *state;
    struct record_header h;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(replay_parse("r", cases[i].text, strlen(cases[i].text), &h, &f->now, f->err, sizeof f->err));
        if (strncmp(f->err, cases[i].why, strlen(cases[i].why)))
            fail_msg("\"%s\" instead of \"%s\"", f->err, cases[i].why);
    }
    assert_null(replay_parse("r", "nrfemu recording 1\n\0", 20, &h, &f->now, f->err, sizeof f->err));
    assert_string_equal(f->err, "r: there is a 0 byte in it");
    assert_null(replay_load("/tmp", &h, &f->now, f->err, sizeof f->err));
    assert_string_equal(f->err, "/tmp: Is a directory");
    assert_null(replay_load("/no/such/file", &h, &f->now, f->err, sizeof f->err));
    assert_null(record_create("/no/such/file", &header, &f->now, f->err, sizeof f->err));
    assert_non_null(strstr(f->err, "/no/such/file: "));
}

static void a_full_disk_is_told(void **state)
{
    struct fixture *f = *state;
    struct record *r = record_create("/dev/full", &header, &f->now, f->err, sizeof f->err);
    assert_non_null(r);
    record_input(r, EV_CONSOLE_UART0, "x", 1);
    assert_false(record_close(r, f->err, sizeof f->err));
    assert_string_equal(f->err, "/dev/full: cannot be written");
}

/* ---- the console ---- */

static void prompt(struct console *c, enum ev_console source, vtime time)
{
    console_read_event(c, &(struct ev){.kind = EV_CONSOLE, .a = source, .b = '>', .time = time});
}

static void the_console_records_and_replays(void **state)
{
    struct fixture *f = *state;
    struct console c;
    struct stream *end[2];
    char got[8];
    stream_pair(end);
    console_init(&c, end[0]);
    console_record(&c, f->record);
    prompt(&c, EV_CONSOLE_UART0, 1);
    f->now = 512;
    assert_int_equal(console_get(&c, EV_CONSOLE_UART0, got, 4), 0);
    stream_write(end[1], "hello\nx\n", 8);
    /* A replay could not tell a second reading at the same time from the first. */
    assert_int_equal(console_get(&c, EV_CONSOLE_UART0, got, 4), 0);
    f->now = 1024;
    assert_int_equal(console_get(&c, EV_CONSOLE_UART0, got, 4), 4);
    assert_int_equal(console_get(&c, EV_CONSOLE_UART0, got, 4), 2);
    assert_int_equal(console_get(&c, EV_CONSOLE_RTT, got, 4), 0);
    prompt(&c, EV_CONSOLE_RTT, 2);
    f->now = 1536;
    assert_int_equal(console_get(&c, EV_CONSOLE_RTT, got, 4), 2);
    stream_close(end[1]);
    assert_int_equal(console_get(&c, EV_CONSOLE_UART0, got, 4), STREAM_ENDED);
    assert_string_equal(entries(f), "2us uart0 \"hell\"\n2us uart0 \"o\\n\"\n3us rtt \"x\\n\"\n3us uart0 end\n");
    console_record(&c, NULL);

    replay_text(f, "4us uart0 \"typed\"");
    console_replay(&c, f->replay);
    f->now = 2048;
    assert_int_equal(console_get(&c, EV_CONSOLE_UART0, got, 8), 5);
    assert_int_equal(console_get(&c, EV_CONSOLE_UART1, got, 8), 0);
    console_close(&c);
    stream_close(end[0]);
}

/* For semihosting time stands still; it must hear what comes at last. */
static void semihosting_may_read_again(void **state)
{
    struct fixture *f = *state;
    struct console c;
    struct stream *end[2];
    char got[8];
    stream_pair(end);
    console_init(&c, end[0]);
    console_record(&c, f->record);
    assert_int_equal(console_get(&c, EV_CONSOLE_SEMIHOSTING, got, 4), 0);
    stream_write(end[1], "x", 1);
    assert_int_equal(console_get(&c, EV_CONSOLE_SEMIHOSTING, got, 4), 1);
    assert_string_equal(entries(f), "0us semihosting \"x\"\n");
    console_close(&c);
    stream_close(end[0]);
    stream_close(end[1]);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lines_are_readable),         TEST(comes_back_exactly),
        TEST(written_by_people),          TEST(actions_come_back),
        TEST(semihosting_does_not_wait),  TEST(refused_with_line_and_reason),
        TEST(a_full_disk_is_told),        TEST(the_console_records_and_replays),
        TEST(semihosting_may_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
