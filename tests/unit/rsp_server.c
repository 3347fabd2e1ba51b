/* The server over real sockets: who is let in, and what is left when somebody goes. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "rsp/hub.h"
#include "rsp/server.h"
#include "tests/fakes/rsp_fake_target.h"

enum { PATIENCE = 500 /* polls, of which each waits a little */ };

struct bench {
    struct fake_target fake;
    struct rsp_server *server;
};

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    char err[128];

    fake_target_init(&b->fake);
    b->server = rsp_server_new("127.0.0.1:0", &b->fake.target, NULL, err, sizeof err);
    *state = b;
    return b->server ? 0 : -1;
}

static int teardown(void **state)
{
    struct bench *b = *state;

    rsp_server_free(b->server);
    free(b);
    return 0;
}

static int connect_to_port(uint16_t port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static int connect_to(struct bench *b) { return connect_to_port(rsp_server_port(b->server)); }

static void say(int fd, const char *text) { assert_int_equal(send(fd, text, strlen(text), 0), strlen(text)); }

/* Serves until `fd` has brought this many bytes or its end; returns how many. */
static size_t hear(struct bench *b, int fd, char *text, size_t size)
{
    size_t len = 0;

    for (unsigned i = 0; i < PATIENCE && len < size; i++) {
        rsp_server_poll(b->server);
        rsp_server_idle_wait(b->server, 2);
        ssize_t n = recv(fd, text + len, size - len, MSG_DONTWAIT);
        if (n == 0)
            break;
        len += n > 0 ? (size_t)n : 0;
    }
    text[len] = '\0';
    return len;
}

static void expect(struct bench *b, int fd, const char *text)
{
    char heard[256];

    hear(b, fd, heard, strlen(text));
    assert_string_equal(heard, text);
}

static void until(struct bench *b, enum rsp_server_state state)
{
    enum rsp_server_state is = rsp_server_poll(b->server);

    for (unsigned i = 0; i < PATIENCE && is != state; i++) {
        rsp_server_idle_wait(b->server, 2);
        is = rsp_server_poll(b->server);
    }
    assert_int_equal(is, state);
}

static void from_free_to_free(void **state)
{
    struct bench *b = *state;

    assert_int_equal(rsp_server_poll(b->server), RSP_SERVER_FREE);
    int fd = connect_to(b);
    say(fd, "+$?#3f");
    until(b, RSP_SERVER_HALTED);
    say(fd, "+$Z2,20003000,4#9d$c#63");
    until(b, RSP_SERVER_RUNNING);
    assert_int_equal(b->fake.attaches, 1);
    assert_int_equal(b->fake.points_added, 1);
    close(fd);
    until(b, RSP_SERVER_FREE);
    assert_int_equal(b->fake.detaches, 1);
    assert_int_equal(b->fake.n_points, 0);
}

static void a_glance_at_the_port_disturbs_nothing(void **state)
{
    struct bench *b = *state;
    int fd = connect_to(b);

    say(fd, "GET / HTTP/1.1\r\n");
    for (unsigned i = 0; i < 3; i++) {
        rsp_server_idle_wait(b->server, 50);
        assert_int_equal(rsp_server_poll(b->server), RSP_SERVER_FREE);
    }
    close(fd);
    until(b, RSP_SERVER_FREE);
    assert_int_equal(b->fake.attaches + b->fake.detaches, 0);
}

static void one_byte_at_a_time(void **state)
{
    struct bench *b = *state;
    int fd = connect_to(b);

    for (const char *at = "+$qC#b4"; *at; at++) {
        char byte[2] = {*at, '\0'};
        say(fd, byte);
        rsp_server_idle_wait(b->server, 50);
        rsp_server_poll(b->server);
    }
    expect(b, fd, "+$QC1#c5");
    close(fd);
}

static void one_runs_one_looks(void **state)
{
    struct bench *b = *state;
    int first = connect_to(b);

    say(first, "+$c#63");
    expect(b, first, "+");
    int second = connect_to(b);
    say(second, "+$m20000000,2#4d");
    expect(b, second, "+$0000#c0");
    close(second);
    until(b, RSP_SERVER_RUNNING);
    assert_int_equal(b->fake.halts, 0);
    say(first, "\x03");
    expect(b, first, "$T02");
    until(b, RSP_SERVER_HALTED);
    close(first);
}

static void who_is_too_many_is_turned_away(void **state)
{
    struct bench *b = *state;
    int fds[RSP_SESSIONS_MAX];
    char text[8];

    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++) {
        fds[i] = connect_to(b);
        say(fds[i], "$qC#b4");
        expect(b, fds[i], "+$QC1#c5");
    }
    int extra = connect_to(b);
    assert_int_equal(hear(b, extra, text, 1), 0);
    close(extra);
    close(fds[0]);
    until(b, RSP_SERVER_HALTED);
    fds[0] = connect_to(b);
    say(fds[0], "$qC#b4");
    expect(b, fds[0], "+$QC1#c5");
    for (unsigned i = 0; i < RSP_SESSIONS_MAX; i++)
        close(fds[i]);
    until(b, RSP_SERVER_FREE);
}

static void a_kill_ends_it(void **state)
{
    struct bench *b = *state;
    int fd = connect_to(b);

    say(fd, "$k#6b");
    until(b, RSP_SERVER_ENDED);
    assert_int_equal(b->fake.kills, 1);
    close(fd);
}

static void lines_are_served_beside_gdb(void **state)
{
    struct bench *b = *state;
    char err[128];

    assert_true(rsp_server_add_lines(b->server, RSP_LINES_TCL, "0", err, sizeof err));
    assert_false(rsp_server_add_lines(b->server, RSP_LINES_TELNET, "1.2.3.4.5:x", err, sizeof err));
    int gdb = connect_to(b), script = connect_to_port(rsp_server_lines_port(b->server, RSP_LINES_TCL));
    say(gdb, "+$?#3f+$c#63");
    until(b, RSP_SERVER_RUNNING);
    say(script, "say hello\x1ahalt\x1a");
    expect(b, script, "you said hello\n\x1a\x1a");
    until(b, RSP_SERVER_HALTED);
    close(script);
    close(gdb);
    until(b, RSP_SERVER_FREE);
}

static void commands_of_its_own(void **state)
{
    struct bench *b = *state;

    assert_true(rsp_server_command(b->server, "say hello"));
    assert_string_equal(b->fake.said, "hello");
    assert_false(rsp_server_command(b->server, "sa hello"));
    assert_false(rsp_server_command(b->server, ""));
    assert_int_equal(rsp_server_poll(b->server), RSP_SERVER_FREE);
}

static void a_bad_address_is_told(void **state)
{
    struct bench *b = *state;
    char err[128] = "";

    assert_null(rsp_server_new("127.0.0.1:nonsense", &b->fake.target, NULL, err, sizeof err));
    assert_true(strlen(err) > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(from_free_to_free),
        TEST(a_glance_at_the_port_disturbs_nothing),
        TEST(one_byte_at_a_time),
        TEST(one_runs_one_looks),
        TEST(who_is_too_many_is_turned_away),
        TEST(a_kill_ends_it),
        TEST(lines_are_served_beside_gdb),
        TEST(commands_of_its_own),
        TEST(a_bad_address_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
