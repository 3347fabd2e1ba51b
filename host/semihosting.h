/*
 * ARM semihosting: services of the host that firmware asks for with BKPT 0xAB, r0 = operation, r1 = parameter or the
 * address of a block of words; the result comes back in r0.
 *
 * "Semihosting for AArch32 and AArch64", release 2.0 and later (ARM abi-aa), with the extensions SH_EXT_EXIT_EXTENDED
 * and SH_EXT_STDOUT_STDERR. Every operation is there; SYS_SYSTEM always fails.
 *
 * Files are confined to one directory given at start, and there are none without it. No name leads out of it: absolute
 * names and ".." are refused, symbolic links are never followed, and only regular files are opened. Times are emulated
 * time, so they repeat. A pointer to where there is no memory (or no RAM, for results) makes an operation fail with -1
 * and EFAULT, before it did anything.
 *
 * Inaccuracies:
 *   1. SYS_TIME counts from a fixed date, not from today's.
 *   2. SYS_HEAPINFO answers four zeros: the program's own linker script decides, as newlib's and picolibc's startup
 * expect.
 *   3. SYS_TMPNAM names files in the given directory itself, and nobody deletes them.
 */
#ifndef HOST_SEMIHOSTING_H
#define HOST_SEMIHOSTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "emu/evlog.h"
#include "emu/log.h"
#include "emu/vtime.h"

enum { SEMIHOSTING_FILES = 32, SEMIHOSTING_BKPT = 0xAB };

/* The program that asks. */
struct semihosting_guest {
    uint32_t (*reg_get)(void *ctx, unsigned r); /* r0 and r1 */
    void (*reg_set)(void *ctx, unsigned r, uint32_t value);
    /* Without side effects; all of it or nothing, false when a byte is not there. Writes are to RAM only. */
    bool (*mem_read)(void *ctx, uint32_t addr, void *dst, uint32_t len);
    bool (*mem_write)(void *ctx, uint32_t addr, const void *src, uint32_t len);
    vtime (*now)(void *ctx);
    void *ctx;
};

#define SEMIHOSTING_EPOCH 1577836800u /* 2020-01-01 00:00:00 UTC */

struct semihosting_config {
    struct semihosting_guest guest;
    struct evlog *evlog; /* output becomes EV_CONSOLE of EV_CONSOLE_SEMIHOSTING; may be NULL */
    struct log *log;     /* may be NULL */
    /* What was typed, like stream_read(); NULL: end of input. */
    ssize_t (*input)(void *ctx, void *buf, size_t size);
    void *input_ctx;
    const char *directory;    /* where files may be; NULL: nowhere */
    const char *command_line; /* for SYS_GET_CMDLINE; NULL: empty. Must outlive the struct. */
    uint32_t epoch;           /* SYS_TIME at time 0, seconds since 1970; 0: SEMIHOSTING_EPOCH */
};

enum semihosting_file_kind {
    SEMIHOSTING_CLOSED,
    SEMIHOSTING_CONSOLE_IN,
    SEMIHOSTING_CONSOLE_OUT,
    SEMIHOSTING_FEATURES,
    SEMIHOSTING_HOST_FILE,
};

struct semihosting_file {
    enum semihosting_file_kind kind;
    int fd;            /* of a host file */
    uint32_t position; /* in the features */
};

struct tape;

struct semihosting {
    struct semihosting_config config;
    struct tape *tape;  /* keeps the answers, and gives them while it plays (host/tape.h); borrowed; NULL: none */
    int directory;      /* -1: none */
    uint32_t parameter; /* r1 of the call being served */
    int error;          /* what SYS_ERRNO answers: Linux' errno */
    bool waiting;       /* the call being served needs input that is not there yet */
    bool exited;
    int exit_code;                                   /* 0…255 */
    struct semihosting_file file[SEMIHOSTING_FILES]; /* handle n is file[n - 1] */
};

enum semihosting_outcome {
    SEMIHOSTING_DONE, /* served, r0 is set: go on behind the BKPT */
    SEMIHOSTING_WAIT, /* needs console input: nothing has changed; call again a little later */
    SEMIHOSTING_EXIT, /* the program has ended: exit_code */
};

/* Prepares. False when the directory cannot be used, with one line in `err`. */
bool semihosting_init(struct semihosting *s, const struct semihosting_config *config, char *err, size_t err_size);
/* Closes all files. */
void semihosting_close(struct semihosting *s);

/* The chip was reset: closes the program's files. */
void semihosting_reset(struct semihosting *s);

/* Serves the call of a BKPT 0xAB that was reached and not executed. */
enum semihosting_outcome semihosting_call(struct semihosting *s);

/* A guest on the CPU port: everything but input, for the configuration. */
struct bus;
struct cpu;
struct sched;
struct semihosting_port { /* must outlive the struct semihosting */
    struct cpu *cpu;
    struct bus *bus;
    struct sched *sched;
};
struct semihosting_guest semihosting_guest_of(struct semihosting_port *port);

#endif
