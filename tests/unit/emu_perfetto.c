/* The trace as JSON, event by event. */
#include "emu/perfetto.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    vtime now;
    struct evlog log;
    struct perfetto *trace;
    char path[40], err[128];
    struct json_object *json, *events;
};

static const char *exception(unsigned number, char *buf, size_t size)
{
    snprintf(buf, size, "E%u", number);
    return buf;
}

static const char *irq(unsigned irqn, char *buf, size_t size)
{
    snprintf(buf, size, "L%u", irqn);
    buf[irqn ? strlen(buf) : 0] = 0;
    return buf;
}

static const char *reg(void *ctx, uint32_t addr, char *buf)
{
    snprintf(buf, PERFETTO_NAME, "TIMER%u.TASKS_START", addr >> 12);
    return buf;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct perfetto_names names = {.exception = exception, .irq = irq, .reg = reg};
    evlog_init(&f->log, &f->now);
    strcpy(f->path, "/tmp/emu_perfetto_XXXXXX");
    close(mkstemp(f->path));
    assert_true(perfetto_open(&f->trace, f->path, &f->log, &names, f->err, sizeof f->err));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    json_object_put(f->json);
    unlink(f->path);
    free(f);
    return 0;
}

static void at(struct fixture *f, vtime now, enum ev_kind kind, uint32_t a, uint32_t b)
{
    f->now = now;
    evlog_emit(&f->log, kind, a, b);
}

static void say(struct fixture *f, const char *text)
{
    for (; *text; text++)
        at(f, f->now + 1, EV_CONSOLE, EV_CONSOLE_RTT, (uint8_t)*text);
}

/* Ends the trace and reads it; how many events it has. */
static size_t end(struct fixture *f)
{
    assert_true(perfetto_close(f->trace, f->err, sizeof f->err));
    f->json = json_object_from_file(f->path);
    assert_non_null(f->json);
    assert_true(json_object_object_get_ex(f->json, "traceEvents", &f->events));
    return json_object_array_length(f->events);
}

static const char *text_of(struct json_object *event, const char *key)
{
    struct json_object *value;
    return json_object_object_get_ex(event, key, &value) ? json_object_get_string(value) : "";
}

/* All events of a phase that are no metadata, as "NAME@TIME ". */
static const char *list(struct fixture *f, const char *phases, char *buf, size_t size)
{
    *buf = '\0';
    for (size_t i = 0; i < json_object_array_length(f->events); i++) {
        struct json_object *e = json_object_array_get_idx(f->events, i);
        size_t n = strlen(buf);
        if (strstr(phases, text_of(e, "ph")))
            snprintf(buf + n, size - n, "%s%s@%s ", text_of(e, "ph"), text_of(e, "name"), text_of(e, "ts"));
    }
    return buf;
}

static void exceptions_nest(void **state)
{
    struct fixture *f = *state;
    char buf[512];
    at(f, 512, EV_PEND, 24, 1);
    at(f, 1024, EV_ENTRY, 24, 0x1000);
    at(f, 1025, EV_ENTRY, 30, 0x2000);
    at(f, 1025, EV_LATE_ARRIVAL, 30, 25);
    at(f, 2048, EV_TAILCHAIN, 26, 30);
    at(f, 4096, EV_RETURN, 26, 0x2000);
    f->now = 5120; /* the end comes while one is active */
    end(f);
    assert_string_equal(list(f, "BEi", buf, sizeof buf),
                        "BE24@2.000000000 BE30@2.001953125 ilate arrival, before E25@2.001953125 E@4.000000000 "
                        "BE26@4.000000000 E@8.000000000 E@10.000000000 ");
    assert_string_equal(list(f, "be", buf, sizeof buf), "bE24@1.000000000 eE24@2.000000000 ");
}

static void sleep_and_reset(void **state)
{
    struct fixture *f = *state;
    char buf[512];
    at(f, 512, EV_SLEEP, 1, 0);
    at(f, 1024, EV_WAKE, 0, 0);
    at(f, 1536, EV_ENTRY, 3, 0);
    at(f, 2048, EV_SLEEP, 0, 0);
    at(f, 2560, EV_RESET, 4, 0);
    end(f);
    assert_string_equal(list(f, "BEi", buf, sizeof buf),
                        "BWFE@1.000000000 E@2.000000000 BE3@3.000000000 BWFI@4.000000000 "
                        "E@5.000000000 E@5.000000000 ireset@5.000000000 ");
}

static void registers_pins_and_lines(void **state)
{
    struct fixture *f = *state;
    char buf[512];
    at(f, 0, EV_TASK, 8, 0x8000);
    at(f, 512, EV_TASK, 8, 0x8000);
    at(f, 512, EV_PIN, 13, 1);
    at(f, 512, EV_IRQ_LINE, 0, 1); /* has no name */
    at(f, 512, EV_IRQ_LINE, 9, 1);
    end(f);
    assert_string_equal(list(f, "iC", buf, sizeof buf), "iTASKS_START@0.000000000 iTASKS_START@1.000000000 "
                                                        "CP0.13@1.000000000 CIRQ0@1.000000000 CL9@1.000000000 ");
}

/* Whatever firmware prints, it is JSON. */
static void lines_of_the_console(void **state)
{
    struct fixture *f = *state;
    char buf[512], long_line[2000];
    say(f, "a \"quoted\" \\ line\r\n\x01\x7f\xff\n");
    memset(long_line, 'x', sizeof long_line);
    long_line[sizeof long_line - 1] = '\0';
    say(f, long_line);
    size_t n = end(f);
    assert_true(strstr(list(f, "X", buf, sizeof buf), "Xa \"quoted\" \\ line@0.001953125 "));
    struct json_object *last = json_object_array_get_idx(f->events, n - 1);
    assert_int_equal(strspn(text_of(last, "name"), "x"), 200);
    assert_string_equal(text_of(last, "dur"), "3.902343750");
}

static void a_file_that_cannot_be(void **state)
{
    struct evlog log;
    vtime now = 0;
    struct perfetto *t;
    char err[128];
    struct perfetto_names names = {.exception = exception, .irq = irq, .reg = reg};
    evlog_init(&log, &now);
    assert_false(perfetto_open(&t, "/nowhere/trace", &log, &names, err, sizeof err));
    assert_string_equal(err, "/nowhere/trace: No such file or directory");
    assert_int_equal(log.n_readers, 0);
    assert_true(perfetto_close(NULL, err, sizeof err));
    assert_true(perfetto_open(&t, "/dev/full", &log, &names, err, sizeof err));
    assert_false(perfetto_close(t, err, sizeof err));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(exceptions_nest),
        TEST(sleep_and_reset),
        TEST(registers_pins_and_lines),
        TEST(lines_of_the_console),
        cmocka_unit_test(a_file_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
