#include "semihosting.h"

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITE0 = 0x04,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_FLEN = 0x0C,
    SYS_REMOVE = 0x0E,
    SYS_CLOCK = 0x10,
    SYS_TIME = 0x11,
    SYS_EXIT = 0x18,
    SYS_EXIT_EXTENDED = 0x20,
};

#define ADP_STOPPED_APPLICATION_EXIT 0x20026u

static uint32_t call(uint32_t operation, const void *argument)
{
    register uint32_t r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = argument;

    __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory", "r2", "r3", "r12");
    return r0;
}

static uint32_t length(const char *text)
{
    uint32_t n = 0;

    while (text[n])
        n++;
    return n;
}

void semihosting_write(const char *text, size_t size)
{
    char piece[65];

    while (size > 0) {
        size_t n = 0;

        while (n < size && n < sizeof piece - 1) {
            piece[n] = text[n];
            n++;
        }
        piece[n] = 0;
        call(SYS_WRITE0, piece);
        text += n;
        size -= n;
    }
}

uint32_t semihosting_clock(void) { return call(SYS_CLOCK, NULL); }
uint32_t semihosting_time(void) { return call(SYS_TIME, NULL); }

int semihosting_open(const char *path, unsigned mode)
{
    uint32_t args[3] = {(uint32_t)path, mode, length(path)};

    return (int)call(SYS_OPEN, args);
}

uint32_t semihosting_file_write(int handle, const void *data, uint32_t size)
{
    uint32_t args[3] = {(uint32_t)handle, (uint32_t)data, size};

    return call(SYS_WRITE, args);
}

uint32_t semihosting_file_read(int handle, void *data, uint32_t size)
{
    uint32_t args[3] = {(uint32_t)handle, (uint32_t)data, size};

    return call(SYS_READ, args);
}

int32_t semihosting_file_length(int handle)
{
    uint32_t args[1] = {(uint32_t)handle};

    return (int32_t)call(SYS_FLEN, args);
}

int semihosting_close(int handle)
{
    uint32_t args[1] = {(uint32_t)handle};

    return (int)call(SYS_CLOSE, args);
}

int semihosting_remove(const char *path)
{
    uint32_t args[2] = {(uint32_t)path, length(path)};

    return (int)call(SYS_REMOVE, args);
}

void semihosting_exit(unsigned code)
{
    uint32_t args[2] = {ADP_STOPPED_APPLICATION_EXIT, code};

    /* The short form knows success only, but every host knows the short form. */
    if (code == 0)
        call(SYS_EXIT, (const void *)ADP_STOPPED_APPLICATION_EXIT);
    call(SYS_EXIT_EXTENDED, args);
    for (;;)
        ;
}
