#include "host/semihosting.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/semihosting_files.h"
#include "host/tape.h"

enum { CHUNK = 512, NAME_SIZE = 1024, STRING_MAX = 65536, MAX_WORDS = 4, NAME_OF_TMP = 16 };
enum { ADP_STOPPED_FIRST = 0x20000, ADP_STOPPED_APPLICATION_EXIT = 0x20026 };

#define FAILED      UINT32_MAX
#define TICKS_PER_S (VTIME_PER_S / VTIME_PER_CYCLE)

static uint32_t fail(struct semihosting *s, int error)
{
    s->error = error;
    return FAILED;
}

static vtime now(struct semihosting *s) { return s->config.guest.now(s->config.guest.ctx); }

static bool mem_read(struct semihosting *s, uint32_t addr, void *dst, uint32_t len)
{
    return s->config.guest.mem_read(s->config.guest.ctx, addr, dst, len);
}

static bool mem_write(struct semihosting *s, uint32_t addr, const void *src, uint32_t len)
{
    if (!s->config.guest.mem_write(s->config.guest.ctx, addr, src, len))
        return false;
    if (s->tape)
        tape_call_write(s->tape, addr, src, len);
    return true;
}

/* Are these bytes all there? For a buffer that is moved in pieces, so that it is moved as a whole or not at all. */
static bool readable(struct semihosting *s, uint32_t addr, uint32_t len)
{
    uint8_t piece[CHUNK];
    if (len > UINT32_MAX - addr)
        return false;
    for (uint32_t n; len; addr += n, len -= n) {
        n = len < CHUNK ? len : CHUNK;
        if (!mem_read(s, addr, piece, n))
            return false;
    }
    return true;
}

/* The same for a buffer that is going to be overwritten: writes back what is there. */
static bool writable(struct semihosting *s, uint32_t addr, uint32_t len)
{
    uint8_t piece[CHUNK];
    if (len > UINT32_MAX - addr)
        return false;
    for (uint32_t n; len; addr += n, len -= n) {
        n = len < CHUNK ? len : CHUNK;
        if (!mem_read(s, addr, piece, n) || !s->config.guest.mem_write(s->config.guest.ctx, addr, piece, n))
            return false;
    }
    return true;
}

static void show(struct semihosting *s, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        evlog_emit(s->config.evlog, EV_CONSOLE, EV_CONSOLE_SEMIHOSTING, bytes[i]);
}

static ssize_t take_input(struct semihosting *s, void *buf, size_t size)
{
    return s->config.input ? s->config.input(s->config.input_ctx, buf, size) : -1;
}

/* A file name of `len` bytes; false when it is not there or too long. */
static bool load_name(struct semihosting *s, uint32_t addr, uint32_t len, char name[NAME_SIZE])
{
    if (len >= NAME_SIZE)
        return fail(s, ENAMETOOLONG) == 0;
    if (!mem_read(s, addr, name, len))
        return fail(s, EFAULT) == 0;
    name[len] = '\0';
    return true;
}

/* ---- the operations: `arg` are the words of the block, or r1 itself where there is none ---- */

static uint32_t sys_open(struct semihosting *s, const uint32_t *arg)
{
    char name[NAME_SIZE];
    return load_name(s, arg[0], arg[2], name) ? (uint32_t)semihosting_file_open(s, name, arg[1]) : FAILED;
}

static uint32_t sys_close(struct semihosting *s, const uint32_t *arg)
{
    return (uint32_t)semihosting_file_close(s, arg[0]);
}

static uint32_t sys_writec(struct semihosting *s, const uint32_t *arg)
{
    uint8_t byte;
    if (!mem_read(s, arg[0], &byte, 1))
        return fail(s, EFAULT);
    show(s, &byte, 1);
    return 0;
}

static uint32_t sys_write0(struct semihosting *s, const uint32_t *arg)
{
    for (uint32_t i = 0; i < STRING_MAX; i++) {
        uint8_t byte;
        if (!mem_read(s, arg[0] + i, &byte, 1))
            return fail(s, EFAULT);
        if (!byte)
            break;
        show(s, &byte, 1);
    }
    return 0;
}

static uint32_t sys_write(struct semihosting *s, const uint32_t *arg)
{
    struct semihosting_file *f = semihosting_file(s, arg[0]);
    uint32_t addr = arg[1], left = arg[2];
    if (!f)
        return FAILED;
    if (!readable(s, addr, left))
        return fail(s, EFAULT);
    while (left) {
        uint8_t piece[CHUNK];
        uint32_t n = left < CHUNK ? left : CHUNK;
        ssize_t done = n;
        mem_read(s, addr, piece, n);
        if (f->kind == SEMIHOSTING_CONSOLE_OUT)
            show(s, piece, n);
        else
            done = semihosting_file_write(s, f, piece, n);
        if (done <= 0)
            break;
        addr += (uint32_t)done;
        left -= (uint32_t)done;
    }
    return left;
}

/* As a terminal does: waits for the first byte, then gives what there is. */
static uint32_t read_console(struct semihosting *s, uint32_t addr, uint32_t len)
{
    uint8_t piece[CHUNK];
    ssize_t n = len ? take_input(s, piece, len < CHUNK ? len : CHUNK) : -1;
    s->waiting = n == 0;
    if (n <= 0)
        return len;
    mem_write(s, addr, piece, (uint32_t)n);
    return len - (uint32_t)n;
}

static uint32_t sys_read(struct semihosting *s, const uint32_t *arg)
{
    struct semihosting_file *f = semihosting_file(s, arg[0]);
    uint32_t addr = arg[1], left = arg[2];
    if (!f)
        return FAILED;
    if (!writable(s, addr, left))
        return fail(s, EFAULT);
    if (f->kind == SEMIHOSTING_CONSOLE_IN)
        return read_console(s, addr, left);
    while (left) {
        uint8_t piece[CHUNK];
        ssize_t n = semihosting_file_read(s, f, piece, left < CHUNK ? left : CHUNK);
        if (n <= 0)
            break;
        mem_write(s, addr, piece, (uint32_t)n);
        addr += (uint32_t)n;
        left -= (uint32_t)n;
    }
    return left;
}

static uint32_t sys_readc(struct semihosting *s, const uint32_t *arg)
{
    uint8_t byte = 0;
    ssize_t n = take_input(s, &byte, 1);
    s->waiting = n == 0;
    return n > 0 ? byte : FAILED;
}

static uint32_t sys_iserror(struct semihosting *s, const uint32_t *arg) { return (int32_t)arg[0] < 0; }

static uint32_t sys_istty(struct semihosting *s, const uint32_t *arg)
{
    struct semihosting_file *f = semihosting_file(s, arg[0]);
    return f ? f->kind == SEMIHOSTING_CONSOLE_IN || f->kind == SEMIHOSTING_CONSOLE_OUT : FAILED;
}

static uint32_t sys_seek(struct semihosting *s, const uint32_t *arg)
{
    struct semihosting_file *f = semihosting_file(s, arg[0]);
    return f ? (uint32_t)semihosting_file_seek(s, f, arg[1]) : FAILED;
}

static uint32_t sys_flen(struct semihosting *s, const uint32_t *arg)
{
    struct semihosting_file *f = semihosting_file(s, arg[0]);
    return f ? (uint32_t)semihosting_file_length(s, f) : FAILED;
}

static uint32_t sys_tmpnam(struct semihosting *s, const uint32_t *arg)
{
    char name[NAME_OF_TMP];
    if (arg[1] > 255)
        return fail(s, EINVAL);
    uint32_t size = (uint32_t)snprintf(name, sizeof name, "tmp%03u.tmp", (unsigned)arg[1]) + 1;
    if (arg[2] < size)
        return fail(s, ERANGE);
    return mem_write(s, arg[0], name, size) ? 0 : fail(s, EFAULT);
}

static uint32_t sys_remove(struct semihosting *s, const uint32_t *arg)
{
    char name[NAME_SIZE];
    return load_name(s, arg[0], arg[1], name) ? (uint32_t)semihosting_file_remove(s, name) : FAILED;
}

static uint32_t sys_rename(struct semihosting *s, const uint32_t *arg)
{
    char from[NAME_SIZE], to[NAME_SIZE];
    bool loaded = load_name(s, arg[0], arg[1], from) && load_name(s, arg[2], arg[3], to);
    return loaded ? (uint32_t)semihosting_file_rename(s, from, to) : FAILED;
}

static uint32_t sys_clock(struct semihosting *s, const uint32_t *arg)
{
    return (uint32_t)(now(s) / (VTIME_PER_S / 100));
}

static uint32_t sys_time(struct semihosting *s, const uint32_t *arg)
{
    return s->config.epoch + (uint32_t)(now(s) / VTIME_PER_S);
}

static uint32_t sys_system(struct semihosting *s, const uint32_t *arg)
{
    log_msg(s->config.log, LOG_WARN, "semihosting: SYS_SYSTEM is refused: firmware runs no commands on this computer");
    return fail(s, EPERM);
}

static uint32_t sys_errno(struct semihosting *s, const uint32_t *arg) { return (uint32_t)s->error; }

static uint32_t sys_get_cmdline(struct semihosting *s, const uint32_t *arg)
{
    const char *line = s->config.command_line ? s->config.command_line : "";
    size_t length = strlen(line);
    if (arg[1] <= length)
        return fail(s, E2BIG);
    uint32_t block[2] = {arg[0], (uint32_t)length};
    if (!mem_write(s, arg[0], line, (uint32_t)length + 1) || !mem_write(s, s->parameter, block, sizeof block))
        return fail(s, EFAULT);
    return 0;
}

static uint32_t sys_heapinfo(struct semihosting *s, const uint32_t *arg)
{
    const uint32_t block[4] = {0};
    return mem_write(s, arg[0], block, sizeof block) ? 0 : fail(s, EFAULT);
}

static uint32_t sys_elapsed(struct semihosting *s, const uint32_t *arg)
{
    uint64_t ticks = now(s) / VTIME_PER_CYCLE;
    return mem_write(s, arg[0], &ticks, sizeof ticks) ? 0 : fail(s, EFAULT);
}

static uint32_t sys_tickfreq(struct semihosting *s, const uint32_t *arg) { return TICKS_PER_S; }

static const char *const stop_reasons[] = {
    [0x00] = "BranchThroughZero",
    [0x01] = "UndefinedInstr",
    [0x02] = "SoftwareInterrupt",
    [0x03] = "PrefetchAbort",
    [0x04] = "DataAbort",
    [0x05] = "AddressException",
    [0x06] = "IRQ",
    [0x07] = "FIQ",
    [0x20] = "BreakPoint",
    [0x21] = "WatchPoint",
    [0x22] = "StepComplete",
    [0x23] = "RunTimeErrorUnknown",
    [0x24] = "InternalError",
    [0x25] = "UserInterruption",
    [0x27] = "StackOverflow",
    [0x28] = "DivisionByZero",
    [0x29] = "OSSpecific",
};

/* A process' status has 8 bits: what is no success must not become one. */
static int exit_status(uint32_t code) { return code && !(code & 0xFF) ? 1 : (int)(code & 0xFF); }

static void program_exit(struct semihosting *s, uint32_t reason, uint32_t code)
{
    s->exited = true;
    s->exit_code = exit_status(code);
    if (reason == ADP_STOPPED_APPLICATION_EXIT)
        return;
    uint32_t index = reason - ADP_STOPPED_FIRST;
    const char *name = index < sizeof stop_reasons / sizeof stop_reasons[0] ? stop_reasons[index] : NULL;
    s->exit_code = 1;
    log_msg(s->config.log, LOG_WARN, "semihosting: the program gave up: %s%s (0x%x)", name ? "ADP_Stopped_" : "",
            name ? name : "unknown reason", reason);
}

static uint32_t sys_exit(struct semihosting *s, const uint32_t *arg)
{
    program_exit(s, arg[0], 0);
    return 0;
}

static uint32_t sys_exit_extended(struct semihosting *s, const uint32_t *arg)
{
    program_exit(s, arg[0], arg[1]);
    return 0;
}

/* By number. `words`: how many the block at r1 has that the operation reads; 0: it gets r1 itself. */
static const struct operation {
    uint32_t (*run)(struct semihosting *s, const uint32_t *arg);
    unsigned words;
} operations[] = {
    [0x01] = {sys_open, 3},          [0x02] = {sys_close, 1},    [0x03] = {sys_writec, 0},
    [0x04] = {sys_write0, 0},        [0x05] = {sys_write, 3},    [0x06] = {sys_read, 3},
    [0x07] = {sys_readc, 0},         [0x08] = {sys_iserror, 1},  [0x09] = {sys_istty, 1},
    [0x0A] = {sys_seek, 2},          [0x0C] = {sys_flen, 1},     [0x0D] = {sys_tmpnam, 3},
    [0x0E] = {sys_remove, 2},        [0x0F] = {sys_rename, 4},   [0x10] = {sys_clock, 0},
    [0x11] = {sys_time, 0},          [0x12] = {sys_system, 0},   [0x13] = {sys_errno, 0},
    [0x15] = {sys_get_cmdline, 2},   [0x16] = {sys_heapinfo, 1}, [0x18] = {sys_exit, 0},
    [0x20] = {sys_exit_extended, 2}, [0x30] = {sys_elapsed, 0},  [0x31] = {sys_tickfreq, 0},
};

static uint32_t unknown(struct semihosting *s, uint32_t number)
{
    if (s->config.log)
        log_once(s->config.log, 0xAB000000u | (number & 0xFFFFFF), "semihosting: there is no operation 0x%x", number);
    return fail(s, ENOSYS);
}

static uint32_t run(struct semihosting *s, uint32_t number)
{
    uint32_t arg[MAX_WORDS] = {s->parameter};
    const struct operation *o = number < sizeof operations / sizeof operations[0] ? &operations[number] : NULL;
    if (!o || !o->run)
        return unknown(s, number);
    if (o->words && !mem_read(s, s->parameter, arg, o->words * 4))
        return fail(s, EFAULT);
    return o->run(s, arg);
}

static enum semihosting_outcome serve(struct semihosting *s, uint32_t *result)
{
    const struct semihosting_guest *g = &s->config.guest;
    s->waiting = s->exited = false;
    s->parameter = g->reg_get(g->ctx, 1);
    *result = run(s, g->reg_get(g->ctx, 0));
    return s->exited ? SEMIHOSTING_EXIT : s->waiting ? SEMIHOSTING_WAIT : SEMIHOSTING_DONE;
}

/* As it was served before: the files have gone on since. */
static enum semihosting_outcome serve_from_tape(struct semihosting *s, uint32_t *result)
{
    const struct semihosting_guest *g = &s->config.guest;
    struct tape_answer answer;
    if (!tape_call(s->tape, g->mem_write, g->ctx, &answer))
        return SEMIHOSTING_WAIT;
    *result = answer.result;
    return (enum semihosting_outcome)answer.outcome;
}

enum semihosting_outcome semihosting_call(struct semihosting *s)
{
    const struct semihosting_guest *g = &s->config.guest;
    bool again = s->tape && tape_plays(s->tape);
    uint32_t result;
    if (s->tape && !again)
        tape_call_begin(s->tape);
    enum semihosting_outcome outcome = again ? serve_from_tape(s, &result) : serve(s, &result);
    if (s->tape && !again && outcome != SEMIHOSTING_WAIT)
        tape_call_end(s->tape, outcome, result);
    if (outcome == SEMIHOSTING_DONE)
        g->reg_set(g->ctx, 0, result);
    return outcome;
}

bool semihosting_init(struct semihosting *s, const struct semihosting_config *config, char *err, size_t err_size)
{
    *s = (struct semihosting){.config = *config, .directory = -1};
    if (!s->config.epoch)
        s->config.epoch = SEMIHOSTING_EPOCH;
    if (!config->directory)
        return true;
    s->directory = open(config->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (s->directory < 0)
        snprintf(err, err_size, "%s: %s", config->directory, strerror(errno));
    return s->directory >= 0;
}

void semihosting_reset(struct semihosting *s)
{
    if (s->tape && tape_plays(s->tape))
        return;
    for (uint32_t handle = 1; handle <= SEMIHOSTING_FILES; handle++)
        if (s->file[handle - 1].kind != SEMIHOSTING_CLOSED)
            semihosting_file_close(s, handle);
}

void semihosting_close(struct semihosting *s)
{
    semihosting_reset(s);
    if (s->directory >= 0)
        close(s->directory);
    s->directory = -1;
}
