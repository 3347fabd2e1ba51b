// run [options] FROM TO      generates, builds and runs the torture programs FROM to TO (inclusive) on both sides
//
//   --jobs N          programs at a time (2)
//   --nrfemu PATH     the emulator (./nrfemu)
//   --bin DIR         where generate, runtime.o and exits.o are (the directory of this program)
//   --source DIR      where torture.inc and torture.ld are (tests/torture)
//   --keep DIR        keep program, ELF and logs of what fails there
//   --qemu-timings    QEMU alone, in three timings: a difference shows a log that depends on timing
//
// One line for every program whose logs differ; then "N passed, N failed". Exit code 0 when none failed.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_JOBS = 64, MAX_SIDES = 3, LOG_MAX = 1 << 20, TIMEOUT_MS = 30000, PATH_LEN = 512, COMMAND_LEN = 1600 };

struct options {
    long long from, to;
    int jobs;
    const char *nrfemu, *bin, *source, *keep;
    bool qemu_timings;
    char work[64];
};

// What one side said: the log, the words for how it ended.
struct side {
    const char *name;
    char *log;
    size_t length;
    int status; // of waitpid; -1: took too long
};

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// Starts a command with its output in a pipe; gives the pid and the end to read from.
static pid_t start(const char *command, int *from)
{
    int ends[2];

    if (pipe(ends) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        char line[COMMAND_LEN + 8];

        dup2(null, 0);
        dup2(ends[1], 1);
        dup2(ends[1], 2);
        close(ends[0]);
        close(ends[1]);
        snprintf(line, sizeof line, "exec %s", command);
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    *from = ends[0];
    return pid;
}

static void run_side(struct side *s, const char *command)
{
    int64_t deadline = now_ms() + TIMEOUT_MS;
    int from = -1;
    pid_t pid = start(command, &from);
    struct pollfd p = {.fd = from, .events = POLLIN};
    bool late = false;

    s->length = 0;
    while (s->length < LOG_MAX - 1 && !late) {
        int64_t left = deadline - now_ms();

        late = left <= 0 || poll(&p, 1, (int)left) == 0;
        if (late)
            break;
        ssize_t n = read(from, s->log + s->length, LOG_MAX - 1 - s->length);
        if (n <= 0)
            break;
        s->length += (size_t)n;
    }
    s->log[s->length] = '\0';
    if (late || s->length == LOG_MAX - 1)
        kill(pid, SIGKILL);
    close(from);
    waitpid(pid, &s->status, 0);
    if (late)
        s->status = -1;
}

static bool build(const struct options *o, long long seed)
{
    char command[COMMAND_LEN];

    snprintf(command, sizeof command,
             "%s/generate %lld > %s/%lld.S && arm-none-eabi-as -I %s %s/%lld.S -o %s/%lld.o && "
             "arm-none-eabi-ld -T %s/torture.ld %s/%lld.o %s/runtime.o %s/exits.o -o %s/%lld.elf",
             o->bin, seed, o->work, seed, o->source, o->work, seed, o->work, seed, o->source, o->work, seed, o->bin,
             o->bin, o->work, seed);
    return system(command) == 0;
}

// The first line in which two logs differ, or 0.
static unsigned first_difference(const char *a, const char *b, const char **in_a, const char **in_b)
{
    unsigned line = 1;

    if (strcmp(a, b) == 0)
        return 0;
    *in_a = a;
    *in_b = b;
    for (; *a && *a == *b; a++, b++)
        if (*a == '\n') {
            line++;
            *in_a = a + 1;
            *in_b = b + 1;
        }
    return line;
}

static void keep(const struct options *o, long long seed, const struct side *sides, int count)
{
    char path[PATH_LEN];

    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%lld.%s.log", o->keep, seed, sides[i].name);
        FILE *f = fopen(path, "w");
        if (!f)
            continue;
        fwrite(sides[i].log, 1, sides[i].length, f);
        fclose(f);
    }
    char command[COMMAND_LEN];

    snprintf(command, sizeof command, "cp %s/%lld.S %s/%lld.elf %s", o->work, seed, o->work, seed, o->keep);
    if (system(command) != 0)
        fprintf(stderr, "seed %lld: not kept\n", seed);
}

static bool ended_well(const struct side *s)
{
    const char *last = s->length > 1 ? memrchr(s->log, '\n', s->length - 1) : NULL;

    return s->status == 0 && last && last[1] == 'F';
}

static bool compare(const struct options *o, long long seed, const struct side *sides, int count)
{
    const char *a, *b;

    for (int i = 0; i < count; i++) {
        unsigned line = i == 0 ? 0 : first_difference(sides[0].log, sides[i].log, &a, &b);

        if (line == 0 && ended_well(&sides[i]))
            continue;
        if (line == 0)
            printf("seed %lld: %s ended badly: status 0x%x\n", seed, sides[i].name, (unsigned)sides[i].status);
        else
            printf("seed %lld: line %u: %s: %.*s | %s: %.*s (status 0x%x)\n", seed, line, sides[0].name,
                   (int)strcspn(a, "\n"), a, sides[i].name, (int)strcspn(b, "\n"), b, (unsigned)sides[i].status);
        fflush(stdout);
        if (o->keep)
            keep(o, seed, sides, count);
        return false;
    }
    return true;
}

// One program, in a process of its own; 0 if the sides agree.
static int run_program(const struct options *o, long long seed)
{
    static const char qemu[] = "qemu-system-arm -M mps2-an386 -display none -monitor none -serial none -nographic "
                               "-semihosting";
    static const char *const timings[MAX_SIDES] = {"", "-icount shift=0", "-icount shift=5"};
    static const char *const names[MAX_SIDES] = {"qemu", "qemu-shift0", "qemu-shift5"};
    struct side sides[MAX_SIDES] = {{0}};
    int count = o->qemu_timings ? MAX_SIDES : 2;
    char command[COMMAND_LEN];

    if (!build(o, seed)) {
        printf("seed %lld: does not build\n", seed);
        return 1;
    }
    for (int i = 0; i < count; i++) {
        sides[i].name = i == 1 && !o->qemu_timings ? "nrfemu" : names[i];
        sides[i].log = malloc(LOG_MAX);
        if (!sides[i].log)
            return 1;
        if (i == 1 && !o->qemu_timings)
            snprintf(command, sizeof command, "%s run --quiet --for 2s %s/%lld.elf 2>/dev/null", o->nrfemu, o->work,
                     seed);
        else
            snprintf(command, sizeof command, "%s %s -kernel %s/%lld.elf", qemu, timings[i], o->work, seed);
        run_side(&sides[i], command);
    }
    return compare(o, seed, sides, count) ? 0 : 1;
}

static void clean(const struct options *o, long long seed)
{
    static const char *const endings[] = {"S", "o", "elf"};
    char path[PATH_LEN];

    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%lld.%s", o->work, seed, endings[i]);
        unlink(path);
    }
}

static int run_all(const struct options *o)
{
    long long next = o->from, passed = 0, failed = 0;
    struct {
        pid_t pid;
        long long seed;
    } jobs[MAX_JOBS] = {{0}};
    int running = 0;

    while (next <= o->to || running > 0) {
        for (int i = 0; i < o->jobs && next <= o->to; i++) {
            if (jobs[i].pid)
                continue;
            jobs[i].seed = next++;
            jobs[i].pid = fork();
            if (jobs[i].pid == 0)
                exit(run_program(o, jobs[i].seed));
            running++;
        }
        int status;
        pid_t pid = wait(&status);

        for (int i = 0; i < o->jobs; i++)
            if (jobs[i].pid == pid) {
                jobs[i].pid = 0;
                running--;
                *(status == 0 ? &passed : &failed) += 1;
                clean(o, jobs[i].seed);
            }
    }
    printf("%lld passed, %lld failed\n", passed, failed);
    return failed ? 1 : 0;
}

static bool parse(struct options *o, int argc, char **argv)
{
    const struct {
        const char *name;
        const char **value;
    } texts[] = {{"--nrfemu", &o->nrfemu}, {"--bin", &o->bin}, {"--source", &o->source}, {"--keep", &o->keep}};
    int numbers = 0;

    for (int i = 1; i < argc; i++) {
        bool known = false;

        for (unsigned t = 0; t < sizeof texts / sizeof *texts; t++)
            if (strcmp(argv[i], texts[t].name) == 0 && i + 1 < argc) {
                *texts[t].value = argv[++i];
                known = true;
            }
        if (known)
            continue;
        if (strcmp(argv[i], "--qemu-timings") == 0)
            o->qemu_timings = true;
        else if (strcmp(argv[i], "--jobs") == 0 && i + 1 < argc)
            o->jobs = atoi(argv[++i]);
        else if (argv[i][0] >= '0' && argv[i][0] <= '9' && numbers < 2)
            *(numbers++ == 0 ? &o->from : &o->to) = atoll(argv[i]);
        else
            return false;
    }
    return numbers == 2 && o->jobs >= 1 && o->jobs <= MAX_JOBS;
}

int main(int argc, char **argv)
{
    struct options o = {.jobs = 2, .nrfemu = "./nrfemu", .source = "tests/torture", .work = "/tmp/torture.XXXXXX"};
    char self[PATH_LEN];

    snprintf(self, sizeof self, "%s", argv[0]);
    char *slash = strrchr(self, '/');
    if (slash)
        *slash = '\0';
    o.bin = slash ? self : ".";
    if (!parse(&o, argc, argv)) {
        fprintf(stderr,
                "usage: run [--jobs N] [--nrfemu PATH] [--bin DIR] [--source DIR] [--keep DIR] [--qemu-timings] "
                "FROM TO\n");
        return 2;
    }
    if (o.keep)
        mkdir(o.keep, 0777);
    if (!mkdtemp(o.work)) {
        perror(o.work);
        return 2;
    }
    int result = run_all(&o);

    rmdir(o.work);
    return result;
}
