#include "host/swo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static void test_file(void **state)
{
    char name[] = "/tmp/host_swo.XXXXXX", err[256];
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    struct swo s;
    assert_true(swo_open(&s, name, err, sizeof err));
    for (unsigned i = 0; i < 3000; i++)
        swo_put(&s, (uint8_t)i);
    swo_close(&s);
    uint8_t got[4096];
    assert_int_equal(read(fd, got, sizeof got), 3000);
    for (unsigned i = 0; i < 3000; i++)
        assert_int_equal(got[i], (uint8_t)i);
    close(fd);
    unlink(name);
}

static void test_connection(void **state)
{
    char err[256], host_port[64];
    struct swo s;
    assert_true(swo_open(&s, "tcp:0", err, sizeof err));
    swo_put(&s, 1); /* nobody listens yet */
    swo_flush(&s);
    snprintf(host_port, sizeof host_port, "%s", stream_name(s.stream));
    assert_non_null(strchr(host_port, ':'));
    swo_close(&s);
}

static void test_cannot_open(void **state)
{
    char err[256] = "", name[5000];
    struct swo s;
    assert_false(swo_open(&s, "/nowhere/at/all", err, sizeof err));
    assert_true(*err);
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = 0;
    assert_false(swo_open(&s, name, err, sizeof err));
    swo_put(&s, 1); /* goes nowhere, and nothing breaks */
    swo_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_connection),
        cmocka_unit_test(test_cannot_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
