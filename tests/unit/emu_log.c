/* Messages for people: levels, stamps, and saying things once. */
#include "emu/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct sink {
    enum log_level level;
    char line[2048];
    unsigned n;
};

static void take(void *ctx, enum log_level level, const char *line)
{
    struct sink *s = ctx;
    s->level = level;
    snprintf(s->line, sizeof s->line, "%s", line);
    s->n++;
}

static void setup(struct log *l, struct sink *s, enum log_level level, const vtime *now)
{
    memset(s, 0, sizeof *s);
    log_init(l, level, now);
    l->write = take;
    l->ctx = s;
}

static void messages_above_the_level_are_dropped(void **state)
{
    struct log l;
    struct sink s;
    setup(&l, &s, LOG_WARN, NULL);
    log_msg(&l, LOG_INFO, "no");
    assert_int_equal(s.n, 0);
    log_msg(&l, LOG_WARN, "pin %s is %d", "P0.13", 1);
    assert_string_equal(s.line, "warning: pin P0.13 is 1");
    assert_int_equal(s.level, LOG_WARN);
    log_msg(&l, LOG_ERROR, "yes");
    assert_string_equal(s.line, "error: yes");
    log_msg(NULL, LOG_ERROR, "nobody listens");
    assert_int_equal(s.n, 2);
}

static void messages_are_stamped(void **state)
{
    struct log l;
    struct sink s;
    vtime now = 2 * VTIME_PER_S + 3 * VTIME_PER_US + 256;
    setup(&l, &s, LOG_DEBUG, &now);
    log_msg(&l, LOG_INFO, "x");
    assert_string_equal(s.line, "info: [2.000003500 s] x");
}

static void long_messages_are_cut(void **state)
{
    struct log l;
    struct sink s;
    setup(&l, &s, LOG_DEBUG, NULL);
    log_msg(&l, LOG_DEBUG, "%2000d", 1);
    assert_int_equal(strlen(s.line), 1023);
}

static void once_is_once(void **state)
{
    struct log l;
    struct sink s;
    setup(&l, &s, LOG_INFO, NULL);
    for (int i = 0; i < 3; i++) {
        log_once(&l, 0x40000500, "first");
        log_once(&l, 0x40000504, "second");
    }
    assert_int_equal(s.n, 2);
    assert_false(log_first(NULL, 1));
}

static void a_full_table_is_silent(void **state)
{
    struct log l;
    struct sink s;
    setup(&l, &s, LOG_INFO, NULL);
    unsigned firsts = 0;
    for (uint32_t key = 1; key <= 2 * LOG_ONCE_SLOTS; key++)
        firsts += log_first(&l, key * 4);
    assert_int_equal(firsts, LOG_ONCE_SLOTS - 1);
    assert_false(log_first(&l, 4));
    assert_false(log_first(&l, 0x12345678));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_above_the_level_are_dropped),
        cmocka_unit_test(messages_are_stamped),
        cmocka_unit_test(long_messages_are_cut),
        cmocka_unit_test(once_is_once),
        cmocka_unit_test(a_full_table_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
