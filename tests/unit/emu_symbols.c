/*
 * Names, lines and frames of the programs that tests/images.mk builds: DWARF 4 and 5, packed sections, and no debug
 * information at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emu/symbols.h"

static const char *const debug_images[] = {IMAGES "/symbols-dwarf4.elf", IMAGES "/symbols-dwarf5.elf",
                                           IMAGES "/symbols-packed.elf"};
enum { N_DEBUG_IMAGES = sizeof debug_images / sizeof *debug_images, STACK_ADDR = 0x20001000 };
static const char bare_image[] = IMAGES "/symbols-bare.elf";

static struct symbols *open_image(const char *path)
{
    struct symbols *s = symbols_open(path);
    if (!s)
        fail_msg("%s was not opened", path);
    return s;
}

static uint32_t address_of(const struct symbols *s, const char *name)
{
    uint32_t addr, size;
    if (!symbols_find(s, name, &addr, &size))
        fail_msg("no symbol %s", name);
    return addr;
}

static void assert_function(const struct symbols *s, uint32_t addr, const char *name, uint32_t offset)
{
    uint32_t found_offset = ~0u;
    const char *found = symbols_function(s, addr, &found_offset);
    if (!found || strcmp(found, name) != 0)
        fail_msg("0x%x is in %s, not in %s", addr, found ? found : "nothing", name);
    assert_int_equal(found_offset, offset);
}

/* ---- names ---- */

static void check_names(const struct symbols *s)
{
    uint32_t addr, size, asm_sized = address_of(s, "asm_sized"), asm_label = address_of(s, "asm_label");
    uint32_t asm_unsized = address_of(s, "asm_unsized"), handler = address_of(s, "Default_Handler");

    assert_function(s, asm_sized, "asm_sized", 0);
    assert_function(s, asm_sized + 1, "asm_sized", 1);
    assert_function(s, address_of(s, "asm_inner_label") + 2, "asm_sized", 6); /* a label inside is no function */
    assert_function(s, asm_label - 1, "asm_sized", asm_label - 1 - asm_sized);
    assert_function(s, asm_label, "asm_label", 0);
    assert_function(s, asm_unsized - 1, "asm_label", asm_unsized - 1 - asm_label); /* asm_data is none either */
    assert_function(s, asm_unsized + 2, "asm_unsized", 2);
    assert_function(s, handler, "Default_Handler", 0); /* rather than its weak alias */
    assert_int_equal(address_of(s, "NMI_Handler"), handler);
    assert_null(symbols_function(s, 0, NULL));
    assert_null(symbols_function(s, address_of(s, "_etext"), NULL));
    assert_null(symbols_function(s, 0x20000000, NULL)); /* data */
    assert_null(symbols_function(s, 0xffffffff, NULL));

    assert_true(symbols_find(s, "counter", &addr, &size));
    assert_int_equal(addr, 0x20000000);
    assert_int_equal(size, 4);
    assert_true(symbols_find(s, "asm_sized", &addr, &size));
    assert_int_equal(addr % 2, 0);
    assert_int_equal(size, 12);
    assert_true(symbols_find(s, "counter", NULL, NULL));
    assert_false(symbols_find(s, "dropped", &addr, &size));
    assert_false(symbols_find(s, "$t", &addr, &size));
    assert_false(symbols_find(s, "", &addr, &size));
}

static void test_names(void **state)
{
    for (unsigned i = 0; i <= N_DEBUG_IMAGES; i++) {
        struct symbols *s = open_image(i < N_DEBUG_IMAGES ? debug_images[i] : bare_image);
        check_names(s);
        symbols_close(s);
    }
}

/* ---- lines ---- */

/* The line of symbols.c that carries a mark. */
static int marked_line(const char *mark)
{
    FILE *source = fopen(SOURCES "/symbols.c", "r");
    char line[256];
    int number = 0, found = 0;

    assert_non_null(source);
    while (!found && fgets(line, sizeof line, source)) {
        number++;
        const char *at = strstr(line, "MARK ");
        if (at && strncmp(at + 5, mark, strlen(mark)) == 0)
            found = number;
    }
    fclose(source);
    assert_true(found);
    return found;
}

/* Whether some instruction of [addr, addr + size) comes from `line`, all of them being from symbols.c. */
static bool comes_from(const struct symbols *s, uint32_t addr, uint32_t size, int line)
{
    bool found = false;

    for (uint32_t a = addr; a < addr + size; a += 2) {
        const char *file;
        int at;
        assert_true(symbols_line(s, a, &file, &at));
        assert_string_equal(file, "symbols.c");
        found |= at == line;
    }
    return found;
}

static void test_lines(void **state)
{
    static const struct {
        const char *function, *mark;
    } marks[] = {{"Default_Handler", "default"}, {"twice", "twice"}, {"Reset_Handler", "reset"}};

    for (unsigned i = 0; i < N_DEBUG_IMAGES; i++) {
        struct symbols *s = open_image(debug_images[i]);
        uint32_t addr, size;
        for (unsigned m = 0; m < sizeof marks / sizeof *marks; m++) {
            assert_true(symbols_find(s, marks[m].function, &addr, &size));
            /* The last word may be literals. */
            assert_true(comes_from(s, addr, size - 4, marked_line(marks[m].mark)));
        }
        symbols_close(s);
    }
}

static void test_lines_of_dropped_functions_are_hidden(void **state)
{
    for (unsigned i = 0; i < N_DEBUG_IMAGES; i++) {
        struct symbols *s = open_image(debug_images[i]);
        const char *file;
        int line;
        assert_false(symbols_line(s, 0, &file, &line)); /* the vectors */
        assert_false(symbols_line(s, address_of(s, "asm_data"), &file, &line) && strcmp(file, "symbols.c") == 0);
        assert_false(symbols_line(s, address_of(s, "_etext"), &file, &line));
        assert_true(symbols_line(s, address_of(s, "asm_sized"), &file, &line));
        assert_string_equal(file, "symbols_asm.S");
        symbols_close(s);
    }
}

static void test_descriptions(void **state)
{
    struct symbols *s = open_image(debug_images[1]), *bare = open_image(bare_image);
    uint32_t reset = address_of(s, "Reset_Handler");
    char buf[64], expected[64];
    const char *file;
    int line;

    assert_true(symbols_line(s, reset, &file, &line));
    snprintf(expected, sizeof expected, "symbols.c:%d", line);
    assert_string_equal(symbols_describe(s, reset, buf, sizeof buf), expected);
    assert_false(symbols_line(bare, reset, &file, &line));
    assert_string_equal(symbols_describe(bare, address_of(bare, "Reset_Handler") + 4, buf, sizeof buf),
                        "Reset_Handler+0x4");
    assert_string_equal(symbols_describe(bare, 0x1234, buf, sizeof buf), "0x00001234");
    assert_string_equal(symbols_describe(NULL, 0x1234, buf, sizeof buf), "0x00001234");
    assert_string_equal(symbols_describe(NULL, 0x1234, buf, 5), "0x00");
    symbols_close(s);
    symbols_close(bare);
}

/* ---- frames ---- */

/* A stack of 16 words at STACK_ADDR; word i reads as 0x1000 * i + 1. */
static bool read_word(void *ctx, uint32_t addr, uint32_t *value)
{
    uint32_t index = (addr - STACK_ADDR) / 4;
    if (addr % 4 || index >= 16)
        return false;
    *value = 0x1000 * index + 1;
    return true;
}

static void set_registers(uint32_t regs[16], uint32_t pc)
{
    for (unsigned i = 0; i < 13; i++)
        regs[i] = 0x11111111 * i;
    regs[13] = STACK_ADDR;
    regs[14] = 0x00000555;
    regs[15] = pc;
}

static void check_frames_of_asm_sized(const struct symbols *s)
{
    uint32_t regs[16], start = address_of(s, "asm_sized");

    set_registers(regs, start); /* nothing pushed yet */
    assert_true(symbols_unwind(s, regs, read_word, NULL));
    assert_int_equal(regs[15], 0x554);
    assert_int_equal(regs[13], STACK_ADDR);
    assert_int_equal(regs[4], 0x44444444);

    set_registers(regs, start + 2); /* r4 and LR pushed */
    assert_true(symbols_unwind(s, regs, read_word, NULL));
    assert_int_equal(regs[15], 0x1000);
    assert_int_equal(regs[14], 0x1001);
    assert_int_equal(regs[13], STACK_ADDR + 8);
    assert_int_equal(regs[4], 0x0001);

    set_registers(regs, start + 4 + 1); /* and room made; the Thumb bit does not matter */
    assert_true(symbols_unwind(s, regs, read_word, NULL));
    assert_int_equal(regs[15], 0x5000);
    assert_int_equal(regs[13], STACK_ADDR + 24);
    assert_int_equal(regs[4], 0x4001);
    assert_int_equal(regs[5], 0x55555555);
}

static void test_frames(void **state)
{
    for (unsigned i = 0; i < N_DEBUG_IMAGES; i++) {
        struct symbols *s = open_image(debug_images[i]);
        uint32_t regs[16], before[16];
        check_frames_of_asm_sized(s);

        /* Whatever cannot be told leaves the registers alone. */
        const uint32_t unknown[] = {0, address_of(s, "asm_label"), 0x20000000, 0xfffffff9};
        for (unsigned u = 0; u < sizeof unknown / sizeof *unknown; u++) {
            set_registers(regs, unknown[u]);
            memcpy(before, regs, sizeof regs);
            assert_false(symbols_unwind(s, regs, read_word, NULL));
            assert_memory_equal(regs, before, sizeof regs);
        }
        set_registers(regs, address_of(s, "asm_sized") + 2);
        regs[13] = 0x30000000; /* no memory there */
        memcpy(before, regs, sizeof regs);
        assert_false(symbols_unwind(s, regs, read_word, NULL));
        assert_memory_equal(regs, before, sizeof regs);
        symbols_close(s);
    }
}

/* In C the frame of a dropped function would say that LR lies on the stack. */
static void test_frames_of_dropped_functions_are_hidden(void **state)
{
    for (unsigned i = 0; i < N_DEBUG_IMAGES; i++) {
        struct symbols *s = open_image(debug_images[i]);
        uint32_t regs[16];
        set_registers(regs, address_of(s, "twice") + 4);
        assert_true(symbols_unwind(s, regs, read_word, NULL));
        assert_int_equal(regs[15], 0x554);
        assert_int_equal(regs[13], STACK_ADDR);
        symbols_close(s);
    }
}

static void test_frame_expressions(void **state)
{
    struct symbols *s = open_image(debug_images[0]);
    uint32_t regs[16], start = address_of(s, "asm_unsized");

    set_registers(regs, start + 2);
    assert_false(symbols_unwind(s, regs, read_word, NULL)); /* an operand short */

    set_registers(regs, start + 4);
    regs[7] = STACK_ADDR + 20;
    regs[9] = STACK_ADDR + 4;
    assert_true(symbols_unwind(s, regs, read_word, NULL));
    assert_int_equal(regs[13], STACK_ADDR + 28);
    assert_int_equal(regs[15], 0x5000);
    assert_int_equal(regs[5], 0x66666667);
    assert_int_equal(regs[8], 0x2001);

    set_registers(regs, start + 6);
    regs[7] = STACK_ADDR + 20;
    regs[9] = STACK_ADDR + 4;
    assert_false(symbols_unwind(s, regs, read_word, NULL)); /* an operation we do not know */
    symbols_close(s);
}

static void test_frames_that_lead_nowhere(void **state)
{
    struct symbols *s = open_image(debug_images[0]);
    uint32_t regs[16], start = address_of(s, "asm_sized");

    set_registers(regs, start);
    regs[14] = 0xffffffff; /* LR after reset */
    assert_false(symbols_unwind(s, regs, read_word, NULL));
    set_registers(regs, start);
    regs[14] = start | 1; /* would go round for ever */
    assert_false(symbols_unwind(s, regs, read_word, NULL));
    set_registers(regs, start);
    regs[14] = 0xfffffff9; /* an exception handler's */
    assert_true(symbols_unwind(s, regs, read_word, NULL));
    assert_int_equal(regs[15], 0xfffffff9);
    assert_int_equal(regs[13], STACK_ADDR);
    symbols_close(s);
}

/* ---- files that are none ---- */

static void test_nothing_is_a_valid_symbol_reader(void **state)
{
    uint32_t regs[16] = {0}, value;
    const char *file;
    int line;

    assert_null(symbols_function(NULL, 0x200, &value));
    assert_false(symbols_line(NULL, 0x200, &file, &line));
    assert_false(symbols_find(NULL, "main", &value, &value));
    assert_false(symbols_find_member(NULL, "TCB_t", "", &(struct symbols_member){0}));
    assert_false(symbols_unwind(NULL, regs, read_word, NULL));
    symbols_close(NULL);
}

static void expect_member(const struct symbols *s, const char *type, const char *path, uint32_t offset, uint32_t size)
{
    struct symbols_member member = {0};

    if (!symbols_find_member(s, type, path, &member))
        fail_msg("no %s.%s", type, path);
    if (member.offset != offset || member.size != size)
        fail_msg("%s.%s is at %u, %u long", type, path, member.offset, member.size);
}

static void test_members(void **state)
{
    struct symbols *freertos = open_image(IMAGES "/rtos-FREERTOS.elf"), *zephyr = open_image(IMAGES "/rtos-ZEPHYR.elf");
    struct symbols_member member;

    expect_member(freertos, "List_t", "", 0, 20);
    expect_member(freertos, "List_t", "xListEnd.pxNext", 12, 4);
    expect_member(freertos, "TCB_t", "pcTaskName", 32, 8);
    expect_member(freertos, "xLIST_ITEM", "pvOwner", 12, 4); /* a structure by its tag */
    expect_member(zephyr, "z_kernel", "cpus.current", 4, 4); /* of an array's first */
    expect_member(zephyr, "k_thread", "base.prio", 10, 1);   /* through members without a name */
    expect_member(zephyr, "k_thread", "arch.preempt_float.s16", 76, 4);
    expect_member(zephyr, "k_thread", "arch.mode_exc_return", 141, 1);
    assert_false(symbols_find_member(freertos, "List_t", "pxNext", &member));
    assert_false(symbols_find_member(freertos, "List_t", "uxNumberOfItems.x", &member));
    assert_false(symbols_find_member(freertos, "List_t", ".", &member));
    assert_false(symbols_find_member(freertos, "k_thread", "", &member));
    symbols_close(zephyr);
    symbols_close(freertos);
}

static void test_no_elf(void **state)
{
    assert_null(symbols_open(SOURCES "/symbols.c"));
    assert_null(symbols_open(SOURCES));
    assert_null(symbols_open(SOURCES "/nothing"));
    assert_null(symbols_open("/dev/null"));
    assert_null(symbols_open("/proc/self/exe")); /* not for ARM */
}

static void ask_everything(const char *path)
{
    struct symbols *s = symbols_open(path);

    for (uint32_t addr = 0; addr < 0x80; addr += 2) {
        uint32_t regs[16];
        const char *file;
        int line;
        symbols_function(s, addr, NULL);
        if (symbols_line(s, addr, &file, &line))
            assert_non_null(file);
        set_registers(regs, addr);
        symbols_unwind(s, regs, read_word, NULL);
    }
    symbols_close(s);
}

/* A copy of an image to spoil. */
struct copy {
    char path[32];
    uint8_t bytes[1 << 17];
    size_t size;
    Elf32_Ehdr header;
};

static struct copy *copy_image(const char *path)
{
    static struct copy copy;
    FILE *in = fopen(path, "rb");

    assert_non_null(in);
    copy.size = fread(copy.bytes, 1, sizeof copy.bytes / 2, in);
    fclose(in);
    memcpy(&copy.header, copy.bytes, sizeof copy.header);
    return &copy;
}

static struct symbols *open_copy(struct copy *copy)
{
    strcpy(copy->path, "/tmp/emu_symbols.XXXXXX");
    int fd = mkstemp(copy->path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, copy->bytes, copy->size), copy->size);
    close(fd);
    struct symbols *s = symbols_open(copy->path);
    unlink(copy->path);
    return s;
}

/* Found by fuzzing: nothing says that section headers are aligned. */
static void test_misaligned_section_headers(void **state)
{
    struct copy *copy = copy_image(debug_images[0]);
    size_t table = copy->header.e_shnum * sizeof(Elf32_Shdr), moved = (copy->size | 3) + 2;

    memcpy(copy->bytes + moved, copy->bytes + copy->header.e_shoff, table);
    copy->header.e_shoff = moved;
    copy->size = moved + table;
    memcpy(copy->bytes, &copy->header, sizeof copy->header);
    struct symbols *s = open_copy(copy);
    assert_non_null(s);
    check_names(s);
    check_frames_of_asm_sized(s);
    symbols_close(s);
}

/* A few bytes that claim to unpack to 4 GiB cost the debug information, not the memory. */
static void test_sections_packed_beyond_belief(void **state)
{
    struct copy *copy = copy_image(debug_images[2]);
    unsigned n_packed = 0;
    const char *file;
    int line;

    for (unsigned i = 0; i < copy->header.e_shnum; i++) {
        Elf32_Shdr section;
        memcpy(&section, copy->bytes + copy->header.e_shoff + i * sizeof section, sizeof section);
        if (!(section.sh_flags & SHF_COMPRESSED))
            continue;
        memset(copy->bytes + section.sh_offset + offsetof(Elf32_Chdr, ch_size), 0xff, 4);
        n_packed++;
    }
    assert_true(n_packed > 0);
    struct symbols *s = open_copy(copy);
    assert_non_null(s);
    check_names(s);
    assert_false(symbols_line(s, address_of(s, "twice"), &file, &line));
    symbols_close(s);
}

/* Cut short or with bytes overwritten at regular places: anything may come out, but it must come out. */
static void test_broken_files(void **state)
{
    char path[] = "/tmp/emu_symbols.XXXXXX";
    FILE *in = fopen(debug_images[1], "rb");
    int fd = mkstemp(path);
    static uint8_t bytes[1 << 20], broken[1 << 20];

    assert_true(in && fd >= 0);
    size_t size = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    for (size_t at = 1; at < size; at += at < 64 ? 1 : size / 200 + 1) {
        memcpy(broken, bytes, size);
        memset(broken + at, (at & 1) ? 0xff : 0x80, at + 3 < size ? 3 : 1);
        for (int cut = 0; cut < 2; cut++) {
            size_t length = cut ? at : size;
            assert_int_equal(pwrite(fd, broken, length, 0), length);
            assert_int_equal(ftruncate(fd, length), 0);
            ask_everything(path);
        }
    }
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_lines_of_dropped_functions_are_hidden),
        cmocka_unit_test(test_descriptions),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_frames_of_dropped_functions_are_hidden),
        cmocka_unit_test(test_frame_expressions),
        cmocka_unit_test(test_frames_that_lead_nowhere),
        cmocka_unit_test(test_nothing_is_a_valid_symbol_reader),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_no_elf),
        cmocka_unit_test(test_misaligned_section_headers),
        cmocka_unit_test(test_sections_packed_beyond_belief),
        cmocka_unit_test(test_broken_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
