/*
 * swd-clock.so, for LD_PRELOAD: a program's clock is the time on the emulated wire, and its waiting lets that time go
 * on (emu/stream_clock.h). So limits and polling of a debugger count what the chip saw, and come out the same every
 * time.
 *
 * It holds for calls from the program itself; libraries (USB, sockets of a probe) keep the host's clock. While the
 * program waits for descriptors and none is ready, they have a millisecond of the host's time, and then what the
 * program would have waited passes on the wire. Without NRFEMU_SWD_CLOCK in the environment nothing is different.
 */
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "emu/stream_clock.h"

enum { US_PER_S = 1000000 };

static struct {
    const struct stream_clock_page *page; /* NULL: the host's clock */
    int socket;
    uint64_t origin_us; /* of the host's clock, when the page said `first_us` */
    uint64_t first_us;
    const void *program; /* where it is loaded */
} shim;

static uint64_t host_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * US_PER_S + (uint64_t)t.tv_nsec / 1000;
}

static int take_page(int from)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    char byte;
    struct iovec data = {&byte, 1};
    struct msghdr m = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    int fd = -1;
    if (recvmsg(from, &m, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&m))
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
    return fd;
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv(STREAM_CLOCK_VARIABLE);
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    Dl_info info;
    shim.origin_us = host_us();
    void *main_program = dlsym(RTLD_DEFAULT, "_IO_stdin_used");
    if (!path || strlen(path) >= sizeof a.sun_path)
        return;
    if (main_program && dladdr(main_program, &info))
        shim.program = info.dli_fbase;
    strcpy(a.sun_path, path);
    shim.socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (shim.socket < 0 || connect(shim.socket, (struct sockaddr *)&a, sizeof a))
        return;
    int fd = take_page(shim.socket);
    void *page = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *shim.page, PROT_READ, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    if (page == MAP_FAILED)
        return;
    shim.page = page;
    shim.first_us = shim.page->us;
}

/* Is the clock of whoever will be returned to at `caller` the wire's? */
static int is_ours(const void *caller)
{
    Dl_info info;
    return shim.page && dladdr(caller, &info) && (!shim.program || info.dli_fbase == shim.program) &&
           !strstr(info.dli_fname, ".so");
}
#define OURS() is_ours(__builtin_return_address(0))

static uint64_t wire_us(void) { return shim.origin_us + shim.page->us - shim.first_us; }

/* The emulator is gone: the host's clock goes on from here. */
static void idle(uint64_t us)
{
    uint64_t now;
    if (send(shim.socket, &us, sizeof us, MSG_NOSIGNAL) != sizeof us ||
        recv(shim.socket, &now, sizeof now, MSG_WAITALL) != sizeof now)
        shim.page = NULL;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
    uint64_t us = OURS() ? wire_us() : host_us();
    *t = (struct timeval){.tv_sec = (time_t)(us / US_PER_S), .tv_usec = (suseconds_t)(us % US_PER_S)};
    return 0;
}

time_t time(time_t *t)
{
    time_t now = (time_t)((OURS() ? wire_us() : host_us()) / US_PER_S);
    if (t)
        *t = now;
    return now;
}

int usleep(useconds_t us)
{
    if (OURS())
        idle(us);
    else
        poll(NULL, 0, (int)((us + 999) / 1000));
    return 0;
}

int nanosleep(const struct timespec *t, struct timespec *left)
{
    if (!OURS())
        return REAL(nanosleep)(t, left);
    idle((uint64_t)t->tv_sec * US_PER_S + (uint64_t)t->tv_nsec / 1000);
    return 0;
}

unsigned sleep(unsigned s)
{
    if (!OURS())
        return REAL(sleep)(s);
    idle((uint64_t)s * US_PER_S);
    return 0;
}

int select(int n, fd_set *restrict r, fd_set *restrict w, fd_set *restrict x, struct timeval *restrict timeout)
{
    fd_set before[3];
    fd_set *sets[3] = {r, w, x};
    struct timeval a_moment = {.tv_usec = 1000};
    if (!timeout || !(timeout->tv_sec || timeout->tv_usec) || !OURS())
        return REAL(select)(n, r, w, x, timeout);
    for (unsigned i = 0; i < 3; i++)
        if (sets[i])
            before[i] = *sets[i];
    int ready = REAL(select)(n, r, w, x, &a_moment);
    if (ready != 0)
        return ready;
    idle((uint64_t)timeout->tv_sec * US_PER_S + (uint64_t)timeout->tv_usec);
    for (unsigned i = 0; i < 3; i++)
        if (sets[i])
            *sets[i] = before[i];
    return REAL(select)(n, r, w, x, &(struct timeval){0});
}
