/* The server and a real gdb, over TCP. Skipped where there is no gdb-multiarch. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "rsp/server.h"
#include "tests/fakes/rsp_fake_target.h"

enum { OUTPUT_MAX = 1 << 18, SCRIPT_MAX = 24 };

struct rig {
    struct fake_target fake;
    struct rsp_server *server;
    const char *mode;   /* "remote" or "extended-remote" */
    unsigned interrupt; /* ^C in gdb's terminal after this many slices; 0: never */
    char connect[64];
    char output[OUTPUT_MAX]; /* what gdb said */
};

static bool have_gdb(void) { return system("gdb-multiarch --version >/dev/null 2>&1") == 0; }

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    char err[128];

    fake_target_init(&r->fake);
    r->server = rsp_server_new("0", &r->fake.target, NULL, err, sizeof err);
    if (!r->server)
        return -1;
    r->mode = "remote";
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    struct rig *r = *state;

    rsp_server_free(r->server);
    free(r);
    return 0;
}

static void start_gdb(struct rig *r, const char *const *script, FILE *output)
{
    const char *argv[2 * SCRIPT_MAX + 16] = {"gdb-multiarch", "-nx", "-batch", "-ex", "set confirm off"};
    unsigned n = 5;

    argv[n++] = "-ex";
    argv[n++] = r->connect;
    for (; *script; script++) {
        argv[n++] = "-ex";
        argv[n++] = *script;
    }
    argv[n] = NULL;
    dup2(fileno(output), STDOUT_FILENO);
    dup2(fileno(output), STDERR_FILENO);
    alarm(120); /* a gdb that waits for ever ends here */
    execvp(argv[0], (char **)argv);
    _exit(127);
}

/* Runs gdb with these commands until it leaves, and serves it meanwhile. */
static void gdb(struct rig *r, const char *const *script)
{
    FILE *output = tmpfile();
    int status;

    assert_non_null(output);
    snprintf(r->connect, sizeof r->connect, "target %s 127.0.0.1:%u", r->mode, rsp_server_port(r->server));
    pid_t pid = fork();
    if (pid == 0)
        start_gdb(r, script, output);
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (rsp_server_poll(r->server) != RSP_SERVER_RUNNING)
            rsp_server_idle_wait(r->server, 20);
        if (r->interrupt && r->fake.runs == r->interrupt) {
            kill(pid, SIGINT);
            r->interrupt = 0;
        }
    }
    rsp_server_poll(r->server);
    rewind(output);
    r->output[fread(r->output, 1, OUTPUT_MAX - 1, output)] = '\0';
    fclose(output);
}

static void expect(const struct rig *r, const char *text)
{
    if (!strstr(r->output, text))
        fail_msg("gdb did not say \"%s\", but:\n%s", text, r->output);
}

static void expect_not(const struct rig *r, const char *text)
{
    if (strstr(r->output, text))
        fail_msg("gdb said \"%s\":\n%s", text, r->output);
}

#define GDB(rig, ...)                                          \
    do {                                                       \
        if (!have_gdb()) {                                     \
            print_message("there is no gdb-multiarch here\n"); \
            skip();                                            \
        }                                                      \
        gdb(rig, (const char *const[]){__VA_ARGS__, NULL});    \
    } while (0)

static void registers_have_their_numbers(void **state)
{
    struct rig *r = *state;

    for (unsigned i = 0; i < CPU_SP; i++)
        r->fake.regs[i] = 0x1000 + i;
    r->fake.regs[CPU_LR] = 0x2001;
    r->fake.regs[CPU_MSP] = 0x20000100;
    r->fake.regs[CPU_PSP] = 0x20000200;
    r->fake.regs[CPU_CONTROL] = 2;
    r->fake.regs[CPU_BASEPRI] = 0x40;
    r->fake.regs[CPU_FPSCR] = 0x1234;
    r->fake.regs[CPU_S0 + 2] = 0;
    r->fake.regs[CPU_S0 + 3] = 0x3ff80000; /* d1 = 1.5 */
    GDB(r, "show architecture", "show osabi", "info registers", "p/x $xpsr", "p $msp", "p $psp", "p/x $control",
        "p/x $basepri", "p $d1", "p/x $fpscr", "p $s3", "maint print remote-registers");
    expect_not(r, "warning: A");
    expect(r, "r12            0x100c");
    expect(r, "lr             0x2001");
    expect(r, "pc             0x100");
    expect(r, "xpsr           0x1000000");
    expect(r, "$1 = 0x1000000");
    expect(r, "$2 = (void *) 0x20000100");
    expect(r, "$3 = (void *) 0x20000200");
    expect(r, "$4 = 0x2");
    expect(r, "$5 = 0x40");
    expect(r, "$6 = 1.5");
    expect(r, "$7 = 0x1234");
    expect(r, "$8 = 1.9375"); /* s3 is a half of d1: gdb makes the single ones itself */
}

static void registers_can_be_set(void **state)
{
    struct rig *r = *state;

    GDB(r, "set $r3 = 0x33", "set $psp = 0x20000300", "set $d2 = 2.0", "set $pc = 0x108", "p/x $r3");
    expect(r, "$1 = 0x33");
    assert_int_equal(r->fake.regs[3], 0x33);
    assert_int_equal(r->fake.regs[CPU_PSP], 0x20000300);
    assert_int_equal(r->fake.regs[CPU_S0 + 5], 0x40000000);
    assert_int_equal(r->fake.regs[CPU_PC], 0x108);
}

static void memory_is_read_and_written(void **state)
{
    struct rig *r = *state;

    memcpy(r->fake.ram, "\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04\x00\x00\x00", 16);
    GDB(r, "x/4x 0x20000000", "set {int}0x20000004 = 0x7d24232a", "x/2x 0x20000004", "x/x 0x30000000", "info mem",
        "find 0x20000000, 0x20001000, 0x7d24232a");
    expect(r, "0x20000000:\t0x00000001\t0x00000002\t0x00000003\t0x00000004");
    expect(r, "0x20000004:\t0x7d24232a\t0x00000003");
    expect(r, "Cannot access memory at address 0x30000000");
    expect(r, "flash blocksize 0x1000");
    expect(r, "0x20000004\n1 pattern found.");
}

static void steps_are_hardware_steps(void **state)
{
    struct rig *r = *state;

    GDB(r, "set debug remote 1", "stepi", "stepi 3", "p/x $pc");
    expect(r, "$1 = 0x108");
    expect(r, "Sending packet: $vCont;s");
    assert_int_equal(r->fake.steps, 4);
    assert_int_equal(r->fake.points_added, 0);
    assert_int_equal(r->fake.continues, 0);
}

static void breakpoints_stop(void **state)
{
    struct rig *r = *state;

    GDB(r, "break *0x10c", "continue", "p/x $pc", "set debug remote 1", "continue", "set debug remote 0", "p/x $pc");
    expect(r, "Breakpoint 1, 0x0000010c");
    expect(r, "$1 = 0x10c");
    expect(r, "$2 = 0x10c");
    expect(r, "Sending packet: $Z1,10c,2"); /* the memory map says that it is flash */
    expect(r, "Sending packet: $vCont;c");
    expect(r, "hwbreak:;");
    expect_not(r, "Program received signal");
    assert_int_equal(r->fake.n_points, 0);
    assert_int_equal(r->fake.continues, 2);
}

static void watchpoints_stop(void **state)
{
    struct rig *r = *state;

    GDB(r, "watch *(int *)0x20000010", "continue", "p *(int *)0x20000010", "p/x $pc");
    expect(r, "Hardware watchpoint 1");
    expect(r, "Old value = 0");
    expect(r, "New value = 1");
    expect(r, "$1 = 1");
    expect(r, "$2 = 0x114"); /* gdb takes ARM's watchpoints to stop before the access, and steps over it */
    assert_int_equal(r->fake.n_points, 0);
}

static void monitor_answers(void **state)
{
    struct rig *r = *state;

    GDB(r, "monitor say hello", "monitor nonsense", "p 1");
    expect(r, "you said hello");
    expect(r, "unknown command");
}

static void a_running_target_is_interrupted(void **state)
{
    struct rig *r = *state;

    r->interrupt = 1000;
    GDB(r, "continue", "p 40 + 2");
    expect(r, "Program received signal SIGINT");
    expect(r, "$1 = 42");
    assert_int_equal(r->fake.halts, 1);
}

static void the_end_of_the_run_is_told(void **state)
{
    struct rig *r = *state;

    r->fake.next = (struct debug_stop_info){.stop = DEBUG_EXITED, .code = 3};
    GDB(r, "continue");
    expect(r, "exited with code 03");
    assert_int_equal(rsp_server_poll(r->server), RSP_SERVER_ENDED);
}

static void threads_and_sections(void **state)
{
    struct rig *r = *state;

    GDB(r, "info threads", "info inferiors", "maint info sections", "detach");
    expect(r, "\"Thread\" (running, activation 10)");
    expect(r, "[Inferior 1 (process 1) detached]");
    assert_int_equal(r->fake.attaches, 1);
    assert_int_equal(r->fake.detaches, 1);
    assert_int_equal(rsp_server_poll(r->server), RSP_SERVER_FREE);
}

/* Writes `size` bytes at `addr` as an Intel HEX file, which gdb's load understands. */
static void write_hex(FILE *file, unsigned addr, const uint8_t *data, unsigned size)
{
    for (unsigned at = 0; at < size; at += 16) {
        unsigned n = size - at < 16 ? size - at : 16, sum = n + (addr + at) / 256 + (addr + at) % 256;
        fprintf(file, ":%02X%04X00", n, addr + at);
        for (unsigned i = 0; i < n; i++) {
            fprintf(file, "%02X", data[at + i]);
            sum += data[at + i];
        }
        fprintf(file, "%02X\n", -sum & 0xff);
    }
    fprintf(file, ":00000001FF\n");
}

static void flash_is_loaded(void **state)
{
    struct rig *r = *state;
    char path[] = "/tmp/rsp_gdb_XXXXXX", load[64];
    uint8_t image[5000];
    FILE *file = fdopen(mkstemp(path), "w");

    assert_non_null(file);
    for (unsigned i = 0; i < sizeof image; i++)
        image[i] = (uint8_t)(i * 7);
    write_hex(file, 0x1000, image, sizeof image);
    fclose(file);
    snprintf(load, sizeof load, "load %s", path);
    if (have_gdb())
        gdb(r, (const char *const[]){load, NULL});
    unlink(path);
    if (!have_gdb())
        skip();
    expect(r, "Transfer rate");
    assert_memory_equal(r->fake.flash + 0x1000, image, sizeof image);
}

static void what_was_killed_runs_again(void **state)
{
    struct rig *r = *state;

    r->mode = "extended-remote";
    GDB(r, "set remote exec-file firmware", "kill", "starti", "kill", "p 1");
    assert_int_equal(r->fake.resets, 3); /* kill, run, kill */
    assert_int_equal(r->fake.kills, 0);
    assert_int_equal(rsp_server_poll(r->server), RSP_SERVER_ENDED);
}

static void kill_ends_the_run(void **state)
{
    struct rig *r = *state;

    GDB(r, "kill");
    assert_int_equal(r->fake.kills, 1);
    assert_int_equal(rsp_server_poll(r->server), RSP_SERVER_ENDED);
}

static void quitting_lets_go(void **state)
{
    struct rig *r = *state;

    GDB(r, "break *0x104", "continue");
    assert_int_equal(r->fake.n_points, 0);
    assert_int_equal(r->fake.kills, 0);
    assert_int_equal(rsp_server_poll(r->server), RSP_SERVER_FREE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(registers_have_their_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(registers_can_be_set, setup, teardown),
        cmocka_unit_test_setup_teardown(memory_is_read_and_written, setup, teardown),
        cmocka_unit_test_setup_teardown(steps_are_hardware_steps, setup, teardown),
        cmocka_unit_test_setup_teardown(breakpoints_stop, setup, teardown),
        cmocka_unit_test_setup_teardown(watchpoints_stop, setup, teardown),
        cmocka_unit_test_setup_teardown(monitor_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(a_running_target_is_interrupted, setup, teardown),
        cmocka_unit_test_setup_teardown(the_end_of_the_run_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(threads_and_sections, setup, teardown),
        cmocka_unit_test_setup_teardown(flash_is_loaded, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_killed_runs_again, setup, teardown),
        cmocka_unit_test_setup_teardown(kill_ends_the_run, setup, teardown),
        cmocka_unit_test_setup_teardown(quitting_lets_go, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
