/*
 * A run with input at whatever time the host gives it is recorded; its replay is the same run, to the trace hash, and
 * recording the replay gives the same recording.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "soc/machine.h"

struct run {
    struct machine m;
    uint64_t hash;
    char err[IMAGE_ERR_SIZE];
};

static struct run *run_new(const char *firmware, struct machine_config config)
{
    struct run *r = calloc(1, sizeof *r);
    char *specs[] = {(char *)firmware};
    assert_non_null(r);
    config.uart0 = config.uart0 ? config.uart0 : "stdio";
    config.uart1 = config.rtt = "stdio";
    config.quiet = true;
    if (!machine_init(&r->m, &config, r->err, sizeof r->err) || !machine_load(&r->m, specs, 1, r->err) ||
        !machine_open_recordings(&r->m, r->err, sizeof r->err))
        fail_msg("%s", r->err);
    r->hash = TRACE_HASH_INIT;
    evlog_attach(&r->m.soc.evlog, TRACE_HASH_KINDS, trace_hash_read, &r->hash);
    machine_power_on(&r->m);
    return r;
}

static uint64_t finish(struct run *r)
{
    machine_run_to_end(&r->m);
    uint64_t hash = soc_state_hash(&r->m.soc, r->hash);
    assert_true(machine_close_recording(&r->m, r->err, sizeof r->err));
    machine_close(&r->m);
    free(r);
    return hash;
}

/* Standard input, and output, of this process while a run goes on. */
struct stdio {
    int in, out, typing; /* the real ones, and the pipe's end where people type */
};

static struct stdio stdio_take(void)
{
    struct stdio s = {.in = dup(0), .out = dup(1)};
    int fd[2];
    assert_int_equal(pipe(fd), 0);
    fflush(stdout);
    dup2(fd[0], 0);
    close(fd[0]);
    s.typing = fd[1];
    FILE *null = fopen("/dev/null", "w");
    dup2(fileno(null), 1);
    fclose(null);
    return s;
}

static void stdio_give_back(struct stdio *s)
{
    dup2(s->in, 0);
    dup2(s->out, 1);
    close(s->in);
    close(s->out);
}

static void type(struct stdio *s, const char *text)
{
    assert_int_equal(write(s->typing, text, strlen(text)), strlen(text));
}

static char *contents(const char *path)
{
    static char text[2][8192];
    static unsigned turn;
    char *into = text[turn++ % 2];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    into[fread(into, 1, sizeof text[0] - 1, f)] = '\0';
    fclose(f);
    return into;
}

static void same_run_again(void **state)
{
    char first[] = "/tmp/soc_record_XXXXXX", second[] = "/tmp/soc_record_XXXXXX";
    static const char *const lines[] = {"one\n", "", "two words\n", "three", "\n\xc3\xa4\n"};
    close(mkstemp(first));
    close(mkstemp(second));

    struct stdio s = stdio_take();
    struct run *r = run_new(FIRMWARE "/17-echo.elf", (struct machine_config){.run_for = VTIME_PER_S, .record = first});
    for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (*lines[i])
            type(&s, lines[i]);
        machine_run(&r->m, 3000 * (i + 1)); /* stops after so many instructions, in the middle of anything */
        machine_run(&r->m, 10 + i);
    }
    type(&s, "quit\n");
    close(s.typing);
    uint64_t hash = finish(r);

    r = run_new(FIRMWARE "/17-echo.elf",
                (struct machine_config){.run_for = VTIME_PER_S, .replay = first, .record = second});
    bool same = finish(r) == hash;
    r = run_new(FIRMWARE "/17-echo.elf", (struct machine_config){.run_for = VTIME_PER_S});
    bool differs = finish(r) != hash; /* the input matters */
    stdio_give_back(&s);

    assert_true(same);
    assert_true(differs);
    assert_string_equal(contents(first), contents(second));
    assert_non_null(strstr(contents(first), "us uart0 \"one\\n\"\n"));
    unlink(first);
    unlink(second);
}

/* A replay ends where ^C ended the recorded run. */
static void ended_from_outside(void **state)
{
    char path[] = "/tmp/soc_record_XXXXXX";
    close(mkstemp(path));
    struct stdio s = stdio_take();
    struct run *r = run_new(FIRMWARE "/17-echo.elf", (struct machine_config){.run_for = VTIME_NEVER, .record = path});
    type(&s, "hello\n");
    machine_run(&r->m, 100000);
    machine_run(&r->m, 123456);
    r->m.interrupted = 1;
    core_attention(&r->m.soc.core);
    uint64_t hash = finish(r);
    r = run_new(FIRMWARE "/17-echo.elf", (struct machine_config){.run_for = VTIME_NEVER, .replay = path});
    uint64_t again = finish(r);
    close(s.typing);
    stdio_give_back(&s);
    assert_non_null(strstr(contents(path), " stop\n"));
    unlink(path);
    assert_true(hash == again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_run_again),
        cmocka_unit_test(ended_from_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
