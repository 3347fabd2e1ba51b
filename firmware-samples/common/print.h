/*
 * Formatted text for the samples, to whatever console they choose.
 */
#ifndef SAMPLES_PRINT_H
#define SAMPLES_PRINT_H

#include <stddef.h>

/* Where print() writes to; one call of `write` for each print(), split only above 128 bytes. */
void print_to(void (*write)(const char *text, size_t size));

/* %s %c %d %u %x %%, each with an optional width and a leading 0 or -. All numbers are 32 bits, of whatever C type. */
void print(const char *format, ...);

#endif
