/*
 * Image loading: ELF, raw binaries, files that are none, and where the vector table is.
 */
#include "tests/unit/emu_image_test.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct image_range ram = {0x20000000, 0x40000};

/* ---- ELF ---- */

/* Two segments, a section of vectors, a symbol table; the section headers end the file, as linkers have it. */
struct elf_file {
    Elf32_Ehdr header;
    Elf32_Phdr segment[4];
    uint8_t first[16], second[8];
    char names[48];
    Elf32_Sym symbol[2];
    Elf32_Shdr section[5];
};

enum { NAME_VECTORS = 1, NAME_SYMTAB = 10, NAME_STRTAB = 18, NAME_G_PFN = 26, NAME_TEXT = 39 };

static struct elf_file make_elf(void)
{
    struct elf_file f = {
        .header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
                   .e_type = ET_EXEC,
                   .e_machine = EM_ARM,
                   .e_version = EV_CURRENT,
                   .e_entry = 0x409,
                   .e_phoff = offsetof(struct elf_file, segment),
                   .e_shoff = offsetof(struct elf_file, section),
                   .e_ehsize = sizeof(Elf32_Ehdr),
                   .e_phentsize = sizeof(Elf32_Phdr),
                   .e_phnum = 4,
                   .e_shentsize = sizeof(Elf32_Shdr),
                   .e_shnum = 5,
                   .e_shstrndx = 3},
        .names = "\0.vectors\0.symtab\0.strtab\0g_pfnVectors\0.text",
    };
    for (unsigned i = 0; i < sizeof f.first; i++)
        f.first[i] = 0x10 + i;
    memcpy(f.second, "ABCDEFGH", 8);
    f.segment[0] = (Elf32_Phdr){PT_LOAD, offsetof(struct elf_file, second), 0x20000000, 0x500, 8, 0x100, PF_R, 4};
    f.segment[1] = (Elf32_Phdr){PT_LOAD, offsetof(struct elf_file, first), 0x400, 0x400, 16, 16, PF_R | PF_X, 4};
    f.segment[2] = (Elf32_Phdr){PT_LOAD, 0xfffff000, 0x20001000, 0x20001000, 0, 0x400, PF_R, 4}; /* .bss */
    f.segment[3] = (Elf32_Phdr){PT_ARM_EXIDX, 0xfffff000, 0x20001000, 0x20001000, 8, 8, PF_R, 4};
    f.section[1] = (Elf32_Shdr){.sh_name = NAME_TEXT,
                                .sh_type = SHT_PROGBITS,
                                .sh_flags = SHF_ALLOC,
                                .sh_addr = 0x400,
                                .sh_offset = offsetof(struct elf_file, first),
                                .sh_size = 16};
    f.section[2] = (Elf32_Shdr){.sh_name = NAME_SYMTAB,
                                .sh_type = SHT_SYMTAB,
                                .sh_offset = offsetof(struct elf_file, symbol),
                                .sh_size = sizeof f.symbol,
                                .sh_link = 3,
                                .sh_entsize = sizeof(Elf32_Sym)};
    f.section[3] = (Elf32_Shdr){.sh_name = NAME_STRTAB,
                                .sh_type = SHT_STRTAB,
                                .sh_offset = offsetof(struct elf_file, names),
                                .sh_size = sizeof f.names};
    return f;
}

static void test_elf_is_loaded_by_physical_address(void **state)
{
    struct elf_file f = make_elf();
    struct image img;

    assert_true(parse(&img, &f, sizeof f));
    assert_int_equal(img.format, IMAGE_ELF);
    assert_int_equal(img.entry, 0x409);
    assert_string_equal(img.path, "test");
    assert_int_equal(img.n_segments, 2);
    assert_segment(&img, 0, 0x400, f.first, 16);
    assert_segment(&img, 1, 0x500, "ABCDEFGH", 8);
    image_free(&img);
}

static void test_elf_truncated_anywhere_is_refused(void **state)
{
    struct elf_file f = make_elf();

    for (size_t size = 4; size < sizeof f; size++)
        assert_refused(&f, size, "truncated");
}

/* One field off at a time. */
static void test_elf_of_another_kind_is_refused(void **state)
{
    static const struct {
        unsigned at, size;
        uint32_t value;
        const char *why;
    } cases[] = {
        {offsetof(Elf32_Ehdr, e_machine), 2, EM_386, "another machine"},
        {EI_CLASS, 1, ELFCLASS64, "64-bit"},
        {EI_CLASS, 1, 7, "unknown class"},
        {EI_DATA, 1, ELFDATA2MSB, "big-endian"},
        {EI_DATA, 1, 0, "unknown byte order"},
        {offsetof(Elf32_Ehdr, e_type), 2, ET_REL, "not been linked"},
        {offsetof(Elf32_Ehdr, e_type), 2, ET_CORE, "no program"},
        {offsetof(Elf32_Ehdr, e_phentsize), 2, 8, "program headers of a wrong size"},
        {offsetof(Elf32_Ehdr, e_phoff), 4, 0xfffffff0, "program headers lie beyond"},
        {offsetof(Elf32_Ehdr, e_phnum), 2, 0xffff, "program headers lie beyond"},
        {offsetof(Elf32_Ehdr, e_phnum), 2, 0, "nothing to load"},
        {offsetof(Elf32_Ehdr, e_shentsize), 2, 8, "section headers of a wrong size"},
        {offsetof(Elf32_Ehdr, e_shoff), 4, 0xffffffff, "section headers lie beyond"},
        {offsetof(struct elf_file, segment[0].p_filesz), 4, 0x99999, "beyond the end"},
        {offsetof(struct elf_file, segment[0].p_filesz), 4, 0xffffffff, "beyond the end"},
        {offsetof(struct elf_file, segment[0].p_offset), 4, 0xffffffff, "beyond the end"},
        {offsetof(struct elf_file, segment[0].p_memsz), 4, 4, "more bytes in the file than in memory"},
        {offsetof(struct elf_file, segment[0].p_paddr), 4, 0x20000000, "0x20000000-0x20000007 lie outside"},
        {offsetof(struct elf_file, segment[0].p_paddr), 4, 0xffffc, "0x00100000-0x00100003 lie outside"},
        {offsetof(struct elf_file, segment[0].p_paddr), 4, 0xfffffffc, "lie outside"},
        {offsetof(struct elf_file, segment[0].p_paddr), 4, 0x40c, "differ at 0x0000040c"},
        {offsetof(struct elf_file, segment[0].p_paddr), 4, 0x3fc, "differ at 0x00000400"},
    };

    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct elf_file f = make_elf();
        memcpy((uint8_t *)&f + cases[i].at, &cases[i].value, cases[i].size);
        assert_refused(&f, sizeof f, cases[i].why);
    }
}

static void test_elf_segments_are_joined(void **state)
{
    struct elf_file f = make_elf();
    struct image img;

    f.segment[0].p_paddr = 0x410;
    assert_true(parse(&img, &f, sizeof f));
    assert_int_equal(img.n_segments, 1);
    assert_segment(&img, 0, 0x400, f.first, 24);
    image_free(&img);
}

static void test_overlap_of_equal_bytes_is_harmless(void **state)
{
    struct elf_file f = make_elf();
    struct image img;

    f.segment[0] = f.segment[1];
    f.segment[0].p_offset += 4;
    f.segment[0].p_paddr += 4;
    f.segment[0].p_filesz = 20; /* reaches into `second` */
    f.segment[0].p_memsz = 20;
    assert_true(parse(&img, &f, sizeof f));
    assert_int_equal(img.n_segments, 1);
    assert_segment(&img, 0, 0x400, f.first, 24);
    image_free(&img);
}

/* Whatever one byte says, the loader survives it (the sanitizers watch). */
static void test_elf_with_any_byte_changed(void **state)
{
    static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    struct image img;

    for (size_t at = 0; at < sizeof(struct elf_file); at++)
        for (unsigned i = 0; i < sizeof values; i++) {
            struct elf_file f = make_elf();
            ((uint8_t *)&f)[at] = values[i];
            if (parse(&img, &f, sizeof f))
                image_free(&img);
        }
}

/* ---- vector tables ---- */

static void put_word(uint8_t *at, uint32_t value) { memcpy(at, &value, 4); }

static void test_vectors_at_the_start(void **state)
{
    static const struct {
        uint32_t sp, reset;
        bool found;
    } cases[] = {
        {0x20040000, 0x2041, true},  {0x20000400, 0x2041, true},
        {0x20040004, 0x2041, false}, {0x1ffffffc, 0x2041, false},
        {0x20000402, 0x2041, false}, {0x20040000, 0x2040, false},
        {0x20040000, 0x20ff, true},  {0x20040000, 0x2101, false},
        {0x20040000, 0x1fff, false}, {0, 0, false},
        {~0u, ~0u, false},
    };

    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t raw[256] = {0};
        struct image img;
        uint32_t addr = 0;
        put_word(raw, cases[i].sp);
        put_word(raw + 4, cases[i].reset);
        assert_true(parse(&img, raw, sizeof raw)); /* a raw binary at 0x2000 */
        assert_int_equal(image_find_vectors(&img, ram, &addr), cases[i].found);
        if (cases[i].found)
            assert_int_equal(addr, 0x2000);
        image_free(&img);
    }
}

static void test_vectors_behind_other_things(void **state)
{
    uint8_t raw[8192] = {0};
    struct image img;
    uint32_t addr;

    put_word(raw + 0x1000, 0x20001000);
    put_word(raw + 0x1004, 0x2201);
    assert_true(parse(&img, raw, sizeof raw));
    assert_false(image_find_vectors(&img, ram, &addr)); /* too far in */
    image_free(&img);

    put_word(raw + 0x204, 0x20001000);
    put_word(raw + 0x208, 0x2201);
    assert_true(parse(&img, raw, sizeof raw));
    assert_false(image_find_vectors(&img, ram, &addr)); /* VTOR cannot point there */
    image_free(&img);

    put_word(raw + 0x180, 0x20001000);
    put_word(raw + 0x184, 0x2201);
    assert_true(parse(&img, raw, sizeof raw));
    assert_true(image_find_vectors(&img, ram, &addr));
    assert_int_equal(addr, 0x2180);
    image_free(&img);
}

static void test_vectors_too_short(void **state)
{
    uint8_t raw[8];
    struct image img;
    uint32_t addr;

    put_word(raw, 0x20001000);
    put_word(raw + 4, 0x2001);
    for (unsigned size = 1; size <= 8; size++) {
        assert_true(parse(&img, raw, size));
        assert_int_equal(image_find_vectors(&img, ram, &addr), size == 8);
        image_free(&img);
    }
}

static void test_vectors_named_by_the_elf(void **state)
{
    struct image img;
    uint32_t addr;

    for (int by_symbol = 0; by_symbol < 2; by_symbol++) {
        struct elf_file f = make_elf();
        put_word(f.first, 0x20000100); /* plausible as well, and lower */
        put_word(f.first + 4, 0x401);
        put_word(f.second, 0x20000100);
        put_word(f.second + 4, 0x40d);
        f.section[4] = (Elf32_Shdr){.sh_name = NAME_VECTORS,
                                    .sh_type = SHT_PROGBITS,
                                    .sh_flags = SHF_ALLOC,
                                    .sh_addr = 0x20000000, /* where it runs, not where it is loaded */
                                    .sh_size = 8};
        f.symbol[1] = (Elf32_Sym){.st_name = NAME_G_PFN, .st_value = 0x20000000, .st_shndx = 4};
        if (by_symbol)
            f.section[4].sh_name = NAME_TEXT;
        else
            f.symbol[1].st_name = NAME_TEXT;
        assert_true(parse(&img, &f, sizeof f));
        assert_true(image_find_vectors(&img, ram, &addr));
        assert_int_equal(addr, 0x500);
        image_free(&img);

        put_word(f.second, 0); /* the name does not help an implausible table */
        assert_true(parse(&img, &f, sizeof f));
        assert_true(image_find_vectors(&img, ram, &addr));
        assert_int_equal(addr, 0x400);
        image_free(&img);
    }
}

/* ---- files ---- */

struct files {
    char dir[64];
    char path[320];
};

static int make_dir(void **state)
{
    static struct files files;

    snprintf(files.dir, sizeof files.dir, "/tmp/emu_image.XXXXXX");
    *state = &files;
    return mkdtemp(files.dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    struct files *files = *state;

    unlink(files->path);
    return rmdir(files->dir);
}

static int new_file(struct files *files, const char *name, const void *bytes, size_t size)
{
    snprintf(files->path, sizeof files->path, "%s/%s", files->dir, name);
    int fd = open(files->path, O_CREAT | O_TRUNC | O_RDWR, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    return fd;
}

static void assert_not_loaded(const char *spec, const char *why)
{
    struct image img;

    assert_false(image_load(&img, spec, flash_and_uicr, 2, err));
    if (!strstr(err, why))
        fail_msg("\"%s\" does not say \"%s\"", err, why);
}

static void test_raw_file_with_address(void **state)
{
    struct files *files = *state;
    struct image img;
    char spec[400];

    close(new_file(files, "a@b.bin", "hello", 5));
    assert_true(image_load(&img, files->path, flash_and_uicr, 2, err));
    assert_int_equal(img.format, IMAGE_RAW);
    assert_segment(&img, 0, 0, "hello", 5);
    image_free(&img);
    snprintf(spec, sizeof spec, "%s@0x1000", files->path);
    assert_true(image_load(&img, spec, flash_and_uicr, 2, err));
    assert_string_equal(img.path, files->path);
    assert_segment(&img, 0, 0x1000, "hello", 5);
    image_free(&img);
    snprintf(spec, sizeof spec, "%s@0x100000000", files->path);
    assert_not_loaded(spec, "does not fit");
    snprintf(spec, sizeof spec, "%s@0xffffe", files->path);
    assert_not_loaded(spec, "0x00100000-0x00100002 lie outside");
}

static void test_address_is_for_raw_binaries_only(void **state)
{
    struct files *files = *state;
    struct elf_file f = make_elf();
    struct image img;
    char spec[400];

    close(new_file(files, "a.elf", &f, sizeof f));
    assert_true(image_load(&img, files->path, flash_and_uicr, 2, err));
    image_free(&img);
    snprintf(spec, sizeof spec, "%s@0", files->path);
    assert_not_loaded(spec, "knows its addresses");
}

static void test_what_is_no_file(void **state)
{
    struct files *files = *state;

    assert_not_loaded(files->dir, "is a directory");
    snprintf(files->path, sizeof files->path, "%s/nothing", files->dir);
    assert_not_loaded(files->path, "No such file");
    assert_int_equal(mkfifo(files->path, 0600), 0);
    assert_not_loaded(files->path, "not a regular file"); /* and at once, though nobody writes to it */
    assert_not_loaded("/dev/zero", "not a regular file");
    assert_not_loaded("", "No such file");
}

static void test_files_of_silly_sizes(void **state)
{
    struct files *files = *state;
    int fd = new_file(files, "sparse", "", 0);

    assert_not_loaded(files->path, "is empty");
    assert_int_equal(ftruncate(fd, 2ll << 30), 0);
    assert_not_loaded(files->path, "is 2147483648 bytes long; an image has at most 64 MiB");
    assert_int_equal(ftruncate(fd, IMAGE_MAX_BYTES + 1), 0);
    assert_not_loaded(files->path, "at most 64 MiB");
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
    close(fd);
}

static void test_message_is_one_line(void **state)
{
    char name[1000];

    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    name[900] = '\n';
    assert_not_loaded(name, "File name too long");
    assert_null(strchr(err, '\n'));
    assert_true(strlen(err) < sizeof err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elf_is_loaded_by_physical_address),
        cmocka_unit_test(test_elf_truncated_anywhere_is_refused),
        cmocka_unit_test(test_elf_of_another_kind_is_refused),
        cmocka_unit_test(test_elf_segments_are_joined),
        cmocka_unit_test(test_overlap_of_equal_bytes_is_harmless),
        cmocka_unit_test(test_elf_with_any_byte_changed),
        cmocka_unit_test(test_vectors_at_the_start),
        cmocka_unit_test(test_vectors_behind_other_things),
        cmocka_unit_test(test_vectors_too_short),
        cmocka_unit_test(test_vectors_named_by_the_elf),
        cmocka_unit_test_setup_teardown(test_raw_file_with_address, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_address_is_for_raw_binaries_only, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_what_is_no_file, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_files_of_silly_sizes, make_dir, remove_dir),
        cmocka_unit_test(test_message_is_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
