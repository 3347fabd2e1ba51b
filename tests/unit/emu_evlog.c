/* The event log and the trace hash. */
#include "emu/evlog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

struct reader {
    struct ev last;
    unsigned n;
};

static void read_event(void *ctx, const struct ev *e)
{
    struct reader *r = ctx;
    r->last = *e;
    r->n++;
}

static void readers_get_their_kinds(void **state)
{
    vtime now = 0;
    struct evlog log;
    struct reader pins = {0}, all = {0};
    evlog_init(&log, &now);
    evlog_emit(&log, EV_PIN, 1, 1); /* nobody listens */
    evlog_attach(&log, 1u << EV_PIN, read_event, &pins);
    assert_int_equal(log.wanted, 1u << EV_PIN);
    evlog_attach(&log, TRACE_HASH_KINDS, read_event, &all);
    now = 77;
    evlog_emit(&log, EV_PIN, 13, 1);
    evlog_emit(&log, EV_ENTRY, 17, 0x1234);
    assert_int_equal(pins.n, 1);
    assert_int_equal(pins.last.a, 13);
    assert_int_equal(pins.last.b, 1);
    assert_int_equal(pins.last.time, 77);
    assert_int_equal(all.n, 2);
    assert_int_equal(all.last.kind, EV_ENTRY);

    evlog_detach(&log, &all);
    assert_int_equal(log.wanted, 1u << EV_PIN);
    evlog_emit(&log, EV_ENTRY, 17, 0);
    evlog_emit(&log, EV_PIN, 13, 0);
    assert_int_equal(all.n, 2);
    assert_int_equal(pins.n, 2);
    evlog_detach(&log, &pins);
    assert_int_equal(log.wanted, 0);
}

static void no_log_is_fine(void **state) { evlog_emit(NULL, EV_PIN, 1, 1); }

static void every_kind_has_a_name(void **state)
{
    for (unsigned kind = 0; kind < EV_KINDS; kind++) {
        assert_non_null(ev_kind_name(kind));
        for (unsigned other = 0; other < kind; other++)
            assert_string_not_equal(ev_kind_name(kind), ev_kind_name(other));
    }
    assert_string_equal(ev_kind_name(EV_TAILCHAIN), "tail-chain");
    assert_string_equal(ev_kind_name(EV_KINDS), "?");
}

static uint64_t hash_of(struct ev e)
{
    uint64_t h = TRACE_HASH_INIT;
    trace_hash_read(&h, &e);
    return h;
}

static void hash_covers_every_field(void **state)
{
    const struct ev e = {.time = 5, .kind = EV_PIN, .a = 6, .b = 7};
    struct ev other[] = {e, e, e, e, e};
    other[0].time = 6;
    other[1].time = 5 + (1ull << 40);
    other[2].kind = EV_TASK;
    other[3].a = 7;
    other[4].b = 6;
    assert_true(hash_of(e) == hash_of(e));
    for (unsigned i = 0; i < 5; i++)
        assert_true(hash_of(e) != hash_of(other[i]));
}

static void hash_depends_on_order(void **state)
{
    const struct ev e = {.kind = EV_PIN, .a = 1}, f = {.kind = EV_PIN, .a = 2};
    uint64_t ef = TRACE_HASH_INIT, fe = TRACE_HASH_INIT;
    trace_hash_read(&ef, &e);
    trace_hash_read(&ef, &f);
    trace_hash_read(&fe, &f);
    trace_hash_read(&fe, &e);
    assert_true(ef != fe);
}

static void hash_of_bytes(void **state)
{
    const uint8_t data[8] = {1, 2, 3, 4, 0, 0, 0, 0};
    uint64_t seen[8];
    for (uint32_t len = 0; len < 8; len++) { /* also those that differ only in zeros at the end */
        seen[len] = trace_hash_bytes(TRACE_HASH_INIT, data, len);
        for (uint32_t before = 0; before < len; before++)
            assert_true(seen[before] != seen[len]);
    }
    uint8_t copy[9];
    memcpy(copy + 1, data, 8); /* alignment does not matter */
    assert_true(trace_hash_bytes(TRACE_HASH_INIT, copy + 1, 7) == seen[7]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_get_their_kinds), cmocka_unit_test(no_log_is_fine),
        cmocka_unit_test(every_kind_has_a_name),   cmocka_unit_test(hash_covers_every_field),
        cmocka_unit_test(hash_depends_on_order),   cmocka_unit_test(hash_of_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
