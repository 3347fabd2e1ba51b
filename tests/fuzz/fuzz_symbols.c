/*
 * The symbol reader on broken ELFs: symbol tables, and debug information through elfutils.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emu/symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned seed);

/* Mostly changes a few bytes where they are: inserted or removed ones break the ELF's headers, so that the debug
 * information is never looked at. */
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned seed)
{
    enum { WINDOW = 32 };

    if (size <= WINDOW || seed % 8 == 0)
        return LLVMFuzzerMutate(bytes, size, max_size);
    size_t at = seed / 8 % (size - WINDOW);
    LLVMFuzzerMutate(bytes + at, 1 + seed / 64 % WINDOW, 1 + seed / 64 % WINDOW);
    return size;
}

/* Memory whose words are their own addresses, but for a hole now and then. */
static bool read_word(void *ctx, uint32_t addr, uint32_t *value)
{
    *value = addr;
    return addr % 0x100 != 0xfc;
}

static void ask(const struct symbols *s, uint32_t addr)
{
    uint32_t regs[16], offset, found, size;
    const char *file, *name = symbols_function(s, addr, &offset);
    char text[64];
    int line;

    if (name && (offset > addr || (strlen(name) && !symbols_find(s, name, &found, &size))))
        abort();
    if (symbols_line(s, addr, &file, &line) && (strlen(file) > 4096 || line == 0))
        abort();
    for (unsigned i = 0; i < 16; i++)
        regs[i] = 0x20000000 + 16 * i;
    regs[15] = addr;
    for (unsigned depth = 0; depth < 8 && symbols_unwind(s, regs, read_word, NULL); depth++)
        ;
    symbols_describe(s, addr, text, sizeof text);
}

static void ask_for_members(const struct symbols *s)
{
    static const struct {
        const char *type, *path;
    } all[] = {{"TCB_t", "pcTaskName"},
               {"List_t", "xListEnd.pxNext"},
               {"z_kernel", "cpus.current"},
               {"k_thread", "base.prio"},
               {"k_thread", "arch.mode_exc_return"},
               {"thread_t", ""},
               {"", ""}};
    struct symbols_member member;

    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
        symbols_find_member(s, all[i].type, all[i].path, &member);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static int fd = -1;
    static char path[64];

    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (ftruncate(fd, 0) || pwrite(fd, bytes, size, 0) != (ssize_t)size)
        abort();
    struct symbols *s = symbols_open(path);
    if (!s)
        return 0;
    for (uint32_t addr = 0; addr < 0x90; addr += 6)
        ask(s, addr);
    ask_for_members(s);
    ask(s, 0x20000000);
    ask(s, 0xfffffffe);
    symbols_close(s);
    return 0;
}
