/* Board files: what they may say and how they are refused; LEDs, buttons, loops and the reset button at the pins. */
#include "soc/board_file.h"
#include "soc/machine.h"

#include <setjmp.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char err[256];

static bool parse(struct board *b, const char *text)
{
    strcpy(err, "-");
    return board_parse(b, "my.yaml", text, strlen(text), err, sizeof err);
}

static void assert_refused(const char *text, const char *why)
{
    struct board b;
    assert_false(parse(&b, text));
    if (strcmp(err, why))
        fail_msg("\"%s\" instead of \"%s\"", err, why);
}

/* ---- files ---- */

static void a_board_in_full(void **state)
{
    struct board b;
    assert_true(parse(&b, "name: mine\n"
                          "title: Mine, with everything\n"
                          "application: 0x26000\n"
                          "qspi_flash: mx25r6435f\n"
                          "reset: P0.18\n"
                          "leds:\n"
                          "  - {name: L1, pin: P0.13, active: low, colour: blue}\n"
                          "  - name: L2\n"
                          "    pin: P1.05\n"
                          "    active: high\n"
                          "buttons: [{name: 1, pin: P0.11, active: low, pull: up}]\n"
                          "wires: {console_tx: P0.06, console_rx: P0.08}\n"
                          "loops: [[P0.03, P0.04], [P1.01, P1.02, P1.03]]\n"));
    assert_string_equal(b.name, "mine");
    assert_string_equal(b.title, "Mine, with everything");
    assert_int_equal(b.application, 0x26000);
    assert_string_equal(b.qspi_flash->name, "mx25r6435f");
    assert_int_equal(b.reset, 18);
    assert_int_equal(b.n_leds, 2);
    assert_string_equal(b.led[0].name, "L1");
    assert_true(b.led[0].pin == 13 && !b.led[0].active && b.led[0].colour == BOARD_BLUE);
    assert_true(b.led[1].pin == 37 && b.led[1].active && b.led[1].colour == BOARD_RED);
    assert_int_equal(b.n_buttons, 1);
    assert_true(b.button[0].pin == 11 && !b.button[0].active && b.button[0].pull == PIN_PULL_UP);
    assert_int_equal(b.n_wires, 2);
    assert_true(!strcmp(b.wire[1].name, "console_rx") && b.wire[1].pin == 8);
    assert_int_equal(b.n_loops, 3);
    assert_true(b.loop[2].a == 33 && b.loop[2].b == 35);
}

static void a_name_is_enough(void **state)
{
    struct board b;
    assert_true(parse(&b, "name: x"));
    assert_int_equal(b.reset, PIN_NONE);
    assert_int_equal(b.n_leds + b.n_buttons + b.n_loops + b.n_wires, 0);
}

static void refused_with_file_line_and_reason(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "my.yaml: there is nothing in it"},
        {"title: x\n", "my.yaml: line 1: a board needs 'name'"},
        {"just words", "my.yaml: line 1: a board is a mapping, such as {name: ...}"},
        {"name: x\nname: y", "my.yaml: line 2: 'name' is given twice"},
        {"name: x y", "my.yaml: line 1: a name has letters, digits, _ and - only: 'x y'"},
        {"name: [x]", "my.yaml: line 1: one value is expected here, not a list or a mapping"},
        {"name:", "my.yaml: line 1: there is no value here"},
        {"name: \"x\\0y\"", "my.yaml: line 1: there is a 0 byte in this value"},
        {"name: 12345678901234567890123456789012",
         "my.yaml: line 1: '12345678901234567890...' is longer than 31 characters"},
        {"name: x\nreset: P0.32",
         "my.yaml: line 2: there is no pin 'P0.32': they are P0.00 to P0.31 and P1.00 to P1.15"},
        {"name: x\napplication: -1", "my.yaml: line 2: '-1' is no number from 0 to 0xFFFFFFFF"},
        {"name: x\napplication: 0x100000000", "my.yaml: line 2: '0x100000000' is no number from 0 to 0xFFFFFFFF"},
        {"name: x\nleds: 3", "my.yaml: line 2: leds are a list"},
        {"name: x\nleds:\n- {name: a, pin: P0.01}", "my.yaml: line 3: an LED needs 'active'"},
        {"name: x\nleds:\n- {name: a, pim: P0.01}",
         "my.yaml: line 3: an LED has no 'pim'; it may have name, pin, active, colour"},
        {"name: x\nleds:\n- {name: a, pin: P0.01, active: 1}", "my.yaml: line 3: '1' is none of low, high"},
        {"name: x\nleds:\n- {name: a, pin: P0.01, active: low}\n- {name: a, pin: P0.02, active: low}",
         "my.yaml: line 4: there is another LED 'a'"},
        {"name: x\nbuttons:\n- {name: a, pin: P0.01, active: low}\n- {name: a, pin: P0.02, active: low}",
         "my.yaml: line 4: there is another button 'a'"},
        {"name: x\nbuttons:\n- {name: a, pin: P0.01, active: low, pull: left}",
         "my.yaml: line 3: 'left' is none of none, down, up"},
        {"name: x\nloops: [[P0.01]]", "my.yaml: line 2: a loop wires two pins or more, such as [P0.03, P0.04]"},
        {"name: x\nloops: [[P0.01, P0.01]]", "my.yaml: line 2: a pin is not looped to itself"},
        {"name: x\nloops: [P0.01, P0.02]", "my.yaml: line 2: the pins of a loop are a list"},
        {"name: x\n  bad: [", "my.yaml: line 2: this is not YAML: mapping values are not allowed in this context"},
        {"name: x\nleds: &a [*a]", "my.yaml: line 2: an LED is a mapping, such as {name: ...}"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(cases[i].text, cases[i].why);
}

static void parts_on_buses(void **state)
{
    struct board b;
    assert_true(
        parse(&b, "name: x\n"
                  "parts:\n" /* before the buses: the order does not matter */
                  "- {name: t, part: tmp102, bus: sensors, address: 0x49, irqs: P0.05, values: {temperature: -3.5}}\n"
                  "- {name: e, part: 24lc256}\n"
                  "- {name: a, part: lis2dh12, bus: spi, cs: P1.12, irqs: [P0.02, P0.03], values: {z: 1, x: 0.25}}\n"
                  "- {name: b, part: lis2dh12, bus: {scl: P0.11, sda: P0.12}}\n"
                  "- {name: c, part: lis2dh12, bus: wide, cs: P1.13}\n"
                  "buses:\n"
                  "  sensors: {scl: P0.27, sda: P0.26}\n"
                  "  wide: {sck: P0.31, mosi: P0.30, miso: P0.29}\n"));
    assert_int_equal(b.n_parts, 5);
    const struct board_part *p = b.part;
    assert_string_equal(p[0].type->name, "tmp102");
    assert_true(!p[0].wiring.on_spi && p[0].wiring.address == 0x49 && p[0].wiring.scl == 27 && p[0].wiring.sda == 26);
    assert_true(p[0].wiring.irq[0] == 5 && p[0].wiring.irq[1] == PIN_NONE && p[0].wiring.cs == PIN_NONE);
    assert_true(p[0].n_values == 1 && p[0].value[0].milli == -3500);
    assert_true(p[1].wiring.address == 0x50 && p[1].wiring.scl == PIN_NONE); /* wherever the master is */
    assert_true(p[2].wiring.on_spi && p[2].wiring.sck == PIN_NONE && p[2].wiring.cs == 44 && p[2].wiring.irq[1] == 3);
    assert_true(p[2].value[0].input == 2 && p[2].value[0].milli == 1000 && p[2].value[1].milli == 250);
    assert_true(!p[3].wiring.on_spi && p[3].wiring.scl == 11 && p[3].wiring.address == 0x18);
    assert_true(p[4].wiring.on_spi && p[4].wiring.sck == 31 && p[4].wiring.mosi == 30 && p[4].wiring.miso == 29);
    assert_int_equal(board_part(&b, "c"), 4);
    char names[32];
    assert_string_equal(board_part_names(&b, names, sizeof names), "t, e, a, b, c");
}

static void parts_refused(void **state)
{
    static const struct {
        const char *parts, *why;
    } cases[] = {
        {"- {name: t}", "a part needs 'part'"},
        {"- {name: t, part: tmp103}", "there is no part 'tmp103'; there are tmp102, 24lc256, lis2dh12"},
        {"- {name: t, part: tmp102, address: 0x50}", "tmp102: its address is one of 0x48 to 0x4b, not 0x50"},
        {"- {name: t, part: tmp102, address: 0x148}", "an I2C address has 7 bits: 0x148 is none"},
        {"- {name: t, part: tmp102, bus: spi, cs: P0.01}", "tmp102: has no SPI"},
        {"- {name: t, part: lis2dh12, bus: spi}", "lis2dh12: on SPI it needs a pin for chip select"},
        {"- {name: t, part: tmp102, bus: can}", "there is no bus 'can' among the board's buses, nor is it i2c or spi"},
        {"- {name: t, part: tmp102, bus: {scl: P0.01}}", "a bus has scl and sda, or sck, mosi and miso"},
        {"- {name: t, part: tmp102, bus: {scl: P0.01, sda: P0.02, sck: P0.03}}",
         "a bus has scl and sda, or sck, mosi and miso"},
        {"- {name: t, part: tmp102, irqs: [P0.01, P0.02]}", "tmp102: has no such interrupt output"},
        {"- {name: t, part: tmp102, irqs: [P0.01, P0.02, P0.03]}",
         "there is room for 2 of interrupt outputs, not for 3"},
        {"- {name: t, part: tmp102, values: {x: 1}}", "tmp102 has no 'x' to measure"},
        {"- {name: t, part: tmp102, values: {temperature: hot}}",
         "'hot' is no number such as -21.5, of three places at most"},
        {"- {name: t, part: tmp102, values: 21}", "values are a mapping, such as {temperature: 21.5}"},
        {"- {name: t, part: tmp102}\n- {name: t, part: 24lc256}", "there is another part 't'"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256], why[256];
        snprintf(text, sizeof text, "name: x\nparts:\n%s", cases[i].parts);
        snprintf(why, sizeof why, "my.yaml: line %d: %s", strchr(cases[i].parts, '\n') ? 4 : 3, cases[i].why);
        assert_refused(text, why);
    }
}

static void too_many(void **state)
{
    char text[4096] = "name: x\nbuttons:\n";
    struct board b;
    for (unsigned i = 0; i < BOARD_BUTTONS; i++)
        sprintf(text + strlen(text), "- {name: %u, pin: P0.%02u, active: low}\n", i, i);
    assert_true(parse(&b, text));
    strcat(text, "- {name: more, pin: P1.00, active: low}\n");
    assert_refused(text, "my.yaml: line 3: there is room for 16 of buttons, not for 17");
    static char large[BOARD_FILE_MAX + 2];
    memset(large, '\n', sizeof large - 1);
    assert_refused(large, "my.yaml: is 65537 bytes long; a board has at most 65536");
}

static void boards_that_come_with_it(void **state)
{
    struct board b;
    bool is_default = false;
    assert_true(board_builtin_count >= 4);
    for (unsigned i = 0; i < board_builtin_count; i++) {
        if (!board_find(&b, board_builtins[i].name, err, sizeof err))
            fail_msg("%s", err);
        assert_string_equal(b.name, board_builtins[i].name);
        assert_true(*b.title);
        is_default |= !strcmp(b.name, BOARD_DEFAULT);
    }
    assert_true(is_default);
    assert_true(board_find(&b, BOARD_DEFAULT, err, sizeof err));
    assert_true(b.led[0].pin == 13 && b.led[3].pin == 16 && b.button[3].pin == 25 && b.reset == 18);
}

static void a_board_from_a_file(void **state)
{
    char path[] = "/tmp/soc_board_XXXXXX";
    struct board b;
    int fd = mkstemp(path);
    assert_int_equal(write(fd, "name: filed\n", 12), 12);
    close(fd);
    assert_true(board_find(&b, path, err, sizeof err));
    assert_string_equal(b.name, "filed");
    unlink(path);
    assert_false(board_find(&b, path, err, sizeof err));
    assert_non_null(strstr(err, "No such file"));
    assert_false(board_find(&b, "/tmp", err, sizeof err));
    assert_non_null(strstr(err, "/tmp: Is a directory"));
    assert_false(board_find(&b, "nonesuch", err, sizeof err));
    assert_non_null(strstr(err, "nrf52840dk"));
}

/* ---- at the pins ---- */

struct fixture {
    struct board board;
    struct pins pins;
};

static void on_board(struct fixture *f, const char *text)
{
    *f = (struct fixture){0};
    if (!parse(&f->board, text))
        fail_msg("%s", err);
    pins_init(&f->pins, NULL);
    board_attach(&f->board, &f->pins);
}

static void an_led_is_lit_when_driven_to_its_level(void **state)
{
    struct fixture f;
    on_board(&f, "name: x\nleds: [{name: low, pin: P0.13, active: low}, {name: high, pin: P1.01, active: high}]");
    assert_false(board_led_lit(&f.board, 0)); /* low, but nobody drives it */
    assert_false(board_led_lit(&f.board, 1));
    pins_drive(&f.pins, 13, PIN_FROM_GPIO, PIN_LOW);
    pins_drive(&f.pins, 33, PIN_FROM_PERIPHERAL, PIN_HIGH);
    assert_true(board_led_lit(&f.board, 0) && board_led_lit(&f.board, 1));
    pins_drive(&f.pins, 13, PIN_FROM_GPIO, PIN_HIGH);
    assert_false(board_led_lit(&f.board, 0));
}

static void a_button_pulls_its_pin(void **state)
{
    struct fixture f;
    on_board(&f, "name: x\nbuttons: [{name: low, pin: P0.11, active: low, pull: up}, {name: high, pin: P0.12, active: "
                 "high}]");
    assert_true(pins_level(&f.pins, 11));
    board_press(&f.board, 0, true);
    assert_false(pins_level(&f.pins, 11));
    assert_true(f.board.button[0].pressed);
    board_press(&f.board, 0, false);
    assert_true(pins_level(&f.pins, 11));
    board_press(&f.board, 1, true);
    assert_true(pins_level(&f.pins, 12));
    board_press(&f.board, 1, false);
    assert_false(pins_level(&f.pins, 12));
    assert_int_equal(board_button(&f.board, "high"), 1);
    assert_int_equal(board_button(&f.board, "higher"), -1);
    char names[32], little[6];
    assert_string_equal(board_button_names(&f.board, names, sizeof names), "low, high");
    assert_string_equal(board_button_names(&f.board, little, sizeof little), "low, ");
}

static void looped_pins_follow(void **state)
{
    struct fixture f;
    on_board(&f, "name: x\nloops: [[P0.03, P0.04, P1.04]]");
    pins_drive(&f.pins, 4, PIN_FROM_GPIO, PIN_HIGH);
    assert_true(pins_level(&f.pins, 3) && pins_level(&f.pins, 36));
}

static void collect(void *ctx, const char *name, unsigned pin)
{
    sprintf((char *)ctx + strlen(ctx), "%s=%s ", name, pin_name(pin));
}

static void names_of_pins(void **state)
{
    struct fixture f;
    char text[256] = "";
    on_board(&f, "name: x\nreset: P0.18\nleds: [{name: L, pin: P0.13, active: low}]\n"
                 "buttons: [{name: 1, pin: P0.11, active: low}]\nwires: {tx: P0.06}\n"
                 "parts: [{name: a, part: lis2dh12, bus: spi, cs: P1.12, irqs: [P0.02, P0.03]}]");
    board_names(&f.board, collect, text);
    assert_string_equal(text, "L=P0.13 button_1=P0.11 a_cs=P1.12 a_irq1=P0.02 a_irq2=P0.03 tx=P0.06 reset=P0.18 ");
}

/* ---- in the machine ---- */

struct log_of_resets {
    unsigned n;
    uint32_t resetreas;
};

static void on_event(void *ctx, const struct ev *e)
{
    struct log_of_resets *l = ctx;
    l->n++;
    l->resetreas = e->a;
}

/* On the board of `text`; NULL: the default one. */
static struct machine *machine_on(const char *text, const struct stimulus *stimuli, unsigned n, struct board *board)
{
    struct machine *m = calloc(1, sizeof *m);
    struct machine_config c = {.board = board,
                               .run_for = 3 * VTIME_PER_MS,
                               .uart0 = "null",
                               .uart1 = "null",
                               .rtt = "null",
                               .stimuli = stimuli,
                               .n_stimuli = n,
                               .quiet = true};
    assert_true(text ? parse(board, text) : board_find(board, BOARD_DEFAULT, err, sizeof err));
    assert_non_null(m);
    if (machine_init(m, &c, err, sizeof err))
        return m;
    machine_close(m);
    free(m);
    return NULL;
}

static struct machine *machine_with(const struct stimulus *stimuli, unsigned n, struct board *board)
{
    return machine_on(NULL, stimuli, n, board);
}

static void run(struct machine *m)
{
    char why[IMAGE_ERR_SIZE], *firmware[] = {FIRMWARE "/06-peripherals.elf"};
    if (!machine_load(m, firmware, 1, why))
        fail_msg("%s", why);
    machine_power_on(m);
    machine_run_to_end(m);
}

static void a_button_is_pressed_at_a_time(void **state)
{
    struct stimulus s[2];
    struct board board;
    assert_true(stimulus_parse("1ms=button 1 press", &s[0], err, sizeof err));
    assert_true(stimulus_parse("2ms=button 2 press", &s[1], err, sizeof err));
    struct machine *m = machine_with(s, 2, &board);
    run(m);
    assert_true(m->soc.board.button[0].pressed && m->soc.board.button[1].pressed && !m->soc.board.button[2].pressed);
    assert_true(pins_driven(&m->soc.pins, 11) && !pins_driven(&m->soc.pins, 24));
    machine_close(m);
    free(m);

    assert_true(stimulus_parse("2ms=button 5 press", &s[1], err, sizeof err));
    assert_null(machine_with(s, 2, &board));
    assert_string_equal(err, "--at: board nrf52840dk has no button '5'; it has 1, 2, 3, 4");
}

/* The reset button is nothing but a pin until UICR says otherwise. */
static void the_reset_button_resets(void **state)
{
    struct stimulus s;
    struct board board;
    assert_true(stimulus_parse("1ms=pin P0.18 0", &s, err, sizeof err));
    for (unsigned configured = 0; configured < 2; configured++) {
        struct log_of_resets log = {0};
        struct machine *m = machine_with(&s, 1, &board);
        if (configured) {
            uicr_set(m->soc.uicr, UICR_PSELRESET, 18);
            uicr_set(m->soc.uicr, UICR_PSELRESET + 4, 18);
        }
        evlog_attach(&m->soc.evlog, 1u << EV_RESET, on_event, &log);
        run(m);
        assert_int_equal(log.n, 1 + configured); /* power-on is one */
        assert_int_equal(log.resetreas, configured ? RESETREAS_RESETPIN : 0);
        machine_close(m);
        free(m);
    }
}

/* What an I2C master reads from the thermometer, in 1/16 degrees. */
static int read_temperature(struct machine *m)
{
    const struct i2c_master master = {.scl = 27, .sda = 26};
    struct i2c_bus *bus = &m->soc.i2c;
    vtime now = m->soc.sched.now;
    if (!i2c_bus_start(bus, &master, 0x48, true, now))
        return INT_MIN;
    uint8_t high = i2c_bus_read(bus, &master, now), low = i2c_bus_read(bus, &master, now);
    i2c_bus_stop(bus, &master, now);
    return (int16_t)(high << 8 | low) >> 4;
}

static void a_part_measures_what_it_is_told(void **state)
{
    struct stimulus s;
    struct board board;
    assert_true(stimulus_parse("1ms=part t temperature 30.5", &s, err, sizeof err));
    for (unsigned stimulated = 0; stimulated < 2; stimulated++) {
        const char *text = "name: x\nbuses: {b: {scl: P0.27, sda: P0.26}}\n"
                           "parts: [{name: t, part: tmp102, bus: b, values: {temperature: 21.5}}]";
        struct machine *m = machine_on(text, &s, stimulated, &board);
        run(m);
        assert_int_equal(read_temperature(m), stimulated ? 16 * 30 + 8 : 16 * 21 + 8);
        machine_close(m);
        free(m);
    }
    assert_null(machine_on("name: x", &s, 1, &board));
    assert_string_equal(err, "--at: board x has no part 't'; it has none");
    assert_null(machine_on("name: x\nparts: [{name: t, part: 24lc256}]", &s, 1, &board));
    assert_string_equal(err, "--at: part t, a 24lc256, measures no 'temperature'");
}

/* What a snapshot restores includes the board. */
static void a_snapshot_keeps_the_board(void **state)
{
    struct board board;
    struct machine *m = machine_with(NULL, 0, &board);
    struct soc_snapshot *n = soc_snapshot_take(&m->soc);
    board_press(&m->soc.board, 0, true);
    soc_snapshot_restore(&m->soc, n);
    assert_false(m->soc.board.button[0].pressed);
    assert_false(pins_driven(&m->soc.pins, 11));
    soc_snapshot_free(n);
    machine_close(m);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_board_in_full),
        cmocka_unit_test(a_name_is_enough),
        cmocka_unit_test(refused_with_file_line_and_reason),
        cmocka_unit_test(parts_on_buses),
        cmocka_unit_test(parts_refused),
        cmocka_unit_test(too_many),
        cmocka_unit_test(boards_that_come_with_it),
        cmocka_unit_test(a_board_from_a_file),
        cmocka_unit_test(an_led_is_lit_when_driven_to_its_level),
        cmocka_unit_test(a_button_pulls_its_pin),
        cmocka_unit_test(looped_pins_follow),
        cmocka_unit_test(names_of_pins),
        cmocka_unit_test(a_button_is_pressed_at_a_time),
        cmocka_unit_test(the_reset_button_resets),
        cmocka_unit_test(a_part_measures_what_it_is_told),
        cmocka_unit_test(a_snapshot_keeps_the_board),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
