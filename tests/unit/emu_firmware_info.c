/* What is told of images: tests/images/info.c built for several cores and in several formats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <elf.h>
#include <cmocka.h>

#include "emu/firmware_info.h"

#define IMAGE(name) IMAGES "/info-" name

static void read_image(struct firmware_info *info, const char *path)
{
    char err[IMAGE_ERR_SIZE];

    if (!firmware_info_read(info, path, err))
        fail_msg("%s", err);
}

/* Writes bytes into a file of its own; read_bytes() reads it and takes it away. */
static bool read_bytes(struct firmware_info *info, const void *bytes, size_t size, char err[IMAGE_ERR_SIZE])
{
    char path[] = "/tmp/firmware_info_XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    close(fd);
    bool ok = firmware_info_read(info, path, err);
    unlink(path);
    return ok;
}

static const struct firmware_kind *kind(const struct firmware_info *info, const char *name)
{
    for (unsigned i = 0; i < info->n_kinds; i++)
        if (strcmp(info->kind[i].name, name) == 0)
            return &info->kind[i];
    return NULL;
}

static const struct firmware_section *section(const struct firmware_info *info, const char *name)
{
    for (unsigned i = 0; i < info->n_sections; i++)
        if (strcmp(info->section[i].name, name) == 0)
            return &info->section[i];
    fail_msg("no section %s", name);
    return NULL;
}

/* ---- memory and start ---- */

static void start_and_sections(void **state)
{
    struct firmware_info info;

    read_image(&info, IMAGE("hard.elf"));
    assert_true(info.runs_here && info.is_elf && info.has_vectors);
    assert_int_equal(info.vectors.addr, 0x1000);
    assert_int_equal(info.vectors.initial_sp, 0x20040000);
    assert_int_equal(info.vectors.reset, info.image.entry & ~1u);
    assert_string_equal(symbols_function(info.symbols, info.vectors.reset, NULL), "Reset_Handler");
    assert_string_equal(firmware_expects_below(&info), "an MBR");

    const struct firmware_section *text = section(&info, ".text"), *data = section(&info, ".data"),
                                  *bss = section(&info, ".bss");
    assert_true(text->code && text->stored && !text->writable);
    assert_int_equal(text->place, FIRMWARE_FLASH);
    assert_true(data->stored && data->writable);
    assert_int_equal(data->place, FIRMWARE_RAM);
    assert_int_equal(data->addr, 0x20000000);
    assert_int_equal(data->load, text->addr + text->size);
    assert_true(!bss->stored && bss->writable);
    assert_int_equal(bss->place, FIRMWARE_RAM);
    firmware_info_free(&info);
}

static void use_of_memory(void **state)
{
    struct firmware_info info;

    read_image(&info, IMAGE("hard.elf"));
    const struct firmware_use *u = &info.use;
    assert_int_equal(u->data, 4);
    assert_int_equal(u->bss, 25 * 4 + 2 * 4);
    assert_int_equal(u->ram, u->data + u->bss);
    assert_int_equal(u->stored[FIRMWARE_FLASH], u->text + u->data);
    assert_int_equal(u->stored[FIRMWARE_UICR], 0);
    assert_int_equal(u->stack, 0x1000); /* __StackLimit to __StackTop */
    assert_string_equal(u->stack_from, "__StackLimit");
    assert_int_equal(u->stack_room, 0x40000 - u->ram);
    firmware_info_free(&info);
}

/* ---- origin ---- */

static void origin(void **state)
{
    struct firmware_info info;

    read_image(&info, IMAGE("hard-stripped.elf"));
    const struct firmware_kind *zephyr = kind(&info, "Zephyr");
    assert_non_null(zephyr);
    assert_string_equal(zephyr->version, "v3.6.0-rc1");
    assert_string_equal(zephyr->evidence, "string Booting Zephyr OS build");
    assert_null(kind(&info, "RIOT"));
    assert_true(info.n_compilers >= 1);
    assert_non_null(strstr(info.compiler[0], "GCC: "));
    firmware_info_free(&info);
}

/* A SoftDevice tells of itself in words behind the MBR. */
static void softdevice(void **state)
{
    static const uint32_t words[] = {0x51B1E5DB, 0x26000, 0x100, 140, 7002000};
    struct firmware_info info;
    char err[IMAGE_ERR_SIZE];
    static uint8_t bytes[0x4000];

    memcpy(bytes + 0x3004, words, sizeof words);
    assert_true(read_bytes(&info, bytes, sizeof bytes, err));
    assert_non_null(kind(&info, "SoftDevice"));
    assert_string_equal(kind(&info, "SoftDevice")->version, "S140 7.2.0");
    assert_false(info.runs_here); /* no vector table */
    firmware_info_free(&info);
}

static void debug_information(void **state)
{
    struct firmware_info info;

    read_image(&info, IMAGE("hard.elf"));
    assert_int_equal(info.debug.oldest, 4);
    assert_int_equal(info.debug.newest, 4);
    assert_int_equal(info.debug.n_units, 1);
    assert_true(info.n_symbols > 5);
    firmware_info_free(&info);
    read_image(&info, IMAGE("hard-stripped.elf"));
    assert_int_equal(info.debug.n_units, 0);
    assert_int_equal(info.n_symbols, 0);
    firmware_info_free(&info);
}

/* It has no symbol: debug information knows where it is in its caller. */
static void inlined_functions(void **state)
{
    struct firmware_info info;
    uint32_t addr;

    read_image(&info, IMAGE("hard.elf"));
    assert_false(symbols_find(info.symbols, "prepare", NULL, NULL));
    assert_true(symbols_find_inlined(info.symbols, "prepare", &addr));
    assert_true(addr > info.vectors.reset);
    assert_string_equal(symbols_function(info.symbols, addr, NULL), "Reset_Handler");
    assert_false(symbols_find_inlined(info.symbols, "scale", &addr)); /* that has code of its own */
    assert_false(symbols_find_inlined(NULL, "prepare", &addr));
    firmware_info_free(&info);
}

/* ---- floating point ---- */

static void float_abi(void **state)
{
    static const struct {
        const char *path;
        enum arm_float abi;
        bool fp;
    } rows[] = {
        {IMAGE("hard.elf"), ARM_FLOAT_HARD, true},
        {IMAGE("softfp.elf"), ARM_FLOAT_SOFTFP, true},
        {IMAGE("soft.elf"), ARM_FLOAT_SOFT, false},
    };

    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct firmware_info info;
        read_image(&info, rows[i].path);
        assert_string_equal(arm_attributes_arch(&info.attributes), "ARMv7E-M");
        assert_int_equal(arm_attributes_float(&info.attributes), rows[i].abi);
        assert_int_equal(info.code.fp != 0, rows[i].fp);
        assert_int_equal(info.code.foreign, 0);
        assert_true(info.runs_here);
        if (rows[i].fp)
            assert_string_equal(arm_attributes_fp(&info.attributes), "FPv4-SP");
        firmware_info_free(&info);
    }
}

/* ---- instructions ---- */

/* Following branches finds what the symbols call code, and takes no data for code: table branch, literals. */
static void reachable_code_is_the_code(void **state)
{
    struct firmware_info marked, stripped, hex;

    read_image(&marked, IMAGE("hard.elf"));
    read_image(&stripped, IMAGE("hard-stripped.elf"));
    read_image(&hex, IMAGE("hard.hex"));
    assert_true(marked.code.mapped && !stripped.code.mapped && !hex.code.mapped);
    assert_true(marked.code.instructions > 40);
    assert_int_equal(stripped.code.instructions, marked.code.instructions);
    assert_int_equal(hex.code.instructions, marked.code.instructions);
    assert_int_equal(hex.code.fp, marked.code.fp);
    assert_int_equal(hex.vectors.addr, marked.vectors.addr);
    assert_false(hex.is_elf);
    firmware_info_free(&marked);
    firmware_info_free(&stripped);
    firmware_info_free(&hex);
}

static void foreign_images(void **state)
{
    static const struct {
        const char *path, *says, *insn;
        unsigned foreign;
        bool arm;
    } rows[] = {
        {IMAGE("m33.elf"), "built for ARMv8-M.main", "tt", 1, false},
        {IMAGE("m33.hex"), "1 instruction outside ARMv7E-M", "tt", 1, false},
        {IMAGE("a9.elf"), "built for ARMv7-A", NULL, 0, true},
        {IMAGE("a9.bin"), "ARM instruction set", NULL, 0, true},
        {IMAGE("a9thumb.elf"), "built for ARMv7-A", "mrc p15", 1, false},
    };

    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct firmware_info info;
        read_image(&info, rows[i].path);
        assert_false(info.runs_here);
        assert_non_null(strstr(info.foreign, rows[i].says));
        assert_null(strchr(info.foreign, '\n'));
        assert_int_equal(info.code.foreign, rows[i].foreign);
        assert_int_equal(info.code.arm != 0, rows[i].arm);
        assert_true(info.code.n_first >= 1);
        if (rows[i].insn)
            assert_ptr_equal(strstr(info.code.first[0].text, rows[i].insn), info.code.first[0].text);
        char address[16];
        snprintf(address, sizeof address, "0x%08x ", info.code.first[0].addr);
        assert_non_null(strstr(info.foreign, address));
        firmware_info_free(&info);
    }
}

/* Built for ARMv8-M, but with nothing that ARMv7E-M has not. */
static void another_architecture_without_its_instructions(void **state)
{
    struct firmware_info info;

    read_image(&info, IMAGE("m33plain.elf"));
    assert_string_equal(arm_attributes_arch(&info.attributes), "ARMv8-M.main");
    assert_string_equal(info.foreign, "");
    assert_true(info.runs_here);
    firmware_info_free(&info);
}

static void aarch64(void **state)
{
    struct {
        Elf64_Ehdr header;
        Elf64_Phdr segment;
        uint32_t code[2];
    } file = {
        .header = {.e_ident = {0x7F, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                   .e_type = ET_EXEC,
                   .e_machine = EM_AARCH64,
                   .e_entry = 0x80004,
                   .e_phoff = sizeof(Elf64_Ehdr),
                   .e_phentsize = sizeof(Elf64_Phdr),
                   .e_phnum = 1},
        .segment = {.p_type = PT_LOAD,
                    .p_offset = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr),
                    .p_vaddr = 0x80000,
                    .p_filesz = 8},
        .code = {0xD503201F, 0xD65F03C0}, /* nop; ret */
    };
    struct firmware_info info;
    char err[IMAGE_ERR_SIZE];

    assert_false(read_bytes(&info, &file, sizeof file, err));
    assert_non_null(strstr(err, "AArch64"));
    assert_non_null(strstr(err, "0x00080004 ret"));
    file.header.e_entry = 0x1000; /* nowhere in the file */
    assert_false(read_bytes(&info, &file, sizeof file, err));
    assert_non_null(strstr(err, "AArch64"));
}

static void outside_the_memory(void **state)
{
    static const char hex[] = ":020000046000"
                              "9A\n:0400000001020304F2\n:00000001FF\n";
    struct firmware_info info;
    char err[IMAGE_ERR_SIZE];

    assert_true(read_bytes(&info, hex, sizeof hex - 1, err));
    assert_int_equal(info.outside, 4);
    assert_false(info.runs_here);
    firmware_info_free(&info);
}

/* ---- build attributes ---- */

static void attributes_of_hostile_files(void **state)
{
    static const uint8_t good[] = {'A', 20, 0, 0, 0, 'a', 'e', 'a', 'b', 'i', 0, 1, 10, 0, 0, 0, 6, 13, 7, 'M', 0};
    struct arm_attributes a;

    arm_attributes_read(&a, good, 20 + 1);
    assert_true(a.present);
    assert_int_equal(a.arch, 13);
    assert_int_equal(a.profile, 'M');
    for (size_t size = 0; size <= sizeof good; size++)
        arm_attributes_read(&a, good, size);
    for (unsigned i = 0; i < sizeof good; i++)
        for (unsigned value = 0; value < 256; value++) {
            uint8_t bad[sizeof good];
            memcpy(bad, good, sizeof good);
            bad[i] = (uint8_t)value;
            arm_attributes_read(&a, bad, sizeof bad);
            arm_attributes_arch(&a);
            arm_attributes_fp(&a);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(start_and_sections),
        cmocka_unit_test(use_of_memory),
        cmocka_unit_test(origin),
        cmocka_unit_test(softdevice),
        cmocka_unit_test(debug_information),
        cmocka_unit_test(inlined_functions),
        cmocka_unit_test(float_abi),
        cmocka_unit_test(reachable_code_is_the_code),
        cmocka_unit_test(foreign_images),
        cmocka_unit_test(another_architecture_without_its_instructions),
        cmocka_unit_test(aarch64),
        cmocka_unit_test(outside_the_memory),
        cmocka_unit_test(attributes_of_hostile_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
