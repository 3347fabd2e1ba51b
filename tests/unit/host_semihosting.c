#include "host/semihosting.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum {
    RAM = 0x20000000,
    RAM_SIZE = 0x2000,
    FLASH_SIZE = 0x100, /* at 0, readable only */
    BLOCK = RAM + 0x10,
    NAME = RAM + 0x100,
    NAME2 = RAM + 0x200,
    DATA = RAM + 0x400,
    FAILED = -1,
};

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE,
    SYS_WRITEC,
    SYS_WRITE0,
    SYS_WRITE,
    SYS_READ,
    SYS_READC,
    SYS_ISERROR,
    SYS_ISTTY,
    SYS_SEEK,
    SYS_FLEN = 0x0C,
    SYS_TMPNAM,
    SYS_REMOVE,
    SYS_RENAME,
    SYS_CLOCK,
    SYS_TIME,
    SYS_SYSTEM,
    SYS_ERRNO,
    SYS_GET_CMDLINE = 0x15,
    SYS_HEAPINFO,
    SYS_EXIT = 0x18,
    SYS_EXIT_EXTENDED = 0x20,
    SYS_ELAPSED = 0x30,
    SYS_TICKFREQ,
};

enum { MODE_R = 0, MODE_RB = 1, MODE_R_PLUS = 2, MODE_W = 4, MODE_W_PLUS = 6, MODE_A = 8 };

struct fixture {
    struct semihosting sh;
    struct evlog evlog;
    uint32_t reg[2];
    uint8_t ram[RAM_SIZE], flash[FLASH_SIZE];
    vtime now;
    char dir[64];
    char shown[4096];
    size_t n_shown;
    const char *typed; /* NULL: end of input */
};

static uint8_t *at(struct fixture *f, uint32_t addr, uint32_t len, bool write)
{
    if (addr - RAM < RAM_SIZE && len <= RAM_SIZE - (addr - RAM))
        return f->ram + (addr - RAM);
    return !write && addr < FLASH_SIZE && len <= FLASH_SIZE - addr ? f->flash + addr : NULL;
}

static uint32_t reg_get(void *ctx, unsigned r) { return ((struct fixture *)ctx)->reg[r]; }
static void reg_set(void *ctx, unsigned r, uint32_t value) { ((struct fixture *)ctx)->reg[r] = value; }

static bool mem_read(void *ctx, uint32_t addr, void *dst, uint32_t len)
{
    const uint8_t *p = at(ctx, addr, len, false);
    if (p)
        memcpy(dst, p, len);
    return p;
}

static bool mem_write(void *ctx, uint32_t addr, const void *src, uint32_t len)
{
    uint8_t *p = at(ctx, addr, len, true);
    if (p)
        memcpy(p, src, len);
    return p;
}

static vtime now(void *ctx) { return ((struct fixture *)ctx)->now; }

static void read_event(void *ctx, const struct ev *e)
{
    struct fixture *f = ctx;
    assert_int_equal(e->a, EV_CONSOLE_SEMIHOSTING);
    f->shown[f->n_shown++] = (char)e->b;
}

static ssize_t type(void *ctx, void *buf, size_t size)
{
    struct fixture *f = ctx;
    if (!f->typed)
        return -1;
    size_t n = strnlen(f->typed, size);
    memcpy(buf, f->typed, n);
    f->typed += n;
    return (ssize_t)n;
}

static void start(struct fixture *f, const char *directory)
{
    char err[128];
    evlog_init(&f->evlog, &f->now);
    evlog_attach(&f->evlog, 1u << EV_CONSOLE, read_event, f);
    struct semihosting_config config = {
        .guest = {reg_get, reg_set, mem_read, mem_write, now, f},
        .evlog = &f->evlog,
        .input = type,
        .input_ctx = f,
        .directory = directory,
        .command_line = "fw one two",
        .epoch = 1000,
    };
    assert_true(semihosting_init(&f->sh, &config, err, sizeof err));
}

static int setup_alone(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    start(f, NULL);
    *state = f;
    return 0;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    strcpy(f->dir, "/tmp/host_semihosting_XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    start(f, f->dir);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char command[128];
    semihosting_close(&f->sh);
    if (f->dir[0]) {
        snprintf(command, sizeof command, "rm -rf '%s'", f->dir);
        assert_int_equal(system(command), 0);
    }
    free(f);
    return 0;
}

static int call(struct fixture *f, uint32_t operation, uint32_t parameter)
{
    f->reg[0] = operation;
    f->reg[1] = parameter;
    assert_int_equal(semihosting_call(&f->sh), SEMIHOSTING_DONE);
    return (int)f->reg[0];
}

/* With a block of words. */
static int call_block(struct fixture *f, uint32_t operation, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    const uint32_t block[4] = {a, b, c, d};
    memcpy(f->ram + (BLOCK - RAM), block, sizeof block);
    return call(f, operation, BLOCK);
}

static uint32_t text(struct fixture *f, uint32_t addr, const char *s)
{
    memcpy(f->ram + (addr - RAM), s, strlen(s) + 1);
    return (uint32_t)strlen(s);
}

static int open_file(struct fixture *f, const char *name, uint32_t mode)
{
    uint32_t length = text(f, NAME, name);
    return call_block(f, SYS_OPEN, NAME, mode, length, 0);
}

static int write_text(struct fixture *f, int handle, const char *s)
{
    uint32_t length = text(f, DATA, s);
    return call_block(f, SYS_WRITE, (uint32_t)handle, DATA, length, 0);
}

static int guest_errno(struct fixture *f) { return call(f, SYS_ERRNO, 0); }

static void assert_shown(struct fixture *f, const char *expected)
{
    assert_int_equal(f->n_shown, strlen(expected));
    assert_memory_equal(f->shown, expected, strlen(expected));
    f->n_shown = 0;
}

static void path_in(struct fixture *f, const char *name, char path[256]) { snprintf(path, 256, "%s/%s", f->dir, name); }

static void make_file(struct fixture *f, const char *name, const char *contents)
{
    char path[256];
    path_in(f, name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(contents, file);
    fclose(file);
}

static bool exists(struct fixture *f, const char *name)
{
    char path[256];
    path_in(f, name, path);
    return access(path, F_OK) == 0;
}

static void prints(void **state)
{
    struct fixture *f = *state;
    text(f, DATA, "hello, world");
    call(f, SYS_WRITEC, DATA);
    assert_shown(f, "h");
    call(f, SYS_WRITE0, DATA);
    assert_shown(f, "hello, world");
    int out = open_file(f, ":tt", MODE_W), err = open_file(f, ":tt", MODE_A);
    assert_true(out > 0 && err > 0 && out != err);
    assert_int_equal(write_text(f, out, "out"), 0);
    assert_int_equal(write_text(f, err, "err"), 0);
    assert_shown(f, "outerr");
    assert_int_equal(call_block(f, SYS_ISTTY, (uint32_t)out, 0, 0, 0), 1);
    assert_int_equal(call_block(f, SYS_SEEK, (uint32_t)out, 0, 0, 0), FAILED);
    assert_int_equal(call_block(f, SYS_FLEN, (uint32_t)out, 0, 0, 0), FAILED);
}

static void string_in_flash_and_string_that_runs_out(void **state)
{
    struct fixture *f = *state;
    strcpy((char *)f->flash + 0x20, "in flash");
    assert_int_equal(call(f, SYS_WRITE0, 0x20), 0);
    assert_shown(f, "in flash");
    memset(f->flash + FLASH_SIZE - 3, 'x', 3);
    assert_int_equal(call(f, SYS_WRITE0, FLASH_SIZE - 3), FAILED);
}

static void reads_what_is_typed(void **state)
{
    struct fixture *f = *state;
    f->typed = "abc";
    assert_int_equal(call(f, SYS_READC, 0), 'a');
    int in = open_file(f, ":tt", MODE_R);
    assert_int_equal(call_block(f, SYS_READ, (uint32_t)in, DATA, 10, 0), 8);
    assert_memory_equal(f->ram + (DATA - RAM), "bc", 2);
    f->typed = NULL;
    assert_int_equal(call_block(f, SYS_READ, (uint32_t)in, DATA, 10, 0), 10);
    assert_int_equal(call(f, SYS_READC, 0), FAILED);
}

static void waits_for_input(void **state)
{
    struct fixture *f = *state;
    f->typed = "";
    f->reg[0] = SYS_READC;
    f->reg[1] = 0;
    assert_int_equal(semihosting_call(&f->sh), SEMIHOSTING_WAIT);
    assert_int_equal(f->reg[0], SYS_READC);
    f->typed = "z";
    assert_int_equal(semihosting_call(&f->sh), SEMIHOSTING_DONE);
    assert_int_equal(f->reg[0], 'z');
}

static void writes_and_reads_a_file(void **state)
{
    struct fixture *f = *state;
    int h = open_file(f, "data.bin", MODE_W_PLUS);
    assert_true(h > 0);
    assert_int_equal(write_text(f, h, "0123456789"), 0);
    assert_int_equal(call_block(f, SYS_FLEN, (uint32_t)h, 0, 0, 0), 10);
    assert_int_equal(call_block(f, SYS_ISTTY, (uint32_t)h, 0, 0, 0), 0);
    assert_int_equal(call_block(f, SYS_SEEK, (uint32_t)h, 4, 0, 0), 0);
    assert_int_equal(call_block(f, SYS_READ, (uint32_t)h, DATA, 4, 0), 0);
    assert_memory_equal(f->ram + (DATA - RAM), "4567", 4);
    assert_int_equal(call_block(f, SYS_READ, (uint32_t)h, DATA, 100, 0), 98);
    assert_int_equal(call_block(f, SYS_READ, (uint32_t)h, DATA, 100, 0), 100);
    assert_int_equal(call_block(f, SYS_CLOSE, (uint32_t)h, 0, 0, 0), 0);
    assert_int_equal(call_block(f, SYS_CLOSE, (uint32_t)h, 0, 0, 0), FAILED);
    assert_int_equal(guest_errno(f), EBADF);
    h = open_file(f, "data.bin", MODE_A);
    assert_int_equal(write_text(f, h, "ab"), 0);
    assert_int_equal(call_block(f, SYS_FLEN, (uint32_t)h, 0, 0, 0), 12);
    assert_int_equal(call_block(f, SYS_READ, (uint32_t)h, DATA, 4, 0), 4);
    assert_shown(f, "");
}

static void moves_more_than_a_piece(void **state)
{
    struct fixture *f = *state;
    int h = open_file(f, "big", MODE_W_PLUS);
    for (unsigned i = 0; i < 3000; i++)
        f->ram[DATA - RAM + i] = (uint8_t)(i * 7);
    assert_int_equal(call_block(f, SYS_WRITE, (uint32_t)h, DATA, 3000, 0), 0);
    memset(f->ram + (DATA - RAM), 0, 3000);
    call_block(f, SYS_SEEK, (uint32_t)h, 0, 0, 0);
    assert_int_equal(call_block(f, SYS_READ, (uint32_t)h, DATA, 3001, 0), 1);
    for (unsigned i = 0; i < 3000; i++)
        assert_int_equal(f->ram[DATA - RAM + i], (uint8_t)(i * 7));
}

static void missing_file_and_bad_mode(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(open_file(f, "missing", MODE_R), FAILED);
    assert_int_equal(guest_errno(f), ENOENT);
    assert_int_equal(open_file(f, "missing", 12), FAILED);
    assert_int_equal(guest_errno(f), EINVAL);
    assert_int_equal(open_file(f, "", MODE_W), FAILED);
}

static void subdirectories_are_inside(void **state)
{
    struct fixture *f = *state;
    char path[256];
    path_in(f, "sub", path);
    assert_int_equal(mkdir(path, 0777), 0);
    assert_true(open_file(f, "./sub//file", MODE_W) > 0);
    assert_true(exists(f, "sub/file"));
    assert_int_equal(open_file(f, "sub", MODE_R), FAILED);
    assert_int_equal(open_file(f, "sub/", MODE_W), FAILED);
    assert_int_equal(open_file(f, ".", MODE_R), FAILED);
    assert_int_equal(open_file(f, "sub/none/file", MODE_W), FAILED);
}

static void names_do_not_lead_out(void **state)
{
    struct fixture *f = *state;
    char outside[128], link_path[256];
    snprintf(outside, sizeof outside, "%s_outside", f->dir);
    assert_int_equal(mkdir(outside, 0777), 0);
    path_in(f, "link", link_path);
    assert_int_equal(symlink(outside, link_path), 0);
    path_in(f, "passwd", link_path);
    assert_int_equal(symlink("/etc/passwd", link_path), 0);
    path_in(f, "self", link_path);
    assert_int_equal(symlink(".", link_path), 0);

    const char *const names[] = {"/etc/passwd", "../x",   "..",     "a/../../x", "./..//x", "link/x",
                                 "link/../x",   "passwd", "self/x", "/",         "link"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        for (uint32_t mode = 0; mode < 12; mode++) {
            assert_int_equal(open_file(f, names[i], mode), FAILED);
            assert_int_not_equal(guest_errno(f), 0);
        }
    uint32_t n = text(f, NAME, "link/x"), n2;
    assert_int_not_equal(call_block(f, SYS_REMOVE, NAME, n, 0, 0), 0);
    make_file(f, "inside", "x");
    n = text(f, NAME, "inside");
    const char *const targets[] = {"../out", "link/out", "/tmp/out"};
    for (unsigned i = 0; i < 3; i++) {
        n2 = text(f, NAME2, targets[i]);
        assert_int_not_equal(call_block(f, SYS_RENAME, NAME, n, NAME2, n2), 0);
        assert_int_not_equal(call_block(f, SYS_RENAME, NAME2, n2, NAME, n), 0);
    }
    assert_true(exists(f, "inside"));
    assert_int_equal(rmdir(outside), 0); /* still empty */
}

static void only_regular_files(void **state)
{
    struct fixture *f = *state;
    char path[256];
    path_in(f, "fifo", path);
    assert_int_equal(mkfifo(path, 0666), 0);
    for (uint32_t mode = 0; mode < 12; mode++)
        assert_int_equal(open_file(f, "fifo", mode), FAILED);
}

static void no_directory_no_files(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(open_file(f, "host_semihosting_must_not_exist", MODE_W), FAILED);
    assert_int_equal(guest_errno(f), EACCES);
    assert_int_not_equal(access("host_semihosting_must_not_exist", F_OK), 0);
    uint32_t n = text(f, NAME, "x");
    assert_int_not_equal(call_block(f, SYS_REMOVE, NAME, n, 0, 0), 0);
    assert_int_not_equal(call_block(f, SYS_RENAME, NAME, n, NAME, n), 0);
    assert_true(open_file(f, ":tt", MODE_W) > 0);
}

static void directory_must_exist(void **state)
{
    (void)state;
    struct semihosting sh;
    char err[128] = "";
    assert_false(
        semihosting_init(&sh, &(struct semihosting_config){.directory = "/no/such/directory"}, err, sizeof err));
    assert_non_null(strstr(err, "/no/such/directory"));
}

static void removes_and_renames(void **state)
{
    struct fixture *f = *state;
    make_file(f, "a", "x");
    uint32_t n = text(f, NAME, "a"), n2 = text(f, NAME2, "bb");
    assert_int_equal(call_block(f, SYS_RENAME, NAME, n, NAME2, n2), 0);
    assert_false(exists(f, "a"));
    assert_true(exists(f, "bb"));
    assert_int_equal(call_block(f, SYS_REMOVE, NAME2, n2, 0, 0), 0);
    assert_false(exists(f, "bb"));
    assert_int_not_equal(call_block(f, SYS_REMOVE, NAME2, n2, 0, 0), 0);
    assert_int_equal(guest_errno(f), ENOENT);
}

static void handles_run_out_and_come_back(void **state)
{
    struct fixture *f = *state;
    for (unsigned i = 0; i < SEMIHOSTING_FILES; i++)
        assert_true(open_file(f, i % 2 ? ":tt" : "file", MODE_W) > 0);
    assert_int_equal(open_file(f, ":tt", MODE_W), FAILED);
    assert_int_equal(guest_errno(f), EMFILE);
    assert_int_equal(call_block(f, SYS_CLOSE, 7, 0, 0, 0), 0);
    assert_int_equal(open_file(f, ":tt", MODE_W), 7);
    semihosting_reset(&f->sh);
    assert_int_equal(open_file(f, ":tt", MODE_W), 1);
}

static void bad_handles(void **state)
{
    struct fixture *f = *state;
    const uint32_t operations[] = {SYS_CLOSE, SYS_WRITE, SYS_READ, SYS_ISTTY, SYS_SEEK, SYS_FLEN};
    const uint32_t handles[] = {0, 1, SEMIHOSTING_FILES, SEMIHOSTING_FILES + 1, 0xFFFFFFFF};
    for (unsigned o = 0; o < 6; o++)
        for (unsigned h = 0; h < 5; h++)
            assert_int_equal(call_block(f, operations[o], handles[h], DATA, 4, 0), FAILED);
}

static void bad_pointers_change_nothing(void **state)
{
    struct fixture *f = *state;
    const uint32_t bad[] = {0x30000000, RAM + RAM_SIZE - 2, 0xFFFFFFFC, RAM - 1};
    int file = open_file(f, "file", MODE_W_PLUS), out = open_file(f, ":tt", MODE_W);
    write_text(f, file, "0123456789");
    call_block(f, SYS_SEEK, (uint32_t)file, 0, 0, 0);
    for (unsigned i = 0; i < 4; i++) {
        for (uint32_t operation = SYS_OPEN; operation <= SYS_TICKFREQ; operation++) {
            bool no_pointer =
                operation == SYS_READC || operation == SYS_CLOCK || operation == SYS_TIME || operation == SYS_ERRNO ||
                operation == SYS_TICKFREQ || operation == SYS_EXIT ||
                (i == 1 && (operation == SYS_WRITEC || operation == SYS_WRITE0)); /* two bytes are there */
            if (!no_pointer)
                assert_int_equal(call(f, operation, bad[i]), FAILED);
        }
        assert_int_equal(call_block(f, SYS_OPEN, bad[i], MODE_W, 8, 0), FAILED);
        assert_int_equal(guest_errno(f), EFAULT);
        assert_int_equal(call_block(f, SYS_WRITE, (uint32_t)out, bad[i], 0xFFFFFFFF, 0), FAILED);
        assert_int_equal(call_block(f, SYS_WRITE, (uint32_t)file, bad[i], 8, 0), FAILED);
        assert_int_equal(call_block(f, SYS_READ, (uint32_t)file, bad[i], 8, 0), FAILED);
        assert_int_equal(call_block(f, SYS_TMPNAM, bad[i], 1, 100, 0), FAILED);
        assert_int_equal(call_block(f, SYS_GET_CMDLINE, bad[i], 100, 0, 0), FAILED);
        assert_int_equal(call_block(f, SYS_HEAPINFO, bad[i], 0, 0, 0), FAILED);
    }
    assert_shown(f, "");
    assert_int_equal(call_block(f, SYS_READ, (uint32_t)file, 0, 8, 0), FAILED); /* into flash */
    assert_int_equal(call_block(f, SYS_READ, (uint32_t)file, DATA, 10, 0), 0);
    assert_memory_equal(f->ram + (DATA - RAM), "0123456789", 10);
    assert_int_equal(call_block(f, SYS_OPEN, NAME, MODE_R, 0xFFFFFFFF, 0), FAILED);
}

static void features(void **state)
{
    struct fixture *f = *state;
    int h = open_file(f, ":semihosting-features", MODE_RB);
    assert_true(h > 0);
    assert_int_equal(call_block(f, SYS_FLEN, (uint32_t)h, 0, 0, 0), 5);
    assert_int_equal(call_block(f, SYS_READ, (uint32_t)h, DATA, 8, 0), 3);
    assert_memory_equal(f->ram + (DATA - RAM), "SHFB\x03", 5);
    assert_int_equal(call_block(f, SYS_SEEK, (uint32_t)h, 4, 0, 0), 0);
    assert_int_equal(call_block(f, SYS_READ, (uint32_t)h, DATA, 1, 0), 0);
    assert_int_equal(f->ram[DATA - RAM], 3);
    assert_int_equal(call_block(f, SYS_SEEK, (uint32_t)h, 6, 0, 0), FAILED);
    assert_int_equal(write_text(f, h, "abc"), 3);
    assert_int_equal(open_file(f, ":semihosting-features", MODE_W), FAILED);
}

static void times_are_emulated(void **state)
{
    struct fixture *f = *state;
    f->now = 12345 * VTIME_PER_MS;
    uint64_t ticks;
    assert_int_equal(call(f, SYS_CLOCK, 0), 1234);
    assert_int_equal(call(f, SYS_TIME, 0), 1012);
    assert_int_equal(call(f, SYS_TICKFREQ, 0), 64000000);
    assert_int_equal(call(f, SYS_ELAPSED, DATA), 0);
    memcpy(&ticks, f->ram + (DATA - RAM), 8);
    assert_true(ticks == 12345 * 64000ull);
}

static void time_starts_in_this_century(void **state)
{
    (void)state;
    struct semihosting sh;
    assert_true(semihosting_init(&sh, &(struct semihosting_config){0}, NULL, 0));
    assert_int_equal(sh.config.epoch, SEMIHOSTING_EPOCH);
    semihosting_close(&sh);
}

static void small_questions(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(call_block(f, SYS_ISERROR, 0, 0, 0, 0), 0);
    assert_int_equal(call_block(f, SYS_ISERROR, 0x7FFFFFFF, 0, 0, 0), 0);
    assert_int_not_equal(call_block(f, SYS_ISERROR, 0xFFFFFFFF, 0, 0, 0), 0);
    memset(f->ram + (DATA - RAM), 0xAA, 32);
    assert_int_equal(call_block(f, SYS_HEAPINFO, DATA, 0, 0, 0), 0);
    for (unsigned i = 0; i < 17; i++)
        assert_int_equal(f->ram[DATA - RAM + i], i < 16 ? 0 : 0xAA);
    assert_int_equal(call_block(f, SYS_SYSTEM, NAME, text(f, NAME, "true"), 0, 0), FAILED);
    assert_int_equal(call_block(f, 0x14, 0, 0, 0, 0), FAILED);
    assert_int_equal(call_block(f, 0x12345678, 0, 0, 0, 0), FAILED);
}

static void command_line(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(call_block(f, SYS_GET_CMDLINE, DATA, 11, 0, 0), 0);
    assert_string_equal((char *)f->ram + (DATA - RAM), "fw one two");
    assert_int_equal(f->ram[BLOCK - RAM + 4], 10);
    assert_int_equal(call_block(f, SYS_GET_CMDLINE, DATA, 10, 0, 0), FAILED);
}

static void temporary_names(void **state)
{
    struct fixture *f = *state;
    char first[32];
    assert_int_equal(call_block(f, SYS_TMPNAM, DATA, 9, 32, 0), 0);
    strcpy(first, (char *)f->ram + (DATA - RAM));
    assert_int_equal(call_block(f, SYS_TMPNAM, DATA, 10, 32, 0), 0);
    assert_string_not_equal(first, (char *)f->ram + (DATA - RAM));
    assert_int_equal(call_block(f, SYS_TMPNAM, DATA, 9, 32, 0), 0);
    assert_string_equal(first, (char *)f->ram + (DATA - RAM));
    assert_int_equal(call_block(f, SYS_TMPNAM, DATA, 256, 32, 0), FAILED);
    assert_int_equal(call_block(f, SYS_TMPNAM, DATA, 9, 4, 0), FAILED);
    assert_true(open_file(f, first, MODE_W) > 0);
}

static int exit_with(struct fixture *f, uint32_t operation, uint32_t parameter)
{
    f->reg[0] = operation;
    f->reg[1] = parameter;
    assert_int_equal(semihosting_call(&f->sh), SEMIHOSTING_EXIT);
    return f->sh.exit_code;
}

static int exit_extended(struct fixture *f, uint32_t reason, uint32_t code)
{
    const uint32_t block[2] = {reason, code};
    memcpy(f->ram + (BLOCK - RAM), block, sizeof block);
    return exit_with(f, SYS_EXIT_EXTENDED, BLOCK);
}

static void exit_codes(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(exit_with(f, SYS_EXIT, 0x20026), 0);
    assert_int_equal(exit_with(f, SYS_EXIT, 0x20023), 1);
    assert_int_equal(exit_with(f, SYS_EXIT, 0), 1);
    assert_int_equal(exit_with(f, SYS_EXIT, 0x20010), 1);
    assert_int_equal(exit_extended(f, 0x20026, 0), 0);
    assert_int_equal(exit_extended(f, 0x20026, 42), 42);
    assert_int_equal(exit_extended(f, 0x20026, 0xFFFFFFFF), 255);
    assert_int_equal(exit_extended(f, 0x20026, 256), 1);
    assert_int_equal(exit_extended(f, 0x20024, 0), 1);
    assert_int_equal(call(f, SYS_EXIT_EXTENDED, 0x30000000), FAILED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(prints),
        TEST(string_in_flash_and_string_that_runs_out),
        TEST(reads_what_is_typed),
        TEST(waits_for_input),
        TEST(writes_and_reads_a_file),
        TEST(moves_more_than_a_piece),
        TEST(missing_file_and_bad_mode),
        TEST(subdirectories_are_inside),
        TEST(names_do_not_lead_out),
        TEST(only_regular_files),
        cmocka_unit_test_setup_teardown(no_directory_no_files, setup_alone, teardown),
        cmocka_unit_test(directory_must_exist),
        TEST(removes_and_renames),
        TEST(handles_run_out_and_come_back),
        TEST(bad_handles),
        TEST(bad_pointers_change_nothing),
        TEST(features),
        TEST(times_are_emulated),
        cmocka_unit_test(time_starts_in_this_century),
        TEST(small_questions),
        TEST(command_line),
        TEST(temporary_names),
        TEST(exit_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
