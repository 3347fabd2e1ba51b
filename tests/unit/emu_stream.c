/* Byte streams: every kind that stream_open() knows, pairs, descriptors and the listening server. */
#include "emu/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATIENCE_MS = 20000 }; /* for what must come; a test that passes never waits for it */

static char err[128];

static struct stream *open_or_fail(const char *spec)
{
    struct stream *s = stream_open(spec, err, sizeof err);
    if (!s)
        fail_msg("%s: %s", spec, err);
    return s;
}

/* Reads exactly what is wanted, however many pieces it comes in. */
static void assert_reads(struct stream *s, const char *want)
{
    char got[128];
    size_t size = strlen(want), n = 0;
    while (n < size && stream_wait(s, PATIENCE_MS)) {
        ssize_t now = stream_read(s, got + n, size - n);
        if (now == STREAM_ENDED)
            break;
        n += (size_t)now;
    }
    assert_int_equal(n, size);
    assert_memory_equal(got, want, size);
}

static void assert_fd_reads(int fd, const char *want)
{
    char got[128];
    size_t size = strlen(want), n = 0;
    ssize_t now;
    while (n < size && (now = read(fd, got + n, size - n)) > 0)
        n += (size_t)now;
    assert_int_equal(n, size);
    assert_memory_equal(got, want, size);
}

static void assert_ends(struct stream *s)
{
    char c;
    assert_true(stream_wait(s, PATIENCE_MS));
    assert_int_equal(stream_read(s, &c, 1), STREAM_ENDED);
    assert_int_equal(stream_read(s, &c, 1), STREAM_ENDED);
    assert_true(stream_wait(s, 0));
}

static int connect_to(unsigned port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_return_code(connect(fd, (struct sockaddr *)&a, sizeof a), errno);
    return fd;
}

static void bad_specifications(void **state)
{
    const char *const bad[] = {
        "",
        "nothing",
        "nul",
        "null:",
        "stdio2",
        "tcp",
        "tcp:",
        "tcp:x",
        "tcp:65536",
        "tcp:1234567",
        "tcp:localhost:",
        "tcp:127.0.0.1:-1",
        "file:",
        "file:/",
        "file:/no/such/folder/file",
    };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        err[0] = 0;
        assert_null(stream_open(bad[i], err, sizeof err));
        assert_true(err[0]);
        assert_null(strchr(err, '\n'));
        assert_null(stream_open(bad[i], NULL, 0));
    }
    stream_close(NULL);
    stream_server_close(NULL);
}

static void null_swallows(void **state)
{
    struct stream *s = open_or_fail("null");
    char c;
    assert_true(stream_write(s, "abc", 3));
    assert_int_equal(stream_read(s, &c, 1), 0);
    assert_false(stream_wait(s, 0));
    assert_int_equal(stream_fd(s), -1);
    assert_string_equal(stream_name(s), "null");
    stream_close(s);
}

static void a_pair_talks(void **state)
{
    struct stream *end[2];
    char got[8];
    stream_pair(end);
    assert_int_equal(stream_read(end[0], got, 8), 0);
    assert_false(stream_wait(end[0], 0));
    assert_true(stream_write(end[0], "hello", 5));
    assert_true(stream_write(end[0], " world", 6));
    assert_true(stream_write(end[1], "x", 1));
    assert_int_equal(stream_fd(end[0]), -1);
    assert_int_equal(stream_read(end[1], got, 7), 7);
    assert_memory_equal(got, "hello w", 7);
    assert_reads(end[0], "x");
    stream_close(end[0]);
    assert_reads(end[1], "orld"); /* what was written before still arrives */
    assert_ends(end[1]);
    assert_false(stream_write(end[1], "y", 1));
    stream_close(end[1]);
}

static void a_file_takes_output(void **state)
{
    char path[] = "/tmp/emu_stream_XXXXXX", spec[64], c;
    int fd = mkstemp(path);
    assert_return_code(write(fd, "old content", 11), errno);
    snprintf(spec, sizeof spec, "file:%s", path);
    struct stream *s = open_or_fail(spec);
    assert_true(stream_write(s, "new", 3));
    assert_int_equal(stream_read(s, &c, 1), 0);
    assert_false(stream_wait(s, 0));
    stream_close(s);
    char got[16];
    assert_int_equal(pread(fd, got, sizeof got, 0), 3);
    assert_memory_equal(got, "new", 3);
    close(fd);
    unlink(path);

    s = open_or_fail("file:/dev/full");
    assert_false(stream_write(s, "x", 1));
    assert_false(stream_write(s, "x", 1));
    stream_close(s);
}

static void a_descriptor_ends_without_a_signal(void **state)
{
    int fd[2];
    assert_return_code(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), errno);
    struct stream *s = stream_from_fd(fd[0]);
    assert_int_equal(stream_fd(s), fd[0]);
    assert_return_code(write(fd[1], "ping", 4), errno);
    assert_reads(s, "ping");
    assert_true(stream_write(s, "pong", 4));
    assert_fd_reads(fd[1], "pong");
    close(fd[1]);
    assert_ends(s);
    assert_int_equal(stream_fd(s), -1);
    assert_false(stream_write(s, "x", 1)); /* SIGPIPE would kill the test */
    stream_close(s);

    int tube[2];
    assert_return_code(pipe(tube), errno);
    s = stream_from_fd(tube[1]);
    close(tube[0]);
    assert_false(stream_write(s, "x", 1));
    sigset_t pending;
    sigpending(&pending);
    assert_false(sigismember(&pending, SIGPIPE));
    stream_close(s);
}

static void large_writes_arrive_whole(void **state)
{
    enum { SIZE = 1 << 20 };
    int fd[2];
    assert_return_code(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), errno);
    char *data = malloc(SIZE);
    for (unsigned i = 0; i < SIZE; i++)
        data[i] = (char)(i * 2654435761u >> 24);
    pid_t child = fork();
    if (!child) {
        close(fd[0]);
        char *got = malloc(SIZE);
        size_t n = 0;
        ssize_t now;
        while (n < SIZE && (now = read(fd[1], got + n, SIZE - n)) > 0)
            n += (size_t)now;
        _exit(n == SIZE && !memcmp(got, data, SIZE) ? 0 : 1);
    }
    close(fd[1]);
    struct stream *s = stream_from_fd(fd[0]);
    assert_true(stream_write(s, data, SIZE));
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    stream_close(s);
    free(data);
}

static void a_server_hands_out_clients(void **state)
{
    struct stream_server *server = stream_listen("0", err, sizeof err);
    assert_non_null(server);
    assert_true(stream_server_port(server));
    assert_true(stream_server_fd(server) >= 0);
    assert_null(stream_accept(server));
    int client[2] = {connect_to(stream_server_port(server)), connect_to(stream_server_port(server))};
    struct stream *s[2];
    for (int i = 0; i < 2; i++) {
        s[i] = stream_accept(server);
        assert_non_null(s[i]);
        assert_int_equal(strncmp(stream_name(s[i]), "127.0.0.1:", 10), 0);
    }
    assert_null(stream_accept(server));
    assert_true(stream_write(s[1], "two", 3));
    assert_true(stream_write(s[0], "one", 3));
    assert_fd_reads(client[0], "one");
    assert_fd_reads(client[1], "two");
    close(client[0]);
    assert_ends(s[0]);
    close(client[1]);

    char spec[32];
    snprintf(spec, sizeof spec, "%u", stream_server_port(server));
    assert_null(stream_listen(spec, err, sizeof err)); /* taken */
    assert_non_null(strstr(err, spec));
    stream_close(s[0]);
    stream_close(s[1]);
    stream_server_close(server);
}

static void tcp_has_one_client_after_another(void **state)
{
    char c;
    struct stream *s = open_or_fail("tcp:localhost:0");
    stream_close(s);
    s = open_or_fail("tcp:0");
    assert_int_equal(strncmp(stream_name(s), "127.0.0.1:", 10), 0);
    unsigned port = (unsigned)atoi(strrchr(stream_name(s), ':') + 1);
    assert_int_equal(stream_fd(s), -1);
    assert_true(stream_write(s, "lost", 4));
    assert_int_equal(stream_read(s, &c, 1), 0);

    int first = connect_to(port), second = connect_to(port);
    assert_return_code(write(first, "1", 1), errno);
    assert_return_code(write(second, "2", 1), errno);
    assert_reads(s, "1");
    assert_true(stream_fd(s) >= 0);
    assert_int_equal(stream_read(s, &c, 1), 0); /* the second one waits for its turn */
    assert_true(stream_write(s, "for the first", 13));
    assert_fd_reads(first, "for the first");
    close(first);
    assert_reads(s, "2");
    assert_true(stream_write(s, "for the second", 14));
    assert_fd_reads(second, "for the second");

    assert_return_code(write(second, "unread", 6), errno);
    assert_true(stream_wait(s, PATIENCE_MS));
    assert_true(stream_write(s, "last words", 10));
    stream_close(s);
    assert_fd_reads(second, "last words"); /* input that nobody read does not destroy them */
    assert_int_equal(read(second, &c, 1), 0);
    close(second);
}

static void tcp_survives_a_client_that_resets(void **state)
{
    struct stream *s = open_or_fail("tcp:0");
    unsigned port = (unsigned)atoi(strrchr(stream_name(s), ':') + 1);
    int client = connect_to(port);
    assert_return_code(write(client, "1", 1), errno);
    assert_reads(s, "1");
    setsockopt(client, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
    close(client);
    assert_true(stream_write(s, "x", 1));
    assert_true(stream_write(s, "x", 1));
    client = connect_to(port);
    assert_return_code(write(client, "2", 1), errno);
    assert_reads(s, "2");
    close(client);
    stream_close(s);
}

static void a_pty_outlives_its_users(void **state)
{
    char c;
    struct stream *s = open_or_fail("pty");
    assert_int_equal(stream_fd(s), -1);
    assert_true(stream_write(s, "lost", 4));
    assert_int_equal(stream_read(s, &c, 1), 0);
    for (int round = 0; round < 2; round++) {
        int user = open(stream_name(s), O_RDWR | O_NOCTTY);
        assert_return_code(user, errno);
        assert_true(stream_fd(s) >= 0);
        assert_int_equal(stream_read(s, &c, 1), 0);
        assert_true(stream_write(s, "a\nb\x03", 4));
        assert_fd_reads(user, "a\nb\x03"); /* raw: no translation, no signals */
        assert_return_code(write(user, "key\r", 4), errno);
        assert_reads(s, "key\r");
        assert_int_equal(stream_read(s, &c, 1), 0); /* no echo */
        assert_return_code(write(user, "bye", 3), errno);
        close(user);
        assert_reads(s, "bye");
        assert_int_equal(stream_read(s, &c, 1), 0);
        assert_false(stream_wait(s, 0));
        assert_true(stream_write(s, "lost", 4));
    }
    stream_close(s);
}

/* In a process of its own; returns the number of the check that failed. */
static int use_stdio(void)
{
    char got[8];
    struct stream *s = stream_open("stdio", NULL, 0);
    if (!s || strcmp(stream_name(s), "stdio") || stream_fd(s) != STDIN_FILENO)
        return 1;
    if (!stream_wait(s, PATIENCE_MS) || stream_read(s, got, 2) != 2 || memcmp(got, "in", 2))
        return 2;
    if (stream_read(s, got, 8) != 0 || !stream_write(s, "out", 3))
        return 3;
    if (!stream_wait(s, PATIENCE_MS) || stream_read(s, got, 8) != STREAM_ENDED)
        return 4;
    if (!stream_write(s, "!", 1)) /* the end of the input is not the end of the output */
        return 5;
    if (fcntl(STDIN_FILENO, F_GETFL) & O_NONBLOCK || fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK)
        return 6;
    while (stream_write(s, "?", 1)) /* until the reader closes: no SIGPIPE */
        ;
    stream_close(s);
    return fcntl(STDIN_FILENO, F_GETFL) == -1 ? 7 : 0;
}

static void stdio_keeps_its_descriptors_as_they_are(void **state)
{
    int in[2], out[2];
    assert_return_code(pipe(in), errno);
    assert_return_code(pipe(out), errno);
    pid_t child = fork();
    if (!child) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[0]), close(in[1]), close(out[0]), close(out[1]);
        _exit(use_stdio());
    }
    close(in[0]);
    close(out[1]);
    assert_return_code(write(in[1], "in", 2), errno);
    assert_fd_reads(out[0], "out");
    close(in[1]);
    assert_fd_reads(out[0], "!");
    close(out[0]);
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* In a child, whose standard input is a terminal: 0 when all goes well, else the number of what did not. */
static int terminal_child(int master, int slave)
{
    struct termios before, now;
    char key;
    dup2(slave, 0);
    tcgetattr(0, &before);
    struct stream *s = stream_open("stdio", NULL, 0);
    stream_raw(s);
    if (stream_read(s, &key, 1) != 0)
        return 1;
    tcgetattr(0, &now);
    if (now.c_lflag & (ICANON | ECHO) || !(now.c_lflag & ISIG))
        return 2;
    if (write(master, "\r", 1) != 1 || !stream_wait(s, 1000) || stream_read(s, &key, 1) != 1 || key != '\r')
        return 3;
    stream_close(s);
    tcgetattr(0, &now);
    return now.c_lflag == before.c_lflag && now.c_iflag == before.c_iflag ? 0 : 4;
}

static void a_terminal_gives_single_keys(void **state)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY), status;
    assert_true(master >= 0 && !grantpt(master) && !unlockpt(master));
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0);
    pid_t child = fork();
    if (!child)
        _exit(terminal_child(master, slave));
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(master);
    close(slave);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_specifications),
        cmocka_unit_test(null_swallows),
        cmocka_unit_test(a_pair_talks),
        cmocka_unit_test(a_file_takes_output),
        cmocka_unit_test(a_descriptor_ends_without_a_signal),
        cmocka_unit_test(large_writes_arrive_whole),
        cmocka_unit_test(a_server_hands_out_clients),
        cmocka_unit_test(tcp_has_one_client_after_another),
        cmocka_unit_test(tcp_survives_a_client_that_resets),
        cmocka_unit_test(a_pty_outlives_its_users),
        cmocka_unit_test(a_terminal_gives_single_keys),
        cmocka_unit_test(stdio_keeps_its_descriptors_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
