/* The VCD writer, read back with a small parser of its own. */
#include "emu/vcd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { MAX_SIGNALS = 128, TEXT_SIZE = 65536 };

static const char *const irq_name[] = {[0] = "POWER_CLOCK", [17] = "RTC1", [47] = "FPU"};

struct fixture {
    vtime now;
    struct evlog log;
    struct pins pins;
    struct vcd *vcd;
    char path[32], err[128];
    char text[TEXT_SIZE];
    struct signal {
        char id[8], name[32];
        int value; /* while parsing */
    } signal[MAX_SIGNALS];
    unsigned n_signals;
};

static void setup(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    evlog_init(&f->log, &f->now);
    pins_init(&f->pins, &f->log);
    strcpy(f->path, "/tmp/emu_vcd_XXXXXX");
    close(mkstemp(f->path));
}

static void open_it(struct fixture *f)
{
    const struct vcd_signals signals = {
        .irq_name = irq_name, .n_irqs = sizeof irq_name / sizeof irq_name[0], .pins = &f->pins};
    assert_true(vcd_open(&f->vcd, f->path, &f->log, &signals, f->err, sizeof f->err));
}

static void close_it(struct fixture *f)
{
    assert_true(vcd_close(f->vcd, f->err, sizeof f->err));
    FILE *file = fopen(f->path, "r");
    size_t n = fread(f->text, 1, TEXT_SIZE - 1, file);
    f->text[n] = 0;
    fclose(file);
    unlink(f->path);
}

static struct signal *signal_by(struct fixture *f, const char *id)
{
    for (unsigned i = 0; i < f->n_signals; i++)
        if (!strcmp(f->signal[i].id, id))
            return &f->signal[i];
    fail_msg("nobody declared '%s'", id);
    return NULL;
}

static void parse_declaration(struct fixture *f, const char *line)
{
    struct signal s = {.value = -1};
    assert_int_equal(sscanf(line, "$var wire 1 %7s %31s $end", s.id, s.name), 2);
    for (unsigned i = 0; i < f->n_signals; i++) {
        assert_string_not_equal(f->signal[i].id, s.id);
        assert_string_not_equal(f->signal[i].name, s.name);
    }
    f->signal[f->n_signals++] = s;
}

/* Sets the signals to what they are at `ps`, once everything stamped so has happened; returns the last time stamp. */
static uint64_t play_until(struct fixture *f, uint64_t ps)
{
    uint64_t time = 0;
    char *copy = strdup(f->text);
    f->n_signals = 0;
    for (char *line = strtok(copy, "\n"); line; line = strtok(NULL, "\n")) {
        if (!strncmp(line, "$var", 4))
            parse_declaration(f, line);
        else if (line[0] == '#')
            time = strtoull(line + 1, NULL, 10);
        else if ((line[0] == '0' || line[0] == '1') && time <= ps)
            signal_by(f, line + 1)->value = line[0] - '0';
    }
    free(copy);
    return time;
}

static int value_of(struct fixture *f, const char *name)
{
    for (unsigned i = 0; i < f->n_signals; i++)
        if (!strcmp(f->signal[i].name, name))
            return f->signal[i].value;
    fail_msg("no signal %s", name);
    return -1;
}

static int exception_of(struct fixture *f)
{
    int number = 0;
    for (int bit = 0; bit < 9; bit++) {
        char name[24];
        snprintf(name, sizeof name, "exception[%d]", bit);
        number |= value_of(f, name) << bit;
    }
    return number;
}

static uint64_t ps_of(vtime t) { return (uint64_t)(((unsigned __int128)t * 1000000 * 2 + 512) / 1024); }

static void header_and_first_values(void **state)
{
    struct fixture f;
    setup(&f);
    pins_pull(&f.pins, 11, PIN_PULL_UP);
    f.now = 3;
    open_it(&f);
    close_it(&f);
    assert_non_null(strstr(f.text, "$timescale 1 ps $end\n"));
    assert_non_null(strstr(f.text, "$enddefinitions $end\n#5859\n$dumpvars\n")); /* 3 * 1953.125 = 5859.375 */
    assert_null(strstr(f.text, "$date"));
    play_until(&f, 5859);
    assert_int_equal(f.n_signals, PIN_COUNT + 9 + 1 + 3);
    for (unsigned i = 0; i < f.n_signals; i++)
        assert_int_equal(f.signal[i].value, !strcmp(f.signal[i].name, "P0.11"));
    assert_int_equal(value_of(&f, "P1.15"), 0);
    assert_int_equal(value_of(&f, "FPU"), 0);
    assert_int_equal(value_of(&f, "sleep"), 0);
}

static void times_are_rounded_to_the_nearest(void **state)
{
    struct fixture f;
    const vtime time[] = {1, 2, 3, 4, 5, 6, 7, 8, 511, 512 * 1000001ull + 5, 1ull << 50};
    setup(&f);
    open_it(&f);
    for (unsigned i = 0; i < sizeof time / sizeof time[0]; i++) {
        f.now = time[i];
        pins_drive(&f.pins, 13, PIN_FROM_GPIO, i & 1 ? PIN_LOW : PIN_HIGH);
    }
    close_it(&f);
    for (unsigned i = 0; i < sizeof time / sizeof time[0]; i++) {
        play_until(&f, ps_of(time[i]) - 1);
        assert_int_equal(value_of(&f, "P0.13"), i & 1);
        play_until(&f, ps_of(time[i]));
        assert_int_equal(value_of(&f, "P0.13"), !(i & 1));
    }
}

static void the_end_has_a_time(void **state)
{
    struct fixture f;
    setup(&f);
    open_it(&f);
    f.now = 5 * VTIME_PER_MS;
    close_it(&f);
    assert_int_equal(play_until(&f, 0), 5000000000u);
    assert_int_equal(f.log.n_readers, 0);
}

static void lines_and_sleep(void **state)
{
    struct fixture f;
    setup(&f);
    open_it(&f);
    f.now = 8;
    evlog_emit(&f.log, EV_IRQ_LINE, 17, 1);
    evlog_emit(&f.log, EV_IRQ_LINE, 3, 1);   /* has no name */
    evlog_emit(&f.log, EV_IRQ_LINE, 999, 1); /* is none */
    evlog_emit(&f.log, EV_SLEEP, 0, 0);
    f.now = 16;
    evlog_emit(&f.log, EV_IRQ_LINE, 17, 0);
    evlog_emit(&f.log, EV_IRQ_LINE, 47, 1);
    evlog_emit(&f.log, EV_WAKE, 0, 0);
    close_it(&f);
    play_until(&f, ps_of(8));
    assert_int_equal(value_of(&f, "RTC1"), 1);
    assert_int_equal(value_of(&f, "sleep"), 1);
    assert_int_equal(value_of(&f, "FPU"), 0);
    play_until(&f, ps_of(16));
    assert_int_equal(value_of(&f, "RTC1"), 0);
    assert_int_equal(value_of(&f, "sleep"), 0);
    assert_int_equal(value_of(&f, "FPU"), 1);
    assert_int_equal(value_of(&f, "POWER_CLOCK"), 0);
}

static void the_running_exception(void **state)
{
    static const struct {
        enum ev_kind kind;
        uint32_t a, b;
        int running; /* afterwards */
    } step[] = {
        {EV_ENTRY, 33, 0, 33},      {EV_ENTRY, 15, 0, 15}, /* preempts */
        {EV_RETURN, 15, 0, 33},                            /* back to what it preempted */
        {EV_TAILCHAIN, 24, 33, 24}, {EV_ENTRY, 255, 0, 255}, {EV_LATE_ARRIVAL, 3, 255, 3}, /* 255 never ran */
        {EV_ENTRY, 3, 0, 3}, /* the entry that the late arrival took over */
        {EV_RETURN, 3, 0, 24},      {EV_RETURN, 24, 0, 0},   {EV_ENTRY, 11, 0, 11},
        {EV_SLEEP, 0, 0, 11},       {EV_RESET, 0, 0, 0},
    };
    struct fixture f;
    setup(&f);
    open_it(&f);
    for (unsigned i = 0; i < sizeof step / sizeof step[0]; i++) {
        f.now = 8 * (i + 1);
        evlog_emit(&f.log, step[i].kind, step[i].a, step[i].b);
    }
    close_it(&f);
    for (unsigned i = 0; i < sizeof step / sizeof step[0]; i++) {
        play_until(&f, ps_of(8 * (i + 1)));
        assert_int_equal(exception_of(&f), step[i].running);
    }
    assert_int_equal(value_of(&f, "sleep"), 0); /* a reset also wakes */
}

static void each_name(const void *names, void (*name)(void *, const char *, unsigned), void *ctx)
{
    name(ctx, names, 13);
    name(ctx, "nowhere", PIN_NONE);
}

static void names_of_the_board(void **state)
{
    struct fixture f;
    setup(&f);
    const struct vcd_signals signals = {.pins = &f.pins, .each_name = each_name, .names = "LED1"};
    assert_true(vcd_open(&f.vcd, f.path, &f.log, &signals, f.err, sizeof f.err));
    close_it(&f);
    const char *p0_13 = strstr(f.text, " P0.13 $end"), *led = strstr(f.text, " LED1 $end");
    assert_non_null(p0_13);
    assert_non_null(led);
    assert_true(p0_13[-1] == led[-1] && p0_13[-2] == ' '); /* one signal under two names */
    assert_non_null(strstr(f.text, "$scope module board $end\n$var wire 1 "));
    assert_null(strstr(f.text, "nowhere"));
}

static void errors_have_a_line(void **state)
{
    struct fixture f;
    setup(&f);
    const struct vcd_signals none = {0};
    assert_false(vcd_open(&f.vcd, "/no/such/folder/x.vcd", &f.log, &none, f.err, sizeof f.err));
    assert_non_null(strstr(f.err, "/no/such/folder/x.vcd"));
    assert_int_equal(f.log.n_readers, 0);
    assert_true(vcd_open(&f.vcd, "/dev/full", &f.log, &none, f.err, sizeof f.err));
    f.err[0] = 0;
    assert_false(vcd_close(f.vcd, f.err, sizeof f.err));
    assert_true(f.err[0]);
    assert_true(vcd_close(NULL, f.err, sizeof f.err));
    unlink(f.path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_and_first_values), cmocka_unit_test(times_are_rounded_to_the_nearest),
        cmocka_unit_test(the_end_has_a_time),      cmocka_unit_test(lines_and_sleep),
        cmocka_unit_test(the_running_exception),   cmocka_unit_test(errors_have_a_line),
        cmocka_unit_test(names_of_the_board),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
