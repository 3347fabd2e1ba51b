/*
 * Semihosting against a hostile guest: the input is the guest's memory followed by a list of calls. Whatever it asks
 * for, no call may crash, hang, or touch a file outside the directory it was given (an empty one, made for the purpose
 * and emptied again before each input).
 */
#include "host/semihosting.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RAM = 0x20000000, RAM_SIZE = 0x400, MAX_CALLS = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct guest {
    uint32_t reg[2];
    uint8_t ram[RAM_SIZE];
};

static uint32_t reg_get(void *ctx, unsigned r) { return ((struct guest *)ctx)->reg[r]; }
static void reg_set(void *ctx, unsigned r, uint32_t value) { ((struct guest *)ctx)->reg[r] = value; }
static vtime now(void *ctx) { return VTIME_PER_S; }

static uint8_t *at(struct guest *g, uint32_t addr, uint32_t len)
{
    return addr - RAM < RAM_SIZE && len <= RAM_SIZE - (addr - RAM) ? g->ram + (addr - RAM) : NULL;
}

static bool mem_read(void *ctx, uint32_t addr, void *dst, uint32_t len)
{
    const uint8_t *p = at(ctx, addr, len);
    if (p)
        memcpy(dst, p, len);
    return p;
}

static bool mem_write(void *ctx, uint32_t addr, const void *src, uint32_t len)
{
    uint8_t *p = at(ctx, addr, len);
    if (p)
        memcpy(p, src, len);
    return p;
}

static void remove_directory(void);

/* PARENT/inside is the guest's; PARENT must stay as it is. */
static const char *parent(void)
{
    static char path[] = "/tmp/fuzz_semihosting_XXXXXX";
    static char inside[64];
    if (!inside[0]) {
        if (!mkdtemp(path) || snprintf(inside, sizeof inside, "mkdir %s/inside", path) < 0 || system(inside) != 0)
            abort();
        atexit(remove_directory);
    }
    return path;
}

static const char *inside(void)
{
    static char path[64];
    snprintf(path, sizeof path, "%s/inside", parent());
    return path;
}

static unsigned entries(const char *path, bool delete)
{
    unsigned n = 0;
    DIR *dir = opendir(path);
    if (!dir)
        abort();
    for (struct dirent *e; (e = readdir(dir));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        n++;
        if (delete)
            unlinkat(dirfd(dir), e->d_name, 0);
    }
    closedir(dir);
    return n;
}

static void remove_directory(void)
{
    entries(inside(), true);
    rmdir(inside());
    rmdir(parent());
}

/* Each call: its number and where its block is in RAM, in words. The rest of the input is RAM. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct guest g;
    struct semihosting s;
    char err[128];
    if (!size)
        return 0;
    size_t calls = data[0] % MAX_CALLS, list = 1 + 2 * calls;
    if (size < list)
        return 0;
    memset(&g, 0, sizeof g);
    memcpy(g.ram, data + list, size - list < RAM_SIZE ? size - list : RAM_SIZE);
    struct semihosting_config config = {.guest = {reg_get, reg_set, mem_read, mem_write, now, &g},
                                        .directory = inside()};
    if (!semihosting_init(&s, &config, err, sizeof err))
        abort();
    for (size_t i = 0; i < calls; i++) {
        g.reg[0] = data[1 + 2 * i];
        g.reg[1] = RAM + data[2 + 2 * i] * 4u;
        semihosting_call(&s);
    }
    semihosting_close(&s);
    if (entries(parent(), false) != 1)
        abort();
    entries(inside(), true);
    return 0;
}
