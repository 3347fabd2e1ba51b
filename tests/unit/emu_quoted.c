/* Quoted text: there and back. */
#include "emu/quoted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void every_byte_comes_back(void **state)
{
    uint8_t bytes[3 * 256], back[4 * sizeof bytes];
    char *text;
    size_t size, length;
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i < 256 ? i : i * 7 + i / 256);
    FILE *f = open_memstream(&text, &size);
    quoted_print(f, bytes, sizeof bytes);
    fclose(f);
    for (size_t i = 0; i < size; i++)
        assert_true(text[i] >= ' ' && text[i] <= '~');
    assert_ptr_equal(quoted_parse(text, back, &length), text + size);
    assert_int_equal(length, sizeof bytes);
    assert_memory_equal(back, bytes, sizeof bytes);
    free(text);
}

static void what_people_write(void **state)
{
    uint8_t out[64];
    size_t length;
    assert_string_equal(quoted_parse("\"a\\n\\x1bB\\\"\" rest", out, &length), " rest");
    assert_int_equal(length, 5);
    assert_memory_equal(out,
                        "a\n\x1b"
                        "B\"",
                        5);
    assert_string_equal(quoted_parse("\"\"", out, &length), "");
    assert_int_equal(length, 0);
}

static void what_is_no_text(void **state)
{
    static const char *const bad[] = {"",       "a",       "\"",       "\"a",       "\"\\",
                                      "\"\\\"", "\"\\q\"", "\"\\x1\"", "\"\\xg0\"", "\"\\x"};
    uint8_t out[16];
    size_t length;
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_null(quoted_parse(bad[i], out, &length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_comes_back),
        cmocka_unit_test(what_people_write),
        cmocka_unit_test(what_is_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
