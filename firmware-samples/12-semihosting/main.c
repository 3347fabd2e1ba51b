/*
 * What the host does for firmware that asks by BKPT 0xAB.
 */
#include <string.h>

#include "print.h"
#include "semihosting.h"

#define PATH "nrfemu-semihosting-sample.tmp"

static const char *yes_no(int yes) { return yes ? "yes" : "no"; }

static void show_clock(void)
{
    uint32_t before = semihosting_clock();

    for (volatile unsigned i = 0; i < 100000; i++)
        ;
    print("clock does not run backwards: %s\n", yes_no(semihosting_clock() >= before));
    print("time is after 2000: %s\n", yes_no(semihosting_time() > 946684800));
}

static void write_file(const char *text, uint32_t size)
{
    int file = semihosting_open(PATH, SEMIHOSTING_WRITE);

    print("opened for writing: %s\n", yes_no(file != -1));
    print("bytes not written: %u\n", semihosting_file_write(file, text, size));
    print("closed: %s\n", yes_no(semihosting_close(file) == 0));
}

static void read_file(const char *text, uint32_t size)
{
    int file = semihosting_open(PATH, SEMIHOSTING_READ_ONLY);
    char back[32];

    print("opened for reading: %s\n", yes_no(file != -1));
    print("length: %d\n", semihosting_file_length(file));
    print("bytes not read of %u: %u\n", sizeof back, semihosting_file_read(file, back, sizeof back));
    print("what was written: %s\n", yes_no(memcmp(back, text, size) == 0));
    print("closed: %s\n", yes_no(semihosting_close(file) == 0));
}

int main(void)
{
    static const char text[] = "kept by the host\n";

    print_to(semihosting_write);
    print("hello from semihosting\n");
    show_clock();
    write_file(text, sizeof text - 1);
    read_file(text, sizeof text - 1);
    print("removed: %s\n", yes_no(semihosting_remove(PATH) == 0));
    print("can still be opened: %s\n", yes_no(semihosting_open(PATH, SEMIHOSTING_READ_ONLY) != -1));
    print("done\n");
    semihosting_exit(7);
}
