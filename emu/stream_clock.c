#include "emu/stream_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool fail(const struct stream_clock *c, char *err, size_t err_size)
{
    snprintf(err, err_size, "%s: %s", c->path, strerror(errno));
    return false;
}

static bool make_page(struct stream_clock *c)
{
    c->memory = memfd_create("nrfemu swd clock", MFD_CLOEXEC);
    if (c->memory < 0 || ftruncate(c->memory, sizeof *c->page))
        return false;
    void *page = mmap(NULL, sizeof *c->page, PROT_READ | PROT_WRITE, MAP_SHARED, c->memory, 0);
    if (page == MAP_FAILED)
        return false;
    c->page = page;
    return true;
}

bool stream_clock_open(struct stream_clock *c, const char *path, char *err, size_t err_size)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    *c = (struct stream_clock){.listener = -1, .memory = -1};
    for (unsigned i = 0; i < STREAM_CLOCK_CLIENTS; i++)
        c->client[i] = -1;
    if (strlen(path) >= sizeof c->path) {
        snprintf(err, err_size, "%s: too long for a socket's name", path);
        return false;
    }
    strcpy(c->path, path);
    strcpy(a.sun_path, path);
    c->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlink(path);
    if (c->listener < 0 || bind(c->listener, (struct sockaddr *)&a, sizeof a) || listen(c->listener, 4) ||
        !make_page(c)) {
        fail(c, err, err_size);
        stream_clock_close(c);
        return false;
    }
    return true;
}

void stream_clock_close(struct stream_clock *c)
{
    for (unsigned i = 0; i < STREAM_CLOCK_CLIENTS; i++)
        if (c->client[i] >= 0)
            close(c->client[i]);
    if (c->page)
        munmap(c->page, sizeof *c->page);
    if (c->memory >= 0)
        close(c->memory);
    if (c->listener >= 0) {
        close(c->listener);
        unlink(c->path);
    }
    *c = (struct stream_clock){.listener = -1, .memory = -1};
}

void stream_clock_set(struct stream_clock *c, uint64_t us)
{
    if (c->page)
        c->page->us = us;
}

/* The page's descriptor goes along with one byte. */
static bool hand_over(int client, int memory)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    char byte = 0;
    struct iovec data = {&byte, 1};
    struct msghdr m = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    *h = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(h), &memory, sizeof memory);
    return sendmsg(client, &m, MSG_NOSIGNAL) == 1;
}

static void take_client(struct stream_clock *c)
{
    int fd = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    for (unsigned i = 0; fd >= 0 && i < STREAM_CLOCK_CLIENTS; i++)
        if (c->client[i] < 0 && hand_over(fd, c->memory)) {
            c->client[i] = fd;
            return;
        }
    if (fd >= 0)
        close(fd);
}

void stream_clock_poll(struct stream_clock *c, uint64_t (*idle)(void *ctx, uint64_t us), void *ctx)
{
    if (c->listener < 0)
        return;
    take_client(c);
    for (unsigned i = 0; i < STREAM_CLOCK_CLIENTS; i++) {
        uint64_t us;
        ssize_t n = c->client[i] < 0 ? 0 : recv(c->client[i], &us, sizeof us, 0);
        if (n == sizeof us) {
            us = idle(ctx, us);
            n = send(c->client[i], &us, sizeof us, MSG_NOSIGNAL);
        }
        if (c->client[i] >= 0 && (n == 0 || (n < 0 && errno != EAGAIN) || (n > 0 && n < (ssize_t)sizeof us))) {
            close(c->client[i]);
            c->client[i] = -1;
        }
    }
}
