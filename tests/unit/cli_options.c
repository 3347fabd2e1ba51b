#include "cli/options.h"
#include "swd/port.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "emu/duration.h"
#include "host/console.h"
#include "soc/halted_time.h"

struct fixture {
    struct run_options o;
    char *out, *err;
    char *argv[32];
};

static int setup(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    options_free(&f->o);
    free(f->out);
    free(f->err);
    free(f);
    return 0;
}

/* `arg` ends with NULL. */
static enum options_result parse(struct fixture *f, const char *const *arg)
{
    size_t size;
    int argc = 1;
    options_free(&f->o);
    free(f->out);
    free(f->err);
    f->argv[0] = "run";
    for (; *arg; arg++)
        f->argv[argc++] = (char *)(uintptr_t)*arg;
    f->argv[argc] = NULL;
    FILE *out = open_memstream(&f->out, &size), *err = open_memstream(&f->err, &size);
    enum options_result result = options_parse_run(argc, f->argv, &f->o, out, err);
    fclose(out);
    fclose(err);
    return result;
}

#define parse_args(f, ...) parse((f), (const char *const[]){__VA_ARGS__, NULL})

/* Exactly one line on stderr, which says `part`. */
static void assert_refused(struct fixture *f, enum options_result result, const char *part)
{
    assert_int_equal(result, OPTIONS_WRONG);
    assert_string_equal(f->out, "");
    assert_ptr_equal(strchr(f->err, '\n'), f->err + strlen(f->err) - 1);
    if (!strstr(f->err, part))
        fail_msg("no \"%s\" in: %s", part, f->err);
}

static void defaults(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(parse_args(f, "fw.elf"), OPTIONS_GO);
    assert_int_equal(f->o.n_firmware, 1);
    assert_string_equal(f->o.firmware[0], "fw.elf");
    assert_true(f->o.run_for == VTIME_NEVER);
    assert_int_equal(f->o.on_lockup, OPTIONS_LOCKUP_EXIT);
    assert_int_equal(f->o.halted_time, HALTED_TIME_FROZEN);
    assert_int_equal(f->o.timing, OPTIONS_TIMING_NRF52840);
    assert_int_equal(f->o.sleep_clock, OPTIONS_SLEEP_CLOCK_STOP);
    assert_string_equal(f->o.uart0, "stdio");
    assert_string_equal(f->o.uart1, "stdio");
    assert_string_equal(f->o.rtt, "stdio");
    assert_string_equal(f->o.usb, "stdio");
    assert_null(f->o.gdb);
    assert_null(f->o.stop_when);
    assert_null(f->o.semihosting_dir);
    assert_int_equal(f->o.n_at, 0);
    assert_int_equal(f->o.seed, 0);
    assert_false(f->o.halt || f->o.quiet || f->o.progress || f->o.trace_hash);
}

static void every_option(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(parse_args(f, "--for", "10ms", "--stop-when=PASS", "a.elf", "--on-lockup", "reset", "--gdb",
                                "localhost:0", "--halt", "--halted-time", "wall", "--uart0", "pty", "--uart1",
                                "tcp:1234", "--rtt", "null", "--usb", "none", "--tcl", "1", "--telnet", "[::1]:2"),
                     OPTIONS_GO);
    assert_string_equal(f->o.tcl, "1");
    assert_string_equal(f->o.telnet, "[::1]:2");
    assert_true(f->o.run_for == 10 * VTIME_PER_MS);
    assert_string_equal(f->o.stop_when, "PASS");
    assert_int_equal(f->o.on_lockup, OPTIONS_LOCKUP_RESET);
    assert_string_equal(f->o.gdb, "localhost:0");
    assert_true(f->o.halt);
    assert_int_equal(f->o.halted_time, HALTED_TIME_WALL);
    assert_string_equal(f->o.uart0, "pty");
    assert_string_equal(f->o.uart1, "tcp:1234");
    assert_string_equal(f->o.rtt, "null");
    assert_string_equal(f->o.usb, "none");
    assert_int_equal(parse_args(f, "--semihosting-dir", "d", "--seed", "0x10", "--flash-file", "f", "--timing",
                                "zero-wait", "--sleep-clock", "run", "--vcd", "v", "--stats", "s", "--trace-hash",
                                "--quiet", "--progress", "--halted-time", "traffic", "a", "b"),
                     OPTIONS_GO);
    assert_string_equal(f->o.semihosting_dir, "d");
    assert_int_equal(f->o.seed, 16);
    assert_string_equal(f->o.flash_file, "f");
    assert_int_equal(f->o.timing, OPTIONS_TIMING_ZERO_WAIT);
    assert_int_equal(f->o.sleep_clock, OPTIONS_SLEEP_CLOCK_RUN);
    assert_string_equal(f->o.vcd, "v");
    assert_string_equal(f->o.stats, "s");
    assert_true(f->o.trace_hash && f->o.quiet && f->o.progress);
    assert_int_equal(f->o.halted_time, HALTED_TIME_TRAFFIC);
    assert_int_equal(f->o.n_firmware, 2);
    assert_string_equal(f->o.firmware[1], "b");
    assert_int_equal(parse_args(f, "--swd", "buspirate:/tmp/tty", "--swd-time", "wire", "--swd-clock", "c", "--halt",
                                "--rtt", "none"),
                     OPTIONS_GO);
    assert_string_equal(f->o.swd, "buspirate:/tmp/tty");
    assert_int_equal(f->o.swd_time, SWD_TIME_WIRE);
    assert_string_equal(f->o.swd_clock, "c");
    assert_int_equal(parse_args(f, "--swd", "jlink:localhost:0", "a"), OPTIONS_GO);
    assert_int_equal(f->o.swd_time, SWD_TIME_WALL);
}

static void file_names_behind_two_dashes(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(parse_args(f, "--quiet", "--", "--halt"), OPTIONS_GO);
    assert_string_equal(f->o.firmware[0], "--halt");
    assert_false(f->o.halt);
}

static void flash_file_may_be_the_firmware(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(parse_args(f, "--flash-file", "flash.bin"), OPTIONS_GO);
    assert_int_equal(f->o.n_firmware, 0);
    assert_refused(f, parse_args(f, "--quiet"), "no firmware");
    assert_refused(f, parse_args(f, "--gdb", "1"), "no firmware");
    assert_int_equal(parse_args(f, "--gdb", "1", "--halt"), OPTIONS_GO); /* the debugger brings it */
    assert_refused(f, parse_args(f, "--tcl", "1", "a.elf"), "needs --gdb");
}

static void bad_values(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[][2] = {
        {"--for", "10"},
        {"--for", ""},
        {"--for", "-1ms"},
        {"--for", "1 ms"},
        {"--for", "ms"},
        {"--stop-when", ""},
        {"--on-lockup", "explode"},
        {"--gdb", "65536"},
        {"--gdb", ":1"},
        {"--gdb", "host:"},
        {"--gdb", "3333x"},
        {"--halted-time", "fast"},
        {"--uart0", "serial"},
        {"--uart0", "tcp:"},
        {"--uart0", "tcp:x"},
        {"--uart1", "file:"},
        {"--uart1", "none"},
        {"--usb", "tcp:"},
        {"--rtt", "pty"},
        {"--swd", "stlink"},
        {"--swd", "jlink:"},
        {"--swd", "jlink:x"},
        {"--swd", "jlinks"},
        {"--swd", "buspirate:"},
        {"--swd-time", "traffic"},
        {"--seed", "abc"},
        {"--seed", "-1"},
        {"--seed", "18446744073709551616"},
        {"--timing", "quick"},
        {"--sleep-clock", "on"},
        {"--vcd", ""},
        {"--at", "5ms"},
        {"--at", "5ms=explode"},
        {"--semihosting-dir", ""},
    };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_refused(f, parse_args(f, "fw.elf", bad[i][0], bad[i][1]), bad[i][0]);
    char text[CONSOLE_STOP_MAX + 2];
    memset(text, 'x', sizeof text);
    text[CONSOLE_STOP_MAX + 1] = '\0';
    assert_refused(f, parse_args(f, "fw.elf", "--stop-when", text), "longer than 255");
}

static void bad_options(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, parse_args(f, "fw.elf", "--explode"), "--explode");
    assert_refused(f, parse_args(f, "--explode=now", "fw.elf"), "--explode=now");
    assert_refused(f, parse_args(f, "-x", "fw.elf"), "-x");
    assert_refused(f, parse_args(f, "fw.elf", "--quiet=yes"), "--quiet=yes");
    assert_refused(f, parse_args(f, "fw.elf", "--for"), "--for needs a value");
    assert_refused(f, parse_args(f, "fw.elf", "--halt"), "--gdb");
    assert_refused(f, parse_args(f, "fw.elf", "--trace-hash"), "--stats");
    assert_refused(f, parse_args(f, "fw.elf", "--swd-time", "wire"), "--swd");
    assert_refused(f, parse_args(f, "fw.elf", "--swd", "jlink", "--gdb", "0"), "--gdb");
}

static void help_names_every_option(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {
        "--for DURATION",
        "--stop-when TEXT",
        "--on-lockup exit|reset",
        "--gdb [HOST:]PORT",
        "--halt ",
        "--halted-time",
        "--uart0",
        "--uart1",
        "--rtt",
        "--usb",
        "--semihosting-dir",
        "--at",
        "--board NAME|FILE",
        "--seed N",
        "--flash-file",
        "--timing",
        "--sleep-clock",
        "--vcd",
        "--stats",
        "--trace ",
        "--trace-hash",
        "--profile",
        "--callgrind",
        "--coverage",
        "--swo",
        "--swd ",
        "--swd-time",
        "--window",
        "--screenshot",
        "--quiet",
        "--progress",
        "--help",
    };
    assert_int_equal(parse_args(f, "--help"), OPTIONS_DONE);
    assert_string_equal(f->err, "");
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!strstr(f->out, names[i]))
            fail_msg("no %s in the help", names[i]);
    for (const char *line = f->out, *end; (end = strchr(line, '\n')); line = end + 1)
        assert_true(end - line <= 110);
    assert_int_equal(parse_args(f, "-h"), OPTIONS_DONE);
}

static void boards(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(parse_args(f, "fw"), OPTIONS_GO);
    assert_string_equal(f->o.board, "nrf52840dk");
    assert_int_equal(parse_args(f, "--board", "my.yaml", "fw"), OPTIONS_GO);
    assert_string_equal(f->o.board, "my.yaml");
    assert_int_equal(parse_args(f, "--board", "list"), OPTIONS_DONE);
    assert_non_null(strstr(f->out, "nrf52840dk "));
    assert_non_null(strstr(f->out, "bare "));
}

static void help_after_a_bad_option_is_no_help(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, parse_args(f, "--explode", "--help"), "--explode");
}

static void stimuli_in_order_of_time(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(parse_args(f, "--at", "5ms=pin P0.11 0", "--at", "1ms=irq 17", "--at", "9ms=reset", "--at",
                                "2ms=uart0 \"text\\n\"", "--at", "5ms=pin P1.15 1", "--at", "5ms=pin P0.00 z", "--at",
                                "10ms=button USER_1 press", "--at", "11ms=button USER_1 release", "fw"),
                     OPTIONS_GO);
    assert_int_equal(f->o.n_at, 8);
    const struct stimulus *s = f->o.at;
    assert_true(s[0].time == VTIME_PER_MS && s[0].kind == STIMULUS_IRQ && s[0].irqn == 17);
    assert_true(s[1].time == 2 * VTIME_PER_MS && s[1].kind == STIMULUS_UART && s[1].uart == 0);
    assert_int_equal(s[1].length, 5);
    assert_memory_equal(s[1].text, "text\n", 5);
    assert_true(s[2].time == 5 * VTIME_PER_MS && s[2].kind == STIMULUS_PIN && s[2].pin == 11 && s[2].drive == PIN_LOW);
    assert_true(s[3].kind == STIMULUS_PIN && s[3].pin == 47 && s[3].drive == PIN_HIGH);
    assert_true(s[4].kind == STIMULUS_PIN && s[4].pin == 0 && s[4].drive == PIN_Z);
    assert_true(s[5].time == 9 * VTIME_PER_MS && s[5].kind == STIMULUS_RESET);
    assert_true(s[6].kind == STIMULUS_BUTTON && s[6].pressed && !s[7].pressed);
    assert_string_equal(s[7].name, "USER_1");
}

static void stimulus_text_escapes(void **state)
{
    (void)state;
    struct stimulus s;
    char err[128];
    assert_true(stimulus_parse("0us=uart1  \"a\\tb\\\\\\\"\\x7F\\0=\" ", &s, err, sizeof err));
    assert_int_equal(s.uart, 1);
    assert_int_equal(s.length, 8);
    assert_memory_equal(s.text, "a\tb\\\"\x7f\0=", 8);
    stimulus_free(&s);
    assert_true(stimulus_parse("0s=uart0 \"\"", &s, err, sizeof err));
    assert_int_equal(s.length, 0);
    stimulus_free(&s);
    assert_true(stimulus_parse("1s=usb \"reset\"", &s, err, sizeof err));
    assert_int_equal(s.kind, STIMULUS_USB);
    assert_int_equal(s.length, 5);
    stimulus_free(&s);
}

static void stimulus_of_voltages(void **state)
{
    (void)state;
    struct stimulus s;
    char err[128];
    assert_true(stimulus_parse("3ms=adc AIN5 1500mV", &s, err, sizeof err));
    assert_true(s.time == 3 * VTIME_PER_MS && s.kind == STIMULUS_ADC && s.adc_input == SAADC_AIN0 + 5);
    assert_int_equal(s.millivolts, 1500);
    assert_true(stimulus_parse("0us=adc VDDHDIV5 -20 mV ", &s, err, sizeof err));
    assert_int_equal(s.adc_input, SAADC_VDDHDIV5);
    assert_int_equal(s.millivolts, -20);
}

static void stimulus_of_the_temperature(void **state)
{
    (void)state;
    struct stimulus s;
    char err[128];
    assert_true(stimulus_parse("1s=temp -3.3", &s, err, sizeof err));
    assert_true(s.kind == STIMULUS_TEMP && s.milli == -3300);
    assert_false(stimulus_parse("1s=temp", &s, err, sizeof err));
    assert_false(stimulus_parse("1s=temp 86", &s, err, sizeof err));
    assert_false(stimulus_parse("1s=temp nan", &s, err, sizeof err));
    assert_false(stimulus_parse("1s=boil", &s, err, sizeof err));
    assert_string_equal(err, "the action is pin, button, part, irq, uart0, uart1, usb, vdd, adc, vbus, temp or reset");
}

static void bad_stimuli(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "=reset",
        "5=reset",
        "5ms",
        "5ms=",
        "5ms=resets",
        "5ms=reset now",
        "5ms=pin",
        "5ms=pin P0.11",
        "5ms=pin P0.32 1",
        "5ms=pin P1.16 1",
        "5ms=pin P0.11 2",
        "5ms=pin P0.11 10",
        "5ms=pin P0.11 1 1",
        "5ms=pin P000000000000011 1",
        "5ms=adc",
        "5ms=adc AIN0",
        "5ms=adc AIN8 1mV",
        "5ms=adc AIN0 1500",
        "5ms=adc AIN0 1V",
        "5ms=adc AIN0 1500mV 2",
        "5ms=adc AIN0 1000000mV",
        "5ms=button",
        "5ms=button 1",
        "5ms=button 1 push",
        "5ms=button 1 press hard",
        "5ms=button 1234567890123456789012345678901234567890 press",
        "5ms=part t",
        "5ms=part t temperature",
        "5ms=part t temperature warm",
        "5ms=part t temperature 21.5 C",
        "5ms=irq",
        "5ms=irq -1",
        "5ms=irq 48",
        "5ms=irq 1x",
        "5ms=irq 99999999999999999999",
        "5ms=uart0",
        "5ms=uart0 text",
        "5ms=uart0 \"text",
        "5ms=uart0 \"text\\\"",
        "5ms=uart0 \"text\" more",
        "5ms=uart0 \"\\q\"",
        "5ms=uart0 \"\\x1\"",
        "5ms=uart0 \"\\x",
        "5ms=uart0 \"\\",
        "5ms=uart2 \"text\"",
    };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct stimulus s;
        char err[128] = "";
        if (stimulus_parse(bad[i], &s, err, sizeof err))
            fail_msg("accepted: %s", bad[i]);
        assert_true(err[0] && !strchr(err, '\n'));
    }
}

static void durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        vtime expected;
    } good[] = {
        {"250us", 250 * VTIME_PER_US},
        {"10ms", 10 * VTIME_PER_MS},
        {"2s", 2 * VTIME_PER_S},
        {"64cycles", 64 * VTIME_PER_CYCLE},
        {"1cycle", VTIME_PER_CYCLE},
        {"0us", 0},
        {"1.5ms", 1500 * VTIME_PER_US},
        {"0.001s", VTIME_PER_MS},
        {"0.5cycles", VTIME_PER_CYCLE / 2},
        {"0.0000000001s", 0},
        {"36000000000s", 36000000000 * VTIME_PER_S},
    };
    for (unsigned i = 0; i < sizeof good / sizeof good[0]; i++) {
        vtime t = 1;
        assert_true(duration_parse(good[i].text, strlen(good[i].text), &t));
        assert_true(t == good[i].expected);
    }
    static const char *const bad[] = {"",
                                      "1",
                                      "s",
                                      "1m",
                                      "1 s",
                                      ".5s",
                                      "1..5s",
                                      "-1s",
                                      "+1s",
                                      "1e3us",
                                      "0x10us",
                                      "1msx",
                                      "37000000000s",
                                      "99999999999999999999s",
                                      "1000000000000000000000000000us"};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        vtime t;
        if (duration_parse(bad[i], strlen(bad[i]), &t))
            fail_msg("accepted: %s", bad[i]);
    }
    vtime t;
    assert_true(duration_parse("5ms=reset", 3, &t));
    assert_true(t == 5 * VTIME_PER_MS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults),
        TEST(every_option),
        TEST(file_names_behind_two_dashes),
        TEST(flash_file_may_be_the_firmware),
        TEST(bad_values),
        TEST(bad_options),
        TEST(help_names_every_option),
        TEST(help_after_a_bad_option_is_no_help),
        TEST(boards),
        TEST(stimuli_in_order_of_time),
        cmocka_unit_test(stimulus_text_escapes),
        cmocka_unit_test(stimulus_of_voltages),
        cmocka_unit_test(stimulus_of_the_temperature),
        cmocka_unit_test(bad_stimuli),
        cmocka_unit_test(durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
