/* Parts by name: types, what wiring they take, values as text. */
#include "parts_test.h"

static void types_have_names(void **state)
{
    for (unsigned i = 0; i < part_type_count; i++)
        assert_ptr_equal(part_type_find(part_types[i].name), &part_types[i]);
    assert_null(part_type_find("bme280"));
}

static bool accepts(const char *type, struct part_wiring w, const char *complaint)
{
    char err[120] = "";
    bool ok = part_check(part_type_find(type), &w, err, sizeof err);

    assert_true(ok == !complaint);
    if (complaint && !strstr(err, complaint))
        fail_msg("'%s' does not say '%s'", err, complaint);
    return ok;
}

static void wiring_is_checked(void **state)
{
    struct part_wiring w = wiring(0x48);

    accepts("tmp102", w, NULL);
    w.address = 0x4C;
    accepts("tmp102", w, "0x48 to 0x4b, not 0x4c");
    w.address = 0x47;
    accepts("tmp102", w, "not 0x47");
    w.address = 0x48;
    w.irq[1] = IRQ2;
    accepts("tmp102", w, "no such interrupt");
    w.irq[1] = PIN_NONE;
    w.on_spi = true;
    accepts("tmp102", w, "no SPI");
    accepts("lis2dh12", w, NULL);
    w.cs = PIN_NONE;
    accepts("lis2dh12", w, "chip select");
}

static void inputs_have_names(void **state)
{
    struct part_wiring w = wiring(0x18);
    struct bench *b = bench_new("lis2dh12", &w);

    assert_int_equal(part_input(&b->part, "y"), 1);
    assert_int_equal(part_input(&b->part, "humidity"), -1);
    part_set(&b->part, 1, -250);
    assert_int_equal(b->part.as.lis2dh12.input[1], -250);
    part_set(&b->part, 99, 1); /* no such input: no effect */
    free(b);
}

static void values_are_decimal(void **state)
{
    static const struct {
        const char *text;
        int32_t milli;
    } good[] = {{"0", 0},        {"21", 21000},   {"21.5", 21500},           {"-0.25", -250},
                {"1.234", 1234}, {"-40", -40000}, {"999999.999", 999999999}, {"007", 7000}};
    static const char *const bad[] = {"", "-", ".5", "5.", "1.2345", "1000000", "1e3", " 1", "1 ", "+1", "--1", "0x10"};
    int32_t milli;

    for (unsigned i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(part_parse_value(good[i].text, &milli));
        assert_int_equal(milli, good[i].milli);
    }
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(part_parse_value(bad[i], &milli));
}

/* A part that names no pins answers whichever master asks. */
static void pins_may_be_left_open(void **state)
{
    struct part_wiring w = wiring(0x50);

    w.scl = w.sda = PIN_NONE;
    struct bench *b = bench_new("24lc256", &w);
    assert_true(i2c_start(b, 0x50, false));
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_have_names),      cmocka_unit_test(wiring_is_checked),
        cmocka_unit_test(inputs_have_names),     cmocka_unit_test(values_are_decimal),
        cmocka_unit_test(pins_may_be_left_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
