/*
 * ARM semihosting: BKPT 0xAB asks the debugger, or the emulator, for a service.
 *
 * Operations and reasons: "Semihosting for AArch32 and AArch64", release 2.0.
 */
#ifndef SAMPLES_SEMIHOSTING_H
#define SAMPLES_SEMIHOSTING_H

#include <stddef.h>
#include <stdint.h>

enum { SEMIHOSTING_READ_ONLY = 1, SEMIHOSTING_WRITE = 5 }; /* fopen()'s "rb" and "wb" */

/* Shows text on the host's console. */
void semihosting_write(const char *text, size_t size);

/* Time since some moment in the past, in 1/100 s; or since 1970, in s. */
uint32_t semihosting_clock(void);
uint32_t semihosting_time(void);

/* Files of the host. Handle or -1; number of bytes that were NOT transferred; 0 when it went well. */
int semihosting_open(const char *path, unsigned mode);
uint32_t semihosting_file_write(int handle, const void *data, uint32_t size);
uint32_t semihosting_file_read(int handle, void *data, uint32_t size);
int32_t semihosting_file_length(int handle);
int semihosting_close(int handle);
int semihosting_remove(const char *path);

/* Ends the run with an exit code of the host. */
void semihosting_exit(unsigned code) __attribute__((noreturn));

#endif
