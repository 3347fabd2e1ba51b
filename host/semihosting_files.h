/*
 * The files behind semihosting's handles, confined to one directory. Handles are 1…SEMIHOSTING_FILES. Every function
 * returns -1 and sets s->error to an errno when it fails.
 */
#ifndef HOST_SEMIHOSTING_FILES_H
#define HOST_SEMIHOSTING_FILES_H

#include "host/semihosting.h"

/* NULL when the handle is not open. */
struct semihosting_file *semihosting_file(struct semihosting *s, uint32_t handle);

/* Opens a file with one of fopen's modes as semihosting numbers them (0 "r" … 11 "a+b"); returns the handle. */
int semihosting_file_open(struct semihosting *s, const char *path, uint32_t mode);
int semihosting_file_close(struct semihosting *s, uint32_t handle);

/* Bytes moved; reading the features or a host file only, and writing a host file only. */
ssize_t semihosting_file_read(struct semihosting *s, struct semihosting_file *f, void *buf, size_t size);
ssize_t semihosting_file_write(struct semihosting *s, struct semihosting_file *f, const void *buf, size_t size);

int semihosting_file_seek(struct semihosting *s, struct semihosting_file *f, uint32_t position);
int64_t semihosting_file_length(struct semihosting *s, struct semihosting_file *f);
int semihosting_file_remove(struct semihosting *s, const char *path);
int semihosting_file_rename(struct semihosting *s, const char *from, const char *to);

#endif
