/*
 * The look into broken images: sections, attributes, strings, code that is followed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emu/firmware_info.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned seed);

/* Mostly changes a few bytes where they are, so that headers stay whole and what they point to is looked at. */
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned seed)
{
    enum { WINDOW = 32 };

    if (size <= WINDOW || seed % 8 == 0)
        return LLVMFuzzerMutate(bytes, size, max_size);
    size_t at = seed / 8 % (size - WINDOW);
    LLVMFuzzerMutate(bytes + at, 1 + seed / 64 % WINDOW, 1 + seed / 64 % WINDOW);
    return size;
}

static void check(const struct firmware_info *info)
{
    const struct firmware_code *c = &info->code;

    if (c->n_first > FIRMWARE_MAX_FOREIGN || c->fp > c->instructions || c->foreign > c->instructions ||
        info->n_kinds > FIRMWARE_MAX_KINDS || info->n_others > FIRMWARE_MAX_VECTORS || strchr(info->foreign, '\n'))
        abort();
    if (info->runs_here && (*info->foreign || info->outside || !info->has_vectors))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static int fd = -1;
    static char path[64];
    struct firmware_info info;
    char err[IMAGE_ERR_SIZE];

    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (ftruncate(fd, 0) || pwrite(fd, bytes, size, 0) != (ssize_t)size)
        abort();
    if (firmware_info_read(&info, path, err)) {
        check(&info);
        firmware_info_free(&info);
    } else if (strchr(err, '\n') || !*err) {
        abort();
    }
    return 0;
}
