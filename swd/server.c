#include "swd/server.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "emu/stream.h"
#include "emu/stream_clock.h"
#include "swd/jlink.h"

enum { READ_SIZE = 16384, ADVERT_EVERY_MS = 4, READS_A_POLL = 64 };
#define IDLE_MAX_US 10000000u /* a host cannot say that it waits for longer */

struct swd_server {
    struct swd_port port;
    struct swd_probe probe;
    const struct swd_probe_kind *kind;
    struct stream_server *listener; /* J-Link */
    struct stream *client;          /* of a J-Link; or the terminal */
    uint64_t advert_ms;             /* when the last was sent */
    char *link;                     /* Bus Pirate's PATH; NULL: none */
    struct stream_clock clock;
};

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- the clock --------------------------------------------------------------------------------------------------- */

static uint64_t elapsed_us(const struct swd_server *s) { return s->port.elapsed / VTIME_PER_US; }

static uint64_t idle(void *ctx, uint64_t us)
{
    struct swd_server *s = ctx;
    swd_port_idle(&s->port, (us < IDLE_MAX_US ? us : IDLE_MAX_US) * VTIME_PER_US);
    stream_clock_set(&s->clock, elapsed_us(s));
    return elapsed_us(s);
}

/* The host may look at the clock as soon as it has the answer. */
static void send_answer(void *ctx, const uint8_t *bytes, size_t size)
{
    struct swd_server *s = ctx;
    stream_clock_set(&s->clock, elapsed_us(s));
    stream_write(s->client, bytes, size);
}

/* ---- a J-Link's connections -------------------------------------------------------------------------------------- */

static void advertise(struct swd_server *s)
{
    uint8_t advert[JLINK_ADVERT_SIZE];
    uint64_t now = now_ms();
    if (now - s->advert_ms < ADVERT_EVERY_MS)
        return;
    s->advert_ms = now;
    jlink_advert(advert);
    stream_announce(JLINK_PORT, advert, sizeof advert);
}

static void take_client(struct swd_server *s)
{
    if (!s->listener || s->client)
        return;
    advertise(s);
    s->client = stream_accept(s->listener);
    if (s->client)
        s->kind->connected(&s->probe);
}

static void drop_client(struct swd_server *s)
{
    stream_close(s->client);
    s->client = NULL;
}

static void serve_client(struct swd_server *s)
{
    uint8_t bytes[READ_SIZE];
    for (unsigned i = 0; s->client && i < READS_A_POLL; i++) {
        ssize_t n = stream_read(s->client, bytes, sizeof bytes);
        if (n == 0)
            return;
        if (n > 0)
            stream_hurry(s->client); /* libjaylink sends a long message in parts */
        if (n < 0 || !s->kind->feed(&s->probe, bytes, (size_t)n))
            drop_client(s);
    }
}

/* Whoever had the terminal has closed it: the next one finds the probe as it was at first. */
static void notice_departure(struct swd_server *s)
{
    if (s->client && !s->listener && stream_fd(s->client) < 0)
        s->kind->connected(&s->probe);
}

void swd_server_poll(struct swd_server *s)
{
    take_client(s);
    if (s->client)
        serve_client(s);
    notice_departure(s);
    stream_clock_poll(&s->clock, idle, s);
    if (s->port.time == SWD_TIME_WALL)
        swd_port_sync(&s->port);
}

void swd_server_wait(struct swd_server *s, int ms)
{
    int where = s->client ? stream_fd(s->client) : s->listener ? stream_server_fd(s->listener) : -1;
    struct pollfd p[2 + STREAM_CLOCK_CLIENTS];
    nfds_t n = 0;
    p[n++] = (struct pollfd){.fd = where, .events = POLLIN};
    p[n++] = (struct pollfd){.fd = s->clock.listener, .events = POLLIN};
    for (unsigned i = 0; i < STREAM_CLOCK_CLIENTS; i++)
        if (s->clock.listener >= 0 && s->clock.client[i] >= 0)
            p[n++] = (struct pollfd){.fd = s->clock.client[i], .events = POLLIN};
    if (s->listener && !s->client && ms > ADVERT_EVERY_MS)
        ms = ADVERT_EVERY_MS;
    poll(p, n, ms);
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static bool open_jlink(struct swd_server *s, const char *where, char *err, size_t err_size)
{
    char standard[16];
    snprintf(standard, sizeof standard, "%d", JLINK_PORT);
    s->kind = &swd_jlink;
    s->listener = stream_listen(*where ? where : standard, err, err_size);
    return s->listener;
}

static bool make_link(struct swd_server *s, const char *path, char *err, size_t err_size)
{
    char target[256];
    if (readlink(path, target, sizeof target) >= 0)
        unlink(path);
    if (symlink(stream_name(s->client), path)) {
        snprintf(err, err_size, "%s: %s", path, strerror(errno));
        return false;
    }
    s->link = strdup(path);
    return s->link;
}

static bool open_buspirate(struct swd_server *s, const char *where, char *err, size_t err_size)
{
    s->kind = &swd_buspirate;
    s->client = stream_open("pty", err, err_size);
    if (!s->client)
        return false;
    s->kind->connected(&s->probe);
    return !*where || make_link(s, where, err, err_size);
}

static bool open_probe(struct swd_server *s, const char *probe, char *err, size_t err_size)
{
    static const struct {
        const char *name;
        bool (*open)(struct swd_server *s, const char *where, char *err, size_t err_size);
    } kinds[] = {{"jlink", open_jlink}, {"buspirate", open_buspirate}};
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t length = strlen(kinds[i].name);
        if (!strncmp(probe, kinds[i].name, length) && (!probe[length] || probe[length] == ':'))
            return kinds[i].open(s, probe + length + (probe[length] == ':'), err, err_size);
    }
    snprintf(err, err_size, "a probe is jlink[:PORT] or buspirate[:PATH]");
    return false;
}

static bool open_clock(struct swd_server *s, const char *path, char *err, size_t err_size)
{
    char made_up[64];
    snprintf(made_up, sizeof made_up, "/tmp/nrfemu-swd-clock.%ld", (long)getpid());
    return stream_clock_open(&s->clock, path ? path : made_up, err, err_size);
}

struct swd_server *swd_server_new(const struct swd_server_config *c, const struct swd_target *target, char *err,
                                  size_t err_size)
{
    struct swd_server *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->clock.listener = s->clock.memory = -1;
    swd_port_init(&s->port, target, c->time);
    swd_probe_init(&s->probe, &s->port);
    s->probe.send = send_answer;
    s->probe.send_ctx = s;
    if (open_probe(s, c->probe, err, err_size) && (c->time != SWD_TIME_WIRE || open_clock(s, c->clock, err, err_size)))
        return s;
    swd_server_free(s);
    return NULL;
}

void swd_server_free(struct swd_server *s)
{
    if (!s)
        return;
    stream_close(s->client);
    stream_server_close(s->listener);
    if (s->link)
        unlink(s->link);
    free(s->link);
    if (s->clock.listener >= 0)
        stream_clock_close(&s->clock);
    free(s);
}

const struct swd_port *swd_server_port(const struct swd_server *s) { return &s->port; }

/* ---- telling people ---------------------------------------------------------------------------------------------- */

static void describe_clock(const struct swd_server *s, const char *preload, FILE *out)
{
    if (s->clock.listener >= 0)
        fprintf(out, STREAM_CLOCK_VARIABLE "=%s LD_PRELOAD=%s ", s->clock.path, preload ? preload : "swd-clock.so");
}

void swd_server_describe(const struct swd_server *s, const char *preload, FILE *out)
{
    if (s->listener)
        fprintf(out, "J-Link on SWD at port %u\n  ", stream_server_port(s->listener));
    else
        fprintf(out, "Bus Pirate on SWD at %s\n  ", s->link ? s->link : stream_name(s->client));
    describe_clock(s, preload, out);
    if (s->listener)
        fprintf(out, "openocd -c 'adapter driver jlink; adapter serial %u; transport select swd' -f target/nrf52.cfg\n",
                JLINK_SERIAL);
    else
        fprintf(out,
                "openocd -c 'adapter driver buspirate; buspirate port %s; transport select swd' "
                "-f target/nrf52.cfg\n",
                s->link ? s->link : stream_name(s->client));
    fflush(out);
}
