/*
 * Images as they come: made for behind a SoftDevice or a bootloader, with that or without it, in one file or several.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "soc/board_file.h"
#include "soc/machine.h"

#define START(what) IMAGES "/start-" what
enum { MAX_FILES = 4, NO_TABLE = -1 };

static char err[IMAGE_ERR_SIZE];

static struct machine *machine_new(const char *board_name)
{
    struct machine *m = calloc(1, sizeof *m);
    struct board board;
    struct machine_config config = {
        .board = &board, .run_for = VTIME_PER_S, .uart0 = "null", .uart1 = "null", .rtt = "null", .quiet = true};
    assert_non_null(m);
    assert_true(board_find(&board, board_name, err, sizeof err));
    assert_true(machine_init(m, &config, err, sizeof err));
    return m;
}

static void machine_free(struct machine *m)
{
    machine_close(m);
    free(m);
}

static bool load(struct machine *m, const char *const *file)
{
    char *specs[MAX_FILES];
    unsigned n = 0;
    for (; n < MAX_FILES && file[n]; n++)
        specs[n] = (char *)file[n];
    return machine_load(m, specs, n, err);
}

/* The page of the program that ran and took its SVC. */
static int page_that_ran(struct machine *m)
{
    machine_power_on(m);
    machine_run_to_end(m);
    return m->end == MACHINE_END_EXIT ? m->exit_code : NO_TABLE;
}

static void assert_starts(const char *const *file, uint32_t vectors, int page)
{
    struct machine *m = machine_new("bare");
    if (!load(m, file))
        fail_msg("%s", err);
    assert_int_equal(m->soc.vectors, vectors);
    assert_int_equal(page_that_ran(m), page);
    machine_free(m);
}

static void made_for_behind_something(void **state)
{
    static const struct {
        const char *file[MAX_FILES];
        uint32_t vectors;
        int page;
    } cases[] = {
        {{START("1000.elf")}, 0x1000, 0x01},
        {{START("1000.hex")}, 0x1000, 0x01},
        {{START("10000.hex")}, 0x10000, 0x10},
        {{START("26000.elf")}, 0x26000, 0x26},
        {{START("27000.hex")}, 0x27000, 0x27},
        {{START("26000.bin") "@0x26000"}, 0x26000, 0x26},
        {{START("headers.elf")}, 0x30100, 0x30},
        {{START("bootloader.elf")}, 0xF4000, 0xF4},
        /* Without an MBR the application is started, wherever the bootloader is. */
        {{START("bootloader.hex"), START("26000.hex")}, 0x26000, 0x26},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_starts(cases[i].file, cases[i].vectors, cases[i].page);
}

/* Where an MBR would be there is its stack pointer, but not in a flash that is kept. */
static void a_word_in_place_of_the_mbr(void **state)
{
    const char *const file[] = {START("27000.hex"), NULL};
    for (unsigned kept = 0; kept < 2; kept++) {
        struct machine *m = machine_new("bare");
        uint32_t words[2];
        if (kept)
            assert_true(machine_load_flash(m, IMAGES "/no-such-flash", err, sizeof err));
        assert_true(load(m, file));
        memcpy(words, m->soc.flash, sizeof words);
        assert_int_equal(words[0], kept ? 0xFFFFFFFF : 0x20000400);
        assert_int_equal(words[1], 0xFFFFFFFF);
        assert_int_equal(page_that_ran(m), 0x27);
        machine_free(m);
    }
}

static void several_files_and_an_mbr(void **state)
{
    assert_starts((const char *const[]){START("1000.hex"), START("mbr.hex"), NULL}, 0, 0x01);
    assert_starts((const char *const[]){START("26000.hex"), START("bootloader.hex"), START("mbr.elf"), NULL}, 0, 0xF4);
}

/* Code behind QSPI, where a board has a chip there. */
static void made_for_the_external_flash(void **state)
{
    const char *const file[] = {START("12000000.hex"), NULL};
    struct machine *m = machine_new("nrf52840dk");
    assert_true(load(m, file));
    assert_int_equal(m->soc.vectors, 0x12000000);
    assert_int_equal(page_that_ran(m), 0x12);
    machine_free(m);

    m = machine_new("bare");
    assert_false(load(m, file));
    assert_non_null(strstr(err, "lie outside loadable memory"));
    machine_free(m);
}

static void headers_are_not_programmed(void **state)
{
    struct machine *m = machine_new("bare");
    assert_true(load(m, (const char *const[]){START("headers.elf"), NULL}));
    for (unsigned at = 0; at < 0x100; at++)
        assert_int_equal(m->soc.flash[0x30000 + at], 0xFF);
    machine_free(m);
}

/* What a raw binary does not know its board may: where firmware begins on it. */
static void raw_binaries(void **state)
{
    struct machine *m = machine_new("feather-nrf52840");
    assert_true(load(m, (const char *const[]){START("26000.bin"), NULL}));
    assert_int_equal(page_that_ran(m), 0x26);
    machine_free(m);

    m = machine_new("nrf52840dk");
    assert_false(load(m, (const char *const[]){START("26000.bin"), NULL}));
    assert_non_null(strstr(err, "no vector table in it at 0x0, but perhaps at an address before 0x26"));
    assert_non_null(strstr(err, "FILE@ADDRESS"));
    machine_free(m);

    m = machine_new("feather-nrf52840"); /* the address that is given counts */
    assert_false(load(m, (const char *const[]){START("26000.bin") "@0", NULL}));
    machine_free(m);
}

/* A table in one file, its code in another; and one that was in flash before. */
static void table_apart_from_its_code(void **state)
{
    char table[] = "/tmp/soc_images_XXXXXX", spec[64];
    struct machine *m = machine_new("bare");
    assert_true(load(m, (const char *const[]){START("26000.elf"), NULL}));
    int fd = mkstemp(table);
    assert_int_equal(write(fd, m->soc.flash + 0x26000, 64), 64);
    close(fd);
    machine_free(m);

    snprintf(spec, sizeof spec, "%s@0x50000", table);
    m = machine_new("bare");
    assert_false(load(m, (const char *const[]){spec, NULL})); /* no code */
    assert_true(load(m, (const char *const[]){START("26000.elf"), NULL}));
    m->soc.flash[0x26000] = 1; /* spoils the other table */
    assert_true(load(m, (const char *const[]){spec, NULL}));
    assert_int_equal(m->soc.vectors, 0x50000);
    assert_true(load(m, (const char *const[]){NULL}));
    assert_int_equal(page_that_ran(m), 0x26);
    machine_free(m);
    unlink(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_for_behind_something),  cmocka_unit_test(a_word_in_place_of_the_mbr),
        cmocka_unit_test(several_files_and_an_mbr),   cmocka_unit_test(made_for_the_external_flash),
        cmocka_unit_test(headers_are_not_programmed), cmocka_unit_test(raw_binaries),
        cmocka_unit_test(table_apart_from_its_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
