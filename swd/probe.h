/*
 * A probe: the protocol by which a host moves the pins. Bytes come in, bytes go out; there is no clock and no thread in
 * it. Two kinds: a J-Link (swd/jlink.c) and a Bus Pirate (swd/buspirate.c).
 */
#ifndef SWD_PROBE_H
#define SWD_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "swd/port.h"

/* A message with 65535 clocks, and its answer. */
enum { SWD_MESSAGE_MAX = 5 + 2 * 8192, SWD_ANSWER_MAX = 16384 };

struct swd_probe {
    struct swd_port *port;
    uint8_t message[SWD_MESSAGE_MAX]; /* what has come of it */
    size_t have;
    uint8_t answer[SWD_ANSWER_MAX]; /* not sent yet */
    size_t answered;
    /* Takes what must be sent before there is room again; NULL drops it. */
    void (*send)(void *ctx, const uint8_t *bytes, size_t size);
    void *send_ctx;
    uint8_t mode;        /* of the protocol */
    uint8_t zeros;       /* Bus Pirate: in a row */
    bool driving, level; /* Bus Pirate: SWDIO between commands */
    bool lsb_first;      /* likewise */
    uint8_t interface;   /* J-Link: TIF that is selected */
};

struct swd_probe_kind {
    const char *name;
    void (*connected)(struct swd_probe *p); /* a host has come */
    /* False: the host speaks something else; hang up. */
    bool (*feed)(struct swd_probe *p, const uint8_t *bytes, size_t size);
};

extern const struct swd_probe_kind swd_jlink, swd_buspirate;

void swd_probe_init(struct swd_probe *p, struct swd_port *port);
void swd_probe_answer(struct swd_probe *p, const void *bytes, size_t size);
void swd_probe_flush(struct swd_probe *p);

#endif
